//! What an agent is answered who will not take it: what really happens, whatever that is.

use crate::support::world::{Scene, World, minutes};

use super::{ada_is_paged, reports_an_emergency};

#[tokio::test]
async fn where_nothing_is_open_there_is_nothing_to_decline() {
    World::each(async |world| {
        let ada = world.agent("ada");
        for word in ["DECLINE", "no"] {
            ada.replies(word).await;
            ada.receives_text(&["Nothing is open for you"]);
        }
    })
    .await;
}

#[tokio::test]
async fn the_notice_of_an_abandoned_call_is_seen_and_not_passed_on() {
    for word in ["ACK", "DECLINE"] {
        World::each(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            finn.dials_line().await;
            finn.hangs_up().await;
            ada.receives_text(&["#1001", "hung up before saying anything"]);
            ada.replies(word).await;
            ada.receives_text(&["you have seen #1001", "Nobody is paged for it"]);
            world.pass(minutes(60)).await;
            world.ticket(1001).await.is("abandoned").is_held_by_nobody().does_not_tell("step_started");
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_no_longer_urgent_asks_nobody_and_is_passed_on_to_nobody() {
    World::each(async |world| {
        let ada = world.agent("ada");
        ada_is_paged(&world).await;
        ada.replies("DOWN 3 one user").await;
        ada.receives_text(&["#1001 is Severity 3 now"]);
        ada.replies("DECLINE").await;
        ada.receives_text(&["You are not being asked to take #1001"]);
        world.pass(minutes(10)).await;
    })
    .await;
}

#[tokio::test]
async fn who_declines_at_the_last_resort_hears_when_it_begins_again() {
    Scene::default()
        .desk_with("cycles = 2\nlast_resort = [\"everyone\"]", "cycles = 1\nlast_resort = [\"agent:cleo\"]")
        .play(async |world| {
            let (finn, manager) = (world.caller("+18025550121"), world.caller("+18025550141"));
            let (ada, ben, cleo) = (world.agent("ada"), world.agent("ben"), world.agent("cleo"));
            reports_an_emergency(&finn).await;
            finn.hangs_up().await;
            finn.receives_text(&["1001"]);
            for agent in [&ada, &ben] {
                agent.receives_text(&["SEV1 #1001"]);
                agent.phone_rings();
                agent.replies("DECLINE").await;
                agent.receives_text(&["#1001 is declined. The next one is being paged"]);
            }
            manager.receives_text(&["nobody has answered"]);
            cleo.receives_text(&["SEV1 #1001"]);
            cleo.phone_rings();
            cleo.at("+18025550114").phone_rings();
            cleo.replies("DECLINE").await;
            cleo.receives_text(&["#1001 is declined, and nobody else is left", "begins again at 3:05 am"]);
            world.pass(minutes(5)).await;
            ada.receives_text(&["SEV1 #1001"]);
            ada.phone_rings();
            finn.reads_all();
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        })
        .await;
}
