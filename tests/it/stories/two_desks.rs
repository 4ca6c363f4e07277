//! An agent of two desks who answers at a number that is a line of neither.

use crate::support::world::{RESERVATIONS, Scene, World, seconds};

use super::reports_to;

const ALPINE_LINE: &str = "+18025550105";
const SENDER: &str = "+18025550109";

/// The alpine desk beside the one of all stories: the same people at another line. It comes first in every list.
fn two_desks() -> Scene {
    let alpine = RESERVATIONS
        .replace("key = \"reservations\"", "key = \"alpine\"")
        .replace("name = \"Reservations Support\"", "name = \"Alpine Support\"")
        .replace("number = \"+18025550100\"", &format!("number = \"{ALPINE_LINE}\""));
    Scene::default().beside(&alpine).sending_from(SENDER)
}

#[tokio::test]
async fn he_means_the_desk_that_pages_him() {
    two_desks()
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            reports_to(&finn, world.line(), "1001").await;
            ada.receives_text(&["SEV1 #1001"]);
            ada.phone_rings();
            ada.writes_to(SENDER, "ACK").await;
            ada.receives_text(&["Yours", "#1001"]);
            finn.receives_text(&["Reservations Support", "Ada Moss"]);

            // Called back, it asks nothing of her any more, and is still what she means.
            ada.writes_to(SENDER, "DONE").await;
            ada.receives_text(&["callback noted"]);
            ada.writes_to(SENDER, "RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        })
        .await;
}

/// The reservations desk pages Ada for its ticket 1002, then the alpine desk for its ticket 1001.
async fn both_page_ada(world: &World) {
    let (finn, hugo, ada) = (world.caller("+18025550121"), world.caller("+18025550131"), world.agent("ada"));
    let stranger = world.caller("+18025550190");
    stranger.replies("Our export is slow").await;
    stranger.receives_text(&["1001"]);
    reports_to(&finn, world.line(), "1002").await;
    ada.receives_text(&["SEV1 #1002", "Lakeside Lodge"]);
    world.pass(seconds(30)).await;
    reports_to(&hugo, ALPINE_LINE, "1001").await;
    ada.receives_text(&["SEV1 #1001", "Summit Hotels"]);
    ada.ignores_calls();
}

#[tokio::test]
async fn of_two_desks_that_page_him_he_means_the_last_one() {
    two_desks()
        .play(async |world| {
            both_page_ada(&world).await;
            let ada = world.agent("ada");
            ada.writes_to(SENDER, "RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
            ada.writes_to(SENDER, "RESOLVE").await;
            ada.receives_text(&["#1002 is resolved"]);
        })
        .await;
}

#[tokio::test]
async fn a_tickets_number_tells_the_desk() {
    two_desks()
        .play(async |world| {
            both_page_ada(&world).await;
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            ada.writes_to(SENDER, "ACK 1002").await;
            ada.receives_text(&["Yours", "#1002 Lakeside Lodge"]);
            finn.receives_text(&["Reservations Support", "Ada Moss"]);
            // Both desks have a 1001: it is the one of which she was paged.
            ada.writes_to(SENDER, "RESOLVE 1001").await;
            ada.receives_text(&["#1001 is resolved"]);
            world.ticket_of(ALPINE_LINE, 1001).await.is("resolved").has("desk", "alpine");
        })
        .await;
}

#[tokio::test]
async fn a_caller_who_answers_there_means_his_open_ticket() {
    two_desks()
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            reports_to(&finn, world.line(), "1001").await;
            ada.receives_text(&["SEV1 #1001"]);
            ada.phone_rings();
            finn.writes_to(SENDER, "The lobby is dark as well").await;
            ada.receives_text(&["#1001", "the caller wrote", "The lobby is dark"]);
            // Whoever has none has written to nobody's line.
            world.caller("+18025550190").writes_to(SENDER, "Is this a pizza service").await;
            assert_eq!(world.tickets().await, [1001]);
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        })
        .await;
}

/// All pages leave from the line of the reservations desk, whosever they are.
#[tokio::test]
async fn what_paged_him_counts_and_not_the_line_that_brought_it() {
    two_desks()
        .play(async |world| {
            both_page_ada(&world).await;
            let (finn, hugo, ada) =
                (world.caller("+18025550121"), world.caller("+18025550131"), world.agent("ada"));
            ada.replies("STATUS").await;
            ada.receives_text(&["Open: #1001 SEV1 Summit Hotels, nobody has it; #1002 SEV1 Lakeside Lodge"]);
            // The reservations desk has a 1001 as well, of which she was not paged.
            ada.replies("ACK 1001").await;
            ada.receives_text(&["Yours", "#1001 Summit Hotels"]);
            hugo.receives_text(&["Alpine Support", "Ada Moss"]);
            ada.replies("ACK").await;
            ada.receives_text(&["Yours", "#1002 Lakeside Lodge"]);
            finn.receives_text(&["Reservations Support", "Ada Moss"]);
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
            world.ticket_of(ALPINE_LINE, 1001).await.is("resolved").has("desk", "alpine");
            ada.writes_to(ALPINE_LINE, "RESOLVE").await;
            ada.receives_text(&["#1002 is resolved"]);
            ada.writes_to(SENDER, "STATUS").await;
            ada.receives_text(&["Nothing is open"]);
        })
        .await;
}

#[tokio::test]
async fn of_two_desks_tickets_with_one_number_he_is_asked_which_he_means() {
    two_desks()
        .play(async |world| {
            let (finn, hugo, ada) =
                (world.caller("+18025550121"), world.caller("+18025550131"), world.agent("ada"));
            reports_to(&finn, world.line(), "1001").await;
            ada.receives_text(&["SEV1 #1001", "Lakeside Lodge"]);
            world.pass(seconds(1)).await;
            reports_to(&hugo, ALPINE_LINE, "1001").await;
            ada.receives_text(&["SEV1 #1001", "Summit Hotels"]);
            ada.replies("RESOLVE 1001").await;
            ada.receives_text(&["Which ticket?", "#1001/0105 Summit Hotels, #1001/0100 Lakeside Lodge"]);
            ada.replies("RESOLVE 1001/0100").await;
            ada.receives_text(&["#1001 is resolved"]);
            world.ticket_of(world.line(), 1001).await.is("resolved").has("desk", "reservations");
            world.ticket_of(ALPINE_LINE, 1001).await.is("open");
            // It is over, and the other is what she means by its number.
            ada.replies("RESOLVE 1001").await;
            ada.receives_text(&["#1001 is resolved"]);
            world.ticket_of(ALPINE_LINE, 1001).await.is("resolved");
            ada.ignores_calls();
        })
        .await;
}

#[tokio::test]
async fn a_caller_who_answers_a_receipt_means_his_ticket_whichever_line_brought_it() {
    two_desks()
        .play(async |world| {
            let hugo = world.caller("+18025550131");
            hugo.writes_to(ALPINE_LINE, "Our export is slow").await;
            hugo.receives_text(&["Alpine Support", "1001"]);
            hugo.replies("It is faster now").await;
            assert_eq!(world.tickets().await, [1001]);
            world.ticket_of(ALPINE_LINE, 1001).await.has("desk", "alpine").tells(&["texted", "texted"]);
            // Who has none, writes to the desk of the line.
            let gwen = world.caller("+18025550123");
            gwen.replies("Is this the right number").await;
            gwen.receives_text(&["Reservations Support", "1001"]);
        })
        .await;
}
