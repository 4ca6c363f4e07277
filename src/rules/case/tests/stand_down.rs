//! Who is told that he need not act any more: whoever may believe that it waits for him, and nobody twice.

use super::*;

/// Whatever was asked for leaves, and arrives; no telephone is answered.
fn all_leave(night: &mut Night) {
    for ordinal in 1..=night.case.attempt_count {
        night.accepted(ordinal).receipt(ordinal, Receipt::Delivered);
        night.receipt(ordinal, Receipt::Ended(Ending::NoAnswer));
    }
}

/// Who is told to stand down by what happened since the last look.
fn told(night: &mut Night) -> Vec<String> {
    let done = night.done();
    let mut told: Vec<String> =
        done.iter().filter_map(|effect| effect.strip_suffix(" StandDown")).map(str::to_owned).collect();
    told.sort();
    told
}

#[test]
fn whoever_was_tried_and_nobody_else_stands_down_by_text_alone() {
    let mut night = Night::paging();
    night.accepted(1).accepted(2).receipt(2, Receipt::Ended(Ending::NoAnswer));
    night.wait(300).done();
    // Ben's text has left; Ada's was answered by nobody; Cleo was never tried.
    night.accepted(4).done();
    night.says("ben", Command::Acknowledge);
    night.expect(&["withdraw 3", "withdraw 5", "sms ada StandDown", "sms caller TakenBy"]);
    assert_eq!(night.count(|what| matches!(what, Happening::StoodDown { .. })), 1);
}

/// Ada and Ben were tried, and Ben took it; Ada was told.
fn bens() -> Night {
    let mut night = Night::paging();
    all_leave(&mut night);
    night.wait(300);
    all_leave(&mut night);
    night.says("ben", Command::Acknowledge);
    assert_eq!(told(&mut night), ["sms ada"]);
    night
}

#[test]
fn who_had_it_hears_who_has_it_now_however_it_left_him() {
    type Leave = fn(&mut Night);
    let ways: [(&str, Leave); 4] = [
        ("he escalates", |night| {
            night.says("ben", Command::Escalate);
        }),
        ("he declines after all", |night| {
            night.says("ben", Command::Decline);
        }),
        ("the caller pushes", |night| {
            night.flow(FlowCommand::Push);
        }),
        ("he never called back", |night| {
            night.wait(2 * 15 * 60);
        }),
    ];
    for (way, leave) in ways {
        let mut night = bens();
        leave(&mut night);
        night.done();
        // The second cycle begins with Ada, who takes it; who stood down before is not told again.
        night.says("ada", Command::Acknowledge);
        assert_eq!(told(&mut night), ["sms ben"], "{way}");
        night.says("ada", Command::Resolve { note: None });
        assert_eq!(told(&mut night), [] as [&str; 0], "{way}: once");
    }
}

#[test]
fn who_stood_down_in_an_earlier_run_is_not_told_again() {
    let mut night = Night::of(&DESK.replace("cycles = 2", "cycles = 1"));
    night.page();
    night.wait(300);
    all_leave(&mut night);
    night.says("ben", Command::Acknowledge).done();
    night.says("ben", Command::Escalate);
    all_leave(&mut night);
    night.done();
    // Cleo is the last resort; nobody asked Ada again.
    night.says("cleo", Command::Acknowledge);
    assert_eq!(told(&mut night), ["sms ben"]);
}

#[test]
fn who_escalates_what_nobody_has_hears_who_took_it_and_who_declines_does_not() {
    for (word, hears) in [(Command::Escalate, &["sms ada"][..]), (Command::Decline, &[])] {
        let mut night = Night::paging();
        all_leave(&mut night);
        night.says("ada", word.clone()).done();
        night.says("ben", Command::Acknowledge);
        assert_eq!(told(&mut night), hears, "{word:?}");
    }
    // Asked again after her ESC, she declines: she wants to hear no more of it.
    let mut night = Night::paging();
    night.says("ada", Command::Escalate).wait(300);
    all_leave(&mut night);
    night.says("ada", Command::Decline).done();
    night.says("ben", Command::Acknowledge);
    assert_eq!(told(&mut night), [] as [&str; 0]);
}

#[test]
fn a_colleagues_escalation_leaves_nobody_believing_that_it_is_still_his() {
    let mut night = bens();
    night.says("ada", Command::Escalate);
    assert_eq!(night.case.holder(), None);
    night.done();
    night.says("ada", Command::Acknowledge);
    assert_eq!(told(&mut night), ["sms ben"]);
}

#[test]
fn whose_ticket_a_colleague_ends_hears_of_it() {
    for called_back in [false, true] {
        for end in [
            Command::Resolve { note: None },
            Command::Downgrade { severity: Severity::THREE, reason: "one user".into() },
        ] {
            let mut night = bens();
            if called_back {
                night.says("ben", Command::CallbackDone);
            }
            night.says("ada", end.clone());
            assert_eq!(told(&mut night), ["sms ben"], "{end:?}");
            night.says("ada", Command::Note("a cable".into()));
            assert_eq!(told(&mut night), [] as [&str; 0]);
        }
    }
}

#[test]
fn a_push_goes_on_with_the_same_run_and_forgets_nobody() {
    let mut night = Night::paging();
    all_leave(&mut night);
    night.flow(FlowCommand::Push);
    all_leave(&mut night);
    night.done();
    night.says("ben", Command::Acknowledge);
    assert_eq!(told(&mut night), ["sms ada"]);
}

#[test]
fn who_passed_it_on_hears_of_its_end_as_well() {
    let mut night = bens();
    night.says("ben", Command::Escalate).done();
    night.says("ada", Command::Downgrade { severity: Severity::THREE, reason: "one user".into() });
    assert_eq!(told(&mut night), ["sms ben"]);
}
