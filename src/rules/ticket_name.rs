//! How a text names a ticket: by its number, and by the end of its line's number where several lines gave the same one,
//! as in `1001/0105`. Digits alone, so that it can be typed on any telephone.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::contact::PhoneNumber;
use super::ticket_number::TicketNumber;

/// So many digits of a line's number, at least and at most.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=15;

/// A ticket as a text names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TicketName {
    /// Its number on its line.
    pub number: TicketNumber,
    /// Which line's, if that was said.
    pub line: Option<LineEnd>,
}

/// The last digits of a line's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LineEnd {
    value: u64,
    digits: usize,
}

/// The text names no ticket.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a ticket is named by 1 to 18 digits, or by them and the end of its line's number: 1001/0105")]
pub struct NotATicketName;

impl TicketName {
    /// Whether this ticket of that line is meant, or may be.
    pub fn fits(self, number: TicketNumber, line: &PhoneNumber) -> bool {
        self.number == number && self.line.is_none_or(|end| end.fits(line))
    }

    /// The shortest names by which these tickets are told from each other.
    pub fn of_each(tickets: &[(TicketNumber, &PhoneNumber)]) -> Vec<TicketName> {
        let name = |(number, line): &(TicketNumber, &PhoneNumber)| {
            let others = tickets.iter().filter(|(other, _)| other == number).map(|(_, line)| *line);
            let lines: BTreeSet<&PhoneNumber> = others.collect();
            let tells = |count: usize| {
                let ends: BTreeSet<&str> = lines.iter().map(|line| end_of(line, count)).collect();
                ends.len() == lines.len()
            };
            let count = DIGITS.into_iter().find(|count| tells(*count)).filter(|_| lines.len() > 1);
            TicketName { number: *number, line: count.and_then(|count| end_of(line, count).parse().ok()) }
        };
        tickets.iter().map(name).collect()
    }
}

/// The last digits of a number; all of them, if it has no more.
fn end_of(line: &PhoneNumber, count: usize) -> &str {
    let digits = line.as_str().trim_start_matches('+');
    digits.get(digits.len().saturating_sub(count)..).unwrap_or(digits)
}

impl LineEnd {
    fn fits(self, line: &PhoneNumber) -> bool {
        line.as_str().ends_with(&self.to_string())
    }
}

impl From<TicketNumber> for TicketName {
    fn from(number: TicketNumber) -> TicketName {
        TicketName { number, line: None }
    }
}

impl FromStr for TicketName {
    type Err = NotATicketName;
    fn from_str(text: &str) -> Result<TicketName, NotATicketName> {
        let (number, line) = match text.split_once('/') {
            Some((number, line)) => (number, Some(line.parse()?)),
            None => (text, None),
        };
        Ok(TicketName { number: number.parse().map_err(|_| NotATicketName)?, line })
    }
}

impl FromStr for LineEnd {
    type Err = NotATicketName;
    fn from_str(text: &str) -> Result<LineEnd, NotATicketName> {
        let shape = DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let value = text.parse().ok().filter(|_| shape).ok_or(NotATicketName)?;
        Ok(LineEnd { value, digits: text.len() })
    }
}

impl fmt::Display for TicketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}/{line}", self.number),
            None => self.number.fmt(f),
        }
    }
}

impl fmt::Display for LineEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.value, width = self.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: &str) -> PhoneNumber {
        number.parse().unwrap()
    }

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for text in ["1001", "1001/0105", "7/18025550105"] {
            assert_eq!(text.parse::<TicketName>().unwrap().to_string(), text);
        }
        for text in ["", "1001/", "/0105", "1001/105", "1001/+105", "1001/0105/1", "a/0105"] {
            assert_eq!(text.parse::<TicketName>(), Err(NotATicketName), "{text}");
        }
    }

    #[test]
    fn the_end_of_a_line_tells_its_ticket_from_another_of_that_number() {
        let name: TicketName = "1001/0105".parse().unwrap();
        assert!(name.fits(TicketNumber(1001), &line("+18025550105")));
        assert!(!name.fits(TicketNumber(1001), &line("+18025550100")));
        assert!(!name.fits(TicketNumber(1002), &line("+18025550105")));
        assert!(TicketName::from(TicketNumber(1001)).fits(TicketNumber(1001), &line("+18025550105")));
    }

    #[test]
    fn names_are_as_long_as_they_must_be() {
        let (near, far, other) = (line("+18025550100"), line("+16175550100"), line("+18025550105"));
        for (tickets, expected) in [
            (vec![(1001, &near), (1002, &other)], vec!["1001", "1002"]),
            (vec![(1001, &near), (1001, &other), (1002, &far)], vec!["1001/0100", "1001/0105", "1002"]),
            (vec![(1001, &near), (1001, &far)], vec!["1001/25550100", "1001/75550100"]),
        ] {
            let tickets: Vec<_> =
                tickets.into_iter().map(|(number, line)| (TicketNumber(number), line)).collect();
            let names: Vec<String> = TicketName::of_each(&tickets).iter().map(ToString::to_string).collect();
            assert_eq!(names, expected);
        }
    }
}
