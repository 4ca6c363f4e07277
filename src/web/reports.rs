//! What carriers report of their own accord: the end of a call, the way of a text, the making of a recording. They come
//! late, twice and out of order; the acts see to it that it makes no difference.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::act::{ActError, Missed};
use crate::report;
use crate::rules::contact::PhoneNumber;
use crate::rules::page::Receipt;
use crate::wire::event::{CallStatus, RecordingState, RecordingStatus, TextStatus, Transcription};

use super::App;
use super::hold::{Failure, in_time, later};
use super::signed::Signed;
use super::voice::unreadable;

/// An inbound call is over. One that we never heard of, because its first webhook was lost, has its ticket now.
pub(super) async fn call_ended(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let status = CallStatus::parse(&signed.form).map_err(|error| unreadable(&signed, &error))?;
    if !status.state.is_final() {
        return Ok(noted());
    }
    let (acts, sid, seconds) = (app.acts(), status.call_sid.as_str(), status.seconds.unwrap_or(0));
    let to: Option<PhoneNumber> = status.to.as_ref().and_then(|to| to.as_str().parse().ok());
    let missed = to.map(|to| Missed {
        carrier: signed.carrier.clone(),
        sid: sid.to_owned(),
        from: signed.form.get("From").unwrap_or_default().into_owned(),
        to,
        started_at: acts.clock().now() - Duration::from_secs(u64::from(seconds)),
        seconds,
        recordings: None,
    });
    let end = async {
        if !acts.call_ended(&signed.carrier, sid, seconds).await?
            && let Some(missed) = missed
        {
            acts.recover_call(missed).await?;
        }
        Ok(())
    };
    Ok(answered(&signed, in_time(end).await))
}

/// A text or call of ours goes its way.
pub(super) async fn attempt(
    State(app): State<App>,
    Path((_, attempt)): Path<(String, String)>,
    signed: Signed,
) -> Result<Response, Response> {
    let read = if signed.form.get("MessageStatus").is_some() {
        TextStatus::parse(&signed.form)
            .map(|status| (status.sid.clone(), report::of_text(status.state, status.error_code)))
    } else {
        CallStatus::parse(&signed.form).map(|status| (status.call_sid.clone(), report::of_call(status.state)))
    };
    let (sid, receipt) = read.map_err(|error| unreadable(&signed, &error))?;
    if receipt == Receipt::Pending {
        return Ok(noted());
    }
    Ok(answered(&signed, in_time(app.acts().receipt(&signed.carrier, &attempt, sid.as_str(), receipt)).await))
}

/// A recording is there, or will never be.
pub(super) async fn recording(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let status = RecordingStatus::parse(&signed.form).map_err(|error| unreadable(&signed, &error))?;
    if status.state != RecordingState::Completed {
        return Ok(noted());
    }
    let (acts, call) = (app.acts(), status.call_sid.as_str());
    let made = async {
        if acts.is_open(&signed.carrier, call).await?.is_none() {
            return Err(ActError::NoSuch("call"));
        }
        acts.recording_made(&signed.carrier, call, status.sid.as_str(), status.seconds.unwrap_or(0)).await
    };
    // Of a call that is not written down yet: the carrier tries again.
    Ok(answered(&signed, in_time(made).await))
}

/// A machine understood what was said, or did not.
pub(super) async fn transcript(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let transcript = Transcription::parse(&signed.form).map_err(|error| unreadable(&signed, &error))?;
    let Some(text) = transcript.text else { return Ok(noted()) };
    let act = app.acts().transcribed(&signed.carrier, transcript.call_sid.as_str(), text.as_str());
    Ok(answered(&signed, in_time(act).await))
}

fn answered(signed: &Signed, done: Result<(), Failure>) -> Response {
    match done {
        Ok(()) => noted(),
        Err(failure) => later(signed, &failure),
    }
}

fn noted() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
