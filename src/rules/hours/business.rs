//! Business time: the time that passes in support hours alone. It is real time, so that an hour that a clock change
//! repeats counts twice and one that it skips does not count.

use std::time::Duration;

use super::Calendar;
use super::state::Cover;
use crate::clock::Timestamp;
use crate::rules::zone::ZoneBook;

impl Calendar {
    /// The first instant by which `span` of business time has passed since `at`; [`Timestamp::NEVER`] if the desk's
    /// support hours do not suffice.
    pub fn add_business(&self, book: &ZoneBook, mut at: Timestamp, span: Duration) -> Timestamp {
        if span.is_zero() {
            return at;
        }
        let mut left = span;
        loop {
            let from = self.next_support(book, at);
            if from == Timestamp::NEVER {
                return Timestamp::NEVER;
            }
            at = self.next(book, from, |cover| cover != Cover::Support);
            let length = at.since(from);
            if left <= length {
                return from + left;
            }
            left -= length;
        }
    }
}
