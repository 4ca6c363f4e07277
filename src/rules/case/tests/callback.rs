//! Calls to agents and the callback: keys, talks, limits.

use super::*;

/// Ada has answered her page's call.
fn on_the_phone() -> Night {
    let mut night = Night::paging();
    night.accepted(1).accepted(2).receipt(2, Receipt::Answered).leg(2, LegInput::Answered);
    assert!(matches!(night.spoken(), Spoken::Page { wrong_key: false, .. }));
    night.done();
    night
}

#[test]
fn only_a_key_acknowledges() {
    let unmoved = |night: &Night| matches!(night.phase(), Phase::Paging { .. });
    for (keys, wrong) in [("", false), ("*", false), ("3", false), ("7", true), ("12", true), ("0", true)] {
        let mut night = on_the_phone();
        night.presses(2, keys);
        assert!(unmoved(&night), "{keys}");
        assert_eq!(night.has_entry(|what| matches!(what, Happening::WrongKey { .. })), wrong, "{keys}");
        night.receipt(2, Receipt::Ended(Ending::Completed)).expect(&[]);
        night.wait(120).expect(&["ask receipt 1", "ring ada"]);
    }
    let mut night = on_the_phone();
    night.presses(2, "1").expect(&["sms caller TakenBy"]);
    assert!(matches!(night.spoken(), Spoken::Taken(_)));
}

#[test]
fn a_phone_in_a_pocket_is_hung_up_after_five_wrong_keys() {
    let mut night = on_the_phone();
    for _ in 0..4 {
        night.presses(2, "9");
        assert!(matches!(night.spoken(), Spoken::Page { wrong_key: true, .. }));
    }
    night.presses(2, "9");
    assert_eq!(night.spoken(), &Spoken::Goodbye);
}

#[test]
fn key_4_declines_and_key_2_puts_through() {
    let mut night = on_the_phone();
    night.presses(2, "4").expect(&["sms ben Page", "ring ben"]);
    assert!(matches!(night.spoken(), Spoken::Answer(Answer::Declined { .. })));

    let mut night = on_the_phone();
    night.presses(2, "2").expect(&["sms caller TakenBy"]);
    let Spoken::PutThrough { number: customer, line, seconds: 25 } = night.spoken() else {
        panic!("{:?}", night.spoken())
    };
    assert_eq!((customer.as_str(), line.as_str()), (CALLER, "+18025550100"));
    night.leg(2, LegInput::Dialled { answered: true, seconds: 30 });
    assert!(matches!(night.spoken(), Spoken::AfterTalk { reached: true, .. }));
    assert!(matches!(night.phase(), Phase::CalledBack { .. }));
    night.receipt(2, Receipt::Ended(Ending::Completed)).wait(24 * 3600).expect(&[]);
}

#[test]
fn nobodys_word_cuts_a_talk_on_the_pages_own_call() {
    let ends = [
        Command::Resolve { note: None },
        Command::Downgrade { severity: Severity::THREE, reason: "one user".into() },
        Command::Escalate,
        Command::Decline,
    ];
    for end in ends {
        for by in ["ada", "ben"] {
            let mut night = Night::paging();
            night.wait(300).accepted(2).receipt(2, Receipt::Answered).leg(2, LegInput::Answered);
            night.presses(2, "2").done();
            night.says(by, end.clone());
            assert!(!night.done().contains(&"hang up S2".to_owned()), "{end:?} by {by}");
            night.leg(2, LegInput::Dialled { answered: true, seconds: 60 });
            assert!(matches!(night.spoken(), Spoken::AfterTalk { reached: true, .. }), "{end:?} by {by}");
        }
    }
}

#[test]
fn a_talk_counts_by_its_length() {
    for (answered, seconds, counts) in
        [(true, 30, true), (true, 29, false), (false, 0, false), (false, 60, false)]
    {
        let mut night = Night::paging();
        night.says("ada", Command::CallCustomer).done();
        night.accepted(3).receipt(3, Receipt::Answered).leg(3, LegInput::Answered);
        assert!(matches!(night.spoken(), Spoken::ReadyToCall(_)));
        night.presses(3, "1");
        assert!(matches!(night.spoken(), Spoken::PutThrough { .. }));
        night.leg(3, LegInput::Dialled { answered, seconds });
        assert_eq!(night.spoken(), &Spoken::AfterTalk { number: TicketNumber(1042), reached: counts });
        assert_eq!(night.case.ticket.called_back_at.is_some(), counts, "{answered} {seconds}");
        night.expect(if counts { &[] } else { &["sms ada ReachedThem"] });
        assert_eq!(night.case.bridge, None);
    }
}

