//! Who is muted is passed over, and no emergency goes to nobody because of that.

use proptest::prelude::*;

use super::*;

/// A minute of that night.
fn minute(count: u64) -> Timestamp {
    NIGHT + Duration::from_secs(60 * count)
}

fn mutes(all: &[(&str, u64)]) -> Mutes {
    all.iter().map(|(key, until)| (agent(key), minute(*until))).collect()
}

fn night(muted: &[(&str, u64)]) -> Night {
    let mut night = Night::begin();
    night.mutes = mutes(muted);
    night.page();
    night
}

#[test]
fn whom_the_page_finds_depends_on_who_is_muted() {
    for (muted, dead, found) in [
        (&[] as &[&str], "", &["sms ada Page", "ring ada"] as &[&str]),
        (&["ada"], "", &["sms ben Page", "ring ben"]),
        (&["ben"], "", &["sms ada Page", "ring ada"]),
        // Both steps are passed over: the last resort, at once.
        (&["ada", "ben"], "", &["sms manager Alert", "sms cleo Page", "ring cleo"]),
        (&["ben", "cleo"], "", &["sms ada Page", "ring ada"]),
        // Nobody would be left: it is as if nobody were muted, and she is told.
        (&["ada", "ben", "cleo"], "", &["sms ada PageDespiteMute", "ring ada"]),
        // Who cannot be reached is nobody to be left.
        (&["ada", "ben"], "cleo", &["sms ada PageDespiteMute", "ring ada"]),
        (&["ada"], "ben", &["sms caller StillTrying", "sms manager Alert", "sms cleo Page", "ring cleo"]),
    ] {
        let mut night = Night::begin();
        night.mutes = muted.iter().map(|key| (agent(key), minute(600))).collect();
        if let Some(dead) = night.desk.agents.iter().find(|agent| agent.key.as_str() == dead) {
            let number = dead.phones[0].number.clone();
            night.dead.extend([MethodKind::Sms, MethodKind::Voice].map(|method| (method, number.clone())));
        }
        // Who asks is told of nobody else than is paged.
        let first = night.first_paged();
        night.page();
        night.expect(found);
        let paged = night.timeline.iter().find_map(|entry| match &entry.what {
            Happening::StepStarted { agents, .. } | Happening::LastResort { agents } => Some(agents),
            _ => None,
        });
        assert_eq!(Some(&first), paged, "{muted:?} {dead}");
    }
}

#[test]
fn the_manager_is_told_why_the_last_resort_is_paged() {
    for (muted, wait, told) in [
        (&[("ada", 600_u64), ("ben", 600)] as &[(&str, u64)], 0, &["everybody on call is muted"] as &[&str]),
        (&[("ada", 600)], 0, &[]),
        // Ben was asked, round and round.
        (&[("ada", 600)], 900, &["nobody has taken it"]),
    ] {
        let mut night = night(muted);
        night.wait(wait);
        let what = night.timeline.iter().filter_map(|entry| match &entry.what {
            Happening::ManagerTold { what } => Some(what.as_str()),
            _ => None,
        });
        assert_eq!(what.collect::<Vec<_>>(), told, "{muted:?} after {wait} s");
    }
}

#[test]
fn who_asks_who_is_on_call_is_told_whom_a_page_finds() {
    let mut night = night(&[("ada", 600)]);
    night.says("cleo", Command::Who);
    assert!(
        matches!(night.answer(), Answer::Who { on_call, .. } if *on_call == ["Ben"]),
        "{:?}",
        night.answer()
    );
}

#[test]
fn of_several_on_a_step_the_others_are_paged() {
    let steps = "{ targets = [\"agent:ada\"] }, { targets = [\"agent:ben\"] }";
    let both = "{ targets = [\"agent:ada\", \"agent:ben\"] }";
    let mut night = Night::of(&DESK.replace(steps, both));
    night.mutes = mutes(&[("ada", 600)]);
    night.page();
    night.expect(&["sms ben Page", "ring ben"]);
    assert!(night.has_entry(|what| *what == Happening::PassedOver { agents: vec![agent("ada")] }));
    assert!(
        night.has_entry(
            |what| *what == Happening::StepStarted { cycle: 1, step: 1, agents: vec![agent("ben")] }
        )
    );
}

#[test]
fn a_mute_ends_by_itself_and_the_next_round_finds_her() {
    let mut night = night(&[("ada", 12)]);
    night.expect(&["sms ben Page", "ring ben"]);
    // Ben does not answer, and behind him there is the last resort, which is nobody muted.
    night.wait(300).done();
    night.wait(300);
    let paged = night.done();
    assert!(!paged.iter().any(|effect| effect.contains("ada")), "{paged:?}");
    night.wait(300);
    assert!(night.done().contains(&"sms ada Page".to_owned()));
}

#[test]
fn a_page_that_had_to_wake_who_is_muted_goes_on_when_anothers_mute_ends() {
    let mut night = Night::begin();
    night.mutes = mutes(&[("ada", 90), ("ben", 90), ("cleo", 1)]);
    night.page();
    night.expect(&["sms ada PageDespiteMute", "ring ada"]);
    night.accepted(1).accepted(2).receipt(1, Receipt::Delivered);
    night.receipt(2, Receipt::Ended(Ending::NoAnswer));
    // Cleo is awake by now, but nobody is rung while Ada is not: the step is hers until its time is over.
    night.wait(120).expect(&["ring ada"]);
    // Then both steps are passed over, and the last resort is who is awake.
    night.wait(180);
    let paged = night.done();
    assert!(paged.contains(&"ring cleo".to_owned()) && !paged.contains(&"ring ben".to_owned()), "{paged:?}");
}

