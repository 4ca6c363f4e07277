//! What carriers say: refusals, delays, doubts, receipts in any order.

use super::*;

fn refused(about: Trouble) -> Sent {
    Sent::Refused { carrier: "main".into(), about, why: "no".into() }
}

fn not_yet(carrier: &str) -> Sent {
    Sent::NotYet { carrier: carrier.into(), why: "busy".into() }
}

fn unknown() -> Sent {
    Sent::Unknown { carrier: "main".into() }
}

/// Ada's own plan: a text, and a call a minute later.
fn slow() -> Night {
    let rules = "rule = [{ severity = 1, method = \"sms\" }, { severity = 1, method = \"voice\", after = 60 }]\n\
                 phone = [{ number = \"+18025550111\" }]";
    let mut night = Night::of(&DESK.replace("phone = [{ number = \"+18025550111\" }]", rules));
    night.page();
    night.expect(&["sms ada Page"]);
    night
}

#[test]
fn a_dead_number_is_marked_and_the_next_way_tried_now() {
    for about in [Trouble::Number, Trouble::Pair] {
        let mut night = slow();
        night.sent(1, refused(about));
        night.expect(&["mark Sms +18025550111", "ring ada"]);
        let mut night = slow();
        night.accepted(1).receipt(1, Receipt::Undelivered { about, why: "gone".into() });
        night.expect(&["mark Sms +18025550111", "ring ada"]);
    }
}

#[test]
fn a_number_that_was_just_given_up_is_not_tried_again() {
    let mut night = Night::paging();
    night.accepted(1).done();
    // Her call again at 120 s would go to the same number: the next step begins when her text fails, too.
    night.sent(2, refused(Trouble::Number)).expect(&["mark Voice +18025550111"]);
    night.receipt(1, Receipt::Undelivered { about: Trouble::Number, why: "gone".into() });
    night.expect(&["mark Sms +18025550111", "sms ben Page", "ring ben"]);
}

#[test]
fn trouble_with_a_sender_leads_to_the_next_carrier_and_leaves_the_method_alone() {
    let mut night = slow();
    night.sent(1, refused(Trouble::Sender)).expect(&["sms manager Alert", "sms ada Page", "ring ada"]);
    let again = Sent::Refused { carrier: "other".into(), about: Trouble::Sender, why: "no".into() };
    night.sent(1, again).expect(&["sms manager Alert"]);
    assert_eq!(night.state(1), &AttemptState::Ended(Ending::Failed));
}

#[test]
fn a_throttled_request_goes_to_the_next_carrier_and_then_waits_longer_each_time() {
    let mut night = slow();
    let due = |night: &Night| match night.effects.first() {
        Some(Effect::Text { at, avoid, .. }) => (at.since(night.now).as_secs(), avoid.len()),
        other => panic!("{other:?}"),
    };
    night.sent(1, not_yet("main"));
    assert_eq!(due(&night), (0, 1));
    night.expect(&["sms ada Page", "ring ada"]);
    for (carrier, seconds, avoided) in
        [("other", 2, 0), ("main", 0, 1), ("other", 4, 0), ("main", 0, 1), ("other", 8, 0)]
    {
        night.sent(1, not_yet(carrier));
        assert_eq!(due(&night), (seconds, avoided));
        night.expect(&["sms ada Page"]);
    }
}

#[test]
fn a_request_that_nobody_waits_for_any_more_is_not_made_again() {
    let mut night = Night::paging();
    night.says("ada", Command::Acknowledge).done();
    night.sent(1, not_yet("main")).sent(2, unknown()).expect(&[]);
    let mut night = Night::paging();
    night.says("ada", Command::Decline).done();
    night.sent(1, not_yet("main")).expect(&[]);
}

#[test]
fn a_doubt_starts_the_next_way_elsewhere_and_is_looked_into_three_times_before_each_resend() {
    let mut night = slow();
    let at = |night: &Night| match night.effects.first() {
        Some(Effect::LookUp { at, .. }) => at.since(night.now).as_secs(),
        other => panic!("{other:?}"),
    };
    night.sent(1, unknown());
    assert_eq!(at(&night), 2);
    assert!(matches!(&night.effects[1], Effect::Ring { avoid, .. } if avoid == &["main"]));
    night.expect(&["look up 1", "ring ada"]);
    for pause in [3, 10] {
        night.sent(1, Sent::NotFound);
        assert_eq!(at(&night), pause);
        night.expect(&["look up 1"]);
    }
    night.sent(1, Sent::NotFound).expect(&["sms ada Page"]);
    night.sent(1, unknown()).expect(&["look up 1"]);
    for _ in 0..2 {
        night.sent(1, Sent::NotFound).expect(&["look up 1"]);
    }
    // A carrier that fails for an hour does not leave the night silent: the pauses grow, and it goes on.
    night.sent(1, Sent::NotFound);
    assert!(matches!(&night.effects[..], [Effect::Text { at, .. }] if *at > night.now));
    night.expect(&["sms ada Page"]);
    assert_eq!(night.state(1), &AttemptState::Asked);
}

#[test]
fn a_throttled_request_may_still_be_resent_after_a_doubt() {
    let mut night = slow();
    night.sent(1, not_yet("main")).sent(1, not_yet("other")).sent(1, unknown()).done();
    for _ in 0..2 {
        night.sent(1, Sent::NotFound);
    }
    night.done();
    night.sent(1, Sent::NotFound).expect(&["sms ada Page"]);
}

#[test]
fn with_one_carrier_the_same_call_is_not_made_twice_before_the_first_was_looked_for() {
    let mut night = Night::begin();
    night.carriers = 1;
    night.page();
    night.accepted(1).done();
    night.sent(2, unknown()).expect(&["look up 2"]);
}

