//! Runs TwiML on a call. The rules that a client gets wrong most easily: keys count only inside a Gather, which they
//! cut short; silence falls through to the next verb; a hang-up asks for nothing.

use std::collections::VecDeque;
use std::io::Cursor;

use super::call::{Begin, CallStatus, Direction, Gathering, Sound, Source, Stage};
use super::progress::told_lane;
use super::time::Job;
use super::twiml::{Gather, Method, Prompt, Verb, parse_document};
use super::webhook::{Answer, Form, Purpose, resolve};
use super::world::{World, pair};

/// How many documents one call may run: one that redirects to itself without taking time must end some day.
const MOST_DOCUMENTS: u32 = 1_000;
/// What the carrier says when it cannot go on.
const APOLOGY: &str = "We are sorry, an application error has occurred. Goodbye.";
/// How long a sound file is taken to be when it is none that can be measured.
const UNKNOWN_LENGTH_MS: i64 = 3_000;

impl World {
    /// Asks the gateway for the call's next document.
    pub fn request_document(&mut self, sid: &str, url: &str, method: Method, extra: Form) {
        let mut form = self.call_form(sid);
        form.extend(extra);
        let fetch = self.serial();
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.program.clear();
        call.stage = Stage::Fetching(fetch);
        call.source = Source::Url(url.to_owned(), method);
        let account = call.account.clone();
        let purpose = Purpose::Document { call: sid.to_owned(), fetch };
        let delivery = self.delivery(&account, format!("{sid} doc {fetch}"), purpose, (url, method), form);
        self.schedule(0, Job::Deliver(delivery));
    }

    /// Goes on at an address given in TwiML, or, without one, at the running document's own.
    pub fn go_on_at(&mut self, sid: &str, address: Option<&str>, method: Method, extra: Form) {
        let Some(call) = self.calls.get(sid) else { return };
        let target = match (address, &call.source) {
            (None, Source::Fallback) => return self.run_fallback(sid),
            (None, Source::Url(url, method)) => Some((url.clone(), *method)),
            (None, Source::Inline) => None,
            (Some(address), Source::Url(base, _)) => resolve(base, address).map(|url| (url, method)),
            (Some(address), _) => resolve("", address).map(|url| (url, method)),
        };
        match target {
            Some((url, method)) => self.request_document(sid, &url, method, extra),
            None => self.application_error(sid, 11100, "an address that cannot be resolved"),
        }
    }

    /// Tells an action of something that happened as the call ended; what it answers is not run.
    pub fn tell_action(&mut self, sid: &str, address: Option<&str>, method: Method, extra: Form) {
        let mut form = self.call_form(sid);
        form.extend(extra);
        let Some(call) = self.calls.get(sid) else { return };
        let account = call.account.clone();
        let target = match (address, &call.source) {
            (None, Source::Url(url, method)) => Some((url.clone(), *method)),
            (Some(address), Source::Url(base, _)) => resolve(base, address).map(|url| (url, method)),
            (Some(address), _) => resolve("", address).map(|url| (url, method)),
            (None, _) => None,
        };
        let Some((url, method)) = target else { return };
        let lane = told_lane(sid);
        let delivery = self.delivery(&account, lane, Purpose::Callback, (&url, method), form);
        self.schedule(0, Job::Deliver(delivery));
    }

    /// The gateway's TwiML came, or did not.
    pub fn document_arrived(&mut self, sid: &str, fetch: u64, answer: &Answer) {
        let Some(call) = self.calls.get(sid) else { return };
        if !matches!(call.stage, Stage::Fetching(waiting) if waiting == fetch) {
            return; // the call went elsewhere, or ended, meanwhile
        }
        let source = call.source.clone();
        let inbound = call.direction == Direction::Inbound;
        if !answer.ok() {
            let status = answer.status.map_or("no answer".to_owned(), |status| format!("status {status}"));
            let has_fallback = self.fallback_of(sid).is_some();
            if inbound && has_fallback {
                self.error(
                    11200,
                    sid,
                    format!("the document could not be fetched: {status}; the fallback answers"),
                );
                return self.run_fallback(sid);
            }
            return self.application_error(
                sid,
                11200,
                format!("the document could not be fetched: {status}"),
            );
        }
        if !matches!(answer.content_type.as_str(), "text/xml" | "application/xml") {
            return self.application_error(sid, 12300, format!("content type {:?}", answer.content_type));
        }
        self.run_document(sid, &answer.body, source);
    }

    fn fallback_of(&self, sid: &str) -> Option<String> {
        let call = self.calls.get(sid)?;
        self.line(&call.to)?.fallback_twiml.clone()
    }

