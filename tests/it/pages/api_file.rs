//! Programs read and write a desk's file by the rules of the command line: at the version that they saw, once.

use axum::http::{Method, StatusCode, header};
use nightbell::rules::access::Role;
use serde_json::{Value, json};

use super::{DESK, Site, hours, night_desk};

const FILE: &str = "/desks/reservations/file";

fn renamed() -> String {
    DESK.replace("Ada Moss", "Ada Marsh")
}

#[tokio::test]
async fn a_file_is_written_at_the_version_that_was_read() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, Some("reservations")).await;
        let read = manager.get(FILE).await;
        assert_eq!((read.status, &*read.body, read.tag()), (StatusCode::OK, DESK, "\"1\""));
        assert_eq!(read.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");

        let seen = [("if-match", "\"1\"")];
        let dry = manager.put(&format!("{FILE}?dry_run=true"), &seen, &renamed()).await;
        assert_eq!(dry.status, StatusCode::OK, "{}", dry.body);
        let changes = json!([{"part": "agent", "name": "ada", "how": "changed"}]);
        let (told, applied) = (dry.json(), |told: &Value| told["applied"].clone());
        assert_eq!((&told["changes"], &told["version"], applied(&told)), (&changes, &json!(2), json!(false)));
        assert!(told["diff"].as_str().unwrap().contains("\n+name = \"Ada Marsh\"\n"), "{told}");
        assert_eq!(manager.get(FILE).await.tag(), "\"1\"", "nothing has changed");

        let put = manager.put(FILE, &seen, &renamed()).await;
        assert_eq!((put.status, put.tag()), (StatusCode::OK, "\"2\""), "{}", put.body);
        assert_eq!(applied(&put.json()), true);
        assert_eq!(manager.get(FILE).await.body, renamed());
        // Somebody who had read the first version is told, with a dry run as well.
        for path in [FILE, &format!("{FILE}?dry_run=true")] {
            assert_eq!(manager.put(path, &seen, DESK).await.status, StatusCode::PRECONDITION_FAILED);
        }
        // The same file again is nothing new.
        let same = manager.put(FILE, &[("if-match", "*")], &renamed()).await;
        assert_eq!(
            (same.status, same.tag(), same.json()["version"].clone()),
            (StatusCode::OK, "\"2\"", json!(2))
        );

        let versions = manager.get("/desks/reservations/versions?limit=1").await.json();
        assert_eq!(versions["versions"][0]["applied_by"], "token keeper");
        assert_eq!(versions["versions"][0]["changes"], "agent ada: changed");
        let next = versions["next"].as_str().unwrap();
        let rest = manager.get(&format!("/desks/reservations/versions?cursor={next}")).await.json();
        assert_eq!((rest["versions"].as_array().unwrap().len(), rest.get("next")), (1, None));
        assert_eq!(manager.get("/desks/reservations/versions/1").await.json()["file"], DESK);
        assert_eq!(manager.get("/desks/reservations/versions/3").await.status, StatusCode::NOT_FOUND);
        let whole = manager.get("/desks/reservations").await;
        assert_eq!(
            (whole.tag(), whole.json()["desk"]["agent"][0]["name"].clone()),
            ("\"2\"", json!("Ada Marsh"))
        );
        let log = manager.get("/audit?limit=1").await.json();
        let entry = &log["entries"][0];
        assert_eq!((&entry["actor"], &entry["action"]), (&json!("token keeper"), &json!("desk.apply")));
        assert!(log["next"].is_string(), "{log}");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_written_is_told_with_the_reason() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, None).await;
        let seen = ("if-match", "\"1\"");
        let bad = DESK.replace("country = \"US\"", "country = \"ZZ\"");
        let told = manager.put(FILE, &[seen], &bad).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        let error = &told.json()["errors"][0];
        assert_eq!((&error["line"], &error["what"]), (&json!(6), &json!("`ZZ` is no country")));
        assert!(error["remedy"].is_string(), "{error}");

        for (headers, body, status) in [
            (&[] as &[_], &*renamed(), StatusCode::PRECONDITION_REQUIRED),
            (&[("if-match", "1")], DESK, StatusCode::BAD_REQUEST),
            (&[("if-match", "W/\"1\"")], DESK, StatusCode::BAD_REQUEST),
            (&[("if-none-match", "\"1\"")], DESK, StatusCode::BAD_REQUEST),
            (&[seen, ("if-none-match", "*")], DESK, StatusCode::BAD_REQUEST),
            (&[("if-match", "\"7\"")], DESK, StatusCode::PRECONDITION_FAILED),
            (&[("if-none-match", "*")], DESK, StatusCode::PRECONDITION_FAILED),
            (&[seen, ("idempotency-key", "two words")], DESK, StatusCode::BAD_REQUEST),
            (&[seen], &night_desk(), StatusCode::UNPROCESSABLE_ENTITY),
            (&[seen], &"#".repeat(300_000), StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            assert_eq!(manager.put(FILE, headers, body).await.status, status, "{headers:?}");
        }
        for kind in ["application/json", "", "text/html"] {
            let headers = [seen, ("content-type", kind)];
            let told = manager.send(Method::PUT, FILE, &headers, DESK).await;
            assert_eq!(told.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        }
        assert_eq!(manager.get(FILE).await.tag(), "\"1\"");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_brings_gaps_comes_into_force_only_if_they_are_meant() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, None).await;
        let turns = "hand_off = \"Mon 09:00\"\n";
        let holed = DESK.replace(turns, &format!("{turns}only = [\"Mon-Thu 00:00-24:00\"]\n"));
        assert_ne!(holed, DESK);
        let seen = [("if-match", "\"1\"")];
        let told = manager.put(&format!("{FILE}?dry_run=true"), &seen, &holed).await.is(StatusCode::OK);
        let gap = &told["gaps"][0];
        assert_eq!((&gap["policy"], &gap["new"]), (&json!("emergencies"), &json!(true)), "{told}");
        assert_eq!(
            (&gap["found"], &gap["why"][0]["reason"]),
            (&json!("last_resort"), &json!("hole")),
            "{told}"
        );

        let refused = manager.put(FILE, &seen, &holed).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused["outcome"], "gaps", "{refused}");
        assert_eq!(refused["gaps"][0]["from"], gap["from"], "{refused}");
        assert_eq!(manager.get(FILE).await.tag(), "\"1\"");
        let never = format!("{FILE}?gaps=never");
        manager.put(&never, &seen, &holed).await.is(StatusCode::BAD_REQUEST);
        let meant = manager.put(&format!("{FILE}?gaps=meant"), &seen, &holed).await;
        assert_eq!((meant.is(StatusCode::OK)["applied"].clone(), meant.tag()), (json!(true), "\"2\""));

        // At 3 a.m. a telephone is changed: what is so already is told, and not asked about again.
        let urgent = holed.replace("+18025550111", "+18025550119");
        let told = manager.put(FILE, &[("if-match", "\"2\"")], &urgent).await.is(StatusCode::OK);
        assert_eq!((&told["version"], &told["gaps"][0]["new"]), (&json!(3), &json!(false)), "{told}");
        // A desk that is not there yet has none already.
        let new = night_desk()
            .replace("\"night\"", "\"day\"")
            .replace("+18025550190", "+18025550191")
            .replace(turns, &format!("{turns}only = [\"Mon-Thu 00:00-24:00\"]\n"));
        let refused = manager.put("/desks/day/file", &[("if-none-match", "*")], &new).await;
        assert_eq!(refused.is(StatusCode::UNPROCESSABLE_ENTITY)["outcome"], "gaps");
    })
    .await;
}

