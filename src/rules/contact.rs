//! Telephone numbers and ways of reaching people. `caller_id` is what the network says, `callback_number` is what the
//! caller gave: both are [`PhoneNumber`]s, and they never go by the same name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A telephone number in E.164: `+`, a country code, at most 15 digits in all.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// The text is not a number in E.164.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a telephone number in international form, like +18025550100")]
pub struct NotAPhoneNumber(pub String);

impl PhoneNumber {
    /// With its `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits without the `+`.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }
}

impl FromStr for PhoneNumber {
    type Err = NotAPhoneNumber;
    fn from_str(text: &str) -> Result<PhoneNumber, NotAPhoneNumber> {
        let digits = text.strip_prefix('+').unwrap_or("");
        let shape = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if shape { Ok(PhoneNumber(text.to_owned())) } else { Err(NotAPhoneNumber(text.to_owned())) }
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NotAPhoneNumber;
    fn try_from(text: String) -> Result<PhoneNumber, NotAPhoneNumber> {
        text.parse()
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> String {
        number.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Shows only the last two digits: numbers never reach a log.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+…{}", &self.0[self.0.len() - 2..])
    }
}
