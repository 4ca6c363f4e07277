//! `GET /desks`, `GET /desks/{desk}` and `GET /desks/{desk}/gaps`.

use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::asked::{Asked, Caller, InPath, Instant};
use super::problem::Problem;
use super::rotas::{Horizon, Span};
use super::tag::of_version;
use crate::rules::access::Right;
use crate::rules::desk::{self, Desk, Found, Lack, PolicyGap, Reason, WrittenDesk};
use crate::rules::rota;
use crate::web::hold::{Failure, in_time};

/// The desks that the token may see.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Desks {
    /// By key.
    desks: Vec<DeskInShort>,
}

/// A desk.
#[derive(Debug, Serialize, ToSchema)]
struct DeskInShort {
    /// By which files and the API name it.
    key: String,
    /// By which people do.
    name: String,
    /// The IANA zone of its hours.
    zone: String,
    /// Its telephone numbers.
    lines: Vec<String>,
    /// The names of its rotas.
    rotas: Vec<String>,
}

/// A desk as its file describes it.
#[derive(Debug, Serialize, ToSchema)]
struct WholeDesk {
    /// The version that is in force.
    #[schema(minimum = 1)]
    version: i64,
    /// What stands in the file, under the same names.
    #[schema(value_type = WrittenDesk)]
    desk: Desk,
}

/// The desks.
#[utoipa::path(get, path = "/desks", tag = "desks", responses((status = 200, body = Desks)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Json<Desks> {
    let desks = app.acts().desks();
    let seen = desks.all().filter(|desk| caller.principal.may(Right::See, desk.key.as_str()));
    let in_short = |desk: &std::sync::Arc<Desk>| DeskInShort {
        key: desk.key.to_string(),
        name: desk.name.clone(),
        zone: desk.zone().name().to_owned(),
        lines: desk.lines.iter().map(|line| line.number.to_string()).collect(),
        rotas: desk.rotas.iter().map(|rota| rota.name.clone()).collect(),
    };
    Json(Desks { desks: seen.map(in_short).collect() })
}

/// A desk as its file describes it, as JSON. Needs the role manager, for it holds everybody's telephone numbers.
#[utoipa::path(
    get, path = "/desks/{desk}", tag = "desks",
    responses((status = 200, body = WholeDesk, headers(("etag" = String))))
)]
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath(desk): InPath<String>,
) -> Result<Response, Problem> {
    caller.at(&app, Right::Manage, &desk)?;
    let (version, desk) = in_time(app.acts().desk_in_force(&desk)).await?.ok_or(Problem::NotFound("desk"))?;
    let tag = AppendHeaders([(ETAG, of_version(version))]);
    Ok((tag, Json(WholeDesk { version, desk })).into_response())
}

/// When an emergency would not find whom it should.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Gaps {
    /// From when it was looked for.
    from: Instant,
    /// Until when.
    to: Instant,
    /// Stretches in which steps of a policy find nobody.
    policies: Vec<Gap>,
    /// Stretches in which nobody is meant to be called.
    closed: Vec<Stretch>,
}

/// A stretch in which steps of a policy find nobody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Gap {
    /// The policy's name.
    policy: String,
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// Who is found instead.
    found: FoundBy,
    /// Why each step that finds nobody does not.
    why: Vec<Why>,
}

/// A stretch in which no step of a policy would find anybody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GapAhead)]
pub(super) struct GapAhead {
    #[serde(flatten)]
    gap: Gap,
    /// Whether it is the change that brings it.
    new: bool,
}

impl From<&(PolicyGap, bool)> for GapAhead {
    fn from((gap, new): &(PolicyGap, bool)) -> GapAhead {
        GapAhead { gap: Gap::from(gap), new: *new }
    }
}

/// Who is found in a gap.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FoundBy {
    /// Nobody at all.
    Nobody,
    /// The last resort alone.
    LastResort,
    /// Another step.
    Step,
}

/// Why a step finds nobody.
#[derive(Debug, Serialize, ToSchema)]
struct Why {
    /// Which step, from 1.
    #[schema(minimum = 1)]
    step: usize,
    /// The rota that it asks, if it is about one.
    rota: Option<String>,
    /// The agent that it is about, by key, if it is about one.
    agent: Option<String>,
    /// What is wrong there.
    reason: WhyNot,
    /// The same in words.
    told: String,
}

/// What is wrong with a step.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WhyNot {
    /// Nobody is on call by the rota.
    Hole,
    /// The agent is not of the desk any more.
    Gone,
    /// None of the agent's ways of being paged works.
    Unreachable,
    /// The agent is muted, and somebody else is not.
    Muted,
    /// It names nobody, or a rota that the desk does not have.
    Empty,
}

/// A stretch of time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stretch {
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
}

impl From<&rota::Gap> for Stretch {
    fn from(gap: &rota::Gap) -> Stretch {
        Stretch { from: gap.from.into(), to: gap.to.into() }
    }
}

impl From<&PolicyGap> for Gap {
    fn from(gap: &PolicyGap) -> Gap {
        let found = match gap.found {
            Found::Nobody => FoundBy::Nobody,
            Found::LastResort => FoundBy::LastResort,
            Found::Step { .. } => FoundBy::Step,
        };
        let why = gap.why.iter().map(Why::from).collect();
        Gap { policy: gap.policy.clone(), from: gap.from.into(), to: gap.to.into(), found, why }
    }
}

impl From<&Lack> for Why {
    fn from(lack: &Lack) -> Why {
        let (reason, agent) = match &lack.reason {
            Reason::Hole => (WhyNot::Hole, None),
            Reason::Gone { agent } => (WhyNot::Gone, Some(agent)),
            Reason::Unreachable { agent } => (WhyNot::Unreachable, Some(agent)),
            Reason::Muted { agent } => (WhyNot::Muted, Some(agent)),
            Reason::Empty => (WhyNot::Empty, None),
        };
        let agent = agent.map(ToString::to_string);
        Why { step: lack.step, rota: lack.rota.clone(), agent, reason, told: lack.to_string() }
    }
}

/// When an emergency would not find whom it should: 90 days from now on, if nothing else is said, and at most 366.
#[utoipa::path(
    get, path = "/desks/{desk}/gaps", tag = "desks",
    params(Span),
    responses((status = 200, body = Gaps))
)]
pub(super) async fn gaps(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Asked(span): Asked<Span>,
) -> Result<Json<Gaps>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let (from, to) = span.read(app.acts().clock().now(), Horizon::Quarter)?;
    let found = app.acts().gaps(&desk, from, to).await.map_err(Failure::from)?;
    let desk::Gaps { policies, closed } = found;
    Ok(Json(Gaps {
        from: from.into(),
        to: to.into(),
        policies: policies.iter().map(Gap::from).collect(),
        closed: closed.iter().map(Stretch::from).collect(),
    }))
}
