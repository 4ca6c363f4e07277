//! A line that moves from one desk to another while a ticket of the old desk is open.

use crate::support::world::{RESERVATIONS, World, minutes};

use super::reports_an_emergency;

/// A desk with agents of its own.
fn second(line: &str) -> String {
    RESERVATIONS
        .replace("key = \"reservations\"", "key = \"second\"")
        .replace("Reservations Support", "Second Support")
        .replace("+18025550100", line)
        .replace("Ada Moss", "Iris Penn")
        .replace("+1802555011", "+1802555015")
}

#[tokio::test]
async fn what_was_opened_goes_on_at_its_desk_and_what_comes_is_the_others() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.receives_text(&["1001", "Reservations Support"]);
        ada.receives_text(&["SEV1 #1001"]);
        ada.ignores_calls();

        let moved = RESERVATIONS.replace("+18025550100", "+18025550103");
        world.applies(&[("reservations.toml", &moved), ("second.toml", &second("+18025550100"))]).await;

        // The old desk's people are paged on, and their word counts, at the number that they know.
        world.pass(minutes(5)).await;
        ada.ignores_calls();
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        world.ticket(1001).await.is_held_by("ben").has("desk", "reservations");
        ada.reads_all();
        finn.reads_all();

        // Whoever calls now reaches the other desk, which goes on counting.
        let gwen = world.caller("+18025550123");
        gwen.dials_line().await;
        gwen.hears("Second Support");
        gwen.presses("1").await;
        gwen.hangs_up().await;
        world.ticket(1002).await.has("desk", "second");
        let iris = world.caller("+18025550151");
        iris.receives_text(&["SEV1 #1002"]);
        iris.phone_rings();
        iris.replies("ACK").await;
        world.ticket(1002).await.is_held_by("ada");
        iris.reads_all();
        gwen.reads_all();
        iris.ignores_calls();
    })
    .await;
}

#[tokio::test]
async fn a_call_that_came_while_we_were_away_is_found_by_the_desk_that_has_its_line_now() {
    World::each(async |world| {
        world.forgives_the_carrier();
        world.gateway_goes_away().await;
        let finn = world.caller("+18025550121");
        finn.dials_line().await;
        world.pass(minutes(2)).await;
        if finn.phone().call().is_some() {
            finn.hangs_up().await;
        }
        for key in ["ada", "ben", "cleo"] {
            world.agent(key).ignores_calls();
        }
        let moved = RESERVATIONS.replace("+18025550100", "+18025550103");
        world.applies(&[("reservations.toml", &moved), ("second.toml", &second("+18025550100"))]).await;

        world.gateway_comes_back().await;
        world.engine().recover().await;
        world.settle().await;
        let iris = world.caller("+18025550151");
        iris.receives_text(&["SEV1 #1001", "+18025550121"]);
        iris.phone_rings();
        world.ticket(1001).await.has("desk", "second").tells(&["missed"]);
        iris.replies("RESOLVE").await;
        iris.reads_all();
        finn.reads_all();
    })
    .await;
}

/// Somebody who is an agent of both desks answers a page of the old one.
#[tokio::test]
async fn an_agent_of_both_desks_is_understood() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        ada.receives_text(&["SEV1 #1001"]);
        ada.ignores_calls();
        let moved = RESERVATIONS.replace("+18025550100", "+18025550103");
        let second = RESERVATIONS.replace("key = \"reservations\"", "key = \"second\"");
        world.applies(&[("reservations.toml", &moved), ("second.toml", &second)]).await;
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        world.ticket(1001).await.is_held_by("ada");
        finn.reads_all();
        ada.ignores_calls();
    })
    .await;
}
