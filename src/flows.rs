//! `nightbell flow check`, `flow play` and `flow draw`: a desk's flow is tried, and looked at, at the command line before
//! a line answers by it. Reads files and turns problems into messages; every rule is in [`rules::flow`](crate::rules::flow). A flow is
//! named by its file, or by its bare name if it is one of those that are shipped inside the program.

mod draw;

pub use draw::{draw, draw_in_page};

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::rules::desk::Desk;
use crate::rules::flow::kept::FlowFile;
use crate::rules::flow::play::{self, Instant};
use crate::rules::flow::{Flow, Plan};
use crate::rules::source::Problem;
use crate::rules::zone::ZoneBook;

/// The flows inside the program: name and text.
const SHIPPED: &[(&str, &str)] = &[("emergency", include_str!("../voice-flows/emergency.toml"))];

/// The text of a flow that comes with the program, so that it runs without a folder beside it.
pub fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

/// The names of the flows that come with the program.
pub fn shipped_names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Files that were refused: one message a line, `file:line: what; remedy`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused(pub Vec<String>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Checks flows; a line about each, or every problem of all of them. Without a file, the shipped ones are checked.
pub fn check_files(files: &[PathBuf]) -> Result<String, Refused> {
    let shipped: Vec<PathBuf> = shipped_names().map(PathBuf::from).collect();
    let files = if files.is_empty() { &shipped } else { files };
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for file in files {
        match load(file) {
            Ok(flow) => good.push(format!(
                "{}: flow {} is good; version {}, {}",
                file.display(),
                flow.name,
                flow.version(),
                flow.languages.join(", ")
            )),
            Err(Refused(messages)) => bad.extend(messages),
        }
    }
    if bad.is_empty() { Ok(good.join("\n")) } else { Err(Refused(bad)) }
}

/// The flows that a server has beside what is kept in its database: those in the folder, if there is one, and the shipped
/// ones whose names they leave free. All that is wrong with any of them, or with what they are called, is told at once.
pub fn load_all(folder: Option<&Path>) -> Result<Vec<FlowFile>, Refused> {
    let mut named: BTreeMap<String, (PathBuf, FlowFile)> = BTreeMap::new();
    let mut bad = Vec::new();
    for file in folder.map(files_in).transpose()?.unwrap_or_default() {
        let loaded = read(&file).and_then(|text| {
            let flow = Flow::prove(&text).map_err(|problems| refused(&file, &problems))?;
            Ok((flow.name, FlowFile { text, shipped: false }))
        });
        match loaded {
            Err(Refused(messages)) => bad.extend(messages),
            Ok((name, flow)) => match named.entry(name) {
                Entry::Vacant(slot) => {
                    slot.insert((file, flow));
                }
                Entry::Occupied(other) => bad.push(format!(
                    "{}:1: flow `{}` is also in {}; rename one of them",
                    file.display(),
                    other.key(),
                    other.get().0.display()
                )),
            },
        }
    }
    if !bad.is_empty() {
        return Err(Refused(bad));
    }
    for (name, text) in SHIPPED {
        let ours = || (PathBuf::from(name), FlowFile { text: (*text).to_owned(), shipped: true });
        named.entry((*name).to_owned()).or_insert_with(ours);
    }
    Ok(named.into_values().map(|(_, flow)| flow).collect())
}

/// The `*.toml` files of a folder, in the order of their names.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Refused> {
    let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let entries = entries.map_err(|error| {
        Refused(vec![format!(
            "{}: the folder of voice flows cannot be read: {error}; correct `flows` in the configuration",
            folder.display()
        )])
    })?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    Ok(files)
}

/// Plays a scenario against a flow, in all its languages and at those instants: its transcript and how often it was
/// played, or what was expected and did not happen.
pub fn play_file(
    flow: &Path,
    scenario: &Path,
    plan: &dyn Plan,
    instants: &[Instant],
) -> Result<(String, usize), Refused> {
    let flow = load(flow)?;
    let text = read(scenario)?;
    play::play_at(&flow, &text, plan, instants)
        .map(|(transcript, played)| (transcript.to_string(), played))
        .map_err(|problems| refused(scenario, &problems))
}

