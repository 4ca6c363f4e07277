//! Desk files that are to come into force: whether this installation can keep what they say. Their flows are there and
//! speak their languages, their carriers are configured, their lines are nobody else's, and what is new of their names can
//! be one. The command line, the API and the pages all ask here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Desk, Line};
use crate::rules::contact::PhoneNumber;
use crate::rules::flow::Flow;
use crate::rules::source::{Problem, Source};
use crate::rules::written::Misread;

/// What a desk may name: voice flows, and carriers of the configuration; and the desks that are in force already.
#[derive(Clone, Debug)]
pub struct Known {
    /// By their names.
    flows: BTreeMap<String, Flow>,
    carriers: Vec<String>,
    desks: Vec<Arc<Desk>>,
}

impl Known {
    /// By the voice flows that are in force, and the names of the carriers.
    pub fn new<'a>(flows: impl IntoIterator<Item = &'a Flow>, carriers: Vec<String>) -> Known {
        let flows = flows.into_iter().map(|flow| (flow.name.clone(), flow.clone()));
        Known { flows: flows.collect(), carriers, desks: Vec::new() }
    }

    /// The same where those desks are in force, which keep the names that they have.
    pub fn beside(self, desks: Vec<Arc<Desk>>) -> Known {
        Known { desks, ..self }
    }
}

/// A desk file that could be read.
#[derive(Clone, Debug)]
pub struct DeskFile {
    name: String,
    text: String,
    desk: Desk,
}

/// A mistake in one of several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// What the file is called.
    pub file: String,
    /// What is wrong in it.
    pub problem: Problem,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.at(&self.file).fmt(f)
    }
}

impl DeskFile {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The desk that it describes.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Its text, byte for byte.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The desk and its text.
    pub fn into_parts(self) -> (Desk, String) {
        (self.desk, self.text)
    }

    /// Reads a desk file, as `name` when it is spoken of.
    pub fn read(name: String, text: String) -> Result<DeskFile, Vec<FileProblem>> {
        match Desk::parse(&text) {
            Ok(desk) => Ok(DeskFile { name, text, desk }),
            Err(found) => {
                let problem = |problem| FileProblem { file: name.clone(), problem };
                Err(found.into_iter().map(problem).collect())
            }
        }
    }

    /// A mistake, told with its line.
    fn problem(&self, path: &[&str], what: String, remedy: &str) -> FileProblem {
        let problem = match Source::parse(&self.text) {
            Ok(source) => source.problem(path, what, remedy),
            // It was read before, as the desk that it is.
            Err(_) => Problem { line: 1, what, remedy: remedy.to_owned() },
        };
        FileProblem { file: self.name.clone(), problem }
    }

    /// That it is the file of another desk than the one whose file it is to be.
    pub fn other_desk(&self, expected: &str) -> Option<FileProblem> {
        let key = self.desk.key.as_str();
        (key != expected).then(|| {
            let what = format!("this is the file of the desk `{key}`");
            self.problem(&["key"], what, &format!("write `{expected}`, or change that desk instead"))
        })
    }

