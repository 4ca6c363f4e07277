//! Messages over REST.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::Simulator;
use super::super::fault::Scope;
use super::super::handset::OnText;
use super::super::message::{Message, MessageRequest};
use super::super::sms::segments;
use super::super::webhook::Form;
use super::super::world::{World, is_e164, rfc2822};
use super::{Refusal, address, authorise, bounded, change, field, list, look, read_form, sid_of};

/// The longest text, in characters.
const LONGEST_BODY: usize = 1_600;
/// The longest that a message may wait in the carrier's queue, in seconds.
const LONGEST_VALIDITY: u32 = 36_000;

pub(super) async fn create(
    State(sim): State<Simulator>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    change(&sim, &headers, (&account, Scope::Messages), &body, |world, form, queued_first| {
        let request = check(world, &account, form)?;
        let (sid, first) = world.create_message(&account, request, queued_first);
        let message = world.messages.get(&sid).ok_or_else(Refusal::broken)?;
        Ok((StatusCode::CREATED, shown(message), first))
    })
    .await
}

fn check(world: &World, account: &str, form: &Form) -> Result<MessageRequest, Refusal> {
    let to = field(form, "To").ok_or_else(|| Refusal::bad(21604, "A 'To' phone number is required."))?;
    let service = field(form, "MessagingServiceSid");
    let from = match (field(form, "From"), service) {
        (Some(from), _) => from,
        (None, Some(_)) => world
            .config
            .lines
            .iter()
            .find(|line| line.account == account)
            .map(|line| line.number.as_str())
            .ok_or_else(|| Refusal::bad(21703, "The Messaging Service has no phone numbers."))?,
        (None, None) => return Err(Refusal::bad(21603, "A 'From' phone number is required.")),
    };
    if !is_e164(to) {
        return Err(Refusal::bad(21211, "The 'To' number is not a valid phone number."));
    }
    if world.line(from).is_none_or(|line| line.account != account) {
        return Err(Refusal::bad(21606, "The 'From' phone number is not a message-capable number."));
    }
    if from == to {
        return Err(Refusal::bad(21266, "'To' and 'From' number cannot be the same."));
    }
    let body = field(form, "Body").ok_or_else(|| Refusal::bad(21602, "Message body is required."))?;
    if body.chars().count() > LONGEST_BODY {
        return Err(Refusal::bad(21617, "The message body exceeds the 1600 character limit."));
    }
    let phone = world.handsets.get(to);
    if phone.is_some_and(|phone| phone.opted_out.contains(from)) {
        return Err(Refusal::bad(21610, "Attempt to send to unsubscribed recipient."));
    }
    if phone.is_some_and(|phone| phone.on_text == OnText::Landline { known: true }) {
        return Err(Refusal::bad(21614, "The 'To' number is not a valid mobile number."));
    }
    Ok(MessageRequest {
        from: from.to_owned(),
        to: to.to_owned(),
        body: body.to_owned(),
        callback: address(form, "StatusCallback", 21609)?,
        validity_s: bounded(form, "ValidityPeriod", 1, LONGEST_VALIDITY)?,
        service: service.map(str::to_owned),
    })
}

pub(super) async fn list(
    State(sim): State<Simulator>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    look(&sim, &headers, &account, |world, shown_until| {
        let form = read_form(query.unwrap_or_default().as_bytes());
        let sent = list::When::of(&form, "DateSent")?;
        let found = world
            .messages
            .iter()
            .rev()
            .filter(|message| message.account == account && message.created_ms <= shown_until)
            .filter(|message| {
                list::same(&form, "To", &message.to) && list::same(&form, "From", &message.from)
            })
            .filter(|message| sent.passes(message.sent_ms))
            .map(shown)
            .collect();
        list::page(&format!("/2010-04-01/Accounts/{account}/Messages.json"), "messages", &form, found)
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
            .messages
            .get(sid_of(&file))
            .filter(|message| message.account == account && message.created_ms <= shown_until)
            .map(shown)
            .ok_or_else(Refusal::unknown)
    })
    .await
}

pub(super) async fn media(
    State(sim): State<Simulator>,
    Path((account, sid, media)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    sim.read(|world| {
        authorise(world, &headers, &account)?;
        let message = world.messages.get(&sid).filter(|message| message.account == account);
        let file = message.and_then(|message| message.media.iter().find(|(name, _)| *name == media));
        let (_, file) = file.ok_or_else(Refusal::unknown)?;
        Ok(([(header::CONTENT_TYPE, file.content_type.clone())], file.bytes.clone()).into_response())
    })
}

/// A message as the interface shows it. Counts are strings, dates RFC 2822.
fn shown(message: &Message) -> Value {
    let uri = format!("/2010-04-01/Accounts/{}/Messages/{}", message.account, message.sid);
    json!({
        "account_sid": message.account,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": rfc2822(message.created_ms),
        "date_sent": message.sent_ms.map(rfc2822),
        "date_updated": rfc2822(message.updated_ms),
        "direction": if message.inbound { "inbound" } else { "outbound-api" },
        "error_code": message.error_code,
        "error_message": message.error_code.map(|code| format!("Error {code}")),
        "from": message.from,
        "messaging_service_sid": message.service,
        "num_media": message.media.len().to_string(),
        "num_segments": segments(&message.body).to_string(),
        "price": null,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status.as_str(),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": message.to,
        "uri": format!("{uri}.json"),
    })
}
