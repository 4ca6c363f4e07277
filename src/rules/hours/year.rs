//! A calendar as it is looked at: what a caller meets on each of so many days, and what about its holidays somebody may
//! not have meant. The days are cut out of [`Calendar::covers`], by which calls are answered.

use chrono::{Days, NaiveDate, NaiveTime};

use super::{Calendar, Cover, Holiday, by_weekday};
use crate::rules::zone::ZoneBook;

/// A day of the desk's wall clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CalendarDay<'a> {
    /// Which.
    pub date: NaiveDate,
    /// The holiday that it is, if it is one.
    pub holiday: Option<&'a Holiday>,
    /// What a caller meets from its first minute to its last.
    pub stretches: Vec<Stretch>,
}

/// A part of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// What a caller meets.
    pub cover: Cover,
    /// Its first minute.
    pub from: NaiveTime,
    /// The minute before which it ends; none at the day's end.
    pub to: Option<NaiveTime>,
}

impl CalendarDay<'_> {
    /// Whether a caller meets that at some time of the day.
    pub fn has(&self, cover: Cover) -> bool {
        self.stretches.iter().any(|stretch| stretch.cover == cover)
    }
}

/// Something about a holiday that its writer may not have meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Concern<'a> {
    /// It never comes (again).
    Never,
    /// On that day the desk does not answer anyway, and nothing is observed instead.
    ChangesNothing(NaiveDate),
    /// On that day the desk would not answer, and does by its hours.
    Opens(NaiveDate),
    /// On that day the other one counts, which is listed before it.
    Behind(NaiveDate, &'a str),
}

impl Calendar {
    /// So many days, from that one on.
    pub fn days(&self, book: &ZoneBook, from: NaiveDate, count: u64) -> Vec<CalendarDay<'_>> {
        let start = |date: NaiveDate| book.day_start(self.zone, date);
        let mut covers = self.covers(book, start(from), start(from + Days::new(count))).peekable();
        let day = |date: NaiveDate| {
            let (begins, ends) = (start(date), start(date + Days::new(1)));
            let mut stretches = Vec::new();
            while let Some(covered) = covers.peek() {
                let from = book.to_wall(self.zone, covered.from.max(begins)).time();
                let to = (covered.to < ends).then(|| book.to_wall(self.zone, covered.to).time());
                stretches.push(Stretch { cover: covered.cover, from, to });
                if covered.to > ends {
                    break;
                }
                let over = covered.to == ends;
                covers.next();
                if over {
                    break;
                }
            }
            CalendarDay { date, holiday: self.holiday(date), stretches }
        };
        from.iter_days().take(usize::try_from(count).unwrap_or(usize::MAX)).map(day).collect()
    }

    /// What about each holiday, by its index, somebody may not have meant, within so many days from that one on.
    pub fn concerns(&self, from: NaiveDate, count: usize) -> Vec<(usize, Concern<'_>)> {
        let week = by_weekday(&self.support);
        let answers = |date: NaiveDate| {
            use chrono::Datelike;
            !week[date.weekday().num_days_from_monday() as usize].is_empty()
        };
        let mut concerns = Vec::new();
        for (index, holiday) in self.holidays.iter().enumerate() {
            if holiday.date.next(from).is_none() {
                concerns.push((index, Concern::Never));
            }
            for date in from.iter_days().take(count).filter(|date| holiday.date.is(*date)) {
                let before = self.holidays[..index].iter().find(|other| other.date.is(date));
                if let Some(other) = before {
                    concerns.push((index, Concern::Behind(date, &other.name)));
                } else if answers(date) {
                    // It is for such days that holidays are written.
                } else if !holiday.hours.is_empty() {
                    concerns.push((index, Concern::Opens(date)));
                } else if holiday.on_call.is_none() {
                    concerns.push((index, Concern::ChangesNothing(date)));
                }
            }
        }
        concerns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::zone::tests::BOOK;

    fn calendar(toml: &str) -> Calendar {
        toml::from_str(toml).unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn told(day: &CalendarDay<'_>) -> String {
        let stretch = |one: &Stretch| {
            let to = one.to.map_or("24:00".into(), |to| to.format("%H:%M").to_string());
            format!("{:?} {}-{to}", one.cover, one.from.format("%H:%M"))
        };
        let holiday = day.holiday.map(|holiday| format!(" ({})", holiday.name)).unwrap_or_default();
        let all: Vec<String> = day.stretches.iter().map(stretch).collect();
        format!("{}{holiday}: {}", day.date, all.join(", "))
    }

    #[test]
    fn each_day_says_what_a_caller_meets() {
        let desk = calendar(
            "zone = 'America/New_York'\nsupport = ['Mon-Fri 09:00-17:00', 'Tue 22:00-02:00']\n\
             on_call = ['Mon-Sun 08:00-20:00']\n\
             holiday = [{ name = 'Thanksgiving', date = '4th Thursday of November', closed = true }]",
        );
        let days = desk.days(&BOOK, date("2026-11-24"), 4);
        let told: Vec<String> = days.iter().map(told).collect();
        assert_eq!(
            told,
            [
                "2026-11-24: Closed 00:00-08:00, OnCall 08:00-09:00, Support 09:00-17:00, OnCall 17:00-20:00, \
                 Closed 20:00-22:00, Support 22:00-24:00",
                "2026-11-25: Support 00:00-02:00, Closed 02:00-08:00, OnCall 08:00-09:00, Support 09:00-17:00, \
                 OnCall 17:00-20:00, Closed 20:00-24:00",
                "2026-11-26 (Thanksgiving): Closed 00:00-08:00, OnCall 08:00-20:00, Closed 20:00-24:00",
                "2026-11-27: Closed 00:00-08:00, OnCall 08:00-09:00, Support 09:00-17:00, OnCall 17:00-20:00, \
                 Closed 20:00-24:00",
            ]
        );
        assert!(days[2].has(Cover::OnCall) && !days[2].has(Cover::Support));
    }

    #[test]
    fn a_stretch_of_many_days_is_cut_at_each_midnight() {
        let desk = calendar("zone = 'Europe/Berlin'");
        // A day with 23 hours, one with 25, and a plain one.
        for from in ["2026-03-29", "2026-10-25", "2026-06-01"] {
            let days = desk.days(&BOOK, date(from), 2);
            assert_eq!(days.len(), 2);
            for day in days {
                assert_eq!(day.stretches.len(), 1, "{day:?}");
                assert!(day.stretches[0].to.is_none() && day.stretches[0].from == NaiveTime::MIN);
            }
        }
    }

    #[test]
    fn what_a_holiday_may_not_mean_is_told() {
        let desk = calendar(
            "zone = 'UTC'\nsupport = ['Mon-Fri 09:00-17:00']\nholiday = [\
             { name = 'Past', date = '2026-01-02', closed = true },\
             { name = 'Plain', date = '12-25', closed = true },\
             { name = 'Saturday', date = '12-26', closed = true },\
             { name = 'Sunday', date = '12-27', hours = ['10:00-12:00'] },\
             { name = 'Watched', date = '2027-01-02', closed = true, on_call = ['00:00-24:00'] },\
             { name = 'Shut', date = '2026-12-25', hours = ['10:00-12:00'] }]",
        );
        assert_eq!(
            desk.concerns(date("2026-11-22"), 365),
            [
                (0, Concern::Never),
                (2, Concern::ChangesNothing(date("2026-12-26"))),
                (3, Concern::Opens(date("2026-12-27"))),
                (5, Concern::Behind(date("2026-12-25"), "Plain")),
            ]
        );
    }
}
