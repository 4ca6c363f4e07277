//! The caller's side: what the voice flow asks for, what the end of a call means, texts, and joining another ticket.

use std::time::Duration;

use super::{
    Actor, Case, FlowCommand, Hand, Happening, Message, Pictures, Recipient, Reply, Ticket, TicketState,
};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Abandoned;
use crate::rules::effect::{News, Over};
use crate::rules::escalation::{Escalation, Phase, Place};
use crate::rules::page::PageKind;
use crate::rules::severity::Severity;
use crate::rules::ticket::CallbackNumber;

/// How often agents are told that the caller wrote again.
const TEXTS_TOLD_EVERY: Duration = Duration::from_secs(2 * 60);

/// Words of a ticket's subject that a page has room for, in characters.
const FIRST_WORDS: usize = 120;

impl Case {
    pub(super) fn called(&mut self, hand: &mut Hand<'_>, call: String) -> Reply {
        hand.enter(Actor::Caller, Happening::Opened { call });
        Reply::None
    }

    pub(super) fn flow_asks(&mut self, hand: &mut Hand<'_>, command: FlowCommand) -> Reply {
        match command {
            FlowCommand::Triage { severity } => self.triage(hand, severity),
            FlowCommand::Downgrade { severity, reason } => {
                // A caller can make his own report less urgent, but takes nobody off a ticket that is being paged.
                if !self.is_paging() && self.is_open() {
                    self.ticket.severity = severity;
                    self.ticket.provisional = false;
                    self.escalation = None;
                    hand.enter(Actor::Caller, Happening::Downgraded { severity, reason, via: None });
                }
            }
            FlowCommand::Topic(topic) => {
                self.describe(&topic);
                if self.escalation.is_none() && self.is_open() {
                    // Never urgent, by the desk's own list: a hang-up from here on wakes nobody.
                    self.ticket.severity = Severity::THREE;
                    self.ticket.provisional = false;
                }
                hand.enter(Actor::Caller, Happening::Topic { topic });
            }
            FlowCommand::Callback { number, confirmed } => self.callback_number(hand, number, confirmed),
            FlowCommand::CallbackGivenUp => {
                self.fall_back_on_caller_id(hand);
                if self.ticket.severity.is_emergency() && !self.ticket.provisional {
                    self.page_now(hand);
                }
            }
            FlowCommand::Recorded { recording, seconds } => {
                if !self.ticket.recordings.contains(&recording) {
                    self.ticket.recordings.push(recording.clone());
                    hand.enter(Actor::Caller, Happening::Recorded { recording, seconds });
                    self.update(hand, News::Recording);
                }
            }
            FlowCommand::Page => self.page_now(hand),
            FlowCommand::TextCaller { text } if hand.context.desk.options.text_receipts => {
                self.tell_caller(hand, "by the voice flow", Message::Composed { text });
            }
            FlowCommand::Push => self.push(hand),
            FlowCommand::Transferred { answered, seconds, .. } => {
                hand.enter(Actor::Caller, Happening::Transferred { answered, seconds });
                if answered && self.escalation.is_none() {
                    // The daytime desk spoke with the caller: from here on it is theirs, by day. What was called an
                    // emergency stays one: a voicemail may have answered.
                    self.ticket.provisional = false;
                    self.ticket.severity = Severity::THREE;
                }
            }
            FlowCommand::ConnectOver { .. } => return self.caller_goes_on(hand),
            FlowCommand::Entered { name, digits } => {
                hand.enter(Actor::Caller, Happening::Entered { name, digits });
            }
            FlowCommand::Note(text) => {
                self.describe(&text);
                hand.enter(Actor::Caller, Happening::Note { text, via: None });
            }
            // A desk may write to no caller; the rest concerns the call, or an agent, and the call machine carries it out.
            FlowCommand::TextCaller { .. }
            | FlowCommand::Connect { .. }
            | FlowCommand::Report
            | FlowCommand::Join
            | FlowCommand::Acknowledge
            | FlowCommand::CallCustomer
            | FlowCommand::Reject => {}
        }
        Reply::None
    }

    fn triage(&mut self, hand: &mut Hand<'_>, severity: Severity) {
        if self.is_paging() || !self.is_open() {
            return;
        }
        self.ticket.severity = severity;
        self.ticket.provisional = false;
        hand.enter(Actor::Caller, Happening::Triaged { severity });
        if severity.is_emergency() && self.escalation.is_some() {
            // Said before: the page leaves when it was due then.
        } else if severity.is_emergency() {
            let grace = hand.now() + hand.context.desk.limits.triage_grace.duration();
            self.wait_until(hand, hand.context.cover_resumes.map_or(grace, |resumes| resumes.max(grace)));
        } else {
            self.escalation = None;
        }
    }

