//! `/desks/{desk}/leave/calendars`: agents' leave from calendars that they keep elsewhere, by the rules of its page. An
//! agent keeps his own, a manager everybody's. The address is told to nobody again, and what the events are called only to
//! who enters it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, Instant, Sent};
use super::import::LeftOut;
use super::leave::keeps;
use super::on_call::Agent;
use super::once::ToldOnce;
use super::problem::Problem;
use crate::act;
use crate::calendar::away::Absence;
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::web::hold::in_time;
use crate::web::leave_calendar::{Entered, NotFound, look};

const NONE: Problem = Problem::NotFound("calendar");

/// Calendars from which leave comes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LeaveCalendars {
    /// One of an agent at the most; one's own, or for managers all.
    calendars: Vec<LeaveCalendar>,
}

/// A calendar from which an agent's leave comes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LeaveCalendar {
    /// Whose.
    agent: Agent,
    /// The server on which it stands; the rest of the address is a secret.
    server: String,
    /// Whether events shorter than a day count for nothing.
    whole_days: bool,
    /// When it was last read well.
    read_at: Instant,
    /// When it is read next.
    next_read_at: Instant,
    /// How often he is away by it, now or later.
    absences: usize,
    /// Why it cannot be read, if that is so; leave is then as it was read last.
    failed: Option<Unread>,
}

/// Why a calendar cannot be read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeaveCalendarUnread)]
struct Unread {
    /// Since when.
    since: Instant,
    /// In words.
    why: String,
}

impl LeaveCalendar {
    fn of(app: &App, desk: &Desk, kept: &act::LeaveCalendar) -> LeaveCalendar {
        let now = app.acts().clock().now();
        let failed = kept.failed.clone();
        LeaveCalendar {
            agent: Agent::of(desk, &kept.agent),
            server: kept.host().to_owned(),
            whole_days: kept.whole_days,
            read_at: kept.read_at.into(),
            next_read_at: kept.due.into(),
            absences: kept.spans.iter().filter(|span| span.to > now).count(),
            failed: failed.map(|(since, why)| Unread { since: since.into(), why }),
        }
    }
}

/// The calendars from which leave of a desk's agents comes: one's own, or for managers all.
#[utoipa::path(
    get, path = "/desks/{desk}/leave/calendars", tag = "leave",
    responses((status = 200, body = LeaveCalendars))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
) -> Result<Json<LeaveCalendars>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let kept = in_time(app.acts().leave_calendars(&key)).await?;
    let own = kept.iter().filter(|calendar| keeps(&caller, &desk, &calendar.agent));
    Ok(Json(LeaveCalendars { calendars: own.map(|one| LeaveCalendar::of(&app, &desk, one)).collect() }))
}

/// A calendar from which leave is to come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaveCalendarWanted)]
pub(super) struct Wanted {
    /// Its address, from `https://` on.
    #[schema(max_length = 2000)]
    address: String,
    /// Whether events shorter than a day count for nothing; so, if it is not said.
    #[serde(default = "yes")]
    #[schema(required = false, default = true)]
    whole_days: bool,
}

fn yes() -> bool {
    true
}

/// Whether it is only looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// Whether it is only told what is found.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
}

/// What was found in a calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LeaveFound {
    /// Whether leave comes from it from now on: not after a dry run.
    kept: bool,
    /// When he is away by it, in order of time, for a year.
    absences: Vec<AbsenceFound>,
    /// Events that do not count.
    left_out: Vec<LeftOut>,
}

/// An event at which he is away.
#[derive(Debug, Serialize, ToSchema)]
struct AbsenceFound {
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// What it is called.
    summary: String,
}

impl From<Absence> for AbsenceFound {
    fn from(Absence { span, summary }: Absence) -> AbsenceFound {
        AbsenceFound { from: span.from.into(), to: span.to.into(), summary }
    }
}

impl From<NotFound> for Problem {
    fn from(error: NotFound) -> Problem {
        Problem::Unfit(error.to_string())
    }
}

/// Takes an agent's leave from a calendar from now on, in the place of his former one, or tells what is found in it. It is
/// read each hour, from the public internet alone.
#[utoipa::path(
    put, path = "/desks/{desk}/leave/calendars/{agent}", tag = "leave",
    params(
        ("agent" = String, Path, description = "The agent's key.", example = "ada"),
        How,
    ),
    request_body = Wanted,
    responses(
        (status = 200, description = "What was found.", body = LeaveFound),
        (status = 422, description = "The address cannot be read, or there is no calendar."),
    )
)]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    InPath((key, agent)): InPath<(String, AgentKey)>,
    Asked(how): Asked<How>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(Extension<ToldOnce>, Json<LeaveFound>), Problem> {
    let desk = kept_by(&app, &caller, &key, &agent)?;
    if desk.agent(&agent).is_none() {
        return Err(Problem::NotFound("agent"));
    }
    let entered = Entered { agent: &agent, address: wanted.address.trim(), whole_days: wanted.whole_days };
    let found = look(&app, &desk, &entered).await?;
    let absences = found.away.absences.iter().cloned().map(AbsenceFound::from).collect();
    let left_out = found.away.left_out.iter().cloned().map(LeftOut::from).collect();
    if !how.dry_run {
        in_time(app.acts().keep_calendar(caller.by, &key, found.kept(&entered))).await?;
    }
    // What somebody calls his absences is his own: it is kept for no repetition.
    Ok((Extension(ToldOnce), Json(LeaveFound { kept: !how.dry_run, absences, left_out })))
}

/// A desk, for who keeps an agent's calendar there.
fn kept_by(
    app: &App,
    caller: &Caller,
    desk: &str,
    agent: &AgentKey,
) -> Result<std::sync::Arc<Desk>, Problem> {
    let desk = caller.at(app, Right::See, desk)?;
    // Who may not do it learns nothing of who is an agent.
    if keeps(caller, &desk, agent) { Ok(desk) } else { Err(Problem::Lacks(Right::Manage)) }
}

/// Takes leave from an agent's calendar no longer; what came of it is gone.
#[utoipa::path(
    delete, path = "/desks/{desk}/leave/calendars/{agent}", tag = "leave",
    params(("agent" = String, Path, description = "The agent's key.", example = "ada")),
    responses((status = 204, description = "It is gone."))
)]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath((key, agent)): InPath<(String, AgentKey)>,
) -> Result<StatusCode, Problem> {
    kept_by(&app, &caller, &key, &agent)?;
    let forgotten = in_time(app.acts().forget_calendar(caller.by, &key, &agent)).await?;
    if forgotten { Ok(StatusCode::NO_CONTENT) } else { Err(NONE) }
}

/// Has an agent's calendar read now, and not within the hour.
#[utoipa::path(
    post, path = "/desks/{desk}/leave/calendars/{agent}/read", tag = "leave",
    params(("agent" = String, Path, description = "The agent's key.", example = "ada")),
    responses((status = 202, description = "It is about to be read.", body = LeaveCalendar))
)]
pub(super) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath((key, agent)): InPath<(String, AgentKey)>,
) -> Result<(StatusCode, Json<LeaveCalendar>), Problem> {
    let desk = kept_by(&app, &caller, &key, &agent)?;
    if !in_time(app.acts().hasten_calendar(&key, &agent)).await? {
        return Err(NONE);
    }
    let kept = in_time(app.acts().leave_calendars(&key)).await?;
    let calendar = kept.iter().find(|calendar| calendar.agent == agent).ok_or(NONE)?;
    Ok((StatusCode::ACCEPTED, Json(LeaveCalendar::of(&app, &desk, calendar))))
}
