//! Signing in by a provider of identities. That the provider vouches for somebody is found out elsewhere; here is what
//! comes of it. A browser that is sent away is known again, once, by the secret in its cookie. A provider's word stands
//! in the place of a password, not of the second factor that an owner asked for himself.

use std::time::Duration;

use super::audit::{Note, note};
use super::invitation::hash;
use super::session::{Begun, Origin, SignIn, SignInError, begin, write_down};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::access::{Principal, Role, Scope};
use crate::rules::account::{Account, AccountId, Email};
use crate::rules::admission::{Admission, Vouched};
use crate::store::account::{self, Kept};
use crate::store::session::Means;
use crate::store::{StoreError, Tx, audit, invitation, openid};

/// How long a browser may be away.
const AWAY: Duration = Duration::from_secs(10 * 60);

/// Why somebody was not signed in for whom the provider vouches. He may be told: the address is his.
#[derive(Debug, thiserror::Error)]
pub enum VouchError {
    /// Nobody knows him.
    #[error("{0} has no account here, and nobody has invited it. Ask an administrator for an invitation.")]
    Stranger(Email),
    /// He may not sign in.
    #[error("The account of {0} is disabled. An administrator can enable it.")]
    Disabled(Email),
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

struct Arrived {
    vouched: Vouched,
    newcomers: Vec<(Scope, Role)>,
    by_groups: Principal,
    id: AccountId,
    whole: Begun,
    half: Begun,
    now: Timestamp,
}

enum Verdict {
    In(Begun),
    Stranger,
    Disabled,
}

impl Acts {
    /// Sends a browser away, which goes on to that path when it is back; answers the secret for its cookie.
    pub async fn leave_for_openid(&self, next: String, origin: &Origin) -> Result<String, SignInError> {
        let now = self.clock().now();
        self.count_try(origin, now)?;
        let secret = self.ids().secret();
        self.store().write(leave, (hash(&secret), next, now + AWAY)).await?;
        Ok(secret)
    }

    /// Where a browser goes on to that is back; none if it was back before, was away for too long, or was never sent.
    pub async fn back_from_openid(&self, secret: &str) -> Result<Option<String>, ActError> {
        Ok(self.store().write(back, (hash(secret), self.clock().now())).await?)
    }

    /// Signs a browser in by the provider's word.
    pub async fn sign_in_vouched(
        &self,
        vouched: Vouched,
        admission: &Admission,
        origin: &Origin,
    ) -> Result<SignIn, VouchError> {
        let now = self.clock().now();
        let email = vouched.email.clone();
        let begun = |half| begin(self, now, origin, half, Means::OpenId);
        let by_groups = admission.by_groups(&vouched.groups);
        let arrived = Arrived {
            newcomers: self.where_there_are_desks(admission.newcomers.iter().cloned()),
            by_groups: self
                .where_there_are_desks(by_groups.roles().map(|(scope, role)| (scope.clone(), role)))
                .into_iter()
                .collect(),
            vouched,
            id: self.ids().mint(now),
            whole: begun(false),
            half: begun(true),
            now,
        };
        match self.store().write(arrive, arrived).await.map_err(ActError::from)? {
            Verdict::In(begun) => {
                self.take_back_try(origin);
                Ok(begun.told())
            }
            Verdict::Stranger => Err(VouchError::Stranger(email)),
            Verdict::Disabled => Err(VouchError::Disabled(email)),
        }
    }

    /// Those roles that hold somewhere: the configuration may name desks that are no more, or not yet.
    fn where_there_are_desks(&self, roles: impl Iterator<Item = (Scope, Role)>) -> Vec<(Scope, Role)> {
        let desks = self.desks();
        let known = |scope: &Scope| scope.desk().is_none_or(|key| desks.by_key(key).is_some());
        let (known, unknown): (Vec<_>, Vec<_>) = roles.partition(|(scope, _)| known(scope));
        for (scope, _) in unknown {
            tracing::warn!(desk.key = %scope, "a role of `[openid]` is for a desk that there is not");
        }
        known
    }
}

async fn leave(tx: &mut Tx, (hash, next, until): &(String, String, Timestamp)) -> Result<(), StoreError> {
    openid::insert(tx, hash, next, *until).await
}

async fn back(tx: &mut Tx, (hash, now): &(String, Timestamp)) -> Result<Option<String>, StoreError> {
    openid::take(tx, hash, *now).await
}

async fn arrive(tx: &mut Tx, arrived: &Arrived) -> Result<Verdict, StoreError> {
    // Before anything is looked at: of two who come with one invitation at once, the second finds the account there.
    audit::lock_head(tx).await?;
    let kept = match account::by_email(tx, &arrived.vouched.email).await? {
        Some(kept) if kept.account.disabled_at.is_some() => return Ok(Verdict::Disabled),
        Some(kept) => {
            follow_groups(tx, arrived, &kept.account).await?;
            kept
        }
        None => match open(tx, arrived).await? {
            Some(kept) => kept,
            None => return Ok(Verdict::Stranger),
        },
    };
    let begun = if kept.totp_secret.is_some() { &arrived.half } else { &arrived.whole };
    write_down(tx, &(kept.account, begun.clone(), arrived.now)).await?;
    Ok(Verdict::In(begun.clone()))
}

/// Opens an account for somebody who was invited, who is in a group, or who need not be.
async fn open(tx: &mut Tx, arrived: &Arrived) -> Result<Option<Kept>, StoreError> {
    let Arrived { vouched, newcomers, by_groups, now, .. } = arrived;
    let invited = invitation::awaited(tx, &vouched.email, *now).await?;
    let given: Principal = newcomers.iter().cloned().chain(invited).collect();
    if given.is_nobody() && by_groups.is_nobody() {
        return Ok(None);
    }
    let new = Account {
        id: arrived.id.clone(),
        email: vouched.email.clone(),
        name: vouched.name.clone().unwrap_or_else(|| vouched.email.to_string()),
        principal: Principal::default(),
        by_groups: Principal::default(),
        password: false,
        second_factor: false,
        disabled_at: None,
        created_at: *now,
    };
    account::insert(tx, &new, None).await?;
    let by = By { actor: new.email.to_string(), address: arrived.whole.address() };
    let email = new.email.as_str();
    for (scope, role) in given.roles() {
        account::put_role(tx, &new.id, scope, Some(role)).await?;
        let entry = Note {
            desk: scope.desk(),
            after: Some(format!("{role} at {scope}")),
            ..Note::of("account.join", email)
        };
        note(tx, &by, *now, entry).await?;
    }
    if given.is_nobody() {
        note(tx, &by, *now, Note::of("account.join", email)).await?;
    }
    invitation::retire(tx, &new.email, *now).await?;
    follow_groups(tx, arrived, &new).await?;
    account::by_id(tx, &new.id).await
}

/// What his groups make of somebody now takes the place of what they made of him before.
async fn follow_groups(tx: &mut Tx, arrived: &Arrived, account: &Account) -> Result<(), StoreError> {
    let (before, after) = (&account.by_groups, &arrived.by_groups);
    if before == after {
        return Ok(());
    }
    account::put_group_roles(tx, &account.id, after).await?;
    let by = By::provider(arrived.whole.address());
    for (scope, before, after) in before.changes(after) {
        let told = |role: Option<Role>| role.map(|role| format!("{role} at {scope}, by a group"));
        let entry = Note {
            desk: scope.desk(),
            before: told(before),
            after: told(after),
            ..Note::of("account.role", account.email.as_str())
        };
        note(tx, &by, arrived.now, entry).await?;
    }
    Ok(())
}
