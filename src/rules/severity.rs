//! Severities 1 (an emergency) to 4 (whenever there is time).

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad it is: 1 is an emergency and pages at night, 4 waits in the queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(try_from = "u8", into = "u8")]
pub struct Severity(u8);

impl Severity {
    /// An emergency.
    pub const ONE: Severity = Severity(1);
    /// Serious, for the next support hours.
    pub const TWO: Severity = Severity(2);
    /// Ordinary.
    pub const THREE: Severity = Severity(3);
    /// Whenever there is time.
    pub const FOUR: Severity = Severity(4);

    /// Whether it pages at once.
    pub fn is_emergency(self) -> bool {
        self == Severity::ONE
    }
}

impl TryFrom<u8> for Severity {
    type Error = String;
    fn try_from(level: u8) -> Result<Severity, String> {
        if (1..=4).contains(&level) {
            Ok(Severity(level))
        } else {
            Err(format!("{level} is no severity: use 1 to 4"))
        }
    }
}

impl From<Severity> for u8 {
    fn from(severity: Severity) -> u8 {
        severity.0
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
