//! An emergency from the first ring to its end.

use nightbell::simulator::CallStatus;

use crate::support::world::{World, minutes, seconds};

#[tokio::test]
async fn an_emergency_is_paged_taken_called_back_and_resolved() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        let (ada, ben) = (world.agent("ada"), world.agent("ben"));

        finn.dials_line().await;
        finn.hears("Reservations Support, emergency line");
        finn.hears("Severity 1 means");
        finn.presses("1").await;
        finn.hears("To be called back on 8 0 2, 5 5 5, 0 1 2 1");
        ada.receives_no_text();
        finn.presses("8025550122#").await;
        finn.hears("8 0 2, 5 5 5, 0 1 2 2. If that is right, press 1");
        finn.presses("1").await;

        // The page leaves now, while the caller is on the line.
        ada.receives_text(&["SEV1 #1001", "Lakeside Lodge", "+18025550122"]);
        ada.phone_rings();
        finn.hears("Your ticket number is 1 0 0 1");
        finn.is_recorded();
        finn.says(seconds(20), "Nobody can book since half past two.").await;
        finn.hangs_up().await;
        finn.at("+18025550122").receives_text(&["1001"]);
        world.ticket(1001).await.has("recordings", 1).has("severity", 1).is_held_by_nobody();

        // Ada does not wake up: rung for 25 s, and again after two minutes; Ben is next after five.
        world.pass(minutes(2)).await;
        ada.phone_rings();
        ada.reads_all();
        world.pass(seconds(3 * 60 - 21)).await;
        ben.receives_no_text();
        ben.is_not_called();
        world.pass(seconds(1)).await;
        ben.receives_text(&["SEV1 #1001", "+18025550122"]);
        ben.phone_rings();
        ben.answers().await;
        ben.hears("Severity 1 page");
        ben.presses("1").await;
        ben.hears("it is yours");
        ben.hangs_up().await;
        world.ticket(1001).await.is("open").is_held_by("ben");
        ada.receives_text(&["Stand down", "Ben Frost"]);
        finn.at("+18025550122").receives_text(&["Ben Frost"]);

        // The callback: the agent first, and after his key the customer.
        ben.replies("CALL").await;
        ben.receives_text(&["Calling you now"]);
        ben.phone_rings();
        ben.answers().await;
        ben.hears("press 1");
        ben.presses("1").await;
        let customer = finn.at("+18025550122");
        let call = customer.phone_rings();
        assert_eq!(call.from, world.line(), "the customer sees the line's number");
        customer.answers().await;
        customer.is_connected();
        world.pass(seconds(40)).await;
        customer.hangs_up().await;
        ben.hears("is noted");
        ben.is_off_the_line();
        world.ticket(1001).await.tells(&["callback_started", "callback_talk", "callback_done"]);

        ada.receives_no_text();
        ben.replies("RESOLVE").await;
        ben.receives_text(&["#1001 is resolved"]);
        world.ticket(1001).await.is("resolved").tells(&[
            "opened",
            "triaged",
            "callback_number",
            "step_started",
            "attempt_started",
            "recorded",
            "call_ended",
            "step_started",
            "acknowledged",
            "stood_down",
            "callback_done",
            "resolved",
        ]);

        // And that was it.
        world.pass(minutes(120)).await;
        assert_eq!(ada.phone().history().last().unwrap().status, CallStatus::NoAnswer);
    })
    .await;
}
