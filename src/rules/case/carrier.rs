//! What carriers say of our texts and calls: outcomes of requests and later receipts, in any order, late, twice or
//! never. Nothing here is ever an acknowledgement.

use super::{
    Actor, AgentKey, AttemptId, Case, Effect, Hand, Happening, Message, MethodKind, Receipt, Reply, Sent,
};
use crate::clock::Timestamp;
use crate::rules::bridge::{REPORT_PATIENCE, Stage};
use crate::rules::effect::Alert;
use crate::rules::page::{Attempt, AttemptState, Ending, Purpose, Trouble};
use std::time::Duration;

/// When an attempt with an unknown outcome is looked for, after it became unknown.
const LOOKS: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15)];

/// How long it waits, at the most, before a request that was not processed is made again.
const LONGEST_PAUSE: u64 = 60;

impl Case {
    pub(super) fn sent(&mut self, hand: &mut Hand<'_>, id: &AttemptId, outcome: Sent) -> Reply {
        let Some(attempt) = self.attempt(id) else { return Reply::None };
        match outcome {
            Sent::Accepted { carrier, sid } => self.accepted(hand, id, carrier, sid),
            Sent::TakenBack => {
                attempt.state = AttemptState::Ended(Ending::Withdrawn);
            }
            Sent::Refused { carrier, about, why } => self.refused(hand, id, &carrier, about, &why),
            Sent::NotYet { carrier, why } => {
                if attempt.state == AttemptState::Asked {
                    note(hand, attempt.ordinal, format!("not taken by {carrier} ({why}); it is sent again"));
                    self.try_again(hand, id, carrier);
                }
            }
            Sent::Unknown { carrier } => {
                if attempt.state == AttemptState::Asked {
                    note(hand, attempt.ordinal, format!("no answer from {carrier}; it is looked for"));
                    attempt.state = AttemptState::Unknown { carrier, looks: 0 };
                    hand.effect(Effect::LookUp { attempt: id.clone(), at: hand.now() + LOOKS[0] });
                    self.bring_next_forward(hand, id);
                }
            }
            Sent::NotFound => self.not_found(hand, id),
        }
        Reply::None
    }

    fn accepted(&mut self, hand: &mut Hand<'_>, id: &AttemptId, carrier: String, sid: String) {
        let now = hand.now();
        let number = self.ticket.number;
        let holder = self.holder().map(|agent| hand.context.name_of(agent));
        let Some(attempt) = self.attempt(id) else { return };
        if attempt.is_pending() {
            note(hand, attempt.ordinal, format!("accepted by {carrier}"));
            attempt.state = AttemptState::Accepted { carrier, sid, at: now, asked_receipt: false };
        } else if attempt.state == AttemptState::Ended(Ending::Withdrawn) {
            // It had left before it could be taken back.
            hand.enter(Actor::Carrier, Happening::LateAttempt { number: attempt.ordinal });
            match attempt.method {
                MethodKind::Voice => {
                    hand.effects.push(Effect::HangUp { attempt: id.clone(), carrier, sid });
                }
                MethodKind::Sms => {
                    let agent = attempt.agent.clone();
                    hand.text_agent(&agent, Message::StandDown { number, by: holder });
                }
            }
        } else if let AttemptState::Accepted { sid: known, .. } | AttemptState::Reached { sid: known, .. } =
            &attempt.state
            && *known != sid
        {
            // Sent twice, after an unknown outcome or a crash: a second call must not ring on.
            hand.enter(Actor::Carrier, Happening::LateAttempt { number: attempt.ordinal });
            if attempt.method == MethodKind::Voice {
                hand.effects.push(Effect::HangUp { attempt: id.clone(), carrier, sid });
            }
        }
    }

