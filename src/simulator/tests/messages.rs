//! Texts both ways.

use super::*;

#[tokio::test]
async fn a_text_arrives_and_its_receipts_come_in_order() {
    let stage =
        Stage::with(|config| config.pace = Pace { send_ms: 400, deliver_ms: 1_200, ..Pace::instant() }).await;
    let callback = stage.url("/receipt?attempt=7");
    let form = [("To", AGENT), ("From", LINE), ("Body", "Severity 1 ☎"), ("StatusCallback", &callback)];
    let (status, json) = stage.post("Messages.json", &form).await;
    assert_eq!(status, 201);
    for (field, value) in [
        ("status", "queued"),
        ("num_segments", "1"),
        ("num_media", "0"),
        ("direction", "outbound-api"),
        ("date_created", "Sat, 21 Nov 2026 03:00:00 +0000"),
        ("body", "Severity 1 ☎"),
    ] {
        assert_eq!(json[field], value, "{field}");
    }
    assert!(json["error_code"].is_null() && json["date_sent"].is_null());
    assert!(json["sid"].as_str().unwrap().starts_with("SM"));
    assert_eq!(json["sid"].as_str().unwrap().len(), 34);

    stage.pass(1_599).await;
    assert!(stage.sim.handset(AGENT).texts().is_empty());
    stage.pass(1).await;
    let texts = stage.sim.handset(AGENT).texts();
    assert_eq!(
        (texts[0].body.as_str(), texts[0].line.as_str(), texts[0].at_ms),
        ("Severity 1 ☎", LINE, START + 1_600)
    );
    assert_eq!(stage.got_field("/receipt", "MessageStatus"), ["queued", "sent", "delivered"]);
    assert!(stage.got("/receipt").iter().all(|request| request.signed && request.form["attempt"] == "7"));
    let (_, json) = stage.get(&format!("Messages/{}.json", texts[0].sid)).await;
    assert_eq!(
        (json["status"].as_str(), json["date_sent"].as_str()),
        (Some("delivered"), Some("Sat, 21 Nov 2026 03:00:00 +0000"))
    );
}

#[tokio::test]
async fn what_does_not_arrive_says_why() {
    for (behaviour, validity, statuses, code) in [
        (OnText::Undelivered { code: 30003 }, "", vec!["queued", "sent", "undelivered"], Some(30003)),
        (OnText::Failed { code: 30007 }, "", vec!["queued", "failed"], Some(30007)),
        (OnText::Landline { known: false }, "", vec!["queued", "sent", "undelivered"], Some(30006)),
        (OnText::Held { ms: 400_000 }, "300", vec!["queued", "failed"], Some(30036)),
        (OnText::Held { ms: 200_000 }, "300", vec!["queued", "sent", "delivered"], None),
        (OnText::Silent { arrives: true }, "", vec!["queued", "sent"], None),
        (OnText::Silent { arrives: false }, "", vec!["queued", "sent"], None),
    ] {
        let stage = Stage::new().await;
        let agent = stage.sim.handset(AGENT);
        agent.on_text(behaviour.clone());
        let callback = stage.url("/receipt");
        let form = [
            ("To", AGENT),
            ("From", LINE),
            ("Body", "x"),
            ("StatusCallback", &callback),
            ("ValidityPeriod", validity),
        ];
        let (_, json) = stage.post("Messages.json", &form).await;
        stage.pass(600_000).await;
        assert_eq!(stage.got_field("/receipt", "MessageStatus"), statuses, "{behaviour:?}");
        let told = stage.got_field("/receipt", "ErrorCode").pop().unwrap();
        assert_eq!(told, code.map(|code: u32| code.to_string()).unwrap_or_default(), "{behaviour:?}");
        let (_, json) = stage.get(&format!("Messages/{}.json", json["sid"].as_str().unwrap())).await;
        assert_eq!(json["error_code"].as_u64(), code.map(u64::from), "{behaviour:?}");
        let arrives = behaviour == OnText::Silent { arrives: true } || statuses.contains(&"delivered");
        assert_eq!(agent.texts().len(), usize::from(arrives), "{behaviour:?}");
    }
}

