//! Why somebody gets no page, as a page.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Frame, page};
use crate::act::ActError;
use crate::rules::access::{Right, Role};
use crate::web::App;
use crate::web::hold::Failure;

/// Why there is no page.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// He has to sign in first, and comes back to that path.
    SignIn(String),
    /// He may not.
    Forbidden(Role),
    /// There is none such.
    NotFound,
    /// What stands behind the `?` of its address cannot be read.
    Unreadable,
    /// Another site asked.
    Forged,
    /// Not now.
    Busy,
    /// He keeps too many boards open.
    TooMany,
}

impl Trouble {
    /// He has not that right.
    pub(super) fn lacks(right: Right) -> Trouble {
        Trouble::Forbidden(right.needs())
    }

    fn status(&self) -> StatusCode {
        match self {
            Trouble::SignIn(_) => StatusCode::SEE_OTHER,
            Trouble::Forbidden(_) | Trouble::Forged => StatusCode::FORBIDDEN,
            Trouble::NotFound => StatusCode::NOT_FOUND,
            Trouble::Unreadable => StatusCode::BAD_REQUEST,
            Trouble::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Trouble::TooMany => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        tracing::error!(error = %failure, "a page could not be made");
        Trouble::Busy
    }
}

impl From<ActError> for Trouble {
    fn from(error: ActError) -> Trouble {
        Failure::from(error).into()
    }
}

/// Only what it is: [`dress`] makes a page of it, which knows where we are served.
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "trouble.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    title: &'static str,
    text: String,
}

/// Makes pages of troubles.
pub(super) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(trouble) = response.extensions_mut().remove::<Trouble>() else { return response };
    let (title, text) = match &trouble {
        Trouble::SignIn(path) => {
            let query: String =
                form_urlencoded::Serializer::new(String::new()).append_pair("next", path).finish();
            return app.site.to(&format!("/sign-in?{query}"));
        }
        Trouble::Forbidden(role) => (
            "This is not yours to see",
            format!("It needs the role “{role}”. An administrator can give it to you, on the page “People”."),
        ),
        Trouble::NotFound => {
            ("There is no such page", "Perhaps it is gone, or its address was cut off.".into())
        }
        Trouble::Unreadable => (
            "This address cannot be read",
            "Something behind the “?” is no date or number, or is not as this page writes it. Take away all from \
             the “?” on, or follow a link to the page."
                .into(),
        ),
        Trouble::Forged => (
            "Nothing was changed",
            "The form did not come from a page of ours. Go back, open the page again, and try once more."
                .into(),
        ),
        Trouble::Busy => (
            "Not just now",
            "The database does not answer. Calls and pages go on; try again in a moment.".into(),
        ),
        Trouble::TooMany => (
            "Too many boards are open",
            "Close one that you do not look at; this one goes on by itself then.".into(),
        ),
    };
    let mut response = page(trouble.status(), &Page { frame: Frame::bare(&app.site), title, text });
    if let Trouble::Busy = trouble {
        response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static("5"));
    }
    response
}
