//! Forged, repeated, late, reordered and odd webhooks leave the state that one good delivery would have left.

mod forged;
mod late;
mod odd;
mod repeated;

use crate::support::world::{World, minutes, seconds};

const CALLER: &str = "+18025550121";
const WRITER: &str = "+18025550131";

/// A night in which every kind of webhook comes: an emergency from the first ring to its end, and a text of somebody
/// else. Nobody checks what is said; other tests do.
async fn night(world: &World) {
    let finn = world.caller(CALLER);
    let (ada, ben) = (world.agent("ada"), world.agent("ben"));
    finn.dials_line().await;
    finn.presses("1").await;
    finn.presses("1#").await;
    finn.is_recorded();
    finn.says(seconds(20), "Nobody can book since half past two.").await;
    finn.hangs_up().await;
    world.caller(WRITER).replies("The export is slow.").await;
    // Ada does not wake up, Ben does.
    world.pass(minutes(5) + seconds(1)).await;
    ben.answers().await;
    ben.presses("1").await;
    ben.hangs_up().await;
    world.ticket(1001).await.is_held_by("ben");
    ben.replies("CALL 1001").await;
    world.pass(seconds(1)).await;
    ben.answers().await;
    ben.presses("1").await;
    world.pass(seconds(1)).await;
    finn.answers().await;
    world.pass(seconds(40)).await;
    finn.hangs_up().await;
    world.pass(seconds(10)).await;
    ben.replies("RESOLVE 1001").await;
    world.pass(minutes(2)).await;
    for person in [&finn, &ada, &ben, &world.caller(WRITER)] {
        person.reads_all();
        person.ignores_calls();
    }
    world.ticket(1001).await.is("resolved").has("recordings", 1).tells(&["callback_done"]);
}