    /// Runs the fallback that is hosted for the line called.
    fn run_fallback(&mut self, sid: &str) {
        match self.fallback_of(sid) {
            Some(text) => self.run_document(sid, text.as_bytes(), Source::Fallback),
            None => self.application_error(sid, 11200, "the line has no fallback"),
        }
    }

    /// Begins a document.
    pub fn run_document(&mut self, sid: &str, text: &[u8], source: Source) {
        let verbs = match parse_document(text) {
            Ok(verbs) => verbs,
            Err(error) => return self.application_error(sid, error.code, error.message),
        };
        let now = self.now;
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.documents += 1;
        if call.documents > MOST_DOCUMENTS {
            return self.application_error(sid, 11215, "too many documents in one call");
        }
        let screening = matches!(call.begin, Begin::Bridge { .. });
        if screening && verbs.iter().any(|verb| matches!(verb, Verb::Dial(_))) {
            return self.application_error(sid, 12200, "<Dial> is not allowed in the screening of a callee");
        }
        call.source = source;
        call.program = VecDeque::from(verbs);
        if !matches!(call.program.front(), Some(Verb::Reject { .. })) {
            call.take_up(now);
        }
        self.advance(sid);
    }

    /// Says so (in a call that it answers for that, if need be), ends the call, and keeps the error for whoever tests the gateway.
    pub fn application_error(&mut self, sid: &str, code: u32, message: impl Into<String>) {
        self.error(code, sid, message);
        let now = self.now;
        if let Some(call) = self.calls.get_mut(sid) {
            call.take_up(now);
        }
        self.hear(sid, Sound::Carrier { text: APOLOGY.into() });
        self.hang_up(sid);
    }

