//! Names of the people of a desk.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::written::Misread;

/// An agent's short name within his desk, as rotas, policies and the API write it: lower-case letters, digits, `-`, `_`,
/// 1 to 40 of them, the first no sign.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgentKey(String);

impl AgentKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AgentKey {
    type Err = Misread;
    fn from_str(text: &str) -> Result<AgentKey, Misread> {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let shape = (1..=40).contains(&text.len())
            && text.bytes().all(|byte| letter(byte) || byte == b'-' || byte == b'_')
            && text.bytes().next().is_some_and(letter);
        if shape {
            Ok(AgentKey(text.to_owned()))
        } else {
            let remedy = "use lower-case letters, digits, - and _, at most 40, like ada";
            Err(Misread::new(text, "no agent's short name", remedy))
        }
    }
}

impl TryFrom<String> for AgentKey {
    type Error = Misread;
    fn try_from(text: String) -> Result<AgentKey, Misread> {
        text.parse()
    }
}

impl From<AgentKey> for String {
    fn from(key: AgentKey) -> String {
        key.0
    }
}

impl fmt::Display for AgentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AgentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_slugs() {
        for good in ["ada", "b", "ben-2", "7of9", "a_b"] {
            assert_eq!(good.parse::<AgentKey>().unwrap().as_str(), good);
        }
        for bad in ["", "Ada", "-ada", "_", "a b", "ad\u{e4}", &"a".repeat(41)] {
            assert!(bad.parse::<AgentKey>().is_err(), "{bad}");
        }
    }
}
