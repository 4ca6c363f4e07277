//! What callers leave undone at every step of the shipped flow that waits for somebody: they hang up, say nothing, press
//! three wrong keys, hide their number, or are cut off from us. Each call ends in a ticket, or in a deliberate turn-away,
//! and one that may be an emergency in a page. The steps and the ways to them are found in the flow itself: one that is
//! added tomorrow is played tomorrow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use nightbell::rules::desk::{Daytime, Desk, TurnAway, Unanswered};
use nightbell::rules::flow::words::{FIELDS, FieldKind};
use nightbell::rules::flow::{Caller, DeskClock, Facts, Flow, FlowCommand, Input, Position, Stage, Turn};
use nightbell::rules::script::Then;
use nightbell::rules::severity::Severity;
use nightbell::simulator::OnCall;

use crate::support::world::{Person, RESERVATIONS, Scene, World, minutes, seconds};

use super::ada_is_paged;

const FLOW: &str = include_str!("../../../voice-flows/emergency.toml");

/// How a call begins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Begins {
    /// Finn calls at night.
    Night,
    /// Finn hides his number.
    Withheld,
    /// Finn calls a line that is answered in two languages.
    TwoLanguages,
    /// Finn calls a desk that lists nothing as never urgent.
    WithoutTopics,
    /// Finn calls in support hours.
    Daytime,
    /// The same at a desk that wants a message where nobody picks up, and nobody does.
    DaytimeAway,
    /// Finn calls again about what Ada has.
    Again,
    /// Ada calls the line when nothing is open.
    Agent,
    /// Ada, whose telephone rang in vain, calls the line about Finn's emergency.
    PagedAgent,
}

const ALL: [Begins; 9] = [
    Begins::Night,
    Begins::Withheld,
    Begins::TwoLanguages,
    Begins::WithoutTopics,
    Begins::Daytime,
    Begins::DaytimeAway,
    Begins::Again,
    Begins::Agent,
    Begins::PagedAgent,
];

/// What is left undone at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Undone {
    HangsUp,
    IsSilent,
    PressesWrongKeys,
    /// Our address answers nobody any more, and the carrier goes by the answer that it keeps for us.
    LosesUs,
}

/// The way to a step: the keys, and where the call then stands.
#[derive(Clone, Debug)]
struct Walk {
    begins: Begins,
    keys: Vec<&'static str>,
    turn: Turn,
    commands: Vec<FlowCommand>,
}

impl Walk {
    fn position(&self) -> &Position {
        self.turn.position.as_ref().unwrap()
    }
}

/// What the rules are told of a call that begins so.
fn facts(desk: &Desk, begins: Begins) -> Facts<'_> {
    let field = |(name, kind, _): &(&str, FieldKind, _)| {
        let left_out = *name == "topics" && begins == Begins::WithoutTopics;
        (*kind == FieldKind::Desk && !left_out).then(|| ((*name).to_owned(), "words".to_owned()))
    };
    let fields: BTreeMap<String, String> = FIELDS.iter().filter_map(field).collect();
    let finn = || "+18025550121".parse().unwrap();
    let withheld = begins == Begins::Withheld;
    let languages: &[&str] = if begins == Begins::TwoLanguages { &["en", "fr"] } else { &["en"] };
    let by_day = matches!(begins, Begins::Daytime | Begins::DaytimeAway);
    let away = begins == Begins::DaytimeAway;
    let unanswered = if away { Unanswered::Ticket } else { Unanswered::OnCall };
    Facts {
        clock: if by_day { DeskClock::Support } else { DeskClock::OnCall },
        daytime: Daytime { unanswered, ..Daytime::default() },
        turn_away: TurnAway::default(),
        caller: match begins {
            Begins::Agent => Caller::Agent { open_pages: 0 },
            Begins::PagedAgent => Caller::Agent { open_pages: 1 },
            Begins::Withheld => Caller::Unknown,
            _ => Caller::Contact,
        },
        withheld,
        caller_id: (!withheld).then(finn),
        ticket: Some("1001".into()),
        open_ticket: (begins == Begins::Again).then(|| "1001".into()),
        returning: false,
        live: None,
        languages: languages.iter().map(|language| (*language).to_owned()).collect(),
        fields: languages.iter().map(|language| ((*language).to_owned(), fields.clone())).collect(),
        numbers: [("main", "+18025550102"), ("customer", "+18025550121")]
            .map(|(name, number)| (name.to_owned(), number.parse().unwrap()))
            .into(),
        line: None,
        plan: desk,
        audio: &[],
    }
}

