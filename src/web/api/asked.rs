//! What a program asks, taken out of its request: parameters, bodies, and who it is. Whatever cannot be read is told as a
//! [`Problem`]; a parameter that nobody knows is a mistake.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use chrono::Datelike;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::App;
use super::problem::Problem;
use crate::act::{Bearer, By, Commander};
use crate::clock::Timestamp;
use crate::rules::access::{Principal, Right};
use crate::rules::account::Account;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::rules::ticket::Via;

/// Who asks: a program, or somebody through one, by a token that is let in.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Whose the token is, if it is somebody's.
    pub(super) account: Option<Account>,
    /// As people read who it is.
    pub(super) name: String,
    /// What it may.
    pub(super) principal: Principal,
    /// For the audit log.
    pub(super) by: By,
    /// By what the token is known.
    pub(super) id: String,
}

impl Caller {
    /// Who comes with a token of that id from an address.
    pub(super) fn of(bearer: Bearer, id: String, address: Option<String>) -> Caller {
        let principal = bearer.principal();
        let Bearer { token, account } = bearer;
        let (actor, name) = match &account {
            Some(owner) => (format!("{} by token {}", owner.email, token.name), owner.name.clone()),
            None => (format!("token {}", token.name), token.name),
        };
        Caller { account, name, principal, by: By { actor, address }, id }
    }

    /// He, as one who commands.
    pub(super) fn commander(&self) -> Commander {
        Commander {
            by: self.by.clone(),
            name: self.name.clone(),
            email: self.account.as_ref().map(|owner| owner.email.clone()),
            principal: self.principal.clone(),
            via: Via::Api,
        }
    }

    /// Whether he may see telephone numbers of a desk's tickets.
    pub(super) fn sees_numbers(&self, desk: &str) -> bool {
        self.principal.may(Right::Answer, desk)
    }

    /// Who he is at a desk, if he is one of its agents and may answer there.
    pub(super) fn agent_at<'a>(&self, desk: &'a Desk) -> Option<&'a AgentKey> {
        let agent = desk.agent_by_email(&self.account.as_ref()?.email)?;
        self.principal.may(Right::Answer, desk.key.as_str()).then_some(&agent.key)
    }

    /// The same, for who cannot go on otherwise.
    pub(super) fn as_agent(&self, desk: &Desk) -> Result<AgentKey, Problem> {
        if !self.principal.may(Right::Answer, desk.key.as_str()) {
            return Err(Problem::Lacks(Right::Answer));
        }
        self.agent_at(desk).cloned().ok_or(Problem::NotAnAgent)
    }

    /// A desk, for who may do that there. What he may not even see is not there.
    pub(super) fn at(&self, app: &App, right: Right, desk: &str) -> Result<Arc<Desk>, Problem> {
        let seen = self.principal.may(Right::See, desk);
        match app.acts().desks().by_key(desk).filter(|_| seen) {
            None => Err(Problem::NotFound("desk")),
            Some(_) if !self.principal.may(right, desk) => Err(Problem::Lacks(right)),
            Some(desk) => Ok(desk.clone()),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Caller, Problem> {
        // Nobody comes here without a token.
        parts.extensions.get::<Caller>().cloned().ok_or(Problem::NoToken)
    }
}

/// The parameters after the `?`.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Asked<T>, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Asked(asked)),
            Err(error) => {
                let told = error.body_text();
                let told = told.strip_prefix("Failed to deserialize query string: ").unwrap_or(&told);
                Err(Problem::Query(told.to_owned()))
            }
        }
    }
}

/// What stands in the path.
pub(super) struct InPath<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<InPath<T>, Problem> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(asked)) => Ok(InPath(asked)),
            Err(error) => Err(Problem::Query(error.body_text())),
        }
    }
}

/// JSON in the body.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Sent<T>, Problem> {
        if kind_of(request.headers()) != "application/json" {
            return Err(Problem::NotJson);
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|error| too_large_or_cut(&error))?;
        let read = serde_json::from_slice(&bytes);
        read.map(Sent).map_err(|error| Problem::Query(format!("the body: {error}")))
    }
}

