//! What can go wrong with a question, as problem details (RFC 9457).

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::desks::Gap;
use super::once::OutOfTime;
use crate::act::ApplyError;
use crate::rules::access::Right;
use crate::rules::desk::PolicyGap;
use crate::rules::source;
use crate::rules::ticket_number::TicketNumber;
use crate::web::hold::Failure;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// There is no token, or not one that is let in.
    #[error("send a token of `nightbell token create` as `Authorization: Bearer …`")]
    NoToken,
    /// The token's role is not enough.
    #[error("the token needs the role {}", .0.needs())]
    Lacks(Right),
    /// The query, the path or the body is wrong.
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
    /// Not by this method.
    #[error("this address has other methods; the header Allow names them")]
    MethodNotAllowed,
    /// The body is something else than a text.
    #[error("send the file with the content type text/plain or application/toml")]
    NotText,
    /// The body is too large.
    #[error("the body is too large")]
    TooLarge,
    /// Nothing is said of what it was made from.
    #[error("send the file's ETag as If-Match, or If-None-Match: * for a new one")]
    NoCondition,
    /// What is said of it cannot be read.
    #[error(
        "If-Match is strong ETags like \"3\", between commas, or *, If-None-Match is *, and one of them is enough"
    )]
    Condition,
    /// What is said of the draft it was made from cannot be read.
    #[error("If-Match is the draft's own ETag, or several between commas; * is not enough")]
    DraftCondition,
    /// The name of a request cannot be one.
    #[error("Idempotency-Key is 1 to 255 letters, digits and signs, without blanks")]
    Key,
    /// The name of a request was that of another one before.
    #[error("this key was given to another request before; give each request a key of its own")]
    KeyReused,
    /// It is being carried out.
    #[error("the first request of this key is still being carried out; ask again in a moment")]
    UnderWay,
    /// It was carried out, and its answer is told once.
    #[error("this was carried out, and the secret that it made was told once; end that one and make another")]
    ToldOnce,
    /// The body is something else than JSON.
    #[error("send JSON with the content type application/json")]
    NotJson,
    /// The body is something else than a calendar.
    #[error("send the calendar with the content type text/calendar, or its address with application/json")]
    NoCalendar,
    /// Only an agent of the desk does that.
    #[error(
        "only an agent of the desk can do that: send a token of his account (`nightbell token create --account …`), \
         whose e-mail address is his in the desk's file"
    )]
    NotAnAgent,
    /// Only somebody can have that, and no program.
    #[error("that is somebody's own: send a token of an account (`nightbell token create --account …`)")]
    NoAccount,
    /// A flow is in use at desks that are not the asker's.
    #[error(
        "the flow answers lines of desks that the token does not manage: it needs the role manager at all of them, or \
         administrator"
    )]
    NotAllDesks,
    /// The token may less than the account that it is of.
    #[error("the browsers of an account are for a token that may all that the account may")]
    Narrow,
    /// Nothing came of a command.
    #[error("{words}")]
    Refused {
        /// Why, in a word.
        outcome: String,
        /// Why, in a sentence.
        words: String,
    },
    /// Nothing is said of what was looked at.
    #[error("send the ETag of what you have looked at as If-Match")]
    NoTag,
    /// It is another by now.
    #[error("{0}")]
    Stale(String),
    /// An edit cannot be made.
    #[error("{0}")]
    Unfit(String),
    /// A desk's file has mistakes.
    #[error("the file has {}", count(.0.len()))]
    File(Vec<source::Problem>),
    /// A desk's file brings times when an emergency would find nobody.
    #[error(
        "by this file there are times when nobody would be on call; fill them, or send it with ?gaps=meant if that is \
         meant"
    )]
    Gaps(Vec<PolicyGap>),
    /// It was not applied.
    #[error("{0}")]
    NotApplied(ApplyError),
    /// Not now.
    #[error("the database does not answer just now; ask again")]
    Busy(#[from] Failure),
}

impl From<ApplyError> for Problem {
    fn from(error: ApplyError) -> Problem {
        match error {
            ApplyError::Act(error) => Problem::Busy(error.into()),
            other => Problem::NotApplied(other),
        }
    }
}

fn count(mistakes: usize) -> String {
    if mistakes == 1 { "a mistake".into() } else { format!("{mistakes} mistakes") }
}

/// The first line, as it stands in an address.
fn encoded(lines: &[String]) -> String {
    lines.first().map(|line| line.replace('+', "%2B")).unwrap_or_default()
}

