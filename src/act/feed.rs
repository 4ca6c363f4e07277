//! Calendar feeds: addresses that are their own key, because calendar programs cannot sign in. Each shows what whoever
//! made it may see, and no longer than he may: an account that is disabled, or has lost the desk, takes its feeds along.

use std::sync::Arc;
use std::time::Duration;

use super::audit::{Note, note};
use super::invitation::hash;
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::account::AccountId;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
pub use crate::store::feed::{Feed, FeedId};
use crate::store::{StoreError, Tx, account, desk as desks, feed};

/// The most feeds of one desk that one account has at a time: a few calendars of a few people.
const MOST_FEEDS: i64 = 50;

/// The most on a page.
pub const FEEDS_SHOWN: usize = 50;

/// That a feed is read is written down no more often than this: programs come every few minutes.
const USED_EVERY: Duration = Duration::from_secs(60 * 60);

/// What a feed is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedAbout {
    /// Everybody's shifts by the rota of that name.
    Rota(String),
    /// One agent's shifts by all rotas.
    Agent(AgentKey),
}

/// Why there is no new feed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The desk has no such rota or agent.
    #[error("There is no such rota or agent.")]
    NoSuch,
    /// There are too many.
    #[error("You have {MOST_FEEDS} calendars of this desk. End one that is not used any more first.")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// What a feed shows.
#[derive(Clone, Debug)]
pub struct FeedShown {
    /// The desk in force.
    pub desk: Arc<Desk>,
    /// What of it.
    pub about: FeedAbout,
    /// Since when the desk is as it is.
    pub changed: Timestamp,
}

impl Feed {
    /// What it is about, in words.
    pub fn told(&self) -> String {
        match (&self.rota, &self.agent) {
            (Some(rota), _) => format!("rota {rota}"),
            (None, Some(agent)) => format!("agent {agent}"),
            (None, None) => "nothing".to_owned(),
        }
    }

    /// What it is about, if that can be.
    pub fn about(&self) -> Option<FeedAbout> {
        match (&self.rota, &self.agent) {
            (Some(rota), _) => Some(FeedAbout::Rota(rota.clone())),
            (None, Some(agent)) => agent.parse().ok().map(FeedAbout::Agent),
            (None, None) => None,
        }
    }
}

impl Desk {
    fn has(&self, about: &FeedAbout) -> bool {
        match about {
            FeedAbout::Rota(rota) => self.rota(rota).is_some(),
            FeedAbout::Agent(agent) => self.agent(agent).is_some(),
        }
    }
}

impl Acts {
    /// Makes a feed for an account that may see the desk; answers the secret of its address, this once.
    pub async fn make_feed(
        &self,
        by: By,
        maker: &AccountId,
        desk: &str,
        about: FeedAbout,
    ) -> Result<String, FeedError> {
        if !self.desks().by_key(desk).is_some_and(|desk| desk.has(&about)) {
            return Err(FeedError::NoSuch);
        }
        let now = self.clock().now();
        let secret = self.ids().secret();
        let (rota, agent) = match about {
            FeedAbout::Rota(rota) => (Some(rota), None),
            FeedAbout::Agent(agent) => (None, Some(agent.into())),
        };
        let feed = Feed {
            id: self.ids().mint(now),
            desk: desk.to_owned(),
            rota,
            agent,
            created_by: maker.clone(),
            created_at: now,
            last_used_at: None,
        };
        let made = self.store().write(make, (by, hash(&secret), feed)).await.map_err(ActError::from)?;
        if made { Ok(secret) } else { Err(FeedError::TooMany) }
    }

    /// A desk's feeds that were made before an instant, the newest first: of one account, or all of them. One more than
    /// [`FEEDS_SHOWN`] where there are more.
    pub async fn feeds(
        &self,
        desk: &str,
        of: Option<&AccountId>,
        before: Timestamp,
    ) -> Result<Vec<Feed>, ActError> {
        Ok(self.store().read(list, (desk.to_owned(), of.cloned(), before)).await?)
    }

