mod document;

use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::*;
use crate::act::{By, CallIn, TextIn, Token};
use crate::clock::Clock;
use crate::rules::access::Role;
use crate::web::tests::{Answer, Gateway};

async fn ask(gateway: &Gateway, token: &str, address: &str) -> (StatusCode, Value) {
    let Answer { status, headers, body } = gateway.get(&format!("/api/v1{address}"), Some(token)).await;
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    assert_eq!(headers[header::CONTENT_TYPE], kind, "{address}");
    let body: Value = serde_json::from_str(&body).unwrap();
    if !status.is_success() {
        assert_eq!(body["status"], status.as_u16());
        assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
    }
    (status, body)
}

async fn call(gateway: &Gateway, sid: &str) {
    call_line(gateway, sid, "+18025550100").await;
}

async fn call_line(gateway: &Gateway, sid: &str, line: &str) {
    let call = CallIn {
        forwarded: false,
        carrier: "main".into(),
        sid: sid.into(),
        from: "+18025550121".into(),
        to: line.parse().unwrap(),
    };
    gateway.acts.accept_call(call).await.unwrap();
}

#[tokio::test]
async fn nothing_without_a_token() {
    let gateway = Gateway::new().await;
    let soon = gateway.clock.now() + std::time::Duration::from_secs(60);
    let token = gateway
        .acts
        .create_token(By::command_line(), Token { expires_at: Some(soon), ..Token::viewer("report") })
        .await
        .unwrap();
    for address in ["/tickets", "/on-call", "/nothing"] {
        for wrong in [None, Some("nbt_guess"), Some("")] {
            let answer = gateway.get(&format!("/api/v1{address}"), wrong).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
            assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
        }
    }
    assert_eq!(ask(&gateway, &token, "/tickets").await.0, StatusCode::OK);
    gateway.clock.set(soon);
    assert_eq!(ask(&gateway, &token, "/tickets").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tickets_are_listed_and_told() {
    let gateway = Gateway::new().await;
    let answers = Token { role: Role::Agent, ..Token::viewer("report") };
    let token = gateway.acts.create_token(By::command_line(), answers).await.unwrap();
    call(&gateway, "CA1").await;
    gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(1));
    call(&gateway, "CA2").await;

    let (_, all) = ask(&gateway, &token, "/tickets?desk=reservations").await;
    let opened: Vec<_> =
        all["tickets"].as_array().unwrap().iter().map(|ticket| &ticket["opened_at"]).collect();
    assert_eq!(opened, ["2026-11-21T08:00:01.000Z", "2026-11-21T08:00:00.000Z"]);
    assert_eq!(all.get("next"), None);
    let (_, older) = ask(&gateway, &token, "/tickets?until=2026-11-21T09:00:01+01:00").await;
    assert_eq!(older["tickets"], json!([all["tickets"][1]]));

    let number = &all["tickets"][1]["number"];
    let (_, one) = ask(&gateway, &token, &format!("/tickets/{number}")).await;
    for (field, expected) in [
        ("desk", json!("reservations")),
        ("line", json!("+18025550100")),
        ("severity", json!(1)),
        ("provisional", json!(true)),
        ("state", json!("open")),
        ("holder", Value::Null),
        ("caller_id", json!("+18025550121")),
        (
            "contact",
            json!({
                "customer": "Lakeside Lodge",
                "name": "Finn Avery",
                "plan": "standard",
                "account_manager": {"name": "Dora Lane", "email": "dora@reservations.example.com"},
            }),
        ),
        ("opened_at", json!("2026-11-21T08:00:00.000Z")),
        ("acked_at", Value::Null),
        // By the desk's file: twelve hours, and no promise of a resolution.
        ("respond_by", json!("2026-11-21T20:00:00.000Z")),
        ("resolve_by", Value::Null),
    ] {
        assert_eq!(one[field], expected, "{field}");
    }
    let opened = json!({"at": "2026-11-21T08:00:00.000Z", "by": "caller", "kind": "opened", "details": {"call": "CA1"}});
    assert_eq!(one["timeline"][0], opened);

    // Who only looks on sees no telephone numbers.
    let looks = gateway.acts.create_token(By::command_line(), Token::viewer("wall")).await.unwrap();
    let (_, seen) = ask(&gateway, &looks, &format!("/tickets/{number}")).await;
    assert_eq!((&seen["caller_id"], &seen["line"]), (&Value::Null, &json!("+18025550100")));
}

#[tokio::test]
async fn the_one_on_call_is_named() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    let (_, now) = ask(&gateway, &token, "/on-call").await;
    assert_eq!(now["at"], "2026-11-21T08:00:00.000Z");
    let (_, desk) = ask(&gateway, &token, "/on-call?desk=reservations&at=2026-01-05T14:00:00Z").await;
    let ada = json!({"key": "ada", "name": "Ada Moss"});
    let ben = json!({"key": "ben", "name": "Ben Frost"});
    let rotas = json!([{"rota": "primary", "agent": ada}, {"rota": "secondary", "agent": ben}]);
    assert_eq!(
        desk["desks"],
        json!([{"desk": "reservations", "name": "Reservations Support", "rotas": rotas}])
    );
    let (_, before) = ask(&gateway, &token, "/on-call?at=2026-01-05T13:59:59Z").await;
    assert_eq!(before["desks"][0]["rotas"][0], json!({"rota": "primary", "agent": null}));
}

