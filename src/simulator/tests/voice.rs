//! Calls to a line, and what TwiML means in them.

use super::*;

const MENU: &str = r#"<Gather numDigits="1" action="/key"><Say>Press 1.</Say><Say>Press 2.</Say></Gather><Say>Silence.</Say>"#;

#[tokio::test]
async fn a_key_cuts_the_menu_short_and_goes_to_the_action() {
    let stage = Stage::with(|config| {
        config.pace = Pace { say_per_char_ms: 60, say_longest_ms: 60_000, ..Pace::instant() }
    })
    .await;
    stage.answers("/voice", &[MENU]);
    stage.answers("/key", &["<Say>Thank you.</Say>"]);
    let caller = stage.sim.handset(CALLER);
    let sid = caller.dial(LINE).unwrap();
    stage.pass(0).await;

    let first = &stage.got("/voice")[0];
    assert!(first.signed && first.method == "POST");
    for (field, value) in [
        ("CallSid", sid.as_str()),
        ("From", CALLER),
        ("To", LINE),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("AccountSid", ACCOUNT),
        ("FromCountry", "US"),
    ] {
        assert_eq!(first.form.get(field).map(String::as_str), Some(value), "{field}");
    }
    caller.press("1").unwrap();
    stage.pass(0).await;
    assert_eq!(caller.call().unwrap().said(), ["Press 1.", "Thank you."]);
    assert_eq!(stage.got_field("/key", "Digits"), ["1"]);
    stage.pass(600).await;
    assert!(caller.call().is_none(), "the document ended, and the call with it");
    assert_eq!(stage.got_field("/status", "CallStatus"), ["completed"]);
    assert_eq!(stage.got_field("/status", "CallDuration"), ["1"]);
}

