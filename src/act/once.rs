//! Requests that a program names, so that each is carried out once although its answer may be lost. The name is taken
//! before anything is done and the answer is written down after it: who asks again meanwhile is told to wait, and what
//! failed may be asked for again by the same name. A process that dies between the two leaves the name taken for a
//! minute; who asks after that begins anew, and the acts themselves see to it that what was done is not done twice.

use std::time::Duration;

use super::{ActError, Acts};
use crate::clock::Timestamp;
pub use crate::store::idempotency::{Kept, Named};
use crate::store::{StoreError, Tx, idempotency};

/// How long a request may be under way: far longer than any act may take.
const LONGEST: Duration = Duration::from_secs(60);

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: whoever asked carries it out.
    New,
    /// It was answered so.
    Answered(Kept),
    /// Somebody is carrying it out.
    UnderWay,
    /// Its name was that of another one.
    KeyReused,
}

impl Acts {
    /// Takes the name of a request.
    pub async fn begin_once(&self, named: Named) -> Result<Begun, ActError> {
        match self.store().write(begin, (named, self.clock().now())).await {
            // Somebody took it at the same moment.
            Err(StoreError::Conflict(_)) => Ok(Begun::UnderWay),
            other => Ok(other?),
        }
    }

    /// Keeps the answer of a request that was begun; without one, it may be asked for again.
    pub async fn end_once(&self, named: Named, answer: Option<Kept>) -> Result<(), ActError> {
        Ok(self.store().write(end, (named, answer)).await?)
    }
}

async fn begin(tx: &mut Tx, (named, now): &(Named, Timestamp)) -> Result<Begun, StoreError> {
    Ok(match idempotency::find(tx, named).await? {
        Some((request, _)) if request != named.request => Begun::KeyReused,
        Some((_, kept)) if kept.is_given() => Begun::Answered(kept),
        Some(_) => match idempotency::take_over(tx, named, *now - LONGEST, *now).await? {
            true => Begun::New,
            false => Begun::UnderWay,
        },
        None => {
            idempotency::keep(tx, named, &Kept::under_way(), *now).await?;
            Begun::New
        }
    })
}

async fn end(tx: &mut Tx, (named, answer): &(Named, Option<Kept>)) -> Result<(), StoreError> {
    match answer {
        Some(answer) => idempotency::answer(tx, named, answer).await,
        None => idempotency::release(tx, named).await,
    }
}
