//! Status callbacks that are late, doubled, out of order or lost: the night ends as it would have ended without that.

use std::sync::Mutex;

use nightbell::simulator::{Fault, Scope, Trouble};
use serde_json::Value;

use super::{CALLER, WRITER, night};
use crate::support::world::World;

/// What a night ends in: the tickets with what happened, in no order and without instants and the carrier's ids, and
/// how many texts and calls each phone got.
async fn end(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    for number in world.tickets().await {
        let (_, mut ticket) = world.get(&format!("/api/v1/tickets/{number}")).await;
        let timeline = ticket.as_object_mut().unwrap().remove("timeline").unwrap();
        lines.push(without_chance(ticket).to_string());
        for mut entry in timeline.as_array().unwrap().clone() {
            entry.as_object_mut().unwrap().remove("at");
            lines.push(format!("{number}: {}", without_chance(entry)));
        }
    }
    for number in [CALLER, WRITER, "+18025550111", "+18025550112", "+18025550113", "+18025550141"] {
        let phone = world.carrier().handset(number);
        lines.push(format!("{number}: {} texts, {} calls", phone.texts().len(), phone.history().len()));
    }
    lines.sort();
    lines
}

fn without_chance(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                // A turn is a revision: it counts what came before it, in whichever order.
                let chance = key.ends_with("_at")
                    || key == "at"
                    || ["id", "call", "recording", "sid", "turn"].contains(&key.as_str());
                *field = match field.take() {
                    Value::Null => Value::Null,
                    _ if chance => "some".into(),
                    other => without_chance(other),
                };
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| *one = without_chance(one.take())),
        _ => {}
    }
    value
}

#[tokio::test]
async fn the_night_ends_as_it_would_have() {
    let mut good: Option<Vec<String>> = None;
    for (how, trouble) in [
        ("in good order", None),
        ("twice each", Some(Trouble::Doubled)),
        ("out of order", Some(Trouble::Reordered)),
        ("3 s late", Some(Trouble::Late { ms: 3_000 })),
        ("30 s late", Some(Trouble::Late { ms: 30_000 })),
        ("lost", Some(Trouble::Lost)),
    ] {
        let ends = Mutex::new(Vec::new());
        World::each(async |world| {
            if let Some(trouble) = trouble {
                world.carrier().fault(Fault::new(Scope::Callbacks, trouble));
            }
            night(&world).await;
            let end = end(&world).await;
            ends.lock().unwrap().push(end);
        })
        .await;
        for end in ends.into_inner().unwrap() {
            let good = good.get_or_insert_with(|| end.clone());
            // What became of an attempt may stay untold; nothing else differs.
            let told_late = |line: &&String| how == "lost" && line.contains("\"attempt_outcome\"");
            let missing: Vec<_> =
                good.iter().filter(|line| !end.contains(line) && !told_late(line)).collect();
            let more: Vec<_> = end.iter().filter(|line| !good.contains(line)).collect();
            assert!(missing.is_empty() && more.is_empty(), "{how}: missing {missing:#?}, instead {more:#?}");
        }
    }
}