    /// Runs the next verb.
    pub fn advance(&mut self, sid: &str) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let verb = call.program.pop_front();
        match verb {
            None if matches!(call.begin, Begin::Bridge { .. }) => self.bridge(sid),
            None | Some(Verb::Hangup) => self.hang_up(sid),
            Some(Verb::Prompt(prompt)) => {
                call.stage = Stage::Prompting { rest: VecDeque::from([prompt]), gather: None, media: None };
                self.next_prompt(sid);
            }
            Some(Verb::Gather(verb)) => {
                let rest = VecDeque::from(verb.prompts.clone());
                let gather = Some(Gathering { verb, digits: String::new() });
                call.stage = Stage::Prompting { rest, gather, media: None };
                self.listening_began(sid);
                self.next_prompt(sid);
            }
            Some(Verb::Record(record)) => self.begin_recording(sid, record),
            Some(Verb::Dial(dial)) => match dial.conference.clone() {
                Some(conference) => self.begin_conference(sid, dial, &conference),
                None => self.begin_dial(sid, dial),
            },
            Some(Verb::Redirect { url, method }) => self.go_on_at(sid, Some(&url), method, Form::new()),
            Some(Verb::Reject { busy }) if call.answered_ms.is_none() => {
                let text = if busy { "Busy tone." } else { "The number you dialled is not in service." };
                self.hear(sid, Sound::Carrier { text: text.into() });
                self.end(sid, if busy { CallStatus::Busy } else { CallStatus::NoAnswer });
            }
            Some(Verb::Reject { .. }) => self.hang_up(sid),
        }
    }

    fn next_prompt(&mut self, sid: &str) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Stage::Prompting { rest, gather, media } = &mut call.stage else { return };
        let account = call.account.clone();
        *media = None;
        match rest.pop_front() {
            None => match gather.take() {
                Some(gathering) => {
                    let silence = i64::from(gathering.verb.timeout) * 1000;
                    call.stage = Stage::Listening(gathering);
                    self.set_step(sid, silence);
                }
                None => self.advance(sid),
            },
            Some(Prompt::Say { text, language }) => {
                let lasts = self.config.pace.say_ms(&text);
                self.hear(sid, Sound::Said { text, language });
                self.set_step(sid, lasts);
            }
            Some(Prompt::Pause { seconds }) => {
                let lasts = if self.config.pace.play_in_full { i64::from(seconds) * 1000 } else { 0 };
                self.set_step(sid, lasts);
            }
            Some(Prompt::Play { url }) => {
                let base = match &call.source {
                    Source::Url(base, _) => base.as_str(),
                    Source::Fallback | Source::Inline => "",
                };
                let Some(url) = resolve(base, &url) else {
                    return self.application_error(sid, 11100, "a sound file's address cannot be resolved");
                };
                let fetch = self.serial();
                if let Some(call) = self.calls.get_mut(sid)
                    && let Stage::Prompting { media, .. } = &mut call.stage
                {
                    *media = Some(fetch);
                }
                let purpose = Purpose::Media { call: sid.to_owned(), fetch };
                let lane = format!("{sid} media {fetch}");
                let delivery = self.delivery(&account, lane, purpose, (&url, Method::Get), Form::new());
                self.schedule(0, Job::Deliver(delivery));
            }
        }
    }

    /// A sound file came, or did not.
    pub fn media_arrived(&mut self, sid: &str, fetch: u64, url: &str, answer: &Answer) {
        let Some(call) = self.calls.get(sid) else { return };
        if !matches!(&call.stage, Stage::Prompting { media: Some(waiting), .. } if *waiting == fetch) {
            return;
        }
        let ms = answer.ok().then(|| wav_length_ms(&answer.body).unwrap_or(UNKNOWN_LENGTH_MS));
        if ms.is_none() {
            self.error(11200, sid, "a sound file could not be fetched");
        }
        self.hear(sid, Sound::Played { url: url.to_owned(), ms });
        let lasts = if self.config.pace.play_in_full { ms.unwrap_or(0) } else { 0 };
        self.set_step(sid, lasts);
    }

    /// The step timer ran out.
    pub fn call_step(&mut self, sid: &str) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.timers.step = None;
        match &call.stage {
            Stage::Ringing => self.end(sid, CallStatus::NoAnswer),
            Stage::Prompting { .. } => self.next_prompt(sid),
            Stage::Listening(_) => self.gathered(sid, None),
            Stage::Recording(_) => self.finish_recording(sid, ""),
            Stage::Dialing(_) => self.dial_timed_out(sid),
            Stage::Conferring(_) => self.wait_step(sid),
            Stage::Queued | Stage::Fetching(_) | Stage::Bridged | Stage::Ended => {}
        }
    }

    /// The phone's owner presses a key.
    pub fn key(&mut self, sid: &str, key: char) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let counted = match &call.stage {
            Stage::Recording(taping) => taping.verb.finish_on_key.contains(key),
            _ => call.listens(),
        };
        self.hear(sid, Sound::Key { key, counted });
        if !counted {
            return;
        }
        self.stop_step(sid);
        let Some(call) = self.calls.get_mut(sid) else { return };
        let stage = std::mem::replace(&mut call.stage, Stage::Queued);
        let mut gathering = match stage {
            Stage::Prompting { gather: Some(gathering), .. } | Stage::Listening(gathering) => gathering,
            stage => {
                call.stage = stage;
                return self.finish_recording(sid, &key.to_string());
            }
        };
        let finished = gathering.verb.finish_on_key == Some(key);
        if !finished {
            gathering.digits.push(key);
        }
        let full = gathering.verb.num_digits.is_some_and(|most| gathering.digits.len() >= most);
        let silence = i64::from(gathering.verb.timeout) * 1000;
        call.stage = Stage::Listening(gathering);
        if finished || full {
            self.gathered(sid, finished.then_some(key));
        } else {
            self.set_step(sid, silence);
        }
    }

    /// A Gather is over: its keys go to the action; silence goes on with the next verb.
    fn gathered(&mut self, sid: &str, finished_on: Option<char>) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let stage = std::mem::replace(&mut call.stage, Stage::Queued);
        let Stage::Listening(Gathering { verb, digits }) = stage else {
            call.stage = stage;
            return;
        };
        let Gather { action, method, action_on_empty, .. } = verb;
        if digits.is_empty() && !action_on_empty {
            return self.advance(sid);
        }
        let mut form = Form::new();
        pair(&mut form, "Digits", digits);
        pair(&mut form, "FinishedOnKey", finished_on.map(String::from).unwrap_or_default());
        self.go_on_at(sid, action.as_deref(), method, form);
    }

    /// Leads a live call elsewhere: to an address, or to TwiML that came with the request.
    pub fn redirect(&mut self, sid: &str, begin: Begin) {
        self.stop_step(sid);
        let Some(call) = self.calls.get_mut(sid) else { return };
        let stage = std::mem::replace(&mut call.stage, Stage::Queued);
        let parent = call.parent.clone();
        match stage {
            Stage::Dialing(dialling) => self.end_legs(&dialling.legs),
            Stage::Conferring(place) => self.left(sid, &place),
            Stage::Recording(taping) => self.recording_ended(sid, taping, "", false),
            Stage::Bridged => {
                if let Some(parent) = parent {
                    self.leg_ended(&parent, sid);
                }
            }
            _ => {}
        }
        match begin {
            Begin::Document { url, method } => self.request_document(sid, &url, method, Form::new()),
            Begin::Twiml(text) => self.run_document(sid, text.as_bytes(), Source::Inline),
            Begin::Bridge { .. } => {}
        }
    }
}

/// The length of a WAV file.
fn wav_length_ms(bytes: &[u8]) -> Option<i64> {
    let reader = hound::WavReader::new(Cursor::new(bytes)).ok()?;
    let rate = reader.spec().sample_rate;
    (i64::from(reader.duration()) * 1000).checked_div(i64::from(rate))
}
