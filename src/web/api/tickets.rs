//! `GET /tickets` and `GET /tickets/{number}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, Caller, InPath, Instant, Limit, Number};
use super::cursor::{AfterTicket, AfterTime};
use super::problem::Problem;
use super::timeline::{Event, event};
use super::{App, asked_desk};
use crate::act::{Numbered, TicketView, Wanted};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::case::Case;
use crate::rules::desk::{Desk, ResponseTarget, SeverityRule};
use crate::rules::severity::Severity;
use crate::rules::ticket::{KnownContact, TicketId, TicketState};
use crate::rules::ticket_number::TicketNumber;
use crate::web::hold::in_time;

/// Tickets, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tickets {
    /// The tickets.
    tickets: Vec<Ticket>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A ticket with what happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TicketWithTimeline {
    #[serde(flatten)]
    ticket: Ticket,
    /// What happened, in order.
    timeline: Vec<Event>,
}

/// What has become of a ticket.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TicketState)]
pub(super) enum Word {
    /// Somebody has still to deal with it.
    Open,
    /// The caller hung up before a key or a word.
    Abandoned,
    /// Done.
    Resolved,
    /// Another ticket carries on for it.
    Merged,
}

impl Word {
    fn of(state: &TicketState) -> Word {
        match state {
            TicketState::Open => Word::Open,
            TicketState::Abandoned => Word::Abandoned,
            TicketState::Resolved => Word::Resolved,
            TicketState::Merged { .. } => Word::Merged,
        }
    }

    /// The word for it in the database.
    fn name(self) -> &'static str {
        match self {
            Word::Open => "open",
            Word::Abandoned => "abandoned",
            Word::Resolved => "resolved",
            Word::Merged => "merged",
        }
    }
}

/// A ticket. What is not known is null.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ticket {
    /// Unique in the installation, and opaque.
    id: String,
    /// What people call it; unique on its line.
    number: u64,
    /// The key of its desk.
    desk: String,
    /// The number that was called, in E.164.
    line: String,
    /// 1, an emergency, to 4.
    #[schema(minimum = 1, maximum = 4)]
    severity: u8,
    /// Whether nobody chose the severity yet.
    provisional: bool,
    /// What has become of it.
    state: Word,
    /// The id of the ticket that carries on for a merged one.
    merged_into: Option<String>,
    /// The key of the agent who has it.
    holder: Option<String>,
    /// Rises whenever it comes into other hands or another step begins: a command that sends it as `seen` disposes of
    /// nothing that has changed hands since, and begins no step after one that was not seen.
    turn: i64,
    /// The number that the network named; for who answers.
    caller_id: Option<String>,
    /// Where the caller wants to be called; for who answers.
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
    opened_at: Instant,
    /// When it was first acknowledged.
    acked_at: Option<Instant>,
    /// When the caller had been called back.
    called_back_at: Option<Instant>,
    /// When it was last resolved.
    resolved_at: Option<Instant>,
    /// By when the desk promises a response for this severity.
    respond_by: Option<Instant>,
    /// By when the desk promises that it is solved.
    resolve_by: Option<Instant>,
}

/// Where the caller wants to be called.
#[derive(Debug, Serialize, ToSchema)]
struct Callback {
    /// In E.164.
    number: String,
    /// Whether the caller heard it read back and said yes.
    confirmed: bool,
}

/// An authorised contact of a customer.
#[derive(Debug, Serialize, ToSchema)]
struct Contact {
    /// The customer's name.
    customer: String,
    /// The contact's name.
    name: String,
    /// The name of the customer's support plan.
    plan: Option<String>,
    /// Who looks after the customer at our side.
    account_manager: Option<Manager>,
}

/// Who looks after a customer at our side.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountManager)]
struct Manager {
    /// His name.
    name: String,
    /// His e-mail address.
    email: String,
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
            account_manager: customer
                .and_then(|customer| customer.account_manager.as_ref())
                .map(|manager| Manager { name: manager.name.clone(), email: manager.email.clone() }),
        }
    }
}

impl Ticket {
    /// By what is known of it.
    pub(super) fn of(app: &App, caller: &Caller, case: &Case) -> Ticket {
        let ticket = &case.ticket;
        let desks = app.acts().desks();
        let desk = desks.by_key(&ticket.desk);
        let numbers = caller.sees_numbers(&ticket.desk);
        let promised = |which: fn(&SeverityRule) -> Option<ResponseTarget>| {
            let desk = desk?;
            let due =
                which(desk.severity(ticket.severity)?)?.due(&desk.hours, app.acts().book(), ticket.opened_at);
            (due != Timestamp::NEVER).then_some(Instant(due))
        };
        Ticket {
            id: ticket.id.as_str().to_owned(),
            number: ticket.number.0,
            desk: ticket.desk.clone(),
            line: ticket.line.to_string(),
            severity: ticket.severity.into(),
            provisional: ticket.provisional,
            state: Word::of(&ticket.state),
            merged_into: match &ticket.state {
                TicketState::Merged { into } => Some(into.as_str().to_owned()),
                _ => None,
            },
            holder: case.holder().map(|agent| agent.as_str().to_owned()),
            turn: case.moved(),
            caller_id: ticket.caller_id.as_ref().filter(|_| numbers).map(ToString::to_string),
            callback: ticket.callback.as_ref().filter(|_| numbers).map(|callback| Callback {
                number: callback.number.to_string(),
                confirmed: callback.confirmed,
            }),
            contact: ticket.contact.as_ref().map(|contact| Contact::of(contact, desk.map(Arc::as_ref))),
            language: ticket.language.clone(),
            what: ticket.what.clone(),
            recordings: ticket.recordings.len(),
            opened_at: ticket.opened_at.into(),
            acked_at: ticket.acked_at.map(Instant),
            called_back_at: ticket.called_back_at.map(Instant),
            resolved_at: ticket.resolved_at.map(Instant),
            respond_by: promised(|rule| rule.response),
            resolve_by: promised(|rule| rule.resolution),
        }
    }
}

