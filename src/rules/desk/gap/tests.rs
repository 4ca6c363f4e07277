//! Gaps as tables; and that there is one exactly where the pager would find nobody.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::rules::hours::{Declared, DeskState, Exception, Exceptions};
use crate::rules::policy::Step;
use crate::rules::zone::tests::{BOOK, at, zone};

/// Nights and weekends of a desk that answers by day: two rotas, and Cleo behind them.
const DESK: &str = r#"
key = "small"
name = "Small"
country = "US"
fictional_numbers = true
hours = { zone = "America/Denver", support = ["Mon-Fri 09:00-17:00"] }
[[line]]
number = "+18025550100"
label = "Emergency line"
flow = "emergency"
carrier = "main"
[[severity]]
level = 1
definition = { en = "all is lost" }
[[agent]]
key = "ada"
name = "Ada"
phone = [{ number = "+18025550111" }]
[[agent]]
key = "ben"
name = "Ben"
phone = [{ number = "+18025550112" }]
[[agent]]
key = "cleo"
name = "Cleo"
phone = [{ number = "+18025550113" }]
[[rota]]
name = "primary"
layer = [{ agents = ["ada"], every = "week", starts = 2026-01-05, hand_off = "09:00" }]
[[rota]]
name = "secondary"
layer = [{ agents = ["ben"], every = "week", starts = 2026-01-05, hand_off = "09:00" }]
[[policy]]
name = "nights"
last_resort = ["agent:cleo"]
step = [{ targets = ["rota:primary"] }, { targets = ["rota:secondary"] }]
"#;

const MONDAY: &str = "2026-06-01T00:00-06:00";
const A_WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn told(gaps: &Gaps) -> (Vec<String>, Vec<String>) {
    let wall = |at| BOOK.to_wall(zone("America/Denver"), at).format("%a %H:%M").to_string();
    let policies = gaps.policies.iter().map(|gap| {
        let why: Vec<String> = gap.why.iter().map(Lack::to_string).collect();
        let (from, to) = (wall(gap.from), wall(gap.to));
        format!("{} {from} to {to} {:?}: {}", gap.policy, gap.found, why.join("; "))
    });
    let closed = gaps.closed.iter().map(|gap| format!("{} to {}", wall(gap.from), wall(gap.to)));
    (policies.collect(), closed.collect())
}