#[test]
fn an_agent_who_does_not_answer_his_callback_is_asked() {
    for ending in [Ending::NoAnswer, Ending::Busy, Ending::Failed, Ending::Completed] {
        let mut night = Night::paging();
        night.says("ada", Command::CallCustomer).accepted(3).done();
        night.receipt(3, Receipt::Ended(ending)).expect(&["sms ada ReachedThem"]);
        assert_eq!(night.case.bridge, None);
        assert_eq!(night.case.holder(), Some(&agent("ada")));
        // He may try again.
        night.says("ada", Command::CallCustomer).expect(&["ring ada"]);
    }
}

#[test]
fn a_callback_without_a_word_from_the_carrier_ends_by_time() {
    let mut night = Night::paging();
    night.says("ada", Command::CallCustomer).accepted(3).done();
    night.wait(60).expect(&["ask receipt 3"]);
    night.wait(120).expect(&["sms ada ReachedThem"]);
}

#[test]
fn the_report_of_a_talk_may_be_overtaken_by_the_end_of_the_call() {
    for (late, asked) in [(5, false), (60, true)] {
        let mut night = Night::paging();
        night.says("ada", Command::CallCustomer).accepted(3).receipt(3, Receipt::Answered).presses(3, "1");
        night.wait(200).done();
        night.receipt(3, Receipt::Ended(Ending::Completed)).wait(late);
        assert_eq!(night.done().contains(&"sms ada ReachedThem".to_owned()), asked, "{late}");
        night.leg(3, LegInput::Dialled { answered: true, seconds: 190 });
        assert!(matches!(night.phase(), Phase::CalledBack { .. }), "{late}");
    }
}

#[test]
fn the_callback_limit_reminds_once_and_then_goes_on_with_the_next_step() {
    let mut night = Night::paging();
    night.says("ada", Command::Acknowledge).done();
    night.wait(899).expect(&[]);
    night.wait(1).expect(&["sms ada CallbackReminder"]);
    night.wait(899).expect(&[]);
    night.wait(1).expect(&["sms ben Page", "ring ben"]);
    assert!(night.has_entry(|what| *what == Happening::CallbackOverdue));
}

#[test]
fn nobody_is_reminded_while_he_talks_and_time_does_not_stand_still() {
    let mut night = Night::paging();
    night.says("ada", Command::CallCustomer).accepted(3).receipt(3, Receipt::Answered).presses(3, "1");
    night.done();
    // An hour's talk: longer than the limit.
    night.wait(3600).expect(&[]);
    night.leg(3, LegInput::Dialled { answered: true, seconds: 3599 }).wait(3600).expect(&[]);
}

#[test]
fn done_and_call_by_somebody_who_was_paged_take_the_ticket() {
    let mut night = Night::paging();
    night.says("ada", Command::CallbackDone);
    assert!(matches!(night.phase(), Phase::CalledBack { .. }));
    night.done();
    night.wait(24 * 3600).expect(&[]);

    let mut night = Night::paging();
    night.done();
    night.says("ada", Command::CallCustomer);
    assert!(matches!(night.answer(), Answer::Ringing { .. }));
    night.expect(&["sms caller TakenBy", "withdraw 1", "withdraw 2", "ring ada"]);
    night.says("ada", Command::CallCustomer).expect(&[]);
}

#[test]
fn without_a_number_nobody_is_called() {
    let mut night = Night::begin();
    night.case.ticket.caller_id = None;
    night.flow(FlowCommand::Triage { severity: Severity::ONE }).hangs_up(true).done();
    night.says("ada", Command::CallCustomer);
    assert!(matches!(night.answer(), Answer::NoCallbackNumber { .. }));
    night.expect(&[]);
}

