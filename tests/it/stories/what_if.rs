//! What a what-if says is what then happens: for several hours, numbers and ways, the same is heard, by the same steps,
//! and the same people are paged at the same second. And whoever asks changes nothing.

use nightbell::rules::access::Role;
use nightbell::simulator::CallerFacts;
use serde_json::{Value, json};

use super::{ada_is_paged, reports_an_emergency};
use crate::support::world::{Person, Scene, Screen, World, minutes, seconds};

/// What somebody does in a call, as the API names it; `keys …` for keys.
type Deeds<'a> = &'a [&'a str];

async fn asked(world: &World, query: &str) -> Value {
    let (status, body) = world.get(&format!("/api/v1/desks/reservations/what-if{query}")).await;
    assert_eq!(status, 200, "{query}: {body}");
    body
}

/// What is asked of a call that rings now.
async fn asked_now(world: &World, from: Option<&str>) -> Value {
    let from = from.map(|from| from.replace('+', "%2B")).unwrap_or_default();
    let line = world.line().replace('+', "%2B");
    asked(world, &format!("?line={line}&from={from}&at={}", world.now())).await
}

fn part<'a>(all: &'a Value, kind: &str, number: &Value) -> &'a Value {
    &all[kind][usize::try_from(number.as_u64().unwrap()).unwrap() - 1]
}

/// Where a deed leads.
fn way<'a>(passage: &'a Value, deed: &str) -> &'a Value {
    let fits = |way: &&Value| match deed.strip_prefix("keys ") {
        Some(keys) => way["keys"] == keys,
        None => way["does"] == deed,
    };
    let ways = passage["ways"].as_array().unwrap();
    ways.iter().find(fits).unwrap_or_else(|| panic!("no way `{deed}` in {passage:#}"))
}

async fn does(world: &World, person: &Person, way: &Value) {
    let span = seconds(way["seconds"].as_u64().unwrap());
    match way["does"].as_str().unwrap() {
        "keys" => {
            for _ in 0..way["times"].as_u64().unwrap() {
                person.presses(way["keys"].as_str().unwrap()).await;
            }
        }
        "silence" | "no_answer" => person.is_silent(span).await,
        "speak" => {
            person.says(span, "The rates are gone.").await;
            // Any key ends a message.
            person.phone().press("5").unwrap();
            world.settle().await;
        }
        "hang_up" => person.hangs_up().await,
        other => panic!("nobody does `{other}` here"),
    }
}

/// The steps that were answered, by the addresses to which the carrier brought the answers.
fn answered(world: &World) -> Vec<String> {
    let turns = world.webhooks().into_iter().filter(|webhook| webhook.kind() == "turn");
    turns.map(|webhook| webhook.path.split('/').nth(5).unwrap().to_owned()).collect()
}

/// Rings now, and does all of that: it goes as it was said before, to the end.
async fn goes_as_said(world: &World, from: Option<&str>, deeds: Deeds<'_>) -> Value {
    let said = asked_now(world, from).await;
    let start = world.now();
    let before = answered(world).len();
    let person = world.caller(from.unwrap_or("+18025550129"));
    let facts = if from.is_some() { CallerFacts::default() } else { CallerFacts::withheld() };
    person.dials(world.line(), facts).await;
    let mut passage = &said["passages"][0];
    assert_eq!(person.heard(), passage["heard"], "{deeds:?}");
    let mut asking = Vec::new();
    let mut ending = &passage["ending"];
    for deed in deeds {
        let way = way(passage, deed);
        asking.extend((0..way["times"].as_u64().unwrap()).map(|_| passage["step"].clone()));
        does(world, &person, way).await;
        if way["passage"].is_null() {
            asking.pop();
            ending = &way["ending"];
            continue;
        }
        passage = part(&said, "passages", &way["passage"]);
        let heard = person.heard();
        // Silence is asked again before it leads on.
        assert!(
            heard.ends_with(passage["heard"].as_str().unwrap()),
            "{deed} of {deeds:?}: {heard} {passage:#}"
        );
        let passed = (world.now().since(start)).as_secs();
        assert_eq!(passage["after"], passed, "{deed} of {deeds:?}");
        ending = &passage["ending"];
    }
    assert!(person.phone().call().is_none(), "{deeds:?}: the call goes on, {passage:#}");
    // The same steps were answered, in the same order; between them are those that asked for nothing.
    let mut asking: Vec<&str> = asking.iter().map(|step| step.as_str().unwrap()).collect();
    asking.dedup();
    let mut lived = answered(world).split_off(before);
    lived.retain(|step| asking.contains(&step.as_str()));
    // A step that is come to in a turn of its own is there twice: entered, and answered.
    lived.dedup();
    assert_eq!(lived, asking, "{deeds:?}");
    part(&said, "endings", ending).clone()
}