#[test]
fn every_stretch_in_which_a_step_finds_nobody_is_told_with_its_reasons() {
    // The hours of the one rota or the other.
    let only = |desk: &str, agent: &str, spans: &str| {
        let whole = format!("agents = [\"{agent}\"], every = \"week\"");
        desk.replace(&whole, &format!("{whole}, only = [{spans}]"))
    };
    let bare = only(&only(DESK, "ada", "'Mon-Fri,Sun 17:00-09:00'"), "ben", "'17:00-09:00'");
    let never = DESK.replace("2026-01-05", "2026-07-01");
    struct Row<'a> {
        what: &'a str,
        text: String,
        dead: &'a [&'a str],
        gaps: &'a [&'a str],
        closed: &'a [&'a str],
    }
    let table = [
        Row { what: "always somebody", text: DESK.into(), dead: &[], gaps: &[], closed: &[] },
        Row {
            what: "days of the weekend have nobody, Saturday's night the second; the weekdays' days are the desk's own",
            text: bare,
            dead: &[],
            gaps: &[
                "nights Sat 09:00 to Sat 17:00 LastResort: step 1: the rota primary has nobody; step 2: the rota \
                 secondary has nobody",
                "nights Sat 17:00 to Sun 09:00 Step { step: 2 }: step 1: the rota primary has nobody",
                "nights Sun 09:00 to Sun 17:00 LastResort: step 1: the rota primary has nobody; step 2: the rota \
                 secondary has nobody",
            ],
            closed: &[],
        },
        Row {
            what: "who cannot be reached is as good as nobody, in a rota and as the last resort",
            text: only(DESK, "ada", "'Mon-Sat 00:00-24:00'"),
            dead: &["ben", "cleo"],
            gaps: &[
                "nights Mon 00:00 to Mon 09:00 Step { step: 1 }: step 2: ben, who is on call by the rota secondary, \
                 cannot be reached by any telephone",
                "nights Mon 17:00 to Tue 09:00 Step { step: 1 }: step 2: ben, who is on call by the rota secondary, \
                 cannot be reached by any telephone",
                "nights Tue 17:00 to Wed 09:00 Step { step: 1 }: step 2: ben, who is on call by the rota secondary, \
                 cannot be reached by any telephone",
                "nights Wed 17:00 to Thu 09:00 Step { step: 1 }: step 2: ben, who is on call by the rota secondary, \
                 cannot be reached by any telephone",
                "nights Thu 17:00 to Fri 09:00 Step { step: 1 }: step 2: ben, who is on call by the rota secondary, \
                 cannot be reached by any telephone",
                "nights Fri 17:00 to Sun 00:00 Step { step: 1 }: step 2: ben, who is on call by the rota secondary, \
                 cannot be reached by any telephone",
                "nights Sun 00:00 to Mon 00:00 Nobody: step 1: the rota primary has nobody; step 2: ben, who is on \
                 call by the rota secondary, cannot be reached by any telephone",
            ],
            closed: &[],
        },
        Row {
            what: "another target of the same step has somebody",
            text: never
                .replace("{ targets = [\"rota:primary\"] }, ", "")
                .replace("\"rota:secondary\"", "\"rota:secondary\", \"agent:ada\""),
            dead: &[],
            gaps: &[],
            closed: &[],
        },
        Row {
            what: "everybody is a last resort as long as one of them can be reached",
            text: never
                .replace("last_resort = [\"agent:cleo\"]", "last_resort = [\"rota:primary\", \"everyone\"]")
                .replace(", { targets = [\"rota:secondary\"] }", "")
                .replace("\"Mon-Fri 09:00-17:00\"", "\"Mon-Fri 01:00-24:00\", \"Sat-Sun 00:00-24:00\""),
            dead: &["ada", "ben"],
            gaps: &[
                "nights Mon 00:00 to Mon 01:00 LastResort: step 1: the rota primary has nobody",
                "nights Tue 00:00 to Tue 01:00 LastResort: step 1: the rota primary has nobody",
                "nights Wed 00:00 to Wed 01:00 LastResort: step 1: the rota primary has nobody",
                "nights Thu 00:00 to Thu 01:00 LastResort: step 1: the rota primary has nobody",
                "nights Fri 00:00 to Fri 01:00 LastResort: step 1: the rota primary has nobody",
            ],
            closed: &[],
        },
        Row {
            what: "closed hours are told apart",
            text: never.replace(
                "\"Mon-Fri 09:00-17:00\"] }",
                "\"Mon-Fri 09:00-17:00\"], on_call = [\"Tue 17:00-20:00\"] }",
            ),
            dead: &[],
            gaps: &[
                "nights Tue 17:00 to Tue 20:00 LastResort: step 1: the rota primary has nobody; step 2: the rota \
                 secondary has nobody",
            ],
            closed: &[
                "Mon 00:00 to Mon 09:00",
                "Mon 17:00 to Tue 09:00",
                "Tue 20:00 to Wed 09:00",
                "Wed 17:00 to Thu 09:00",
                "Thu 17:00 to Fri 09:00",
                "Fri 17:00 to Mon 00:00",
            ],
        },
    ];
    for Row { what, text, dead, gaps, closed } in table {
        let desk = Desk::parse(&text).unwrap_or_else(|problems| panic!("{what}: {problems:?}"));
        let span = (at(MONDAY), at(MONDAY) + A_WEEK);
        let found = desk.gaps(
            &BOOK,
            span,
            |agent| !dead.contains(&agent.key.as_str()),
            &Mutes::NONE,
            &Exceptions::NONE,
        );
        let (policies, hours) = told(&found);
        assert_eq!(policies, gaps, "{what}");
        assert_eq!(hours, closed, "{what}");
    }
}

