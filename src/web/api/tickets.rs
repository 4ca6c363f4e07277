//! `GET /tickets` and `GET /tickets/{number}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::Serialize;

use super::problem::Problem;
use super::timeline::{Event, event, instant};
use super::{App, Query, asked_desk};
use crate::act::Numbered;
use crate::clock::Timestamp;
use crate::rules::access::Principal;
use crate::rules::case::Case;
use crate::rules::desk::{AccountManager, Desk, ResponseTarget, SeverityRule};
use crate::rules::ticket::{KnownContact, TicketState};
use crate::rules::ticket_number::TicketNumber;
use crate::web::hold::in_time;

/// Tickets, newest first.
#[derive(Debug, Serialize)]
pub(super) struct Tickets {
    /// At most 100 of them.
    tickets: Vec<Ticket>,
    /// What `before` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A ticket with what happened to it.
#[derive(Debug, Serialize)]
pub(super) struct TicketWithTimeline {
    #[serde(flatten)]
    ticket: Ticket,
    /// What happened, in order.
    timeline: Vec<Event>,
}

/// A ticket. What is not known is null.
#[derive(Debug, Serialize)]
struct Ticket {
    /// Unique in the installation, and opaque.
    id: String,
    /// What people call it; unique on its line.
    number: u64,
    /// The key of its desk.
    desk: String,
    /// The number that was called, in E.164.
    line: String,
    /// 1 to 4.
    severity: u8,
    /// Whether nobody chose the severity yet.
    provisional: bool,
    /// `open`, `abandoned`, `resolved` or `merged`.
    state: &'static str,
    /// The id of the ticket that carries on for a merged one.
    merged_into: Option<String>,
    /// The key of the agent who has it.
    holder: Option<String>,
    /// The number that the network named.
    caller_id: Option<String>,
    /// Where the caller wants to be called.
    callback: Option<Callback>,
    /// Who called, as far as the number tells.
    contact: Option<Contact>,
    /// The caller's language, BCP 47.
    language: String,
    /// First words of what is wrong.
    what: Option<String>,
    /// How many recordings there are.
    recordings: usize,
    /// When the first webhook came.
    opened_at: String,
    /// When it was first acknowledged.
    acked_at: Option<String>,
    /// When the caller had been called back.
    called_back_at: Option<String>,
    /// When it was last resolved.
    resolved_at: Option<String>,
    /// By when the desk promises a response for this severity.
    respond_by: Option<String>,
    /// By when the desk promises that it is solved.
    resolve_by: Option<String>,
}

/// Where the caller wants to be called.
#[derive(Debug, Serialize)]
struct Callback {
    /// In E.164.
    number: String,
    /// Whether the caller heard it read back and said yes.
    confirmed: bool,
}

/// An authorised contact of a customer.
#[derive(Debug, Serialize)]
struct Contact {
    /// The customer's name.
    customer: String,
    /// The contact's name.
    name: String,
    /// The name of the customer's support plan.
    plan: Option<String>,
    /// Who looks after the customer at our side.
    account_manager: Option<AccountManager>,
}

impl Contact {
    /// With what the desk's file says of the customer today.
    fn of(contact: &KnownContact, desk: Option<&Desk>) -> Contact {
        let customer =
            desk.and_then(|desk| desk.customers.iter().find(|customer| customer.name == contact.customer));
        Contact {
            customer: contact.customer.clone(),
            name: contact.name.clone(),
            plan: customer.and_then(|customer| customer.plan.clone()),
            account_manager: customer.and_then(|customer| customer.account_manager.clone()),
        }
    }
}

impl Ticket {
    fn of(app: &App, case: &Case) -> Ticket {
        let ticket = &case.ticket;
        let desks = app.acts().desks();
        let desk = desks.by_key(&ticket.desk);
        let promised = |which: fn(&SeverityRule) -> Option<ResponseTarget>| {
            let desk = desk?;
            let due =
                which(desk.severity(ticket.severity)?)?.due(&desk.hours, app.acts().book(), ticket.opened_at);
            (due != Timestamp::NEVER).then(|| instant(due))
        };
        Ticket {
            id: ticket.id.as_str().to_owned(),
            number: ticket.number.0,
            desk: ticket.desk.clone(),
            line: ticket.line.to_string(),
            severity: ticket.severity.into(),
            provisional: ticket.provisional,
            state: ticket.state.name(),
            merged_into: match &ticket.state {
                TicketState::Merged { into } => Some(into.as_str().to_owned()),
                _ => None,
            },
            holder: case.holder().map(|agent| agent.as_str().to_owned()),
            caller_id: ticket.caller_id.as_ref().map(ToString::to_string),
            callback: ticket.callback.as_ref().map(|callback| Callback {
                number: callback.number.to_string(),
                confirmed: callback.confirmed,
            }),
            contact: ticket.contact.as_ref().map(|contact| Contact::of(contact, desk.map(Arc::as_ref))),
            language: ticket.language.clone(),
            what: ticket.what.clone(),
            recordings: ticket.recordings.len(),
            opened_at: instant(ticket.opened_at),
            acked_at: ticket.acked_at.map(instant),
            called_back_at: ticket.called_back_at.map(instant),
            resolved_at: ticket.resolved_at.map(instant),
            respond_by: promised(|rule| rule.response),
            resolve_by: promised(|rule| rule.resolution),
        }
    }
}

/// Tickets of a desk (`desk`) or of all, opened before an instant (`before`).
pub(super) async fn list(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    query: Query,
) -> Result<Json<Tickets>, Problem> {
    query.only(&["desk", "before"])?;
    let before = query.instant("before")?.unwrap_or(Timestamp::NEVER);
    let desk = asked_desk(&app, &principal, &query)?;
    let page = in_time(app.acts().tickets(desk.as_deref(), before)).await?;
    let tickets = page.cases.iter().map(|case| Ticket::of(&app, case)).collect();
    Ok(Json(Tickets { tickets, next: page.next.map(instant) }))
}

/// A ticket by its number. Each line numbers its own: where several have given this one, the line (`line`) or the desk
/// (`desk`) must say which is meant.
pub(super) async fn one(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    Path(number): Path<String>,
    query: Query,
) -> Result<Json<TicketWithTimeline>, Problem> {
    query.only(&["desk", "line"])?;
    let number: TicketNumber = number.parse().map_err(|error| Problem::Query(format!("{error}")))?;
    let desk = asked_desk(&app, &principal, &query)?;
    let line = query.phone_number("line")?;
    let view = match in_time(app.acts().numbered(desk.as_deref(), line.as_ref(), number)).await? {
        Numbered::One(view) => view,
        Numbered::None => return Err(Problem::NotFound("ticket")),
        Numbered::Several(lines) => return Err(Problem::Ambiguous { number, lines }),
    };
    let timeline = view.timeline.iter().map(event).collect();
    Ok(Json(TicketWithTimeline { ticket: Ticket::of(&app, &view.case), timeline }))
}
