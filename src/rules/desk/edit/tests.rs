use super::*;
use crate::rules::desk::{Desk, Phone};
use crate::rules::policy::{MethodKind, Seconds, Step, Target};
use crate::rules::written::Moment;

const FILE: &str = r#"# The desk of the tests.
key = "night"
name = "Night"
country = "US"
fictional_numbers = true

[hours]
zone = "America/New_York"
support = ["Mon-Fri 09:00-17:00"]

[[hours.holiday]]
name = "New Year's Day"
date = "01-01"
closed = true

[[line]]
number = "+18025550100"
label = "Emergency line"
flow = "emergency"
carrier = "main"

[[severity]]
level = 1
definition.en = "nothing works"

[[agent]]
key = "ada"
name = "Ada Moss"

[[agent.phone]]
number = "+18025550111" # her mobile

[[agent]]
key = "ben"
name = "Ben Frost"

[[agent.phone]]
number = "+18025550112"

[[rota]]
name = "primary"

[[rota.layer]]
agents = ["ada", "ben"] # Ada began
every = "week"
starts = 2026-01-05
hand_off = "Mon 09:00"

[[rota]]
name = "secondary"

[[rota.layer]]
agents = ["ben", "ada"]
every = "week"
starts = 2026-01-05
hand_off = "Mon 09:00"

[[policy]]
name = "emergencies"
last_resort = ["everyone"]

[[policy.step]]
targets = ["rota:primary"]
"#;

fn layer(agents: &[&str]) -> WrittenLayer {
    WrittenLayer {
        agents: agents.iter().map(|&agent| agent.to_owned()).collect(),
        every: "week".into(),
        starts: Moment("2026-01-05".into()),
        hand_off: "Mon 09:00".into(),
        only: None,
        ends: None,
    }
}

fn night(agent: &str, day: u32) -> WrittenOverride {
    WrittenOverride {
        from: Moment(format!("2026-11-{day}T18:00")),
        to: Moment(format!("2026-11-{}T09:00", day + 1)),
        agent: agent.into(),
        replaces: None,
    }
}

fn in_primary(change: Change<WrittenOverride>) -> Edit {
    Edit::Override { rota: "primary".into(), change }
}

fn made(edits: &[Edit]) -> String {
    let text = edited(FILE, edits).unwrap();
    Desk::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    text
}

#[test]
fn a_new_part_stands_beside_those_of_its_kind_and_all_else_is_as_it_was() {
    let text = made(&[in_primary(Change::add(night("ben", 26)))]);
    let written = "\n[[rota.override]]\nfrom = 2026-11-26T18:00\nto = 2026-11-27T09:00\nagent = \"ben\"\n";
    assert_eq!(
        text,
        FILE.replace(
            "\n[[rota]]\nname = \"secondary\"",
            &format!("{written}\n[[rota]]\nname = \"secondary\"")
        )
    );
}

#[test]
fn what_is_changed_and_changed_back_is_the_file_that_it_was() {
    let (was, now) = (layer(&["ada", "ben"]), layer(&["ben", "ada"]));
    let change = |change| Edit::Layer { rota: "primary".into(), above: None, change };
    for edits in [
        vec![in_primary(Change::add(night("ben", 26))), in_primary(Change::remove(night("ben", 26)))],
        vec![
            in_primary(Change::add(night("ben", 26))),
            in_primary(Change::replace(night("ben", 26), night("ada", 27))),
            in_primary(Change::remove(night("ada", 27))),
        ],
        vec![
            Edit::File { was: FILE.into(), now: "key = \"x\"".into() },
            Edit::File { was: "key = \"x\"".into(), now: FILE.into() },
        ],
    ] {
        assert_eq!(edited(FILE, &edits).unwrap(), FILE);
    }
    let there_and_back =
        made(&[change(Change::replace(was.clone(), now.clone())), change(Change::replace(now, was))]);
    assert_eq!(Desk::parse(&there_and_back), Desk::parse(FILE));
}

#[test]
fn a_changed_part_keeps_the_comments_of_what_did_not_change() {
    let Ok(desk) = Desk::parse(FILE) else { panic!() };
    let ada = desk.agents[0].clone();
    let renamed = Agent { name: "Ada Marsh".into(), ..ada.clone() };
    let text = made(&[Edit::Agent(Change::replace(ada, renamed))]);
    assert_eq!(text, FILE.replace("Ada Moss", "Ada Marsh"));
}