#[tokio::test]
async fn a_wrong_question_is_told_what_is_wrong() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    for (address, expected) in [
        ("/tickets/x", StatusCode::BAD_REQUEST),
        ("/tickets/1234567890123456789", StatusCode::BAD_REQUEST),
        ("/tickets/999999", StatusCode::NOT_FOUND),
        ("/tickets?until=yesterday", StatusCode::BAD_REQUEST),
        ("/tickets?limit=0", StatusCode::BAD_REQUEST),
        ("/tickets?limit=1&limit=2", StatusCode::BAD_REQUEST),
        ("/tickets?severity=5", StatusCode::BAD_REQUEST),
        ("/tickets?state=lost", StatusCode::BAD_REQUEST),
        ("/tickets?cursor=b7", StatusCode::BAD_REQUEST),
        ("/tickets/%ff", StatusCode::BAD_REQUEST),
        ("/desks/%ff", StatusCode::BAD_REQUEST),
        ("/desks/reservations/rotas/none/shifts", StatusCode::NOT_FOUND),
        (
            "/desks/reservations/gaps?from=2026-11-21T00:00:00Z&to=2026-11-21T00:00:00Z",
            StatusCode::BAD_REQUEST,
        ),
        (
            "/desks/reservations/gaps?from=2026-11-21T00:00:00Z&to=2027-11-23T00:00:00Z",
            StatusCode::BAD_REQUEST,
        ),
        ("/desks/reservations/versions", StatusCode::FORBIDDEN),
        ("/desks/other/versions", StatusCode::NOT_FOUND),
        ("/audit", StatusCode::FORBIDDEN),
        ("", StatusCode::NOT_FOUND),
        ("/", StatusCode::NOT_FOUND),
        ("/tickets?dsk=reservations", StatusCode::BAD_REQUEST),
        ("/tickets?desk=other", StatusCode::NOT_FOUND),
        ("/on-call?at=2026-13-01T00:00:00Z", StatusCode::BAD_REQUEST),
        ("/on-call?desk=other", StatusCode::NOT_FOUND),
        ("/nothing", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ask(&gateway, &token, address).await.0, expected, "{address}");
    }
    let post = Request::post("/api/v1/tickets").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = gateway.send(post.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(answer.headers[header::ALLOW], "GET,HEAD");
}

#[tokio::test]
async fn promises_run_by_the_clock_of_their_severity() {
    let gateway = Gateway::new().await;
    let desk = include_str!("../../../tests/desks/reservations.toml");
    let promise = "response = \"24 business hours\"\n\n[[severity]]\nlevel = 4";
    let both = promise.replace("\n\n", "\nresolution = \"2 business days\"\n\n");
    assert!(desk.contains(promise));
    gateway.apply(&desk.replace(promise, &both)).await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    // A text of somebody who is no agent: severity 3, on a Saturday at three in the morning of the desk's zone.
    let text = TextIn {
        written_at: None,
        carrier: "main".into(),
        sid: "SM1".into(),
        from: "+18025550131".into(),
        to: "+18025550100".into(),
        body: "The export is slow.".into(),
        pictures: 0,
        word: None,
    };
    gateway.acts.text_in(text).await.unwrap();
    let (_, one) = ask(&gateway, &token, "/tickets/1001").await;
    assert_eq!(one["severity"], 3);
    // Eight hours on Saturday, eleven on Monday, five on Tuesday.
    assert_eq!(one["respond_by"], "2026-11-24T19:00:00.000Z");
    assert_eq!(one["resolve_by"], "2026-11-25T01:00:00.000Z");
}

