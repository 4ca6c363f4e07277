//! `/desks/{desk}/recordings`: every sentence that callers hear from the desk's voice flows, and the desk's own recordings
//! in place of them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::change::{PartField, Section, drafted, drafted_or_told, was};
use super::{AtDesk, Place, encoded};
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::flow::audio::{Audio, check_piece};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The fields of its parts in the file.
const FIELDS: &[PartField] = &[("play", "play")];

/// Whose sentences are meant.
#[derive(Deserialize)]
pub(super) struct Chosen {
    /// The voice flow; the first line's if none is named.
    #[serde(default)]
    flow: String,
    /// The language; the first one of it if none is named.
    #[serde(default)]
    language: String,
}

/// A voice flow in one of the languages in which the desk's lines offer it.
#[derive(PartialEq)]
struct Spoken {
    flow: String,
    language: String,
    here: bool,
}

/// A sentence on the list.
struct Sentence {
    step: String,
    phrase: &'static str,
    /// As the flow says it.
    words: String,
    own: Option<Own>,
    /// Of the form.
    link: String,
}

/// A recording on the list.
struct Own {
    play: Vec<String>,
    /// As JSON, for the form that takes it away.
    was: String,
}

#[derive(Template)]
#[template(path = "recordings.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    spoken: Vec<Spoken>,
    sentences: Vec<Sentence>,
}

/// What the desk's lines speak, each once.
fn spoken(at: &AtDesk, chosen: &Chosen) -> Vec<Spoken> {
    let mut all: Vec<Spoken> = Vec::new();
    for line in &at.desk().lines {
        for language in &line.languages {
            let one = Spoken { flow: line.flow.clone(), language: language.clone(), here: false };
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    let here = all.iter().position(|one| one.flow == chosen.flow && one.language == chosen.language);
    if let Some(one) = all.get_mut(here.unwrap_or_default()) {
        one.here = true;
    }
    all
}

/// The sentences of a flow in a language, with the desk's recordings.
fn sentences(app: &App, at: &AtDesk, spoken: &Spoken) -> Vec<Sentence> {
    let desks = app.acts().desks();
    let Some(flow) = desks.flows().find(|flow| flow.name == spoken.flow) else { return Vec::new() };
    let mut all = Vec::new();
    for step in flow.outline() {
        for (phrase, words) in flow.sentences(step.name) {
            let Some(words) = words.get(&spoken.language) else { continue };
            let own = at
                .desk()
                .audio
                .iter()
                .find(|audio| audio.is_of(&flow.name, step.name, phrase, &spoken.language));
            let link = format!(
                "flow={}&step={}&phrase={phrase}&language={}",
                encoded(&flow.name),
                encoded(step.name),
                encoded(&spoken.language)
            );
            all.push(Sentence {
                step: step.name.to_owned(),
                phrase,
                words: words.clone(),
                own: own.map(|own| Own {
                    play: own.play.clone(),
                    was: serde_json::to_string(own).unwrap_or_default(),
                }),
                link,
            });
        }
    }
    all
}

/// All sentences of a flow in a language.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(chosen): Query<Chosen>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let spoken = spoken(&at, &chosen);
    let here = spoken.iter().find(|one| one.here);
    let sentences = here.map(|here| sentences(&app, &at, here)).unwrap_or_default();
    let shown = List { frame: at.frame(), place: at.place(&app.site), spoken, sentences };
    Ok(page(StatusCode::OK, &shown))
}

/// Which sentence is meant.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Which {
    flow: String,
    step: String,
    phrase: String,
    language: String,
}

#[derive(Template)]
#[template(path = "recording.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    which: Which,
    /// As the flow says it.
    words: String,
    /// As it is, as JSON; empty for a new one.
    was: String,
    play: String,
}

impl Page {
    /// Of a sentence that the flow has.
    fn of(app: &App, at: &AtDesk, which: Which, errors: Errors) -> Result<Page, Trouble> {
        let desks = app.acts().desks();
        let flow = desks.flows().find(|flow| flow.name == which.flow).ok_or(Trouble::NotFound)?;
        let said = flow.sentences(&which.step).into_iter().find(|(phrase, _)| *phrase == which.phrase);
        let words = said.and_then(|(_, words)| words.get(&which.language)).ok_or(Trouble::NotFound)?.clone();
        let (was, play) = (String::new(), String::new());
        Ok(Page { frame: at.frame(), place: at.place(&app.site), errors, which, words, was, play })
    }
}

/// The form of a recording.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let Which { flow, step, phrase, language } = which.clone();
    let own = at.desk().audio.iter().find(|audio| audio.is_of(&flow, &step, &phrase, &language));
    let form = Page {
        was: own.and_then(|own| serde_json::to_string(own).ok()).unwrap_or_default(),
        play: own.map(|own| own.play.join("\n")).unwrap_or_default(),
        ..Page::of(&app, &at, which, Errors::default())?
    };
    Ok(page(StatusCode::OK, &form))
}

/// The list on which a sentence stands.
fn back(at: &AtDesk, which: &Which) -> String {
    let Which { flow, language, .. } = which;
    at.path(&format!("/recordings?flow={}&language={}", encoded(flow), encoded(language)))
}

/// Puts a recording into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Audio>(&fields)?;
    let text = |name: &str| fields.get(name).to_owned();
    let which =
        Which { flow: text("flow"), step: text("step"), phrase: text("phrase"), language: text("language") };
    let written = fields.get("play").lines().map(str::trim).filter(|piece| !piece.is_empty());
    let play: Vec<String> = written.map(str::to_owned).collect();
    let mut errors = Errors::default();
    if play.is_empty() {
        errors.note("play", "Write the address of the recording.");
    }
    for misread in play.iter().filter_map(|piece| check_piece(piece).err()) {
        errors.note("play", format!("{}: {}.", misread.what, misread.remedy));
    }
    if errors.is_empty() {
        let Which { flow, step, phrase, language } = which.clone();
        let now = Audio { flow, step, phrase, language, play };
        let edits = match was {
            Some(was) if was == now => Vec::new(),
            Some(was) => vec![Edit::Audio(Change::replace(was, now))],
            None => vec![Edit::Audio(Change::add(now))],
        };
        let section = Section { array: &["audio"], key: "step", name: &which.step, fields: FIELDS };
        match drafted_or_told(&app, &at, &edits, &back(&at, &which), section).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let form = Page { was: text("was"), play: text("play"), ..Page::of(&app, &at, which, errors)? };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts into the draft that a recording goes: the sentence is said again.
pub(super) async fn remove(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Audio>(&fields)?.ok_or(Trouble::NotFound)?;
    let Audio { flow, step, phrase, language, .. } = was.clone();
    let then = back(&at, &Which { flow, step, phrase, language });
    drafted(&app, &at, &[Edit::Audio(Change::remove(was))], &then).await
}
