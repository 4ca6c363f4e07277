//! Whom a change of a request concerns, and what they are told. None of it is a page: whoever takes texts reads it, and
//! whoever takes calls alone hears it, by day where that is early enough.

use serde::{Deserialize, Serialize};

use super::{Cover, End, Span, State};
use crate::clock::Timestamp;
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;

/// Who is told.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reader {
    /// An agent, at a telephone of his.
    Agent(AgentKey),
    /// The desk's manager.
    Manager,
}

/// How somebody was told of a request, or is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Who.
    pub reader: Reader,
    /// What.
    pub what: Happened,
    /// By what; none if no number of his is in use.
    pub method: Option<MethodKind>,
    /// When; or from when on, if it waits.
    pub at: Timestamp,
    /// Whether it waits.
    pub waits: bool,
}

/// News of a request, to be read or heard; names are written out. `words` renders it in the reader's language and zone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CoverNews {
    /// What happened.
    pub what: Happened,
    /// The rota's name.
    pub rota: String,
    /// The asker's name.
    pub asker: String,
    /// The name of who has taken it; empty if nobody has.
    pub taker: String,
    /// The part of the asker's shift.
    pub span: Span,
    /// In a swap, the part of the other's.
    pub in_return: Option<Span>,
    /// What the asker says of it.
    pub note: String,
    /// Where it is seen to.
    pub link: String,
}

/// What happened to a request, by the one who reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Happened {
    /// You are asked.
    Asked,
    /// Somebody has taken it, and you are to approve.
    ToApprove,
    /// It is in the rota.
    Agreed,
    /// Nobody you asked will.
    Declined,
    /// It was taken back.
    Withdrawn,
    /// The manager will not have it.
    Refused,
    /// It begins soon, and is not agreed.
    Soon,
    /// It began, and was not agreed.
    Lapsed,
    /// The shift has moved, and it with it.
    Moved,
    /// The shift is another's now, and it could not follow.
    Adrift,
    /// It was taken out of the rota.
    Undone,
}

impl Cover {
    /// Who hears of how it stands now, after it was like `was`, or nothing. Whoever did it himself need not be told.
    pub fn news(&self, was: Option<&Cover>) -> Vec<(Reader, Happened)> {
        let both = |what| {
            let taker = self.taker().cloned();
            let people = std::iter::once(self.asker.clone()).chain(taker);
            people.map(|agent| (Reader::Agent(agent), what)).collect::<Vec<_>>()
        };
        let all_asked = |what| {
            let asked = self.asked.iter().filter(|asked| !self.declined.contains(asked));
            asked.map(|asked| (Reader::Agent(asked.clone()), what)).collect::<Vec<_>>()
        };
        let manager = |what| vec![(Reader::Manager, what)];
        let was_taken = was.is_some_and(|was| was.taker().is_some());
        let moved = was.is_some_and(|was| (was.span, was.in_return) != (self.span, self.in_return));
        match &self.state {
            _ if moved => both(Happened::Moved),
            State::Open if was.is_none() => all_asked(Happened::Asked),
            State::Open => Vec::new(),
            State::Taken { .. } => manager(Happened::ToApprove),
            // The rota goes by another clock, and nobody's time has changed.
            State::Agreed { .. } if was.is_some_and(Cover::is_agreed) => Vec::new(),
            State::Agreed { .. } => both(Happened::Agreed),
            State::Over { end, .. } => match end {
                End::Withdrawn if was_taken => both(Happened::Withdrawn),
                End::Withdrawn => [both(Happened::Withdrawn), all_asked(Happened::Withdrawn)].concat(),
                End::Declined => both(Happened::Declined),
                End::Refused => both(Happened::Refused),
                End::Lapsed => [both(Happened::Lapsed), manager(Happened::Lapsed)].concat(),
                End::Adrift => [both(Happened::Adrift), manager(Happened::Adrift)].concat(),
                End::Undone => both(Happened::Undone),
                End::Past => Vec::new(),
            },
        }
    }

    /// Whether what somebody has not heard yet is still to be told.
    pub fn is_news(&self, reader: &Reader, what: Happened, now: Timestamp) -> bool {
        let to_come = self.begins() > now;
        match what {
            Happened::Asked => {
                let declined = matches!(reader, Reader::Agent(agent) if self.declined.contains(agent));
                self.state == State::Open && to_come && !declined
            }
            Happened::ToApprove => matches!(self.state, State::Taken { .. }) && to_come,
            Happened::Soon => self.waits() && to_come,
            Happened::Agreed | Happened::Moved => self.ends() > now,
            _ => true,
        }
    }

    /// By when somebody should have heard it, even at night: before the next of its parts begins that is not over, unless
    /// it changes nothing for anybody.
    pub fn told_by(&self, what: Happened, now: Timestamp) -> Option<Timestamp> {
        let idle = matches!(what, Happened::Withdrawn | Happened::Lapsed);
        let parts = std::iter::once(self.span).chain(self.in_return);
        parts.filter(|part| !idle && part.to > now).map(|part| part.from).min()
    }

    fn is_agreed(&self) -> bool {
        matches!(self.state, State::Agreed { .. })
    }

    /// Who is told again that it is not agreed.
    pub fn reminded(&self) -> Vec<(Reader, Happened)> {
        [Reader::Agent(self.asker.clone()), Reader::Manager].map(|reader| (reader, Happened::Soon)).to_vec()
    }
}
