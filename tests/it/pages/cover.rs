//! Agents cover for each other and swap: on pages, told by text, published at once. It is Wednesday, 18 February 2026,
//! 3:00 in New York; this week is Ada's, the next is Ben's, the one after is Cleo's.

use std::time::Duration;

use axum::http::StatusCode;
use nightbell::clock::Timestamp;
use nightbell::rules::access::Role;

use super::{PASSWORD, hours, night_desk};
use crate::support::world::screen::Seen;
use crate::support::world::{Person, Scene, Screen, World};

pub(super) const DESK: &str = "reservations";
pub(super) const ASK: &str = "/desks/reservations/rotas/primary/cover";
pub(super) const MANAGER: &str = "+18025550141";
/// Ada's Friday night.
const FRIDAY: [(&str, &str); 2] = [("from", "2026-02-20T18:00"), ("to", "2026-02-21T09:00")];

pub(super) async fn screen(world: &World, key: &str) -> Screen {
    Screen::of(world, &format!("{key}@reservations.example.com"), Role::Agent, DESK).await
}

async fn mia(world: &World) -> Screen {
    Screen::of(world, "mia@example.com", Role::Manager, DESK).await
}

/// Asks, and answers the address of the request.
pub(super) async fn asks(world: &World, by: &Screen, more: &[(&str, &str)]) -> String {
    let asked = by.post(ASK, &[&FRIDAY, more].concat()).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    world.settle().await;
    asked.location
}

pub(super) async fn presses(world: &World, by: &Screen, cover: &str, deed: &str) -> Seen {
    let answer = by.post(&format!("{cover}/{deed}"), &[]).await;
    world.settle().await;
    answer
}

/// Who is on call in force.
fn on_call(world: &World, instant: &str) -> String {
    let at = Timestamp::from_chrono(chrono::DateTime::parse_from_rfc3339(instant).unwrap().to_utc());
    let desks = world.acts().desks();
    let rota = desks.by_key(DESK).unwrap().rota("primary").unwrap();
    rota.on_call(world.acts().book(), at).unwrap().agent.to_string()
}

async fn version(world: &World) -> (i64, String) {
    world.acts().desk_text(DESK, None).await.unwrap().unwrap()
}

fn read_all(people: &[&Person]) {
    for person in people {
        person.reads_all();
    }
}

