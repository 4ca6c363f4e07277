//! Where a list goes on: opaque to programs, which send back what they were given. A cursor says a place and no more;
//! what may be seen from there is asked of each request anew.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::asked::Limit;
use crate::clock::Timestamp;
use crate::id::Id;
use crate::rules::leave::Leave;
use crate::rules::ticket::Ticket;

/// Digits of an instant in a cursor, and letters of an id (ULID).
const INSTANT: usize = 16;
const ID: usize = 26;

/// After something in the order of time, and of ids at the same instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AfterTime<T>(pub(super) (Timestamp, Id<T>));

/// After a ticket, in the order of their opening.
pub(super) type AfterTicket = AfterTime<Ticket>;

/// After an absence, in the order of their beginnings.
pub(super) type AfterLeave = AfterTime<Leave>;

impl<T> fmt::Display for AfterTime<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, id) = &self.0;
        write!(f, "{:0INSTANT$x}{id}", at.0)
    }
}

/// Whether that is an id of ours: a ULID, or of what belongs to something else, with a number behind it (`-l12`).
fn is_id(text: &str) -> bool {
    let (id, child) = text.split_at_checked(ID).unwrap_or((text, ""));
    let number = child.strip_prefix("-l").unwrap_or_default();
    id.len() == ID
        && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && (child.is_empty() || (1..=4).contains(&number.len()))
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'de, T> Deserialize<'de> for AfterTime<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<AfterTime<T>, D::Error> {
        let text = String::deserialize(from)?;
        let read = || {
            let (at, id) = text.split_at_checked(INSTANT)?;
            let shape = at.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) && is_id(id);
            let at = i64::from_str_radix(at, 16).ok().filter(|_| shape)?;
            Some(AfterTime((Timestamp(at), Id::from_text(id))))
        };
        read().ok_or_else(|| D::Error::custom("send the `next` of the page before, as it was"))
    }
}

impl<T> PartialSchema for AfterTime<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^[0-7][0-9a-f]{{{}}}[0-9A-Z]{{{ID}}}(-l[0-9]{{1,4}})?$", INSTANT - 1)))
            .description(Some("Where a list in the order of time goes on."))
            .into()
    }
}

impl<T> ToSchema for AfterTime<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        "TimeCursor".into()
    }
}

/// Below a number, in a list that is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Below(pub(super) i64);

impl fmt::Display for Below {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

impl<'de> Deserialize<'de> for Below {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Below, D::Error> {
        let text = String::deserialize(from)?;
        let digits = text.strip_prefix('b').filter(|digits| {
            (1..=18).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !digits.starts_with('0')
        });
        let below = digits.and_then(|digits| digits.parse().ok()).map(Below);
        below.ok_or_else(|| D::Error::custom("send the `next` of the page before, as it was"))
    }
}

impl PartialSchema for Below {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^b[1-9][0-9]{0,17}$"))
            .description(Some("Where a numbered list goes on."))
            .into()
    }
}

impl ToSchema for Below {
    fn name() -> std::borrow::Cow<'static, str> {
        "Cursor".into()
    }
}

/// After something, by the bytes of the text that gives its place in the order of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct After(Vec<u8>);

/// The longest such text, in bytes: a name and an address fit in well.
const LONGEST: usize = 2000;

impl After {
    /// Behind that place.
    pub(super) fn of(place: &str) -> After {
        After(place.as_bytes().to_vec())
    }

    /// The place, if it is a text.
    pub(super) fn place(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for After {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<After, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = hex::decode(&text).ok().filter(|bytes| (1..=LONGEST).contains(&bytes.len()));
        bytes
            .map(After)
            .filter(|place| place.to_string() == text)
            .ok_or_else(|| D::Error::custom("send the `next` of the page before, as it was"))
    }
}

impl PartialSchema for After {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^([0-9a-f]{2})+$"))
            .max_length(Some(2 * LONGEST))
            .description(Some("Where a list goes on."))
            .into()
    }
}