/// What happened for a ticket by itself, from an instant on and before another, as the what-if tells it.
async fn happened(world: &World, number: u64, from: &str, until: Option<&str>) -> Vec<Value> {
    const KINDS: [&str; 13] = [
        "page_due",
        "caller_waits",
        "wait_over",
        "step_started",
        "nobody_on_step",
        "last_resort",
        "nobody_to_page",
        "passed_over",
        "paged_despite_mute",
        "attempt_started",
        "attempt_skipped",
        "manager_told",
        "caller_told",
    ];
    let (status, ticket) = world.get(&format!("/api/v1/tickets/{number}")).await;
    assert_eq!(status, 200, "{ticket}");
    let timeline = ticket["timeline"].as_array().unwrap().iter();
    let fits = |entry: &&Value| {
        let at = entry["at"].as_str().unwrap();
        KINDS.contains(&entry["kind"].as_str().unwrap()) && at >= from && until.is_none_or(|until| at < until)
    };
    timeline.filter(fits).map(told).collect()
}

fn told(one: &Value) -> Value {
    json!([one["at"], one["kind"], one["details"]])
}

/// Nobody answers, and what was said comes: the same people, by the same, at the same second.
async fn comes_as_said(world: &World, ending: &Value, since: &str) {
    let started: nightbell::clock::Timestamp = {
        let at = chrono::DateTime::parse_from_rfc3339(since).unwrap();
        nightbell::clock::Timestamp::from_chrono(at.to_utc())
    };
    let again = ending["again"].as_u64();
    let until = started + again.map_or(minutes(40), seconds);
    world.pass(until.since(world.now())).await;
    let said: Vec<Value> = ending["plays"].as_array().unwrap().iter().map(told).collect();
    let Some(number) = ending["ticket"]["number"].as_u64() else {
        assert!(said.is_empty(), "{said:?}");
        return;
    };
    let until = again.map(|_| until.to_string());
    assert_eq!(happened(world, number, since, until.as_deref()).await, said, "{ending:#}");
    let ticket = world.ticket(number).await;
    ticket.is(ending["ticket"]["state"].as_str().unwrap());
    ticket.has("severity", ending["ticket"]["severity"].as_u64().unwrap());
}

/// Ada takes what there is, and everybody puts his phone away.
async fn everybody_rests(world: &World) {
    world.agent("ada").replies("ACK").await;
    let calls = world.carrier().calls().into_iter().map(|call| call.phone);
    for number in world.carrier().messages().into_iter().map(|text| text.to).chain(calls) {
        world.caller(&number).reads_all();
        world.caller(&number).ignores_calls();
    }
}

