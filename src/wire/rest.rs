//! The carrier's REST answers: which JSON means what. The client in `channel` moves the bytes.
//!
//! Source: Twilio's published API description. Counts and durations are strings, `error_code` is an integer or null,
//! dates are RFC 2822; SignalWire sends some numbers as numbers, so both are read.

use serde::Deserialize;

use super::event::{CallState, Direction, TextState};
use super::private::{FreeText, Number};
use super::sid::Sid;
use crate::clock::Timestamp;

/// The body of a refusal.
#[derive(Debug, Default, Deserialize)]
pub struct ErrorBody {
    /// The carrier's error code.
    pub code: Option<u32>,
    /// What it says about it; it may quote numbers.
    pub message: Option<String>,
}

/// A text as the carrier lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRecord {
    /// The text.
    pub sid: Sid,
    /// Its sender.
    pub from: Number,
    /// Its addressee.
    pub to: Number,
    /// What it says.
    pub body: FreeText,
    /// When the carrier took it, to the second; may be absent while it is queued.
    pub created: Option<Timestamp>,
    /// Whether somebody sent it to us.
    pub inbound: bool,
    /// Where it is; `None` for an inbound one.
    pub state: Option<TextState>,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// How many files are attached.
    pub media: u32,
}

/// A call as the carrier lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// The call.
    pub sid: Sid,
    /// Who called.
    pub from: Number,
    /// Who was called.
    pub to: Number,
    /// When the carrier took it, to the second; may be absent while it is queued.
    pub created: Option<Timestamp>,
    /// Who began it.
    pub direction: Option<Direction>,
    /// Where it is.
    pub state: Option<CallState>,
    /// Its length in seconds, once it is over.
    pub seconds: Option<u32>,
}

/// A recording as the carrier lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingRecord {
    /// The recording.
    pub sid: Sid,
    /// Its length in seconds, once it is made.
    pub seconds: Option<u32>,
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// Its entries; one that makes no sense is left out.
    pub entries: Vec<T>,
    /// The query of the next page. The address before the `?` is not taken from the answer.
    pub next_query: Option<String>,
}

#[derive(Deserialize)]
struct Resource {
    sid: Option<String>,
    from: Option<String>,
    to: Option<String>,
    body: Option<String>,
    status: Option<String>,
    direction: Option<String>,
    date_created: Option<String>,
    error_code: Option<serde_json::Value>,
    duration: Option<serde_json::Value>,
    num_media: Option<serde_json::Value>,
}

impl Resource {
    fn sid(&self) -> Option<Sid> {
        self.sid.as_ref()?.parse().ok()
    }

    fn created(&self) -> Option<Timestamp> {
        let date = self.date_created.as_ref()?;
        let parsed = chrono::DateTime::parse_from_rfc2822(date)
            .or_else(|_| chrono::DateTime::parse_from_rfc3339(date));
        parsed.ok().map(|at| Timestamp::from_chrono(at.to_utc()))
    }

    fn text(self) -> Option<TextRecord> {
        let inbound = self.direction.as_deref() == Some("inbound");
        Some(TextRecord {
            sid: self.sid()?,
            created: self.created(),
            inbound,
            state: self.status.as_deref().and_then(TextState::read),
            error_code: count(self.error_code.as_ref()),
            media: count(self.num_media.as_ref()).unwrap_or(0),
            from: Number::new(self.from.unwrap_or_default()),
            to: Number::new(self.to.unwrap_or_default()),
            body: FreeText::new(self.body.unwrap_or_default()),
        })
    }

    fn call(self) -> Option<CallRecord> {
        Some(CallRecord {
            sid: self.sid()?,
            created: self.created(),
            direction: self.direction.as_deref().and_then(Direction::read),
            state: self.status.as_deref().and_then(CallState::read),
            seconds: count(self.duration.as_ref()),
            from: Number::new(self.from.unwrap_or_default()),
            to: Number::new(self.to.unwrap_or_default()),
        })
    }

    fn recording(self) -> Option<RecordingRecord> {
        Some(RecordingRecord { sid: self.sid()?, seconds: count(self.duration.as_ref()) })
    }
}

fn count(value: Option<&serde_json::Value>) -> Option<u32> {
    match value? {
        serde_json::Value::String(text) => text.parse().ok(),
        value => value.as_u64().and_then(|n| u32::try_from(n).ok()),
    }
}

#[derive(Deserialize)]
struct List {
    #[serde(alias = "messages", alias = "calls", alias = "recordings")]
    entries: Vec<Resource>,
    next_page_uri: Option<String>,
}

impl List {
    fn page<T>(self, read: impl Fn(Resource) -> Option<T>) -> Page<T> {
        let next = self.next_page_uri.as_deref().and_then(|uri| uri.split_once('?'));
        let next_query = next.map(|(_, query)| query.to_owned());
        Page { entries: self.entries.into_iter().filter_map(read).collect(), next_query }
    }
}

