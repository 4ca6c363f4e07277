//! Texts: each message of the closed list, and the answers to commands.

use super::brief::Medium;
use super::gsm::{Length, fold, shorten};
use super::{Words, one_line};
use crate::rules::effect::{Alert, Answer, Brief, Message, News, NextAsked, Over};
use crate::rules::policy::MethodKind;
use crate::rules::ticket_name::TicketName;
use crate::rules::zone::{Zone, ZoneBook};

/// Tickets that one text names.
const MOST_LISTED: usize = 8;

/// A name or a caller's words are not cut below this.
const LEAST: usize = 15;

impl Words {
    /// A message as a text, in the reader's language and zone.
    pub fn message(&self, lang: &str, desk: &str, book: &ZoneBook, zone: Zone, message: &Message) -> String {
        let ticket = |number| self.ticket(lang, Medium::Written, number);
        let desk = one_line(desk);
        let text = match message {
            Message::Page(brief) => return self.about(lang, "page", brief, None),
            Message::PageDespiteMute(brief) => return self.about(lang, "page-muted", brief, None),
            Message::AbandonedNotice(brief) => return self.about(lang, "page-abandoned", brief, None),
            Message::CallbackReminder(brief) => return self.about(lang, "callback-reminder", brief, None),
            Message::Update { brief, news } => {
                let news = match news {
                    News::Recording => "recording",
                    News::CallbackNumber => "callback",
                    News::CalledAgain => "called",
                    News::Texted => "texted",
                    News::Pictures => "pictures",
                };
                return self.about(lang, "update", brief, Some(news));
            }
            // A voice flow wrote it, and its author decides about its letters.
            Message::Composed { text } => return text.clone(),
            Message::Answer(answer) => self.answer(lang, Medium::Written, book, zone, answer),
            Message::Alert(alert) => self.alert(lang, alert),
            Message::Cover(news) => self.cover(lang, Medium::Written, book, zone, news),
            Message::NumberCode { code } => self.say(lang, "number-code", &[("desk", &desk), ("code", code)]),
            Message::Gaps(news) => self.gaps(lang, (Medium::Written, &desk), book, zone, news),
            Message::StandDown { number, why } => self.stand_down(lang, &ticket(*number), why),
            Message::ReachedThem { number } => {
                let values = [("ticket", &*ticket(*number)), ("digits", &*number.to_string())];
                self.say(lang, "reached-them", &values)
            }
            Message::StillTrying { number } => {
                self.say(lang, "still-trying", &[("desk", &desk), ("digits", &number.to_string())])
            }
            Message::TakenBy { number, by } => {
                let values = [("desk", &*desk), ("digits", &*number.to_string()), ("by", &*one_line(by))];
                self.say(lang, "taken-by", &values)
            }
            Message::Unwritten { line, caller } => {
                let callback = match caller {
                    Some(number) => {
                        self.say(lang, "page-callback-unconfirmed", &[("number", number.as_str())])
                    }
                    None => self.say(lang, "page-callback-none", &[]),
                };
                self.say(lang, "page-unwritten", &[("line", line.as_str()), ("callback", &callback)])
            }
            Message::WriterReceipt { number, line } => {
                let digits = number.to_string();
                let values = [("desk", desk.as_str()), ("digits", &digits), ("number", line.as_str())];
                self.say(lang, "writer-receipt", &values)
            }
        };
        fold(&text)
    }

    /// A text about a ticket in one message where the alphabet allows it, at the cost of the caller's words first and of
    /// the customer's name next; never at that of the number or of how to answer.
    fn about(&self, lang: &str, id: &str, brief: &Brief, news: Option<&str>) -> String {
        let (ticket, severity) =
            (self.ticket(lang, Medium::Written, brief.number), brief.severity.to_string());
        let callback = self.callback(lang, Medium::Written, brief);
        let answers = self.say(lang, "page-answers", &[("digits", &brief.number.to_string())]);
        let (mut customer, mut what) = (self.customer(lang, brief), self.what(lang, brief));
        loop {
            let values = [
                ("severity", severity.as_str()),
                ("ticket", &ticket),
                ("customer", &customer),
                ("what", &what),
                ("callback", &callback),
                ("answers", &answers),
                ("news", news.unwrap_or_default()),
            ];
            let text = fold(&self.say(lang, id, &values));
            let excess = Length::of(&text).excess();
            let letters = |part: &str| part.chars().count();
            if excess == 0 {
                return text;
            } else if letters(&what) > LEAST {
                what = shorten(&what, LEAST.max(letters(&what).saturating_sub(excess)));
            } else if letters(&customer) > LEAST {
                customer = shorten(&customer, LEAST.max(letters(&customer).saturating_sub(excess)));
            } else {
                return text;
            }
        }
    }

