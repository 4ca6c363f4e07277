//! What the night board shows: the open emergencies of every desk, what was dealt with just now, who is on call, and
//! which processes live. One look serves everybody who watches; what a person may see of it is the pages' part.

use std::time::Duration;

use tokio::sync::watch;

use super::{ActError, Acts, CarrierHealth};
use crate::clock::Timestamp;
use crate::rules::case::Case;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::rules::rota::Rota;
use crate::rules::ticket::TicketState;
use crate::store::{StoreError, Tx, audit, instance, tickets};

/// The most open emergencies that are looked at; more of them are a catastrophe that no board shows any better.
const MOST_OPEN: i64 = 200;

/// The newest tickets among which those are found that were dealt with just now.
const MOST_RECENT: i64 = 60;

/// A process that has been silent for longer than this is shown so; it is dead after five seconds.
const BEAT_LATE: Duration = Duration::from_secs(3);

/// Everything on the board, as it stood at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Open emergencies, and whatever else somebody is being paged for.
    pub open: Vec<OpenCase>,
    /// The newest of the others for which somebody was paged.
    pub recent: Vec<Case>,
    /// The processes, by name.
    pub nodes: Vec<Node>,
    /// Grows when anybody changes anything that the audit log tells of: rights, sessions, desks.
    pub changes: i64,
}

/// An open ticket with what tells one state of it from the next.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenCase {
    /// The ticket.
    pub case: Case,
    /// Grows whenever its timeline does.
    pub revision: i64,
}

/// A process that performs effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its machine.
    pub name: String,
    /// Whether it is the one that was asked.
    pub this: bool,
    /// Whether its heart beats.
    pub is_well: bool,
    /// How it finds the carriers.
    pub carriers: Vec<CarrierHealth>,
}

/// A process as its row has it: what another version of this program wrote there is no secret, and no fault either.
pub(super) fn node((id, name, beat, carriers): instance::Row, own: &str, now: Timestamp) -> Node {
    let carriers = carriers.and_then(|told| serde_json::from_str(&told).ok());
    Node { name, this: id == own, is_well: beat + BEAT_LATE >= now, carriers: carriers.unwrap_or_default() }
}

/// Who is on call by a rota, until when, and who follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The rota.
    pub rota: String,
    /// Who is on call; nobody in a gap.
    pub now: Option<AgentKey>,
    /// Until when he is muted, if he is.
    pub muted: Option<Timestamp>,
    /// When that changes; none if it does not within 400 days.
    pub until: Option<Timestamp>,
    /// Who follows then; nobody if it is a gap, or if nothing changes.
    pub next: Option<AgentKey>,
}

impl Acts {
    /// The board as it stands.
    pub async fn board(&self) -> Result<Board, ActError> {
        let input = (self.0.instance.clone(), self.clock().now());
        Ok(self.store().read(board, input).await?)
    }

    /// Who is on call by each rota of a desk at an instant, and who follows: by the function by which pages find their
    /// agents.
    pub fn watches(&self, desk: &Desk, at: Timestamp) -> Vec<Watch> {
        desk.rotas.iter().map(|rota| self.watch(desk, rota, at)).collect()
    }

    /// The same by one rota of a desk.
    pub fn watch(&self, desk: &Desk, rota: &Rota, at: Timestamp) -> Watch {
        let (book, desks) = (self.book(), self.desks());
        let on_call = |at| rota.on_call(book, at).map(|found| found.agent.clone());
        let (now, until) = (on_call(at), rota.next_change(book, at));
        let mutes = desks.mutes_of(desk.key.as_str());
        let muted = now.as_ref().and_then(|agent| mutes.until(agent, at));
        Watch { rota: rota.name.clone(), now, muted, until, next: until.and_then(on_call) }
    }

    /// Changes whenever this process commits something.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.store().commits()
    }
}

async fn board(tx: &mut Tx, (instance, now): &(String, Timestamp)) -> Result<Board, StoreError> {
    let open = tickets::under_way(tx, MOST_OPEN).await?;
    let open: Vec<OpenCase> = open.into_iter().map(|(case, revision)| OpenCase { case, revision }).collect();
    let mut recent = tickets::list(tx, None, Timestamp::NEVER, MOST_RECENT).await?;
    recent.retain(|case| {
        let merged = matches!(case.ticket.state, TicketState::Merged { .. });
        let shown = open.iter().any(|open| open.case.ticket.id == case.ticket.id);
        !merged && !shown && !case.paged.is_empty()
    });
    let nodes = instance::all(tx).await?.into_iter().map(|row| node(row, instance, *now)).collect();
    Ok(Board { open, recent, nodes, changes: audit::head(tx).await?.ordinal })
}
