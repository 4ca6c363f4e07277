//! Phones. Any number that is no line is one: what it does when it rings or receives a text, and what is done with it
//! by hand.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::call::{Begin, Call, CallStatus, Direction, Stage};
use super::message::Text;
use super::time::Job;
use super::twiml::{Method, is_key};
use super::webhook::Form;
use super::world::{World, is_e164, pair};

/// The most seconds that one can speak without a break.
const LONGEST_SPEECH_S: u32 = 3_600;
/// The most keys pressed in one go.
const MOST_KEYS: usize = 100;

/// Something that a phone's owner does by himself, once he has picked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Act {
    /// Waits.
    Wait {
        /// So long.
        ms: i64,
    },
    /// Waits until keys are listened for, or a recording has begun.
    Listen,
    /// Presses keys, one after the other.
    Press {
        /// Out of `0123456789*#`.
        keys: String,
    },
    /// Speaks.
    Speak {
        /// For so long.
        seconds: u32,
        /// What, for the transcript.
        #[serde(default)]
        words: String,
    },
    /// Rings off.
    HangUp,
}

/// What a phone does when it is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OnCall {
    /// Rings until it is answered by hand, or the caller gives up.
    #[default]
    Manual,
    /// Is picked up and used.
    Answer {
        /// After ringing so long.
        after_ms: i64,
        /// What its owner does then.
        #[serde(default)]
        script: Vec<Act>,
    },
    /// A voicemail picks up, lets everybody talk, presses nothing and rings off.
    Voicemail {
        /// After ringing so long.
        after_ms: i64,
        /// So long after it picked up.
        lasts_ms: i64,
    },
    /// Is picked up and put down again, in mid-sentence perhaps.
    HangUpAfter {
        /// Picked up after ringing so long.
        after_ms: i64,
        /// Put down so much later.
        ms: i64,
    },
    /// Is declined.
    Decline {
        /// After ringing so long.
        after_ms: i64,
    },
    /// Is engaged.
    Busy,
    /// Rings until the caller gives up.
    NoAnswer,
    /// Cannot be reached: the call fails.
    Unreachable,
}

/// What becomes of a text to a phone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OnText {
    /// It arrives, and a receipt says so.
    #[default]
    Delivered,
    /// It was sent and did not arrive: 30003, 30005, 30006, 30007 …
    Undelivered {
        /// The carrier's code.
        code: u32,
    },
    /// It could not be sent: 30008, 30036 …
    Failed {
        /// The carrier's code.
        code: u32,
    },
    /// The number is a fixed line.
    Landline {
        /// Whether the carrier knows it: refused at once with 21614, else undelivered with 30006.
        known: bool,
    },
    /// It stays in the carrier's queue so long, or expires there (30036).
    Held {
        /// So long.
        ms: i64,
    },
    /// No receipt ever comes.
    Silent {
        /// Whether it arrives all the same.
        arrives: bool,
    },
}

/// What the network says about a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallerFacts {
    /// What `From` says in place of the phone's number: `anonymous`, `+266696687`, nothing, or anything else.
    pub shown: Option<String>,
    /// `StirVerstat`, e.g. `TN-Validation-Passed-A`.
    pub stir_verstat: Option<String>,
    /// `ForwardedFrom`.
    pub forwarded_from: Option<String>,
    /// `CallerName`.
    pub caller_name: Option<String>,
}

impl CallerFacts {
    /// A caller who hides his number.
    pub fn withheld() -> CallerFacts {
        CallerFacts { shown: Some("anonymous".into()), ..CallerFacts::default() }
    }
}

/// A file sent with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// Its content type.
    pub content_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why a phone cannot do what it was told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// The number is a line of the carrier's, or is not E.164.
    #[error("this number is not a phone: write it as + and 7 to 15 digits, and not a line's")]
    NotAPhone,
    /// The number dialled or texted is no line.
    #[error("that number is no line of this carrier")]
    NoSuchLine,
    /// The phone is in a call already.
    #[error("the phone is in a call already: hang up first")]
    InACall,
    /// The phone is in no call, or it rings still.
    #[error("the phone is in no call: dial, or answer first")]
    NoCall,
    /// The phone does not ring.
    #[error("the phone does not ring")]
    NotRinging,
    /// Keys other than `0123456789*#`, none, or more than 100.
    #[error("keys are 0 to 9, * and #, at most 100 of them")]
    BadKeys,
}

