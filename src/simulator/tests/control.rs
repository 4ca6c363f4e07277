//! Scripting and the page over HTTP.

use serde_json::json;

use super::*;

impl Stage {
    async fn script(&self, path: &str, order: Value) -> (u16, String) {
        let url = format!("{}/_sim/{path}", self.rest);
        let sent = self.client.post(url).json(&order).send().await.unwrap();
        (sent.status().as_u16(), sent.text().await.unwrap())
    }

    async fn seen(&self, path: &str) -> Value {
        let sent = self.client.get(format!("{}/_sim/{path}", self.rest)).send().await.unwrap();
        sent.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_whole_call_is_scripted_over_http() {
    let stage = Stage::new().await;
    stage.answers("/voice", &[r#"<Gather numDigits="1" action="/key"><Say>Press 1.</Say></Gather>"#]);
    stage.answers("/key", &[r#"<Record action="/recorded"/>"#]);
    stage.answers("/page", &[r#"<Gather timeout="30"/>"#]);
    let caller = format!("handsets/{CALLER}");
    let agent = format!("handsets/{AGENT}");
    let dialled =
        stage.script(&format!("{caller}/dial"), json!({ "line": LINE, "shown": "anonymous" })).await;
    assert_eq!(dialled.0, 200);
    stage.pass(0).await;
    let call = &stage.seen(&caller).await["call"];
    assert_eq!(call["from"], "anonymous");
    assert_eq!(
        call["heard"][0],
        json!({ "at_ms": START, "kind": "said", "text": "Press 1.", "language": "en-US" })
    );
    assert_eq!(call["listening"], true);
    assert_eq!(stage.script(&format!("{caller}/press"), json!({ "keys": "1" })).await.0, 204);
    stage.pass(0).await;
    assert_eq!(stage.script(&format!("{caller}/speak"), json!({ "seconds": 4 })).await.0, 204);
    stage.pass(4_000).await;
    assert_eq!(stage.script(&format!("{caller}/hang-up"), json!({})).await.0, 204);
    stage.pass(0).await;
    assert_eq!(stage.got_field("/recorded", "RecordingDuration"), ["4"]);

    let behaviour = json!({ "kind": "answer", "after_ms": 0, "script": [{ "do": "listen" }, { "do": "press", "keys": "1" }] });
    assert_eq!(stage.script(&format!("{agent}/on-call"), behaviour).await.0, 204);
    assert_eq!(
        stage.script(&format!("{agent}/on-text"), json!({ "kind": "undelivered", "code": 30003 })).await.0,
        204
    );
    stage.call(AGENT, &[]).await;
    stage.page("x").await;
    stage.pass(0).await;
    assert_eq!(stage.seen("messages").await[0]["error_code"], 30003);
    assert_eq!(stage.seen(&agent).await["call"]["heard"][0]["counted"], true);
    assert_eq!(stage.script(&format!("{agent}/on-call"), json!({ "kind": "manual" })).await.0, 204);
    assert_eq!(stage.script(&format!("{agent}/text"), json!({ "line": LINE, "body": "ACK" })).await.0, 200);
    stage.pass(0).await;
    assert_eq!(stage.got_field("/sms", "Body"), ["ACK"]);
    assert_eq!(stage.seen("calls").await.as_array().unwrap().len(), 2);
    assert_eq!(stage.seen("errors").await, json!([]));
    assert!(stage.seen("delivered").await.as_array().unwrap().len() > 5);
}

#[tokio::test]
async fn mistakes_are_answered_and_nothing_breaks() {
    let stage = Stage::new().await;
    for (path, order, status) in [
        (format!("handsets/{CALLER}/dial"), json!({ "line": "+18025550188" }), 404),
        (format!("handsets/{LINE}/dial"), json!({ "line": LINE }), 400),
        (format!("handsets/{CALLER}/press"), json!({ "keys": "1" }), 409),
        (format!("handsets/{CALLER}/press"), json!({ "keys": "x" }), 400),
        (format!("handsets/{CALLER}/hang-up"), json!({}), 409),
        (format!("handsets/{CALLER}/answer"), json!({}), 409),
        (format!("handsets/{CALLER}/decline"), json!({}), 409),
        (format!("handsets/{CALLER}/on-call"), json!({ "kind": "dance" }), 422),
        ("handsets/%F0%9F%92%A5/text".into(), json!({ "line": LINE, "body": "\u{0}" }), 400),
        ("faults".into(), json!({ "scope": "messages", "fault": "explode" }), 422),
    ] {
        let (got, words) = stage.script(&path, order).await;
        assert_eq!(got, status, "{path}: {words}");
    }
    let wild = "💥\u{202e}'\"<script>\u{0}";
    stage.sim.handset(CALLER).text(LINE, wild).unwrap();
    stage.pass(0).await;
    assert_eq!(stage.got_field("/sms", "Body"), [wild]);
}

#[tokio::test]
async fn faults_are_set_and_cleared_over_http() {
    let stage = Stage::new().await;
    let fault =
        json!({ "scope": "messages", "fault": "refuse", "code": 30007, "times": 1, "account": ACCOUNT });
    assert_eq!(stage.script("faults", fault.clone()).await.0, 204);
    assert_eq!(stage.script("faults", json!({ "scope": "lists", "fault": "late", "ms": 9 })).await.0, 204);
    assert_eq!(stage.seen("faults").await[0], fault);
    let form = [("To", AGENT), ("From", LINE), ("Body", "x")];
    assert_eq!(stage.post("Messages.json", &form).await.1["code"], 30007);
    assert_eq!(stage.seen("faults").await.as_array().unwrap().len(), 1);
    stage.client.delete(format!("{}/_sim/faults", stage.rest)).send().await.unwrap();
    assert_eq!(stage.seen("faults").await, json!([]));
}

#[tokio::test]
async fn the_page_is_closed_to_other_sites_and_to_foreign_scripts() {
    let stage = Stage::new().await;
    let page = stage.client.get(format!("{}/phones", stage.rest)).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"));
    let html = page.text().await.unwrap();
    assert!(html.contains("Casey") && html.contains("+1 802 555 0101"));
    assert!(html.contains("Alex &#60;b&#62;"), "names are text");
    assert!(
        !html.contains("style=") && !html.contains("onclick") && !html.contains("http"),
        "nothing inline, nothing from elsewhere"
    );
    for file in ["phones.js", "phones.css"] {
        let sent = stage.client.get(format!("{}/phones/{file}", stage.rest)).send().await.unwrap();
        assert_eq!(sent.status(), 200, "{file}");
        assert!(!sent.text().await.unwrap().contains("://"), "{file}");
    }
    for (header, value) in [("origin", "https://example.com"), ("host", "rebound.example.com")] {
        let url = format!("{}/_sim/handsets/{CALLER}/dial", stage.rest);
        let sent =
            stage.client.post(url).header(header, value).json(&json!({ "line": LINE })).send().await.unwrap();
        assert_eq!(sent.status(), 403, "{header}");
    }
    assert!(stage.sim.calls().is_empty());
}

#[tokio::test]
async fn the_page_without_phones_says_what_to_do() {
    let stage = Stage::with(|config| config.phones.clear()).await;
    let page = stage.client.get(format!("{}/phones", stage.rest)).send().await.unwrap();
    let html = page.text().await.unwrap();
    assert!(
        html.contains("No customer's phone is set up") && html.contains("No agent's phone is set up"),
        "{html}"
    );
}

#[tokio::test]
async fn events_follow_each_change_until_the_end() {
    let stage = Stage::new().await;
    let mut events = stage.client.get(format!("{}/_sim/events", stage.rest)).send().await.unwrap();
    let mut next = async || -> Option<Value> {
        let chunk = events.chunk().await.unwrap()?;
        let text = String::from_utf8(chunk.to_vec()).unwrap();
        let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().to_owned();
        Some(serde_json::from_str(&data).unwrap())
    };
    assert_eq!(next().await.unwrap()["phones"][0]["call"], Value::Null);
    stage.sim.handset(CALLER).dial(LINE).unwrap();
    assert_eq!(next().await.unwrap()["phones"][0]["call"]["status"], "ringing");
    stage.sim.close();
    while next().await.is_some() {} // ends
}

#[tokio::test]
async fn the_carrier_runs_by_itself_until_it_is_told_to_stop() {
    let stage = Stage::new().await;
    stage.answers("/page", &[r#"<Gather timeout="30"/>"#]);
    let shutdown = CancellationToken::new();
    let runs = tokio::spawn({
        let (sim, shutdown) = (stage.sim.clone(), shutdown.clone());
        async move { sim.run(shutdown).await }
    });
    let agent = stage.sim.handset(AGENT);
    agent.on_call(OnCall::Answer { after_ms: 5_000, script: vec![] });
    let mut changed = stage.sim.shared.changed.subscribe();
    stage.call(AGENT, &[]).await;
    changed.wait_for(|_| agent.call().is_some_and(|call| call.ringing)).await.unwrap();
    stage.hands.0.send_replace(START + 5_000);
    changed.wait_for(|_| agent.call().is_some_and(|call| call.listening)).await.unwrap();
    shutdown.cancel();
    runs.await.unwrap();
}
