//! `/flows`: the voice flows of the installation, as their pages have them: looked at, checked, drawn, and put in force. For
//! who manages a desk; a flow that answers lines of several desks is put in force by who manages all of them.
//!
//! - `file`: the text, read and put in force; `versions`: what was in force, and what is again.

pub(super) mod file;
pub(super) mod versions;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, TextFile};
use super::problem::Problem;
use crate::act::{ActError, Desks, FlowError, may_put};
use crate::flows;
use crate::rules::access::Right;
use crate::rules::flow::kept::InForce;
use crate::rules::flow::play::play_own;
use crate::rules::flow::{Flow, Outlined};
use crate::web::hold::{Failure, in_time};

const NONE: Problem = Problem::NotFound("flow");

/// Goes on only for who manages some desk.
fn manages(caller: &Caller) -> Result<(), Problem> {
    match caller.principal.may_somewhere(Right::Manage) {
        true => Ok(()),
        false => Err(Problem::Lacks(Right::Manage)),
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Problem {
        let words = error.to_string();
        match error {
            FlowError::Wrong(problems) => Problem::File(problems),
            FlowError::Name(_) | FlowError::Lines(_) => Problem::Unfit(words),
            FlowError::Moved | FlowError::There => Problem::Stale(words),
            FlowError::NotHis => Problem::NotAllDesks,
            FlowError::Act(ActError::NoSuch(what)) => Problem::NotFound(what),
            FlowError::Act(error) => Problem::Busy(error.into()),
        }
    }
}

/// What is in force under a name.
async fn in_force(app: &App, name: &str) -> Result<InForce, Problem> {
    in_time(app.acts().flow_in_force(name)).await?.ok_or(NONE)
}

/// The text of a version of a flow.
async fn text_of(app: &App, name: &str, version: i64) -> Result<String, Problem> {
    in_time(app.acts().flow_text(name, version)).await?.ok_or(Problem::NotFound("version"))
}

/// The voice flows in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Flows {
    /// By name.
    flows: Vec<FlowInShort>,
}

/// A voice flow.
#[derive(Debug, Serialize, ToSchema)]
struct FlowInShort {
    /// By which lines of desks name it.
    name: String,
    /// The first 12 hex digits of the SHA-256 of its text: a call goes on by the text that it began with.
    hash: String,
    /// The languages that it speaks.
    languages: Vec<String>,
    /// The lines that it answers, as far as the token may see their desks.
    lines: Vec<Answered>,
    /// Whether the token may put another text of it in force.
    may_put: bool,
}

/// A line that a flow answers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowLine)]
struct Answered {
    /// The desk's key.
    desk: String,
    /// The number, in E.164.
    line: String,
    /// What the desk calls it.
    label: String,
}

impl FlowInShort {
    fn of(desks: &Desks, caller: &Caller, flow: &Flow) -> FlowInShort {
        let seen = desks.all().filter(|desk| caller.principal.may(Right::See, desk.key.as_str()));
        let lines = seen.flat_map(|desk| desk.lines.iter().map(move |line| (desk, line)));
        let lines = lines.filter(|(_, line)| line.flow == flow.name).map(|(desk, line)| Answered {
            desk: desk.key.to_string(),
            line: line.number.to_string(),
            label: line.label.clone(),
        });
        FlowInShort {
            name: flow.name.clone(),
            hash: flow.version().to_owned(),
            languages: flow.languages.clone(),
            lines: lines.collect(),
            may_put: may_put(desks, &caller.principal, &flow.name),
        }
    }
}

/// What a flow does, step by step.
#[derive(Debug, ToSchema)]
#[schema(as = FlowOutline, value_type = Vec<Outlined>)]
struct Outline(Flow);

impl Serialize for Outline {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.outline().serialize(to)
    }
}

/// A voice flow, with what it does.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeFlow {
    #[serde(flatten)]
    flow: FlowInShort,
    /// The version that is in force.
    #[schema(minimum = 1)]
    version: i64,
    /// Its steps, by name.
    steps: Outline,
}

