//! A call's life: it rings, is picked up, reaches a limit, ends. What is said in between is in `interpret`.

use super::call::{Begin, CallStatus, Direction, Heard, Sound, Source, Stage};
use super::time::Job;
use super::webhook::Form;
use super::world::World;

impl World {
    /// Writes down what is heard.
    pub fn hear(&mut self, sid: &str, what: Sound) {
        let at_ms = self.now;
        if let Some(call) = self.calls.get_mut(sid) {
            call.heard.push(Heard { at_ms, what });
        }
    }

    /// Sets the call's step timer, in place of the one before.
    pub fn set_step(&mut self, sid: &str, in_ms: i64) {
        self.stop_step(sid);
        let key = self.schedule(in_ms, Job::CallStep(sid.to_owned()));
        if let Some(call) = self.calls.get_mut(sid) {
            call.timers.step = Some(key);
        }
    }

    /// Stops the call's step timer.
    pub fn stop_step(&mut self, sid: &str) {
        let key = self.calls.get_mut(sid).and_then(|call| call.timers.step.take());
        self.queue.cancel(key);
    }

    /// An outbound call leaves the queue.
    pub fn place_call(&mut self, sid: &str) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(sid) else { return };
        if call.status.is_final() {
            return;
        }
        call.started_ms = Some(now);
        call.status = CallStatus::Initiated;
        self.tell(sid, "initiated");
        self.ring_phone(sid);
    }

    /// The phone's owner, or a machine, picked up.
    pub fn picked_up(&mut self, sid: &str) {
        let now = self.now;
        self.stop_step(sid);
        let Some(call) = self.calls.get_mut(sid) else { return };
        if call.status != CallStatus::Ringing {
            return;
        }
        let phone_timer = call.timers.phone.take();
        call.status = CallStatus::InProgress;
        call.answered_ms = Some(now);
        let begin = call.begin.clone();
        let limit = call.limit_s;
        self.queue.cancel(phone_timer);
        self.set_limit(sid, limit);
        self.tell(sid, "answered");
        self.start_script(sid);
        match begin {
            Begin::Document { url, method } => {
                let form = self.answered_by(sid);
                self.request_document(sid, &url, method, form);
            }
            Begin::Twiml(text) => self.run_document(sid, text.as_bytes(), Source::Inline),
            Begin::Bridge { screen } => self.leg_picked_up(sid, screen),
        }
    }

    /// The call ends when it has lasted so long from now.
    pub fn set_limit(&mut self, sid: &str, seconds: Option<u32>) {
        let Some(seconds) = seconds else { return };
        let key = self.schedule(i64::from(seconds) * 1000, Job::CallLimit(sid.to_owned()));
        let before = self.calls.get_mut(sid).and_then(|call| call.timers.limit.replace(key));
        self.queue.cancel(before);
    }

    fn answered_by(&self, sid: &str) -> Form {
        match self.calls.get(sid) {
            Some(call) if call.detect_machine => {
                let machine = self.handsets.get(&call.phone).is_some_and(|phone| phone.is_machine());
                let answer = if machine { "machine_start" } else { "human" };
                vec![("AnsweredBy".to_owned(), answer.to_owned())]
            }
            _ => Form::new(),
        }
    }

    /// The phone's owner rings off, or declines.
    pub fn phone_left(&mut self, sid: &str) {
        let Some(call) = self.calls.get(sid) else { return };
        match (&call.stage, call.direction, call.answered_ms) {
            (Stage::Ended, ..) => {}
            (_, Direction::Inbound, None) => self.end(sid, CallStatus::NoAnswer),
            (Stage::Ringing, ..) => self.end(sid, CallStatus::Busy),
            _ => self.hang_up(sid),
        }
    }

    /// Ends an answered call from either side.
    pub fn hang_up(&mut self, sid: &str) {
        self.end(sid, CallStatus::Completed);
    }

    /// Ends a call, whatever it is doing, and tells everyone who wants to know.
    pub fn end(&mut self, sid: &str, status: CallStatus) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(sid) else { return };
        if call.status.is_final() {
            return;
        }
        call.status = status;
        call.ended_ms = Some(now);
        call.program.clear();
        call.script.clear();
        let stage = std::mem::replace(&mut call.stage, Stage::Ended);
        let timers = std::mem::take(&mut call.timers);
        let (phone, parent, inbound) =
            (call.phone.clone(), call.parent.clone(), call.direction == Direction::Inbound);
        for timer in [timers.step, timers.limit, timers.phone] {
            self.queue.cancel(timer);
        }
        self.release_phone(&phone, sid);
        match stage {
            Stage::Recording(taping) => self.recording_ended(sid, taping, "hangup", true),
            Stage::Dialing(dialling) => self.dialler_left(sid, dialling),
            Stage::Conferring(place) => self.member_rang_off(sid, place),
            _ => {}
        }
        if inbound {
            self.tell_line(sid);
        } else {
            self.tell(sid, "completed");
        }
        if let Some(parent) = parent {
            self.leg_ended(&parent, sid);
        }
    }
}
