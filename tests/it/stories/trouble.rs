//! What goes wrong between the gateway and the carrier.

use nightbell::simulator::{CallStatus, Fault, Scope, Trouble};

use crate::support::world::{ACCOUNT, World, minutes};

use super::{ada_is_paged, reports_an_emergency};

#[tokio::test]
async fn a_call_while_the_gateway_is_away_is_found_and_paged() {
    World::each(async |world| {
        world.forgives_the_carrier();
        world.gateway_goes_away().await;
        let finn = world.caller("+18025550121");
        finn.dials_line().await;
        // The carrier's own answer rings the last resort, and then takes a message.
        world.pass(minutes(2)).await;
        if finn.phone().call().is_some() {
            finn.hangs_up().await;
        }
        assert!(!finn.phone().history()[0].said().is_empty(), "the fallback speaks");
        for key in ["ada", "ben", "cleo"] {
            world.agent(key).ignores_calls();
        }

        world.gateway_comes_back().await;
        world.engine().recover().await;
        world.settle().await;
        let ada = world.agent("ada");
        ada.receives_text(&["SEV1 #1001", "Lakeside Lodge", "+18025550121"]);
        ada.phone_rings();
        world.ticket(1001).await.is("open").tells(&["opened", "missed", "step_started"]);
        ada.replies("RESOLVE").await;
        ada.reads_all();
        finn.reads_all();
        // It is found once.
        world.engine().recover().await;
        world.settle().await;
        assert_eq!(world.tickets().await, [1001]);
    })
    .await;
}

#[tokio::test]
async fn a_forged_call_changes_nothing_and_is_told_nothing() {
    World::each(async |world| {
        let call = [
            ("CallSid", "CA1"),
            ("AccountSid", ACCOUNT),
            ("From", "+18025550121"),
            ("To", "+18025550100"),
            ("CallStatus", "ringing"),
        ];
        let (status, body) = world.post("/webhooks/main/voice", &call, Some("Zm9yZ2Vk")).await;
        assert_eq!((status, body.contains("Response")), (403, false), "{body}");
        assert_eq!(world.tickets().await, [] as [u64; 0]);

        let (status, body) = world.post("/webhooks/main/voice", &call, None).await;
        assert_eq!((status, body.contains("<Response>")), (200, true), "{body}");
        let again = world.post("/webhooks/main/voice", &call, None).await;
        assert_eq!(again, (200, body), "a repetition gets the same answer");
        assert_eq!(world.tickets().await, [1001]);
    })
    .await;
}

#[tokio::test]
async fn doubled_and_reordered_callbacks_leave_what_good_ones_would() {
    for trouble in [Trouble::Doubled, Trouble::Reordered, Trouble::Late { ms: 3_000 }, Trouble::QueuedFirst] {
        World::each(async |world| {
            let scope = if trouble == Trouble::QueuedFirst { Scope::Messages } else { Scope::Callbacks };
            world.carrier().fault(Fault::new(scope, trouble));
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            reports_an_emergency(&finn).await;
            finn.hangs_up().await;
            world.pass(minutes(1)).await;
            finn.receives_text(&["1001"]);
            ada.receives_text(&["SEV1 #1001"]);
            ada.missed_call(CallStatus::NoAnswer);
            ada.replies("ACK").await;
            world.pass(minutes(1)).await;
            ada.receives_text(&["Yours"]);
            finn.receives_text(&["Ada Moss"]);
            world.ticket(1001).await.is("open").is_held_by("ada");
            assert_eq!(
                world.ticket(1001).await.entries_of("attempt_started").len(),
                2,
                "one text and one call"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_clock_that_is_set_forward_delays_no_page() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        ada_is_paged(&world).await;
        world.clock_jumps_to(world.now() + minutes(30)).await;
        ben.receives_text(&["SEV1 #1001"]);
        ada.ignores_calls();
        ben.ignores_calls();
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        ada.reads_all();
        finn.reads_all();
        world.pass(minutes(1)).await;
        world.ticket(1001).await.is_held_by("ben");
    })
    .await;
}
