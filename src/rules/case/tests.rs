//! Nights at a small desk, played event by event: what is sent to whom, when, and what is never sent.

mod callback;
mod caller;
mod carriers;
mod commands;
mod declines;
mod hand_over;
mod live;
mod muted;
mod paging;
mod properties;
mod stand_down;

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use super::*;
use crate::rules::severity::Severity;
use crate::rules::ticket_number::TicketNumber;

/// Ada, then Ben; Cleo is the last resort. Nobody is on call between 23:00 and 06:00 UTC where `on_call` says so.
const DESK: &str = r#"
key = "small"
name = "Small"
country = "US"
fictional_numbers = true
manager = "+18025550190"
hours = { zone = "UTC", support = ["Mon-Fri 09:00-17:00"] }
[[line]]
number = "+18025550100"
label = "Emergency line"
flow = "emergency"
carrier = "main"
[[severity]]
level = 1
definition = { en = "all is lost" }
[[agent]]
key = "ada"
name = "Ada"
phone = [{ number = "+18025550111" }]
[[agent]]
key = "ben"
name = "Ben"
phone = [{ number = "+18025550112" }]
[[agent]]
key = "cleo"
name = "Cleo"
phone = [{ number = "+18025550113" }]
[[rota]]
name = "later"
layer = [{ agents = ["ada"], every = "week", starts = 2030-01-07, hand_off = "09:00" }]
[[policy]]
name = "nights"
cycles = 2
last_resort = ["agent:cleo"]
step = [{ targets = ["agent:ada"] }, { targets = ["agent:ben"] }]
"#;

/// 02:00 UTC on a Monday.
const NIGHT: Timestamp = Timestamp(1_768_183_200_000);
const CALLER: &str = "+18025550121";
const ADA: &str = "+18025550111";

/// Both are slow to read, for hundreds of nights.
static BOOK: LazyLock<ZoneBook> = LazyLock::new(ZoneBook::bundled);
static SMALL: LazyLock<Desk> = LazyLock::new(|| parsed(DESK));

