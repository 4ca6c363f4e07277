//! Conferences: who waits, who starts one, who ends it, and what everybody is told.

use super::*;

const EVENTS: &str = r#"statusCallback="/room" statusCallbackEvent="start end join leave""#;

/// A caller who waits, and an agent whose call enters the same room after its key.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    let waits = format!(
        r#"<Dial action="/after"><Conference startConferenceOnEnter="false" endConferenceOnExit="true"
        waitUrl="/wait" beep="false" {EVENTS}>room 1</Conference></Dial>"#
    );
    stage.answers("/voice", &[&waits]);
    stage.answers("/wait", &[r#"<Say>One moment.</Say><Pause length="10"/><Redirect>/wait</Redirect>"#]);
    stage.answers("/after", &["<Say>They left.</Say><Hangup/>"]);
    stage.answers("/page", &[r#"<Gather numDigits="1" action="/in"><Say>Press 1.</Say></Gather>"#]);
    let enters = r#"<Dial action="/out"><Conference endConferenceOnExit="true" beep="false">room 1</Conference></Dial>"#;
    stage.answers("/in", &[enters]);
    stage.answers("/out", &["<Say>It is over.</Say><Hangup/>"]);
    stage
}

async fn through(stage: &Stage) -> (Handset, Handset) {
    let (caller, agent) = (stage.sim.handset(CALLER), stage.sim.handset(AGENT));
    caller.dial(LINE).unwrap();
    stage.sim.run_due().await;
    stage.call(AGENT, &[]).await;
    stage.pass(5_000).await;
    agent.answer().unwrap();
    stage.sim.run_due().await;
    agent.press("1").unwrap();
    stage.sim.run_due().await;
    (caller, agent)
}

#[tokio::test]
async fn who_came_first_hears_the_waiting_address_until_somebody_starts_it() {
    let stage = stage().await;
    let caller = stage.sim.handset(CALLER);
    caller.dial(LINE).unwrap();
    stage.sim.run_due().await;
    stage.pass(25_000).await;
    let call = caller.call().unwrap();
    assert_eq!(call.said(), ["One moment.", "One moment.", "One moment."]);
    let room = call.conference.clone().unwrap();
    assert!(!room.started && !call.connected);
    assert_eq!((room.name.as_str(), &room.phones), ("room 1", &vec![CALLER.to_owned()]));
    assert_eq!(stage.got_field("/wait", "FriendlyName"), ["room 1", "room 1", "room 1"]);
    assert_eq!(stage.got_field("/room", "StatusCallbackEvent"), ["participant-join"]);
    caller.hang_up().unwrap();
    stage.sim.run_due().await;
    let told = stage.got_field("/room", "StatusCallbackEvent");
    assert_eq!(told, ["participant-join", "participant-leave", "conference-end"]);
    assert_eq!(stage.got_field("/room", "SequenceNumber"), ["0", "1", "2"]);
    assert_eq!(stage.got_field("/after", "DialCallStatus"), ["answered"]);
    assert!(stage.sim.errors().is_empty(), "{:?}", stage.sim.errors());
}

#[tokio::test]
async fn both_hear_each_other_until_one_leaves_who_ends_it() {
    for leaves in [CALLER, AGENT] {
        let stage = stage().await;
        let (caller, agent) = through(&stage).await;
        for (phone, other) in [(&caller, AGENT), (&agent, CALLER)] {
            let call = phone.call().unwrap();
            assert!(call.connected && call.conference.as_ref().unwrap().started, "{call:#?}");
            assert!(call.heard.iter().any(|heard| heard.what == Sound::Connected { to: other.into() }));
        }
        agent.speak(2, "hello").unwrap();
        assert!(
            caller
                .call()
                .unwrap()
                .heard
                .iter()
                .any(|heard| heard.what == Sound::Voice { words: "hello".into() })
        );
        let waited = stage.got("/wait").len();
        stage.pass(40_000).await;
        assert_eq!(stage.got("/wait").len(), waited, "nobody waits who talks");
        stage.sim.handset(leaves).hang_up().unwrap();
        stage.sim.run_due().await;
        let (left, heard) = if leaves == CALLER { (&agent, "It is over.") } else { (&caller, "They left.") };
        assert!(left.history().pop().unwrap().said().contains(&heard.to_owned()));
        let told = stage.got_field("/room", "StatusCallbackEvent");
        let expected = [
            "participant-join",
            "participant-join",
            "conference-start",
            "participant-leave",
            "participant-leave",
            "conference-end",
        ];
        assert_eq!(told, expected);
        let last = stage.got("/room").pop().unwrap().form;
        assert_eq!(last["ReasonConferenceEnded"], "participant-with-end-conference-on-exit-left");
        assert_eq!(last["CallSidEndingConference"], stage.sim.handset(leaves).history().pop().unwrap().sid);
        assert!(stage.sim.errors().is_empty(), "{:?}", stage.sim.errors());
    }
}

#[tokio::test]
async fn a_call_is_led_out_of_its_conference_over_rest() {
    let stage = stage().await;
    let caller = stage.sim.handset(CALLER);
    let sid = caller.dial(LINE).unwrap();
    stage.sim.run_due().await;
    let (_, listed) = stage.get("Conferences.json?FriendlyName=room+1&Status=init").await;
    let room = listed["conferences"][0]["sid"].as_str().unwrap().to_owned();
    let (_, members) = stage.get(&format!("Conferences/{room}/Participants.json")).await;
    assert_eq!(members["participants"][0]["call_sid"], sid);
    assert_eq!(members["participants"][0]["start_conference_on_enter"], false);
    let twiml = r#"<Response><Say>Nobody is there.</Say><Pause length="9"/><Hangup/></Response>"#;
    let (status, _) = stage.post(&format!("Calls/{sid}.json"), &[("Twiml", twiml)]).await;
    assert_eq!(status, 200);
    stage.sim.run_due().await;
    assert_eq!(caller.history().pop().unwrap().said(), ["One moment.", "Nobody is there."]);
    assert!(stage.got("/after").is_empty(), "no action hears of it");
    let (_, ended) = stage.get(&format!("Conferences/{room}.json")).await;
    assert_eq!(ended["status"], "completed");
}

#[tokio::test]
async fn a_conference_is_ended_over_rest_and_everybody_goes_on() {
    let stage = stage().await;
    let (caller, agent) = through(&stage).await;
    let room = caller.call().unwrap().conference.unwrap().sid;
    let (status, ended) = stage.post(&format!("Conferences/{room}.json"), &[("Status", "completed")]).await;
    assert_eq!((status, ended["reason_conference_ended"].as_str()), (200, Some("conference-ended-via-api")));
    stage.sim.run_due().await;
    assert!(caller.history().pop().unwrap().said().contains(&"They left.".to_owned()));
    assert!(agent.history().pop().unwrap().said().contains(&"It is over.".to_owned()));
    let (status, _) = stage.get(&format!("Conferences/{room}/Participants/CA0.json")).await;
    assert_eq!(status, 404);
}