/// Which tickets, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Listed {
    /// The desk's key; every desk, if it is not said.
    desk: Option<String>,
    /// Those in this state alone.
    state: Option<Word>,
    /// Those of this severity alone.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 4)]
    severity: Option<Severity>,
    /// Opened at this instant or later.
    since: Option<Instant>,
    /// Opened before this instant.
    until: Option<Instant>,
    /// The `next` of the page before.
    cursor: Option<AfterTicket>,
    /// How many, at most; a page may be shorter, even empty, and not be the last.
    limit: Option<Limit>,
}

/// Tickets, newest first.
#[utoipa::path(
    get, path = "/tickets", tag = "tickets", params(Listed),
    responses((status = 200, body = Tickets))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(asked): Asked<Listed>,
) -> Result<Json<Tickets>, Problem> {
    let desk = asked_desk(&app, &caller, asked.desk.as_deref())?;
    let until = asked.until.map_or(Timestamp::NEVER, |Instant(at)| at);
    let until = (until, TicketId::from_text(""));
    let wanted = Wanted {
        desk,
        state: asked.state.map(Word::name),
        severity: asked.severity,
        since: asked.since.map_or(Timestamp(0), |Instant(at)| at),
        before: asked.cursor.map_or(until.clone(), |AfterTime(place)| place.min(until)),
    };
    let Limit(limit) = asked.limit.unwrap_or_default();
    let page = in_time(app.acts().wanted_tickets(wanted, limit)).await?;
    let seen = page.cases.iter().filter(|case| caller.principal.may(Right::See, &case.ticket.desk));
    let tickets = seen.map(|case| Ticket::of(&app, &caller, case)).collect();
    Ok(Json(Tickets { tickets, next: page.next.map(|place| AfterTime(place).to_string()) }))
}

/// Of which line or desk a ticket's number is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// The desk's key.
    pub(super) desk: Option<String>,
    /// The number that was called.
    pub(super) line: Option<Number>,
}

/// The ticket that is meant, if the asker may see it.
pub(super) async fn found(
    app: &App,
    caller: &Caller,
    number: &str,
    whose: Whose,
) -> Result<Box<TicketView>, Problem> {
    let number: TicketNumber = number.parse().map_err(|error| Problem::Query(format!("{error}")))?;
    let desk = asked_desk(app, caller, whose.desk.as_deref())?;
    let line = whose.line.map(|Number(line)| line);
    let seen = |desk: &str| caller.principal.may(Right::See, desk);
    match in_time(app.acts().numbered(desk.as_deref(), line.as_ref(), number)).await? {
        Numbered::One(view) if seen(&view.case.ticket.desk) => Ok(view),
        Numbered::One(_) | Numbered::None => Err(Problem::NotFound("ticket")),
        Numbered::Several(mut lines) => {
            let desks = app.acts().desks();
            lines.retain(|line| {
                let desk = line.parse().ok().and_then(|line| desks.by_line(&line));
                desk.is_some_and(|desk| seen(desk.key.as_str()))
            });
            // Of those that he may see there is perhaps but one.
            match (&*lines, line) {
                ([], _) => Err(Problem::NotFound("ticket")),
                ([one], None) => {
                    let line = one.parse().ok().map(Number);
                    Box::pin(found(app, caller, &number.to_string(), Whose { desk: None, line })).await
                }
                _ => Err(Problem::Ambiguous { number, lines }),
            }
        }
    }
}

/// A ticket by its number, with what happened to it. Each line numbers its own: where several have given this one, the
/// line or the desk must say which is meant.
#[utoipa::path(
    get, path = "/tickets/{number}", tag = "tickets",
    params(
        ("number" = String, Path, description = "The ticket's number.", pattern = "^[0-9]{1,18}$", example = "1001"),
        Whose,
    ),
    responses(
        (status = 200, body = TicketWithTimeline, headers(("etag" = String))),
        (status = 409, description = "Several lines have given this number."),
    )
)]
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath(number): InPath<String>,
    Asked(whose): Asked<Whose>,
) -> Result<Json<TicketWithTimeline>, Problem> {
    let view = found(&app, &caller, &number, whose).await?;
    let numbers = caller.sees_numbers(&view.case.ticket.desk);
    let timeline = view.timeline.iter().map(|entry| event(entry, numbers)).collect();
    Ok(Json(TicketWithTimeline { ticket: Ticket::of(&app, &caller, &view.case), timeline }))
}
