//! What agents say, and what becomes of it.

use nightbell::simulator::OnText;

use crate::support::world::{Scene, World, minutes, seconds};

use super::{ada_is_paged, reports_an_emergency};

#[tokio::test]
async fn who_declines_by_key_is_followed_by_the_next_one_at_once() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        ada_is_paged(&world).await;
        ada.answers().await;
        ada.presses("4").await;
        ada.hears("is declined");
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        finn.receives_text(&["Ben Frost"]);
        world.pass(minutes(10)).await;
        ada.is_off_the_line();
        world.ticket(1001).await.is_held_by("ben").tells(&["declined", "step_started", "acknowledged"]);
    })
    .await;
}

#[tokio::test]
async fn a_short_callback_is_asked_about() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        ada_is_paged(&world).await;
        ada.declines().await;
        ada.replies("CALL").await;
        finn.receives_text(&["Ada Moss"]);
        ada.receives_text(&["Calling you now"]);
        ada.phone_rings();
        ada.answers().await;
        ada.presses("1").await;
        finn.phone_rings();
        finn.answers().await;
        finn.is_connected();
        world.pass(seconds(29)).await;
        finn.hangs_up().await;
        ada.hears("Was the customer reached?");
        ada.is_off_the_line();
        ada.receives_text(&["Reached them?", "DONE 1001", "CALL 1001"]);
        world.ticket(1001).await.is_held_by("ada").tells(&["callback_talk"]).does_not_tell("callback_done");

        ada.replies("done 1001").await;
        ada.receives_text(&["callback noted"]);
        // No reminder any more, and nobody is paged again.
        world.pass(minutes(60)).await;
        world.ticket(1001).await.is("open").is_held_by("ada").tells(&["callback_talk", "callback_done"]);
    })
    .await;
}

#[tokio::test]
async fn an_acknowledgement_without_a_callback_is_reminded_of_once_and_then_escalates() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        ada_is_paged(&world).await;
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        finn.receives_text(&["Ada Moss"]);
        world.pass(minutes(15) - seconds(1)).await;
        ada.receives_no_text();
        world.pass(seconds(1)).await;
        ada.receives_text(&["#1001", "not called back yet"]);
        world.pass(minutes(15) - seconds(1)).await;
        ben.receives_no_text();
        world.pass(seconds(1)).await;
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        world.ticket(1001).await.is_held_by_nobody().tells(&["callback_reminder", "callback_overdue"]);
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        // She would call the customer as well.
        ada.receives_text(&["Stand down: Ben Frost has #1001"]);
        finn.receives_text(&["Ben Frost"]);
    })
    .await;
}

#[tokio::test]
async fn a_downgrade_with_a_reason_stops_the_paging() {
    World::each(async |world| {
        let (ada, ben) = (world.agent("ada"), world.agent("ben"));
        ada_is_paged(&world).await;
        world.pass(minutes(5)).await;
        ada.ignores_calls();
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ada.replies("DOWN 3 one user's password").await;
        ada.receives_text(&["#1001 is Severity 3 now", "Nobody is paged any more"]);
        ben.is_off_the_line();
        ben.receives_text(&["Stand down"]);
        world.pass(minutes(60)).await;
        let ticket = world.ticket(1001).await;
        ticket.is("open").has("severity", 3).does_not_tell("acknowledged");
        let reason = &ticket.entries_of("downgraded")[0]["details"]["reason"];
        assert!(reason.as_str().is_some_and(|reason| reason.contains("password")), "{ticket}");
    })
    .await;
}

#[tokio::test]
async fn an_unclear_reply_is_answered_and_the_escalation_goes_on() {
    for unclear in ["can't ack now", "what is this??", "ok in a minute maybe"] {
        World::each(async |world| {
            let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
            ada_is_paged(&world).await;
            ada.replies(unclear).await;
            ada.receives_text(&["Not understood, and nothing was changed"]);
            world.ticket(1001).await.is_held_by_nobody().does_not_tell("acknowledged");
            world.pass(minutes(5)).await;
            ada.ignores_calls();
            ben.receives_text(&["SEV1 #1001"]);
            ben.phone_rings();
            ben.replies("ACK").await;
            ben.receives_text(&["Yours"]);
            ada.receives_text(&["Stand down"]);
            finn.receives_text(&["Ben Frost"]);
        })
        .await;
    }
}

