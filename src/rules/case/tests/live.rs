//! A caller who waits on the line: who is rung for him, and what each end of the wait leaves behind.

use super::*;
use crate::rules::live::WaitingCall;

const WAITING: &str = "CA1";

fn call() -> WaitingCall {
    WaitingCall {
        carrier: "main".into(),
        sid: WAITING.into(),
        version: "v".into(),
        step: "live".into(),
        turn: 3,
    }
}

/// A caller waits, in a conference or not, at a desk that has it so.
fn waiting(conference: bool, all: bool) -> Night {
    let ring = if all { "all" } else { "one" };
    let wanted = format!("live_connect = {{ enabled = true, ring = \"{ring}\" }}\n[[line]]");
    let mut night = Night::of(&DESK.replacen("[[line]]", &wanted, 1));
    night.flow(FlowCommand::Triage { severity: Severity::ONE });
    night.happen(Event::Waits { call: call(), conference, limit: seconds(600) });
    night.flow(FlowCommand::Callback { number: number(CALLER), confirmed: true });
    night
}

/// Somebody's telephone was answered.
fn answered(night: &mut Night, ordinal: u32) {
    night.accepted(ordinal).receipt(ordinal, Receipt::Answered).leg(ordinal, LegInput::Answered);
    assert!(matches!(night.spoken(), Spoken::CallerWaits { .. }), "{:?}", night.spoken());
}

#[test]
fn one_after_the_other_is_rung_and_nobody_is_texted() {
    let mut night = waiting(true, false);
    night.expect(&["ring ada"]);
    night.accepted(1).receipt(1, Receipt::Ended(Ending::NoAnswer)).expect(&["ring ben"]);
    night.accepted(2).wait(44).expect(&[]);
    // Cleo is the last resort: for that there is the page. Ben may press his key until the time is up.
    night.wait(40).expect(&["ask receipt 2"]);
    assert!(night.case.has_caller_waiting());
    night.wait(36);
    assert!(!night.case.has_caller_waiting());
    night.expect(&["lead on CA1", "hang up S2", "sms ada Page", "ring ada"]);
}

#[test]
fn whoever_answers_without_a_key_holds_nobody_up() {
    let mut night = waiting(true, false);
    answered(&mut night, 1);
    night.done();
    night.wait(44).expect(&[]);
    night.wait(1).expect(&["ring ben"]);
    night.presses(1, "1");
    assert!(matches!(night.spoken(), Spoken::JoinCaller { conference } if conference == WAITING));
    night.expect(&["withdraw 2"]);
    assert_eq!(night.case.holder(), Some(&agent("ada")));
}

#[test]
fn the_first_key_wins_and_the_rest_is_what_it_is_for_any_page() {
    let mut night = waiting(true, true);
    night.expect(&["ring ada", "ring ben"]);
    for ordinal in [1, 2] {
        answered(&mut night, ordinal);
    }
    night.presses(2, "1");
    night.expect(&["hang up S1", "sms ada StandDown"]);
    night.presses(1, "1");
    assert!(matches!(night.spoken(), Spoken::Answer(Answer::AlreadyTaken { .. })), "{:?}", night.spoken());
    // The talk begins when he comes in, and counts from half a minute.
    night.wait(3).happen(Event::CameIn { call: "S2".into() });
    night.wait(29).happen(Event::Flow(FlowCommand::ConnectOver { answered: true }));
    assert!(night.has_entry(|what| *what == Happening::CallbackTalk { seconds: 29 }));
    assert!(!night.has_entry(|what| matches!(what, Happening::CallbackDone { .. })));
    night.leg(2, LegInput::Dialled { answered: true, seconds: 0 });
    assert!(matches!(night.spoken(), Spoken::AfterTalk { reached: false, .. }));
    assert_eq!(night.count(|what| matches!(what, Happening::CallbackTalk { .. })), 1, "told once");
}

#[test]
fn a_talk_of_half_a_minute_is_the_callback_whoever_ends_it() {
    for end in ["caller", "agent", "flow", "carrier"] {
        let mut night = waiting(true, false);
        answered(&mut night, 1);
        night.presses(1, "1").happen(Event::CameIn { call: "S1".into() });
        night.wait(30);
        match end {
            "caller" => night.happen(Event::CallerLeft { call: WAITING.into() }),
            "agent" => night.leg(1, LegInput::Dialled { answered: true, seconds: 0 }),
            "flow" => night.flow(FlowCommand::ConnectOver { answered: true }),
            _ => night.receipt(1, Receipt::Ended(Ending::Completed)),
        };
        assert!(matches!(night.phase(), Phase::CalledBack { .. }), "{end}: {:?}", night.phase());
        assert_eq!(night.case.bridge, None, "{end}");
    }
}

