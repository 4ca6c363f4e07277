//! The night board: an emergency appears by itself, is taken with one tap, and nobody sees what is not his to see.

use axum::http::StatusCode;
use nightbell::act::{By, CallIn, CallTurn, CarrierHealth, NextTurn};
use nightbell::rules::access::{Role, Scope};
use nightbell::rules::account::Email;
use nightbell::rules::flow::Input;

use super::{START, Site, night_desk};
use crate::stories::{ada_is_paged, reports_an_emergency};
use crate::support::world::{Scene, Screen, World, minutes};

const DESK: &str = "reservations";
const ADA: &str = "ada@reservations.example.com";
const BEN: &str = "ben@reservations.example.com";

#[tokio::test]
async fn an_emergency_appears_and_is_taken_with_one_tap() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        let ben = Screen::of(&world, BEN, Role::Agent, DESK).await;
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        ben.get("/board").await.says(StatusCode::OK, &["All quiet", "Ada Moss is on call", "then Ben Frost"]);
        let mut stream = ben.watches("").await;
        stream.board().await.says(StatusCode::OK, &["All quiet"]);
        ada_is_paged(&world).await;
        let board = stream.until(&["SEV1 #1001", "Ada Moss’s phone is ringing"]).await;
        board.says(StatusCode::OK, &["step 1 of 2", "next step in", "Lakeside Lodge", "Take it"]);

        let (ticket, seen) = ben.ticket().await;
        let tap = [("command", "acknowledge"), ("seen", &*seen), ("back", "/board")];
        let (his_seen, her_seen) = (ben.ticket().await, hers.ticket().await);
        assert_eq!(his_seen, her_seen);
        ben.presses(&ticket, &tap).await.says(StatusCode::OK, &["#1001 is yours", "Ben Frost has it"]);
        ada.is_off_the_line();
        ada.receives_text(&["Stand down: Ben Frost has #1001"]);
        finn.receives_text(&["Ben Frost"]);
        stream.until(&["Ben Frost has it and has not called back", "reminder in"]).await;

        // His second tap was the first one; hers came too late.
        ben.presses(&ticket, &tap).await.says(StatusCode::OK, &["#1001 is yours"]);
        let late = hers.presses(&ticket, &tap).await;
        late.says(StatusCode::OK, &["#1001 is not yours: Ben Frost has it already"]);
        let told = world.ticket(1001).await;
        told.is_held_by("ben");
        let acks = told.entries_of("acknowledged");
        assert_eq!(acks.len(), 1, "{told}");
        assert_eq!(acks[0]["details"]["via"], "web", "{told}");
        // From here on his texts count, though he was never paged.
        world.agent("ben").replies("DONE").await;
        world.agent("ben").receives_text(&["callback noted"]);
        stream.until(&["Ben Frost has it and has called back"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_viewer_looks_on_and_another_desks_sees_nothing() {
    Scene::default()
        .beside(&night_desk())
        .play(async |world| {
            let vera = Screen::of(&world, "vera@example.com", Role::Viewer, DESK).await;
            let eve = Screen::of(&world, "eve@example.com", Role::Manager, "night").await;
            let mut hers = eve.watches("").await;
            let quiet = hers.board().await;
            quiet.says(StatusCode::OK, &["All quiet", "Night Support"]);
            quiet.hides(&["Reservations Support"]);
            ada_is_paged(&world).await;
            let board = vera.get("/board").await;
            board.says(StatusCode::OK, &["SEV1 #1001", "Ada Moss’s phone is ringing"]);
            board.hides(&["<form class=\"deeds\"", "+18025550121", "Night Support"]);
            let ticket = board.between("id=\"t-", "\"");
            let page = vera.get(&format!("/tickets/{ticket}")).await;
            page.says(StatusCode::OK, &["What happened"]);
            page.hides(&["<form class=\"deeds\"", "name=\"command\"", "+18025550121"]);
            for command in ["acknowledge", "escalate", "page", "resolve"] {
                let form = [("command", command), ("agent", "ben")];
                let answer = vera.post(&format!("/tickets/{ticket}/commands"), &form).await;
                answer.says(StatusCode::FORBIDDEN, &["It needs the role"]);
                let answer = eve.post(&format!("/tickets/{ticket}/commands"), &form).await;
                answer.says(StatusCode::NOT_FOUND, &["no such page"]);
            }
            eve.get("/board").await.hides(&["#1001"]);
            eve.get("/tickets").await.hides(&["#1001"]);
            eve.get("/board?desk=reservations").await.says(StatusCode::NOT_FOUND, &[]);
            eve.get("/board/events?desk=reservations").await.says(StatusCode::NOT_FOUND, &[]);
            eve.get(&format!("/tickets/{ticket}")).await.says(StatusCode::NOT_FOUND, &[]);
            world.ticket(1001).await.is_held_by_nobody();

            // Of all that happened, nothing was sent to her: what comes next is that she is out.
            let account = world.acts().accounts().await.unwrap();
            let eve = account.iter().find(|one| one.email.as_str() == "eve@example.com").unwrap();
            world.acts().end_sessions(By::command_line(), eve, None).await.unwrap();
            hers.is_over().await;
            world.agent("ada").replies("ACK").await;
            world.agent("ada").receives_text(&["Yours"]);
            world.caller("+18025550121").receives_text(&["Ada Moss"]);
        })
        .await;
}

#[tokio::test]
async fn a_stream_ends_with_the_session_and_with_the_right() {
    World::each(async |world| {
        let ben = Screen::of(&world, BEN, Role::Agent, DESK).await;
        let (mut all, mut one) = (ben.watches("").await, ben.watches("?desk=reservations").await);
        all.board().await.says(StatusCode::OK, &["All quiet"]);
        one.board().await.says(StatusCode::OK, &["All quiet"]);
        // Somebody has to be left who gives roles.
        Screen::of(&world, "dora@example.com", Role::Administrator, None).await;
        let accounts = world.acts().accounts().await.unwrap();
        let account = accounts.iter().find(|one| one.email.as_str() == BEN).unwrap();
        let scope = Scope::of(Some(DESK));
        world.acts().set_role(By::command_line(), &account.id, scope, None).await.unwrap();
        // What is his alone he may go on seeing, which is nothing.
        all.board().await.says(StatusCode::OK, &["You have no role at any desk yet"]);
        one.is_over().await;
        world.acts().end_sessions(By::command_line(), account, None).await.unwrap();
        all.is_over().await;
    })
    .await;
}

#[tokio::test]
async fn an_account_keeps_so_many_boards_open_and_no_more() {
    World::each(async |world| {
        let ben = Screen::of(&world, BEN, Role::Viewer, DESK).await;
        let mut streams = Vec::new();
        for _ in 0..8 {
            streams.push(ben.watches("").await);
        }
        let refused = ben.get("/board/events").await;
        refused.says(StatusCode::TOO_MANY_REQUESTS, &["Too many boards are open"]);
        streams.pop();
        ben.watches("").await.board().await.says(StatusCode::OK, &["All quiet"]);
    })
    .await;
}

#[tokio::test]
async fn a_manager_pages_one_more_and_hands_over() {
    World::each(async |world| {
        let (ada, ben, cleo) = (world.agent("ada"), world.agent("ben"), world.agent("cleo"));
        let email: Email = "dora@example.com".parse().unwrap();
        let dora = Screen::of(&world, email.as_str(), Role::Manager, DESK).await;
        ada_is_paged(&world).await;
        let (ticket, seen) = dora.ticket().await;
        // She has no telephone there, and takes nothing.
        dora.get("/board").await.hides(&["Take it", "Connect me"]);
        let take = dora.presses(&ticket, &[("command", "acknowledge"), ("seen", &seen)]).await;
        take.says(StatusCode::OK, &["Only an agent of the desk can do that"]);

        let page = [("command", "page"), ("agent", "cleo"), ("seen", &*seen), ("back", "/board")];
        for _ in 0..2 {
            dora.presses(&ticket, &page).await.says(StatusCode::OK, &["One more agent is paged for #1001"]);
        }
        cleo.receives_text(&["SEV1 #1001"]);
        cleo.phone_rings();
        cleo.answers().await;
        cleo.presses("1").await;
        cleo.hangs_up().await;
        ada.receives_text(&["Stand down: Cleo"]);
        cleo.at("+18025550114").ignores_calls();
        world.caller("+18025550121").receives_text(&["Cleo"]);

        let (_, seen) = dora.ticket().await;
        let over = [("command", "hand_over"), ("agent", "ben"), ("seen", &*seen), ("back", "/board")];
        dora.presses(&ticket, &over).await.says(StatusCode::OK, &["#1001 is handed over", "Nobody has it"]);
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        cleo.receives_text(&["Stand down: Ben Frost has #1001"]);
        world.caller("+18025550121").receives_text(&["Ben Frost"]);
        let page = dora.get(&format!("/tickets/{ticket}")).await;
        page.says(
            StatusCode::OK,
            &[
                "<strong>dora@example.com</strong> had Cleo Hart paged as well on the web",
                "<strong>dora@example.com</strong> handed it over to Ben Frost on the web",
                "<strong>Ben Frost</strong> took it by text",
            ],
        );
        let told = world.ticket(1001).await;
        let handed = told.entries_of("handed_over");
        assert_eq!((&handed[0]["by"], &handed[0]["account"]), (&"account".into(), &email.as_str().into()));
        dora.get("/audit").await.says(StatusCode::OK, &["page cleo", "hand over to ben", "#1001"]);
    })
    .await;
}

#[tokio::test]
async fn what_callers_write_is_text_and_nothing_else() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        let ben = Screen::of(&world, BEN, Role::Agent, DESK).await;
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        world.agent("ada").ignores_calls();
        finn.replies("<script>alert(1)</script>\n\ndata: <b>\r\nevent: over").await;
        let hidden = ["<script>alert", "<b>"];
        let board = ben.watches("").await.until(&["&#60;script&#62;alert(1)"]).await;
        board.hides(&hidden);
        let (ticket, _) = ben.ticket().await;
        for path in ["/board", "/tickets", &format!("/tickets/{ticket}")] {
            let page = ben.get(path).await;
            page.says(StatusCode::OK, &["&#60;script&#62;alert(1)"]);
            page.hides(&hidden);
        }
        world.agent("ada").reads_all();
        finn.reads_all();
        world.pass(minutes(1)).await;
        world.agent("ada").reads_all();
    })
    .await;
}

