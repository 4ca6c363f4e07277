//! Our calls to agents, once they are answered: the voice page and its keys, and the callback that is put through.
//! Only a key acknowledges: a voicemail presses none.

use serde::{Deserialize, Serialize};

use super::{Actor, AgentKey, AttemptId, Case, Command, Hand, Happening, Message, Speaker, Spoken, Via};
use crate::rules::bridge::Stage;
use crate::rules::command::VoiceKey;
use crate::rules::effect::Answer;
use crate::rules::escalation::Phase;
use crate::rules::page::Purpose;

/// Wrong keys after which a call is ended: somebody's pocket, or a voicemail's tones.
const MOST_WRONG_KEYS: u32 = 5;

/// What came from a call of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LegInput {
    /// It was answered: by a person, or a voicemail.
    Answered,
    /// Keys; empty is silence.
    Keys(String),
    /// The talk with the customer is over, or did not begin.
    Dialled {
        /// Somebody answered.
        answered: bool,
        /// How long they talked, in seconds.
        seconds: u32,
    },
}

impl Case {
    pub(super) fn leg(&mut self, hand: &mut Hand<'_>, id: &AttemptId, input: LegInput) -> Option<Spoken> {
        let Some(attempt) = self.attempts.iter().find(|attempt| attempt.id == *id) else {
            return Some(Spoken::Goodbye);
        };
        let (agent, purpose) = (attempt.agent.clone(), attempt.purpose);
        let is_mine = self.holder() == Some(&agent);
        let spoken = match (input, purpose) {
            (LegInput::Dialled { answered, seconds }, _) => {
                self.dialled(hand, &agent, id, (answered, seconds))
            }
            (LegInput::Answered, Purpose::Page(_)) if self.is_for_waiting(id) => {
                Spoken::CallerWaits { brief: self.brief(), wrong_key: false }
            }
            (LegInput::Keys(keys), Purpose::Page(_)) if self.is_for_waiting(id) => {
                self.waiting_key(hand, &agent, id, &keys)
            }
            (LegInput::Answered, Purpose::Page(_)) if is_mine && self.is_open() => {
                Spoken::Taken(self.brief())
            }
            (LegInput::Answered, Purpose::Page(_))
                if self.holder().is_some() || !self.is_open() || self.has_ended() =>
            {
                self.stand_down_aloud(hand)
            }
            (LegInput::Answered, Purpose::Page(_)) => Spoken::Page { brief: self.brief(), wrong_key: false },
            (LegInput::Keys(keys), Purpose::Page(_)) => self.page_key(hand, &agent, id, &keys),
            // He made another call of it meanwhile, or it was given up.
            (_, Purpose::Callback) if self.bridge.as_ref().is_none_or(|bridge| bridge.attempt != *id) => {
                Spoken::Goodbye
            }
            (LegInput::Answered, Purpose::Callback) => Spoken::ReadyToCall(self.brief()),
            (LegInput::Keys(keys), Purpose::Callback) if keys.is_empty() => Spoken::Goodbye,
            (LegInput::Keys(keys), Purpose::Callback) if keys == "1" => self.put_through(hand, &agent, id),
            (LegInput::Keys(keys), Purpose::Callback) => match self.wrong_key(hand, id, keys) {
                true => Spoken::Goodbye,
                false => Spoken::ReadyToCall(self.brief()),
            },
        };
        Some(spoken)
    }

    /// A key of who is rung for a caller who waits.
    fn waiting_key(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, id: &AttemptId, keys: &str) -> Spoken {
        match VoiceKey::of(keys) {
            VoiceKey::Do(Command::Acknowledge | Command::CallCustomer) => {
                self.accept_waiting(hand, agent, id)
            }
            VoiceKey::Again => Spoken::CallerWaits { brief: self.brief(), wrong_key: false },
            VoiceKey::Wrong | VoiceKey::HearMessage => match self.wrong_key(hand, id, keys.to_owned()) {
                true => Spoken::Goodbye,
                false => Spoken::CallerWaits { brief: self.brief(), wrong_key: true },
            },
            VoiceKey::Do(_) | VoiceKey::Silence => self.page_key(hand, agent, id, keys),
        }
    }

