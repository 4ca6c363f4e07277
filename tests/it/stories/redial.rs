//! Callers who call again.

use nightbell::simulator::CallerFacts;

use crate::support::world::{World, minutes, seconds};

use super::reports_an_emergency;

#[tokio::test]
async fn a_redial_joins_the_open_ticket_by_a_key() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.receives_text(&["1001"]);
        let ada = world.agent("ada");
        ada.receives_text(&["SEV1 #1001"]);
        ada.phone_rings();
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        finn.receives_text(&["Ada Moss"]);

        world.pass(minutes(3)).await;
        finn.dials_line().await;
        finn.hears("You have an open ticket, number 1 0 0 1");
        finn.presses("1").await;
        finn.hears("Ada Moss");
        finn.presses("1").await;
        finn.is_recorded();
        finn.says(seconds(10), "Now the rates are gone as well.").await;
        finn.hangs_up().await;

        // One ticket goes on; the one of the second call is part of it, and who has it is told of both.
        world.ticket(1001).await.is("open").is_held_by("ada").has("recordings", 1).tells(&[
            "acknowledged",
            "joined",
            "recorded",
        ]);
        world.ticket(1002).await.is("merged");
        ada.receives_text(&["#1001", "the caller rang again"]);
        ada.receives_text(&["#1001", "a message was left"]);
        world.pass(minutes(5)).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_was_forwarded_joins_nothing() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        ada.receives_text(&["SEV1 #1001"]);
        ada.ignores_calls();
        ada.replies("ACK").await;
        // The number is the one that forwards, whoever calls through it: he is told nothing of the ticket.
        let facts = CallerFacts { forwarded_from: Some("+18025550121".into()), ..CallerFacts::default() };
        finn.dials(world.line(), facts).await;
        finn.does_not_hear("open ticket");
        finn.hears("Severity 1 means");
        finn.presses("1").await;
        finn.hangs_up().await;
        world.ticket(1002).await.is("open").has("severity", 1).is_held_by_nobody();
        world.ticket(1001).await.does_not_tell("joined");
        world.pass(seconds(30)).await;
        ada.reads_all();
        ada.ignores_calls();
        finn.reads_all();
    })
    .await;
}
