//! The audit log: who changed what, when, from where. Its entries are a chain: each carries a hash over the one before
//! and over itself, so that whoever wrote down the newest hash can tell whether anything before it was changed, taken
//! out or put in.
//!
//! # How to check it with other tools
//! An entry's hash is the SHA-256, as 64 lower-case hex digits, over the hash of the entry before it (the same 64 digits
//! as text; 64 zeros before the first) followed by the entry as JSON in the canonical form of RFC 8785: UTF-8, no blanks,
//! the names in alphabetical order `action`, `actor`, `address`, `after`, `at`, `before`, `desk`, `ordinal`, `subject`.
//! `at` is in milliseconds since 1970-01-01T00:00:00Z; what is absent is null. `nightbell audit export` writes the log
//! as lines of hash, blank, JSON, so that this finds the first line that does not fit:
//!
//! ```sh
//! nightbell audit export | {
//!     previous=$(printf '%064d' 0)
//!     while read -r hash json; do
//!         previous=$(printf '%s%s' "$previous" "$json" | sha256sum | cut -d ' ' -f 1)
//!         [ "$previous" = "$hash" ] || { echo "does not fit: $json"; exit 1; }
//!     done
//! }
//! ```

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;

/// The hash before the first entry.
pub const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One change. The fields stand in alphabetical order, as the canonical form wants them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// What was done: `desk.apply`, `account.invite` …
    pub action: String,
    /// Who did it: an account's e-mail address, or `command line`, `signal`, `start`.
    pub actor: String,
    /// The network address from which it was done, if it came over the network.
    pub address: Option<String>,
    /// What is so since.
    pub after: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What was so before.
    pub before: Option<String>,
    /// The key of the desk that it belongs to, if it belongs to one.
    pub desk: Option<String>,
    /// 1, 2, 3 …
    pub ordinal: i64,
    /// To what or whom it was done.
    pub subject: String,
}

/// An entry as it stands in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub entry: AuditEntry,
    /// The hash of the entry before.
    pub previous: String,
    /// Its own.
    pub hash: String,
}

/// The newest entry: how many there are, and what stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its ordinal; 0 if there is none.
    pub ordinal: i64,
    /// Its hash.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Head {
        Head { ordinal: 0, hash: NO_HASH.to_owned() }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.ordinal, self.hash)
    }
}

/// A text that is no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is ORDINAL:HASH, as `nightbell audit head` prints it")]
pub struct NotAHead;

impl std::str::FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> Result<Head, NotAHead> {
        let (ordinal, hash) = text.split_once(':').ok_or(NotAHead)?;
        let ordinal: i64 = ordinal.parse().map_err(|_| NotAHead)?;
        let fits = ordinal >= 0 && hash.len() == NO_HASH.len() && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if fits { Ok(Head { ordinal, hash: hash.to_ascii_lowercase() }) } else { Err(NotAHead) }
    }
}

impl AuditEntry {
    /// The canonical JSON. serde_json escapes as RFC 8785 asks, and writes fields in the order of the type.
    pub fn canonical(&self) -> String {
        // Texts and whole numbers: there is nothing in it that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Its hash, after an entry of that hash.
    pub fn hash_after(&self, previous: &str) -> String {
        hex::encode(Sha256::new().chain_update(previous).chain_update(self.canonical()).finalize())
    }
}

/// Why a chain is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// What it says is not what was hashed.
    #[error("entry {0} was changed: its hash does not fit what it says")]
    Changed(i64),
    /// It was not written after the one before it.
    #[error("entry {0} does not follow the entry before it")]
    Unlinked(i64),
    /// There is none of that ordinal.
    #[error("entry {0} is missing")]
    Missing(i64),
    /// It is consistent, but another than the one whose head was written down.
    #[error("entry {0} is not the one whose hash was given")]
    Other(i64),
}

/// Walks a chain from its beginning.
#[derive(Clone, Debug)]
pub struct Walk {
    at: Head,
    expected: Option<Head>,
}

impl Walk {
    /// A walk that is to come by a head that was written down, if one is given.
    pub fn new(expected: Option<Head>) -> Walk {
        Walk { at: Head::default(), expected }
    }

    /// The last entry that fits.
    pub fn at(&self) -> &Head {
        &self.at
    }

    /// Goes on to the next entry.
    pub fn step(&mut self, link: &Link) -> Result<(), Broken> {
        let ordinal = self.at.ordinal + 1;
        if link.entry.ordinal != ordinal {
            return Err(Broken::Missing(ordinal));
        }
        if link.previous != self.at.hash {
            return Err(Broken::Unlinked(ordinal));
        }
        if link.entry.hash_after(&link.previous) != link.hash {
            return Err(Broken::Changed(ordinal));
        }
        if let Some(expected) = &self.expected
            && expected.ordinal == ordinal
            && expected.hash != link.hash
        {
            return Err(Broken::Other(ordinal));
        }
        self.at = Head { ordinal, hash: link.hash.clone() };
        Ok(())
    }