#[test]
fn names_that_the_desk_has_lost_are_reasons_too() {
    // No desk file may say so; a desk of an older release's database can.
    let mut desk = Desk::parse(DESK).unwrap();
    desk.agents.retain(|agent| agent.key.as_str() == "cleo");
    desk.rotas.retain(|rota| rota.name == "primary");
    desk.policies[0].steps[1].targets.push(Target::Agent("ben".parse().unwrap()));
    let bare = Step { targets: vec![], ..desk.policies[0].steps[0].clone() };
    desk.policies[0].steps.insert(1, bare);
    let from = at("2026-06-06T00:00-06:00");
    let gaps =
        desk.gaps(&BOOK, (from, from + Duration::from_secs(60)), |_| true, &Mutes::NONE, &Exceptions::NONE);
    assert_eq!(
        told(&gaps).0,
        [
            "nights Sat 00:00 to Sat 00:01 LastResort: step 1: ada, whom the rota primary names, is no agent of the \
          desk; step 2: it names nobody; step 3: there is no rota secondary; step 3: ben is no agent of the desk"
        ]
    );
}

#[test]
fn who_is_muted_is_passed_over_until_then_unless_nobody_is_left() {
    let desk = Desk::parse(DESK).unwrap();
    // A Saturday: Ada and Ben all day, and Cleo behind them.
    let start = at("2026-06-06T00:00-06:00");
    let hours = |count: u64| start + Duration::from_secs(count * 3600);
    let told_of = |muted: &[(&str, u64)]| {
        let mutes = muted.iter().map(|(agent, end)| (agent.parse().unwrap(), hours(*end))).collect();
        told(&desk.gaps(&BOOK, (start, hours(12)), |_| true, &mutes, &Exceptions::NONE)).0
    };
    let ada = "step 1: ada, who is on call by the rota primary, is muted";
    let ben = "step 2: ben, who is on call by the rota secondary, is muted";
    assert_eq!(told_of(&[("cleo", 12)]), [""; 0]);
    assert_eq!(
        told_of(&[("ada", 6), ("ben", 2)]),
        [
            format!("nights Sat 00:00 to Sat 02:00 LastResort: {ada}; {ben}"),
            format!("nights Sat 02:00 to Sat 06:00 Step {{ step: 2 }}: {ada}"),
        ]
    );
    assert_eq!(
        told_of(&[("ada", 6), ("ben", 6), ("cleo", 1)]),
        [format!("nights Sat 01:00 to Sat 06:00 LastResort: {ada}; {ben}")],
        "while all three are muted, nobody is"
    );
}

