//! What becomes of an agreement when the rota changes beneath it. It was made about a shift: where that is still the same
//! agent's, it stands; where the same shift has moved, it moves with it; and where no such shift can be told, it cannot
//! follow, and people are told so rather than guessed for. A rota that goes by another zone from now on is such a change:
//! overrides are written on its wall clock, so what stands at its instants is written anew.

use std::time::Duration;

use chrono::NaiveDateTime;

use super::{Cover, End, Span, State, can_be_written, is_on_call};
use crate::clock::Timestamp;
use crate::rules::people::AgentKey;
use crate::rules::rota::{Rota, WrittenOverride};
use crate::rules::zone::ZoneBook;

/// The furthest that a shift may move and still be the same one.
const FURTHEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Around a span, what is looked at: whole turns of four weeks and what they may have moved.
const AROUND: Duration = Duration::from_secs(5 * 7 * 24 * 60 * 60);

/// What becomes of a part of a shift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// It is where it was.
    Stands,
    /// It is here now.
    Moved(Span),
    /// It is nobody can tell where.
    Lost,
}

/// Where the part of an agent's shift went that `span` was, from a rota as it was to one as it is. `written` are the
/// overrides that stand for the agreement itself: what lies beneath them counts. A shift is known again by its agent and
/// its length on the wall clock, if it was not there before and is at most a week away; of two as near it is neither.
pub fn follow(
    (was, now): (Option<&Rota>, &Rota),
    written: &[WrittenOverride],
    (agent, span): (&AgentKey, Span),
    book: &ZoneBook,
) -> Follow {
    let beneath = |rota: &Rota| {
        let mut rota = rota.clone();
        rota.overrides.retain(|known| !written.contains(&WrittenOverride::from(known.clone())));
        rota
    };
    let now = beneath(now);
    if is_on_call(&now, agent, span, book) {
        return Follow::Stands;
    }
    let Some(was) = was.map(beneath) else { return Follow::Lost };
    let around = Span { from: span.from - AROUND, to: span.to + AROUND };
    let before = Shifts::of(&was, agent, around, book);
    let Some(shift) = before.spans.iter().find(|shift| shift.holds(span)) else { return Follow::Lost };
    let after = Shifts::of(&now, agent, around, book);
    let length = before.length(*shift);
    let like = |other: &&Span| after.length(**other) == length && !before.spans.contains(other);
    let mut near: Vec<(Duration, Span)> = after
        .spans
        .iter()
        .filter(like)
        .map(|other| (apart(other.from, shift.from), *other))
        .filter(|(apart, _)| *apart <= FURTHEST)
        .collect();
    near.sort_by_key(|(apart, _)| *apart);
    match near[..] {
        [(first, _), (second, _), ..] if first == second => Follow::Lost,
        [(_, there), ..] => Follow::Moved(Span {
            from: after.at(after.wall(there.from) + (before.wall(span.from) - before.wall(shift.from))),
            to: after.at(after.wall(there.to) - (before.wall(shift.to) - before.wall(span.to))),
        }),
        [] => Follow::Lost,
    }
}

/// What a change of the rota makes of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Followed {
    /// The request; the same if nothing about it has changed.
    pub cover: Cover,
    /// Overrides that become others, so that what was agreed stays so.
    pub moved: Vec<(WrittenOverride, WrittenOverride)>,
}

impl Cover {
    /// What a change of its rota, from `was` to `now`, makes of it at an instant. What has begun cannot move any more.
    pub fn followed(
        &self,
        (was, now): (Option<&Rota>, Option<&Rota>),
        book: &ZoneBook,
        at: Timestamp,
    ) -> Followed {
        let becomes = |state| Followed { cover: self.clone().becomes(state), moved: Vec::new() };
        let written: &[WrittenOverride] = match &self.state {
            State::Over { .. } => return Followed { cover: self.clone(), moved: Vec::new() },
            State::Agreed { written, .. } => written,
            State::Open | State::Taken { .. } => &[],
        };
        let Some(now) = now else { return becomes(self.over(End::Adrift)) };
        let known: Vec<WrittenOverride> = now.overrides.iter().cloned().map(WrittenOverride::from).collect();
        if !written.iter().all(|one| known.contains(one)) {
            return becomes(self.over(End::Undone));
        }
        let place = |span: Span, agent: &AgentKey| {
            if span.to <= at {
                return Some(span);
            }
            match follow((was, now), written, (agent, span), book) {
                Follow::Stands => Some(span),
                Follow::Moved(there) => Some(there).filter(|there| there.from > at),
                Follow::Lost => None,
            }
        };
        // Of a swap that nobody has taken yet, it is known whose shift is asked for.
        let other = self.taker().or(self.asked.first());
        let span = place(self.span, &self.asker);
        let in_return = self.in_return.zip(other).map(|(span, other)| place(span, other));
        let (Some(span), true) = (span, in_return.is_none_or(|found| found.is_some())) else {
            return becomes(self.over(End::Adrift));
        };
        let there = Cover { span, in_return: in_return.flatten(), ..self.clone() };
        let State::Agreed { by, approved_by, .. } = &self.state else {
            let state = there.state.clone();
            let cover = if there == *self { there } else { there.becomes(state) };
            return Followed { cover, moved: Vec::new() };
        };
        // Instants were agreed upon, and the rota's wall may be another's by now: then they are written anew by that.
        let rewritten = there.overrides(by, now, book);
        if there == *self && rewritten == written {
            return Followed { cover: there, moved: Vec::new() };
        }
        let ahead = there.parts(by).into_iter().map(|(span, ..)| span).filter(|span| span.to > at);
        if !ahead.into_iter().all(|span| can_be_written(span, now, book)) {
            return becomes(self.over(End::Adrift));
        }
        let pairs = written.iter().cloned().zip(rewritten.clone());
        let moved = pairs.filter(|(was, now)| was != now).collect();
        let state = State::Agreed { by: by.clone(), approved_by: approved_by.clone(), written: rewritten };
        Followed { cover: there.becomes(state), moved }
    }
}

fn apart(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

/// Everything from when to when an agent is on call, on a rota's wall clock.
struct Shifts<'a> {
    rota: &'a Rota,
    book: &'a ZoneBook,
    spans: Vec<Span>,
}

impl<'a> Shifts<'a> {
    fn of(rota: &'a Rota, agent: &AgentKey, around: Span, book: &'a ZoneBook) -> Shifts<'a> {
        let mut spans: Vec<Span> = Vec::new();
        for held in rota.held(book, around.from, around.to).filter(|held| held.agent == Some(agent)) {
            match spans.last_mut().filter(|last| last.to == held.from) {
                Some(last) => last.to = held.to,
                None => spans.push(Span { from: held.from, to: held.to }),
            }
        }
        Shifts { rota, book, spans }
    }

    fn wall(&self, at: Timestamp) -> NaiveDateTime {
        self.book.to_wall(self.rota.zone, at)
    }

    fn at(&self, wall: NaiveDateTime) -> Timestamp {
        self.book.to_instant(self.rota.zone, wall)
    }

    /// On the wall clock: a night in which the clock goes back is as long as any other.
    fn length(&self, shift: Span) -> chrono::TimeDelta {
        self.wall(shift.to) - self.wall(shift.from)
    }
}