/// As far as the next question; what happens on the way is added.
fn go_on(flow: &Flow, facts: &Facts<'_>, mut turn: Turn, commands: &mut Vec<FlowCommand>) -> Turn {
    commands.extend(turn.commands.iter().cloned());
    while let (Then::Continue, Some(position)) = (&turn.script.then, &turn.position) {
        turn = flow.step(position, &Input::Continue, facts);
        commands.extend(turn.commands.iter().cloned());
    }
    turn
}

fn step(flow: &Flow, facts: &Facts<'_>, walk: &Walk, input: &Input) -> Walk {
    let mut next = walk.clone();
    let turn = flow.step(walk.position(), input, facts);
    next.turn = go_on(flow, facts, turn, &mut next.commands);
    next
}

/// The shortest ways by keys to everything that a call waits for: once by callers who are known, once by those who hide
/// their number.
fn walks(flow: &Flow, desk: &Desk) -> Vec<Walk> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for begins in ALL {
        let facts = facts(desk, begins);
        let mut commands = Vec::new();
        let turn = go_on(flow, &facts, flow.begin(&facts), &mut commands);
        let mut open = VecDeque::from([Walk { begins, keys: Vec::new(), turn, commands }]);
        let mut been = BTreeSet::new();
        while let Some(walk) = open.pop_front() {
            let Some(position) = &walk.turn.position else { continue };
            if !been.insert((position.step.clone(), position.stage == Stage::Confirm)) {
                continue;
            }
            let keys: &[&'static str] = match &walk.turn.script.then {
                Then::Gather { digits: Some(1), .. } => &["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"],
                Then::Gather { .. } => &["1#", "8025550122#"],
                _ => &[],
            };
            for key in keys {
                let mut next = step(flow, &facts, &walk, &Input::Keys((*key).to_owned()));
                next.keys.push(key);
                open.push_back(next);
            }
            if let (Then::Dial { .. }, Begins::DaytimeAway) = (&walk.turn.script.then, begins) {
                open.push_back(step(flow, &facts, &walk, &Input::Dialled { answered: false, seconds: 0 }));
            }
            let asked = (position.step.clone(), position.stage == Stage::Confirm, begins == Begins::Withheld);
            if seen.insert(asked) {
                found.push(walk);
            }
        }
    }
    found
}

#[test]
fn every_step_that_waits_is_met() {
    let (flow, desk) = (Flow::parse(FLOW).unwrap(), Desk::parse(RESERVATIONS).unwrap());
    let met: BTreeSet<String> = walks(&flow, &desk).iter().map(|walk| walk.position().step.clone()).collect();
    let waiting = ["menu", "language", "digits", "callback_number", "record", "transfer", "connect"];
    let file: toml::Table = FLOW.parse().unwrap();
    let steps = file["steps"].as_table().unwrap().iter();
    let waits = steps.filter(|(_, step)| waiting.contains(&step["kind"].as_str().unwrap()));
    let waits: BTreeSet<String> = waits.map(|(name, _)| name.clone()).collect();
    assert_eq!(met, waits);
}

/// What a call must come to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaves {
    /// No ticket: an agent who reports nothing.
    NoTicket,
    /// What the caller said is with the ticket that he joined.
    Joined,
    /// A page.
    Page,
    /// A ticket for the working day.
    Quiet(Severity),
    /// One notice about a call without a key or a word.
    Notice,
}

fn leaves(begins: Begins, commands: &[FlowCommand], pressed: bool) -> Leaves {
    let has = |wanted: &FlowCommand| commands.contains(wanted);
    let severity = commands.iter().rev().find_map(|command| match command {
        FlowCommand::Triage { severity } | FlowCommand::Downgrade { severity, .. } => Some(*severity),
        _ => None,
    });
    if matches!(begins, Begins::Agent | Begins::PagedAgent) && !has(&FlowCommand::Report) {
        Leaves::NoTicket
    } else if has(&FlowCommand::Join) {
        Leaves::Joined
    } else {
        match severity {
            Some(severity) if severity.is_emergency() => Leaves::Page,
            Some(severity) => Leaves::Quiet(severity),
            // Asked and not answered: it may be an emergency.
            None if pressed => Leaves::Page,
            None => Leaves::Notice,
        }
    }
}

