//! How whom a request concerns is told: each by a way that he chose, and who said nothing of texts by a call. What would
//! ring at night waits for the morning, what would ring a muted agent for the end of that; and it is looked at again then,
//! for it may be news no more. Who has no number in use finds it on the pages.

use std::collections::BTreeSet;

use super::CoverError;
use super::write::Change;
use crate::act::{ActError, Acts, World, notice};
use crate::clock::Timestamp;
use crate::rules::cover::{Cover, CoverId, CoverNews, Happened, Reader, Told};
use crate::rules::desk::Desk;
use crate::rules::effect::Message;
use crate::rules::notice::{Way, may_ring};
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;
use crate::rules::zone::Zone;
use crate::store::{StoreError, Tx, cover as covers, cover_told};

/// Somebody, and how he is told.
struct Hearer<'a> {
    reader: &'a Reader,
    way: Option<Way>,
    language: &'a str,
    zone: Zone,
    muted: Option<Timestamp>,
}

impl<'a> Hearer<'a> {
    /// None if the desk has nobody such.
    fn of(world: &World, desk: &'a Desk, reader: &'a Reader) -> Option<Hearer<'a>> {
        match reader {
            Reader::Manager => {
                desk.manager.as_ref()?;
                let way = Way::to_manager(desk, world.dead());
                Some(Hearer { reader, way, language: "en", zone: desk.zone(), muted: None })
            }
            Reader::Agent(key) => {
                let agent = desk.agent(key)?;
                let way = Way::to_agent(agent, world.dead());
                let zone = agent.zone.unwrap_or(desk.zone());
                let muted = world.desks.mutes_of(desk.key.as_str()).until(key, world.now);
                Some(Hearer { reader, way, language: &agent.language, zone, muted })
            }
        }
    }
}

/// Somebody who waited to be told.
struct Waiting {
    world: World,
    desk: String,
    id: CoverId,
    reader: Reader,
}

impl Acts {
    /// How each was told of a request last, or is to be.
    pub async fn cover_told(&self, id: &CoverId) -> Result<Vec<Told>, ActError> {
        Ok(self.store().read(told, (id.clone(),)).await?)
    }

    /// Tells somebody who waited what is still news to him.
    pub(super) async fn tell_waiting(
        &self,
        desk: &str,
        id: &CoverId,
        reader: Reader,
    ) -> Result<bool, CoverError> {
        let waiting = Waiting { world: self.world(), desk: desk.to_owned(), id: id.clone(), reader };
        Ok(self.store().write(tell_waiting, waiting).await?)
    }
}

/// Tells whom it concerns, or writes down when.
pub(super) async fn tell(tx: &mut Tx, change: &Change) -> Result<(), StoreError> {
    let Change { world, desk: key, now, told, .. } = change;
    let (desk, cover) = (world.desk(key)?, &now.cover);
    let mut done = BTreeSet::new();
    for (reader, what) in told {
        // Who has not heard that he is asked need not hear that he is not.
        let before = cover_told::of_reader(tx, &cover.id, reader).await?;
        if *what == Happened::Withdrawn
            && before.is_some_and(|before| before.waits && before.what == Happened::Asked)
        {
            cover_told::remove(tx, &cover.id, reader).await?;
            continue;
        }
        let Some(hearer) = Hearer::of(world, desk, reader) else { continue };
        // A manager who is on call himself is told once.
        if hearer.way.as_ref().is_some_and(|way| !done.insert(way.number.clone())) {
            continue;
        }
        tell_one(tx, world, (desk, cover), &hearer, *what).await?;
    }
    Ok(())
}

async fn tell_one(
    tx: &mut Tx,
    world: &World,
    (desk, cover): (&Desk, &Cover),
    hearer: &Hearer<'_>,
    what: Happened,
) -> Result<(), StoreError> {
    let Hearer { reader, way, language, zone, muted } = hearer;
    let method = way.as_ref().map(|way| way.method);
    let at = match method {
        Some(MethodKind::Voice) => {
            let from = muted.unwrap_or(world.now);
            may_ring(from, cover.told_by(what, from), *zone, &world.book)
        }
        _ => world.now,
    };
    let told = Told { reader: (*reader).clone(), what, method, at, waits: at > world.now };
    let Some(way) = way.as_ref().filter(|_| !told.waits) else {
        return cover_told::put(tx, &cover.id, &told, None).await;
    };
    let who = match reader {
        Reader::Agent(agent) => agent.as_str(),
        Reader::Manager => "the manager",
    };
    let id = format!("{}-{}-{who}-{}", cover.id, cover.step, world.now.0);
    cover_told::put(tx, &cover.id, &told, Some(&id)).await?;
    let message = Message::Cover(news(world, desk, cover, what));
    notice::send(tx, world, &id, (desk, &message), way, (language, *zone)).await
}

fn news(world: &World, desk: &Desk, cover: &Cover, what: Happened) -> CoverNews {
    let name = |agent: Option<&AgentKey>| agent.map(|agent| desk.name_of(agent)).unwrap_or_default();
    CoverNews {
        what,
        rota: cover.rota.clone(),
        asker: name(Some(&cover.asker)),
        taker: name(cover.taker()),
        span: cover.span,
        in_return: cover.in_return,
        note: cover.note.clone(),
        link: format!("{}/desks/{}/cover/{}", world.public_url, desk.key, cover.id),
    }
}

/// False if he was told meanwhile.
async fn tell_waiting(tx: &mut Tx, waiting: &Waiting) -> Result<bool, StoreError> {
    let Waiting { world, desk: key, id, reader } = waiting;
    // One who tells it is enough.
    covers::lock(tx, id).await?;
    let told = cover_told::of_reader(tx, id, reader).await?;
    let Some(told) = told.filter(|told| told.waits && told.at <= world.now) else { return Ok(false) };
    let desk = world.desk(key)?;
    let kept = covers::get(tx, key, id).await?;
    let news = kept.filter(|kept| kept.cover.is_news(reader, told.what, world.now));
    match (news, Hearer::of(world, desk, reader)) {
        (Some(kept), Some(hearer)) => tell_one(tx, world, (desk, &kept.cover), &hearer, told.what).await?,
        _ => cover_told::remove(tx, id, reader).await?,
    }
    Ok(true)
}

async fn told(tx: &mut Tx, (id,): &(CoverId,)) -> Result<Vec<Told>, StoreError> {
    cover_told::of(tx, id).await
}