    fn callback_number(&mut self, hand: &mut Hand<'_>, number: PhoneNumber, confirmed: bool) {
        let given = CallbackNumber { number: number.clone(), confirmed };
        if self.ticket.callback.as_ref() == Some(&given) {
            return;
        }
        self.ticket.callback = Some(given);
        hand.enter(Actor::Caller, Happening::CallbackNumber { number, confirmed });
        if self.has_caller_waiting() {
            // Nobody was told of another one.
        } else if self.is_paging() {
            self.update(hand, News::CallbackNumber);
        } else if confirmed && self.ticket.severity.is_emergency() && !self.ticket.provisional {
            self.page_now(hand);
        }
    }

    fn fall_back_on_caller_id(&mut self, hand: &mut Hand<'_>) {
        if self.ticket.callback.is_some() {
            return;
        }
        match self.reachable_caller_id(hand) {
            Some(number) => {
                self.ticket.callback = Some(CallbackNumber { number: number.clone(), confirmed: false });
                hand.enter(Actor::Nightbell, Happening::CallbackNumber { number, confirmed: false });
            }
            None => hand.enter(Actor::Nightbell, Happening::NoCallbackNumber),
        }
    }

    /// The caller id, if it may be dialled without anybody having confirmed it.
    fn reachable_caller_id(&self, hand: &Hand<'_>) -> Option<PhoneNumber> {
        self.ticket.caller_id.clone().filter(|number| hand.context.may_reach(number))
    }

    /// Where the caller is texted: at the callback number, or, before one is given, where he calls from.
    pub(super) fn caller_number(&self, hand: &Hand<'_>) -> Option<PhoneNumber> {
        let callback = self.ticket.callback.as_ref().map(|callback| callback.number.clone());
        callback.or_else(|| self.reachable_caller_id(hand))
    }

    /// By the rules there is no such emergency; one that there is all the same is paged.
    pub(super) fn forgotten(&mut self, hand: &mut Hand<'_>) -> Reply {
        if self.is_forgotten() {
            self.fall_back_on_caller_id(hand);
            self.start_paging(hand, Place::FIRST);
        }
        Reply::None
    }

    /// The page leaves now, or when somebody is on call again. Only ever once: what is under way goes on.
    pub(super) fn page_now(&mut self, hand: &mut Hand<'_>) {
        if self.is_paging() || !self.is_open() {
            return;
        }
        self.ticket.severity = Severity::ONE;
        self.ticket.provisional = false;
        self.ticket.state = TicketState::Open;
        match hand.context.cover_resumes {
            Some(resumes) => self.wait_until(hand, resumes),
            None => self.start_paging(hand, Place::FIRST),
        }
    }

    fn wait_until(&mut self, hand: &mut Hand<'_>, page_at: Timestamp) {
        let phase = Phase::Waiting { page_at };
        if self.escalation.as_ref().is_none_or(|run| run.phase != phase) {
            hand.enter(Actor::Nightbell, Happening::PageDue { at: page_at });
            let pushed_at = self.escalation.as_ref().and_then(|run| run.pushed_at);
            self.escalation = Some(Escalation { pushed_at, ..Escalation::new(phase, hand.now()) });
        }
    }

    /// Whether a run has begun, or is over: from then on the caller's call changes its course no more.
    pub(super) fn is_paging(&self) -> bool {
        self.escalation.as_ref().is_some_and(|run| !matches!(run.phase, Phase::Waiting { .. }))
    }

    pub(super) fn call_ended(
        &mut self,
        hand: &mut Hand<'_>,
        engaged: bool,
        returning: bool,
        seconds: u32,
    ) -> Reply {
        hand.enter(Actor::Caller, Happening::CallEnded { seconds });
        if !self.is_open() || self.is_paging() {
            return Reply::None;
        }
        let emergency = self.ticket.severity.is_emergency();
        if emergency && (!self.ticket.provisional || engaged || returning) {
            self.fall_back_on_caller_id(hand);
            self.page_now(hand);
        } else if self.ticket.provisional {
            self.abandoned(hand);
        }
        Reply::None
    }

    /// Nobody pressed a key or spoke: one text to the first on call, unless the desk wants the full page.
    fn abandoned(&mut self, hand: &mut Hand<'_>) {
        self.ticket.state = TicketState::Abandoned;
        hand.enter(Actor::Nightbell, Happening::Abandoned);
        self.fall_back_on_caller_id(hand);
        if hand.context.desk.options.abandoned == Abandoned::FullPage {
            self.page_now(hand);
        } else if let Some(first) = hand.context.first_to_notice() {
            self.page_agent(hand, &first, PageKind::Notice, Place::FIRST);
        }
    }

