use proptest::prelude::*;

use super::*;
use crate::rules::hours::DeskState;
use crate::rules::policy::{MethodKind, Rule, Seconds, Target};
use crate::rules::zone::tests::{BOOK, at};

const RESERVATIONS: &str = include_str!("../../../tests/desks/reservations.toml");

/// A desk with as little in it as may be.
const SMALL: &str = r#"
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
[[rota]]
name = "primary"
layer = [{ agents = ["ada"], every = "week", starts = 2026-01-05, hand_off = "09:00" }]
[[policy]]
name = "nights"
last_resort = ["everyone"]
step = [{ targets = ["rota:primary"] }]
"#;

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// `line: what; remedy` of every problem.
fn problems(text: &str) -> Vec<String> {
    let found = Desk::parse(text).map(|desk| desk.name).unwrap_err();
    found.iter().map(|problem| problem.at("desk").to_string()).collect()
}

#[test]
fn the_reservations_desk_is_whole() {
    let desk = Desk::parse(RESERVATIONS).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(desk.zone().name(), "America/New_York");
    assert_eq!((desk.hours.support.len(), desk.hours.on_call.is_none()), (2, true));
    let reduced = desk.hours.holidays.iter().filter(|holiday| !holiday.hours.is_empty()).count();
    assert_eq!((reduced, desk.hours.holidays.len()), (6, 9));
    assert_eq!((desk.agents.len(), desk.rotas.len(), desk.customers.len()), (3, 2, 2));
    let line = desk.line(&number("+18025550100")).unwrap();
    let policy = desk.policy_of(line).unwrap();
    assert_eq!(policy.last_resort, [Target::Everyone]);
    assert_eq!(policy.steps.len(), 2);
    assert_eq!(desk.severity(Severity::ONE).unwrap().response.unwrap().to_string(), "12 hours");
    assert_eq!(desk.limits, Limits::default());
}

#[test]
fn a_desk_says_how_calls_are_put_through_by_day() {
    let file =
        |daytime: &str| RESERVATIONS.replacen("[hours]\n", &format!("[daytime]\n{daytime}\n[hours]\n"), 1);
    let usual = Desk::parse(RESERVATIONS).unwrap();
    assert_eq!(usual.daytime, Daytime::default());
    // What a desk does not say is not written down either: programs of before read it.
    let document = serde_json::to_string(&usual).unwrap();
    assert!(!document.contains("daytime") && !document.contains("turn_away"), "{document}");
    let desk = Desk::parse(&file("ring = 20\nlimit = \"10 min\"\nunanswered = \"ticket\"")).unwrap();
    let expected = Daytime { ring: Seconds(20), limit: Some(Seconds(600)), unanswered: Unanswered::Ticket };
    assert_eq!(desk.daytime, expected);
    assert_eq!(serde_json::from_str::<Desk>(&serde_json::to_string(&desk).unwrap()).unwrap(), desk);
    for (daytime, what) in [
        ("ring = 4", "a ring of 4 s"),
        ("ring = \"3 min\"", "a ring of 3 min"),
        ("limit = 5", "a limit of 5 s"),
        ("unanswered = \"hope\"", "hope"),
        ("rings = 20", "rings"),
    ] {
        let problems = Desk::parse(&file(daytime)).unwrap_err();
        let told = problems.iter().any(|problem| problem.what.contains(what) && problem.line >= 19);
        assert!(told, "{daytime}: {problems:#?}");
    }
}

