//! What programs do beside looking: tickets are taken and closed, cover is agreed, leave is kept, calendars are given
//! out; by the same rules as on pages, each named request once.

use axum::http::StatusCode;
use nightbell::rules::access::Role;
use serde_json::{Value, json};

use super::program::{Answer, Program};
use super::{Site, hours, night_desk};
use crate::stories::ada_is_paged;
use crate::support::world::{Scene, Screen, World};

const DESK: &str = "reservations";
const ADA: &str = "ada@reservations.example.com";
const BEN: &str = "ben@reservations.example.com";

async fn of(world: &World, role: Role, desk: Option<&str>) -> Program {
    Program::of(world.acts(), world.router(), role, desk).await
}

/// The program of somebody who gets an account first.
async fn of_agent(world: &World, email: &str) -> Program {
    Screen::of(world, email, Role::Agent, DESK).await;
    Program::of_account(world.acts(), world.router(), email, Role::Agent).await
}

/// Gives a command about ticket 1001; the gateway and the carrier do what follows.
async fn says(world: &World, by: &Program, headers: &[(&str, &str)], command: Value) -> Answer {
    let answer = by.post("/tickets/1001/commands", headers, command).await;
    world.settle().await;
    answer
}

#[tokio::test]
async fn a_ticket_is_taken_handed_over_and_closed_by_programs() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        let (hers, his) = (of_agent(&world, ADA).await, of_agent(&world, BEN).await);
        let bot = of(&world, Role::Manager, Some(DESK)).await;
        ada_is_paged(&world).await;

        // The answer is lost, and the program asks again by the same name.
        let named = [("idempotency-key", "take-1001")];
        let take = json!({"command": "acknowledge"});
        let first = says(&world, &hers, &named, take.clone()).await;
        let done = first.is(StatusCode::OK);
        assert_eq!((&done["outcome"], &done["ticket"]["holder"]), (&json!("taken"), &json!("ada")));
        assert!(done["told"].as_str().unwrap().contains("#1001"), "{done}");
        assert_eq!(says(&world, &hers, &named, take.clone()).await.is(StatusCode::OK), done);
        let other = says(&world, &hers, &named, json!({"command": "escalate"})).await;
        other.is(StatusCode::UNPROCESSABLE_ENTITY);
        let told = bot.get("/tickets/1001").await.json();
        let kinds = told["timeline"].as_array().unwrap().iter().filter(|one| one["kind"] == "acknowledged");
        let taken: Vec<_> = kinds.collect();
        assert_eq!((taken.len(), &taken[0]["agent"]), (1, &json!("ada")), "{told}");
        assert_eq!(taken[0]["details"], json!({"via": "api"}));
        finn.receives_text(&["Ada Moss"]);
        ada.reads_all();

        // Without the name it is another request.
        let again = says(&world, &hers, &[], take.clone()).await;
        assert_eq!(again.is(StatusCode::OK)["outcome"], "yours_already");
        says(&world, &his, &[], take.clone()).await.is_refused("already_taken");
        says(&world, &bot, &[], take).await.is_refused("not_an_agent");
        let note = json!({"command": "note", "text": " Seen in the <b>logs</b>. "});
        assert_eq!(says(&world, &his, &[], note).await.is(StatusCode::OK)["outcome"], "noted");

        // A program that manages the desk disposes of it; one that only answers there does not.
        let hand_over = json!({"command": "hand_over", "agent": "ben"});
        says(&world, &his, &[], hand_over.clone()).await.is(StatusCode::FORBIDDEN);
        let done = says(&world, &bot, &[], hand_over).await.is(StatusCode::OK);
        assert_eq!((&done["outcome"], &done["ticket"]["holder"]), (&json!("handed_over"), &Value::Null));
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        let done = says(&world, &his, &[], json!({"command": "acknowledge"})).await.is(StatusCode::OK);
        assert_eq!(done["ticket"]["holder"], "ben");
        let done = says(&world, &his, &[], json!({"command": "called_back"})).await.is(StatusCode::OK);
        assert_eq!(done["outcome"], "called_back");
        let down = json!({"command": "downgrade", "severity": 3, "reason": "one user"});
        assert_eq!(says(&world, &bot, &[], down).await.is(StatusCode::OK)["ticket"]["severity"], 3);
        let done = says(&world, &his, &[], json!({"command": "resolve", "how": "DNS"})).await;
        assert_eq!(done.is(StatusCode::OK)["ticket"]["state"], "resolved");
        says(&world, &his, &[], json!({"command": "escalate"})).await.is_refused("closed");
        for person in [&finn, &ada, &ben] {
            person.reads_all();
        }
        let log = of(&world, Role::Administrator, None).await.get("/audit?limit=2").await.json();
        // The newest is the token that asks.
        assert_eq!(log["entries"][1]["actor"], format!("{BEN} by token phone"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn two_programs_that_looked_at_once_go_one_step_on() {
    World::each(async |world| {
        let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
        let bot = of(&world, Role::Manager, Some(DESK)).await;
        let his = of_agent(&world, ADA).await;
        ada_is_paged(&world).await;
        let turn = async || bot.get("/tickets/1001").await.json()["turn"].as_i64().unwrap();
        let seen = turn().await;
        let escalate = async |by: &Program, seen: i64| {
            let path = format!("/tickets/1001/commands?seen={seen}");
            let answer = by.post(&path, &[], json!({"command": "escalate"})).await;
            world.settle().await;
            answer
        };
        escalate(&bot, seen).await.is(StatusCode::OK);
        let late = escalate(&his, seen).await;
        late.is_refused("moved_on");
        assert!(late.json()["detail"].as_str().unwrap().contains("gone to the next step meanwhile"));
        assert_eq!(world.ticket(1001).await.entries_of("escalated").len(), 1);
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        // Whoever has looked again may.
        escalate(&his, turn().await).await.is(StatusCode::OK);
        assert_eq!(world.ticket(1001).await.entries_of("escalated").len(), 2);
        // Whatever rings stops once she has it.
        says(&world, &his, &[], json!({"command": "acknowledge"})).await.is(StatusCode::OK);
        says(&world, &his, &[], json!({"command": "resolve"})).await.is(StatusCode::OK);
        for person in [&finn, &ada, &ben, &world.agent("cleo")] {
            person.reads_all();
            person.ignores_calls();
        }
    })
    .await;
}

#[tokio::test]
async fn a_program_that_looked_too_early_disposes_of_nothing() {
    World::each(async |world| {
        let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
        let his = of_agent(&world, BEN).await;
        let bot = of(&world, Role::Manager, Some(DESK)).await;
        ada_is_paged(&world).await;
        let turn = async || bot.get("/tickets/1001").await.json()["turn"].as_i64().unwrap();
        let before = turn().await;
        says(&world, &his, &[], json!({"command": "acknowledge"})).await.is(StatusCode::OK);
        let seen = async |turn: i64, command: Value| {
            let answer = bot.post(&format!("/tickets/1001/commands?seen={turn}"), &[], command).await;
            world.settle().await;
            answer
        };
        for command in [
            json!({"command": "escalate"}),
            json!({"command": "resolve"}),
            json!({"command": "downgrade", "severity": 3, "reason": "x"}),
            json!({"command": "hand_over", "agent": "cleo"}),
            json!({"command": "page", "agent": "cleo"}),
        ] {
            let late = seen(before, command).await;
            late.is_refused("passed");
            assert!(late.json()["detail"].as_str().unwrap().contains("Ben Frost has it meanwhile"));
        }
        world.ticket(1001).await.is_held_by("ben");
        seen(before, json!({"command": "note", "text": "x"})).await.is(StatusCode::OK);
        let now = turn().await;
        seen(now, json!({"command": "resolve"})).await.is(StatusCode::OK);
        for person in [&finn, &ada, &world.agent("ben")] {
            person.reads_all();
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_commands_what_he_may_not_see() {
    Scene::default()
        .beside(&night_desk())
        .play(async |world| {
            ada_is_paged(&world).await;
            let page = json!({"command": "page", "agent": "ben"});
            for (role, desk, status) in [
                (Role::Administrator, Some("night"), StatusCode::NOT_FOUND),
                (Role::Viewer, Some(DESK), StatusCode::FORBIDDEN),
                (Role::Agent, Some(DESK), StatusCode::FORBIDDEN),
            ] {
                let program = of(&world, role, desk).await;
                says(&world, &program, &[], page.clone()).await.is(status);
            }
            let bot = of(&world, Role::Manager, None).await;
            for wrong in [
                json!({"command": "reopen"}),
                json!({"command": "page"}),
                json!({"command": "page", "agent": "Ben Frost"}),
                json!({"command": "acknowledge", "agent": "ben"}),
                json!({"command": "note", "text": "  "}),
                json!({"command": "note", "text": "x".repeat(2001)}),
                json!({"command": "downgrade", "severity": 1, "reason": "x"}),
                json!({"command": "downgrade", "severity": 5, "reason": "x"}),
                json!([]),
            ] {
                says(&world, &bot, &[], wrong).await.is(StatusCode::BAD_REQUEST);
            }
            let no_agent = json!({"command": "page", "agent": "zoe"});
            says(&world, &bot, &[], no_agent).await.is_refused("no_agent");
            let text = [("content-type", "text/plain")];
            let answer = bot.send(axum::http::Method::POST, "/tickets/1001/commands", &text, "{}").await;
            answer.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
            // Nothing came of any of it.
            let told = bot.get("/tickets/1001").await.json();
            assert_eq!(told["holder"], Value::Null);
            assert_eq!(world.agent("ben").reads_all(), [""; 0]);
            says(&world, &bot, &[], json!({"command": "resolve"})).await.is(StatusCode::OK);
            world.agent("ada").reads_all();
            world.caller("+18025550121").reads_all();
        })
        .await;
}

#[tokio::test]
async fn a_token_of_an_account_goes_no_further_than_its_owner() {
    Site::each(async |site| {
        let administrator = site.administrator().await;
        site.somebody("vera", Role::Viewer, Some(DESK)).await;
        let vera = site.program_of("vera@example.com", Role::Administrator).await;
        vera.get(&format!("/desks/{DESK}/rotas")).await.is(StatusCode::OK);
        vera.get(&format!("/desks/{DESK}/file")).await.is(StatusCode::FORBIDDEN);
        vera.get("/desks/night/rotas").await.is(StatusCode::NOT_FOUND);
        let on_call = vera.get("/on-call").await.json();
        assert_eq!(on_call["desks"].as_array().unwrap().len(), 1, "{on_call}");

        // With a second desk it sees both, and who is let in nowhere takes it along.
        let id = site.acts.account_of("vera@example.com".parse().unwrap()).await.unwrap().unwrap().id;
        let person = format!("/people/{id}");
        let manager = [("desk", "night"), ("role", "manager")];
        administrator.post(&format!("{person}/role"), &manager).await.leads_to(&person);
        assert_eq!(vera.get("/on-call").await.json()["desks"].as_array().unwrap().len(), 2);
        assert_eq!(vera.get("/tickets").await.json()["tickets"], json!([]));
        vera.get("/desks/night").await.is(StatusCode::OK);
        administrator.post(&format!("{person}/disable"), &[]).await.leads_to(&person);
        vera.get("/on-call").await.is(StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn cover_is_asked_for_and_taken_by_programs() {
    Scene::default()
        .beside(&night_desk())
        .play(async |world| {
            let (hers, his) = (of_agent(&world, ADA).await, of_agent(&world, BEN).await);
            let (manager, night) =
                (of(&world, Role::Manager, Some(DESK)).await, of(&world, Role::Manager, Some("night")).await);
            let path = format!("/desks/{DESK}/cover");
            // Ada's Friday night.
            let friday = json!({"from": "2026-02-20T23:00:00Z", "to": "2026-02-21T14:00:00Z"});
            let wanted = json!({"rota": "primary", "span": friday, "ask": ["ben"], "note": "A wedding"});
            let asked = hers.post(&path, &[], wanted.clone()).await.is(StatusCode::CREATED);
            world.settle().await;
            world.agent("ben").receives_text(&["Ada Moss asks you"]);
            assert_eq!((&asked["state"], &asked["asker"]["key"]), (&json!("open"), &json!("ada")));
            assert_eq!(asked["span"]["from"], "2026-02-20T23:00:00.000Z");
            let again = hers.post(&path, &[], wanted.clone()).await.is(StatusCode::CREATED);
            assert_eq!(again["id"], asked["id"], "asked twice, it is one request");
            let more = json!({"from": "2026-02-20T23:00:00Z", "to": "2026-02-22T14:00:00Z"});
            let more = json!({"rota": "primary", "span": more, "ask": ["ben"]});
            hers.post(&path, &[], more).await.is_refused("asked");
            // A week of hers in which New York goes back at 6:00.
            let twice = json!({"from": "2026-11-01T06:30:00Z", "to": "2026-11-01T08:00:00Z"});
            let twice = json!({"rota": "primary", "span": twice, "ask": ["ben"]});
            hers.post(&path, &[], twice).await.is_refused("comes_twice");
            his.post(&path, &[], wanted.clone()).await.is_refused("not_yours");
            manager.post(&path, &[], wanted.clone()).await.is(StatusCode::FORBIDDEN);
            night.post(&path, &[], wanted).await.is(StatusCode::NOT_FOUND);
            let none = json!({"rota": "tertiary", "span": friday});
            hers.post(&path, &[], none).await.is(StatusCode::NOT_FOUND);

            let one = format!("{path}/{}", asked["id"].as_str().unwrap());
            let commands = format!("{one}/commands");
            let take = json!({"command": "take"});
            manager.post(&commands, &[], take.clone()).await.is(StatusCode::FORBIDDEN);
            night.post(&commands, &[], take.clone()).await.is(StatusCode::NOT_FOUND);
            hers.post(&commands, &[], take.clone()).await.is_refused("not_asked");
            manager.post(&commands, &[], json!({"command": "approve"})).await.is_refused("not_taken");
            let taken = his.post(&commands, &[], take.clone()).await.is(StatusCode::OK);
            world.settle().await;
            world.agent("ada").receives_text(&["Ben Frost is on call instead of Ada Moss"]);
            assert_eq!((&taken["state"], &taken["taker"]["key"]), (&json!("agreed"), &json!("ben")));
            assert_eq!(his.post(&commands, &[], take).await.is(StatusCode::OK), taken, "a second tap");
            hers.post(&commands, &[], json!({"command": "withdraw"})).await.is_refused("agreed");
            assert_eq!(manager.get(&one).await.json(), taken);
            night.get(&one).await.is(StatusCode::NOT_FOUND);
            let at = "/on-call?desk=reservations&at=2026-02-21T01:00:00Z";
            assert_eq!(hers.get(at).await.json()["desks"][0]["rotas"][0]["agent"]["key"], "ben");

            let coming = manager.get(&path).await.json();
            assert_eq!(coming["cover"].as_array().unwrap().len(), 1, "{coming}");
            world.pass(hours(4 * 24)).await;
            assert_eq!(manager.get(&path).await.json()["cover"], json!([]));
            let past = manager.get(&format!("{path}?past=true")).await.json();
            assert_eq!((&past["cover"][0]["end"], past.get("next")), (&json!("past"), None), "{past}");
            for person in ["ada", "ben", "cleo"] {
                world.agent(person).reads_all();
            }
        })
        .await;
}

#[tokio::test]
async fn leave_is_kept_and_its_conflicts_are_told() {
    Site::each(async |site| {
        site.somebody_at("ben@reservations.example.com", Role::Agent, Some(DESK)).await;
        let his = site.program_of(BEN, Role::Agent).await;
        let manager = site.program(Role::Manager, Some(DESK)).await;
        let viewer = site.program(Role::Viewer, Some(DESK)).await;
        let path = format!("/desks/{DESK}/leave");
        // Ada's week began on Monday.
        let span = json!({"from": "2026-11-21T05:00:00Z", "to": "2026-11-22T05:00:00Z"});
        let ada = json!({"agent": "ada", "span": span, "note": "a secret"});
        for (by, status) in [(&viewer, StatusCode::FORBIDDEN), (&his, StatusCode::FORBIDDEN)] {
            by.post(&path, &[], ada.clone()).await.is(status);
        }
        let added = manager.post(&path, &[], ada.clone()).await.is(StatusCode::CREATED);
        assert_eq!((&added["agent"]["name"], &added["note"]), (&json!("Ada Moss"), &json!("a secret")));
        let again = manager.post(&path, &[], ada).await.is(StatusCode::CREATED);
        assert_eq!(again["id"], added["id"]);
        let ben =
            json!({"agent": "ben", "span": {"from": "2026-12-24T05:00:00Z", "to": "2026-12-27T05:00:00Z"}});
        let own = his.post(&path, &[], ben).await.is(StatusCode::CREATED);
        let seen = his.get(&path).await.json();
        let notes: Vec<&Value> = seen["leave"].as_array().unwrap().iter().map(|one| &one["note"]).collect();
        assert_eq!(notes, [&Value::Null, &json!("")], "why another is away is nobody's");

        let odds = viewer.get(&format!("{path}/conflicts")).await.json();
        let first = &odds["conflicts"][0];
        assert_eq!((&first["agent"]["key"], &first["rota"]), (&json!("ada"), &json!("primary")));
        assert_eq!(first["could_cover"][0]["key"], "cleo", "Ben is on call by the other rota");

        for wrong in [
            json!({"agent": "ben", "span": {"from": "2026-12-27T05:00:00Z", "to": "2026-12-24T05:00:00Z"}}),
            json!({"agent": "ben", "span": {"from": "2020-12-24T05:00:00Z", "to": "2020-12-27T05:00:00Z"}}),
            json!({"agent": "ben", "span": {"from": "2026-12-24T05:00:00Z", "to": "2029-12-27T05:00:00Z"}}),
        ] {
            manager.post(&path, &[], wrong).await.is(StatusCode::BAD_REQUEST);
        }
        let zoe = json!({"agent": "zoe", "span": span});
        manager.post(&path, &[], zoe).await.is(StatusCode::NOT_FOUND);
        let one = |leave: &Value| format!("{path}/{}", leave["id"].as_str().unwrap());
        his.delete(&one(&added), &[]).await.is(StatusCode::FORBIDDEN);
        his.delete(&one(&own), &[]).await.is(StatusCode::NO_CONTENT);
        his.delete(&one(&own), &[]).await.is(StatusCode::NOT_FOUND);
        manager.delete(&one(&added), &[]).await.is(StatusCode::NO_CONTENT);
        assert_eq!(viewer.get(&path).await.json()["leave"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_calendars_address_is_told_once() {
    Site::each(async |site| {
        site.somebody("vera", Role::Viewer, Some(DESK)).await;
        let vera = site.program_of("vera@example.com", Role::Viewer).await;
        let manager = site.program(Role::Manager, Some(DESK)).await;
        let path = format!("/desks/{DESK}/feeds");
        let wanted = json!({"of": "rota", "rota": "primary"});
        let named = [("idempotency-key", "my-calendar")];
        let made = vera.post(&path, &named, wanted.clone()).await.is(StatusCode::CREATED);
        let address = made["address"].as_str().unwrap().strip_prefix(super::PUBLIC).unwrap();
        let program = site.browser("192.0.2.77");
        program.get(address).await.says(StatusCode::OK, &["BEGIN:VCALENDAR"]);

        // Asked for again, it is not made again, and nobody has kept the address.
        let again = vera.post(&path, &named, wanted.clone()).await;
        again.is(StatusCode::CONFLICT);
        assert!(!again.body.contains(address), "{}", again.body);
        let feeds = vera.get(&path).await.json();
        assert_eq!(feeds["feeds"].as_array().unwrap().len(), 1, "{feeds}");
        manager.post(&path, &[], wanted).await.is(StatusCode::FORBIDDEN);
        let none = json!({"of": "rota", "rota": "none"});
        vera.post(&path, &[], none).await.is(StatusCode::NOT_FOUND);
        site.program(Role::Viewer, Some(DESK)).await.get(&path).await.is(StatusCode::FORBIDDEN);
        let all = manager.get(&path).await.json();
        assert_eq!(all["feeds"], feeds["feeds"]);
        let one = format!("{path}/{}", feeds["feeds"][0]["id"].as_str().unwrap());
        manager.delete(&one, &[]).await.is(StatusCode::NO_CONTENT);
        manager.delete(&one, &[]).await.is(StatusCode::NOT_FOUND);
        assert_eq!(program.get(address).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
