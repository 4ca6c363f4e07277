//! Recordings: known by the carrier's id, fetched with patience, attached to the ticket that their call belongs to.

use sha2::{Digest, Sha256};

use super::case::Work;
use super::job::Job;
use super::{ActError, Acts, World};
use crate::clock::Timestamp;
use crate::rules::case::Event;
use crate::rules::ticket::TicketId;
use crate::store::{StoreError, Tx, call, inbox, recording, ticket};

struct Made {
    world: World,
    carrier: String,
    call: String,
    recording: String,
    seconds: u32,
}

struct Transcript {
    world: World,
    carrier: String,
    call: String,
    text: String,
}

impl Acts {
    /// A carrier made a recording of an inbound call; it may not be there yet.
    pub async fn recording_made(
        &self,
        carrier: &str,
        call: &str,
        recording: &str,
        seconds: u32,
    ) -> Result<(), ActError> {
        let input = Made {
            world: self.world(),
            carrier: carrier.into(),
            call: call.into(),
            recording: recording.into(),
            seconds,
        };
        Ok(self.store().write(made, input).await?)
    }

    /// A carrier understood what was said.
    pub async fn transcribed(&self, carrier: &str, call: &str, text: &str) -> Result<(), ActError> {
        let input =
            Transcript { world: self.world(), carrier: carrier.into(), call: call.into(), text: text.into() };
        Ok(self.store().write(transcribed, input).await?)
    }

    /// A recording of a ticket, if it has been fetched: a WAV file.
    pub async fn recording_of(&self, ticket: &TicketId, sid: &str) -> Result<Option<Vec<u8>>, ActError> {
        Ok(self.store().read(of_ticket, (ticket.clone(), sid.to_owned())).await?)
    }

    /// What may be played at an unguessable address now: a WAV file.
    pub async fn play(&self, secret: &str) -> Result<Option<Vec<u8>>, ActError> {
        Ok(self.store().read(play, (secret.to_owned(), self.0.clock.now())).await?)
    }
}

async fn of_ticket(tx: &mut Tx, (ticket, sid): &(TicketId, String)) -> Result<Option<Vec<u8>>, StoreError> {
    recording::of_ticket(tx, ticket, sid).await
}

async fn play(tx: &mut Tx, (secret, now): &(String, Timestamp)) -> Result<Option<Vec<u8>>, StoreError> {
    recording::play(tx, secret, *now).await
}

async fn made(tx: &mut Tx, made: &Made) -> Result<(), StoreError> {
    attach(tx, &made.world, &made.carrier, &made.call, &made.recording, made.seconds).await
}

/// A recording of a call is heard of otherwise than by the turn that asked for it, which perhaps never comes.
pub(super) async fn attach(
    tx: &mut Tx,
    world: &World,
    carrier: &str,
    call: &str,
    sid: &str,
    seconds: u32,
) -> Result<(), StoreError> {
    let Some(known) = call::lock(tx, carrier, call).await? else { return Ok(()) };
    let Some(id) = known.ticket else { return Ok(()) };
    let mut work = Work::on(ticket::lock(tx, &id).await?);
    let command = crate::rules::flow::FlowCommand::Recorded { recording: sid.into(), seconds };
    work.happen(world, Event::Flow(command))?;
    work.save(tx, world).await?;
    note(tx, world, carrier, sid, &id, seconds).await
}

async fn transcribed(tx: &mut Tx, transcript: &Transcript) -> Result<(), StoreError> {
    let Transcript { world, carrier, call: sid, text } = transcript;
    let key = format!("transcript {sid} {}", hex::encode(&Sha256::digest(text.as_bytes())[..6]));
    let Some(id) = call::lock(tx, carrier, sid).await?.and_then(|known| known.ticket) else { return Ok(()) };
    if !inbox::once(tx, carrier, &key, world.now).await? {
        return Ok(());
    }
    let mut work = Work::on(ticket::lock(tx, &id).await?);
    work.happen(world, Event::Transcribed { text: text.clone() })?;
    work.save(tx, world).await?;
    Ok(())
}

/// Knows of a recording, and has it fetched; does nothing the second time.
pub(super) async fn note(
    tx: &mut Tx,
    world: &World,
    carrier: &str,
    sid: &str,
    id: &TicketId,
    seconds: u32,
) -> Result<(), StoreError> {
    if !recording::insert(tx, carrier, sid, id, seconds).await? {
        return Ok(());
    }
    let job = Job::FetchRecording { carrier: carrier.into(), sid: sid.into(), since: world.now, tries: 0 };
    let row = format!("recording-{carrier}-{sid}");
    job.write(tx, world, &row, Some(id), 2, world.now).await
}

/// Has a carrier asked for all that was recorded in a call, once it is over; does nothing the second time.
pub(super) async fn ask_for_all(
    tx: &mut Tx,
    world: &World,
    carrier: &str,
    call: &str,
    id: &TicketId,
) -> Result<(), StoreError> {
    if !inbox::once(tx, carrier, &format!("recordings {call}"), world.now).await? {
        return Ok(());
    }
    let job = Job::ListRecordings { carrier: carrier.into(), call: call.into() };
    let row = format!("recordings-{carrier}-{call}");
    job.write(tx, world, &row, Some(id), 2, world.now).await
}

/// Keeps a recording that was fetched, or notes that it could not be had.
pub(super) async fn keep(
    tx: &mut Tx,
    world: &World,
    carrier: &str,
    sid: &str,
    content: Option<&[u8]>,
) -> Result<(), StoreError> {
    if let Some(content) = content
        && !recording::keep(tx, carrier, sid, content, world.now).await?
    {
        return Ok(());
    }
    let Some(id) = recording::ticket(tx, carrier, sid).await? else { return Ok(()) };
    let mut work = Work::on(ticket::lock(tx, &id).await?);
    let bytes = content.map(|content| content.len() as u64);
    work.happen(world, Event::RecordingKept { recording: sid.into(), bytes })?;
    work.save(tx, world).await?;
    Ok(())
}
