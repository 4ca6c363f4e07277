//! `/desks/{desk}/hours/week`: the form of the support hours and the on-call window, a field for each weekday.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::change::{as_was, drafted, was};
use super::hours::{WEEKDAYS, listed};
use super::{AtDesk, Place};
use crate::rules::desk::edit::Edit;
use crate::rules::hours::{DaySpan, WrittenWeek, by_weekday, weekly};
use crate::rules::zone::Zone;
use crate::web::App;
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The names of a week's fields.
type Names = [&'static str; 7];
const SUPPORT: Names =
    ["support-mon", "support-tue", "support-wed", "support-thu", "support-fri", "support-sat", "support-sun"];
const ON_CALL: Names =
    ["on-call-mon", "on-call-tue", "on-call-wed", "on-call-thu", "on-call-fri", "on-call-sat", "on-call-sun"];

/// A weekday's field.
struct Day {
    name: &'static str,
    field: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "week.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    was: String,
    zone: String,
    zones: Vec<&'static str>,
    support: Vec<Day>,
    always: bool,
    on_call: Vec<Day>,
}

fn days(names: Names, text: impl Fn(usize) -> String) -> Vec<Day> {
    let day =
        |(index, field): (usize, &'static str)| Day { name: WEEKDAYS[index].1, field, text: text(index) };
    names.into_iter().enumerate().map(day).collect()
}

/// The form of the week.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let hours = &at.desk().hours;
    let (support, window) = (by_weekday(&hours.support), hours.on_call.as_deref().map(by_weekday));
    let form = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        errors: Errors::default(),
        was: as_was(&WrittenWeek::from(hours)),
        zone: hours.zone.to_string(),
        zones: Zone::all().map(Zone::name).collect(),
        support: days(SUPPORT, |index| listed(&support[index], "")),
        always: window.is_none(),
        on_call: days(ON_CALL, |index| {
            window.as_ref().map_or_else(String::new, |week| listed(&week[index], ""))
        }),
    };
    Ok(page(StatusCode::OK, &form))
}

/// The stretches of a week's fields, or what is wrong with them.
fn read(fields: &Fields, names: Names, errors: &mut Errors) -> Vec<String> {
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    for (day, name) in week.iter_mut().zip(names) {
        for text in fields.get(name).split([',', ';']).map(str::trim).filter(|text| !text.is_empty()) {
            // People write a dash of any length.
            match text.replace(['–', '—'], "-").parse::<DaySpan>() {
                Ok(hours) => day.push(hours),
                Err(misread) => errors.note(name, format!("{}: {}.", misread.what, misread.remedy)),
            }
        }
    }
    weekly(&week).iter().map(ToString::to_string).collect()
}

/// Puts other hours into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<WrittenWeek>(&fields)?.ok_or(Trouble::NotFound)?;
    let mut errors = Errors::default();
    let always = fields.get("on-call") != "window";
    let support = read(&fields, SUPPORT, &mut errors);
    let on_call = (!always).then(|| read(&fields, ON_CALL, &mut errors));
    let now = WrittenWeek { zone: fields.get("zone").trim().to_owned(), support, on_call };
    if let Err(faults) = now.read() {
        for fault in faults {
            let field = if fault.path.first().is_some_and(|part| part == "zone") { "zone" } else { "form" };
            errors.note(field, format!("{}: {}.", fault.what, fault.remedy));
        }
    }
    if errors.is_empty() {
        let changed = was.plain() != now.plain();
        let edits: Vec<Edit> = changed.then_some(Edit::Hours { was, now }).into_iter().collect();
        return drafted(&app, &at, &edits, &at.path("/hours")).await;
    }
    let form = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        was: fields.get("was").to_owned(),
        zone: fields.get("zone").to_owned(),
        zones: Zone::all().map(Zone::name).collect(),
        support: days(SUPPORT, |index| fields.get(SUPPORT[index]).to_owned()),
        always,
        on_call: days(ON_CALL, |index| fields.get(ON_CALL[index]).to_owned()),
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}