#[test]
fn who_comes_to_a_caller_who_has_left_is_not_left_alone() {
    let mut night = waiting(true, false);
    answered(&mut night, 1);
    night.presses(1, "1").done();
    night.wait(1).happen(Event::CallerLeft { call: WAITING.into() });
    let done = night.done();
    assert!(done.contains(&"lead on S1".to_owned()), "{done:?}");
    assert!(matches!(night.phase(), Phase::Acknowledged { .. }), "he owes the call");
    assert!(night.has_entry(|what| *what == Happening::CallbackFailed));
}

#[test]
fn an_agent_who_accepts_and_never_comes_leaves_the_caller_to_his_message() {
    let mut night = waiting(true, false);
    answered(&mut night, 1);
    night.presses(1, "1").done();
    night.wait(2).receipt(1, Receipt::Ended(Ending::Completed));
    night.expect(&["lead on CA1", "sms ada ReachedThem"]);
    let live = night.case.live.as_ref().unwrap();
    assert!(live.was_accepted() && !live.has_met(night.now, seconds(30)));
}

#[test]
fn a_caller_who_gives_up_is_paged_for_and_what_rings_rings_on() {
    let mut night = waiting(true, false);
    night.accepted(1).done();
    night.wait(10).happen(Event::CallerLeft { call: WAITING.into() });
    night.expect(&["sms ada Page"]);
    night.leg(1, LegInput::Answered);
    assert!(matches!(night.spoken(), Spoken::Page { .. }), "{:?}", night.spoken());
    // The second call of his rules comes when it would have come.
    night.receipt(1, Receipt::Ended(Ending::NoAnswer)).wait(120).expect(&["ring ada"]);
}

#[test]
fn a_word_by_another_way_ends_the_wait() {
    for (word, follows) in [
        (Command::Acknowledge, None),
        (Command::Escalate, Some("ring ben")),
        (Command::Resolve { note: None }, None),
    ] {
        let mut night = waiting(true, false);
        night.accepted(1).done();
        night.says("ada", word.clone());
        assert!(!night.case.has_caller_waiting(), "{word:?}");
        let done = night.done();
        assert!(done.contains(&"lead on CA1".to_owned()), "{word:?}: {done:?}");
        assert_eq!(done.iter().any(|what| what.starts_with("ring")), follows.is_some(), "{word:?}: {done:?}");
    }
}

#[test]
fn the_callers_own_call_rings_one_after_the_other() {
    let mut night = waiting(false, true);
    night.expect(&[]);
    assert_eq!(night.case.rung_by_caller().map(|(_, number)| number.as_str()), Some(ADA));
    night.happen(Event::RingsNext);
    assert_eq!(night.case.rung_by_caller().map(|(_, number)| number.as_str()), Some("+18025550112"));
    assert_eq!(night.case.next_for_caller(&night.context(), WAITING), None, "Cleo is the last resort");
    night.receipt(2, Receipt::Answered).leg(2, LegInput::Answered);
    assert!(matches!(night.spoken(), Spoken::CallerWaits { .. }), "{:?}", night.spoken());
    night.presses(2, "1");
    assert_eq!(*night.spoken(), Spoken::Through);
}

#[test]
fn who_is_muted_is_not_rung_and_where_nobody_is_left_nobody_waits() {
    let mut night = Night::of(&DESK.replacen("[[line]]", "live_connect = { enabled = true }\n[[line]]", 1));
    night.mutes = [(agent("ada"), night.now + seconds(5000))].into_iter().collect();
    let next = |night: &Night| {
        night.case.next_for_caller(&night.context(), WAITING).map(|number| number.to_string())
    };
    assert_eq!(next(&night).as_deref(), Some("+18025550112"));
    night.cover_resumes = Some(night.now + seconds(5000));
    assert_eq!(next(&night), None);
    assert_eq!(next(&Night::begin()), None, "the desk does not want it");
}

#[test]
fn who_will_not_take_it_is_not_asked_again_at_once() {
    let mut night = waiting(true, false);
    answered(&mut night, 1);
    night.done();
    night.presses(1, "4").expect(&["ring ben"]);
    night.accepted(2).receipt(2, Receipt::Ended(Ending::NoAnswer));
    night.expect(&["lead on CA1", "sms ben Page", "ring ben"]);
}
