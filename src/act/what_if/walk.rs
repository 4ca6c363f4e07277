//! All the ways of a call: from each question on by everything that can be done there. What two ways have in common is
//! told once: where the same is heard at the same second, with the same tickets, they are one from there on.

use std::collections::{BTreeMap, BTreeSet};

use super::paper::{Ground, Paper};
use super::{Asked, EndOfTicket, Ending, Leads, Passage, Standing, WayOn, WhatIf, Who};
use crate::act::World;
use crate::clock::Timestamp;
use crate::rules::case::Case;
use crate::rules::case::rehearsal::{Scene, Staged};
use crate::rules::flow::play::Move;
use crate::rules::flow::{FlowCommand, Input, Position, Turn, Way};
use crate::rules::script::{Prompt, Then};
use crate::rules::severity::Severity;
use crate::rules::ticket::TicketId;
use crate::store::StoreError;

/// The parts of a call that are told, at the most: a flow with several languages has as many as that.
const MOST_PASSAGES: usize = 400;

/// The parts of a call that follow each other, at the most.
const MOST_DEEP: usize = 60;

/// How often the same is done where the same is asked again.
const MOST_AGAIN: u32 = 9;

/// Turns that follow each other without anybody doing anything.
const MOST_ON: usize = 20;

/// Where a call stands, as far as it matters for what can follow.
#[derive(PartialEq)]
struct Place {
    at: Timestamp,
    /// Without what was tried before.
    position: Option<Position>,
    heard: Vec<Prompt>,
    then: Then,
    commands: Vec<FlowCommand>,
    entered: Vec<String>,
    tickets: Tickets,
}

/// The tickets of a call, and what happened for them.
#[derive(PartialEq)]
struct Tickets {
    cases: Vec<Case>,
    scenes: Vec<Vec<Scene>>,
    own: Option<usize>,
    took: Option<TicketId>,
    engaged: bool,
}

impl Tickets {
    fn of(paper: &Paper<'_>) -> Tickets {
        Tickets {
            cases: paper.tickets.iter().map(|ticket| ticket.case().clone()).collect(),
            scenes: paper.tickets.iter().map(|ticket| ticket.scenes().to_vec()).collect(),
            own: paper.own,
            took: paper.call.took.clone(),
            engaged: paper.call.engaged,
        }
    }
}

/// What was found so far.
struct Found<'a> {
    ground: &'a Ground<'a>,
    places: Vec<Place>,
    passages: Vec<Passage>,
    /// How each call stood that has ended, and when.
    ends: Vec<(Tickets, Timestamp, usize)>,
    endings: Vec<Ending>,
    severities: BTreeSet<Severity>,
    /// How many parts of the call lead to the one that is looked at.
    depth: usize,
    is_whole: bool,
}

/// What is heard and done until something is waited for.
struct Stretch {
    heard: Vec<Prompt>,
    commands: Vec<FlowCommand>,
    entered: Vec<String>,
    last: Turn,
    ways: Vec<Way>,
}

/// Goes all the ways of a call.
pub(super) fn walk(world: &World, asked: Asked, standing: &Standing) -> Result<WhatIf, StoreError> {
    let ground = Ground::new(world, standing)?;
    let mut found = Found {
        ground: &ground,
        places: Vec::new(),
        passages: Vec::new(),
        ends: Vec::new(),
        endings: Vec::new(),
        severities: BTreeSet::new(),
        depth: 0,
        is_whole: true,
    };
    let (mut paper, turn, ways) = ground.ring()?;
    let stretch = found.go_on(&mut paper, turn, ways)?;
    found.passage(paper, stretch)?;
    let Found { passages, endings, severities, is_whole, .. } = found;
    let (desk, line, flow) = (ground.desk, ground.line, ground.flow);
    let words = |severity: Severity| {
        let rule = desk.severity(severity)?;
        let first = line.first_language();
        rule.definition.get(first).or_else(|| rule.definition.values().next()).cloned()
    };
    let policy = desk.policy_of(line).or(desk.policies.first());
    let met = desk.hours.met(world.desks.exceptions_of(desk.key.as_str()));
    Ok(WhatIf {
        clock: met.state_at(&world.book, world.now).into(),
        resumes: met.cover_resumes(&world.book, world.now),
        who: who(&ground),
        returning: standing.call.returning,
        open_ticket: standing.joinable.first().map(|case| case.ticket.number),
        flow: (flow.name.clone(), flow.version().to_owned()),
        policy: policy.map(|policy| policy.name.clone()).unwrap_or_default(),
        severities: severities.into_iter().map(|severity| (severity, words(severity))).collect(),
        passages,
        endings,
        is_whole,
        asked,
    })
}

fn who(ground: &Ground<'_>) -> Who {
    let Standing { call, blocked, pages, .. } = ground.standing;
    match (&call.agent, &call.caller_id) {
        _ if *blocked => Who::Blocked,
        (Some(agent), _) => Who::Agent { agent: agent.clone(), pages: pages.offered.len() },
        (None, None) => Who::Withheld,
        (None, Some(number)) => match ground.desk.contact_by_number(number) {
            Some((customer, contact)) => {
                Who::Contact { customer: customer.name.clone(), name: contact.name.clone() }
            }
            None => Who::Unknown,
        },
    }
}

