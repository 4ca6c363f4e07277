//! `GET /reports/summary` and `GET /reports/tickets`: what the page of reports shows, for programs. Waits are in seconds,
//! counted for emergencies from the moment since which each is one; percentiles are by nearest rank.

mod shape;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::App;
use super::asked::{Asked, Caller};
use super::cursor::After;
use super::problem::Problem;
use crate::act;
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::report::Item;
use crate::rules::ticket::TicketId;
use crate::web::asked::{Question, Refused};
use crate::web::hold::in_time;
use shape::{Counted, Summary};

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        match refused {
            Refused::NoSuchDesk => Problem::NotFound("desk"),
            Refused::Lacks(right) => Problem::Lacks(right),
            other => Problem::Query(other.to_string()),
        }
    }
}

/// Of what, and of which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct About {
    /// The desk's key; every desk that the token may see, if it is not said.
    #[param(required = false)]
    desk: String,
    /// `week`, `month`, `last-month`, `quarter`, `year` or `dates`; the last seven days, if it is not said.
    #[param(required = false)]
    span: String,
    /// The first day, for dates.
    #[param(required = false)]
    from: String,
    /// The last day, for dates.
    #[param(required = false)]
    to: String,
}

impl From<About> for Question {
    fn from(About { desk, span, from, to }: About) -> Question {
        Question { desk, span, from, to, ..Question::default() }
    }
}

/// The figures of a desk or of all.
#[utoipa::path(
    get, path = "/reports/summary", tag = "reports", params(About),
    responses((status = 200, body = Summary))
)]
pub(super) async fn summary(
    State(app): State<App>,
    Caller { principal, .. }: Caller,
    Asked(about): Asked<About>,
) -> Result<Json<Summary>, Problem> {
    let question = Question::from(about);
    let desks = question.desks(&app, &principal, Right::See)?;
    let days = question.days(&app, &desks)?;
    let items = in_time(app.acts().reported(&desks, &days.span)).await?;
    let before = in_time(app.acts().reported(&desks, &days.before)).await?;
    let managed: Vec<Item> =
        items.iter().filter(|item| principal.may(Right::Manage, &item.desk)).cloned().collect();
    Ok(Json(Summary::new((&days.span, &items), (&days.before, &before), &managed)))
}

/// Of what, of which days, and which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Listed {
    /// The desk's key; every desk at which the token is a manager, if it is not said.
    #[param(required = false)]
    desk: String,
    /// `week`, `month`, `last-month`, `quarter`, `year` or `dates`; the last seven days, if it is not said.
    #[param(required = false)]
    span: String,
    /// The first day, for dates.
    #[param(required = false)]
    from: String,
    /// The last day, for dates.
    #[param(required = false)]
    to: String,
    /// The `next` of the page before.
    cursor: Option<After>,
}

/// The tickets of a desk, or of all at which the token is a manager, as they are counted.
#[utoipa::path(
    get, path = "/reports/tickets", tag = "reports", params(Listed),
    responses((status = 200, body = Counted))
)]
pub(super) async fn tickets(
    State(app): State<App>,
    Caller { principal, .. }: Caller,
    Asked(Listed { desk, span, from, to, cursor }): Asked<Listed>,
) -> Result<Json<Counted>, Problem> {
    let question = Question { desk, span, from, to, ..Question::default() };
    let desks = question.desks(&app, &principal, Right::Manage)?;
    if desks.is_empty() {
        // No desk was named.
        return Err(match principal.may_somewhere(Right::Manage) {
            true => Problem::NotFound("desk"),
            false => Problem::Lacks(Right::Manage),
        });
    }
    let days = question.days(&app, &desks)?;
    let wrong = || Problem::Query("`cursor` is the `next` of the page before, as it was".into());
    let place = cursor.map(|cursor| place(&desks, &cursor).ok_or_else(wrong)).transpose()?;
    let (first, mut behind) = place.map_or((0, None), |(first, behind)| (first, Some(behind)));
    let (mut items, mut next) = (Vec::new(), None);
    for (index, desk) in desks.iter().enumerate().skip(first) {
        let (from, until) = days.span.instants(app.acts().book(), desk.zone());
        let read = app.acts().reported_after(desk, behind.take().unwrap_or((from, None)), until);
        let more;
        (items, more) = in_time(read).await?;
        next = more.map(|(at, id)| placed(desk, at, id.as_ref()));
        if next.is_none()
            && let Some(desk) = desks.get(index + 1)
        {
            let (from, _) = days.span.instants(app.acts().book(), desk.zone());
            next = Some(placed(desk, from, None));
        }
        if !items.is_empty() {
            break;
        }
    }
    Ok(Json(Counted::new(&days.span, &items, next)))
}

/// Where a reading goes on: the desk, the instant and, at that instant, the ticket.
fn placed(desk: &Desk, at: Timestamp, id: Option<&TicketId>) -> String {
    After::of(&format!("{}.{}.{}", desk.key, at.0, id.map_or("", TicketId::as_str))).to_string()
}

fn place(desks: &[Arc<Desk>], cursor: &After) -> Option<(usize, act::After)> {
    let mut parts = cursor.place()?.splitn(3, '.');
    let key = parts.next()?;
    let at = Timestamp(parts.next()?.parse().ok()?);
    let id = parts.next()?;
    let id = (!id.is_empty()).then(|| TicketId::from_text(id));
    Some((desks.iter().position(|desk| desk.key.as_str() == key)?, (at, id)))
}
