//! Tickets on pages: what is wrong, who calls, what happened; and what is done about it without a script.

use axum::http::StatusCode;
use nightbell::rules::access::{Reach, Role};

use crate::stories::{ada_is_paged, reports_an_emergency};
use crate::support::world::{Screen, World, seconds};

const DESK: &str = "reservations";
const ADA: &str = "ada@reservations.example.com";
const BEN: &str = "ben@reservations.example.com";

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
async fn who_comes_too_late_takes_it_from_nobody() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        let his = Screen::of(&world, BEN, Role::Agent, DESK).await;
        let mona = Screen::of(&world, "mona@example.com", Role::Manager, DESK).await;
        ada_is_paged(&world).await;
        let (ticket, seen) = hers.ticket().await;
        his.presses(&ticket, &[("command", "acknowledge"), ("seen", &*seen)])
            .await
            .says(StatusCode::OK, &["#1001 is yours"]);
        ada.is_off_the_line();
        ada.receives_text(&["Stand down: Ben Frost has #1001"]);
        finn.receives_text(&["Ben Frost"]);

        // What Ada and the manager look at is from before that.
        let passed = "Ben Frost has it meanwhile; nothing was changed. Look at it as it is now.";
        for screen in [&hers, &mona] {
            for (command, back) in [
                ("escalate", "/board"),
                ("escalate", ""),
                ("resolve", ""),
                ("page", "/board"),
                ("hand_over", ""),
            ] {
                let form = [("command", command), ("agent", "cleo"), ("seen", &*seen), ("back", back)];
                screen.presses(&ticket, &form).await.says(StatusCode::OK, &[passed, "Ben Frost has it"]);
            }
        }
        for command in ["decline", "call"] {
            let form = [("command", command), ("seen", &*seen)];
            hers.presses(&ticket, &form).await.says(StatusCode::OK, &[passed]);
        }
        // What she wrote is still there.
        let path = format!("/tickets/{ticket}/commands");
        for form in [
            &[("command", "resolve"), ("how", "It was the DNS"), ("seen", &*seen)] as &[(&str, &str)],
            &[("command", "downgrade"), ("severity", "3"), ("reason", "It was the DNS"), ("seen", &*seen)],
        ] {
            let late = hers.post(&path, form).await;
            late.says(StatusCode::CONFLICT, &[passed, ">It was the DNS</textarea>"]);
        }
        let told = world.ticket(1001).await;
        told.is_held_by("ben");
        for kind in ["escalated", "declined", "downgraded", "resolved", "paged_besides", "handed_over"] {
            told.does_not_tell(kind);
        }
        ben.receives_no_text();

        // What takes nothing from anybody is done all the same.
        hers.presses(&ticket, &[("command", "note"), ("note", "Seen."), ("seen", &*seen)])
            .await
            .says(StatusCode::OK, &["The note stands"]);
        hers.presses(&ticket, &[("command", "acknowledge"), ("seen", &*seen)])
            .await
            .says(StatusCode::OK, &["#1001 is not yours: Ben Frost has it already"]);
        // And whoever looks again may dispose of it.
        let (_, seen) = mona.ticket().await;
        mona.presses(&ticket, &[("command", "resolve"), ("seen", &*seen)])
            .await
            .says(StatusCode::OK, &["#1001 is resolved"]);
        for person in [&finn, &ada, &ben] {
            person.reads_all();
        }
    })
    .await;
}

#[tokio::test]
async fn it_is_too_late_even_if_nobody_has_it_again() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        ada_is_paged(&world).await;
        let (ticket, seen) = hers.ticket().await;
        // Taken by telephone, it is hers to close by the page that she opened before; but not to pass on unseen.
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        finn.receives_text(&["Ada Moss"]);
        let escalate = [("command", "escalate"), ("seen", &*seen)];
        hers.presses(&ticket, &escalate).await.says(StatusCode::OK, &["Ada Moss has it meanwhile"]);
        ada.replies("ESC").await;
        ada.receives_text(&["#1001 goes to the next step now"]);
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        world.ticket(1001).await.is_held_by_nobody();
        hers.presses(&ticket, &escalate).await.says(StatusCode::OK, &["It has changed hands meanwhile"]);
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        let resolve = [("command", "resolve"), ("seen", &*seen)];
        hers.presses(&ticket, &resolve).await.says(StatusCode::OK, &["#1001 is resolved"]);
        assert_eq!(world.ticket(1001).await.entries_of("escalated").len(), 1);
        for person in [&finn, &ada, &ben] {
            person.reads_all();
        }
    })
    .await;
}

#[tokio::test]
async fn who_sends_on_what_has_gone_on_skips_no_step() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        let mona = Screen::of(&world, "mona@example.com", Role::Manager, DESK).await;
        ada_is_paged(&world).await;
        // Both look at the same state, in nobody's hands before and after.
        let (ticket, seen) = mona.ticket().await;
        let escalate = [("command", "escalate"), ("seen", &*seen), ("back", "/board")];
        mona.presses(&ticket, &escalate).await.says(StatusCode::OK, &["#1001 has gone to the next step"]);
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        let moved_on =
            "It has gone to the next step meanwhile; nothing was changed. Look at it as it is now.";
        hers.presses(&ticket, &escalate).await.says(StatusCode::OK, &[moved_on]);
        hers.presses(&ticket, &[("command", "escalate"), ("seen", &*seen)])
            .await
            .says(StatusCode::OK, &[moved_on]);
        let told = world.ticket(1001).await;
        assert_eq!((told.entries_of("escalated").len(), told.entries_of("step_started").len()), (1, 2));
        // The same tap once more gets its answer once more.
        mona.presses(&ticket, &escalate).await.says(StatusCode::OK, &["#1001 has gone to the next step"]);
        // What takes it from nobody's hands is as fresh as it was.
        let page = [("command", "page"), ("agent", "ada"), ("seen", &*seen)];
        mona.presses(&ticket, &page).await.says(StatusCode::OK, &["One more agent is paged for #1001"]);
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        for person in [&finn, &ada, &ben] {
            person.reads_all();
        }
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_tells_how_a_ticket_stood_before_and_after() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        let hers = Screen::of(&world, ADA, Role::Agent, DESK).await;
        ada_is_paged(&world).await;
        let (ticket, _) = hers.ticket().await;
        let down = [("command", "downgrade"), ("severity", "3"), ("reason", "a workaround")];
        for form in [&[("command", "acknowledge")] as &[(&str, &str)], &down, &[("command", "resolve")]] {
            hers.presses(&ticket, form).await.says(StatusCode::OK, &[]);
        }
        let page = world.acts().audit_page(Reach::Desks(vec![DESK.into()]), i64::MAX).await.unwrap();
        let commands = page.entries.iter().filter(|entry| entry.action == "ticket.command").rev();
        let told: Vec<_> = commands
            .map(|entry| (entry.before.as_deref().unwrap(), entry.after.as_deref().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("open, severity 1, nobody has it", "acknowledge: open, severity 1, ada has it"),
                ("open, severity 1, ada has it", "downgrade to severity 3: open, severity 3, nobody has it",),
                ("open, severity 3, nobody has it", "resolve: resolved, severity 3, nobody has it"),
            ]
        );
        for person in [&finn, &ada] {
            person.reads_all();
        }
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
