//! When a manager is told of times at which an emergency would find nobody on call: on Monday mornings while there are
//! any ahead, and as each comes near. Each notice has a name, by which it is told once, whoever looks and how often.

use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use super::Gaps;
use crate::clock::Timestamp;
use crate::rules::cover::Span;
use crate::rules::zone::{Zone, ZoneBook};

/// So long before each it is told. A notice looks twice as far as it must, so that gaps which follow on each other are
/// told in one.
const BEFORE: [Duration; 3] = [
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
    Duration::from_secs(7 * 24 * 60 * 60),
];

/// The hour of Monday's notice, on the desk's wall clock.
const HOUR: u32 = 9;

/// Monday's notice is not sent on a later day.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest that nobody looks: telephones break and are mended without a change of the desk.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// The most gaps that a text names.
const MOST_NAMED: usize = 3;

/// What a manager is told of gaps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GapNews {
    /// Whether it is Monday's.
    pub weekly: bool,
    /// The first few, in order of time.
    pub first: Vec<Span>,
    /// How many more there are.
    pub more: usize,
    /// Where they are filled.
    pub link: String,
}

/// Something to be told, if it was not told before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// By which it is told once.
    pub name: String,
    /// Whether it is Monday's.
    pub weekly: bool,
    /// What it is about.
    pub gaps: Vec<Span>,
    /// Other notices that need not be told after it.
    pub covers: Vec<String>,
}

impl Notice {
    /// What is written about several that are told at once.
    pub fn news(all: &[Notice], link: String) -> GapNews {
        let mut gaps: Vec<Span> = all.iter().flat_map(|notice| notice.gaps.clone()).collect();
        gaps.sort_by_key(|gap| gap.from);
        gaps.dedup();
        let more = gaps.len().saturating_sub(MOST_NAMED);
        gaps.truncate(MOST_NAMED);
        GapNews { weekly: all.iter().any(|notice| notice.weekly), first: gaps, more, link }
    }
}

impl Gaps {
    /// The stretches in which no policy's step finds anybody, whatever the reasons, as one each.
    pub fn bare(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        // They come in order of their beginnings.
        for gap in self.policies.iter().filter(|gap| gap.is_bare()) {
            match spans.last_mut().filter(|last| last.to >= gap.from) {
                Some(last) => last.to = last.to.max(gap.to),
                None => spans.push(Span { from: gap.from, to: gap.to }),
            }
        }
        spans
    }
}

/// What is to be told at `now` of gaps ahead, in order of time, on a desk's wall clock; and when to look again. A gap
/// that has begun is none to prepare for.
pub fn notices(gaps: &[Span], now: Timestamp, zone: Zone, book: &ZoneBook) -> (Vec<Notice>, Timestamp) {
    let ahead: Vec<Span> = gaps.iter().copied().filter(|gap| gap.from > now).collect();
    let mut notices = Vec::new();
    let monday = book.date(zone, now).week(Weekday::Mon).checked_first_day();
    let nine = |date: NaiveDate| {
        book.to_instant(zone, date.and_time(NaiveTime::MIN) + chrono::TimeDelta::hours(HOUR.into()))
    };
    let weekly = monday.filter(|date| nine(*date) <= now && now < nine(*date) + STALE && !ahead.is_empty());
    if let Some(date) = weekly {
        let name = format!("week of {date}");
        notices.push(Notice { name, weekly: true, gaps: ahead.clone(), covers: Vec::new() });
    }
    for (index, gap) in ahead.iter().enumerate() {
        let Some(stage) = BEFORE.iter().position(|before| gap.from - *before <= now) else { continue };
        let with = ahead[index..].iter().copied().take_while(|other| other.from <= now + BEFORE[stage] * 2);
        let with: Vec<Span> = with.collect();
        // What is told so late need not be told as if it were far off, nor what is told with it.
        let farther = BEFORE[stage..].iter().flat_map(|before| with.iter().map(|gap| name(gap, *before)));
        let name = name(gap, BEFORE[stage]);
        let covers = farther.filter(|other| *other != name).collect();
        notices.push(Notice { name, weekly: false, gaps: with, covers });
    }
    let next_monday = monday.and_then(|date| match nine(date) > now {
        true => Some(date),
        false => date.checked_add_days(Days::new(7)),
    });
    let nears = ahead.iter().flat_map(|gap| BEFORE.map(|before| gap.from - before)).filter(|at| *at > now);
    let look = nears.chain(next_monday.map(nine)).chain([now + LOOK]).min().unwrap_or(now + LOOK);
    (notices, look)
}

