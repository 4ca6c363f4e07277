//! What a carrier says became of a text or call of ours, in the words of the rules.

use crate::rules::page::{Ending, Receipt, Trouble};
use crate::wire::event::{CallState, CallStatus, TextState, TextStatus};
use crate::wire::{About, about};

/// What a text's state means; none while nothing is decided.
pub(super) fn of_text(status: &TextStatus) -> Option<Receipt> {
    let undelivered = |what: &str| Receipt::Undelivered {
        about: status.error_code.map_or(Trouble::Passing, trouble),
        why: why(what, status.error_code),
    };
    match status.state {
        TextState::Queued | TextState::Sending | TextState::Sent => None,
        TextState::Delivered | TextState::Read => Some(Receipt::Delivered),
        TextState::Undelivered => Some(undelivered("undelivered")),
        TextState::Failed => Some(undelivered("failed")),
        TextState::Canceled => Some(Receipt::Ended(Ending::Withdrawn)),
    }
}

/// What a call's state means; none while nothing is decided.
pub(super) fn of_call(status: &CallStatus) -> Option<Receipt> {
    match status.state {
        CallState::Queued | CallState::Initiated | CallState::Ringing => None,
        CallState::InProgress => Some(Receipt::Answered),
        CallState::Completed => Some(Receipt::Ended(Ending::Completed)),
        CallState::Busy => Some(Receipt::Ended(Ending::Busy)),
        CallState::NoAnswer => Some(Receipt::Ended(Ending::NoAnswer)),
        CallState::Failed => Some(Receipt::Ended(Ending::Failed)),
        CallState::Canceled => Some(Receipt::Ended(Ending::Withdrawn)),
    }
}

fn trouble(code: u32) -> Trouble {
    match about(code) {
        About::Number => Trouble::Number,
        About::Pair => Trouble::Pair,
        About::Sender => Trouble::Sender,
        About::Call | About::Passing => Trouble::Passing,
    }
}

fn why(what: &str, code: Option<u32>) -> String {
    match code {
        Some(code) => format!("{what}, the carrier's error {code}"),
        None => format!("{what}, without the carrier's reason"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Form;

    #[test]
    fn a_text_has_arrived_or_not() {
        let undelivered = |about, why: &str| Some(Receipt::Undelivered { about, why: why.into() });
        for (form, expected) in [
            ("MessageStatus=queued", None),
            ("MessageStatus=sent", None),
            ("MessageStatus=delivered", Some(Receipt::Delivered)),
            ("MessageStatus=read", Some(Receipt::Delivered)),
            ("MessageStatus=canceled", Some(Receipt::Ended(Ending::Withdrawn))),
            (
                "MessageStatus=undelivered&ErrorCode=30006",
                undelivered(Trouble::Number, "undelivered, the carrier's error 30006"),
            ),
            (
                "MessageStatus=failed&ErrorCode=21610",
                undelivered(Trouble::Pair, "failed, the carrier's error 21610"),
            ),
            (
                "MessageStatus=failed&ErrorCode=30007",
                undelivered(Trouble::Sender, "failed, the carrier's error 30007"),
            ),
            (
                "MessageStatus=undelivered&ErrorCode=30003",
                undelivered(Trouble::Passing, "undelivered, the carrier's error 30003"),
            ),
            (
                "MessageStatus=undelivered&ErrorCode=",
                undelivered(Trouble::Passing, "undelivered, without the carrier's reason"),
            ),
        ] {
            let status =
                TextStatus::parse(&Form::parse(format!("MessageSid=SM1&{form}").as_bytes())).unwrap();
            assert_eq!(of_text(&status), expected, "{form}");
        }
    }

    #[test]
    fn a_call_was_answered_or_ended() {
        for (state, expected) in [
            ("initiated", None),
            ("ringing", None),
            ("in-progress", Some(Receipt::Answered)),
            ("answered", Some(Receipt::Answered)),
            ("completed", Some(Receipt::Ended(Ending::Completed))),
            ("busy", Some(Receipt::Ended(Ending::Busy))),
            ("no-answer", Some(Receipt::Ended(Ending::NoAnswer))),
            ("failed", Some(Receipt::Ended(Ending::Failed))),
            ("canceled", Some(Receipt::Ended(Ending::Withdrawn))),
        ] {
            let form = Form::parse(format!("CallSid=CA1&CallStatus={state}").as_bytes());
            assert_eq!(of_call(&CallStatus::parse(&form).unwrap()), expected, "{state}");
        }
    }
}
