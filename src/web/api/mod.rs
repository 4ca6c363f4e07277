//! JSON for programs, below `/api/v1`. Who asks carries a bearer token (`nightbell token create`); whatever goes wrong
//! is answered as problem details (RFC 9457). Instants are RFC 3339 in UTC, to the millisecond; lists go on by cursors;
//! what is read has an entity tag, and what is changed asks for one.
//!
//! - `asked` and `condition`: what is taken out of a request; `cursor`: where lists go on; `tag`: entity tags; `once`:
//!   requests with names; `problem`: what goes wrong.
//! - `document`: what all of it is, as OpenAPI, made from the handlers themselves.
//! - `desks`, `what_if`, `file`, `versions`, `draft`, `import`, `rotas`, `on_call`, `exceptions`, `cover`, `leave`,
//!   `leave_calendars`, `mutes`, `numbers`, `feeds`,
//!   `tickets` (with `timeline` and `commands`), `board`, `carriers`, `flows`, `reports`, `accounts`, `invitations`, `sessions`, `tokens`, `audit`:
//!   the handlers.

mod accounts;
mod asked;
mod audit;
mod board;
mod carriers;
mod commands;
mod condition;
mod cover;
mod cursor;
mod desks;
mod document;
mod draft;
mod exceptions;
mod feeds;
mod file;
mod flows;
mod import;
mod invitations;
mod leave;
mod leave_calendars;
mod mutes;
mod numbers;
mod on_call;
mod once;
mod problem;
mod reports;
mod rotas;
mod sessions;
mod tag;
mod tickets;
mod timeline;
mod tokens;
mod versions;
mod what_if;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::act::token_id;
use crate::calendar;
use crate::rules::access::{Reach, Right};

use super::App;
use super::hold::in_time;
use super::ui::origin_of;
use asked::Caller;
use problem::Problem;
pub use what_if::what_if_json;

/// The largest body that is taken, in bytes: ten times the desk file of a large team.
const LARGEST_BODY: usize = 256 * 1024;

/// The largest body that is taken anywhere: a calendar.
const LARGEST_CALENDAR: usize = calendar::import::LARGEST;

/// The API's addresses; nothing of it, not even what is not there, is told to who has no token. What it is is told to
/// everybody.
pub(super) fn router(app: App) -> Router<App> {
    let (router, document) = parts();
    let document = document::at(document, &format!("{}/api/v1", app.site.base()));
    // It is made of texts: there is nothing in it that could not be written.
    let json: Arc<str> = document.to_json().unwrap_or_default().into();
    let documented = get(async move || document::answer(&json));
    router
        // What there is not takes no name of a request.
        .layer(from_fn_with_state(app.clone(), once::once))
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .fallback(async || Problem::NotFound("address"))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(tag::spare))
        .layer(from_fn_with_state(app, only_with_token))
        .route(
            document::PATH,
            documented.fallback(async || Problem::MethodNotAllowed).layer(from_fn(tag::spare)),
        )
}

/// There is nothing there.
pub(super) async fn no_address() -> Response {
    Problem::NotFound("address").into_response()
}

/// What the API is, as OpenAPI.
pub fn openapi() -> OpenApi {
    document::at(parts().1, "/api/v1")
}

/// The handlers, and what they say of themselves.
fn parts() -> (Router<App>, OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(document::base())
        .routes(routes!(desks::list))
        .routes(routes!(desks::one))
        .routes(routes!(desks::gaps))
        .routes(routes!(what_if::play))
        .routes(routes!(file::read, file::write))
        .routes(routes!(versions::list))
        .routes(routes!(versions::one))
        .routes(routes!(rotas::list))
        .routes(routes!(rotas::shifts))
        .routes(routes!(on_call::at))
        .routes(routes!(tickets::list))
        .routes(routes!(tickets::one))
        .routes(routes!(commands::give))
        .routes(routes!(import::take))
        .routes(routes!(draft::read, draft::discard))
        .routes(routes!(draft::edit))
        .routes(routes!(draft::take_back))
        .routes(routes!(draft::publish))
        .routes(routes!(draft::restore))
        .routes(routes!(cover::list, cover::ask))
        .routes(routes!(cover::one))
        .routes(routes!(cover::give))
        .routes(routes!(leave::list, leave::add))
        .routes(routes!(leave::remove))
        .routes(routes!(leave::conflicts))
        .routes(routes!(leave_calendars::list))
        .routes(routes!(leave_calendars::put, leave_calendars::remove))
        .routes(routes!(leave_calendars::read))
        .routes(routes!(exceptions::list, exceptions::declare))
        .routes(routes!(exceptions::end))
        .routes(routes!(mutes::list, mutes::begin))
        .routes(routes!(mutes::end))
        .routes(routes!(numbers::list))
        .routes(routes!(numbers::send_code))
        .routes(routes!(numbers::give_code))
        .routes(routes!(feeds::list, feeds::make))
        .routes(routes!(feeds::end))
        .routes(routes!(board::show))
        .routes(routes!(carriers::list))
        .routes(routes!(flows::list))
        .routes(routes!(flows::one))
        .routes(routes!(flows::draw))
        .routes(routes!(flows::check))
        .routes(routes!(flows::file::read, flows::file::write))
        .routes(routes!(flows::versions::list))
        .routes(routes!(flows::versions::one))
        .routes(routes!(flows::versions::restore))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::one))
        .routes(routes!(accounts::give_role))
        .routes(routes!(accounts::give))
        .routes(routes!(invitations::reset))
        .routes(routes!(invitations::invited, invitations::invite))
        .routes(routes!(invitations::withdraw))
        .routes(routes!(sessions::list, sessions::end_all))
        .routes(routes!(sessions::end))
        .routes(routes!(tokens::list))
        .routes(routes!(tokens::end))
        .routes(routes!(audit::list))
        .routes(routes!(reports::summary))
        .routes(routes!(reports::tickets))
        .split_for_parts();
    (router, document::with_what_all_answer(document))
}

async fn only_with_token(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(secret) = bearer(&request) else { return Problem::NoToken.into_response() };
    match in_time(app.acts().bearer(secret)).await {
        Ok(Some(bearer)) => {
            tracing::debug!(bearer.token.name, "the API was asked");
            let id = token_id(secret);
            let (mut parts, body) = request.into_parts();
            let address = origin_of(&app.site, &parts).address;
            parts.extensions.insert(Caller::of(bearer, id, address));
            next.run(Request::from_parts(parts, body)).await
        }
        Ok(None) => Problem::NoToken.into_response(),
        Err(failure) => Problem::from(failure).into_response(),
    }
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The desk that a question is about, or none if it is about all that the asker may see, each of which is asked about by
/// whoever answers. What is no desk, and one that he may not see, are the same to him; who sees but one asks about that.
fn asked_desk(app: &App, caller: &Caller, desk: Option<&str>) -> Result<Option<String>, Problem> {
    match (desk, caller.principal.reach(Right::See)) {
        (Some(key), _) => {
            caller.at(app, Right::See, key)?;
            Ok(Some(key.to_owned()))
        }
        (None, Reach::Everything) => Ok(None),
        (None, Reach::Desks(mut desks)) => match desks.len() {
            0 => Err(Problem::NotFound("desk")),
            1 => Ok(desks.pop()),
            _ => Ok(None),
        },
    }
}

#[cfg(test)]
mod tests;
