//! What is due, is done: attempts by the notification rules, steps of the policy, reminders, receipts that did not
//! come. Runs after every event and at every deadline, until nothing more is due.

use super::{Actor, Case, Effect, Hand, Happening, Message, Recipient};
use crate::rules::escalation::Phase;
use crate::rules::page::{Attempt, AttemptState, Page, Purpose};

/// More rounds than any policy needs; what is still due after them is due again at once.
const MOST_ROUNDS: usize = 64;

/// Settled attempts that are kept for late receipts; older ones live on in the timeline.
const KEPT_ATTEMPTS: usize = 40;

impl Case {
    pub(super) fn settle(&mut self, hand: &mut Hand<'_>) {
        for _ in 0..MOST_ROUNDS {
            let acted = self.ask_for_receipts(hand)
                | self.fire_attempts(hand)
                | self.give_up_silent_bridge(hand)
                | self.advance_waiting(hand)
                | self.advance(hand);
            if !acted {
                break;
            }
        }
        self.tell_caller_if_due(hand);
        self.forget_old_attempts();
    }

    /// A receipt that does not come: the carrier is asked, and the next method does not wait for the answer.
    fn ask_for_receipts(&mut self, hand: &mut Hand<'_>) -> bool {
        let now = hand.now();
        let overdue: Vec<usize> = (0..self.attempts.len())
            .filter(|index| self.receipt_due(&self.attempts[*index]).is_some_and(|due| due <= now))
            .collect();
        for index in &overdue {
            let attempt = &mut self.attempts[*index];
            let (id, purpose) = (attempt.id.clone(), attempt.purpose);
            if let AttemptState::Accepted { carrier, sid, asked_receipt, .. } = &mut attempt.state {
                *asked_receipt = true;
                let (carrier, sid) = (carrier.clone(), sid.clone());
                hand.effect(Effect::AskReceipt { attempt: id.clone(), carrier, sid });
            }
            if let Purpose::Page(ordinal) = purpose {
                self.hurry(hand, ordinal, Some(&id));
            }
        }
        !overdue.is_empty()
    }

    fn give_up_silent_bridge(&mut self, hand: &mut Hand<'_>) -> bool {
        let silent = self.bridge.as_ref().filter(|bridge| bridge.over_at <= hand.now());
        let Some(id) = silent.map(|bridge| bridge.attempt.clone()) else { return false };
        if self.was_accepted_on(&id) {
            self.end_live_talk(hand, &id);
        } else {
            self.bridge_over(hand, &id, None);
        }
        true
    }

    fn tell_caller_if_due(&mut self, hand: &mut Hand<'_>) {
        let Some(run) = &mut self.escalation else { return };
        if run.tell_caller_at.is_none_or(|at| at > hand.now()) {
            return;
        }
        run.tell_caller_at = None;
        if matches!(run.phase, Phase::Paging { .. }) {
            self.tell_caller(hand, "still being tried", Message::StillTrying { number: self.ticket.number });
        }
    }

    /// Texts the caller, where that is possible.
    pub(super) fn tell_caller(&self, hand: &mut Hand<'_>, what: &str, message: Message) {
        let Some(number) = self.caller_number(hand) else { return };
        if !hand.context.is_textable(&number) {
            let why = "the number takes no texts".into();
            return hand.enter(Actor::Nightbell, Happening::CallerNotTextable { why });
        }
        hand.text(Recipient::Caller(number), message);
        hand.enter(Actor::Nightbell, Happening::CallerTold { what: what.into() });
    }

    fn forget_old_attempts(&mut self) {
        let settled = self.attempts.iter().filter(|attempt| attempt.is_settled()).count();
        let mut forget = settled.saturating_sub(KEPT_ATTEMPTS);
        let open: Vec<u32> =
            self.pages.iter().filter(|page| page.is_open()).map(|page| page.ordinal).collect();
        let mut forgotten = |attempt: &Attempt| {
            let old = attempt.is_settled()
                && !matches!(attempt.purpose, Purpose::Page(page) if open.contains(&page));
            let drop = old && forget > 0;
            forget -= usize::from(drop);
            drop
        };
        self.attempts.retain(|attempt| !forgotten(attempt));
        if self.pages.len() > KEPT_ATTEMPTS {
            self.pages.retain(Page::is_open);
        }
    }
}
