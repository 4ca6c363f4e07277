//! What happens to accounts: by their owners, and by administrators.

use std::time::Duration;

use secrecy::SecretString;

use super::audit::{Note, note};
use super::session::{Origin, SignInError, Visitor, codes_of, step_of};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::access::{Role, Scope};
use crate::rules::account::{Account, AccountId};
use crate::store::account::{self, Kept};
use crate::store::session::SessionId;
use crate::store::{StoreError, Tx, audit, session};

/// How long ago somebody signed in who has just come.
const JUST_NOW: Duration = Duration::from_secs(10 * 60);

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// There is no such desk.
    #[error("there is no such desk")]
    NoDesk,
    /// Nobody would be left who may let people in.
    #[error("At least one administrator of every desk has to stay.")]
    LastAdministrator,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> ChangeError {
        ChangeError::Act(error.into())
    }
}

/// An account is changed like this.
#[derive(Clone, Debug)]
enum Change {
    Role(Scope, Option<Role>),
    Disable,
    Enable,
}

/// An owner changes his account like this.
#[derive(Clone, Debug)]
enum OwnChange {
    Name(String),
    Password { hash: String, keep: SessionId },
    SecondFactor { secret: Option<String>, step: Option<i64> },
}

impl Acts {
    /// Every account, by name.
    pub async fn accounts(&self) -> Result<Vec<Account>, ActError> {
        Ok(self.store().read(all, ()).await?)
    }

    /// An account.
    pub async fn account(&self, id: &AccountId) -> Result<Option<Account>, ActError> {
        Ok(self.store().read(one, id.clone()).await?)
    }

    /// Gives an account a role, in the place of the one that it had there; `None` takes it away.
    pub async fn set_role(
        &self,
        by: By,
        id: &AccountId,
        scope: Scope,
        role: Option<Role>,
    ) -> Result<(), ChangeError> {
        // A role at a desk that is no more can be taken away all the same.
        let known = scope.desk().is_none_or(|desk| self.desks().by_key(desk).is_some());
        if !known && role.is_some() {
            return Err(ChangeError::NoDesk);
        }
        self.change(by, id, Change::Role(scope, role)).await
    }

    /// Lets nobody sign in to an account any more, and ends its sessions.
    pub async fn disable(&self, by: By, id: &AccountId) -> Result<(), ChangeError> {
        self.change(by, id, Change::Disable).await
    }

    /// Lets its owner sign in to an account again.
    pub async fn enable(&self, by: By, id: &AccountId) -> Result<(), ChangeError> {
        self.change(by, id, Change::Enable).await
    }

    async fn change(&self, by: By, id: &AccountId, change: Change) -> Result<(), ChangeError> {
        let input = (by, id.clone(), change, self.clock().now());
        match self.store().write(change_account, input).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ChangeError::NoAccount),
            Err(StoreError::Conflict(why)) if why == LAST => Err(ChangeError::LastAdministrator),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives one's own account another name.
    pub async fn rename(&self, by: By, visitor: &Visitor, name: String) -> Result<(), ActError> {
        self.change_own(by, visitor, OwnChange::Name(name)).await
    }

    /// Gives one's own account another password; every other browser is signed out.
    pub async fn change_password(
        &self,
        by: By,
        visitor: &Visitor,
        old: &str,
        new: SecretString,
        origin: &Origin,
    ) -> Result<(), SignInError> {
        self.check_own(visitor, old, origin).await?;
        let hash = self.hash_password(new).await?;
        let change = OwnChange::Password { hash, keep: visitor.session.id.clone() };
        Ok(self.change_own(by, visitor, change).await?)
    }

    /// Gives one's own account its first password. Whoever finds a browser that was left open could give himself a way
    /// in: it is for those who have just signed in.
    pub async fn choose_password(
        &self,
        by: By,
        visitor: &Visitor,
        new: SecretString,
    ) -> Result<(), SignInError> {
        if visitor.account.password || !self.has_just_come(visitor) {
            return Err(SignInError::Expired);
        }
        let hash = self.hash_password(new).await?;
        let change = OwnChange::Password { hash, keep: visitor.session.id.clone() };
        Ok(self.change_own(by, visitor, change).await?)
    }

    /// Whether a browser signed in a short while ago.
    pub fn has_just_come(&self, visitor: &Visitor) -> bool {
        self.clock().now().since(visitor.session.created_at) < JUST_NOW
    }

    /// Whether a password is the visitor's own.
    pub async fn check_own(
        &self,
        visitor: &Visitor,
        password: &str,
        origin: &Origin,
    ) -> Result<(), SignInError> {
        let kept = self.store().read(kept, visitor.account.id.clone()).await?;
        let kept = kept.as_ref().and_then(|kept| kept.password.as_deref());
        self.check_password(visitor.account.email.as_str(), kept, password, origin).await
    }

