//! Calls and texts that a carrier knows of and we do not: they came while we were away, and the carrier's own fallback
//! answered them. Each opens its ticket and is paged, or is read as if it had come just now.

use super::call::{line_of, usable_caller_id};
use super::case::Work;
use super::{ActError, Acts, World, recording};
use crate::clock::Timestamp;
use crate::rules::call::Call;
use crate::rules::case::{Case, Event};
use crate::rules::contact::PhoneNumber;
use crate::rules::flow::FlowCommand;
use crate::rules::number_plan;
use crate::rules::ticket::{Ticket, TicketId};
use crate::store::{StoreError, Tx, call as calls, desk as desks, ticket};
use std::time::Duration;

/// A call that a carrier lists and that never reached us.
#[derive(Clone, Debug)]
pub struct Missed {
    /// Which carrier.
    pub carrier: String,
    /// The carrier's id of it.
    pub sid: String,
    /// What the network said of the caller, as it came.
    pub from: String,
    /// The line that was dialled.
    pub to: PhoneNumber,
    /// When it came in.
    pub started_at: Timestamp,
    /// How long it lasted, in seconds.
    pub seconds: u32,
    /// What was recorded in it; none if that is still to be asked.
    pub recordings: Option<Vec<Recorded>>,
}

/// A recording that a carrier lists: its id there, and how many seconds it lasts.
pub type Recorded = (String, u32);

/// Carriers cut their times to the second.
const CUT: Duration = Duration::from_secs(1);

struct Recover {
    world: World,
    missed: Missed,
    ticket: TicketId,
}

impl Acts {
    /// Whether a call of a carrier still goes on, as far as we know; none if it is unknown.
    pub async fn is_open(&self, carrier: &str, call: &str) -> Result<Option<bool>, ActError> {
        Ok(self.store().read(is_open, (carrier.to_owned(), call.to_owned())).await?)
    }

    /// Opens the ticket of a call that never reached us, and pages; false if it is known, or concerns nobody.
    pub async fn recover_call(&self, missed: Missed) -> Result<bool, ActError> {
        let world = self.world();
        if world.desks.by_line(&missed.to).is_none() {
            return Ok(false);
        }
        let ticket = self.ids().mint(world.now);
        Ok(self.store().write(recover, Recover { world, missed, ticket }).await?)
    }
}

async fn is_open(tx: &mut Tx, (carrier, call): &(String, String)) -> Result<Option<bool>, StoreError> {
    calls::is_open(tx, carrier, call).await
}

async fn recover(tx: &mut Tx, input: &Recover) -> Result<bool, StoreError> {
    let Recover { world, missed, ticket: id } = input;
    if let Some(known) = calls::lock(tx, &missed.carrier, &missed.sid).await? {
        // It came to us and was lost in its middle: it may have left a message since.
        if let (Some(id), None) = (&known.ticket, &missed.recordings) {
            recording::ask_for_all(tx, world, &missed.carrier, &missed.sid, id).await?;
        }
        return Ok(false);
    }
    let (desk, line) = line_of(world, &missed.to)?;
    // What came before the line was ours is not ours to page.
    if desks::line_since(tx, &line.number).await?.is_none_or(|since| missed.started_at + CUT < since) {
        tracing::info!(call.sid = missed.sid, "a call from before its line was ours was passed over");
        return Ok(false);
    }
    let caller_id = usable_caller_id(desk, &missed.from);
    let blocked = number_plan::caller_id(&missed.from).is_some_and(|number| desk.is_blocked(&number));
    let agent = caller_id.as_ref().and_then(|number| desk.agent_by_number(number));
    let worth_a_ticket = !blocked && agent.is_none();
    let call = Call {
        carrier: missed.carrier.clone(),
        sid: missed.sid.clone(),
        desk: desk.key.as_str().to_owned(),
        line: line.number.clone(),
        ticket: worth_a_ticket.then(|| id.clone()),
        caller_id: caller_id.clone(),
        agent: agent.map(|agent| agent.key.clone()),
        took: None,
        offered: None,
        flow_version: String::new(),
        position: None,
        turn: 0,
        language: desk.language_for(&line.number, caller_id.as_ref()),
        engaged: true,
        forwarded: false,
        returning: false,
        started_at: missed.started_at,
        deadline: None,
    };
    if worth_a_ticket {
        let number = ticket::next_number(tx, &line.number).await?;
        let ticket = Ticket::open(id.clone(), desk, &line.number, number, caller_id, world.now);
        let mut work = Work::on_new(Case::open(ticket));
        work.happen(world, Event::Called { call: missed.sid.clone() })?;
        work.happen(world, Event::Missed { at: missed.started_at })?;
        let listed = missed.recordings.as_deref();
        for (sid, seconds) in listed.unwrap_or_default() {
            let recorded = FlowCommand::Recorded { recording: sid.clone(), seconds: *seconds };
            work.happen(world, Event::Flow(recorded))?;
        }
        work.happen(world, Event::CallEnded { engaged: true, returning: false, seconds: missed.seconds })?;
        work.save(tx, world).await?;
        match listed {
            Some(listed) => {
                for (sid, seconds) in listed {
                    recording::note(tx, world, &missed.carrier, sid, id, *seconds).await?;
                }
            }
            None => recording::ask_for_all(tx, world, &missed.carrier, &missed.sid, id).await?,
        }
    }
    calls::insert(tx, &call).await?;
    Ok(worth_a_ticket)
}
