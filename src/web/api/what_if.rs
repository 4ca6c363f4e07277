//! `GET /desks/{desk}/what-if`: what would happen if that number rang that line at that instant. Nothing is rung, and
//! nothing is written.

mod shape;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::App;
use super::asked::{Asked, Caller, InPath};
use super::problem::Problem;
use crate::act::{DraftError, WhatIfUnfit, WhatIfWanted};
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::zone::ZoneBook;
use crate::web::hold::{Failure, in_time};
use crate::web::what_if::Answered;
use shape::Answer;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Call {
    /// The line that rings, like +18025550100; the desk's first, if it is not said.
    #[serde(default)]
    #[param(required = false)]
    line: String,
    /// What the network says of the caller, like +18025550121; if it is not said, he withholds his number. To name one
    /// needs the role agent.
    #[serde(default)]
    #[param(required = false)]
    from: String,
    /// When, like 2026-12-25T03:00 on the desk's clock, or with an offset; now, if it is not said.
    #[serde(default)]
    #[param(required = false)]
    at: String,
    /// Until when it is looked for minutes in which an emergency would reach nobody, at most a year later; not at all, if
    /// it is not said.
    #[serde(default)]
    #[param(required = false)]
    until: String,
    /// Whether it is played as the desk's draft would have it; that needs the role manager.
    #[serde(default)]
    #[param(required = false)]
    draft: bool,
}

impl From<WhatIfUnfit> for Problem {
    fn from(unfit: WhatIfUnfit) -> Problem {
        Problem::Query(format!("`{}`: {}", unfit.field, unfit.words))
    }
}

/// The desk as its draft would have it; as it is, if there is none.
async fn drafted(app: &App, key: &str) -> Result<Desk, Problem> {
    let drafting = in_time(app.acts().drafting(key)).await?.ok_or(Problem::NotFound("desk"))?;
    let checked = drafting.result.map_err(DraftError::from)?;
    Ok(checked.desk().clone())
}

/// What would happen if that number rang that line at that instant: every way that the call can go, by each key that means
/// something, and what comes of each: whom the pager rings, in which order, by what and when, if nobody answers. It is
/// played by the rules of calls that ring, with what is known now of tickets, mutes and numbers out of use. Nothing is
/// rung, and nothing is written.
#[utoipa::path(
    get, path = "/desks/{desk}/what-if", tag = "desks",
    params(Call),
    responses(
        (status = 200, body = Answer),
        (status = 422, description = "The draft does not fit any more."),
    )
)]
pub(super) async fn play(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Asked(call): Asked<Call>,
) -> Result<Json<Answer>, Problem> {
    let live = caller.at(&app, Right::See, &key)?;
    let desk = match call.draft {
        true => {
            caller.at(&app, Right::Manage, &key)?;
            drafted(&app, &key).await?
        }
        false => Desk::clone(&live),
    };
    let (acts, book) = (app.acts(), app.acts().book());
    let wanted = WhatIfWanted { line: &call.line, from: &call.from, at: &call.at, until: &call.until };
    let read = wanted.read(&desk, book, acts.clock().now())?;
    if !read.asked.from.is_empty() {
        // Whose number that is, and which ticket he has open, is for who may see callers' numbers.
        caller.at(&app, Right::Answer, &key)?;
    }
    let answered = Answered::to(acts, read, call.draft).await.map_err(Failure::from)?;
    let numbers = caller.principal.may(Right::Manage, &key);
    Ok(Json(Answer::of(book, &answered, numbers)))
}

/// The API's answer, for the command line: with everybody's numbers, as for who may read the database.
pub fn what_if_json(book: &ZoneBook, answered: &Answered) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&Answer::of(book, answered, true))
}
