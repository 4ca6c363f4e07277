//! `/flows`: the voice flows of the installation, each as a drawing beside its text, checked as it is edited, and tried on
//! the spot. For who manages a desk.
//!
//! A flow stays a file of the folder that the configuration names: what is edited here is checked, looked at, tried and
//! then taken away as a file. Kept in the database as well, it would have two owners, and a restart would bring back
//! whichever of them spoke last.
//!
//! - `check`: the text while it is edited; `trial`: a call to it, move by move.

mod check;
mod trial;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, form, page};
use crate::rules::access::Right;
use crate::rules::flow::Flow;
use crate::web::App;
use crate::web::hold::in_time;
use check::Checked;

/// The addresses of the flows' pages.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/flows", get(list))
        .route("/flows/check", post(check::check))
        .route("/flows/download", post(check::download))
        .route("/flows/try", post(trial::play))
        .route("/flows/{name}", get(show))
}

/// Goes on only for who manages some desk.
fn must_manage(visiting: &Visiting) -> Result<(), Trouble> {
    if visiting.principal().may_somewhere(Right::Manage) {
        Ok(())
    } else {
        Err(Trouble::lacks(Right::Manage))
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
        link: form_urlencoded::byte_serialize(flow.name.as_bytes()).collect::<String>().replace('+', "%20"),
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
    #[serde(default)]
    version: String,
}

/// A version on the list.
struct Version {
    version: String,
    first_seen: String,
    in_force: bool,
    shown: bool,
}

#[derive(Template)]
#[template(path = "flow.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    name: String,
    link: String,
    lines: Vec<String>,
    versions: Vec<Version>,
    text: String,
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
    let desks = app.acts().desks();
    let flow = desks.flow(&name).ok_or(Trouble::NotFound)?;
    let version = if which.version.is_empty() { flow.version() } else { &which.version };
    let found = in_time(async {
        Ok((app.acts().flow_versions(&name).await?, app.acts().flow_text(&name, version).await?))
    });
    let (versions, text) = found.await?;
    let text = text.ok_or(Trouble::NotFound)?;
    let of = |known: crate::act::FlowVersion| Version {
        in_force: known.version == flow.version(),
        shown: known.version == version,
        first_seen: form::told(known.first_seen),
        version: known.version,
    };
    let Card { link, lines, .. } = card(&app, &visiting, flow);
    let shown = Page {
        frame: visiting.frame.clone(),
        link,
        lines,
        versions: versions.into_iter().map(of).collect(),
        checked: Checked::of(&text).await,
        text,
        name,
    };
    Ok(page(StatusCode::OK, &shown))
}
