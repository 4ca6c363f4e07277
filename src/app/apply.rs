//! Brings desk files into force, once it is certain that this installation can keep what they say: their flows are there
//! and speak their languages, their carriers are configured, and their lines are nobody else's. Several files are one
//! change: if any of them has a mistake, none takes effect.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::AppError;
use crate::act::{Acts, By};
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Desk, Found, Lack, Line, PolicyGap, Reason};
use crate::rules::flow::Flow;
use crate::rules::source::{Problem, Source};

/// How far ahead a rota's gaps are looked for: while there is time to fill them.
const AHEAD: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// What a desk may name: voice flows, and carriers of the configuration.
#[derive(Debug)]
pub struct Known {
    /// The languages of each flow, by its name.
    flows: BTreeMap<String, Vec<String>>,
    carriers: Vec<String>,
}

impl Known {
    /// By the texts of the voice flows, which were checked, and the names of the carriers.
    pub fn new(flows: &[String], carriers: Vec<String>) -> Known {
        let flows = flows.iter().filter_map(|text| Flow::parse(text).ok());
        Known { flows: flows.map(|flow| (flow.name, flow.languages)).collect(), carriers }
    }
}

/// A desk file that was read. What [`check_desks`] answers has no mistake.
#[derive(Debug)]
pub struct DeskFile {
    name: String,
    text: String,
    desk: Desk,
}

impl DeskFile {
    /// A mistake, told with its line.
    fn problem(&self, path: &[&str], what: String, remedy: &str) -> String {
        let problem = match Source::parse(&self.text) {
            Ok(source) => source.problem(path, what, remedy),
            // It was read before, as the desk that it is.
            Err(_) => Problem { line: 1, what, remedy: remedy.to_owned() },
        };
        problem.at(&self.name).to_string()
    }

    /// The numbers of its lines that somebody else has, by `whose`.
    fn lines_elsewhere(&self, remedy: &str, whose: impl Fn(&PhoneNumber) -> Option<String>) -> Vec<String> {
        let lines = self.desk.lines.iter().enumerate();
        let problem = |(index, line): (usize, &Line)| {
            let what = whose(&line.number)?;
            Some(self.problem(&["line", &index.to_string(), "number"], what, remedy))
        };
        lines.filter_map(problem).collect()
    }
}

