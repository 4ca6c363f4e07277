//! The real program in real time, with a simulated carrier in the test that it meets over real HTTP: what becomes of it
//! when it is killed, stopped, doubled, and told things by its operator.
//!
//! These tests take their turns: each measures time, and two cores are soon busy.

mod fallback;
mod gateway;
mod kill;
mod operator;
mod replicas;
mod stage;
mod stop;

use tokio::sync::{Mutex, MutexGuard};

/// Waits for this test's turn.
async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}