#[tokio::test]
async fn any_of_several_versions_meets_a_condition() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, None).await;
        for (tags, status) in [
            ("\"77\", \"8\"", StatusCode::PRECONDITION_FAILED),
            ("\"77\" \"1\"", StatusCode::BAD_REQUEST),
            ("\"77\", \"1\"", StatusCode::OK),
            ("W/\"2\"", StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(manager.put(FILE, &[("if-match", tags)], &renamed()).await.status, status, "{tags}");
        }
        // In several lines, too.
        let lines = [("if-match", "\"77\""), ("if-match", "\"2\"")];
        assert_eq!(manager.put(FILE, &lines, DESK).await.tag(), "\"3\"");
        let restore = "/desks/reservations/versions/2/restore";
        let told = manager.post(restore, &[("if-match", "\"9\", \"3\"")], json!({})).await;
        assert_eq!(told.is(StatusCode::OK)["version"], 4);
    })
    .await;
}

#[tokio::test]
async fn times_that_no_calendar_has_are_refused() {
    Site::each(async |site| {
        let viewer = site.program(Role::Viewer, None).await;
        for (from, to) in [
            ("9999-06-01T00:00:00Z", "9999-06-02T00:00:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-02T00:00:00Z"),
            ("2199-12-31T00:00:00Z", "2200-01-01T00:00:00Z"),
        ] {
            for path in ["/desks/night/gaps", "/desks/night/rotas/primary/shifts"] {
                let told = viewer.get(&format!("{path}?from={from}&to={to}")).await;
                let told = told.is(StatusCode::BAD_REQUEST);
                assert!(told["detail"].as_str().unwrap().contains("1970 to 2199"), "{told}");
            }
        }
        let last = "from=2199-12-30T00:00:00Z&to=2199-12-31T00:00:00Z";
        viewer.get(&format!("/desks/night/gaps?{last}")).await.is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_named_request_is_carried_out_once() {
    Site::each(async |site| {
        let manager = site.program(Role::Manager, None).await;
        let named = [("if-match", "\"1\""), ("idempotency-key", "rename-ada")];
        let first = manager.put(FILE, &named, &renamed()).await;
        assert_eq!((first.status, first.tag()), (StatusCode::OK, "\"2\""), "{}", first.body);
        // What there is not has no names: this is no second request of that one's.
        let elsewhere = manager.post(FILE, &[("idempotency-key", "rename-ada")], serde_json::json!({})).await;
        assert_eq!(elsewhere.status, StatusCode::METHOD_NOT_ALLOWED, "{}", elsewhere.body);
        let log = site.acts.audit_head().await.unwrap();
        // Its answer was lost: it asks again, and the desk is at another version by now.
        let again = manager.put(FILE, &named, &renamed()).await;
        assert_eq!((again.status, again.tag(), &again.body), (StatusCode::OK, "\"2\"", &first.body));
        assert_eq!(site.acts.audit_head().await.unwrap(), log);
        for (headers, body) in [
            (named, DESK.to_owned()),
            ([("if-match", "\"2\""), ("idempotency-key", "rename-ada")], renamed()),
        ] {
            let other = manager.put(FILE, &headers, &body).await;
            assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.body);
        }
        // A name is one's own.
        let other = site.program(Role::Manager, None).await;
        assert_eq!(other.put(FILE, &named, &renamed()).await.status, StatusCode::PRECONDITION_FAILED);
        // What failed is not kept, and after a day nothing is.
        let late = [("if-match", "\"1\""), ("idempotency-key", "late")];
        assert_eq!(manager.put(FILE, &late, DESK).await.status, StatusCode::PRECONDITION_FAILED);
        let late = [("if-match", "\"2\""), ("idempotency-key", "late")];
        assert_eq!(manager.put(FILE, &late, DESK).await.status, StatusCode::OK);
        site.pass(hours(25));
        site.acts.tidy().await.unwrap();
        assert_eq!(manager.put(FILE, &named, &renamed()).await.status, StatusCode::PRECONDITION_FAILED);
    })
    .await;
}

#[tokio::test]
async fn a_desk_is_kept_by_its_managers_and_made_by_those_of_all() {
    Site::each(async |site| {
        let viewer = site.program(Role::Viewer, Some("reservations")).await;
        let night = site.program(Role::Manager, Some("night")).await;
        let seen = [("if-match", "\"1\"")];
        for path in
            [FILE, "/desks/reservations", "/desks/reservations/versions", "/desks/reservations/versions/1"]
        {
            assert_eq!(viewer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(night.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(viewer.put(FILE, &seen, &renamed()).await.status, StatusCode::FORBIDDEN);
        assert_eq!(night.put(FILE, &seen, &renamed()).await.status, StatusCode::NOT_FOUND);
        for (path, status) in [
            ("/desks/reservations/rotas", StatusCode::OK),
            ("/desks/reservations/gaps", StatusCode::OK),
            ("/desks/night/rotas", StatusCode::NOT_FOUND),
            ("/audit", StatusCode::FORBIDDEN),
            ("/audit?desk=night", StatusCode::NOT_FOUND),
        ] {
            assert_eq!(viewer.get(path).await.status, status, "{path}");
        }
        let keys =
            |told: Value| told["desks"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
        let seen_desks: Vec<Value> = keys(viewer.get("/desks").await.json());
        assert_eq!(seen_desks, ["reservations"]);
        let entries = night.get("/audit").await.json();
        let of_night = |entry: &Value| entry["desk"] == "night";
        assert!(entries["entries"].as_array().unwrap().iter().all(of_night), "{entries}");

        let day = night_desk().replace("\"night\"", "\"day\"").replace("+18025550190", "+18025550191");
        let new = [("if-none-match", "*")];
        assert_eq!(night.put("/desks/day/file", &new, &day).await.status, StatusCode::NOT_FOUND);
        let all = site.program(Role::Manager, None).await;
        assert_eq!(all.put("/desks/day/file", &seen, &day).await.status, StatusCode::PRECONDITION_FAILED);
        let made = all.put("/desks/day/file", &new, &day).await;
        assert_eq!((made.status, made.tag()), (StatusCode::OK, "\"1\""), "{}", made.body);
        assert_eq!(all.get("/desks/day/file").await.body, day);
    })
    .await;
}
