//! What an agent who declines is answered: who is really asked next.

use super::*;
use crate::rules::effect::NextAsked;

#[track_caller]
fn next(night: &Night) -> NextAsked {
    match night.answer() {
        Answer::Declined { next, .. } => *next,
        other => panic!("{other:?}"),
    }
}

/// The small desk with another policy.
fn policy(steps: &str, cycles: u32, last_resort: &str) -> Night {
    let usual = "cycles = 2\nlast_resort = [\"agent:cleo\"]\n\
                 step = [{ targets = [\"agent:ada\"] }, { targets = [\"agent:ben\"] }]";
    assert!(DESK.contains(usual));
    let other = format!("cycles = {cycles}\nlast_resort = [{last_resort}]\nstep = [{steps}]");
    let mut night = Night::of(&DESK.replace(usual, &other));
    night.page();
    night
}

#[test]
fn the_next_step_is_asked_or_who_else_is_at_this_one() {
    let mut night = Night::paging();
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::Others);

    let mut night = policy("{ targets = [\"agent:ada\", \"agent:ben\"] }", 1, "\"agent:cleo\"");
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::Others);
    // Said twice, it is as true.
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::Others);
}

#[test]
fn the_only_agent_is_asked_again_and_rests_at_the_last_resort() {
    let mut night = policy("{ targets = [\"agent:ada\"] }", 1, "\"agent:ada\"");
    night.done();
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::YouAgain);
    assert!(night.done().contains(&"ring ada".to_owned()));
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::Nobody(NIGHT + seconds(300)));
    night.done();
    night.wait(299).expect(&[]).wait(1);
    assert!(night.done().contains(&"ring ada".to_owned()));
}

#[test]
fn at_the_last_resort_others_may_be_asked_still() {
    let mut night = policy("{ targets = [\"agent:ada\"] }", 1, "\"everyone\"");
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::Others);
    night.says("ben", Command::Decline);
    assert_eq!(next(&night), NextAsked::Others);
    night.says("cleo", Command::Decline);
    // She has declined at the first step, and is asked once more at the last resort, as all are.
    assert_eq!(next(&night), NextAsked::Others);
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::Nobody(NIGHT + seconds(300)));
}

#[test]
fn whom_no_telephone_reaches_is_nobody_who_is_asked() {
    let mut night = Night::begin();
    for method in [MethodKind::Sms, MethodKind::Voice] {
        for agent in ["+18025550112", "+18025550113"] {
            night.dead.insert((method, number(agent)));
        }
    }
    night.desk.policies[0].cycles = 1;
    night.page();
    night.says("ada", Command::Decline);
    assert_eq!(next(&night), NextAsked::Nobody(NIGHT + seconds(300)));
}

#[test]
fn where_nobody_is_asked_there_is_nothing_to_decline() {
    let down = || Command::Downgrade { severity: Severity::THREE, reason: "one user".into() };
    let mut night = Night::paging();
    night.says("ada", down()).done();
    night.says("ada", Command::Decline);
    assert!(matches!(night.answer(), Answer::NotAsked { .. }));
    night.expect(&[]);

    // The page waits for cover, whoever was told of the abandoned call before.
    let mut night = Night::begin();
    night.hangs_up(false).accepted(1);
    night.cover_resumes = Some(NIGHT + seconds(3600));
    night.flow(FlowCommand::Push).done();
    night.says("ada", Command::Decline);
    assert!(matches!(night.answer(), Answer::NotAsked { .. }));
    assert!(matches!(night.phase(), Phase::Waiting { .. }));
}

#[test]
fn a_notice_is_seen_by_who_declines_it() {
    let mut night = Night::begin();
    night.hangs_up(false).accepted(1).done();
    night.says("ada", Command::Decline);
    assert!(matches!(night.answer(), Answer::Seen { .. }));
    night.wait(3600).expect(&[]);
}
