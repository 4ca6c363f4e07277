//! What a desk is at an instant, and when that changes. Everything is decided on the steady wall clock, minute by
//! minute of the written times; only the answers are converted.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::day_rule::LONGEST_WAIT_DAYS;
use super::{Calendar, DaySpan, Holiday, WeeklySpan};
use crate::clock::Timestamp;
use crate::rules::zone::ZoneBook;

/// What a caller meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeskState {
    /// The desk answers.
    Support {
        /// When that ends; [`Timestamp::NEVER`] if it does not.
        until: Timestamp,
    },
    /// It does not, but somebody can be paged.
    OnCall {
        /// When that ends; [`Timestamp::NEVER`] if it does not.
        until: Timestamp,
    },
    /// Nobody is there.
    Closed {
        /// When somebody is again; [`Timestamp::NEVER`] if nobody will be.
        resumes: Timestamp,
    },
}

/// A [`DeskState`] without its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cover {
    /// The desk answers.
    Support,
    /// It does not, but somebody can be paged.
    OnCall,
    /// Nobody is there.
    Closed,
}

/// A stretch of one [`Cover`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Covered {
    /// What a caller meets.
    pub cover: Cover,
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
}

/// The longest that a rule for days can take to name one.
const LONGEST_WAIT: Days = Days::new(LONGEST_WAIT_DAYS as u64);
/// After this, weeks without holidays have shown all that they do: one, another as a clock change can skip what comes
/// but once a week, and the rest of a day at either end.
const WEEKS: Days = Days::new(16);

impl Calendar {
    /// What is written for `at`. What a caller meets is told by [`Met`](super::Met).
    pub(in crate::rules) fn state_at(&self, book: &ZoneBook, at: Timestamp) -> DeskState {
        let cover = self.cover(book.to_steady(self.zone, at));
        let ends = self.next(book, at, |other| other != cover);
        match cover {
            Cover::Support => DeskState::Support { until: ends },
            Cover::OnCall => DeskState::OnCall { until: ends },
            Cover::Closed => DeskState::Closed { resumes: ends },
        }
    }

    /// What is written from `from` to `to`, each stretch's end the next one's beginning; the first and the last are
    /// cut there.
    pub(in crate::rules) fn covers(
        &self,
        book: &ZoneBook,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Covered> {
        let last = book.date(self.zone, to) + Days::new(1);
        let mut at = from;
        std::iter::from_fn(move || {
            if at >= to {
                return None;
            }
            let wall = book.to_steady(self.zone, at);
            let cover = self.cover(wall);
            let horizon = self.horizon(wall.date()).min(last);
            let end = self.search(book, wall, horizon, |other| other != cover).min(to);
            let covered = Covered { cover, from: at, to: end };
            at = end;
            Some(covered)
        })
    }

    /// The first instant, `at` or later, in support hours; [`Timestamp::NEVER`] if there is none.
    pub fn next_support(&self, book: &ZoneBook, at: Timestamp) -> Timestamp {
        self.now_or_next(book, at, |cover| cover == Cover::Support)
    }

    /// The first instant, `at` or later, at which the desk answers or somebody can be paged; [`Timestamp::NEVER`] if
    /// there is none.
    pub fn next_cover(&self, book: &ZoneBook, at: Timestamp) -> Timestamp {
        self.now_or_next(book, at, |cover| cover != Cover::Closed)
    }

    /// The first holiday listed for `date`, if it is one.
    pub fn holiday(&self, date: NaiveDate) -> Option<&Holiday> {
        self.holidays.iter().find(|holiday| holiday.date.is(date))
    }

    fn now_or_next(&self, book: &ZoneBook, at: Timestamp, wanted: impl Fn(Cover) -> bool) -> Timestamp {
        if wanted(self.cover(book.to_steady(self.zone, at))) { at } else { self.next(book, at, wanted) }
    }

    /// The first instant after `at` with a cover that is wanted; [`Timestamp::NEVER`] if none comes.
    pub(super) fn next(&self, book: &ZoneBook, at: Timestamp, wanted: impl Fn(Cover) -> bool) -> Timestamp {
        let wall = book.to_steady(self.zone, at);
        self.search(book, wall, self.horizon(wall.date()), wanted)
    }

    /// The same, after `wall` of the steady clock and no later than the day `horizon`.
    fn search(
        &self,
        book: &ZoneBook,
        mut wall: NaiveDateTime,
        horizon: NaiveDate,
        wanted: impl Fn(Cover) -> bool,
    ) -> Timestamp {
        while wall.date() <= horizon {
            wall = self.next_edge(wall);
            if wanted(self.cover(wall)) {
                // A stretch that a clock change skips as a whole never comes: look at what is there after the gap.
                let at = book.to_instant(self.zone, wall);
                if at == Timestamp::NEVER {
                    // The calendar ends: the wall's clock goes on no more, and nothing more comes.
                    break;
                }
                wall = book.to_steady(self.zone, at);
                if wanted(self.cover(wall)) {
                    return at;
                }
            }
        }
        Timestamp::NEVER
    }

    /// The date after which nothing new can come.
    fn horizon(&self, from: NaiveDate) -> NaiveDate {
        // On a desk that never answers, a holiday without hours is a day like any other.
        let differs = |holiday: &&Holiday| {
            !self.support.is_empty() || !holiday.hours.is_empty() || holiday.on_call.is_some()
        };
        let dates = self.holidays.iter().filter(differs).map(|holiday| match holiday.date.only_date() {
            Some(date) => date.max(from) + WEEKS,
            None => from + LONGEST_WAIT,
        });
        dates.max().unwrap_or(from + WEEKS)
    }

    pub(super) fn cover(&self, wall: NaiveDateTime) -> Cover {
        if self.support_week().holds(wall) {
            Cover::Support
        } else if self.on_call_week().holds(wall) {
            Cover::OnCall
        } else {
            Cover::Closed
        }
    }

    /// The first time after `wall` at which the cover may change.
    fn next_edge(&self, wall: NaiveDateTime) -> NaiveDateTime {
        self.support_week().next_edge(wall).min(self.on_call_week().next_edge(wall))
    }

    fn support_week(&self) -> Week<'_> {
        Week { calendar: self, weekly: Some(&self.support), own: |holiday| Some(&holiday.hours) }
    }