    /// Ends a feed of a desk: one of that account's, or anybody's. Whether there was such a one.
    pub async fn end_feed(
        &self,
        by: By,
        desk: &str,
        id: &FeedId,
        of: Option<&AccountId>,
    ) -> Result<bool, ActError> {
        let input =
            End { by, desk: desk.to_owned(), id: id.clone(), of: of.cloned(), now: self.clock().now() };
        Ok(self.store().write(end, input).await?)
    }

    /// What the feed at an address shows; nothing if there is none, or it is no longer whoever made it may see.
    pub async fn read_feed(&self, secret: &str) -> Result<Option<FeedShown>, ActError> {
        let now = self.clock().now();
        let Some((feed, changed)) = self.store().read(find, (hash(secret),)).await? else { return Ok(None) };
        let desk = self.desks().by_key(&feed.desk).cloned();
        let about = feed.about();
        let Some((desk, about)) = desk.zip(about).filter(|(desk, about)| desk.has(about)) else {
            return Ok(None);
        };
        if feed.last_used_at.is_none_or(|used| now.since(used) >= USED_EVERY) {
            self.store().write(used, (feed.id, now)).await?;
        }
        Ok(Some(FeedShown { desk, about, changed }))
    }
}

async fn make(tx: &mut Tx, (by, hash, made): &(By, String, Feed)) -> Result<bool, StoreError> {
    if feed::count(tx, &made.desk, &made.created_by).await? >= MOST_FEEDS {
        return Ok(false);
    }
    feed::insert(tx, hash, made).await?;
    let told = made.told();
    let entry =
        Note { desk: Some(&made.desk), after: Some(made.id.as_str().into()), ..Note::of("feed.make", &told) };
    note(tx, by, made.created_at, entry).await?;
    Ok(true)
}

type Wanted = (String, Option<AccountId>, Timestamp);

async fn list(tx: &mut Tx, (desk, of, before): &Wanted) -> Result<Vec<Feed>, StoreError> {
    let most = i64::try_from(FEEDS_SHOWN).unwrap_or(i64::MAX) + 1;
    feed::of_desk(tx, desk, of.as_ref(), *before, most).await
}

struct End {
    by: By,
    desk: String,
    id: FeedId,
    of: Option<AccountId>,
    now: Timestamp,
}

async fn end(tx: &mut Tx, input: &End) -> Result<bool, StoreError> {
    let End { by, desk, id, of, now } = input;
    let found = feed::by_id(tx, desk, id).await?;
    let theirs = |feed: &Feed| of.as_ref().is_none_or(|of| feed.created_by == *of);
    let Some(feed) = found.filter(theirs) else { return Ok(false) };
    if !feed::end(tx, id, *now).await? {
        return Ok(false);
    }
    let told = feed.told();
    let entry = Note { desk: Some(desk), before: Some(id.as_str().into()), ..Note::of("feed.end", &told) };
    note(tx, by, *now, entry).await?;
    Ok(true)
}

/// The feed, and since when its desk is as it is.
async fn find(tx: &mut Tx, (hash,): &(String,)) -> Result<Option<(Feed, Timestamp)>, StoreError> {
    let Some(feed) = feed::find(tx, hash).await? else { return Ok(None) };
    let maker = account::by_id(tx, &feed.created_by).await?.map(|kept| kept.account);
    let may = maker
        .filter(|maker| maker.disabled_at.is_none())
        .is_some_and(|maker| maker.principal.may(Right::See, &feed.desk));
    let changed = if may { desks::applied_at(tx, &feed.desk).await? } else { None };
    Ok(changed.map(|changed| (feed, changed)))
}

async fn used(tx: &mut Tx, (id, now): &(FeedId, Timestamp)) -> Result<(), StoreError> {
    feed::used(tx, id, *now).await
}