/// The voice flows in force. Needs the role manager at some desk.
#[utoipa::path(get, path = "/flows", tag = "flows", responses((status = 200, body = Flows)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Flows>, Problem> {
    manages(&caller)?;
    let desks = app.acts().desks();
    Ok(Json(Flows { flows: desks.flows().map(|flow| FlowInShort::of(&desks, &caller, flow)).collect() }))
}

/// A voice flow in force, with what it does. Needs the role manager at some desk. What a change asks for is the ETag of its
/// file.
#[utoipa::path(
    get, path = "/flows/{name}", tag = "flows",
    params(("name" = String, Path, description = "Its name.", example = "emergency")),
    responses((status = 200, body = WholeFlow))
)]
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
) -> Result<Json<WholeFlow>, Problem> {
    manages(&caller)?;
    let version = in_force(&app, &name).await?.revision;
    // Another process may have put it in force a moment ago.
    in_time(app.acts().reload_if_changed()).await?;
    let desks = app.acts().desks();
    let flow = desks.flow(&name).ok_or(NONE)?;
    let whole = WholeFlow {
        flow: FlowInShort::of(&desks, &caller, flow),
        version,
        steps: Outline(Flow::clone(flow)),
    };
    Ok(Json(whole))
}

/// Which version of a flow.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The one in force, if it is not said.
    #[param(minimum = 1)]
    version: Option<i64>,
}

/// A voice flow as a drawing: its steps and the ways between them. Needs the role manager at some desk.
#[utoipa::path(
    get, path = "/flows/{name}/drawing", tag = "flows",
    params(("name" = String, Path, description = "Its name.", example = "emergency"), Which),
    responses(
        (status = 200, description = "An SVG file.", body = serde_json::Value, content_type = "image/svg+xml"),
        (status = 404, description = "There is none such, or it is too large to be drawn."),
    )
)]
pub(super) async fn draw(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    manages(&caller)?;
    let version = match which.version {
        Some(version) if version < 1 => return Err(Problem::Query("versions are counted from 1".into())),
        Some(version) => version,
        None => in_force(&app, &name).await?.revision,
    };
    let flow = Flow::parse(&text_of(&app, &name, version).await?).map_err(Problem::File)?;
    // A big one takes a while, which nobody else waits for.
    let drawn = tokio::task::spawn_blocking(move || flows::draw(&flow));
    let svg = drawn.await.map_err(|_| Failure::Panicked)?.ok_or(Problem::NotFound("drawing"))?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], svg).into_response())
}

/// A text of a voice flow without a mistake.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckedFlow)]
pub(super) struct Checked {
    #[serde(flatten)]
    flow: FlowInShort,
    /// How many calls it brings with it, all of which go as they say.
    calls: usize,
    /// Its steps, by name.
    steps: Outline,
}

/// Checks a text of a voice flow, and plays the calls that it brings with it; nothing comes into force. Needs the role
/// manager at some desk.
#[utoipa::path(
    post, path = "/flows/check", tag = "flows",
    request_body(content = String, content_type = "text/plain", description = "The flow, as TOML."),
    responses(
        (status = 200, description = "It has no mistake.", body = Checked),
        (status = 422, description = "It has mistakes, each with its line, or calls go otherwise than they say."),
    )
)]
pub(super) async fn check(
    State(app): State<App>,
    caller: Caller,
    TextFile(text): TextFile,
) -> Result<Json<Checked>, Problem> {
    manages(&caller)?;
    let flow = Flow::parse(&text).map_err(Problem::File)?;
    let calls = play_own(&flow, &text).map_err(Problem::File)?.len();
    let in_short = FlowInShort::of(&app.acts().desks(), &caller, &flow);
    Ok(Json(Checked { flow: in_short, calls, steps: Outline(flow) }))
}