    fn alert(&self, lang: &str, alert: &Alert) -> String {
        match alert {
            Alert::MethodDead { agent, method, why } => {
                let (agent, why) = (one_line(agent), one_line(why));
                let values = [("agent", agent.as_str()), ("why", &why)];
                match method {
                    MethodKind::Sms => self.say(lang, "method-dead-sms", &values),
                    MethodKind::Voice => self.say(lang, "method-dead-voice", &values),
                }
            }
            Alert::NobodyTookIt { number } => {
                self.say(lang, "nobody-took-it", &[("ticket", &self.ticket(lang, Medium::Written, *number))])
            }
            Alert::EverybodyMuted { number } => {
                self.say(lang, "everybody-muted", &[("ticket", &self.ticket(lang, Medium::Written, *number))])
            }
            Alert::NobodyOnCall { number } => {
                self.say(lang, "nobody-on-call", &[("ticket", &self.ticket(lang, Medium::Written, *number))])
            }
            Alert::CarrierRefused { carrier, why } => {
                self.say(lang, "carrier-refused", &[("carrier", &one_line(carrier)), ("why", &one_line(why))])
            }
        }
    }

    /// The answer to a command, to be read or heard.
    pub(super) fn answer(
        &self,
        lang: &str,
        medium: Medium,
        book: &ZoneBook,
        zone: Zone,
        answer: &Answer,
    ) -> String {
        let ticket = |number| self.ticket(lang, medium, number);
        let plain = |id, number| self.say(lang, id, &[("ticket", &ticket(number))]);
        match answer {
            Answer::Taken(briefs) if briefs.is_empty() => self.say(lang, "taken-nothing", &[]),
            Answer::Taken(briefs) => {
                let taken = briefs.iter().map(|brief| self.taken(lang, medium, brief));
                self.say(lang, "taken", &[("tickets", &self.some_of(lang, taken, "; "))])
            }
            Answer::AlreadyTaken { number, by, at } => {
                let values = [ticket(*number), one_line(by), self.time(lang, book, zone, *at)];
                let values = [("ticket", &*values[0]), ("by", &*values[1]), ("time", &*values[2])];
                self.say(lang, "already-taken", &values)
            }
            Answer::Seen { number } => plain("seen", *number),
            Answer::YoursAlready(brief) => plain("yours-already", brief.number),
            Answer::Declined { number, next: NextAsked::Others } => plain("declined", *number),
            Answer::Declined { number, next: NextAsked::YouAgain } => plain("declined-you-again", *number),
            Answer::Declined { number, next: NextAsked::Nobody(until) } => {
                let values = [ticket(*number), self.time(lang, book, zone, *until)];
                self.say(lang, "declined-nobody", &[("ticket", &*values[0]), ("time", &*values[1])])
            }
            Answer::NotAsked { number } => plain("not-asked", *number),
            Answer::Escalated { number } => plain("escalated", *number),
            Answer::Ringing { number } => plain("ringing", *number),
            Answer::NoCallbackNumber { number } => plain("no-callback-number", *number),
            Answer::CalledBack { number } => plain("called-back", *number),
            Answer::Resolved { number } => plain("resolved", *number),
            Answer::Noted { number } => plain("noted", *number),
            Answer::HandedOver { number, to: name } => {
                self.say(lang, "handed-over", &[("ticket", &ticket(*number)), ("to", &one_line(name))])
            }
            Answer::Paged { number, agent } => {
                self.say(lang, "paged", &[("ticket", &ticket(*number)), ("agent", &one_line(agent))])
            }
            Answer::NoSuchAgent { number } => plain("no-such-agent", *number),
            Answer::NotAnAgent { number } => plain("not-an-agent", *number),
            Answer::NotYours { number } => plain("not-yours", *number),
            Answer::Closed { number } => plain("closed", *number),
            Answer::NoSuchTicket { number: Some(number) } => plain("no-such-ticket", *number),
            Answer::NoSuchTicket { number: None } => self.say(lang, "nothing-open", &[]),
            Answer::Downgraded { number, severity } => {
                let values = [("ticket", &*ticket(*number)), ("severity", &*severity.to_string())];
                self.say(lang, "downgraded", &values)
            }
            Answer::NotLower { number, severity } => {
                let values = [("ticket", &*ticket(*number)), ("severity", &*severity.to_string())];
                self.say(lang, "not-lower", &values)
            }
            Answer::Who { number, holder, on_call } => {
                let people: Vec<String> = on_call.iter().map(|name| one_line(name)).collect();
                let on_call = match people.is_empty() {
                    true => self.say(lang, "who-nobody", &[]),
                    false => self.say(lang, "who", &[("people", &people.join(", "))]),
                };
                let Some(number) = number else { return on_call };
                let (ticket, holder) = (ticket(*number), holder.as_deref().map(one_line));
                let values = [("ticket", ticket.as_str()), ("on_call", &on_call)];
                match holder {
                    Some(holder) => {
                        self.say(lang, "who-ticket-held", &[values[0], values[1], ("holder", &holder)])
                    }
                    None => self.say(lang, "who-ticket-free", &values),
                }
            }
            Answer::Status(open) if open.is_empty() => self.say(lang, "status-nothing", &[]),
            Answer::Status(open) => {
                let entry = |(brief, holder): &(Brief, Option<String>)| {
                    let (ticket, severity) = (ticket(brief.number), brief.severity.to_string());
                    let customer = self.customer(lang, brief);
                    let values = [("ticket", &*ticket), ("severity", &*severity), ("customer", &*customer)];
                    match holder.as_deref().map(one_line) {
                        Some(holder) => {
                            let values = [values[0], values[1], values[2], ("holder", &*holder)];
                            self.say(lang, "status-entry-held", &values)
                        }
                        None => self.say(lang, "status-entry-free", &values),
                    }
                };
                let entries = self.some_of(lang, open.iter().map(entry), "; ");
                self.say(lang, "status", &[("entries", &entries)])
            }
            Answer::Help => self.say(lang, "help", &[]),
            Answer::Unclear { perhaps: None } => self.say(lang, "unclear", &[]),
            Answer::Unclear { perhaps: Some(command) } => {
                self.say(lang, "unclear-perhaps", &[("command", &one_line(command))])
            }
            Answer::WhichOne(several) => {
                let entry = |(name, brief): &(TicketName, Brief)| {
                    let values = [("name", &*name.to_string()), ("customer", &*self.customer(lang, brief))];
                    self.say(lang, "which-one-entry", &values)
                };
                let tickets = self.some_of(lang, several.iter().map(entry), ", ");
                self.say(lang, "which-one", &[("tickets", &tickets)])
            }
        }
    }

