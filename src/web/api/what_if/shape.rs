//! A what-if as JSON.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::act::{self, Leads, Who};
use crate::rules::case::rehearsal::Scene;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::flow::DeskClock;
use crate::rules::flow::play::Move;
use crate::rules::script::Then;
use crate::rules::severity::Severity;
use crate::rules::zone::ZoneBook;
use crate::web::api::asked::Instant;
use crate::web::api::desks::{Gap, Stretch};
use crate::web::api::on_call::Agent;
use crate::web::api::timeline::named;
use crate::web::what_if::{Answered, minutes, told_at};

/// What would happen if that number rang that line at that instant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIf)]
pub(in crate::web::api) struct Answer {
    /// The desk's key.
    desk: String,
    /// Whether it is played by the desk's draft, or by a file that is not in force.
    draft: bool,
    /// The line that rings.
    line: String,
    /// What the network says of the caller; nothing, where he withholds his number.
    from: Option<String>,
    /// The first ring.
    at: Instant,
    /// The same on the desk's clock, in words.
    wall: String,
    /// What is to be told of the times that were asked for: that the desk's clock never shows one, or twice.
    doubts: Vec<String>,
    /// What the desk's calendar says of that instant.
    clock: Clock,
    /// When somebody is on call again, if nobody is.
    cover_resumes: Option<Instant>,
    /// Who calls.
    caller: Caller,
    /// Whether a call from that number was abandoned just before.
    returning: bool,
    /// The number of the open ticket that he may join.
    open_ticket: Option<u64>,
    /// The voice flow that answers.
    flow: Flow,
    /// The policy that an emergency follows.
    policy: String,
    /// The severities that a caller can choose or be given.
    severities: Vec<OfferedSeverity>,
    /// All that can be heard; the call begins with the first. Each is told once, however many ways lead to it.
    passages: Vec<Passage>,
    /// What can come of it, if nobody answers a page.
    endings: Vec<Ending>,
    /// Whether these are all the ways; not, where the flow has too many to tell.
    whole: bool,
    /// Where cover lacks in the span, if one was asked for.
    uncovered: Option<Uncovered>,
}

/// What a desk's calendar says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhatIfClock)]
enum Clock {
    /// The daytime desk works.
    Support,
    /// Somebody is on call.
    OnCall,
    /// Neither.
    Closed,
}

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfCaller)]
struct Caller {
    /// By what the network says of him.
    kind: CallerKind,
    /// Which agent, if he is one.
    agent: Option<Agent>,
    /// How many pages wait for that agent.
    pages: usize,
    /// Whose contact he is, if he is one.
    customer: Option<String>,
    /// That contact's name.
    contact: Option<String>,
}

/// Who calls, in a word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhatIfCallerKind)]
enum CallerKind {
    /// His number is withheld, or none that can be called.
    Withheld,
    /// It is on the block list.
    Blocked,
    /// An agent.
    Agent,
    /// A contact of a customer.
    Contact,
    /// Nobody whom the desk knows.
    Unknown,
}

/// A voice flow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfFlow)]
struct Flow {
    /// Its name.
    name: String,
    /// Which text of it.
    version: String,
}

/// A severity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfSeverity)]
struct OfferedSeverity {
    /// Which.
    #[schema(minimum = 1, maximum = 4)]
    severity: u8,
    /// What the desk says that it means.
    words: Option<String>,
}

/// A part of a call: what is heard and done from one deed of the caller to his next.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfPassage)]
struct Passage {
    /// Its number, from 1.
    #[schema(minimum = 1)]
    passage: usize,
    /// Seconds since the first ring. Speech takes no time here, nor does pressing a key; silence, messages and rings do.
    after: u64,
    /// The steps of the flow that are entered, in order.
    steps: Vec<String>,
    /// What is heard.
    heard: String,
    /// What happens without a word, in order.
    happens: Vec<String>,
    /// What is waited for, or how the call ends.
    then: ThenKind,
    /// The same in words.
    told: String,
    /// The step that waits for an answer; none once the call is over.
    step: Option<String>,
    /// What can be done then.
    ways: Vec<Way>,
    /// The number of what comes of it, if the call is over.
    ending: Option<usize>,
}

/// What is waited for, or how a call ends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhatIfThen)]
enum ThenKind {
    /// Keys are waited for.
    Keys,
    /// A message is recorded.
    Message,
    /// Somebody is rung, to be talked to.
    Transfer,
    /// The caller waits to be put through to who is on call.
    Wait,
    /// The line hangs up.
    HangUp,
    /// The call is not answered.
    Reject,
    /// It goes on by itself.
    On,
}

