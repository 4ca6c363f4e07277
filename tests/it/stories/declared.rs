//! What a manager declares for a while: callers meet it from the next call on, pages follow it, and it ends by itself.

use axum::http::StatusCode;
use nightbell::rules::access::Role;
use serde_json::{Value, json};

use crate::pages::program::Program;
use crate::support::world::{Person, Scene, Screen, World, minutes};

use super::reports_an_emergency;

const DESK: &str = "reservations";
const EXCEPTIONS: &str = "/desks/reservations/exceptions";

/// The desk's manager, by the number that its file names.
fn mona(world: &World) -> Person {
    world.caller("+18025550141")
}

async fn program(world: &World, role: Role) -> Program {
    Program::of(world.acts(), world.router(), role, Some(DESK)).await
}

/// An emergency while nobody is there: its caller hears until when, and rings off after the text.
async fn reports_while_nobody_is_there(caller: &Person, resumes: &str) {
    caller.dials_line().await;
    caller.hears("Nobody is on call at this hour");
    caller.hears(resumes);
    caller.presses("1").await;
    caller.presses("1#").await;
    caller.hears("is paged when cover resumes");
    caller.hangs_up().await;
    caller.receives_text(&["Cover resumes", resumes]);
}

#[tokio::test]
async fn closed_today_is_declared_by_text_and_ends_by_itself() {
    Scene::at("2026-02-18 14:00")
        .play(async |world| {
            let (finn, mona, ada) = (world.caller("+18025550121"), mona(&world), world.agent("ada"));
            mona.replies("Closed until 18:00").await;
            mona.receives_text(&[
                "until Wednesday, February 18, at 6 pm",
                "daytime desk is closed",
                "NORMAL",
            ]);
            finn.dials_line().await;
            finn.does_not_hear("putting you through");
            finn.hears("Severity 1 means");
            finn.presses("2").await;
            finn.presses("2").await;
            finn.hears("but closed until Wednesday, February 18, at 6 pm");
            finn.hangs_up().await;
            finn.reads_all();

            // An emergency pages, in support hours too.
            let gail = world.caller("+18025550122");
            reports_an_emergency(&gail).await;
            gail.hangs_up().await;
            ada.receives_text(&["SEV1 #1002"]);
            ada.phone_rings();
            ada.replies("RESOLVE 1002").await;
            ada.reads_all();
            gail.reads_all();

            let vera = Screen::of(&world, "vera@example.com", Role::Viewer, DESK).await;
            let told = "The daytime desk is closed until Wed 18 Feb, 18:00.";
            for page in ["/hours", "/rotas", "/policies"] {
                vera.get(&format!("/desks/{DESK}{page}")).await.says(StatusCode::OK, &[told]);
            }
            let board = vera.get("/board").await;
            board.says(StatusCode::OK, &["The daytime desk is closed until 18:00."]);
            board.hides(&["End it now", "Declare an exception"]);
            let manager = Screen::of(&world, "max@example.com", Role::Manager, DESK).await;
            manager.get("/audit?desk=reservations").await.says(
                StatusCode::OK,
                &[
                    "declared at the desk",
                    "the desk&#39;s manager by text",
                    "the daytime desk is closed until",
                ],
            );

            world.pass(minutes(4 * 60)).await;
            vera.get("/board").await.hides(&["is closed"]);
            world.caller("+18025550102").on_call(nightbell::simulator::OnCall::Busy);
            let hugo = world.caller("+18025550123");
            hugo.dials_line().await;
            hugo.hears("putting you through");
            world.caller("+18025550102").was_called();
            hugo.presses("2").await;
            hugo.presses("2").await;
            hugo.does_not_hear("but closed");
            hugo.hangs_up().await;
            hugo.reads_all();
            gail.reads_all();
        })
        .await;
}

