//! Calls in other languages than the line's first: by the caller's choice, by what is known of him, and by the desk's own
//! recordings.

use crate::support::world::{Scene, World, minutes};

/// The reservations desk, whose line offers French as well.
fn in_french_as_well() -> Scene {
    Scene::default()
        .desk_with("languages = [\"en\"]", "languages = [\"en\", \"fr\"]")
        .desk_with("definition.en = ", "definition.fr = \"rien ne fonctionne\"\ndefinition.en = ")
}

/// The words of the last answer to a call.
fn last_document(world: &World) -> String {
    let webhooks = world.webhooks();
    webhooks.iter().rev().find(|webhook| ["voice", "turn"].contains(&webhook.kind())).unwrap().answer.text()
}

#[tokio::test]
async fn a_known_contact_is_answered_and_written_to_in_his_language() {
    let contact = "phones = [\"+18025550121\", \"+18025550122\"]";
    in_french_as_well()
        .desk_with(contact, &format!("{contact}\nlanguage = \"fr\""))
        .play(async |world| {
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            finn.dials_line().await;
            finn.hears(
                "Reservations Support, ligne d'urgence. Pour le français, tapez 1. For English, press 2.",
            );
            assert!(last_document(&world).contains("<Say language=\"fr-FR\" voice=\"Polly.Lea\">"));
            finn.presses("1").await;
            finn.hears("La gravité 1 signifie : rien ne fonctionne. Si c'est le cas, tapez 1.");
            finn.presses("1").await;
            finn.hears("Pour être rappelé au 8 0 2, 5 5 5, 0 1 2 1, tapez 1");
            finn.presses("1#").await;
            finn.hears("Votre numéro de ticket est le 1 0 0 1.");
            finn.hangs_up().await;
            finn.receives_text(&["votre urgence a le numéro de ticket 1001"]);
            world.ticket(1001).await.has("language", "fr");

            // The agent's language is his own.
            ada.receives_text(&["SEV1 #1001", "Reply ACK"]);
            ada.replies("ACK").await;
            ada.receives_text(&["Yours"]);
            finn.receives_text(&["Ada Moss suit votre ticket 1001 et va vous rappeler."]);
            world.pass(minutes(1)).await;
            finn.dials_line().await;
            finn.presses("1").await;
            finn.hears("Vous avez un ticket ouvert, numéro 1 0 0 1.");
            finn.presses("1").await;
            finn.hears("Le ticket 1 0 0 1 est ouvert, et Ada Moss s'en occupe.");
            finn.hangs_up().await;
            ada.replies("RESOLVE").await;
            ada.reads_all();
            ada.ignores_calls();
            finn.reads_all();
        })
        .await;
}

#[tokio::test]
async fn whoever_is_not_known_chooses_by_key() {
    in_french_as_well()
        .play(async |world| {
            let (gus, ada) = (world.caller("+18025550124"), world.agent("ada"));
            gus.dials_line().await;
            gus.hears("emergency line. For English, press 1. Pour le français, tapez 2.");
            gus.presses("2").await;
            gus.hears("La gravité 1 signifie");
            gus.hangs_up().await;
            world.ticket(1001).await.has("language", "fr").has("severity", 1);
            ada.receives_text(&["SEV1 #1001"]);
            ada.replies("RESOLVE").await;
            ada.reads_all();
            ada.ignores_calls();
            gus.reads_all();
        })
        .await;
}

#[tokio::test]
async fn a_desk_speaks_with_its_own_voice_and_with_one_that_it_chose() {
    let own = "voices = { en = \"Polly.Matthew\" }\n\n[[audio]]\nflow = \"emergency\"\nstep = \"triage_with_topics\"\n\
               language = \"en\"\nplay = [\"https://desk.example.com/question.mp3\", \"{severity1}.\", \"/keys.mp3\"]\n";
    let languages = "languages = [\"en\"]\n";
    Scene::default()
        .desk_with(languages, &format!("{languages}{own}"))
        .play(async |world| {
            world.forgives_the_carrier();
            let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
            finn.dials_line().await;
            let document = last_document(&world);
            assert!(
                document.contains("<Say language=\"en-US\" voice=\"Polly.Matthew\">Reservations"),
                "{document}"
            );
            for played in ["https://desk.example.com/question.mp3", "/keys.mp3"] {
                assert_eq!(document.matches(&format!("{played}</Play>")).count(), 2, "{document}");
            }
            assert!(document.contains("you cannot take bookings"), "{document}");
            assert!(!document.contains("Severity 1 means"), "{document}");
            finn.hangs_up().await;
            ada.reads_all();
        })
        .await;
}
