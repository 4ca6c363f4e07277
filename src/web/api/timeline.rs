//! A ticket's timeline as programs read it.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::asked::Instant;
use crate::clock::Timestamp;
use crate::rules::ticket::{Actor, Entry, Happening};

/// One line of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Event {
    /// When it happened.
    at: Instant,
    /// Who did it: `caller`, `agent`, `account`, `nightbell` or `carrier`.
    #[schema(value_type = String)]
    by: &'static str,
    /// Which agent, by key, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// Which account, by its e-mail address (or which program, by its name), if it was one that is no agent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// What happened: `opened`, `triaged`, `attempt_started`, `acknowledged` …; more may come.
    kind: String,
    /// What belongs to it, by the kind.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    details: Map<String, Value>,
}

/// An instant as the API writes it.
pub(super) fn instant(at: Timestamp) -> String {
    at.to_string()
}

/// An entry as the API writes it: the timeline's own words, with instants that people can read. Telephone numbers are for
/// who may see them.
pub(super) fn event(entry: &Entry, numbers: bool) -> Event {
    let (kind, mut details) = named(&entry.what);
    let number = match &entry.what {
        Happening::CallbackNumber { .. } => Some("number"),
        Happening::Entered { .. } => Some("digits"),
        _ => None,
    };
    if let Some(field) = number.filter(|_| !numbers) {
        details.remove(field);
    }
    let (mut agent, mut account) = (None, None);
    let by = match &entry.by {
        Actor::Caller => "caller",
        Actor::Agent(key) => {
            agent = Some(key.as_str().to_owned());
            "agent"
        }
        Actor::Account(key) => {
            account = Some(key.clone());
            "account"
        }
        Actor::Nightbell => "nightbell",
        Actor::Carrier => "carrier",
    };
    Event { at: entry.at.into(), by, agent, account, kind, details }
}

/// What happened, in a word, and what belongs to it: the timeline's own words, with instants that people can read.
pub(super) fn named(what: &Happening) -> (String, Map<String, Value>) {
    let mut details = match serde_json::to_value(what) {
        Ok(Value::Object(details)) => details,
        // An entry is an object by its type; one that were none would have nothing to tell.
        Ok(_) | Err(_) => Map::new(),
    };
    let kind = match details.remove("kind") {
        Some(Value::String(kind)) => kind,
        _ => String::new(),
    };
    if let Some(at) = details.get_mut("at")
        && let Some(millis) = at.as_i64()
    {
        *at = Value::String(instant(Timestamp(millis)));
    }
    (kind, details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::ticket::{Happening, Via};
    use serde_json::json;

    #[test]
    fn an_entry_is_told_in_its_own_words() {
        let noon = Timestamp(1_795_000_000_000);
        for (by, what, expected) in [
            (
                Actor::Nightbell,
                Happening::PageDue { at: noon },
                json!({"by": "nightbell", "kind": "page_due", "details": {"at": "2026-11-18T11:06:40.000Z"}}),
            ),
            (
                Actor::Agent("ada".parse().unwrap()),
                Happening::Acknowledged { via: Via::Sms },
                json!({"by": "agent", "agent": "ada", "kind": "acknowledged", "details": {"via": "sms"}}),
            ),
            (
                Actor::Caller,
                Happening::CallbackNumber { number: "+18025550121".parse().unwrap(), confirmed: true },
                json!({
                    "by": "caller",
                    "kind": "callback_number",
                    "details": {"number": "+18025550121", "confirmed": true},
                }),
            ),
            (
                Actor::Caller,
                Happening::NoCallbackNumber,
                json!({"by": "caller", "kind": "no_callback_number", "details": {}}),
            ),
        ] {
            let mut told = serde_json::to_value(event(&Entry { at: noon, by, what }, true)).unwrap();
            assert_eq!(told.as_object_mut().unwrap().remove("at"), Some(json!("2026-11-18T11:06:40.000Z")));
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn numbers_are_for_who_may_see_them() {
        for (what, left) in [
            (
                Happening::CallbackNumber { number: "+18025550121".parse().unwrap(), confirmed: true },
                json!({"confirmed": true}),
            ),
            (
                Happening::Entered { name: "account".into(), digits: "4711".into() },
                json!({"name": "account"}),
            ),
        ] {
            let entry = Entry { at: Timestamp(0), by: Actor::Caller, what };
            assert_eq!(Value::Object(event(&entry, false).details), left);
        }
    }
}