#[tokio::test]
async fn the_first_who_takes_it_is_on_call_at_once() {
    Scene::default()
        .beside(&night_desk())
        .play(async |world| {
            let (ada, ben, cleo) =
                (screen(&world, "ada").await, screen(&world, "ben").await, screen(&world, "cleo").await);
            let (mia, vera) =
                (mia(&world).await, Screen::of(&world, "vera@example.com", Role::Viewer, DESK).await);
            let night = Screen::of(&world, "nora@example.com", Role::Manager, "night").await;
            let rota = "/desks/reservations/rotas/primary";
            ada.get(rota).await.says(StatusCode::OK, &["Ask for cover"]);
            vera.get(rota).await.hides(&["Ask for cover"]);
            // A manager has prepared something meanwhile.
            let draft = [("from", "2026-03-01T09:00"), ("to", "2026-03-01T12:00"), ("agent", "cleo")];
            assert_eq!(mia.post(&format!("{rota}/override"), &draft).await.status, StatusCode::SEE_OTHER);

            let note = [("note", "<b>A wedding</b>")];
            let cover = asks(&world, &ada, &note).await;
            let (his, hers) = (world.agent("ben"), world.agent("cleo"));
            // By his own clock.
            his.receives_text(&[
                "Ada Moss asks you",
                "(primary): Friday, February 20, at 5 pm",
                "A wedding",
                &cover,
            ]);
            hers.receives_text(&["Friday, February 20, at 6 pm to Saturday, February 21, at 9 am"]);
            // Two taps ask once.
            assert_eq!(asks(&world, &ada, &note).await, cover);
            his.receives_no_text();

            for (who, status) in [
                (&vera, StatusCode::FORBIDDEN),
                (&mia, StatusCode::FORBIDDEN),
                (&night, StatusCode::NOT_FOUND),
            ] {
                assert_eq!(presses(&world, who, &cover, "take").await.status, status);
            }
            vera.get(&cover).await.says(StatusCode::OK, &["&#60;b&#62;A wedding", "Nobody has taken it yet"]);
            vera.get(&cover).await.hides(&["Take it", "<b>A"]);
            night.get(&cover).await.says(StatusCode::NOT_FOUND, &[]);
            assert_eq!(vera.post(ASK, &FRIDAY).await.status, StatusCode::FORBIDDEN);
            ben.get("/desks/reservations/cover")
                .await
                .says(StatusCode::OK, &["Ada Moss asks for cover", "Answer"]);
            ben.get(rota).await.says(StatusCode::OK, &["Ada Moss asks for cover"]);
            ben.get(&cover).await.says(StatusCode::OK, &["Take it", "Decline"]);

            assert_eq!(presses(&world, &ben, &cover, "take").await.status, StatusCode::SEE_OTHER);
            world.agent("ada").receives_text(&["Ben Frost is on call instead of Ada Moss (primary)"]);
            assert_eq!(on_call(&world, "2026-02-20T20:00:00-05:00"), "ben");
            assert_eq!(on_call(&world, "2026-02-21T09:00:00-05:00"), "ada");
            // He taps twice; she comes second.
            assert_eq!(presses(&world, &ben, &cover, "take").await.status, StatusCode::SEE_OTHER);
            presses(&world, &cleo, &cover, "take")
                .await
                .says(StatusCode::CONFLICT, &["Ben Frost was quicker and has it."]);
            let (version, text) = version(&world).await;
            assert_eq!((version, text.matches("[[rota.override]]").count()), (2, 1), "{text}");
            ben.get(rota).await.says(StatusCode::OK, &["Ben Frost instead of Ada Moss"]);

            // What the manager prepared is made anew above it.
            mia.get("/desks/reservations/draft").await.says(StatusCode::OK, &["the override cleo"]);
            mia.get("/desks/reservations/draft").await.hides(&["cannot be published"]);
            let log = mia.get("/audit?desk=reservations").await;
            log.says(
                StatusCode::OK,
                &[
                    "asked for cover in the rota",
                    "took over a shift",
                    "ben@reservations.example.com",
                    "applied the desk",
                ],
            );
        })
        .await;
}

#[tokio::test]
async fn a_manager_approves_where_the_desk_wants_it() {
    Scene::default()
        .desk_with("[hours]\n", "[options]\ncover_needs_approval = true\n\n[hours]\n")
        .play(async |world| {
            let (ada, ben, cleo) =
                (screen(&world, "ada").await, screen(&world, "ben").await, screen(&world, "cleo").await);
            let (mia, manager) = (mia(&world).await, world.caller(MANAGER));
            let (his, hers, own) = (world.agent("ben"), world.agent("cleo"), world.agent("ada"));
            let cover = asks(&world, &ada, &[("asked", "cleo")]).await;
            his.receives_no_text();
            hers.receives_text(&["Take it or decline"]);
            presses(&world, &ben, &cover, "take").await.says(StatusCode::CONFLICT, &["You were not asked."]);
            presses(&world, &mia, &cover, "approve")
                .await
                .says(StatusCode::CONFLICT, &["Nobody has taken it yet."]);
            presses(&world, &cleo, &cover, "take").await;
            manager.receives_text(&["Cleo Hart would be on call for Ada Moss", "Approve or refuse"]);
            own.receives_no_text();
            assert_eq!(on_call(&world, "2026-02-20T20:00:00-05:00"), "ada");
            assert_eq!(presses(&world, &cleo, &cover, "approve").await.status, StatusCode::FORBIDDEN);
            mia.get(&cover).await.says(StatusCode::OK, &["Cleo Hart would take it", "Approve", "Refuse"]);
            presses(&world, &mia, &cover, "approve").await;
            for person in [&own, &hers] {
                person.receives_text(&["Cleo Hart is on call instead of Ada Moss"]);
            }
            assert_eq!(on_call(&world, "2026-02-20T20:00:00-05:00"), "cleo");
            ada.get(&cover)
                .await
                .says(StatusCode::OK, &["Cleo Hart is on call instead of Ada Moss, approved by"]);

            // Another is refused, and the rota stays as it is.
            let sunday = [("from", "2026-02-22T09:00"), ("to", "2026-02-22T12:00"), ("asked", "ben")];
            let other = ada.post(ASK, &sunday).await.location;
            presses(&world, &ben, &other, "take").await;
            presses(&world, &mia, &other, "refuse").await;
            his.receives_text(&["Take it or decline"]);
            his.receives_text(&["Refused by the manager"]);
            own.receives_text(&["Refused by the manager"]);
            manager.receives_text(&["Ben Frost would be on call"]);
            assert_eq!(version(&world).await.0, 2);
        })
        .await;
}

