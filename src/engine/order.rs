//! What a carrier is told: a job of the outbox in the channel's terms, with the addresses at which the carrier reports
//! and asks.

use super::Engine;
use crate::act::Job;
use crate::channel::{Answered, CallOrder, Kind, SenderConfig, TextOrder};
use crate::clock::Timestamp;
use crate::rules::bridge::LONGEST_TALK;
use crate::wire::address::Addresses;
use crate::wire::twiml::{Profile, Prompt, Response, Verb, write};
use crate::wire::{FreeText, Number};

/// How long a call to an agent may last: a talk, and the keys before and after it.
const LONGEST_CALL: u32 = LONGEST_TALK + 5 * 60;

/// How long a call may last that only says something.
const LONGEST_WORDS: u32 = 2 * 60;

/// How often that is said: who picks up is half asleep.
const TIMES_SAID: usize = 3;

/// A text or a call.
#[derive(Clone, Debug)]
pub(super) enum Order {
    Text(TextOrder),
    Call(CallOrder),
}

/// What a job is to send; none if it sends nothing.
pub(super) fn kind_of(job: &Job) -> Option<Kind> {
    match job {
        Job::Text { .. } => Some(Kind::Text),
        Job::Ring { .. } | Job::Say { .. } => Some(Kind::Call),
        _ => None,
    }
}

/// Whether a number sends what is to be sent.
pub(super) fn sends(sender: &SenderConfig, kind: Kind) -> bool {
    match kind {
        Kind::Text => sender.texts,
        Kind::Call => sender.calls,
    }
}

impl Engine {
    /// The order for a job through one carrier from one number; none for a job that sends nothing.
    pub(super) fn order(&self, job: &Job, carrier: &str, from: &Number, now: Timestamp) -> Option<Order> {
        let addresses = Addresses::new(&self.0.public_url, carrier);
        match job {
            Job::Text { attempt, to, body, expires_at, .. } => {
                let left = expires_at.since(now).as_secs().max(1);
                Some(Order::Text(TextOrder {
                    from: from.clone(),
                    to: Number::new(to),
                    body: FreeText::new(body),
                    status_callback: attempt.as_ref().map(|attempt| addresses.attempt(attempt.as_str())),
                    validity_seconds: u32::try_from(left).unwrap_or(u32::MAX),
                }))
            }
            Job::Ring { attempt, to, seconds, .. } => Some(Order::Call(CallOrder {
                from: from.clone(),
                to: Number::new(to),
                answered: Answered::Ask(addresses.answered(attempt.as_str())),
                status_callback: Some(addresses.attempt(attempt.as_str())),
                ring_seconds: *seconds,
                time_limit_seconds: LONGEST_CALL,
            })),
            Job::Say { to, seconds, language, words, .. } => Some(Order::Call(CallOrder {
                from: from.clone(),
                to: Number::new(to),
                answered: Answered::Document(said(language, words)?),
                status_callback: None,
                ring_seconds: *seconds,
                time_limit_seconds: LONGEST_WORDS,
            })),
            _ => None,
        }
    }
}

/// Words as a document that says them, each time anew; none if they are too many.
fn said(language: &str, words: &str) -> Option<String> {
    let verbs = (0..TIMES_SAID).map(|_| Verb::Prompt(Prompt::say(language, None, words))).collect();
    write(&Response { verbs }, &Profile::default()).ok()
}
