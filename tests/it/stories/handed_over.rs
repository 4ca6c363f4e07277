//! Who had it, or was asked and passed it on, hears who took it.

use crate::support::world::{World, minutes};

use super::ada_is_paged;

#[tokio::test]
async fn who_escalates_hears_who_took_it() {
    for hers_before in [true, false] {
        World::each(async |world| {
            let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
            ada_is_paged(&world).await;
            if hers_before {
                ada.replies("ACK").await;
                ada.receives_text(&["Yours"]);
                finn.receives_text(&["Ada Moss"]);
            }
            ada.replies("ESC").await;
            ada.receives_text(&["#1001 goes to the next step now"]);
            ben.receives_text(&["SEV1 #1001"]);
            ben.phone_rings();
            world.ticket(1001).await.is_held_by_nobody();
            ben.replies("ACK").await;
            ben.receives_text(&["Yours"]);
            ada.receives_text(&["Stand down: Ben Frost has #1001"]);
            finn.receives_text(&["Ben Frost"]);
            // Once is enough.
            ben.replies("RESOLVE").await;
            ben.receives_text(&["#1001 is resolved"]);
        })
        .await;
    }
}

#[tokio::test]
async fn from_whom_the_caller_took_it_hears_who_has_it_now() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        ada_is_paged(&world).await;
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        finn.receives_text(&["Ada Moss"]);
        world.pass(minutes(4)).await;

        // Nobody has called him: he has the next person called.
        finn.dials_line().await;
        finn.presses("1").await;
        finn.hears("Ada Moss has it");
        finn.presses("2").await;
        finn.hears("The next person is called");
        finn.hangs_up().await;
        ada.receives_text(&["#1001", "the caller rang again"]);
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        ada.receives_text(&["Stand down: Ben Frost has #1001"]);
        finn.receives_text(&["Ben Frost"]);
    })
    .await;
}
