//! Where agents are away and on call, and who could be on call instead, as pages and the API have both in common: whoever
//! carries the least, over the past quarter and the coming one, comes first.

use std::collections::BTreeMap;
use std::time::Duration;

use super::App;
use super::hold::{Failure, in_time};
use crate::act::{Past, Unread};
use crate::rules::desk::{Agent, Desk};
use crate::rules::leave::{Conflict, Leave, conflicts, could_cover};
use crate::rules::people::AgentKey;
use crate::rules::rota::fairness::{Load, loads};

/// How far ahead leave is held against the rotas.
const AHEAD: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// Before and after now, what counts as carried.
const QUARTER: Duration = Duration::from_secs(91 * 24 * 60 * 60);

/// Where agents are away and on call by a desk as it is or would be, in the coming half year.
pub(super) fn at_odds(app: &App, desk: &Desk, leaves: &[Leave]) -> Vec<Conflict> {
    let now = app.acts().clock().now();
    conflicts(desk, leaves, (now, now + AHEAD), app.acts().book())
}

/// Who could be on call instead.
pub(super) struct Proposals<'a> {
    /// In each conflict, whoever carries the least first.
    pub(super) could: Vec<Vec<&'a Agent>>,
    /// Of when it is not known what anybody carried.
    pub(super) unread: Vec<Unread>,
}

/// Who could be on call instead in each of them, whoever carries the least first.
pub(super) async fn proposals<'a>(
    app: &App,
    desk: &'a Desk,
    leaves: &[Leave],
    conflicts: &[Conflict],
) -> Result<Proposals<'a>, Failure> {
    let (carried, unread) = match conflicts {
        [] => (BTreeMap::new(), Vec::new()),
        _ => carried(app, desk).await?,
    };
    let desks = app.acts().desks();
    let reachable = |agent: &Agent| desks.is_reachable(agent);
    let could = |one: &Conflict| could_cover(desk, one, leaves, &carried, reachable, app.acts().book());
    Ok(Proposals { could: conflicts.iter().map(could).collect(), unread })
}

/// What each agent carries, in the past quarter and the coming one; and of when that is not known.
async fn carried(app: &App, desk: &Desk) -> Result<(BTreeMap<AgentKey, Load>, Vec<Unread>), Failure> {
    let (book, now) = (app.acts().book(), app.acts().clock().now());
    let Past { rotas, unread } =
        in_time(app.acts().past_shifts(desk.key.as_str(), (now - QUARTER, now))).await?;
    let coming = desk.rotas.iter().flat_map(|rota| rota.shifts(book, now, now + QUARTER));
    let all = rotas.into_iter().flat_map(|(_, shifts)| shifts).chain(coming);
    Ok((loads(all, |agent| desk.zone_of(agent), &desk.hours, book), unread))
}
