//! `/sign-in`, `/sign-in/code` and `/sign-out`.

use askama::Template;
use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::asked::Query;
use super::form::{Errors, Fields, later};
use super::openid::Button;
use super::trouble::Trouble;
use super::visit::{Cookie, Visiting, Whence, local};
use super::{Frame, page};
use crate::act::{SignIn, SignInError};
use crate::clock::Timestamp;
use crate::web::App;
use crate::web::hold::{in_time, tried};

/// The query of a page that leads on to another.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Onward {
    /// A path of ours.
    #[serde(default)]
    next: String,
}

impl Onward {
    pub(super) fn path(&self) -> String {
        local(&self.next).to_owned()
    }
}

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/web/ui/askama.toml")]
pub(super) struct Page {
    frame: Frame,
    errors: Errors,
    openid: Option<Button>,
    passwords: bool,
    email: String,
    next: String,
}

impl Page {
    pub(super) fn new(app: &App, errors: Errors, next: String) -> Page {
        Page {
            frame: Frame::bare(&app.site),
            errors,
            openid: Button::of(app, &next),
            passwords: app.passwords(),
            email: String::new(),
            next,
        }
    }
}

#[derive(Template)]
#[template(path = "code.html", config = "src/web/ui/askama.toml")]
struct CodePage {
    frame: Frame,
    errors: Errors,
    next: String,
}

/// The form.
pub(super) async fn ask(
    State(app): State<App>,
    Query(onward): Query<Onward>,
    visiting: Result<Visiting, Trouble>,
) -> Response {
    // Whoever is signed in has no need of it.
    if visiting.is_ok() {
        return app.site.to(local(&onward.next));
    }
    page(StatusCode::OK, &Page::new(&app, Errors::default(), onward.path()))
}

/// Address and password.
pub(super) async fn give(
    State(app): State<App>,
    Whence(origin): Whence,
    fields: Fields,
) -> Result<Response, Trouble> {
    let next = local(fields.get("next")).to_owned();
    if !app.passwords() {
        let errors = Errors::one("form", "No password lets anybody in here. Use the button.");
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &Page::new(&app, errors, next)));
    }
    match tried(app.acts().sign_in(fields.get("email"), fields.get("password"), &origin)).await? {
        Ok(signed) => Ok(entered(&app, signed, &next)),
        Err(error) => {
            let words = "This address and this password do not belong together.";
            let (status, errors, wait) = refusal(&app, error, "form", words)?;
            let form = Page { email: fields.get("email").to_owned(), ..Page::new(&app, errors, next) };
            Ok(wait.on(page(status, &form)))
        }
    }
}

/// In, or on to the question for the code.
pub(super) fn entered(app: &App, signed: SignIn, next: &str) -> Response {
    let (path, cookie, now) = match signed {
        SignIn::Whole(now) => (next.to_owned(), Cookie::Session, now),
        SignIn::Half(now) => (with_next("/sign-in/code", next), Cookie::Half, now),
    };
    let mut response = app.site.to(&path);
    cookie.put(&app.site, &mut response, Some(&now.secret));
    response
}

/// The form for the code.
pub(super) async fn ask_code(
    State(app): State<App>,
    Query(onward): Query<Onward>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let owing = match Cookie::Half.read(&app.site, &headers) {
        Some(half) => in_time(app.acts().owes_code(&half)).await?,
        None => false,
    };
    if !owing {
        return Ok(app.site.to(&with_next("/sign-in", &onward.path())));
    }
    let form = CodePage { frame: Frame::bare(&app.site), errors: Errors::default(), next: onward.path() };
    Ok(page(StatusCode::OK, &form))
}

/// The code.
pub(super) async fn give_code(
    State(app): State<App>,
    Whence(origin): Whence,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Trouble> {
    let next = local(fields.get("next")).to_owned();
    let half = Cookie::Half.read(&app.site, &headers).unwrap_or_default();
    match tried(app.acts().give_code(&half, fields.get("code"), &origin)).await? {
        Ok(now) => {
            let mut response = app.site.to(&next);
            Cookie::Session.put(&app.site, &mut response, Some(&now.secret));
            Cookie::Half.put(&app.site, &mut response, None);
            Ok(response)
        }
        Err(SignInError::Expired) => Ok(app.site.to(&with_next("/sign-in", &next))),
        Err(error) => {
            let words =
                "This code is not right, or was used before. The app shows a new one every half minute.";
            let (status, errors, wait) = refusal(&app, error, "code", words)?;
            Ok(wait.on(page(status, &CodePage { frame: Frame::bare(&app.site), errors, next })))
        }
    }
}

/// Ends this browser's session.
pub(super) async fn out(State(app): State<App>, visiting: Visiting) -> Result<Response, Trouble> {
    let visitor = &visiting.visitor;
    in_time(app.acts().end_session(visiting.by(), &visitor.account, &visitor.session.id)).await?;
    let mut response = app.site.to("/sign-in");
    Cookie::Session.put(&app.site, &mut response, None);
    Ok(response)
}

/// A path that leads on to another.
pub(super) fn with_next(path: &str, next: &str) -> String {
    if next == "/" {
        return path.to_owned();
    }
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("{path}?{query}")
}

/// When the next try may be made, for programs too.
pub(super) struct Wait(Option<(Timestamp, Timestamp)>);

impl Wait {
    pub(super) fn on(&self, mut response: Response) -> Response {
        if let Some((now, next)) = self.0 {
            let seconds = u64::try_from(next.since(now).as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// How a refused password or code is told at a field.
pub(super) fn refusal(
    app: &App,
    error: SignInError,
    field: &'static str,
    wrong: &str,
) -> Result<(StatusCode, Errors, Wait), Trouble> {
    match error {
        SignInError::Wrong | SignInError::Expired => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Errors::one(field, wrong), Wait(None)))
        }
        SignInError::Later(next) => {
            let now = app.acts().clock().now();
            let errors = Errors::one(field, later(now, next));
            Ok((StatusCode::TOO_MANY_REQUESTS, errors, Wait(Some((now, next)))))
        }
        SignInError::Act(error) => Err(error.into()),
    }
}