fn name(gap: &Span, before: Duration) -> String {
    format!("{} h before {}", before.as_secs() / 3600, gap.from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::zone::tests::{BOOK, at, zone};

    /// On Wednesday, 18 November 2026, 6:00 in New York.
    const NOW: &str = "2026-11-18T06:00-05:00";

    fn gap(from: &str, hours: u64) -> Span {
        let from = at(from);
        Span { from, to: from + Duration::from_secs(hours * 3600) }
    }

    fn look(gaps: &[Span], now: &str) -> (Vec<String>, String) {
        let (notices, next) = notices(gaps, at(now), zone("America/New_York"), &BOOK);
        let told = |notice: &Notice| {
            let before = notice.name.split(" before").next().unwrap_or_default();
            format!("{before}: {} gaps", notice.gaps.len())
        };
        let next = BOOK.to_wall(zone("America/New_York"), next).format("%a %H:%M").to_string();
        (notices.iter().map(told).collect(), next)
    }

    #[test]
    fn a_manager_is_told_on_mondays_and_as_it_nears() {
        let one = [gap("2026-12-05T18:00-05:00", 12)];
        for (now, told, next) in [
            (NOW, &[] as &[&str], "Wed 07:00"),
            ("2026-11-23T08:30-05:00", &[], "Mon 09:00"),
            ("2026-11-23T09:00-05:00", &["week of 2026-11-23: 1 gaps"], "Mon 10:00"),
            ("2026-11-24T08:59-05:00", &["week of 2026-11-23: 1 gaps"], "Tue 09:59"),
            ("2026-11-24T09:00-05:00", &[], "Tue 10:00"),
            ("2026-11-28T17:30-05:00", &[], "Sat 18:00"),
            ("2026-11-28T18:00-05:00", &["168 h: 1 gaps"], "Sat 19:00"),
            ("2026-12-04T18:00-05:00", &["24 h: 1 gaps"], "Fri 19:00"),
            ("2026-12-05T16:00-05:00", &["2 h: 1 gaps"], "Sat 17:00"),
            // It has begun, or is over.
            ("2026-12-05T18:00-05:00", &[], "Sat 19:00"),
        ] {
            assert_eq!(
                look(&one, now),
                (told.iter().map(|told| (*told).to_owned()).collect(), next.into()),
                "{now}"
            );
        }
        assert_eq!(look(&[], "2026-11-23T09:00-05:00").0, [] as [String; 0]);
    }

    #[test]
    fn gaps_that_follow_on_each_other_are_told_in_one() {
        let first = gap("2026-11-25T06:00-05:00", 1);
        let after = |days: u64| Duration::from_secs(days * 24 * 3600);
        let nightly: Vec<Span> =
            (0..30).map(|day| Span { from: first.from + after(day), to: first.to + after(day) }).collect();
        let (notices, _) = super::notices(&nightly, at(NOW), zone("America/New_York"), &BOOK);
        // The first is a week off, and those of the week after are told with it.
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].gaps.len(), notices[0].covers.len()), (8, 7));
        let news = Notice::news(&notices, "https://pager.example.com".into());
        assert_eq!((news.first.len(), news.more, news.weekly), (3, 5, false));
        assert_eq!(news.first[..], nightly[..3]);
        // Told an hour before, it need not be told as if it were a day or a week off.
        let (late, _) =
            super::notices(&nightly[..1], at("2026-11-25T05:00-05:00"), zone("America/New_York"), &BOOK);
        assert_eq!((late.len(), late[0].covers.len()), (1, 2));
    }
}