impl ToSchema for After {
    fn name() -> std::borrow::Cow<'static, str> {
        "ListCursor".into()
    }
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The `next` of the page before.
    pub(super) cursor: Option<After>,
    /// How many, at most.
    pub(super) limit: Option<Limit>,
}

/// A page of a list that is at hand whole, in the order of the texts that give their places, and the cursor of the next
/// one. What comes or goes meanwhile makes no other appear twice, nor go missing.
pub(super) fn page_of<T>(
    all: impl IntoIterator<Item = T>,
    place: impl Fn(&T) -> String,
    page: Page,
) -> (Vec<T>, Option<String>) {
    let Page { cursor, limit } = page;
    let Limit(limit) = limit.unwrap_or_default();
    let placed = all.into_iter().map(|one| (place(&one), one));
    let follows =
        |place: &str| cursor.as_ref().is_none_or(|After(after)| place.as_bytes() > after.as_slice());
    let mut following: Vec<(String, T)> = placed.filter(|(place, _)| follows(place)).collect();
    following.sort_by(|(one, _), (other, _)| one.cmp(other));
    let more = following.len() > limit;
    following.truncate(limit);
    let last = following.last().filter(|_| more);
    let next = last.map(|(place, _)| After::of(place).to_string());
    (following.into_iter().map(|(_, one)| one).collect(), next)
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
        let from: StrDeserializer<'_, Error> = text.into_deserializer();
        T::deserialize(from).ok()
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for id in ["01KAJ3X2Q8R7S6T5V4W3X2Y1Z0", "01KAJ3X2Q8R7S6T5V4W3X2Y1Z0-l12"] {
            let after: AfterTicket = AfterTime((Timestamp(1_795_000_000_000), Id::from_text(id)));
            assert_eq!(after.to_string(), format!("000001a1ee565e00{id}"));
            assert_eq!(read(&after.to_string()), Some(after));
        }
        assert_eq!(read(&Below(42).to_string()), Some(Below(42)));
        for text in [
            "",
            "x",
            "ffffffffffffffff01KAJ3X2Q8R7S6T5V4W3X2Y1Z0",
            "é",
            "0000000000000000",
            "000001a1ee565e0001KAJ3X2Q8R7S6T5V4W3X2Y1Z0-l",
            "000001a1ee565e0001KAJ3X2Q8R7S6T5V4W3X2Y1Z0-p1",
            "000001a1ee565e0001KAJ3X2Q8R7S6T5V4W3X2Y1Z0x",
        ] {
            assert_eq!(read::<AfterTicket>(text), None, "{text}");
        }
        assert_eq!(read(&After::of("zoë").to_string()), Some(After::of("zoë")));
        for text in ["", "7", "7A", "zz"] {
            assert_eq!(read::<After>(text), None, "{text}");
        }
        for text in ["", "b", "b0", "42", "b-1", "b9999999999999999999"] {
            assert_eq!(read::<Below>(text), None, "{text}");
        }
    }

    #[test]
    fn a_list_goes_on_although_what_the_cursor_named_is_gone() {
        let names = ["dora", "ada", "cleo", "ben"];
        let page = |cursor: Option<&str>, names: &[&'static str]| {
            let cursor = cursor.and_then(read::<After>);
            let limit = Some(Limit(2));
            page_of(names.iter().copied(), |name| (*name).to_owned(), Page { cursor, limit })
        };
        let (first, next) = page(None, &names);
        assert_eq!(first, ["ada", "ben"]);
        let next = next.as_deref();
        assert_eq!(page(next, &names), (vec!["cleo", "dora"], None));
        assert_eq!(page(next, &["dora", "ada", "cleo"]), (vec!["cleo", "dora"], None));
        assert_eq!(page(next, &["ada", "ben"]), (vec![], None));
    }
}
