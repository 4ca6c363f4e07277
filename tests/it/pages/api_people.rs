//! Programs let people in, change what they may, and look at the board and the carriers.

use axum::http::StatusCode;
use nightbell::rules::access::Role;
use serde_json::{Value, json};

use super::api::call;
use super::{PASSWORD, Site, hours};

fn emails(told: &Value) -> Vec<&str> {
    told["accounts"].as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn people_are_let_in_and_out_by_programs() {
    Site::each(async |site| {
        site.administrator().await;
        let all = site.program(Role::Administrator, None).await;
        let vera = json!({"email": "vera@example.com", "desk": "reservations", "role": "agent"});
        let named = [("idempotency-key", "vera")];
        let link =
            all.post("/invitations", &named, vera.clone()).await.is(StatusCode::CREATED)["link"].clone();
        let again = all.post("/invitations", &named, vera.clone()).await;
        again.is(StatusCode::CONFLICT);
        assert!(!again.body.contains("/join/"), "{}", again.body);
        let invited = all.get("/invitations").await.json();
        assert_eq!(invited["invitations"][0]["email"], "vera@example.com", "{invited}");
        assert_eq!(invited["invitations"][0]["role"], "agent");

        let join = link.as_str().unwrap().strip_prefix(super::PUBLIC).unwrap();
        let browser = site.browser("192.0.2.7");
        let form = [("name", "Vera"), ("password", super::PASSWORD)];
        browser.post(join, &form).await.leads_to("/");
        assert_eq!(all.get("/invitations").await.json()["invitations"], json!([]));
        all.post("/invitations", &[], vera).await.is_refused("has_account");

        let accounts = all.get("/accounts").await.json();
        assert_eq!(emails(&accounts), ["ada@example.com", "vera@example.com"]);
        let one = format!("/accounts/{}", accounts["accounts"][1]["id"].as_str().unwrap());
        let told = all.get(&one).await.is(StatusCode::OK);
        let role = json!([{"desk": "reservations", "role": "agent", "by_group": false}]);
        assert_eq!((&told["roles"], &told["sessions"]), (&role, &json!(1)), "{told}");

        let roles = format!("{one}/roles");
        let wider = json!({"desk": "night", "role": "manager"});
        let told = all.post(&roles, &[], wider).await.is(StatusCode::OK);
        assert_eq!(told["roles"].as_array().unwrap().len(), 2, "{told}");
        let none = json!({"desk": "nowhere", "role": "manager"});
        all.post(&roles, &[], none).await.is(StatusCode::NOT_FOUND);
        all.post(&roles, &[], json!({"desk": "night", "role": "owner"})).await.is(StatusCode::BAD_REQUEST);

        // Who administers one desk keeps what belongs to it, and learns of nothing else.
        let night = site.program(Role::Administrator, Some("night")).await;
        assert_eq!(night.get(&one).await.json()["roles"].as_array().unwrap().len(), 1);
        assert_eq!(night.get(&one).await.json()["second_factor"], Value::Null);
        let elsewhere = json!({"desk": "reservations", "role": "viewer"});
        night.post(&roles, &[], elsewhere.clone()).await.is(StatusCode::NOT_FOUND);
        night.post(&roles, &[], json!({"role": "administrator"})).await.is(StatusCode::FORBIDDEN);
        night
            .post(&format!("{one}/commands"), &[], json!({"command": "disable"}))
            .await
            .is(StatusCode::FORBIDDEN);
        night.post(&format!("{one}/reset"), &[], Value::Null).await.is(StatusCode::FORBIDDEN);
        let gone = night.post(&roles, &[], json!({"desk": "night", "role": null})).await;
        gone.is(StatusCode::NO_CONTENT);
        night.get(&one).await.is(StatusCode::NOT_FOUND);
        let back = json!({"email": "vera@example.com", "desk": "night", "role": "viewer"});
        let given = night.post("/invitations", &[], back).await.is(StatusCode::CREATED);
        assert_eq!(given["link"], Value::Null, "she has an account");
        night.get(&one).await.is(StatusCode::OK);

        // Signed out, and in no more.
        let commands = format!("{one}/commands");
        let told = all.post(&commands, &[], json!({"command": "end_sessions"})).await.is(StatusCode::OK);
        assert_eq!(told["sessions"], 0);
        assert!(!browser.is_in().await);
        let reset = all.post(&format!("{one}/reset"), &[], Value::Null).await.is(StatusCode::CREATED);
        assert!(reset["link"].as_str().unwrap().contains("/join/"), "{reset}");
        let told = all.post(&commands, &[], json!({"command": "disable"})).await.is(StatusCode::OK);
        assert!(told["disabled_at"].is_string(), "{told}");
        all.post(&format!("{one}/reset"), &[], Value::Null).await.is_refused("disabled");
        let told = all.post(&commands, &[], json!({"command": "enable"})).await.is(StatusCode::OK);
        assert_eq!(told["disabled_at"], Value::Null);
        let ada = format!("/accounts/{}", accounts["accounts"][0]["id"].as_str().unwrap());
        let last = all.post(&format!("{ada}/commands"), &[], json!({"command": "disable"})).await;
        last.is_refused("last_administrator");

        for path in ["/accounts", "/invitations"] {
            site.program(Role::Manager, None).await.get(path).await.is(StatusCode::FORBIDDEN);
        }
        let wanted = json!({"email": "wim@example.com", "role": "viewer"});
        all.post("/invitations", &[], wanted).await.is(StatusCode::CREATED);
        all.delete("/invitations/wim@example.com", &[]).await.is(StatusCode::NO_CONTENT);
        all.delete("/invitations/wim@example.com", &[]).await.is(StatusCode::NOT_FOUND);
        all.delete("/invitations/nobody", &[]).await.is(StatusCode::NOT_FOUND);
        let no_address = json!({"email": "wim", "role": "viewer"});
        all.post("/invitations", &[], no_address).await.is(StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn the_board_shows_a_program_what_it_may_see() {
    Site::each(async |site| {
        call(site, "CA1", "+18025550100").await;
        call(site, "CA2", "+18025550190").await;
        let all = site.program(Role::Agent, None).await;
        let night = site.program(Role::Viewer, Some("night")).await;
        let desks = |told: &Value, list: &str| -> Vec<String> {
            let desk = |one: &Value| one.pointer("/ticket/desk").unwrap_or(&one["desk"]).clone();
            told[list].as_array().unwrap().iter().map(|one| desk(one).as_str().unwrap().to_owned()).collect()
        };
        let board = all.get("/board").await.is(StatusCode::OK);
        let mut open = desks(&board, "open");
        open.sort();
        assert_eq!(open, ["night", "reservations"], "{board}");
        assert_eq!(board["open"][0]["tone"], "alarm");
        assert_eq!(board["open"][0]["ticket"]["caller_id"], "+18025550121");
        assert_eq!(board["desks"][1]["rotas"][0]["now"]["key"], "ada", "{board}");
        assert_eq!(board["processes"][0]["this"], true);

        // Of one desk alone, and without numbers for who only looks on.
        for (by, path) in [(&all, "/board?desk=night"), (&night, "/board")] {
            let board = by.get(path).await.is(StatusCode::OK);
            assert_eq!(
                (desks(&board, "open"), desks(&board, "desks")),
                (vec!["night".to_owned()], vec!["night".to_owned()])
            );
        }
        let board = night.get("/board").await;
        assert!(!board.body.contains("+18025550121"), "{}", board.body);
        night.get("/board?desk=reservations").await.is(StatusCode::NOT_FOUND);
        let ticket = night.get("/tickets/1001").await.json();
        assert_eq!((&ticket["caller_id"], &ticket["desk"]), (&Value::Null, &json!("night")));

        night.get("/carriers").await.is(StatusCode::FORBIDDEN);
        let carriers = site.program(Role::Administrator, None).await.get("/carriers").await;
        let told = carriers.is(StatusCode::OK);
        assert_eq!(
            (&told["carriers"][0]["name"], &told["carriers"][0]["lines"][1]),
            (&json!("main"), &json!("+18025550100"))
        );
        assert!(!carriers.body.contains("a-token"), "{}", carriers.body);
    })
    .await;
}

#[tokio::test]
async fn tokens_are_listed_and_ended_by_programs() {
    Site::each(async |site| {
        site.administrator().await;
        let all = site.program(Role::Administrator, None).await;
        let phone = site.program_of("ada@example.com", Role::Agent).await;
        let looks = site.program(Role::Viewer, Some("night")).await;
        let night = site.program(Role::Administrator, Some("night")).await;
        for (who, count) in [(&all, 4), (&night, 2)] {
            let told = who.get("/tokens").await.is(StatusCode::OK);
            assert_eq!(told["tokens"].as_array().unwrap().len(), count, "{told}");
            assert!(!told.to_string().contains("nbt_"), "{told}");
        }
        let told = all.get("/tokens").await.json();
        let token = &told["tokens"][3];
        assert_eq!(
            (&token["name"], &token["role"], &token["desk"], &token["owner"], &token["expires_at"]),
            (&json!("phone"), &json!("agent"), &Value::Null, &json!("ada@example.com"), &Value::Null),
            "{told}"
        );
        // What was used is kept with the next heartbeat, to the day.
        let used = |told: &Value| -> Vec<(String, Value)> {
            let tokens = told["tokens"].as_array().unwrap().iter();
            tokens
                .map(|one| (one["name"].as_str().unwrap().to_owned(), one["last_used_on"].clone()))
                .collect()
        };
        assert!(used(&told).iter().all(|(_, day)| day.is_null()), "{told}");
        phone.get("/desks").await.is(StatusCode::OK);
        site.acts.beat(&[]).await.unwrap();
        site.pass(hours(24));
        all.get("/desks").await.is(StatusCode::OK);
        site.acts.beat(&[]).await.unwrap();
        let told = all.get("/tokens").await.json();
        let days: Vec<Value> = used(&told).into_iter().map(|(_, day)| day).collect();
        // The keeper of everything looked today, that of the night and the telephone yesterday, the viewer never.
        for (day, count) in [(json!("2026-11-19"), 1), (json!("2026-11-18"), 2), (Value::Null, 1)] {
            assert_eq!(days.iter().filter(|one| **one == day).count(), count, "{day} of {told}");
        }
        assert_eq!(days[3], json!("2026-11-18"), "{told}");
        let page = site.browser("192.0.2.1");
        page.signs_in("ada@example.com", PASSWORD).await;
        page.get("/people").await.says(
            StatusCode::OK,
            &["phone</p>", "of ada@example.com · last used 18 Nov 2026 · for ever", "never used"],
        );
        for (who, status) in [(&looks, StatusCode::FORBIDDEN), (&phone, StatusCode::FORBIDDEN)] {
            who.get("/tokens").await.is(status);
            who.delete("/tokens/phone", &[]).await.is(status);
        }

        // What reaches beyond one's desks is not one's own to end.
        night.delete("/tokens/phone", &[]).await.is(StatusCode::NOT_FOUND);
        phone.get("/desks").await.is(StatusCode::OK);
        all.delete("/tokens/phone", &[]).await.is(StatusCode::NO_CONTENT);
        phone.get("/desks").await.is(StatusCode::UNAUTHORIZED);
        all.delete("/tokens/phone", &[]).await.is(StatusCode::NOT_FOUND);
        let entry = all.get("/audit?limit=1").await.json()["entries"][0].clone();
        assert_eq!((&entry["action"], &entry["subject"]), (&json!("token.end"), &json!("phone")), "{entry}");
        night.delete("/tokens/keeper", &[]).await.is(StatusCode::NO_CONTENT);
        looks.get("/desks").await.is(StatusCode::UNAUTHORIZED);
        night.get("/desks").await.is(StatusCode::UNAUTHORIZED);
        all.get("/desks").await.is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn lists_of_people_go_on_to_their_end() {
    Site::each(async |site| {
        site.administrator().await;
        site.somebody("zoe", Role::Viewer, None).await;
        let all = site.program(Role::Administrator, None).await;
        for (name, desk) in [("wim", Some("night")), ("vera", None), ("wim", None)] {
            let wanted = json!({"email": format!("{name}@example.com"), "desk": desk, "role": "viewer"});
            all.post("/invitations", &[], wanted).await.is(StatusCode::CREATED);
        }
        site.program_of("ada@example.com", Role::Agent).await;
        for (list, field, count) in
            [("accounts", "email", 2), ("invitations", "email", 3), ("tokens", "name", 2)]
        {
            let whole = all.get(&format!("/{list}")).await.is(StatusCode::OK);
            assert_eq!(whole.get("next"), None, "{whole}");
            let (mut told, mut path) = (Vec::new(), format!("/{list}?limit=1"));
            loop {
                let page = all.get(&path).await.is(StatusCode::OK);
                assert_eq!(page[list].as_array().unwrap().len(), 1, "{page}");
                told.push(page[list][0][field].clone());
                let Some(next) = page.get("next") else { break };
                path = format!("/{list}?limit=1&cursor={}", next.as_str().unwrap());
            }
            let all_told: Vec<Value> =
                whole[list].as_array().unwrap().iter().map(|one| one[field].clone()).collect();
            assert_eq!((told.len(), told), (count, all_told), "{list}");
            all.get(&format!("/{list}?cursor=x")).await.is(StatusCode::BAD_REQUEST);
        }
    })
    .await;
}
