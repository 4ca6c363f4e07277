//! `nightbell whatif`: what would happen if a number rang a line, as a transcript or as JSON.

use std::fmt::Write;

use nightbell::act::{Acts, Ending, Leads, Passage, WayOn, WhatIfWanted};
use nightbell::app::{AppError, out};
use nightbell::config::Config;
use nightbell::rules::case::rehearsal::after;
use nightbell::rules::desk::Desk;
use nightbell::rules::zone::ZoneBook;
use nightbell::web::what_if::{Answered, minutes, told_at};
use nightbell::web::what_if_json;

use super::WhatIf;
use super::commands::visit;
use super::desks;

/// Columns of a line of the transcript.
const WIDTH: usize = 100;

/// Tells what would happen.
pub async fn tell(config: Config, asked: &WhatIf) -> Result<(), AppError> {
    let (acts, file) = match &asked.desk {
        Some(file) => {
            let (acts, files) = desks::check(config, std::slice::from_ref(file)).await?;
            (acts, files.into_iter().next().map(|file| file.into_parts().0))
        }
        None => (visit(config).await?, None),
    };
    let answered = played(&acts, file, asked).await;
    acts.store().close().await;
    let answered = answered?;
    match asked.json {
        true => {
            let json = what_if_json(acts.book(), &answered);
            out::print(format_args!("{}\n", json.map_err(|error| AppError::Failed(error.to_string()))?))
        }
        false => out::print(transcript(acts.book(), &answered)),
    }
}

async fn played(acts: &Acts, file: Option<Desk>, asked: &WhatIf) -> Result<Answered, AppError> {
    let is_other = file.is_some() || asked.draft;
    let desk = match file {
        Some(desk) => desk,
        None => desk_of(acts, asked).await?,
    };
    let wanted = WhatIfWanted { line: &asked.line, from: &asked.from, at: &asked.at, until: &asked.until };
    let read = wanted.read(&desk, acts.book(), acts.clock().now());
    let read = read.map_err(|unfit| wrong(unfit.field, &unfit.words))?;
    Ok(Answered::to(acts, read, is_other).await?)
}

fn wrong(option: &str, words: &str) -> AppError {
    AppError::BadInput(vec![format!("--{option} {words}")])
}

/// The desk that has the line: as it is in force, or as its draft would have it.
async fn desk_of(acts: &Acts, asked: &WhatIf) -> Result<Desk, AppError> {
    let desks = acts.desks();
    let line = asked.line.trim().parse().ok();
    let Some(live) = line.and_then(|line| desks.by_line(&line)) else {
        let known: Vec<&str> =
            desks.all().flat_map(|desk| desk.lines.iter().map(|line| line.number.as_str())).collect();
        let known = match known.is_empty() {
            true => "no desk is in force; `nightbell apply FILE` first, or name one with --desk".to_owned(),
            false => format!("there are {}", known.join(", ")),
        };
        return Err(wrong("line", &format!("`{}` is no line of a desk; {known}", asked.line)));
    };
    if !asked.draft {
        return Ok(Desk::clone(live));
    }
    let drafting = acts.drafting(live.key.as_str()).await?;
    match drafting.map(|drafting| drafting.result) {
        Some(Ok(checked)) => Ok(checked.desk().clone()),
        Some(Err(unfit)) => Err(AppError::BadInput(vec![format!("the draft does not fit: {unfit}")])),
        None => Ok(Desk::clone(live)),
    }
}

/// All of it, to be read from the top.
fn transcript(book: &ZoneBook, answered: &Answered) -> String {
    let what_if = &answered.what_if;
    let (asked, desk) = (&what_if.asked, &what_if.asked.desk);
    let wall = |at| told_at(book, desk, at);
    let from = if asked.from.is_empty() { "a withheld number" } else { &asked.from };
    let mut told = String::new();
    let by = if answered.is_draft { ", by a desk that is not in force" } else { "" };
    paragraph(
        &mut told,
        "",
        &format!(
            "What if {from} rang {} of {} on {} ({}){by}?",
            asked.line,
            desk.name,
            wall(asked.at),
            desk.zone()
        ),
    );
    for doubt in &answered.doubts {
        paragraph(&mut told, "", doubt);
    }
    told.push('\n');
    for sentence in what_if.told(wall) {
        paragraph(&mut told, "", &sentence);
    }
    for (severity, words) in &what_if.severities {
        let words = words.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
        paragraph(&mut told, "  ", &format!("Severity {severity}{words}"));
    }
    told.push_str("\nTHE CALL\n");
    for (passage, number) in what_if.passages.iter().zip(1..) {
        tell_passage(&mut told, passage, number);
    }
    if !what_if.is_whole {
        told.push_str("\nThere are more ways than are told here.\n");
    }
    told.push_str("\nWHAT COMES OF IT, if nobody answers a page\n");
    for (ending, number) in what_if.endings.iter().zip(1..) {
        tell_ending(&mut told, book, answered, ending, number);
    }
    tell_cover(&mut told, book, answered);
    told
}

