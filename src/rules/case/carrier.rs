//! What carriers say of our texts and calls: outcomes of requests and later receipts, in any order, late, twice or
//! never. Nothing here is ever an acknowledgement.

use super::{
    Actor, AgentKey, AttemptId, Case, Effect, Hand, Happening, Message, MethodKind, Receipt, Reply, Sent,
};
use crate::rules::bridge::{REPORT_PATIENCE, Stage};
use crate::rules::contact::PhoneNumber;
use crate::rules::effect::Alert;
use crate::rules::page::{Attempt, AttemptState, Ending, Purpose, Trouble};
use std::time::Duration;

/// When an attempt with an unknown outcome is looked for, after it became unknown.
const LOOKS: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(15)];

/// How long it waits, at the most, before a request that was not processed is made again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Case {
    pub(super) fn sent(&mut self, hand: &mut Hand<'_>, id: &AttemptId, outcome: Sent) -> Reply {
        let Some(attempt) = self.attempts.iter().position(|attempt| attempt.id == *id) else {
            return Reply::None;
        };
        let wanted = self.is_wanted(&self.attempts[attempt]);
        let attempt = &mut self.attempts[attempt];
        match outcome {
            Sent::Accepted { carrier, sid } => self.accepted(hand, id, carrier, sid),
            Sent::NotFound => self.not_found(hand, id),
            // A carrier has it already, or it is over: what became of another request for it changes nothing.
            _ if !attempt.is_pending() => {}
            Sent::TakenBack if !wanted => attempt.state = AttemptState::Ended(Ending::Withdrawn),
            Sent::TakenBack => {
                note(hand, attempt.ordinal, "it waited too long to be sent".into());
                attempt.state = AttemptState::Ended(Ending::Failed);
                self.bring_next_forward(hand, id);
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
        }
        Reply::None
    }

    /// A carrier has a text or call of this attempt; each is news once.
    fn accepted(&mut self, hand: &mut Hand<'_>, id: &AttemptId, carrier: String, sid: String) {
        let (now, number) = (hand.now(), self.ticket.number);
        let holder = self.holder().cloned();
        let why = self.why_over(hand);
        let is_over = !self.is_open() || holder.is_some() || self.has_ended();
        let Some(attempt) = self.attempt(id) else { return };
        if attempt.sids.contains(&sid) {
            return;
        }
        attempt.sids.push(sid.clone());
        match attempt.state {
            // One that had been given up for lost has left all the same.
            AttemptState::Asked | AttemptState::Unknown { .. } | AttemptState::Ended(Ending::Failed) => {
                note(hand, attempt.ordinal, format!("accepted by {carrier}"));
                attempt.state = AttemptState::Accepted { carrier, sid, at: now, asked_receipt: false };
            }
            // It had left before it could be taken back; or it was sent twice, after an unknown outcome or a crash.
            AttemptState::Ended(_) | AttemptState::Accepted { .. } | AttemptState::Reached { .. } => {
                let withdrawn = attempt.state == AttemptState::Ended(Ending::Withdrawn);
                hand.enter(Actor::Carrier, Happening::LateAttempt { number: attempt.ordinal });
                let agent = attempt.agent.clone();
                if attempt.method == MethodKind::Voice {
                    hand.effect(Effect::HangUp { carrier, sid });
                } else if withdrawn && is_over && holder.as_ref() != Some(&agent) {
                    hand.text_agent(&agent, Message::StandDown { number, why });
                }
            }
        }
    }

    fn refused(&mut self, hand: &mut Hand<'_>, id: &AttemptId, carrier: &str, about: Trouble, why: &str) {
        let carriers = hand.context.carriers;
        let Some(attempt) = self.attempt(id) else { return };
        let (agent, method, number) = (attempt.agent.clone(), attempt.method, attempt.number.clone());
        note(hand, attempt.ordinal, format!("refused by {carrier}: {why}"));
        match about {
            Trouble::Number | Trouble::Pair => {
                attempt.state = AttemptState::Ended(Ending::Failed);
                method_dead(hand, &agent, method, number, why);
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
        let wanted = self.attempts.iter().any(|attempt| attempt.id == *id && self.is_wanted(attempt));
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
            hand.now() + growing_pause(attempt.retries)
        };
        self.ask(hand, id, at);
        self.bring_next_forward(hand, id);
    }

    fn not_found(&mut self, hand: &mut Hand<'_>, id: &AttemptId) {
        let wanted = self.attempts.iter().any(|attempt| attempt.id == *id && self.is_wanted(attempt));
        let Some(attempt) = self.attempt(id) else { return };
        let AttemptState::Unknown { looks, .. } = &mut attempt.state else { return };
        *looks += 1;
        let looked = usize::try_from(*looks).unwrap_or(LOOKS.len());
        if let Some(pause) = LOOKS.get(looked) {
            // The instants count from the moment at which it became unknown.
            let at = hand.now() + (*pause - LOOKS[looked - 1]);
            hand.effect(Effect::LookUp { attempt: id.clone(), at });
        } else if wanted {
            // At once the first time, then after a pause that grows: a carrier that fails for an hour must not leave
            // the night silent once it is well again. Each was looked for in vain before it is sent again.
            let pause = if attempt.resent { growing_pause(attempt.retries) } else { Duration::ZERO };
            attempt.retries += 1;
            attempt.resent = true;
            attempt.state = AttemptState::Asked;
            note(hand, attempt.ordinal, "not found; it is sent again".into());
            self.ask(hand, id, hand.now() + pause);
        } else {
            note(hand, attempt.ordinal, "not found".into());
            attempt.state = AttemptState::Ended(Ending::Failed);
            self.bring_next_forward(hand, id);
        }
    }

    /// Whether the page, or the callback, that an attempt belongs to still waits for it.
    pub(super) fn is_wanted(&self, attempt: &Attempt) -> bool {
        match attempt.purpose {
            Purpose::Page(ordinal) => self.pages.iter().any(|page| page.ordinal == ordinal && page.is_open()),
            Purpose::Callback => self.bridge.as_ref().is_some_and(|bridge| bridge.attempt == attempt.id),
        }
    }

    fn bring_next_forward(&mut self, hand: &mut Hand<'_>, id: &AttemptId) {
        let purpose = self.attempts.iter().find(|attempt| attempt.id == *id).map(|attempt| attempt.purpose);
        match purpose {
            Some(Purpose::Page(ordinal)) => self.hurry(hand, ordinal, Some(id)),
            Some(Purpose::Callback)
                if self.attempts.iter().any(|attempt| attempt.id == *id && attempt.is_over()) =>
            {
                self.bridge_over(hand, id, None);
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
        let (ordinal, method) = (attempt.ordinal, attempt.method);
        let of_this = match &attempt.state {
            AttemptState::Accepted { sid: known, .. } | AttemptState::Reached { sid: known, .. } => {
                *known == sid
            }
            AttemptState::Ended(_) => attempt.sids.contains(&sid),
            AttemptState::Asked | AttemptState::Unknown { .. } => false,
        };
        match (receipt, &attempt.state) {
            // Once delivered is delivered, whatever an older or a later receipt says.
            (Receipt::Delivered, AttemptState::Accepted { .. } | AttemptState::Ended(Ending::Failed))
                if method == MethodKind::Sms =>
            {
                note(hand, ordinal, "delivered".into());
                attempt.state = AttemptState::Reached { carrier, sid };
            }
            (Receipt::Answered, AttemptState::Accepted { .. }) if of_this => {
                note(hand, ordinal, "answered".into());
                attempt.state = AttemptState::Reached { carrier, sid };
            }
            (Receipt::Undelivered { about, why }, AttemptState::Accepted { .. }) if of_this => {
                self.undelivered(hand, id, &carrier, about, &why);
            }
            (Receipt::Ended(ending), AttemptState::Accepted { .. } | AttemptState::Reached { .. })
                if of_this =>
            {
                attempt.state = AttemptState::Ended(ending);
                note(hand, ordinal, ended(ending).into());
                self.call_over(hand, id, ending);
            }
            (Receipt::Ended(ending), AttemptState::Ended(before))
                if of_this && ending.says_more_than(*before) && *before != Ending::Withdrawn =>
            {
                attempt.state = AttemptState::Ended(ending);
                note(hand, ordinal, ended(ending).into());
            }
            _ => {}
        }
        Reply::None
    }

    fn call_over(&mut self, hand: &mut Hand<'_>, id: &AttemptId, ending: Ending) {
        let live = self.was_accepted_on(id);
        if let Some(bridge) = self.bridge.as_mut().filter(|bridge| bridge.attempt == *id) {
            match bridge.stage {
                Stage::Agent => {
                    self.bridge_over(hand, id, None);
                }
                // The report of the talk may come after the end of the call.
                Stage::Customer if live => {
                    self.end_live_talk(hand, id);
                }
                Stage::Customer => bridge.over_at = bridge.over_at.min(hand.now() + REPORT_PATIENCE),
            }
        }
        if ending == Ending::Failed {
            self.bring_next_forward(hand, id);
        }
    }

    fn undelivered(&mut self, hand: &mut Hand<'_>, id: &AttemptId, carrier: &str, about: Trouble, why: &str) {
        let Some(attempt) = self.attempt(id) else { return };
        let (agent, method, number) = (attempt.agent.clone(), attempt.method, attempt.number.clone());
        note(hand, attempt.ordinal, format!("not delivered: {why}"));
        attempt.state = AttemptState::Ended(Ending::Failed);
        match about {
            Trouble::Number | Trouble::Pair => {
                method_dead(hand, &agent, method, number, why);
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

/// A way of reaching an agent is given up.
fn method_dead(hand: &mut Hand<'_>, agent: &AgentKey, method: MethodKind, number: PhoneNumber, why: &str) {
    if hand.is_out_of_use(method, &number) {
        return;
    }
    hand.effect(Effect::MarkMethod { number, method, why: why.into() });
    hand.enter(Actor::Nightbell, Happening::MethodDead { agent: agent.clone(), method, why: why.into() });
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

fn growing_pause(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.min(6)).min(LONGEST_PAUSE)
}
