//! Callers of every kind.

use nightbell::simulator::{CallStatus, CallerFacts, Direction};

use crate::support::world::{Scene, World, minutes, seconds};

#[tokio::test]
async fn silence_and_a_withheld_number_still_page() {
    World::each(async |world| {
        let caller = world.caller("+18025550190");
        caller.dials_line_withheld().await;
        caller.hears("Severity 1 means");
        // Nothing is pressed at all: it goes on as an emergency, and 45 s later the page does not wait any longer.
        caller.is_silent(seconds(90)).await;
        let ada = world.agent("ada");
        ada.receives_text(&["SEV1 #1001", "No callback number"]);
        ada.missed_call(CallStatus::NoAnswer);
        world.ticket(1001).await.has("caller_id", serde_json::Value::Null);
        ada.replies("RESOLVE").await;
        ada.reads_all();
        caller.is_off_the_line();
    })
    .await;
}

#[tokio::test]
async fn support_hours_ring_the_daytime_desk_first() {
    Scene::at("2026-02-18 14:00")
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let daytime = world.caller("+18025550102");
            finn.dials_line().await;
            finn.hears("The support desk is open now");
            daytime.phone_rings();
            daytime.answers().await;
            finn.is_connected();
            world.pass(minutes(3)).await;
            daytime.hangs_up().await;
            finn.is_off_the_line();
            world.ticket(1001).await.tells(&["opened", "transferred", "call_ended"]);
            assert_eq!(
                world.carrier().calls().iter().filter(|c| c.direction == Direction::OutboundApi).count(),
                0
            );
        })
        .await;
}

#[tokio::test]
async fn a_blocked_caller_opens_no_ticket() {
    let blocked = "blocked = [\"+18025550190\"]\nmain_number";
    Scene::default()
        .desk_with("main_number", blocked)
        .play(async |world| {
            let caller = world.caller("+18025550190");
            caller.dials(world.line(), CallerFacts::default()).await;
            caller.is_off_the_line();
            assert_eq!(world.tickets().await, [] as [u64; 0]);
        })
        .await;
}
