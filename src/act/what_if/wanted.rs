//! What is asked, as it is written at the command line, in the address of the API and in the form of the page: the same
//! words mean the same there, and what cannot be read is told with what to write.

use super::{Asked, LONGEST_SPAN};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::number_plan;
use crate::rules::zone::ZoneBook;

/// What a caller's number is called who withholds it.
const WITHHELD: [&str; 3] = ["", "anonymous", "withheld"];

/// What is asked, as it is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Which line of the desk rings; its first, if nothing is written.
    pub line: &'a str,
    /// Who calls; withheld, if nothing is written.
    pub from: &'a str,
    /// When, on the desk's clock unless it carries an offset; now, if nothing is written.
    pub at: &'a str,
    /// Until when cover is looked at as well; not at all, if nothing is written.
    pub until: &'a str,
}

/// What is asked, read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The call.
    pub asked: Asked,
    /// Until when cover is looked at.
    pub until: Option<Timestamp>,
    /// What is to be told of the times that were written.
    pub doubts: Vec<String>,
}

/// Something that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Unfit {
    /// Of what: `line`, `from`, `at` or `until`.
    pub field: &'static str,
    /// What to write.
    pub words: String,
}

impl Wanted<'_> {
    /// What is meant at that desk, now.
    pub fn read(&self, desk: &Desk, book: &ZoneBook, now: Timestamp) -> Result<Read, Unfit> {
        let line = self.read_line(desk)?;
        let from = read_from(self.from)?;
        let mut doubts = Vec::new();
        let mut instant = |field: &'static str, text: &str| match text.trim() {
            "" => Ok(None),
            text => {
                let said = book.read_said(desk.zone(), text);
                let said = said.map_err(|error| Unfit { field, words: format!("`{text}`: {error}") })?;
                doubts.extend(said.doubt);
                Ok(Some(said.at))
            }
        };
        let at = instant("at", self.at)?.unwrap_or(now);
        let until = instant("until", self.until)?;
        if until.is_some_and(|until| until <= at || until > at + LONGEST_SPAN) {
            let words = "write a time that is later than the call, by a year at most".to_owned();
            return Err(Unfit { field: "until", words });
        }
        Ok(Read { asked: Asked { desk: desk.clone(), line, from, at }, until, doubts })
    }

    fn read_line(&self, desk: &Desk) -> Result<PhoneNumber, Unfit> {
        let first = desk.lines.first().filter(|_| self.line.trim().is_empty());
        let read = plus(self.line).parse::<PhoneNumber>().ok();
        let known = read.as_ref().and_then(|number| desk.line(number));
        let lines: Vec<&str> = desk.lines.iter().map(|line| line.number.as_str()).collect();
        let unfit = || {
            let words = format!("`{}` is no line of the desk; it has {}", self.line, lines.join(", "));
            Unfit { field: "line", words }
        };
        known.or(first).map(|line| line.number.clone()).ok_or_else(unfit)
    }
}

fn read_from(text: &str) -> Result<String, Unfit> {
    let text = plus(text);
    if WITHHELD.contains(&text.to_ascii_lowercase().as_str()) {
        return Ok(String::new());
    }
    // What networks write in the place of a number is one as well.
    let is_number = number_plan::caller_id(&text).is_some() || text.parse::<PhoneNumber>().is_ok();
    let words = || {
        format!("`{text}`: write a number like +18025550121, or `anonymous` for a caller who withholds his")
    };
    if is_number { Ok(text) } else { Err(Unfit { field: "from", words: words() }) }
}

/// In an address, a `+` that was not encoded arrives as a space.
fn plus(text: &str) -> String {
    match text.strip_prefix(' ') {
        Some(digits) if digits.starts_with(|first: char| first.is_ascii_digit()) => format!("+{digits}"),
        _ => text.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = include_str!("../../../tests/desks/reservations.toml");

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn read(wanted: Wanted<'_>) -> Result<Read, Unfit> {
        wanted.read(&Desk::parse(DESK).unwrap(), &ZoneBook::bundled(), NOW)
    }

    #[test]
    fn what_is_left_out_is_the_first_line_now_and_a_withheld_number() {
        let Read { asked, until, doubts } = read(Wanted::default()).unwrap();
        assert_eq!((asked.line.as_str(), &*asked.from, asked.at), ("+18025550100", "", NOW));
        assert_eq!((until, doubts), (None, Vec::new()));
    }

    #[test]
    fn times_are_the_desks_and_doubts_are_told() {
        let wanted = Wanted { at: "2026-11-01T01:30", until: "2026-11-02T00:00Z", ..Wanted::default() };
        let Read { asked, until, doubts } = read(wanted).unwrap();
        assert_eq!(asked.at.to_string(), "2026-11-01T05:30:00.000Z");
        assert_eq!(until.map(|at| at.to_string()).as_deref(), Some("2026-11-02T00:00:00.000Z"));
        assert!(doubts.len() == 1 && doubts[0].contains("twice"), "{doubts:?}");
    }

    #[test]
    fn numbers_are_read_as_networks_write_them() {
        for (from, caller) in [
            ("+18025550121", "+18025550121"),
            (" 18025550121", "+18025550121"),
            ("anonymous", ""),
            ("Withheld", ""),
            ("+266696687", "+266696687"),
        ] {
            let Read { asked, .. } = read(Wanted { from, ..Wanted::default() }).unwrap();
            assert_eq!(asked.from, caller, "{from}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_to_write() {
        let none = Wanted::default();
        for (wanted, field, told) in [
            (Wanted { line: "+18025550198", ..none }, "line", "it has +18025550100"),
            (Wanted { from: "8025550121", ..none }, "from", "write a number like +18025550121"),
            (Wanted { at: "tonight", ..none }, "at", "`tonight`: write a day and a time"),
            (Wanted { at: "2026-12-25T03:00", until: "2026-12-25T03:00", ..none }, "until", "later"),
            (Wanted { at: "2026-12-25T03:00", until: "2028-12-25T03:00", ..none }, "until", "a year"),
            (Wanted { until: "soon", ..none }, "until", "`soon`"),
        ] {
            let unfit = read(wanted).unwrap_err();
            assert_eq!(unfit.field, field, "{wanted:?}");
            assert!(unfit.words.contains(told), "{unfit:?}");
        }
    }
}
