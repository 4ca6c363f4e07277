//! The REST interface, version 2010-04-01: messages, calls, conferences, recordings, with Basic auth and the carrier's error bodies.
//! Nothing here waits for the gateway: what a request causes stands in the queue when it is answered.

mod calls;
mod conferences;
mod list;
mod messages;
mod recordings;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::Simulator;
use super::fault::{Scope, Trouble};
use super::webhook::{Delivery, Form};
use super::world::World;

/// The largest form that is taken.
const LARGEST_FORM: usize = 256 * 1024;

/// The addresses of the interface.
pub fn router(sim: Simulator) -> Router {
    Router::new()
        .route("/2010-04-01/Accounts/{account}/Messages.json", post(messages::create).get(messages::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}", get(messages::one))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{media}", get(messages::media))
        .route("/2010-04-01/Accounts/{account}/Calls.json", post(calls::create).get(calls::list))
        .route("/2010-04-01/Accounts/{account}/Calls/{sid}", get(calls::one).post(calls::update))
        .route("/2010-04-01/Accounts/{account}/Calls/{sid}/Recordings.json", get(recordings::of_call))
        .route("/2010-04-01/Accounts/{account}/Conferences.json", get(conferences::list))
        .route(
            "/2010-04-01/Accounts/{account}/Conferences/{sid}",
            get(conferences::one).post(conferences::update),
        )
        .route(
            "/2010-04-01/Accounts/{account}/Conferences/{sid}/Participants.json",
            get(conferences::members),
        )
        .route(
            "/2010-04-01/Accounts/{account}/Conferences/{sid}/Participants/{file}",
            get(conferences::member).delete(conferences::put_out),
        )
        .route("/2010-04-01/Accounts/{account}/Recordings.json", get(recordings::list))
        .route("/2010-04-01/Accounts/{account}/Recordings/{file}", get(recordings::one))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .with_state(sim)
}

/// A refusal, as the carrier writes it.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    code: u32,
    message: String,
}

impl Refusal {
    fn bad(code: u32, message: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    fn unknown() -> Refusal {
        let message = "The requested resource was not found".into();
        Refusal { status: StatusCode::NOT_FOUND, code: 20404, message }
    }

    fn unauthorised() -> Refusal {
        Refusal { status: StatusCode::UNAUTHORIZED, code: 20003, message: "Authenticate".into() }
    }

    fn too_many() -> Refusal {
        Refusal { status: StatusCode::TOO_MANY_REQUESTS, code: 20429, message: "Too Many Requests".into() }
    }

    fn broken() -> Refusal {
        let message = "Internal Server Error".into();
        Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, code: 20500, message }
    }

    /// The refusal that a test asked for.
    fn asked_for(code: u32) -> Refusal {
        match code {
            20003 => Refusal::unauthorised(),
            20429 => Refusal::too_many(),
            _ => Refusal::bad(code, "refused on demand"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        });
        let mut response = (self.status, axum::Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

async fn not_found() -> Refusal {
    Refusal::unknown()
}

/// Checks Basic auth: the user is the account of the address, the password one of its tokens.
fn authorise(world: &World, headers: &HeaderMap, account: &str) -> Result<(), Refusal> {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| BASE64_STANDARD.decode(value.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(Refusal::unauthorised)?;
    let (user, password) = given.split_once(':').ok_or_else(Refusal::unauthorised)?;
    let owner = world.account(account).filter(|_| user == account).ok_or_else(Refusal::unauthorised)?;
    let known = owner.tokens.iter().any(|token| bool::from(token.as_bytes().ct_eq(password.as_bytes())));
    if known { Ok(()) } else { Err(Refusal::unauthorised()) }
}

/// A body that breaks before its first byte makes the server close the connection without an answer.
fn drop_connection() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("dropped on demand")) });
    Response::new(Body::from_stream(broken))
}

fn read_form(body: &[u8]) -> Form {
    form_urlencoded::parse(body).into_owned().collect()
}

