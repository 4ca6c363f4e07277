//! An agent's own page while nights are lived: numbers are verified by codes that arrive on his telephone, and who is
//! muted is passed over, unless nobody else is left. It is a Wednesday, three in the morning in New York; Ada is on call
//! by `primary`, Ben by `secondary`, and the last resort is everybody.

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use crate::stories::reports_an_emergency;
use crate::support::world::screen::Seen;
use crate::support::world::{RESERVATIONS, Screen, World, minutes, seconds};

const DESK: &str = "reservations";
const ADA: &str = "ada@reservations.example.com";
const BEN: &str = "ben@reservations.example.com";
const NUMBER: &str = "+18025550111";

fn at(agent: &str, rest: &str) -> String {
    format!("/desks/reservations/agent/{agent}{rest}")
}

async fn manager(world: &World) -> Screen {
    Screen::of(world, "mona@example.com", Role::Manager, DESK).await
}

/// The code in a text.
fn code_in(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap().to_owned()
}

/// Some other code.
fn not(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn asks_for_code(world: &World, screen: &Screen, agent: &str, number: &str) -> Seen {
    let sent = screen.post(&at(agent, "/code"), &[("number", number)]).await;
    world.settle().await;
    sent
}

async fn gives(screen: &Screen, agent: &str, number: &str, code: &str) -> Seen {
    screen.post(&at(agent, "/verify"), &[("number", number), ("code", code)]).await
}

/// Mutes, until a time on the desk's wall clock.
async fn mutes(screen: &Screen, agent: &str, until: &str) -> Seen {
    screen.post(&at(agent, "/mute"), &[("until", until), ("reason", "<b>A flight</b>")]).await
}

fn leads_to(seen: &Seen, path: &str) {
    assert_eq!((seen.status, &*seen.location), (StatusCode::SEE_OTHER, path), "{}", seen.body);
}

/// From the first ring to the end of the caller's part; who is paged is the story's.
async fn an_emergency(world: &World) {
    let finn = world.caller("+18025550121");
    reports_an_emergency(&finn).await;
    finn.hangs_up().await;
    finn.receives_text(&["1001"]);
}

#[tokio::test]
async fn a_number_is_verified_by_the_code_that_arrives_on_it() {
    World::each(async |world| {
        let ada = Screen::of(&world, ADA, Role::Agent, DESK).await;
        ada.get(&at("ada", "")).await.says(StatusCode::OK, &[NUMBER, "not verified", "Send a code"]);
        leads_to(&asks_for_code(&world, &ada, "ada", NUMBER).await, &at("ada", "?done=sent"));
        let code = code_in(&world.agent("ada").receives_text(&["Reservations Support: your code is"]));
        let page = ada.get(&at("ada", "?done=sent")).await;
        page.says(StatusCode::OK, &["on its way", "good until 03:10; 5 tries left", "not verified"]);

        // A wrong one costs a try, what is no code costs none, and the right one is right once.
        let wrong = gives(&ada, "ada", NUMBER, &not(&code)).await;
        wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["That is not the code", "4 tries left"]);
        gives(&ada, "ada", NUMBER, "soon").await.says(StatusCode::UNPROCESSABLE_ENTITY, &["4 tries left"]);
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        leads_to(&gives(&ada, "ada", NUMBER, &spaced).await, &at("ada", "?done=verified"));
        let page = ada.get(&at("ada", "")).await;
        page.says(StatusCode::OK, &["verified Wed 18 Feb, 03:00"]);
        page.hides(&["class=\"warn\">not verified", "The code that was sent"]);
        gives(&ada, "ada", NUMBER, &code).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["good no longer"]);

        let mona = manager(&world).await;
        let list = mona.get("/desks/reservations/agents").await;
        list.says(StatusCode::OK, &["· verified", "· not verified"]);
        let rota = mona.get("/desks/reservations/rotas/primary").await;
        rota.says(
            StatusCode::OK,
            &["Ben Frost</strong>: number not verified", "2 of 2 numbers not verified"],
        );
        rota.hides(&["Ada Moss</strong>: number"]);
        let log = mona.get("/audit?desk=reservations").await;
        log.says(StatusCode::OK, &["had a code sent to", "verified a number of", "telephone 1"]);
        log.hides(&[&code, NUMBER]);

        // Another number, and the old one again: each begins anew.
        let other = RESERVATIONS.replace(NUMBER, "+18025550119");
        world.applies(&[("other.toml", &other)]).await;
        ada.get(&at("ada", "")).await.says(StatusCode::OK, &["+18025550119", "not verified"]);
        world.applies(&[("again.toml", RESERVATIONS)]).await;
        ada.get(&at("ada", "")).await.says(StatusCode::OK, &[NUMBER, "not verified"]);
    })
    .await;
}

