//! One claimed row, from what it asks for to what came of it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Engine;
use super::look::{Found, Wanted};
use super::order::{Order, kind_of};
use super::receipt::{of_call, of_text, outcome};
use crate::act::{Job, NextTurn, Performed, Recorded, Standing};
use crate::channel::{CallUpdate, NoRoute, RecordingFailed, Route, Sent as Answer, Wish};
use crate::clock::Timestamp;
use crate::rules::page::{Sent, Trouble};
use crate::rules::policy::MethodKind;
use crate::store::Claimed;
use crate::wire::rest::{CallRecord, RecordingRecord};
use crate::wire::{About, Addresses, Asked, Number, Sid};

/// Until something that can wait is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// Claims of a row after which a question that gets no answer is given up.
const MOST_CLAIMS: i64 = 4;

/// Claims of a row after which a call is left where it is: ten minutes.
const MOST_LEADS: i64 = 300;

/// The longest pause between two tries to fetch a recording, in seconds.
const RECORDING_PAUSE: u64 = 5 * 60;

/// How long a carrier is asked what was recorded in a call: the longest talk, and two hours in which it does not answer.
const LISTING_PATIENCE: Duration = Duration::from_secs(6 * 60 * 60);

/// The longest pause between two questions whether a call is over that may leave a message.
const MESSAGE_PAUSE: Duration = Duration::from_secs(15);

/// Claims of a row until which a call without a recording may have one that is not listed yet: lists lag behind.
const UNLISTED_CLAIMS: i64 = 3;

/// How long fetching a recording may take, in real time: a claim lasts a little longer.
const DOWNLOAD: Duration = Duration::from_secs(25);

pub(super) type Chosen = Result<Route, NoRoute>;

impl Engine {
    /// The route of a row that nobody has tried yet; any other is looked at more closely first.
    pub(super) fn first_route(&self, claimed: &Claimed, job: &Job) -> Option<Chosen> {
        (claimed.fence == 1 && !self.has_expired(job)).then(|| self.route(job)).flatten()
    }

    /// What came of a row; none if the claim ran out before anything was done.
    pub(super) async fn perform(
        &self,
        claimed: &Claimed,
        job: &Job,
        route: Option<Chosen>,
    ) -> Option<Performed> {
        Some(match job {
            Job::Text { .. } | Job::Ring { .. } | Job::Say { .. } => {
                return self.send(claimed, job, route).await;
            }
            Job::HangUp { carrier, sid } => self.hang_up(claimed, carrier, sid).await,
            Job::LeadOn { carrier, sid, next } => self.lead_on(claimed, carrier, sid, next).await,
            Job::LookUp { of, carrier, since } => self.look_up(claimed, of, carrier, *since).await,
            Job::AskReceipt { method, carrier, sid, .. } => {
                self.ask_receipt(claimed, *method, carrier, sid).await
            }
            Job::AskCall { carrier, sid } => self.ask_call(claimed, carrier, sid).await,
            Job::ListRecordings { carrier, call } => self.list_recordings(claimed, carrier, call).await,
            Job::FetchRecording { carrier, sid, tries, .. } => {
                self.fetch_recording(carrier, sid, *tries).await
            }
        })
    }

    async fn send(&self, claimed: &Claimed, job: &Job, route: Option<Chosen>) -> Option<Performed> {
        if claimed.fence > 1
            && let Some(known) = self.known_already(claimed, job).await
        {
            return Some(known);
        }
        if self.has_expired(job) {
            return Some(Performed::Sent(Sent::TakenBack));
        }
        let route = match route.or_else(|| self.route(job))? {
            Ok(route) => route,
            Err(NoRoute::Later(at)) => {
                return Some(Performed::Later(at.max(self.now() + Duration::from_millis(1))));
            }
            Err(NoRoute::Never) => return Some(Performed::Sent(no_route(job))),
        };
        let now = self.now();
        let carrier = route.carrier.name();
        let order = self.order(job, carrier, &route.sender, now)?;
        // The last look before the request is written: whoever took it over may have sent it.
        if claimed.lease_until <= now {
            return None;
        }
        let answer = match &order {
            Order::Text(order) => route.carrier.send_text(order).await,
            Order::Call(order) => route.carrier.place_call(order).await,
        };
        Some(Performed::Sent(outcome(carrier, answer)))
    }

