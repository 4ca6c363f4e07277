//! Pages: the text that must fit one message, and what the voice page says.

use super::gsm::{Length, shorten};
use super::{Words, one_line, one_sentence};
use crate::rules::contact::PhoneNumber;
use crate::rules::number_plan::NumberPlan;
use crate::rules::severity::Severity;
use crate::rules::ticket_number::TicketNumber;

/// A name or a caller's words are not cut below this.
const LEAST: usize = 15;

/// The number to call back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callback<'a> {
    /// The caller confirmed it.
    Confirmed(&'a PhoneNumber),
    /// The caller id, which nobody confirmed.
    Unconfirmed(&'a PhoneNumber),
    /// None is known.
    Unknown,
}

/// What a page is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page<'a> {
    /// The ticket.
    pub ticket: TicketNumber,
    /// How bad it is.
    pub severity: Severity,
    /// Whose it is, if that is known.
    pub customer: Option<&'a str>,
    /// Where to call back.
    pub callback: Callback<'a>,
    /// The caller's words, if there are any yet.
    pub what: Option<&'a str>,
}

impl Words {
    /// The page as a text: one message where the alphabet allows it, at the cost of the caller's words first and of the
    /// customer's name next; never at that of the number or of how to answer.
    pub fn page_text(&self, lang: &str, page: &Page<'_>) -> String {
        let ticket = page.ticket.to_string();
        let callback = match page.callback {
            Callback::Confirmed(number) => {
                self.say(lang, "page-callback-confirmed", &[("number", number.as_str())])
            }
            Callback::Unconfirmed(number) => {
                self.say(lang, "page-callback-unconfirmed", &[("number", number.as_str())])
            }
            Callback::Unknown => self.say(lang, "page-callback-none", &[]),
        };
        let answers = self.say(lang, "page-answers", &[("ticket", &ticket)]);
        let severity = page.severity.to_string();
        let (mut customer, mut what) = (self.customer(lang, page), self.what(lang, page));
        loop {
            let values = [
                ("severity", severity.as_str()),
                ("ticket", &ticket),
                ("customer", &customer),
                ("what", &what),
                ("callback", &callback),
                ("answers", &answers),
            ];
            let text = self.text(lang, "page", &values);
            let excess = Length::of(&text).excess();
            let longest = |part: &str| part.chars().count();
            if excess == 0 {
                return text;
            } else if longest(&what) > LEAST {
                what = shorten(&what, LEAST.max(longest(&what).saturating_sub(excess)));
            } else if longest(&customer) > LEAST {
                customer = shorten(&customer, LEAST.max(longest(&customer).saturating_sub(excess)));
            } else {
                return text;
            }
        }
    }

    /// What came in after the page: the transcript of the recording, or a caller's further words.
    pub fn page_update(&self, lang: &str, page: &Page<'_>) -> String {
        let (severity, ticket) = (page.severity.to_string(), page.ticket.to_string());
        let what = shorten(&self.what(lang, page), 300);
        let values = [("severity", severity.as_str()), ("ticket", &ticket), ("what", &what)];
        self.text(lang, "page-update", &values)
    }

    /// The one text about a call that ended before anything was said.
    pub fn page_abandoned(&self, lang: &str, page: &Page<'_>) -> String {
        let (severity, ticket) = (page.severity.to_string(), page.ticket.to_string());
        let common = [("severity", severity.as_str()), ("ticket", &ticket)];
        match page.callback {
            Callback::Confirmed(number) | Callback::Unconfirmed(number) => {
                let values = [common[0], common[1], ("number", number.as_str())];
                self.text(lang, "page-abandoned", &values)
            }
            Callback::Unknown => self.text(lang, "page-abandoned-withheld", &common),
        }
    }

    /// The page as it is spoken, without its menu. Digits are said one by one, the callback number in its groups.
    pub fn voice_page(&self, lang: &str, page: &Page<'_>, agent: &str, plan: &NumberPlan) -> String {
        let spoken = |number: &PhoneNumber| {
            let read = plan.read_back(number);
            let digits = read.digits();
            if read.international {
                self.say(lang, "voice-number-international", &[("digits", &digits)])
            } else {
                digits
            }
        };
        let callback = match page.callback {
            Callback::Confirmed(number) => {
                self.say(lang, "voice-page-callback-confirmed", &[("number", &spoken(number))])
            }
            Callback::Unconfirmed(number) => {
                self.say(lang, "voice-page-callback-unconfirmed", &[("number", &spoken(number))])
            }
            Callback::Unknown => self.say(lang, "voice-page-callback-none", &[]),
        };
        let values = [
            ("agent", one_line(agent)),
            ("severity", page.severity.to_string()),
            ("digits", page.ticket.spoken()),
            ("customer", self.customer(lang, page)),
            // Half a minute; the recording has the rest.
            ("what", shorten(&self.what(lang, page), 400)),
            ("callback", callback),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.say(lang, "voice-page", &values)
    }

    /// What each key of the voice page does.
    pub fn voice_menu(&self, lang: &str, has_recording: bool) -> String {
        if has_recording {
            self.say(lang, "voice-menu-recording", &[])
        } else {
            self.say(lang, "voice-menu", &[])
        }
    }

    fn customer(&self, lang: &str, page: &Page<'_>) -> String {
        let name = page.customer.map(one_line).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| self.say(lang, "page-unknown-customer", &[]))
    }

    fn what(&self, lang: &str, page: &Page<'_>) -> String {
        let what = page.what.map(one_sentence).filter(|what| !what.is_empty());
        what.unwrap_or_else(|| self.say(lang, "page-no-message", &[]))
    }
}
