//! Recordings over REST: the file as WAV, its description as JSON.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::Simulator;
use super::super::fault::{Scope, Trouble};
use super::super::recording::{Recording, wav};
use super::super::world::rfc2822;
use super::{Refusal, authorise, drop_connection};

pub(super) async fn one(
    State(sim): State<Simulator>,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let trouble = sim.with(|world| {
        authorise(world, &headers, &account)?;
        // A late file is the fault of its making, not of its download.
        let late = |fault: &super::super::fault::Fault| {
            fault.scope == Scope::Recordings && matches!(fault.trouble, Trouble::Late { .. })
        };
        if world.faults.iter().any(late) { Ok(None) } else { Ok(world.strike(&account, Scope::Recordings)) }
    })?;
    match trouble {
        None => {}
        Some(Trouble::RateLimited) => return Err(Refusal::too_many()),
        Some(Trouble::Refuse { code }) => return Err(Refusal::asked_for(code)),
        Some(Trouble::Hang) => {
            sim.hang().await;
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
