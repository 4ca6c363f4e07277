//! Conferences, as `<Dial><Conference>` makes them: whoever names the same room of an account is in it. Until somebody
//! is in who may start it, those who came before hear what the waiting address says; from then on everybody hears
//! everybody. It is over when somebody leaves who ends it, or the last one does; who is left goes on at his own Dial.
//!
//! The rules that a client gets wrong most easily: a room that is over is forgotten, and the next to name it finds
//! another, empty one; who is alone in a room that has started hears the waiting address all the same; a call that is led
//! elsewhere over REST is told to no action.

use std::collections::VecDeque;

use super::call::{Call, CallStatus, Sound, Source, Stage, Told};
use super::progress::told_lane;
use super::time::Job;
use super::twiml::{Conference, Dial, Method, Prompt, Verb, parse_document};
use super::webhook::{Answer, Form, Purpose, resolve};
use super::world::{World, pair, rfc2822};

/// How long a document of a waiting address lasts at least: one that says nothing must not be asked for without end.
const SHORTEST_WAIT_MS: i64 = 1_000;

/// How far a conference has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomStatus {
    /// Nobody may speak yet.
    Init,
    /// Everybody hears everybody.
    InProgress,
    /// Over.
    Completed,
}

impl RoomStatus {
    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            RoomStatus::Init => "init",
            RoomStatus::InProgress => "in-progress",
            RoomStatus::Completed => "completed",
        }
    }
}

/// Somebody in a conference.
#[derive(Clone, Debug)]
pub struct Member {
    pub call: String,
    pub joined_ms: i64,
    pub starts: bool,
    pub ends: bool,
}

/// A conference.
#[derive(Debug)]
pub struct Room {
    pub sid: String,
    pub account: String,
    pub name: String,
    pub status: RoomStatus,
    pub created_ms: i64,
    pub changed_ms: i64,
    pub members: Vec<Member>,
    /// Who is told: as the first one in asked for.
    told: Option<Told>,
    sequence: u32,
    /// Why it ended, and by whose leaving.
    pub ended: Option<(&'static str, Option<String>)>,
}

/// A call's place in a conference.
#[derive(Debug)]
pub struct Conferring {
    pub room: String,
    verb: Dial,
    /// Where the waiting document came from, and what is left of it; none once it is not heard any more.
    wait: Option<Waiting>,
    entered_ms: i64,
}

#[derive(Debug)]
struct Waiting {
    url: String,
    method: Method,
    fetch: Option<u64>,
    since_ms: i64,
    rest: VecDeque<Verb>,
}

impl World {
    /// A call enters the conference that its Dial names.
    pub fn begin_conference(&mut self, sid: &str, verb: Dial, conference: &Conference) {
        let now = self.now;
        let Some(call) = self.calls.get(sid) else { return };
        let account = call.account.clone();
        let base = base_of(call);
        let told = conference.status_callback.as_deref().and_then(|url| resolve(&base, url));
        let told = told.map(|url| Told { url, events: conference.status_events.clone() });
        let wait = conference.wait_url.as_deref().and_then(|url| resolve(&base, url));
        let open = self.rooms.iter().find(|room| {
            room.account == account && room.name == conference.name && room.status != RoomStatus::Completed
        });
        let room_sid = match open.map(|room| room.sid.clone()) {
            Some(known) => known,
            None => {
                let new = self.sid("CF");
                let room = Room {
                    sid: new.clone(),
                    account,
                    name: conference.name.clone(),
                    status: RoomStatus::Init,
                    created_ms: now,
                    changed_ms: now,
                    members: Vec::new(),
                    told,
                    sequence: 0,
                    ended: None,
                };
                self.rooms.put(&new, room);
                new
            }
        };
        let Some(room) = self.rooms.get_mut(&room_sid) else { return };
        if room.members.len() >= conference.most {
            let form = vec![("DialCallStatus".to_owned(), CallStatus::Failed.as_str().to_owned())];
            return self.leave_dial(sid, &verb, form);
        }
        room.changed_ms = now;
        room.members.push(Member {
            call: sid.to_owned(),
            joined_ms: now,
            starts: conference.start_on_enter,
            ends: conference.end_on_exit,
        });
        let wait = wait.map(|url| Waiting {
            url,
            method: conference.wait_method,
            fetch: None,
            since_ms: now,
            rest: VecDeque::new(),
        });
        if let Some(call) = self.calls.get_mut(sid) {
            call.stage =
                Stage::Conferring(Conferring { room: room_sid.clone(), verb, wait, entered_ms: now });
        }
        self.tell_room(&room_sid, "participant-join", Some(sid), "join");
        let Some(room) = self.rooms.get(&room_sid) else { return };
        let (count, may_start) = (room.members.len(), room.members.iter().any(|member| member.starts));
        match room.status {
            RoomStatus::Init if count > 1 && may_start => self.start_room(&room_sid),
            RoomStatus::InProgress if count > 1 => {
                self.hears_the_others(&room_sid, sid);
                let others: Vec<String> = self.others_in(&room_sid, sid);
                for other in others {
                    self.hears_the_others(&room_sid, &other);
                }
            }
            _ => self.ask_what_to_hear(sid),
        }
    }