/// The SID of what a request created or changed; `None` if the body is not the carrier's.
pub fn sid(body: &[u8]) -> Option<Sid> {
    serde_json::from_slice::<Resource>(body).ok()?.sid()
}

/// The refusal in a body; empty if the body is not the carrier's.
pub fn error(body: &[u8]) -> ErrorBody {
    serde_json::from_slice(body).unwrap_or_default()
}

/// One text.
pub fn text(body: &[u8]) -> Option<TextRecord> {
    serde_json::from_slice::<Resource>(body).ok()?.text()
}

/// One call.
pub fn call(body: &[u8]) -> Option<CallRecord> {
    serde_json::from_slice::<Resource>(body).ok()?.call()
}

/// A page of texts.
pub fn texts(body: &[u8]) -> Option<Page<TextRecord>> {
    Some(serde_json::from_slice::<List>(body).ok()?.page(Resource::text))
}

/// A page of calls.
pub fn calls(body: &[u8]) -> Option<Page<CallRecord>> {
    Some(serde_json::from_slice::<List>(body).ok()?.page(Resource::call))
}

/// A page of recordings.
pub fn recordings(body: &[u8]) -> Option<Page<RecordingRecord>> {
    Some(serde_json::from_slice::<List>(body).ok()?.page(Resource::recording))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_its_next_page_is_a_query_only() {
        let page = texts(
            br#"{"messages": [
                {"sid": "SM1", "from": "+18025550100", "to": "+18025550147", "body": "Page", "status": "delivered",
                 "direction": "outbound-api", "date_created": "Fri, 13 Nov 2026 03:00:01 +0000", "error_code": null},
                {"sid": "../x", "date_created": "Fri, 13 Nov 2026 03:00:01 +0000"},
                {"sid": "SM2", "direction": "inbound", "status": "received", "num_media": "2",
                 "date_created": "2026-11-13T03:00:02Z", "error_code": 30006},
                {"sid": "SM3", "direction": "outbound-api", "status": "queued", "date_created": null}
            ], "next_page_uri": "https://elsewhere.example/2010?Page=1&PageToken=PASM1"}"#,
        )
        .unwrap();
        assert_eq!(page.next_query.as_deref(), Some("Page=1&PageToken=PASM1"));
        let [first, second, third] = &page.entries[..] else { panic!("{:?}", page.entries) };
        assert_eq!(
            (first.sid.as_str(), first.state, first.inbound),
            ("SM1", Some(TextState::Delivered), false)
        );
        let created = |text: &TextRecord| text.created.map(|at| at.to_string());
        assert_eq!(created(first).as_deref(), Some("2026-11-13T03:00:01.000Z"));
        assert_eq!((second.state, second.inbound, second.error_code), (None, true, Some(30006)));
        assert_eq!((first.media, second.media), (0, 2));
        assert_eq!(created(second).as_deref(), Some("2026-11-13T03:00:02.000Z"));
        assert_eq!((third.state, third.created), (Some(TextState::Queued), None));
    }

    #[test]
    fn a_call_is_read_with_its_length_as_text_or_number() {
        for duration in ["\"42\"", "42"] {
            let body = format!(
                r#"{{"sid": "CA1", "from": "+18025550100", "to": "+18025550147", "status": "completed",
                    "direction": "outbound-api", "duration": {duration},
                    "date_created": "Fri, 13 Nov 2026 03:00:01 +0000"}}"#
            );
            let record = call(body.as_bytes()).unwrap();
            assert_eq!(
                (record.direction, record.state, record.seconds),
                (Some(Direction::OutboundApi), Some(CallState::Completed), Some(42))
            );
        }
    }

    #[test]
    fn recordings_are_read_with_their_length() {
        let body = br#"{"recordings": [
            {"sid": "RE1", "call_sid": "CA1", "duration": "9", "status": "completed"},
            {"sid": "RE2", "call_sid": "CA1", "duration": null, "status": "processing"}]}"#;
        let read: Vec<_> = recordings(body).unwrap().entries;
        let read: Vec<_> = read.iter().map(|made| (made.sid.as_str(), made.seconds)).collect();
        assert_eq!(read, [("RE1", Some(9)), ("RE2", None)]);
    }

    #[test]
    fn what_is_not_the_carriers_is_nothing() {
        for body in ["", "null", "<html>", "{}", r#"{"sid": 5}"#, r#"{"sid": "a/b"}"#] {
            assert_eq!(sid(body.as_bytes()), None, "{body}");
            assert!(text(body.as_bytes()).is_none() && call(body.as_bytes()).is_none(), "{body}");
            assert!(texts(body.as_bytes()).is_none() && calls(body.as_bytes()).is_none(), "{body}");
            assert_eq!(error(body.as_bytes()).code, None, "{body}");
        }
        assert_eq!(
            error(br#"{"code": 21211, "message": "bad", "more_info": "x", "status": 400}"#).code,
            Some(21211)
        );
    }
}
