//! `/account`: one's own name, password, second factor and sessions.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::{Path, Query};
use super::form::{Errors, Fields, told};
use super::people::agents_of;
use super::sign_in::refusal;
use super::trouble::Trouble;
use super::visit::{Visiting, browser_name};
use super::{Frame, page};
use crate::act::{Means, SessionId};
use crate::rules::access::Reach;
use crate::rules::account::{parse_name, parse_password};
use crate::web::App;
use crate::web::hold::{in_time, tried};

/// A browser that is signed in.
struct SessionRow {
    id: String,
    browser: String,
    address: String,
    since: String,
    seen: String,
    openid: bool,
    this: bool,
}

#[derive(Template)]
#[template(path = "account.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    errors: Errors,
    done: Option<&'static str>,
    email: String,
    name: String,
    second_factor: bool,
    password: bool,
    /// Whether it may be given its first password now.
    fresh: bool,
    /// The agents that he is.
    agents: Vec<String>,
    sessions: Vec<SessionRow>,
}

/// What was just done, for the page that one is led back to.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match &*self.done {
            "name" => Some("Your name is changed."),
            "password" => Some("Your password is changed, and every other browser is signed out."),
            "on" => Some("From now on a code is asked for when you sign in."),
            "off" => Some("No code is asked for any more."),
            "ended" => Some("It is signed out."),
            _ => None,
        }
    }
}

impl Page {
    async fn of(app: &App, visiting: Visiting, done: &Done, errors: Errors) -> Result<Page, Trouble> {
        let fresh = app.acts().has_just_come(&visiting.visitor);
        let account = visiting.visitor.account;
        let row = |session: crate::act::Session| SessionRow {
            this: session.id == visiting.visitor.session.id,
            id: session.id.as_str().to_owned(),
            browser: session.browser.as_deref().map_or("An unknown browser".to_owned(), browser_name),
            address: session.address.unwrap_or_else(|| "an unknown address".into()),
            since: told(session.created_at),
            openid: session.means == Means::OpenId,
            seen: told(session.seen_at),
        };
        let sessions = in_time(app.acts().sessions(&account.id)).await?;
        Ok(Page {
            frame: visiting.frame,
            errors,
            agents: agents_of(&app.acts().desks(), &account.email, &Reach::Everything),
            done: done.words(),
            email: account.email.to_string(),
            name: account.name,
            second_factor: account.second_factor,
            password: account.password,
            fresh,
            sessions: sessions.into_iter().map(row).collect(),
        })
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Query(done): Query<Done>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    Ok(page(StatusCode::OK, &Page::of(&app, visiting, &done, Errors::default()).await?))
}

/// The page again, with what is wrong.
async fn refused(app: &App, visiting: Visiting, errors: Errors) -> Result<Page, Trouble> {
    Page::of(app, visiting, &Done::default(), errors).await
}

/// Another name.
pub(super) async fn rename(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    match parse_name(fields.get("name")) {
        Ok(name) => {
            in_time(app.acts().rename(visiting.by(), &visiting.visitor, name)).await?;
            Ok(app.site.to("/account?done=name"))
        }
        Err(unfit) => {
            let mut form = refused(&app, visiting, Errors::one("name", unfit)).await?;
            form.name = fields.get("name").to_owned();
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
    }
}

/// Another password, or the first.
pub(super) async fn password(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let new = match parse_password(fields.get("new")) {
        Ok(new) => new,
        Err(unfit) => {
            let form = refused(&app, visiting, Errors::one("new", unfit)).await?;
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form));
        }
    };
    if !visiting.visitor.account.password {
        return match tried(app.acts().choose_password(visiting.by(), &visiting.visitor, new)).await? {
            Ok(()) => Ok(app.site.to("/account?done=password")),
            Err(error) => {
                let words = "Sign out and in again first: a first password is chosen right after signing in.";
                let (status, errors, wait) = refusal(&app, error, "new", words)?;
                Ok(wait.on(page(status, &refused(&app, visiting, errors).await?)))
            }
        };
    }
    let old = fields.get("old");
    let change = app.acts().change_password(visiting.by(), &visiting.visitor, old, new, &visiting.origin);
    match tried(change).await? {
        Ok(()) => Ok(app.site.to("/account?done=password")),
        Err(error) => {
            let (status, errors, wait) = refusal(&app, error, "old", "This is not your password.")?;
            Ok(wait.on(page(status, &refused(&app, visiting, errors).await?)))
        }
    }
}

/// Ends one of one's own sessions.
pub(super) async fn end_session(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let id = SessionId::from_text(id);
    let ended = in_time(app.acts().end_session(visiting.by(), &visiting.visitor.account, &id)).await?;
    if ended { Ok(app.site.to("/account?done=ended")) } else { Err(Trouble::NotFound) }
}

/// Ends all of one's own sessions but this one.
pub(super) async fn end_others(State(app): State<App>, visiting: Visiting) -> Result<Response, Trouble> {
    let visitor = &visiting.visitor;
    in_time(app.acts().end_sessions(visiting.by(), &visitor.account, Some(&visitor.session.id))).await?;
    Ok(app.site.to("/account?done=ended"))
}
