//! Calls: the ones that come in, turn by turn, and the ones of ours to agents. Whatever happens, the answer is TwiML
//! with status 200: a carrier takes anything else as a failure and tells the caller so.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::act::{ActError, CallAnswer, CallIn, CallTurn};
use crate::rules::case::LegInput;
use crate::rules::contact::PhoneNumber;
use crate::rules::flow::Input;
use crate::wire::Asked;
use crate::wire::event::{EventError, VoiceRequest};
use crate::wire::twiml::Verb;

use super::hold::{self, Failure, in_time, say, verbs, xml};
use super::signed::Signed;
use super::speak::speak;
use super::{App, phrases};

/// A call rings.
pub(super) async fn incoming(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let request = VoiceRequest::parse(&signed.form).map_err(|error| no_call(&app, &signed, &error))?;
    let call = call_in(&app, &signed, &request).ok_or_else(|| not_a_line(&app, &signed, &request))?;
    let accept = async {
        let answer = app.acts().accept_call(call.clone()).await?;
        // The carrier's fallback recorded the caller before it tried us once more.
        if let Some(made) = &request.recording {
            let (call, recording) = (request.call_sid.as_str(), made.sid.as_str());
            app.acts().recording_made(&signed.carrier, call, recording, made.seconds.unwrap_or(0)).await?;
        }
        Ok(answer)
    };
    let done = in_time(accept).await;
    Ok(answer_caller(&app, &signed, &request, call, done))
}

/// A call goes on. Which step waits stands in the address for those who read logs alone.
pub(super) async fn turn(
    State(app): State<App>,
    Path((_, _version, _step, turn)): Path<(String, String, String, u32)>,
    signed: Signed,
) -> Result<Response, Response> {
    let request = VoiceRequest::parse(&signed.form).map_err(|error| no_call(&app, &signed, &error))?;
    let call = call_in(&app, &signed, &request).ok_or_else(|| not_a_line(&app, &signed, &request))?;
    let is_over = request.state.is_some_and(|state| state.is_final());
    let turn = CallTurn { call: call.clone(), turn, input: input(&request, signed.asked()), is_over };
    let done = in_time(app.acts().call_turn(turn)).await;
    Ok(answer_caller(&app, &signed, &request, call, done))
}

/// A call of ours was answered, or goes on.
pub(super) async fn leg(
    State(app): State<App>,
    Path((_, attempt, turn)): Path<(String, String, u32)>,
    signed: Signed,
) -> Result<Response, Response> {
    let request = VoiceRequest::parse(&signed.form).map_err(|error| no_call(&app, &signed, &error))?;
    let input = leg_input(turn, &request, signed.asked());
    let act = app.acts().leg_turn(&signed.carrier, request.call_sid.as_str(), &attempt, turn, input);
    Ok(match in_time(act).await {
        Ok(answer) => spoken(&signed, &answer),
        Err(failure) => {
            put_off(&signed, &request, &failure);
            // Nobody else need be rung for an agent: the page's next attempt follows by itself.
            hold::stay(&signed)
                .unwrap_or_else(|| verbs(&signed, vec![say(phrases::SORRY_AGENT), Verb::Hangup]))
        }
    })
}

/// What follows on the last resort: a message, if nobody answered; the end.
pub(super) async fn last_resort(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let request = VoiceRequest::parse(&signed.form).map_err(|error| no_call(&app, &signed, &error))?;
    if let Some(made) = request.recording.as_ref().filter(|made| made.seconds != Some(0)) {
        let (call, recording) = (request.call_sid.as_str(), made.sid.as_str());
        let act = app.acts().recording_made(&signed.carrier, call, recording, made.seconds.unwrap_or(0));
        // A call that is not written down yet has its carrier asked once it is.
        if let Err(error) = in_time(act).await {
            tracing::warn!(carrier.name = signed.carrier, call.sid = call, %error, "a message is asked for later");
        }
    }
    Ok(match (signed.asked(), &request.dial) {
        (Some(Asked::Dial), Some(dial)) if dial.state.was_answered() => verbs(&signed, vec![Verb::Hangup]),
        (Some(Asked::Dial), _) => hold::leave_a_message(&signed),
        _ => verbs(&signed, vec![say(phrases::THANKS), Verb::Hangup]),
    })
}

