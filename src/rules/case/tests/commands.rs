//! What agents say: taking, escalating, closing; and whose word counts.

use super::*;

#[test]
fn an_ack_by_any_way_stops_everything() {
    for way in ["text", "key", "call"] {
        let mut night = Night::paging();
        night.accepted(1).accepted(2).receipt(2, Receipt::Answered).wait(100).done();
        match way {
            "text" => night.says("ada", Command::Acknowledge).expect(&["hang up S2", "sms caller TakenBy"]),
            "key" => night.presses(2, "1").expect(&["sms caller TakenBy"]),
            _ => {
                let command = Command::Acknowledge;
                night.happen(Event::Command { by: agent("ada").into(), via: Via::Call, command });
                night.expect(&["hang up S2", "sms caller TakenBy"])
            }
        };
        assert_eq!(night.case.holder(), Some(&agent("ada")), "{way}");
        night.wait(600).expect(&[]);
    }
}

#[test]
fn the_word_of_somebody_who_was_not_paged_does_not_count() {
    for command in [
        Command::Acknowledge,
        Command::Decline,
        Command::Escalate,
        Command::CallCustomer,
        Command::CallbackDone,
        Command::Resolve { note: None },
        Command::Note("x".into()),
    ] {
        let mut night = Night::paging();
        night.done();
        let before = night.case.clone();
        night.says("cleo", command.clone());
        assert_eq!(night.answer(), &Answer::NotYours { number: TicketNumber(1042) }, "{command:?}");
        assert_eq!(night.case, before, "{command:?}");
        night.expect(&[]);
    }
    let mut night = Night::paging();
    night.says("cleo", Command::Who);
    assert!(matches!(night.answer(), Answer::Who { holder: None, on_call, .. } if on_call == &["Ada"]));
}

#[test]
fn the_second_ack_hears_who_was_first() {
    let mut night = Night::paging();
    night.wait(300).says("ada", Command::Acknowledge).done();
    night.says("ben", Command::Acknowledge);
    assert!(matches!(night.answer(), Answer::AlreadyTaken { by, .. } if by == "Ada"));
    night.says("ben", Command::Decline);
    assert!(matches!(night.answer(), Answer::AlreadyTaken { .. }));
    night.says("ada", Command::Acknowledge);
    assert!(matches!(night.answer(), Answer::YoursAlready(_)));
    night.expect(&[]);
}

#[test]
fn esc_leads_to_the_next_step_and_takes_the_ticket_from_whoever_had_it() {
    let mut night = Night::paging();
    night.says("ada", Command::Acknowledge).done();
    night.says("ada", Command::Escalate).expect(&["sms ben Page", "ring ben"]);
    assert_eq!(night.case.holder(), None);
    // A decline by who has it is the same.
    let mut night = Night::paging();
    night.says("ada", Command::Acknowledge).done();
    night.says("ada", Command::Decline).expect(&["sms ben Page", "ring ben"]);
}

#[test]
fn a_downgrade_ends_the_paging_and_needs_to_be_lower() {
    let down = |severity| Command::Downgrade { severity, reason: "one user".into() };
    let mut night = Night::paging();
    night.accepted(1).accepted(2).wait(300).accepted(4).done();
    night.says("ben", down(Severity::THREE));
    assert!(matches!(night.answer(), Answer::Downgraded { .. }));
    night.expect(&["hang up S2", "withdraw 3", "withdraw 5", "sms ada StandDown"]);
    night.wait(24 * 3600).expect(&[]);
    night.says("ben", down(Severity::TWO));
    assert!(matches!(night.answer(), Answer::NotLower { severity: Severity::THREE, .. }));
    // It is still worked on, and the caller may be called back.
    night.says("ben", Command::Acknowledge);
    assert!(matches!(night.answer(), Answer::Taken(_)));
    night.says("ben", Command::CallbackDone);
    assert!(matches!(night.answer(), Answer::CalledBack { .. }));
    assert!(night.case.ticket.called_back_at.is_some());
    assert!(night.case.is_open());
}

#[test]
fn resolved_is_closed_to_all_but_notes() {
    let mut night = Night::paging();
    night.says("ada", Command::Resolve { note: Some("restarted".into()) });
    assert!(matches!(night.answer(), Answer::Resolved { .. }));
    assert_eq!(night.case.ticket.resolved_at, Some(NIGHT));
    night.wait(24 * 3600).done();
    assert_eq!(night.case.next_due(), None);
    night.says("ada", Command::Acknowledge);
    assert!(matches!(night.answer(), Answer::Closed { .. }));
    night.says("ada", Command::Note("a cable".into()));
    assert!(matches!(night.answer(), Answer::Noted { .. }));
    night.expect(&[]);
}

#[test]
fn a_command_after_the_notice_of_an_abandoned_call() {
    let mut night = Night::begin();
    night.hangs_up(false).done();
    night.says("ada", Command::CallCustomer).expect(&["withdraw 1", "ring ada"]);
    night.says("ada", Command::Resolve { note: None });
    assert!(matches!(night.answer(), Answer::Resolved { .. }));
}

#[test]
fn what_an_agent_has_to_do() {
    let mut night = Night::paging();
    assert!(night.case.waits_for(&agent("ada")) && !night.case.waits_for(&agent("ben")));
    night.wait(300).says("ada", Command::Acknowledge);
    assert!(night.case.waits_for(&agent("ada")) && !night.case.waits_for(&agent("ben")));
    night.says("ada", Command::CallbackDone);
    assert!(!night.case.waits_for(&agent("ada")));
}
