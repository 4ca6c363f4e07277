//! `/tickets` and `/tickets/{id}`: what is wrong, who calls, what happened, and what can be done about it. A command is a
//! POST that leads back to the page it was given on; what came of it stands there.
//!
//! - `offers`: which commands somebody is shown, and what forms ask for; `standing`: how a ticket stands; `timeline`: what
//!   happened, in words.

mod offers;
mod standing;
mod timeline;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::form::{Errors, Fields};
use super::moments::{Shown, Wall};
use super::trouble::Trouble;
use super::visit::{Visiting, local};
use super::{Frame, page};
use crate::act::{CommandError, Commander, Looked, TicketView};
use crate::clock::Timestamp;
use crate::rules::access::{Reach, Right};
use crate::rules::case::Case;
use crate::rules::desk::Desk;
use crate::rules::ticket::{TicketId, TicketState};
use crate::web::App;
use crate::web::commands::code;
use crate::web::hold::{in_time, tried};
use crate::web::ui::asked::{Path, Query};
use offers::{MOVED_ON, PASSED, may_see_numbers, read};
use timeline::{Line, line};

pub(super) use offers::{Offers, People, outcome};
pub(in crate::web) use standing::{Standing, Tone};

/// Who calls, as far as one may know it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Caller {
    /// The contact and his customer, or that nobody knows.
    pub(super) who: String,
    /// First words of what is wrong.
    pub(super) what: Option<String>,
    /// Where he wants to be called, and whether he confirmed it; for who answers.
    pub(super) callback: Option<(String, bool)>,
    /// What the network said of him; for who answers.
    pub(super) caller_id: Option<String>,
}

impl Caller {
    pub(super) fn of(who: &Commander, desk: &Desk, case: &Case) -> Caller {
        let ticket = &case.ticket;
        let numbers = may_see_numbers(who, desk.key.as_str());
        let known = ticket.contact.as_ref().map(|contact| format!("{}, {}", contact.name, contact.customer));
        let callback = ticket.callback.as_ref().filter(|_| numbers);
        let caller_id = ticket.caller_id.as_ref().filter(|_| numbers);
        Caller {
            who: known.unwrap_or_else(|| "Unknown caller".into()),
            what: ticket.what.clone(),
            callback: callback.map(|callback| (callback.number.to_string(), callback.confirmed)),
            caller_id: caller_id.map(ToString::to_string),
        }
    }
}

/// Which part of the list.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Listing {
    /// Of that desk; of all of his, if it is empty.
    #[serde(default)]
    desk: String,
    /// `open`, which is what is meant without it, or `all`.
    #[serde(default)]
    state: String,
    /// Of that customer of the desk, by its name; of everybody, if it is empty.
    #[serde(default)]
    customer: String,
    /// Opened before that instant.
    before: Option<i64>,
}

struct Row {
    id: String,
    number: u64,
    severity: u8,
    desk: String,
    who: String,
    what: Option<String>,
    opened: Shown,
    standing: Standing,
}