fn call_in(app: &App, signed: &Signed, request: &VoiceRequest) -> Option<CallIn> {
    let to: PhoneNumber = request.to.as_str().parse().ok()?;
    app.acts().desks().by_line(&to)?;
    Some(CallIn {
        carrier: signed.carrier.clone(),
        sid: request.call_sid.as_str().to_owned(),
        from: signed.form.get("From").unwrap_or_default().into_owned(),
        to,
        forwarded: request.forwarded_from.is_some(),
    })
}

fn answer_caller(
    app: &App,
    signed: &Signed,
    request: &VoiceRequest,
    call: CallIn,
    done: Result<CallAnswer, Failure>,
) -> Response {
    match done {
        Ok(answer) => spoken(signed, &answer),
        Err(Failure::Act(ActError::NoSuchLine)) => not_a_line(app, signed, request),
        Err(failure) => {
            put_off(signed, request, &failure);
            hold::stay(signed).unwrap_or_else(|| hold::give_up(app.acts(), signed, call))
        }
    }
}

fn put_off(signed: &Signed, request: &VoiceRequest, failure: &Failure) {
    tracing::error!(
        carrier.name = signed.carrier,
        call.sid = request.call_sid.as_str(),
        error = %failure,
        "a turn of a call could not be written down; whoever is on the phone is asked to stay"
    );
}

fn spoken(signed: &Signed, answer: &CallAnswer) -> Response {
    let Some(access) = signed.access() else { return StatusCode::NOT_FOUND.into_response() };
    match speak(answer, &signed.addresses(), access) {
        Ok(document) => xml(document),
        Err(error) => {
            tracing::error!(carrier.name = signed.carrier, %error, "what was to be said could not be written");
            hold::leave_a_message(signed)
        }
    }
}

fn not_a_line(app: &App, signed: &Signed, request: &VoiceRequest) -> Response {
    app.complain_of_line(&signed.carrier, request.call_sid.as_str(), request.to.as_str());
    verbs(signed, vec![say(phrases::NOT_A_LINE), Verb::Hangup])
}

/// A form that does not even name its call: whoever is on the phone hears us all the same, not the carrier's own words.
fn no_call(app: &App, signed: &Signed, error: &EventError) -> Response {
    app.complain_of_form(&signed.carrier, error);
    verbs(signed, vec![say(phrases::NO_CALL), Verb::Hangup])
}

/// A form without what every report has comes from no carrier that we know.
pub(super) fn unreadable(signed: &Signed, error: &EventError) -> Response {
    tracing::warn!(carrier.name = signed.carrier, %error, "a webhook could not be read");
    (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response()
}

/// What came back. The address says what was asked; without its word, the form's fields do.
fn input(request: &VoiceRequest, asked: Option<Asked>) -> Input {
    let keys = || Input::Keys(request.digits.clone().unwrap_or_default());
    let recording = || match &request.recording {
        Some(made) => Input::Recorded {
            recording: made.sid.as_str().to_owned(),
            seconds: made.seconds.unwrap_or(0),
            hung_up: made.hung_up,
        },
        None => Input::NoRecording,
    };
    let dialled = || {
        let (answered, seconds) = talk(request);
        Input::Dialled { answered, seconds }
    };
    match asked {
        Some(Asked::Keys) => keys(),
        Some(Asked::Silence) => Input::Keys(String::new()),
        Some(Asked::Recording) => recording(),
        Some(Asked::NoRecording) => Input::NoRecording,
        Some(Asked::Dial) => dialled(),
        Some(Asked::Next) => Input::Continue,
        None if request.dial.is_some() => dialled(),
        None if request.recording.is_some() => recording(),
        None if request.digits.is_some() => keys(),
        None => Input::Continue,
    }
}

fn leg_input(turn: u32, request: &VoiceRequest, asked: Option<Asked>) -> LegInput {
    match asked {
        None if turn == 0 => LegInput::Answered,
        Some(Asked::Dial) => {
            let (answered, seconds) = talk(request);
            LegInput::Dialled { answered, seconds }
        }
        Some(Asked::Keys) | None => LegInput::Keys(request.digits.clone().unwrap_or_default()),
        Some(_) => LegInput::Keys(String::new()),
    }
}

fn talk(request: &VoiceRequest) -> (bool, u32) {
    let dial = request.dial.as_ref();
    let answered = dial.is_some_and(|dial| dial.state.was_answered());
    (answered, dial.and_then(|dial| dial.seconds).unwrap_or(0))
}
