//! Gaps ahead are told to the manager on Mondays and as they near, each once.

use crate::support::world::{Scene, World, minutes};

const STARTS: &str = "starts = 2026-01-05\n";

const MANAGER: &str = "+18025550141";
const DAY: u64 = 24 * 60;

#[tokio::test]
async fn a_manager_is_told_of_nights_that_nobody_has() {
    // From Monday, March 2, nobody is on call by any rota; the support hours of that day end at 20:00.
    Scene::default()
        .desk_with("starts = 2026-01-05\n", "starts = 2026-01-05\nends = 2026-03-02\n")
        .play(async |world: World| {
            let manager = world.caller(MANAGER);
            world.pass(minutes(5 * DAY + 5 * 60)).await;
            manager.receives_no_text();
            // Monday, 9:00.
            world.pass(minutes(60)).await;
            let first = "Monday, March 2, at 8 pm to Tuesday, March 3, at 9 am";
            manager.receives_text(&[
                "in the next 90 days an emergency finds nobody",
                first,
                "and ",
                "/desks/reservations/rotas",
            ]);
            // A week before, a day, and two hours; and the next Monday lies between.
            world.pass(minutes(11 * 60)).await;
            manager.receives_text(&["soon an emergency finds nobody", first]);
            world.pass(minutes(6 * DAY - 1)).await;
            manager.receives_no_text();
            world.pass(minutes(1)).await;
            manager.receives_text(&["soon an emergency finds nobody", first, "Tuesday, March 3, at 8 pm"]);
            world.pass(minutes(13 * 60)).await;
            manager.receives_text(&["in the next 90 days"]);
            world.pass(minutes(9 * 60)).await;
            manager.receives_text(&["soon an emergency finds nobody", first]);
            // Somebody fills them all.
            let (_, text) = world.acts().desk_text("reservations", None).await.unwrap().unwrap();
            world.applies(&[("reservations.toml", &text.replace("ends = 2026-03-02\n", ""))]).await;
            world.pass(minutes(8 * DAY)).await;
            manager.receives_no_text();
        })
        .await;
}

#[tokio::test]
async fn a_manager_who_takes_no_texts_is_rung_by_day() {
    World::each(async |world: World| {
        let manager = world.caller(MANAGER);
        manager.replies("STOP").await;
        // It is three in the morning, and from now on Friday's night is nobody's.
        let (_, text) = world.acts().desk_text("reservations", None).await.unwrap().unwrap();
        let ended = text.replace(STARTS, &format!("{STARTS}ends = 2026-02-20\n"));
        assert_ne!(ended, text);
        world.applies(&[("reservations.toml", &ended)]).await;
        world.pass(minutes(5 * 60 - 1)).await;
        manager.is_not_called();
        world.pass(minutes(1)).await;
        manager.phone_rings();
        manager.answers().await;
        manager.hears("This is Nightbell, for Reservations Support. Soon an emergency finds nobody on call");
        manager.hears("Friday, February 20, at 8 pm to Saturday, February 21, at 10 am");
        manager.hears("Please fill the rota on Nightbell's page.");
        manager.does_not_hear("http");
        manager.is_off_the_line();
        // Told once.
        world.pass(minutes(2 * 60)).await;
        manager.is_not_called();
        manager.receives_no_text();

        // The day before, at eight in the evening, he takes them again.
        manager.replies("START").await;
        world.pass(minutes(34 * 60)).await;
        manager.receives_text(&["soon an emergency finds nobody", "Friday, February 20, at 8 pm"]);
        world.applies(&[("reservations.toml", &text)]).await;
        world.pass(minutes(DAY)).await;
        manager.receives_no_text();
    })
    .await;
}
