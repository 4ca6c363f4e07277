//! `/desks/{desk}/hours/holiday` and `…/public`: holidays by hand, and those of a country to tick.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;

use super::change::{PartField, Section, as_was, drafted, drafted_or_told, note_faults, was};
use super::hours::{listed, next_told};
use super::when::Wall;
use super::{AtDesk, Place};
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::hours::public::{COUNTRIES, PublicHoliday, PublicHolidays};
use crate::rules::hours::{DayRule, WrittenHoliday};
use crate::rules::written::Moment;
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The fields of a holiday's faults. Neither closed nor with hours: it is the hours that are missing.
const READ: &[PartField] = &[("date", "date"), ("hours", "hours"), ("name", "hours"), ("on_call", "on_call")];

/// The fields of its parts in the file.
const IN_FILE: &[PartField] =
    &[("name", "name"), ("date", "date"), ("hours", "hours"), ("on_call", "on_call")];

/// Which holiday is meant.
#[derive(Deserialize)]
pub(super) struct Which {
    /// By its index; none is a new one.
    holiday: Option<usize>,
}

#[derive(Template)]
#[template(path = "holiday.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    /// The holiday as it is, as JSON; empty for a new one.
    was: String,
    name: String,
    date: String,
    closed: bool,
    hours: String,
    on_call: String,
}

impl Page {
    /// With those texts in it.
    fn of(
        app: &App,
        at: &AtDesk,
        errors: Errors,
        was: String,
        closed: bool,
        text: impl Fn(&str) -> String,
    ) -> Page {
        Page {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            was,
            name: text("name"),
            date: text("date"),
            closed,
            hours: text("hours"),
            on_call: text("on_call"),
        }
    }
}

fn today(app: &App, at: &AtDesk) -> NaiveDate {
    Wall::new(app.acts().book(), at.desk().zone()).date(app.acts().clock().now())
}

/// The form of a holiday.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = match which.holiday {
        Some(index) => Some(at.desk().hours.holidays.get(index).ok_or(Trouble::NotFound)?),
        None => None,
    };
    let closed = was.is_none_or(|was| was.hours.is_empty());
    let text = |field: &str| match (field, was) {
        ("name", Some(was)) => was.name.clone(),
        ("date", Some(was)) => was.date.to_string(),
        ("hours", Some(was)) => listed(&was.hours, ""),
        ("on_call", Some(was)) => {
            was.on_call.as_deref().map(|window| listed(window, "never")).unwrap_or_default()
        }
        _ => String::new(),
    };
    let json = was.map(|was| as_was(&WrittenHoliday::from(was.clone()))).unwrap_or_default();
    Ok(page(StatusCode::OK, &Page::of(&app, &at, Errors::default(), json, closed, text)))
}

/// Stretches of a day, as somebody wrote them into one field.
fn stretches(text: &str) -> Vec<String> {
    let parts = text.split([',', ';', '\n']).map(|part| part.trim().replace(['–', '—'], "-"));
    parts.filter(|part| !part.is_empty()).collect()
}

/// What the desk does on a holiday, by the fields of a form: whether it is closed, and its hours if not.
fn kept(fields: &Fields) -> (bool, Option<Vec<String>>) {
    let closed = fields.get("kept") != "hours";
    (closed, (!closed).then(|| stretches(fields.get("hours"))))
}

fn note(errors: &mut Errors, holiday: &WrittenHoliday) {
    note_faults(errors, holiday.read().err().unwrap_or_default(), READ);
}

/// Puts a holiday into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let text = |name: &str| fields.get(name).trim().to_owned();
    let was = was::<WrittenHoliday>(&fields)?;
    let (closed, hours) = kept(&fields);
    let on_call = match &*text("on_call") {
        "" => None,
        "never" => Some(Vec::new()),
        text => Some(stretches(text)),
    };
    let now = WrittenHoliday { name: text("name"), date: Moment(text("date")), closed, hours, on_call };
    let mut errors = Errors::default();
    if now.name.is_empty() {
        errors.note("name", "Give it a name, like Thanksgiving.");
    }
    note(&mut errors, &now);
    if errors.is_empty() {
        let name = now.name.clone();
        let edit = Change::of(was, now).map(Edit::Holiday);
        let section = Section { array: &["hours", "holiday"], key: "name", name: &name, fields: IN_FILE };
        match drafted_or_told(&app, &at, edit.as_slice(), &at.path("/hours"), section).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let form = Page::of(&app, &at, errors, text("was"), closed, text);
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts into the draft that a holiday goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<WrittenHoliday>(&fields)?.ok_or(Trouble::NotFound)?;
    drafted(&app, &at, &[Edit::Holiday(Change::remove(was))], &at.path("/hours")).await
}

