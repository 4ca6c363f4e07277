//! Who was on call: by the versions of a desk that were in force, one after the other.

use super::{ActError, Acts};
use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::rota::Shift;
use crate::store::{StoreError, Tx, desk as desks};

/// Who was on call in a stretch of the past.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Past {
    /// The shifts, by rota.
    pub rotas: Vec<(String, Vec<Shift>)>,
    /// Of when nothing is known, in order of time.
    pub unread: Vec<Unread>,
}

/// A version of a desk that was in force and can no longer be read: who was on call by it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which.
    pub version: i64,
    /// From when on it was in force, as far as that is of the stretch.
    pub from: Timestamp,
    /// The instant before which that ended.
    pub to: Timestamp,
}

impl Acts {
    /// The shifts of a desk from `from` to `to`, which has been, by rota; and which of its versions tell nothing.
    pub async fn past_shifts(
        &self,
        desk: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Past, ActError> {
        let versions = self.store().read(since, (desk.to_owned(), from)).await?;
        let ends = versions.iter().skip(1).map(|version| version.applied_at).chain([to]);
        let mut past = Past::default();
        for (version, ended) in versions.iter().zip(ends) {
            let (from, to) = (version.applied_at.max(from), ended.min(to));
            if from >= to {
                continue;
            }
            let Ok(desk) = Desk::parse(&version.source) else {
                past.unread.push(Unread { version: version.version, from, to });
                continue;
            };
            for rota in &desk.rotas {
                let shifts = rota.shifts(self.book(), from, to);
                match past.rotas.iter_mut().find(|(name, _)| *name == rota.name) {
                    Some((_, known)) => known.extend(shifts),
                    None => past.rotas.push((rota.name.clone(), shifts.collect())),
                }
            }
        }
        Ok(past)
    }
}

async fn since(tx: &mut Tx, (desk, from): &(String, Timestamp)) -> Result<Vec<desks::InForce>, StoreError> {
    desks::since(tx, desk, *from).await
}
