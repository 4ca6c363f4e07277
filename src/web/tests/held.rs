//! What a caller hears, and what others are told, while nothing can be written down; and the answer in our place.

use super::*;

#[tokio::test]
async fn a_caller_is_never_left_without_a_word() {
    let gateway = Gateway::new().await;
    let first = gateway.call(VOICE, &[]).await;
    let mut address = first.address_after("<Gather input=\"dtmf\" action=\"");
    gateway.acts.store().close().await;

    let mut answer = gateway.call(&address, &[("Digits", "1")]).await;
    for again in 1..=6 {
        assert_eq!(answer.status, StatusCode::OK);
        assert!(
            answer.body.contains("stay on the line") && answer.body.contains("<Pause"),
            "{}",
            answer.body
        );
        address = answer.address_after("<Redirect>");
        // A redirect brings no keys: they travel in the address.
        assert!(address.contains("asked=keys&Digits=1"), "{address}");
        assert!(address.ends_with(&format!("&again={again}")), "{address}");
        answer = gateway.call(&address, &[]).await;
    }
    // The policy's last resort is everyone: the first of them is rung.
    assert!(answer.body.contains("<Number>+18025550111</Number>"), "{}", answer.body);

    let after = answer.address_after("<Dial action=\"");
    let talked = gateway.call(&after, &[("DialCallStatus", "completed"), ("DialCallDuration", "60")]).await;
    assert!(talked.body.ends_with("<Response><Hangup/></Response>"), "{}", talked.body);
    let message = gateway.call(&after, &[("DialCallStatus", "no-answer")]).await;
    let recorded = message.address_after("<Record action=\"");
    let thanks = gateway.call(&recorded, &[("RecordingSid", "RE1"), ("RecordingDuration", "9")]).await;
    assert!(
        thanks.body.contains("Thank you") && thanks.body.ends_with("<Hangup/></Response>"),
        "{}",
        thanks.body
    );
}

#[tokio::test]
async fn a_call_that_could_not_be_written_down_is_kept_in_mind() {
    let gateway = Gateway::new().await;
    // The line's flow is not there, so that a call fails each time; its ticket needs no flow.
    let desk = DESK.replace("\"emergency\"", "\"lost\"");
    gateway.apply(&desk).await;
    let mut wakes = gateway.acts.store().wakes();
    let rung = gateway.call(&format!("{VOICE}?again=6"), &[]).await;
    assert!(rung.body.contains("<Dial"), "{}", rung.body);
    // Whoever is on call is texted at once, from memory.
    let Some(Wake::Effect(text)) = wakes.recv().await else { panic!("nobody was texted") };
    assert!(text.payload.contains(CALLER) && text.id.starts_with("memory-main-"), "{}", text.id);
    // What is committed next is its ticket, whose page is due.
    wakes.recv().await.unwrap();
    assert_eq!(gateway.cases().await.len(), 1);
    assert!(gateway.timeline().await.iter().any(|happened| matches!(happened, Happening::Missed { .. })));
    // Its carrier is asked what it says meanwhile; and the form that ends the message tells it too.
    let asks = gateway.outbox().await;
    assert!(asks.iter().any(|payload| payload.contains("list_recordings")), "{asks:?}");
    let message = gateway.call(&rung.address_after("<Dial action=\""), &[("DialCallStatus", "busy")]).await;
    let recorded = message.address_after("<Record action=\"");
    gateway.call(&recorded, &[("RecordingSid", "RE1"), ("RecordingDuration", "9")]).await;
    assert_eq!(gateway.cases().await[0].ticket.recordings, ["RE1"]);
}

#[tokio::test]
async fn without_a_database_everything_else_is_put_off() {
    let gateway = Gateway::new().await;
    gateway.acts.store().close().await;
    let leg = gateway.call("/webhooks/main/leg/01J-a1/1?asked=keys&again=6", &[("Digits", "1")]).await;
    assert!(leg.body.contains("was not taken") && leg.body.ends_with("<Hangup/></Response>"), "{}", leg.body);
    for (address, form) in [
        ("sms", &[("MessageSid", "SM1"), ("From", CALLER), ("To", LINE), ("Body", "help")] as &[_]),
        ("status", &[("CallSid", "CA1"), ("CallStatus", "completed"), ("From", CALLER), ("To", LINE)]),
        ("attempt/01J-a1", &[("MessageSid", "SM1"), ("MessageStatus", "delivered")]),
        ("recording", &[("RecordingSid", "RE1"), ("CallSid", "CA1"), ("RecordingStatus", "completed")]),
        ("transcript", &[("TranscriptionSid", "TR1"), ("CallSid", "CA1"), ("TranscriptionText", "help")]),
    ] {
        let answer = gateway.post(&format!("/webhooks/main/{address}"), form).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
    }
    assert_eq!(gateway.get("/healthz", None).await.status, StatusCode::OK);
    assert_eq!(gateway.get("/readyz", None).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(gateway.get("/api/v1/tickets", Some("nbt_x")).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_panic_is_a_failure_like_any_other() {
    let broken = async { if true { panic!("poison") } else { Ok(()) } };
    assert!(matches!(hold::in_time(broken).await, Err(hold::Failure::Panicked)));
}

#[test]
fn the_fallback_rings_and_records_without_us() {
    let desk =
        crate::rules::desk::Desk::parse(include_str!("../../../tests/desks/reservations.toml")).unwrap();
    let document = fallback::document(&desk, &desk.lines[0], PUBLIC).unwrap();
    insta::assert_snapshot!(document.replace("><", ">\n<"), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
    <Say language="en-US" voice="Polly.Joanna">We are sorry, our system has a problem. We are calling somebody for you now. Please stay on the line.</Say>
    <Dial timeout="25">
    <Number>+18025550111</Number>
    </Dial>
    <Say language="en-US" voice="Polly.Joanna">We are sorry, our system has a problem. After the tone, please say who you are, at which number we can reach you, and what is wrong. It is recorded, and somebody will be told as soon as the system is back. You may hang up when you are done.</Say>
    <Record action="https://pager.example.com/webhooks/main/voice#rc=2&amp;rt=4000&amp;rp=all" maxLength="180" timeout="8" finishOnKey="" playBeep="true" recordingStatusCallback="https://pager.example.com/webhooks/main/recording#rc=2&amp;rt=4000&amp;rp=all" recordingStatusCallbackEvent="completed absent"/>
    <Redirect>https://pager.example.com/webhooks/main/voice#rc=2&amp;rt=4000&amp;rp=all</Redirect>
    </Response>
    "##);
    let mut desk = desk;
    desk.policies[0].last_resort = vec![crate::rules::policy::Target::Rota("primary".into())];
    assert!(!fallback::document(&desk, &desk.lines[0], PUBLIC).unwrap().contains("Dial"));
}