#[tokio::test]
async fn while_nobody_is_on_call_pages_wait_and_move_with_what_is_declared() {
    World::each(async |world| {
        let (finn, gail) = (world.caller("+18025550121"), world.caller("+18025550122"));
        let (mona, ada) = (mona(&world), world.agent("ada"));
        mona.replies("NOBODY until 6:00").await;
        mona.receives_text(&["until Wednesday, February 18, at 6 am", "nobody is on call"]);
        reports_while_nobody_is_there(&finn, "Wednesday, February 18, at 6 am").await;
        world.pass(minutes(60)).await;
        ada.receives_no_text();

        // Said otherwise: it is paged at once.
        mona.replies("Normal please").await;
        mona.receives_text(&["everything is as usual again"]);
        world.settle().await;
        ada.receives_text(&["SEV1 #1001"]);
        ada.phone_rings();
        ada.replies("RESOLVE").await;
        ada.reads_all();
        finn.reads_all();
        mona.replies("NORMAL").await;
        mona.receives_text(&["nothing was declared"]);

        // Later than it was told: the page waits as long as nobody is there.
        let bot = program(&world, Role::Manager).await;
        let nobody = |until: &str| json!({"what": "nobody", "until": until});
        bot.post(EXCEPTIONS, &[], nobody("2026-02-18T10:00:00Z")).await.is(StatusCode::CREATED);
        reports_while_nobody_is_there(&gail, "Wednesday, February 18, at 5 am").await;
        bot.post(EXCEPTIONS, &[], nobody("2026-02-18T11:00:00Z")).await.is(StatusCode::CREATED);
        world.settle().await;
        world.ticket(1002).await.tells(&["page_due", "page_due"]);
        world.pass(minutes(60)).await;
        ada.receives_no_text();
        world.pass(minutes(60)).await;
        ada.receives_text(&["SEV1 #1002"]);
        ada.phone_rings();
        ada.replies("RESOLVE").await;
        ada.reads_all();
        gail.reads_all();
    })
    .await;
}

#[tokio::test]
async fn everyone_is_on_call_by_a_tap_and_no_more_by_another() {
    World::each(async |world| {
        let (finn, max) =
            (world.caller("+18025550121"), Screen::of(&world, "max@example.com", Role::Manager, DESK).await);
        let hours = format!("/desks/{DESK}/hours");
        max.get(&hours).await.says(StatusCode::OK, &["Nothing is declared", "2026-02-19T00:00"]);
        let form = |until: &'static str| [("what", "everyone"), ("until", until)];
        let post = format!("{hours}/exception");
        let wrong = max.post(&post, &form("2026-02-18T02:00")).await;
        wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["over already", "2026-02-18T02:00"]);
        let wrong = max.post(&post, &form("soon")).await;
        wrong.says(StatusCode::UNPROCESSABLE_ENTITY, &["Write a day and a time"]);
        let declared = max.post(&post, &form("2026-02-18T06:00")).await;
        assert_eq!(
            (declared.status, &*declared.location),
            (StatusCode::SEE_OTHER, &*format!("{hours}?done=declared"))
        );
        let told = "Everyone is on call until Wed 18 Feb, 06:00.";
        max.get(&declared.location)
            .await
            .says(StatusCode::OK, &["Declared.", told, "Declared by max@example.com"]);

        // What would happen is told by the same rules.
        let play = max.get(&format!("/desks/{DESK}/policies/emergencies")).await;
        play.says(StatusCode::OK, &["Round 1, step 1: Ada Moss, Ben Frost, Cleo Hart"]);
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.reads_all();
        for agent in ["ada", "ben", "cleo"] {
            let agent = world.agent(agent);
            agent.receives_text(&["SEV1 #1001"]);
            agent.phone_rings();
        }
        world.agent("cleo").replies("ACK").await;
        for agent in ["ada", "ben", "cleo"] {
            world.agent(agent).reads_all();
            world.agent(agent).ignores_calls();
        }
        finn.reads_all();
        world.agent("cleo").at("+18025550114").ignores_calls();
        world.agent("cleo").replies("RESOLVE").await;
        for agent in ["ada", "ben", "cleo"] {
            world.agent(agent).reads_all();
        }

        let board = max.get("/board").await;
        board.says(StatusCode::OK, &["Everyone is on call until 06:00.", "Declare an exception"]);
        let end = board.between("/hours/exception/", "/end");
        let ended = max.post(&format!("{post}/{end}/end"), &[("back", "board")]).await;
        assert_eq!((ended.status, &*ended.location), (StatusCode::SEE_OTHER, "/board"));
        max.get("/board").await.hides(&["Everyone is on call"]);
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.reads_all();
        let ada = world.agent("ada");
        ada.receives_text(&["SEV1 #1002"]);
        ada.phone_rings();
        ada.replies("RESOLVE 1002").await;
        ada.reads_all();
        world.agent("ben").receives_no_text();
        finn.reads_all();
    })
    .await;
}

