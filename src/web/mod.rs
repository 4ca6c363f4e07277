//! The way in: carriers' webhooks, the API, and what operators watch. A webhook is checked, read, and handed to
//! [`crate::act`], whose one committed transaction stands before the answer; no carrier is ever called from here.
//!
//! - `signed`: who may post what; `voice`, `texts`, `reports`: the webhooks; `speak`: answers as TwiML;
//!   `hold`: what a caller hears while nothing can be written down, and the last resort after that.
//! - `asked`: what a report is asked about, on pages and in the API; `commands`: what is asked of a ticket there;
//!   `cover`: who may do what about a request for cover; `odds`: where leave is at odds with the rotas;
//!   `preview`: what would come of a draft; [`what_if`]: what would come of a call; `people`: how people are let in;
//!   `import`: rotas from calendars, and `leave_calendar`: leave from them, both of which `elsewhere` reads.
//! - `ui`: pages for people; `api`: JSON for programs; `health`: for monitors; `recordings`: what a phone plays;
//!   `feed`: what calendar programs read.
//! - [`fallback`]: the answer that a carrier gives in our place while we are away.

mod api;
mod asked;
mod commands;
mod cover;
mod elsewhere;
pub mod fallback;
mod feed;
mod health;
mod hold;
mod import;
mod leave_calendar;
mod odds;
mod people;
mod phrases;
mod preview;
mod recordings;
mod reports;
mod signed;
mod speak;
#[cfg(test)]
mod tests;
mod texts;
mod ui;
mod voice;
mod waits;
pub mod what_if;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, Method};
use axum::routing::{any, get, post};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::act::{Acts, CarrierHealth};
use crate::fetch::Fetcher;
use crate::openid::Provider;
use crate::rules::contact::PhoneNumber;
use crate::wire::event::EventError;
use crate::wire::twiml::Profile;
use crate::wire::{Addresses, Number};
pub use api::{openapi, what_if_json};

pub use ui::OPENID_BACK;

/// The largest form that is taken, in bytes; the largest that carriers send is a tenth of it.
const LARGEST_FORM: usize = 64 * 1024;

/// How many complaints are remembered, so that each is made once.
const MOST_COMPLAINTS: usize = 1000;

/// Says why this process should get no requests just now, if it should not.
pub type Ready = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What the web needs.
#[derive(Clone)]
pub struct Web {
    /// What can happen.
    pub acts: Acts,
    /// The carriers, by the name in their webhooks' addresses.
    pub carriers: BTreeMap<String, CarrierAccess>,
    /// The address by which carriers reach us, exactly as it is configured, without a slash at its end. A proxy that
    /// serves us below a path takes that path away.
    pub public_url: String,
    /// Proxies, beside those on this machine, that are believed when they say for whom they ask.
    pub proxies: Vec<IpAddr>,
    /// The provider of identities, if people sign in there.
    pub openid: Option<Arc<Provider>>,
    /// Reads what stands at addresses that people enter.
    pub fetcher: Arc<Fetcher>,
    /// Whether the engine is alive, for `/readyz`.
    pub ready: Ready,
    /// How the carriers are, for the night board.
    pub health: Health,
    /// Ends what is kept open for browsers when the process stops: no stream ends by itself.
    pub closing: CancellationToken,
}

/// How the carriers are, in their order, as this process finds them.
pub type Health = Arc<dyn Fn() -> Vec<CarrierHealth> + Send + Sync>;

/// What the web knows of a carrier.
#[derive(Clone, Debug)]
pub struct CarrierAccess {
    /// The tokens that sign its webhooks: one, or two while it is being changed.
    pub tokens: Vec<SecretString>,
    /// What it understands beyond the portable TwiML.
    pub profile: Profile,
    /// The numbers that it may show as caller id.
    pub may_show: BTreeSet<Number>,
    /// Where its REST begins.
    pub api: String,
    /// The account's SID.
    pub account: String,
    /// The numbers that it sends from, each with what.
    pub senders: Vec<String>,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("carriers", &self.carriers.keys()).finish_non_exhaustive()
    }
}

