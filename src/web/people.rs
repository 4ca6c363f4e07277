//! Letting people in, as pages and the API have it in common: who has no account gets a link; who has one at other desks
//! alone, of whom whoever lets him in knows nothing, is let in to this one as he is.

use super::App;
use super::hold::{Failure, in_time, tried};
use crate::act::{By, ChangeError, InviteError};
use crate::rules::access::{Reach, Role, Scope};
use crate::rules::account::{AccountId, Email};

/// What came of it.
pub(super) enum LetIn {
    /// The secret of a link that makes an account.
    Link(String),
    /// The account has the role from now on, or why it does not.
    Given(AccountId, Result<(), ChangeError>),
    /// There is no link.
    Not(InviteError),
}

/// Lets somebody in to a desk, or to every one, as far as whoever does it reaches.
pub(super) async fn let_in(
    app: &App,
    by: By,
    reach: &Reach,
    (email, role, scope): (Email, Role, Scope),
) -> Result<LetIn, Failure> {
    let known = in_time(app.acts().account_of(email.clone())).await?;
    if let Some(account) = known.filter(|account| !reach.meets(&account.principal)) {
        let given = tried(app.acts().set_role(by, &account.id, scope, Some(role))).await?;
        return Ok(LetIn::Given(account.id, given));
    }
    Ok(match tried(app.acts().invite(by, email, role, scope)).await? {
        Ok(secret) => LetIn::Link(secret),
        Err(error) => LetIn::Not(error),
    })
}
