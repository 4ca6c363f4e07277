//! Where a list goes on: opaque to programs, which send back what they were given. A cursor says a place and no more;
//! what may be seen from there is asked of each request anew.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::clock::Timestamp;
use crate::rules::ticket::TicketId;

/// Digits of an instant in a cursor, and letters of a ticket's id (ULID).
const INSTANT: usize = 16;
const ID: usize = 26;

/// After a ticket, in the order of their opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AfterTicket(pub(super) (Timestamp, TicketId));

impl fmt::Display for AfterTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, id) = &self.0;
        write!(f, "{:0INSTANT$x}{id}", at.0)
    }
}

impl<'de> Deserialize<'de> for AfterTicket {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<AfterTicket, D::Error> {
        let text = String::deserialize(from)?;
        let read = || {
            let (at, id) = text.split_at_checked(INSTANT)?;
            let shape = at.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                && id.len() == ID
                && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
            let at = i64::from_str_radix(at, 16).ok().filter(|_| shape)?;
            Some(AfterTicket((Timestamp(at), TicketId::from_text(id))))
        };
        read().ok_or_else(|| D::Error::custom("send the `next` of the page before, as it was"))
    }
}

impl PartialSchema for AfterTicket {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^[0-7][0-9a-f]{{{}}}[0-9A-Z]{{{ID}}}$", INSTANT - 1)))
            .description(Some("Where a list of tickets goes on."))
            .into()
    }
}

impl ToSchema for AfterTicket {
    fn name() -> std::borrow::Cow<'static, str> {
        "TicketCursor".into()
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
        let after =
            AfterTicket((Timestamp(1_795_000_000_000), TicketId::from_text("01KAJ3X2Q8R7S6T5V4W3X2Y1Z0")));
        assert_eq!(after.to_string(), "000001a1ee565e0001KAJ3X2Q8R7S6T5V4W3X2Y1Z0");
        assert_eq!(read(&after.to_string()), Some(after));
        assert_eq!(read(&Below(42).to_string()), Some(Below(42)));
        for text in ["", "x", "ffffffffffffffff01KAJ3X2Q8R7S6T5V4W3X2Y1Z0", "é", "0000000000000000"] {
            assert_eq!(read::<AfterTicket>(text), None, "{text}");
        }
        for text in ["", "b", "b0", "42", "b-1", "b9999999999999999999"] {
            assert_eq!(read::<Below>(text), None, "{text}");
        }
    }
}
