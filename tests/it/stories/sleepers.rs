//! Agents who do not wake up: what their telephones do instead is never an acknowledgement, the call is made again
//! after two minutes, and the next person is asked after five.

use nightbell::simulator::{Act, CallStatus, OnCall};

use crate::support::world::{World, seconds};

use super::reports_an_emergency;

#[tokio::test]
async fn who_sleeps_is_called_again_and_then_the_next_one_takes_it_by_key() {
    let wrong_keys = vec![Act::Listen, Act::Press { keys: "9".into() }, Act::Wait { ms: 3_000 }, Act::HangUp];
    for (behaviour, status) in [
        (OnCall::Voicemail { after_ms: 15_000, lasts_ms: 40_000 }, CallStatus::Completed),
        (OnCall::Busy, CallStatus::Busy),
        (OnCall::NoAnswer, CallStatus::NoAnswer),
        (OnCall::HangUpAfter { after_ms: 4_000, ms: 1_000 }, CallStatus::Completed),
        (OnCall::Answer { after_ms: 4_000, script: wrong_keys }, CallStatus::Completed),
    ] {
        World::each(async |world| {
            let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
            ada.on_call(behaviour.clone());
            reports_an_emergency(&finn).await;
            finn.hangs_up().await;
            finn.receives_text(&["1001"]);
            ada.receives_text(&["SEV1 #1001"]);

            world.pass(seconds(119)).await;
            ada.missed_call(status);
            ada.is_not_called();
            world.pass(seconds(1)).await;
            ada.was_called();
            ada.is_not_called();
            world.pass(seconds(179)).await;
            // Twice, by one text and two calls, and nobody else yet.
            ada.is_not_called();
            ada.receives_no_text();
            ben.is_not_called();
            ben.receives_no_text();
            let ticket = world.ticket(1001).await;
            ticket.is("open").is_held_by_nobody().does_not_tell("acknowledged");
            assert_eq!(ticket.entries_of("attempt_started").len(), 3, "{ticket}");

            world.pass(seconds(1)).await;
            ben.receives_text(&["SEV1 #1001"]);
            ben.phone_rings();
            ben.answers().await;
            ben.hears("Press 1 to take it");
            ben.presses("1").await;
            ben.hears("it is yours");
            ben.hangs_up().await;
            let ticket = world.ticket(1001).await;
            let acks = ticket.is_held_by("ben").entries_of("acknowledged");
            assert_eq!((acks.len(), &acks[0]["details"]["via"]), (1, &"key".into()), "{ticket}");
            ada.receives_text(&["Stand down", "Ben Frost"]);
            finn.receives_text(&["Ben Frost"]);
            // He has it, and nobody is called for it any more.
            world.pass(seconds(14 * 60)).await;
        })
        .await;
    }
}
