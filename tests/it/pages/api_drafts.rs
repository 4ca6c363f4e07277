//! Programs prepare a change of a desk, look at what would come of it, and publish what they have looked at.

use axum::http::{Method, StatusCode};
use nightbell::rules::access::Role;
use serde_json::{Value, json};

use super::program::Program;
use super::{DESK, Site};

const DRAFT: &str = "/desks/reservations/draft";
const EDITS: &str = "/desks/reservations/draft/edits";
const PUBLISH: &str = "/desks/reservations/draft/publish";

/// Cleo on a morning of Ben's.
fn morning() -> Value {
    let now = json!({"from": "2026-11-24T09:00", "to": "2026-11-24T12:00", "agent": "cleo"});
    json!({"part": "override", "rota": "primary", "now": now})
}

/// A rota's layer that ends.
fn ends(rota: &str, agents: [&str; 3]) -> Value {
    let was = json!({"agents": agents, "every": "week", "starts": "2026-01-05", "hand_off": "Mon 09:00"});
    let mut now = was.clone();
    now["ends"] = json!("2026-12-14");
    json!({"part": "layer", "rota": rota, "was": was, "now": now})
}

async fn version(program: &Program) -> Value {
    program.get("/desks/reservations").await.json()["version"].clone()
}

#[tokio::test]
async fn what_is_published_is_what_was_looked_at() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, Some("reservations")).await;
        let other = site.program(Role::Manager, None).await;
        let none = manager.get(DRAFT).await;
        let told = none.is(StatusCode::OK);
        assert_eq!((none.tag(), &told["draft"], &told["edits"]), ("\"1\"", &Value::Null, &json!([])));
        assert_eq!(told["file"], DESK);

        let drafted = manager.post(EDITS, &[], json!({"edits": [morning()]})).await;
        let told = drafted.is(StatusCode::OK);
        assert_eq!(told["draft"]["began_by"], "token keeper", "{told}");
        assert_eq!(told["edits"][0]["edit"], morning());
        assert!(told["edits"][0]["told"].as_str().unwrap().contains("the override cleo"), "{told}");
        assert!(told["file"].as_str().unwrap().contains("[[rota.override]]"), "{told}");
        let preview = &told["preview"];
        let rota = &preview["rotas"][0];
        assert_eq!(preview["rotas"].as_array().unwrap().len(), 1, "{preview}");
        assert_eq!(
            (&rota["rota"], &rota["differences"]),
            (
                &json!("primary"),
                &json!([{
                    "from": "2026-11-24T14:00:00.000Z",
                    "to": "2026-11-24T17:00:00.000Z",
                    "was": {"key": "ben", "name": "Ben Frost"},
                    "now": {"key": "cleo", "name": "Cleo Hart"},
                }])
            )
        );
        let share = |who: usize, when: &str| preview["fairness"][who][when]["seconds"].as_u64().unwrap();
        assert_eq!(preview["fairness"][1]["agent"]["key"], "ben");
        assert_eq!(share(1, "was") - share(1, "now"), 3 * 3600);
        assert_eq!(share(2, "now") - share(2, "was"), 3 * 3600);
        // By the other rota she is on call already that week.
        assert_eq!(preview["overloads"][0]["kind"], "twice", "{preview}");
        assert_eq!(preview["gaps"], json!([]));
        assert_eq!(version(&manager).await, 1, "nothing is in force yet");

        // Somebody else adds something: what was looked at is not that any more.
        let seen = drafted.tag().to_owned();
        let named = json!({"part": "agent", "was": null, "now": {"key": "dan", "name": "Dan Hill",
            "phone": [{"number": "+18025550115"}]}});
        let newer = other.post(EDITS, &[], json!({"edits": [named]})).await;
        let condition = [("if-match", &*seen)];
        for stale in [
            manager.post(PUBLISH, &condition, json!({})).await,
            manager.delete(DRAFT, &condition).await,
            manager.delete(&format!("{EDITS}/0"), &condition).await,
        ] {
            stale.is(StatusCode::PRECONDITION_FAILED);
        }
        for (headers, status) in [
            (&[] as &[_], StatusCode::PRECONDITION_REQUIRED),
            (&[("if-match", "1")], StatusCode::BAD_REQUEST),
            (&[("if-match", "\"none of ours\"")], StatusCode::PRECONDITION_FAILED),
        ] {
            manager.post(PUBLISH, headers, json!({})).await.is(status);
        }
        let told = newer.is(StatusCode::OK);
        assert_eq!(told["edits"].as_array().unwrap().len(), 2, "{told}");

        // The second is taken back, and the first published; a lost answer is given again.
        let back = manager.delete(&format!("{EDITS}/1"), &[("if-match", newer.tag())]).await;
        assert_eq!(back.is(StatusCode::OK)["edits"].as_array().unwrap().len(), 1);
        let publishing = [("if-match", back.tag()), ("idempotency-key", "friday")];
        let published = manager.post(PUBLISH, &publishing, json!({})).await;
        assert_eq!((published.is(StatusCode::OK), published.tag()), (json!({"version": 2}), "\"2\""));
        let again = manager.post(PUBLISH, &publishing, json!({})).await;
        assert_eq!((again.is(StatusCode::OK), again.tag()), (json!({"version": 2}), "\"2\""));
        assert_eq!(version(&manager).await, 2);
        let at = "/on-call?desk=reservations&at=2026-11-24T15:00:00Z";
        assert_eq!(manager.get(at).await.json()["desks"][0]["rotas"][0]["agent"]["key"], "cleo");

        // Undone, as a version of its own.
        let restore = "/desks/reservations/versions/1/restore";
        manager.post(restore, &[("if-match", "\"1\"")], json!({})).await.is(StatusCode::PRECONDITION_FAILED);
        let restored = manager.post(restore, &[("if-match", "\"2\"")], json!({})).await;
        assert_eq!(restored.is(StatusCode::OK)["version"], 3);
        assert_eq!(manager.get("/desks/reservations/file").await.body, DESK);
        let gone = "/desks/reservations/versions/9/restore";
        manager.post(gone, &[("if-match", "*")], json!({})).await.is(StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_draft_with_gaps_is_published_only_if_they_are_meant() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, Some("reservations")).await;
        let edits =
            json!({"edits": [ends("primary", ["ada", "ben", "cleo"]), ends("secondary", ["ben", "cleo", "ada"])]});
        let drafted = manager.post(EDITS, &[], edits).await;
        let told = drafted.is(StatusCode::OK);
        let gap = &told["preview"]["gaps"][0];
        assert_eq!((&gap["new"], &gap["why"][0]["reason"]), (&json!(true), &json!("hole")), "{told}");
        let condition = [("if-match", drafted.tag())];
        manager.post(PUBLISH, &condition, json!({})).await.is_refused("gaps");
        manager.post(PUBLISH, &condition, json!({"gaps_are_meant": "yes"})).await.is(StatusCode::BAD_REQUEST);
        assert_eq!(version(&manager).await, 1);
        let meant = json!({"gaps_are_meant": true});
        manager.post(PUBLISH, &condition, meant.clone()).await.is(StatusCode::OK);
        manager.post(PUBLISH, &condition, meant).await.is(StatusCode::PRECONDITION_FAILED);
    })
    .await;
}

