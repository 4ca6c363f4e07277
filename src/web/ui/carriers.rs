//! `/carriers`: what is configured to send and receive with, how it is just now, which lines use it, and the addresses that
//! have to stand at the carrier. For administrators; no secret is on it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, form, page};
use crate::rules::access::Right;
use crate::web::{App, CarrierAccess};
use crate::wire::Number;

/// A carrier on the list.
struct Card {
    name: String,
    api: String,
    account: String,
    senders: Vec<String>,
    may_show: String,
    /// Whether it understands pauses, beyond the portable TwiML.
    pauses: bool,
    /// Whether its requests are answered, and how it last failed; none if nothing is known of it.
    health: Option<(bool, Option<String>)>,
    lines: Vec<String>,
    /// What is entered at the carrier, with the address.
    addresses: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "carriers.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    cards: Vec<Card>,
}

fn card(app: &App, name: &str, access: &CarrierAccess) -> Card {
    let desks = app.acts().desks();
    let lines = desks.all().flat_map(|desk| desk.lines.iter().map(move |line| (desk, line)));
    let lines = lines.filter(|(_, line)| line.carrier == name);
    let health = (app.web.health)().into_iter().find(|health| health.name == name);
    let failed = |health: &crate::web::CarrierHealth| {
        health.failed.as_ref().map(|(at, why)| format!("{}: {why}", form::told(*at)))
    };
    let ours = |path: &str| format!("{}/webhooks/{name}/{path}", app.web.public_url);
    Card {
        name: name.to_owned(),
        api: access.api.clone(),
        account: access.account.clone(),
        senders: access.senders.clone(),
        may_show: access.may_show.iter().map(Number::as_str).collect::<Vec<_>>().join(", "),
        pauses: access.profile.pause,
        health: health.as_ref().map(|health| (health.is_well, failed(health))),
        lines: lines.map(|(desk, line)| format!("{} {} ({})", line.number, line.label, desk.name)).collect(),
        addresses: vec![
            ("A call comes in (POST)", ours("voice")),
            ("Call status changes (POST)", ours("status")),
            ("A message comes in (POST)", ours("sms")),
        ],
    }
}

/// All carriers.
pub(super) async fn list(State(app): State<App>, visiting: Visiting) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let cards = app.web.carriers.iter().map(|(name, access)| card(&app, name, access)).collect();
    Ok(page(StatusCode::OK, &Page { frame: visiting.frame.clone(), cards }))
}
