//! What must hold of a flow as a whole before a caller may meet it. Each step has all its ways (read.rs), so that there
//! is no dead end; here: every way leads to a step, every step can be reached, no loop closes without a choice by the
//! caller, no call is refused after it was answered, and the safe way really is one.
//!
//! Why a flow that passes always ends: leave out the ways that a menu's key chooses, and the rest of the graph has no
//! cycle. An endless call would therefore choose a menu's key without end; but each menu counts its visits and, once
//! they are used up, takes its way on silence without asking.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::source::{Problem, Source};

use super::read::Draft;
use super::syntax::{Act, Step};

/// Every problem of the graph.
pub(super) fn check(source: &Source<'_>, draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, name) in [("start", &draft.start), ("safe", &draft.safe)] {
        if !draft.steps.contains_key(name) {
            problems.push(no_step(source, &[key], name));
        }
    }
    for (name, step) in &draft.steps {
        for way in step.ways().iter().filter(|way| !draft.steps.contains_key(way.to)) {
            let mut path = vec!["steps", name.as_str()];
            path.extend(way.path.iter().map(String::as_str));
            problems.push(no_step(source, &path, way.to));
        }
    }
    if problems.is_empty() {
        problems.extend(unreachable(source, draft));
        problems.extend(loops(source, draft));
        problems.extend(late_rejects(source, draft));
        problems.extend(unsafe_way(source, draft));
    }
    problems
}

fn no_step(source: &Source<'_>, path: &[&str], name: &str) -> Problem {
    source.problem(
        path,
        format!("there is no step `{name}`"),
        format!("add [steps.{name}] or name another one"),
    )
}

fn unreachable(source: &Source<'_>, draft: &Draft) -> Vec<Problem> {
    let mut reached = BTreeSet::new();
    let mut open = vec![draft.start.as_str(), draft.safe.as_str()];
    while let Some(name) = open.pop() {
        if reached.insert(name) {
            open.extend(draft.steps.get(name).iter().flat_map(|step| step.ways()).map(|way| way.to));
        }
    }
    let lost = draft.steps.keys().filter(|name| !reached.contains(name.as_str()));
    lost.map(|name| {
        source.problem(
            &["steps", name],
            format!("no way leads to `{name}`"),
            "lead one to it, or take the step out",
        )
    })
    .collect()
}

/// Cycles without a choice: depth first, each reported once, where it closes.
fn loops(source: &Source<'_>, draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut done = BTreeSet::new();
    for name in draft.steps.keys() {
        walk(source, draft, &mut vec![name.as_str()], &mut done, &mut problems);
    }
    problems
}

fn walk<'a>(
    source: &Source<'_>,
    draft: &'a Draft,
    trail: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
    problems: &mut Vec<Problem>,
) {
    let Some(&name) = trail.last() else { return };
    if done.contains(name) {
        return;
    }
    for way in draft.steps.get(name).iter().flat_map(|step| step.ways()).filter(|way| !way.chosen) {
        if let Some(from) = trail.iter().position(|step| *step == way.to) {
            let mut path = vec!["steps", name];
            path.extend(way.path.iter().map(String::as_str));
            let round = [&trail[from..], &[way.to]].concat().join(" → ");
            problems.push(source.problem(
                &path,
                format!("the call can go round for ever: {round}"),
                "lead this way out of the loop; only a key of a menu may lead back, since menus count their visits",
            ));
        } else {
            trail.push(way.to);
            walk(source, draft, trail, done, problems);
            trail.pop();
        }
    }
    done.insert(name);
}

/// A call is refused before it is answered, or not at all.
fn late_rejects(source: &Source<'_>, draft: &Draft) -> Vec<Problem> {
    let mut answered: BTreeMap<&str, bool> = BTreeMap::new();
    let mut open = vec![(draft.start.as_str(), false), (draft.safe.as_str(), false)];
    while let Some((name, heard)) = open.pop() {
        let before = answered.get(name).copied();
        if before == Some(true) || before == Some(heard) {
            continue;
        }
        answered.insert(name, heard);
        if let Some(step) = draft.steps.get(name) {
            let turns = matches!(step, Step::Act { act, .. } if act.changes_facts());
            let heard = heard || step.is_heard() || turns;
            open.extend(step.ways().into_iter().map(|way| (way.to, heard)));
        }
    }
    let steps = draft.steps.iter().filter(|(name, step)| {
        matches!(step, Step::Reject { .. }) && answered.get(name.as_str()) == Some(&true)
    });
    steps
        .map(|(name, _)| {
            source.problem(
                &["steps", name],
                format!("`{name}` refuses a call that may have been answered already"),
                "use hang_up here, or reach it before anything is said",
            )
        })
        .collect()
}

/// The safe way is for a call that has lost its place: it may ask nothing, must page, and must end.
fn unsafe_way(source: &Source<'_>, draft: &Draft) -> Option<Problem> {
    let mut name = draft.safe.as_str();
    let mut paged = false;
    for _ in 0..=draft.steps.len() {
        match draft.steps.get(name)? {
            Step::HangUp { .. } if paged => return None,
            Step::HangUp { .. } => {
                return Some(source.problem(
                    &["safe"],
                    "the safe way ends without a page",
                    "put a `page` step on it, so that a call that lost its place is not lost",
                ));
            }
            Step::Act { act, next } if !act.changes_facts() => {
                paged |= *act == Act::Page;
                name = next;
            }
            Step::Say { next, .. } | Step::Play { next, .. } | Step::Text { next, .. } => name = next,
            _ => break,
        }
    }
    Some(source.problem(
        &["steps", name],
        format!("the safe way comes to `{name}`, which needs an answer or has more than one way"),
        "use only say, play, text, triage, downgrade, topic, note, page and at last hang_up on it",
    ))
}