#[tokio::test]
async fn a_number_that_several_lines_gave_is_asked_back_for() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    let second = include_str!("../../../tests/desks/reservations.toml")
        .replace("key = \"reservations\"", "key = \"second\"")
        .replace("+18025550100", "+18025550103");
    gateway.apply(&second).await;
    call(&gateway, "CA1").await;
    let (status, one) = ask(&gateway, &token, "/tickets/1001").await;
    assert_eq!((status, &one["line"]), (StatusCode::OK, &json!("+18025550100")));
    call_line(&gateway, "CA2", "+18025550103").await;

    let (status, problem) = ask(&gateway, &token, "/tickets/1001").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        problem["detail"],
        "2 lines have a ticket 1001; add one of them, like ?line=%2B18025550100: +18025550100, +18025550103"
    );
    for (query, expected) in [
        ("line=%2B18025550100", "+18025550100"),
        ("line=+18025550103", "+18025550103"),
        ("line=%2B18025550103", "+18025550103"),
        ("desk=second", "+18025550103"),
        ("desk=reservations&line=%2B18025550100", "+18025550100"),
    ] {
        let (status, one) = ask(&gateway, &token, &format!("/tickets/1001?{query}")).await;
        assert_eq!((status, &one["line"]), (StatusCode::OK, &json!(expected)), "{query}");
    }
    for (query, expected) in [
        ("desk=second&line=%2B18025550100", StatusCode::NOT_FOUND),
        ("line=%2B18025550199", StatusCode::NOT_FOUND),
        ("line=emergency", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(ask(&gateway, &token, &format!("/tickets/1001?{query}")).await.0, expected, "{query}");
    }
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    // Three in one millisecond, and one after them.
    for (index, sid) in ["CA1", "CA2", "CA3", "CA4"].into_iter().enumerate() {
        if index == 3 {
            gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(60));
        }
        call(&gateway, sid).await;
    }
    let numbers = async |filter: &str| {
        let mut seen = Vec::new();
        let mut address = format!("/tickets?limit=1{filter}");
        loop {
            let (status, page) = ask(&gateway, &token, &address).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            let tickets = page["tickets"].as_array().unwrap();
            assert!(tickets.len() <= 1, "{page}");
            seen.extend(tickets.iter().map(|ticket| ticket["number"].as_u64().unwrap()));
            let Some(next) = page.get("next") else { return seen };
            address = format!("/tickets?limit=1{filter}&cursor={}", next.as_str().unwrap());
        }
    };
    // Those of one millisecond have an order of their own, and each is told once.
    let all = numbers("").await;
    assert_eq!(all[0], 1004);
    assert_eq!(all.iter().copied().collect::<std::collections::BTreeSet<_>>(), (1001..=1004).collect());
    assert_eq!(numbers("&desk=reservations&state=open&severity=1").await, all);
    assert_eq!(numbers("&since=2026-11-21T08:00:01Z").await, [1004]);
    assert_eq!(numbers("&until=2026-11-21T08:00:01Z").await, all[1..]);
    assert_eq!(numbers("&state=resolved").await, [0; 0]);
    assert_eq!(numbers("&severity=2").await, [0; 0]);
}

#[tokio::test]
async fn what_one_has_is_not_sent_again() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    call(&gateway, "CA1").await;
    let get = async |known: &str| {
        let request = Request::get("/api/v1/tickets/1001")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::IF_NONE_MATCH, known);
        gateway.send(request.body(Body::empty()).unwrap()).await
    };
    let first = get("\"other\"").await;
    assert_eq!(first.status, StatusCode::OK);
    let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
    let again = get(&tag).await;
    assert_eq!((again.status, &*again.body), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(again.headers[header::ETAG], tag);
    assert!(!again.headers.contains_key(header::CONTENT_TYPE));
    gateway
        .apply(&include_str!("../../../tests/desks/reservations.toml").replace("Dora Lane", "Dora Lake"))
        .await;
    assert_eq!(get(&tag).await.status, StatusCode::OK, "somebody else looks after the customer");
}

#[tokio::test]
async fn a_schedule_is_what_the_pager_asks() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    let span = "from=2026-01-05T14:00:00Z&to=2026-01-19T14:00:00Z";
    let (_, schedule) =
        ask(&gateway, &token, &format!("/desks/reservations/rotas/primary/shifts?{span}")).await;
    let shifts = schedule["shifts"].as_array().unwrap();
    let told: Vec<_> = shifts.iter().map(|shift| (&shift["agent"]["key"], &shift["from"])).collect();
    assert_eq!(
        told,
        [
            (&json!("ada"), &json!("2026-01-05T14:00:00.000Z")),
            (&json!("ben"), &json!("2026-01-12T14:00:00.000Z"))
        ]
    );
    assert_eq!((&shifts[0]["by"], &shifts[0]["ordinal"]), (&json!("layer"), &json!(1)));
    let (_, rotas) = ask(&gateway, &token, "/desks/reservations/rotas").await;
    assert_eq!(rotas["rotas"][0]["rota"], "primary");
    // Before the rotas began, nobody was there but the last resort.
    let (_, gaps) =
        ask(&gateway, &token, "/desks/reservations/gaps?from=2026-01-05T06:00:00Z&to=2026-01-05T07:00:00Z")
            .await;
    assert_eq!(gaps["policies"][0]["found"], "last_resort");
    assert_eq!(gaps["policies"][0]["why"][0]["reason"], "hole");
    let (_, desks) = ask(&gateway, &token, "/desks").await;
    assert_eq!(desks["desks"][0]["key"], "reservations");
}