    /// What is known of a row that was claimed before: perhaps it was sent, perhaps nobody waits for it any more.
    async fn known_already(&self, claimed: &Claimed, job: &Job) -> Option<Performed> {
        let standing = match job.attempt() {
            Some(attempt) => match self.0.acts.standing(attempt).await {
                Ok(standing) => standing,
                Err(error) => {
                    tracing::warn!(outbox.id = claimed.id, %error, "an attempt cannot be looked at");
                    return Some(Performed::Later(self.now() + Duration::from_millis(500)));
                }
            },
            None => Standing { is_pending: true, others: BTreeSet::new() },
        };
        if claimed.doubtful {
            let wanted = Wanted { job, since: claimed.asked_at, others: &standing.others };
            if let Some(found) = self.find_anywhere(wanted).await {
                tracing::info!(outbox.id = claimed.id, "a request had been made before its maker died");
                return Some(Performed::Sent(found));
            }
        }
        (!standing.is_pending).then_some(Performed::Done)
    }

    fn has_expired(&self, job: &Job) -> bool {
        matches!(job, Job::Text { expires_at, .. } | Job::Say { expires_at, .. } if *expires_at <= self.now())
    }

    fn route(&self, job: &Job) -> Option<Chosen> {
        let kind = kind_of(job)?;
        let (from, avoid) = match job {
            Job::Text { from, avoid, .. } => (from.as_ref().map(Number::new), avoid),
            Job::Ring { from, avoid, .. } => (from.as_ref().map(Number::new), avoid),
            Job::Say { avoid, .. } => (None, avoid),
            _ => return None,
        };
        Some(self.0.carriers.choose(&Wish { kind, from: from.as_ref(), avoid }))
    }

    async fn hang_up(&self, claimed: &Claimed, carrier: &str, sid: &str) -> Performed {
        let (Some(at), Ok(sid)) = (self.0.carriers.carrier(carrier), sid.parse::<Sid>()) else {
            return Performed::Done;
        };
        match at.update_call(&sid, &CallUpdate::HangUp).await {
            Answer::Accepted { .. } => Performed::Done,
            Answer::Refused(refusal) if refusal.about == About::Call => Performed::Done,
            Answer::Throttled { .. } | Answer::Unreached { .. } | Answer::Unknown { .. }
                if claimed.fence <= MOST_CLAIMS =>
            {
                Performed::Later(self.now() + PAUSE)
            }
            answer => {
                tracing::warn!(carrier, call.sid = %sid, ?answer, "a call could not be ended");
                Performed::Done
            }
        }
    }

    /// Leads a call on, unless it went on by itself. Nobody may be left waiting: it is tried for a while.
    async fn lead_on(&self, claimed: &Claimed, carrier: &str, sid: &str, next: &NextTurn) -> Performed {
        let (Some(at), Ok(id)) = (self.0.carriers.carrier(carrier), sid.parse::<Sid>()) else {
            return Performed::Done;
        };
        let ours = Addresses::new(&self.0.public_url, carrier);
        let url = match next {
            NextTurn::Flow { version, step, turn } => {
                match self.0.acts.expects_turn(carrier, sid, *turn).await {
                    Ok(true) => ours.turn(version, step, *turn, Asked::Next),
                    Ok(false) => return Performed::Done,
                    Err(_) => return Performed::Later(self.now() + PAUSE),
                }
            }
            NextTurn::Leg { attempt, turn } => ours.leg(attempt, *turn, Asked::Dial),
        };
        match at.update_call(&id, &CallUpdate::Redirect { url }).await {
            Answer::Accepted { .. } => Performed::Done,
            Answer::Refused(refusal) if refusal.about == About::Call => Performed::Done,
            answer if claimed.fence <= MOST_LEADS => {
                tracing::warn!(carrier, call.sid = %id, ?answer, "a call could not be led on yet");
                Performed::Later(self.now() + PAUSE)
            }
            answer => {
                tracing::error!(carrier, call.sid = %id, ?answer, "a call could not be led on");
                Performed::Done
            }
        }
    }

    async fn look_up(&self, claimed: &Claimed, of: &Job, carrier: &str, since: Timestamp) -> Performed {
        let others = match of.attempt() {
            Some(attempt) => match self.0.acts.standing(attempt).await {
                Ok(standing) => standing.others,
                Err(_) => return Performed::Later(self.now() + PAUSE),
            },
            None => BTreeSet::new(),
        };
        match self.find(carrier, Wanted { job: of, since, others: &others }).await {
            Found::Sid(sid) => {
                Performed::Sent(Sent::Accepted { carrier: carrier.to_owned(), sid: sid.to_string() })
            }
            Found::Unsure if claimed.fence <= MOST_CLAIMS => Performed::Later(self.now() + PAUSE),
            Found::Nothing | Found::Unsure => Performed::Sent(Sent::NotFound),
        }
    }

