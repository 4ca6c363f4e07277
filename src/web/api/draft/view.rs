//! A draft as programs read it.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use crate::act::{self, Drafting, Unfit};
use crate::rules::desk::Desk;
use crate::rules::desk::edit::Edit;
use crate::rules::leave::Conflict;
use crate::rules::rota::{self, fairness};
use crate::web::api::asked::Instant;
use crate::web::api::desks::GapAhead;
use crate::web::api::on_call::Agent;
use crate::web::api::problem::Mistake;
use crate::web::api::versions::Unread;
use crate::web::preview::{self, Preview};

/// A desk with its draft.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Draft {
    /// The version in force.
    #[schema(minimum = 1)]
    version: i64,
    /// When and by whom the draft was begun and changed last; nothing, if there is no draft.
    draft: Option<About>,
    /// Its edits, in order.
    edits: Vec<Made>,
    /// Why it does not fit any more, if it does not.
    unfit: Option<Misfit>,
    /// The desk's file as it would be, if it fits.
    file: Option<String>,
    /// What would come of it, if it fits.
    preview: Option<Outlook>,
}

/// When and by whom a draft was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftAbout)]
struct About {
    /// When it was begun.
    began_at: Instant,
    /// By whom.
    began_by: String,
    /// When it was last changed.
    changed_at: Instant,
    /// By whom.
    changed_by: String,
}

/// An edit of a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftEdit)]
struct Made {
    /// What it does, in a line.
    told: String,
    /// The edit.
    edit: Edit,
}

/// Why a draft does not fit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftUnfit)]
struct Misfit {
    /// Which edit cannot be made any more, from 0, if it is one.
    edit: Option<usize>,
    /// Why, in words.
    told: String,
    /// What is wrong with the file that comes of it.
    errors: Vec<Mistake>,
}

/// What would come of a draft, over a quarter from now on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftPreview)]
struct Outlook {
    /// The rotas that it changes.
    rotas: Vec<Compared>,
    /// Where no step of a policy would find anybody, for 90 days.
    gaps: Vec<GapAhead>,
    /// Whom the rotas would ask too much of, where they do not already.
    overloads: Vec<Overload>,
    /// What each agent carries, in the order of the desk.
    fairness: Vec<Share>,
    /// Of when it is not known what anybody carried, so that `past` lacks it.
    unread: Vec<Unread>,
    /// Who would be on call while he is away, for half a year.
    leave: Vec<AtOdds>,
}

/// A rota that a draft changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RotaCompared)]
struct Compared {
    /// Its name.
    rota: String,
    /// The stretches in which another would be on call.
    differences: Vec<Difference>,
}

/// A stretch in which another would be on call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RotaDifference)]
struct Difference {
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// Who loses it; nobody, if it was a gap.
    was: Option<Agent>,
    /// Who gains it; nobody, if it would be a gap.
    now: Option<Agent>,
}

/// Too much asked of somebody.
#[derive(Debug, Serialize, ToSchema)]
struct Overload {
    /// What.
    kind: TooMuch,
    /// Of whom.
    agent: Agent,
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// How many days on end, on his wall clock.
    days: Option<u32>,
    /// The two rotas by which he would be on call at once.
    rotas: Option<Vec<String>>,
}

/// What is too much.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OverloadKind)]
enum TooMuch {
    /// More days on end than anybody should be on call.
    TooLong,
    /// Two rotas at once.
    Twice,
}

/// What an agent carries.
#[derive(Debug, Serialize, ToSchema)]
struct Share {
    /// Who.
    agent: Agent,
    /// In the past quarter.
    past: Load,
    /// In the coming one, as it is in force.
    was: Load,
    /// In the coming one, by the draft.
    now: Load,
}

/// Time on call. The parts overlap: a Sunday night is of the weekend as well.
#[derive(Debug, Serialize, ToSchema)]
struct Load {
    /// All of it.
    seconds: u64,
    /// Between 22:00 and 07:00 of his wall clock.
    night_seconds: u64,
    /// On Saturdays and Sundays of his wall clock.
    weekend_seconds: u64,
    /// On holidays of the desk.
    holiday_seconds: u64,
    /// How often he is called to it.
    shifts: u32,
}

