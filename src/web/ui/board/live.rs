//! What keeps boards live. While anybody watches, one task looks at the database: after each commit of this process, and
//! each second for what other processes commit; all who watch see what it saw. What each of them may see of it, and
//! whether he may see anything any more, is looked at before each thing that is sent to him.
//!
//! Waits are in real time: they pace what is shown, and decide nothing.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::act::{Acts, Board, CarrierTogether, Desks, Watch, together};
use crate::clock::Timestamp;
use crate::rules::account::AccountId;
use crate::rules::hours::Exception;
use crate::web::App;
use crate::web::hold::in_time;

/// How often the database is looked at, whatever was committed here.
const LOOK: Duration = Duration::from_secs(1);

/// The least time between two looks, so that a storm of calls is not also a storm of looks.
const BREATH: Duration = Duration::from_millis(100);

/// Boards that one account may keep open at once: a wall, a desk, a telephone, and some that were forgotten.
const MOST_OF_ACCOUNT: usize = 8;

/// Boards that this process keeps open at once.
const MOST: usize = 500;

/// Everything that is shown, as it was seen at one instant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) board: Board,
    /// Who is on call at each desk, by its key.
    pub(super) watches: Arc<BTreeMap<String, Vec<Watch>>>,
    /// What is declared of each desk, by its key.
    pub(super) declared: Arc<BTreeMap<String, Vec<Exception>>>,
    pub(super) carriers: Vec<CarrierTogether>,
    /// Why no page would leave this process, if none would.
    pub(super) trouble: Option<String>,
    /// Whether the database answered; what is shown is older, if it did not.
    pub(super) is_fresh: bool,
}

/// Who is on call, what is declared, and how long that need not be looked at again.
#[derive(Debug)]
struct Roster {
    desks: Arc<Desks>,
    watches: Arc<BTreeMap<String, Vec<Watch>>>,
    declared: Arc<BTreeMap<String, Vec<Exception>>>,
    until: Timestamp,
}

impl Roster {
    fn of(acts: &Acts, now: Timestamp) -> Roster {
        let desks = acts.desks();
        let of =
            |desk: &Arc<crate::rules::desk::Desk>| (desk.key.as_str().to_owned(), acts.watches(desk, now));
        let watches: BTreeMap<String, Vec<Watch>> = desks.all().map(of).collect();
        let of = |desk: &Arc<crate::rules::desk::Desk>| {
            let key = desk.key.as_str();
            (key.to_owned(), desks.exceptions_of(key).at(now).cloned().collect())
        };
        let declared: BTreeMap<String, Vec<Exception>> = desks.all().map(of).collect();
        let all = watches.values().flatten();
        let changes = all.flat_map(|watch| [watch.until, watch.muted]).flatten();
        let ends = desks.all().filter_map(|desk| desks.exceptions_of(desk.key.as_str()).next_edge(now));
        let until = changes.chain(ends).min().unwrap_or(Timestamp::NEVER);
        let (watches, declared) = (Arc::new(watches), Arc::new(declared));
        Roster { desks, watches, declared, until }
    }

    /// Whether it is still what it says; a clock may have been set back.
    fn holds(&self, acts: &Acts, seen: Timestamp, now: Timestamp) -> bool {
        Arc::ptr_eq(&self.desks, &acts.desks()) && (seen..self.until).contains(&now)
    }
}

impl Moment {
    /// What is so now.
    pub(super) async fn now(app: &App) -> Result<Moment, crate::web::hold::Failure> {
        let roster = Roster::of(app.acts(), app.acts().clock().now());
        Moment::with(app, &roster).await
    }

    async fn with(app: &App, roster: &Roster) -> Result<Moment, crate::web::hold::Failure> {
        let board = in_time(app.acts().board()).await?;
        Ok(Moment {
            carriers: together(&(app.web.health)(), &board.nodes),
            board,
            watches: roster.watches.clone(),
            declared: roster.declared.clone(),
            trouble: (app.web.ready)().err(),
            is_fresh: true,
        })
    }
}

