//! Texts that were written while the gateway was away.

use crate::support::world::{World, minutes, seconds};

use super::ada_is_paged;

/// Ada writes while nobody listens; so long after, the gateway is back and looks at the carrier for what it missed.
async fn writes_into_the_void(world: &World, body: &str, away: std::time::Duration) {
    world.gateway_goes_away().await;
    world.agent("ada").replies(body).await;
    world.pass(away).await;
    world.gateway_comes_back().await;
    world.engine().recover().await;
    world.settle().await;
}

#[tokio::test]
async fn what_an_agent_wrote_too_long_ago_is_not_obeyed_and_he_is_told_what_is_open() {
    World::each(async |world| {
        world.forgives_the_carrier();
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        ada_is_paged(&world).await;
        ada.declines().await;
        writes_into_the_void(&world, "RESOLVE", seconds(121)).await;
        ada.ignores_calls();
        ada.receives_text(&["Open: #1001 SEV1 Lakeside Lodge, nobody has it"]);
        world.ticket(1001).await.is("open").is_held_by_nobody();

        // A minute ago is as good as now; and what was read once is not read again.
        writes_into_the_void(&world, "ACK", minutes(1)).await;
        ada.receives_text(&["Yours", "#1001"]);
        finn.receives_text(&["Ada Moss"]);
        world.ticket(1001).await.is_held_by("ada");
        world.engine().recover().await;
        world.settle().await;
        ada.receives_no_text();
    })
    .await;
}
