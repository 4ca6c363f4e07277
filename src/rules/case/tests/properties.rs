//! What must hold whatever happens: random nights of all events at a small desk.

use proptest::prelude::*;

use super::*;
use crate::rules::live::{Ring, WaitingCall};

#[derive(Clone, Debug)]
enum Move {
    Wait(u64),
    Halt(u64),
    Happen(Event),
    Dead(MethodKind, usize),
    Mute(usize, u64),
    Cover(bool),
}

const PEOPLE: [(&str, &str); 3] =
    [("ada", "+18025550111"), ("ben", "+18025550112"), ("cleo", "+18025550113")];

fn attempt_id() -> impl Strategy<Value = AttemptId> {
    (1..12_u32).prop_map(|ordinal| crate::id::Id::from_text(format!("T-a{ordinal}")))
}

fn sid() -> impl Strategy<Value = String> {
    (1..14_u32).prop_map(|n| format!("S{n}"))
}

fn carrier() -> impl Strategy<Value = String> {
    prop_oneof![Just("main".to_owned()), Just("other".to_owned())]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![Just(Trouble::Number), Just(Trouble::Pair), Just(Trouble::Sender), Just(Trouble::Passing),]
}

fn flow() -> impl Strategy<Value = FlowCommand> {
    prop_oneof![
        (1..=4_u8).prop_map(|level| FlowCommand::Triage { severity: level.try_into().unwrap() }),
        (2..=4_u8).prop_map(|level| FlowCommand::Downgrade {
            severity: level.try_into().unwrap(),
            reason: "no".into()
        }),
        any::<bool>()
            .prop_map(|confirmed| FlowCommand::Callback { number: number("+18025550130"), confirmed }),
        Just(FlowCommand::CallbackGivenUp),
        Just(FlowCommand::Page),
        Just(FlowCommand::Push),
        Just(FlowCommand::Recorded { recording: "RE".into(), seconds: 4 }),
        Just(FlowCommand::TextCaller { text: "ticket".into() }),
        Just(FlowCommand::Topic("exports".into())),
        (any::<bool>(), 0..90_u32).prop_map(|(answered, seconds)| FlowCommand::Transferred {
            to: "main".into(),
            answered,
            seconds
        }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => Just(Command::Acknowledge),
        2 => Just(Command::Decline),
        2 => Just(Command::Escalate),
        2 => Just(Command::CallCustomer),
        1 => Just(Command::CallbackDone),
        1 => Just(Command::Downgrade { severity: Severity::THREE, reason: "no".into() }),
        1 => Just(Command::Resolve { note: None }),
        1 => Just(Command::Who),
        2 => (0..3_usize).prop_map(|to| Command::HandOver { to: agent(PEOPLE[to].0) }),
        2 => (0..3_usize).prop_map(|who| Command::Page { agent: agent(PEOPLE[who].0) }),
    ]
}

/// An agent by text or on a page, or a manager who is none.
fn speaker() -> impl Strategy<Value = (Speaker, Via)> {
    let agents = || (0..3_usize).prop_map(|who| Speaker::from(agent(PEOPLE[who].0)));
    let manager = Speaker::Account { key: "dora@example.com".into(), name: "Dora".into() };
    prop_oneof![
        4 => agents().prop_map(|by| (by, Via::Sms)),
        2 => agents().prop_map(|by| (by, Via::Web)),
        1 => Just((manager, Via::Web)),
    ]
}

fn outcome() -> impl Strategy<Value = Sent> {
    prop_oneof![
        4 => (carrier(), sid()).prop_map(|(carrier, sid)| Sent::Accepted { carrier, sid }),
        1 => (carrier(), trouble())
            .prop_map(|(carrier, about)| Sent::Refused { carrier, about, why: "no".into() }),
        1 => carrier().prop_map(|carrier| Sent::NotYet { carrier, why: "busy".into() }),
        1 => carrier().prop_map(|carrier| Sent::Unknown { carrier }),
        1 => Just(Sent::NotFound),
        1 => Just(Sent::TakenBack),
    ]
}

fn receipt() -> impl Strategy<Value = Receipt> {
    prop_oneof![
        Just(Receipt::Delivered),
        trouble().prop_map(|about| Receipt::Undelivered { about, why: "no".into() }),
        Just(Receipt::Answered),
        Just(Receipt::Pending),
        prop_oneof![
            Just(Ending::Completed),
            Just(Ending::Busy),
            Just(Ending::NoAnswer),
            Just(Ending::Failed)
        ]
        .prop_map(Receipt::Ended),
    ]
}

fn leg() -> impl Strategy<Value = LegInput> {
    prop_oneof![
        Just(LegInput::Answered),
        "[1-47*]?".prop_map(LegInput::Keys),
        (any::<bool>(), 0..90_u32).prop_map(|(answered, seconds)| LegInput::Dialled { answered, seconds }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => flow().prop_map(Event::Flow),
        2 => (any::<bool>(), any::<bool>())
            .prop_map(|(engaged, returning)| Event::CallEnded { engaged, returning, seconds: 9 }),
        4 => (speaker(), command()).prop_map(|((by, via), command)| Event::Command { by, via, command }),
        4 => (attempt_id(), leg()).prop_map(|(attempt, input)| Event::Leg { attempt, input }),
        8 => (attempt_id(), outcome()).prop_map(|(attempt, outcome)| Event::Sent { attempt, outcome }),
        8 => (attempt_id(), carrier(), sid(), receipt()).prop_map(|(attempt, carrier, sid, receipt)| {
            Event::Receipt { attempt, carrier, sid, receipt }
        }),
        1 => Just(Event::Texted { body: "hurry".into() }),
        1 => Just(Event::Pictures {
            by: Actor::Caller,
            pictures: Pictures { count: 1, carrier: "main".into(), text: "MM1".into() }
        }),
        3 => any::<bool>().prop_map(|conference| Event::Waits {
            call: WaitingCall {
                carrier: "main".into(),
                sid: "CA1".into(),
                version: "v".into(),
                step: "live".into(),
                turn: 3
            },
            conference,
            limit: seconds(90)
        }),
        1 => Just(Event::RingsNext),
        1 => sid().prop_map(|call| Event::CameIn { call }),
        1 => Just(Event::CallerLeft { call: "CA1".into() }),
        1 => any::<bool>().prop_map(|answered| Event::Flow(FlowCommand::ConnectOver { answered })),
        1 => Just(Event::Due),
        1 => Just(Event::Absorb(Box::new(ticket(Some(CALLER))))),
        1 => (0..3_usize, any::<bool>(), 0..90_u32).prop_map(|(who, answered, seconds)| Event::Talked {
            agent: agent(PEOPLE[who].0),
            answered,
            seconds
        }),
    ]
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (0..400_u64).prop_map(Move::Wait),
        1 => (0..20_000_u64).prop_map(Move::Halt),
        10 => event().prop_map(Move::Happen),
        1 => (any::<bool>(), 0..3_usize)
            .prop_map(|(text, who)| Move::Dead(if text { MethodKind::Sms } else { MethodKind::Voice }, who)),
        1 => (0..3_usize, 0..5_000_u64).prop_map(|(who, span)| Move::Mute(who, span)),
        1 => any::<bool>().prop_map(Move::Cover),
    ];
    proptest::collection::vec(one, 1..40)
}

/// Whether this event may take an emergency from the rota's hands: a person's word.
fn is_persons(event: &Event) -> bool {
    matches!(event, Event::Command { .. } | Event::Leg { .. } | Event::Talked { .. } | Event::Flow(_))
}

/// Whether it may begin a new run.
fn may_page_again(event: &Event) -> bool {
    matches!(
        event,
        Event::Command {
            command: Command::Escalate | Command::Decline | Command::HandOver { .. } | Command::Page { .. },
            ..
        } | Event::Flow(FlowCommand::Push)
    ) || matches!(event, Event::Leg { input: LegInput::Keys(keys), .. } if keys == "4")
}

fn is_paging(case: &Case) -> bool {
    matches!(
        case.escalation.as_ref().map(|run| &run.phase),
        Some(Phase::Waiting { .. } | Phase::Paging { .. })
    )
}

/// Lets an event happen, twice where it may be delivered twice, and looks at what must hold.
fn check(night: &mut Night, event: Event) {
    let before = night.case.clone();
    night.effects.clear();
    night.happen(event.clone());
    let effects = std::mem::take(&mut night.effects);
    let after = night.case.clone();

    // 2: an open emergency that triage or a person made one, and that nobody has, has a deadline.
    if after.ticket.state == TicketState::Open
        && after.ticket.severity.is_emergency()
        && !after.ticket.provisional
        && after.holder().is_none()
    {
        assert!(after.next_due().is_some(), "{event:?} leaves {:?} without a deadline", after.escalation);
    }
    // A caller who waits is rung for until an instant that is known; whatever ends it leads him on, or is his own doing.
    if after.has_caller_waiting() {
        let until = after.live.as_ref().map(|live| live.until);
        assert!(after.is_open() && until.is_some_and(|until| until > night.now), "{event:?}");
        assert!(after.next_due().is_some_and(|due| Some(due) <= until), "{event:?} leaves a caller waiting");
    } else if before.has_caller_waiting() {
        let led = effects.iter().any(|effect| matches!(effect, Effect::LeadOn { .. }));
        let his = matches!(event, Event::CallerLeft { .. } | Event::Flow(FlowCommand::ConnectOver { .. }));
        let accepted = after.live.as_ref().is_some_and(Live::was_accepted);
        assert!(led || his || accepted, "{event:?} leaves a caller in the wait");
    }
    // 3: an unacknowledged emergency ends only by a person's word.
    if is_paging(&before) && !is_persons(&event) {
        assert!(is_paging(&after), "{event:?} ended {:?}", before.escalation);
    }
    // 4: after an ack nobody is paged, until something begins a new run.
    let overdue = matches!(
        before.escalation.as_ref().map(|run| &run.phase),
        Some(Phase::Acknowledged { limit, .. }) if *limit <= night.now
    );
    let pages = effects.iter().any(|effect| match effect {
        Effect::Text { message: Message::Page(_) | Message::PageDespiteMute(_), .. } => true,
        Effect::Ring { attempt, .. } => {
            let of = after.attempts.iter().find(|known| known.id == *attempt);
            of.is_some_and(|known| known.purpose != crate::rules::page::Purpose::Callback)
        }
        _ => false,
    });
    if before.holder().is_some() && !may_page_again(&event) && !overdue {
        assert!(!pages, "{event:?} pages although {:?} has it", before.holder());
    }
    if !after.is_open() {
        assert!(!pages, "{event:?} pages for a closed ticket");
    }
    // 5: only who was paged can take it, or who is let in by his role; from then on his word counts by itself.
    if let Some(holder) = after.holder() {
        assert!(after.paged.contains(holder), "{holder} has it, and his word does not count");
        let let_in = matches!(&event, Event::Command { via, .. } if via.is_let_in());
        assert!(let_in || before.paged.contains(holder), "{holder} has it and was never paged");
    }
    // 9: never earlier than due, and in the order of the rules.
    for page in &after.pages {
        for planned in page.plan.iter().filter(|planned| planned.fired) {
            assert!(planned.due <= night.now, "fired before it was due");
        }
    }
    // Nobody else's phone rings.
    for effect in &effects {
        let (Effect::Text { to, .. } | Effect::Ring { to, .. }) = effect else { continue };
        let known = match to {
            Recipient::Agent(who, number) => PEOPLE.contains(&(who.as_str(), number.as_str())),
            Recipient::Manager(number) => Some(number) == night.desk.manager.as_ref(),
            Recipient::Caller(number) => [CALLER, "+18025550130"].contains(&number.as_str()),
        };
        assert!(known, "{effect:?} reaches a stranger");
    }
    // 10: what carriers report and what time brings is news once. (Commands, keys and texts are told apart by the
    // inbox: act's part. A look-up that finds nothing counts its looks: the outbox finishes each once.)
    let once = matches!(event, Event::Due | Event::Receipt { .. })
        || matches!(&event, Event::Sent { outcome, .. } if *outcome != Sent::NotFound
            && !matches!(outcome, Sent::NotYet { .. } | Sent::Refused { about: Trouble::Passing | Trouble::Sender, .. }));
    if once {
        let entries = night.timeline.len();
        night.happen(event.clone());
        assert_eq!(night.case, after, "{event:?} again changes the case");
        assert!(night.effects.is_empty(), "{event:?} again asks for {:?}", night.effects);
        assert_eq!(night.timeline.len(), entries, "{event:?} again is news");
    }
    let document = serde_json::to_string(&after).unwrap();
    assert_eq!(serde_json::from_str::<Case>(&document).unwrap(), after);
}

/// Due work is done at its instant; each such instant is checked as well.
fn wait(night: &mut Night, seconds: u64) {
    let until = night.now + Duration::from_secs(seconds);
    while let Some(due) = night.case.next_due().filter(|due| *due <= until) {
        night.now = due;
        check(night, Event::Due);
    }
    night.now = until;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens(moves in moves(), carriers in 1..3_usize, all in any::<bool>()) {
        let mut night = Night::begin();
        night.desk.live_connect.enabled = true;
        night.desk.live_connect.ring = if all { Ring::All } else { Ring::One };
        night.carriers = carriers;
        for one in moves {
            match one {
                Move::Wait(seconds) => wait(&mut night, seconds),
                // Nobody looked at it for a while: one look, however much was due.
                Move::Halt(span) => {
                    night.now = night.now + seconds(span);
                    check(&mut night, Event::Due);
                }
                Move::Happen(event) => check(&mut night, event),
                Move::Dead(method, who) => {
                    night.dead.insert((method, number(PEOPLE[who].1)));
                }
                Move::Mute(who, span) => {
                    night.mutes = [(agent(PEOPLE[who].0), night.now + seconds(span))].into_iter().collect();
                }
                Move::Cover(closed) => {
                    night.cover_resumes = closed.then(|| night.now + seconds(7200));
                }
            }
        }
    }
}