#[tokio::test]
async fn a_calendar_is_looked_at_and_put_into_the_draft() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, Some("reservations")).await;
        let path = "/desks/reservations/rotas/primary/import";
        let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n\
            DTSTART:20261201T140000Z\r\nDTEND:20261201T170000Z\r\nSUMMARY:Cleo Hart\r\nEND:VEVENT\r\n\
            BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20261202T140000Z\r\nDTEND:20261202T170000Z\r\nSUMMARY:Lunch\r\n\
            END:VEVENT\r\nEND:VCALENDAR\r\n";
        let send = async |path: &str, kind: &str, text: &str| {
            manager.send(Method::POST, path, &[("content-type", kind)], text).await
        };
        let told = send(path, "text/calendar", calendar).await.is(StatusCode::OK);
        assert_eq!((&told["drafted"], &told["overrides"]), (&json!(false), &json!(1)), "{told}");
        let shift = (&told["shifts"][0]["agent"]["key"], &told["shifts"][0]["from"]);
        assert_eq!(shift, (&json!("cleo"), &json!("2026-12-01T14:00:00.000Z")));
        assert_eq!(told["left_out"][0]["summary"], "Lunch");
        assert_eq!(manager.get(DRAFT).await.json()["draft"], Value::Null, "it was only looked at");
        let told = send(&format!("{path}?as=overrides"), "text/calendar", calendar).await.is(StatusCode::OK);
        assert_eq!(told["drafted"], true);
        let draft = manager.get(DRAFT).await.json();
        assert_eq!(draft["edits"][0]["edit"]["now"]["agent"], "cleo", "{draft}");

        for (path, kind, text, status) in [
            (path, "image/png", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (path, "application/json", "{}", StatusCode::BAD_REQUEST),
            (path, "text/calendar", "none", StatusCode::UNPROCESSABLE_ENTITY),
            (
                path,
                "text/calendar",
                &*"x".repeat(nightbell::calendar::import::LARGEST + 1),
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
            ("/desks/reservations/rotas/none/import", "text/calendar", calendar, StatusCode::NOT_FOUND),
        ] {
            send(path, kind, text).await.is(status);
        }
        send(&format!("{path}?as=flow"), "text/calendar", calendar).await.is(StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_never_wrong_and_the_managers_alone() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, Some("reservations")).await;
        let unknown = |agent: &str| {
            let now = json!({"from": "2026-11-24T09:00", "to": "2026-11-24T12:00", "agent": agent});
            json!({"edits": [{"part": "override", "rota": "primary", "now": now}]})
        };
        let wrong = manager.post(EDITS, &[], unknown("zoe")).await;
        let errors = wrong.is(StatusCode::UNPROCESSABLE_ENTITY)["errors"].clone();
        assert!(errors[0]["line"].is_number() && errors[0]["remedy"].is_string(), "{errors}");
        let gone = json!({"edits": [ends("primary", ["ada", "cleo", "ben"])]});
        let told = manager.post(EDITS, &[], gone).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told["detail"].as_str().unwrap().contains("is not in the desk's file as it was"), "{told}");
        for wrong in [json!({"edits": []}), json!({"edits": [{"part": "flow"}]}), json!({})] {
            manager.post(EDITS, &[], wrong).await.is(StatusCode::BAD_REQUEST);
        }
        assert_eq!(manager.get(DRAFT).await.json()["draft"], Value::Null);

        let drafted = manager.post(EDITS, &[], unknown("cleo")).await;
        drafted.is(StatusCode::OK);
        let (agent, night) = (
            site.program(Role::Agent, Some("reservations")).await,
            site.program(Role::Manager, Some("night")).await,
        );
        let condition = [("if-match", drafted.tag())];
        for (by, status) in [(&agent, StatusCode::FORBIDDEN), (&night, StatusCode::NOT_FOUND)] {
            by.get(DRAFT).await.is(status);
            by.post(EDITS, &[], unknown("ben")).await.is(status);
            by.post(PUBLISH, &condition, json!({})).await.is(status);
            by.delete(DRAFT, &condition).await.is(status);
            by.delete(&format!("{EDITS}/0"), &condition).await.is(status);
            by.post("/desks/reservations/versions/1/restore", &[("if-match", "*")], json!({}))
                .await
                .is(status);
        }
        manager.delete(DRAFT, &condition).await.is(StatusCode::NO_CONTENT);
        manager.delete(DRAFT, &condition).await.is(StatusCode::PRECONDITION_FAILED);
        assert_eq!(manager.get(DRAFT).await.json()["draft"], Value::Null);
    })
    .await;
}