fn field<'a>(form: &'a Form, key: &str) -> Option<&'a str> {
    form.iter().find(|(k, value)| k == key && !value.is_empty()).map(|(_, value)| value.as_str())
}

/// A field that must be a whole number between two bounds.
fn bounded(form: &Form, key: &str, least: u32, most: u32) -> Result<Option<u32>, Refusal> {
    field(form, key)
        .map(|text| {
            text.parse()
                .ok()
                .filter(|n| (least..=most).contains(n))
                .ok_or_else(|| Refusal::bad(20001, format!("{key} must be a number from {least} to {most}")))
        })
        .transpose()
}

/// A field that must be an address.
fn address(form: &Form, key: &str, code: u32) -> Result<Option<String>, Refusal> {
    field(form, key)
        .map(|text| {
            super::webhook::resolve("", text)
                .ok_or_else(|| Refusal::bad(code, format!("{key} is not a valid URL")))
        })
        .transpose()
}

/// What a request that changes something did: its answer, and a callback that is to be made before it.
type Done = (StatusCode, Value, Option<Delivery>);

/// Runs a request that creates or changes something, as the faults in force let it.
async fn change(
    sim: &Simulator,
    headers: &HeaderMap,
    (account, scope): (&str, Scope),
    body: &[u8],
    act: impl FnOnce(&mut World, &Form, bool) -> Result<Done, Refusal>,
) -> Result<Response, Refusal> {
    let letting_go = sim.letting_go();
    let trouble = sim.with(|world| {
        authorise(world, headers, account)?;
        Ok(world.strike(account, scope))
    })?;
    match trouble {
        Some(Trouble::RateLimited) => return Err(Refusal::too_many()),
        Some(Trouble::ServerError { processed: false }) => return Err(Refusal::broken()),
        Some(Trouble::Refuse { code }) => return Err(Refusal::asked_for(code)),
        Some(Trouble::Hang) => {
            letting_go.cancelled().await;
            return Ok(drop_connection());
        }
        _ => {}
    }
    let form = read_form(body);
    let queued_first = trouble == Some(Trouble::QueuedFirst);
    let (status, json, first) = sim.with(|world| act(world, &form, queued_first))?;
    if let Some(delivery) = first {
        sim.deliver_now(delivery).await;
    }
    Ok(match trouble {
        Some(Trouble::ServerError { .. }) => Refusal::broken().into_response(),
        Some(Trouble::AcceptThenDrop) => drop_connection(),
        _ => (status, axum::Json(json)).into_response(),
    })
}

/// Runs a look-up, as the faults in force let it. `act` is told the instant that is shown: what is younger is not.
async fn look(
    sim: &Simulator,
    headers: &HeaderMap,
    account: &str,
    act: impl FnOnce(&World, i64) -> Result<Value, Refusal>,
) -> Result<Response, Refusal> {
    let letting_go = sim.letting_go();
    let trouble = sim.with(|world| {
        authorise(world, headers, account)?;
        Ok(world.strike(account, Scope::Lists))
    })?;
    let lag = match trouble {
        Some(Trouble::RateLimited) => return Err(Refusal::too_many()),
        Some(Trouble::ServerError { .. }) => return Err(Refusal::broken()),
        Some(Trouble::Refuse { code }) => return Err(Refusal::asked_for(code)),
        Some(Trouble::Hang) => {
            letting_go.cancelled().await;
            return Ok(drop_connection());
        }
        Some(Trouble::AcceptThenDrop) => return Ok(drop_connection()),
        Some(Trouble::Late { ms }) => ms,
        _ => 0,
    };
    let json = sim.read(|world| act(world, world.now.saturating_sub(lag)))?;
    Ok(axum::Json(json).into_response())
}

/// The SID of an address like `SM….json`.
fn sid_of(file: &str) -> &str {
    file.strip_suffix(".json").unwrap_or(file)
}