    fn start_room(&mut self, room: &str) {
        let now = self.now;
        let Some(known) = self.rooms.get_mut(room) else { return };
        known.status = RoomStatus::InProgress;
        known.changed_ms = now;
        let members: Vec<String> = known.members.iter().map(|member| member.call.clone()).collect();
        self.tell_room(room, "conference-start", None, "start");
        for member in members {
            self.hears_the_others(room, &member);
        }
    }

    /// Waiting is over for a call: it hears who else is in the room.
    fn hears_the_others(&mut self, room: &str, sid: &str) {
        self.stop_step(sid);
        let mut limit = None;
        if let Some(call) = self.calls.get_mut(sid)
            && let Stage::Conferring(place) = &mut call.stage
        {
            place.wait = None;
            limit = place.verb.time_limit;
        }
        for other in self.others_in(room, sid) {
            let to = self.calls.get(&other).map(|call| call.phone.clone()).unwrap_or_default();
            self.hear(sid, Sound::Connected { to });
        }
        if let Some(seconds) = limit {
            self.set_step(sid, i64::from(seconds) * 1000);
        }
    }

    fn others_in(&self, room: &str, sid: &str) -> Vec<String> {
        let members = self.rooms.get(room).map(|room| room.members.as_slice()).unwrap_or_default();
        members.iter().filter(|member| member.call != sid).map(|member| member.call.clone()).collect()
    }

    /// Whom a call hears in its conference.
    pub fn conferring_with(&self, sid: &str) -> Vec<String> {
        let Some(Stage::Conferring(place)) = self.calls.get(sid).map(|call| &call.stage) else {
            return Vec::new();
        };
        match self.rooms.get(&place.room) {
            Some(room) if room.status == RoomStatus::InProgress => self.others_in(&place.room, sid),
            _ => Vec::new(),
        }
    }

    /// The conference that a call is in.
    pub fn room_of(&self, call: &Call) -> Option<&Room> {
        match &call.stage {
            Stage::Conferring(place) => self.rooms.get(&place.room),
            _ => None,
        }
    }

    // ---- What is heard while nobody is there to talk to.

