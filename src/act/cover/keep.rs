//! What time and changes of the rota bring to requests: reminders, their end, who is told by day, and where a shift beneath
//! one has moved. All is found in the database, so that it is done whichever process brought the change, and once.

use super::write::{Change, Publication};
use super::{CoverError, TRIES};
use crate::act::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::cover::{Cover, CoverId, End, Followed, Reader};
use crate::rules::desk::Desk;
use crate::rules::desk::edit::{Change as Edited, Edit};
use crate::store::cover::{self as covers, Kept};
use crate::store::{StoreError, Tx, cover_told, desk as desks};

/// Requests that are looked at in one go.
const BATCH: i64 = 256;

/// A request with the text that it was last held against and the one that is in force.
struct Overtaken {
    kept: Kept,
    was: Option<String>,
    now: (i64, String),
}

impl Acts {
    /// Does what time and changes of rotas ask for; true if there was anything. One that cannot be dealt with does not
    /// stand before the others.
    pub(in crate::act) async fn keep_covers(&self) -> Result<bool, ActError> {
        let Waiting { due, overtaken, untold } = self.store().read(waiting, self.clock().now()).await?;
        let mut some = false;
        for (desk, id) in &due {
            some |= self.told(desk, id, self.remind(desk, id).await)?;
        }
        for (desk, id) in &overtaken {
            some |= self.told(desk, id, self.follow_cover(desk, id).await)?;
        }
        // After all that is new: what is news no more is not told.
        for (desk, id, reader) in untold {
            some |= self.told(&desk, &id, self.tell_waiting(&desk, &id, reader).await)?;
        }
        Ok(some)
    }

    fn told(&self, desk: &str, id: &CoverId, end: Result<bool, CoverError>) -> Result<bool, ActError> {
        match end {
            Ok(done) => Ok(done),
            Err(CoverError::Act(error @ ActError::Store(StoreError::Busy(_)))) => Err(error),
            Err(error) => {
                tracing::error!(desk.key = desk, cover.id = %id, %error, "a request for cover cannot be dealt with");
                Ok(false)
            }
        }
    }

    /// What time brings to one.
    async fn remind(&self, desk: &str, id: &CoverId) -> Result<bool, CoverError> {
        let Some(kept) = self.kept(desk, id).await?.filter(|kept| kept.cover.is_live()) else {
            return Ok(false);
        };
        let was = kept.cover;
        let cover = was.clone().in_time(self.clock().now());
        let (cover, told) = match cover == was {
            true => (cover.becomes(was.state.clone()), was.reminded()),
            false => {
                let told = cover.news(Some(&was));
                (cover, told)
            }
        };
        let action = if cover.is_live() { "cover.remind" } else { "cover.end" };
        let change = Change {
            world: self.world(),
            by: By::time(),
            desk: desk.to_owned(),
            was: Some(was),
            now: Kept { cover, version: kept.version },
            told,
            action,
            publication: None,
        };
        self.bring_change(change).await
    }

    /// Holds one against the rota that is in force; what was agreed moves with its shift, in a version of its own.
    pub(super) async fn follow_cover(&self, desk: &str, id: &CoverId) -> Result<bool, CoverError> {
        for _ in 0..TRIES {
            let overtaken = self.store().read(overtaken, (desk.to_owned(), id.clone())).await?;
            let Some(Overtaken { kept, was, now: (version, source) }) = overtaken else { return Ok(false) };
            let (cover, publication) =
                self.followed(desk, &kept.cover, was.as_deref(), (version, &source))?;
            let told = if cover == kept.cover { Vec::new() } else { cover.news(Some(&kept.cover)) };
            let change = Change {
                world: self.world(),
                by: By::time(),
                desk: desk.to_owned(),
                was: Some(kept.cover),
                now: Kept { cover, version },
                told,
                action: "cover.follow",
                publication,
            };
            if self.bring_change(change).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a change of the desk makes of a request, and what is published for it.
    fn followed(
        &self,
        desk: &str,
        cover: &Cover,
        was: Option<&str>,
        (version, source): (i64, &str),
    ) -> Result<(Cover, Option<Publication>), CoverError> {
        // What this program cannot read is judged by one that can.
        let Ok(now) = Desk::parse(source) else { return Ok((cover.clone(), None)) };
        let before = was.and_then(|text| Desk::parse(text).ok());
        let rotas = (before.as_ref().and_then(|desk| desk.rota(&cover.rota)), now.rota(&cover.rota));
        let Followed { cover: there, moved } = cover.followed(rotas, self.book(), self.clock().now());
        if moved.is_empty() {
            return Ok((there, None));
        }
        let edit =
            |(was, now)| Edit::Override { rota: cover.rota.clone(), change: Edited::replace(was, now) };
        let edits: Vec<Edit> = moved.into_iter().map(edit).collect();
        match self.publication(desk, (version, source), &edits) {
            Ok(publication) => Ok((there, Some(publication))),
            Err(CoverError::Unfit(_)) => Ok((cover.clone().becomes(cover.over(End::Adrift)), None)),
            Err(other) => Err(other),
        }
    }
}

/// What time and changes ask for.
struct Waiting {
    due: Vec<(String, CoverId)>,
    overtaken: Vec<(String, CoverId)>,
    /// Who is to be told of what waited for the day.
    untold: Vec<(String, CoverId, Reader)>,
}

async fn waiting(tx: &mut Tx, now: &Timestamp) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        due: covers::due(tx, *now, BATCH).await?,
        overtaken: covers::overtaken(tx, BATCH).await?,
        untold: cover_told::due(tx, *now, BATCH).await?,
    })
}

/// None if it is over, or was held against what is in force.
async fn overtaken(tx: &mut Tx, (desk, id): &(String, CoverId)) -> Result<Option<Overtaken>, StoreError> {
    let Some(kept) = covers::get(tx, desk, id).await? else { return Ok(None) };
    let Some(now) = desks::current_source(tx, desk).await? else { return Ok(None) };
    if !kept.cover.is_live() || kept.version >= now.0 {
        return Ok(None);
    }
    let was = desks::source(tx, desk, kept.version).await?;
    Ok(Some(Overtaken { kept, was, now }))
}