/// A phone, as the carrier's network sees it.
#[derive(Debug, Default)]
pub struct State {
    pub on_call: OnCall,
    pub on_text: OnText,
    /// The call that it rings for or is in.
    pub live: Option<String>,
    /// All its calls, oldest first.
    pub calls: Vec<String>,
    /// Texts received and sent, oldest first.
    pub texts: Vec<Text>,
    /// The lines whose texts its owner refused with STOP.
    pub opted_out: BTreeSet<String>,
}

impl State {
    /// Whether a machine will pick up.
    pub fn is_machine(&self) -> bool {
        matches!(self.on_call, OnCall::Voicemail { .. })
    }
}

impl World {
    /// The phone of a number, made at its first use.
    pub fn phone(&mut self, number: &str) -> &mut State {
        self.handsets.entry(number.to_owned()).or_default()
    }

    /// A call reaches a phone: in how long it is picked up or declined, `None` if only by hand, or how it fails.
    pub fn rings(&mut self, number: &str, sid: &str) -> Result<Option<i64>, CallStatus> {
        let phone = self.phone(number);
        phone.calls.push(sid.to_owned());
        if phone.live.is_some() {
            return Err(CallStatus::Busy);
        }
        let after = match phone.on_call {
            OnCall::Busy => return Err(CallStatus::Busy),
            OnCall::Unreachable => return Err(CallStatus::Failed),
            OnCall::Manual | OnCall::NoAnswer => None,
            OnCall::Answer { after_ms, .. }
            | OnCall::Voicemail { after_ms, .. }
            | OnCall::HangUpAfter { after_ms, .. }
            | OnCall::Decline { after_ms } => Some(after_ms),
        };
        phone.live = Some(sid.to_owned());
        Ok(after)
    }

    /// Sets when the phone's owner acts next.
    pub fn set_phone(&mut self, sid: &str, in_ms: i64) {
        let key = self.schedule(in_ms.max(0), Job::PhoneActs(sid.to_owned()));
        let before = self.calls.get_mut(sid).and_then(|call| call.timers.phone.replace(key));
        self.queue.cancel(before);
    }

    /// The call is over for its phone.
    pub fn release_phone(&mut self, number: &str, sid: &str) {
        if let Some(phone) = self.handsets.get_mut(number)
            && phone.live.as_deref() == Some(sid)
        {
            phone.live = None;
        }
    }

