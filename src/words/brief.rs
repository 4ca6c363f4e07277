//! The parts of a page that texts and calls share.

use super::{Words, one_line, one_sentence};
use crate::rules::contact::PhoneNumber;
use crate::rules::effect::Brief;
use crate::rules::number_plan::ReadBack;
use crate::rules::ticket_number::TicketNumber;

/// How a message reaches its reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Medium {
    /// To be read: `#1042`, `+18025550100`.
    Written,
    /// To be heard: digits one by one.
    Aloud,
}

impl Words {
    pub(super) fn ticket(&self, lang: &str, medium: Medium, number: TicketNumber) -> String {
        match medium {
            Medium::Written => format!("#{number}"),
            Medium::Aloud => self.say(lang, "voice-ticket", &[("digits", &number.spoken())]),
        }
    }

    pub(super) fn number(&self, lang: &str, medium: Medium, number: &PhoneNumber) -> String {
        match medium {
            Medium::Written => number.to_string(),
            Medium::Aloud => {
                self.say(lang, "voice-number", &[("digits", &ReadBack::international(number).digits())])
            }
        }
    }

    /// The customer's name, or what stands for it.
    pub(super) fn customer(&self, lang: &str, brief: &Brief) -> String {
        let name = brief.customer.as_deref().map(one_line).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| self.say(lang, "page-unknown-customer", &[]))
    }

    /// The caller's words, or what stands for them, as a sentence.
    pub(super) fn what(&self, lang: &str, brief: &Brief) -> String {
        let what = brief.what.as_deref().map(one_sentence).filter(|what| !what.is_empty());
        what.unwrap_or_else(|| self.say(lang, "page-no-message", &[]))
    }

    /// Where to call back, as a sentence.
    pub(super) fn callback(&self, lang: &str, medium: Medium, brief: &Brief) -> String {
        let Some(callback) = &brief.callback else {
            return match medium {
                Medium::Written => self.say(lang, "page-callback-none", &[]),
                Medium::Aloud => self.say(lang, "voice-callback-none", &[]),
            };
        };
        let number = self.number(lang, medium, &callback.number);
        let values = [("number", number.as_str())];
        match (medium, callback.confirmed) {
            (Medium::Written, true) => self.say(lang, "page-callback-confirmed", &values),
            (Medium::Written, false) => self.say(lang, "page-callback-unconfirmed", &values),
            (Medium::Aloud, true) => self.say(lang, "voice-callback-confirmed", &values),
            (Medium::Aloud, false) => self.say(lang, "voice-callback-unconfirmed", &values),
        }
    }
}
