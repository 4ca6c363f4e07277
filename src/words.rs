//! What is said and sent.

use crate::clock::Timestamp;
use crate::rules::case::Case;
use crate::rules::effect::{Brief, Message, Spoken};
use crate::rules::hours::Calendar;
use crate::rules::script::{Prompt, Script, Then};
use crate::rules::zone::{Zone, ZoneBook};

/// Every text, by language.
#[derive(Debug)]
pub struct Words;

impl Words {
    /// As they are shipped.
    pub fn load() -> Words {
        Words
    }
    /// A text to be sent.
    pub fn message(&self, _: &str, _: &str, _: &ZoneBook, _: Zone, message: &Message) -> String {
        format!("{message:?}")
    }
    /// What is said on a call of ours.
    pub fn spoken(
        &self,
        language: &str,
        _: &str,
        _: &ZoneBook,
        _: Zone,
        spoken: &Spoken,
        _: Option<&str>,
    ) -> Script {
        Script {
            lead: vec![Prompt::Say { language: language.into(), text: format!("{spoken:?}") }],
            then: Then::Hangup,
        }
    }
    /// An instant.
    pub fn moment(&self, _: &str, _: &ZoneBook, _: Zone, at: Timestamp) -> String {
        at.to_string()
    }
    /// A list.
    pub fn list(&self, _: &str, parts: &[String]) -> String {
        parts.join(", ")
    }
    /// How a ticket stands.
    pub fn ticket_state(&self, _: &str, _: &ZoneBook, _: Zone, case: &Case, _: Option<&str>) -> String {
        case.ticket.state.name().into()
    }
    /// When the desk works.
    pub fn support_hours(&self, _: &str, hours: &Calendar) -> String {
        format!("{hours:?}")
    }
    /// The open pages of an agent.
    pub fn agent_pages(&self, _: &str, briefs: &[Brief]) -> String {
        format!("{briefs:?}")
    }
}