    fn page_key(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, id: &AttemptId, keys: &str) -> Spoken {
        let by = Speaker::from(agent.clone());
        match VoiceKey::of(keys) {
            VoiceKey::Do(Command::CallCustomer) => {
                match self.command(hand, &by, Via::Key, Command::CallCustomer, Some(id)) {
                    Answer::Ringing { .. } => self.put_through(hand, agent, id),
                    refusal => Spoken::Answer(refusal),
                }
            }
            VoiceKey::Do(command) => match self.command(hand, &by, Via::Key, command, Some(id)) {
                Answer::Taken(_) | Answer::YoursAlready(_) => Spoken::Taken(self.brief()),
                other => Spoken::Answer(other),
            },
            VoiceKey::HearMessage => {
                Spoken::Recording { brief: self.brief(), recording: self.ticket.recordings.last().cloned() }
            }
            VoiceKey::Silence => Spoken::Goodbye,
            VoiceKey::Again => Spoken::Page { brief: self.brief(), wrong_key: false },
            VoiceKey::Wrong => match self.wrong_key(hand, id, keys.to_owned()) {
                true => Spoken::Goodbye,
                false => Spoken::Page { brief: self.brief(), wrong_key: true },
            },
        }
    }

    /// Counts a wrong key; true when it is one too many.
    fn wrong_key(&mut self, hand: &mut Hand<'_>, id: &AttemptId, key: String) -> bool {
        let Some(attempt) = self.attempt(id) else { return true };
        attempt.wrong_keys += 1;
        let enough = attempt.wrong_keys >= MOST_WRONG_KEYS;
        let number = attempt.ordinal;
        hand.enter(Actor::Carrier, Happening::WrongKey { number, key });
        enough
    }

    fn put_through(&mut self, hand: &mut Hand<'_>, agent: &AgentKey, id: &AttemptId) -> Spoken {
        let number = self.ticket.number;
        let Some(callback) = &self.ticket.callback else {
            return Spoken::Answer(Answer::NoCallbackNumber { number });
        };
        let number = callback.number.clone();
        match &mut self.bridge {
            Some(bridge) if bridge.attempt == *id && bridge.agent == *agent => {
                bridge.stage = Stage::Customer;
                bridge.over_at = hand.now() + bridge.stage.patience();
            }
            _ => return Spoken::Goodbye,
        }
        let seconds = hand.context.desk.limits.ring.0;
        Spoken::PutThrough { number, line: self.ticket.line.clone(), seconds }
    }

    fn stand_down_aloud(&self, hand: &Hand<'_>) -> Spoken {
        let number = self.ticket.number;
        Spoken::Answer(self.already_taken(hand).unwrap_or(Answer::Closed { number }))
    }

    /// A talk on one of our calls is over; its report may come after the callback was given up for lost.
    fn dialled(
        &mut self,
        hand: &mut Hand<'_>,
        agent: &AgentKey,
        id: &AttemptId,
        talk: (bool, u32),
    ) -> Spoken {
        if self.was_accepted_on(id) {
            let reached = self.end_live_talk(hand, id);
            return Spoken::AfterTalk { number: self.ticket.number, reached };
        }
        if self.bridge.as_ref().is_some_and(|bridge| bridge.attempt == *id) {
            return self.bridge_over(hand, id, Some(talk));
        }
        let reached = talk.0 && self.talked(hand, agent, Some(talk));
        Spoken::AfterTalk { number: self.ticket.number, reached }
    }

    /// The callback on this call is over: with a talk, without one, or (`None`) without a word from the carrier.
    pub(super) fn bridge_over(
        &mut self,
        hand: &mut Hand<'_>,
        id: &AttemptId,
        talk: Option<(bool, u32)>,
    ) -> Spoken {
        let Some(bridge) = self.bridge.take_if(|bridge| bridge.attempt == *id) else {
            return Spoken::Goodbye;
        };
        let reached = self.talked(hand, &bridge.agent, talk);
        Spoken::AfterTalk { number: self.ticket.number, reached }
    }

    /// What a talk with the customer, or the lack of one, means: long enough, it is the callback; else the agent is
    /// asked, unless that is settled.
    pub(super) fn talked(
        &mut self,
        hand: &mut Hand<'_>,
        agent: &AgentKey,
        talk: Option<(bool, u32)>,
    ) -> bool {
        let enough = hand.context.desk.limits.min_callback_talk.0;
        match talk {
            Some((true, seconds)) => {
                hand.enter(Actor::Carrier, Happening::CallbackTalk { seconds });
                if seconds >= enough {
                    self.called_back(hand, agent, Via::Talk);
                    return true;
                }
            }
            _ => hand.enter(Actor::Carrier, Happening::CallbackFailed),
        }
        let phase = self.escalation.as_ref().map(|run| &run.phase);
        if self.is_open() && !matches!(phase, Some(Phase::CalledBack { .. } | Phase::Ended)) {
            hand.text_agent(agent, Message::ReachedThem { number: self.ticket.number });
        }
        false
    }
}