#[tokio::test]
async fn codes_run_out_are_tried_a_few_times_and_are_not_sent_without_end() {
    World::each(async |world| {
        let (mona, phone) = (manager(&world).await, world.agent("ada"));
        let sends = async || asks_for_code(&world, &mona, "ada", NUMBER).await;
        leads_to(&sends().await, &at("ada", "?done=sent"));
        let first = code_in(&phone.receives_text(&["your code is"]));
        // The next one half a minute later, then a minute, and so on; nothing is sent before.
        let early = sends().await;
        early.says(StatusCode::UNPROCESSABLE_ENTITY, &["The next may be sent at 03:00:30"]);
        phone.receives_no_text();
        world.pass(seconds(30)).await;
        leads_to(&sends().await, &at("ada", "?done=sent"));
        let second = code_in(&phone.receives_text(&["your code is"]));
        sends().await.says(StatusCode::UNPROCESSABLE_ENTITY, &["The next may be sent at 03:01:30"]);
        // The newest one counts alone.
        assert_ne!(first, second);
        gives(&mona, "ada", NUMBER, &first).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["not the code"]);
        for _ in 0..4 {
            let wrong = gives(&mona, "ada", NUMBER, &not(&second)).await;
            wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["That is not the code"]);
        }
        let over = gives(&mona, "ada", NUMBER, &second).await;
        over.says(StatusCode::UNPROCESSABLE_ENTITY, &["good no longer"]);
        over.hides(&["The code that was sent"]);
        world.pass(minutes(1)).await;
        leads_to(&sends().await, &at("ada", "?done=sent"));
        let third = code_in(&phone.receives_text(&["your code is"]));
        world.pass(minutes(10)).await;
        gives(&mona, "ada", NUMBER, &third).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["good no longer"]);
        world.pass(minutes(60)).await;
        leads_to(&sends().await, &at("ada", "?done=sent"));
        let fourth = code_in(&phone.receives_text(&["your code is"]));
        // It was sent to this number and verifies no other.
        let other = gives(&mona, "cleo", "+18025550113", &fourth).await;
        other.says(StatusCode::UNPROCESSABLE_ENTITY, &["good no longer"]);
        leads_to(&gives(&mona, "ada", NUMBER, &fourth).await, &at("ada", "?done=verified"));
        // A fixed line gets no texts; it is called, and hears it.
        let fixed = asks_for_code(&world, &mona, "cleo", "+18025550114").await;
        fixed.says(StatusCode::UNPROCESSABLE_ENTITY, &["This telephone is not for that"]);
        let call = [("number", "+18025550114"), ("by", "voice")];
        leads_to(&mona.post(&at("cleo", "/code"), &call).await, &at("cleo", "?done=sent"));
        world.settle().await;
        let line = world.agent("cleo").at("+18025550114");
        line.phone_rings();
        line.answers().await;
        line.hears("This is Reservations Support. Your code is: ");
        line.is_off_the_line();
        let code: String = line.heard().chars().filter(char::is_ascii_digit).take(6).collect();
        leads_to(&gives(&mona, "cleo", "+18025550114", &code).await, &at("cleo", "?done=verified"));
        let strange = asks_for_code(&world, &mona, "ada", "+18025550113").await;
        strange.says(StatusCode::NOT_FOUND, &[]);
    })
    .await;
}