#[tokio::test]
async fn a_text_from_a_stranger_opens_a_ticket_and_is_answered_once() {
    World::each(async |world| {
        let stranger = world.caller("+18025550190");
        stranger.replies("Our export has been slow since Monday").await;
        stranger.receives_text(&["ticket 1001", "Urgent? Call", world.line()]);
        stranger.replies("It is the nightly one").await;
        world.pass(minutes(60)).await;
        stranger.receives_no_text();
        assert_eq!(world.tickets().await, [1001]);
        let ticket = world.ticket(1001).await;
        ticket.is("open").has("severity", 3).does_not_tell("step_started");
        assert_eq!(ticket.entries_of("texted").len(), 2, "{ticket}");
    })
    .await;
}

#[tokio::test]
async fn who_hides_his_number_must_enter_one() {
    World::each(async |world| {
        let (caller, ada) = (world.caller("+18025550190"), world.agent("ada"));
        caller.dials_line_withheld().await;
        caller.presses("1").await;
        caller.hears("Please enter the number on which we can call you back");
        caller.presses("1#").await;
        caller.hears("We cannot call that number");
        caller.presses("8025550123#").await;
        caller.hears("8 0 2, 5 5 5, 0 1 2 3. If that is right, press 1");
        ada.receives_no_text();
        caller.presses("1").await;
        caller.hears("is being paged now");
        ada.receives_text(&["SEV1 #1001", "Call +18025550123."]);
        ada.phone_rings();
        caller.hangs_up().await;
        let other_phone = caller.at("+18025550123");
        other_phone.receives_text(&["1001"]);
        ada.replies("ACK").await;
        ada.receives_text(&["Yours", "+18025550123"]);
        other_phone.receives_text(&["Ada Moss"]);
        world.ticket(1001).await.is_held_by("ada").has("caller_id", serde_json::Value::Null);
    })
    .await;
}

/// Ada wants a text first, and a call two minutes later.
fn text_first() -> Scene {
    let phone = "number = \"+18025550111\"\n";
    let rules = "[[agent.rule]]\nseverity = 1\nmethod = \"sms\"\n\n\
                 [[agent.rule]]\nseverity = 1\nmethod = \"voice\"\nafter = \"2 min\"\n";
    Scene::default().desk_with(phone, &format!("{phone}\n{rules}"))
}

#[tokio::test]
async fn a_telephone_without_texts_is_called_at_once_and_the_manager_is_told() {
    for opts_out in [true, false] {
        text_first()
            .play(async |world| {
                let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
                let manager = world.caller("+18025550141");
                if opts_out {
                    ada.replies("STOP").await;
                    manager.receives_text(&["Ada Moss gets no texts any more", "opted out by text"]);
                } else {
                    ada.on_text(OnText::Undelivered { code: 30005 });
                }
                reports_an_emergency(&finn).await;
                if !opts_out {
                    manager.receives_text(&["Ada Moss gets no texts any more", "30005"]);
                }
                manager.receives_no_text();
                ada.phone_rings();
                finn.hangs_up().await;
                finn.receives_text(&["1001"]);
                ada.receives_no_text();
                ada.answers().await;
                ada.presses("1").await;
                ada.hears("it is yours");
                ada.hangs_up().await;
                finn.receives_text(&["Ada Moss"]);
                world.ticket(1001).await.is_held_by("ada");
                world.pass(minutes(10)).await;
                manager.receives_no_text();
            })
            .await;
    }
}

#[tokio::test]
async fn whose_texts_arrive_is_called_at_the_time_of_his_rule() {
    text_first()
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            reports_an_emergency(&finn).await;
            finn.hangs_up().await;
            finn.receives_text(&["1001"]);
            ada.receives_text(&["SEV1 #1001"]);
            world.pass(seconds(119)).await;
            ada.is_not_called();
            world.pass(seconds(1)).await;
            ada.phone_rings();
            ada.replies("RESOLVE").await;
            ada.receives_text(&["#1001 is resolved"]);
        })
        .await;
}

#[tokio::test]
async fn who_calls_the_line_takes_what_he_was_told_of_or_hears_who_was_quicker() {
    for key in ["1", "2"] {
        World::each(async |world| {
            let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
            ada_is_paged(&world).await;
            ada.declines().await;
            world.pass(minutes(5)).await;
            ada.ignores_calls();
            ben.receives_text(&["SEV1 #1001"]);
            ben.phone_rings();
            ben.declines().await;

            ada.dials_line().await;
            ada.hears("1 0 0 1");
            ben.replies("ACK").await;
            ben.receives_text(&["Yours"]);
            ada.presses(key).await;
            ada.hears("Ben Frost has it");
            ada.does_not_hear("It is yours");
            ada.hears("No page of yours is open");
            ada.hangs_up().await;
            world.ticket(1001).await.is_held_by("ben");
            ada.reads_all();
            finn.reads_all();
        })
        .await;
    }
}