#[tokio::test]
async fn silence_goes_on_with_the_next_verb_or_calls_the_action_empty() {
    let stage = Stage::new().await;
    let asking = MENU.replace("<Gather", r#"<Gather actionOnEmptyResult="true""#);
    stage.answers("/voice", &[MENU, &asking]);
    stage.answers("/key", &["<Say>Empty.</Say>"]);
    let caller = stage.sim.handset(CALLER);
    for said in ["Silence.", "Empty."] {
        caller.dial(LINE).unwrap();
        stage.pass(4_999).await;
        assert!(caller.call().unwrap().listening);
        stage.pass(1).await;
        assert_eq!(caller.history().last().unwrap().said().last().unwrap(), said);
    }
    assert_eq!(stage.got_field("/key", "Digits"), [""]);
}

#[tokio::test]
async fn keys_count_only_inside_a_gather() {
    let stage = Stage::with(|config| config.pace = Pace::lifelike()).await;
    stage.answers("/voice", &[r##"<Say>Welcome to the emergency line.</Say><Gather action="/key" timeout="8"><Say>Number?</Say></Gather>"##]);
    stage.answers("/key", &["<Pause length=\"9\"/>"]);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(100).await;
    caller.press("55").unwrap(); // over the welcome: lost
    stage.pass(2_500).await;
    assert!(caller.call().unwrap().listening);
    caller.press("802").unwrap();
    stage.pass(7_999).await;
    assert!(caller.call().unwrap().listening, "the silence counts from the last key");
    caller.press("5550101#").unwrap();
    stage.pass(0).await;
    let got = &stage.got("/key")[0].form;
    assert_eq!((got["Digits"].as_str(), got["FinishedOnKey"].as_str()), ("8025550101", "#"));
    caller.press("4").unwrap(); // the pause listens for nothing
    let counted: Vec<bool> = caller
        .call()
        .unwrap()
        .heard
        .iter()
        .filter_map(|heard| match heard.what {
            Sound::Key { counted, .. } => Some(counted),
            _ => None,
        })
        .collect();
    assert_eq!((counted.len(), counted.iter().filter(|counted| **counted).count()), (14, 11));
}

#[tokio::test]
async fn the_finishing_key_alone_is_silence() {
    let stage = Stage::new().await;
    stage.answers("/voice", &[r#"<Gather action="/key"/><Say>Nothing.</Say>"#]);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(0).await;
    caller.press("#").unwrap();
    stage.pass(0).await;
    assert_eq!(caller.history()[0].said(), ["Nothing."]);
    assert!(stage.got("/key").is_empty());
}

#[tokio::test]
async fn a_hang_up_requests_nothing_but_the_status_address() {
    let stage = Stage::with(|config| config.pace = Pace::lifelike()).await;
    stage.answers("/voice", &[MENU]);
    let caller = stage.sim.handset(CALLER);
    for wait in [0, 100, 1_500] {
        caller.dial(LINE).unwrap();
        if wait > 0 {
            stage.pass(wait).await;
        }
        caller.hang_up().unwrap();
        stage.pass(60_000).await;
    }
    assert!(stage.got("/key").is_empty());
    assert_eq!(stage.got_field("/status", "CallStatus"), ["no-answer", "completed", "completed"]);
    assert_eq!(stage.got_field("/status", "CallDuration"), ["0", "1", "2"]);
    assert_eq!(caller.hang_up(), Err(PhoneError::NoCall));
}

#[tokio::test]
async fn a_recording_has_its_length_its_callbacks_and_its_file() {
    let stage = Stage::with(|config| {
        config.pace = Pace { recording_ms: 1_500, transcript_ms: 4_000, ..Pace::instant() }
    })
    .await;
    let record = r##"<Record action="/recorded" finishOnKey="#" recordingStatusCallback="/file" transcribeCallback="/words"/><Say>Empty.</Say>"##;
    stage.answers("/voice", &[record]);
    stage.answers("/recorded", &["<Say>Kept.</Say>"]);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(1_000).await;
    caller.speak(12, "nobody can book").unwrap();
    stage.pass(12_000).await;
    caller.press("#").unwrap();
    stage.pass(0).await;
    let got = &stage.got("/recorded")[0].form;
    assert_eq!((got["RecordingDuration"].as_str(), got["Digits"].as_str()), ("12", "#"));
    assert_eq!(caller.history()[0].said(), ["Kept."]);
    let file = format!("Recordings/{}.wav", got["RecordingSid"]);
    assert!(got["RecordingUrl"].starts_with(&stage.rest));

    assert_eq!(stage.get(&file).await.0, 404, "the file comes later");
    stage.pass(1_500).await;
    assert_eq!(stage.got_field("/file", "RecordingStatus"), ["completed"]);
    let download = stage.client.get(stage.at(&file)).basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    let bytes = download.bytes().await.unwrap();
    let wav = hound::WavReader::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(wav.duration() / wav.spec().sample_rate, 12);
    assert_eq!(stage.client.get(stage.at(&file)).send().await.unwrap().status(), 401);
    assert_eq!(stage.get(&file.replace("wav", "mp3")).await.0, 404);
    for list in
        [format!("Calls/{}/Recordings.json", got["CallSid"]), "Recordings.json?DateCreated=2026-11-21".into()]
    {
        let (_, json) = stage.get(&list).await;
        assert_eq!(json["recordings"][0]["sid"].as_str(), Some(got["RecordingSid"].as_str()), "{list}");
        assert_eq!(json["recordings"][0]["duration"], "12");
    }
    assert_eq!(stage.get("Calls/CAother/Recordings.json").await.1["recordings"], serde_json::json!([]));
    stage.pass(2_500).await;
    assert_eq!(stage.got_field("/words", "TranscriptionText"), ["nobody can book"]);
    assert!(stage.sim.errors().is_empty());
}

#[tokio::test]
async fn a_recording_ends_by_silence_length_or_hang_up_and_an_empty_one_falls_through() {
    let stage = Stage::new().await;
    let record = r#"<Record action="/recorded" timeout="5" maxLength="20" recordingStatusCallback="/file"/><Say>Empty.</Say>"#;
    stage.answers("/voice", &[record]);
    stage.answers("/recorded", &["<Hangup/>"]);
    let caller = stage.sim.handset(CALLER);
    for (speech, pass, hang_up, duration, digits) in
        [(8, 13_000, false, "8", ""), (60, 20_000, false, "20", ""), (60, 3_000, true, "3", "hangup")]
    {
        caller.dial(LINE).unwrap();
        stage.pass(0).await;
        caller.speak(speech, "").unwrap();
        stage.pass(pass).await;
        if hang_up {
            caller.hang_up().unwrap();
            stage.pass(0).await;
        }
        let got = stage.got("/recorded").pop().unwrap().form;
        assert_eq!((got["RecordingDuration"].as_str(), got["Digits"].as_str()), (duration, digits));
        assert!(caller.call().is_none());
    }
    assert_eq!(stage.got("/recorded")[2].form["CallStatus"], "completed");
    for hang_up in [false, true] {
        caller.dial(LINE).unwrap();
        stage.pass(1_000).await;
        if hang_up {
            caller.hang_up().unwrap();
        }
        stage.pass(4_000).await;
        assert_eq!(caller.history().last().unwrap().said().len(), usize::from(!hang_up));
    }
    assert_eq!(stage.got("/recorded").len(), 3, "an empty recording calls no action");
    assert_eq!(stage.got_field("/file", "RecordingStatus")[3..], ["absent", "absent"]);
}

#[tokio::test]
async fn redirects_reject_and_get_work_and_a_3xx_loses_the_form() {
    let stage = Stage::new().await;
    stage.answers(
        "/voice",
        &[r#"<Redirect method="GET">/next?turn=2&amp;x=%7e</Redirect>"#, r#"<Reject reason="busy"/>"#],
    );
    stage.answers_raw("/next", &[(302, "/moved?turn=3")]);
    stage.answers("/moved", &["<Say>Here.</Say>"]);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(0).await;
    assert_eq!(caller.history()[0].said(), ["Here."]);
    let (next, moved) = (&stage.got("/next")[0], &stage.got("/moved")[0]);
    assert!(next.signed && next.method == "GET" && next.form["CallStatus"] == "in-progress");
    assert!(moved.signed && moved.method == "GET" && !moved.form.contains_key("CallSid"));
    caller.dial(LINE).unwrap();
    stage.pass(0).await;
    assert_eq!(caller.history()[1].status, CallStatus::Busy);
    assert_eq!(stage.got_field("/status", "CallStatus"), ["completed", "busy"]);
}

#[tokio::test]
async fn a_sound_file_is_fetched_and_lasts_as_long_as_it_is() {
    let stage = Stage::with(|config| config.pace = Pace { play_in_full: true, ..Pace::instant() }).await;
    stage.answers(
        "/voice",
        &[r#"<Gather numDigits="1" action="/key"><Play>/tune</Play><Play>/gone</Play></Gather>"#],
    );
    stage.answers_raw("/tune", &[(200, "WAV")]);
    stage.answers_raw("/gone", &[(404, "")]);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(6_999).await;
    let heard = caller.call().unwrap().heard;
    assert_eq!(heard[0].what, Sound::Played { url: stage.url("/tune"), ms: Some(7_000) });
    assert_eq!(heard.len(), 1);
    stage.pass(1).await;
    assert_eq!(caller.call().unwrap().heard[1].what, Sound::Played { url: stage.url("/gone"), ms: None });
    assert_eq!(stage.sim.errors()[0].code, 11200);
}

#[tokio::test]
async fn what_cannot_be_run_is_an_application_error() {
    for (code, status, body) in [
        (12100, 200, "oops"),
        (12200, 200, "<Response><Enqueue>x</Enqueue></Response>"),
        (12200, 200, "<Response><Stream/></Response>"),
        (11200, 500, ""),
        (11215, 200, "<Response><Redirect>/voice</Redirect></Response>"),
        (11100, 200, "<Response><Redirect>ftp://example.com/</Redirect></Response>"),
        (13214, 200, "<Response><Dial callerId=\"+18025550155\">+18025550103</Dial></Response>"),
    ] {
        let stage = Stage::new().await;
        stage.answers_raw("/voice", &[(status, body)]);
        let caller = stage.sim.handset(CALLER);
        caller.dial(LINE).unwrap();
        stage.pass(0).await;
        assert_eq!(stage.sim.errors().first().map(|error| error.code), Some(code), "{body}");
        assert!(
            matches!(&caller.history()[0].heard[0].what, Sound::Carrier { text } if text.contains("error"))
        );
        assert!(caller.call().is_none());
    }
}

#[tokio::test]
async fn the_fallback_answers_when_the_gateway_does_not() {
    let stage = Stage::with(|config| {
        config.lines[0].fallback_twiml =
            Some(r#"<?xml version="1.0"?><Response><Say>Please hold.</Say><Dial timeout="20">+18025550103</Dial><Say>Sorry.</Say></Response>"#.into());
    })
    .await;
    stage.answers_raw("/voice", &[(503, "")]);
    stage.sim.handset(SECOND).on_call(OnCall::Busy);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(0).await;
    assert_eq!(caller.history()[0].said(), ["Please hold.", "Sorry."]);
    assert_eq!(stage.sim.errors()[0].code, 11200);

    // No gateway at all: two tries, for a failed connection is retried once by default.
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut line = stage.sim.read(|world| world.config.lines[0].clone());
    line.voice_url = Some(format!("http://{nowhere}/voice"));
    line.status_url = None;
    stage.sim.put_line(line);
    let before = stage.sim.delivered().len();
    caller.dial(LINE).unwrap();
    stage.pass(0).await;
    let tries: Vec<_> =
        stage.sim.delivered().split_off(before).iter().map(|d| (d.attempt, d.status)).collect();
    assert_eq!(tries, [(0, None), (1, None)]);
    assert_eq!(caller.history()[1].said(), ["Please hold.", "Sorry."]);
}

#[tokio::test]
async fn retries_follow_the_address_and_keep_their_token() {
    let stage = Stage::with(|config| {
        config.pace.retry_gap_ms = 500;
        let url = config.lines[0].voice_url.as_mut().unwrap();
        url.push_str("#rc=2&rt=4000&rp=all");
    })
    .await;
    stage.answers_raw("/voice", &[(500, ""), (404, ""), (200, "<Response><Say>Third.</Say></Response>")]);
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.pass(999).await;
    assert_eq!(stage.got("/voice").len(), 2);
    stage.pass(1).await;
    let got = stage.got("/voice");
    assert_eq!(caller.history()[0].said(), ["Third."]);
    assert!(
        got.iter()
            .all(|request| request.signed && request.token == got[0].token && !request.token.is_empty())
    );
}

#[tokio::test]
async fn the_network_says_what_it_is_told_to_say() {
    let stage = Stage::new().await;
    let caller = stage.sim.handset(CALLER);
    let facts = CallerFacts {
        stir_verstat: Some("TN-Validation-Passed-A".into()),
        forwarded_from: Some(AGENT.into()),
        ..CallerFacts::withheld()
    };
    caller.dial_as(LINE, facts).unwrap();
    stage.pass(0).await;
    let got = &stage.got("/voice")[0].form;
    assert_eq!(
        ["From", "Caller", "StirVerstat", "ForwardedFrom"].map(|field| got[field].as_str()),
        ["anonymous", "anonymous", "TN-Validation-Passed-A", AGENT]
    );
    assert_eq!(caller.history().len(), 1);
    assert_eq!(caller.dial("+18025550188"), Err(PhoneError::NoSuchLine));
    assert_eq!(stage.sim.handset(LINE).dial(LINE), Err(PhoneError::NotAPhone));
    assert_eq!(stage.sim.handset("💥").dial(LINE), Err(PhoneError::NotAPhone));
}
