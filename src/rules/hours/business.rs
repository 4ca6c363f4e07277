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
    pub fn add_business(&self, book: &ZoneBook, at: Timestamp, span: Duration) -> Timestamp {
        let mut left = span;
        if left.is_zero() {
            return at;
        }
        for (from, to) in self.support_from(book, at) {
            let length = to.since(from);
            if left <= length {
                return from + left;
            }
            left -= length;
        }
        Timestamp::NEVER
    }

    /// How much business time passes from `from` to `to`; none if `to` is not later.
    pub fn business_between(&self, book: &ZoneBook, from: Timestamp, to: Timestamp) -> Duration {
        self.support_from(book, from)
            .take_while(|(opens, _)| *opens < to)
            .map(|(opens, closes)| closes.min(to).since(opens))
            .sum()
    }

    /// The stretches of support from `at` on, in order, none touching the next; the first may be under way.
    fn support_from(&self, book: &ZoneBook, at: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let mut at = at;
        std::iter::from_fn(move || {
            let from = self.next_support(book, at);
            if from == Timestamp::NEVER {
                return None;
            }
            at = self.next(book, from, |cover| cover != Cover::Support);
            Some((from, at))
        })
    }
}
