//! The Dial verb. The first to pick up is connected, a voicemail too; the others stop ringing at that moment, even if
//! the one who picked up is then asked something and rings off. Such a callee ends the Dial as `completed` with
//! `DialBridged=false`: who reads only the status takes him for having talked.

use super::call::{Begin, Call, CallStatus, Direction, Sound, Source, Stage, Told};
use super::twiml::{Dial, Method};
use super::webhook::{Form, resolve};
use super::world::{World, is_e164, pair};

/// A Dial under way.
#[derive(Debug)]
pub struct Dialling {
    pub verb: Dial,
    /// The calls to the numbers, in the verb's order.
    pub legs: Vec<String>,
    /// The one that picked up first.
    pub taken: Option<String>,
    /// Whether it was connected.
    pub bridged: bool,
}

impl World {
    /// Rings all numbers of a Dial at once.
    pub fn begin_dial(&mut self, sid: &str, verb: Dial) {
        let Some(call) = self.calls.get(sid) else { return };
        let account = call.account.clone();
        let base = match &call.source {
            Source::Url(url, _) => url.clone(),
            Source::Fallback | Source::Inline => String::new(),
        };
        let own = if call.direction == Direction::Inbound { &call.from } else { &call.to };
        let shown = match &verb.caller_id {
            Some(id) if self.may_show(&account, id) || id == own => id.clone(),
            Some(_) => {
                return self.application_error(sid, 13214, "<Dial> callerId is not the account's to show");
            }
            None => call.from.clone(),
        };
        let mut legs = Vec::new();
        for number in &verb.numbers {
            let leg_sid = self.sid("CA");
            let mut leg = Call::new(leg_sid.clone(), account.clone(), Direction::OutboundDial, self.now);
            leg.from = shown.clone();
            leg.to = number.number.clone();
            leg.phone = number.number.clone();
            leg.parent = Some(sid.to_owned());
            leg.ring_s = verb.timeout;
            let screen = number.screen.as_deref().and_then(|url| resolve(&base, url));
            leg.begin = Begin::Bridge { screen: screen.map(|url| (url, number.method)) };
            leg.told = number
                .status_callback
                .as_deref()
                .and_then(|url| resolve(&base, url))
                .map(|url| Told { url, events: number.status_events.clone() });
            self.calls.put(&leg_sid, leg);
            legs.push(leg_sid);
        }
        let timeout = i64::from(verb.timeout) * 1000;
        if let Some(call) = self.calls.get_mut(sid) {
            call.stage = Stage::Dialing(Dialling { verb, legs: legs.clone(), taken: None, bridged: false });
        }
        self.hear(sid, Sound::Ringback);
        self.set_step(sid, timeout);
        for leg in legs {
            self.place_call(&leg);
        }
    }

    fn dialling(&mut self, sid: &str) -> Option<&mut Dialling> {
        match &mut self.calls.get_mut(sid)?.stage {
            Stage::Dialing(dialling) => Some(dialling),
            _ => None,
        }
    }

    fn parent_of(&self, leg: &str) -> Option<String> {
        self.calls.get(leg)?.parent.clone()
    }

    /// A leg was picked up: the others stop ringing.
    pub fn leg_picked_up(&mut self, leg: &str, screen: Option<(String, Method)>) {
        let Some(parent) = self.parent_of(leg) else { return };
        self.stop_step(&parent);
        let Some(dialling) = self.dialling(&parent) else { return self.hang_up(leg) };
        dialling.taken = Some(leg.to_owned());
        let others: Vec<String> = dialling.legs.iter().filter(|other| *other != leg).cloned().collect();
        self.end_legs(&others);
        match screen {
            Some((url, method)) => self.request_document(leg, &url, method, Form::new()),
            None => self.bridge(leg),
        }
    }

    /// A leg's screening is over, or there was none: it is connected to who dialled.
    pub fn bridge(&mut self, leg: &str) {
        let Some(parent) = self.parent_of(leg) else { return self.hang_up(leg) };
        let limit = match self.dialling(&parent) {
            Some(dialling) if dialling.taken.as_deref() == Some(leg) => {
                dialling.bridged = true;
                dialling.verb.time_limit
            }
            _ => return self.hang_up(leg),
        };
        let phone_of = |world: &World, sid: &str| world.calls.get(sid).map(|call| call.phone.clone());
        let (at_leg, at_parent) = (phone_of(self, leg), phone_of(self, &parent));
        if let Some(call) = self.calls.get_mut(leg) {
            call.stage = Stage::Bridged;
        }
        self.set_limit(leg, limit);
        self.hear(leg, Sound::Connected { to: at_parent.unwrap_or_default() });
        self.hear(&parent, Sound::Connected { to: at_leg.unwrap_or_default() });
    }

