//! Who was tried and is needed no more.

use crate::support::world::{World, minutes, seconds};

use super::reports_an_emergency;

#[tokio::test]
async fn an_acknowledgement_stands_everybody_else_down() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.receives_text(&["1001"]);

        let (ada, ben) = (world.agent("ada"), world.agent("ben"));
        ada.receives_text(&["SEV1 #1001"]);
        ada.phone_rings();
        world.pass(minutes(2)).await;
        ada.phone_rings();
        world.pass(minutes(3)).await;
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();

        // While Ben's telephone rings, Ada wakes up.
        ada.replies("ACK 1001").await;
        ada.receives_text(&["Yours", "#1001"]);
        ben.is_off_the_line();
        ben.receives_text(&["Stand down", "Ada Moss"]);
        finn.receives_text(&["Ada Moss"]);

        // Ben, who had his thumb on it already, is told who was quicker; nobody is rung any more.
        ben.replies("ACK").await;
        ben.receives_text(&["#1001 was taken by Ada Moss"]);
        world.pass(seconds(300)).await;
        world.ticket(1001).await.is("open").is_held_by("ada");
        ada.replies("DONE").await;
        ada.receives_text(&["callback noted"]);
        ada.replies("RESOLVE").await;
        ada.receives_text(&["is resolved"]);
        world.pass(minutes(60)).await;
    })
    .await;
}

#[tokio::test]
async fn a_downgrade_stands_everybody_else_down_and_names_no_holder() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.receives_text(&["1001"]);
        let (ada, ben) = (world.agent("ada"), world.agent("ben"));
        ada.receives_text(&["SEV1 #1001"]);
        world.pass(minutes(5)).await;
        ben.receives_text(&["SEV1 #1001"]);
        ada.replies("DOWN 3 one printer").await;
        ada.receives_text(&["#1001 is Severity 3 now"]);
        ben.receives_text(&["Stand down: Ada Moss made #1001 Severity 3. Nobody is paged."]);
        world.ticket(1001).await.is("open").is_held_by_nobody();
        ada.ignores_calls();
        ben.ignores_calls();
    })
    .await;
}