    fn ask_what_to_hear(&mut self, sid: &str) {
        let now = self.now;
        let fetch = self.serial();
        let mut form = self.call_form(sid);
        let Some(call) = self.calls.get_mut(sid) else { return };
        let account = call.account.clone();
        let Stage::Conferring(place) = &mut call.stage else { return };
        let room = place.room.clone();
        let Some(waiting) = &mut place.wait else { return };
        (waiting.fetch, waiting.since_ms) = (Some(fetch), now);
        let (url, method) = (waiting.url.clone(), waiting.method);
        if let Some(room) = self.rooms.get(&room) {
            pair(&mut form, "ConferenceSid", &room.sid);
            pair(&mut form, "FriendlyName", &room.name);
        }
        let purpose = Purpose::Wait { call: sid.to_owned(), fetch };
        let lane = format!("{sid} wait {fetch}");
        let delivery = self.delivery(&account, lane, purpose, (&url, method), form);
        self.schedule(0, Job::Deliver(delivery));
    }

    /// The waiting document came, or did not: then there is silence.
    pub fn wait_arrived(&mut self, sid: &str, fetch: u64, answer: &Answer) {
        let Some(call) = self.calls.get_mut(sid) else { return };
        let Stage::Conferring(place) = &mut call.stage else { return };
        let Some(waiting) = place.wait.as_mut().filter(|waiting| waiting.fetch == Some(fetch)) else {
            return;
        };
        waiting.fetch = None;
        if !answer.ok() {
            let message = format!("the waiting document could not be fetched: {:?}", answer.status);
            return self.error(11200, sid, message);
        }
        match parse_document(&answer.body) {
            Ok(verbs) if verbs.iter().all(may_be_waited_with) => {
                waiting.rest = VecDeque::from(verbs);
                self.wait_step(sid);
            }
            Ok(_) => self.error(13223, sid, "only Say, Play, Pause and Redirect may be heard while waiting"),
            Err(error) => self.error(error.code, sid, error.message),
        }
    }

    /// The next thing of a waiting document, or the time limit of who is through.
    pub fn wait_step(&mut self, sid: &str) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(sid) else { return };
        let base = base_of(call);
        let Stage::Conferring(place) = &mut call.stage else { return };
        let Some(waiting) = &mut place.wait else {
            return self.leave_conference(sid, true);
        };
        match waiting.rest.pop_front() {
            Some(Verb::Prompt(Prompt::Say { text, language })) => {
                let lasts = self.config.pace.say_ms(&text);
                self.hear(sid, Sound::Said { text, language });
                self.set_step(sid, lasts);
            }
            Some(Verb::Prompt(Prompt::Pause { seconds })) => self.set_step(sid, i64::from(seconds) * 1000),
            Some(Verb::Prompt(Prompt::Play { url })) => {
                let url = resolve(&base, &url).unwrap_or(url);
                self.hear(sid, Sound::Played { url, ms: None });
                self.set_step(sid, SHORTEST_WAIT_MS);
            }
            Some(Verb::Redirect { url, method }) => {
                let early = waiting.since_ms.saturating_add(SHORTEST_WAIT_MS).saturating_sub(now);
                let next = resolve(&waiting.url, &url);
                if early > 0 {
                    waiting.rest.push_front(Verb::Redirect { url, method });
                    return self.set_step(sid, early);
                }
                match next {
                    Some(next) => {
                        (waiting.url, waiting.method) = (next, method);
                        self.ask_what_to_hear(sid);
                    }
                    None => self.error(11100, sid, "a waiting address that cannot be resolved"),
                }
            }
            // What ran out is silence.
            _ => {}
        }
    }

    // ---- The ways out.

    /// A call leaves its conference by itself, and goes on at its Dial.
    pub fn leave_conference(&mut self, sid: &str, goes_on: bool) {
        self.stop_step(sid);
        let Some(call) = self.calls.get_mut(sid) else { return };
        if !matches!(call.stage, Stage::Conferring(_)) {
            return;
        }
        let Stage::Conferring(place) = std::mem::replace(&mut call.stage, Stage::Queued) else { return };
        if goes_on {
            let form = self.conference_form(&place);
            self.leave_dial(sid, &place.verb.clone(), form);
        }
        self.left(sid, &place);
    }

