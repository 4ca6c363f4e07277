//! Calls that the gateway makes: progress, phones and what they do, Dial, changes to a live call, look-ups.

use super::*;

#[tokio::test]
async fn progress_is_told_in_order_with_sequence_numbers() {
    let stage = Stage::new().await;
    stage.answers("/page", &[r#"<Gather numDigits="1" action="/ack"><Say>Press 1.</Say></Gather>"#]);
    stage.answers("/ack", &["<Say>Yours.</Say><Hangup/>"]);
    stage.sim.handset(AGENT).on_call(OnCall::Answer {
        after_ms: 6_000,
        script: vec![Act::Listen, Act::Wait { ms: 1_500 }, Act::Press { keys: "1".into() }],
    });
    let sid = stage.call(AGENT, &[]).await;
    assert!(stage.got("/progress").is_empty(), "nothing happens between two runs");
    stage.pass(6_000).await;
    assert!(stage.sim.handset(AGENT).call().unwrap().listening);
    stage.pass(1_500).await;

    assert_eq!(
        stage.got_field("/progress", "CallStatus"),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    assert_eq!(stage.got_field("/progress", "SequenceNumber"), ["0", "1", "2", "3"]);
    assert_eq!(stage.got_field("/progress", "CallDuration"), ["", "", "", "2"]);
    assert_eq!(stage.got_field("/ack", "Digits"), ["1"]);
    assert_eq!(stage.got_field("/page", "Direction"), ["outbound-api"]);
    let (status, json) = stage.get(&format!("Calls/{sid}.json")).await;
    assert_eq!(
        (status, json["status"].as_str(), json["duration"].as_str()),
        (200, Some("completed"), Some("2"))
    );
    assert_eq!(json["start_time"], "Sat, 21 Nov 2026 03:00:00 +0000");
    assert!(stage.sim.errors().is_empty());
}

#[tokio::test]
async fn phones_do_what_they_were_told() {
    let stage = Stage::new().await;
    let menu =
        r#"<Gather numDigits="1" action="/ack"><Say>Press 1.</Say></Gather><Redirect>/page</Redirect>"#;
    stage.answers("/page", &[menu]);
    for (behaviour, lasts_ms, status, duration) in [
        (OnCall::Manual, 25_000, "no-answer", "0"),
        (OnCall::NoAnswer, 25_000, "no-answer", "0"),
        (OnCall::Busy, 0, "busy", "0"),
        (OnCall::Unreachable, 0, "failed", "0"),
        (OnCall::Decline { after_ms: 3_000 }, 3_000, "busy", "0"),
        (OnCall::HangUpAfter { after_ms: 2_000, ms: 1_200 }, 3_200, "completed", "2"),
        (OnCall::Voicemail { after_ms: 20_000, lasts_ms: 30_000 }, 50_000, "completed", "30"),
        (OnCall::Answer { after_ms: 26_000, script: vec![] }, 25_000, "no-answer", "0"),
    ] {
        let agent = stage.sim.handset(AGENT);
        agent.on_call(behaviour.clone());
        stage.call(AGENT, &[("Timeout", "25")]).await;
        stage.pass((lasts_ms - 1).max(0)).await;
        assert_eq!(agent.call().is_some(), lasts_ms > 0, "{behaviour:?}");
        stage.pass(1).await;
        assert!(agent.call().is_none(), "{behaviour:?}");
        let last = stage.got("/progress").pop().unwrap().form;
        assert_eq!(
            (last["CallStatus"].as_str(), last["CallDuration"].as_str()),
            (status, duration),
            "{behaviour:?}"
        );
    }
    assert!(stage.got("/ack").is_empty());
    assert_eq!(stage.sim.next_due(), None, "nothing is left over");
}

#[tokio::test]
async fn a_phone_in_a_call_is_busy_and_a_call_answers_by_hand() {
    let stage = Stage::new().await;
    stage.answers("/page", &[r#"<Gather timeout="60"/>"#]);
    let agent = stage.sim.handset(AGENT);
    stage.call(AGENT, &[("TimeLimit", "10")]).await;
    stage.pass(0).await;
    assert!(agent.call().unwrap().ringing);
    assert_eq!(agent.press("1"), Err(PhoneError::NoCall));
    agent.answer().unwrap();
    assert_eq!(agent.answer(), Err(PhoneError::NotRinging));
    stage.call(AGENT, &[]).await;
    stage.pass(0).await;
    assert_eq!(stage.sim.calls().last().unwrap().status, CallStatus::Busy);
    stage.pass(9_999).await;
    assert!(agent.call().is_some());
    stage.pass(1).await;
    assert!(agent.call().is_none(), "the limit ends it");
    stage.call(AGENT, &[]).await;
    stage.pass(0).await;
    agent.decline().unwrap();
    assert_eq!(agent.history().last().unwrap().status, CallStatus::Busy);
}

#[tokio::test]
async fn twiml_may_come_with_the_request_and_machines_are_told_apart() {
    let stage = Stage::new().await;
    stage.sim.handset(AGENT).on_call(OnCall::Voicemail { after_ms: 0, lasts_ms: 1_000 });
    let twiml = "<Response><Say language=\"fr-FR\">Bonsoir.</Say></Response>";
    let (status, _) = stage.post("Calls.json", &[("To", AGENT), ("From", LINE), ("Twiml", twiml)]).await;
    assert_eq!(status, 201);
    stage.pass(0).await;
    assert_eq!(
        stage.sim.handset(AGENT).history()[0].heard[0].what,
        Sound::Said { text: "Bonsoir.".into(), language: "fr-FR".into() }
    );
    stage.call(AGENT, &[("MachineDetection", "Enable")]).await;
    stage.pass(0).await;
    assert_eq!(stage.got_field("/page", "AnsweredBy"), ["machine_start"]);
}

#[tokio::test]
async fn a_live_call_can_be_led_elsewhere_and_ended() {
    let stage = Stage::new().await;
    stage.answers("/page", &[r#"<Gather timeout="60"/>"#]);
    stage.answers("/stand-down", &[r#"<Say>Somebody has it.</Say><Gather timeout="60"/>"#]);
    let agent = stage.sim.handset(AGENT);
    agent.on_call(OnCall::Answer { after_ms: 5_000, script: vec![] });
    let sid = stage.call(AGENT, &[]).await;
    let resource = format!("Calls/{sid}.json");
    let elsewhere = stage.url("/stand-down");
    let (status, json) = stage.post(&resource, &[("Url", &elsewhere)]).await;
    assert_eq!((status, json["code"].as_u64()), (400, Some(21220)), "not answered yet");
    stage.pass(5_000).await;
    assert_eq!(stage.post(&resource, &[("Url", &elsewhere)]).await.0, 200);
    stage.pass(0).await;
    assert_eq!(agent.call().unwrap().said(), ["Somebody has it."]);
    assert_eq!(
        stage
            .post(
                &resource,
                &[("Twiml", "<Response><Say>Bye.</Say><Pause length=\"2\"/><Gather/></Response>")]
            )
            .await
            .0,
        200
    );
    stage.pass(0).await;
    assert_eq!(agent.call().unwrap().said().len(), 2);
    let (status, json) = stage.post(&resource, &[("Status", "completed")]).await;
    assert_eq!((status, json["status"].as_str()), (200, Some("completed")));
    assert!(agent.call().is_none());
    assert_eq!(stage.post(&resource, &[("Status", "completed")]).await.1["code"], 21220);

    let ringing = stage.call(AGENT, &[]).await;
    stage.pass(0).await;
    let (_, json) = stage.post(&format!("Calls/{ringing}.json"), &[("Status", "canceled")]).await;
    assert_eq!(json["status"], "canceled");
    stage.pass(60_000).await;
    assert_eq!(stage.got_field("/progress", "CallStatus").last().unwrap(), "canceled");
    assert_eq!(stage.post("Calls/CAunknown.json", &[("Status", "completed")]).await.0, 404);
}

/// Dials the agent and the second from a call to the line; gives the action's fields.
async fn dialled(first: OnCall, second: OnCall, screen: Option<&str>, pass: i64) -> (Stage, Vec<Request>) {
    let stage = Stage::new().await;
    let url = if screen.is_some() { r#" url="/screen""# } else { "" };
    stage.answers(
        "/voice",
        &[&format!(
            r#"<Dial timeout="20" timeLimit="60" action="/dialled"><Number{url}>{AGENT}</Number><Number{url}>{SECOND}</Number></Dial>"#
        )],
    );
    stage.answers("/screen", &[screen.unwrap_or_default()]);
    stage.answers("/dialled", &["<Say>Over.</Say>"]);
    stage.sim.handset(AGENT).on_call(first);
    stage.sim.handset(SECOND).on_call(second);
    stage.sim.handset(CALLER).dial(LINE).unwrap();
    stage.pass(pass).await;
    let got = stage.got("/dialled");
    (stage, got)
}

#[tokio::test]
async fn dial_connects_the_first_to_pick_up() {
    let talks = |after_ms, ms| OnCall::Answer { after_ms, script: vec![Act::Wait { ms }, Act::HangUp] };
    let voicemail = OnCall::Voicemail { after_ms: 2_000, lasts_ms: 9_000 };
    let screening =
        r#"<Gather numDigits="1" timeout="5" action="/accept"><Say>Press 1.</Say></Gather><Hangup/>"#;
    let nobody = || OnCall::NoAnswer;
    for (first, second, screen, pass, outcome) in [
        (talks(4_000, 30_000), nobody(), None, 34_000, ("completed", "30", "true")),
        (talks(4_000, 90_000), nobody(), None, 64_000, ("completed", "60", "true")),
        (talks(4_000, 30_000), voicemail.clone(), None, 11_000, ("completed", "9", "true")),
        (nobody(), voicemail, Some(screening), 7_000, ("completed", "5", "false")),
        (nobody(), nobody(), None, 20_000, ("no-answer", "", "false")),
        (OnCall::Busy, OnCall::Busy, None, 0, ("busy", "", "false")),
        (OnCall::Unreachable, OnCall::Unreachable, None, 0, ("failed", "", "false")),
    ] {
        let case = format!("{first:?} {second:?}");
        let (early, none) = dialled(first.clone(), second.clone(), screen, pass - 1).await;
        assert!(none.is_empty() || pass == 0, "{case}");
        drop(early);
        let (stage, got) = dialled(first, second, screen, pass).await;
        let field = |key: &str| got[0].form.get(key).map_or("", String::as_str);
        assert_eq!(
            (field("DialCallStatus"), field("DialCallDuration"), field("DialBridged")),
            outcome,
            "{case}"
        );
        assert_eq!(stage.sim.handset(CALLER).history()[0].said(), ["Over."], "{case}");
        assert_eq!(stage.sim.next_due(), None, "{case}");
    }
}

#[tokio::test]
async fn a_screened_callee_is_connected_after_his_key() {
    let script = vec![Act::Listen, Act::Press { keys: "1".into() }, Act::Wait { ms: 8_000 }, Act::HangUp];
    let screening =
        r#"<Gather numDigits="1" timeout="5" action="/accept"><Say>Press 1.</Say></Gather><Hangup/>"#;
    let (stage, none) =
        dialled(OnCall::Answer { after_ms: 1_000, script }, OnCall::Manual, Some(screening), 1_000).await;
    assert!(none.is_empty());
    let caller = stage.sim.handset(CALLER);
    assert!(caller.call().unwrap().connected);
    assert_eq!(stage.sim.handset(SECOND).history()[0].status, CallStatus::Canceled);
    let screened = &stage.got("/screen")[0].form;
    assert_eq!(screened["Direction"], "outbound-dial");
    assert_eq!(screened["ParentCallSid"], stage.got("/voice")[0].form["CallSid"]);
    assert_eq!(screened["From"], CALLER);
    caller.speak(2, "hello").unwrap();
    let heard = stage.sim.handset(AGENT).call().unwrap().heard;
    assert_eq!(heard.last().unwrap().what, Sound::Voice { words: "hello".into() });
    stage.pass(8_000).await;
    assert_eq!(stage.got_field("/dialled", "DialCallDuration"), ["8"]);
}

#[tokio::test]
async fn a_caller_who_leaves_a_dial_takes_it_with_him() {
    for (pass, status) in [(1_000, "canceled"), (6_000, "completed")] {
        let agent = OnCall::Answer { after_ms: 5_000, script: vec![] };
        let (stage, _) = dialled(agent, OnCall::NoAnswer, None, pass).await;
        stage.sim.handset(CALLER).hang_up().unwrap();
        stage.pass(60_000).await;
        assert_eq!(stage.got_field("/dialled", "DialCallStatus"), [status]);
        assert_eq!(stage.got_field("/status", "CallStatus"), ["completed"]);
        assert!(stage.sim.handset(AGENT).call().is_none());
    }
}

#[tokio::test]
async fn a_gateway_may_call_back_while_it_is_being_asked() {
    let stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut line = stage.sim.read(|world| world.config.lines[0].clone());
    line.voice_url = Some(format!("http://{}/voice", listener.local_addr().unwrap()));
    stage.sim.put_line(line);
    let (client, messages) = (stage.client.clone(), stage.at("Messages.json"));
    let app = Router::new().fallback(async move || {
        let form = [("To", AGENT), ("From", LINE), ("Body", "A call.")];
        let sent = client.post(messages).basic_auth(ACCOUNT, Some(TOKEN)).form(&form).send().await.unwrap();
        assert_eq!(sent.status(), 201);
        ([(header::CONTENT_TYPE, "text/xml")], "<Response><Say>Paged.</Say></Response>")
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    stage.sim.handset(CALLER).dial(LINE).unwrap();
    stage.sim.run_due().await;
    assert_eq!(stage.sim.handset(AGENT).texts()[0].body, "A call.");
    assert_eq!(stage.sim.handset(CALLER).history()[0].said(), ["Paged."]);
    assert_eq!(stage.sim.next_due(), None);
}

#[tokio::test]
async fn refusals_carry_the_carriers_codes() {
    let stage = Stage::new().await;
    let long = "x".repeat(4_001);
    let url = "http://127.0.0.1/x";
    for (code, form) in [
        (21201, vec![("From", LINE), ("Url", url)]),
        (21213, vec![("To", AGENT), ("Url", url)]),
        (21211, vec![("To", "911"), ("From", LINE), ("Url", url)]),
        (21210, vec![("To", AGENT), ("From", SECOND), ("Url", url)]),
        (21205, vec![("To", AGENT), ("From", LINE)]),
        (21205, vec![("To", AGENT), ("From", LINE), ("Url", "nonsense")]),
        (20001, vec![("To", AGENT), ("From", LINE), ("Url", url), ("Timeout", "601")]),
        (20001, vec![("To", AGENT), ("From", LINE), ("Twiml", &long)]),
    ] {
        let (status, json) = stage.post("Calls.json", &form).await;
        assert_eq!(
            (status, json["code"].as_u64(), json["status"].as_u64()),
            (400, Some(code), Some(400)),
            "{form:?}"
        );
        assert!(
            json["more_info"].as_str().unwrap().ends_with(&code.to_string()) && json["message"].is_string()
        );
    }
    assert!(stage.sim.calls().is_empty());
    let (status, _) =
        stage.post("Calls.json", &[("To", AGENT), ("From", "+18025550199"), ("Url", url)]).await;
    assert_eq!(status, 201, "a number that the account may show");

    for (user, password, right) in
        [(ACCOUNT, "wrong", false), (ACCOUNT, "second-token", true), ("ACx", TOKEN, false)]
    {
        let sent =
            stage.client.get(stage.at("Calls.json")).basic_auth(user, Some(password)).send().await.unwrap();
        assert_eq!(sent.status() == 200, right, "{user} {password}");
        if !right {
            let json: Value = sent.json().await.unwrap();
            assert_eq!((json["code"].as_u64(), json["status"].as_u64()), (Some(20003), Some(401)));
        }
    }
}

#[tokio::test]
async fn lists_are_newest_first_filtered_and_paged() {
    let stage = Stage::with(|config| config.pace.dial_ms = 1_000).await;
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    for _ in 0..3 {
        stage.call(AGENT, &[]).await;
    }
    let count = async |query: &str| {
        stage.get(&format!("Calls.json{query}")).await.1["calls"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 4);
    assert_eq!(count("?To=%2B18025550102").await, 3);
    assert_eq!(count("?To=%2B18025550100&From=%2B18025550101").await, 1);
    assert_eq!(count("?Status=queued").await, 3);
    assert_eq!(count("?StartTime=2026-11-21").await, 1, "what is queued has no start");
    assert_eq!(count("?StartTime%3E=2026-11-22").await, 0);
    assert_eq!(count("?StartTime<=2026-11-21T02:59:59Z").await, 0);
    let (_, first) = stage.get("Calls.json?PageSize=3").await;
    assert_eq!(first["calls"][0]["to"], AGENT);
    let next = first["next_page_uri"].as_str().unwrap();
    let url = format!("{}{next}", stage.rest);
    let second: Value =
        stage.client.get(url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (second["calls"].as_array().unwrap().len(), second["calls"][0]["to"].as_str()),
        (1, Some(LINE))
    );
    assert!(second["next_page_uri"].is_null());
    assert_eq!(stage.get("Calls.json?Page=x").await.0, 400);
    assert_eq!(stage.get("Nothing.json").await.1["code"], 20404);
}
