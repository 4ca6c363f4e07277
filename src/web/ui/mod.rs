//! Pages for people: written here, whole, in HTML; they work without script, and nothing inline runs. Whoever is signed
//! in has a cookie ([`visit`]); a change is a POST from one of our own pages, and of nobody else's ([`own_pages_only`]).
//!
//! - `assets`: styles and scripts; `visit`: who asks, and the cookies; `form`: what he wrote and what is wrong with it; `trouble`: why he gets no page.
//! - `sign_in`, `openid`, `join`, `account`: getting in, and one's own account; `people`, `audit`: for who administers.
//! - `board`: what is going on, live; `tickets`: what is wrong, and what can be done about it; `moments`: times in words.
//! - `flows`: voice flows, looked at, edited and tried; `carriers`: what is configured to send with.
//! - `desk`: a desk's rotas, its draft and its versions.

mod account;
mod assets;
mod audit;
mod board;
mod carriers;
mod desk;
mod flows;
mod form;
mod home;
mod join;
mod moments;
mod openid;
mod people;
mod reports;
mod second_factor;
mod sign_in;
mod tickets;
mod trouble;
mod visit;

use std::net::IpAddr;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, ORIGIN, REFERRER_POLICY};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use url::Url;

use super::{App, LARGEST_FORM};
pub(super) use board::Live;
pub(super) use moments::Wall;
pub(super) use tickets::{Standing, Tone};
use trouble::Trouble;
pub(super) use visit::origin_of;

/// Our own styles, scripts and forms, and nothing else: pictures are drawn in the page itself.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// To which path of ours the provider of identities leads browsers back.
pub const OPENID_BACK: &str = "/sign-in/openid/back";

/// How browsers reach us.
#[derive(Clone, Debug, Default)]
pub(super) struct Site {
    /// The path before all of ours, without a slash at its end: empty but behind a proxy that takes it away.
    base: String,
    /// `https://pager.example.com`, as browsers write it in `Origin`.
    origin: String,
    /// Whether cookies travel encrypted only.
    secure: bool,
    /// Proxies elsewhere that are believed.
    proxies: Vec<IpAddr>,
}

impl Site {
    /// By the public address, behind those proxies.
    pub(super) fn of(public_url: &str, proxies: &[IpAddr]) -> Site {
        // The configuration lets in nothing else.
        let Ok(url) = Url::parse(public_url) else { return Site::default() };
        Site {
            base: url.path().trim_end_matches('/').to_owned(),
            origin: url.origin().ascii_serialization(),
            secure: url.scheme() == "https",
            proxies: proxies.to_vec(),
        }
    }

    /// The path before all of ours.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// To another of our pages.
    fn to(&self, path: &str) -> Response {
        Redirect::to(&format!("{}{path}", self.base)).into_response()
    }

    /// The whole address of a page of ours.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.base)
    }
}

/// What every page has around it.
#[derive(Clone, Debug)]
struct Frame {
    base: String,
    /// Who is signed in.
    who: Option<Who>,
}

/// Who is signed in, as the frame shows it.
#[derive(Clone, Debug)]
struct Who {
    name: String,
    board: bool,
    people: bool,
    audit: bool,
    flows: bool,
    carriers: bool,
    reports: bool,
}

impl Frame {
    /// Around a page for whoever comes.
    fn bare(site: &Site) -> Frame {
        Frame { base: site.base.clone(), who: None }
    }

    /// The address of a style or script; none if this program was built without it.
    fn asset(&self, name: &str) -> Option<String> {
        assets::file(name).map(|file| format!("{}/assets/{file}", self.base))
    }
}

/// The pages' addresses.
pub(super) fn router(app: App) -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::ask).post(sign_in::give))
        .route("/sign-in/code", get(sign_in::ask_code).post(sign_in::give_code))
        .route("/sign-in/openid", get(openid::leave))
        .route(OPENID_BACK, get(openid::back))
        .route("/sign-out", post(sign_in::out))
        .route("/join/{secret}", get(join::ask).post(join::give))
        .route("/account", get(account::show))
        .route("/account/name", post(account::rename))
        .route("/account/password", post(account::password))
        .route("/account/second-factor", get(second_factor::ask).post(second_factor::on))
        .route("/account/second-factor/off", post(second_factor::off))
        .route("/account/sessions/{id}/end", post(account::end_session))
        .route("/account/sessions/end-others", post(account::end_others))
        .route("/board", get(board::show))
        .route("/board/events", get(board::events))
        .route("/tickets", get(tickets::list))
        .route("/tickets/{id}", get(tickets::one))
        .route("/tickets/{id}/commands", post(tickets::command))
        .route("/tickets/{id}/recordings/{place}", get(tickets::recording))
        .route("/people", get(people::list))
        .route("/people/invite", post(people::invite))
        .route("/people/withdraw", post(people::withdraw))
        .route("/people/{id}", get(people::one))
        .route("/people/{id}/role", post(people::give_role))
        .route("/people/{id}/disable", post(people::disable))
        .route("/people/{id}/enable", post(people::enable))
        .route("/people/{id}/end-sessions", post(people::end_sessions))
        .route("/people/{id}/reset", post(people::offer_reset))
        .route("/audit", get(audit::list))
        .route("/reports", get(reports::show))
        .route("/reports.csv", get(reports::download))
        .route("/assets/{file}", get(assets::show))
        .route("/carriers", get(carriers::list))
        .merge(desk::router())
        .merge(flows::router())
        .route_layer(from_fn_with_state(app.clone(), own_pages_only))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .fallback(async || Trouble::NotFound)
        .layer(from_fn_with_state(app, trouble::dress))
}

/// A page, with what it may load and whom it may tell where it is.
fn page(status: StatusCode, template: &impl Template) -> Response {
    // A page's own address goes to our pages alone; without any, browsers would not say where a form comes from.
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "same-origin")];
    match template.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A change is asked for by a page of ours. Browsers say so themselves, in headers that no script can set; a request
/// that says nothing is none of a browser that we know.
async fn own_pages_only(State(app): State<App>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_own(request.headers(), &app.site.origin) {
        tracing::debug!("a form of another site was refused");
        return Trouble::Forged.into_response();
    }
    next.run(request).await
}

fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match said("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => said(ORIGIN.as_str()) == Some(origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_read_off_its_public_address() {
        for (url, base, origin, secure) in [
            ("https://pager.example.com", "", "https://pager.example.com", true),
            ("https://example.com:8443/night/pager", "/night/pager", "https://example.com:8443", true),
            ("https://example.com:443", "", "https://example.com", true),
            ("http://127.0.0.1:8080", "", "http://127.0.0.1:8080", false),
        ] {
            let site = Site::of(url, &[]);
            assert_eq!((&*site.base, &*site.origin, site.secure), (base, origin, secure), "{url}");
            assert_eq!(site.address("/join/x"), format!("{origin}{base}/join/x"));
            assert_eq!(site.to("/people").headers()["location"], format!("{base}/people"));
        }
    }
}
