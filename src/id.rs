//! Typed identifiers. Roots (tickets, bearer tokens …) are minted from an injected clock and rng by [`Ids`]; everything
//! beneath a root is derived from its parent and an ordinal, so that the same decision gives the same ids when it is
//! run again.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Timestamp;

/// An identifier of a `T`: opaque text, 26 to about 40 characters, safe in a URL's path.
pub struct Id<T>(String, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// Takes text that came from our own database or URL; nothing is checked, a wrong one finds nothing.
    pub fn from_text(text: impl Into<String>) -> Id<T> {
        Id(text.into(), PhantomData)
    }

    /// The id of the child `kind` number `ordinal`, e.g. `01J…-p3`.
    pub fn child<C>(&self, kind: char, ordinal: u32) -> Id<C> {
        Id(format!("{}-{kind}{ordinal}", self.0), PhantomData)
    }

    /// The text, as it stands in the database and in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Id(self.0.clone(), PhantomData)
    }
}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Id::from_text)
    }
}

/// Mints ids and secrets; the only source of chance.
#[derive(Debug)]
pub struct Ids(Mutex<StdRng>);

impl Ids {
    /// Seeded by the operating system.
    pub fn from_system() -> Ids {
        Ids(Mutex::new(rand::make_rng()))
    }

    /// The same ids each time: for tests.
    pub fn from_seed(seed: u64) -> Ids {
        Ids(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A new root id; later ones sort after earlier ones (ULID).
    pub fn mint<T>(&self, now: Timestamp) -> Id<T> {
        let random = self.with_rng(|rng| (u128::from(rng.next_u64()) << 64) | u128::from(rng.next_u64()));
        let millis = u64::try_from(now.0).unwrap_or(0);
        Id::from_text(ulid::Ulid::from_parts(millis, random).to_string())
    }

    /// 256 bits of chance as 64 hex digits: bearer tokens and unguessable addresses.
    pub fn secret(&self) -> String {
        let mut bytes = [0u8; 32];
        self.with_rng(|rng| rng.fill_bytes(&mut bytes));
        hex::encode(bytes)
    }

    /// A number in `0..bound` (0 if `bound` is 0): jitter.
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.with_rng(|rng| rng.next_u64() % bound) }
    }

    fn with_rng<R>(&self, use_rng: impl FnOnce(&mut StdRng) -> R) -> R {
        use_rng(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
