//! `/desks/{desk}/hours`: when the desk answers and when somebody is on call, week by week, its holidays, and the coming
//! twelve months as callers will meet them. What is drawn is what calls are answered by: [`crate::rules::hours`].

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime};

use super::change::as_was;
use super::when::{self, Wall};
use super::{AtDesk, Place};
use crate::rules::hours::{
    Calendar, CalendarDay, Concern, Cover, DaySpan, Holiday, WrittenHoliday, by_weekday,
};
use crate::web::App;
use crate::web::ui::asked::Path;
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The days of the week, as the file writes them and as people read them.
pub(super) const WEEKDAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// A weekday of the table.
struct Weekday {
    name: &'static str,
    support: String,
    on_call: String,
}

/// A holiday of the list.
struct Listed {
    index: usize,
    name: String,
    rule: String,
    /// What the desk does on it.
    hours: String,
    /// The next day that it falls on.
    next: Option<String>,
    concerns: Vec<String>,
    /// For the form that takes it away.
    was: String,
}

/// A month of the year.
struct Month {
    title: String,
    /// From Monday to Sunday; none before its first day and after its last.
    weeks: Vec<Vec<Option<Cell>>>,
    /// Its holidays, in words.
    holidays: Vec<String>,
}

/// A day of a month.
struct Cell {
    day: u32,
    looks: &'static str,
    holiday: bool,
    today: bool,
    told: String,
}

#[derive(Template)]
#[template(path = "hours.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    zone: String,
    week: Vec<Weekday>,
    /// Whether somebody is on call whenever the desk does not answer.
    always: bool,
    holidays: Vec<Listed>,
    months: Vec<Month>,
}

/// Stretches of a day in words; `none` if there are none.
pub(super) fn listed(hours: &[DaySpan], none: &str) -> String {
    match hours {
        [] => none.to_owned(),
        hours => hours.iter().map(DaySpan::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn week(hours: &Calendar) -> Vec<Weekday> {
    let on_call = hours.on_call.as_deref().map(by_weekday);
    let day = |(index, support): (usize, Vec<DaySpan>)| Weekday {
        name: WEEKDAYS[index].1,
        support: listed(&support, "closed"),
        on_call: on_call
            .as_ref()
            .map_or_else(|| "always else".to_owned(), |window| listed(&window[index], "nobody")),
    };
    by_weekday(&hours.support).into_iter().enumerate().map(day).collect()
}

fn concern(concern: &Concern<'_>) -> String {
    match concern {
        Concern::Never => "It never comes again.".into(),
        Concern::ChangesNothing(date) => format!(
            "{} is a day on which the desk does not answer anyway. No other day is observed instead: list one by its date, if you keep it.",
            when::day(*date)
        ),
        Concern::Opens(date) => format!(
            "{} is a day on which the desk does not answer otherwise, and will by these hours.",
            when::day(*date)
        ),
        Concern::Behind(date, other) => {
            format!("On {} “{other}” counts, which is listed before it.", when::day(*date))
        }
    }
}

fn holidays(hours: &Calendar, today: NaiveDate, days: u64) -> Vec<Listed> {
    let concerns = hours.concerns(today, usize::try_from(days).unwrap_or(usize::MAX));
    let row = |(index, holiday): (usize, &Holiday)| {
        let on_call = holiday.on_call.as_deref().map(|window| listed(window, "never"));
        let on_call = on_call.map(|window| format!("; on call {window}")).unwrap_or_default();
        let hours = listed(&holiday.hours, "closed");
        let written = WrittenHoliday::from(holiday.clone());
        let about = concerns.iter().filter(|(about, _)| *about == index);
        Listed {
            index,
            name: holiday.name.clone(),
            rule: holiday.date.to_string(),
            hours: format!("{hours}{on_call}"),
            next: holiday.date.next(today).map(when::day),
            concerns: about.map(|(_, about)| concern(about)).collect(),
            was: as_was(&written),
        }
    };
    hours.holidays.iter().enumerate().map(row).collect()
}

/// What a caller meets on a day: `support 09:00–20:00; on call 00:00–09:00, 20:00–24:00`.
fn met(day: &CalendarDay<'_>) -> String {
    let clock = |time: NaiveTime| time.format("%H:%M").to_string();
    let covers = [(Cover::Support, "support"), (Cover::OnCall, "on call"), (Cover::Closed, "closed")];
    let of = |(cover, name): (Cover, &str)| {
        let stretches = day.stretches.iter().filter(|stretch| stretch.cover == cover);
        let told = |to: Option<NaiveTime>| to.map_or_else(|| "24:00".to_owned(), clock);
        let all: Vec<String> = stretches.map(|one| format!("{}–{}", clock(one.from), told(one.to))).collect();
        match all.as_slice() {
            [] => None,
            [_] if day.stretches.len() == 1 => Some(format!("{name} all day")),
            all => Some(format!("{name} {}", all.join(", "))),
        }
    };
    covers.into_iter().filter_map(of).collect::<Vec<_>>().join("; ")
}

fn cell(day: &CalendarDay<'_>, today: NaiveDate) -> Cell {
    let holiday = day.holiday.map(|holiday| format!(", {}", holiday.name)).unwrap_or_default();
    Cell {
        day: day.date.day(),
        looks: match day {
            day if day.has(Cover::Support) => "open",
            day if day.has(Cover::OnCall) => "paged",
            _ => "shut",
        },
        holiday: day.holiday.is_some(),
        today: day.date == today,
        told: format!("{holiday}: {}", met(day)),
    }
}

fn month(days: &[CalendarDay<'_>], today: NaiveDate) -> Option<Month> {
    let first = days.first()?.date;
    let before = first.weekday().num_days_from_monday() as usize;
    let mut cells: Vec<Option<Cell>> = (0..before).map(|_| None).collect();
    cells.extend(days.iter().map(|day| Some(cell(day, today))));
    let mut weeks = Vec::new();
    while !cells.is_empty() {
        let rest = cells.split_off(cells.len().min(7));
        cells.resize_with(7, || None);
        weeks.push(std::mem::replace(&mut cells, rest));
    }
    let told = |day: &CalendarDay<'_>| {
        day.holiday.map(|holiday| format!("{}: {} ({})", day.date.format("%a %-d"), holiday.name, met(day)))
    };
    let holidays = days.iter().filter_map(told).collect();
    Some(Month { title: first.format("%B %Y").to_string(), weeks, holidays })
}

/// The hours of a desk.
pub(super) async fn show(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let hours = &at.desk().hours;
    let today = Wall::new(app.acts().book(), hours.zone).date(app.acts().clock().now());
    let first = when::first_of_month(today);
    let end = first + Months::new(12);
    let count = |from: NaiveDate| u64::try_from((end - from).num_days()).unwrap_or(0);
    let days = hours.days(app.acts().book(), first, count(first));
    let shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        zone: hours.zone.to_string(),
        week: week(hours),
        always: hours.on_call.is_none(),
        holidays: holidays(hours, today, count(today)),
        months: days
            .chunk_by(|one, next| one.date.month() == next.date.month())
            .filter_map(|days| month(days, today))
            .collect(),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// The next days of a rule, for who is about to choose it.
pub(super) fn next_told(rule: crate::rules::hours::DayRule, today: NaiveDate) -> String {
    let Some(next) = rule.next(today) else { return "never again".into() };
    let after = rule.next(next + Days::new(1));
    let after = after.map(|after| format!(", then {}", when::day(after))).unwrap_or_default();
    format!("{}{after}", when::day(next))
}
