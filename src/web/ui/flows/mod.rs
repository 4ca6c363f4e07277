//! `/flows`: the voice flows of the installation, each as a drawing beside its text, checked as it is edited, tried on the
//! spot, and put in force. For who manages a desk; a flow that answers lines of several desks is put in force by who
//! manages all of them.
//!
//! - `check`: the text while it is edited; `trial`: a call to it, move by move.
//! - `put`: how a text comes into force, and a former one again; `compare`: what differs between two of them.

mod check;
mod compare;
mod put;
mod trial;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::form::{Errors, Fields};
use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, form, page};
use crate::act::{MOST_REVISIONS, Revision, may_put};
use crate::rules::access::Right;
use crate::rules::flow::Flow;
use crate::rules::flow::kept::Origin;
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::asked::{Path, Query};
use check::Checked;

/// The addresses of the flows' pages.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/flows", get(list))
        .route("/flows/check", get(check::begin).post(check::check))
        .route("/flows/put", post(put::put))
        .route("/flows/download", post(check::download))
        .route("/flows/try", post(trial::play))
        .route("/flows/keep", post(trial::keep))
        .route("/flows/{name}", get(show))
        .route("/flows/{name}/compare", get(compare::show))
        .route("/flows/{name}/restore", post(put::restore))
}

/// Goes on only for who manages some desk.
fn must_manage(visiting: &Visiting) -> Result<(), Trouble> {
    if visiting.principal().may_somewhere(Right::Manage) {
        Ok(())
    } else {
        Err(Trouble::lacks(Right::Manage))
    }
}

/// A flow's name as it stands in an address.
fn encoded(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

/// A text that somebody works on, as the forms hand it on.
struct Edited {
    /// Which flow it began as; empty for a new one.
    name: String,
    /// The version of it that was in force when he began.
    revision: String,
    text: String,
    why: String,
    /// Whether he may put it in force.
    may_put: bool,
}

impl Edited {
    /// What a form holds. Line ends are as files have them.
    fn of(app: &App, visiting: &Visiting, fields: &Fields) -> Edited {
        let name = fields.get("name").to_owned();
        Edited {
            may_put: may_put(&app.acts().desks(), visiting.principal(), &name),
            revision: fields.get("revision").to_owned(),
            text: fields.get("text").replace("\r\n", "\n"),
            why: fields.get("why").to_owned(),
            name,
        }
    }

    /// The flow and its version from which he began, if there was any.
    fn from(&self) -> Option<(String, i64)> {
        Some((self.name.clone(), self.revision.parse().ok()?)).filter(|(name, _)| !name.is_empty())
    }
}

/// A flow on the list.
struct Card {
    name: String,
    link: String,
    version: String,
    languages: String,
    steps: usize,
    /// The lines that it answers, as far as he may see them.
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "flows.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    cards: Vec<Card>,
}

fn card(app: &App, visiting: &Visiting, flow: &Flow) -> Card {
    let desks = app.acts().desks();
    let seen = desks.all().filter(|desk| visiting.principal().may(Right::See, desk.key.as_str()));
    let lines = seen.flat_map(|desk| desk.lines.iter().map(move |line| (desk, line)));
    let lines = lines.filter(|(_, line)| line.flow == flow.name);
    Card {
        name: flow.name.clone(),
        link: encoded(&flow.name),
        version: flow.version().to_owned(),
        languages: flow.languages.join(", "),
        steps: flow.outline().len(),
        lines: lines.map(|(desk, line)| format!("{}, {}", line.label, desk.name)).collect(),
    }
}

/// All voice flows in force.
async fn list(State(app): State<App>, visiting: Visiting) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let desks = app.acts().desks();
    let cards = desks.flows().map(|flow| card(&app, &visiting, flow)).collect();
    Ok(page(StatusCode::OK, &List { frame: visiting.frame.clone(), cards }))
}

/// Which version is looked at.
#[derive(Deserialize)]
struct Which {
    /// The one in force, if it is left out.
    version: Option<i64>,
    /// The list of versions goes on below that one.
    before: Option<i64>,
}

/// A version on the list.
struct Version {
    revision: i64,
    version: String,
    since: String,
    /// Who brought it, in words.
    by: String,
    why: Option<String>,
    in_force: bool,
    shown: bool,
}

impl Version {
    fn of(known: Revision, in_force: i64, shown: i64) -> Version {
        let by = match (known.origin.parse(), known.brought_by) {
            (Ok(Origin::Web), Some(by)) => format!("put in force by {by}"),
            (Ok(Origin::Shipped), _) => "came with the program".to_owned(),
            _ => "read from its file".to_owned(),
        };
        Version {
            revision: known.revision,
            version: known.version,
            since: form::told(known.brought_at),
            by,
            why: known.why,
            in_force: known.revision == in_force,
            shown: known.revision == shown,
        }
    }
}

#[derive(Template)]
#[template(path = "flow.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    errors: Errors,
    link: String,
    lines: Vec<String>,
    versions: Vec<Version>,
    /// Below which version there are more.
    older: Option<i64>,
    in_force: i64,
    shown: i64,
    edited: Edited,
    checked: Checked,
}

/// A flow: its text, its drawing, its versions.
async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    page_of(&app, &visiting, name, which, Errors::default()).await
}

async fn page_of(
    app: &App,
    visiting: &Visiting,
    name: String,
    which: Which,
    errors: Errors,
) -> Result<Response, Trouble> {
    let desks = app.acts().desks();
    let flow = desks.flow(&name).ok_or(Trouble::NotFound)?;
    let before = which.before.unwrap_or(i64::MAX);
    let found = in_time(async {
        let Some(known) = app.acts().flow_in_force(&name).await? else { return Ok(None) };
        let shown = which.version.unwrap_or(known.revision);
        let text = app.acts().flow_text(&name, shown).await?;
        Ok(text.map(|text| (known.revision, shown, text)))
    });
    let (in_force, shown, text) = found.await?.ok_or(Trouble::NotFound)?;
    let versions = in_time(app.acts().flow_revisions(&name, before)).await?;
    let older = versions.last().map(|last| last.revision);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let Card { link, lines, .. } = card(app, visiting, flow);
    let page_shown = Page {
        frame: visiting.frame.clone(),
        errors,
        link,
        lines,
        older: older.filter(|oldest| *oldest > 1 && versions.len() == MOST_REVISIONS),
        versions: versions.into_iter().map(|known| Version::of(known, in_force, shown)).collect(),
        in_force,
        shown,
        checked: Checked::of(&text).await,
        edited: Edited {
            may_put: may_put(&desks, visiting.principal(), &name),
            revision: in_force.to_string(),
            why: String::new(),
            name,
            text,
        },
    };
    Ok(page(status, &page_shown))
}