fn parsed(desk: &str) -> Desk {
    Desk::parse(desk).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// One night, as it goes on.
struct Night {
    desk: Desk,
    book: &'static ZoneBook,
    dead: BTreeSet<(MethodKind, PhoneNumber)>,
    mutes: Mutes,
    carriers: usize,
    cover_resumes: Option<Timestamp>,
    now: Timestamp,
    case: Case,
    timeline: Vec<Entry>,
    /// What was asked for and not yet looked at.
    effects: Vec<Effect>,
    reply: Reply,
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

fn agent(key: &str) -> AgentKey {
    key.parse().unwrap()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn ticket(caller_id: Option<&str>) -> Ticket {
    Ticket {
        id: crate::id::Id::from_text("T"),
        desk: "small".into(),
        line: number("+18025550100"),
        number: TicketNumber(1042),
        severity: Severity::ONE,
        provisional: true,
        state: TicketState::Open,
        caller_id: caller_id.map(number),
        callback: None,
        contact: None,
        language: "en".into(),
        what: None,
        recordings: Vec::new(),
        opened_at: NIGHT,
        acked_at: None,
        called_back_at: None,
        resolved_at: None,
    }
}

impl Night {
    /// A call has just come in.
    fn begin() -> Night {
        Night::of(DESK)
    }

    fn of(desk: &str) -> Night {
        let mut night = Night {
            desk: if desk == DESK { SMALL.clone() } else { parsed(desk) },
            book: &BOOK,
            dead: BTreeSet::new(),
            mutes: Mutes::NONE,
            carriers: 2,
            cover_resumes: None,
            now: NIGHT,
            case: Case::open(ticket(Some(CALLER))),
            timeline: Vec::new(),
            effects: Vec::new(),
            reply: Reply::None,
        };
        night.happen(Event::Called { call: "CA1".into() });
        night
    }

    /// A call came in, was an emergency, and its page has just left.
    fn paging() -> Night {
        let mut night = Night::begin();
        night.page();
        night
    }

    fn page(&mut self) {
        self.flow(FlowCommand::Triage { severity: Severity::ONE });
        self.flow(FlowCommand::Callback { number: number(CALLER), confirmed: true });
    }

    fn context(&self) -> Context<'_> {
        Context {
            desk: &self.desk,
            policy: &self.desk.policies[0],
            book: self.book,
            dead: &self.dead,
            mutes: &self.mutes,
            cover_resumes: self.cover_resumes,
            carriers: self.carriers,
            now: self.now,
        }
    }

    /// Whom a new emergency would page first.
    fn first_paged(&self) -> Vec<AgentKey> {
        self.context().first_paged()
    }

    fn happen(&mut self, event: Event) -> &mut Night {
        let Decision { case, entries, effects, reply } = decide(&self.context(), self.case.clone(), event);
        assert!(
            case.next_due().is_none_or(|due| due > self.now),
            "what is due was left undone: {:?} at {}",
            case.next_due(),
            self.now
        );
        self.case = case;
        self.timeline.extend(entries);
        self.effects.extend(effects);
        self.reply = reply;
        self
    }

    fn flow(&mut self, command: FlowCommand) -> &mut Night {
        self.happen(Event::Flow(command))
    }

    fn says(&mut self, who: &str, command: Command) -> &mut Night {
        self.happen(Event::Command { by: agent(who).into(), via: Via::Sms, command })
    }

    fn presses(&mut self, ordinal: u32, keys: &str) -> &mut Night {
        self.leg(ordinal, LegInput::Keys(keys.into()))
    }

    fn leg(&mut self, ordinal: u32, input: LegInput) -> &mut Night {
        let attempt = self.case.ticket.id.child('a', ordinal);
        self.happen(Event::Leg { attempt, input })
    }

    fn hangs_up(&mut self, engaged: bool) -> &mut Night {
        self.happen(Event::CallEnded { engaged, returning: false, seconds: 20 })
    }

    fn sent(&mut self, ordinal: u32, outcome: Sent) -> &mut Night {
        let attempt = self.case.ticket.id.child('a', ordinal);
        self.happen(Event::Sent { attempt, outcome })
    }

    fn accepted(&mut self, ordinal: u32) -> &mut Night {
        self.sent(ordinal, Sent::Accepted { carrier: "main".into(), sid: format!("S{ordinal}") })
    }

    fn receipt(&mut self, ordinal: u32, receipt: Receipt) -> &mut Night {
        let attempt = self.case.ticket.id.child('a', ordinal);
        let sid = format!("S{ordinal}");
        self.happen(Event::Receipt { attempt, carrier: "main".into(), sid, receipt })
    }

    /// Time goes by; what falls due meanwhile is done when it is due.
    fn wait(&mut self, seconds: u64) -> &mut Night {
        let until = self.now + Duration::from_secs(seconds);
        while let Some(due) = self.case.next_due().filter(|due| *due <= until) {
            self.now = due;
            self.happen(Event::Due);
        }
        self.now = until;
        self
    }

    /// What was asked for since the last look, as short words.
    fn done(&mut self) -> Vec<String> {
        std::mem::take(&mut self.effects).iter().map(short).collect()
    }

    /// Nothing more than this was asked for since the last look, in whatever order.
    #[track_caller]
    fn expect(&mut self, wanted: &[&str]) -> &mut Night {
        let mut done = self.done();
        let mut wanted: Vec<String> = wanted.iter().map(|text| (*text).to_owned()).collect();
        done.sort();
        wanted.sort();
        assert_eq!(done, wanted, "at {} s", self.now.since(NIGHT).as_secs());
        self
    }

    fn phase(&self) -> &Phase {
        &self.case.escalation.as_ref().unwrap().phase
    }

    fn state(&self, ordinal: u32) -> &AttemptState {
        let attempts = &self.case.attempts;
        &attempts.iter().find(|attempt| attempt.ordinal == ordinal).unwrap().state
    }

    fn has_entry(&self, is: impl Fn(&Happening) -> bool) -> bool {
        self.count(is) > 0
    }

    fn count(&self, is: impl Fn(&Happening) -> bool) -> usize {
        self.timeline.iter().filter(|entry| is(&entry.what)).count()
    }

    #[track_caller]
    fn spoken(&self) -> &Spoken {
        match &self.reply {
            Reply::Spoken(spoken) => spoken,
            other => panic!("nothing was spoken: {other:?}"),
        }
    }

    #[track_caller]
    fn answer(&self) -> &Answer {
        match &self.reply {
            Reply::Answer(answer) => answer,
            other => panic!("nothing was answered: {other:?}"),
        }
    }
}

use crate::rules::page::{AttemptState, Ending, Trouble};

/// `sms ada Page`, `ring ben`, `hang up S2`, `look up 1 in 2 s`.
fn short(effect: &Effect) -> String {
    let reader = |to: &Recipient| match to {
        Recipient::Agent(agent, _) => agent.to_string(),
        Recipient::Caller(_) => "caller".into(),
        Recipient::Manager(_) => "manager".into(),
    };
    let ordinal = |id: &AttemptId| id.as_str().trim_start_matches("T-a").to_owned();
    match effect {
        Effect::Text { to, message, .. } => {
            let kind = format!("{message:?}");
            let kind = kind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
            format!("sms {} {kind}", reader(to))
        }
        Effect::Ring { to, .. } => format!("ring {}", reader(to)),
        Effect::HangUp { sid, .. } => format!("hang up {sid}"),
        Effect::LeadOn { call, .. } => format!("lead on {}", call.sid),
        Effect::LeadAgentOn { sid, .. } => format!("lead on {sid}"),
        Effect::Withdraw { attempt } => format!("withdraw {}", ordinal(attempt)),
        Effect::LookUp { attempt, .. } => format!("look up {}", ordinal(attempt)),
        Effect::AskReceipt { attempt, .. } => format!("ask receipt {}", ordinal(attempt)),
        Effect::MarkMethod { number, method, .. } => format!("mark {method:?} {number}"),
    }
}