/// The published hours, by the desk's own wall clock: eastern time, UTC-5 in winter and UTC-4 in summer.
#[test]
fn the_reservations_desk_keeps_its_published_hours() {
    let desk = Desk::parse(RESERVATIONS).unwrap();
    for (time, is_open) in [
        ("2026-01-02T08:59-05:00", false),
        ("2026-01-02T09:00-05:00", true),
        ("2026-01-02T19:59-05:00", true),
        ("2026-01-02T20:00-05:00", false),
        ("2026-01-03T10:00-05:00", true),
        ("2026-01-03T18:00-05:00", false),
        ("2026-01-04T12:00-05:00", false),
        // New Year, closed; Martin Luther King, Presidents', Memorial and Labor Day from 10 to 18.
        ("2026-01-01T12:00-05:00", false),
        ("2026-01-19T09:30-05:00", false),
        ("2026-01-19T17:59-05:00", true),
        ("2026-02-16T18:30-05:00", false),
        ("2026-05-25T10:00-04:00", true),
        ("2026-09-07T09:30-04:00", false),
        // 4 July 2026 is a Saturday, that of 2027 a Sunday: as named, without a day observed.
        ("2026-07-04T10:00-04:00", true),
        ("2026-07-03T09:30-04:00", true),
        ("2027-07-04T12:00-04:00", true),
        ("2027-07-05T09:30-04:00", true),
        // Thanksgiving and the day after; Christmas.
        ("2026-11-26T12:00-05:00", false),
        ("2026-11-27T09:30-05:00", false),
        ("2026-11-27T12:00-05:00", true),
        ("2026-12-25T12:00-05:00", false),
    ] {
        let state = desk.hours.state_at(&BOOK, at(time));
        let expected = if is_open {
            matches!(state, DeskState::Support { .. })
        } else {
            // Somebody is on call whenever nobody answers, closed holidays included.
            matches!(state, DeskState::OnCall { .. })
        };
        assert!(expected, "{time}: {state:?}");
    }
}

#[test]
fn somebody_is_on_call_at_every_instant_and_never_twice() {
    let desk = Desk::parse(RESERVATIONS).unwrap();
    let (from, to) = (at("2026-01-05T14:00Z"), at("2027-01-05T14:00Z"));
    for rota in &desk.rotas {
        assert_eq!(rota.gaps(&BOOK, from, to).count(), 0, "{}", rota.name);
    }
    for shift in desk.rota("primary").unwrap().shifts(&BOOK, from, to) {
        let second = desk.rota("secondary").unwrap().on_call(&BOOK, shift.from).unwrap();
        assert_ne!(shift.agent, *second.agent, "the second step pages somebody else");
    }
}

#[test]
fn people_are_found_by_key_and_number() {
    let desk = Desk::parse(RESERVATIONS).unwrap();
    let cleo = desk.agent(&"cleo".parse().unwrap()).unwrap();
    assert_eq!(desk.agent_by_number(&number("+18025550114")).unwrap().key, cleo.key);
    assert_eq!(cleo.numbers(MethodKind::Sms).collect::<Vec<_>>(), [&number("+18025550113")]);
    assert_eq!(cleo.numbers(MethodKind::Voice).count(), 2);
    let (customer, contact) = desk.contact_by_number(&number("+18025550122")).unwrap();
    assert_eq!((customer.name.as_str(), contact.name.as_str()), ("Lakeside Lodge", "Finn Avery"));
    assert!(desk.contact_by_number(&number("+18025550111")).is_none());
    assert!(desk.agent_by_number(&number("+18025550121")).is_none());
    assert!(desk.rota("primary").is_some() && desk.rota("tertiary").is_none());
}

#[test]
fn own_rules_replace_the_defaults_of_their_severity() {
    let text = SMALL.replace(
        "phone = [",
        "rule = [{ severity = 1, method = \"voice\", after = 60 }, { severity = 1, method = \"sms\" }]\nphone = [",
    );
    let desk = Desk::parse(&text).unwrap();
    let rules = desk.agents[0].rules_for(Severity::ONE);
    assert_eq!(
        rules,
        [
            Rule { method: MethodKind::Sms, after: Seconds(0) },
            Rule { method: MethodKind::Voice, after: Seconds(60) }
        ]
    );
    assert_eq!(desk.agents[0].rules_for(Severity::TWO), Rule::defaults(Severity::TWO));
}

