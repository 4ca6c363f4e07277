//! Gaps ahead are told to the desk's manager, each notice once: the name of what was told is written down by the
//! transaction that sends it. [`crate::rules::desk::warn`] says what is told when; a manager who takes calls alone is rung
//! by day, and told then what is to be told by then.

use super::{ActError, Acts, World, notice};
use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::desk::warn::{Notice, notices};
use crate::rules::effect::Message;
use crate::rules::notice::{Way, may_ring};
use crate::rules::policy::MethodKind;
use crate::store::{StoreError, Tx, gap_notice};

/// Desks that are looked at in one go.
const BATCH: i64 = 64;

struct Looked {
    world: World,
    desk: String,
    version: i64,
    notices: Vec<Notice>,
    again: Timestamp,
}

impl Acts {
    /// Looks at the gaps of desks for which the time has come; true if there was any such desk.
    pub(super) async fn watch_gaps(&self) -> Result<bool, ActError> {
        let waiting = self.store().read(due, self.clock().now()).await?;
        if !waiting.is_empty() {
            // What is looked at is what is in force.
            self.reload_if_changed().await?;
        }
        for (key, version) in &waiting {
            let now = self.clock().now();
            let managed = self.desks().by_key(key).filter(|desk| desk.manager.is_some()).cloned();
            let (notices, again) = match managed {
                Some(desk) => {
                    let gaps = self.gaps_ahead(&desk).await?.bare();
                    let (mut notices, again) = notices(&gaps, now, desk.zone(), self.book());
                    // What was told already is no reason to ring anybody at night.
                    let told = self.store().read(told, (key.clone(),)).await?;
                    notices.retain(|notice| !told.contains(&notice.name));
                    self.by_day(&desk, now, (notices, again))
                }
                // Nobody is told; somebody may be named in another version.
                None => (Vec::new(), Timestamp::NEVER),
            };
            let looked = Looked { world: self.world(), desk: key.clone(), version: *version, notices, again };
            self.store().write(write_looked, looked).await?;
        }
        Ok(!waiting.is_empty())
    }

    /// What is told now, and when to look again: nothing while nothing of the manager's is in use, nor at night if he
    /// would be rung, unless a gap begins before the morning.
    fn by_day(
        &self,
        desk: &Desk,
        now: Timestamp,
        (notices, again): (Vec<Notice>, Timestamp),
    ) -> (Vec<Notice>, Timestamp) {
        let first = notices.iter().flat_map(|notice| &notice.gaps).map(|gap| gap.from).min();
        match Way::to_manager(desk, &self.desks().dead).map(|way| way.method) {
            Some(MethodKind::Sms) => (notices, again),
            Some(MethodKind::Voice) => match may_ring(now, first, desk.zone(), self.book()) {
                at if at > now => (Vec::new(), again.min(at)),
                _ => (notices, again),
            },
            None => (Vec::new(), again),
        }
    }
}

async fn due(tx: &mut Tx, now: &Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
    gap_notice::due(tx, *now, BATCH).await
}

async fn told(tx: &mut Tx, (desk,): &(String,)) -> Result<Vec<String>, StoreError> {
    gap_notice::told(tx, desk).await
}

async fn write_looked(tx: &mut Tx, looked: &Looked) -> Result<(), StoreError> {
    let Looked { world, desk: key, version, notices, again } = looked;
    gap_notice::looked(tx, key, *version, *again).await?;
    let id = format!("gaps-{key}-{}", world.now.0);
    let mut news = Vec::new();
    for notice in notices {
        if gap_notice::take(tx, key, &notice.name, (&id, world.now)).await? {
            news.push(notice.clone());
            for other in &notice.covers {
                gap_notice::take(tx, key, other, (&id, world.now)).await?;
            }
        }
    }
    let desk = world.desk(key)?;
    let Some(way) = Way::to_manager(desk, world.dead()).filter(|_| !news.is_empty()) else { return Ok(()) };
    let link = format!("{}/desks/{key}/rotas", world.public_url);
    let message = Message::Gaps(Notice::news(&news, link));
    notice::send(tx, world, &id, (desk, &message), &way, ("en", desk.zone())).await
}
