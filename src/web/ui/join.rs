//! `/join/{secret}`: what a one-time link leads to. To look at it uses nothing up: mail programs look at every link.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::Path;
use super::form::{Errors, Fields};
use super::openid::Button;
use super::trouble::Trouble;
use super::visit::{Cookie, Whence};
use super::{Frame, page};
use crate::act::{JoinError, Joining, Purpose};
use crate::rules::account::{Email, parse_name, parse_password};
use crate::web::App;
use crate::web::hold::{in_time, tried};

#[derive(Template)]
#[template(path = "join.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    errors: Errors,
    title: &'static str,
    lead: String,
    /// The address that the link is for.
    of: Option<String>,
    email: String,
    name: String,
    asks_name: bool,
    openid: Option<Button>,
    passwords: bool,
}

#[derive(Template)]
#[template(path = "dead_link.html", config = "src/web/ui/askama.toml")]
struct Dead {
    frame: Frame,
}

impl Page {
    fn new(app: &App, purpose: &Purpose) -> Page {
        let (title, lead, of) = match purpose {
            Purpose::First => (
                "The first administrator",
                "Nobody has an account yet. This one may do everything, and lets the others in.".to_owned(),
                None,
            ),
            Purpose::Join { email, role, scope } => {
                ("Welcome", format!("You are invited as {role} of {scope}."), Some(email.to_string()))
            }
            Purpose::Reset { email } => (
                "A new password",
                "Every browser that is signed in to this account will be signed out, and no code will be asked for \
                 until you turn that on again."
                    .to_owned(),
                Some(email.to_string()),
            ),
        };
        let asks_name = !matches!(purpose, Purpose::Reset { .. });
        let invited = matches!(purpose, Purpose::Join { .. });
        Page {
            frame: Frame::bare(&app.site),
            errors: Errors::default(),
            title,
            lead,
            of,
            email: String::new(),
            name: String::new(),
            asks_name,
            openid: Button::of(app, "/").filter(|_| invited),
            // The first administrator, and whoever is locked out, gets in whatever the provider does.
            passwords: !invited || app.passwords(),
        }
    }
}

fn dead(app: &App) -> Response {
    page(StatusCode::NOT_FOUND, &Dead { frame: Frame::bare(&app.site) })
}

/// The form.
pub(super) async fn ask(State(app): State<App>, Path(secret): Path<String>) -> Result<Response, Trouble> {
    let purpose = in_time(app.acts().link(&secret)).await?;
    Ok(purpose.map_or_else(|| dead(&app), |purpose| page(StatusCode::OK, &Page::new(&app, &purpose))))
}

/// Uses the link up.
pub(super) async fn give(
    State(app): State<App>,
    Path(secret): Path<String>,
    Whence(origin): Whence,
    fields: Fields,
) -> Result<Response, Trouble> {
    let Some(purpose) = in_time(app.acts().link(&secret)).await? else { return Ok(dead(&app)) };
    let mut form = Page::new(&app, &purpose);
    if !form.passwords {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form));
    }
    form.email = fields.get("email").to_owned();
    form.name = fields.get("name").to_owned();
    let errors = &mut form.errors;
    let email = match form.of {
        Some(_) => None,
        None => errors.take("email", form.email.parse::<Email>()),
    };
    let name = if form.asks_name { errors.take("name", parse_name(&form.name)) } else { None };
    let password = errors.take("password", parse_password(fields.get("password")));
    let refused = |form: &Page| Ok(page(StatusCode::UNPROCESSABLE_ENTITY, form));
    let Some(password) = password.filter(|_| errors.is_empty()) else { return refused(&form) };
    let joining = Joining { email, name, password };
    match tried(app.acts().join(&secret, joining, &origin)).await? {
        Ok(now) => {
            let mut response = app.site.to("/");
            Cookie::Session.put(&app.site, &mut response, Some(&now.secret));
            Ok(response)
        }
        Err(JoinError::Dead) => Ok(dead(&app)),
        Err(error @ JoinError::HasAccount) => {
            form.errors.note("form", error);
            refused(&form)
        }
        Err(JoinError::Act(error)) => Err(error.into()),
    }
}