#[test]
fn what_is_declared_opens_and_closes_gaps() {
    let desk = Desk::parse(DESK).unwrap();
    let (since, until) = (at("2026-06-01T08:00-06:00"), at("2026-06-01T12:00-06:00"));
    let (start, end) = (at("2026-06-01T00:00-06:00"), at("2026-06-01T20:00-06:00"));
    // Nobody can reach Ada.
    let told_of = |what: Declared| {
        let (id, by) = (crate::id::Id::from_text("x"), "mona".to_owned());
        let exceptions = [Exception { id, what, since, until, by }].into_iter().collect();
        let reachable = |agent: &Agent| agent.key.as_str() != "ada";
        let gaps = told(&desk.gaps(&BOOK, (start, end), reachable, &Mutes::NONE, &exceptions));
        let spans = |told: Vec<String>| -> Vec<String> {
            told.iter().map(|gap| gap.split(" Step").next().unwrap_or_default().to_owned()).collect()
        };
        (spans(gaps.0), gaps.1)
    };
    let nights = |spans: &[&str]| spans.iter().map(|span| format!("nights {span}")).collect::<Vec<_>>();
    assert_eq!(
        told_of(Declared::DeskClosed).0,
        nights(&["Mon 00:00 to Mon 12:00", "Mon 17:00 to Mon 20:00"]),
        "she is asked by day as well"
    );
    assert_eq!(told_of(Declared::DeskOpen).0, nights(&["Mon 00:00 to Mon 08:00", "Mon 17:00 to Mon 20:00"]));
    let (gaps, closed) = told_of(Declared::Nobody);
    assert_eq!(gaps, nights(&["Mon 00:00 to Mon 08:00", "Mon 17:00 to Mon 20:00"]));
    assert_eq!(closed, ["Mon 08:00 to Mon 12:00"]);
    // With everyone on call, the first step finds somebody.
    assert_eq!(told_of(Declared::Everyone).0, nights(&["Mon 00:00 to Mon 08:00", "Mon 17:00 to Mon 20:00"]));
}

#[test]
fn a_gap_is_had_already_where_all_of_it_was_as_bare() {
    let hour = |hour: i64| Timestamp(hour * 3_600_000);
    let gap = |policy: &str, (from, to): (i64, i64), found| PolicyGap {
        policy: policy.into(),
        from: hour(from),
        to: hour(to),
        found,
        why: vec![Lack { step: 1, rota: None, reason: Reason::Empty }],
    };
    let (last, nobody, step) = (Found::LastResort, Found::Nobody, Found::Step { step: 2 });
    let known = Gaps {
        policies: vec![
            gap("nights", (0, 4), last),
            gap("days", (0, 24), nobody),
            gap("nights", (4, 6), nobody),
            gap("nights", (8, 9), last),
            gap("nights", (12, 20), step),
        ],
        closed: Vec::new(),
    };
    for (what, asked, had) in [
        ("the same", gap("nights", (0, 4), last), true),
        ("less of it", gap("nights", (1, 3), last), true),
        ("over two that follow on", gap("nights", (1, 6), last), true),
        ("over a time between", gap("nights", (1, 9), last), false),
        ("longer", gap("nights", (8, 10), last), false),
        ("earlier", gap("nights", (7, 9), last), false),
        ("worse", gap("nights", (0, 4), nobody), false),
        ("as bad", gap("nights", (4, 6), nobody), true),
        ("by another policy", gap("days", (0, 4), nobody), true),
        ("by a policy that had none", gap("weekends", (0, 4), last), false),
        ("where another step found somebody", gap("nights", (12, 20), last), false),
    ] {
        assert_eq!(known.have(&asked), had, "{what}");
        assert!(!Gaps::default().have(&asked), "{what}");
    }
}