/// Plays every walk, and what is left undone at its end, on both databases.
async fn everywhere(undone: Undone) {
    let (flow, desk) = (Flow::parse(FLOW).unwrap(), Desk::parse(RESERVATIONS).unwrap());
    for walk in walks(&flow, &desk) {
        let scene = match walk.begins {
            Begins::WithoutTopics => Scene::default().desk_with("never_urgent = [", "# never_urgent = ["),
            Begins::Daytime => Scene::at("2026-02-18 14:00"),
            Begins::DaytimeAway => Scene::at("2026-02-18 14:00")
                .desk_with("[hours]\n", "[daytime]\nunanswered = \"ticket\"\n\n[hours]\n"),
            Begins::TwoLanguages => Scene::default()
                .desk_with("languages = [\"en\"]", "languages = [\"en\", \"fr\"]")
                .desk_with("definition.en = ", "definition.fr = \"x\"\ndefinition.en = "),
            _ => Scene::default(),
        };
        let facts = facts(&desk, walk.begins);
        let course = course(&flow, &facts, &walk, undone);
        let Some((wrong, commands)) = course else { continue };
        let pressed = !walk.keys.is_empty() || wrong.is_some();
        let left = leaves(walk.begins, &commands, pressed);
        let told =
            format!("{undone:?} at `{}` after {:?}, {:?}", walk.position().step, walk.keys, walk.begins);
        scene
            .play(async |world| {
                let who = calls(&world, walk.begins).await;
                for key in &walk.keys {
                    who.presses(key).await;
                }
                assert_eq!(asks_at(&world), walk.position().step, "{told}");
                leaves_undone(&world, &who, undone, wrong.as_deref()).await;
                finds(&world, &walk, undone, left, &commands, &told).await;
            })
            .await;
    }
}

/// A key that is wrong at the end of the walk, if keys are to be pressed there, and what happens to the end of the call;
/// none if nothing can be done wrong there.
fn course(
    flow: &Flow,
    facts: &Facts<'_>,
    walk: &Walk,
    undone: Undone,
) -> Option<(Option<String>, Vec<FlowCommand>)> {
    match undone {
        Undone::HangsUp | Undone::LosesUs => Some((None, walk.commands.clone())),
        Undone::IsSilent => {
            let mut walk = walk.clone();
            while walk.turn.position.is_some() {
                let input = match &walk.turn.script.then {
                    Then::Gather { .. } => Input::Keys(String::new()),
                    Then::Record { .. } => Input::NoRecording,
                    _ => Input::Dialled { answered: false, seconds: 0 },
                };
                walk = step(flow, facts, &walk, &input);
            }
            Some((None, walk.commands))
        }
        Undone::PressesWrongKeys => {
            let (keys, ends) = match &walk.turn.script.then {
                Then::Gather { digits: Some(1), .. } => ("5678900", ""),
                Then::Gather { .. } => ("0", "#"),
                _ => return None,
            };
            let wrong = keys.chars().map(|key| format!("{key}{ends}")).find(|key| {
                let next = step(flow, facts, walk, &Input::Keys(key.clone()));
                next.turn.position.is_some_and(|next| next.step == walk.position().step && next.tries > 0)
            })?;
            let mut now = walk.clone();
            for _ in 0..3 {
                let same = |now: &Walk| {
                    now.turn.position.as_ref().is_some_and(|position| position.step == walk.position().step)
                };
                if same(&now) {
                    now = step(flow, facts, &now, &Input::Keys(wrong.clone()));
                }
            }
            Some((Some(wrong), now.commands))
        }
    }
}

/// A call as far as the first question.
async fn calls(world: &World, begins: Begins) -> Person {
    let (finn, ada) = (world.caller("+18025550121"), world.agent("ada"));
    if let Begins::Again | Begins::PagedAgent = begins {
        ada_is_paged(world).await;
    }
    match begins {
        Begins::Night | Begins::WithoutTopics | Begins::TwoLanguages | Begins::Daytime => {
            finn.dials_line().await;
        }
        Begins::DaytimeAway => {
            world.caller("+18025550102").on_call(OnCall::Busy);
            finn.dials_line().await;
        }
        Begins::Withheld => finn.dials_line_withheld().await,
        Begins::Again => {
            ada.replies("ACK").await;
            world.pass(minutes(1)).await;
            finn.dials_line().await;
        }
        Begins::Agent => ada.dials_line().await,
        Begins::PagedAgent => {
            ada.declines().await;
            ada.dials_line().await;
        }
    }
    if let Begins::Agent | Begins::PagedAgent = begins { ada } else { finn }
}

/// The step at which the last answer to a call lets it wait.
fn asks_at(world: &World) -> String {
    let webhooks = world.webhooks();
    let last = webhooks.iter().rev().find(|webhook| ["voice", "turn"].contains(&webhook.kind())).unwrap();
    let document = last.answer.text();
    let (_, turn) = document.split_once("/turn/").unwrap();
    turn.split('/').nth(1).unwrap().to_owned()
}

