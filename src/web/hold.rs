//! What becomes of a voice webhook that could not be written down within its time. The caller is asked to stay on the
//! line and sent to the same address again, six times; then somebody is rung who stands in the desk's last resort, or a
//! message is recorded; whoever is on call is texted from memory, and the call is kept in mind until its ticket can be
//! opened. No caller ever hears a carrier's
//! "application error".

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::act::{ActError, Acts, CallIn, Missed};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Desk, Line};
use crate::rules::policy::{MethodKind, Target};
use crate::rules::zone::ZoneBook;
use crate::wire::Asked;
use crate::wire::twiml::{self, Dial, DialNumber, Prompt, Record, Verb};

use super::phrases;
use super::signed::Signed;
use super::speak::ANY_KEY;

/// How long a transaction may take. Our addresses ask carriers to wait 4 s for an answer (`rt=4000`) before they try
/// again: one that came later would be said to nobody.
const PATIENCE: Duration = Duration::from_millis(3500);

/// How often a caller is sent to the same turn again.
const MOST_AGAIN: u32 = 6;

/// What a Redirect would lose: what the caller answered goes with it in the address.
const KEPT: [&str; 5] = ["Digits", "RecordingSid", "RecordingDuration", "DialCallStatus", "DialCallDuration"];

/// How long the last resort's phone rings: a voicemail would take it after that.
const RING: u32 = 25;

/// How often a call that could not be written down is tried.
const REMEMBERED_EVERY: Duration = Duration::from_secs(2);

/// Why an act came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It ran into something.
    #[error(transparent)]
    Act(#[from] ActError),
    /// It took too long; it may be written down yet.
    #[error("nothing was committed within {} ms", PATIENCE.as_millis())]
    TooSlow,
    /// A mistake of ours.
    #[error("the act panicked")]
    Panicked,
}

/// Waits for an act as long as a carrier would.
pub(super) async fn in_time<T>(act: impl Future<Output = Result<T, ActError>>) -> Result<T, Failure> {
    match tokio::time::timeout(PATIENCE, AssertUnwindSafe(act).catch_unwind()).await {
        Ok(Ok(done)) => Ok(done?),
        Ok(Err(_)) => Err(Failure::Panicked),
        Err(_) => Err(Failure::TooSlow),
    }
}

/// The same for an act that says itself why nothing came of it.
pub(super) async fn tried<T, E>(act: impl Future<Output = Result<T, E>>) -> Result<Result<T, E>, Failure> {
    in_time(async { Ok(act.await) }).await
}