#[test]
fn at_the_calendar_s_ends_there_is_an_answer() {
    let desk = Desk::parse(DESK).unwrap();
    for from in
        [at("0000-01-01T00:00Z"), at("9891-12-31T00:00Z"), at("9999-06-01T00:00Z"), Timestamp(i64::MIN)]
    {
        let to = from + A_WEEK;
        for gap in desk.gaps(&BOOK, (from, to), |_| true, &Mutes::NONE, &Exceptions::NONE).policies {
            assert!(from <= gap.from && gap.from < gap.to && gap.to <= to, "{from} {gap:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A policy has a gap at an instant exactly if a step finds no one to page then who can be reached.
    #[test]
    fn there_is_a_gap_exactly_where_the_pager_finds_nobody(
        (days, starts, long) in (0..7usize, 0..24u32, 1..24u32),
        (weekday, time) in (0..7usize, 0..24u32),
        dead in prop::collection::vec(prop::sample::select(vec!["ada", "ben", "cleo"]), 0..3),
        muted in prop::collection::vec((prop::sample::select(vec!["ada", "ben", "cleo"]), 1..30 * 24 * 60i64), 0..3),
        samples in prop::collection::vec(0..30 * 24 * 60i64, 300),
    ) {
        let days = ["Mon-Sun", "Mon-Fri", "Sat,Sun", "Tue", "Sat", "Mon-Thu", "Wed-Sat"][days];
        let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday];
        let span = format!("only = ['{days} {starts:02}:00-{:02}:30']", (starts + long) % 24);
        let text = DESK
            .replace("agents = [\"ada\"]", &format!("{span}, agents = [\"ada\", \"ben\"]"))
            .replace("agents = [\"ben\"]", "agents = [\"ben\", \"cleo\", \"ada\"]")
            .replacen("hand_off = \"09:00\"", &format!("hand_off = \"{weekday} {time:02}:00\""), 1);
        let desk = Desk::parse(&text).unwrap();
        // Over the change of the clocks.
        let start = at("2026-10-15T00:00-06:00");
        let end = start + Duration::from_secs(30 * 24 * 60 * 60);
        let is_reachable = |agent: &Agent| !dead.contains(&agent.key.as_str());
        let until = |minutes: i64| Timestamp(start.0 + minutes * 60_000);
        let mutes: Mutes = muted.iter().map(|(agent, end)| (agent.parse().unwrap(), until(*end))).collect();
        let whole = desk.gaps(&BOOK, (start, end), is_reachable, &mutes, &Exceptions::NONE);
        // A part of a longer search is what a search for that part finds.
        let mut ends = [until(samples[0]), until(samples[1])];
        ends.sort();
        let part = desk.gaps(&BOOK, (ends[0], ends[1]), is_reachable, &mutes, &Exceptions::NONE);
        prop_assert_eq!(whole.within(ends[0], ends[1]), part);
        let gaps = whole.policies;
        for pair in gaps.windows(2) {
            prop_assert!(pair[0].to < pair[1].from || (pair[0].to == pair[1].from && pair[0].why != pair[1].why));
        }
        let policy = &desk.policies[0];
        let edges = gaps.iter().flat_map(|gap| [gap.from.0 - 1, gap.from.0, gap.to.0 - 1, gap.to.0]);
        let samples = samples.iter().map(|minute| start.0 + minute * 60_000);
        for now in edges.chain(samples).map(Timestamp).filter(|now| (start..end).contains(now)) {
            let is_on_call = matches!(desk.hours.state_at(&BOOK, now), DeskState::OnCall { .. });
            let found = |targets: &[Target], mutes: &Mutes| {
                let mut agents = desk.agents_of(targets, &BOOK, now).into_iter();
                agents.any(|key| is_reachable(desk.agent(&key).unwrap()) && mutes.until(&key, now).is_none())
            };
            let mut all = policy.steps.iter().map(|step| &step.targets).chain([&policy.last_resort]);
            // Nobody is passed over if that left nobody.
            let counted = if all.any(|targets| found(targets, &mutes)) { &mutes } else { &Mutes::NONE };
            let finds = |targets: &[Target]| found(targets, &Mutes::NONE);
            let empty: BTreeSet<usize> = (1..=policy.steps.len())
                .filter(|step| !found(&policy.steps[step - 1].targets, counted))
                .collect();
            let told = gaps.iter().find(|gap| gap.from <= now && now < gap.to);
            prop_assert_eq!(told.is_some(), is_on_call && !empty.is_empty(), "{}", now);
            if let Some(told) = told {
                prop_assert_eq!(told.why.iter().map(|lack| lack.step).collect::<BTreeSet<_>>(), empty.clone());
                let found = match (1..=policy.steps.len()).find(|step| !empty.contains(step)) {
                    Some(step) => Found::Step { step },
                    None if finds(&policy.last_resort) => Found::LastResort,
                    None => Found::Nobody,
                };
                prop_assert_eq!(told.found, found);
            }
        }
    }
}
