//! `GET` and `POST /desks/{desk}/leave`, `DELETE /desks/{desk}/leave/{id}`, and `GET /desks/{desk}/leave/conflicts`: when
//! agents are away, where that is at odds with the rotas, and who could be on call instead. An agent keeps his own leave,
//! a manager everybody's; why somebody is away is for the two of them alone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, Instant, Limit, Sent};
use super::cover::Span;
use super::cursor::{AfterLeave, AfterTime};
use super::on_call::Agent;
use super::problem::Problem;
use super::versions::Unread;
use crate::act::{Absences, LeaveError};
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::leave::{self, LeaveId};
use crate::rules::people::AgentKey;
use crate::web::hold::{in_time, tried};
use crate::web::odds::{Proposals, at_odds, proposals};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The `next` of the page before.
    cursor: Option<AfterLeave>,
    /// How many, at most.
    limit: Option<Limit>,
}

/// When agents of a desk are away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Leaves {
    /// What is not over yet, the first to begin first.
    leave: Vec<Leave>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An agent's absence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Leave)]
pub(super) struct Leave {
    /// By which it is named.
    id: String,
    /// Whose.
    agent: Agent,
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// Why: for himself and managers alone.
    note: Option<String>,
    /// Where it comes from.
    origin: Origin,
}

/// Where an absence comes from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeaveOrigin)]
enum Origin {
    /// Somebody wrote it down, and may take it away.
    Written,
    /// It stands in a calendar that is read again and again.
    Calendar,
}

/// Whether whoever asks keeps that agent's leave, mutes and numbers: himself, or a manager.
pub(super) fn keeps(caller: &Caller, desk: &Desk, agent: &AgentKey) -> bool {
    caller.principal.may(Right::Manage, desk.key.as_str()) || caller.agent_at(desk) == Some(agent)
}

impl Leave {
    fn of(caller: &Caller, desk: &Desk, leave: &leave::Leave) -> Leave {
        Leave {
            id: leave.id.as_str().to_owned(),
            agent: Agent::of(desk, &leave.agent),
            from: leave.span.from.into(),
            to: leave.span.to.into(),
            note: keeps(caller, desk, &leave.agent).then(|| leave.note.clone()),
            origin: match leave.origin {
                leave::Origin::Written => Origin::Written,
                leave::Origin::Calendar => Origin::Calendar,
            },
        }
    }
}

/// When a desk's agents are away.
#[utoipa::path(
    get, path = "/desks/{desk}/leave", tag = "leave", params(Page),
    responses((status = 200, body = Leaves))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Asked(Page { cursor, limit }): Asked<Page>,
) -> Result<Json<Leaves>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let Limit(limit) = limit.unwrap_or_default();
    let after = cursor.map(|AfterTime(after)| after);
    let most = u16::try_from(limit).unwrap_or(u16::MAX);
    let Absences { coming, more } = in_time(app.acts().leaves_after(&key, after, most)).await?;
    let last = coming.last().filter(|_| more);
    let next = last.map(|last| AfterTime((last.span.from, last.id.clone())).to_string());
    Ok(Json(Leaves { leave: coming.iter().map(|leave| Leave::of(&caller, &desk, leave)).collect(), next }))
}

/// The most absences that begin at one instant.
const MOST_AT_ONCE: u16 = 1000;

/// An absence that is to be written down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaveWanted)]
pub(super) struct Wanted {
    /// Whose, by key.
    agent: AgentKey,
    /// When.
    span: Span,
    /// Why.
    #[serde(default)]
    #[schema(required = false, max_length = 200)]
    note: String,
}

/// Writes down that an agent is away: himself, or a manager. The same a second time changes nothing.
#[utoipa::path(
    post, path = "/desks/{desk}/leave", tag = "leave",
    request_body = Wanted,
    responses((status = 201, description = "The absence.", body = Leave))
)]
pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(StatusCode, Json<Leave>), Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    // Who may not write it learns nothing of who is an agent.
    if !keeps(&caller, &desk, &wanted.agent) {
        return Err(Problem::Lacks(Right::Manage));
    }
    if desk.agent(&wanted.agent).is_none() {
        return Err(Problem::NotFound("agent"));
    }
    let span = wanted.span.read("span")?;
    let note = wanted.note.trim().to_owned();
    let added = app.acts().add_leave(caller.by.clone(), &key, (wanted.agent.clone(), span, note));
    tried(added).await?.map_err(|error| match error {
        LeaveError::Act(error) => Problem::Busy(error.into()),
        other => Problem::Query(other.to_string()),
    })?;
    let before = (span.from, LeaveId::from_text(""));
    let leaves = in_time(app.acts().leaves_after(&key, Some(before), MOST_AT_ONCE)).await?.coming;
    let same = |leave: &&leave::Leave| {
        leave.agent == wanted.agent && leave.span == span && leave.origin == leave::Origin::Written
    };
    let leave = leaves.iter().find(same).ok_or(Problem::NotFound("absence"))?;
    Ok((StatusCode::CREATED, Json(Leave::of(&caller, &desk, leave))))
}

/// Takes an absence away: the agent himself, or a manager.
#[utoipa::path(
    delete, path = "/desks/{desk}/leave/{id}", tag = "leave",
    params(
        ("id" = String, Path, description = "By which it is named."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "It stands in a calendar."),
    )
)]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath((key, id)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let id = LeaveId::from_text(id);
    let leave = in_time(app.acts().leave(&key, &id)).await?.ok_or(Problem::NotFound("absence"))?;
    if !keeps(&caller, &desk, &leave.agent) {
        return Err(Problem::Lacks(Right::Manage));
    }
    if leave.origin == leave::Origin::Calendar {
        let words = "It stands in a calendar: take it out there, or end the calendar.".to_owned();
        return Err(Problem::Refused { outcome: "calendar".into(), words });
    }
    let removed = in_time(app.acts().remove_leave(caller.by, &key, &id)).await?;
    removed.map(|_| StatusCode::NO_CONTENT).ok_or(Problem::NotFound("absence"))
}

/// Times at which agents are away and on call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Conflicts {
    /// In order of time, for the coming half year.
    conflicts: Vec<Conflict>,
    /// Of when it is not known what anybody carried, which does not count for who carries the least.
    unread: Vec<Unread>,
}

/// A time at which an agent is away and on call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeaveConflict)]
struct Conflict {
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// By which rota.
    rota: String,
    /// Who.
    agent: Agent,
    /// Who could be on call instead, whoever carries the least first.
    could_cover: Vec<Agent>,
}

/// Where agents are away and on call in the coming half year, and who could be on call instead.
#[utoipa::path(
    get, path = "/desks/{desk}/leave/conflicts", tag = "leave",
    responses((status = 200, body = Conflicts))
)]
pub(super) async fn conflicts(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
) -> Result<Json<Conflicts>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let leaves = in_time(app.acts().leaves(&key)).await?.coming;
    let found = at_odds(&app, &desk, &leaves);
    let Proposals { could, unread } = proposals(&app, &desk, &leaves, &found).await?;
    let conflict = |(one, could): (&leave::Conflict, Vec<&crate::rules::desk::Agent>)| Conflict {
        from: one.from.into(),
        to: one.to.into(),
        rota: one.rota.clone(),
        agent: Agent::of(&desk, &one.agent),
        could_cover: could.into_iter().map(|agent| Agent::of(&desk, &agent.key)).collect(),
    };
    let conflicts = found.iter().zip(could).map(conflict).collect();
    Ok(Json(Conflicts { conflicts, unread: unread.iter().map(Unread::from).collect() }))
}
