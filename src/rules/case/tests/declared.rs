//! What a manager declares, while an emergency is under way: when its page leaves, and whom it pages.

use super::*;

#[test]
fn a_page_that_waits_for_somebody_leaves_when_somebody_is_there() {
    let hours = |count: u64| NIGHT + seconds(count * 3600);
    // When somebody is said to be there when the call comes in; what is so an hour later; when the page leaves.
    for (first, then, leaves) in [
        (Some(hours(4)), Some(hours(4)), hours(4)),
        (Some(hours(4)), None, hours(1)),
        (Some(hours(4)), Some(hours(2)), hours(2)),
        (Some(hours(4)), Some(hours(6)), hours(6)),
    ] {
        let mut night = Night::begin();
        night.cover_resumes = first;
        night.page();
        night.hangs_up(true).wait(3600).expect(&[]);
        night.cover_resumes = then;
        assert_eq!(night.case.is_due_otherwise(&night.context()), first != then, "{then:?}");
        night.happen(Event::Due);
        assert!(!night.case.is_due_otherwise(&night.context()), "{then:?}");
        if leaves > night.now {
            assert_eq!(night.case.next_due(), Some(leaves), "{then:?}");
            night.wait(leaves.since(night.now).as_secs() - 1).expect(&[]);
            // The hours tell it themselves, at that instant.
            night.cover_resumes = None;
            night.wait(1);
        }
        night.expect(&["sms ada Page", "ring ada"]);
        let told = night.count(|what| matches!(what, Happening::PageDue { .. }));
        assert_eq!(told, if then.is_some() && then != first { 2 } else { 1 }, "{then:?}");
    }
}

#[test]
fn a_page_that_waits_for_its_caller_does_not_begin_to_wait_for_the_desk() {
    let mut night = Night::begin();
    night.flow(FlowCommand::Triage { severity: Severity::ONE }).wait(10).expect(&[]);
    // He was told that somebody is paged.
    night.cover_resumes = Some(NIGHT + seconds(3600));
    assert!(!night.case.is_due_otherwise(&night.context()));
    night.wait(35).expect(&["sms ada Page", "ring ada"]);
}

#[test]
fn a_wait_that_an_older_program_wrote_down_keeps_its_time() {
    let mut night = Night::begin();
    night.cover_resumes = Some(NIGHT + seconds(3600));
    night.page();
    let mut document = serde_json::to_value(&night.case).unwrap();
    let waiting = document["escalation"]["phase"]["waiting"].as_object_mut().unwrap();
    assert!(waiting.remove("ready_at").is_some());
    night.case = serde_json::from_value(document).unwrap();
    night.cover_resumes = None;
    night.wait(3599).expect(&[]);
    night.wait(1).expect(&["sms ada Page", "ring ada"]);
}

#[test]
fn while_everyone_is_on_call_the_first_step_pages_all_at_once() {
    let mut night = Night::begin();
    night.exceptions = [everyone(NIGHT, NIGHT + seconds(3600))].into_iter().collect();
    assert_eq!(night.first_paged(), ["ada", "ben", "cleo"].map(agent));
    night.page();
    night.expect(&["sms ada Page", "ring ada", "sms ben Page", "ring ben", "sms cleo Page", "ring cleo"]);
    // Who is muted sleeps on, as long as somebody else is there.
    let mut night = Night::begin();
    night.exceptions = [everyone(NIGHT, NIGHT + seconds(3600))].into_iter().collect();
    night.mutes = [(agent("ben"), NIGHT + seconds(3600))].into_iter().collect();
    night.page();
    night.expect(&["sms ada Page", "ring ada", "sms cleo Page", "ring cleo"]);
    // And then it is over.
    let mut night = Night::begin();
    night.exceptions = [everyone(NIGHT - seconds(3600), NIGHT)].into_iter().collect();
    night.page();
    night.expect(&["sms ada Page", "ring ada"]);
}
