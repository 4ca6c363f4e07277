//! What a voice flow is told at a turn: the desk's words, the hour, the caller's standing.

use std::collections::BTreeMap;

use super::World;
use super::call::AgentPages;
use super::case::{context_by, policy_of};
use crate::rules::call::Call;
use crate::rules::case::Case;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Desk, Line};
use crate::rules::flow::{Caller, DeskClock, Facts, LiveWay};
use crate::rules::hours::DeskState;
use crate::rules::policy::MethodKind;
use crate::rules::severity::Severity;

/// What the transaction found out about a call.
pub(super) struct CallFacts<'a> {
    /// The number is on the block list.
    pub blocked: bool,
    /// The open ticket that the caller may join.
    pub joinable: Option<&'a Case>,
    /// The open pages of an agent who calls.
    pub pages: &'a AgentPages,
    /// The call's own ticket.
    pub case: Option<&'a Case>,
}

/// Gathers the facts of this turn and hands them to the flow.
pub(super) fn facts<R>(
    world: &World,
    desk: &Desk,
    line: &Line,
    call: &Call,
    known: &CallFacts<'_>,
    flow: impl FnOnce(&Facts<'_>) -> R,
) -> R {
    let state = desk.hours.state_at(&world.book, world.now);
    let allowed = desk.allowed_countries();
    let plan = desk.number_plan();
    let may_call_back = |number: &&PhoneNumber| plan.may_call_back(number, allowed).is_ok();
    let facts = Facts {
        clock: DeskClock::from(state),
        caller: match &call.agent {
            _ if known.blocked => Caller::Blocked,
            Some(_) => {
                Caller::Agent { open_pages: u32::try_from(known.pages.offered.len()).unwrap_or(u32::MAX) }
            }
            None if known.case.is_some_and(|case| case.ticket.contact.is_some()) => Caller::Contact,
            None => Caller::Unknown,
        },
        withheld: call.caller_id.is_none(),
        caller_id: call.caller_id.as_ref().filter(may_call_back).cloned(),
        ticket: known.case.map(|case| case.ticket.number.to_string()),
        open_ticket: known.joinable.or(known.pages.gone.as_ref()).map(|case| case.ticket.number.to_string()),
        returning: call.returning,
        languages: desk.languages_for(line, call.caller_id.as_ref()),
        fields: line
            .languages
            .iter()
            .map(|language| (language.clone(), fields(world, desk, language, state, call, known)))
            .collect(),
        numbers: numbers(desk, known),
        line: Some(line.number.clone()),
        live: known.case.and_then(|case| live_way(world, desk, call, case)),
        plan: desk,
        audio: &desk.audio,
    };
    flow(&facts)
}

/// How the caller can be put through now: in a conference where his carrier has them.
fn live_way(world: &World, desk: &Desk, call: &Call, case: &Case) -> Option<LiveWay> {
    let context = context_by(world, desk, policy_of(desk, case).ok()?);
    let number = case.next_for_caller(&context, &call.sid)?;
    if world.conferences.contains(&call.carrier) {
        return Some(LiveWay::Conference { name: call.sid.clone() });
    }
    Some(LiveWay::Ring { number, ring: u16::try_from(desk.limits.ring.0).unwrap_or(u16::MAX) })
}

/// Who is rung for the caller now, in words; where his call rings the next one, that is he.
fn rung(world: &World, language: &str, call: &Call, case: &Case) -> String {
    let live = case.live.as_ref().filter(|live| live.call.sid == call.sid);
    let ordinal = match live {
        Some(live) if live.conference => live.ordinal(),
        Some(live) => Some(live.rung + 1),
        None => Some(1),
    };
    world.words.rung(language, ordinal)
}

fn numbers(desk: &Desk, known: &CallFacts<'_>) -> BTreeMap<String, PhoneNumber> {
    let customer = known.pages.customer().and_then(|case| case.ticket.callback.as_ref());
    let holder = known.joinable.or(known.case).and_then(Case::holder).and_then(|agent| desk.agent(agent));
    [
        ("main", desk.main_number.clone()),
        ("customer", customer.map(|callback| callback.number.clone())),
        ("agent", holder.and_then(|agent| agent.numbers(MethodKind::Voice).next().cloned())),
    ]
    .into_iter()
    .filter_map(|(name, number)| Some((name.to_owned(), number?)))
    .collect()
}

fn fields(
    world: &World,
    desk: &Desk,
    language: &str,
    state: DeskState,
    call: &Call,
    known: &CallFacts<'_>,
) -> BTreeMap<String, String> {
    let words = &world.words;
    let definition = |severity| {
        let rule = desk.severity(severity)?;
        rule.definition.get(language).or_else(|| rule.definition.values().next()).cloned()
    };
    let resumes = match state {
        DeskState::Closed { resumes } => Some(words.moment(language, &world.book, desk.zone(), resumes)),
        _ => None,
    };
    let topics = (!desk.never_urgent.is_empty()).then(|| words.list(language, &desk.never_urgent));
    let gone = known.pages.gone.clone().map(|mut case| {
        // The state's words are a caller's, whom somebody called back; this one is told who has it.
        case.ticket.called_back_at = None;
        case
    });
    // Once he has joined it, it is the call's own.
    let open_state = known.joinable.or(known.case).or(gone.as_ref()).map(|case| {
        let holder = case.holder().and_then(|agent| desk.agent(agent)).map(|agent| agent.name.as_str());
        words.ticket_state(language, &world.book, desk.zone(), case, holder)
    });
    let briefs: Vec<_> = known.pages.offered.iter().map(Case::brief).collect();
    [
        ("desk", Some(desk.name.clone())),
        ("severity1", definition(Severity::ONE)),
        ("severity2", definition(Severity::TWO)),
        ("severity3", definition(Severity::THREE)),
        ("severity4", definition(Severity::FOUR)),
        ("topics", topics),
        ("support_hours", Some(words.support_hours(language, &desk.hours))),
        ("resumes", resumes),
        ("email", desk.email.clone()),
        ("web", desk.web.clone()),
        ("open_state", open_state),
        ("agent_pages", Some(words.agent_pages(language, &briefs))),
        ("rung", known.case.map(|case| rung(world, language, call, case))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}
