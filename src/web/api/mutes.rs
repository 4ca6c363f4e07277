//! `GET` and `POST /desks/{desk}/mutes`, and `DELETE /desks/{desk}/mutes/{agent}`: who is passed over by pages, and until
//! when. An agent mutes himself, a manager everybody; why somebody is muted is for the two of them alone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::asked::{Caller, InPath, Instant, Sent};
use super::leave::keeps;
use super::on_call::Agent;
use super::problem::Problem;
use crate::act::MuteError;
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::mute;
use crate::rules::people::AgentKey;
use crate::web::hold::{in_time, tried};

/// Who of a desk's agents is muted now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Mutes {
    /// The first to end first.
    mutes: Vec<Mute>,
}

/// A mute: pages pass over an agent, as long as somebody else is left.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mute)]
pub(super) struct Mute {
    /// Who is passed over.
    agent: Agent,
    /// Since when.
    since: Instant,
    /// The instant from which on he is paged again.
    until: Instant,
    /// Why: for himself and managers alone.
    reason: Option<String>,
    /// Who said so: for himself and managers alone.
    by: Option<String>,
}

impl Mute {
    fn of(caller: &Caller, desk: &Desk, mute: mute::Mute) -> Mute {
        let knows = keeps(caller, desk, &mute.agent);
        Mute {
            agent: Agent::of(desk, &mute.agent),
            since: mute.since.into(),
            until: mute.until.into(),
            reason: knows.then_some(mute.reason),
            by: knows.then_some(mute.by),
        }
    }
}

/// Who of a desk's agents is muted now.
#[utoipa::path(
    get, path = "/desks/{desk}/mutes", tag = "agents",
    responses((status = 200, body = Mutes))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
) -> Result<Json<Mutes>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let mutes = in_time(app.acts().mutes(&key)).await?;
    Ok(Json(Mutes { mutes: mutes.into_iter().map(|mute| Mute::of(&caller, &desk, mute)).collect() }))
}

/// A mute that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MuteWanted)]
pub(super) struct Wanted {
    /// Whose, by key.
    agent: AgentKey,
    /// The instant from which on he is paged again: within 24 hours by his own word, within 7 days by a manager's.
    until: Instant,
    /// Why.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    reason: String,
}

/// Mutes an agent, in the place of what was said before: himself, or a manager. No emergency goes to nobody because of
/// it.
#[utoipa::path(
    post, path = "/desks/{desk}/mutes", tag = "agents",
    request_body = Wanted,
    responses((status = 201, description = "The mute.", body = Mute))
)]
pub(super) async fn begin(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(StatusCode, Json<Mute>), Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let Wanted { agent, until: Instant(until), reason } = wanted;
    // Who may not do it learns nothing of who is an agent.
    if !keeps(&caller, &desk, &agent) {
        return Err(Problem::Lacks(Right::Manage));
    }
    let own = caller.agent_at(&desk) == Some(&agent);
    let muted = app.acts().mute(caller.by.clone(), &key, &agent, (until, reason.trim()), own);
    tried(muted).await?.map_err(|error| match error {
        MuteError::Act(error) => Problem::Busy(error.into()),
        MuteError::NoAgent => Problem::NotFound("agent"),
        MuteError::Unfit(unfit) => Problem::Query(unfit.to_string()),
    })?;
    let mutes = in_time(app.acts().mutes(&key)).await?;
    let mute = mutes.into_iter().find(|mute| mute.agent == agent).ok_or(Problem::NotFound("mute"))?;
    Ok((StatusCode::CREATED, Json(Mute::of(&caller, &desk, mute))))
}

/// Ends an agent's mute: himself, or a manager.
#[utoipa::path(
    delete, path = "/desks/{desk}/mutes/{agent}", tag = "agents",
    params(
        ("agent" = String, Path, description = "The agent's key.", example = "ada"),
    ),
    responses((status = 204, description = "He is paged again."))
)]
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    InPath((key, agent)): InPath<(String, AgentKey)>,
) -> Result<StatusCode, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    if !keeps(&caller, &desk, &agent) {
        return Err(Problem::Lacks(Right::Manage));
    }
    let ended = in_time(app.acts().unmute(caller.by, &key, &agent)).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound("mute")) }
}
