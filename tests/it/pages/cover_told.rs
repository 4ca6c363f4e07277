//! How agents hear of requests for cover: by text, or by a call that waits for the day. It is Wednesday, 18 February 2026,
//! 3:00 in New York and an hour less where Ben is; this week is Ada's.

use axum::http::StatusCode;
use nightbell::act::By;

use super::cover::{ASK, DESK, MANAGER, asks, presses, screen};
use super::hours;
use crate::support::world::{Person, Scene, World, minutes};

const HIS: &str = "number = \"+18025550112\"\n";

/// Ben's only telephone takes calls alone.
fn scene() -> Scene {
    Scene::default().desk_with(HIS, &format!("{HIS}methods = [\"voice\"]\n"))
}

/// He is rung, and hears the same to the end.
async fn is_told(person: &Person, words: &[&str]) {
    person.phone_rings();
    person.answers().await;
    for part in words {
        person.hears(part);
    }
    person.does_not_hear("http");
    person.is_off_the_line();
}

#[tokio::test]
async fn who_takes_calls_alone_is_rung_by_day_and_hears_it_all() {
    scene()
        .play(async |world| {
            let (ada, ben) = (screen(&world, "ada").await, screen(&world, "ben").await);
            let (own, his, hers) = (world.agent("ada"), world.agent("ben"), world.agent("cleo"));
            // Cleo takes texts no more.
            hers.replies("STOP").await;
            world.caller(MANAGER).receives_text(&["Cleo Hart gets no texts any more"]);
            let cover = asks(&world, &ada, &[("note", "A wedding")]).await;
            let told = [
                "Ben Frost by a call, from Wed 18 Feb, 09:00 on",
                "Cleo Hart by a call, from Wed 18 Feb, 08:00 on",
            ];
            ada.get(&cover).await.says(StatusCode::OK, &told);

            world.pass(hours(5) - minutes(1)).await;
            his.is_not_called();
            hers.is_not_called();
            world.pass(minutes(1)).await;
            let night =
                "in the rota primary: Friday, February 20, at 6 pm to Saturday, February 21, at 9 am.";
            let asked = "Ada Moss asks you to be on call instead";
            let last = "A wedding. To take it or decline it, please open the request on Nightbell's page.";
            is_told(&hers, &["This is Nightbell, for Reservations Support.", asked, night, last]).await;
            // It is an hour earlier where he is.
            his.is_not_called();
            world.pass(hours(1)).await;
            is_told(&his, &[asked, "Friday, February 20, at 5 pm to Saturday, February 21, at 8 am"]).await;
            let told = ["Ben Frost by a call, Wed 18 Feb, 09:00", "Cleo Hart by a call, Wed 18 Feb, 08:00"];
            ada.get(&cover).await.says(StatusCode::OK, &told);

            presses(&world, &ben, &cover, "take").await;
            own.receives_text(&["Ben Frost is on call instead of Ada Moss"]);
            let told = ["Ada Moss by a text, Wed 18 Feb, 09:00"];
            ada.get(&cover).await.says(StatusCode::OK, &told);
            world.pass(hours(1)).await;
            his.is_not_called();
            hers.is_not_called();
            for person in [&his, &hers] {
                person.receives_no_text();
            }
        })
        .await;
}

#[tokio::test]
async fn what_is_news_no_more_in_the_morning_rings_nobody() {
    scene()
        .play(async |world| {
            let (ada, cleo) = (screen(&world, "ada").await, screen(&world, "cleo").await);
            let (own, his, hers) = (world.agent("ada"), world.agent("ben"), world.agent("cleo"));
            // One is taken by another in the night, one is taken back.
            let cover = asks(&world, &ada, &[]).await;
            hers.receives_text(&["Ada Moss asks you"]);
            ada.get(&cover).await.says(StatusCode::OK, &["Ben Frost by a call, from Wed 18 Feb, 09:00 on"]);
            presses(&world, &cleo, &cover, "take").await;
            ada.get(&cover).await.hides(&["Ben Frost by a call"]);
            own.receives_text(&["Cleo Hart is on call instead"]);
            let sunday = [("from", "2026-02-22T09:00"), ("to", "2026-02-22T12:00"), ("asked", "ben")];
            let other = ada.post(ASK, &sunday).await.location;
            world.settle().await;
            ada.get(&other).await.says(StatusCode::OK, &["Ben Frost by a call, from"]);
            presses(&world, &ada, &other, "withdraw").await;
            ada.get(&other).await.hides(&["Ben Frost by a call"]);
            world.pass(hours(7)).await;
            his.is_not_called();
            his.receives_no_text();
        })
        .await;
}

#[tokio::test]
async fn a_telephone_rings_at_night_only_if_the_morning_is_too_late_and_never_a_muted_one() {
    scene()
        .play(async |world| {
            let ada = screen(&world, "ada").await;
            let (own, his) = (world.agent("ada"), world.agent("ben"));
            // From six on, and it is three.
            let soon = [("from", "2026-02-18T06:00"), ("to", "2026-02-18T09:00"), ("asked", "ben")];
            assert_eq!(ada.post(ASK, &soon).await.status, StatusCode::SEE_OTHER);
            world.settle().await;
            is_told(&his, &["Wednesday, February 18, at 5 am to 8 am"]).await;

            let noon = (world.now() + hours(9), "A flight");
            let ben = "ben".parse().unwrap();
            world.acts().mute(By::command_line(), DESK, &ben, noon, true).await.unwrap();
            let cover = asks(&world, &ada, &[("asked", "ben")]).await;
            ada.get(&cover).await.says(StatusCode::OK, &["Ben Frost by a call, from Wed 18 Feb, 12:00 on"]);
            // Two hours before the first, and when it begins, its asker and the manager read of it.
            for (wait, told) in [(1, "Nobody has taken it yet"), (2, "It came to nothing")] {
                world.pass(hours(wait)).await;
                for person in [&own, &world.caller(MANAGER)] {
                    person.receives_text(&[told]);
                }
            }
            world.pass(hours(6) - minutes(1)).await;
            his.is_not_called();
            world.pass(minutes(1)).await;
            is_told(&his, &["Friday, February 20, at 5 pm"]).await;
        })
        .await;
}

#[tokio::test]
async fn a_text_that_is_refused_is_said_instead() {
    World::each(async |world| {
        let ada = screen(&world, "ada").await;
        let (his, manager) = (world.agent("ben"), world.caller(MANAGER));
        // The carrier alone knows that he takes texts no more.
        world.forgives_the_carrier();
        world.gateway_goes_away().await;
        his.replies("STOP").await;
        world.gateway_comes_back().await;
        let cover = asks(&world, &ada, &[("asked", "ben")]).await;
        manager.receives_text(&["Ben Frost gets no texts any more"]);
        ada.get(&cover).await.says(StatusCode::OK, &["Ben Frost by a call, from Wed 18 Feb, 09:00 on"]);
        world.pass(hours(6)).await;
        is_told(&his, &["Ada Moss asks you"]).await;
        his.receives_no_text();
    })
    .await;
}
