//! What can go wrong at the carrier, on demand.

use serde::{Deserialize, Serialize};

use super::world::World;

/// What a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Creating messages over REST.
    Messages,
    /// Creating or updating calls over REST.
    Calls,
    /// Status callbacks of messages and calls.
    Callbacks,
    /// Lists and look-ups over REST.
    Lists,
    /// Recordings: file and download.
    Recordings,
}

/// How it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Trouble {
    /// REST: 429 with code 20429; nothing was done.
    RateLimited,
    /// REST: 500; nothing was done, or all of it.
    ServerError {
        /// Whether the request took effect all the same.
        processed: bool,
    },
    /// REST: no answer until the faults are cleared; nothing was done.
    Hang,
    /// REST: done, but the connection drops before the answer.
    AcceptThenDrop,
    /// Messages: the `queued` callback is made, and answered, before the 201 is.
    QueuedFirst,
    /// Refused with this code of the carrier's (21211, 21608, 30034 …) and HTTP 400, or 401 for 20003.
    Refuse {
        /// The carrier's code.
        code: u32,
    },
    /// Callbacks: never made.
    Lost,
    /// Callbacks, recording files: so much later. Lists: what is younger does not show.
    Late {
        /// By how much.
        ms: i64,
    },
    /// Callbacks: made twice.
    Doubled,
    /// Callbacks: held back until the next one of the same call or message has left, or for 5 s.
    Reordered,
}

/// A fault in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The only account that it strikes; all if none.
    #[serde(default)]
    pub account: Option<String>,
    /// What it strikes.
    pub scope: Scope,
    /// How.
    #[serde(flatten)]
    pub trouble: Trouble,
    /// How many times it still strikes; until cleared if none.
    #[serde(default)]
    pub times: Option<u32>,
}

impl Fault {
    /// A fault that strikes every account until it is cleared.
    pub fn new(scope: Scope, trouble: Trouble) -> Fault {
        Fault { account: None, scope, trouble, times: None }
    }

    /// The same, but only so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Fault {
        Fault { times: Some(times), ..self }
    }

    /// The same, but only at one account.
    #[must_use]
    pub fn at(self, account: &str) -> Fault {
        Fault { account: Some(account.to_owned()), ..self }
    }
}

impl World {
    /// The fault that strikes now, which counts as one strike.
    pub(super) fn strike(&mut self, account: &str, scope: Scope) -> Option<Trouble> {
        let fault = self.faults.iter_mut().find(|fault| {
            fault.scope == scope
                && fault.times != Some(0)
                && fault.account.as_deref().is_none_or(|only| only == account)
        })?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        let trouble = fault.trouble;
        self.faults.retain(|fault| fault.times != Some(0));
        Some(trouble)
    }
}