#[tokio::test]
async fn nobody_takes_it_and_it_is_told_in_time() {
    World::each(async |world| {
        let (ada, ben) = (screen(&world, "ada").await, screen(&world, "ben").await);
        let (own, his, hers, manager) =
            (world.agent("ada"), world.agent("ben"), world.agent("cleo"), world.caller(MANAGER));
        let cover = asks(&world, &ada, &[]).await;
        read_all(&[&his, &hers]);
        presses(&world, &ben, &cover, "decline").await;
        world.pass(hours(38)).await;
        own.receives_no_text();
        // A day before, and two hours.
        for wait in [1, 22] {
            world.pass(hours(wait)).await;
            for person in [&own, &manager] {
                person.receives_text(&["Nobody has taken it yet: Ada Moss (primary)"]);
            }
        }
        world.pass(hours(2)).await;
        for person in [&own, &manager] {
            person.receives_text(&["It came to nothing: Ada Moss is on call as planned"]);
        }
        // Days have passed, and their sessions with them.
        for (screen, key) in [(&ada, "ada"), (&ben, "ben")] {
            let email = format!("{key}@reservations.example.com");
            screen.post("/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
        }
        presses(&world, &ben, &cover, "take").await.says(StatusCode::CONFLICT, &["It is over."]);
        ada.get(&cover).await.says(StatusCode::OK, &["Not agreed before it began", "Ben Frost (declined)"]);

        // What has begun, is nobody's or is somebody else's cannot be asked for.
        for (from, to, told) in [
            ("2026-02-20T12:00", "2026-02-21T12:00", "That has begun already"),
            ("2026-02-22T12:00", "2026-02-23T12:00", "You are not on call by this rota all that time"),
            ("2026-02-22T12:00", "2026-02-22T11:00", "It ends before it begins"),
            ("never", "2026-02-22T11:00", "Write a day and a time"),
        ] {
            let answer = ada.post(ASK, &[("from", from), ("to", to), ("note", "<i>")]).await;
            answer.says(StatusCode::UNPROCESSABLE_ENTITY, &[told, "&#60;i&#62;"]);
        }
        let nobody = [("from", "2026-02-22T12:00"), ("to", "2026-02-22T13:00"), ("asked", "No One")];
        ada.post(ASK, &nobody).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["One of them is no agent"]);
        let alone = [("from", "2026-02-22T12:00"), ("to", "2026-02-22T13:00"), ("asked", "ada")];
        ada.post(ASK, &alone)
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Nobody of this rota could be asked"]);

        // One that is taken back is told to those who were asked.
        let other = ada.post(ASK, &[("from", "2026-02-22T12:00"), ("to", "2026-02-22T13:00")]).await.location;
        assert_eq!(presses(&world, &ben, &other, "withdraw").await.status, StatusCode::FORBIDDEN);
        presses(&world, &ada, &other, "withdraw").await;
        for person in [&his, &hers] {
            person.receives_text(&["Ada Moss asks you"]);
            person.receives_text(&["Ada Moss needs nobody any more"]);
        }
        own.receives_no_text();
    })
    .await;
}

