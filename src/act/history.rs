//! Who was on call: by the versions of a desk that were in force, one after the other.

use super::{ActError, Acts};
use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::rota::Shift;
use crate::store::{StoreError, Tx, desk as desks};

impl Acts {
    /// The shifts of a desk from `from` to `to`, which has been, by rota. A version that can no longer be read counts as
    /// one without rotas.
    pub async fn past_shifts(
        &self,
        desk: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<(String, Vec<Shift>)>, ActError> {
        let versions = self.store().read(since, (desk.to_owned(), from)).await?;
        let ends = versions.iter().skip(1).map(|(applied_at, _)| *applied_at).chain([to]);
        let mut rotas: Vec<(String, Vec<Shift>)> = Vec::new();
        for ((began, text), ended) in versions.iter().zip(ends) {
            let (began, ended) = ((*began).max(from), ended.min(to));
            let Ok(desk) = Desk::parse(text) else { continue };
            for rota in desk.rotas.iter().filter(|_| began < ended) {
                let shifts = rota.shifts(self.book(), began, ended);
                match rotas.iter_mut().find(|(name, _)| *name == rota.name) {
                    Some((_, known)) => known.extend(shifts),
                    None => rotas.push((rota.name.clone(), shifts.collect())),
                }
            }
        }
        Ok(rotas)
    }
}

async fn since(
    tx: &mut Tx,
    (desk, from): &(String, Timestamp),
) -> Result<Vec<(Timestamp, String)>, StoreError> {
    desks::since(tx, desk, *from).await
}
