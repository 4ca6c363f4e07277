//! `GET /on-call`.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Serialize;

use super::problem::Problem;
use super::timeline::instant;
use super::{App, Query, asked_desk};
use crate::rules::access::Principal;
use crate::rules::desk::Desk;

/// Who is on call at an instant: by the same function by which pages find their agents.
#[derive(Debug, Serialize)]
pub(super) struct OnCall {
    /// The instant.
    at: String,
    /// The desks, by key.
    desks: Vec<OnCallAtDesk>,
}

/// Who is on call at a desk.
#[derive(Debug, Serialize)]
struct OnCallAtDesk {
    /// The desk's key.
    desk: String,
    /// The desk's name.
    name: String,
    /// Its rotas, in the order of its file.
    rotas: Vec<OnCallByRota>,
}

/// Who is on call by a rota.
#[derive(Debug, Serialize)]
struct OnCallByRota {
    /// The rota's name.
    rota: String,
    /// Nobody, if it has a gap there.
    agent: Option<Agent>,
}

/// An agent.
#[derive(Debug, Serialize)]
struct Agent {
    /// By which files and the API name him.
    key: String,
    /// By which people do.
    name: String,
}

/// Who is on call at an instant (`at`, by default now), at a desk (`desk`) or at all.
pub(super) async fn at(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    query: Query,
) -> Result<Json<OnCall>, Problem> {
    query.only(&["at", "desk"])?;
    let at = query.instant("at")?.unwrap_or_else(|| app.acts().clock().now());
    let desks = app.acts().desks();
    let by_rota = |desk: &Desk| {
        let of = |(rota, agent): (String, Option<_>)| {
            let agent = agent.and_then(|key| desk.agent(&key));
            let agent =
                agent.map(|agent| Agent { key: agent.key.as_str().to_owned(), name: agent.name.clone() });
            OnCallByRota { rota, agent }
        };
        OnCallAtDesk {
            desk: desk.key.as_str().to_owned(),
            name: desk.name.clone(),
            rotas: app.acts().on_call(desk, at).into_iter().map(of).collect(),
        }
    };
    let desks = match asked_desk(&app, &principal, &query)? {
        Some(key) => vec![by_rota(desks.by_key(&key).ok_or(Problem::NotFound("desk"))?)],
        None => desks.all().map(|desk| by_rota(desk)).collect(),
    };
    Ok(Json(OnCall { at: instant(at), desks }))
}
