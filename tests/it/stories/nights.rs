//! Holidays and days.

use nightbell::simulator::OnCall;

use crate::support::world::{Scene, seconds};

use super::reports_an_emergency;

#[tokio::test]
async fn a_holiday_on_which_the_desk_is_closed_pages_all_the_same() {
    // Thanksgiving, a Thursday, at an hour at which the desk is open on others.
    Scene::at("2026-11-26 12:00")
        .play(async |world| {
            let (finn, ben) = (world.caller("+18025550121"), world.agent("ben"));
            reports_an_emergency(&finn).await;
            finn.hangs_up().await;
            finn.receives_text(&["1001"]);
            world.caller("+18025550102").is_not_called();
            // It is Ben's week.
            ben.receives_text(&["SEV1 #1001"]);
            ben.phone_rings();
            ben.answers().await;
            ben.presses("1").await;
            ben.hangs_up().await;
            finn.receives_text(&["Ben Frost"]);
            world.ticket(1001).await.is_held_by("ben");
        })
        .await;
}

#[tokio::test]
async fn a_daytime_desk_that_does_not_answer_leads_to_triage() {
    for (behaviour, after) in [(OnCall::NoAnswer, 30), (OnCall::Busy, 0), (OnCall::Unreachable, 0)] {
        Scene::at("2026-02-18 14:00")
            .play(async |world| {
                let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
                let daytime = world.caller("+18025550102");
                daytime.on_call(behaviour.clone());
                finn.dials_line().await;
                world.pass(seconds(after)).await;
                daytime.was_called();
                finn.hears("Nobody at the desk could take your call just now");
                finn.hears("Severity 1 means");
                ada.receives_no_text();
                finn.presses("1").await;
                finn.presses("1#").await;
                finn.hears("is being paged now");
                finn.hangs_up().await;
                finn.receives_text(&["1001"]);
                ada.receives_text(&["SEV1 #1001"]);
                ada.phone_rings();
                ada.replies("RESOLVE").await;
                ada.receives_text(&["#1001 is resolved"]);
                world.ticket(1001).await.tells(&["opened", "transferred", "triaged", "step_started"]);
            })
            .await;
    }
}
