//! What a program asks, taken out of its request: parameters, bodies, conditions, and who it is. Whatever cannot be
//! read is told as a [`Problem`]; a parameter that nobody knows is a mistake.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::problem::Problem;
use super::{App, LARGEST_CALENDAR};
use crate::act::{Bearer, By, Commander, Named};
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

/// A calendar in the body, which may be larger than other bodies.
pub(super) struct CalendarFile(pub(super) String);

impl FromRequest<App> for CalendarFile {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<CalendarFile, Problem> {
        if !["text/calendar", "text/plain"].contains(&&*kind_of(request.headers())) {
            return Err(Problem::NoCalendar);
        }
        let bytes = to_bytes(request.into_body(), LARGEST_CALENDAR).await.map_err(|_| Problem::TooLarge)?;
        Ok(CalendarFile(String::from_utf8_lossy(&bytes).into_owned()))
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
fn kind_of(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn too_large_or_cut(error: &BytesRejection) -> Problem {
    match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::Query("the body could not be read to its end".into()),
    }
}

/// What must be so for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// It is at this version (`If-Match: "3"`).
    Version(i64),
    /// It is there, at whatever version (`If-Match: *`).
    There,
    /// It is not there yet (`If-None-Match: *`).
    New,
}

impl FromRequestParts<App> for Condition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Condition, Problem> {
        let said = |name| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default().trim());
        match (said(IF_MATCH), said(IF_NONE_MATCH)) {
            (Some("*"), None) => Ok(Condition::There),
            (Some(tag), None) => version_of(tag).map(Condition::Version).ok_or(Problem::Condition),
            (None, Some("*")) => Ok(Condition::New),
            (None, None) => Err(Problem::NoCondition),
            _ => Err(Problem::Condition),
        }
    }
}

/// The version that a tag of ours names; one that is none of ours names a version that there never is.
fn version_of(tag: &str) -> Option<i64> {
    let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
    Some(inside.parse().ok().filter(|version| *version > 0).unwrap_or(-1))
}

/// The key that tells a command from the next, if its request has one.
pub(super) struct Key(pub(super) Option<String>);

impl FromRequestParts<App> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Key, Problem> {
        key_of(&parts.headers).map(Key)
    }
}

/// The name that a program gave its request, so that it is carried out once (`Idempotency-Key`).
pub(super) struct RequestName {
    key: Option<String>,
    asker: String,
    /// What is asked for, but for the body.
    head: String,
}

/// The longest name of a request, in letters.
const LONGEST_KEY: usize = 255;

impl RequestName {
    /// The request of that name, by all that it asks for; none if it has no name.
    pub(super) fn of(self, condition: Condition, body: &str) -> Option<Named> {
        let RequestName { key, asker, head } = self;
        let request = hex::encode(Sha256::digest(format!("{head}\n{condition:?}\n{body}")));
        Some(Named { asker, key: key?, request })
    }
}

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

impl FromRequestParts<App> for RequestName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<RequestName, Problem> {
        let key = key_of(&parts.headers)?;
        let Caller { id: asker, .. } = Caller::from_request_parts(parts, app).await?;
        Ok(RequestName { key, asker, head: format!("{} {}", parts.method, parts.uri) })
    }
}

/// An instant: RFC 3339 in any offset, answered in UTC to the millisecond. In an address, a `+` that was not encoded
/// arrives as a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant(pub(super) Timestamp);

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
        chrono::DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
            .map(|at| Instant(Timestamp::from_chrono(at.to_utc())))
            .map_err(|_| D::Error::custom("write an instant like 2026-11-21T03:00:00Z"))
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        let date_time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(date_time))
            .description(Some("RFC 3339; answers are in UTC, to the millisecond."))
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
    fn tags_of_ours_name_versions_and_others_none_that_there_is() {
        for (tag, version) in [
            ("\"3\"", Some(3)),
            ("\"0\"", Some(-1)),
            ("\"-3\"", Some(-1)),
            ("\"abc\"", Some(-1)),
            ("W/\"3\"", None),
            ("3", None),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(version_of(tag), version, "{tag}");
        }
    }
}