    /// Who rang off in a conference: the others hear it, and the action does.
    pub fn member_rang_off(&mut self, sid: &str, place: Conferring) {
        let form = self.conference_form(&place);
        if let Some(action) = &place.verb.action {
            self.tell_action(sid, Some(action), place.verb.method, form);
        }
        self.left(sid, &place);
    }

    /// A call is in its room no longer: the room may be over by that.
    pub fn left(&mut self, sid: &str, place: &Conferring) {
        let Some(room) = self.rooms.get_mut(&place.room) else { return };
        let Some(index) = room.members.iter().position(|member| member.call == sid) else { return };
        let member = room.members.remove(index);
        let empty = room.members.is_empty();
        self.tell_room(&place.room, "participant-leave", Some(sid), "leave");
        if member.ends {
            self.end_room(&place.room, "participant-with-end-conference-on-exit-left", Some(sid));
        } else if empty {
            self.end_room(&place.room, "last-participant-left", Some(sid));
        }
    }

    /// The conference is over: whoever is still in goes on at his own Dial.
    pub fn end_room(&mut self, sid: &str, why: &'static str, by: Option<&str>) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(sid) else { return };
        if room.status == RoomStatus::Completed {
            return;
        }
        room.status = RoomStatus::Completed;
        room.changed_ms = now;
        room.ended = Some((why, by.map(str::to_owned)));
        let rest = std::mem::take(&mut room.members);
        for member in rest {
            self.tell_room(sid, "participant-leave", Some(&member.call), "leave");
            self.leave_conference(&member.call, true);
        }
        self.tell_room(sid, "conference-end", None, "end");
    }

    fn leave_dial(&mut self, sid: &str, verb: &Dial, form: Form) {
        match &verb.action {
            Some(action) => self.go_on_at(sid, Some(action), verb.method, form),
            None => self.advance(sid),
        }
    }

    /// A conference has no callee: what its Dial says is that there was one, and no length.
    fn conference_form(&self, place: &Conferring) -> Form {
        let mut form = vec![("DialCallStatus".to_owned(), "answered".to_owned())];
        pair(&mut form, "DialCallSid", &place.room);
        pair(&mut form, "ConferenceDuration", (self.now.saturating_sub(place.entered_ms) / 1000).to_string());
        form
    }

    fn tell_room(&mut self, sid: &str, event: &str, call: Option<&str>, short: &str) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(sid) else { return };
        let Some(told) = room.told.clone() else { return };
        if !told.events.iter().any(|wanted| wanted == short) {
            return;
        }
        let account = room.account.clone();
        let mut form = Form::new();
        pair(&mut form, "AccountSid", &account);
        pair(&mut form, "ConferenceSid", &room.sid);
        pair(&mut form, "FriendlyName", &room.name);
        pair(&mut form, "StatusCallbackEvent", event);
        pair(&mut form, "SequenceNumber", room.sequence.to_string());
        pair(&mut form, "Timestamp", rfc2822(now));
        room.sequence += 1;
        if let Some(call) = call {
            pair(&mut form, "CallSid", call);
            let member = room.members.iter().find(|member| member.call == call);
            if let Some(member) = member {
                pair(&mut form, "StartConferenceOnEnter", member.starts.to_string());
                pair(&mut form, "EndConferenceOnExit", member.ends.to_string());
            }
            pair(&mut form, "Muted", "false");
            pair(&mut form, "Hold", "false");
        }
        if let (Some((why, by)), None) = (&room.ended, call) {
            pair(&mut form, "ReasonConferenceEnded", *why);
            if let Some(by) = by {
                pair(&mut form, "CallSidEndingConference", by);
            }
        }
        self.callback(&account, told_lane(sid), &told.url, form);
    }
}

fn base_of(call: &Call) -> String {
    match &call.source {
        Source::Url(url, _) => url.clone(),
        Source::Fallback | Source::Inline => String::new(),
    }
}

fn may_be_waited_with(verb: &Verb) -> bool {
    matches!(verb, Verb::Prompt(_) | Verb::Redirect { .. })
}