/// Instants, with what the calendars of the desks say of them whose files they name.
pub fn instants(file: &Path) -> Result<Vec<Instant>, Refused> {
    let text = read(file)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let calendar = |desk: &str| {
        let desk = folder.join(desk);
        let text = read(&desk).map_err(|Refused(told)| told.join("; "))?;
        let desk = Desk::parse(&text).map_err(|problems| refused(&desk, &problems).0.join("; "))?;
        Ok(desk.hours)
    };
    play::instants(&text, calendar, &ZoneBook::bundled()).map_err(|problems| refused(file, &problems))
}

/// A flow as a picture: the text of an SVG file. One that cannot be laid out is told in words instead, and is refused all
/// the same, so that nobody takes them for a picture.
pub fn draw_file(file: &Path) -> Result<String, Refused> {
    let flow = load(file)?;
    draw(&flow).ok_or_else(|| {
        let steps = flow.outline();
        let told = steps.iter().map(|step| format!("  {step}"));
        let what = "its ways are too many and too long to be drawn; here are its steps in words";
        Refused(std::iter::once(format!("{}:1: {what}", file.display())).chain(told).collect())
    })
}

fn load(file: &Path) -> Result<Flow, Refused> {
    let text = match file.to_str().and_then(shipped) {
        Some(text) if !file.exists() => text.to_owned(),
        _ => read(file)?,
    };
    Flow::prove(&text).map_err(|problems| refused(file, &problems))
}

fn read(file: &Path) -> Result<String, Refused> {
    std::fs::read_to_string(file).map_err(|error| {
        Refused(vec![format!("{}: cannot be read: {error}; name a text file in UTF-8", file.display())])
    })
}

fn refused(file: &Path, problems: &[Problem]) -> Refused {
    let file = file.display().to_string();
    Refused(problems.iter().map(|problem| problem.at(&file).to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_flows_are_good() {
        assert!(shipped("emergency").is_some());
        assert_eq!(shipped("none"), None);
        let report = check_files(&[]).unwrap();
        assert!(report.starts_with("emergency: flow emergency is good; version "), "{report}");
    }

    #[test]
    fn a_folder_adds_to_the_shipped_flows_and_replaces_them_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let emergency = shipped("emergency").unwrap();
        let load = |folder: Option<&Path>| {
            let all = load_all(folder).unwrap();
            all.into_iter().map(|file| (file.text, file.shipped)).collect::<Vec<_>>()
        };
        assert_eq!(load(None), [(emergency.to_owned(), true)]);

        let night = emergency.replace("name = \"emergency\"", "name = \"night\"");
        let own = format!("# ours\n{emergency}");
        write("b.toml", &night);
        write("a.toml", &own);
        write("notes.txt", "no flow at all");
        assert_eq!(load(Some(folder.path())), [(own.clone(), false), (night.clone(), false)]);

        write("c.toml", &night);
        write("d.toml", "name = ");
        let Refused(messages) = load_all(Some(folder.path())).unwrap_err();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(messages[0].contains("c.toml:1: flow `night` is also in "), "{messages:?}");
        assert!(messages[1].contains("d.toml:1: "), "{messages:?}");
        assert!(load_all(Some(&folder.path().join("none"))).is_err());
    }

    #[test]
    fn what_cannot_be_drawn_is_told_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("wide.toml");
        std::fs::write(&file, include_str!("../tests/flows/wide.toml")).unwrap();
        let Refused(lines) = draw_file(&file).unwrap_err();
        let what = "its ways are too many and too long to be drawn; here are its steps in words";
        assert_eq!(lines[0], format!("{}:1: {what}", file.display()));
        assert_eq!(lines.len(), 1 + load(&file).unwrap().outline().len());
        for line in [
            "  m0 (a call begins here): menu, “Which one?” → m1 (1), m2 (2), m3 (3)",
            "  end: hang up, “Goodbye.”; the call ends",
            "  lost (a call that lost its place goes on here): page who is on call → end",
        ] {
            assert!(lines.iter().any(|told| told.starts_with(line)), "{line} in {lines:#?}");
        }
    }

    #[test]
    fn every_bad_file_is_reported_with_its_lines() {
        let folder = tempfile::tempdir().unwrap();
        let bad = folder.path().join("bad.toml");
        std::fs::write(&bad, "name = \"bad\"\nlanguages = [\"en\"]\nstart = \n").unwrap();
        let missing = folder.path().join("missing.toml");
        let Refused(messages) = check_files(&[bad.clone(), missing.clone()]).unwrap_err();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(messages[0].starts_with(&format!("{}:3: ", bad.display())), "{messages:?}");
        assert!(messages[1].starts_with(&format!("{}: cannot be read", missing.display())), "{messages:?}");
    }
}
