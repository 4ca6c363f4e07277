//! Emergencies that are put straight through: the caller waits on the line, and whoever presses his key talks to him.

use nightbell::simulator::{CallStatus, OnCall};

use crate::support::world::{Person, Scene, World, minutes, seconds};

/// The desk wants emergencies put through; `more` stands beside that.
fn put_through(more: &str) -> Scene {
    let wanted = format!("[live_connect]\nenabled = true\n{more}\n[hours]\nzone");
    Scene::default().desk_with("[hours]\nzone", &wanted)
}

/// From the first ring to the wait.
async fn waits(caller: &Person) {
    caller.dials_line().await;
    caller.presses("1").await;
    caller.presses("1#").await;
    caller.hears("Please stay on the line");
    caller.does_not_hear("is being paged");
}

#[tokio::test]
async fn who_accepts_talks_to_the_caller_and_that_is_the_callback() {
    put_through("")
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            waits(&finn).await;
            finn.hears("We are ringing the first person");
            let call = ada.phone_rings();
            assert_eq!(call.from, world.line(), "no private number is shown");
            ada.receives_no_text();
            ada.answers().await;
            ada.hears("A caller is on the line with an emergency: ticket 1 0 0 1, Lakeside Lodge");
            ada.presses("1").await;
            finn.is_connected();
            ada.is_connected();
            world.ticket(1001).await.is_held_by("ada");
            world.pass(seconds(45)).await;
            ada.hangs_up().await;
            finn.hears("Your ticket number is 1 0 0 1");
            finn.is_off_the_line();
            finn.receives_text(&["your emergency is ticket 1001"]);
            world.pass(minutes(60)).await;
            let ticket = world.ticket(1001).await;
            ticket.tells(&[
                "caller_waits",
                "attempt_started",
                "acknowledged",
                "callback_talk",
                "callback_done",
            ]);
            assert_eq!(ticket.entries_of("callback_talk")[0]["details"]["seconds"], 45);
        })
        .await;
}

#[tokio::test]
async fn the_caller_hears_who_is_rung_and_a_voicemail_cannot_accept() {
    put_through("")
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            ada.on_call(OnCall::Voicemail { after_ms: 5_000, lasts_ms: 200_000 });
            waits(&finn).await;
            // It is read the keys, and hangs up on its silence.
            world.pass(seconds(12)).await;
            finn.hears("the first person");
            finn.does_not_hear("the second person");
            ben.is_not_called();
            world.pass(seconds(9)).await;
            finn.hears("We are ringing the second person");
            ben.phone_rings();
            ben.answers().await;
            ben.presses("1").await;
            finn.is_connected();
            ada.missed_call(CallStatus::Completed);
            ada.receives_text(&["Stand down: Ben Frost has #1001"]);
            world.pass(seconds(31)).await;
            finn.hangs_up().await;
            ben.hears("The callback for ticket 1 0 0 1 is noted");
            finn.reads_all();
            world.ticket(1001).await.is_held_by("ben").tells(&["callback_done"]);
        })
        .await;
}

#[tokio::test]
async fn of_two_who_press_at_the_same_time_exactly_one_wins() {
    put_through("ring = \"all\"")
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            waits(&finn).await;
            finn.hears("We are ringing everybody who is on call");
            for agent in [&ada, &ben] {
                agent.phone_rings();
                agent.answers().await;
            }
            ada.phone().press("1").unwrap();
            ben.phone().press("1").unwrap();
            world.settle().await;
            finn.is_connected();
            let through = |agent: &Person| agent.phone().call().is_some_and(|call| call.connected);
            assert!(through(&ada) != through(&ben), "one of them, and no more");
            let (winner, name, loser) = if through(&ada) { (&ada, "ada", &ben) } else { (&ben, "ben", &ada) };
            loser.is_off_the_line();
            loser.receives_text(&["Stand down"]);
            world.ticket(1001).await.is_held_by(name);
            world.pass(seconds(40)).await;
            winner.hangs_up().await;
            finn.reads_all();
        })
        .await;
}

#[tokio::test]
async fn the_first_to_accept_stops_the_telephones_of_the_others() {
    put_through("ring = \"all\"")
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            waits(&finn).await;
            ben.phone_rings();
            ben.answers().await;
            ben.presses("1").await;
            finn.is_connected();
            ada.missed_call(CallStatus::Canceled);
            ada.receives_text(&["Stand down: Ben Frost has #1001"]);
            // A short talk is asked about, as after any callback.
            world.pass(seconds(5)).await;
            ben.hangs_up().await;
            ben.receives_text(&["Reached them?"]);
            ben.replies("DONE").await;
            ben.receives_text(&["callback noted"]);
            finn.reads_all();
        })
        .await;
}

#[tokio::test]
async fn nobody_accepts_and_it_goes_on_as_if_the_caller_had_not_waited() {
    put_through("")
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            waits(&finn).await;
            world.pass(seconds(25)).await;
            ada.missed_call(CallStatus::NoAnswer);
            world.pass(seconds(25)).await;
            ben.missed_call(CallStatus::NoAnswer);
            finn.hears("Nobody could take your call just now");
            finn.hears("is being paged now");
            finn.is_recorded();
            ada.receives_text(&["SEV1 #1001", "+18025550121"]);
            ada.phone_rings();
            finn.says(seconds(5), "Nobody can book.").await;
            finn.hangs_up().await;
            finn.receives_text(&["your emergency is ticket 1001"]);
            ada.reads_all();
            ada.answers().await;
            ada.presses("1").await;
            ada.hears("it is yours");
            ada.hangs_up().await;
            finn.receives_text(&["Ada Moss has your ticket"]);
            ada.replies("RESOLVE").await;
            ada.reads_all();
            world.ticket(1001).await.tells(&["caller_waits", "wait_over", "step_started", "acknowledged"]);
        })
        .await;
}

