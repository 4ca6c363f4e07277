//! Callers who hang up.

use crate::support::world::{World, seconds};

#[tokio::test]
async fn a_hang_up_right_after_triage_pages() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        finn.dials_line().await;
        finn.presses("1").await;
        finn.hangs_up().await;

        let ada = world.agent("ada");
        ada.receives_text(&["SEV1 #1001", "Lakeside Lodge", "+18025550121", "(unconfirmed)"]);
        ada.phone_rings();
        ada.replies("ack").await;
        ada.receives_text(&["Yours", "#1001"]);
        finn.receives_text(&["Ada Moss"]);
        // His telephone stops to ring, and is not rung again.
        ada.is_off_the_line();
        world.pass(seconds(600)).await;
        world.ticket(1001).await.is("open").is_held_by("ada").tells(&[
            "opened",
            "triaged",
            "call_ended",
            "step_started",
            "acknowledged",
        ]);
    })
    .await;
}
