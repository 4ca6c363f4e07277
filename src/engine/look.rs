//! Looks at a carrier for what may have been done already: after a request without an answer, and before a request is
//! made again whose first maker died. Carriers have no idempotency keys; what they have is lists.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::Engine;
use super::order::{Order, kind_of, sends};
use crate::act::Job;
use crate::channel::{Carrier, CarrierConfig, LookUpFailed};
use crate::clock::Timestamp;
use crate::rules::page::Sent;
use crate::wire::{Number, Sid};

/// How long a page waits, in real time, for the answer to whether it was sent before: rather twice than late.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a look-up found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It was processed.
    Sid(Sid),
    /// It was not.
    Nothing,
    /// A list was not to be had, or not whole.
    Unsure,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) job: &'a Job,
    /// Not older than this.
    pub(super) since: Timestamp,
    /// What is known to be other attempts', by the carriers' ids.
    pub(super) others: &'a BTreeSet<String>,
}

impl Engine {
    /// Asks every carrier that may have it, for a moment.
    pub(super) async fn find_anywhere(&self, wanted: Wanted<'_>) -> Option<Sent> {
        let avoided: &[String] = match wanted.job {
            Job::Text { avoid, .. } | Job::Ring { avoid, .. } | Job::Say { avoid, .. } => avoid,
            _ => &[],
        };
        let asked = self.0.carriers.configs().filter(|config| !avoided.contains(&config.name));
        let looks = asked.map(|config| async move {
            match self.find_at(config, wanted).await {
                Found::Sid(sid) => {
                    Some(Sent::Accepted { carrier: config.name.clone(), sid: sid.to_string() })
                }
                Found::Nothing | Found::Unsure => None,
            }
        });
        let found = tokio::time::timeout(PATIENCE, join_all(looks)).await;
        found.ok()?.into_iter().flatten().next()
    }

    /// Asks the carrier of that name; one that is no longer configured has nothing.
    pub(super) async fn find(&self, carrier: &str, wanted: Wanted<'_>) -> Found {
        match self.0.carriers.configs().find(|config| config.name == carrier) {
            Some(config) => self.find_at(config, wanted).await,
            None => Found::Nothing,
        }
    }

    /// Asks one carrier, for each number from which it may have been sent.
    async fn find_at(&self, config: &CarrierConfig, wanted: Wanted<'_>) -> Found {
        let (Some(carrier), Some(kind)) = (self.0.carriers.carrier(&config.name), kind_of(wanted.job)) else {
            return Found::Nothing;
        };
        let senders = config.senders.iter().filter(|sender| sends(sender, kind));
        let lists = join_all(senders.map(|sender| self.list(&carrier, &sender.number, wanted))).await;
        let mut whole = true;
        let mut found: Vec<(Option<Timestamp>, Sid)> = Vec::new();
        for list in lists {
            match list {
                Ok((entries, complete)) => {
                    whole &= complete;
                    found.extend(entries);
                }
                Err(error) => {
                    tracing::warn!(carrier = config.name, %error, "a look-up did not work");
                    whole = false;
                }
            }
        }
        let ours = found.into_iter().filter(|(_, sid)| !wanted.others.contains(sid.as_str()));
        match ours.min_by_key(|(created, _)| created.unwrap_or(Timestamp::NEVER)) {
            Some((_, sid)) => Found::Sid(sid),
            None if whole => Found::Nothing,
            None => Found::Unsure,
        }
    }

    async fn list(&self, carrier: &Arc<dyn Carrier>, from: &Number, wanted: Wanted<'_>) -> Listed {
        match self.order(wanted.job, carrier.name(), from, self.now()) {
            Some(Order::Text(order)) => {
                let list = carrier.find_text(&order, wanted.since).await?;
                Ok((list.entries.into_iter().map(|text| (text.created, text.sid)).collect(), list.complete))
            }
            Some(Order::Call(order)) => {
                let list = carrier.find_call(&order, wanted.since).await?;
                Ok((list.entries.into_iter().map(|call| (call.created, call.sid)).collect(), list.complete))
            }
            None => Ok((Vec::new(), true)),
        }
    }
}

type Listed = Result<(Vec<(Option<Timestamp>, Sid)>, bool), LookUpFailed>;