#[tokio::test]
async fn what_another_process_does_reaches_a_board_that_is_open_here() {
    Site::each_twice(async |site, other| {
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let mut board = vera.watches("").await;
        board.board().await.says(StatusCode::OK, &["All quiet", "not heard of yet"]);

        // A caller rings there, and says that it is an emergency.
        let call = CallIn {
            carrier: "main".into(),
            sid: "CA1".into(),
            from: "+18025550121".into(),
            to: "+18025550100".parse().unwrap(),
            forwarded: false,
        };
        let asked = other.acts.accept_call(call.clone()).await.unwrap().next;
        let Some(NextTurn::Flow { turn, .. }) = asked else { panic!("nothing was asked: {asked:?}") };
        let input = Input::Keys("1".into());
        other.acts.call_turn(CallTurn { call, turn, input, is_over: false }).await.unwrap();
        board.until(&["SEV1 #1001"]).await;

        // Its requests fail there and not here, and there it was heard of.
        other.acts.hears_of("main");
        let failed = Some((START, "<timed out>".to_owned()));
        let heard = other.acts.heard_of("main");
        let ill = CarrierHealth { name: "main".into(), is_well: false, failed, heard };
        other.acts.beat(&[ill]).await.unwrap();
        let told = ["out of order at other, well elsewhere", "last heard of", "&#60;timed out&#62;"];
        board.until(&told).await;
        let well = CarrierHealth { name: "main".into(), is_well: true, failed: None, heard: None };
        other.acts.beat(&[well]).await.unwrap();
        board.until(&["<span class=\"well\">well</span>", "not heard of yet"]).await;

        // Somebody publishes there; the engine here looks each second whether anybody did.
        other.apply(&super::DESK.replace("Ada Moss", "Ada Marsh")).await;
        site.acts.reload_if_changed().await.unwrap();
        board.until(&["<strong>Ada Marsh</strong>"]).await;

        // And what is decided there about her ends it here.
        let accounts = other.acts.accounts().await.unwrap();
        let vera = accounts.iter().find(|one| one.email.as_str() == "vera@example.com").unwrap();
        other.acts.end_sessions(By::command_line(), vera, None).await.unwrap();
        board.is_over().await;
    })
    .await;
}
