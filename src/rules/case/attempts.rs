//! Attempts: the texts and calls by which a page reaches its agent, one after the other by his notification rules; how
//! each is asked for, and taken back.

use super::{Actor, AgentKey, AttemptId, Case, Effect, Hand, Happening, Message, MethodKind, Recipient};
use crate::clock::Timestamp;
use crate::rules::bridge::Stage;
use crate::rules::page::{Attempt, AttemptState, Ending, Page, PageKind, Planned, Purpose};

impl Case {
    /// Makes the attempts that are due; a dead method brings the next one forward.
    pub(super) fn fire_attempts(&mut self, hand: &mut Hand<'_>) -> bool {
        let mut fired = false;
        for index in 0..self.pages.len() {
            while let Some(planned) = self.pages[index].take_due(hand.now()) {
                fired = true;
                let (ordinal, agent) = (self.pages[index].ordinal, self.pages[index].agent.clone());
                let why_not = if hand.is_out_of_use(planned.method, &planned.number) {
                    Some("out of use")
                } else {
                    self.is_silenced(hand, &self.pages[index]).then_some("muted")
                };
                if let Some(why) = why_not {
                    self.hurry(hand, ordinal, None);
                    hand.enter(
                        Actor::Nightbell,
                        Happening::AttemptSkipped { agent, method: planned.method, why: why.into() },
                    );
                } else {
                    self.start_attempt(hand, Purpose::Page(ordinal), &agent, &planned);
                }
            }
        }
        fired
    }

    /// Makes an attempt and asks for it.
    pub(super) fn start_attempt(
        &mut self,
        hand: &mut Hand<'_>,
        purpose: Purpose,
        agent: &AgentKey,
        planned: &Planned,
    ) -> AttemptId {
        let id = self.note_attempt(hand, purpose, agent, planned);
        self.ask(hand, &id, hand.now());
        id
    }

    /// Makes an attempt that somebody asks for.
    pub(super) fn note_attempt(
        &mut self,
        hand: &mut Hand<'_>,
        purpose: Purpose,
        agent: &AgentKey,
        planned: &Planned,
    ) -> AttemptId {
        self.attempt_count += 1;
        let id: AttemptId = self.ticket.id.child('a', self.attempt_count);
        let tried = self.doubtful_carriers(hand, purpose);
        self.attempts.push(Attempt {
            id: id.clone(),
            ordinal: self.attempt_count,
            agent: agent.clone(),
            purpose,
            method: planned.method,
            number: planned.number.clone(),
            asked_at: hand.now(),
            tried,
            retries: 0,
            wrong_keys: 0,
            resent: false,
            sids: Vec::new(),
            state: AttemptState::Asked,
        });
        hand.enter(
            Actor::Nightbell,
            Happening::AttemptStarted {
                agent: agent.clone(),
                method: planned.method,
                number: self.attempt_count,
            },
        );
        id
    }

    /// Carriers that have not answered another attempt of the same page yet: a new one goes elsewhere, if it can.
    fn doubtful_carriers(&self, hand: &Hand<'_>, purpose: Purpose) -> Vec<String> {
        let mut doubtful: Vec<String> = Vec::new();
        for attempt in self.attempts.iter().filter(|attempt| attempt.purpose == purpose) {
            if let AttemptState::Unknown { carrier, .. } = &attempt.state
                && !doubtful.contains(carrier)
            {
                doubtful.push(carrier.clone());
            }
        }
        if doubtful.len() < hand.context.carriers { doubtful } else { Vec::new() }
    }

    /// A way of reaching an agent failed: the next one of his page is due now, unless his phone is about to ring or
    /// the next one would only ask again for what is still being asked for.
    pub(super) fn hurry(&mut self, hand: &Hand<'_>, ordinal: u32, failed: Option<&AttemptId>) {
        let Some(page) = self.pages.iter().find(|page| page.ordinal == ordinal) else { return };
        let Some(next) = page.next_planned().cloned() else { return };
        let one_carrier = hand.context.carriers < 2;
        let covered = self.attempts_of(page).any(|attempt| {
            let same = attempt.method == next.method && attempt.number == next.number;
            let still_asked = match attempt.state {
                AttemptState::Asked => same,
                AttemptState::Unknown { .. } => same && one_carrier,
                _ => false,
            };
            still_asked || (failed != Some(&attempt.id) && attempt.is_ringing(hand.now()))
        });
        let now = hand.now();
        if !covered && let Some(page) = self.pages.iter_mut().find(|page| page.ordinal == ordinal) {
            page.bring_forward(now);
        }
    }