/// A webhook that is no call is to be sent again by its carrier.
pub(super) fn later(signed: &Signed, failure: &Failure) -> Response {
    tracing::error!(carrier.name = signed.carrier, error = %failure, "a webhook was put off");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// TwiML.
pub(super) fn xml(document: String) -> Response {
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}

/// Some verbs, written; an answer that cannot be written is an empty one, at which the carrier hangs up.
pub(super) fn verbs(signed: &Signed, verbs: Vec<Verb>) -> Response {
    let profile = signed.access().map(|access| access.profile).unwrap_or_default();
    xml(twiml::write(&twiml::Response { verbs }, &profile).unwrap_or_else(|error| {
        tracing::error!(carrier.name = signed.carrier, %error, "TwiML could not be written");
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>".into()
    }))
}

/// Something said in words of our own.
pub(super) fn say(text: &str) -> Verb {
    Verb::Prompt(Prompt::say(phrases::LANGUAGE, None, text))
}

/// Asks whoever is on the phone to stay, and sends the call to the same address again; none after the sixth time.
pub(super) fn stay(signed: &Signed) -> Option<Response> {
    let so_far: u32 = signed.form.get("again").and_then(|count| count.parse().ok()).unwrap_or(0);
    if so_far >= MOST_AGAIN {
        return None;
    }
    let mut all = vec![say(phrases::STAY)];
    if signed.access().is_some_and(|access| access.profile.pause) {
        all.push(Verb::Prompt(Prompt::Pause { seconds: 3 }));
    }
    all.push(Verb::Redirect { url: same_address(signed, so_far + 1) });
    Some(verbs(signed, all))
}

fn same_address(signed: &Signed, again: u32) -> String {
    let (path, query) = signed.path_and_query.split_once('?').unwrap_or((&signed.path_and_query, ""));
    let ours = form_urlencoded::parse(query.as_bytes());
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(ours.filter(|(key, _)| key != "again" && !KEPT.contains(&key.as_ref())));
    for key in KEPT {
        if let Some(value) = signed.form.get(key) {
            pairs.append_pair(key, &value);
        }
    }
    pairs.append_pair("again", &again.to_string());
    signed.addresses().again(&format!("{path}?{}", pairs.finish()))
}

/// The call is given to whom the desk rings when all else fails, else it leaves a message; and it is kept in mind.
pub(super) fn give_up(acts: &Acts, signed: &Signed, call: CallIn) -> Response {
    let now = acts.clock().now();
    let desks = acts.desks();
    let phone = desks.by_line(&call.to).and_then(|desk| {
        let line = desk.line(&call.to)?;
        phone_of_last_resort(desk, line, Some((acts.book(), now)))
    });
    tracing::error!(
        carrier.name = call.carrier,
        call.sid = call.sid,
        dialled = phone.is_some(),
        "a call could not be written down and was given to the last resort"
    );
    acts.page_from_memory(&call);
    tokio::spawn(remember(acts.clone(), call, now));
    match phone {
        Some(phone) => verbs(
            signed,
            vec![say(phrases::RINGING), ring(&phone, Some(signed.addresses().last_resort(Asked::Dial)))],
        ),
        None => leave_a_message(signed),
    }
}

/// Rings the last resort.
pub(super) fn ring(phone: &PhoneNumber, action: Option<String>) -> Verb {
    Verb::Dial(Dial {
        action,
        timeout_seconds: RING,
        time_limit_seconds: None,
        caller_id: None,
        numbers: vec![DialNumber { number: phone.as_str().to_owned(), url: None, status_callback: None }],
    })
}

/// Records what the caller says, without a ticket to keep it with yet.
pub(super) fn leave_a_message(signed: &Signed) -> Response {
    let ours = signed.addresses();
    let record = Record {
        action: ours.last_resort(Asked::Recording),
        max_length_seconds: 180,
        timeout_seconds: 8,
        finish_on_key: ANY_KEY.into(),
        play_beep: true,
        recording_status_callback: Some(ours.recording()),
        transcribe_callback: None,
    };
    let silent = Verb::Redirect { url: ours.last_resort(Asked::NoRecording) };
    verbs(signed, vec![say(phrases::LEAVE_A_MESSAGE), Verb::Record(record), silent])
}

/// Tries to open the ticket of a call that could not be written down, and to page, until it is written or known. If this
/// process ends before, the call is found at its carrier.
async fn remember(acts: Acts, call: CallIn, since: Timestamp) {
    let missed = Missed {
        carrier: call.carrier,
        sid: call.sid,
        from: call.from,
        to: call.to,
        started_at: since,
        seconds: 0,
        // It is still being spoken.
        recordings: None,
    };
    loop {
        let next = acts.clock().now() + REMEMBERED_EVERY;
        match in_time(acts.recover_call(missed.clone())).await {
            Ok(opened) => {
                tracing::info!(
                    carrier.name = missed.carrier,
                    call.sid = missed.sid,
                    opened,
                    "a call that was kept in mind is written down"
                );
                return;
            }
            Err(error) => {
                tracing::debug!(carrier.name = missed.carrier, call.sid = missed.sid, %error, "not yet");
            }
        }
        acts.clock().sleep_until(next).await;
    }
}

/// Whom to ring when nothing else works: the first of the policy's last resort who takes calls. Who is on call by a rota
/// depends on the time; without one, rotas are passed over.
pub(super) fn phone_of_last_resort(
    desk: &Desk,
    line: &Line,
    at: Option<(&ZoneBook, Timestamp)>,
) -> Option<PhoneNumber> {
    let targets = &desk.policy_of(line)?.last_resort;
    let agents = targets.iter().flat_map(|target| match target {
        Target::Agent(key) => desk.agent(key).into_iter().collect(),
        Target::Everyone => desk.agents.iter().collect(),
        Target::Rota(name) => {
            let on_call = at.and_then(|(book, at)| Some(desk.rota(name)?.on_call(book, at)?.agent.clone()));
            on_call.and_then(|key| desk.agent(&key)).into_iter().collect::<Vec<_>>()
        }
    });
    agents.into_iter().find_map(|agent| agent.numbers(MethodKind::Voice).next().cloned())
}
