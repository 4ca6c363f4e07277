//! Telephones of agents that do not lead to a person: none of them counts as an acknowledgement, and the next attempt
//! follows.

use nightbell::simulator::{Act, CallStatus, OnCall, OnText};

use crate::support::world::{World, minutes, seconds};

use super::{ada_is_paged, reports_an_emergency};

#[tokio::test]
async fn a_telephone_that_is_answered_by_nobody_who_presses_1_acknowledges_nothing() {
    let wrong_key = vec![Act::Listen, Act::Press { keys: "7".into() }, Act::Wait { ms: 4_000 }, Act::HangUp];
    for (behaviour, status) in [
        (OnCall::Voicemail { after_ms: 20_000, lasts_ms: 30_000 }, CallStatus::Completed),
        (OnCall::HangUpAfter { after_ms: 5_000, ms: 2_000 }, CallStatus::Completed),
        (OnCall::Answer { after_ms: 5_000, script: wrong_key }, CallStatus::Completed),
        (OnCall::Busy, CallStatus::Busy),
        (OnCall::Decline { after_ms: 5_000 }, CallStatus::Busy),
        (OnCall::NoAnswer, CallStatus::NoAnswer),
        (OnCall::Unreachable, CallStatus::Failed),
    ] {
        World::each(async |world| {
            let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
            ada.on_call(behaviour.clone());
            reports_an_emergency(&finn).await;
            finn.hangs_up().await;
            finn.receives_text(&["1001"]);
            ada.receives_text(&["SEV1 #1001"]);

            world.pass(seconds(5 * 60 - 1)).await;
            ada.missed_call(status);
            ada.ignores_calls();
            world.ticket(1001).await.is("open").is_held_by_nobody().does_not_tell("acknowledged");
            world.pass(seconds(1)).await;
            ben.receives_text(&["SEV1 #1001"]);
            ben.phone_rings();
            ben.replies("ACK").await;
            ben.receives_text(&["Yours"]);
            ada.receives_text(&["Stand down"]);
            finn.receives_text(&["Ben Frost"]);
        })
        .await;
    }
}

#[tokio::test]
async fn who_declines_by_text_is_not_asked_again_and_the_next_is_asked_now() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        ada_is_paged(&world).await;
        ada.declines().await;
        ada.replies("DECLINE").await;
        ada.receives_text(&["#1001 is declined"]);

        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ben.answers().await;
        ben.hears("Severity 1 page");
        ben.does_not_hear("yours");
        ben.is_silent(seconds(60)).await;
        ben.is_off_the_line();
        world.ticket(1001).await.is_held_by_nobody();
        ben.replies("ack 1001 thanks").await;
        ben.reads_all();
        world.ticket(1001).await.is_held_by("ben");
        finn.receives_text(&["Ben Frost"]);
        world.pass(minutes(5)).await;
        ada.is_not_called();
    })
    .await;
}

#[tokio::test]
async fn a_text_that_does_not_arrive_leaves_the_call() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        ada.on_text(OnText::Undelivered { code: 30003 });
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.receives_text(&["1001"]);

        ada.receives_no_text();
        ada.phone_rings();
        ada.answers().await;
        ada.presses("1").await;
        ada.hangs_up().await;
        ada.ignores_calls();
        finn.receives_text(&["Ada Moss"]);
        let ticket = world.ticket(1001).await;
        ticket.is_held_by("ada");
        let acks = ticket.entries_of("acknowledged");
        assert_eq!((acks.len(), &acks[0]["details"]["via"]), (1, &"key".into()), "{ticket}");
    })
    .await;
}
