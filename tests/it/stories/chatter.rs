//! Words that could flood a telephone.

use crate::support::world::{World, minutes, seconds};

use super::ada_is_paged;

#[tokio::test]
async fn who_is_not_understood_is_told_so_once_in_two_minutes() {
    World::each(async |world| {
        let ada = world.agent("ada");
        world.pass(seconds(100)).await;
        ada.replies("Automatic reply: on leave").await;
        ada.receives_text(&["Not understood"]);
        // Two machines that answer each other would never stop.
        for _ in 0..3 {
            world.pass(seconds(39)).await;
            ada.replies("Automatic reply: on leave").await;
            ada.receives_no_text();
        }
        world.pass(seconds(3)).await;
        ada.replies("Automatic reply: on leave").await;
        ada.receives_text(&["Not understood"]);
        // A command is answered whenever it comes.
        ada.replies("STATUS").await;
        ada.receives_text(&["Nothing is open"]);
    })
    .await;
}

#[tokio::test]
async fn who_tries_again_in_other_words_is_told_again_that_he_has_not_taken_it() {
    World::each(async |world| {
        let ada = world.agent("ada");
        ada_is_paged(&world).await;
        for words in ["accept", "got it!", "mine"] {
            ada.replies(words).await;
            ada.receives_text(&["Not understood", "ACK"]);
        }
        ada.replies("okay then").await;
        ada.receives_no_text();
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        world.caller("+18025550121").receives_text(&["Ada Moss"]);
        world.ticket(1001).await.is_held_by("ada");
    })
    .await;
}

#[tokio::test]
async fn agents_hear_once_in_two_minutes_that_the_caller_writes() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        ada_is_paged(&world).await;
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        finn.receives_text(&["Ada Moss"]);
        finn.replies("The printers in the lobby are dead, too").await;
        ada.receives_text(&["#1001", "the caller wrote", "The printers in the lobby"]);
        for _ in 0..5 {
            world.pass(seconds(20)).await;
            finn.replies("Hurry, please").await;
        }
        ada.receives_no_text();
        world.pass(seconds(20)).await;
        finn.replies("Still dead").await;
        ada.receives_text(&["#1001", "the caller wrote"]);
        // All of it is kept.
        let ticket = world.ticket(1001).await;
        assert_eq!(ticket.entries_of("texted").len(), 7, "{ticket}");
        world.pass(minutes(1)).await;
    })
    .await;
}
