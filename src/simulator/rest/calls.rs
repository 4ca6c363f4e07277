//! Calls over REST.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::Simulator;
use super::super::call::{Begin, Call, CallStatus, Direction, Told};
use super::super::fault::Scope;
use super::super::time::Job;
use super::super::twiml::Method;
use super::super::webhook::Form;
use super::super::world::{World, is_e164, rfc2822};
use super::{Done, Refusal, address, bounded, change, field, list, look, read_form, sid_of};

/// The longest TwiML that comes with a request, in characters.
const LONGEST_TWIML: usize = 4_000;
/// How long a call rings unless the request says otherwise, in seconds.
const RING_S: u32 = 60;

pub(super) async fn create(
    State(sim): State<Simulator>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    change(&sim, &headers, (&account, Scope::Calls), &body, |world, form, _| {
        let call = check(world, &account, form)?;
        let sid = call.sid.clone();
        let answer = shown(&call);
        world.calls.put(&sid, call);
        world.schedule(world.config.pace.dial_ms, Job::PlaceCall(sid));
        Ok((StatusCode::CREATED, answer, None))
    })
    .await
}

fn check(world: &mut World, account: &str, form: &Form) -> Result<Call, Refusal> {
    let to = field(form, "To").ok_or_else(|| Refusal::bad(21201, "No 'To' number is specified"))?;
    let from = field(form, "From").ok_or_else(|| Refusal::bad(21213, "Caller phone number is required"))?;
    if !is_e164(to) {
        return Err(Refusal::bad(21211, "The phone number you are attempting to call is not valid."));
    }
    if !world.may_show(account, from) {
        return Err(Refusal::bad(21210, "The source phone number provided is not yet verified."));
    }
    let begin = begin(form)?.ok_or_else(|| Refusal::bad(21205, "Url parameter is required."))?;
    let ring_s = bounded(form, "Timeout", 1, 600)?.unwrap_or(RING_S);
    let limit_s = bounded(form, "TimeLimit", 1, 86_400)?;
    let told = address(form, "StatusCallback", 21609)?.map(|url| {
        let asked = form.iter().filter(|(key, _)| key == "StatusCallbackEvent");
        let events: Vec<String> =
            asked.flat_map(|(_, value)| value.split_whitespace()).map(str::to_owned).collect();
        Told { url, events: if events.is_empty() { vec!["completed".into()] } else { events } }
    });
    let mut call = Call::new(world.sid("CA"), account.to_owned(), Direction::OutboundApi, world.now);
    call.from = from.to_owned();
    call.to = to.to_owned();
    call.phone = to.to_owned();
    call.begin = begin;
    call.ring_s = ring_s;
    call.limit_s = limit_s;
    call.told = told;
    call.detect_machine = field(form, "MachineDetection").is_some();
    Ok(call)
}

/// The TwiML, or its address, that a request names.
fn begin(form: &Form) -> Result<Option<Begin>, Refusal> {
    if let Some(text) = field(form, "Twiml") {
        if text.chars().count() > LONGEST_TWIML {
            return Err(Refusal::bad(20001, "Twiml is longer than 4000 characters"));
        }
        return Ok(Some(Begin::Twiml(text.to_owned())));
    }
    let method = if field(form, "Method") == Some("GET") { Method::Get } else { Method::Post };
    Ok(address(form, "Url", 21205)?.map(|url| Begin::Document { url, method }))
}

pub(super) async fn update(
    State(sim): State<Simulator>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    change(&sim, &headers, (&account, Scope::Calls), &body, |world, form, _| {
        apply(world, &account, sid_of(&file), form)
    })
    .await
}

fn apply(world: &mut World, account: &str, sid: &str, form: &Form) -> Result<Done, Refusal> {
    let call = world.calls.get(sid).filter(|call| call.account == account).ok_or_else(Refusal::unknown)?;
    let status = call.status;
    match (field(form, "Status"), begin(form)?) {
        (Some("completed" | "canceled"), _) if status.is_final() => {
            return Err(Refusal::bad(21220, "Call is not in-progress. Cannot redirect."));
        }
        (Some("canceled"), _) if status == CallStatus::InProgress => {}
        (Some("completed"), _) if status == CallStatus::InProgress => world.hang_up(sid),
        (Some("completed" | "canceled"), _) => world.end(sid, CallStatus::Canceled),
        (None, Some(begin)) if status == CallStatus::InProgress => world.redirect(sid, begin),
        (None, Some(_)) => return Err(Refusal::bad(21220, "Call is not in-progress. Cannot redirect.")),
        _ => return Err(Refusal::bad(20001, "Status must be completed or canceled, or give Url or Twiml")),
    }
    let call = world.calls.get(sid).ok_or_else(Refusal::unknown)?;
    Ok((StatusCode::OK, shown(call), None))
}

pub(super) async fn list(
    State(sim): State<Simulator>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    look(&sim, &headers, &account, |world, shown_until| {
        let form = read_form(query.unwrap_or_default().as_bytes());
        let started = list::When::of(&form, "StartTime")?;
        let found = world
            .calls
            .iter()
            .rev()
            .filter(|call| call.account == account && call.created_ms <= shown_until)
            .filter(|call| list::same(&form, "To", &call.to) && list::same(&form, "From", &call.from))
            .filter(|call| list::same(&form, "Status", call.status.as_str()))
            .filter(|call| list::same(&form, "ParentCallSid", call.parent.as_deref().unwrap_or_default()))
            .filter(|call| started.passes(call.started_ms))
            .map(shown)
            .collect();
        list::page(&format!("/2010-04-01/Accounts/{account}/Calls.json"), "calls", &form, found)
    })
    .await
}

pub(super) async fn one(
    State(sim): State<Simulator>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    look(&sim, &headers, &account, |world, shown_until| {
        world
            .calls
            .get(sid_of(&file))
            .filter(|call| call.account == account && call.created_ms <= shown_until)
            .map(shown)
            .ok_or_else(Refusal::unknown)
    })
    .await
}

/// A call as the interface shows it. The duration is a string, dates RFC 2822.
fn shown(call: &Call) -> Value {
    let uri = format!("/2010-04-01/Accounts/{}/Calls/{}", call.account, call.sid);
    let fact = |key: &str| call.facts.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    json!({
        "account_sid": call.account,
        "annotation": null,
        "answered_by": null,
        "api_version": "2010-04-01",
        "caller_name": fact("CallerName"),
        "date_created": rfc2822(call.created_ms),
        "date_updated": rfc2822(call.ended_ms.or(call.answered_ms).unwrap_or(call.created_ms)),
        "direction": call.direction.as_str(),
        "duration": call.duration_s().map(|seconds| seconds.to_string()),
        "end_time": call.ended_ms.map(rfc2822),
        "forwarded_from": fact("ForwardedFrom"),
        "from": call.from,
        "from_formatted": call.from,
        "group_sid": null,
        "parent_call_sid": call.parent,
        "phone_number_sid": null,
        "price": null,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": call.started_ms.map(rfc2822),
        "status": call.status.as_str(),
        "subresource_uris": { "recordings": format!("{uri}/Recordings.json") },
        "to": call.to,
        "to_formatted": call.to,
        "trunk_sid": null,
        "uri": format!("{uri}.json"),
    })
}