#[tokio::test]
async fn refusals_carry_the_carriers_codes() {
    let stage = Stage::new().await;
    stage.sim.handset(SECOND).on_text(OnText::Landline { known: true });
    let long = "x".repeat(1_601);
    for (code, form) in [
        (21604, vec![("From", LINE), ("Body", "x")]),
        (21603, vec![("To", AGENT), ("Body", "x")]),
        (21602, vec![("To", AGENT), ("From", LINE)]),
        (21211, vec![("To", "+1"), ("From", LINE), ("Body", "x")]),
        (21606, vec![("To", AGENT), ("From", CALLER), ("Body", "x")]),
        (21617, vec![("To", AGENT), ("From", LINE), ("Body", &long)]),
        (21614, vec![("To", SECOND), ("From", LINE), ("Body", "x")]),
        (21609, vec![("To", AGENT), ("From", LINE), ("Body", "x"), ("StatusCallback", "x")]),
        (20001, vec![("To", AGENT), ("From", LINE), ("Body", "x"), ("ValidityPeriod", "soon")]),
    ] {
        let (status, json) = stage.post("Messages.json", &form).await;
        assert_eq!((status, json["code"].as_u64()), (400, Some(code)), "{form:?}");
    }
    assert!(stage.sim.messages().is_empty());
}

#[tokio::test]
async fn a_phone_texts_a_line_with_files() {
    let stage = Stage::new().await;
    let agent = stage.sim.handset(AGENT);
    let file = MediaFile { content_type: "image/png".into(), bytes: vec![1, 2, 3] };
    let sid = agent.text_with(LINE, "ACK \u{0} ☎ <&>", vec![file]).unwrap();
    stage.pass(0).await;
    let got = &stage.got("/sms")[0];
    assert!(got.signed && sid.starts_with("MM"));
    for (field, value) in [
        ("MessageSid", sid.as_str()),
        ("From", AGENT),
        ("To", LINE),
        ("Body", "ACK \u{0} ☎ <&>"),
        ("NumMedia", "1"),
        ("MediaContentType0", "image/png"),
    ] {
        assert_eq!(got.form.get(field).map(String::as_str), Some(value), "{field}");
    }
    assert!(!got.form.contains_key("OptOutType"));
    let media =
        stage.client.get(&got.form["MediaUrl0"]).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!(media.bytes().await.unwrap().as_ref(), [1, 2, 3]);
    let (_, list) = stage.get("Messages.json?To=%2B18025550100&DateSent=2026-11-21").await;
    assert_eq!(
        (list["messages"][0]["direction"].as_str(), list["messages"][0]["sid"].as_str()),
        (Some("inbound"), Some(sid.as_str()))
    );
    assert_eq!(agent.text("+18025550188", "x"), Err(PhoneError::NoSuchLine));
    assert!(stage.sim.errors().is_empty());
}

#[tokio::test]
async fn the_answer_to_a_text_must_hold_nothing() {
    for (code, status, body) in [
        (Some(12200), 200, "<Response><Say>x</Say></Response>"),
        (Some(12100), 200, "ok"),
        (Some(11200), 503, ""),
        (None, 200, ""),
    ] {
        let stage = Stage::new().await;
        stage.answers_raw("/sms", &[(status, body)]);
        stage.sim.handset(AGENT).text(LINE, "ACK").unwrap();
        stage.pass(0).await;
        assert_eq!(stage.sim.errors().first().map(|error| error.code), code, "{body}");
    }
}

#[tokio::test]
async fn stop_opts_out_and_start_in() {
    let stage = Stage::new().await;
    let agent = stage.sim.handset(AGENT);
    agent.text(LINE, "Stop").unwrap();
    stage.pass(0).await;
    assert_eq!(stage.got_field("/sms", "OptOutType"), ["STOP"]);
    let form = [("To", AGENT), ("From", LINE), ("Body", "x")];
    assert_eq!(stage.post("Messages.json", &form).await.1["code"], 21610);
    agent.text(LINE, "START").unwrap();
    assert_eq!(stage.post("Messages.json", &form).await.0, 201);
    assert_eq!(
        agent.texts().iter().filter(|text| text.sid.is_empty()).count(),
        2,
        "the carrier's own answers"
    );
}
