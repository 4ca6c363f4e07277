//! What would come of a draft if it were published, as its page and the API have both in common: who gains and loses
//! shifts, where an emergency would find nobody, whom the rotas would ask too much of, who would carry how much, and who
//! would be on call while he is away. Looked at for a quarter, from now on.

use std::collections::BTreeMap;
use std::time::Duration;

use super::App;
use super::hold::{Failure, in_time};
use super::odds::at_odds;
use crate::act::Unread;
use crate::clock::Timestamp;
use crate::rules::desk::{Agent, Desk, PolicyGap};
use crate::rules::leave::Conflict;
use crate::rules::people::AgentKey;
use crate::rules::rota::fairness::{Load, Overload, loads, overloads};
use crate::rules::rota::{Difference, Rota, Shift, differences};
use crate::rules::zone::Zone;

/// How far before and after is compared: a quarter.
const QUARTER: Duration = Duration::from_secs(91 * 24 * 60 * 60);

/// Days on end that are still no overload: a week, and the day of its hand-off.
const MOST_DAYS: u16 = 8;

/// What would come of a draft.
#[derive(Clone, Debug)]
pub(super) struct Preview {
    /// The rotas that it changes.
    pub(super) rotas: Vec<Compared>,
    /// Where no step of a policy would find anybody, and whether it is the draft that brings it.
    pub(super) gaps: Vec<(PolicyGap, bool)>,
    /// Whom the rotas would ask too much of, where they do not already.
    pub(super) overloads: Vec<Overload>,
    /// What each agent carries, in the order of the desk.
    pub(super) shares: Vec<Share>,
    /// Of when it is not known what anybody carried.
    pub(super) unread: Vec<Unread>,
    /// Who would be away and on call, and whether it is the draft that brings it.
    pub(super) leave: Vec<(Conflict, bool)>,
}

/// A rota that a draft changes.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    pub(super) rota: String,
    /// The zone of its wall clock.
    pub(super) zone: Zone,
    /// Who gains and loses in the coming quarter.
    pub(super) differences: Vec<Difference>,
}

/// What an agent carries.
#[derive(Clone, Debug)]
pub(super) struct Share {
    pub(super) agent: AgentKey,
    /// In the past quarter.
    pub(super) past: Load,
    /// In the coming one, as it is in force.
    pub(super) was: Load,
    /// In the coming one, by the draft.
    pub(super) now: Load,
}

impl Preview {
    /// Of a desk as it would be, beside the one that is in force.
    pub(super) async fn of(app: &App, live: &Desk, next: &Desk) -> Result<Preview, Failure> {
        let (acts, now) = (app.acts(), app.acts().clock().now());
        let past = in_time(acts.past_shifts(live.key.as_str(), (now - QUARTER, now))).await?;
        let unread = past.unread;
        let past = past.rotas.into_iter().flat_map(|(_, shifts)| shifts).collect();
        let leaves = in_time(acts.leaves(live.key.as_str())).await?.coming;
        let gaps = acts.bare_gaps(next).await?;
        let (app, live, next) = (app.clone(), live.clone(), next.clone());
        // A quarter of a large desk's shifts takes its time, which no call is to wait for.
        let comparing = tokio::task::spawn_blocking(move || {
            let (app, live, next) = (&app, &live, &next);
            let before = at_odds(app, live, &leaves);
            let leave = at_odds(app, next, &leaves).into_iter().map(|one| {
                let new = !before.contains(&one);
                (one, new)
            });
            Preview {
                rotas: compared(app, live, next, now),
                gaps,
                overloads: overloaded(app, live, next, now),
                shares: shares(app, live, next, now, past),
                unread,
                leave: leave.collect(),
            }
        });
        comparing.await.map_err(|_| Failure::Panicked)
    }
}

fn compared(app: &App, live: &Desk, next: &Desk, now: Timestamp) -> Vec<Compared> {
    let names = live.rotas.iter().map(|rota| &rota.name);
    let new = next.rotas.iter().map(|rota| &rota.name).filter(|name| live.rota(name).is_none());
    let changed = names.chain(new).filter(|name| live.rota(name) != next.rota(name));
    let compare = |name: &String| {
        let (was, is) = (live.rota(name), next.rota(name));
        Compared {
            rota: name.clone(),
            zone: is.or(was).map_or(next.zone(), |rota| rota.zone),
            differences: differences(was, is, app.acts().book(), (now, now + QUARTER)),
        }
    };
    changed.map(compare).collect()
}

fn overloaded(app: &App, live: &Desk, next: &Desk, now: Timestamp) -> Vec<Overload> {
    let book = app.acts().book();
    let of = |desk: &Desk| {
        let shifts = |rota: &Rota| rota.shifts(book, now, now + QUARTER).collect::<Vec<Shift>>();
        let rotas: Vec<(&str, Vec<Shift>)> =
            desk.rotas.iter().map(|rota| (rota.name.as_str(), shifts(rota))).collect();
        overloads(&rotas, MOST_DAYS, |agent| desk.zone_of(agent), book)
    };
    let before = of(live);
    // What is so already is no news of this draft.
    of(next).into_iter().filter(|one| !before.contains(one)).collect()
}

fn shares(app: &App, live: &Desk, next: &Desk, now: Timestamp, past: Vec<Shift>) -> Vec<Share> {
    let book = app.acts().book();
    let of = |desk: &Desk| {
        let shifts = desk.rotas.iter().flat_map(|rota| rota.shifts(book, now, now + QUARTER));
        loads(shifts, |agent| desk.zone_of(agent), &desk.hours, book)
    };
    let (before, after) = (of(live), of(next));
    let past = loads(past, |agent| next.zone_of(agent), &next.hours, book);
    let load =
        |loads: &BTreeMap<AgentKey, Load>, agent: &AgentKey| loads.get(agent).copied().unwrap_or_default();
    let share = |agent: &Agent| Share {
        agent: agent.key.clone(),
        past: load(&past, &agent.key),
        was: load(&before, &agent.key),
        now: load(&after, &agent.key),
    };
    next.agents.iter().map(share).collect()
}