/// A text file in the body.
pub(super) struct TextFile(pub(super) String);

impl FromRequest<App> for TextFile {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<TextFile, Problem> {
        if !["text/plain", "application/toml"].contains(&&*kind_of(request.headers())) {
            return Err(Problem::NotText);
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|error| too_large_or_cut(&error))?;
        let text =
            String::from_utf8(bytes.into()).map_err(|_| Problem::Query("the file is not UTF-8".into()));
        text.map(TextFile)
    }
}

/// What a body is said to be, without its parameters.
pub(super) fn kind_of(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn too_large_or_cut(error: &BytesRejection) -> Problem {
    match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::Query("the body could not be read to its end".into()),
    }
}

/// The key that tells a command from the next, if its request has one.
pub(super) struct Key(pub(super) Option<String>);

impl FromRequestParts<App> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Key, Problem> {
        key_of(&parts.headers).map(Key)
    }
}

/// The longest name of a request, in letters.
const LONGEST_KEY: usize = 255;

/// The name that a request was given, if it has one that can be one.
pub(super) fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let good = |key: &&str| {
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match headers.get("idempotency-key").map(HeaderValue::to_str) {
        None => Ok(None),
        Some(key) => Ok(Some(key.ok().filter(good).ok_or(Problem::Key)?.to_owned())),
    }
}

/// An instant: RFC 3339 in any offset, answered in UTC to the millisecond; asked about only in years of which pages know
/// as well. In an address, a `+` that was not encoded arrives as a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant(pub(super) Timestamp);

/// The years that can be asked about.
const YEARS: Range<i32> = 1970..2200;

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Instant {
        Instant(at)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(from)?;
        let read = chrono::DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
            .map_err(|_| D::Error::custom("write an instant like 2026-11-21T03:00:00Z"))?;
        let at = read.to_utc();
        match YEARS.contains(&at.year()) {
            true => Ok(Instant(Timestamp::from_chrono(at))),
            false => Err(D::Error::custom("write an instant of the years 1970 to 2199")),
        }
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        let date_time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(date_time))
            .description(Some(
                "RFC 3339; answers are in UTC, to the millisecond. What is asked is of the years 1970 to 2199.",
            ))
            .into()
    }
}

impl ToSchema for Instant {}

/// A telephone number in E.164. In an address, a `+` that was not encoded arrives as a space.
#[derive(Clone, Debug)]
pub(super) struct Number(pub(super) PhoneNumber);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        let text = String::deserialize(from)?;
        let number = text.replacen(' ', "+", 1).parse();
        number.map(Number).map_err(|_| D::Error::custom("write a number like +18025550100"))
    }
}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        PhoneNumber::schema()
    }
}

impl ToSchema for Number {
    fn name() -> std::borrow::Cow<'static, str> {
        PhoneNumber::name()
    }
}

/// How many of a list are answered at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit(pub(super) usize);

/// The most that may be asked for at once.
const MOST: usize = 100;

impl Default for Limit {
    fn default() -> Limit {
        Limit(MOST)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Limit, D::Error> {
        match usize::deserialize(from)? {
            limit @ 1..=MOST => Ok(Limit(limit)),
            _ => Err(D::Error::custom(format_args!("write a number from 1 to {MOST}"))),
        }
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MOST))
            .default(Some(Limit::default().0.into()))
            .into()
    }
}

impl ToSchema for Limit {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_other_centuries_are_refused() {
        for (text, good) in [
            ("2026-11-21T03:00:00Z", true),
            ("1970-01-01T00:00:00Z", true),
            ("2199-12-31T23:59:59Z", true),
            // In UTC it is of another year.
            ("1970-01-01T00:00:00+01:00", false),
            ("0000-01-01T00:00:00Z", false),
            ("2200-01-01T00:00:00Z", false),
            ("9999-12-31T23:59:59-23:59", false),
            ("tomorrow", false),
        ] {
            let read = serde_json::from_value::<Instant>(text.into());
            assert_eq!(read.is_ok(), good, "{text}");
        }
    }
}
