//! Calls: their tickets, their turns, their ends.

use super::*;

#[tokio::test]
async fn a_call_opens_its_ticket_and_is_led_on() {
    let gateway = Gateway::new().await;
    let first = gateway.call(VOICE, &[]).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.headers[header::CONTENT_TYPE], "text/xml; charset=utf-8");
    assert!(first.body.starts_with("<?xml"), "{}", first.body);
    assert_eq!(gateway.cases().await.len(), 1);

    let keyed = first.address_after("<Gather input=\"dtmf\" action=\"");
    assert!(keyed.starts_with("/webhooks/main/turn/"), "{keyed}");
    let second = gateway.call(&keyed, &[("Digits", "1")]).await;
    assert_eq!(second.status, StatusCode::OK);
    assert!(!gateway.cases().await[0].ticket.provisional, "{}", second.body);

    for (address, more, before) in [
        (VOICE, &[] as &[_], &first),
        (&keyed, &[("Digits", "1")], &second),
        (&keyed, &[("Digits", "2")], &second),
    ] {
        assert_eq!(gateway.call(address, more).await.body, before.body);
    }
    assert_eq!(gateway.cases().await.len(), 1);
}

#[tokio::test]
async fn silence_counts_the_same_whichever_way_a_carrier_reports_it() {
    let mut heard = Vec::new();
    for (before, more) in [
        ("<Gather input=\"dtmf\" action=\"", &[("Digits", "")] as &[_]),
        ("<Redirect>", &[]),
        // Some carriers send along what an earlier step brought.
        ("<Redirect>", &[("Digits", "2")]),
    ] {
        let gateway = Gateway::new().await;
        let first = gateway.call(VOICE, &[]).await;
        let address = first.address_after(before);
        heard.push(gateway.call(&address, more).await.body);
    }
    assert_eq!(heard[0], heard[1]);
    assert_eq!(heard[0], heard[2]);
}

#[tokio::test]
async fn the_end_of_a_call_is_heard_once() {
    let gateway = Gateway::new().await;
    gateway.call(VOICE, &[]).await;
    let status = "/webhooks/main/status";
    assert_eq!(gateway.call(status, &[]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(gateway.cases().await[0].ticket.state, TicketState::Open);
    let end = [
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("CallDuration", "9"),
        ("From", CALLER),
        ("To", LINE),
    ];
    for _ in 0..2 {
        assert_eq!(gateway.post(status, &end).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(gateway.cases().await[0].ticket.state, TicketState::Abandoned);
    let ends = |happened: &&Happening| matches!(happened, Happening::CallEnded { .. });
    assert_eq!(gateway.timeline().await.iter().filter(ends).count(), 1);
}

#[tokio::test]
async fn a_call_that_ended_before_it_was_heard_of_has_its_ticket() {
    let gateway = Gateway::new().await;
    // What began before the desk was ours is not ours to page.
    gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(60));
    let end = [
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("CallDuration", "40"),
        ("From", CALLER),
        ("To", LINE),
    ];
    gateway.post("/webhooks/main/status", &end).await;
    assert_eq!(gateway.cases().await.len(), 1);
    assert!(gateway.timeline().await.iter().any(|happened| matches!(happened, Happening::Missed { .. })));
    // Its first webhook comes after all, with what the carrier's fallback recorded.
    let late = gateway.call(VOICE, &[("RecordingSid", "RE1"), ("RecordingDuration", "12")]).await;
    assert_eq!(late.status, StatusCode::OK);
    assert!(late.body.contains("<Hangup/>"), "{}", late.body);
    let cases = gateway.cases().await;
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].ticket.recordings, ["RE1"]);
}