    fn on_call_week(&self) -> Week<'_> {
        Week { calendar: self, weekly: self.on_call.as_deref(), own: |holiday| holiday.on_call.as_deref() }
    }
}

/// Weekly stretches with the days that have their own.
struct Week<'a> {
    calendar: &'a Calendar,
    /// `None` is always.
    weekly: Option<&'a [WeeklySpan]>,
    /// What a holiday puts in the place of a day's stretches, if anything.
    own: fn(&Holiday) -> Option<&[DaySpan]>,
}

impl<'a> Week<'a> {
    fn own_on(&self, date: NaiveDate) -> Option<&'a [DaySpan]> {
        self.calendar.holiday(date).and_then(self.own)
    }

    /// The stretches that begin on `date`.
    fn on(&self, date: NaiveDate, own: Option<&'a [DaySpan]>) -> impl Iterator<Item = DaySpan> {
        let (weekly, own) = match (own, self.weekly) {
            (Some(own), _) => (&[][..], own),
            (None, Some(weekly)) => (weekly, &[][..]),
            (None, None) => (&[][..], &[DaySpan::WHOLE_DAY][..]),
        };
        weekly.iter().filter_map(move |span| span.on(date)).chain(own.iter().copied())
    }

    /// The stretches that reach into `date`, each with the day on which it begins.
    fn reaching(&self, date: NaiveDate) -> impl Iterator<Item = (NaiveDate, DaySpan)> {
        let own = self.own_on(date);
        // A day of its own takes nothing over from the evening before.
        let eve = (date - Days::new(1), own.is_none());
        let before = eve.1.then(|| self.on(eve.0, self.own_on(eve.0)).map(move |span| (eve.0, span)));
        before.into_iter().flatten().chain(self.on(date, own).map(move |span| (date, span)))
    }

    fn holds(&self, wall: NaiveDateTime) -> bool {
        self.reaching(wall.date()).any(|(date, span)| span.holds(date, wall))
    }

    /// The first time after `wall` at which a stretch begins or ends, or else the next midnight.
    fn next_edge(&self, wall: NaiveDateTime) -> NaiveDateTime {
        let midnight = (wall.date() + Days::new(1)).and_time(NaiveTime::MIN);
        self.reaching(wall.date())
            .flat_map(|(date, span)| [span.start_on(date), span.end_on(date)])
            .filter(|edge| *edge > wall)
            .fold(midnight, NaiveDateTime::min)
    }
}