#[test]
fn once_everybody_was_tried_in_vain_mutes_count_no_more() {
    let mut night = night(&[("ada", 600)]);
    night.expect(&["sms ben Page", "ring ben"]);
    night.wait(899);
    let before = night.done();
    assert!(!before.iter().any(|effect| effect.contains("ada")), "{before:?}");
    night.wait(1);
    let after = night.done();
    assert!(after.contains(&"sms ada PageDespiteMute".to_owned()), "{after:?}");
    assert!(night.has_entry(|what| *what == Happening::PagedDespiteMute { agent: agent("ada") }));
}

#[test]
fn a_decline_by_the_only_one_who_is_awake_leads_on_to_who_is_muted() {
    let mut night = night(&[("ada", 600), ("cleo", 600)]);
    night.expect(&["sms ben Page", "ring ben"]);
    night.says("ben", Command::Decline);
    let paged = night.done();
    assert!(paged.contains(&"sms ada PageDespiteMute".to_owned()), "{paged:?}");
    assert!(!paged.iter().any(|effect| effect.contains("ben Page")), "{paged:?}");
}

#[test]
fn who_is_muted_while_being_paged_is_asked_no_more() {
    let mut night = Night::paging();
    night.expect(&["sms ada Page", "ring ada"]);
    night.accepted(1).accepted(2).receipt(1, Receipt::Delivered);
    night.receipt(2, Receipt::Ended(Ending::NoAnswer));
    night.mutes = mutes(&[("ada", 600)]);
    night.wait(120).expect(&[]);
    assert!(night.has_entry(|what| matches!(what, Happening::AttemptSkipped { why, .. } if why == "muted")));
    night.wait(180).expect(&["sms ben Page", "ring ben"]);
}

#[test]
fn who_is_named_by_a_person_is_paged_and_told() {
    let mut night = night(&[("ada", 600), ("cleo", 600)]);
    night.done();
    night.says("ben", Command::Page { agent: agent("cleo") });
    night.expect(&["sms cleo PageDespiteMute", "ring cleo"]);
    night.says("ben", Command::Acknowledge).done();
    night.says("ben", Command::HandOver { to: agent("ada") });
    assert!(night.done().contains(&"sms ada PageDespiteMute".to_owned()));
}

#[test]
fn the_notice_of_an_abandoned_call_goes_to_who_is_awake() {
    for (muted, found) in [
        (&[("ada", 600_u64)] as &[(&str, u64)], "sms ben AbandonedNotice"),
        (&[("ada", 600), ("ben", 600), ("cleo", 600)], "sms ada AbandonedNotice"),
    ] {
        let mut night = Night::begin();
        night.mutes = mutes(muted);
        night.hangs_up(false).expect(&[found]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Somebody who can be reached is paged at once, whoever is muted; nobody who is muted is woken while somebody is
    /// awake whom nobody has tried, but a page that had to wake him goes on, though another's mute ends meanwhile; and if
    /// nobody takes it, in the end everybody is asked whom the policy names.
    #[test]
    fn no_emergency_goes_to_nobody_because_of_a_mute(
        muted in proptest::collection::vec((0..3_usize, 1..90_u64), 0..4),
        dead in proptest::collection::vec(0..3_usize, 0..3),
    ) {
        let mut night = Night::begin();
        let key = |who: usize| night.desk.agents[who].key.clone();
        night.mutes = muted.iter().map(|(who, until)| (key(*who), minute(*until))).collect();
        let numbers: Vec<PhoneNumber> =
            dead.iter().map(|who| night.desk.agents[*who].phones[0].number.clone()).collect();
        for method in [MethodKind::Sms, MethodKind::Voice] {
            night.dead.extend(numbers.iter().map(|number| (method, number.clone())));
        }
        let reachable: Vec<AgentKey> =
            night.desk.agents.iter().filter(|agent| agent.is_reachable(&night.dead)).map(|agent| agent.key.clone()).collect();
        let mut asked: BTreeSet<AgentKey> = BTreeSet::new();
        // Pages that had to wake who is muted, by their number.
        let mut woken: BTreeSet<u32> = BTreeSet::new();
        night.page();
        for round in 0.. {
            let muted_now = |agent: &AgentKey| night.mutes.until(agent, night.now).is_some();
            let in_vain = night.case.escalation.as_ref().unwrap().in_vain;
            let awake = reachable.iter().any(|agent| !muted_now(agent));
            let paged: Vec<AgentKey> = night.effects.iter().filter_map(|effect| match effect {
                Effect::Ring { to: Recipient::Agent(agent, _), .. } => Some(agent.clone()),
                _ => None,
            }).collect();
            if round == 0 && !reachable.is_empty() {
                prop_assert!(!paged.is_empty(), "nobody is paged though {reachable:?} could be");
            }
            let last_resort = matches!(night.phase(), Phase::Paging { place, .. } if place.is_last_resort(2));
            for agent in paged.iter().filter(|agent| muted_now(agent)) {
                let page = night.case.pages.iter().rfind(|page| page.agent == *agent).unwrap().ordinal;
                if !awake || in_vain || last_resort {
                    woken.insert(page);
                }
                prop_assert!(woken.contains(&page), "{agent} at {}", night.now);
            }
            asked.extend(paged);
            night.effects.clear();
            let Some(due) = night.case.next_due().filter(|due| *due <= minute(60)) else { break };
            night.now = due;
            night.happen(Event::Due);
        }
        let reachable: BTreeSet<AgentKey> = reachable.into_iter().collect();
        prop_assert_eq!(asked, reachable);
    }
}