    /// A secret for an authenticator to share, in base32: 160 bits of chance, as RFC 4226 recommends.
    pub fn new_totp_secret(&self) -> String {
        let bytes = hex::decode(&self.ids().secret()[..40]).unwrap_or_default();
        totp_rs::Secret::from(bytes).to_base32()
    }

    /// Whether a text is a secret that [`Acts::new_totp_secret`] could have made.
    pub fn is_totp_secret(&self, text: &str) -> bool {
        codes_of(text).is_some_and(|codes| codes.secret().as_ref().len() == 20)
    }

    /// Asks for a code of that secret at each sign-in from now on. The code shows that the authenticator has it.
    pub async fn second_factor_on(
        &self,
        by: By,
        visitor: &Visitor,
        secret: String,
        code: &str,
    ) -> Result<(), SignInError> {
        let step = step_of(&secret, code, self.clock().now()).ok_or(SignInError::Wrong)?;
        let change = OwnChange::SecondFactor { secret: Some(secret), step: Some(step) };
        Ok(self.change_own(by, visitor, change).await?)
    }

    /// Asks for no code any more.
    pub async fn second_factor_off(&self, by: By, visitor: &Visitor) -> Result<(), ActError> {
        self.change_own(by, visitor, OwnChange::SecondFactor { secret: None, step: None }).await
    }

    async fn change_own(&self, by: By, visitor: &Visitor, change: OwnChange) -> Result<(), ActError> {
        let input = (by, visitor.account.id.clone(), change, self.clock().now());
        Ok(self.store().write(change_own, input).await?)
    }
}

/// By what a transaction says that nobody would be left.
const LAST: &str = "the last administrator";

async fn all(tx: &mut Tx, (): &()) -> Result<Vec<Account>, StoreError> {
    account::all(tx).await
}

async fn kept(tx: &mut Tx, id: &AccountId) -> Result<Option<Kept>, StoreError> {
    account::by_id(tx, id).await
}

async fn one(tx: &mut Tx, id: &AccountId) -> Result<Option<Account>, StoreError> {
    Ok(account::by_id(tx, id).await?.map(|kept| kept.account))
}

async fn change_account(
    tx: &mut Tx,
    (by, id, change, now): &(By, AccountId, Change, Timestamp),
) -> Result<bool, StoreError> {
    // Two administrators who take each other's role away at once would both see the other still there.
    audit::lock_head(tx).await?;
    let Some(Kept { account, .. }) = account::by_id(tx, id).await? else { return Ok(false) };
    let email = account.email.as_str();
    let entry = match change {
        Change::Role(scope, role) => {
            let at = |role: Role| format!("{role} at {scope}");
            let before = account::role_given(tx, id, scope).await?;
            if before == *role {
                return Ok(true);
            }
            account::put_role(tx, id, scope, *role).await?;
            Note {
                desk: scope.desk(),
                before: before.map(at),
                after: role.map(at),
                ..Note::of("account.role", email)
            }
        }
        Change::Disable if account.disabled_at.is_some() => return Ok(true),
        Change::Disable => {
            account::set_disabled(tx, id, Some(*now)).await?;
            session::end_others(tx, id, None).await?;
            Note::of("account.disable", email)
        }
        Change::Enable if account.disabled_at.is_none() => return Ok(true),
        Change::Enable => {
            account::set_disabled(tx, id, None).await?;
            Note::of("account.enable", email)
        }
    };
    if account::administrators(tx).await? == 0 {
        return Err(StoreError::Conflict(LAST.into()));
    }
    note(tx, by, *now, entry).await?;
    Ok(true)
}

async fn change_own(
    tx: &mut Tx,
    (by, id, change, now): &(By, AccountId, OwnChange, Timestamp),
) -> Result<(), StoreError> {
    audit::lock_head(tx).await?;
    let Some(Kept { account, .. }) = account::by_id(tx, id).await? else { return Err(StoreError::NotFound) };
    let email = account.email.as_str();
    let entry = match change {
        OwnChange::Name(name) if *name == account.name => return Ok(()),
        OwnChange::Name(name) => {
            account::rename(tx, id, name).await?;
            Note {
                before: Some(account.name.clone()),
                after: Some(name.clone()),
                ..Note::of("account.rename", email)
            }
        }
        OwnChange::Password { hash, keep } => {
            account::set_password(tx, id, hash).await?;
            session::end_others(tx, id, Some(keep)).await?;
            Note::of("account.password", email)
        }
        OwnChange::SecondFactor { secret, step } => {
            account::set_totp(tx, id, secret.as_deref()).await?;
            if let Some(step) = step {
                account::take_totp_step(tx, id, *step).await?;
            }
            let action =
                if secret.is_some() { "account.second_factor_on" } else { "account.second_factor_off" };
            Note::of(action, email)
        }
    };
    note(tx, by, *now, entry).await
}
