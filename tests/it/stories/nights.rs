//! Long nights, holidays and days.

use nightbell::simulator::OnCall;

use crate::support::world::{Person, Scene, World, minutes, seconds};

use super::reports_an_emergency;

/// What the desk file gives a step, or the last resort.
const STEP: u64 = 5;

/// Someone is paged by text and called twice, in vain.
fn is_paged(agent: &Person) {
    agent.receives_text(&["SEV1 #1001"]);
    agent.was_called();
    agent.was_called();
    agent.is_not_called();
    agent.receives_no_text();
}

#[tokio::test]
async fn an_emergency_that_nobody_takes_goes_on_until_somebody_does() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        let manager = world.caller("+18025550141");
        let agents = ["ada", "ben", "cleo"].map(|key| world.agent(key));
        let [ada, ben, cleo] = &agents;
        let fixed_line = cleo.at("+18025550114");
        for phone in [ada, ben, cleo, &fixed_line] {
            phone.on_call(OnCall::NoAnswer);
        }
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.receives_text(&["1001"]);

        for round in 0..2 {
            for cycle in 1..=2 {
                if (round, cycle) != (0, 1) {
                    // After ten minutes, and at each new cycle.
                    finn.receives_text(&["nobody has answered yet for ticket 1001"]);
                }
                for (agent, others) in [(ada, [ben, cleo]), (ben, [ada, cleo])] {
                    world.pass(minutes(STEP) - seconds(1)).await;
                    is_paged(agent);
                    others.into_iter().for_each(Person::is_not_called);
                    others.into_iter().for_each(Person::receives_no_text);
                    finn.receives_no_text();
                    world.pass(seconds(1)).await;
                }
            }
            // The last resort is everybody, on every telephone, and the manager is told.
            world.pass(minutes(STEP) - seconds(1)).await;
            agents.iter().for_each(is_paged);
            fixed_line.was_called();
            fixed_line.ignores_calls();
            let told = manager.reads_all();
            assert!(round > 0 || told.iter().any(|text| text.contains("#1001")), "{told:?}");
            world.pass(seconds(1)).await;
        }
        let ticket = world.ticket(1001).await;
        ticket.is("open").is_held_by_nobody().does_not_tell("acknowledged");
        assert_eq!(ticket.entries_of("last_resort").len(), 2, "{ticket}");

        // It is still so more than two hours later; then Ben wakes up.
        world.pass(minutes(75)).await;
        world.ticket(1001).await.is("open").has("severity", 1).is_held_by_nobody();
        for reader in [&finn, &manager, ada, ben, cleo] {
            assert!(!reader.reads_all().is_empty());
        }
        for phone in [ada, ben, cleo, &fixed_line] {
            phone.was_called();
            phone.ignores_calls();
        }
        ben.replies("ACK").await;
        ben.receives_text(&["Yours", "#1001"]);
        finn.receives_text(&["Ben Frost"]);
        for phone in [ada, cleo] {
            phone.reads_all().iter().for_each(|text| assert!(text.contains("Stand down"), "{text}"));
        }
        ben.replies("DONE").await;
        ben.receives_text(&["callback noted"]);
        world.pass(minutes(3 * 60)).await;
        world.ticket(1001).await.is("open").is_held_by("ben");
    })
    .await;
}

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
