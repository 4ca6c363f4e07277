//! What came of a job: recorded together with the end of its claim.

use super::call::{is_over, ticket_of};
use super::case::Work;
use super::job::{Job, Performed};
use super::{ActError, Acts, World, dead, notice};
use crate::clock::Timestamp;
use crate::rules::case::Event;
use crate::rules::page::Sent;
use crate::rules::policy::MethodKind;
use crate::store::{Claimed, StoreError, Tx, call, outbox, ticket};
use std::time::Duration;

/// How long a recording is waited for.
const RECORDING_PATIENCE: Duration = Duration::from_secs(60 * 60);

struct Finish {
    world: World,
    claimed: Claimed,
    job: Job,
    performed: Performed,
}

impl Acts {
    /// Takes what is due from the outbox, up to `limit`.
    pub async fn claim(&self, limit: usize) -> Result<Vec<Claimed>, ActError> {
        let input = (self.0.instance.clone(), self.0.clock.now(), i64::try_from(limit).unwrap_or(i64::MAX));
        Ok(self.store().write(claim, input).await?)
    }

    /// Records what came of a job. What was claimed by somebody else meanwhile is recorded all the same: a text that
    /// left twice is known to have left twice.
    pub async fn finish(&self, claimed: Claimed, job: Job, performed: Performed) -> Result<(), ActError> {
        let out_of_use = match &performed {
            Performed::Sent(Sent::Refused { about, .. }) => about.is_the_numbers(),
            Performed::Receipt { receipt, .. } => receipt.ends_the_method(),
            _ => false,
        };
        let finish = Finish { world: self.world(), claimed, job, performed };
        self.store().write(finish_job, finish).await?;
        if out_of_use {
            self.read_dead_again().await;
        }
        Ok(())
    }
}

async fn claim(
    tx: &mut Tx,
    (owner, now, limit): &(String, Timestamp, i64),
) -> Result<Vec<Claimed>, StoreError> {
    outbox::claim(tx, owner, *now, *limit).await
}

async fn finish_job(tx: &mut Tx, finish: &Finish) -> Result<(), StoreError> {
    let Finish { world, claimed, job, performed } = finish;
    match (performed, job) {
        (Performed::Later(at), Job::FetchRecording { carrier, sid, since, tries }) => {
            return later_recording(tx, finish, *at, (carrier, sid, *since, *tries)).await;
        }
        (Performed::Later(at), _) => {
            outbox::postpone(tx, &claimed.id, claimed.fence, *at).await?;
            return Ok(());
        }
        (Performed::Sent(sent), Job::Text { attempt: None, .. } | Job::Say { .. }) => {
            return unwatched_sent(tx, finish, sent).await;
        }
        // One that goes on was given a new deadline when it was asked after.
        (Performed::Call { over: true, seconds }, Job::AskCall { carrier, sid }) => {
            is_over(tx, world, carrier, sid, *seconds).await?;
        }
        _ => {}
    }
    let ours = outbox::finish(tx, &claimed.id, claimed.fence).await?;
    match (performed, job) {
        // Somebody else has claimed it since: only a text or call that really left is news.
        (Performed::Sent(sent), _) if ours || matches!(sent, Sent::Accepted { .. }) => {
            attempt_event(tx, world, job, |attempt| Event::Sent { attempt, outcome: sent.clone() }).await?;
        }
        (Performed::Receipt { carrier, sid, receipt }, _) => {
            attempt_event(tx, world, job, |attempt| Event::Receipt {
                attempt,
                carrier: carrier.clone(),
                sid: sid.clone(),
                receipt: receipt.clone(),
            })
            .await?;
        }
        (Performed::Recorded(all), Job::ListRecordings { carrier, call }) => {
            for (sid, seconds) in all {
                super::recording::attach(tx, world, carrier, call, sid, *seconds).await?;
            }
        }
        (Performed::Recording(content), Job::FetchRecording { carrier, sid, .. }) => {
            super::recording::keep(tx, world, carrier, sid, Some(content)).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn attempt_event(
    tx: &mut Tx,
    world: &World,
    job: &Job,
    event: impl FnOnce(crate::rules::effect::AttemptId) -> Event,
) -> Result<(), StoreError> {
    let Some(attempt) = job.attempt() else { return Ok(()) };
    let Some(loaded) = ticket::lock_if_any(tx, &ticket_of(attempt.as_str())).await? else { return Ok(()) };
    let mut work = Work::on(loaded);
    work.origin = Some(job.clone());
    work.happen(world, event(attempt.clone()))?;
    work.save(tx, world).await?;
    Ok(())
}

/// A text or call that nobody waits for: tried again while it is worth it; on a doubt once more, which costs its reader
/// less than never to have heard.
async fn unwatched_sent(tx: &mut Tx, finish: &Finish, sent: &Sent) -> Result<(), StoreError> {
    let Finish { world, claimed, job, .. } = finish;
    let (to, expires_at, method) = match job {
        Job::Text { to, expires_at, .. } => (to, expires_at, MethodKind::Sms),
        Job::Say { to, expires_at, .. } => (to, expires_at, MethodKind::Voice),
        _ => return Ok(()),
    };
    let doubt = matches!(sent, Sent::Unknown { .. }) && claimed.fence < 2;
    if doubt || matches!(sent, Sent::NotYet { .. }) {
        let pause = Duration::from_secs(if doubt { 30 } else { 5 });
        if world.now + pause < *expires_at {
            outbox::postpone(tx, &claimed.id, claimed.fence, world.now + pause).await?;
            return Ok(());
        }
    }
    outbox::finish(tx, &claimed.id, claimed.fence).await?;
    match sent {
        // It came to nothing in all its time: whether it is still news is looked at anew.
        Sent::TakenBack | Sent::NotYet { .. } => notice::untold(tx, world, &claimed.id).await?,
        Sent::Refused { about, why, .. } if about.is_the_numbers() => {
            notice::untold(tx, world, &claimed.id).await?;
            if let Ok(number) = to.parse() {
                dead::out_of_use(tx, world, &claimed.id, &number, method, why).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

async fn later_recording(
    tx: &mut Tx,
    finish: &Finish,
    at: Timestamp,
    (carrier, sid, since, tries): (&str, &str, Timestamp, u32),
) -> Result<(), StoreError> {
    let Finish { world, claimed, .. } = finish;
    if !outbox::finish(tx, &claimed.id, claimed.fence).await? {
        return Ok(());
    }
    if at > since + RECORDING_PATIENCE {
        return super::recording::keep(tx, world, carrier, sid, None).await;
    }
    let again = Job::FetchRecording { carrier: carrier.into(), sid: sid.into(), since, tries: tries + 1 };
    again.write(tx, world, &claimed.id, None, 3, at).await
}

/// Asks the carrier after calls of which nothing was heard in time.
pub(super) async fn ask_after(
    tx: &mut Tx,
    world: &World,
    carrier: &str,
    sid: &str,
) -> Result<(), StoreError> {
    let Some(mut silent) = call::lock(tx, carrier, sid).await? else { return Ok(()) };
    if silent.deadline.is_none_or(|deadline| deadline > world.now) {
        return Ok(());
    }
    // Asked again in a while, until somebody knows.
    silent.deadline = Some(world.now + Duration::from_secs(60));
    call::update(tx, &silent).await?;
    let id = format!("call-{carrier}-{sid}-{}", world.now.0);
    let job = Job::AskCall { carrier: carrier.into(), sid: sid.into() };
    job.write(tx, world, &id, None, 1, world.now).await
}
