//! Calls that end before a key or a word.

use crate::support::world::{World, minutes};

#[tokio::test]
async fn an_abandoned_call_is_one_text_to_the_first_on_call() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        finn.dials_line().await;
        finn.hears("Severity 1 means");
        finn.hangs_up().await;

        let ada = world.agent("ada");
        ada.receives_text(&["#1001", "hung up before saying anything", "Nobody else is paged"]);
        world.ticket(1001).await.is("abandoned").tells(&["opened", "call_ended", "abandoned"]);
        // Nobody is rung, nobody is next, and the caller hears nothing.
        world.pass(minutes(60)).await;
        world.ticket(1001).await.is("abandoned").does_not_tell("acknowledged");
    })
    .await;
}