    fn stand_down(&self, lang: &str, ticket: &str, why: &Over) -> String {
        match why {
            Over::Taken { by } => self.say(lang, "stand-down", &[("ticket", ticket), ("by", &one_line(by))]),
            Over::Lowered { severity, by } => {
                let values = [("ticket", ticket), ("severity", &*severity.to_string())];
                match by.as_deref().map(one_line) {
                    Some(by) => self.say(lang, "stand-down-lowered-by", &[values[0], values[1], ("by", &by)]),
                    None => self.say(lang, "stand-down-lowered", &values),
                }
            }
            Over::Closed => self.say(lang, "stand-down-closed", &[("ticket", ticket)]),
        }
    }

    /// The first of a list, and how many more there are: a text holds 1600 characters, and a reader fewer.
    fn some_of(&self, lang: &str, parts: impl ExactSizeIterator<Item = String>, between: &str) -> String {
        let more = parts.len().saturating_sub(MOST_LISTED);
        let mut some: Vec<String> = parts.take(MOST_LISTED).collect();
        if more > 0 {
            some.push(self.say(lang, "and-more", &[("count", &more.to_string())]));
        }
        some.join(between)
    }

    /// One ticket of an acknowledgement.
    fn taken(&self, lang: &str, medium: Medium, brief: &Brief) -> String {
        let (ticket, customer) = (self.ticket(lang, medium, brief.number), self.customer(lang, brief));
        let values = [("ticket", ticket.as_str()), ("customer", &customer)];
        match &brief.callback {
            Some(callback) => {
                let number = self.number(lang, medium, &callback.number);
                self.say(lang, "taken-ticket", &[values[0], values[1], ("number", &number)])
            }
            None => self.say(lang, "taken-ticket-no-number", &values),
        }
    }
}
