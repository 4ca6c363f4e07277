//! Text that may be shown to the people it concerns and must not reach a log: numbers, and what people say and write.
//! The types exist for their `Debug`, so that no structure that holds one has to remember it.

use std::fmt;

use serde::Deserialize;

/// A telephone number, or whatever the carrier has in its place (a short code, a SIP address). Not checked: what the
/// product dials has been checked by the rules, what the carrier reports is taken as it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Number(String);

impl Number {
    /// Takes the text as it is.
    pub fn new(text: impl Into<String>) -> Number {
        Number(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a number in E.164: `+`, a country code, 7 to 15 digits in all.
    pub fn is_e164(&self) -> bool {
        let digits = self.0.strip_prefix('+').unwrap_or("");
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keep = self.0.chars().count().saturating_sub(2);
        write!(f, "…{}", self.0.chars().skip(keep).collect::<String>())
    }
}

/// What somebody said or wrote.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FreeText(String);

impl FreeText {
    /// Takes the text as it is.
    pub fn new(text: impl Into<String>) -> FreeText {
        FreeText(text.into())
    }

    /// The text. It may hold anything: escape it wherever it goes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FreeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} characters>", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_shows_itself_in_a_log() {
        assert_eq!(format!("{:?}", Number::new("+18025550147")), "…47");
        assert_eq!(format!("{:?}", Number::new("é")), "…é");
        assert_eq!(format!("{:?}", FreeText::new("my PIN is 4711")), "<14 characters>");
    }

    #[test]
    fn a_number_in_e164_is_told_from_what_is_not() {
        for (text, is) in [
            ("+18025550147", true),
            ("+431555", false),
            ("+4315550", true),
            ("18025550147", false),
            ("+08025550147", false),
            ("+1802555014712345", false),
            ("+1802555O147", false),
            ("sip:desk@example.com", false),
            ("", false),
        ] {
            assert_eq!(Number::new(text).is_e164(), is, "{text}");
        }
    }
}