async fn leaves_undone(world: &World, who: &Person, undone: Undone, wrong: Option<&str>) {
    let is_on = || who.phone().call().is_some();
    match undone {
        Undone::HangsUp => {}
        Undone::IsSilent => {
            // The longest: questions said thrice, each with its silence, and a telephone that rings in vain.
            for _ in 0..60 {
                if is_on() {
                    who.is_silent(seconds(10)).await;
                }
            }
            assert!(!is_on(), "silence leads to no end");
        }
        Undone::PressesWrongKeys => {
            let step = asks_at(world);
            for _ in 0..3 {
                if is_on() && asks_at(world) == step {
                    who.presses(wrong.unwrap()).await;
                }
            }
        }
        Undone::LosesUs => {
            world.forgives_the_carrier();
            world.gateway_goes_away().await;
            who.is_silent(minutes(3)).await;
        }
    }
    if is_on() {
        who.hangs_up().await;
    }
    if undone == Undone::LosesUs {
        world.gateway_comes_back().await;
        world.engine().recover().await;
        world.pass(minutes(10)).await;
    }
}

/// What a page says about the number to call.
fn callback(begins: Begins, commands: &[FlowCommand]) -> String {
    let given = commands.iter().rev().find_map(|command| match command {
        FlowCommand::Callback { number, confirmed: true } => Some(format!("Call {number}.")),
        FlowCommand::Callback { number, .. } => Some(format!("Call {number} (unconfirmed).")),
        _ => None,
    });
    given.unwrap_or_else(|| match begins {
        Begins::Withheld => "No callback number.".to_owned(),
        _ => "Call +18025550121 (unconfirmed).".to_owned(),
    })
}

async fn finds(
    world: &World,
    walk: &Walk,
    undone: Undone,
    left: Leaves,
    commands: &[FlowCommand],
    told: &str,
) {
    let (finn, ada, ben) = (world.caller("+18025550121"), world.agent("ada"), world.agent("ben"));
    let before = matches!(walk.begins, Begins::Again | Begins::PagedAgent);
    let own = if before { 1002 } else { 1001 };
    let texts = ada.reads_all();
    let has_text = |words: &[&str]| texts.iter().any(|text| words.iter().all(|word| text.contains(word)));
    match left {
        Leaves::NoTicket => {
            let only: &[u64] = if before { &[1001] } else { &[] };
            assert_eq!(world.tickets().await, only, "{told}");
            if commands.contains(&FlowCommand::Acknowledge) || commands.contains(&FlowCommand::CallCustomer) {
                world.ticket(1001).await.is("open").is_held_by("ada");
            } else if before {
                world.ticket(1001).await.is("open").is_held_by_nobody();
            }
        }
        Leaves::Joined => {
            world.ticket(own).await.is("merged");
            world.ticket(1001).await.is("open").tells(&["joined"]);
            assert!(has_text(&["#1001", "the caller rang again"]), "{told}: {texts:?}");
            if commands.contains(&FlowCommand::Push) {
                world.ticket(1001).await.is_held_by_nobody().tells(&["pushed", "step_started"]);
                ben.receives_text(&["SEV1 #1001"]);
            }
        }
        Leaves::Page => {
            world.ticket(own).await.is("open").has("severity", 1).tells(&["step_started"]);
            // Of a call that is lost we learn late: its page leaves when the time for a number is over.
            let number =
                if undone == Undone::LosesUs { String::new() } else { callback(walk.begins, commands) };
            assert!(has_text(&[&format!("SEV1 #{own}"), &number]), "{told}: {number} {texts:?}");
        }
        Leaves::Quiet(severity) => {
            let ticket = world.ticket(own).await;
            ticket.is("open").has("severity", u64::from(u8::from(severity))).does_not_tell("step_started");
            assert!(!has_text(&["SEV1", &format!("#{own}")]), "{told}: {texts:?}");
        }
        Leaves::Notice => {
            world.ticket(own).await.is("abandoned").does_not_tell("step_started");
            let words = "a caller hung up before saying anything";
            assert!(has_text(&[&format!("#{own}"), words]), "{told}: {texts:?}");
        }
    }
    for number in world.tickets().await {
        ada.replies(&format!("RESOLVE {number}")).await;
    }
    // And that was it: nobody is still being rung, and nothing goes on.
    world.pass(minutes(1)).await;
    let people = ["ada", "ben", "cleo"].map(|key| world.agent(key));
    for person in people.iter().chain([&finn, &world.caller("+18025550102"), &world.caller("+18025550122")]) {
        person.reads_all();
        person.ignores_calls();
    }
}

#[tokio::test]
async fn a_hang_up_at_any_step() {
    everywhere(Undone::HangsUp).await;
}

#[tokio::test]
async fn silence_at_any_step() {
    everywhere(Undone::IsSilent).await;
}

#[tokio::test]
async fn wrong_keys_at_any_step() {
    everywhere(Undone::PressesWrongKeys).await;
}

#[tokio::test]
async fn a_call_that_loses_us_at_any_step() {
    everywhere(Undone::LosesUs).await;
}