    fn push(&mut self, hand: &mut Hand<'_>) {
        if let TicketState::Merged { .. } = self.ticket.state {
            return;
        }
        let interval = hand.context.desk.limits.push_interval.duration();
        let pushed_at = self.escalation.as_ref().and_then(|run| run.pushed_at);
        if pushed_at.is_some_and(|at| hand.now() < at + interval) {
            return hand.enter(Actor::Caller, Happening::PushTooSoon);
        }
        hand.enter(Actor::Caller, Happening::Pushed);
        self.ticket.severity = Severity::ONE;
        self.ticket.provisional = false;
        if self.ticket.state == TicketState::Resolved {
            // Closed while the caller was listening to how it stands.
            self.ticket.state = TicketState::Open;
            self.ticket.resolved_at = None;
            hand.enter(Actor::Caller, Happening::Reopened);
        }
        let idle = self
            .escalation
            .as_ref()
            .is_none_or(|run| matches!(run.phase, Phase::Waiting { .. } | Phase::Ended));
        match hand.context.cover_resumes {
            // Nobody has been woken for it, and nobody is on call before then.
            Some(resumes) if idle => self.wait_until(hand, resumes),
            _ => self.next_step(hand),
        }
        if let Some(run) = &mut self.escalation {
            run.pushed_at = Some(hand.now());
        }
    }

    pub(super) fn wrote(&mut self, hand: &mut Hand<'_>, body: String, answer: bool) -> Reply {
        self.describe(&body);
        hand.enter(Actor::Caller, Happening::Texted { body });
        if answer && let Some(writer) = self.reachable_caller_id(hand) {
            let receipt =
                Message::WriterReceipt { number: self.ticket.number, line: self.ticket.line.clone() };
            if hand.context.is_textable(&writer) {
                hand.text(Recipient::Caller(writer), receipt);
            }
        }
        Reply::None
    }

    pub(super) fn caller_texted(&mut self, hand: &mut Hand<'_>, body: String) -> Reply {
        self.describe(&body);
        hand.enter(Actor::Caller, Happening::Texted { body });
        self.tell_of_text(hand, News::Texted);
        Reply::None
    }

    pub(super) fn transcribed(&mut self, hand: &mut Hand<'_>, text: String) -> Reply {
        self.describe(&text);
        hand.enter(Actor::Carrier, Happening::Transcript { text });
        Reply::None
    }

    pub(super) fn recording_kept(
        &mut self,
        hand: &mut Hand<'_>,
        recording: String,
        bytes: Option<u64>,
    ) -> Reply {
        hand.enter(
            Actor::Carrier,
            match bytes {
                Some(bytes) => Happening::RecordingKept { recording, bytes },
                None => Happening::RecordingLost { recording },
            },
        );
        Reply::None
    }

    /// Somebody sent pictures: they stay at the carrier, under the text's id. Whoever has the ticket is told of a
    /// caller's, unless he was told just now that the caller wrote.
    pub(super) fn pictures_came(&mut self, hand: &mut Hand<'_>, by: Actor, pictures: Pictures) -> Reply {
        let by_caller = by == Actor::Caller;
        let Pictures { count, carrier, text } = pictures;
        hand.enter(by, Happening::PicturesCame { count, carrier, text });
        if by_caller {
            self.tell_of_text(hand, News::Pictures);
        }
        Reply::None
    }

    /// A hundred texts are one piece of news; all of them stand in the timeline.
    fn tell_of_text(&mut self, hand: &mut Hand<'_>, news: News) {
        if self.texted_at.is_none_or(|at| at + TEXTS_TOLD_EVERY <= hand.now()) {
            self.texted_at = Some(hand.now());
            self.update(hand, news);
        }
    }

    /// Keeps the first words of what is wrong.
    fn describe(&mut self, text: &str) {
        let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.ticket.what.is_none() && !words.is_empty() {
            self.ticket.what = Some(words.chars().take(FIRST_WORDS).collect());
        }
    }

    /// News for whoever has it, or for those who are being tried: by text, never as a new page.
    fn update(&mut self, hand: &mut Hand<'_>, news: News) {
        let readers: std::collections::BTreeSet<_> = match self.holder() {
            Some(holder) => [holder.clone()].into(),
            None => self
                .pages
                .iter()
                .filter(|page| page.is_open() && page.kind == PageKind::Emergency)
                .map(|page| page.agent.clone())
                .collect(),
        };
        for agent in readers {
            hand.text_agent(&agent, Message::Update { brief: self.brief(), news });
        }
    }

    /// Carries on for a provisional ticket whose caller chose to join this one.
    pub(super) fn absorb(&mut self, hand: &mut Hand<'_>, other: &Ticket) -> Reply {
        for recording in &other.recordings {
            if !self.ticket.recordings.contains(recording) {
                self.ticket.recordings.push(recording.clone());
            }
        }
        if let Some(what) = &other.what {
            self.describe(what);
        }
        if self.ticket.callback.is_none() {
            self.ticket.callback = other.callback.clone();
        }
        if self.ticket.state == TicketState::Abandoned {
            self.ticket.state = TicketState::Open;
        }
        hand.enter(Actor::Caller, Happening::Joined { ticket: other.number });
        self.update(hand, News::CalledAgain);
        Reply::None
    }

    pub(super) fn merged_into(&mut self, hand: &mut Hand<'_>, into: &Ticket) -> Reply {
        self.withdraw_pages(hand, None, &Over::Closed, None);
        self.escalation = None;
        self.ticket.state = TicketState::Merged { into: into.id.clone() };
        hand.enter(Actor::Caller, Happening::MergedInto { number: into.number });
        Reply::None
    }
}