/// One of the things that can be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfWay)]
struct Way {
    /// What.
    does: Does,
    /// The keys, if it is keys, with the one that ends an entry.
    keys: Option<String>,
    /// How often it is done, one after the other, because the same is asked again.
    times: u32,
    /// How long all of it takes, in seconds.
    seconds: u32,
    /// The same in words.
    told: String,
    /// The number of the passage that follows.
    passage: Option<usize>,
    /// The number of what comes of it, if the caller is gone.
    ending: Option<usize>,
}

/// What is done, in a word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhatIfDoes)]
enum Does {
    /// The caller presses keys.
    Keys,
    /// He says and presses nothing.
    Silence,
    /// He speaks.
    Speak,
    /// Who is rung answers, and they talk.
    Talk,
    /// Who is rung does not answer.
    NoAnswer,
    /// He hangs up.
    HangUp,
}

/// What comes of a call, if nobody answers a page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfEnding)]
struct Ending {
    /// Its number, from 1.
    #[schema(minimum = 1)]
    ending: usize,
    /// The ticket in words.
    told: String,
    /// The ticket as it is at the end of the call; none, if the call has none.
    ticket: Option<EndOfTicket>,
    /// Whom the pager rings, in order; with what else happens for it by itself.
    plays: Vec<Played>,
    /// Seconds since the first ring after which its policy begins again.
    again: Option<u64>,
}

/// A ticket at the end of its call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfTicket)]
struct EndOfTicket {
    /// Its number: the line's next, or that of the one that was joined.
    number: u64,
    /// Whether it is one that was open before.
    joined: bool,
    /// Its severity.
    #[schema(minimum = 1, maximum = 4)]
    severity: u8,
    /// Its state.
    state: String,
    /// Where the caller is called back.
    callback: Option<String>,
    /// Whether he confirmed that.
    confirmed: bool,
    /// The language in which he is written to.
    language: String,
}

/// Something that happens for a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfPlayed)]
struct Played {
    /// When.
    at: Instant,
    /// Seconds since the first ring.
    after: u64,
    /// What: as the ticket's timeline would name it, `step_started`, `attempt_started`, `page_due` …
    kind: String,
    /// What belongs to it, as there: the agent and the method of an attempt, the agents of a step.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    details: Map<String, Value>,
    /// The number that is texted or called; for who may manage the desk.
    phone: Option<String>,
    /// The same in words.
    told: String,
}

/// Where cover lacks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhatIfUncovered)]
struct Uncovered {
    /// From when it was looked for.
    from: Instant,
    /// Until when.
    to: Instant,
    /// How many minutes of it an emergency on this line would find nobody on any step of its policy.
    minutes: u64,
    /// Those stretches, with the reasons.
    gaps: Vec<Gap>,
    /// Stretches in which nobody is meant to be called: the page waits.
    closed: Vec<Stretch>,
}

impl Answer {
    /// With people's numbers, or without.
    pub(in crate::web::api) fn of(book: &ZoneBook, answered: &Answered, numbers: bool) -> Answer {
        let Answered { what_if, cover, doubts, is_draft } = answered;
        let (asked, desk) = (&what_if.asked, &what_if.asked.desk);
        let severity = |(severity, words): &(Severity, Option<String>)| OfferedSeverity {
            severity: u8::from(*severity),
            words: words.clone(),
        };
        let (name, version) = what_if.flow.clone();
        Answer {
            desk: desk.key.to_string(),
            draft: *is_draft,
            line: asked.line.to_string(),
            from: Some(asked.from.clone()).filter(|from| !from.is_empty()),
            at: asked.at.into(),
            wall: told_at(book, desk, asked.at),
            doubts: doubts.clone(),
            clock: match what_if.clock {
                DeskClock::Support => Clock::Support,
                DeskClock::OnCall => Clock::OnCall,
                DeskClock::Closed => Clock::Closed,
            },
            cover_resumes: what_if.resumes.map(Instant::from),
            caller: Caller::of(desk, &what_if.who),
            returning: what_if.returning,
            open_ticket: what_if.open_ticket.map(|number| number.0),
            flow: Flow { name, version },
            policy: what_if.policy.clone(),
            severities: what_if.severities.iter().map(severity).collect(),
            passages: what_if.passages.iter().zip(1..).map(Passage::of).collect(),
            endings: what_if
                .endings
                .iter()
                .zip(1..)
                .map(|(ending, number)| Ending::of(book, &what_if.asked, ending, number, numbers))
                .collect(),
            whole: what_if.is_whole,
            uncovered: cover.as_ref().map(|((from, to), found)| Uncovered {
                from: (*from).into(),
                to: (*to).into(),
                minutes: minutes(&found.gaps),
                gaps: found.gaps.iter().map(Gap::from).collect(),
                closed: found.closed.iter().map(Stretch::from).collect(),
            }),
        }
    }
}