#[test]
fn a_rota_comes_with_its_layers_and_goes_with_them() {
    let weekend = WrittenRota {
        name: "weekend".into(),
        zone: None,
        layer: vec![WrittenLayer { only: Some(vec!["Sat-Sun 00:00-24:00".into()]), ..layer(&["ada"]) }],
        r#override: vec![night("ben", 28)],
    };
    let added = Edit::Rota(Change::add(weekend.clone()));
    let desk = Desk::parse(&made(std::slice::from_ref(&added))).unwrap();
    assert_eq!(WrittenRota::from(desk.rotas[2].clone()).layer[0].only, weekend.layer[0].only);
    assert_eq!(edited(FILE, &[added, Edit::Rota(Change::remove(weekend))]).unwrap(), FILE);
}

#[test]
fn a_layer_is_put_where_it_belongs_among_the_others() {
    let layer_of = |agents: &[&str], above: Option<WrittenLayer>| Edit::Layer {
        rota: "primary".into(),
        above,
        change: Change::add(layer(agents)),
    };
    let text = made(&[layer_of(&["ben"], None), layer_of(&["ada"], Some(layer(&["ada", "ben"])))]);
    let desk = Desk::parse(&text).unwrap();
    let turns: Vec<usize> = desk.rotas[0].layers.iter().map(|layer| layer.agents.len()).collect();
    assert_eq!(turns, [2, 1, 1]);
    assert_eq!(desk.rotas[0].layers[1].agents[0].as_str(), "ada");
    assert_eq!(desk.rotas[1].layers.len(), 1);
}

fn week(support: &[&str], on_call: Option<&[&str]>) -> WrittenWeek {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    WrittenWeek { zone: "America/New_York".into(), support: texts(support), on_call: on_call.map(texts) }
}

#[test]
fn the_hours_of_the_week_are_changed_beside_their_holidays() {
    let was = || week(&["Mon,Tue,Wed,Thu,Fri 09:00-17:00"], None);
    let now = || week(&["Mon-Fri 08:00-18:00"], Some(&["Mon-Sun 06:00-22:00"]));
    let there = Edit::Hours { was: was(), now: now() };
    let text = made(std::slice::from_ref(&there));
    let written = "support = [\"Mon-Fri 08:00-18:00\"]\non_call = [\"Mon-Sun 06:00-22:00\"]\n";
    assert_eq!(text, FILE.replace("support = [\"Mon-Fri 09:00-17:00\"]\n", written));
    let back = Edit::Hours { was: now(), now: week(&["Mon-Fri 09:00-17:00"], None) };
    assert_eq!(edited(FILE, &[there.clone(), back]).unwrap(), FILE);
    let (at, error) = edited(FILE, &[there.clone(), there]).unwrap_err();
    assert_eq!((at, error), (1, CannotEdit::Gone("The table `hours`".into())));
}

#[test]
fn a_holiday_is_known_by_what_it_means() {
    let day = |date: &str| WrittenHoliday {
        name: "New Year's Day".into(),
        date: Moment(date.into()),
        closed: true,
        hours: None,
        on_call: None,
    };
    let text = made(&[Edit::Holiday(Change::replace(day("1-1"), day("01-02")))]);
    assert_eq!(text, FILE.replace("date = \"01-01\"", "date = \"01-02\""));
    let text = made(&[Edit::Holiday(Change::add(day("2 days before Easter")))]);
    assert!(
        text.contains("closed = true\n\n[[hours.holiday]]\nname = \"New Year's Day\"\ndate = \"2 days"),
        "{text}"
    );
}

const POLICY: &str = r#"[[policy]]
name = "emergencies"
last_resort = ["everyone"]

# Who has the week.
[[policy.step]]
targets = ["rota:primary"] # and nobody else
delay = "5 min"

[[policy.step]]
targets = ["rota:secondary"] # the other one

# Then whoever is left.
[[policy.step]]
targets = ["agent:ada", "agent:ben"] # both
delay = "10 min"
"#;

#[test]
fn a_policy_is_changed_step_by_step_beside_the_comments_of_its_other_steps() {
    let (before, _) = FILE.split_once("[[policy]]").unwrap();
    let file = format!("{before}{POLICY}");
    let was = Desk::parse(&file).unwrap().policies[0].clone();
    let step = |target: &str| Step { targets: vec![target.parse().unwrap()], delay: Seconds(90) };
    let changed = |change: &dyn Fn(&mut Policy)| {
        let mut now = was.clone();
        change(&mut now);
        let text = edited(&file, &[Edit::Policy(Change::replace(was.clone(), now.clone()))]).unwrap();
        assert_eq!(Desk::parse(&text).unwrap().policies[0], now, "{text}");
        let back = [Edit::Policy(Change::replace(now, was.clone()))];
        assert_eq!(Desk::parse(&edited(&text, &back).unwrap()).unwrap().policies[0], was);
        text
    };
    let slower = changed(&|policy| policy.steps[1].delay = Seconds(600));
    assert_eq!(slower, file.replace("# the other one\n", "# the other one\ndelay = 600\n"));
    let other = changed(&|policy| policy.steps[2].targets = vec![Target::Everyone]);
    assert_eq!(other, file.replace("[\"agent:ada\", \"agent:ben\"]", "[\"everyone\"]"));
    let fewer = changed(&|policy| drop(policy.steps.remove(1)));
    let second = "[[policy.step]]\ntargets = [\"rota:secondary\"] # the other one\n\n";
    assert_eq!(fewer, file.replace(second, ""));
    let more = changed(&|policy| policy.steps.insert(1, step("agent:ben")));
    let new = "delay = \"5 min\"\n\n[[policy.step]]\ntargets = [\"agent:ben\"]\ndelay = 90\n";
    assert_eq!(more, file.replacen("delay = \"5 min\"\n", new, 1));
    let turned = changed(&|policy| policy.steps.reverse());
    assert!(turned.contains("# and nobody else") && turned.contains("# both"), "{turned}");
    changed(&|policy| policy.cycles = 1);
    changed(&|policy| policy.steps.clone_from(&vec![step("everyone")]));
}

