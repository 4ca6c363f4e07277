//! `/sign-in/openid`, which leads to the provider of identities, and `/sign-in/openid/back`, to which it leads back. The
//! first is a link, so that the provider's own pages can have one too; nothing that is posted here ever leaves us, and
//! no page has to allow it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use super::asked::Query;
use super::form::Errors;
use super::page;
use super::sign_in::{self, Onward, refusal, with_next};
use super::trouble::Trouble;
use super::visit::{Cookie, Whence};
use crate::act::VouchError;
use crate::openid::{Answer, OpenIdError, Provider};
use crate::web::App;
use crate::web::hold::{in_time, tried};

/// The button that leads to the provider.
pub(super) struct Button {
    pub(super) label: String,
    pub(super) address: String,
}

impl Button {
    /// If there is a provider: a button by which one is back at that path of ours.
    pub(super) fn of(app: &App, next: &str) -> Option<Button> {
        let provider = app.openid()?;
        let address = format!("{}{}", app.site.base, with_next("/sign-in/openid", next));
        Some(Button { label: provider.label().to_owned(), address })
    }
}

fn provider(app: &App) -> Result<&Provider, Trouble> {
    app.openid().ok_or(Trouble::NotFound)
}

/// Sends a browser to the provider.
pub(super) async fn leave(
    State(app): State<App>,
    Whence(origin): Whence,
    Query(onward): Query<Onward>,
) -> Result<Response, Trouble> {
    let provider = provider(&app)?;
    let next = onward.path();
    let secret = match tried(app.acts().leave_for_openid(next.clone(), &origin)).await? {
        Ok(secret) => secret,
        Err(error) => {
            let (status, errors, wait) = refusal(&app, error, "form", "")?;
            return Ok(wait.on(page(status, &sign_in::Page::new(&app, errors, next))));
        }
    };
    match provider.way_there(&secret).await {
        Ok(way) => {
            let mut response = (StatusCode::SEE_OTHER, [(LOCATION, String::from(way))]).into_response();
            Cookie::OpenId.put(&app.site, &mut response, Some(&secret));
            Ok(response)
        }
        Err(error) => Ok(failed(&app, provider, &error, next)),
    }
}

/// Signs a browser in that is back.
pub(super) async fn back(
    State(app): State<App>,
    Whence(origin): Whence,
    headers: axum::http::HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, Trouble> {
    let provider = provider(&app)?;
    let secret = Cookie::OpenId.read(&app.site, &headers);
    // Of another browser's answer nothing is believed, and nothing used up.
    let secret = secret.filter(|secret| provider.is_answer_to(secret, &answer));
    let next = match &secret {
        Some(secret) => in_time(app.acts().back_from_openid(secret)).await?,
        None => None,
    };
    let (Some(secret), Some(next)) = (secret, next) else {
        let words =
            "This sign-in was begun in another window, took too long, or was finished before. Begin again.";
        return Ok(refused(&app, StatusCode::UNPROCESSABLE_ENTITY, words.into(), "/".into()));
    };
    let vouched = match provider.who(&secret, &answer).await {
        Ok(vouched) => vouched,
        Err(error) => return Ok(done(&app, failed(&app, provider, &error, next))),
    };
    match tried(app.acts().sign_in_vouched(vouched, provider.admission(), &origin)).await? {
        Ok(signed) => Ok(done(&app, sign_in::entered(&app, signed, &next))),
        Err(VouchError::Act(error)) => Err(error.into()),
        Err(error) => Ok(done(&app, refused(&app, StatusCode::FORBIDDEN, error.to_string(), next))),
    }
}

/// The cookie has served.
fn done(app: &App, mut response: Response) -> Response {
    Cookie::OpenId.put(&app.site, &mut response, None);
    response
}

/// The sign-in page, with why the provider vouched for nobody.
fn failed(app: &App, provider: &Provider, error: &OpenIdError, next: String) -> Response {
    let name = provider.label();
    let (status, words) = match error {
        OpenIdError::Silent(_) => {
            (StatusCode::BAD_GATEWAY, format!("{name} does not answer. Try again in a moment."))
        }
        OpenIdError::Odd(_) => (
            StatusCode::BAD_GATEWAY,
            format!(
                "What {name} answered cannot be used. Try again; if it stays so, tell an administrator: the log says why."
            ),
        ),
        OpenIdError::Refused { code, description } => {
            let said = if description.is_empty() { code } else { description };
            (StatusCode::FORBIDDEN, format!("{name} did not let you in. It says: {said}"))
        }
        OpenIdError::NoEmail => (
            StatusCode::FORBIDDEN,
            format!("{name} did not tell your e-mail address, by which you are known here."),
        ),
        OpenIdError::Unverified(email) => (
            StatusCode::FORBIDDEN,
            format!("{name} has not verified that {email} is yours. Have it verified there, and come again."),
        ),
        OpenIdError::Foreign(email) => {
            let domains = provider.admission().domains.join(", ");
            (
                StatusCode::FORBIDDEN,
                format!("{email} is not let in by {name}: only addresses of {domains} are."),
            )
        }
    };
    match error {
        OpenIdError::Silent(_) | OpenIdError::Odd(_) => {
            tracing::warn!(%error, "a sign-in by the provider of identities failed");
        }
        _ => tracing::info!(%error, "a sign-in by the provider of identities was refused"),
    }
    refused(app, status, words, next)
}

fn refused(app: &App, status: StatusCode, words: String, next: String) -> Response {
    page(status, &sign_in::Page::new(app, Errors::one("form", words), next))
}