impl Caller {
    fn of(desk: &Desk, who: &Who) -> Caller {
        let nobody = |kind| Caller { kind, agent: None, pages: 0, customer: None, contact: None };
        match who {
            Who::Withheld => nobody(CallerKind::Withheld),
            Who::Blocked => nobody(CallerKind::Blocked),
            Who::Agent { agent, pages } => {
                let agent = Some(Agent::of(desk, agent));
                Caller { agent, pages: *pages, ..nobody(CallerKind::Agent) }
            }
            Who::Contact { customer, name } => {
                let (customer, contact) = (Some(customer.clone()), Some(name.clone()));
                Caller { customer, contact, ..nobody(CallerKind::Contact) }
            }
            Who::Unknown => nobody(CallerKind::Unknown),
        }
    }
}

impl Passage {
    fn of((passage, number): (&act::Passage, usize)) -> Passage {
        Passage {
            passage: number,
            after: passage.after.as_secs(),
            steps: passage.entered.clone(),
            heard: passage.heard_told(),
            happens: passage.happens_told(),
            then: match passage.then {
                Then::Gather { .. } => ThenKind::Keys,
                Then::Record { .. } => ThenKind::Message,
                Then::Dial { .. } => ThenKind::Transfer,
                Then::Hangup => ThenKind::HangUp,
                Then::Reject { .. } => ThenKind::Reject,
                Then::Conference { .. } => ThenKind::Wait,
                Then::Through | Then::Continue => ThenKind::On,
            },
            told: passage.then_told(),
            step: passage.step.clone(),
            ways: passage.ways.iter().map(Way::of).collect(),
            ending: passage.ending.map(|ending| ending + 1),
        }
    }
}

impl Way {
    fn of(way: &act::WayOn) -> Way {
        let (does, keys) = match &way.made {
            Move::Keys(keys) => (Does::Keys, Some(keys.clone())),
            Move::Silence => (Does::Silence, None),
            Move::Speak(_) => (Does::Speak, None),
            Move::Talk(_) => (Does::Talk, None),
            Move::NoAnswer => (Does::NoAnswer, None),
            Move::HangUp => (Does::HangUp, None),
        };
        let (passage, ending) = match way.to {
            Leads::Passage(index) => (Some(index + 1), None),
            Leads::Ending(index) => (None, Some(index + 1)),
        };
        Way { does, keys, times: way.times, seconds: way.seconds, told: way.told(), passage, ending }
    }
}

impl Ending {
    fn of(book: &ZoneBook, asked: &act::Asked, ending: &act::Ending, number: usize, numbers: bool) -> Ending {
        let ticket = ending.ticket.as_ref().map(|ticket| EndOfTicket {
            number: ticket.number.0,
            joined: ticket.joined,
            severity: u8::from(ticket.severity),
            state: ticket.state.name().to_owned(),
            callback: ticket.callback.as_ref().map(|callback| callback.number.to_string()),
            confirmed: ticket.callback.as_ref().is_some_and(|callback| callback.confirmed),
            language: ticket.language.clone(),
        });
        let desk = &asked.desk;
        let played = |scene: &Scene| {
            let told = scene.told(desk, |at| told_at(book, desk, at), numbers)?;
            let (kind, details) = named(&scene.what);
            Some(Played {
                at: scene.at.into(),
                after: scene.at.since(asked.at).as_secs(),
                kind,
                details,
                phone: scene.number.as_ref().filter(|_| numbers).map(PhoneNumber::to_string),
                told: told.words,
            })
        };
        Ending {
            ending: number,
            told: ending.told(),
            ticket,
            plays: ending.scenes.iter().filter_map(played).collect(),
            again: ending.again.map(|again| again.since(asked.at).as_secs()),
        }
    }
}
