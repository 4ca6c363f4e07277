//! Pictures that come by text: they stay at the carrier, and the ticket tells of them.

use crate::support::world::World;

use super::ada_is_paged;

/// A ticket tells who sent how many pictures, and under which of the carrier's ids they are to be found.
async fn tells_of_pictures(world: &World, ticket: u64, by: &str, count: u64) {
    let ticket = world.ticket(ticket).await;
    let came = ticket.entries_of("pictures_came");
    let last = came.last().unwrap_or_else(|| panic!("no pictures; {ticket}"));
    assert_eq!((&last["by"], &last["details"]["count"]), (&by.into(), &count.into()), "{ticket}");
    assert_eq!(last["details"]["carrier"], "main", "{ticket}");
    assert!(last["details"]["text"].as_str().is_some_and(|sid| sid.starts_with("MM")), "{ticket}");
}

#[tokio::test]
async fn a_strangers_picture_without_a_word_opens_a_ticket() {
    World::each(async |world| {
        let stranger = world.caller("+18025550190");
        stranger.sends_pictures(2, "").await;
        stranger.receives_text(&["ticket 1001"]);
        world.ticket(1001).await.is("open").has("severity", 3);
        tells_of_pictures(&world, 1001, "caller", 2).await;
    })
    .await;
}

#[tokio::test]
async fn a_callers_pictures_join_his_ticket_and_whoever_has_it_is_told() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        ada_is_paged(&world).await;
        finn.sends_pictures(1, "").await;
        ada.receives_text(&["#1001", "the caller sent pictures"]);
        tells_of_pictures(&world, 1001, "caller", 1).await;
        ada.replies("RESOLVE").await;
        ada.receives_text(&["#1001 is resolved"]);
    })
    .await;
}

#[tokio::test]
async fn an_agents_pictures_stand_beside_what_he_said() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        ada_is_paged(&world).await;
        ada.sends_pictures(1, "ACK").await;
        ada.receives_text(&["Yours", "#1001"]);
        finn.receives_text(&["Ada Moss"]);
        tells_of_pictures(&world, 1001, "agent", 1).await;

        // Without a word they are a note; what is not understood takes them with it no more than silence does.
        ada.sends_pictures(3, "").await;
        ada.receives_text(&["Noted on #1001"]);
        tells_of_pictures(&world, 1001, "agent", 3).await;
        ada.sends_pictures(4, "the switch in the cellar").await;
        ada.receives_text(&["Not understood"]);
        tells_of_pictures(&world, 1001, "agent", 4).await;
    })
    .await;
}

#[tokio::test]
async fn an_agents_pictures_that_belong_to_nothing_are_answered() {
    World::each(async |world| {
        let ada = world.agent("ada");
        ada.sends_pictures(1, "").await;
        ada.receives_text(&["Nothing is open for you"]);
        assert_eq!(world.tickets().await, [] as [u64; 0]);
    })
    .await;
}

#[tokio::test]
async fn pictures_that_came_while_the_gateway_was_away_are_told_of_as_well() {
    World::each(async |world| {
        world.forgives_the_carrier();
        let stranger = world.caller("+18025550190");
        world.gateway_goes_away().await;
        stranger.sends_pictures(2, "").await;
        world.gateway_comes_back().await;
        world.engine().recover().await;
        world.settle().await;
        stranger.receives_text(&["ticket 1001"]);
        tells_of_pictures(&world, 1001, "caller", 2).await;
    })
    .await;
}