#[tokio::test]
async fn what_is_said_of_a_call_is_what_comes_of_it() {
    let unknown = Some("+18025550121");
    let ways: &[(&str, Option<&str>, Deeds<'_>)] = &[
        // At night: an emergency by key, by silence, with a number keyed in, and without one.
        ("2026-12-25 03:00", unknown, &["keys 1", "keys 1#", "speak"]),
        ("2026-12-25 03:00", unknown, &["keys 1", "keys 1#", "hang_up"]),
        ("2026-02-18 03:00", unknown, &["silence", "silence", "silence"]),
        ("2026-02-18 03:00", unknown, &["keys 1", "hang_up"]),
        ("2026-02-18 03:00", None, &["keys 1", "silence", "speak"]),
        // No emergency, and second thoughts.
        ("2026-02-18 03:00", unknown, &["keys 2", "keys 2", "keys 3", "speak"]),
        ("2026-02-18 03:00", unknown, &["keys 2", "silence", "keys 2", "silence"]),
        ("2026-02-18 03:00", unknown, &["keys 2", "keys 1", "keys 1#", "speak"]),
        ("2026-02-18 03:00", unknown, &["keys 3", "hang_up"]),
        // A caller who says nothing at all, and hangs up.
        ("2026-02-18 03:00", unknown, &["hang_up"]),
        // By day, when nobody at the desk picks up; on a holiday with short hours, and in the night when clocks change.
        ("2026-02-18 12:00", unknown, &["no_answer", "keys 1", "keys 1#", "speak"]),
        ("2026-11-27 17:59", unknown, &["no_answer", "keys 1", "keys 1#", "hang_up"]),
        ("2026-03-08 01:58", unknown, &["keys 1", "keys 1#", "speak"]),
        ("2026-11-01 00:50", unknown, &["keys 1", "silence", "speak"]),
    ];
    for (at, from, deeds) in ways {
        eprintln!("at {at}, {from:?}: {deeds:?}");
        Scene::at(at)
            .play(async |world| {
                world.forgives_the_carrier();
                let since = world.now().to_string();
                let ending = goes_as_said(&world, *from, deeds).await;
                comes_as_said(&world, &ending, &since).await;
                everybody_rests(&world).await;
            })
            .await;
    }
}

#[tokio::test]
async fn a_caller_with_an_open_ticket_and_one_who_hung_up_before_are_known() {
    World::each(async |world| {
        let finn = world.caller("+18025550121");
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        world.pass(minutes(1)).await;
        let said = asked_now(&world, Some("+18025550121")).await;
        assert_eq!((&said["open_ticket"], &said["returning"]), (&json!(1001), &json!(false)));
        let ending = goes_as_said(&world, Some("+18025550121"), &["keys 1", "keys 1", "hang_up"]).await;
        assert_eq!((&ending["ticket"]["number"], &ending["ticket"]["joined"]), (&json!(1001), &json!(true)));

        // Another number: the first call is nothing but a ring.
        let gil = world.caller("+18025550122");
        gil.dials_line().await;
        gil.hangs_up().await;
        world.pass(minutes(2)).await;
        let since = world.now().to_string();
        assert_eq!(asked_now(&world, Some("+18025550122")).await["returning"], true);
        let ending = goes_as_said(&world, Some("+18025550122"), &["keys 1#", "hang_up"]).await;
        comes_as_said(&world, &ending, &since).await;
        everybody_rests(&world).await;
    })
    .await;
}

#[tokio::test]
async fn an_agent_hears_his_own_pages() {
    World::each(async |world| {
        ada_is_paged(&world).await;
        let ada = world.agent("ada");
        ada.declines().await;
        let said = asked_now(&world, Some("+18025550111")).await;
        assert_eq!((&said["caller"]["kind"], &said["caller"]["pages"]), (&json!("agent"), &json!(1)));
        let ending = goes_as_said(&world, Some("+18025550111"), &["keys 1", "hang_up"]).await;
        assert_eq!(ending["ticket"], Value::Null);
        world.ticket(1001).await.is_held_by("ada");
        everybody_rests(&world).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_changes_nothing() {
    World::each(async |world| {
        ada_is_paged(&world).await;
        let viewer = Screen::of(&world, "vera@example.com", Role::Agent, "reservations").await;
        let before = world.every_row().await;
        assert!(before.iter().any(|row| row.contains("+18025550121")), "{before:#?}");
        for from in ["", "%2B18025550121", "%2B18025550111", "%2B18025550129"] {
            for at in ["2026-02-18T03:00", "2026-02-18T12:00", "2026-12-25T03:00"] {
                let query = format!("?line=%2B18025550100&from={from}&at={at}&until=2027-01-01T00:00");
                asked(&world, &query).await;
                viewer.opens(&format!("/desks/reservations/what-if{query}")).await;
            }
        }
        world.settle().await;
        assert_eq!(world.every_row().await, before);
        world.agent("ada").declines().await;
        everybody_rests(&world).await;
    })
    .await;
}

#[tokio::test]
async fn minutes_in_which_nobody_would_be_reached_are_told() {
    // Nobody is on call by either rota before the first of December.
    let gap = Scene::default().desk_with("starts = 2026-01-05", "starts = 2026-12-01");
    gap.play(async |world| {
        let told = asked(&world, "?at=2026-11-30T22:00&until=2026-12-01T02:00").await;
        let uncovered = &told["uncovered"];
        assert_eq!(uncovered["gaps"].as_array().map(Vec::len), Some(1), "{uncovered:#}");
        assert_eq!(uncovered["gaps"][0]["found"], "last_resort");
        let covered = asked(&world, "?at=2026-12-03T22:00&until=2026-12-04T02:00").await;
        assert_eq!(
            (&covered["uncovered"]["minutes"], &covered["uncovered"]["gaps"]),
            (&json!(0), &json!([]))
        );
        assert_eq!(asked(&world, "?at=2026-12-03T22:00").await["uncovered"], Value::Null);
        // The manager was told of the hole as well.
        world.settle().await;
        world.caller("+18025550141").receives_text(&["soon an emergency finds nobody on call"]);
    })
    .await;
}
