//! Conferences over REST: which there are, who is in them, and the end of one.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::Simulator;
use super::super::conference::{Member, Room, RoomStatus};
use super::super::fault::Scope;
use super::super::world::{World, rfc2822};
use super::{Refusal, change, field, list, look, read_form, sid_of};

pub(super) async fn list(
    State(sim): State<Simulator>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    look(&sim, &headers, &account, |world, shown_until| {
        let form = read_form(query.unwrap_or_default().as_bytes());
        let created = list::When::of(&form, "DateCreated")?;
        let found = world
            .rooms
            .iter()
            .filter(|room| room.account == account && room.created_ms <= shown_until)
            .filter(|room| list::same(&form, "FriendlyName", &room.name))
            .filter(|room| list::same(&form, "Status", room.status.as_str()))
            .filter(|room| created.passes(Some(room.created_ms)))
            .rev()
            .map(shown)
            .collect();
        list::page(&format!("/2010-04-01/Accounts/{account}/Conferences.json"), "conferences", &form, found)
    })
    .await
}

pub(super) async fn one(
    State(sim): State<Simulator>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    look(&sim, &headers, &account, |world, _| Ok(shown(room_of(world, &account, sid_of(&file))?))).await
}

pub(super) async fn update(
    State(sim): State<Simulator>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    change(&sim, &headers, (&account, Scope::Calls), &body, |world, form, _| {
        let sid = sid_of(&file);
        room_of(world, &account, sid)?;
        if field(form, "Status") != Some("completed") {
            return Err(Refusal::bad(20001, "Status must be completed"));
        }
        world.end_room(sid, "conference-ended-via-api", None);
        Ok((StatusCode::OK, shown(room_of(world, &account, sid)?), None))
    })
    .await
}

pub(super) async fn members(
    State(sim): State<Simulator>,
    Path((account, sid)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    look(&sim, &headers, &account, |world, _| {
        let form = read_form(query.unwrap_or_default().as_bytes());
        let room = room_of(world, &account, &sid)?;
        let found = room.members.iter().rev().map(|member| shown_member(room, member)).collect();
        let path = format!("/2010-04-01/Accounts/{account}/Conferences/{sid}/Participants.json");
        list::page(&path, "participants", &form, found)
    })
    .await
}

pub(super) async fn member(
    State(sim): State<Simulator>,
    Path((account, sid, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    look(&sim, &headers, &account, |world, _| {
        let room = room_of(world, &account, &sid)?;
        let found = room.members.iter().find(|member| member.call == sid_of(&file));
        found.map(|member| shown_member(room, member)).ok_or_else(Refusal::unknown)
    })
    .await
}

/// Puts somebody out: his call goes on at his Dial.
pub(super) async fn put_out(
    State(sim): State<Simulator>,
    Path((account, sid, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let done = change(&sim, &headers, (&account, Scope::Calls), &[], |world, _, _| {
        let room = room_of(world, &account, &sid)?;
        let call = sid_of(&file).to_owned();
        if !room.members.iter().any(|member| member.call == call) {
            return Err(Refusal::unknown());
        }
        world.leave_conference(&call, true);
        Ok((StatusCode::NO_CONTENT, Value::Null, None))
    });
    let status = done.await?.status();
    Ok(status.into_response())
}

fn room_of<'a>(world: &'a World, account: &str, sid: &str) -> Result<&'a Room, Refusal> {
    world.rooms.get(sid).filter(|room| room.account == account).ok_or_else(Refusal::unknown)
}

fn shown(room: &Room) -> Value {
    let uri = format!("/2010-04-01/Accounts/{}/Conferences/{}", room.account, room.sid);
    let ended = room.ended.as_ref().filter(|_| room.status == RoomStatus::Completed);
    json!({
        "account_sid": room.account,
        "api_version": "2010-04-01",
        "call_sid_ending_conference": ended.and_then(|(_, by)| by.clone()),
        "date_created": rfc2822(room.created_ms),
        "date_updated": rfc2822(room.changed_ms),
        "friendly_name": room.name,
        "reason_conference_ended": ended.map(|(why, _)| *why),
        "region": "us1",
        "sid": room.sid,
        "status": room.status.as_str(),
        "subresource_uris": { "participants": format!("{uri}/Participants.json") },
        "uri": format!("{uri}.json"),
    })
}

fn shown_member(room: &Room, member: &Member) -> Value {
    json!({
        "account_sid": room.account,
        "call_sid": member.call,
        "call_sid_to_coach": null,
        "coaching": false,
        "conference_sid": room.sid,
        "date_created": rfc2822(member.joined_ms),
        "date_updated": rfc2822(member.joined_ms),
        "end_conference_on_exit": member.ends,
        "hold": false,
        "label": null,
        "muted": false,
        "queue_time": null,
        "start_conference_on_enter": member.starts,
        "status": "connected",
        "uri": format!(
            "/2010-04-01/Accounts/{}/Conferences/{}/Participants/{}.json",
            room.account, room.sid, member.call
        ),
    })
}
