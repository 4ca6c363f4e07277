//! What can go wrong with a question, as problem details (RFC 9457).

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::rules::ticket_number::TicketNumber;
use crate::web::hold::Failure;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// There is no token, or not one that is let in.
    #[error("send a token of `nightbell token create` as `Authorization: Bearer …`")]
    NoToken,
    /// The query is wrong.
    #[error("{0}")]
    Query(String),
    /// Several are meant.
    #[error("{} lines have a ticket {number}; add one of them, like ?line={}: {}", lines.len(), encoded(lines), lines.join(", "))]
    Ambiguous {
        /// The number.
        number: TicketNumber,
        /// The lines that have given it.
        lines: Vec<String>,
    },
    /// There is none such.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It can only be read.
    #[error("this address can only be read (GET)")]
    MethodNotAllowed,
    /// Not now.
    #[error("the database does not answer just now; ask again")]
    Busy(#[from] Failure),
}

/// The first line, as it stands in an address.
fn encoded(lines: &[String]) -> String {
    lines.first().map(|line| line.replace('+', "%2B")).unwrap_or_default()
}

/// The body: `type` is left out, as it would be `about:blank`.
#[derive(Serialize)]
struct Details {
    title: &'static str,
    status: u16,
    detail: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title) = match &self {
            Problem::NoToken => (StatusCode::UNAUTHORIZED, "A token is needed"),
            Problem::Query(_) => (StatusCode::BAD_REQUEST, "The question cannot be understood"),
            Problem::Ambiguous { .. } => (StatusCode::CONFLICT, "Several tickets have this number"),
            Problem::NotFound(_) => (StatusCode::NOT_FOUND, "Not found"),
            Problem::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Not allowed"),
            Problem::Busy(failure) => {
                tracing::error!(error = %failure, "a question of the API had no answer");
                (StatusCode::SERVICE_UNAVAILABLE, "Not now")
            }
        };
        let details = Details { title, status: status.as_u16(), detail: self.to_string() };
        let mut response =
            (status, [(CONTENT_TYPE, "application/problem+json")], Json(details)).into_response();
        let extra = match self {
            Problem::NoToken => Some((WWW_AUTHENTICATE, "Bearer")),
            Problem::Busy(_) => Some((RETRY_AFTER, "5")),
            _ => None,
        };
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
        }
        response
    }
}
