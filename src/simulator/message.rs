//! Texts, both ways.

use serde::{Deserialize, Serialize};

use super::handset::{MediaFile, OnText, PhoneError};
use super::progress::places;
use super::sms::{carriers_answer, carriers_word, segments};
use super::time::Job;
use super::twiml::{Method, parse_document};
use super::webhook::{Answer, Delivery, Form, Purpose};
use super::world::{World, pair};

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageStatus {
    /// In the carrier's queue.
    Queued,
    /// On its way to the phone.
    Sent,
    /// The phone has it.
    Delivered,
    /// The phone did not get it.
    Undelivered,
    /// It was never sent.
    Failed,
    /// It came from a phone.
    Received,
}

impl MessageStatus {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            MessageStatus::Queued => "queued",
            MessageStatus::Sent => "sent",
            MessageStatus::Delivered => "delivered",
            MessageStatus::Undelivered => "undelivered",
            MessageStatus::Failed => "failed",
            MessageStatus::Received => "received",
        }
    }
}

/// A text on a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// When it was received or sent there, in epoch milliseconds.
    pub at_ms: i64,
    /// Whether the phone's owner sent it.
    pub sent: bool,
    /// The line at the other end.
    pub line: String,
    /// The words.
    pub body: String,
    /// The message's SID; empty for the carrier's own words.
    pub sid: String,
}

/// A message as the carrier keeps it.
#[derive(Debug)]
pub struct Message {
    pub sid: String,
    pub account: String,
    pub inbound: bool,
    pub from: String,
    pub to: String,
    pub body: String,
    pub media: Vec<(String, MediaFile)>,
    pub status: MessageStatus,
    pub error_code: Option<u32>,
    pub created_ms: i64,
    pub sent_ms: Option<i64>,
    pub updated_ms: i64,
    pub callback: Option<String>,
    pub validity_s: Option<u32>,
    pub service: Option<String>,
}

/// A message that the gateway asks for, checked.
#[derive(Debug)]
pub struct MessageRequest {
    pub from: String,
    pub to: String,
    pub body: String,
    pub callback: Option<String>,
    pub validity_s: Option<u32>,
    pub service: Option<String>,
}

impl World {
    /// Takes a message into the queue. With `queued_first` its first callback is handed out instead of sent.
    pub fn create_message(
        &mut self,
        account: &str,
        request: MessageRequest,
        queued_first: bool,
    ) -> (String, Option<Delivery>) {
        let sid = self.sid("SM");
        let held = match self.phone(&request.to).on_text {
            OnText::Held { ms } => ms,
            _ => 0,
        };
        let valid = request.validity_s.map_or(i64::MAX, |seconds| i64::from(seconds) * 1000);
        let waits = self.config.pace.send_ms.saturating_add(held).min(valid);
        let message = Message {
            sid: sid.clone(),
            account: account.to_owned(),
            inbound: false,
            from: request.from,
            to: request.to,
            body: request.body,
            media: Vec::new(),
            status: MessageStatus::Queued,
            error_code: None,
            created_ms: self.now,
            sent_ms: None,
            updated_ms: self.now,
            callback: request.callback,
            validity_s: request.validity_s,
            service: request.service,
        };
        self.messages.put(&sid, message);
        let first = if queued_first {
            self.receipt(&sid)
        } else {
            self.tell_message(&sid);
            None
        };
        self.schedule(waits, Job::MessageStep(sid.clone()));
        (sid, first)
    }

    /// The message takes its next step.
    pub fn message_step(&mut self, sid: &str) {
        let now = self.now;
        let Some(message) = self.messages.get_mut(sid) else { return };
        let (from, to, body) = (message.from.clone(), message.to.clone(), message.body.clone());
        let waited = now.saturating_sub(message.created_ms);
        let valid = message.validity_s.map_or(i64::MAX, |seconds| i64::from(seconds) * 1000);
        let on_text = self.handsets.get(&to).map(|phone| phone.on_text.clone()).unwrap_or_default();
        let Some(message) = self.messages.get_mut(sid) else { return };
        message.updated_ms = now;
        let (status, code, arrives) = match (message.status, on_text) {
            (MessageStatus::Queued, OnText::Failed { code }) => (MessageStatus::Failed, Some(code), false),
            (MessageStatus::Queued, OnText::Held { ms }) if ms > valid && waited >= valid => {
                (MessageStatus::Failed, Some(30036), false)
            }
            (MessageStatus::Queued, _) => {
                message.sent_ms = Some(now);
                (MessageStatus::Sent, None, false)
            }
            (MessageStatus::Sent, OnText::Undelivered { code }) => {
                (MessageStatus::Undelivered, Some(code), false)
            }
            (MessageStatus::Sent, OnText::Landline { .. }) => {
                (MessageStatus::Undelivered, Some(30006), false)
            }
            (MessageStatus::Sent, OnText::Silent { arrives }) => (MessageStatus::Sent, None, arrives),
            (MessageStatus::Sent, _) => (MessageStatus::Delivered, None, true),
            _ => return,
        };
        let before = std::mem::replace(&mut message.status, status);
        message.error_code = code;
        if arrives {
            let text = Text { at_ms: now, sent: false, line: from, body, sid: sid.to_owned() };
            self.phone(&to).texts.push(text);
        }
        if before != status {
            self.tell_message(sid);
        }
        if before == MessageStatus::Queued && status == MessageStatus::Sent {
            self.schedule(self.config.pace.deliver_ms, Job::MessageStep(sid.to_owned()));
        }
    }

