//! JSON for programs, below `/api/v1`. Who asks carries a bearer token (`nightbell token create`); whatever goes wrong
//! is answered as problem details (RFC 9457). Instants are RFC 3339 in UTC, to the millisecond.

mod on_call;
mod problem;
mod reports;
mod tickets;
mod timeline;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::clock::Timestamp;
use crate::rules::access::{Principal, Reach, Right};
use crate::rules::contact::PhoneNumber;

use super::App;
use super::hold::in_time;
use problem::Problem;

/// The API's addresses; nothing of it, not even what is not there, is told to who has no token.
pub(super) fn router(app: App) -> Router<App> {
    Router::new()
        .route("/tickets", get(tickets::list))
        .route("/tickets/{number}", get(tickets::one))
        .route("/on-call", get(on_call::at))
        .route("/reports/summary", get(reports::summary))
        .route("/reports/tickets", get(reports::tickets))
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .fallback(async || Problem::NotFound("address"))
        .layer(from_fn_with_state(app, only_with_token))
}

async fn only_with_token(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(token) = bearer(&request) else { return Problem::NoToken.into_response() };
    match in_time(app.acts().token(token)).await {
        Ok(Some(token)) => {
            tracing::debug!(token.name, "the API was asked");
            let principal: Principal = [(token.scope, token.role)].into_iter().collect();
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Ok(None) => Problem::NoToken.into_response(),
        Err(failure) => Problem::from(failure).into_response(),
    }
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The desk that a question is about (`desk`), or none if it is about all that there are. What is no desk, and one that
/// the asker may not see, are the same to him; who sees but one asks about that one.
fn asked_desk(app: &App, principal: &Principal, query: &Query) -> Result<Option<String>, Problem> {
    match (query.get("desk"), principal.reach(Right::See)) {
        (Some(key), _) if app.acts().desks().by_key(key).is_some() && principal.may(Right::See, key) => {
            Ok(Some(key.to_owned()))
        }
        (Some(_), _) => Err(Problem::NotFound("desk")),
        (None, Reach::Everything) => Ok(None),
        // A token is for every desk or for one.
        (None, Reach::Desks(desks)) => desks.into_iter().next().map(Some).ok_or(Problem::NotFound("desk")),
    }
}

/// The query of a request. A parameter that nobody knows is a mistake, and is told.
struct Query(Vec<(String, String)>);

impl FromRequestParts<App> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Query, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Query(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Query {
    fn only(&self, known: &[&'static str]) -> Result<(), Problem> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some(_) => Err(Problem::Query(format!("the parameters are: {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A telephone number in E.164. A `+` that was not encoded arrives as a space.
    fn phone_number(&self, name: &'static str) -> Result<Option<PhoneNumber>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.replacen(' ', "+", 1).parse().map(Some);
        number.map_err(|_| Problem::Query(format!("`{name}` is a number like +18025550100")))
    }

    /// An instant, in any offset. A `+` that was not encoded arrives as a space.
    fn instant(&self, name: &'static str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        chrono::DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
            .map(|at| Some(Timestamp::from_chrono(at.to_utc())))
            .map_err(|_| Problem::Query(format!("`{name}` is an instant like 2026-11-21T03:00:00Z")))
    }
}

#[cfg(test)]
mod tests;