#[test]
fn a_new_holders_callback_replaces_one_that_still_rings() {
    let mut night = Night::paging();
    night.says("ada", Command::CallCustomer).accepted(3).done();
    night.says("ada", Command::Escalate).done();
    night.says("ben", Command::CallCustomer);
    assert!(matches!(night.answer(), Answer::Ringing { .. }));
    let done = night.done();
    assert!(done.contains(&"hang up S3".to_owned()) && done.contains(&"ring ben".to_owned()), "{done:?}");
    // What comes of the old one changes nothing.
    night.receipt(3, Receipt::Ended(Ending::Completed)).expect(&[]);
    assert_eq!(night.case.bridge.as_ref().map(|bridge| &bridge.agent), Some(&agent("ben")));
    night.leg(3, LegInput::Answered);
    assert_eq!(night.spoken(), &Spoken::Goodbye);
}

#[test]
fn a_talk_that_goes_on_while_the_caller_pushes_ends_the_paging() {
    let mut night = Night::paging();
    night.says("ada", Command::CallCustomer).accepted(3).receipt(3, Receipt::Answered).presses(3, "1");
    night.flow(FlowCommand::Push).done();
    night.leg(3, LegInput::Dialled { answered: true, seconds: 120 });
    assert!(matches!(night.phase(), Phase::CalledBack { by, .. } if *by == agent("ada")));
    night.wait(24 * 3600).done();
    assert!(night.case.pages.iter().all(|page| !page.is_open()));

    // But who took it meanwhile keeps it.
    let mut night = Night::paging();
    night.says("ada", Command::CallCustomer).accepted(3).receipt(3, Receipt::Answered).presses(3, "1");
    night.flow(FlowCommand::Push).says("ben", Command::Acknowledge).done();
    night.leg(3, LegInput::Dialled { answered: true, seconds: 120 });
    assert_eq!(night.case.holder(), Some(&agent("ben")));
}

#[test]
fn a_talk_does_not_reopen_what_was_closed_during_it() {
    for command in [
        Command::Resolve { note: None },
        Command::Downgrade { severity: Severity::THREE, reason: "mended".into() },
    ] {
        for talked in [10, 100] {
            let mut night = Night::paging();
            night.says("ada", Command::CallCustomer).accepted(3).receipt(3, Receipt::Answered);
            night.presses(3, "1").says("ada", command.clone()).done();
            night.leg(3, LegInput::Dialled { answered: true, seconds: talked }).expect(&[]);
            assert_eq!(night.phase(), &Phase::Ended);
        }
    }
}

#[test]
fn what_a_late_answer_of_the_phone_hears() {
    // Somebody else has it.
    let mut night = Night::paging();
    night.accepted(1).accepted(2).wait(300).says("ben", Command::Acknowledge);
    night.leg(2, LegInput::Answered);
    assert!(matches!(night.spoken(), Spoken::Answer(Answer::AlreadyTaken { by, .. }) if by == "Ben"));
    // He has it himself, by text.
    let mut night = Night::paging();
    night.accepted(1).accepted(2).says("ada", Command::Acknowledge).leg(2, LegInput::Answered);
    assert!(matches!(night.spoken(), Spoken::Taken(_)));
    // Nobody knows of the call, and it rings all the same: his key counts.
    let mut night = Night::paging();
    night.sent(2, Sent::Unknown { carrier: "main".into() });
    for _ in 0..6 {
        night.sent(2, Sent::NotFound);
        night.sent(2, Sent::Unknown { carrier: "main".into() });
    }
    assert!(night.case.attempts[1].is_pending());
    night.receipt(2, Receipt::Answered).leg(2, LegInput::Answered);
    assert!(matches!(night.spoken(), Spoken::Page { .. }));
    night.presses(2, "1");
    assert_eq!(night.case.holder(), Some(&agent("ada")));
}

#[test]
fn an_agent_who_rang_in_is_asked_after_a_short_talk_too() {
    let talked = |answered, seconds| Event::Talked { agent: agent("ada"), answered, seconds };
    let mut night = Night::paging();
    night.says("ada", Command::Acknowledge).done();
    night.happen(talked(true, 12)).expect(&["sms ada ReachedThem"]);
    night.happen(talked(true, 40)).expect(&[]);
    assert!(matches!(night.phase(), Phase::CalledBack { .. }));
}
