//! `nightbell flow check` and `nightbell flow play`: a desk's flow is tried at the command line before a line answers by
//! it. Reads files and turns problems into messages; every rule is in [`rules::flow`](crate::rules::flow). A flow is
//! named by its file, or by its bare name if it is one of those that are shipped inside the program.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::rules::flow::{Flow, Plan, play};
use crate::rules::source::Problem;

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

impl Refused {
    /// The exit code of a command that was given a bad file.
    pub const EXIT_CODE: u8 = 2;
}

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

/// Plays a scenario against a flow: its transcript, or what was expected and did not happen.
pub fn play_file(flow: &Path, scenario: &Path, plan: &dyn Plan) -> Result<String, Refused> {
    let flow = load(flow)?;
    let text = read(scenario)?;
    play::play(&flow, &text, plan)
        .map(|transcript| transcript.to_string())
        .map_err(|problems| refused(scenario, &problems))
}

fn load(file: &Path) -> Result<Flow, Refused> {
    let text = match file.to_str().and_then(shipped) {
        Some(text) if !file.exists() => text.to_owned(),
        _ => read(file)?,
    };
    Flow::parse(&text).map_err(|problems| refused(file, &problems))
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