#[tokio::test]
async fn who_is_muted_is_passed_over_until_then() {
    World::each(async |world| {
        let ada = Screen::of(&world, ADA, Role::Agent, DESK).await;
        let mona = manager(&world).await;
        let mut board = mona.watches("").await;
        board.until(&["Ada Moss"]).await.hides(&["muted"]);
        leads_to(&mutes(&ada, "ada", "2026-02-18T03:20").await, &at("ada", "?done=muted"));
        board.until(&["muted until", "03:20"]).await;
        let page = ada.get(&at("ada", "?done=muted")).await;
        page.says(StatusCode::OK, &["Muted until Wed 18 Feb, 03:20", "&#60;b&#62;A flight", "End it now"]);
        let agents = mona.get("/desks/reservations/agents").await;
        agents.says(StatusCode::OK, &["Muted until Wed 18 Feb, 03:20", "&#60;b&#62;A flight", ADA]);
        mona.get("/desks/reservations/rotas").await.says(
            StatusCode::OK,
            &["Wed 18 Feb, 03:00 – 03:20 (emergencies: step 1: ada, who is on call by the rota primary, is muted)"],
        );
        let policy = mona.get("/desks/reservations/policies/emergencies").await;
        policy.says(StatusCode::OK, &["Muted, and passed over: Ada Moss", "Round 1, step 2: Ben Frost"]);

        // Nor does anybody say that it would go to her.
        let lines = mona.get("/desks/reservations/lines").await;
        lines.says(StatusCode::OK, &["<dt>Paged first, now</dt><dd>Ben Frost</dd>"]);
        world.agent("cleo").replies("WHO").await;
        let told = world.agent("cleo").receives_text(&["Ben Frost"]);
        assert!(!told.contains("Ada"), "{told}");

        // The emergency goes to Ben at once, and not to her.
        an_emergency(&world).await;
        let (hers, ben) = (world.agent("ada"), world.agent("ben"));
        hers.receives_no_text();
        hers.is_not_called();
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        let told = world.ticket(1001).await;
        assert_eq!(told.entries_of("passed_over").len(), 1, "{told}");
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        world.caller("+18025550121").receives_text(&["Ben Frost"]);
        ben.replies("RESOLVE").await;
        ben.receives_text(&["resolved"]);

        // It ends by itself, without anybody looking at it.
        world.pass(minutes(20)).await;
        board.until(&["Ada Moss is on call", "until"]).await;
        ada.get(&at("ada", "")).await.hides(&["Muted until"]);
        reports_an_emergency(&world.caller("+18025550122")).await;
        world.caller("+18025550122").hangs_up().await;
        world.caller("+18025550122").reads_all();
        hers.receives_text(&["SEV1 #1002"]);
        hers.phone_rings();
        hers.replies("ACK").await;
        hers.receives_text(&["Yours"]);
        hers.replies("RESOLVE").await;
        hers.receives_text(&["resolved"]);
        world.caller("+18025550122").reads_all();
        let log = mona.get("/audit?desk=reservations").await;
        log.says(StatusCode::OK, &["muted", "muted until 2026-02-18T08:20"]);
        log.hides(&["A flight"]);
    })
    .await;
}

#[tokio::test]
async fn a_mute_never_leaves_an_emergency_to_nobody() {
    World::each(async |world| {
        let mona = manager(&world).await;
        // Until the same instant, on the clock of each.
        for (agent, hour) in [("ada", "03"), ("ben", "02"), ("cleo", "03")] {
            let muted = mutes(&mona, agent, &format!("2026-02-19T{hour}:00")).await;
            leads_to(&muted, &at(agent, "?done=muted"));
        }
        // All of them are: it is as if nobody were.
        mona.get("/desks/reservations/rotas").await.hides(&["is muted)"]);
        an_emergency(&world).await;
        let ada = world.agent("ada");
        ada.receives_text(&["SEV1 #1001", "You are muted, and needed", "Reply ACK"]);
        ada.phone_rings();
        let told = world.ticket(1001).await;
        assert_eq!(told.entries_of("paged_despite_mute").len(), 1, "{told}");
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        world.caller("+18025550121").receives_text(&["Ada Moss"]);
        world.agent("ben").receives_no_text();
        ada.replies("RESOLVE").await;
        ada.receives_text(&["resolved"]);

        // One tap ends it, on the list as well, and two taps once.
        for _ in 0..2 {
            leads_to(&mona.post(&at("ada", "/unmute"), &[]).await, &at("ada", "?done=ended"));
        }
        let log = mona.get("/audit?desk=reservations").await;
        assert_eq!(log.body.matches("ended the mute of").count(), 1, "{}", log.body);
        mona.get("/desks/reservations/agents").await.says(StatusCode::OK, &["Muted until"]);
    })
    .await;
}