    /// The calls that a connected call is connected to.
    pub fn peers(&self, sid: &str) -> Vec<String> {
        let Some(call) = self.calls.get(sid) else { return Vec::new() };
        match &call.stage {
            Stage::Bridged => call.parent.iter().cloned().collect(),
            Stage::Dialing(dialling) if dialling.bridged => dialling.taken.iter().cloned().collect(),
            Stage::Conferring(_) => self.conferring_with(sid),
            _ => Vec::new(),
        }
    }

    /// Nobody picked up in time.
    pub fn dial_timed_out(&mut self, sid: &str) {
        let legs = self.dialling(sid).map(|dialling| dialling.legs.clone()).unwrap_or_default();
        for leg in legs {
            self.end(&leg, CallStatus::NoAnswer);
        }
    }

    /// Ends legs from the dialling side.
    pub fn end_legs(&mut self, legs: &[String]) {
        for leg in legs {
            let answered = self.calls.get(leg).is_some_and(|call| call.answered_ms.is_some());
            self.end(leg, if answered { CallStatus::Completed } else { CallStatus::Canceled });
        }
    }

    /// A leg ended: the Dial is over if it was the one that picked up, or the last that could have.
    pub fn leg_ended(&mut self, parent: &str, leg: &str) {
        let Some(call) = self.calls.get(parent) else { return };
        let Stage::Dialing(dialling) = &call.stage else { return };
        let over = match &dialling.taken {
            Some(taken) => taken == leg,
            None => {
                dialling.legs.iter().all(|leg| self.calls.get(leg).is_none_or(|call| call.status.is_final()))
            }
        };
        if !over {
            return;
        }
        self.stop_step(parent);
        let Some(call) = self.calls.get_mut(parent) else { return };
        let Stage::Dialing(dialling) = std::mem::replace(&mut call.stage, Stage::Queued) else { return };
        let form = self.dial_form(&dialling, None);
        match &dialling.verb.action {
            Some(action) => self.go_on_at(parent, Some(action), dialling.verb.method, form),
            None => self.advance(parent),
        }
    }

    /// Who dialled rang off: the legs end with him, and the action hears of it.
    pub fn dialler_left(&mut self, sid: &str, dialling: Dialling) {
        self.end_legs(&dialling.legs);
        if let Some(action) = &dialling.verb.action {
            let form = self.dial_form(&dialling, Some(CallStatus::Canceled));
            self.tell_action(sid, Some(action), dialling.verb.method, form);
        }
    }

    fn dial_form(&self, dialling: &Dialling, untaken: Option<CallStatus>) -> Form {
        let legs: Vec<&Call> = dialling.legs.iter().filter_map(|leg| self.calls.get(leg)).collect();
        let taken = dialling.taken.as_deref().and_then(|leg| self.calls.get(leg));
        let status = match (taken, untaken) {
            (Some(_), _) => CallStatus::Completed,
            (None, Some(status)) => status,
            (None, None) => [CallStatus::NoAnswer, CallStatus::Busy]
                .into_iter()
                .find(|status| legs.iter().any(|leg| leg.status == *status))
                .unwrap_or(CallStatus::Failed),
        };
        let mut form = Form::new();
        pair(&mut form, "DialCallStatus", status.as_str());
        if let Some(leg) = taken.or(legs.first().copied()) {
            pair(&mut form, "DialCallSid", &leg.sid);
        }
        if let Some(leg) = taken {
            pair(&mut form, "DialCallDuration", leg.duration_s().unwrap_or(0).to_string());
        }
        pair(&mut form, "DialBridged", dialling.bridged.to_string());
        form
    }

    /// Rings a call's phone, which does what it was told to do.
    pub fn ring_phone(&mut self, sid: &str) {
        let Some(call) = self.calls.get(sid) else { return };
        let (phone, dialled) = (call.phone.clone(), call.direction == Direction::OutboundDial);
        let ring_ms = i64::from(call.ring_s) * 1000;
        if !is_e164(&phone) || self.line(&phone).is_some() {
            return self.end(sid, CallStatus::Failed);
        }
        let answer = match self.rings(&phone, sid) {
            Ok(answer) => answer,
            Err(status) => return self.end(sid, status),
        };
        if let Some(call) = self.calls.get_mut(sid) {
            call.status = CallStatus::Ringing;
            call.stage = Stage::Ringing;
        }
        self.tell(sid, "ringing");
        if !dialled {
            self.set_step(sid, ring_ms); // a Dial gives up for all its legs at once
        }
        if let Some(after_ms) = answer {
            self.set_phone(sid, after_ms);
        }
    }
}
