//! Naming somebody: handing over, and paging one more; and what is said by who is let in by his role.

use super::*;

fn manager(command: Command) -> Event {
    let by = Speaker::Account { key: "dora@example.com".into(), name: "Dora".into() };
    Event::Command { by, via: Via::Web, command }
}

fn web(who: &str, command: Command) -> Event {
    Event::Command { by: agent(who).into(), via: Via::Web, command }
}

#[test]
fn who_is_handed_a_ticket_is_paged_and_takes_it_himself() {
    let mut night = Night::paging();
    night.says("ada", Command::Acknowledge).done();
    night.happen(manager(Command::HandOver { to: agent("cleo") }));
    assert_eq!(night.answer(), &Answer::HandedOver { number: TicketNumber(1042), to: "Cleo".into() });
    night.expect(&["sms cleo Page", "ring cleo"]);
    assert_eq!(night.case.holder(), None);
    let by = Actor::Account("dora@example.com".into());
    let what = Happening::HandedOver { to: agent("cleo"), via: Via::Web };
    assert!(night.timeline.iter().any(|entry| entry.by == by && entry.what == what));
    night.accepted(3).accepted(4).done();
    night.says("cleo", Command::Acknowledge);
    night.expect(&["hang up S4", "sms ada StandDown", "sms caller TakenBy"]);
    assert_eq!(night.case.holder(), Some(&agent("cleo")));
}

#[test]
fn what_the_named_one_does_not_take_goes_up_the_chain() {
    for (way, wait) in [("silence", 300), ("no", 0)] {
        let mut night = Night::paging();
        night.says("ada", Command::Acknowledge).done();
        night.says("ada", Command::HandOver { to: agent("cleo") }).done();
        if way == "no" {
            night.says("cleo", Command::Decline);
        }
        night.wait(wait);
        assert!(night.done().contains(&"sms ben Page".to_owned()), "{way}");
    }
}

#[test]
fn one_more_is_paged_beside_those_whose_turn_it_is() {
    let mut night = Night::paging();
    night.wait(10).done();
    night.says("ada", Command::Page { agent: agent("ben") });
    night.expect(&["sms ben Page", "ring ben"]);
    // Once is enough while he is being tried.
    night.says("ada", Command::Page { agent: agent("ben") }).expect(&[]);
    let phase = night.phase().clone();
    assert!(matches!(phase, Phase::Paging { until, .. } if until == NIGHT + seconds(300)), "{phase:?}");
    night.says("ben", Command::Acknowledge);
    assert_eq!(night.case.holder(), Some(&agent("ben")));

    // Somebody has it: nobody is paged, and that is said.
    night.done();
    for command in [Command::Page { agent: agent("cleo") }, Command::HandOver { to: agent("ben") }] {
        night.happen(manager(command.clone()));
        assert!(matches!(night.answer(), Answer::AlreadyTaken { by, .. } if by == "Ben"), "{command:?}");
    }
    night.expect(&[]);
}

#[test]
fn one_more_is_paged_before_the_others_are_and_after_it_was_closed_for_the_night() {
    let mut night = Night::begin();
    night.flow(FlowCommand::Triage { severity: Severity::ONE }).done();
    night.happen(manager(Command::Page { agent: agent("cleo") }));
    night.expect(&["sms cleo Page", "ring cleo"]);
    night.wait(45);
    assert!(night.done().contains(&"sms ada Page".to_owned()));
    night.happen(manager(Command::Downgrade { severity: Severity::THREE, reason: "a test".into() })).done();
    assert_eq!(night.phase(), &Phase::Ended);
    night.happen(manager(Command::Page { agent: agent("ben") }));
    night.expect(&["sms ben Page"]);
    assert!(matches!(night.phase(), Phase::Paging { .. }));
}

#[test]
fn nobody_unknown_is_named_and_nothing_changes() {
    let mut night = Night::paging();
    night.done();
    for command in [Command::Page { agent: agent("zoe") }, Command::HandOver { to: agent("zoe") }] {
        let before = night.case.clone();
        night.happen(manager(command.clone()));
        assert_eq!(night.answer(), &Answer::NoSuchAgent { number: TicketNumber(1042) }, "{command:?}");
        assert_eq!(night.case, before, "{command:?}");
    }
    night.expect(&[]);
}

#[test]
fn who_is_let_in_takes_it_though_he_was_not_paged() {
    let mut night = Night::paging();
    night.done();
    night.happen(web("cleo", Command::Acknowledge));
    assert!(matches!(night.answer(), Answer::Taken(_)));
    assert_eq!(night.case.holder(), Some(&agent("cleo")));
    // From now on his texts count as well.
    night.says("cleo", Command::CallbackDone);
    assert!(matches!(night.answer(), Answer::CalledBack { .. }));
}

#[test]
fn a_manager_disposes_and_takes_nothing_himself() {
    for command in [Command::Acknowledge, Command::Decline, Command::CallCustomer, Command::CallbackDone] {
        let mut night = Night::paging();
        night.done();
        let before = night.case.clone();
        night.happen(manager(command.clone()));
        assert_eq!(night.answer(), &Answer::NotAnAgent { number: TicketNumber(1042) }, "{command:?}");
        assert_eq!(night.case, before, "{command:?}");
    }
    let mut night = Night::paging();
    night.accepted(1).done();
    night.happen(manager(Command::Escalate));
    assert!(night.done().contains(&"sms ben Page".to_owned()));
    night.happen(manager(Command::Resolve { note: Some("a test".into()) }));
    assert!(night.done().contains(&"sms ada StandDown".to_owned()));
    assert!(!night.case.is_open());
}