    /// Puts an attempt's request in the outbox.
    pub(super) fn ask(&mut self, hand: &mut Hand<'_>, id: &AttemptId, at: Timestamp) {
        let brief = self.brief();
        let of_page = |case: &Case, page: u32, is: fn(&Page) -> bool| {
            case.pages.iter().any(|known| known.ordinal == page && is(known))
        };
        let live = |page: &Page| page.live;
        let notice = |page: &Page| page.kind == PageKind::Notice;
        let Some(attempt) = self.attempts.iter().find(|attempt| attempt.id == *id) else { return };
        let to = Recipient::Agent(attempt.agent.clone(), attempt.number.clone());
        let effect = match (attempt.method, attempt.purpose) {
            (MethodKind::Voice, _) => Effect::Ring {
                to,
                attempt: id.clone(),
                seconds: hand.context.desk.limits.ring.0,
                // Who waits can be met at his own carrier alone, and sees and shows the line.
                from: matches!(attempt.purpose, Purpose::Page(page) if of_page(self, page, live))
                    .then(|| self.ticket.line.clone()),
                avoid: attempt.tried.clone(),
                at,
            },
            (MethodKind::Sms, purpose) => Effect::Text {
                to,
                message: match purpose {
                    Purpose::Page(page) if of_page(self, page, notice) => Message::AbandonedNotice(brief),
                    Purpose::Page(page) if of_page(self, page, |page| page.despite_mute) => {
                        Message::PageDespiteMute(brief)
                    }
                    _ => Message::Page(brief),
                },
                attempt: Some(id.clone()),
                avoid: attempt.tried.clone(),
                at,
            },
        };
        hand.effect(effect);
    }

    pub(super) fn attempts_of<'a>(&'a self, page: &'a Page) -> impl Iterator<Item = &'a Attempt> + 'a {
        let purpose = Purpose::Page(page.ordinal);
        self.attempts.iter().filter(move |attempt| attempt.purpose == purpose)
    }

    /// Takes back what has not left, and hangs up what rings; never a call on which an agent was put through to the
    /// customer, whatever becomes of the ticket meanwhile.
    pub(super) fn end_attempts(
        &mut self,
        hand: &mut Hand<'_>,
        of: impl Fn(&Attempt) -> bool,
        spare: Option<&AttemptId>,
    ) {
        let talk = self.bridge.as_ref().filter(|bridge| bridge.stage == Stage::Customer);
        let talk = talk.map(|bridge| &bridge.attempt);
        for attempt in self.attempts.iter_mut().filter(|attempt| of(attempt)) {
            let of_page = matches!(attempt.purpose, Purpose::Page(_));
            if of_page && ![spare, talk].contains(&Some(&attempt.id)) {
                end_attempt(hand, attempt);
            }
        }
    }
}

/// Takes an attempt back if it has not left, and hangs it up if it rings.
pub(super) fn end_attempt(hand: &mut Hand<'_>, attempt: &mut Attempt) {
    if let Some((carrier, sid)) = attempt.live_call() {
        let (carrier, sid) = (carrier.into(), sid.into());
        hand.effect(Effect::HangUp { carrier, sid });
    } else if attempt.is_pending() {
        attempt.state = AttemptState::Ended(Ending::Withdrawn);
        hand.effect(Effect::Withdraw { attempt: attempt.id.clone() });
    }
}

impl Page {
    fn take_due(&mut self, now: Timestamp) -> Option<Planned> {
        if !self.is_open() {
            return None;
        }
        let next = self.plan.iter_mut().find(|planned| !planned.fired && planned.due <= now)?;
        next.fired = true;
        Some(next.clone())
    }
}
