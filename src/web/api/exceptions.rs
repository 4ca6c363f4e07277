//! `GET` and `POST /desks/{desk}/exceptions`, and `DELETE /desks/{desk}/exceptions/{id}`: what managers declare of a desk
//! for a while, otherwise than its file has it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::asked::{Caller, InPath, Instant, Sent};
use super::problem::Problem;
use crate::act::DeclareError;
use crate::rules::access::Right;
use crate::rules::hours;
use crate::rules::hours::Declared;
use crate::web::hold::in_time;

/// What is declared of a desk now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Exceptions {
    /// The oldest first.
    exceptions: Vec<Exception>,
}

/// Something that is declared of a desk. It ends by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskException)]
pub(super) struct Exception {
    /// Its id.
    id: String,
    /// What is declared.
    what: Declared,
    /// Since when.
    since: Instant,
    /// The instant from which on everything is as usual.
    until: Instant,
    /// Who said so: for managers alone.
    by: Option<String>,
}

impl Exception {
    pub(super) fn of(exception: hours::Exception, knows_who: bool) -> Exception {
        Exception {
            id: exception.id.as_str().to_owned(),
            what: exception.what,
            since: exception.since.into(),
            until: exception.until.into(),
            by: knows_who.then_some(exception.by),
        }
    }
}

/// What is declared of a desk now.
#[utoipa::path(
    get, path = "/desks/{desk}/exceptions", tag = "desks",
    responses((status = 200, body = Exceptions))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
) -> Result<Json<Exceptions>, Problem> {
    caller.at(&app, Right::See, &key)?;
    let knows_who = caller.principal.may(Right::Manage, &key);
    let declared = app.acts().declared(&key).into_iter();
    Ok(Json(Exceptions { exceptions: declared.map(|one| Exception::of(one, knows_who)).collect() }))
}

/// Something that is to be declared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskExceptionWanted)]
pub(super) struct Wanted {
    /// What.
    what: Declared,
    /// The instant from which on everything is as usual: within 7 days.
    until: Instant,
}

/// Declares something of a desk from now on, in the place of what it contradicts: when the desk is there is one thing, whom
/// an emergency pages another.
#[utoipa::path(
    post, path = "/desks/{desk}/exceptions", tag = "desks",
    request_body = Wanted,
    responses((status = 201, description = "What is declared.", body = Exception))
)]
pub(super) async fn declare(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(StatusCode, Json<Exception>), Problem> {
    caller.at(&app, Right::Manage, &key)?;
    let Wanted { what, until: Instant(until) } = wanted;
    let declared = app.acts().declare(caller.by, &key, what, until);
    let declared = in_time(async { Ok(declared.await) }).await?.map_err(|error| match error {
        DeclareError::Act(error) => Problem::Busy(error.into()),
        DeclareError::NoDesk => Problem::NotFound("desk"),
        DeclareError::Unfit(unfit) => Problem::Query(unfit.to_string()),
    })?;
    Ok((StatusCode::CREATED, Json(Exception::of(declared, true))))
}

/// Ends what is declared before its time.
#[utoipa::path(
    delete, path = "/desks/{desk}/exceptions/{id}", tag = "desks",
    params(
        ("id" = String, Path, description = "The exception's id.", example = "01K9ZJ6V8M4T2N7Q5R3S1X0WYB"),
    ),
    responses((status = 204, description = "It counts no more, or had ended before."))
)]
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    InPath((key, id)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    caller.at(&app, Right::Manage, &key)?;
    let id = hours::ExceptionId::from_text(id);
    let known = in_time(app.acts().end_declared(caller.by, &key, &id)).await?;
    if known { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound("exception")) }
}