#[tokio::test]
async fn an_agents_page_is_his_and_the_managers() {
    World::each(async |world| {
        let ada = Screen::of(&world, ADA, Role::Agent, DESK).await;
        let ben = Screen::of(&world, BEN, Role::Agent, DESK).await;
        let vera = Screen::of(&world, "vera@example.com", Role::Viewer, DESK).await;
        let mona = manager(&world).await;
        for other in [&ben, &vera] {
            other.get(&at("ada", "")).await.says(StatusCode::FORBIDDEN, &["It needs the role"]);
            for (deed, form) in [
                ("/code", vec![("number", NUMBER)]),
                ("/verify", vec![("number", NUMBER), ("code", "123456")]),
                ("/mute", vec![("until", "2026-02-18T04:00"), ("reason", "x")]),
                ("/unmute", vec![]),
            ] {
                other.post(&at("ada", deed), &form).await.says(StatusCode::FORBIDDEN, &[]);
            }
        }
        mona.get(&at("zoe", "")).await.says(StatusCode::NOT_FOUND, &[]);
        ada.get("/desks/reservations/agents").await.says(StatusCode::OK, &["/agent/ada\">My page"]);
        ben.get("/desks/reservations/agents").await.hides(&["/agent/ada"]);

        // Always with an end and a reason, and not longer than a day for oneself.
        for (until, reason, told) in [
            ("", "x", "Write a day and a time."),
            ("2026-02-18T02:59", "x", "That is over already"),
            ("2026-02-19T03:01", "x", "24 hours at most"),
            ("2026-02-18T04:00", " ", "Write why"),
        ] {
            let form = [("until", until), ("reason", reason)];
            ada.post(&at("ada", "/mute"), &form).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[told]);
        }
        let week = [("until", "2026-02-25T03:01"), ("reason", "x")];
        mona.post(&at("ada", "/mute"), &week)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["7 days at most"]);
        leads_to(&mutes(&mona, "ada", "2026-02-20T03:00").await, &at("ada", "?done=muted"));
        // Why she is muted is hers and the managers'.
        let seen = ben.get("/desks/reservations/agents").await;
        seen.says(StatusCode::OK, &["Muted until"]);
        seen.hides(&["A flight", "End it now"]);
        ada.get("/desks/reservations/agents").await.says(StatusCode::OK, &["A flight", "End it now"]);
    })
    .await;
}

#[tokio::test]
async fn an_agents_page_tells_what_he_did_this_quarter() {
    World::each(async |world| {
        let ada = Screen::of(&world, ADA, Role::Agent, DESK).await;
        ada.get(&at("ada", "")).await.says(
            StatusCode::OK,
            &[
                "1 Jan – 18 Feb 2026",
                "<dt>Emergencies paged for</dt><dd>0</dd>",
                "<dt>Nights woken</dt><dd>0</dd>",
            ],
        );
        an_emergency(&world).await;
        let phone = world.agent("ada");
        phone.receives_text(&["SEV1 #1001"]);
        phone.phone_rings();
        world.pass(seconds(20)).await;
        phone.replies("ACK").await;
        world.pass(seconds(70)).await;
        phone.replies("DONE").await;
        phone.reads_all();
        world.caller("+18025550121").reads_all();
        ada.get(&at("ada", "")).await.says(
            StatusCode::OK,
            &[
                "<dt>Emergencies paged for</dt><dd>1</dd>",
                "<dt>Taken</dt><dd>1</dd>",
                "<dt>Called back</dt><dd>1</dd>",
                "<dt>Nights woken</dt><dd>1</dd>",
                "<dt>Until taken, half within</dt><dd>20 s</dd>",
                "<dt>Until called back, nine in ten within</dt><dd>1 min 10 s</dd>",
            ],
        );
    })
    .await;
}