    /// There are no more entries, and the log says that this was its newest.
    pub fn end(self, newest: &Head) -> Result<Head, Broken> {
        let least = self.expected.map_or(0, |expected| expected.ordinal).max(newest.ordinal);
        if self.at.ordinal < least {
            return Err(Broken::Missing(self.at.ordinal + 1));
        }
        // Entries beyond the newest would have been put in from outside.
        if self.at != *newest {
            return Err(Broken::Unlinked(self.at.ordinal));
        }
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(ordinal: i64, subject: &str) -> AuditEntry {
        AuditEntry {
            action: "desk.apply".into(),
            actor: "command line".into(),
            address: None,
            after: Some("version 2".into()),
            at: Timestamp(1_795_000_000_000),
            before: Some("version 1".into()),
            desk: Some("reservations".into()),
            ordinal,
            subject: subject.into(),
        }
    }

    fn chain(subjects: &[&str]) -> Vec<Link> {
        let mut previous = NO_HASH.to_owned();
        let links = subjects.iter().zip(1..).map(|(subject, ordinal)| {
            let entry = entry(ordinal, subject);
            let hash = entry.hash_after(&previous);
            Link { entry, previous: std::mem::replace(&mut previous, hash.clone()), hash }
        });
        links.collect()
    }

    fn head_of(links: &[Link]) -> Head {
        links
            .last()
            .map(|link| Head { ordinal: link.entry.ordinal, hash: link.hash.clone() })
            .unwrap_or_default()
    }

    fn walk(links: &[Link], newest: &Head, expected: Option<&Head>) -> Result<Head, Broken> {
        let mut walk = Walk::new(expected.cloned());
        for link in links {
            walk.step(link)?;
        }
        walk.end(newest)
    }

    #[test]
    fn the_canonical_form_is_what_the_words_above_say() {
        let entry = AuditEntry { address: Some("192.0.2.7".into()), ..entry(7, "a \"b\"\\\n\u{1}é/💥") };
        assert_eq!(
            entry.canonical(),
            "{\"action\":\"desk.apply\",\"actor\":\"command line\",\"address\":\"192.0.2.7\",\
             \"after\":\"version 2\",\"at\":1795000000000,\"before\":\"version 1\",\"desk\":\"reservations\",\
             \"ordinal\":7,\"subject\":\"a \\\"b\\\"\\\\\\n\\u0001é/💥\"}"
        );
        // printf '%064d%s' 0 '…the text above…' | sha256sum
        let plain = AuditEntry {
            address: None,
            desk: None,
            after: None,
            before: None,
            ..super::tests::entry(1, "x")
        };
        assert_eq!(
            plain.canonical(),
            "{\"action\":\"desk.apply\",\"actor\":\"command line\",\"address\":null,\"after\":null,\
             \"at\":1795000000000,\"before\":null,\"desk\":null,\"ordinal\":1,\"subject\":\"x\"}"
        );
        assert_eq!(
            plain.hash_after(NO_HASH),
            "e25be9437a45119dfd09b8435fcfcc444f81f2dc51e8fef23950d5ae981cb111"
        );
    }

    #[test]
    fn a_chain_that_was_touched_is_found_out() {
        let good = chain(&["a", "b", "c"]);
        let newest = head_of(&good);
        let second = head_of(&good[..2]);
        assert_eq!(walk(&good, &newest, None), Ok(newest.clone()));
        assert_eq!(walk(&good, &newest, Some(&second)), Ok(newest.clone()));
        assert_eq!(walk(&[], &Head::default(), None), Ok(Head::default()));

        let mut changed = good.clone();
        changed[1].entry.subject = "z".into();
        assert_eq!(walk(&changed, &newest, None), Err(Broken::Changed(2)));
        // Whoever hashes it again has to hash all that follow …
        changed[1].hash = changed[1].entry.hash_after(&changed[1].previous);
        assert_eq!(walk(&changed, &newest, None), Err(Broken::Unlinked(3)));
        // … and then the head is another.
        let other = chain(&["a", "z", "c"]);
        assert_eq!(walk(&other, &head_of(&other), None), Ok(head_of(&other)));
        assert_eq!(walk(&other, &head_of(&other), Some(&newest)), Err(Broken::Other(3)));

        let without = [good[0].clone(), good[2].clone()];
        assert_eq!(walk(&without, &newest, None), Err(Broken::Missing(2)));
        assert_eq!(walk(&good[1..], &newest, None), Err(Broken::Missing(1)));
        assert_eq!(walk(&good[..2], &newest, None), Err(Broken::Missing(3)));
        assert_eq!(walk(&good[..2], &second, Some(&newest)), Err(Broken::Missing(3)));
        assert_eq!(walk(&good, &second, None), Err(Broken::Unlinked(3)));
    }

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let head = Head { ordinal: 12, hash: "ab".repeat(32) };
        assert_eq!(head.to_string().parse(), Ok(head));
        for text in ["", "12", "12:", "x:00", "-1:00", &format!("1:{}", "g".repeat(64))] {
            assert_eq!(text.parse::<Head>(), Err(NotAHead), "{text}");
        }
    }
}
