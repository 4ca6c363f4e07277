//! What people and time make of a request: each deed is allowed in some states and says why not in the others.

use super::{Cover, End, State};
use crate::clock::Timestamp;
use crate::rules::people::AgentKey;

/// What somebody does about a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// An agent takes it.
    Take(AgentKey),
    /// An agent will not.
    Decline(AgentKey),
    /// It is taken back.
    Withdraw,
    /// A manager, by the name of his account, approves.
    Approve(String),
    /// A manager will not have it.
    Refuse,
}

/// Why something cannot be done about a request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Cannot {
    /// He was not asked.
    #[error("You were not asked.")]
    NotAsked,
    /// Somebody was quicker.
    #[error("Somebody else has it.")]
    Taken(AgentKey),
    /// Nobody has taken it yet.
    #[error("Nobody has taken it yet.")]
    NotTaken,
    /// It is in the rota already.
    #[error("It is in the rota already. A manager can take it out there.")]
    Agreed,
    /// Nothing comes of it any more.
    #[error("It is over.")]
    Over,
}

impl Cover {
    /// What comes of a deed at an instant. Where a manager has to `approve`, an agent's taking alone does not put it
    /// into the rota; [`State::Agreed`] is returned without its overrides, which whoever publishes it writes. A deed that
    /// is done a second time changes nothing.
    pub fn after(self, deed: &Deed, approve: bool, now: Timestamp) -> Result<Cover, Cannot> {
        if self.waits() && self.begins() <= now {
            return Err(Cannot::Over);
        }
        let state = match (&self.state, deed) {
            (State::Over { end: End::Withdrawn, .. }, Deed::Withdraw)
            | (State::Over { end: End::Refused, .. }, Deed::Refuse)
            | (State::Agreed { .. }, Deed::Approve(_)) => return Ok(self),
            (State::Over { .. }, _) => return Err(Cannot::Over),
            (State::Taken { by } | State::Agreed { by, .. }, Deed::Take(agent)) if by == agent => {
                return Ok(self);
            }
            (State::Taken { by } | State::Agreed { by, .. }, Deed::Take(_) | Deed::Decline(_)) => {
                return Err(Cannot::Taken(by.clone()));
            }
            (State::Open, Deed::Take(agent) | Deed::Decline(agent)) if !self.asked.contains(agent) => {
                return Err(Cannot::NotAsked);
            }
            (State::Open, Deed::Take(agent)) if approve => State::Taken { by: agent.clone() },
            (State::Open, Deed::Take(agent)) => agreed(agent, None),
            (State::Open, Deed::Decline(agent)) => return Ok(self.without(agent)),
            (State::Open | State::Taken { .. }, Deed::Withdraw) => self.over(End::Withdrawn),
            (State::Taken { by }, Deed::Approve(manager)) => agreed(by, Some(manager)),
            (State::Taken { .. }, Deed::Refuse) => self.over(End::Refused),
            (State::Open, Deed::Approve(_) | Deed::Refuse) => return Err(Cannot::NotTaken),
            (State::Agreed { .. }, Deed::Withdraw | Deed::Refuse) => return Err(Cannot::Agreed),
        };
        Ok(self.becomes(state))
    }

    /// What time makes of it at an instant at which it is due; nothing where it is only to be told again.
    pub fn in_time(self, now: Timestamp) -> Cover {
        match self.state {
            State::Open | State::Taken { .. } if self.begins() <= now => {
                let state = self.over(End::Lapsed);
                self.becomes(state)
            }
            State::Agreed { .. } if self.ends() <= now => {
                let state = self.over(End::Past);
                self.becomes(state)
            }
            _ => self,
        }
    }

    /// The next state of it.
    pub fn becomes(self, state: State) -> Cover {
        Cover { state, step: self.step + 1, ..self }
    }

    /// That nothing comes of it any more.
    pub fn over(&self, end: End) -> State {
        State::Over { end, by: self.taker().cloned() }
    }

    /// One of those who were asked will not. Who says it twice has said it.
    fn without(mut self, agent: &AgentKey) -> Cover {
        if self.declined.contains(agent) {
            return self;
        }
        self.declined.push(agent.clone());
        let nobody_is_left = self.asked.iter().all(|asked| self.declined.contains(asked));
        let state = if nobody_is_left { self.over(End::Declined) } else { State::Open };
        self.becomes(state)
    }
}

fn agreed(by: &AgentKey, approved_by: Option<&String>) -> State {
    State::Agreed { by: by.clone(), approved_by: approved_by.cloned(), written: Vec::new() }
}