    fn receipt_form(&self, sid: &str) -> Option<(String, String, Form)> {
        let message = self.messages.get(sid)?;
        let url = message.callback.clone()?;
        let mut form = Form::new();
        for (key, value) in [
            ("MessageSid", message.sid.as_str()),
            ("SmsSid", &message.sid),
            ("MessageStatus", message.status.as_str()),
            ("SmsStatus", message.status.as_str()),
            ("AccountSid", &message.account),
            ("From", &message.from),
            ("To", &message.to),
            ("ApiVersion", "2010-04-01"),
        ] {
            pair(&mut form, key, value);
        }
        if let Some(service) = &message.service {
            pair(&mut form, "MessagingServiceSid", service);
        }
        if let Some(code) = message.error_code {
            pair(&mut form, "ErrorCode", code.to_string());
        }
        Some((message.account.clone(), url, form))
    }

    /// The callback of the message's present status, not sent yet.
    fn receipt(&mut self, sid: &str) -> Option<Delivery> {
        let (account, url, form) = self.receipt_form(sid)?;
        Some(self.delivery(&account, sid.to_owned(), Purpose::Callback, (&url, Method::Post), form))
    }

    fn tell_message(&mut self, sid: &str) {
        if let Some((account, url, form)) = self.receipt_form(sid) {
            self.callback(&account, sid.to_owned(), &url, form);
        }
    }

    /// A phone sends a text to a line.
    pub fn text(
        &mut self,
        number: &str,
        line: &str,
        body: &str,
        media: Vec<MediaFile>,
    ) -> Result<String, PhoneError> {
        self.check_phone(number)?;
        let Some(to) = self.line(line).cloned() else { return Err(PhoneError::NoSuchLine) };
        let sid = self.sid(if media.is_empty() { "SM" } else { "MM" });
        let media: Vec<(String, MediaFile)> = media.into_iter().map(|file| (self.sid("ME"), file)).collect();
        let word = carriers_word(body);
        let now = self.now;
        let phone = self.phone(number);
        phone.texts.push(Text {
            at_ms: now,
            sent: true,
            line: line.to_owned(),
            body: body.to_owned(),
            sid: sid.clone(),
        });
        match word {
            Some("STOP") => {
                phone.opted_out.insert(line.to_owned());
            }
            Some("START") => {
                phone.opted_out.remove(line);
            }
            _ => {}
        }
        if let Some(answer) = word.map(carriers_answer) {
            phone.texts.push(Text {
                at_ms: now,
                sent: false,
                line: line.to_owned(),
                body: answer.to_owned(),
                sid: String::new(),
            });
        }
        let mut form = Form::new();
        for (key, value) in [
            ("MessageSid", sid.as_str()),
            ("SmsSid", &sid),
            ("SmsMessageSid", &sid),
            ("SmsStatus", "received"),
            ("AccountSid", &to.account),
            ("From", number),
            ("To", line),
            ("Body", body),
            ("ApiVersion", "2010-04-01"),
        ] {
            pair(&mut form, key, value);
        }
        pair(&mut form, "NumSegments", segments(body).to_string());
        pair(&mut form, "NumMedia", media.len().to_string());
        for (index, (media_sid, file)) in media.iter().enumerate() {
            let url = format!(
                "{}/2010-04-01/Accounts/{}/Messages/{sid}/Media/{media_sid}",
                self.config.base_url.trim_end_matches('/'),
                to.account
            );
            pair(&mut form, &format!("MediaUrl{index}"), url);
            pair(&mut form, &format!("MediaContentType{index}"), &file.content_type);
        }
        if let Some(word) = word {
            pair(&mut form, "OptOutType", word);
        }
        places(&mut form, "From", number);
        places(&mut form, "To", line);
        let message = Message {
            sid: sid.clone(),
            account: to.account.clone(),
            inbound: true,
            from: number.to_owned(),
            to: line.to_owned(),
            body: body.to_owned(),
            media,
            status: MessageStatus::Received,
            error_code: None,
            created_ms: now,
            sent_ms: Some(now),
            updated_ms: now,
            callback: None,
            validity_s: None,
            service: None,
        };
        self.messages.put(&sid, message);
        if let Some(url) = &to.sms_url {
            let target = (url.as_str(), Method::Post);
            let delivery = self.delivery(&to.account, sid.clone(), Purpose::Text, target, form);
            self.schedule(0, Job::Deliver(delivery));
        }
        Ok(sid)
    }

    /// The gateway answered a text, or did not. It answers people over REST: the answer's own TwiML must be empty.
    pub fn text_answered(&mut self, sid: &str, answer: &Answer) {
        if !answer.ok() {
            let status = answer.status.map_or("no answer".to_owned(), |status| format!("status {status}"));
            return self.error(11200, sid, format!("a text could not be handed over: {status}"));
        }
        if answer.body.is_empty() {
            return;
        }
        match parse_document(&answer.body) {
            Ok(verbs) if verbs.is_empty() => {}
            Ok(_) => self.error(12200, sid, "the answer to a text holds verbs of a call"),
            Err(error) => self.error(error.code, sid, error.message),
        }
    }
}