#[test]
fn lines_and_agents_are_parts_as_well() {
    let desk = Desk::parse(FILE).unwrap();
    let (line, agent) = (desk.lines[0].clone(), desk.agents[0].clone());
    let other = Line { number: "+18025550101".parse().unwrap(), label: "Second".into(), ..line.clone() };
    let renamed = Line { label: "First".into(), ..line.clone() };
    let text = made(&[Edit::Line(Change::add(other)), Edit::Line(Change::replace(line, renamed))]);
    assert!(text.starts_with(FILE.replace("Emergency line", "First").split_once("[[severity]]").unwrap().0));
    assert_eq!(Desk::parse(&text).unwrap().lines[1].label, "Second");
    let mut second = agent.clone();
    second.phones.push(Phone { number: "+18025550119".parse().unwrap(), methods: vec![MethodKind::Voice] });
    let text = made(&[Edit::Agent(Change::replace(agent, second))]);
    let phone = "# her mobile\n\n[[agent.phone]]\nnumber = \"+18025550119\"\nmethods = [\"voice\"]\n";
    assert_eq!(text, FILE.replace("# her mobile\n", phone));
}

#[test]
fn what_fits_no_longer_is_refused_with_its_place_among_the_edits() {
    let nobody = |rota: &str| Edit::Override { rota: rota.into(), change: Change::add(night("ben", 26)) };
    let rota = WrittenRota { name: "primary".into(), zone: None, layer: vec![], r#override: vec![] };
    for (edits, index, said) in [
        (vec![in_primary(Change::remove(night("ben", 26)))], 0, "The override ben from 2026-11-26 18:00"),
        (vec![nobody("primary"), nobody("tertiary")], 1, "The rota tertiary"),
        (vec![Edit::Rota(Change::add(rota))], 0, "The rota primary is in the desk's file already"),
        (vec![Edit::File { was: "other".into(), now: String::new() }], 0, "The text is not"),
    ] {
        let (at, error) = edited(FILE, &edits).unwrap_err();
        assert_eq!(at, index);
        assert!(error.to_string().contains(said), "{error}");
    }
    let inline = FILE
        .replace("[[hours.holiday]]\nname = \"New Year's Day\"\ndate = \"01-01\"\nclosed = true\n", "")
        .replace("support = [", "holiday = [{ name = \"x\", date = \"01-01\", closed = true }]\nsupport = [");
    let day = WrittenHoliday {
        name: "y".into(),
        date: Moment("01-02".into()),
        closed: true,
        hours: None,
        on_call: None,
    };
    let (_, error) = edited(&inline, &[Edit::Holiday(Change::add(day))]).unwrap_err();
    assert_eq!(error, CannotEdit::Form("The list `holiday`".into()));
}

#[test]
fn an_edit_is_kept_as_json_and_told_in_a_line() {
    for (edit, told) in [
        (
            in_primary(Change::add(night("ben", 26))),
            "primary: the override ben from 2026-11-26 18:00 to 2026-11-27 09:00 is new",
        ),
        (
            Edit::Layer {
                rota: "primary".into(),
                above: None,
                change: Change::remove(layer(&["ada", "ben"])),
            },
            "primary: the layer of ada, ben (every week, hand-off Mon 09:00, from 2026-01-05) goes",
        ),
        (
            Edit::Hours { was: week(&[], None), now: week(&["Mon 09:00-17:00"], Some(&[])) },
            "the hours become Mon 09:00-17:00 in America/New_York, on call never",
        ),
        (Edit::File { was: "a".into(), now: "b".into() }, "the file was rewritten by hand"),
    ] {
        let json = serde_json::to_string(&edit).unwrap();
        assert_eq!(serde_json::from_str::<Edit>(&json).unwrap(), edit, "{json}");
        assert_eq!(edit.summary(), told);
    }
}