#[tokio::test]
async fn no_wait_is_longer_than_the_desk_wants() {
    put_through("limit = \"30 s\"")
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            waits(&finn).await;
            world.pass(seconds(29)).await;
            ada.missed_call(CallStatus::NoAnswer);
            ben.phone_rings();
            world.pass(seconds(1)).await;
            finn.hears("Nobody could take your call just now");
            finn.is_recorded();
            ben.is_off_the_line();
            ada.receives_text(&["SEV1 #1001"]);
            ada.phone_rings();
            finn.hangs_up().await;
            finn.reads_all();
            ada.replies("ACK").await;
            ada.reads_all();
            ben.reads_all();
            finn.reads_all();
            ada.replies("RESOLVE").await;
            ada.reads_all();
        })
        .await;
}

#[tokio::test]
async fn who_gives_up_waiting_is_paged_for_and_called_back() {
    put_through("")
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            waits(&finn).await;
            let rings = ada.phone_rings();
            world.pass(seconds(10)).await;
            finn.hangs_up().await;
            finn.receives_text(&["your emergency is ticket 1001"]);
            ada.receives_text(&["SEV1 #1001", "Call +18025550121"]);
            // His telephone rings on; the key takes the ticket now, and a second one calls back.
            assert_eq!(ada.phone().call().map(|call| call.sid), Some(rings.sid));
            ada.answers().await;
            ada.hears("Severity 1 page");
            ada.presses("1").await;
            ada.hears("it is yours");
            ada.hangs_up().await;
            finn.receives_text(&["Ada Moss has your ticket"]);
            ada.replies("DONE").await;
            ada.receives_text(&["callback noted"]);
            world.pass(minutes(30)).await;
            world.ticket(1001).await.is_held_by("ada").tells(&["caller_waits", "wait_over", "step_started"]);
        })
        .await;
}

#[tokio::test]
async fn who_takes_it_by_text_leads_the_caller_on() {
    put_through("")
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            waits(&finn).await;
            ada.phone_rings();
            ada.replies("ACK").await;
            ada.receives_text(&["Yours: #1001"]);
            ada.is_off_the_line();
            finn.is_recorded();
            finn.hangs_up().await;
            finn.reads_all();
            world.ticket(1001).await.is_held_by("ada");
            ada.replies("RESOLVE").await;
            ada.reads_all();
        })
        .await;
}

#[tokio::test]
async fn without_conferences_the_callers_own_call_rings_one_after_the_other() {
    put_through("ring = \"all\"")
        .without_conferences()
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            waits(&finn).await;
            finn.hears("We are ringing the first person");
            assert_eq!(ada.phone_rings().from, world.line());
            ben.is_not_called();
            // A key is asked for before anybody is connected: a voicemail presses none.
            ada.answers().await;
            ada.hears("A caller is on the line");
            ada.hangs_up().await;
            finn.hears("We are ringing the second person");
            ben.phone_rings();
            ben.answers().await;
            assert!(!finn.phone().call().is_some_and(|call| call.connected));
            ben.presses("1").await;
            finn.is_connected();
            ada.receives_text(&["Stand down: Ben Frost has #1001"]);
            world.pass(seconds(40)).await;
            ben.hangs_up().await;
            finn.hears("Your ticket number is 1 0 0 1");
            finn.reads_all();
            world.ticket(1001).await.is_held_by("ben").tells(&["callback_talk", "callback_done"]);
        })
        .await;
}

#[tokio::test]
async fn without_conferences_nobody_accepts() {
    put_through("")
        .without_conferences()
        .play(async |world| {
            let finn = world.caller("+18025550121");
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            waits(&finn).await;
            world.pass(seconds(25)).await;
            ada.missed_call(CallStatus::NoAnswer);
            world.pass(seconds(25)).await;
            ben.missed_call(CallStatus::NoAnswer);
            finn.hears("Nobody could take your call just now");
            finn.is_recorded();
            ada.receives_text(&["SEV1 #1001"]);
            ada.phone_rings();
            finn.hangs_up().await;
            finn.reads_all();
            ada.replies("ACK").await;
            ada.reads_all();
            finn.reads_all();
            ada.replies("RESOLVE").await;
            ada.reads_all();
        })
        .await;
}

#[tokio::test]
async fn a_gateway_that_is_away_while_the_caller_gives_up_pages_all_the_same() {
    put_through("")
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            ada.on_call(OnCall::NoAnswer);
            waits(&finn).await;
            ada.phone_rings();
            world.forgives_the_carrier();
            world.gateway_goes_away().await;
            world.pass(seconds(15)).await;
            finn.hangs_up().await;
            world.gateway_comes_back().await;
            // Nothing was heard of his hang-up: the end of the wait does not need it.
            world.pass(minutes(3)).await;
            ada.receives_text(&["SEV1 #1001"]);
            ada.ignores_calls();
            world.agent("ben").ignores_calls();
            ada.replies("ACK").await;
            ada.replies("RESOLVE").await;
            ada.reads_all();
            world.agent("ben").reads_all();
            finn.reads_all();
            world.ticket(1001).await.tells(&["caller_waits", "wait_over", "step_started"]);
        })
        .await;
}

#[tokio::test]
async fn a_desk_that_does_not_want_it_pages_at_once() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        super::reports_an_emergency(&finn).await;
        finn.does_not_hear("stay on the line");
        ada.receives_text(&["SEV1 #1001"]);
        ada.phone_rings();
        ada.replies("RESOLVE").await;
        finn.hangs_up().await;
        ada.reads_all();
        finn.reads_all();
    })
    .await;
}
