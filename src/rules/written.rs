//! What a person wrote, before and while it is understood: the parts of a desk file are first taken as the texts that
//! they are, then read into the types that the rules work with, so that one look finds every fault and not the first
//! alone. A fault knows its part; [`crate::rules::source::Source`] knows the lines of the parts.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Deserializer, Serialize};

/// A text that cannot be read as what it stands for.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{what}: {remedy}")]
pub struct Misread {
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do about it, as a sentence without a full stop.
    pub remedy: String,
}

impl Misread {
    /// "`text` is `no_what`"; `remedy` is what to write instead.
    pub fn new(text: &str, no_what: &str, remedy: impl Into<String>) -> Misread {
        Misread { what: format!("`{}` is {no_what}", text.trim()), remedy: remedy.into() }
    }
}

/// One fault of a desk file's part: which part, what, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Keys and array indices that lead to it, outermost first, from the part that was read: `["layer", "0", "agents"]`.
    pub path: Vec<String>,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do about it, as a sentence without a full stop.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path.join("."), self.what, self.remedy)
    }
}

/// The faults found so far, while a part is read.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault of the part at `path`.
    pub(crate) fn note(&mut self, path: &[&str], what: impl Into<String>, remedy: impl Into<String>) {
        let path = path.iter().map(|&part| part.to_owned()).collect();
        self.0.push(Fault { path, what: what.into(), remedy: remedy.into() });
    }

    /// The value, or its fault noted.
    pub(crate) fn take<T, E: Into<Misread>>(&mut self, path: &[&str], read: Result<T, E>) -> Option<T> {
        read.map_err(|error| {
            let Misread { what, remedy } = error.into();
            self.note(path, what, remedy);
        })
        .ok()
    }

    /// Reads each of a list's texts; those with a fault are noted and left out.
    pub(crate) fn take_each<T, E: Into<Misread>>(
        &mut self,
        path: &[&str],
        texts: &[String],
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let mut values = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let index = index.to_string();
            values.extend(self.take(&[path, &[&index]].concat(), read(text)));
        }
        values
    }

    /// The faults of a part within, found by a reader of its own.
    pub(crate) fn note_within(&mut self, path: &[&str], faults: Vec<Fault>) {
        self.0.extend(faults.into_iter().map(|fault| {
            let path = path.iter().map(|&part| part.to_owned()).chain(fault.path).collect();
            Fault { path, ..fault }
        }));
    }

    /// The whole, if there was no fault.
    pub(crate) fn finish<T>(self, whole: Option<T>) -> Result<T, Vec<Fault>> {
        match whole {
            Some(whole) if self.0.is_empty() => Ok(whole),
            _ => Err(self.0),
        }
    }
}

/// The faults as one text, for where a single error is asked for.
pub(crate) fn in_one_text(faults: Vec<Fault>) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// A date or a date with its time as text; in TOML it may stand with or without quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Moment(pub String);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Quoted(String),
            Bare(toml::value::Datetime),
        }
        Either::deserialize(from).map(|written| match written {
            Either::Quoted(text) => Moment(text),
            Either::Bare(moment) => Moment(moment.to_string()),
        })
    }
}

impl Moment {
    /// As a date, `2026-01-05`.
    pub(crate) fn date(&self) -> Result<NaiveDate, Misread> {
        let read: Option<NaiveDate> = self.0.trim().parse().ok();
        read.filter(|date| in_calendar(*date))
            .ok_or_else(|| Misread::new(&self.0, "no date", "write it like 2026-01-05"))
    }

    /// As a time on the wall, `2026-01-05T09:00`, to the minute or the second.
    pub(crate) fn wall(&self) -> Result<NaiveDateTime, Misread> {
        let text = self.0.trim().replacen(' ', "T", 1);
        NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M")
            .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S"))
            .ok()
            .filter(|wall| in_calendar(wall.date()))
            .ok_or_else(|| {
                let remedy = "write it like 2026-01-05T09:00, by the wall clock of the rota";
                Misread::new(&self.0, "no date with its time", remedy)
            })
    }
}

/// Whether TOML has the date too, which is far enough from where chrono's dates end for any arithmetic on them.
fn in_calendar(date: NaiveDate) -> bool {
    (1..=9999).contains(&date.year())
}
