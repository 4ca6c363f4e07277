//! What a carrier's records mean to the rules.

use crate::channel::Sent as Answer;
use crate::rules::page::{Ending, Receipt, Sent, Trouble};
use crate::wire::event::{CallState, TextState};
use crate::wire::rest::{CallRecord, TextRecord};
use crate::wire::{About, about};

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
            Sent::Refused { carrier, about: trouble(refusal.about), why }
        }
        Answer::Throttled { .. } => Sent::NotYet { carrier, why: "too many requests".into() },
        Answer::Unreached { why } => Sent::NotYet { carrier, why },
        Answer::Unknown { .. } => Sent::Unknown { carrier },
    }
}

fn trouble(about: About) -> Trouble {
    match about {
        About::Number => Trouble::Number,
        About::Pair => Trouble::Pair,
        About::Sender => Trouble::Sender,
        About::Call | About::Passing => Trouble::Passing,
    }
}

/// What became of a text; `None` is one that the carrier does not know.
pub(super) fn of_text(text: Option<&TextRecord>) -> Receipt {
    let Some(text) = text else {
        return Receipt::Undelivered { about: Trouble::Passing, why: "unknown to the carrier".into() };
    };
    match text.state {
        Some(TextState::Delivered | TextState::Read) => Receipt::Delivered,
        Some(state @ (TextState::Undelivered | TextState::Failed | TextState::Canceled)) => {
            Receipt::Undelivered {
                about: text.error_code.map_or(Trouble::Passing, |code| trouble(about(code))),
                why: text
                    .error_code
                    .map_or(format!("{state:?}").to_lowercase(), |code| format!("error {code}")),
            }
        }
        Some(TextState::Queued | TextState::Sending | TextState::Sent) | None => Receipt::Pending,
    }
}

/// What became of a call of ours; `None` is one that the carrier does not know.
pub(super) fn of_call(call: Option<&CallRecord>) -> Receipt {
    let Some(call) = call else { return Receipt::Ended(Ending::Failed) };
    match call.state {
        Some(CallState::InProgress) => Receipt::Answered,
        Some(CallState::Completed) => Receipt::Ended(Ending::Completed),
        Some(CallState::Busy) => Receipt::Ended(Ending::Busy),
        Some(CallState::NoAnswer) => Receipt::Ended(Ending::NoAnswer),
        Some(CallState::Failed) => Receipt::Ended(Ending::Failed),
        Some(CallState::Canceled) => Receipt::Ended(Ending::Withdrawn),
        Some(CallState::Queued | CallState::Initiated | CallState::Ringing) | None => Receipt::Pending,
    }
}
