//! What comes back of pages: receipts, keys, recordings.

use super::*;

/// Calls, says that it is an emergency, and lets the page go out.
async fn paged(gateway: &Gateway) -> Case {
    let first = gateway.call(VOICE, &[]).await;
    gateway.call(&first.address_after("<Gather input=\"dtmf\" action=\""), &[("Digits", "1")]).await;
    gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(45));
    gateway.acts.tick().await.unwrap();
    gateway.cases().await.remove(0)
}

#[tokio::test]
async fn what_became_of_a_page_is_noted_once_and_in_any_order() {
    let gateway = Gateway::new().await;
    let case = paged(&gateway).await;
    let [text, call] = &case.attempts[..] else { panic!("{:?}", case.attempts) };
    let report =
        |state: &'static str| [("MessageSid", "SM7"), ("MessageStatus", state), ("ErrorCode", "30003")];
    let address = format!("/webhooks/main/attempt/{}", text.id);
    for state in ["queued", "delivered", "sent", "undelivered", "delivered"] {
        assert_eq!(gateway.post(&address, &report(state)).await.status, StatusCode::NO_CONTENT, "{state}");
    }
    let address = format!("/webhooks/main/attempt/{}", call.id);
    for state in ["initiated", "ringing", "no-answer"] {
        gateway.post(&address, &[("CallSid", "CA7"), ("CallStatus", state)]).await;
    }
    let states: Vec<AttemptState> =
        gateway.cases().await[0].attempts.iter().map(|attempt| attempt.state.clone()).collect();
    assert_eq!(
        states,
        [
            AttemptState::Reached { carrier: "main".into(), sid: "SM7".into() },
            AttemptState::Ended(crate::rules::page::Ending::NoAnswer),
        ]
    );
}

#[tokio::test]
async fn an_agents_key_takes_the_ticket() {
    let gateway = Gateway::new().await;
    let case = paged(&gateway).await;
    let leg = |turn: &str| format!("/webhooks/main/leg/{}/{turn}", case.attempts[1].id);
    let form = [("CallSid", "CA7"), ("AccountSid", "AC1"), ("From", LINE), ("To", "+18025550111")];
    let answered = gateway.post(&leg("0"), &form).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(gateway.cases().await[0].holder(), None);
    let keyed = [&form[..], &[("Digits", "1")]].concat();
    let taken = gateway.post(&leg("1?asked=keys"), &keyed).await;
    let holder = gateway.cases().await[0].holder().cloned();
    assert_eq!(holder.as_ref(), Some(&case.attempts[1].agent));
    assert_eq!(gateway.post(&leg("1?asked=keys"), &keyed).await.body, taken.body);
    // A call of ours that nobody knows of is ended.
    let strange = [("CallSid", "CA8"), ("AccountSid", "AC1"), ("From", LINE), ("To", "+18025550111")];
    let strange = gateway.post("/webhooks/main/leg/nobody-a1/0", &strange).await;
    assert!(strange.body.ends_with("<Response><Hangup/></Response>"), "{}", strange.body);
}

#[tokio::test]
async fn recordings_find_their_ticket_or_are_sent_again() {
    let gateway = Gateway::new().await;
    let made = [
        ("RecordingSid", "RE1"),
        ("CallSid", "CA1"),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "9"),
    ];
    let address = "/webhooks/main/recording";
    assert_eq!(gateway.post(address, &made).await.status, StatusCode::SERVICE_UNAVAILABLE);
    gateway.call(VOICE, &[]).await;
    for _ in 0..2 {
        assert_eq!(gateway.post(address, &made).await.status, StatusCode::NO_CONTENT);
    }
    let absent = [("RecordingSid", "RE2"), ("CallSid", "CA1"), ("RecordingStatus", "absent")];
    assert_eq!(gateway.post(address, &absent).await.status, StatusCode::NO_CONTENT);
    assert_eq!(gateway.cases().await[0].ticket.recordings, ["RE1"]);

    let words = [("TranscriptionSid", "TR1"), ("CallSid", "CA1"), ("TranscriptionText", "the site is down")];
    for _ in 0..2 {
        assert_eq!(gateway.post("/webhooks/main/transcript", &words).await.status, StatusCode::NO_CONTENT);
    }
    let transcripts = |happened: &&Happening| matches!(happened, Happening::Transcript { .. });
    assert_eq!(gateway.timeline().await.iter().filter(transcripts).count(), 1);
}

async fn link(
    tx: &mut Tx,
    (id, now): &(crate::rules::ticket::TicketId, Timestamp),
) -> Result<bool, StoreError> {
    recording::insert(tx, "main", "RE1", id, 1).await?;
    recording::keep(tx, "main", "RE1", b"RIFF", *now).await?;
    recording::link(tx, id, "RE1", "f00", *now + std::time::Duration::from_secs(600)).await
}

#[tokio::test]
async fn a_recording_is_played_while_its_address_is_young() {
    let gateway = Gateway::new().await;
    gateway.call(VOICE, &[]).await;
    let id = gateway.cases().await[0].ticket.id.clone();
    assert!(gateway.acts.store().write(link, (id, gateway.clock.now())).await.unwrap());
    let played = gateway.get("/recordings/f00.wav", None).await;
    assert_eq!((played.status, &*played.body), (StatusCode::OK, "RIFF"));
    assert_eq!(played.headers[header::CONTENT_TYPE], "audio/wav");
    assert_eq!(played.headers[header::CACHE_CONTROL], "no-store");
    for address in ["/recordings/f00", "/recordings/f01.wav", "/recordings/.wav"] {
        assert_eq!(gateway.get(address, None).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    gateway.clock.set(gateway.clock.now() + std::time::Duration::from_secs(600));
    assert_eq!(gateway.get("/recordings/f00.wav", None).await.status, StatusCode::NOT_FOUND);
}
