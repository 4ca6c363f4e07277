//! Calls in support hours: how long the daytime desk's telephone rings, and what follows if nobody picks up.

use nightbell::simulator::OnCall;

use crate::support::world::{Scene, minutes, seconds};

/// The reservations desk by day, with that in its file.
fn by_day(daytime: &str) -> Scene {
    let daytime = format!("[daytime]\n{daytime}\n\n[hours]\n");
    Scene::at("2026-02-18 14:00").desk_with("[hours]\n", &daytime)
}

#[tokio::test]
async fn a_desk_that_wants_a_message_gets_a_ticket_with_its_own_targets() {
    by_day("ring = \"15 s\"\nunanswered = \"ticket\"")
        .play(async |world| {
            let (finn, daytime) = (world.caller("+18025550121"), world.caller("+18025550102"));
            daytime.on_call(OnCall::NoAnswer);
            finn.dials_line().await;
            finn.hears("putting you through");
            daytime.phone_rings();
            world.pass(seconds(15)).await;
            finn.hears("Nobody at the desk could take your call just now");
            finn.hears("To leave a message for the support desk, press 2");
            finn.presses("2").await;
            finn.presses("3").await;
            finn.hears("Your ticket number is 1 0 0 1");
            finn.is_recorded();
            finn.says(seconds(8), "The logo is too small.").await;
            finn.hangs_up().await;
            finn.receives_text(&["your ticket is 1001", "Monday to Friday"]);
            world.agent("ada").receives_no_text();
            let ticket = world.ticket(1001).await;
            ticket.is("open").has("severity", 3).tells(&[
                "opened",
                "transferred",
                "downgraded",
                "downgraded",
            ]);
            world.pass(minutes(60)).await;
            world.agent("ada").receives_no_text();
        })
        .await;
}

#[tokio::test]
async fn what_cannot_wait_is_paged_by_day_as_well() {
    by_day("unanswered = \"ticket\"")
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            world.caller("+18025550102").on_call(OnCall::Busy);
            finn.dials_line().await;
            world.caller("+18025550102").was_called();
            finn.presses("1").await;
            finn.presses("1#").await;
            finn.hears("is being paged now");
            finn.hangs_up().await;
            finn.receives_text(&["1001"]);
            ada.receives_text(&["SEV1 #1001"]);
            ada.phone_rings();
            ada.replies("RESOLVE").await;
            ada.reads_all();
        })
        .await;
}

#[tokio::test]
async fn a_talk_ends_when_the_desk_says() {
    by_day("limit = \"10 min\"")
        .play(async |world| {
            let (finn, daytime) = (world.caller("+18025550121"), world.caller("+18025550102"));
            finn.dials_line().await;
            daytime.phone_rings();
            daytime.answers().await;
            finn.is_connected();
            world.pass(minutes(10)).await;
            finn.is_off_the_line();
            daytime.is_off_the_line();
            let ticket = world.ticket(1001).await;
            ticket.is("open").has("severity", 3).tells(&["transferred", "severity_set"]);
        })
        .await;
}

#[tokio::test]
async fn blocked_callers_are_turned_away_as_the_desk_wants() {
    for (option, says) in [("busy", None), ("sentence", Some("takes no calls from your number"))] {
        let options = format!("[options]\nturn_away = \"{option}\"\n\n[hours]\n");
        Scene::default()
            .desk_with("main_number", "blocked = [\"+18025550190\"]\nmain_number")
            .desk_with("[hours]\n", &options)
            .play(async |world| {
                let pest = world.caller("+18025550190");
                pest.dials_line().await;
                match says {
                    Some(words) => pest.hears(words),
                    None => assert_eq!(pest.heard(), ""),
                }
                pest.is_off_the_line();
                assert_eq!(world.tickets().await, [] as [u64; 0]);
            })
            .await;
    }
}
