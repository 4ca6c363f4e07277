//! What a carrier says became of a text or call of ours, in the words of the rules: the same whether it reported it (a
//! status callback, `web`) or was asked for it (a record, `engine`).

use crate::rules::page::{Ending, Receipt, Trouble};
use crate::wire::event::{CallState, TextState};
use crate::wire::{About, about};

/// What a text's state means, with the carrier's error if it named one.
pub fn of_text(state: TextState, error_code: Option<u32>) -> Receipt {
    let undelivered = |what: &str| Receipt::Undelivered {
        about: error_code.map_or(Trouble::Passing, |code| trouble(about(code))),
        why: why(what, error_code),
    };
    match state {
        TextState::Queued | TextState::Sending | TextState::Sent => Receipt::Pending,
        TextState::Delivered | TextState::Read => Receipt::Delivered,
        TextState::Undelivered => undelivered("undelivered"),
        TextState::Failed => undelivered("failed"),
        TextState::Canceled => Receipt::Ended(Ending::Withdrawn),
    }
}

/// What a call's state means.
pub fn of_call(state: CallState) -> Receipt {
    match state {
        CallState::Queued | CallState::Initiated | CallState::Ringing => Receipt::Pending,
        CallState::InProgress => Receipt::Answered,
        CallState::Completed => Receipt::Ended(Ending::Completed),
        CallState::Busy => Receipt::Ended(Ending::Busy),
        CallState::NoAnswer => Receipt::Ended(Ending::NoAnswer),
        CallState::Failed => Receipt::Ended(Ending::Failed),
        CallState::Canceled => Receipt::Ended(Ending::Withdrawn),
    }
}

/// With what a refusal or an error code has to do.
pub fn trouble(about: About) -> Trouble {
    match about {
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
    use crate::wire::event::{CallStatus, TextStatus};

    #[test]
    fn a_text_has_arrived_or_not() {
        let undelivered = |about, why: &str| Receipt::Undelivered { about, why: why.into() };
        for (form, expected) in [
            ("MessageStatus=queued", Receipt::Pending),
            ("MessageStatus=sent", Receipt::Pending),
            ("MessageStatus=delivered", Receipt::Delivered),
            ("MessageStatus=read", Receipt::Delivered),
            ("MessageStatus=canceled", Receipt::Ended(Ending::Withdrawn)),
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
            assert_eq!(of_text(status.state, status.error_code), expected, "{form}");
        }
    }

    #[test]
    fn a_call_was_answered_or_ended() {
        for (state, expected) in [
            ("initiated", Receipt::Pending),
            ("ringing", Receipt::Pending),
            ("in-progress", Receipt::Answered),
            ("answered", Receipt::Answered),
            ("completed", Receipt::Ended(Ending::Completed)),
            ("busy", Receipt::Ended(Ending::Busy)),
            ("no-answer", Receipt::Ended(Ending::NoAnswer)),
            ("failed", Receipt::Ended(Ending::Failed)),
            ("canceled", Receipt::Ended(Ending::Withdrawn)),
        ] {
            let form = Form::parse(format!("CallSid=CA1&CallStatus={state}").as_bytes());
            assert_eq!(of_call(CallStatus::parse(&form).unwrap().state), expected, "{state}");
        }
    }
}
