//! What a monitor asks: whether the process lives, and whether it can do its work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::App;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// The process lives.
pub(super) async fn alive() -> Response {
    Json(Health { status: "alive", why: None }).into_response()
}

/// The database answers, and the engine's heart beats.
pub(super) async fn ready(State(app): State<App>) -> Response {
    let database = match tokio::time::timeout(PATIENCE, app.acts().store().ping()).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", PATIENCE.as_secs())),
    };
    match database.and_then(|()| (app.web.ready)()) {
        Ok(()) => Json(Health { status: "ready", why: None }).into_response(),
        Err(why) => {
            let health = Json(Health { status: "not ready", why: Some(why) });
            (StatusCode::SERVICE_UNAVAILABLE, health).into_response()
        }
    }
}
