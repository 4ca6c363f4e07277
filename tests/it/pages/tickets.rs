//! Tickets on pages: what is wrong, who calls, what happened; and what is done about it without a script.

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use super::screen::Screen;
use crate::stories::{ada_is_paged, reports_an_emergency};
use crate::support::world::{World, seconds};

const DESK: &str = "reservations";
const ADA: &str = "ada@reservations.example.com";

#[tokio::test]
async fn a_whole_life_on_pages() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        hers.get("/tickets").await.says(StatusCode::OK, &["Nothing is open"]);
        ada_is_paged(&world).await;
        let (ticket, _) = hers.ticket().await;
        let path = format!("/tickets/{ticket}");
        hers.get("/tickets").await.says(StatusCode::OK, &["SEV1 #1001", "Finn Avery, Lakeside Lodge", &path]);
        let page = hers.get(&path).await;
        page.says(
            StatusCode::OK,
            &["href=\"tel:+18025550121\"", "Ada Moss’s phone is ringing", "said that it is Severity 1"],
        );
        let press = async |fields: &[(&str, &str)]| {
            let seen = hers.get(&path).await.between("name=\"seen\" value=\"", "\"");
            let fields: Vec<_> = fields.iter().copied().chain([("seen", &*seen)]).collect();
            hers.presses(&ticket, &fields).await
        };
        press(&[("command", "call")]).await.says(StatusCode::OK, &["Your phone rings now"]);
        finn.receives_text(&["Ada Moss"]);
        ada.phone_rings();
        ada.answers().await;
        ada.presses("1").await;
        finn.phone_rings();
        finn.answers().await;
        world.pass(seconds(10)).await;
        finn.hangs_up().await;
        ada.receives_text(&["Reached them?"]);
        press(&[("command", "called_back")]).await.says(StatusCode::OK, &["was called back"]);
        let note = [("command", "note"), ("note", "It was <the> DNS & nothing else")];
        press(&note).await.says(
            StatusCode::OK,
            &["The note stands", "<blockquote>It was &#60;the&#62; DNS &#38; nothing else</blockquote>"],
        );
        press(&[("command", "downgrade"), ("severity", "3"), ("reason", "a workaround")])
            .await
            .says(StatusCode::OK, &["is Severity 3 now", "made it Severity 3 on the web"]);
        press(&[("command", "resolve"), ("how", "DNS")]).await.says(StatusCode::OK, &["#1001 is resolved"]);
        let page = hers.get(&path).await;
        page.says(StatusCode::OK, &["<strong>Ada Moss</strong> resolved it on the web"]);
        page.hides(&["value=\"resolve\"", "value=\"escalate\""]);
        // What was pressed on an old page says that it is over.
        hers.presses(&ticket, &[("command", "escalate"), ("seen", "1")])
            .await
            .says(StatusCode::OK, &["#1001 is closed already"]);
        hers.get("/tickets").await.says(StatusCode::OK, &["Nothing is open"]);
        hers.get("/tickets?state=all").await.says(StatusCode::OK, &["SEV3 #1001", "Resolved"]);
        hers.get("/tickets?state=all&before=1").await.says(StatusCode::OK, &["There is nothing older"]);
    })
    .await;
}

#[tokio::test]
async fn what_a_form_lacks_is_said_and_what_does_not_exist_is_not_found() {
    World::each(async |world| {
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        ada_is_paged(&world).await;
        let (ticket, _) = hers.ticket().await;
        let path = format!("/tickets/{ticket}/commands");
        for (form, words) in [
            (&[("command", "note"), ("note", " ")] as &[(&str, &str)], "Write what is to be noted"),
            (&[("command", "downgrade"), ("severity", "3"), ("reason", "")], "Write why it is no emergency"),
            (&[("command", "delete")], "That is no command of ours"),
        ] {
            hers.post(&path, form).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        hers.post(&path, &[("command", "page"), ("agent", "zoe")]).await;
        for path in ["/tickets/none", "/tickets?desk=none", "/tickets?state=x", "/board?desk=none"] {
            hers.get(path).await.says(StatusCode::NOT_FOUND, &["There is no such page"]);
        }
        hers.post("/tickets/none/commands", &[("command", "acknowledge")])
            .await
            .says(StatusCode::NOT_FOUND, &[]);
        world.ticket(1001).await.is_held_by_nobody().does_not_tell("note").does_not_tell("paged_besides");
        world.agent("ada").replies("ACK").await;
        world.agent("ada").receives_text(&["Yours"]);
        world.caller("+18025550121").receives_text(&["Ada Moss"]);
    })
    .await;
}

#[tokio::test]
async fn a_recording_is_heard_by_who_answers() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        let vera = Screen::of(&world, "vera@example.com", Role::Viewer, DESK).await;
        reports_an_emergency(&finn).await;
        finn.says(seconds(20), "Nobody can book since half past two.").await;
        finn.hangs_up().await;
        finn.receives_text(&["1001"]);
        ada.reads_all();
        ada.ignores_calls();
        world.pass(seconds(60)).await;
        ada.reads_all();
        ada.ignores_calls();
        let (ticket, _) = hers.ticket().await;
        let path = format!("/tickets/{ticket}/recordings/1");
        hers.get(&format!("/tickets/{ticket}")).await.says(StatusCode::OK, &["Recording 1", &path]);
        let heard = hers.get(&path).await;
        heard.says(StatusCode::OK, &["RIFF"]);
        hers.get(&format!("/tickets/{ticket}/recordings/2")).await.says(StatusCode::NOT_FOUND, &[]);
        hers.get(&format!("/tickets/{ticket}/recordings/0")).await.says(StatusCode::NOT_FOUND, &[]);
        vera.get(&format!("/tickets/{ticket}")).await.hides(&["Recording 1"]);
        vera.get(&path).await.says(StatusCode::FORBIDDEN, &[]);
    })
    .await;
}
