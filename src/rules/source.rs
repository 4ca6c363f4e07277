//! TOML that a person wrote (desk files, voice flows, scenarios, configuration), with the lines of its parts, so that
//! every complaint says where it is and what to do about it.

mod recover;

use std::fmt;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use recover::Recovered;

/// One error in a file: where, what, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do about it, as a sentence without a full stop.
    pub remedy: String,
}

impl Problem {
    /// `file:line: what; remedy`, as the command line prints it.
    pub fn at<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        struct At<'a>(&'a Problem, &'a str);
        impl fmt::Display for At<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{}: {}; {}", self.1, self.0.line, self.0.what, self.0.remedy)
            }
        }
        At(self, file)
    }
}

/// A TOML text whose parts know their lines.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Source<'a> {
    /// Reads the text as TOML.
    pub fn parse(text: &'a str) -> Result<Source<'a>, Problem> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Source { text, root }),
            Err(error) => Err(toml_problem(text, &error)),
        }
    }

    /// Decodes the whole text; an unknown key, a missing one or a wrong type is a problem with its line.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        toml::from_str(self.text).map_err(|error| toml_problem(self.text, &error))
    }

    /// The line of the part at `path` (keys and array indices, outermost first), or of its nearest enclosing part that
    /// exists.
    pub fn line_of(&self, path: &[&str]) -> usize {
        let mut offset = 0;
        let mut table = Some(self.root.get_ref());
        let mut array: Option<&toml::de::DeArray<'_>> = None;
        for part in path {
            let next = if let Some(inside) = table {
                inside
                    .iter()
                    .find(|(key, _)| key.get_ref() == part)
                    .map(|(key, value)| (key.span().start, value))
            } else if let (Some(inside), Ok(index)) = (array, part.parse::<usize>()) {
                inside.get(index).map(|value| (value.span().start, value))
            } else {
                None
            };
            let Some((start, value)) = next else { break };
            offset = start;
            (table, array) = match value.get_ref() {
                DeValue::Table(inside) => (Some(inside), None),
                DeValue::Array(inside) => (None, Some(inside)),
                _ => (None, None),
            };
        }
        line_at(self.text, offset)
    }

    /// A problem at `path`.
    pub fn problem(&self, path: &[&str], what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem { line: self.line_of(path), what: what.into(), remedy: remedy.into() }
    }
}

fn toml_problem(text: &str, error: &toml::de::Error) -> Problem {
    Problem {
        line: line_at(text, error.span().map_or(0, |span| span.start)),
        what: error.message().lines().collect::<Vec<_>>().join(", "),
        remedy: "correct the line".into(),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "a = 1\n\n[steps.greet]\nnext = \"b\"\n\n[[rota]]\nname = \"x\"\n\n[[rota]]\nname = \"y\"\n";

    #[test]
    fn parts_know_their_lines() {
        let source = Source::parse(TEXT).unwrap();
        assert_eq!(source.line_of(&["steps", "greet", "next"]), 4);
        assert_eq!(source.line_of(&["rota", "1", "name"]), 10);
        assert_eq!(source.line_of(&["steps", "greet", "missing"]), 3);
    }

    #[test]
    fn broken_toml_names_its_line() {
        assert_eq!(Source::parse("a = 1\nb = \n").unwrap_err().line, 2);
    }
}
