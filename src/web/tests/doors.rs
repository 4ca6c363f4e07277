//! Who may post what, and what is done with what nobody should have posted.

use super::*;

#[tokio::test]
async fn a_forged_webhook_changes_nothing_and_is_told_nothing() {
    let gateway = Gateway::new().await;
    let form = |pairs: &[(&str, &str)]| {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
    };
    let body = form(&call_form("CA1"));
    let sign = |token: &str, url: &str| sign_form(&token.into(), url, &Form::parse(&body));
    let good = sign(TOKEN, &format!("{PUBLIC}{VOICE}"));
    let other = sign("54321", &format!("{PUBLIC}{VOICE}"));
    let host = sign(TOKEN, &format!("https://forged.example.org{VOICE}"));
    for (why, address, body, signature) in [
        ("no signature", VOICE, body.clone(), None),
        ("an empty one", VOICE, body.clone(), Some("")),
        ("no base64", VOICE, body.clone(), Some("é?")),
        ("another token", VOICE, body.clone(), Some(&*other)),
        ("the host's name", VOICE, body.clone(), Some(&*host)),
        ("another form", VOICE, form(&call_form("CA2")), Some(&*good)),
        ("a longer address", "/webhooks/main/voice?again=1", body.clone(), Some(&*good)),
        ("another address", "/webhooks/main/turn/v/s/1", body.clone(), Some(&*good)),
        (
            "a text",
            "/webhooks/main/sms",
            form(&[("MessageSid", "SM1"), ("From", CALLER), ("To", LINE)]),
            Some(&*good),
        ),
    ] {
        let answer = gateway.post_signed(address, body, signature).await;
        assert_eq!((answer.status, &*answer.body), (StatusCode::FORBIDDEN, ""), "{why}");
    }
    assert!(gateway.cases().await.is_empty());
    assert_eq!(gateway.post_signed(VOICE, body, Some(&good)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_webhook_is_refused() {
    let gateway = Gateway::new().await;
    let padded = |length: usize| {
        let mut body = b"CallSid=CA1&AccountSid=AC1&From=%2B18025550147&To=%2B18025550100&Pad=".to_vec();
        body.resize(length, b'a');
        body
    };
    assert_eq!(
        gateway.post_bytes(VOICE, padded(LARGEST_FORM + 1)).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert!(gateway.cases().await.is_empty());
    assert_eq!(gateway.post_bytes(VOICE, padded(LARGEST_FORM)).await.status, StatusCode::OK);

    let form = call_form("CA2");
    assert_eq!(gateway.post("/webhooks/other/voice", &form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(gateway.post("/webhooks/main/other", &form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(gateway.get(VOICE, None).await.status, StatusCode::METHOD_NOT_ALLOWED);
    for (address, body) in [
        ("/webhooks/main/turn/v/s/x", "CallSid=CA2&AccountSid=AC1&To=%2B18025550100"),
        ("/webhooks/main/sms", "From=%2B18025550147&To=%2B18025550100"),
        ("/webhooks/main/status", "CallSid=CA2"),
        ("/webhooks/main/attempt/01J-a1", "MessageSid=SM1"),
        ("/webhooks/main/recording", "CallSid=CA2&RecordingStatus=completed"),
        ("/webhooks/main/transcript", "CallSid=CA2"),
    ] {
        let answer = gateway.post_bytes(address, body.into()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address} {body}");
    }
    assert_eq!(gateway.cases().await.len(), 1);
}

#[tokio::test]
async fn a_text_in_any_bytes_is_kept() {
    let gateway = Gateway::new().await;
    let body =
        b"MessageSid=SM1&From=%2B18025550147&To=%2B18025550100&Body=caf%e9%00+is+down%f0%9f%92%a5".to_vec();
    for _ in 0..2 {
        let answer = gateway.post_bytes("/webhooks/main/sms", body.clone()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.ends_with("<Response></Response>"), "{}", answer.body);
    }
    let cases = gateway.cases().await;
    assert_eq!(cases.len(), 1);
    assert!(gateway.timeline().await.iter().any(
        |happened| matches!(happened, Happening::Texted { body } if body == "caf\u{FFFD}\u{FFFD} is down💥")
    ));
}

#[tokio::test]
async fn a_line_of_nobody_is_told_so() {
    let gateway = Gateway::new().await;
    for to in ["+18025550198", "sip:desk@example.org"] {
        let form = [("CallSid", "CA9"), ("AccountSid", "AC1"), ("From", CALLER), ("To", to)];
        let answer = gateway.post(VOICE, &form).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("not in use for support"), "{}", answer.body);
        assert!(answer.body.ends_with("<Hangup/></Response>"), "{}", answer.body);
    }
    assert!(gateway.cases().await.is_empty());
}

#[tokio::test]
async fn a_monitor_learns_whether_it_works() {
    let gateway = Gateway::new().await;
    let ready = gateway.get("/readyz", None).await;
    assert_eq!((ready.status, &*ready.body), (StatusCode::OK, r#"{"status":"ready"}"#));
    gateway.alive.store(false, Ordering::Relaxed);
    let not = gateway.get("/readyz", None).await;
    let body = r#"{"status":"not ready","why":"the engine's heart stopped"}"#;
    assert_eq!((not.status, &*not.body), (StatusCode::SERVICE_UNAVAILABLE, body));
    let alive = gateway.get("/healthz", None).await;
    assert_eq!((alive.status, &*alive.body), (StatusCode::OK, r#"{"status":"alive"}"#));
    assert_eq!(alive.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(!alive.headers.contains_key(header::SERVER));
}