#[derive(Template)]
#[template(path = "tickets.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    desks: Vec<(String, String)>,
    desk: String,
    /// Of which all tickets are shown; empty for everybody.
    customer: String,
    all: bool,
    rows: Vec<Row>,
    first: bool,
    next: Option<i64>,
}

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    Query(asked): Query<Listing>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let who = visiting.commander();
    let desks = app.acts().desks();
    let his: Vec<_> = desks.all().filter(|desk| who.principal.may(Right::See, desk.key.as_str())).collect();
    let reach = match &*asked.desk {
        "" => who.principal.reach(Right::See),
        desk if his.iter().any(|known| known.key.as_str() == desk) => Reach::Desks(vec![desk.to_owned()]),
        _ => return Err(Trouble::NotFound),
    };
    let all = match &*asked.state {
        "" | "open" => false,
        "all" => true,
        _ => return Err(Trouble::NotFound),
    };
    let before = asked.before.map_or(Timestamp::NEVER, Timestamp);
    let found = match (&*asked.desk, &*asked.customer) {
        (_, "") => in_time(app.acts().tickets_within(reach, !all, before)).await?,
        ("", _) => return Err(Trouble::NotFound),
        (desk, customer) => in_time(app.acts().tickets_of_customer(desk, customer, before)).await?,
    };
    let now = app.acts().clock().now();
    let row = |case: Case| {
        let desk = desks.by_key(&case.ticket.desk)?;
        let wall = Wall { book: app.acts().book(), zone: desk.zone(), now };
        let caller = Caller::of(&who, desk, &case);
        Some(Row {
            id: case.ticket.id.as_str().to_owned(),
            number: case.ticket.number.0,
            severity: case.ticket.severity.into(),
            desk: desk.name.clone(),
            who: caller.who,
            what: caller.what,
            opened: wall.shown(case.ticket.opened_at),
            standing: Standing::of(&case, desk, &wall),
        })
    };
    let shown = List {
        desks: his.iter().map(|desk| (desk.key.as_str().to_owned(), desk.name.clone())).collect(),
        desk: asked.desk,
        customer: asked.customer,
        all,
        rows: found.cases.into_iter().filter_map(row).collect(),
        first: asked.before.is_none(),
        next: found.next.map(|at| at.0),
        frame: visiting.frame,
    };
    Ok(page(StatusCode::OK, &shown))
}

#[derive(Template)]
#[template(path = "ticket.html", config = "src/web/ui/askama.toml")]
struct One {
    frame: Frame,
    errors: Errors,
    outcome: Option<(bool, String)>,
    id: String,
    revision: i64,
    number: u64,
    severity: u8,
    desk: String,
    line: String,
    /// Whose contact calls, and where that customer is kept, if the desk still has it.
    customer: Option<(String, String)>,
    caller: Caller,
    language: String,
    opened: Shown,
    standing: Standing,
    offers: Offers,
    /// The recordings that can be heard, by their place.
    recordings: usize,
    /// The ticket that carries on for it.
    merged_into: Option<String>,
    lines: Vec<Line>,
    /// What he wrote in a form that came too late: how it was solved, and why it is no emergency.
    how: String,
    reason: String,
}

/// What was just done, for the page that one is led back to.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

/// A ticket that he may see.
async fn view_for(app: &App, who: &Commander, id: &str) -> Result<TicketView, Trouble> {
    let view = in_time(app.acts().ticket_of_id(&TicketId::from_text(id))).await?;
    let view = view.filter(|view| who.principal.may(Right::See, &view.case.ticket.desk));
    view.ok_or(Trouble::NotFound)
}

async fn page_of(
    app: &App,
    visiting: Visiting,
    id: &str,
    done: &str,
    errors: Errors,
) -> Result<One, Trouble> {
    let who = visiting.commander();
    let TicketView { case, timeline, revision } = view_for(app, &who, id).await?;
    let acts = app.acts();
    let desks = acts.desks();
    let desk = desks.by_key(&case.ticket.desk).ok_or(Trouble::NotFound)?;
    let now = acts.clock().now();
    let wall = Wall { book: acts.book(), zone: desk.zone(), now };
    let on_call: Vec<_> = acts.on_call(desk, now).into_iter().filter_map(|(_, agent)| agent).collect();
    let mutes = desks.mutes_of(desk.key.as_str());
    let numbers = may_see_numbers(&who, desk.key.as_str());
    let of_line = desk.line(&case.ticket.line).map(|line| line.label.clone());
    Ok(One {
        frame: visiting.frame,
        errors,
        outcome: outcome(done, &case, desk),
        id: case.ticket.id.as_str().to_owned(),
        revision,
        number: case.ticket.number.0,
        severity: case.ticket.severity.into(),
        desk: desk.name.clone(),
        line: of_line.unwrap_or_else(|| case.ticket.line.to_string()),
        customer: case
            .ticket
            .contact
            .as_ref()
            .and_then(|contact| desk.customers.iter().find(|customer| customer.name == contact.customer))
            .map(|customer| {
                (customer.name.clone(), format!("/desks/{}/customers#{}", desk.key.as_str(), customer.key))
            }),
        caller: Caller::of(&who, desk, &case),
        language: case.ticket.language.clone(),
        opened: wall.shown(case.ticket.opened_at),
        standing: Standing::of(&case, desk, &wall),
        offers: Offers::of(&who, desk, &case, People { on_call: &on_call, mutes, now }),
        recordings: if numbers { case.ticket.recordings.len() } else { 0 },
        merged_into: match &case.ticket.state {
            TicketState::Merged { into } => Some(into.as_str().to_owned()),
            _ => None,
        },
        lines: timeline.iter().map(|entry| line(entry, desk, &wall, numbers)).collect(),
        how: String::new(),
        reason: String::new(),
    })
}

