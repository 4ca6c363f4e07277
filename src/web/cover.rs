//! Who may do what about a request for cover, as pages and the API have both in common: taking and declining is for the
//! agents who are asked, approving and refusing for managers, and withdrawing for whoever asked and for managers.

use crate::rules::access::Right;
use crate::rules::cover::{Cover, Deed};
use crate::rules::people::AgentKey;

/// What somebody wants to do about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Take,
    Decline,
    Withdraw,
    Approve,
    Refuse,
}

/// Whoever wants it.
pub(super) struct Doer<'a> {
    /// Who he is at the desk, if he is one of its agents.
    pub(super) agent: Option<&'a AgentKey>,
    /// Whether he manages the desk.
    pub(super) manages: bool,
    /// As people read who it is.
    pub(super) name: &'a str,
}

/// The deed that it is, or the right that he lacks.
pub(super) fn deed(wish: Wish, cover: &Cover, by: &Doer<'_>) -> Result<Deed, Right> {
    let as_agent = || by.agent.cloned().ok_or(Right::Answer);
    let as_manager = || if by.manages { Ok(()) } else { Err(Right::Manage) };
    Ok(match wish {
        Wish::Take => Deed::Take(as_agent()?),
        Wish::Decline => Deed::Decline(as_agent()?),
        Wish::Withdraw => {
            if by.agent != Some(&cover.asker) {
                as_manager()?;
            }
            Deed::Withdraw
        }
        Wish::Approve => as_manager().map(|()| Deed::Approve(by.name.to_owned()))?,
        Wish::Refuse => as_manager().map(|()| Deed::Refuse)?,
    })
}