/// The shared state of all handlers.
struct Shared {
    web: Web,
    site: ui::Site,
    live: ui::Live,
    /// Of what was complained already: lines of nobody, forms that cannot be read.
    complaints: Mutex<BTreeSet<String>>,
}

type App = Arc<Shared>;

impl Shared {
    fn acts(&self) -> &Acts {
        &self.web.acts
    }

    fn openid(&self) -> Option<&Provider> {
        self.web.openid.as_deref()
    }

    /// Whether people may sign in by a password.
    fn passwords(&self) -> bool {
        self.openid().is_none_or(Provider::passwords)
    }

    fn addresses(&self, carrier: &str) -> Addresses {
        Addresses::new(&self.web.public_url, carrier)
    }

    /// Complains of a line that no desk owns, once for each.
    fn complain_of_line(&self, carrier: &str, call: &str, line: &str) {
        if self.is_news(format!("line {line}")) {
            let line = line.parse::<PhoneNumber>().ok();
            tracing::warn!(
                carrier.name = carrier,
                call.sid = call,
                line = ?line,
                "a line that no desk owns was called; give it to a desk, or take our address away from it"
            );
        }
    }

    /// Complains of a call whose form cannot be read, once for each carrier and field.
    fn complain_of_form(&self, carrier: &str, error: &EventError) {
        if self.is_news(format!("form {carrier} {error}")) {
            tracing::error!(carrier.name = carrier, %error, "a call was turned away: its webhook could not be read");
        }
    }

    /// Whether this is said for the first time: a call a minute must not bury the log.
    fn is_news(&self, complaint: String) -> bool {
        let mut known = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        known.len() < MOST_COMPLAINTS && known.insert(complaint)
    }
}

/// Everything that is served.
pub fn router(web: Web) -> Router {
    let site = ui::Site::of(&web.public_url, &web.proxies);
    let app: App = Arc::new(Shared { web, site, live: ui::Live::default(), complaints: Mutex::default() });
    let webhooks = Router::new()
        .route("/{carrier}/voice", post(voice::incoming))
        .route("/{carrier}/turn/{version}/{step}/{turn}", post(voice::turn))
        .route("/{carrier}/leg/{attempt}/{turn}", post(voice::leg))
        .route("/{carrier}/wait", post(waits::hears))
        .route("/{carrier}/conference", post(waits::tells))
        .route("/{carrier}/last-resort", post(voice::last_resort))
        .route("/{carrier}/sms", post(texts::incoming))
        .route("/{carrier}/status", post(reports::call_ended))
        .route("/{carrier}/attempt/{attempt}", post(reports::attempt))
        .route("/{carrier}/recording", post(reports::recording))
        .route("/{carrier}/transcript", post(reports::transcript))
        .layer(DefaultBodyLimit::max(LARGEST_FORM));
    let router = Router::new()
        .nest("/webhooks", webhooks)
        .nest("/api/v1", api::router(app.clone()))
        // What is nested does not have its own address with a slash.
        .route("/api/v1/", any(api::no_address))
        .route("/recordings/{file}", get(recordings::play))
        .route("/calendar/{file}", get(feed::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(ui::router(app.clone()))
        .with_state(app);
    // A failure is logged where it is known what failed.
    let trace = TraceLayer::new_for_http().make_span_with(span).on_failure(());
    with_headers(router).layer(CatchPanicLayer::new()).layer(trace)
}

/// What a browser must not do with our answers; a page that needs more says so itself.
fn with_headers(router: Router) -> Router {
    let headers: [(HeaderName, &str); 5] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (CACHE_CONTROL, "no-store"),
    ];
    headers.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    })
}

/// What of a request reaches the log: never its address, which may hold a secret or a key that was pressed.
fn span(request: &Request) -> tracing::Span {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    tracing::info_span!("request", http.method = known_method(request.method()), http.route = route)
}

/// A method is what the other side likes to write; the log takes the usual ones.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        _ => "other",
    }
}