/// A ticket.
pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    Ok(page(StatusCode::OK, &page_of(&app, visiting, &id, &done.done, Errors::default()).await?))
}

/// A command. `seen` is the state of the ticket that was looked at: a tap that comes twice counts once, and one that
/// comes too late takes a ticket from nobody.
pub(super) async fn command(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let who = visiting.commander();
    let command = match read(&fields) {
        Ok(command) => command,
        Err(errors) => {
            let shown = page_of(&app, visiting, &id, "", errors).await?;
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
        }
    };
    let ticket = TicketId::from_text(id.clone());
    let once = Some(fields.get("seen")).filter(|seen| !seen.is_empty());
    let looked = Looked { once, seen: once.and_then(|seen| seen.parse().ok()) };
    match tried(app.acts().command_by(who, &ticket, command, looked)).await? {
        Ok(said) => Ok(app.site.to(&back(fields.get("back"), &id, code(&said)))),
        Err(CommandError::NoTicket) => Err(Trouble::NotFound),
        Err(CommandError::Lacks(right)) => Err(Trouble::lacks(right)),
        Err(CommandError::Passed { .. }) => {
            let (how, reason) = (fields.get("how"), fields.get("reason"));
            if how.is_empty() && reason.is_empty() {
                return Ok(app.site.to(&back(fields.get("back"), &id, PASSED)));
            }
            // What he wrote is not to be written again.
            let shown = page_of(&app, visiting, &id, PASSED, Errors::default()).await?;
            Ok(page(StatusCode::CONFLICT, &One { how: how.into(), reason: reason.into(), ..shown }))
        }
        Err(CommandError::MovedOn) => Ok(app.site.to(&back(fields.get("back"), &id, MOVED_ON))),
        Err(CommandError::Act(error)) => Err(error.into()),
    }
}

/// The page that a command was given on, which is to tell what came of it: the board, or the ticket's.
fn back(asked: &str, id: &str, code: &str) -> String {
    let told =
        |pairs: &[(&str, &str)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    match local(asked) {
        "/board" => format!("/board?{}", told(&[("done", code), ("ticket", id)])),
        board if board.starts_with("/board?") => {
            format!("{board}&{}", told(&[("done", code), ("ticket", id)]))
        }
        _ => format!("/tickets/{id}?{}", told(&[("done", code)])),
    }
}

/// A recording of a ticket, by its place from 1: for who answers.
pub(super) async fn recording(
    State(app): State<App>,
    Path((id, place)): Path<(String, usize)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let who = visiting.commander();
    let case = view_for(&app, &who, &id).await?.case;
    if !may_see_numbers(&who, &case.ticket.desk) {
        return Err(Trouble::lacks(Right::Answer));
    }
    let sid = place.checked_sub(1).and_then(|index| case.ticket.recordings.get(index));
    let sid = sid.ok_or(Trouble::NotFound)?;
    let content = in_time(app.acts().recording_of(&case.ticket.id, sid)).await?;
    Ok(([(CONTENT_TYPE, "audio/wav")], content.ok_or(Trouble::NotFound)?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_led_back_to_the_board_or_to_the_ticket() {
        for (asked, to) in [
            ("/board", "/board?done=taken&ticket=T1"),
            ("/board?desk=night", "/board?desk=night&done=taken&ticket=T1"),
            ("", "/tickets/T1?done=taken"),
            ("/people", "/tickets/T1?done=taken"),
            ("//evil.example.org/board?", "/tickets/T1?done=taken"),
        ] {
            assert_eq!(back(asked, "T1", "taken"), to, "{asked}");
        }
    }
}
