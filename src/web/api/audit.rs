//! `GET /audit`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, Instant, Limit};
use super::cursor::Below;
use super::problem::Problem;
use crate::rules::access::{Reach, Right};
use crate::rules::audit::AuditEntry;
use crate::web::hold::in_time;

/// Which page, of what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// What belongs to this desk alone.
    desk: Option<String>,
    /// The `next` of the page before.
    cursor: Option<Below>,
    /// How many, at most.
    limit: Option<Limit>,
}

/// Entries of the audit log, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entries {
    /// The entries.
    entries: Vec<Entry>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct Entry {
    /// Its place in the chain, from 1.
    #[schema(minimum = 1)]
    ordinal: i64,
    /// When.
    at: Instant,
    /// Who: an account's address, a token's name, or what else acts.
    actor: String,
    /// From which network address, if it came over the network.
    address: Option<String>,
    /// What was done: `desk.apply`, `account.invite` …; more may come.
    action: String,
    /// The key of the desk that it belongs to, if it belongs to one.
    desk: Option<String>,
    /// To what.
    subject: String,
    /// How it was.
    before: Option<String>,
    /// How it is.
    after: Option<String>,
}

impl From<AuditEntry> for Entry {
    fn from(entry: AuditEntry) -> Entry {
        Entry {
            ordinal: entry.ordinal,
            at: entry.at.into(),
            actor: entry.actor,
            address: entry.address,
            action: entry.action,
            desk: entry.desk,
            subject: entry.subject,
            before: entry.before,
            after: entry.after,
        }
    }
}

/// What anybody changed, newest first. Needs the role manager: at a desk for what belongs to it, at every desk for the
/// rest.
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(Page),
    responses((status = 200, body = Entries))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<Page>,
) -> Result<Json<Entries>, Problem> {
    let reach = match &page.desk {
        Some(desk) => {
            caller.at(&app, Right::Manage, desk)?;
            Reach::Desks(vec![desk.clone()])
        }
        None if caller.principal.may_somewhere(Right::Manage) => caller.principal.reach(Right::Manage),
        None => return Err(Problem::Lacks(Right::Manage)),
    };
    let before = page.cursor.map_or(i64::MAX, |Below(ordinal)| ordinal);
    let found = in_time(app.acts().audit_page(reach, before)).await?;
    let (mut entries, mut next) = (found.entries, found.next);
    let Limit(limit) = page.limit.unwrap_or_default();
    if entries.len() > limit {
        entries.truncate(limit);
        next = entries.last().map(|last| last.ordinal);
    }
    let next = next.map(|ordinal| Below(ordinal).to_string());
    Ok(Json(Entries { entries: entries.into_iter().map(Entry::from).collect(), next }))
}
