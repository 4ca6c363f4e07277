//! Who is on call now, as the pages of a desk tell it: whom the pager would ring this minute, by what is in force; and
//! beside it, as what would be, whom the draft has there instead.

use super::AtDesk;
use super::when::Wall;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::web::App;

/// Who is on call by a rota.
#[derive(Default)]
pub(super) struct OnCall {
    /// Whether the rota is in force.
    pub(super) in_force: bool,
    /// Nobody in a gap.
    pub(super) now: Option<String>,
    /// Until when he is muted, if he is.
    pub(super) muted: Option<String>,
    /// Who is next, or that nobody is, and when.
    pub(super) next: Option<(Option<String>, String)>,
    /// Who would be by the draft, or that nobody would, if that is another.
    pub(super) would_be: Option<String>,
}

impl OnCall {
    /// By the rota of that name, on a wall clock.
    pub(super) fn of(app: &App, at: &AtDesk, rota: &str, wall: Wall<'_>) -> OnCall {
        let now = app.acts().clock().now();
        let name = |agent: AgentKey| at.live.name_of(&agent);
        let watch = at.live.rota(rota).map(|rota| app.acts().watch(&at.live, rota, now));
        let by_draft = |desk: &Desk| Some(app.acts().watch(desk, desk.rota(rota)?, now).now);
        let is = watch.as_ref().map(|watch| watch.now.clone());
        let would_be = at.drafted().and_then(by_draft).filter(|would| is.as_ref() != Some(would));
        let would_be = would_be.map(|agent| named(at.desk(), agent.as_slice()));
        let Some(watch) = watch else { return OnCall { would_be, ..OnCall::default() } };
        OnCall {
            in_force: true,
            now: watch.now.map(name),
            muted: watch.muted.map(|until| wall.told(until)),
            next: watch.until.map(|until| (watch.next.map(name), wall.told(until))),
            would_be,
        }
    }
}

/// Whom something finds: by what is in force, if it is, and by the draft, if that is another.
pub(super) struct Found {
    pub(super) now: Option<String>,
    pub(super) would_be: Option<String>,
}

impl Found {
    /// By what is asked of a desk, which may not have what is asked about.
    pub(super) fn of(at: &AtDesk, asked: impl Fn(&Desk) -> Option<Vec<AgentKey>>) -> Found {
        let now = asked(&at.live);
        let would_be = at.drafted().and_then(&asked).filter(|would| now.as_ref() != Some(would));
        Found {
            now: now.map(|agents| named(&at.live, &agents)),
            would_be: would_be.map(|agents| named(at.desk(), &agents)),
        }
    }
}

/// Names of agents, as a desk knows them; `nobody` for none.
pub(super) fn named(desk: &Desk, agents: &[AgentKey]) -> String {
    match agents {
        [] => "nobody".into(),
        agents => agents.iter().map(|agent| desk.name_of(agent)).collect::<Vec<_>>().join(", "),
    }
}