/// A time at which somebody would be away and on call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftConflict)]
struct AtOdds {
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// By which rota.
    rota: String,
    /// Who.
    agent: Agent,
    /// Whether it is the draft that brings it.
    new: bool,
}

impl Draft {
    /// With what would come of it, if it fits.
    pub(super) fn of(live: &Desk, drafting: Drafting, preview: Option<Preview>) -> Draft {
        let Drafting { version, draft, result, .. } = drafting;
        let next = result.as_ref().map_or(live, |checked| checked.desk());
        let preview = preview.map(|preview| Outlook::of(live, next, preview));
        let file = result.as_ref().ok().map(|checked| checked.text().to_owned());
        let about = draft.as_ref().map(|draft| About {
            began_at: draft.began_at.into(),
            began_by: draft.began_by.clone(),
            changed_at: draft.changed_at.into(),
            changed_by: draft.changed_by.clone(),
        });
        let made = |edit: Edit| Made { told: edit.summary(), edit };
        Draft {
            version,
            draft: about,
            edits: draft
                .map(|draft: act::Draft| draft.edits.into_iter().map(made).collect())
                .unwrap_or_default(),
            unfit: result.err().map(Misfit::from),
            file,
            preview,
        }
    }
}

impl From<Unfit> for Misfit {
    fn from(unfit: Unfit) -> Misfit {
        let told = unfit.to_string();
        match unfit {
            Unfit::Edit(index, _) => Misfit { edit: Some(index), told, errors: Vec::new() },
            Unfit::File(problems) => {
                Misfit { edit: None, told, errors: problems.iter().map(Mistake::from).collect() }
            }
        }
    }
}

impl Outlook {
    fn of(live: &Desk, next: &Desk, preview: Preview) -> Outlook {
        Outlook {
            rotas: preview.rotas.iter().map(|found| Compared::of(live, next, found)).collect(),
            gaps: preview.gaps.iter().map(GapAhead::from).collect(),
            overloads: preview.overloads.iter().map(|found| Overload::of(next, found)).collect(),
            unread: preview.unread.iter().map(Unread::from).collect(),
            fairness: preview.shares.iter().map(|found| Share::of(next, found)).collect(),
            leave: preview.leave.iter().map(|found| AtOdds::of(next, found)).collect(),
        }
    }
}

impl Compared {
    fn of(live: &Desk, next: &Desk, found: &preview::Compared) -> Compared {
        let difference = |one: &rota::Difference| Difference {
            from: one.from.into(),
            to: one.to.into(),
            was: one.was.as_ref().map(|agent| Agent::of(live, agent)),
            now: one.now.as_ref().map(|agent| Agent::of(next, agent)),
        };
        Compared { rota: found.rota.clone(), differences: found.differences.iter().map(difference).collect() }
    }
}

impl Overload {
    fn of(desk: &Desk, found: &fairness::Overload) -> Overload {
        let (kind, agent, from, to, days, rotas) = match found {
            fairness::Overload::TooLong { agent, from, to, days } => {
                (TooMuch::TooLong, agent, from, to, Some(*days), None)
            }
            fairness::Overload::Twice { agent, rotas, from, to } => {
                (TooMuch::Twice, agent, from, to, None, Some(rotas.to_vec()))
            }
        };
        Overload { kind, agent: Agent::of(desk, agent), from: (*from).into(), to: (*to).into(), days, rotas }
    }
}

impl Share {
    fn of(desk: &Desk, found: &preview::Share) -> Share {
        Share {
            agent: Agent::of(desk, &found.agent),
            past: Load::from(&found.past),
            was: Load::from(&found.was),
            now: Load::from(&found.now),
        }
    }
}

impl From<&fairness::Load> for Load {
    fn from(load: &fairness::Load) -> Load {
        let seconds = |span: Duration| span.as_secs();
        Load {
            seconds: seconds(load.total),
            night_seconds: seconds(load.nights),
            weekend_seconds: seconds(load.weekends),
            holiday_seconds: seconds(load.holidays),
            shifts: load.shifts,
        }
    }
}

impl AtOdds {
    fn of(desk: &Desk, (one, new): &(Conflict, bool)) -> AtOdds {
        AtOdds {
            from: one.from.into(),
            to: one.to.into(),
            rota: one.rota.clone(),
            agent: Agent::of(desk, &one.agent),
            new: *new,
        }
    }
}
