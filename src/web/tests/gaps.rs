//! Searches for gaps and the threads that answer calls.

use std::sync::mpsc;
use std::time::Duration;

use futures_util::FutureExt;

use super::*;
use crate::rules::desk::Desk;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The one thread for long work is taken until what is answered is dropped; then the work can be waited for.
fn occupied() -> (mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let (free, wait) = mpsc::channel::<()>();
    let work = tokio::task::spawn_blocking(move || {
        let _ = wait.recv();
    });
    (free, work)
}

#[test]
fn a_search_for_gaps_is_no_work_of_who_answers_calls_and_is_done_once_a_day() {
    let one = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    one.unwrap().block_on(async {
        let gateway = Gateway::new().await;
        let acts = &gateway.acts;
        let mut desk = Desk::clone(acts.desks().by_key("reservations").unwrap());
        desk.rotas.clear();
        let searched = |from: Timestamp| {
            let to = from + DAY * 90;
            desk.gaps(acts.book(), (from, to), |_| true, acts.desks().mutes_of("reservations"))
        };
        let now = acts.clock().now();

        let (free, work) = occupied();
        assert!(acts.gaps_ahead(&desk).now_or_never().is_none(), "searched by who answers");
        drop(free);
        work.await.unwrap();
        let found = acts.gaps_ahead(&desk).await.unwrap();
        assert!(!found.policies.is_empty());
        assert_eq!(found, searched(now));

        // Until a day has passed nobody searches again, and what is over by then is left out.
        let (free, work) = occupied();
        for later in [Duration::ZERO, DAY / 2, DAY] {
            gateway.clock.set(now + later);
            let kept = acts.gaps_ahead(&desk).now_or_never().expect("it was searched again").unwrap();
            assert_eq!(kept, searched(now + later), "{later:?}");
        }
        for (what, at, other) in [
            ("the day is over", now + DAY + Duration::from_millis(1), desk.clone()),
            ("another text", now, Desk { name: "Other".into(), ..desk.clone() }),
        ] {
            gateway.clock.set(at);
            assert!(acts.gaps_ahead(&other).now_or_never().is_none(), "{what}");
        }
        drop(free);
        work.await.unwrap();
    });
}
