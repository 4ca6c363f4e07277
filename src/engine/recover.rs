//! Calls and texts that carriers know of and we do not: they came while we were away, and the carrier's own fallback
//! answered them. They are looked for at the start, a few times soon after it, and then every minute; a call that is
//! unknown and over opens a ticket with what was recorded in it and pages, a text is read as if it had come just now. A
//! call that is over and whose end nobody told us ends here.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::Engine;
use super::perform::filled;
use crate::act::{ActError, Missed, Recorded, TextIn};
use crate::channel::{Carrier, LookUpFailed};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::wire::{Number, Sid};

/// How far back the first look goes: a night. Handled texts are known for a day.
const FIRST_LOOK: Duration = Duration::from_secs(12 * 60 * 60);

/// How much two looks overlap: lists lag behind.
const OVERLAP: Duration = Duration::from_secs(2 * 60);

/// How long a page waits, in real time, for the list of what was recorded: rather without it than late, for it is asked
/// for again afterwards.
const PATIENCE: Duration = Duration::from_millis(500);

/// From the first look to the second: lists lag behind, and a dead process' last commit may.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause while a carrier does not answer, or a call that we do not know goes on.
const UNSETTLED_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Carrier(#[from] LookUpFailed),
    #[error(transparent)]
    Act(#[from] ActError),
}

impl Engine {
    /// Looks for what was missed, for ever.
    pub(super) async fn recovery(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let settled = self.recover().await;
            self.0.acts.clock().sleep_until(self.now() + pause).await;
            pause = next_pause(pause, settled);
        }
    }

    /// Asks every carrier for calls and texts to our numbers since the last look. A carrier that cannot be asked is
    /// asked for the same span again next time. False if it should be soon: one could not be asked, or an unknown call
    /// is still to end.
    pub async fn recover(&self) -> bool {
        let mut settled = true;
        let desks = self.0.acts.desks();
        for config in self.0.carriers.configs() {
            let Some(carrier) = self.0.carriers.carrier(&config.name) else { continue };
            let lines = desks.all().flat_map(|desk| &desk.lines).filter(|line| line.carrier == config.name);
            let mut numbers: Vec<Number> = lines.map(|line| Number::new(line.number.as_str())).collect();
            numbers.extend(config.senders.iter().map(|sender| sender.number.clone()));
            numbers.sort();
            numbers.dedup();
            for number in numbers {
                match self.recover_number(&carrier, &number).await {
                    Ok(all_over) => settled &= all_over,
                    Err(error) => {
                        tracing::warn!(carrier = config.name, %error, "missed calls and texts could not be looked for");
                        settled = false;
                        // The other numbers would wait for the same carrier.
                        break;
                    }
                }
            }
        }
        settled
    }

    /// False if an unknown call is still to end.
    async fn recover_number(&self, carrier: &Arc<dyn Carrier>, number: &Number) -> Result<bool, Failed> {
        let now = self.now();
        let key = (carrier.name().to_owned(), number.clone());
        let since = {
            let looked = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
            looked.get(&key).copied().unwrap_or(now - FIRST_LOOK)
        };
        let calls = self.missed_calls(carrier, number, since).await?;
        self.missed_texts(carrier, number, since).await?;
        let next = calls.unwrap_or(now) - OVERLAP;
        self.0.looked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, next);
        Ok(calls.is_none())
    }

    /// Answers when the oldest unknown call began that has still to end.
    async fn missed_calls(
        &self,
        carrier: &Arc<dyn Carrier>,
        number: &Number,
        since: Timestamp,
    ) -> Result<Option<Timestamp>, Failed> {
        let (now, acts) = (self.now(), &self.0.acts);
        let Ok(to) = number.as_str().parse::<PhoneNumber>() else { return Ok(None) };
        let list = carrier.inbound_calls(number, since).await?;
        let mut unfinished = None;
        if !list.complete {
            tracing::warn!(carrier = carrier.name(), "the list of calls is too long to be read whole");
        }
        for call in list.entries {
            let started_at = call.created.unwrap_or(now);
            let (sid, is_over) = (call.sid.as_str(), call.state.is_some_and(|state| state.is_final()));
            match acts.is_open(carrier.name(), sid).await? {
                Some(true) if is_over => {
                    acts.call_ended(carrier.name(), sid, call.seconds.unwrap_or(0)).await?;
                    continue;
                }
                Some(_) => continue,
                // What is over waits for nothing: a webhook that is still on its way finds it known.
                None if is_over => {}
                None => {
                    unfinished = Some(unfinished.map_or(started_at, |oldest| started_at.min(oldest)));
                    continue;
                }
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
            if acts.is_text_known(carrier.name(), text.sid.as_str()).await? {
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

/// What was recorded in a call, with its seconds; none if the carrier does not say soon.
async fn recorded(carrier: &Arc<dyn Carrier>, call: &Sid) -> Option<Vec<Recorded>> {
    let made = tokio::time::timeout(PATIENCE, carrier.recordings(call)).await;
    let why = match made {
        Ok(Ok(made)) => return Some(filled(made)),
        Ok(Err(LookUpFailed { why })) => why,
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(carrier = carrier.name(), call.sid = %call, why, "what was recorded is asked for later");
    None
}

/// From a look to the one after the next: longer and longer, and never long while something is unsettled.
fn next_pause(pause: Duration, settled: bool) -> Duration {
    (pause * 2).min(if settled { LONGEST_PAUSE } else { UNSETTLED_PAUSE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_frequent_at_first_and_while_something_is_unsettled() {
        let mut pause = FIRST_PAUSE;
        let mut after = |settled| {
            pause = next_pause(pause, settled);
            pause.as_secs()
        };
        assert_eq!([true; 7].map(&mut after), [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!([false, false, true, true].map(&mut after), [5, 5, 10, 20]);
    }
}