#[tokio::test]
async fn a_swap_goes_with_its_shifts_or_says_that_it_cannot() {
    World::each(async |world| {
        let (ada, ben) = (screen(&world, "ada").await, screen(&world, "ben").await);
        let (own, his, hers, manager) =
            (world.agent("ada"), world.agent("ben"), world.agent("cleo"), world.caller(MANAGER));
        let overlap = [("return_from", "2026-02-20T20:00"), ("return_to", "2026-02-20T21:00")];
        ada.post(ASK, &[FRIDAY, overlap].concat())
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["The two overlap."]);
        let in_return = [("return_from", "2026-02-27T18:00"), ("return_to", "2026-02-28T09:00")];
        let swap = asks(&world, &ada, &in_return).await;
        his.receives_text(&["Ada Moss asks you", "In return Ada Moss takes Friday, February 27, at 5 pm"]);
        hers.receives_no_text();
        ben.get(&swap).await.says(StatusCode::OK, &["A swap for Ada Moss", "Swap</button>"]);
        presses(&world, &ben, &swap, "take").await;
        own.receives_text(&["Ben Frost is on call instead of Ada Moss", "In return Ada Moss takes"]);
        let nights = ["2026-02-20T20:00:00-05:00", "2026-02-27T20:00:00-05:00"];
        assert_eq!(nights.map(|night| on_call(&world, night)), ["ben", "ada"]);

        // Their weeks change places, and their nights with them.
        let (_, text) = version(&world).await;
        let other = text.replacen(
            "agents = [\"ada\", \"ben\", \"cleo\"]",
            "agents = [\"ben\", \"ada\", \"cleo\"]",
            1,
        );
        assert_ne!(other, text);
        world.applies(&[("reservations.toml", &other)]).await;
        world.settle().await;
        for person in [&own, &his] {
            person.receives_text(&["The shift has moved", "now Friday, February 27"]);
        }
        assert_eq!(nights.map(|night| on_call(&world, night)), ["ada", "ben"]);
        let (followed, text) = version(&world).await;
        assert_eq!((followed, text.matches("[[rota.override]]").count()), (4, 2), "{text}");

        // Nothing about a change elsewhere.
        world.applies(&[("reservations.toml", &text.replace("Lakeside Lodge", "Lakeside Inn"))]).await;
        world.settle().await;
        own.receives_no_text();

        // Without her in the rota there is nothing to follow.
        let (_, text) = version(&world).await;
        let without =
            text.replacen("agents = [\"ben\", \"ada\", \"cleo\"]", "agents = [\"ben\", \"cleo\"]", 1);
        world.applies(&[("reservations.toml", &without)]).await;
        world.settle().await;
        for person in [&own, &his, &manager] {
            person
                .receives_text(&["The rota has changed, and Ada Moss is not on call by it", "cannot follow"]);
        }
        ada.get("/desks/reservations/cover")
            .await
            .says(StatusCode::OK, &["To be put right", "could not follow"]);
        world.pass(Duration::from_secs(60)).await;
        own.receives_no_text();
    })
    .await;
}

