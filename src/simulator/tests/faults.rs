//! What goes wrong on demand.

use super::*;

const TEXT: [(&str, &str); 3] = [("To", AGENT), ("From", LINE), ("Body", "x")];

#[tokio::test]
async fn requests_are_refused_so_many_times_at_one_account() {
    let stage = Stage::new().await;
    stage.sim.fault(Fault::new(Scope::Messages, Trouble::RateLimited).times(2).at(ACCOUNT));
    stage.sim.fault(Fault::new(Scope::Messages, Trouble::RateLimited).at("ACother"));
    stage.sim.fault(Fault::new(Scope::Messages, Trouble::Refuse { code: 30034 }).times(1));
    stage.sim.fault(Fault::new(Scope::Messages, Trouble::ServerError { processed: false }).times(1));
    stage.sim.fault(Fault::new(Scope::Messages, Trouble::ServerError { processed: true }).times(1));
    let mut codes = Vec::new();
    for _ in 0..6 {
        let (status, json) = stage.post("Messages.json", &TEXT).await;
        codes.push((status, json["code"].as_u64()));
    }
    let expected = [
        (429, Some(20429)),
        (429, Some(20429)),
        (400, Some(30034)),
        (500, Some(20500)),
        (500, Some(20500)),
        (201, None),
    ];
    assert_eq!(codes, expected);
    assert_eq!(stage.sim.messages().len(), 2, "one 500 was processed");
    assert_eq!(stage.sim.faults().len(), 1);
    assert_eq!(stage.get("Messages.json").await.0, 200, "lists are not concerned");
}

#[tokio::test]
async fn a_connection_drops_after_the_work_is_done() {
    let stage = Stage::new().await;
    stage.sim.fault(Fault::new(Scope::Messages, Trouble::AcceptThenDrop).times(1));
    let sent = stage
        .client
        .post(stage.at("Messages.json"))
        .basic_auth(ACCOUNT, Some(TOKEN))
        .form(&TEXT)
        .send()
        .await;
    assert!(sent.is_err(), "not even a status line");
    assert_eq!(stage.sim.messages().len(), 1);
}

#[tokio::test]
async fn a_request_hangs_until_the_faults_are_cleared() {
    let stage = Stage::new().await;
    stage.sim.fault(Fault::new(Scope::Calls, Trouble::Hang).times(1));
    let form = [("To", AGENT), ("From", LINE), ("Url", "http://127.0.0.1/")];
    let hanging =
        stage.client.post(stage.at("Calls.json")).basic_auth(ACCOUNT, Some(TOKEN)).form(&form).send();
    let hanging = tokio::spawn(hanging);
    while !stage.sim.faults().is_empty() {
        tokio::task::yield_now().await; // until the request is there
    }
    assert!(!hanging.is_finished());
    assert_eq!(stage.get("Calls.json").await.0, 200, "others are served");
    stage.sim.clear_faults();
    assert!(hanging.await.unwrap().is_err());
    assert!(stage.sim.calls().is_empty());
}

#[tokio::test]
async fn callbacks_are_lost_late_doubled_or_reordered() {
    for (trouble, expected) in [
        (Trouble::Lost, vec!["sent", "delivered"]),
        (Trouble::Doubled, vec!["queued", "queued", "sent", "delivered"]),
        (Trouble::Late { ms: 60_000 }, vec!["sent", "delivered", "queued"]),
        (Trouble::Reordered, vec!["sent", "queued", "delivered"]),
    ] {
        let stage = Stage::new().await;
        stage.sim.fault(Fault::new(Scope::Callbacks, trouble).times(1));
        stage.page("x").await;
        stage.pass(60_000).await;
        assert_eq!(stage.got_field("/receipt", "MessageStatus"), expected, "{trouble:?}");
    }
    let stage = Stage::new().await;
    stage.sim.handset(AGENT).on_call(OnCall::Busy);
    stage.sim.fault(Fault::new(Scope::Callbacks, Trouble::Reordered));
    stage.call(AGENT, &[]).await;
    stage.pass(60_000).await;
    assert_eq!(stage.got_field("/progress", "SequenceNumber"), ["1", "0"], "each other one is passed");
    stage.page("x").await;
    stage.pass(4_999).await;
    assert_eq!(stage.got_field("/receipt", "MessageStatus"), ["sent", "queued"]);
    stage.pass(1).await;
    assert_eq!(stage.got_field("/receipt", "MessageStatus").len(), 3, "what nothing passes is only late");
}

#[tokio::test]
async fn the_first_callback_may_come_before_the_answer() {
    let stage = Stage::new().await;
    stage.sim.fault(Fault::new(Scope::Messages, Trouble::QueuedFirst));
    stage.page("x").await;
    assert_eq!(stage.got_field("/receipt", "MessageStatus"), ["queued"], "before anything was run");
    stage.pass(0).await;
    assert_eq!(stage.got_field("/receipt", "MessageStatus"), ["queued", "sent", "delivered"]);
}

#[tokio::test]
async fn lists_lag_and_files_are_late() {
    let stage = Stage::new().await;
    stage.sim.fault(Fault::new(Scope::Lists, Trouble::Late { ms: 10_000 }));
    stage.page("x").await;
    let count = async || stage.get("Messages.json").await.1["messages"].as_array().unwrap().len();
    assert_eq!(count().await, 0);
    stage.pass(10_000).await;
    assert_eq!(count().await, 1);

    stage.sim.fault(Fault::new(Scope::Recordings, Trouble::Late { ms: 120_000 }));
    stage.answers("/voice", &[r#"<Record action="/recorded" recordingStatusCallback="/file"/>"#]);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(0).await;
    caller.speak(3, "").unwrap();
    stage.pass(3_000).await;
    caller.hang_up().unwrap();
    stage.pass(0).await;
    let file = format!("Recordings/{}.wav", stage.got_field("/file", "RecordingSid")[0]);
    assert_eq!(stage.get(&file).await.0, 404);
    stage.pass(120_000).await;
    let download = stage.client.get(stage.at(&file)).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    assert_eq!(download.status(), 200);
}