#[test]
fn a_desk_survives_the_database() {
    let desk = Desk::parse(RESERVATIONS).unwrap();
    let text = serde_json::to_string(&desk).unwrap();
    assert_eq!(serde_json::from_str::<Desk>(&text).unwrap(), desk);
}

#[test]
fn callbacks_go_to_the_own_country_unless_others_are_named() {
    assert_eq!(Desk::parse(SMALL).unwrap().allowed_countries(), ["US".parse().unwrap()]);
    assert_eq!(Desk::parse(RESERVATIONS).unwrap().allowed_countries().len(), 2);
}

/// Each change of the small desk, with the line and the beginning of the one problem that it makes.
#[test]
fn each_mistake_is_named_with_its_line() {
    let small = SMALL;
    for (before, after, expected) in [
        ("key = \"small\"\n", "\n", "1: `key` is missing; write `key = …`"),
        ("key = \"small\"", "key = \"Small!\"", "2: `Small!` is no short name; use lower-case"),
        ("country = \"US\"", "country = \"XX\"", "4: `XX` is no country; use its two letters"),
        ("America/Denver", "America/Dever", "6: `America/Dever` is no time zone; write America/Denver"),
        ("Mon-Fri 09:00-17:00", "Mon-Fri nine to five", "6: `"),
        (
            "carrier = \"main\"",
            "carier = \"main\"",
            "11: there is no key `carier` here; did you mean `carrier`?",
        ),
        ("label =", "policy = \"days\"\nlabel =", "9: there is no policy `days`; write a [[policy]]"),
        ("label =", "languages = []\nlabel =", "9: the line speaks no language"),
        (
            "label =",
            "languages = [\"en\", \"fr\"]\nlabel =",
            "15: callers are not told in `fr` what Severity 1",
        ),
        ("level = 1", "level = 7", "13: 7 is no severity; use 1 to 4"),
        ("\"+18025550111\"", "\"802-555-0111\"", "18: `802-555-0111` is not a telephone number"),
        ("\"+18025550111\"", "\"+18025550100\"", "18: the number +18025550100 stands in line 8 as well"),
        ("\"+18025550111\"", "\"+11235550111\"", "18: +11235550111 cannot be called: no such number"),
        (
            "\"+18025550111\" }",
            "\"+18025550111\", methods = [\"sms\"] }",
            "18: agent `ada` cannot be called; give him a [[agent.phone]]",
        ),
        (
            "phone = [{",
            "zone = \"Mars/Olympus\"\nphone = [{",
            "18: `Mars/Olympus` is no time zone; write an IANA name",
        ),
        (
            "phone = [{",
            "email = \"ada at home\"\nphone = [{",
            "18: `ada at home` is no e-mail address; write it like",
        ),
        (
            "agents = [\"ada\"]",
            "agents = [\"ada\", \"bea\"]",
            "21: `bea` is no agent of this desk; add the agent",
        ),
        ("[\"everyone\"]", "[]", "24: policy `nights` has no last resort; write `last_resort"),
        ("last_resort = [\"everyone\"]", "", "22: policy `nights` has no last resort"),
        ("[\"everyone\"]", "[\"rota:primary\"]", "24: a rota can be empty, and then there is nobody left"),
        ("[\"everyone\"]", "[\"agent:bea\"]", "24: there is no agent `bea`; write one of ada"),
        ("\"rota:primary\"] }", "\"rota:primry\"] }", "25: there is no rota `primry`; write one of primary"),
        ("\"rota:primary\"] }", "\"primary\"] }", "25: `primary` is no target; write \"rota:name\""),
        (
            "\"rota:primary\"] }",
            "\"everyone\"], delay = 0 }",
            "25: nobody can answer a page before the next step",
        ),
        (
            "\"rota:primary\"] }",
            "\"everyone\"], delay = \"soon\" }",
            "25: `soon` is no span of time; write seconds",
        ),
        (
            "[[line]]",
            "limits = { ring = 90 }\n[[line]]",
            "7: an agent's telephone rings too short or too long",
        ),
        (
            "[[rota]]",
            "[[agent]]\nkey = \"ada\"\nname = \"A\"\nphone = [{ number = \"+18025550119\" }]\n[[rota]]",
            "20: there is another agent `ada` in line 16",
        ),
        ("name = \"Small\"", "name = 5", "3: integer `5` does not fit here; write a string"),
        ("name = \"Small\"", "name = \"Small", "3: "),
    ] {
        assert!(small.contains(before), "{before}");
        let found = problems(&small.replacen(before, after, 1));
        assert_eq!(found.len(), 1, "{after}: {found:#?}");
        assert!(found[0].starts_with(&format!("desk:{expected}")), "{after}: {found:#?}");
    }
}