    /// The owner picked up: what he does from here.
    pub fn start_script(&mut self, sid: &str) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Some(phone) = self.handsets.get(&call.phone) else { return };
        let script = match &phone.on_call {
            OnCall::Answer { script, .. } => VecDeque::from(script.clone()),
            OnCall::Voicemail { lasts_ms: ms, .. } | OnCall::HangUpAfter { ms, .. } => {
                VecDeque::from([Act::Wait { ms: *ms }, Act::HangUp])
            }
            _ => return,
        };
        call.script = script;
        self.set_phone(sid, 0);
    }

    /// Keys count from now on, or a recording has begun: a script may have waited for it.
    pub fn listening_began(&mut self, sid: &str) {
        let waits =
            self.calls.get_mut(sid).is_some_and(|call| std::mem::replace(&mut call.script_listens, false));
        if waits {
            self.set_phone(sid, 0);
        }
    }

    /// The phone's owner does the next thing by himself.
    pub fn phone_acts(&mut self, sid: &str) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        call.timers.phone = None;
        if call.status == CallStatus::Ringing && call.direction != Direction::Inbound {
            let declines = self
                .handsets
                .get(&call.phone)
                .is_some_and(|phone| matches!(phone.on_call, OnCall::Decline { .. }));
            return if declines { self.phone_left(sid) } else { self.picked_up(sid) };
        }
        while let Some(call) = self.calls.get_mut(sid)
            && let Some(act) = call.script.pop_front()
        {
            match act {
                Act::Wait { ms } => return self.set_phone(sid, ms),
                Act::Listen if call.listens() || matches!(call.stage, Stage::Recording(_)) => {}
                Act::Listen => {
                    call.script.push_front(Act::Listen);
                    call.script_listens = true;
                    return;
                }
                Act::Press { keys } => {
                    for key in keys.chars().filter(|key| is_key(*key)) {
                        self.key(sid, key);
                    }
                }
                Act::Speak { seconds, words } => {
                    let seconds = seconds.min(LONGEST_SPEECH_S);
                    self.speech(sid, seconds, &words);
                    return self.set_phone(sid, i64::from(seconds) * 1000);
                }
                Act::HangUp => return self.phone_left(sid),
            }
        }
    }

    /// A phone dials a line.
    pub fn dial(&mut self, number: &str, line: &str, facts: CallerFacts) -> Result<String, PhoneError> {
        self.check_phone(number)?;
        let Some(dialled) = self.line(line).cloned() else { return Err(PhoneError::NoSuchLine) };
        if self.phone(number).live.is_some() {
            return Err(PhoneError::InACall);
        }
        let sid = self.sid("CA");
        let mut call = Call::new(sid.clone(), dialled.account, Direction::Inbound, self.now);
        call.from = facts.shown.unwrap_or_else(|| number.to_owned());
        call.to = line.to_owned();
        call.phone = number.to_owned();
        call.status = CallStatus::Ringing;
        call.stage = Stage::Ringing;
        call.started_ms = Some(self.now);
        for (key, value) in [
            ("StirVerstat", facts.stir_verstat),
            ("ForwardedFrom", facts.forwarded_from),
            ("CallerName", facts.caller_name),
        ] {
            if let Some(value) = value {
                pair(&mut call.facts, key, value);
            }
        }
        pair(&mut call.facts, "CallToken", format!("token-{sid}"));
        self.calls.put(&sid, call);
        let phone = self.phone(number);
        phone.live = Some(sid.clone());
        phone.calls.push(sid.clone());
        match dialled.voice_url {
            Some(url) => {
                if let Some(call) = self.calls.get_mut(&sid) {
                    call.begin = Begin::Document { url: url.clone(), method: Method::Post };
                }
                self.request_document(&sid, &url, Method::Post, Form::new());
            }
            None => self.end(&sid, CallStatus::Failed),
        }
        Ok(sid)
    }

    /// Presses keys, in a call that was answered.
    pub fn press(&mut self, number: &str, keys: &str) -> Result<(), PhoneError> {
        if keys.is_empty() || keys.len() > MOST_KEYS || !keys.chars().all(is_key) {
            return Err(PhoneError::BadKeys);
        }
        let sid = self.talking(number)?;
        for key in keys.chars() {
            self.key(&sid, key);
        }
        Ok(())
    }

    /// Speaks, in a call that was answered.
    pub fn speak(&mut self, number: &str, seconds: u32, words: &str) -> Result<(), PhoneError> {
        let sid = self.talking(number)?;
        self.speech(&sid, seconds.min(LONGEST_SPEECH_S), words);
        Ok(())
    }

    /// Rings off.
    pub fn ring_off(&mut self, number: &str) -> Result<(), PhoneError> {
        let sid = self.live(number).ok_or(PhoneError::NoCall)?;
        self.phone_left(&sid);
        Ok(())
    }

    /// Picks up.
    pub fn answer(&mut self, number: &str) -> Result<(), PhoneError> {
        let sid = self.ringing(number)?;
        self.picked_up(&sid);
        Ok(())
    }

    /// Declines.
    pub fn decline(&mut self, number: &str) -> Result<(), PhoneError> {
        let sid = self.ringing(number)?;
        self.phone_left(&sid);
        Ok(())
    }

    /// The call that a phone rings for or is in.
    pub fn live(&self, number: &str) -> Option<String> {
        self.handsets.get(number)?.live.clone()
    }

    fn talking(&self, number: &str) -> Result<String, PhoneError> {
        let sid = self.live(number).ok_or(PhoneError::NoCall)?;
        let call = self.calls.get(&sid).ok_or(PhoneError::NoCall)?;
        if call.status == CallStatus::InProgress { Ok(sid) } else { Err(PhoneError::NoCall) }
    }

    fn ringing(&self, number: &str) -> Result<String, PhoneError> {
        let sid = self.live(number).ok_or(PhoneError::NotRinging)?;
        let call = self.calls.get(&sid).ok_or(PhoneError::NotRinging)?;
        let rings = call.direction != Direction::Inbound && call.status == CallStatus::Ringing;
        if rings { Ok(sid) } else { Err(PhoneError::NotRinging) }
    }

    /// Whether a number can be a phone.
    pub fn check_phone(&self, number: &str) -> Result<(), PhoneError> {
        if is_e164(number) && self.line(number).is_none() { Ok(()) } else { Err(PhoneError::NotAPhone) }
    }
}
