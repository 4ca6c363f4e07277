//! A script as TwiML. Whatever is asked has a way on if nothing comes: a document that ran out would hang up on the
//! caller.

use std::collections::BTreeMap;

use crate::act::{CallAnswer, NextTurn};
use crate::rules::script::{Prompt, Then};
use crate::wire::twiml::{
    self, Conference, Dial, DialNumber, Gather, Record, RejectReason, Response, TwimlError, Verb,
};
use crate::wire::{Addresses, Asked, Number};

use super::CarrierAccess;

/// Ends a recording: any key.
pub(super) const ANY_KEY: &str = "0123456789*#";

/// What a document is written with.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    /// Our addresses.
    pub(super) ours: &'a Addresses,
    /// Whose document it is.
    pub(super) carrier: &'a CarrierAccess,
    /// By language, where the line names one.
    pub(super) voices: &'a BTreeMap<String, String>,
}

/// The document that says and asks what an answer says and asks.
pub(super) fn speak(
    answer: &CallAnswer,
    ours: &Addresses,
    carrier: &CarrierAccess,
) -> Result<String, TwimlError> {
    let means = Means { ours, carrier, voices: &answer.voices };
    let mut verbs: Vec<Verb> = prompts(&answer.script.lead, means).into_iter().map(Verb::Prompt).collect();
    match &answer.next {
        Some(next) => then(&mut verbs, &answer.script.then, |asked| address(next, ours, asked), means),
        None => last(&mut verbs, &answer.script.then, means),
    }
    twiml::write(&Response { verbs }, &carrier.profile)
}

fn address(next: &NextTurn, ours: &Addresses, asked: Asked) -> String {
    match next {
        NextTurn::Flow { version, step, turn } => ours.turn(version, step, *turn, asked),
        NextTurn::Leg { attempt, turn } => ours.leg(attempt, *turn, asked),
    }
}

fn then(verbs: &mut Vec<Verb>, then: &Then, next: impl Fn(Asked) -> String, means: Means<'_>) {
    let Means { ours, carrier, .. } = means;
    match then {
        Then::Gather { prompts: inside, digits, timeout, finish_on } => {
            verbs.push(Verb::Gather(Gather {
                action: next(Asked::Keys),
                timeout_seconds: u32::from(*timeout),
                num_digits: digits.map(u32::from),
                finish_on_key: finish_on.map(String::from).unwrap_or_default(),
                action_on_empty_result: true,
                prompts: prompts(inside, means),
            }));
            // For carriers that do not report silence to the action.
            verbs.push(Verb::Redirect { url: next(Asked::Silence) });
        }
        Then::Record { max_seconds, silence, transcribe, beep } => {
            verbs.push(Verb::Record(Record {
                action: next(Asked::Recording),
                max_length_seconds: u32::from(*max_seconds),
                timeout_seconds: u32::from(*silence),
                finish_on_key: ANY_KEY.into(),
                play_beep: *beep,
                recording_status_callback: Some(ours.recording()),
                transcribe_callback: transcribe.then(|| ours.transcript()),
            }));
            // An empty recording is reported to no action.
            verbs.push(Verb::Redirect { url: next(Asked::NoRecording) });
        }
        Then::Dial { number, caller_id, ring, limit, screen } => {
            let may_show = |number: &&str| carrier.may_show.contains(&Number::new(*number));
            verbs.push(Verb::Dial(Dial {
                action: Some(next(Asked::Dial)),
                timeout_seconds: u32::from(*ring),
                time_limit_seconds: *limit,
                caller_id: caller_id
                    .as_ref()
                    .map(|number| number.as_str())
                    .filter(may_show)
                    .map(str::to_owned),
                numbers: vec![DialNumber {
                    number: number.as_str().to_owned(),
                    url: screen.as_ref().map(|attempt| ours.answered(attempt)),
                    status_callback: screen.as_ref().map(|attempt| ours.attempt(attempt)),
                }],
            }));
        }
        Then::Conference { name, waits } => verbs.push(Verb::Conference(Conference {
            name: name.clone(),
            action: next(Asked::Dial),
            starts: !waits,
            wait_url: waits.then(|| ours.wait()),
            status_callback: Some(ours.conference()),
        })),
        Then::Continue => verbs.push(Verb::Redirect { url: next(Asked::Next) }),
        Then::Hangup | Then::Through | Then::Reject { .. } => last(verbs, then, means),
    }
}

/// The end of a call, or of one that has nobody left to ask: what would be asked is said.
fn last(verbs: &mut Vec<Verb>, then: &Then, means: Means<'_>) {
    match then {
        Then::Reject { busy } => {
            let reason = if *busy { RejectReason::Busy } else { RejectReason::Rejected };
            verbs.push(Verb::Reject { reason });
        }
        Then::Gather { prompts: inside, .. } => {
            verbs.extend(prompts(inside, means).into_iter().map(Verb::Prompt));
            verbs.push(Verb::Hangup);
        }
        // The end of the document connects.
        Then::Through => {}
        Then::Record { .. } | Then::Dial { .. } | Then::Conference { .. } | Then::Continue | Then::Hangup => {
            verbs.push(Verb::Hangup)
        }
    }
}

/// What is heard, as far as the carrier can: silence is left out where it is not known.
pub(super) fn prompts(prompts: &[Prompt], means: Means<'_>) -> Vec<twiml::Prompt> {
    let Means { ours, carrier, voices } = means;
    let prompt = |prompt: &Prompt| match prompt {
        Prompt::Say { language, text } => {
            Some(twiml::Prompt::say(language, voices.get(language).map(String::as_str), text))
        }
        Prompt::Play { url } => Some(twiml::Prompt::Play { url: ours.of_path(url) }),
        Prompt::Pause { seconds } if carrier.profile.pause => {
            Some(twiml::Prompt::Pause { seconds: u32::from(*seconds) })
        }
        Prompt::Pause { .. } => None,
    };
    prompts.iter().filter_map(prompt).collect()
}

#[cfg(test)]
mod tests;
