//! A recording that a phone plays: a carrier cannot log in, so the address itself is the secret, and short-lived.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::App;
use super::hold::in_time;

/// The file at an unguessable address; 404 once it is too old, or never was.
pub(super) async fn play(State(app): State<App>, Path(file): Path<String>) -> Response {
    let Some(secret) = file.strip_suffix(".wav") else { return StatusCode::NOT_FOUND.into_response() };
    match in_time(app.acts().play(secret)).await {
        Ok(Some(content)) => ([(CONTENT_TYPE, "audio/wav")], content).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a recording could not be played");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