type News = watch::Sender<Option<Arc<Moment>>>;

/// All boards that are being watched.
#[derive(Debug, Default)]
pub(in crate::web) struct Live {
    /// What the one who looks tells; gone with him.
    news: Mutex<Weak<News>>,
    seats: Arc<Mutex<BTreeMap<AccountId, usize>>>,
}

impl Live {
    /// What is seen from now on, by all together.
    pub(super) fn watch(app: &App) -> watch::Receiver<Option<Arc<Moment>>> {
        let mut known = lock(&app.live.news);
        if let Some(news) = known.upgrade() {
            return news.subscribe();
        }
        let news = Arc::new(News::new(None));
        *known = Arc::downgrade(&news);
        let watching = news.subscribe();
        tokio::spawn(look(app.clone(), news));
        watching
    }

    /// A place before the board, if there is one left.
    pub(super) fn seat(&self, account: &AccountId) -> Option<Seat> {
        let mut seats = lock(&self.seats);
        let taken = seats.get(account).copied().unwrap_or(0);
        if taken >= MOST_OF_ACCOUNT || seats.values().sum::<usize>() >= MOST {
            return None;
        }
        seats.insert(account.clone(), taken + 1);
        Some(Seat { seats: self.seats.clone(), account: account.clone() })
    }
}

/// A place before the board, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Mutex<BTreeMap<AccountId, usize>>>,
    account: AccountId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = lock(&self.seats);
        match seats.get_mut(&self.account) {
            Some(taken) if *taken > 1 => *taken -= 1,
            _ => {
                seats.remove(&self.account);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks, and tells what changed, until nobody watches any more.
async fn look(app: App, news: Arc<News>) {
    let acts = app.acts();
    let mut commits = acts.commits();
    let mut seen = acts.clock().now();
    let mut roster = Roster::of(acts, seen);
    loop {
        // Before looking: what is committed meanwhile counts for the next look.
        commits.borrow_and_update();
        let now = acts.clock().now();
        if !roster.holds(acts, seen, now) {
            (roster, seen) = (Roster::of(acts, now), now);
        }
        match Moment::with(&app, &roster).await {
            Ok(moment) => tell(&news, |_| Some(moment)),
            Err(error) => {
                tracing::warn!(%error, "the night board could not be looked at");
                tell(&news, |last| last.map(|last| Moment { is_fresh: false, ..last.clone() }));
            }
        }
        tokio::select! {
            () = app.web.closing.cancelled() => return,
            () = news.closed() => {}
            _ = timeout(BREATH, pending::<()>()) => {}
        }
        {
            let mut known = lock(&app.live.news);
            if news.receiver_count() == 0 {
                *known = Weak::new();
                return;
            }
        }
        tokio::select! {
            () = app.web.closing.cancelled() => return,
            () = news.closed() => {}
            _ = commits.changed() => {}
            _ = timeout(LOOK, pending::<()>()) => {}
        }
    }
}

fn tell(news: &News, next: impl FnOnce(Option<&Moment>) -> Option<Moment>) {
    news.send_if_modified(|last| {
        let next = next(last.as_deref());
        let changed = next.is_some() && next.as_ref() != last.as_deref();
        if changed {
            *last = next.map(Arc::new);
        }
        changed
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_so_many_seats_and_gets_them_back() {
        let live = Live::default();
        let (ada, ben) = (AccountId::from_text("a"), AccountId::from_text("b"));
        let mut seats: Vec<Seat> = (0..MOST_OF_ACCOUNT).filter_map(|_| live.seat(&ada)).collect();
        assert_eq!(seats.len(), MOST_OF_ACCOUNT);
        assert!(live.seat(&ada).is_none());
        assert!(live.seat(&ben).is_some(), "another's");
        seats.pop();
        assert!(live.seat(&ada).is_some());
        drop(seats);
        assert!(lock(&live.seats).is_empty());
    }
}
