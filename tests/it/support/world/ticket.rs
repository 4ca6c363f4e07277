//! A ticket as the API shows it.

use serde_json::Value;

/// A ticket, at the instant at which it was asked for.
#[derive(Clone, Debug)]
pub struct Ticket(Value);

impl Ticket {
    pub(super) fn new(body: Value) -> Ticket {
        Ticket(body)
    }

    /// A field of it is this.
    #[track_caller]
    pub fn has(&self, field: &str, value: impl Into<Value>) -> &Ticket {
        assert_eq!(self.0[field], value.into(), "{field}; {self}");
        self
    }

    /// Stands there: `open`, `abandoned`, `resolved`, `merged`.
    #[track_caller]
    pub fn is(&self, state: &str) -> &Ticket {
        self.has("state", state)
    }

    /// Is that agent's.
    #[track_caller]
    pub fn is_held_by(&self, agent: &str) -> &Ticket {
        self.has("holder", agent)
    }

    /// Is nobody's.
    #[track_caller]
    pub fn is_held_by_nobody(&self) -> &Ticket {
        self.has("holder", Value::Null)
    }

    /// The kinds of all entries of its timeline, in order.
    pub fn timeline(&self) -> Vec<&str> {
        self.entries().iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
    }

    /// The entries of a kind, in order: `{"at", "by", "agent", "kind", "details"}`.
    pub fn entries_of(&self, kind: &str) -> Vec<&Value> {
        self.entries().iter().filter(|entry| entry["kind"] == kind).collect()
    }

    fn entries(&self) -> &Vec<Value> {
        self.0["timeline"].as_array().unwrap()
    }

    /// These happened in this order, with others between them perhaps.
    #[track_caller]
    pub fn tells(&self, kinds: &[&str]) -> &Ticket {
        let mut timeline = self.timeline().into_iter();
        for kind in kinds {
            assert!(timeline.any(|next| next == *kind), "no `{kind}` in its place; {self}");
        }
        self
    }

    /// This never happened.
    #[track_caller]
    pub fn does_not_tell(&self, kind: &str) -> &Ticket {
        assert!(!self.timeline().contains(&kind), "there is `{kind}`; {self}");
        self
    }
}

impl std::fmt::Display for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ticket {} is {}:", self.0["number"], self.0["state"])?;
        self.entries().iter().try_for_each(|entry| write!(f, "\n  {entry}"))
    }
}
