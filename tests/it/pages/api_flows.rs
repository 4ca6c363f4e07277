//! Programs look at voice flows, check a text, put one in force and take it back, by the rules of their pages.

use axum::http::{Method, StatusCode, header};
use nightbell::flows;
use nightbell::rules::access::Role;
use nightbell::rules::flow::renamed;
use serde_json::{Value, json};

use super::Site;
use super::program::{Answer, Program};

const FLOW: &str = "/flows/emergency";
const FILE: &str = "/flows/emergency/file";

fn emergency() -> String {
    flows::shipped("emergency").unwrap().to_owned()
}

fn greeting(words: &str) -> String {
    let (text, greeting) = (emergency(), "{desk}, emergency line.");
    assert!(text.contains(greeting));
    text.replace(greeting, words)
}

async fn check(program: &Program, text: &str) -> Answer {
    program.send(Method::POST, "/flows/check", &[("content-type", "text/plain")], text).await
}

#[tokio::test]
async fn flows_are_looked_at_drawn_and_checked() {
    Site::each(async |site| {
        let all = site.program(Role::Manager, None).await;
        let mona = site.program(Role::Manager, Some("reservations")).await;
        let listed = mona.get("/flows").await.is(StatusCode::OK);
        let flow = listed["flows"].as_array().unwrap().iter().find(|flow| flow["name"] == "emergency");
        // Of a desk that she does not see, she learns nothing.
        let lines = flow.unwrap()["lines"].as_array().unwrap();
        assert!(!lines.is_empty() && lines.iter().all(|line| line["desk"] == "reservations"), "{listed}");

        let told = mona.get(FLOW).await.is(StatusCode::OK);
        assert_eq!((&told["version"], &told["may_put"]), (&json!(1), &json!(false)), "{told}");
        let starts = told["steps"].as_array().unwrap().iter().filter(|step| step["is_start"] == true);
        assert_eq!(starts.count(), 1, "{told}");
        assert_eq!(all.get(FLOW).await.json()["may_put"], true);
        let file = mona.get(FILE).await;
        assert_eq!((file.status, &*file.body, file.tag()), (StatusCode::OK, &*emergency(), "\"1\""));
        let again = mona.send(Method::GET, FILE, &[("if-none-match", "\"1\"")], "").await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        for path in ["/flows/emergency/drawing", "/flows/emergency/drawing?version=1"] {
            let drawing = mona.get(path).await;
            assert_eq!(drawing.headers[header::CONTENT_TYPE], "image/svg+xml", "{}", drawing.body);
            assert!(drawing.body.contains("<svg") && drawing.body.contains("who"), "{}", drawing.body);
        }
        mona.get("/flows/emergency/drawing?version=2").await.is(StatusCode::NOT_FOUND);
        mona.get("/flows/emergency/drawing?version=0").await.is(StatusCode::BAD_REQUEST);
        for path in ["/flows/none", "/flows/none/file", "/flows/none/drawing", "/flows/none/versions"] {
            mona.get(path).await.is(StatusCode::NOT_FOUND);
        }

        let good = check(&mona, &emergency()).await.is(StatusCode::OK);
        assert_eq!((&good["name"], &good["hash"]), (&json!("emergency"), &told["hash"]), "{good}");
        assert_eq!(good["steps"], told["steps"]);
        let broken = format!("{}\n[steps.lonely]\nkind = \"hang_up\"\n", emergency());
        let wrong = check(&mona, &broken).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        let line = emergency().lines().count() + 2;
        assert_eq!((&wrong["errors"][0]["line"], wrong["errors"].get(1)), (&json!(line), None), "{wrong}");
        let failing = "[[scenario]]\nabout = \"x\"\ncall = []\ncommands = [\"reject\"]\n";
        let failing = check(&mona, &format!("{}\n{failing}", emergency())).await;
        assert!(failing.is(StatusCode::UNPROCESSABLE_ENTITY).to_string().contains("is not `reject`"));
        let json = mona.post("/flows/check", &[], json!({})).await;
        json.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);

        let vera = site.program(Role::Viewer, None).await;
        for path in ["/flows", FLOW, FILE, "/flows/emergency/drawing", "/flows/emergency/versions/1"] {
            vera.get(path).await.is(StatusCode::FORBIDDEN);
        }
        check(&vera, &emergency()).await.is(StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_text_is_put_in_force_above_what_was_seen_and_taken_back() {
    Site::each(async |site| {
        let all = site.program(Role::Manager, None).await;
        let seen = [("if-match", "\"1\"")];
        let calmer = greeting("{desk}, good evening.");
        // It answers a line of the desk `night`, too.
        let mona = site.program(Role::Manager, Some("reservations")).await;
        let refused = mona.put(FILE, &seen, &calmer).await.is(StatusCode::FORBIDDEN);
        assert!(refused["detail"].as_str().unwrap().contains("does not manage"), "{refused}");
        let restore = "/flows/emergency/versions/1/restore";
        mona.post(restore, &seen, Value::Null).await.is(StatusCode::FORBIDDEN);
        site.program(Role::Viewer, None).await.put(FILE, &seen, &calmer).await.is(StatusCode::FORBIDDEN);

        for (headers, text, status) in [
            (&[] as &[_], &*calmer, StatusCode::PRECONDITION_REQUIRED),
            (&[("if-match", "1")], &calmer, StatusCode::BAD_REQUEST),
            (&[("if-match", "\"7\"")], &calmer, StatusCode::PRECONDITION_FAILED),
            (&[("if-none-match", "*")], &calmer, StatusCode::PRECONDITION_FAILED),
            (&seen, "name = ", StatusCode::UNPROCESSABLE_ENTITY),
            (&seen, &renamed(&calmer, "other"), StatusCode::UNPROCESSABLE_ENTITY),
            (
                &seen,
                &calmer.replacen("[\"en\"]", "[\"fr\"]", 1).replace(".en = ", ".fr = "),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
        ] {
            assert_eq!(all.put(FILE, headers, text).await.status, status, "{headers:?}");
        }
        let long = format!("{FILE}?why={}", "x".repeat(501));
        all.put(&long, &seen, &calmer).await.is(StatusCode::BAD_REQUEST);
        assert_eq!(all.get(FILE).await.tag(), "\"1\"");

        let named = [seen[0], ("idempotency-key", "calmer")];
        let why = format!("{FILE}?why=calmer%20words");
        let put = all.put(&why, &named, &calmer).await;
        assert_eq!((put.is(StatusCode::OK), put.tag()), (json!({"version": 2}), "\"2\""));
        // Its answer was lost.
        assert_eq!(all.put(&why, &named, &calmer).await.is(StatusCode::OK), json!({"version": 2}));
        assert_eq!(all.get(FILE).await.body, calmer);
        all.put(FILE, &seen, &emergency()).await.is(StatusCode::PRECONDITION_FAILED);
        let head = site.program(Role::Administrator, None).await;
        let entry = head.get("/audit?limit=2").await.json()["entries"][1].clone();
        assert_eq!(
            (&entry["action"], &entry["subject"]),
            (&json!("flow.put"), &json!("emergency")),
            "{entry}"
        );

        let first = all.get("/flows/emergency/versions?limit=1").await.is(StatusCode::OK);
        let version = &first["versions"][0];
        assert_eq!(
            (&version["version"], &version["origin"], &version["why"], &version["applied_by"]),
            (&json!(2), &json!("web"), &json!("calmer words"), &json!("token keeper")),
        );
        let next = first["next"].as_str().unwrap();
        let rest = all.get(&format!("/flows/emergency/versions?cursor={next}")).await.json();
        assert_eq!((&rest["versions"][0]["origin"], rest.get("next")), (&json!("shipped"), None), "{rest}");
        assert_eq!(all.get("/flows/emergency/versions/1").await.json()["file"], emergency());
        all.get("/flows/emergency/versions/3").await.is(StatusCode::NOT_FOUND);

        all.post(restore, &[], Value::Null).await.is(StatusCode::PRECONDITION_REQUIRED);
        all.post(restore, &seen, Value::Null).await.is(StatusCode::PRECONDITION_FAILED);
        let seen = [("if-match", "\"2\"")];
        all.post("/flows/emergency/versions/9/restore", &seen, Value::Null).await.is(StatusCode::NOT_FOUND);
        let back = all.post(restore, &seen, Value::Null).await;
        assert_eq!((back.is(StatusCode::OK), back.tag()), (json!({"version": 3}), "\"3\""));
        assert_eq!(all.get(FILE).await.body, emergency());

        // A new one, which no line has yet: by whoever manages a desk.
        let new = renamed(&calmer, "evening");
        let made = mona.put("/flows/evening/file", &[("if-none-match", "*")], &new).await;
        assert_eq!(made.is(StatusCode::OK), json!({"version": 1}));
        let taken = renamed(&calmer, "check");
        let taken = mona.put("/flows/check/file", &[("if-none-match", "*")], &taken).await;
        taken.is(StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
