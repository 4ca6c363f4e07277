//! What a carrier's records mean to the rules.

use crate::channel::Sent as Answer;
use crate::report;
use crate::rules::page::{Ending, Receipt, Sent, Trouble};
use crate::wire::rest::{CallRecord, TextRecord};

/// What became of a request.
pub(super) fn outcome(carrier: &str, answer: Answer) -> Sent {
    let carrier = carrier.to_owned();
    match answer {
        Answer::Accepted { sid } => Sent::Accepted { carrier, sid: sid.to_string() },
        Answer::Refused(refusal) => {
            let why = match refusal.code {
                Some(code) => format!("error {code}"),
                None => format!("status {}", refusal.status),
            };
            Sent::Refused { carrier, about: report::trouble(refusal.about), why }
        }
        Answer::Throttled { .. } => Sent::NotYet { carrier, why: "too many requests".into() },
        Answer::Unreached { why } => Sent::NotYet { carrier, why },
        Answer::Unknown { .. } => Sent::Unknown { carrier },
    }
}

/// What became of a text; `None` is one that the carrier does not know.
pub(super) fn of_text(text: Option<&TextRecord>) -> Receipt {
    match text {
        Some(text) => text.state.map_or(Receipt::Pending, |state| report::of_text(state, text.error_code)),
        None => Receipt::Undelivered { about: Trouble::Passing, why: "unknown to the carrier".into() },
    }
}

/// What became of a call of ours; `None` is one that the carrier does not know.
pub(super) fn of_call(call: Option<&CallRecord>) -> Receipt {
    match call {
        Some(call) => call.state.map_or(Receipt::Pending, report::of_call),
        None => Receipt::Ended(Ending::Failed),
    }
}
