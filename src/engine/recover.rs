//! Calls and texts that carriers know of and we do not: they came while we were away, and the carrier's own fallback
//! answered them. They are looked for at the start and every minute; a call that is unknown and over opens a ticket with
//! what was recorded in it and pages, a text is read as if it had come just now.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::Engine;
use crate::act::{ActError, Missed, TextIn};
use crate::channel::{Carrier, LookUpFailed};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::wire::{Number, Sid};

/// How far back the first look goes: a night. Handled texts are known for a day.
const FIRST_LOOK: Duration = Duration::from_secs(12 * 60 * 60);

/// How much two looks overlap: lists lag behind.
const OVERLAP: Duration = Duration::from_secs(2 * 60);

/// How long a page waits, in real time, for the list of what was recorded: rather without it than late.
const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Carrier(#[from] LookUpFailed),
    #[error(transparent)]
    Act(#[from] ActError),
}

impl Engine {
    /// Asks every carrier for calls and texts to our numbers since the last look. A carrier that cannot be asked is
    /// asked for the same span again next time.
    pub async fn recover(&self) {
        let desks = self.0.acts.desks();
        for config in self.0.carriers.configs() {
            let Some(carrier) = self.0.carriers.carrier(&config.name) else { continue };
            let lines = desks.all().flat_map(|desk| &desk.lines).filter(|line| line.carrier == config.name);
            let mut numbers: Vec<Number> = lines.map(|line| Number::new(line.number.as_str())).collect();
            numbers.extend(config.senders.iter().map(|sender| sender.number.clone()));
            numbers.sort();
            numbers.dedup();
            for number in numbers {
                if let Err(error) = self.recover_number(&carrier, &number).await {
                    tracing::warn!(carrier = config.name, %error, "missed calls and texts could not be looked for");
                    // The other numbers would wait for the same carrier.
                    break;
                }
            }
        }
    }

    async fn recover_number(&self, carrier: &Arc<dyn Carrier>, number: &Number) -> Result<(), Failed> {
        let now = self.now();
        let key = (carrier.name().to_owned(), number.clone());
        let since = {
            let looked = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
            looked.get(&key).copied().unwrap_or(now - FIRST_LOOK)
        };
        let calls = self.missed_calls(carrier, number, since).await?;
        self.missed_texts(carrier, number, since).await?;
        let next = calls.min(now) - OVERLAP;
        self.0.looked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, next);
        Ok(())
    }

    /// Answers since when the next look must ask: since the oldest call that has still to end.
    async fn missed_calls(
        &self,
        carrier: &Arc<dyn Carrier>,
        number: &Number,
        since: Timestamp,
    ) -> Result<Timestamp, Failed> {
        let (now, acts) = (self.now(), &self.0.acts);
        let Ok(to) = number.as_str().parse::<PhoneNumber>() else { return Ok(now) };
        let list = carrier.inbound_calls(number, since).await?;
        let mut unfinished = now;
        if !list.complete {
            tracing::warn!(carrier = carrier.name(), "the list of calls is too long to be read whole");
        }
        for call in list.entries {
            let started_at = call.created.unwrap_or(now);
            if acts.is_known(carrier.name(), call.sid.as_str()).await? {
                continue;
            }
            // What is over waits for nothing: a webhook that is still on its way finds it known.
            if !call.state.is_some_and(|state| state.is_final()) {
                unfinished = unfinished.min(started_at);
                continue;
            }
            let recordings = recorded(carrier, &call.sid).await;
            let missed = Missed {
                carrier: carrier.name().to_owned(),
                sid: call.sid.to_string(),
                from: call.from.as_str().to_owned(),
                to: to.clone(),
                started_at,
                seconds: call.seconds.unwrap_or(0),
                recordings,
            };
            if acts.recover_call(missed).await? {
                tracing::warn!(carrier = carrier.name(), call.sid = %call.sid, "a call that we missed opened a ticket");
            }
        }
        Ok(unfinished)
    }

    async fn missed_texts(
        &self,
        carrier: &Arc<dyn Carrier>,
        number: &Number,
        since: Timestamp,
    ) -> Result<(), Failed> {
        let acts = &self.0.acts;
        let list = carrier.inbound_texts(number, since).await?;
        if !list.complete {
            tracing::warn!(carrier = carrier.name(), "the list of texts is too long to be read whole");
        }
        for text in list.entries {
            if acts.is_known(carrier.name(), text.sid.as_str()).await? {
                continue;
            }
            tracing::warn!(carrier = carrier.name(), text.sid = %text.sid, "a text that we missed is read now");
            acts.text_in(TextIn {
                carrier: carrier.name().to_owned(),
                sid: text.sid.to_string(),
                from: text.from.as_str().to_owned(),
                to: text.to.as_str().to_owned(),
                body: text.body.as_str().to_owned(),
                pictures: text.media,
                word: None,
                written_at: text.created,
            })
            .await?;
        }
        Ok(())
    }
}

/// What was recorded in a call, with its seconds; nothing that is empty, and nothing if the carrier does not say soon.
async fn recorded(carrier: &Arc<dyn Carrier>, call: &Sid) -> Vec<(String, u32)> {
    let made = match tokio::time::timeout(PATIENCE, carrier.recordings(call)).await {
        Ok(Ok(made)) => made,
        Ok(Err(LookUpFailed { why })) => {
            tracing::warn!(carrier = carrier.name(), call.sid = %call, why, "what was recorded stays at the carrier");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!(carrier = carrier.name(), call.sid = %call, "what was recorded is not known in time");
            Vec::new()
        }
    };
    let filled = made.into_iter().filter(|made| made.seconds != Some(0));
    filled.map(|made| (made.sid.to_string(), made.seconds.unwrap_or(0))).collect()
}
