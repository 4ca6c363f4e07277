//! The walk through the policy: steps, cycles, the last resort, empty steps, declines.

use super::*;
use crate::rules::policy::Target;

#[test]
fn the_default_plan_texts_and_calls_at_once_and_calls_again_after_two_minutes() {
    let mut night = Night::paging();
    night.expect(&["sms ada Page", "ring ada"]);
    for ordinal in [1, 2] {
        night.accepted(ordinal);
    }
    night.receipt(1, Receipt::Delivered).receipt(2, Receipt::Ended(Ending::NoAnswer));
    night.wait(119).expect(&[]);
    night.wait(1).expect(&["ring ada"]);
    night.accepted(3).receipt(3, Receipt::Ended(Ending::Busy)).wait(179).expect(&[]);
    night.wait(1).expect(&["sms ben Page", "ring ben"]);
}

/// Everything is taken and nothing is answered: everybody's turn comes, and then it begins again.
#[test]
fn an_unanswered_page_goes_through_steps_and_cycles_to_the_last_resort_and_begins_again() {
    let mut night = Night::paging();
    let mut paged = Vec::new();
    for round in 0..7 {
        for effect in night.done() {
            if effect.ends_with(" Page") || effect == "sms manager Alert" || effect.starts_with("sms caller")
            {
                paged.push(format!("{}: {effect}", round * 5));
            }
        }
        for _minute in 0..5 {
            for ordinal in 1..=night.case.attempt_count {
                let voice = night.case.attempts.iter().any(|attempt| {
                    attempt.ordinal == ordinal && attempt.method == MethodKind::Voice && attempt.is_pending()
                });
                night.accepted(ordinal);
                match voice {
                    true => night.receipt(ordinal, Receipt::Ended(Ending::NoAnswer)),
                    false => night.receipt(ordinal, Receipt::Delivered),
                };
            }
            night.wait(60);
        }
    }
    assert_eq!(
        paged,
        [
            "0: sms ada Page",
            "5: sms ben Page",
            "10: sms ada Page",
            "10: sms caller StillTrying",
            "15: sms ben Page",
            "20: sms manager Alert",
            "20: sms cleo Page",
            "25: sms ada Page",
            "25: sms caller StillTrying",
            "30: sms ben Page",
        ]
    );
}

#[test]
fn an_empty_rota_leads_to_the_next_step_at_once_and_the_manager_knows() {
    let mut night =
        Night::of(&DESK.replace("{ targets = [\"agent:ada\"] },", "{ targets = [\"rota:later\"] },"));
    night.page();
    night.expect(&["sms manager Alert", "sms ben Page", "ring ben"]);
    assert!(night.has_entry(|what| *what == Happening::NobodyOnStep { cycle: 1, step: 1 }));
}

#[test]
fn where_every_target_is_empty_everybody_is_paged() {
    let mut night = Night::begin();
    let nobody = || vec![Target::Rota("later".into())];
    night.desk.policies[0].steps.iter_mut().for_each(|step| step.targets = nobody());
    night.desk.policies[0].last_resort = nobody();
    night.page();
    night.expect(&[
        "sms manager Alert",
        "sms ada Page",
        "ring ada",
        "sms ben Page",
        "ring ben",
        "sms cleo Page",
        "ring cleo",
    ]);
}

#[test]
fn where_nobody_can_be_paged_the_manager_knows_and_a_deadline_remains() {
    let mut night = Night::begin();
    night.desk.agents.clear();
    night.page();
    night.expect(&["sms manager Alert"]);
    assert!(night.has_entry(|what| *what == Happening::NobodyToPage));
    assert!(night.case.next_due().is_some());
    night.wait(3600);
    assert!(night.case.next_due().is_some());
}

#[test]
fn an_agent_who_is_gone_from_the_desk_is_nobody() {
    let mut night = Night::begin();
    night.desk.agents.remove(0);
    night.page();
    night.expect(&["sms manager Alert", "sms ben Page", "ring ben"]);
}

#[test]
fn once_all_have_declined_the_next_step_begins_now() {
    let both = "{ targets = [\"agent:ada\", \"agent:ben\"] }, { targets = [\"agent:cleo\"] }";
    let steps = "{ targets = [\"agent:ada\"] }, { targets = [\"agent:ben\"] }";
    let mut night = Night::of(&DESK.replace(steps, both));
    night.page();
    night.done();
    night.says("ada", Command::Decline).expect(&["withdraw 1", "withdraw 2"]);
    night.says("ben", Command::Decline);
    night.expect(&["withdraw 3", "withdraw 4", "sms cleo Page", "ring cleo"]);
}

