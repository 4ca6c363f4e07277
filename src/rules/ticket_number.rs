//! Ticket numbers: digits, unique per line, so that they can be keyed on a telephone and said aloud; a prefix is for
//! writing only.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a ticket on its line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNumber(pub u64);

/// The text is no ticket number.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a ticket number is 1 to 18 digits")]
pub struct NotATicketNumber;

impl TicketNumber {
    /// Its digits with spaces between them, so that a voice says them one by one.
    pub fn spoken(self) -> String {
        let digits: Vec<String> = self.0.to_string().chars().map(String::from).collect();
        digits.join(" ")
    }
}

impl FromStr for TicketNumber {
    type Err = NotATicketNumber;
    /// At most 18 digits, so that every number that was ever read fits a column of the database.
    fn from_str(text: &str) -> Result<TicketNumber, NotATicketNumber> {
        let shape = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !shape {
            return Err(NotATicketNumber);
        }
        text.parse().map(TicketNumber).map_err(|_| NotATicketNumber)
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_only() {
        assert_eq!("1042".parse(), Ok(TicketNumber(1042)));
        assert_eq!("007".parse(), Ok(TicketNumber(7)));
        for text in ["", "+5", "-5", "1 2", "1234567890123456789", "١٢"] {
            assert_eq!(text.parse::<TicketNumber>(), Err(NotATicketNumber), "{text}");
        }
        assert_eq!(TicketNumber(1042).spoken(), "1 0 4 2");
    }
}
