//! What must be so for any calendar, in any zone, at any clock change.

use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use proptest::prelude::*;

use super::super::*;
use super::business_between;
use crate::clock::Timestamp;
use crate::rules::written::Moment;
use crate::rules::zone::tests::{BOOK, any_instant, any_zone};

fn any_hours() -> impl Strategy<Value = String> {
    (0..1440u32, 1..1440u32).prop_map(|(start, length)| {
        let end = (start + length) % 1440;
        format!("{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60)
    })
}

fn any_span() -> impl Strategy<Value = String> {
    let days = prop::sample::select(vec!["Mon-Fri ", "Sat ", "Sun ", "", "Sun-Tue ", "Wed,Sat "]);
    (days, any_hours()).prop_map(|(days, hours)| days.to_owned() + &hours)
}

/// Any calendar, its holidays close to `around`, where a test will look.
fn any_calendar(zone: Zone, around: Timestamp) -> impl Strategy<Value = Calendar> {
    let spans = || prop::collection::vec(any_span(), 0..3);
    let hours = || prop::collection::vec(any_hours(), 0..3);
    let holiday = (0..5u64, hours(), prop::option::of(hours())).prop_map(move |(day, hours, on_call)| {
        let date = BOOK.date(zone, around) + Days::new(day) - Days::new(2);
        WrittenHoliday {
            name: "Holiday".into(),
            date: Moment(date.to_string()),
            closed: hours.is_empty(),
            hours: (!hours.is_empty()).then_some(hours),
            on_call,
        }
    });
    let holidays = prop::collection::vec(holiday, 0..3);
    (spans(), prop::option::of(spans()), holidays).prop_filter_map(
        "nobody is ever there",
        move |(support, on_call, holiday)| {
            WrittenCalendar { zone: zone.name().into(), support, on_call, holiday }.read().ok()
        },
    )
}

/// The rules in the plainest words: the cover at `wall`, by looking through each stretch that could hold it.
fn plainly(calendar: &Calendar, wall: NaiveDateTime) -> (bool, bool) {
    let today = wall.date();
    let within = |spans: &[DaySpan], date: NaiveDate| spans.iter().any(|span| span.holds(date, wall));
    let weekly =
        |spans: &[WeeklySpan], date| spans.iter().filter_map(|span| span.on(date)).collect::<Vec<_>>();
    let day = |date: NaiveDate| calendar.holidays.iter().find(|holiday| holiday.date.is(date));
    let yesterday = today - Days::new(1);
    let support = match (day(today), day(yesterday)) {
        (Some(holiday), _) => within(&holiday.hours, today),
        (None, Some(eve)) => {
            within(&weekly(&calendar.support, today), today) || within(&eve.hours, yesterday)
        }
        (None, None) => {
            within(&weekly(&calendar.support, today), today)
                || within(&weekly(&calendar.support, yesterday), yesterday)
        }
    };
    let window = |date| match (day(date).and_then(|holiday| holiday.on_call.clone()), &calendar.on_call) {
        (Some(own), _) => own,
        (None, Some(window)) => weekly(window, date),
        (None, None) => vec!["00:00-24:00".parse().unwrap()],
    };
    let own_today = day(today).is_some_and(|holiday| holiday.on_call.is_some());
    let on_call = within(&window(today), today) || (!own_today && within(&window(yesterday), yesterday));
    (support, on_call)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The plain rules, minute by minute, on a wall clock that is kept from going back by hand.
    #[test]
    fn a_state_lasts_until_it_says(
        (start, calendar) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))).prop_flat_map(
            |(zone, start)| (Just(Timestamp(start.0 - start.0.rem_euclid(60_000))), any_calendar(zone, start)),
        ),
    ) {
        let mut latest = NaiveDate::MIN.and_time(NaiveTime::MIN);
        let mut previous: Option<DeskState> = None;
        for minute in -240..1800 {
            let now = Timestamp(start.0 + minute * 60_000);
            latest = latest.max(BOOK.to_wall(calendar.zone, now));
            if minute < 0 {
                continue;
            }
            let (support, on_call) = plainly(&calendar, latest);
            let state = calendar.state_at(&BOOK, now);
            let ends = match state {
                DeskState::Support { until } => {
                    prop_assert!(support, "{}", now);
                    until
                }
                DeskState::OnCall { until } => {
                    prop_assert!(!support && on_call, "{}", now);
                    until
                }
                DeskState::Closed { resumes } => {
                    prop_assert!(!support && !on_call, "{}", now);
                    resumes
                }
            };
            prop_assert!(ends > now);
            match previous {
                Some(DeskState::Support { until } | DeskState::OnCall { until }) if now < until => {
                    prop_assert_eq!(Some(state), previous);
                }
                Some(DeskState::Closed { resumes }) if now < resumes => prop_assert_eq!(Some(state), previous),
                Some(before) => {
                    prop_assert_ne!(std::mem::discriminant(&state), std::mem::discriminant(&before));
                }
                None => {}
            }
            previous = Some(state);
        }
    }

    #[test]
    fn what_comes_next_is_the_first(
        (start, calendar) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))).prop_flat_map(
            |(zone, start)| (Just(start), any_calendar(zone, start)),
        ),
    ) {
        let is_support = |at| matches!(calendar.state_at(&BOOK, at), DeskState::Support { .. });
        let is_covered = |at| !matches!(calendar.state_at(&BOOK, at), DeskState::Closed { .. });
        let nexts: [(Timestamp, &dyn Fn(Timestamp) -> bool); 2] = [
            (calendar.next_support(&BOOK, start), &is_support),
            (calendar.next_cover(&BOOK, start), &is_covered),
        ];
        for (next, wanted) in nexts {
            prop_assert!(next >= start);
            if next == Timestamp::NEVER {
                prop_assert!(!wanted(start));
            } else {
                prop_assert!(wanted(next));
                prop_assert!(next == start || !wanted(Timestamp(next.0 - 1)));
            }
        }
    }

    #[test]
    fn business_time_added_is_business_time_passed(
        (start, calendar) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))).prop_flat_map(
            |(zone, start)| (Just(start), any_calendar(zone, start)),
        ),
        minutes in 0..6000u64,
        later in 0..10_000u64,
    ) {
        let span = Duration::from_secs(minutes * 60);
        let due = calendar.add_business(&BOOK, start, span);
        if due == Timestamp::NEVER {
            prop_assert!(calendar.support.is_empty());
        } else {
            prop_assert_eq!(business_between(&calendar, start, due), span);
            let just_before = Timestamp(due.0 - 1);
            prop_assert!(span.is_zero() || business_between(&calendar, start, just_before) < span);
        }
        let (middle, end) = (start + Duration::from_secs(later * 20), start + Duration::from_secs(later * 60));
        prop_assert_eq!(
            business_between(&calendar, start, middle) + business_between(&calendar, middle, end),
            business_between(&calendar, start, end)
        );
    }

    /// Against another way of working it out (Oudin's), and what everybody knows of it.
    #[test]
    fn easter_is_the_sunday_that_it_is(year in 1583..4100i32, offset in 1..=80i64) {
        let (golden, century) = (year % 19, year / 100);
        let moon = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
        let moon = moon - (moon / 28) * (1 - (29 / (moon + 1)) * ((21 - golden) / 11));
        let sunday = moon - (year + year / 4 + moon + 2 - century + century / 4) % 7;
        let month = 3 + (sunday + 40) / 44;
        let day = sunday + 28 - 31 * (month / 4);
        let easter = NaiveDate::from_ymd_opt(year, month as u32, day as u32).unwrap();
        prop_assert_eq!(chrono::Datelike::weekday(&easter), chrono::Weekday::Sun);
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = |rule: String| {
            let rule: DayRule = rule.parse().unwrap();
            let year = first.iter_days().take_while(|date| chrono::Datelike::year(date) == year);
            year.filter(|date| rule.is(*date)).collect::<Vec<_>>()
        };
        prop_assert_eq!(days("Easter".into()), [easter]);
        prop_assert_eq!(days(format!("{offset} days before Easter")), [easter - Days::new(offset as u64)]);
        prop_assert_eq!(days(format!("{offset} days after Easter")), [easter + Days::new(offset as u64)]);
    }

    #[test]
    fn a_week_by_weekdays_is_the_same_week(spans in prop::collection::vec(any_span(), 0..5)) {
        let spans: Vec<WeeklySpan> = spans.iter().map(|span| span.parse().unwrap()).collect();
        let again = weekly(&by_weekday(&spans));
        prop_assert_eq!(by_weekday(&again).map(sorted), by_weekday(&spans).map(sorted));
        for minute in 0..7 * 24 * 12 {
            let wall = NaiveDate::default().and_time(NaiveTime::MIN) + chrono::TimeDelta::minutes(minute * 5);
            prop_assert_eq!(hold(&again, wall), hold(&spans, wall), "{}", wall);
        }
    }
}

fn sorted(mut hours: Vec<DaySpan>) -> Vec<DaySpan> {
    hours.sort();
    hours.dedup();
    hours
}