#[test]
fn a_decline_hangs_up_the_phone_that_rings_and_is_no_last_word() {
    let mut night = Night::paging();
    night.accepted(1).accepted(2).done();
    night.says("ada", Command::Decline).expect(&["hang up S2", "sms ben Page", "ring ben"]);
    night.says("ada", Command::Acknowledge);
    assert!(matches!(night.answer(), Answer::Taken(_)));
}

#[test]
fn dead_methods_are_passed_over_at_once() {
    let mut night = Night::begin();
    night.dead.insert((MethodKind::Sms, number(ADA)));
    night.page();
    night.expect(&["ring ada"]);
    night.accepted(1).receipt(1, Receipt::Ended(Ending::NoAnswer)).wait(120).expect(&["ring ada"]);

    let mut night = Night::begin();
    for method in [MethodKind::Sms, MethodKind::Voice] {
        night.dead.insert((method, number(ADA)));
    }
    night.page();
    night.expect(&["sms ben Page", "ring ben"]);
}

#[test]
fn where_every_method_is_dead_the_last_resort_keeps_its_time() {
    let mut night = Night::begin();
    for agent in ["+18025550111", "+18025550112", "+18025550113"] {
        for method in [MethodKind::Sms, MethodKind::Voice] {
            night.dead.insert((method, number(agent)));
        }
    }
    night.page();
    assert_eq!(night.done().iter().filter(|effect| *effect == "sms manager Alert").count(), 1);
    assert!(night.case.next_due().is_some_and(|due| due >= NIGHT + seconds(300)));
}

#[test]
fn every_phone_of_an_agent_is_tried() {
    let phones = "[{ number = \"+18025550111\" }, { number = \"+18025550114\", methods = [\"voice\"] }]";
    let mut night = Night::of(&DESK.replace("[{ number = \"+18025550111\" }]", phones));
    night.page();
    night.expect(&["sms ada Page", "ring ada", "ring ada"]);
    for ordinal in 1..=3 {
        night.accepted(ordinal);
    }
    night.leg(2, LegInput::Answered).presses(2, "1");
    // The phone on which she speaks is left alone, the other stops ringing.
    night.expect(&["hang up S3", "sms caller TakenBy"]);
}

#[test]
fn who_is_still_being_rung_is_not_rung_twice_by_the_next_step() {
    let steps = "{ targets = [\"agent:ada\"] }, { targets = [\"agent:ben\"] }";
    let both = "{ targets = [\"agent:ada\"] }, { targets = [\"agent:ada\", \"agent:ben\"] }";
    let mut night = Night::of(&DESK.replace(steps, both));
    night.page();
    night.accepted(1).accepted(2).done();
    night.flow(FlowCommand::Push).expect(&["sms ben Page", "ring ben"]);
}

#[test]
fn a_long_escalation_stays_small_and_still_knows_who_was_tried() {
    let mut night = Night::paging();
    for _ in 0..600 {
        for ordinal in night.case.attempts.iter().map(|attempt| attempt.ordinal).collect::<Vec<_>>() {
            night.accepted(ordinal).receipt(ordinal, Receipt::Delivered);
            night.receipt(ordinal, Receipt::Ended(Ending::NoAnswer));
        }
        night.wait(60);
    }
    assert!(night.case.attempts.len() < 60, "{} attempts", night.case.attempts.len());
    assert!(night.case.pages.len() < 60, "{} pages", night.case.pages.len());
    night.done();
    night.says("ben", Command::Acknowledge);
    let told = night.done();
    for agent in ["ada", "cleo"] {
        assert!(told.contains(&format!("sms {agent} StandDown")), "{told:?}");
    }
}

#[test]
fn after_three_hours_of_silence_one_step_is_made_and_no_storm() {
    let mut night = Night::paging();
    night.accepted(1).accepted(2).receipt(2, Receipt::Ended(Ending::NoAnswer)).done();
    night.now = NIGHT + seconds(3 * 3600);
    night.happen(Event::Due);
    assert!(matches!(night.phase(), Phase::Paging { place, .. } if place.step == 1 && place.cycle == 1));
    night.expect(&["ask receipt 1", "ring ada", "sms ben Page", "ring ben", "sms caller StillTrying"]);
}
