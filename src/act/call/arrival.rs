//! A call as it comes in: who calls, by what the network says and the desk's file knows. What the database knows of him is
//! read beside it.

use super::{CallIn, usable_caller_id};
use crate::clock::Timestamp;
use crate::rules::call::Call;
use crate::rules::desk::{Desk, Line};
use crate::rules::flow::Flow;
use crate::rules::number_plan;
use crate::store::{StoreError, Tx, tickets};

/// A call of which nothing has been asked yet.
#[derive(Clone, Debug)]
pub(in crate::act) struct Arrival {
    /// The call, before its first turn.
    pub(in crate::act) call: Call,
    /// Whether its number is on the block list.
    pub(in crate::act) blocked: bool,
}

impl Arrival {
    /// A call to a line of a desk that rings now, and that goes by that flow.
    pub(in crate::act) fn of(
        desk: &Desk,
        line: &Line,
        flow: &Flow,
        incoming: &CallIn,
        now: Timestamp,
    ) -> Arrival {
        let caller_id = usable_caller_id(desk, &incoming.from);
        let agent = caller_id.as_ref().and_then(|number| desk.agent_by_number(number));
        let agent = agent.map(|agent| agent.key.clone());
        let blocked = number_plan::caller_id(&incoming.from).is_some_and(|number| desk.is_blocked(&number));
        let language = desk.language_for(&line.number, caller_id.as_ref());
        let call = Call {
            carrier: incoming.carrier.clone(),
            sid: incoming.sid.clone(),
            desk: desk.key.as_str().to_owned(),
            line: line.number.clone(),
            ticket: None,
            caller_id,
            agent,
            took: None,
            offered: None,
            flow_version: flow.version().to_owned(),
            position: None,
            turn: 0,
            language,
            engaged: false,
            forwarded: incoming.forwarded,
            returning: false,
            started_at: now,
            deadline: None,
        };
        Arrival { call, blocked }
    }

    /// Whether the call has a ticket from its first turn on.
    pub(in crate::act) fn opens_a_ticket(&self) -> bool {
        self.call.agent.is_none() && !self.blocked
    }

    /// Whether a call from this number was abandoned just before.
    pub(in crate::act) async fn is_returning(&self, tx: &mut Tx, desk: &Desk) -> Result<bool, StoreError> {
        match self.call.caller_id.as_ref().filter(|_| self.opens_a_ticket()) {
            Some(number) => {
                let since = self.call.started_at - desk.limits.abandoned_window.duration();
                tickets::abandoned_since(tx, desk.key.as_str(), number, since).await
            }
            None => Ok(false),
        }
    }
}