    fn refused(&mut self, hand: &mut Hand<'_>, id: &AttemptId, carrier: &str, about: Trouble, why: &str) {
        let carriers = hand.context.carriers;
        let Some(attempt) = self.attempt(id) else { return };
        if attempt.is_over() {
            return;
        }
        let (agent, method, number) = (attempt.agent.clone(), attempt.method, attempt.number.clone());
        note(hand, attempt.ordinal, format!("refused by {carrier}: {why}"));
        match about {
            Trouble::Number | Trouble::Pair => {
                attempt.state = AttemptState::Ended(Ending::Failed);
                hand.effect(Effect::MarkMethod { number, method, why: why.into() });
                method_dead(hand, &agent, method, why);
                self.bring_next_forward(hand, id);
            }
            Trouble::Sender | Trouble::Passing => {
                let alert = Alert::CarrierRefused { carrier: carrier.into(), why: why.into() };
                let more = attempt.tried.len() + 1 < carriers;
                if about == Trouble::Sender {
                    hand.alert_manager(format!("{carrier} refuses to send: {why}"), Message::Alert(alert));
                }
                if more || about == Trouble::Passing {
                    self.try_again(hand, id, carrier.into());
                } else {
                    if let Some(attempt) = self.attempt(id) {
                        attempt.state = AttemptState::Ended(Ending::Failed);
                    }
                    self.bring_next_forward(hand, id);
                }
            }
        }
    }

    /// The next carrier at once; when none is left, after a pause that grows, for as long as the page is open. The
    /// agent's next method does not wait for either.
    fn try_again(&mut self, hand: &mut Hand<'_>, id: &AttemptId, carrier: String) {
        let carriers = hand.context.carriers;
        let wanted = self.is_wanted(id);
        let Some(attempt) = self.attempt(id) else { return };
        if !wanted {
            attempt.state = AttemptState::Ended(Ending::Withdrawn);
            return;
        }
        attempt.state = AttemptState::Asked;
        attempt.tried.push(carrier);
        let at = if attempt.tried.len() < carriers {
            hand.now()
        } else {
            attempt.tried.clear();
            attempt.retries += 1;
            hand.now()
                + Duration::from_secs(1 << attempt.retries.min(6)).min(Duration::from_secs(LONGEST_PAUSE))
        };
        self.ask(hand, id, at);
        self.bring_next_forward(hand, id);
    }

    fn not_found(&mut self, hand: &mut Hand<'_>, id: &AttemptId) {
        let wanted = self.is_wanted(id);
        let Some(attempt) = self.attempt(id) else { return };
        let AttemptState::Unknown { looks, .. } = &mut attempt.state else { return };
        *looks += 1;
        let looked = usize::try_from(*looks).unwrap_or(LOOKS.len());
        if let Some(pause) = LOOKS.get(looked) {
            // The instants count from the moment at which it became unknown.
            let at = hand.now() + (*pause - LOOKS[looked - 1]);
            hand.effect(Effect::LookUp { attempt: id.clone(), at });
        } else if wanted && attempt.retries == 0 {
            attempt.retries = 1;
            attempt.state = AttemptState::Asked;
            note(hand, attempt.ordinal, "not found; it is sent once more".into());
            let at: Timestamp = hand.now();
            self.ask(hand, id, at);
        } else {
            note(hand, attempt.ordinal, "not found".into());
            attempt.state = AttemptState::Ended(Ending::Failed);
            self.bring_next_forward(hand, id);
        }
    }

    /// Whether the page, or the callback, that an attempt belongs to still waits for it.
    fn is_wanted(&self, id: &AttemptId) -> bool {
        let purpose = self.attempts.iter().find(|attempt| attempt.id == *id).map(|attempt| attempt.purpose);
        match purpose {
            Some(Purpose::Page(ordinal)) => {
                self.pages.iter().any(|page| page.ordinal == ordinal && page.is_open())
            }
            Some(Purpose::Callback) => self.bridge.as_ref().is_some_and(|bridge| bridge.attempt == *id),
            None => false,
        }
    }

    fn bring_next_forward(&mut self, hand: &mut Hand<'_>, id: &AttemptId) {
        let purpose = self.attempts.iter().find(|attempt| attempt.id == *id).map(|attempt| attempt.purpose);
        match purpose {
            Some(Purpose::Page(ordinal)) => {
                if let Some(page) = self.pages.iter_mut().find(|page| page.ordinal == ordinal) {
                    page.bring_forward(hand.now());
                }
            }
            Some(Purpose::Callback)
                if self.attempts.iter().any(|attempt| attempt.id == *id && attempt.is_over()) =>
            {
                self.bridge_over(hand, None);
            }
            Some(Purpose::Callback) | None => {}
        }
    }

