//! `GET /carriers`: what is configured to send and receive with, how it is just now, and the addresses that have to stand
//! at the carrier. For administrators of every desk; no secret is in it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::asked::Caller;
use super::board;
use super::problem::Problem;
use crate::rules::access::Right;
use crate::web::CarrierAccess;

/// The carriers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Carriers {
    /// By name.
    carriers: Vec<Carrier>,
}

/// A carrier as it is configured.
#[derive(Debug, Serialize, ToSchema)]
struct Carrier {
    /// Its name.
    name: String,
    /// Where its REST begins.
    api: String,
    /// The account's SID.
    account: String,
    /// What it sends from.
    senders: Vec<String>,
    /// The numbers that it may show as caller id.
    may_show: Vec<String>,
    /// How it is, as the process that was asked finds it; nothing, if nothing is known of it.
    health: Option<board::Carrier>,
    /// The lines that use it.
    lines: Vec<String>,
    /// The address at it for incoming calls (POST).
    voice_webhook: String,
    /// The address at it for calls' status (POST).
    status_webhook: String,
    /// The address at it for incoming messages (POST).
    message_webhook: String,
}

impl Carrier {
    fn of(app: &App, name: &str, access: &CarrierAccess) -> Carrier {
        let desks = app.acts().desks();
        let lines = desks.all().flat_map(|desk| &desk.lines).filter(|line| line.carrier == name);
        let health = (app.web.health)().into_iter().find(|health| health.name == name);
        let ours = |path: &str| format!("{}/webhooks/{name}/{path}", app.web.public_url);
        Carrier {
            name: name.to_owned(),
            api: access.api.clone(),
            account: access.account.clone(),
            senders: access.senders.clone(),
            may_show: access.may_show.iter().map(|number| number.as_str().to_owned()).collect(),
            health: health.map(board::Carrier::from),
            lines: lines.map(|line| line.number.to_string()).collect(),
            voice_webhook: ours("voice"),
            status_webhook: ours("status"),
            message_webhook: ours("sms"),
        }
    }
}

/// The carriers, how they are, and what has to stand at them. For administrators of every desk.
#[utoipa::path(get, path = "/carriers", tag = "carriers", responses((status = 200, body = Carriers)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Carriers>, Problem> {
    if !caller.principal.may_everywhere(Right::Administer) {
        return Err(Problem::Lacks(Right::Administer));
    }
    let carriers = app.web.carriers.iter().map(|(name, access)| Carrier::of(&app, name, access)).collect();
    Ok(Json(Carriers { carriers }))
}