    /// What its lines name and the installation does not have.
    fn missing(&self, known: &Known) -> Vec<FileProblem> {
        let mut problems = Vec::new();
        for (index, line) in self.desk.lines.iter().enumerate() {
            let index = index.to_string();
            let mut note = |part: &str, what: String, remedy: &str| {
                problems.push(self.problem(&["line", &index, part], what, remedy));
            };
            match known.flows.get(&line.flow) {
                None => {
                    let Misread { what, remedy } = no_flow(&line.flow);
                    note("flow", what, &remedy);
                }
                Some(flow) => {
                    let spoken = &flow.languages;
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
        for (index, audio) in self.desk.audio.iter().enumerate() {
            let (part, Misread { what, remedy }) = match known.flows.get(&audio.flow) {
                None => ("flow", no_flow(&audio.flow)),
                Some(flow) => match audio.misfit(flow) {
                    Some(misfit) => misfit,
                    None => continue,
                },
            };
            problems.push(self.problem(&["audio", &index.to_string(), part], what, &remedy));
        }
        problems
    }

    /// New names that can be none.
    fn no_names(&self, known: &Known) -> Vec<FileProblem> {
        let before = known.desks.iter().find(|desk| desk.key == self.desk.key);
        let names = self.desk.names();
        let wrong = names.iter().filter_map(|named| Some((named, named.check().err()?)));
        let new = wrong.filter(|(named, _)| !before.is_some_and(|desk| named.stands_in(desk)));
        new.map(|(named, misread)| {
            let path: Vec<&str> = named.path.iter().map(String::as_str).collect();
            self.problem(&path, misread.what, &misread.remedy)
        })
        .collect()
    }

    /// What it cannot have beside another file of the same change.
    fn collisions(&self, earlier: &DeskFile) -> Vec<FileProblem> {
        if self.desk.key == earlier.desk.key {
            let what = format!("the desk `{}` is also in {}", self.desk.key.as_str(), earlier.name);
            return vec![self.problem(&["key"], what, "give one of them another key, or apply one of them")];
        }
        self.lines_elsewhere("a line has one desk: take it out of one of them", |number| {
            earlier.desk.line(number).map(|_| format!("the line {number} is also in {}", earlier.name))
        })
    }

    /// The numbers of its lines that somebody else has, by `whose`.
    fn lines_elsewhere(
        &self,
        remedy: &str,
        whose: impl Fn(&PhoneNumber) -> Option<String>,
    ) -> Vec<FileProblem> {
        let lines = self.desk.lines.iter().enumerate();
        let problem = |(index, line): (usize, &Line)| {
            let what = whose(&line.number)?;
            Some(self.problem(&["line", &index.to_string(), "number"], what, remedy))
        };
        lines.filter_map(problem).collect()
    }
}

fn no_flow(name: &str) -> Misread {
    Misread {
        what: format!("there is no voice flow `{name}`"),
        remedy: "put it into the folder that the configuration names in `flows`, or use `emergency`"
            .to_owned(),
    }
}

/// Reads desk files, each by its name and text, and checks them for themselves and beside each other. Every mistake is
/// told.
pub fn read_files(
    files: impl IntoIterator<Item = (String, String)>,
    known: &Known,
) -> Result<Vec<DeskFile>, Vec<FileProblem>> {
    let mut problems = Vec::new();
    let mut read: Vec<DeskFile> = Vec::new();
    for (name, text) in files {
        match DeskFile::read(name, text) {
            Ok(file) => read.push(file),
            Err(found) => problems.extend(found),
        }
    }
    for (index, file) in read.iter().enumerate() {
        problems.extend(file.missing(known));
        problems.extend(file.no_names(known));
        for earlier in &read[..index] {
            problems.extend(file.collisions(earlier));
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

/// Lines of the files that another desk has (`owner`, by what is in force), and still has when all of them are in force.
pub fn taken_lines<'a>(
    files: &[DeskFile],
    owner: impl Fn(&PhoneNumber) -> Option<&'a Desk>,
) -> Vec<FileProblem> {
    let remedy = "correct the number, or take it out of that desk's file and apply both files";
    let of = |file: &DeskFile| {
        file.lines_elsewhere(remedy, |number| {
            // A desk that is among the files, this one included, is to have what they say.
            let owner = owner(number)?;
            let stays = files.iter().all(|file| file.desk.key != owner.key);
            stays.then(|| format!("the desk `{}` has the line {number}", owner.key.as_str()))
        })
    };
    files.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = include_str!("../../../tests/desks/reservations.toml");
    const FLOW: &str = include_str!("../../../voice-flows/emergency.toml");

    fn files(texts: &[(&str, &str)]) -> Result<Vec<DeskFile>, Vec<String>> {
        let known = Known::new(&[Flow::parse(FLOW).unwrap()], vec!["main".into()]);
        let files = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        read_files(files, &known).map_err(|found| found.iter().map(ToString::to_string).collect())
    }

    fn line_of(text: &str, part: &str) -> usize {
        1 + text.lines().position(|line| line.contains(part)).unwrap()
    }

    #[test]
    fn what_the_installation_lacks_is_told_with_its_line() {
        for (written, instead, told) in [
            ("flow = \"emergency\"", "flow = \"daytime\"", "there is no voice flow `daytime`; "),
            ("carrier = \"main\"", "carrier = \"other\"", "no carrier `other` is configured; "),
        ] {
            assert!(DESK.contains(written), "{written}");
            let text = DESK.replacen(written, instead, 1);
            let found = files(&[("a.toml", &text)]).unwrap_err();
            assert!(found[0].contains(told), "{found:?}");
            let line = line_of(&text, instead);
            assert!(found[0].starts_with(&format!("a.toml:{line}: ")), "{found:?}");
        }
        let mut german = Flow::parse(FLOW).unwrap();
        german.languages = vec!["de".into()];
        let known = Known::new(&[german], vec!["main".into()]);
        let found = read_files([("a.toml".to_owned(), DESK.to_owned())], &known).unwrap_err();
        assert_eq!(found[0].problem.what, "the voice flow `emergency` does not speak `en`");
        assert_eq!(found[0].problem.line, line_of(DESK, "languages = [\"en\"]"));
    }

    #[test]
    fn a_recording_for_what_the_flow_does_not_say_is_told_with_its_line() {
        let recording = "[[audio]]\nflow = \"emergency\"\nstep = \"triage\"\nlanguage = \"fr\"\n\
                         play = [\"https://desk.example.com/a.mp3\", \"{severity1}\"]\n";
        assert!(files(&[("a.toml", &format!("{DESK}\n{recording}"))]).is_ok());
        for (written, instead, told) in [
            ("flow = \"emergency\"", "flow = \"daytime\"", "there is no voice flow `daytime`; "),
            ("step = \"triage\"", "step = \"gone\"", "the voice flow `emergency` has no step `gone`; "),
            ("language = \"fr\"", "language = \"it\"", "the voice flow `emergency` does not speak `it`; "),
            ("play = [\"https:", "play = [\"http:", "`http://desk.example.com/a.mp3` is no address"),
            ("\"{severity1}\"", "\"{severity9}\"", "`{severity9}` is no field; "),
        ] {
            assert!(recording.contains(written), "{written}");
            let text = format!("{DESK}\n{}", recording.replacen(written, instead, 1));
            let found = files(&[("a.toml", &text)]).unwrap_err();
            assert!(found[0].contains(told), "{found:?}");
            let line = DESK.lines().count() + 1 + line_of(&text[DESK.len() + 1..], instead);
            assert!(found[0].starts_with(&format!("a.toml:{line}: ")), "{line}: {found:?}");
        }
        let text = format!("{DESK}\n{recording}\n{recording}");
        assert!(files(&[("a.toml", &text)]).unwrap_err()[0].contains("another recording is heard"));
    }

    #[test]
    fn a_new_name_that_can_be_none_is_told_with_its_line() {
        for (written, instead) in [
            ("name = \"Reservations Support\"", "name = \"Reservations\\u0000\""),
            ("label = \"Emergency line\"", "label = \"Emergency\\u202Eline\""),
            ("name = \"Ada Moss\"", "name = \"Ada\\nMoss\""),
            ("name = \"primary\"", "name = \"new\""),
            ("name = \"emergencies\"", "name = \"..\""),
            ("name = \"Thanksgiving\"", "name = \" \""),
        ] {
            assert!(DESK.contains(written), "{written}");
            let mut text = DESK.replace(written, instead);
            if instead.contains("new") {
                text = text.replace("rota:primary", "rota:new");
            }
            let found = files(&[("a.toml", &text)]).unwrap_err();
            let line = line_of(&text, instead);
            assert!(found[0].starts_with(&format!("a.toml:{line}: ")), "{instead}: {found:?}");
            assert_eq!(found.len(), 1, "{found:?}");
            // A name that is in force stays, and so may be put there again.
            let in_force = Arc::new(Desk::parse(&text).unwrap());
            let known = Known::new(&[Flow::parse(FLOW).unwrap()], vec!["main".into()]).beside(vec![in_force]);
            assert!(read_files([("a.toml".to_owned(), text)], &known).is_ok(), "{instead}");
        }
    }

    #[test]
    fn a_file_is_that_of_its_own_desk() {
        let file = files(&[("a.toml", DESK)]).unwrap().remove(0);
        assert_eq!(file.other_desk("reservations"), None);
        let line = line_of(DESK, "key = \"reservations\"");
        let told = file.other_desk("night").unwrap().to_string();
        assert!(
            told.starts_with(&format!("a.toml:{line}: this is the file of the desk `reservations`; ")),
            "{told}"
        );
    }

    #[test]
    fn a_line_may_move_between_files_of_one_change_only() {
        let night = DESK.replace("key = \"reservations\"", "key = \"night\"");
        let elsewhere = DESK.replace("+18025550100", "+18025550190");
        let in_force = Desk::parse(DESK).unwrap();
        let owner = |number: &PhoneNumber| in_force.line(number).map(|_| &in_force);
        let both = files(&[("a.toml", &elsewhere), ("b.toml", &night)]).unwrap();
        assert_eq!(taken_lines(&both, owner), []);
        let told = taken_lines(&both[1..], owner).remove(0).to_string();
        assert!(told.contains("the desk `reservations` has the line +18025550100; "), "{told}");
        let told = files(&[("a.toml", DESK), ("b.toml", &night)]).unwrap_err();
        assert!(told[0].contains("the line +18025550100 is also in a.toml; "), "{told:?}");
        let told = files(&[("a.toml", DESK), ("b.toml", DESK)]).unwrap_err();
        assert!(told[0].contains("the desk `reservations` is also in a.toml; "), "{told:?}");
    }
}