#[tokio::test]
async fn programs_declare_once_and_end_what_is_declared() {
    World::each(async |world| {
        let (bot, looker) = (program(&world, Role::Manager).await, program(&world, Role::Viewer).await);
        let wanted = json!({"what": "desk_open", "until": "2026-02-18T12:00:00Z"});
        let once = [("idempotency-key", "open-tonight")];
        let made = bot.post(EXCEPTIONS, &once, wanted.clone()).await.is(StatusCode::CREATED);
        assert_eq!(bot.post(EXCEPTIONS, &once, wanted.clone()).await.is(StatusCode::CREATED), made);
        let id = made["id"].as_str().unwrap().to_owned();
        assert_eq!(
            made,
            json!({
                "id": id,
                "what": "desk_open",
                "since": "2026-02-18T08:00:00.000Z",
                "until": "2026-02-18T12:00:00.000Z",
                "by": "token keeper",
            })
        );
        assert_eq!(bot.get(EXCEPTIONS).await.json(), json!({"exceptions": [made]}));
        let seen = looker.get(EXCEPTIONS).await;
        assert_eq!(seen.json()["exceptions"][0]["by"], Value::Null);
        let tag = seen.tag().to_owned();
        let same = looker.send(axum::http::Method::GET, EXCEPTIONS, &[("if-none-match", &*tag)], "").await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
        let board = looker.get("/board").await.json();
        assert_eq!(board["desks"][0]["exceptions"][0]["what"], "desk_open");

        // Another takes the place of what it contradicts, and of nothing else.
        for (what, there) in [("everyone", 2), ("desk_closed", 2), ("everyone", 2)] {
            let wanted = json!({"what": what, "until": "2026-02-18T13:00:00Z"});
            bot.post(EXCEPTIONS, &[], wanted).await.is(StatusCode::CREATED);
            let all = bot.get(EXCEPTIONS).await.json();
            assert_eq!(all["exceptions"].as_array().unwrap().len(), there, "{all}");
        }
        // What another took the place of has ended already.
        bot.delete(&format!("{EXCEPTIONS}/{id}"), &[]).await.is(StatusCode::NO_CONTENT);
        let last = bot.get(EXCEPTIONS).await.json()["exceptions"][0]["id"].as_str().unwrap().to_owned();
        looker.delete(&format!("{EXCEPTIONS}/{last}"), &[]).await.is(StatusCode::FORBIDDEN);
        bot.delete(&format!("{EXCEPTIONS}/{last}"), &[]).await.is(StatusCode::NO_CONTENT);
        assert_eq!(bot.get(EXCEPTIONS).await.json()["exceptions"].as_array().unwrap().len(), 1);
        bot.delete(&format!("{EXCEPTIONS}/{last}"), &[]).await.is(StatusCode::NO_CONTENT);
        bot.delete(&format!("{EXCEPTIONS}/{last}0"), &[]).await.is(StatusCode::NOT_FOUND);

        looker.post(EXCEPTIONS, &[], wanted).await.is(StatusCode::FORBIDDEN);
        for (wanted, told) in [
            (json!({"what": "desk_open", "until": "2026-02-18T08:00:00Z"}), "over already"),
            (json!({"what": "desk_open", "until": "2026-03-18T08:00:00Z"}), "7 days at most"),
            (json!({"what": "closed", "until": "2026-02-18T12:00:00Z"}), "closed"),
            (json!({"what": "nobody"}), "until"),
        ] {
            let problem = bot.post(EXCEPTIONS, &[], wanted).await.is(StatusCode::BAD_REQUEST);
            assert!(problem["detail"].as_str().unwrap().contains(told), "{problem}");
        }
        bot.get("/desks/nowhere/exceptions").await.is(StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn only_managers_declare_by_text() {
    World::each(async |world| {
        let (ada, mona, finn) = (world.agent("ada"), mona(&world), world.caller("+18025550121"));
        // An agent who keeps nothing, and a customer: no declaration of theirs.
        ada.replies("NOBODY until 6:00").await;
        ada.receives_text(&["Nothing is open"]);
        finn.replies("Closed until 18:00").await;
        finn.receives_text(&["we have your text", "1001"]);
        let bot = program(&world, Role::Viewer).await;
        assert_eq!(bot.get(EXCEPTIONS).await.json(), json!({"exceptions": []}));

        // One whose account keeps the desk.
        let email = "ada@reservations.example.com";
        Screen::of(&world, email, Role::Manager, DESK).await;
        ada.replies("EVERYONE for 2 h").await;
        ada.receives_text(&["until Wednesday, February 18, at 5 am", "pages everyone at once"]);
        assert_eq!(bot.get(EXCEPTIONS).await.json()["exceptions"][0]["what"], "everyone");

        mona.replies("Everyone").await;
        mona.receives_text(&["Not understood", "EVERYONE until 6:00"]);
        mona.replies("Everyone for 9 days").await;
        mona.receives_text(&["7 days at most"]);
        mona.replies("CLOSED elsewhere until 18:00").await;
        mona.receives_text(&["Which desk?", "reservations"]);
        mona.replies("NORMAL reservations").await;
        mona.receives_text(&["as usual again"]);
        assert_eq!(bot.get(EXCEPTIONS).await.json(), json!({"exceptions": []}));
    })
    .await;
}
