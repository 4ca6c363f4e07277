//! What can be seen of the carrier from outside: calls, messages, phones, as plain values that also travel as JSON.

use serde::Serialize;

use super::call::{Call, CallStatus, Direction, Heard, Sound, Stage};
use super::conference::{Member, Room, RoomStatus};
use super::config::{Phone, Role};
use super::message::{Message, MessageStatus, Text};
use super::world::World;

/// A call, as it is or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallView {
    /// The SID.
    pub sid: String,
    /// Who began it.
    pub direction: Direction,
    /// What `From` says.
    pub from: String,
    /// What `To` says.
    pub to: String,
    /// The phone at its end.
    pub phone: String,
    /// How far it has come.
    pub status: CallStatus,
    /// The call whose Dial made it.
    pub parent: Option<String>,
    /// When it was created, in epoch milliseconds.
    pub created_ms: i64,
    /// When it was answered.
    pub answered_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// All that was heard and done, oldest first.
    pub heard: Vec<Heard>,
    /// Whether it rings at the phone, which may answer or decline.
    pub ringing: bool,
    /// Whether a key would count now.
    pub listening: bool,
    /// Whether the phone's owner is being recorded.
    pub recording: bool,
    /// Whether the phone is connected to another.
    pub connected: bool,
    /// The conference that it is in.
    pub conference: Option<ConferenceView>,
}

/// A conference, as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConferenceView {
    /// The SID.
    pub sid: String,
    /// What the gateway calls it.
    pub name: String,
    /// Whether everybody in it hears everybody: before that, who is in it waits.
    pub started: bool,
    /// The phones in it, in the order in which they came.
    pub phones: Vec<String>,
}

impl ConferenceView {
    fn of(world: &World, room: &Room) -> ConferenceView {
        let phone = |member: &Member| Some(world.calls.get(&member.call)?.phone.clone());
        ConferenceView {
            sid: room.sid.clone(),
            name: room.name.clone(),
            started: room.status == RoomStatus::InProgress,
            phones: room.members.iter().filter_map(phone).collect(),
        }
    }
}

impl CallView {
    fn of(world: &World, call: &Call) -> CallView {
        CallView {
            sid: call.sid.clone(),
            direction: call.direction,
            from: call.from.clone(),
            to: call.to.clone(),
            phone: call.phone.clone(),
            status: call.status,
            parent: call.parent.clone(),
            created_ms: call.created_ms,
            answered_ms: call.answered_ms,
            ended_ms: call.ended_ms,
            heard: call.heard.clone(),
            ringing: call.direction != Direction::Inbound && call.status == CallStatus::Ringing,
            listening: call.listens(),
            recording: matches!(call.stage, Stage::Recording(_)),
            connected: !world.peers(&call.sid).is_empty(),
            conference: world.room_of(call).map(|room| ConferenceView::of(world, room)),
        }
    }

    /// All that the gateway said in this call, a line each.
    pub fn said(&self) -> Vec<String> {
        self.heard
            .iter()
            .filter_map(|heard| match &heard.what {
                Sound::Said { text, .. } => Some(text.clone()),
                _ => None,
            })
            .collect()
    }
}

/// A message, as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// The SID.
    pub sid: String,
    /// Whether a phone sent it.
    pub inbound: bool,
    /// Who sent it.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The words.
    pub body: String,
    /// How far it has come.
    pub status: MessageStatus,
    /// The carrier's code, if it failed.
    pub error_code: Option<u32>,
    /// When it was created, in epoch milliseconds.
    pub created_ms: i64,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> MessageView {
        MessageView {
            sid: message.sid.clone(),
            inbound: message.inbound,
            from: message.from.clone(),
            to: message.to.clone(),
            body: message.body.clone(),
            status: message.status,
            error_code: message.error_code,
            created_ms: message.created_ms,
        }
    }
}

/// A phone of the page, as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneView {
    /// Whose it is.
    pub name: String,
    /// Its number.
    pub number: String,
    /// On which side of the page it lies.
    pub role: Role,
    /// The call that it rings for or is in, else its last.
    pub call: Option<CallView>,
    /// Its newest texts, oldest first.
    pub texts: Vec<Text>,
}

/// How many texts of a phone the page shows.
const TEXTS_SHOWN: usize = 40;

impl World {
    /// All calls, oldest first.
    pub fn call_views(&self) -> Vec<CallView> {
        self.calls.iter().map(|call| CallView::of(self, call)).collect()
    }

    /// One call.
    pub fn call_view(&self, sid: &str) -> Option<CallView> {
        self.calls.get(sid).map(|call| CallView::of(self, call))
    }

    /// The phones of the page.
    pub fn phone_views(&self) -> Vec<PhoneView> {
        let view = |phone: &Phone| {
            let state = self.handsets.get(&phone.number);
            let last = state.and_then(|state| state.live.as_ref().or(state.calls.last()));
            let texts = state.map(|state| state.texts.as_slice()).unwrap_or_default();
            PhoneView {
                name: phone.name.clone(),
                number: phone.number.clone(),
                role: phone.role,
                call: last.and_then(|sid| self.call_view(sid)),
                texts: texts.iter().skip(texts.len().saturating_sub(TEXTS_SHOWN)).cloned().collect(),
            }
        };
        self.config.phones.iter().map(view).collect()
    }
}
