//! Which ticket an agent means.

use crate::support::world::{Scene, World, seconds};

use super::{reports_an_emergency, reports_to};

/// Two emergencies within a minute, from two customers; Ada is paged for both.
async fn two_emergencies(world: &World) {
    let (finn, hugo, ada) = (world.caller("+18025550121"), world.caller("+18025550131"), world.agent("ada"));
    reports_an_emergency(&finn).await;
    finn.hangs_up().await;
    finn.receives_text(&["1001"]);
    ada.receives_text(&["SEV1 #1001", "Lakeside Lodge"]);
    world.pass(seconds(60)).await;
    reports_an_emergency(&hugo).await;
    hugo.hangs_up().await;
    hugo.receives_text(&["1002"]);
    ada.receives_text(&["SEV1 #1002", "Summit Hotels"]);
    ada.ignores_calls();
}

#[tokio::test]
async fn a_bare_word_that_could_be_about_either_is_asked_about() {
    World::each(async |world| {
        two_emergencies(&world).await;
        let ada = world.agent("ada");
        for word in ["DONE", "RESOLVE", "DECLINE", "ESC", "DOWN 3 one user", "NOTE on my way"] {
            ada.replies(word).await;
            ada.receives_text(&["Which ticket?", "#1002 Summit Hotels, #1001 Lakeside Lodge"]);
        }
        for number in [1001, 1002] {
            world.ticket(number).await.is("open").has("severity", 1).is_held_by_nobody();
        }

        ada.replies("RESOLVE 1001").await;
        ada.receives_text(&["#1001 is resolved"]);
        // What is left can be no other.
        ada.replies("RESOLVE").await;
        ada.receives_text(&["#1002 is resolved"]);
    })
    .await;
}

#[tokio::test]
async fn a_bare_acknowledgement_takes_what_was_on_the_screen_and_not_what_came_meanwhile() {
    World::each(async |world| {
        two_emergencies(&world).await;
        let (finn, hugo, ada) =
            (world.caller("+18025550121"), world.caller("+18025550131"), world.agent("ada"));
        ada.replies("ACK").await;
        let answer = ada.receives_text(&["Yours", "#1001"]);
        assert!(!answer.contains("#1002"), "{answer}");
        finn.receives_text(&["Ada Moss"]);
        world.ticket(1002).await.is_held_by_nobody();
        ada.replies("ACK").await;
        ada.receives_text(&["Yours", "#1002"]);
        hugo.receives_text(&["Ada Moss"]);
    })
    .await;
}

#[tokio::test]
async fn a_promise_resolves_nothing() {
    World::each(async |world| {
        two_emergencies(&world).await;
        let ada = world.agent("ada");
        // She has had the time to read both.
        world.pass(seconds(5)).await;
        ada.replies("ACK").await;
        ada.receives_text(&["Yours", "#1001", "#1002"]);
        for customer in ["+18025550121", "+18025550131"] {
            world.caller(customer).receives_text(&["Ada Moss"]);
        }
        ada.replies("will resolve 1001 in an hour").await;
        ada.receives_text(&["Not understood, and nothing was changed", "RESOLVE"]);
        world.ticket(1001).await.is("open").is_held_by("ada");
    })
    .await;
}

const SECOND_LINE: &str = "+18025550105";

/// A second line, whose emergencies are that agent's; its tickets have numbers of their own.
fn second_line(agent: &str) -> Scene {
    let line = "[[line]]\nnumber = \"+18025550105\"\nlabel = \"Harbour line\"\nflow = \"emergency\"\n\
                carrier = \"main\"\npolicy = \"harbour\"\n\n";
    let policy = format!(
        "[[policy]]\nname = \"harbour\"\nlast_resort = [\"everyone\"]\n\n[[policy.step]]\n\
         targets = [\"agent:{agent}\"]\n\n"
    );
    Scene::default()
        .desk_with("label = \"Emergency line\"", "label = \"Emergency line\"\npolicy = \"emergencies\"")
        .desk_with("[[severity]]\nlevel = 1\n", &format!("{line}[[severity]]\nlevel = 1\n"))
        .desk_with("[[customer]]\nkey = \"lakeside\"", &format!("{policy}[[customer]]\nkey = \"lakeside\""))
}

#[tokio::test]
async fn of_two_tickets_with_one_number_an_agent_means_his_own() {
    second_line("ben")
        .play(async |world| {
            let (finn, hugo) = (world.caller("+18025550121"), world.caller("+18025550131"));
            let (ada, ben) = (world.agent("ada"), world.agent("ben"));
            reports_to(&finn, world.line(), "1001").await;
            ada.receives_text(&["SEV1 #1001", "Lakeside Lodge"]);
            ada.phone_rings();
            reports_to(&hugo, SECOND_LINE, "1001").await;
            ben.receives_text(&["SEV1 #1001", "Summit Hotels"]);
            ben.phone_rings();

            ada.replies("ACK 1001").await;
            ada.receives_text(&["Yours", "Lakeside Lodge"]);
            finn.receives_text(&["Ada Moss"]);
            ben.replies("ACK 1001").await;
            ben.receives_text(&["Yours", "Summit Hotels"]);
            hugo.receives_text(&["Ben Frost"]);
        })
        .await;
}

#[tokio::test]
async fn of_two_tickets_of_his_with_one_number_an_agent_is_asked_which_he_means() {
    second_line("ada")
        .play(async |world| {
            let (finn, hugo, ada) =
                (world.caller("+18025550121"), world.caller("+18025550131"), world.agent("ada"));
            reports_to(&finn, world.line(), "1001").await;
            ada.receives_text(&["SEV1 #1001", "Lakeside Lodge"]);
            world.pass(seconds(1)).await;
            reports_to(&hugo, SECOND_LINE, "1001").await;
            ada.receives_text(&["SEV1 #1001", "Summit Hotels"]);
            for word in ["RESOLVE 1001", "ACK 1001", "DECLINE 1001"] {
                ada.replies(word).await;
                ada.receives_text(&["Which", "#1001/0105 Summit Hotels, #1001/0100 Lakeside Lodge"]);
            }
            for line in [world.line(), SECOND_LINE] {
                world.ticket_of(line, 1001).await.is("open").is_held_by_nobody();
            }

            ada.replies("DOWN 3 #1001/0100 one user").await;
            ada.receives_text(&["#1001 is Severity 3"]);
            world.ticket_of(world.line(), 1001).await.has("severity", 3);
            world.ticket_of(SECOND_LINE, 1001).await.has("severity", 1);

            // What asks nothing of her any more is not what she means.
            ada.replies("ACK 1001").await;
            ada.receives_text(&["Yours", "Summit Hotels"]);
            hugo.receives_text(&["Ada Moss"]);
            ada.replies("RESOLVE 1001").await;
            ada.receives_text(&["#1001 is resolved"]);
            world.ticket_of(world.line(), 1001).await.is("open");
            world.ticket_of(SECOND_LINE, 1001).await.is("resolved");
            ada.ignores_calls();
        })
        .await;
}
