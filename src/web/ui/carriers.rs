//! `/carriers`: what is configured to send and receive with, how it is just now as all processes find it, which lines use
//! it, and the addresses that have to stand at the carrier. For administrators; no secret is on it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, form, page};
use crate::act::{CarrierTogether, together};
use crate::rules::access::Right;
use crate::web::hold::in_time;
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
    /// How it is; none if nothing is known of it.
    health: Option<Found>,
    lines: Vec<String>,
    /// What is entered at the carrier, with the address.
    addresses: Vec<(&'static str, String)>,
}

/// How a carrier is.
struct Found {
    /// Where its requests are not answered as they should be; empty if it is well.
    ill_at: String,
    /// How many processes know of it.
    asked: usize,
    /// When it last failed, and how.
    failed: Option<String>,
    /// When it was heard of last.
    heard: Option<String>,
}

impl Found {
    fn of(known: &CarrierTogether) -> Found {
        Found {
            ill_at: known.ill_at.join(", "),
            asked: known.asked,
            failed: known.failed.as_ref().map(|(at, why)| format!("{}: {why}", form::told(*at))),
            heard: known.heard.map(form::told),
        }
    }
}

#[derive(Template)]
#[template(path = "carriers.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    cards: Vec<Card>,
}

fn card(app: &App, name: &str, access: &CarrierAccess, all: &[CarrierTogether]) -> Card {
    let desks = app.acts().desks();
    let lines = desks.all().flat_map(|desk| desk.lines.iter().map(move |line| (desk, line)));
    let lines = lines.filter(|(_, line)| line.carrier == name);
    let ours = |path: &str| format!("{}/webhooks/{name}/{path}", app.web.public_url);
    Card {
        name: name.to_owned(),
        api: access.api.clone(),
        account: access.account.clone(),
        senders: access.senders.clone(),
        may_show: access.may_show.iter().map(Number::as_str).collect::<Vec<_>>().join(", "),
        pauses: access.profile.pause,
        health: all.iter().find(|known| known.name == name).map(Found::of),
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
    let nodes = in_time(app.acts().nodes()).await?;
    let all = together(&(app.web.health)(), &nodes);
    let cards = app.web.carriers.iter().map(|(name, access)| card(&app, name, access, &all)).collect();
    Ok(page(StatusCode::OK, &Page { frame: visiting.frame.clone(), cards }))
}
