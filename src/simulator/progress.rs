//! What the gateway is told about a call: the fields of every request, and the callbacks of its progress.

use super::webhook::Form;
use super::world::{World, pair, rfc2822};

impl World {
    /// The fields that every request about a call carries.
    pub fn call_form(&self, sid: &str) -> Form {
        let mut form = Form::new();
        let Some(call) = self.calls.get(sid) else { return form };
        for (key, value) in [
            ("CallSid", call.sid.as_str()),
            ("AccountSid", &call.account),
            ("From", &call.from),
            ("To", &call.to),
            ("Caller", &call.from),
            ("Called", &call.to),
            ("CallStatus", call.status.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("Direction", call.direction.as_str()),
        ] {
            pair(&mut form, key, value);
        }
        places(&mut form, "From", &call.from);
        places(&mut form, "To", &call.to);
        if let Some(parent) = &call.parent {
            pair(&mut form, "ParentCallSid", parent);
        }
        form.extend(call.facts.iter().cloned());
        form
    }

    /// The fields of a progress callback, which takes the next sequence number.
    fn progress_form(&mut self, sid: &str) -> Form {
        let mut form = self.call_form(sid);
        let now = self.now;
        let Some(call) = self.calls.get_mut(sid) else { return form };
        pair(&mut form, "CallbackSource", "call-progress-events");
        pair(&mut form, "SequenceNumber", call.sequence.to_string());
        pair(&mut form, "Timestamp", rfc2822(now));
        call.sequence += 1;
        if let Some(seconds) = call.duration_s() {
            pair(&mut form, "CallDuration", seconds.to_string());
            pair(&mut form, "Duration", (seconds.saturating_add(59) / 60).to_string());
            pair(&mut form, "SipResponseCode", call.status.sip_code());
        }
        form
    }

    /// Tells an outbound call's progress to the address given for it, if it wants this event.
    pub fn tell(&mut self, sid: &str, event: &str) {
        let Some(call) = self.calls.get(sid) else { return };
        let Some(told) = call.told.clone() else { return };
        let account = call.account.clone();
        if told.events.iter().any(|wanted| wanted == event) {
            let form = self.progress_form(sid);
            self.callback(&account, told_lane(sid), &told.url, form);
        }
    }

    /// Tells the end of an inbound call to the status address set at its line.
    pub fn tell_line(&mut self, sid: &str) {
        let Some(call) = self.calls.get(sid) else { return };
        let account = call.account.clone();
        let Some(url) = self.line(&call.to).and_then(|line| line.status_url.clone()) else { return };
        let form = self.progress_form(sid);
        self.callback(&account, told_lane(sid), &url, form);
    }
}

/// The lane of what is told about a call.
pub fn told_lane(sid: &str) -> String {
    format!("{sid} told")
}

/// Where a number is registered, as far as a simulator knows.
pub fn places(form: &mut Form, side: &str, number: &str) {
    for place in ["City", "State", "Zip"] {
        pair(form, &format!("{side}{place}"), "");
    }
    pair(form, &format!("{side}Country"), if number.starts_with("+1") { "US" } else { "" });
}