impl<'a> Found<'a> {
    /// The turns that follow by themselves.
    fn go_on(&mut self, paper: &mut Paper<'a>, turn: Turn, ways: Vec<Way>) -> Result<Stretch, StoreError> {
        let (mut turn, mut ways) = (turn, ways);
        let (mut heard, mut commands, mut entered) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..MOST_ON {
            heard.append(&mut turn.script.lead);
            commands.append(&mut turn.commands);
            entered.append(&mut turn.entered);
            let (Then::Continue, Some(position)) = (&turn.script.then, turn.position.clone()) else { break };
            (turn, ways) = self.ground.answer(paper, &position, &Input::Continue)?;
        }
        if let Then::Gather { prompts, .. } = &mut turn.script.then {
            heard.append(prompts);
        }
        let chosen = commands.iter().filter_map(|command| match command {
            FlowCommand::Triage { severity } | FlowCommand::Downgrade { severity, .. } => Some(*severity),
            _ => None,
        });
        self.severities.extend(chosen);
        Ok(Stretch { heard, commands, entered, last: turn, ways })
    }

    /// A part of the call with all that can follow; its index.
    fn passage(&mut self, paper: Paper<'a>, stretch: Stretch) -> Result<usize, StoreError> {
        let Stretch { heard, commands, entered, last, ways } = stretch;
        let Turn { position, script, .. } = last;
        let place = Place {
            at: paper.at,
            position: position.clone().map(|position| Position {
                tries: 0,
                visits: BTreeMap::new(),
                ..position
            }),
            heard: heard.clone(),
            then: script.then.clone(),
            commands: commands.clone(),
            entered: entered.clone(),
            tickets: Tickets::of(&paper),
        };
        if let Some(known) = self.places.iter().position(|known| *known == place) {
            return Ok(known);
        }
        let index = self.places.len();
        self.places.push(place);
        self.passages.push(Passage {
            after: paper.at.since(paper.call.started_at),
            entered,
            heard,
            then: script.then.clone(),
            commands,
            step: position.as_ref().map(|position| position.step.clone()),
            ways: Vec::new(),
            ending: None,
        });
        let turn = Turn { position, script, ..Turn::default() };
        if turn.position.is_none() {
            self.passages[index].ending = Some(self.ending(paper)?);
            return Ok(index);
        }
        self.depth += 1;
        for way in ways {
            let on = self.way(paper.clone(), &turn, &way)?;
            self.passages[index].ways.extend(on);
        }
        self.depth -= 1;
        Ok(index)
    }

    /// Where one of the ways leads; none if that would be one more than are told.
    fn way(&mut self, mut paper: Paper<'a>, turn: &Turn, way: &Way) -> Result<Option<WayOn>, StoreError> {
        let start = paper.at;
        let on = |times, at: Timestamp, to| {
            let seconds = u32::try_from(at.since(start).as_secs()).unwrap_or(u32::MAX);
            WayOn { made: way.made.clone(), times, seconds, to }
        };
        if way.made == Move::HangUp {
            return Ok(Some(on(1, start, Leads::Ending(self.ending(paper)?))));
        }
        if self.passages.len() >= MOST_PASSAGES || self.depth >= MOST_DEEP {
            self.is_whole = false;
            return Ok(None);
        }
        let mut asked = turn.clone();
        let mut times = 0;
        loop {
            let (Some(position), Some(input)) = (asked.position.clone(), way.input(&asked)) else {
                return Ok(None);
            };
            let until = paper.at + std::time::Duration::from_secs(way.seconds.into());
            paper.pass(until);
            if let Then::Conference { .. } = asked.script.then {
                paper.wait_out();
            }
            let (next, ways) = self.ground.answer(&mut paper, &position, &input)?;
            times += 1;
            let same = next
                .position
                .as_ref()
                .is_some_and(|next| (&next.step, &next.stage) == (&position.step, &position.stage));
            if way.again && same && times < MOST_AGAIN {
                asked = next;
                continue;
            }
            let stretch = self.go_on(&mut paper, next, ways)?;
            let at = paper.at;
            let to = self.passage(paper, stretch)?;
            return Ok(Some(on(times, at, Leads::Passage(to))));
        }
    }

    /// What comes of a call that is over; its index.
    fn ending(&mut self, mut paper: Paper<'a>) -> Result<usize, StoreError> {
        self.ground.end(&mut paper);
        let (tickets, at) = (Tickets::of(&paper), paper.at);
        let known = self.ends.iter().find(|(known, when, _)| *when == at && *known == tickets);
        if let Some((.., index)) = known {
            return Ok(*index);
        }
        let ending = played_out(paper);
        let index = match self.endings.iter().position(|known| *known == ending) {
            Some(known) => known,
            None => {
                self.endings.push(ending);
                self.endings.len() - 1
            }
        };
        self.ends.push((tickets, at, index));
        Ok(index)
    }
}

/// What happens if nobody answers.
fn played_out(paper: Paper<'_>) -> Ending {
    let joined = paper.has_joined();
    let Paper { tickets, own, .. } = paper;
    let ticket = own.map(|own| {
        let ticket = &tickets[own].case().ticket;
        EndOfTicket {
            number: ticket.number,
            joined,
            severity: ticket.severity,
            state: ticket.state.clone(),
            callback: ticket.callback.clone(),
            language: ticket.language.clone(),
        }
    });
    let plays = tickets.into_iter().enumerate().map(|(index, ticket)| (index, Staged::play_out(ticket)));
    let (mut scenes, mut again) = (Vec::new(), None);
    for (index, play) in plays {
        scenes.extend(play.scenes.into_iter().filter(Scene::is_told));
        if Some(index) == own {
            again = play.again;
        }
    }
    scenes.sort_by_key(|scene| scene.at);
    Ending { ticket, scenes, again }
}
