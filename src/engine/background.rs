//! The tasks of a running process. Each is a loop that may be begun again: one that panics is, and the others do not
//! notice. News goes to the outside at once; the sweeper sleeps until the next deadline, and looks each second whatever
//! it was told; the auditor asks questions of its own.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Engine;
use crate::act::{ActError, CarrierHealth};
use crate::channel::Health;
use crate::clock::Timestamp;
use crate::store::Wake;

/// How often the sweeper looks, whatever it was told.
const SWEEP: Duration = Duration::from_secs(1);
/// The least time between two looks when something is due that nobody can take on.
const BREATH: Duration = Duration::from_millis(100);
const HEARTBEAT: Duration = Duration::from_secs(1);
const RELOAD: Duration = Duration::from_secs(1);
const ROTAS: Duration = Duration::from_secs(1);
const CALENDARS: Duration = Duration::from_secs(1);
const AUDIT: Duration = Duration::from_secs(15);
const TIDY: Duration = Duration::from_secs(60 * 60);
/// How long what is under way may take to end, in real time, when the process stops.
const DRAIN: Duration = Duration::from_secs(20);
/// Unheard for so long, the heartbeat is ill; and the auditor.
const BEAT_LATE: Duration = Duration::from_secs(10);
const AUDIT_LATE: Duration = Duration::from_secs(60);

impl Engine {
    /// Runs until `shutdown`; then claims nothing more, finishes what is under way, and lets the rest go.
    pub async fn run(&self, shutdown: CancellationToken) {
        let now = self.now().0;
        self.0.beat_at.store(now, Ordering::Relaxed);
        self.0.audited_at.store(now, Ordering::Relaxed);
        let tasks = TaskTracker::new();
        let ended = CancellationToken::new();
        // While the rest is being finished this process lives.
        self.keep(&tasks, &ended, "heartbeat", |engine| async move { engine.heartbeat().await });
        self.keep(&tasks, &shutdown, "news", |engine| async move { engine.listen().await });
        self.keep(&tasks, &shutdown, "sweeper", |engine| async move { engine.sweeper().await });
        self.keep(&tasks, &shutdown, "reload", |engine| async move {
            engine.every(RELOAD, "the desks could not be read", || engine.0.acts.keep_up()).await;
        });
        self.keep(&tasks, &shutdown, "auditor", |engine| async move {
            engine.every(AUDIT, "the auditor could not look", || engine.audit()).await;
        });
        // Apart from the sweeper: nothing about rotas may hold up a page.
        self.keep(&tasks, &shutdown, "rotas", |engine| async move {
            let keep = || async { engine.0.acts.keep_rotas().await.map(|_| ()) };
            engine.every(ROTAS, "what rotas ask for could not be looked at", keep).await;
        });
        // Apart from everything: what servers elsewhere take their time for holds up nothing of ours.
        self.keep(&tasks, &shutdown, "calendars", |engine| async move {
            let read = || async { engine.read_calendars().await.map(|_| ()) };
            engine.every(CALENDARS, "calendars of leave could not be read", read).await;
        });
        self.keep(&tasks, &shutdown, "recovery", |engine| async move { engine.recovery().await });
        self.keep(&tasks, &shutdown, "tidy", |engine| async move {
            engine.every(TIDY, "what is old could not be forgotten", || engine.0.acts.tidy()).await;
        });
        tasks.close();
        shutdown.cancelled().await;
        if tokio::time::timeout(DRAIN, self.finish()).await.is_err() {
            tracing::warn!(
                "some requests did not end in time; they are looked up by whoever takes them over"
            );
        }
        ended.cancel();
        tasks.wait().await;
        if let Err(error) = self.0.acts.stop().await {
            tracing::warn!(%error, "claims could not be let go; they run out by themselves");
        }
    }

    /// Finishes what is under way, and whatever commits tell of until then: it still leaves at once.
    async fn finish(&self) {
        loop {
            tokio::select! {
                () = self.landed() => {}
                () = self.listen() => {}
            }
            // What was told before anybody listened, and while the last one landed.
            if !self.take_news().await {
                return;
            }
        }
    }

