//! The page /phones: a customer's phone beside the agents' phones, for one's own machine.
//!
//! The server writes the phones; a small script of ours (assets/phones.js) fills them from `/_sim/events` and acts
//! through `/_sim/handsets`. Nothing is loaded from elsewhere, and nothing inline is allowed to run.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::Simulator;
use super::config::Role;
use super::control::own_pages_only;

const SCRIPT: &str = include_str!("assets/phones.js");
const STYLE: &str = include_str!("assets/phones.css");

/// Only our own files, and none of anybody's pages around ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page's addresses.
pub fn router(sim: Simulator) -> Router {
    Router::new()
        .route("/phones", get(page))
        .route("/phones/phones.js", get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/phones/phones.css", get(|| async { file("text/css; charset=utf-8", STYLE) }))
        .layer(from_fn_with_state(sim.clone(), own_pages_only))
        .with_state(sim)
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

/// A number that can be chosen.
struct Choice {
    label: String,
    number: String,
    written: String,
}

/// The frame that the script fills. Phones of callers share one, since one customer at a time is enough.
#[derive(Template)]
#[template(path = "phones.html", config = "src/simulator/askama.toml")]
struct Page {
    callers: Vec<Choice>,
    agents: Vec<Choice>,
    lines: Vec<Choice>,
    keys: [(char, &'static str); 12],
}

const KEYS: [(char, &str); 12] = [
    ('1', ""),
    ('2', "abc"),
    ('3', "def"),
    ('4', "ghi"),
    ('5', "jkl"),
    ('6', "mno"),
    ('7', "pqrs"),
    ('8', "tuv"),
    ('9', "wxyz"),
    ('*', ""),
    ('0', "+"),
    ('#', ""),
];

async fn page(State(sim): State<Simulator>) -> Response {
    let page = sim.read(|world| {
        let choice = |label: &str, number: &str| Choice {
            label: label.to_owned(),
            number: number.to_owned(),
            written: written(number),
        };
        let phones = |role: Role| {
            let of_role = world.config.phones.iter().filter(move |phone| phone.role == role);
            of_role.map(|phone| choice(&phone.name, &phone.number)).collect()
        };
        let lines = world.config.lines.iter().map(|line| choice(&line.label, &line.number)).collect();
        Page { callers: phones(Role::Caller), agents: phones(Role::Agent), lines, keys: KEYS }
    });
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    match page.render() {
        Ok(html) => (headers, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A number as people write it: groups for North America, else as it is.
fn written(number: &str) -> String {
    match number.strip_prefix("+1") {
        Some(rest) if rest.len() == 10 && rest.is_ascii() => {
            format!("+1 {} {} {}", &rest[..3], &rest[3..6], &rest[6..])
        }
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn writes_numbers_in_groups() {
        assert_eq!(written("+18025550101"), "+1 802 555 0101");
        assert_eq!(written("+41445550101"), "+41445550101");
    }
}