fn tell_passage(told: &mut String, passage: &Passage, number: usize) {
    let seconds = passage.after.as_secs();
    told.push('\n');
    let steps = passage.entered.join(" → ");
    paragraph(told, &format!("{number:>3}  "), &format!("{}:{:02}  {steps}", seconds / 60, seconds % 60));
    let heard = passage.heard_told();
    if !heard.is_empty() {
        paragraph(told, "     heard    ", &heard);
    }
    for happens in passage.happens_told() {
        paragraph(told, "     happens  ", &happens);
    }
    paragraph(told, "     line     ", &passage.then_told());
    for way in &passage.ways {
        paragraph(told, "     caller   ", &format!("{}  →  {}", way.told(), leads(way)));
    }
    if let Some(ending) = passage.ending {
        paragraph(told, "     end      ", &format!("comes to {}", letter(ending)));
    }
}

fn leads(way: &WayOn) -> String {
    match way.to {
        Leads::Passage(index) => format!("{}", index + 1),
        Leads::Ending(index) => letter(index),
    }
}

/// What comes of it has letters: A, B … Z, A1, B1 …
fn letter(index: usize) -> String {
    let letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars().nth(index % 26).unwrap_or('A');
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

fn tell_ending(told: &mut String, book: &ZoneBook, answered: &Answered, ending: &Ending, number: usize) {
    let asked = &answered.what_if.asked;
    let desk = &asked.desk;
    told.push('\n');
    paragraph(told, &format!("{:>3}  ", letter(number - 1)), &ending.told());
    let played = ending.played(desk, |at| told_at(book, desk, at), true);
    if played.is_empty() {
        paragraph(told, "     ", "Nobody is paged.");
    }
    for (at, scene) in played {
        let indent = if scene.step { "" } else { "  " };
        paragraph(told, &format!("{:>10}  {indent}", after(asked.at, at)), &scene.words);
    }
    if let Some(again) = ending.again {
        paragraph(told, &format!("{:>10}  ", after(asked.at, again)), "It begins again with step 1");
    }
}

fn tell_cover(told: &mut String, book: &ZoneBook, answered: &Answered) {
    let Some(((from, to), found)) = &answered.cover else { return };
    let desk = &answered.what_if.asked.desk;
    let wall = |at| told_at(book, desk, at);
    told.push_str("\nWHEN NOBODY WOULD BE REACHED\n\n");
    if found.gaps.is_empty() {
        let words = format!("From {} until {} somebody is found in every minute.", wall(*from), wall(*to));
        paragraph(told, "", &words);
    } else {
        let words = format!(
            "From {} until {} there are {} minutes in which no step of the policy finds anybody:",
            wall(*from),
            wall(*to),
            minutes(&found.gaps)
        );
        paragraph(told, "", &words);
    }
    for gap in &found.gaps {
        let why: Vec<String> = gap.why.iter().map(ToString::to_string).collect();
        let words = format!("{} – {}: {}", wall(gap.from), wall(gap.to), why.join("; "));
        paragraph(told, "  ", &words);
    }
    for gap in &found.closed {
        let words =
            format!("{} – {}: nobody is meant to be called; the page waits", wall(gap.from), wall(gap.to));
        paragraph(told, "  ", &words);
    }
}

/// A text in lines of [`WIDTH`], of which the first begins with `first`, and the others below it.
fn paragraph(told: &mut String, first: &str, text: &str) {
    let margin = first.chars().count();
    let mut column = margin;
    told.push_str(first);
    for (index, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            let _ = write!(told, "\n{:margin$}", "");
            column = margin;
        } else if index > 0 {
            told.push(' ');
            column += 1;
        }
        told.push_str(word);
        column += length;
    }
    told.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_goes_on_below_its_first_word() {
        let mut told = String::new();
        paragraph(&mut told, "  1  ", &"word ".repeat(30));
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 2, "{told}");
        assert!(lines[0].starts_with("  1  word") && lines[0].len() <= WIDTH, "{told}");
        assert!(lines[1].starts_with("     word"), "{told}");
    }

    #[test]
    fn what_comes_of_it_has_letters() {
        for (index, told) in [(0, "A"), (25, "Z"), (26, "A1"), (53, "B2")] {
            assert_eq!(letter(index), told);
        }
    }
}