    async fn ask_receipt(
        &self,
        claimed: &Claimed,
        method: MethodKind,
        carrier: &str,
        sid: &str,
    ) -> Performed {
        let (Some(at), Ok(id)) = (self.0.carriers.carrier(carrier), sid.parse::<Sid>()) else {
            return Performed::Done;
        };
        let receipt = match method {
            MethodKind::Sms => at.text(&id).await.map(|text| of_text(text.as_ref())),
            MethodKind::Voice => at.call(&id).await.map(|call| of_call(call.as_ref())),
        };
        match receipt {
            Ok(receipt) => Performed::Receipt { carrier: carrier.to_owned(), sid: sid.to_owned(), receipt },
            Err(_) if claimed.fence <= MOST_CLAIMS => Performed::Later(self.now() + PAUSE),
            Err(error) => {
                tracing::warn!(carrier, %error, "a receipt could not be asked for");
                Performed::Done
            }
        }
    }

    /// Whether an inbound call goes on. One that the carrier cannot be asked about counts as hung up: its ticket must
    /// not wait for it.
    async fn ask_call(&self, claimed: &Claimed, carrier: &str, sid: &str) -> Performed {
        let over = Performed::Call { over: true, seconds: 0 };
        let (Some(at), Ok(sid)) = (self.0.carriers.carrier(carrier), sid.parse::<Sid>()) else { return over };
        match at.call(&sid).await {
            Ok(Some(call)) => {
                let is_over = call.state.is_some_and(|state| state.is_final());
                Performed::Call { over: is_over, seconds: call.seconds.unwrap_or(0) }
            }
            Ok(None) | Err(_) if claimed.fence <= MOST_CLAIMS => Performed::Later(self.now() + PAUSE),
            Ok(None) | Err(_) => {
                tracing::warn!(carrier, call.sid = %sid, "a silent call counts as over: its carrier knows nothing");
                over
            }
        }
    }

    async fn list_recordings(&self, claimed: &Claimed, carrier: &str, call: &str) -> Performed {
        let (Some(at), Ok(call)) = (self.0.carriers.carrier(carrier), call.parse::<Sid>()) else {
            return Performed::Done;
        };
        let (now, pause) = (self.now(), recording_pause(claimed.fence.unsigned_abs()));
        let may_wait = now < claimed.asked_at + LISTING_PATIENCE;
        // While it is spoken it is not listed.
        let goes_on = |call: CallRecord| call.state.is_some_and(|state| !state.is_final());
        if may_wait && at.call(&call).await.ok().flatten().is_some_and(goes_on) {
            return Performed::Later(now + pause.min(MESSAGE_PAUSE));
        }
        match at.recordings(&call).await {
            Ok(made) if made.is_empty() && claimed.fence <= UNLISTED_CLAIMS => Performed::Later(now + pause),
            Ok(made) => Performed::Recorded(filled(made)),
            Err(_) if may_wait => Performed::Later(now + pause),
            Err(error) => {
                tracing::warn!(carrier, call.sid = %call, %error, "what was recorded stays at the carrier");
                Performed::Done
            }
        }
    }

    async fn fetch_recording(&self, carrier: &str, sid: &str, tries: u32) -> Performed {
        // Not to be had: beyond any patience.
        let never = Performed::Later(Timestamp::NEVER);
        let (Some(at), Ok(sid)) = (self.0.carriers.carrier(carrier), sid.parse::<Sid>()) else {
            return never;
        };
        let pause = recording_pause(tries.into());
        match tokio::time::timeout(DOWNLOAD, at.recording(&sid)).await {
            Ok(Ok(content)) => Performed::Recording(content),
            Ok(Err(RecordingFailed::TooLarge)) => never,
            Ok(Err(RecordingFailed::NotThere | RecordingFailed::Failed(_))) | Err(_) => {
                Performed::Later(self.now() + pause)
            }
        }
    }
}

fn recording_pause(tries: u64) -> Duration {
    Duration::from_secs((1 << tries.min(10)).min(RECORDING_PAUSE))
}

/// What was recorded, without what is empty.
pub(super) fn filled(made: Vec<RecordingRecord>) -> Vec<Recorded> {
    let filled = made.into_iter().filter(|made| made.seconds != Some(0));
    filled.map(|made| (made.sid.to_string(), made.seconds.unwrap_or(0))).collect()
}

/// Nobody can send it. A carrier that has had its turn may have another: what it did not take may be sent again.
fn no_route(job: &Job) -> Sent {
    let avoided = matches!(
        job,
        Job::Text { avoid, .. } | Job::Ring { avoid, .. } | Job::Say { avoid, .. } if !avoid.is_empty()
    );
    let why = "none has a number for it".to_owned();
    if avoided {
        Sent::NotYet { carrier: "any other carrier".into(), why }
    } else {
        Sent::Refused { carrier: "every carrier".into(), about: Trouble::Sender, why }
    }
}