/// Checks desk files, each by its name and text, for themselves and beside each other. Every mistake is told with its
/// line.
pub fn check_desks(
    files: impl IntoIterator<Item = (String, String)>,
    known: &Known,
) -> Result<Vec<DeskFile>, AppError> {
    let mut problems = Vec::new();
    let mut read: Vec<DeskFile> = Vec::new();
    for (name, text) in files {
        match Desk::parse(&text) {
            Ok(desk) => read.push(DeskFile { name, text, desk }),
            Err(found) => problems.extend(found.iter().map(|problem| problem.at(&name).to_string())),
        }
    }
    for (index, file) in read.iter().enumerate() {
        problems.extend(missing(file, known));
        for earlier in &read[..index] {
            problems.extend(collisions(file, earlier));
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(AppError::BadInput(problems)) }
}

/// What two files of one change cannot both have.
fn collisions(file: &DeskFile, earlier: &DeskFile) -> Vec<String> {
    if file.desk.key == earlier.desk.key {
        let what = format!("the desk `{}` is also in {}", file.desk.key.as_str(), earlier.name);
        return vec![file.problem(&["key"], what, "give one of them another key, or apply one of them")];
    }
    file.lines_elsewhere("a line has one desk: take it out of one of them", |number| {
        earlier.desk.line(number).map(|_| format!("the line {number} is also in {}", earlier.name))
    })
}

/// Brings files into force, all of them or none; answers the desks with their versions.
pub async fn apply_desks(acts: &Acts, files: Vec<DeskFile>) -> Result<Vec<(Desk, i64)>, AppError> {
    let problems: Vec<String> = files.iter().flat_map(|file| taken_lines(acts, file, &files)).collect();
    if !problems.is_empty() {
        return Err(AppError::BadInput(problems));
    }
    let desks: Vec<_> = files.into_iter().map(|file| (file.desk, file.text)).collect();
    let versions = acts.apply_desks(By::command_line(), desks.clone()).await?;
    Ok(desks.into_iter().map(|(desk, _)| desk).zip(versions).collect())
}

/// Lines that another desk has, and still has when all the files are in force.
fn taken_lines(acts: &Acts, file: &DeskFile, files: &[DeskFile]) -> Vec<String> {
    let desks = acts.desks();
    let remedy = "correct the number, or take it out of that desk's file and apply both files";
    file.lines_elsewhere(remedy, |number| {
        // A desk that is among the files, this one included, is to have what they say.
        let owner = desks.by_line(number)?;
        let stays = files.iter().all(|file| file.desk.key != owner.key);
        stays.then(|| format!("the desk `{}` has the line {number}", owner.key.as_str()))
    })
}

/// What the manager should know of a desk that is in force: for each policy of its lines the first stretch within two
/// weeks in which none of its steps would find anybody.
pub fn gaps_ahead(acts: &Acts, desk: &Desk) -> Vec<String> {
    let now = acts.clock().now();
    let end = now + AHEAD;
    let gaps = acts.gaps(desk, now, end).policies;
    let bare: Vec<&PolicyGap> =
        gaps.iter().filter(|gap| matches!(gap.found, Found::Nobody | Found::LastResort)).collect();
    let wall = |at| acts.book().to_wall(desk.zone(), at).format("%a %Y-%m-%d %H:%M").to_string();
    let mut told = BTreeSet::new();
    let first = bare.iter().enumerate().filter(|(_, gap)| told.insert(&gap.policy));
    first
        .map(|(index, gap)| {
            // What follows on with other reasons is the same stretch without anybody.
            let rest = bare[index..].iter().filter(|other| other.policy == gap.policy);
            let to = rest.fold(gap.from, |to, next| if next.from <= to { next.to } else { to });
            let until = if to < end { wall(to) } else { "at least two weeks on".into() };
            let why: Vec<String> = gap.why.iter().map(Lack::to_string).collect();
            let next = match gap.found {
                Found::Nobody => "not even its last resort would be reached",
                Found::LastResort | Found::Step { .. } => "its last resort would be paged",
            };
            let mut holes: Vec<&str> =
                gap.why.iter().filter(|lack| lack.reason == Reason::Hole).filter_map(|lack| lack.rota.as_deref()).collect();
            let mut once = BTreeSet::new();
            holes.retain(|rota| once.insert(*rota));
            let remedy = match holes.is_empty() {
                true => "see to their telephones, or put somebody else in their place".to_owned(),
                false => format!("add a layer or an override to the rota {}", holes.join(" or ")),
            };
            format!(
                "{}: nobody is on call for the policy `{}` from {} until {until} ({}), and {next} ({}); {remedy}",
                desk.key.as_str(),
                gap.policy,
                wall(gap.from),
                desk.zone(),
                why.join("; "),
            )
        })
        .collect()
}

/// What a desk's lines name and the installation does not have.
fn missing(file: &DeskFile, known: &Known) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, line) in file.desk.lines.iter().enumerate() {
        let index = index.to_string();
        let mut note = |part: &str, what: String, remedy: &str| {
            problems.push(file.problem(&["line", &index, part], what, remedy));
        };
        match known.flows.get(&line.flow) {
            None => note(
                "flow",
                format!("there is no voice flow `{}`", line.flow),
                "put it into the folder that the configuration names in `flows`, or use `emergency`",
            ),
            Some(spoken) => {
                for language in line.languages.iter().filter(|language| !spoken.contains(language)) {
                    let what = format!("the voice flow `{}` does not speak `{language}`", line.flow);
                    note("languages", what, "take the language out, or add its words to the flow");
                }
            }
        }
        if !known.carriers.contains(&line.carrier) {
            note(
                "carrier",
                format!("no carrier `{}` is configured", line.carrier),
                "write a [[carrier]] of that name in the configuration, or correct it",
            );
        }
    }
    problems
}
