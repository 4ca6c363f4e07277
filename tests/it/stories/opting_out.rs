//! STOP and START, from agents and from callers: what the carrier was told counts for us at once, and the manager hears
//! of it once.

use crate::support::world::{ACCOUNT, World, minutes};

use super::{ada_is_paged, reports_an_emergency};

/// An emergency; Ada gets no text of it, and is rung all the same.
async fn ada_is_rung_alone(world: &World) {
    let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
    reports_an_emergency(&finn).await;
    finn.hangs_up().await;
    finn.receives_text(&["ticket"]);
    ada.receives_no_text();
    ada.phone_rings();
    ada.answers().await;
    ada.presses("1").await;
    ada.hangs_up().await;
    finn.receives_text(&["Ada Moss"]);
}

/// Ada's STOP comes while the gateway is away: the carrier alone knows of it.
async fn ada_stops_unheard(world: &World) {
    world.forgives_the_carrier();
    world.gateway_goes_away().await;
    world.agent("ada").replies("STOP").await;
    world.gateway_comes_back().await;
}

#[tokio::test]
async fn an_agents_stop_counts_at_once_until_his_start() {
    World::each(async |world| {
        let (finn, ada, manager) =
            (world.caller("+18025550121"), world.agent("ada"), world.caller("+18025550141"));
        for _ in 0..2 {
            ada.replies("STOP").await;
        }
        manager.receives_text(&["Ada Moss gets no texts any more", "opted out"]);
        ada_is_rung_alone(&world).await;
        world.ticket(1001).await.tells(&["attempt_skipped"]).does_not_tell("method_dead");
        manager.receives_no_text();

        ada.replies("START").await;
        ada.replies("RESOLVE").await;
        ada.receives_text(&["#1001 is resolved"]);
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.receives_text(&["1002"]);
        ada.receives_text(&["SEV1 #1002"]);
        ada.phone_rings();
        ada.replies("RESOLVE").await;
        ada.receives_text(&["#1002 is resolved"]);
    })
    .await;
}

#[tokio::test]
async fn yes_to_a_page_is_a_word_for_the_carrier_and_no_acknowledgement() {
    World::each(async |world| {
        let ada = world.agent("ada");
        ada_is_paged(&world).await;
        ada.replies("YES").await;
        ada.receives_text(&["Not understood", "ACK"]);
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        world.caller("+18025550121").receives_text(&["Ada Moss"]);
        // Where nobody is asked, there is nothing to misunderstand.
        ada.replies("START").await;
        ada.receives_no_text();
    })
    .await;
}

#[tokio::test]
async fn a_word_that_only_the_carrier_knows_opts_out_as_well() {
    World::each(async |world| {
        let (ada, manager) = (world.agent("ada"), world.caller("+18025550141"));
        for (sid, body, word) in [("SM1", "PARAR", "STOP"), ("SM2", "AYUDA", "HELP")] {
            let form = [
                ("MessageSid", sid),
                ("AccountSid", ACCOUNT),
                ("From", ada.phone().number()),
                ("To", world.line()),
                ("Body", body),
                ("OptOutType", word),
            ];
            assert_eq!(world.post("/webhooks/main/sms", &form, None).await.0, 200);
            world.settle().await;
        }
        // The carrier has answered both; the gateway says nothing to her.
        manager.receives_text(&["Ada Moss gets no texts any more", "opted out"]);
        ada_is_rung_alone(&world).await;
    })
    .await;
}

#[tokio::test]
async fn a_stop_that_the_carrier_tells_us_of_first_is_news_once() {
    World::each(async |world| {
        ada_stops_unheard(&world).await;
        let manager = world.caller("+18025550141");

        // Two pages find it out, and then the text itself is found.
        ada_is_rung_alone(&world).await;
        manager.receives_text(&["Ada Moss gets no texts any more", "21610"]);
        world.engine().recover().await;
        world.settle().await;
        world.pass(minutes(1)).await;
        manager.receives_no_text();
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_refused_tells_the_manager_as_a_page_would() {
    World::each(async |world| {
        ada_stops_unheard(&world).await;
        let (ada, manager) = (world.agent("ada"), world.caller("+18025550141"));
        ada.replies("STATUS").await;
        manager.receives_text(&["Ada Moss gets no texts any more", "21610"]);
        ada_is_rung_alone(&world).await;
        manager.receives_no_text();
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_wants_no_texts_gets_none_until_he_says_start() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        finn.replies("Stop").await;
        assert_eq!(world.tickets().await, [] as [u64; 0], "the carrier's word is no report");
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        ada.receives_text(&["SEV1 #1001"]);
        ada.phone_rings();
        ada.replies("ACK").await;
        ada.receives_text(&["Yours"]);
        finn.receives_no_text();
        let ticket = world.ticket(1001).await;
        ticket.tells(&["caller_not_textable", "acknowledged", "caller_not_textable"]);

        finn.replies("START").await;
        ada.replies("ESC").await;
        ada.receives_text(&["next step"]);
        let ben = world.agent("ben");
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ben.replies("ACK").await;
        ben.receives_text(&["Yours"]);
        ada.receives_text(&["Stand down"]);
        finn.receives_text(&["Ben Frost"]);
        assert_eq!(world.tickets().await, [1001]);
    })
    .await;
}

#[tokio::test]
async fn an_opted_out_agent_may_still_command_by_text() {
    World::each(async |world| {
        let (finn, ada, manager) =
            (world.caller("+18025550121"), world.agent("ada"), world.caller("+18025550141"));
        ada_is_paged(&world).await;
        ada.replies("STOP").await;
        manager.receives_text(&["Ada Moss gets no texts any more"]);
        ada.replies("ACK").await;
        finn.receives_text(&["Ada Moss"]);
        world.ticket(1001).await.is_held_by("ada");
        manager.receives_no_text();
    })
    .await;
}

#[tokio::test]
async fn a_carriers_word_above_a_report_is_a_callers_report() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        finn.replies("Help\nOur booking site is down, call me").await;
        finn.receives_text(&["we have your text", "1001", "Urgent?"]);
        world.ticket(1001).await.is("open").tells(&["texted"]);
        let hugo = world.caller("+18025550131");
        hugo.replies("Help!!").await;
        hugo.receives_text(&["we have your text", "1002"]);
    })
    .await;
}

#[tokio::test]
async fn an_agent_who_says_more_than_the_carriers_word_is_answered_and_stays_in_use() {
    World::each(async |world| {
        let (ada, manager) = (world.agent("ada"), world.caller("+18025550141"));
        for body in ["Stop!", "Cancel.\nBad connection here", "Yes\nI take it"] {
            ada.replies(body).await;
            ada.receives_text(&["Not understood"]);
            world.pass(minutes(2)).await;
        }
        manager.receives_no_text();
        ada_is_paged(&world).await;
        ada.replies("RESOLVE").await;
        ada.receives_text(&["#1001 is resolved"]);
    })
    .await;
}
