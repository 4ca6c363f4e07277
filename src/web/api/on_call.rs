//! `GET /on-call`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, Caller, Instant};
use super::problem::Problem;
use super::{App, asked_desk};
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct When {
    /// The instant; now, if it is not said.
    at: Option<Instant>,
    /// The desk's key; every desk, if it is not said.
    desk: Option<String>,
}

/// Who is on call at an instant: by the same function by which pages find their agents.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OnCall {
    /// The instant.
    at: Instant,
    /// The desks, by key.
    desks: Vec<OnCallAtDesk>,
}

/// Who is on call at a desk.
#[derive(Debug, Serialize, ToSchema)]
struct OnCallAtDesk {
    /// The desk's key.
    desk: String,
    /// The desk's name.
    name: String,
    /// Its rotas, in the order of its file.
    rotas: Vec<OnCallByRota>,
}

/// Who is on call by a rota.
#[derive(Debug, Serialize, ToSchema)]
struct OnCallByRota {
    /// The rota's name.
    rota: String,
    /// Nobody, if it has a gap there.
    agent: Option<Agent>,
}

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Agent {
    /// By which files and the API name him.
    key: String,
    /// By which people do.
    name: String,
}

impl Agent {
    /// By his key, as his desk knows him.
    pub(super) fn of(desk: &Desk, key: &AgentKey) -> Agent {
        Agent { key: key.to_string(), name: desk.name_of(key) }
    }
}

/// Who is on call at an instant, at a desk or at all.
#[utoipa::path(
    get, path = "/on-call", tag = "rotas", params(When),
    responses((status = 200, body = OnCall))
)]
pub(super) async fn at(
    State(app): State<App>,
    caller: Caller,
    Asked(asked): Asked<When>,
) -> Result<Json<OnCall>, Problem> {
    let at = asked.at.map_or_else(|| app.acts().clock().now(), |Instant(at)| at);
    let desks = app.acts().desks();
    let by_rota = |desk: &Desk| {
        let of = |(rota, agent): (String, Option<AgentKey>)| {
            let agent = agent.filter(|key| desk.agent(key).is_some()).map(|key| Agent::of(desk, &key));
            OnCallByRota { rota, agent }
        };
        OnCallAtDesk {
            desk: desk.key.as_str().to_owned(),
            name: desk.name.clone(),
            rotas: app.acts().on_call(desk, at).into_iter().map(of).collect(),
        }
    };
    let desks = match asked_desk(&app, &caller, asked.desk.as_deref())? {
        Some(key) => vec![by_rota(desks.by_key(&key).ok_or(Problem::NotFound("desk"))?)],
        None => {
            let seen = desks.all().filter(|desk| caller.principal.may(Right::See, desk.key.as_str()));
            seen.map(|desk| by_rota(desk)).collect()
        }
    };
    Ok(Json(OnCall { at: at.into(), desks }))
}