/// Which country's holidays are looked at.
#[derive(Deserialize)]
pub(super) struct Where {
    #[serde(default)]
    country: String,
}

/// A public holiday on the list.
struct Offered {
    rule: &'static str,
    name: &'static str,
    only_in: Option<&'static str>,
    next: String,
    /// Whether the desk has it already.
    known: bool,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "public_holidays.html", config = "src/web/ui/askama.toml")]
struct Public {
    frame: Frame,
    place: Place,
    errors: Errors,
    countries: &'static [PublicHolidays],
    country: &'static PublicHolidays,
    days: Vec<Offered>,
    closed: bool,
    hours: String,
}

impl Public {
    /// With those days ticked.
    fn of(
        app: &App,
        at: &AtDesk,
        errors: Errors,
        country: &'static PublicHolidays,
        ticked: &[&str],
        (closed, hours): (bool, &str),
    ) -> Public {
        Public {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            countries: COUNTRIES,
            country,
            days: offered(app, at, country, ticked),
            closed,
            hours: hours.to_owned(),
        }
    }
}

/// The country of those two letters; the desk's own, or else the first, if none is known by them.
fn country(at: &AtDesk, letters: &str) -> Option<&'static PublicHolidays> {
    let known = |letters: &str| COUNTRIES.iter().find(|country| country.country == letters);
    known(letters).or_else(|| known(&at.desk().country.to_string())).or(COUNTRIES.first())
}

fn has(at: &AtDesk, day: &PublicHoliday) -> bool {
    let rule = day.date.parse::<DayRule>().ok();
    at.desk().hours.holidays.iter().any(|holiday| Some(holiday.date) == rule)
}

fn offered(app: &App, at: &AtDesk, country: &PublicHolidays, ticked: &[&str]) -> Vec<Offered> {
    let today = today(app, at);
    let row = |day: &'static PublicHoliday| Offered {
        rule: day.date,
        name: day.name,
        only_in: day.only_in,
        next: day.date.parse().map(|rule| next_told(rule, today)).unwrap_or_default(),
        known: has(at, day),
        ticked: ticked.contains(&day.date),
    };
    country.days.iter().map(row).collect()
}

/// The public holidays of a country.
pub(super) async fn ask_public(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(given): Query<Where>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let country = country(&at, &given.country).ok_or(Trouble::NotFound)?;
    let shown = Public::of(&app, &at, Errors::default(), country, &[], (true, ""));
    Ok(page(StatusCode::OK, &shown))
}

/// Puts those that were ticked into the draft.
pub(super) async fn put_public(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let country = country(&at, fields.get("country")).ok_or(Trouble::NotFound)?;
    let ticked: Vec<&str> = fields.all("day").collect();
    let (closed, hours) = kept(&fields);
    let mut errors = Errors::default();
    let mut edits = Vec::new();
    for day in country.days.iter().filter(|day| ticked.contains(&day.date) && !has(&at, day)) {
        let holiday = WrittenHoliday {
            name: day.name.to_owned(),
            date: Moment(day.date.to_owned()),
            closed,
            hours: hours.clone(),
            on_call: None,
        };
        note(&mut errors, &holiday);
        edits.push(Edit::Holiday(Change::add(holiday)));
    }
    if edits.is_empty() {
        errors.note("form", "Tick the days that the desk keeps.");
    }
    if errors.is_empty() {
        return drafted(&app, &at, &edits, &at.path("/hours")).await;
    }
    let shown = Public::of(&app, &at, errors, country, &ticked, (closed, fields.get("hours")));
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}
