//! Names of the people of a desk.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::written::Misread;

/// The short name of a `T`, as files, addresses and the API write it: lower-case letters, digits, `-`, `_`, 1 to 40 of
/// them, the first no sign.
pub struct Key<T>(String, PhantomData<fn() -> T>);

/// An agent's short name within his desk.
pub type AgentKey = Key<super::desk::Agent>;

impl<T> Key<T> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T> FromStr for Key<T> {
    type Err = Misread;
    fn from_str(text: &str) -> Result<Key<T>, Misread> {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let shape = (1..=40).contains(&text.len())
            && text.bytes().all(|byte| letter(byte) || byte == b'-' || byte == b'_')
            && text.bytes().next().is_some_and(letter);
        if shape {
            Ok(Key(text.to_owned(), PhantomData))
        } else {
            let remedy = "use lower-case letters, digits, - and _, at most 40, like ada";
            Err(Misread::new(text, "no short name", remedy))
        }
    }
}

impl<T> From<Key<T>> for String {
    fn from(key: Key<T>) -> String {
        key.0
    }
}
impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        Key(self.0.clone(), PhantomData)
    }
}
impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Key<T> {}
impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<T> fmt::Display for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<T> Serialize for Key<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}
impl<'de, T> Deserialize<'de> for Key<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
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
