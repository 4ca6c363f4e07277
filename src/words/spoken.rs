//! What is said on a call of ours to an agent, and what is asked next.

use super::brief::Medium;
use super::gsm::shorten;
use super::{Words, one_line};
use crate::rules::effect::{Brief, Spoken};
use crate::rules::script::{Prompt, Script, Then};
use crate::rules::zone::{Zone, ZoneBook};

/// How often a page is said before its silence counts.
const TIMES: usize = 3;

/// Seconds of silence after the last word that end the wait for a key.
const PATIENCE: u8 = 8;

/// Letters of a caller's words that are read aloud: half a minute. The recording has the rest.
const ALOUD: usize = 400;

impl Words {
    /// The code by which an agent's number is verified, aloud.
    pub fn number_code_aloud(&self, lang: &str, desk: &str, code: &str) -> String {
        let digits: Vec<String> = code.chars().map(String::from).collect();
        self.say(lang, "voice-number-code", &[("desk", &one_line(desk)), ("code", &digits.join(", "))])
    }

    /// A turn of a call of ours, in the agent's language and zone. `play` is the address of the recording, if it is to
    /// be heard. Every prompt that a key may cut short stands inside the wait for that key.
    pub fn spoken(
        &self,
        lang: &str,
        desk: &str,
        book: &ZoneBook,
        zone: Zone,
        spoken: &Spoken,
        play: Option<&str>,
    ) -> Script {
        let say = |text: String| Prompt::Say { language: lang.to_owned(), text };
        let last = |text: String| Script { lead: vec![say(text)], then: Then::Hangup };
        match spoken {
            Spoken::Page { brief, wrong_key } => {
                let page = self.page_aloud(lang, desk, brief);
                let menu = self.menu(lang, brief);
                let again = (0..TIMES).flat_map(|_| [say(page.clone()), say(menu.clone())]);
                match wrong_key {
                    // He knows what it is about, and looks for the key.
                    true => {
                        ask(vec![say(self.say(lang, "voice-wrong-key", &[])), say(menu.clone()), say(menu)])
                    }
                    false => ask(again.collect()),
                }
            }
            Spoken::Recording { brief, .. } => {
                let heard = match play {
                    Some(url) => Prompt::Play { url: url.to_owned() },
                    None => say(self.say(lang, "voice-no-recording", &[])),
                };
                let menu = self.menu(lang, brief);
                ask(vec![heard, say(menu.clone()), say(menu)])
            }
            Spoken::Taken(brief) => {
                let ticket = self.ticket(lang, Medium::Aloud, brief.number);
                let callback = self.callback(lang, Medium::Aloud, brief);
                ask(vec![say(self.say(lang, "voice-taken", &[("ticket", &ticket), ("callback", &callback)]))])
            }
            Spoken::Answer(answer) => last(self.answer(lang, Medium::Aloud, book, zone, answer)),
            Spoken::PutThrough { number, line, seconds } => Script {
                lead: vec![say(self.say(lang, "voice-put-through", &[]))],
                then: Then::Dial {
                    number: number.clone(),
                    caller_id: Some(line.clone()),
                    ring: u16::try_from(*seconds).unwrap_or(u16::MAX),
                    limit: None,
                    screen: None,
                },
            },
            Spoken::CallerWaits { brief, wrong_key } => {
                let ticket = self.ticket(lang, Medium::Aloud, brief.number);
                let customer = self.customer(lang, brief);
                let values = [("desk", one_line(desk)), ("ticket", ticket), ("customer", customer)];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                let waits = say(self.say(lang, "voice-caller-waits", &values));
                let first = wrong_key.then(|| say(self.say(lang, "voice-wrong-key", &[])));
                ask(first.into_iter().chain(std::iter::repeat_n(waits, TIMES)).collect())
            }
            Spoken::JoinCaller { conference } => Script {
                lead: vec![say(self.say(lang, "voice-to-caller", &[]))],
                then: Then::Conference { name: conference.clone(), waits: false },
            },
            Spoken::Through => {
                Script { lead: vec![say(self.say(lang, "voice-to-caller", &[]))], then: Then::Through }
            }
            Spoken::ReadyToCall(brief) => {
                let ticket = self.ticket(lang, Medium::Aloud, brief.number);
                let customer = self.customer(lang, brief);
                let ready = self.say(lang, "voice-ready", &[("ticket", &ticket), ("customer", &customer)]);
                ask(vec![say(ready.clone()), say(ready)])
            }
            Spoken::AfterTalk { number, reached: true } => {
                let ticket = self.ticket(lang, Medium::Aloud, *number);
                last(self.say(lang, "voice-reached", &[("ticket", &ticket)]))
            }
            Spoken::AfterTalk { reached: false, .. } => last(self.say(lang, "voice-not-reached", &[])),
            Spoken::Goodbye => last(self.say(lang, "voice-goodbye", &[])),
        }
    }

    fn page_aloud(&self, lang: &str, desk: &str, brief: &Brief) -> String {
        let values = [
            ("desk", one_line(desk)),
            ("severity", brief.severity.to_string()),
            ("ticket", self.ticket(lang, Medium::Aloud, brief.number)),
            ("customer", self.customer(lang, brief)),
            ("what", shorten(&self.what(lang, brief), ALOUD)),
            ("callback", self.callback(lang, Medium::Aloud, brief)),
        ];
        self.say(lang, "voice-page", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    fn menu(&self, lang: &str, brief: &Brief) -> String {
        match brief.recording {
            true => self.say(lang, "voice-menu-recording", &[]),
            false => self.say(lang, "voice-menu", &[]),
        }
    }
}

/// One key is waited for while the prompts are said.
fn ask(prompts: Vec<Prompt>) -> Script {
    let then = Then::Gather { prompts, digits: Some(1), timeout: PATIENCE, finish_on: None };
    Script { lead: Vec::new(), then }
}