    pub(super) fn receipt(
        &mut self,
        hand: &mut Hand<'_>,
        id: &AttemptId,
        carrier: String,
        sid: String,
        receipt: Receipt,
    ) -> Reply {
        // A receipt may overtake the answer to the request that it is about: it is an acceptance as well.
        if receipt != Receipt::Pending {
            self.accepted(hand, id, carrier.clone(), sid.clone());
        }
        let Some(attempt) = self.attempt(id) else { return Reply::None };
        let ours = match &attempt.state {
            AttemptState::Accepted { sid: known, .. } | AttemptState::Reached { sid: known, .. } => {
                *known == sid
            }
            _ => false,
        };
        if !ours {
            return Reply::None;
        }
        let ordinal = attempt.ordinal;
        let reached = matches!(attempt.state, AttemptState::Reached { .. });
        match receipt {
            Receipt::Pending => {}
            Receipt::Delivered | Receipt::Answered => {
                if !reached {
                    note(
                        hand,
                        ordinal,
                        if receipt == Receipt::Answered { "answered" } else { "delivered" }.into(),
                    );
                    attempt.state = AttemptState::Reached { carrier, sid };
                }
            }
            Receipt::Undelivered { about, why } => {
                // Once delivered is delivered, whatever an older receipt says.
                if !reached {
                    self.undelivered(hand, id, &carrier, about, &why);
                }
            }
            Receipt::Ended(ending) => {
                note(hand, ordinal, ended(ending).into());
                attempt.state = AttemptState::Ended(ending);
                if let Some(bridge) = self.bridge.as_mut().filter(|bridge| bridge.attempt == *id) {
                    match bridge.stage {
                        Stage::Agent => {
                            self.bridge_over(hand, None);
                        }
                        // The report of the talk may come after the end of the call.
                        Stage::Customer => {
                            bridge.over_at = bridge.over_at.min(hand.now() + REPORT_PATIENCE);
                        }
                    }
                }
                if ending == Ending::Failed {
                    self.bring_next_forward(hand, id);
                }
            }
        }
        Reply::None
    }

    fn undelivered(&mut self, hand: &mut Hand<'_>, id: &AttemptId, carrier: &str, about: Trouble, why: &str) {
        let Some(attempt) = self.attempt(id) else { return };
        let (agent, method, number) = (attempt.agent.clone(), attempt.method, attempt.number.clone());
        note(hand, attempt.ordinal, format!("not delivered: {why}"));
        attempt.state = AttemptState::Ended(Ending::Failed);
        match about {
            Trouble::Number | Trouble::Pair => {
                hand.effect(Effect::MarkMethod { number, method, why: why.into() });
                method_dead(hand, &agent, method, why);
            }
            Trouble::Sender => {
                let alert = Alert::CarrierRefused { carrier: carrier.into(), why: why.into() };
                hand.alert_manager(format!("{carrier} does not deliver: {why}"), Message::Alert(alert));
            }
            Trouble::Passing => {}
        }
        self.bring_next_forward(hand, id);
    }
}

fn method_dead(hand: &mut Hand<'_>, agent: &AgentKey, method: MethodKind, why: &str) {
    hand.enter(Actor::Nightbell, Happening::MethodDead { agent: agent.clone(), method, why: why.into() });
    let alert = Alert::MethodDead { agent: hand.context.name_of(agent), method, why: why.into() };
    hand.alert_manager(format!("{} cannot be reached by {method:?}", agent.as_str()), Message::Alert(alert));
}

fn note(hand: &mut Hand<'_>, number: u32, outcome: String) {
    hand.enter(Actor::Carrier, Happening::AttemptOutcome { number, outcome });
}

fn ended(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "the call is over",
        Ending::Busy => "busy",
        Ending::NoAnswer => "no answer",
        Ending::Failed => "failed",
        Ending::Withdrawn => "taken back",
    }
}

impl Attempt {
    /// The key presses of a call that can mean anything, whatever receipts say of it.
    pub(super) fn takes_keys(&self) -> bool {
        self.method == MethodKind::Voice
            && !matches!(self.state, AttemptState::Ended(Ending::Withdrawn | Ending::Failed))
    }
}
