//! Keys: short names that people write in desk files and addresses.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The key of a `T` within its desk: 1 to 32 lower-case letters, digits and hyphens, beginning with a letter.
pub struct Key<T>(String, PhantomData<fn() -> T>);

/// The text is no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no key: use up to 32 lower-case letters, digits and hyphens, beginning with a letter")]
pub struct NotAKey(String);

impl<T> Key<T> {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T> FromStr for Key<T> {
    type Err = NotAKey;
    fn from_str(text: &str) -> Result<Key<T>, NotAKey> {
        let fits = text.len() <= 32
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits { Ok(Key(text.to_owned(), PhantomData)) } else { Err(NotAKey(text.to_owned())) }
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
