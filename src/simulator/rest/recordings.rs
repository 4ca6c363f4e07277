//! Recordings over REST: lists, the file as WAV, its description as JSON. The lists are how a gateway that was away
//! finds what was recorded by its fallback.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::Simulator;
use super::super::fault::{Fault, Scope, Trouble};
use super::super::recording::{Recording, wav};
use super::super::webhook::Form;
use super::super::world::rfc2822;
use super::{Refusal, authorise, drop_connection, list as lists, look, read_form};

pub(super) async fn list(
    State(sim): State<Simulator>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let form = read_form(query.unwrap_or_default().as_bytes());
    listed(&sim, &headers, &account, form).await
}

pub(super) async fn of_call(
    State(sim): State<Simulator>,
    Path((account, call)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    listed(&sim, &headers, &account, vec![("CallSid".into(), call)]).await
}

async fn listed(
    sim: &Simulator,
    headers: &HeaderMap,
    account: &str,
    form: Form,
) -> Result<Response, Refusal> {
    look(sim, headers, account, |world, shown_until| {
        let made = lists::When::of(&form, "DateCreated")?;
        let found = world
            .recordings
            .iter()
            .rev()
            .filter(|recording| recording.account == account && recording.created_ms <= shown_until)
            .filter(|recording| lists::same(&form, "CallSid", &recording.call))
            .filter(|recording| made.passes(Some(recording.created_ms)))
            .map(described)
            .collect();
        lists::page(&format!("/2010-04-01/Accounts/{account}/Recordings.json"), "recordings", &form, found)
    })
    .await
}

pub(super) async fn one(
    State(sim): State<Simulator>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let letting_go = sim.letting_go();
    let trouble = sim.with(|world| {
        authorise(world, &headers, &account)?;
        // A late file is the fault of its making, not of its download.
        let late =
            |fault: &Fault| fault.scope == Scope::Recordings && matches!(fault.trouble, Trouble::Late { .. });
        if world.faults.iter().any(late) { Ok(None) } else { Ok(world.strike(&account, Scope::Recordings)) }
    })?;
    match trouble {
        None => {}
        Some(Trouble::RateLimited) => return Err(Refusal::too_many()),
        Some(Trouble::Refuse { code }) => return Err(Refusal::asked_for(code)),
        Some(Trouble::Hang) => {
            letting_go.cancelled().await;
            return Ok(drop_connection());
        }
        Some(Trouble::AcceptThenDrop) => return Ok(drop_connection()),
        Some(_) => return Err(Refusal::broken()),
    }
    let (sid, kind) = file.split_once('.').unwrap_or((&file, "wav"));
    let recording = sim.read(|world| {
        let found = world.recordings.get(sid).filter(|recording| recording.account == account);
        let ready = found.filter(|recording| kind == "json" || recording.ready_ms <= world.now);
        ready.cloned().ok_or_else(Refusal::unknown)
    })?;
    match kind {
        "json" => Ok(axum::Json(described(&recording)).into_response()),
        "wav" => {
            let bytes = wav(recording.seconds).map_err(|_| Refusal::broken())?;
            Ok(([(header::CONTENT_TYPE, "audio/x-wav")], bytes).into_response())
        }
        _ => Err(Refusal::unknown()),
    }
}

fn described(recording: &Recording) -> serde_json::Value {
    json!({
        "account_sid": recording.account,
        "api_version": "2010-04-01",
        "call_sid": recording.call,
        "channels": 1,
        "date_created": rfc2822(recording.created_ms),
        "duration": recording.seconds.to_string(),
        "sid": recording.sid,
        "source": "RecordVerb",
        "status": "completed",
        "uri": format!("/2010-04-01/Accounts/{}/Recordings/{}.json", recording.account, recording.sid),
    })
}