#[test]
fn a_real_desk_has_no_fictional_numbers() {
    let found = problems(&SMALL.replace("fictional_numbers = true\n", ""));
    let expected = "cannot be called: it is reserved for fiction and rings nobody; write a real number, or";
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|problem| problem.contains(expected)), "{found:#?}");
}

#[test]
fn all_mistakes_are_named_at_once() {
    let text = SMALL
        .replacen("key = \"small\"\n", "", 1)
        .replacen("America/Denver", "Nowhere", 1)
        .replacen("\"main\"", "\"main\"\nringtone = 1", 1)
        .replacen("\"+18025550111\"", "\"111\"", 1)
        .replacen("agents = [\"ada\"]", "agents = [\"bea\"]", 1)
        .replacen("[\"everyone\"]", "[]", 1);
    let lines: Vec<String> =
        problems(&text).iter().filter_map(|line| line.split(':').nth(1).map(str::to_owned)).collect();
    assert_eq!(lines, ["1", "5", "11", "18", "21", "24"], "{:#?}", problems(&text));
}

#[test]
fn an_empty_file_is_told_all_that_a_desk_needs() {
    let found = problems("");
    for part in ["`key`", "`name`", "`country`", "`hours`", "line", "agent", "policy", "Severity 1"] {
        assert!(found.iter().any(|problem| problem.contains(part)), "{part}: {found:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is done to a file, it is read or its mistakes are named, each with a line that it has.
    #[test]
    fn a_spoilt_file_is_refused_and_not_fatal(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}=\"a-z0-9 \n]{0,6}", 0usize..12), 1..4),
    ) {
        let mut text: Vec<char> = RESERVATIONS.chars().collect();
        for (at, put, length) in cuts {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, put.chars());
        }
        let text: String = text.into_iter().collect();
        if let Err(problems) = Desk::parse(&text) {
            prop_assert!(!problems.is_empty());
            let lines = text.lines().count() + 1;
            for problem in problems {
                prop_assert!((1..=lines).contains(&problem.line), "{:?}", problem);
                prop_assert!(!problem.what.is_empty() && !problem.remedy.is_empty(), "{:?}", problem);
            }
        }
    }
}

#[test]
fn an_agent_is_known_by_his_address_unless_others_have_it_too() {
    let text = include_str!("../../../tests/desks/reservations.toml");
    let found = |text: &str, address: &str| {
        let desk = Desk::parse(text).unwrap();
        let email = address.parse().unwrap();
        desk.agent_by_email(&email).map(|agent| agent.key.to_string())
    };
    let (ada, ben) = ("ada@reservations.example.com", "ben@reservations.example.com");
    assert_eq!(found(text, ada), Some("ada".into()));
    assert_eq!(found(&text.replace(ada, "Ada@Reservations.Example.COM"), ada), Some("ada".into()));
    assert_eq!(found(text, "dora@reservations.example.com"), None);
    assert_eq!(found(&text.replace(ben, ada), ada), None);
}