/// Problem details (RFC 9457). `type` is left out, as it would be `about:blank`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Details {
    /// What kind of trouble it is.
    #[schema(value_type = String)]
    title: &'static str,
    /// The status of HTTP.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, and what to do about it.
    detail: String,
    /// Of a command: why nothing came of it, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    outcome: Option<String>,
    /// Of a file: each mistake.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Mistake>,
    /// Of a file: each time at which nobody would be on call, and which it would bring.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    gaps: Vec<Gap>,
}

/// A mistake in a file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Mistake {
    /// Its line, from 1.
    #[schema(minimum = 1)]
    line: usize,
    /// What is wrong.
    what: String,
    /// What to do about it.
    remedy: String,
}

impl From<&source::Problem> for Mistake {
    fn from(problem: &source::Problem) -> Mistake {
        Mistake { line: problem.line, what: problem.what.clone(), remedy: problem.remedy.clone() }
    }
}

impl Problem {
    /// The status, and what kind of trouble it is.
    pub(super) fn status(&self) -> (StatusCode, &'static str) {
        match self {
            Problem::NoToken => (StatusCode::UNAUTHORIZED, "A token is needed"),
            Problem::Lacks(_)
            | Problem::NotAnAgent
            | Problem::NoAccount
            | Problem::NotAllDesks
            | Problem::Narrow => (StatusCode::FORBIDDEN, "The token may not do that"),
            Problem::Query(_) | Problem::Condition | Problem::DraftCondition | Problem::Key => {
                (StatusCode::BAD_REQUEST, "The question cannot be understood")
            }
            Problem::Ambiguous { .. } => (StatusCode::CONFLICT, "Several tickets have this number"),
            Problem::UnderWay => (StatusCode::CONFLICT, "Not yet"),
            Problem::ToldOnce => (StatusCode::CONFLICT, "It was carried out"),
            Problem::Refused { .. } => (StatusCode::CONFLICT, "Nothing came of it"),
            Problem::NoCalendar => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not a calendar"),
            Problem::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not JSON"),
            Problem::NotFound(_) => (StatusCode::NOT_FOUND, "Not found"),
            Problem::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Not allowed"),
            Problem::NotText => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not a text"),
            Problem::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
            Problem::Stale(_) => (StatusCode::PRECONDITION_FAILED, "It has changed meanwhile"),
            Problem::Unfit(_) => (StatusCode::UNPROCESSABLE_ENTITY, "It cannot be made"),
            Problem::NoCondition | Problem::NoTag => {
                (StatusCode::PRECONDITION_REQUIRED, "A condition is needed")
            }
            Problem::File(_) => (StatusCode::UNPROCESSABLE_ENTITY, "The file has mistakes"),
            Problem::Gaps(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Nobody would be on call"),
            Problem::NotApplied(ApplyError::Moved(_)) => {
                (StatusCode::PRECONDITION_FAILED, "It has changed meanwhile")
            }
            Problem::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "The key was used before"),
            Problem::NotApplied(_) => (StatusCode::CONFLICT, "It has changed meanwhile"),
            Problem::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, "Not now"),
        }
    }

    /// In words.
    fn details(&self) -> Details {
        let (status, title) = self.status();
        let errors = match self {
            Problem::File(problems) => problems.iter().map(Mistake::from).collect(),
            _ => Vec::new(),
        };
        let gaps = match self {
            Problem::Gaps(gaps) => gaps.iter().map(Gap::from).collect(),
            _ => Vec::new(),
        };
        let outcome = match self {
            Problem::Refused { outcome, .. } => Some(outcome.clone()),
            Problem::Gaps(_) => Some("gaps".to_owned()),
            _ => None,
        };
        Details { title, status: status.as_u16(), detail: self.to_string(), outcome, errors, gaps }
    }

    /// As it is sent.
    pub(super) fn json(&self) -> String {
        // These are texts and numbers: there is nothing that could not be written.
        serde_json::to_string(&self.details()).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, _) = self.status();
        if let Problem::Busy(failure) = &self {
            tracing::error!(error = %failure, "a question of the API had no answer");
        }
        let mut response =
            (status, [(CONTENT_TYPE, "application/problem+json")], self.json()).into_response();
        let extra = match self {
            Problem::NoToken => Some((WWW_AUTHENTICATE, "Bearer")),
            Problem::Busy(_) | Problem::UnderWay => Some((RETRY_AFTER, "5")),
            _ => None,
        };
        if matches!(self, Problem::Busy(Failure::TooSlow)) {
            response.extensions_mut().insert(OutOfTime);
        }
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
