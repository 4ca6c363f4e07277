//! Callers who wait in a conference: what they hear until somebody comes, and who comes.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::act::CallAnswer;
use crate::wire::event::{ConferenceEvent, VoiceRequest};
use crate::wire::twiml::{self, Verb};

use super::App;
use super::hold::{in_time, later, verbs};
use super::signed::Signed;
use super::speak::{Means, prompts};
use super::voice::unreadable;

/// The quiet between two sentences, in seconds.
const QUIET: u32 = 10;

/// Says who is being rung, then is quiet for a while; then it is asked again. What cannot be found out leaves the caller
/// waiting: his time is up by another clock.
pub(super) async fn hears(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let request = VoiceRequest::parse(&signed.form).map_err(|error| unreadable(&signed, &error))?;
    let act = app.acts().waiting_words(&signed.carrier, request.call_sid.as_str());
    let words = in_time(act).await.unwrap_or_else(|error| {
        tracing::warn!(carrier.name = signed.carrier, %error, "a caller waits without a word");
        CallAnswer::nothing()
    });
    let Some(access) = signed.access() else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let ours = signed.addresses();
    let means = Means { ours: &ours, carrier: access, voices: &words.voices };
    let mut heard: Vec<Verb> = prompts(&words.script.lead, means).into_iter().map(Verb::Prompt).collect();
    if access.profile.pause {
        heard.push(Verb::Prompt(twiml::Prompt::Pause { seconds: QUIET }));
    }
    heard.push(Verb::Redirect { url: ours.wait() });
    Ok(verbs(&signed, heard))
}

/// Somebody came into a conference, or left it. That somebody left is also the end of his call, or of his Dial.
pub(super) async fn tells(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let event = ConferenceEvent::parse(&signed.form).map_err(|error| unreadable(&signed, &error))?;
    let Some(call) = event.joined else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let act = app.acts().came_in(&signed.carrier, &event.name, call.as_str());
    Ok(match in_time(act).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => later(&signed, &failure),
    })
}