#[tokio::test]
async fn what_was_agreed_keeps_its_time_when_the_rota_goes_by_another_clock() {
    World::each(async |world| {
        let (ada, ben) = (screen(&world, "ada").await, screen(&world, "ben").await);
        let (own, his, hers, manager) =
            (world.agent("ada"), world.agent("ben"), world.agent("cleo"), world.caller(MANAGER));
        let cover = asks(&world, &ada, &[]).await;
        presses(&world, &ben, &cover, "take").await;
        read_all(&[&own, &his, &hers]);
        let (seen, text) = version(&world).await;
        assert!(text.contains("2026-02-20T18:00:00"), "{text}");

        // From now on the rota hands over by the clock of Berlin, six hours before New York's: the week is Ada's still.
        let berlin =
            text.replacen("name = \"primary\"\n", "name = \"primary\"\nzone = \"Europe/Berlin\"\n", 1);
        world.applies(&[("reservations.toml", &berlin)]).await;
        world.settle().await;
        let night =
            ["17:59", "18:00"].map(|time| on_call(&world, &format!("2026-02-20T{time}:00-05:00"))).join(" ");
        let morning =
            ["08:59", "09:00"].map(|time| on_call(&world, &format!("2026-02-21T{time}:00-05:00"))).join(" ");
        assert_eq!((&*night, &*morning), ("ada ben", "ben ada"));
        let (now, text) = version(&world).await;
        assert_eq!(now, seen + 2);
        assert!(text.contains("2026-02-21T00:00:00") && !text.contains("2026-02-20T18:00:00"), "{text}");
        // Nobody's time has changed, and nobody is told.
        for person in [&own, &his, &hers, &manager] {
            person.receives_no_text();
        }
        ada.get(&cover)
            .await
            .says(StatusCode::OK, &["Ben Frost is on call instead of Ada Moss", "Sat 21 Feb, 00:00"]);
    })
    .await;
}

#[tokio::test]
async fn a_second_request_for_a_part_of_the_first_is_no_repetition_of_it() {
    World::each(async |world| {
        let ada = screen(&world, "ada").await;
        let (his, hers) = (world.agent("ben"), world.agent("cleo"));
        let cover = asks(&world, &ada, &[("asked", "cleo")]).await;
        let link = format!("/cover/{}\"", cover.rsplit('/').next().unwrap());
        hers.receives_text(&["Ada Moss asks you"]);
        let week = [("from", "2026-02-19T09:00"), ("to", "2026-02-23T09:00"), ("asked", "cleo")];
        let of_another = [FRIDAY[0], FRIDAY[1], ("asked", "ben")];
        for form in [&week, &of_another] {
            ada.post(ASK, form).await.says(
                StatusCode::UNPROCESSABLE_ENTITY,
                &["You have asked for a part of that already.", &link],
            );
        }
        world.settle().await;
        his.receives_no_text();
        hers.receives_no_text();
        assert_eq!(asks(&world, &ada, &[("asked", "cleo")]).await, cover, "two taps ask once");

        // Once she has taken it back, the week can be asked for.
        presses(&world, &ada, &cover, "withdraw").await;
        hers.receives_text(&["Ada Moss needs nobody any more"]);
        let whole = ada.post(ASK, &week).await;
        assert_eq!(whole.status, StatusCode::SEE_OTHER, "{}", whole.body);
        assert_ne!(whole.location, cover);
        world.settle().await;
        hers.receives_text(&["Thursday, February 19, at 9 am to Monday, February 23, at 9 am"]);
    })
    .await;
}

#[tokio::test]
async fn whole_shifts_are_offered_and_no_times_that_a_rota_cannot_say() {
    let alone = ("agents = [\"ben\", \"cleo\", \"ada\"]", "agents = [\"ada\"]");
    Scene::default()
        .desk_with(alone.0, alone.1)
        .play(async |world| {
            let ada = screen(&world, "ada").await;
            // Eight weeks ahead it is Wednesday, 15 April: Cleo's week ends later, and Ada's next begins later.
            let form = ada.get(ASK).await;
            form.says(StatusCode::OK, &["Cleo Hart: Mon 13 Apr, 09:00 – Mon 20 Apr, 09:00"]);
            form.hides(&["Mon 20 Apr, 09:00 – Mon 27 Apr, 09:00"]);
            // One who is on call for good says how much of it.
            let other = ada.get("/desks/reservations/rotas/secondary/cover").await;
            other
                .says(StatusCode::OK, &["from Wed 18 Feb, 04:00 on", "from=2026-02-18T04%3A00&#38;to=&#38;"]);
            // Her week in autumn, in which New York goes back.
            let night = [("zone", "UTC"), ("from", "2026-11-01T06:30"), ("to", "2026-11-01T08:00")];
            ada.post(ASK, &night).await.says(
                StatusCode::UNPROCESSABLE_ENTITY,
                &["Write a time before Sun 1 Nov, 06:00, or from Sun"],
            );
        })
        .await;
}
