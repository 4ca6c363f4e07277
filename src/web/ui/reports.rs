//! `/reports`: how the nights went, and `/reports.csv`: the same, ticket by ticket. Whoever sees a desk sees its totals;
//! what concerns single agents and customers, and the whole of it for one customer, is for who keeps the desk.

mod chart;
mod sheet;
mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::asked::Query;
use super::page;
use super::trouble::Trouble;
use super::visit::Visiting;
use crate::rules::access::Right;
use crate::web::App;
use crate::web::asked::{Question, Refused};
use crate::web::hold::in_time;

/// A wait in words.
pub(super) use view::span as waited;

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Trouble {
        match refused {
            Refused::Lacks(right) => Trouble::lacks(right),
            Refused::NoSuchDesk | Refused::NoSuchSpan | Refused::Days(_) => Trouble::NotFound,
        }
    }
}

/// The figures of a span of days, with those of the one before.
pub(super) async fn show(
    State(app): State<App>,
    Query(question): Query<Question>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    if !visiting.principal().may_somewhere(Right::See) {
        return Err(Trouble::lacks(Right::See));
    }
    let right = if question.customer.is_empty() { Right::See } else { Right::Manage };
    let desks = question.desks(&app, visiting.principal(), right)?;
    let (days, error) = match question.days(&app, &desks) {
        Ok(days) => (days, None),
        // Something is shown all the same, beside what is wrong.
        Err(refused) => (
            Question::default().days(&app, &desks).map_err(|_| Trouble::NotFound)?,
            Some(refused.to_string()),
        ),
    };
    let items = question.of_customer(in_time(app.acts().reported(&desks, &days.span)).await?);
    let before = question.of_customer(in_time(app.acts().reported(&desks, &days.before)).await?);
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = view::Page::new(&app, visiting, question, &desks, days, error, &items, &before);
    Ok(page(status, &view))
}

/// The tickets of a span of days, one a row.
pub(super) async fn download(
    State(app): State<App>,
    Query(question): Query<Question>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    if !visiting.principal().may_somewhere(Right::Manage) {
        return Err(Trouble::lacks(Right::Manage));
    }
    let desks = question.desks(&app, visiting.principal(), Right::Manage)?;
    let days = question.days(&app, &desks)?;
    let items = question.of_customer(in_time(app.acts().reported(&desks, &days.span)).await?);
    let name = format!("nightbell-{}-{}.csv", days.span.first(), days.span.last());
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    match sheet::write(&items, &desks, app.acts().book()) {
        Ok(sheet) => Ok((headers, sheet).into_response()),
        Err(error) => {
            tracing::error!(%error, "a report could not be written");
            Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}