    /// Whether pages would leave: for whoever watches the process from outside.
    pub fn health(&self) -> Result<(), String> {
        let now = self.now();
        let late = |at: &std::sync::atomic::AtomicI64, patience: Duration| {
            Timestamp(at.load(Ordering::Relaxed)) + patience < now
        };
        if self.0.beat_at.load(Ordering::Relaxed) == 0 {
            return Err("the engine does not run".into());
        }
        if late(&self.0.beat_at, BEAT_LATE) {
            return Err("the heartbeat has stopped: the database takes nothing".into());
        }
        if late(&self.0.audited_at, AUDIT_LATE) {
            return Err("the auditor has stopped".into());
        }
        Ok(())
    }

    /// How the carriers are, in their order, as this process finds them.
    pub fn carriers(&self) -> Vec<CarrierHealth> {
        let found = |health: Health| {
            let Health { name, is_well, failed } = health;
            CarrierHealth { heard: self.0.acts.heard_of(&name), name, is_well, failed }
        };
        self.0.carriers.health().into_iter().map(found).collect()
    }

    /// Runs a task until a token, beginning it again if it panics.
    fn keep<F, R>(&self, tasks: &TaskTracker, until: &CancellationToken, name: &'static str, task: F)
    where
        F: Fn(Engine) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let (engine, until) = (self.clone(), until.clone());
        tasks.spawn(async move {
            loop {
                let run = AssertUnwindSafe(task(engine.clone())).catch_unwind();
                tokio::select! {
                    () = until.cancelled() => return,
                    end = run => if end.is_err() {
                        tracing::error!(task = name, "a task of the engine panicked; it begins again");
                    }
                }
                tokio::select! {
                    () = until.cancelled() => return,
                    () = engine.0.acts.clock().sleep_until(engine.now() + SWEEP) => {}
                }
            }
        });
    }

    /// Does something now and again, for ever.
    async fn every<R>(&self, pause: Duration, failed: &str, act: impl Fn() -> R)
    where
        R: Future<Output = Result<(), ActError>>,
    {
        loop {
            if let Err(error) = act().await {
                tracing::warn!(%error, "{failed}");
            }
            self.0.acts.clock().sleep_until(self.now() + pause).await;
        }
    }

    /// What commits tell: effects leave at once, deadlines go to the sweeper.
    async fn listen(&self) {
        let mut news = self.0.news.lock().await;
        while let Some(wake) = news.recv().await {
            match wake {
                Wake::Effect(claimed) => self.take_on(claimed),
                Wake::Due(due) => self.tell(due),
            }
        }
        tracing::warn!("somebody else listens to what commits tell; this engine sweeps only");
        std::future::pending::<()>().await;
    }

    async fn sweeper(&self) {
        let mut told = self.0.next.subscribe();
        loop {
            // Before looking: what is told meanwhile counts for the next look.
            self.0.next.send_replace(Timestamp::NEVER);
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "what is due could not be looked at");
            }
            let now = self.now();
            let next = match self.next_due().await {
                Ok(Some(due)) if due > now => due.min(now + SWEEP),
                Ok(Some(_)) => now + BREATH,
                Ok(None) | Err(_) => now + SWEEP,
            };
            loop {
                let until = next.min(*told.borrow_and_update());
                tokio::select! {
                    () = self.0.acts.clock().sleep_until(until) => break,
                    end = told.changed() => if end.is_err() { return },
                }
            }
        }
    }

    async fn heartbeat(&self) {
        self.every(HEARTBEAT, "the heartbeat could not be written", || self.beat()).await;
    }

    pub(super) async fn beat(&self) -> Result<(), ActError> {
        let beat = self.0.acts.beat(&self.carriers()).await?;
        self.0.beat_at.store(self.now().0, Ordering::Relaxed);
        self.0.carriers.share_between(u32::try_from(beat.living).unwrap_or(1));
        if beat.freed > 0 {
            tracing::warn!(freed = beat.freed, "a process died; what it held is free");
            self.tell(self.now());
        }
        Ok(())
    }

    /// Looks for what should not be, and puts it right by itself, whatever became of the sweeper.
    pub(super) async fn audit(&self) -> Result<(), ActError> {
        let audit = self.0.acts.audit().await?;
        if audit.forgotten > 0 {
            tracing::error!(
                forgotten = audit.forgotten,
                "open emergencies had no deadline; they are due now"
            );
        }
        if audit.overdue > 0 {
            tracing::error!(overdue = audit.overdue, "effects or deadlines wait longer than they should");
        }
        if audit.forgotten > 0 || audit.overdue > 0 {
            self.sweep().await?;
        }
        self.0.audited_at.store(self.now().0, Ordering::Relaxed);
        Ok(())
    }
}
