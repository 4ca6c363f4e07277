//! `/desks/{desk}/lines`: the numbers that callers dial, what answers them, and whom their emergencies page.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::change::{PartField, Section, as_was, drafted, drafted_or_told, was};
use super::on_call::Found;
use super::{AtDesk, Place, encoded};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::desk::{Desk, Line};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The fields of its parts in the file.
const FIELDS: &[PartField] = &[
    ("number", "number"),
    ("label", "label"),
    ("flow", "flow"),
    ("carrier", "carrier"),
    ("languages", "languages"),
    ("policy", "policy"),
    ("voices", "voices"),
];

/// A line on the list.
struct Card {
    number: String,
    label: String,
    flow: String,
    carrier: String,
    languages: String,
    policy: Option<(String, String)>,
    /// Whom an emergency on it pages first, now.
    first: Found,
    /// As JSON, for the form that takes it away.
    was: String,
}

#[derive(Template)]
#[template(path = "lines.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    cards: Vec<Card>,
}

fn card(app: &App, at: &AtDesk, line: &Line) -> Card {
    let policy = at.desk().policy_of(line);
    let first = |desk: &Desk| {
        let policy = desk.policy_of(desk.line(&line.number)?)?;
        Some(app.acts().first_paged(desk, policy))
    };
    Card {
        number: line.number.to_string(),
        label: line.label.clone(),
        flow: line.flow.clone(),
        carrier: line.carrier.clone(),
        languages: line.languages.join(", "),
        policy: policy.map(|policy| (policy.name.clone(), encoded(&policy.name))),
        first: Found::of(at, first),
        was: as_was(line),
    }
}

/// All lines of a desk.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let shown = List {
        frame: at.frame(),
        place: at.place(&app.site),
        cards: at.desk().lines.iter().map(|line| card(&app, &at, line)).collect(),
    };
    Ok(page(StatusCode::OK, &shown))
}

#[derive(Template)]
#[template(path = "line.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    /// As it is, as JSON; empty for a new one.
    was: String,
    number: String,
    /// Not `label`: the forms' fields have labels of their own.
    called: String,
    flow: String,
    flows: Vec<String>,
    carrier: String,
    carriers: Vec<String>,
    languages: String,
    policy: String,
    policies: Vec<String>,
    voices: String,
}

impl Page {
    /// With those texts in it.
    fn of(app: &App, at: &AtDesk, errors: Errors, was: String, text: impl Fn(&str) -> String) -> Page {
        // What a line names stays on the list, even if the installation has it no more.
        let with = |known: Vec<String>, chosen: String| -> Vec<String> {
            let chosen = Some(chosen).filter(|chosen| !chosen.is_empty());
            known.into_iter().chain(chosen).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let flows = app.acts().desks().flows().map(|flow| flow.name.clone()).collect();
        Page {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            was,
            number: text("number"),
            called: text("label"),
            flows: with(flows, text("flow")),
            flow: text("flow"),
            carriers: with(app.web.carriers.keys().cloned().collect(), text("carrier")),
            carrier: text("carrier"),
            languages: text("languages"),
            policies: at.desk().policies.iter().map(|policy| policy.name.clone()).collect(),
            policy: text("policy"),
            voices: text("voices"),
        }
    }
}

/// Which line is meant.
#[derive(Deserialize)]
pub(super) struct Which {
    /// By its number; none is a new one.
    #[serde(default)]
    line: String,
}

/// The form of a line.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = match &*which.line {
        "" => None,
        number => {
            let number: PhoneNumber = number.parse().map_err(|_| Trouble::NotFound)?;
            Some(at.desk().line(&number).ok_or(Trouble::NotFound)?)
        }
    };
    let json = was.map(as_was).unwrap_or_default();
    let text = |field: &str| match (field, was) {
        ("number", Some(was)) => was.number.to_string(),
        ("label", Some(was)) => was.label.clone(),
        ("flow", Some(was)) => was.flow.clone(),
        ("carrier", Some(was)) => was.carrier.clone(),
        ("languages", Some(was)) => was.languages.join(", "),
        ("policy", Some(was)) => was.policy.clone().unwrap_or_default(),
        ("voices", Some(was)) => {
            let voices = was.voices.iter().map(|(language, voice)| format!("{language} {voice}"));
            voices.collect::<Vec<_>>().join(", ")
        }
        ("languages", None) => at.desk().lines.first().map_or("en".into(), |line| line.languages.join(", ")),
        _ => String::new(),
    };
    Ok(page(StatusCode::OK, &Page::of(&app, &at, Errors::default(), json, text)))
}

/// The line that the fields describe, or what is wrong with them.
fn read(at: &AtDesk, was: Option<&Line>, fields: &Fields, errors: &mut Errors) -> Option<Line> {
    let text = |name: &str| fields.get(name).trim().to_owned();
    let number = match was {
        Some(was) => Some(was.number.clone()),
        None => match at.desk().number_plan().parse_dialled(&text("number")) {
            Ok(number) => Some(number),
            Err(problem) => {
                errors.note("number", format!("It cannot be called: {problem}."));
                None
            }
        },
    };
    if text("label").is_empty() {
        errors.note("label", "Say what people call it, like Emergency line.");
    }
    let languages: Vec<String> = text("languages")
        .split([',', ' ', ';'])
        .filter(|language| !language.is_empty())
        .map(str::to_owned)
        .collect();
    if languages.is_empty() {
        errors.note("languages", "Write at least one, like en.");
    }
    let mut voices = BTreeMap::new();
    for written in text("voices").split([',', ';']).map(str::trim).filter(|written| !written.is_empty()) {
        match written.split_once(char::is_whitespace) {
            Some((language, voice)) => drop(voices.insert(language.to_owned(), voice.trim().to_owned())),
            None => errors.note("voices", "Write each as a language and its voice, like fr Polly.Mathieu."),
        }
    }
    let line = Line {
        number: number?,
        label: text("label"),
        flow: text("flow"),
        carrier: text("carrier"),
        languages,
        policy: Some(text("policy")).filter(|policy| !policy.is_empty()),
        voices,
    };
    Some(line).filter(|_| errors.is_empty())
}

/// Puts a line into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Line>(&fields)?;
    let number = was.as_ref().map(|was| was.number.to_string());
    let mut errors = Errors::default();
    if let Some(now) = read(&at, was.as_ref(), &fields, &mut errors) {
        let called = now.number.to_string();
        let edit = Change::of(was, now).map(Edit::Line);
        let section = Section { array: &["line"], key: "number", name: &called, fields: FIELDS };
        match drafted_or_told(&app, &at, edit.as_slice(), &at.path("/lines"), section).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let text = |field: &str| match (field, &number) {
        ("number", Some(number)) => number.clone(),
        _ => fields.get(field).to_owned(),
    };
    let form = Page::of(&app, &at, errors, fields.get("was").to_owned(), text);
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts into the draft that a line goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Line>(&fields)?.ok_or(Trouble::NotFound)?;
    drafted(&app, &at, &[Edit::Line(Change::remove(was))], &at.path("/lines")).await
}