#[test]
fn found_after_all_is_accepted_and_not_sent_again() {
    let mut night = slow();
    night.sent(1, unknown()).done();
    night.accepted(1).expect(&[]);
    night.sent(1, Sent::NotFound).sent(1, unknown()).sent(1, refused(Trouble::Number)).expect(&[]);
    night.sent(1, Sent::TakenBack).expect(&[]);
    assert!(matches!(night.state(1), AttemptState::Accepted { .. }));
}

#[test]
fn what_waited_too_long_to_be_sent_is_followed_by_the_next_way() {
    let mut night = slow();
    night.sent(1, Sent::TakenBack).expect(&["ring ada"]);
    let mut night = slow();
    night.says("ada", Command::Acknowledge).done();
    night.sent(1, Sent::TakenBack).expect(&[]);
    assert_eq!(night.state(1), &AttemptState::Ended(Ending::Withdrawn));
}

#[test]
fn a_receipt_that_does_not_come_is_asked_for_and_not_waited_for() {
    let rules = "rule = [{ severity = 1, method = \"sms\" }, { severity = 1, method = \"voice\", after = 200 }]\n\
                 phone = [{ number = \"+18025550111\" }]";
    let mut night = Night::of(&DESK.replace("phone = [{ number = \"+18025550111\" }]", rules));
    night.page();
    night.accepted(1).done();
    night.wait(60).expect(&["ask receipt 1", "ring ada"]);
    night.receipt(1, Receipt::Pending).wait(60).expect(&[]);
}

#[test]
fn nobody_asks_for_receipts_that_nobody_waits_for() {
    let mut night = slow();
    night.accepted(1).says("ada", Command::Acknowledge).done();
    night.wait(600).expect(&[]);
}

#[test]
fn a_late_acceptance_after_an_ack_is_hung_up_or_stood_down_once() {
    let mut night = Night::paging();
    night.wait(300).says("ada", Command::Acknowledge).done();
    // Ben's text and call had left already.
    for _ in 0..3 {
        night.accepted(4).accepted(5);
        night.receipt(4, Receipt::Delivered).receipt(5, Receipt::Answered);
    }
    night.expect(&["sms ben StandDown", "hang up S5"]);
    assert_eq!(night.count(|what| matches!(what, Happening::LateAttempt { .. })), 2);
    // Her own text comes late as well: she knows.
    night.accepted(1).expect(&[]);
}

#[test]
fn a_text_that_was_declined_in_time_tells_nobody_to_stand_down() {
    let mut night = Night::paging();
    night.says("ada", Command::Decline).done();
    night.accepted(1).receipt(1, Receipt::Delivered).expect(&[]);
}

#[test]
fn a_call_that_was_made_twice_rings_once() {
    let mut night = Night::paging();
    night.accepted(2).done();
    let twin = || Sent::Accepted { carrier: "other".into(), sid: "TWIN".into() };
    night.sent(2, twin()).expect(&["hang up TWIN"]);
    night.sent(2, twin()).expect(&[]);
    let attempt = night.case.ticket.id.child('a', 2);
    let over = Receipt::Ended(Ending::Completed);
    night.happen(Event::Receipt { attempt, carrier: "other".into(), sid: "TWIN".into(), receipt: over });
    assert!(matches!(night.state(2), AttemptState::Accepted { sid, .. } if sid == "S2"));
}

#[test]
fn what_is_said_of_a_forgotten_attempt_changes_nothing() {
    let mut night = Night::paging();
    let before = night.case.clone();
    night.done();
    night.accepted(77).receipt(77, Receipt::Answered).sent(77, unknown()).leg(77, LegInput::Answered);
    assert_eq!(night.spoken(), &Spoken::Goodbye);
    assert_eq!(night.case, before);
    night.expect(&[]);
}

fn permutations(of: usize) -> Vec<Vec<usize>> {
    if of == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(of - 1);
    let with = |at: usize| {
        shorter.iter().map(move |order| {
            let mut order = order.clone();
            order.insert(at, of - 1);
            order
        })
    };
    (0..of).flat_map(with).collect()
}

/// Whatever the order, with each delivery doubled: the attempt ends in one and the same state.
#[test]
fn receipts_in_any_order_lead_to_the_same_state() {
    let accepted = |night: &mut Night, ordinal| {
        night.accepted(ordinal);
    };
    let text = [
        Receipt::Pending,
        Receipt::Delivered,
        Receipt::Undelivered { about: Trouble::Passing, why: "no".into() },
    ];
    let call = [
        Receipt::Answered,
        Receipt::Ended(Ending::NoAnswer),
        Receipt::Ended(Ending::Failed),
        Receipt::Ended(Ending::Completed),
    ];
    for (ordinal, receipts) in [(1, &text[..]), (2, &call[..])] {
        for acked in [false, true] {
            let mut ends = Vec::new();
            for order in permutations(receipts.len() + 1) {
                let mut night = Night::paging();
                if acked {
                    night.says("ada", Command::Acknowledge);
                }
                for one in order.iter().flat_map(|one| [one, one]) {
                    match receipts.get(*one) {
                        Some(receipt) => {
                            night.receipt(ordinal, receipt.clone());
                        }
                        None => accepted(&mut night, ordinal),
                    }
                }
                ends.push((order, night.state(ordinal).clone()));
            }
            for (order, end) in &ends {
                assert_eq!(*end, ends[0].1, "{ordinal} {acked}: {order:?} against {:?}", ends[0].0);
            }
        }
    }
}
