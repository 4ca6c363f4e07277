//! One-time links: the first administrator's, invitations, and the way back in for somebody who is locked out. Whoever
//! has a link chooses a password with it, once, and is signed in.

use std::time::Duration;

use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::audit::{Note, note};
use super::session::{Origin, SignedInNow, begin};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::access::{Principal, Reach, Right, Role, Scope};
use crate::rules::account::{Account, Email};
use crate::store::invitation::{self, Invited, Purpose};
use crate::store::session::Means;
use crate::store::{StoreError, Tx, account, audit, session};

/// How long a link is good.
pub const LINK_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The address has an account.
    #[error(
        "{0} has an account already; give it the role on its page, or `nightbell account reset {0}` if its owner is locked out"
    )]
    HasAccount(Email),
    /// The address has none.
    #[error("{0} has no account; `nightbell account invite {0} --role …` makes one")]
    NoAccount(Email),
    /// Nobody may sign in to it.
    #[error("the account of {0} is disabled; an administrator can enable it on its page")]
    Disabled(Email),
    /// There is no such desk.
    #[error("there is no desk `{0}`")]
    NoDesk(String),
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// Why a link did not let anybody in.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// It was used, is too old, or never was.
    #[error("This link is good no longer.")]
    Dead,
    /// The address has an account by now.
    #[error("This address has an account already. Sign in with it.")]
    HasAccount,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// What somebody with a link writes.
#[derive(Debug)]
pub struct Joining {
    /// His address; only the first administrator chooses it.
    pub email: Option<Email>,
    /// His name; none if the account has one.
    pub name: Option<String>,
    /// The password that he chose.
    pub password: SecretString,
}

/// Links and sessions have 256 bits of chance: a plain hash of one cannot be guessed back.
pub(super) fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

struct New {
    by: By,
    hash: String,
    purpose: Purpose,
    now: Timestamp,
}

impl New {
    /// A link of its own kind, before anybody looked whether it may be.
    fn of(acts: &Acts, by: By, purpose: Purpose) -> (New, String) {
        let secret = acts.ids().secret();
        (New { by, hash: hash(&secret), purpose, now: acts.clock().now() }, secret)
    }
}

impl Acts {
    /// The secret of a link that makes the first administrator; none if there is an account.
    pub async fn first_link(&self) -> Result<Option<String>, ActError> {
        if self.store().read(any_account, ()).await? {
            return Ok(None);
        }
        let (new, secret) = New::of(self, By::start(), Purpose::First);
        self.store().write(offer, new).await?;
        Ok(Some(secret))
    }

    /// The secret of a link that makes an account.
    pub async fn invite(
        &self,
        by: By,
        email: Email,
        role: Role,
        scope: Scope,
    ) -> Result<String, InviteError> {
        if let Some(desk) = scope.desk().filter(|desk| self.desks().by_key(desk).is_none()) {
            return Err(InviteError::NoDesk(desk.to_owned()));
        }
        if self.store().read(of_email, email.clone()).await.map_err(ActError::from)?.is_some() {
            return Err(InviteError::HasAccount(email));
        }
        let (new, secret) = New::of(self, by, Purpose::Join { email, role, scope });
        self.store().write(offer, new).await.map_err(ActError::from)?;
        Ok(secret)
    }

    /// The secret of a link by which the owner of an account chooses a password again.
    pub async fn offer_reset(&self, by: By, email: Email) -> Result<String, InviteError> {
        let Some(account) = self.store().read(of_email, email.clone()).await.map_err(ActError::from)? else {
            return Err(InviteError::NoAccount(email));
        };
        if account.disabled_at.is_some() {
            return Err(InviteError::Disabled(email));
        }
        let (new, secret) = New::of(self, by, Purpose::Reset { email });
        self.store().write(offer, new).await.map_err(ActError::from)?;
        Ok(secret)
    }

    /// Who was invited and may come yet.
    pub async fn invited(&self) -> Result<Vec<Invited>, ActError> {
        Ok(self.store().read(invited, self.clock().now()).await?)
    }

    /// Makes every link for an address good no longer, as far as somebody reaches; false if there was none.
    pub async fn withdraw(&self, by: By, email: Email, reach: Reach) -> Result<bool, ActError> {
        Ok(self.store().write(withdraw, (by, email, reach, self.clock().now())).await?)
    }

    /// The account of an address.
    pub async fn account_of(&self, email: Email) -> Result<Option<Account>, ActError> {
        Ok(self.store().read(of_email, email).await?)
    }

    /// What a link is for, if it is still good.
    pub async fn link(&self, secret: &str) -> Result<Option<Purpose>, ActError> {
        Ok(self.store().read(usable, (hash(secret), self.clock().now())).await?)
    }

    /// Uses a link up, and signs its owner in.
    pub async fn join(
        &self,
        secret: &str,
        joining: Joining,
        origin: &Origin,
    ) -> Result<SignedInNow, JoinError> {
        // Nobody's password is hashed for a link that is none.
        if self.link(secret).await?.is_none() {
            return Err(JoinError::Dead);
        }
        let password = self.hash_password(joining.password).await?;
        let now = self.clock().now();
        let begun = begin(self, now, origin, false, Means::Password);
        let input = Join {
            link: hash(secret),
            id: self.ids().mint(now),
            email: joining.email,
            name: joining.name,
            password,
            begun: begun.clone(),
            now,
        };
        match self.store().write(join, input).await {
            Ok(true) => Ok(SignedInNow { secret: begun.secret, expires_at: begun.session.expires_at }),
            Ok(false) => Err(JoinError::Dead),
            Err(StoreError::Conflict(_)) => Err(JoinError::HasAccount),
            Err(error) => Err(ActError::from(error).into()),
        }
    }
}

struct Join {
    link: String,
    id: crate::rules::account::AccountId,
    email: Option<Email>,
    name: Option<String>,
    password: String,
    begun: super::session::Begun,
    now: Timestamp,
}

async fn any_account(tx: &mut Tx, (): &()) -> Result<bool, StoreError> {
    account::any(tx).await
}

async fn of_email(tx: &mut Tx, email: &Email) -> Result<Option<Account>, StoreError> {
    Ok(account::by_email(tx, email).await?.map(|kept| kept.account))
}

async fn invited(tx: &mut Tx, now: &Timestamp) -> Result<Vec<Invited>, StoreError> {
    invitation::invited(tx, *now).await
}

async fn withdraw(
    tx: &mut Tx,
    (by, email, reach, now): &(By, Email, Reach, Timestamp),
) -> Result<bool, StoreError> {
    audit::lock_head(tx).await?;
    let entry = || Note::of("account.withdraw", email.as_str());
    let mut withdrawn = false;
    match reach {
        Reach::Everything => {
            withdrawn = invitation::retire(tx, email, *now).await? > 0;
            if withdrawn {
                note(tx, by, *now, entry()).await?;
            }
        }
        Reach::Desks(desks) => {
            for desk in desks {
                if invitation::retire_at(tx, email, desk, *now).await? > 0 {
                    withdrawn = true;
                    note(tx, by, *now, Note { desk: Some(desk), ..entry() }).await?;
                }
            }
        }
    }
    Ok(withdrawn)
}

async fn usable(tx: &mut Tx, (hash, now): &(String, Timestamp)) -> Result<Option<Purpose>, StoreError> {
    let Some((purpose, made_by)) = invitation::usable(tx, hash, *now).await? else { return Ok(None) };
    let dead = match &purpose {
        // There is one first administrator, however many links were printed.
        Purpose::First => account::any(tx).await?,
        Purpose::Join { scope, .. } => {
            let may = |maker: &Principal| match scope.desk() {
                Some(desk) => maker.may(Right::Administer, desk),
                None => maker.may_everywhere(Right::Administer),
            };
            lacks_right(tx, made_by.as_deref(), may).await?
        }
        // Who administers no desk any more can have none of its people's passwords changed.
        Purpose::Reset { .. } => {
            lacks_right(tx, made_by.as_deref(), |maker| maker.may_somewhere(Right::Administer)).await?
        }
    };
    Ok((!dead).then_some(purpose))
}

/// Whether a link was made by an account that may not make it any more.
async fn lacks_right(
    tx: &mut Tx,
    made_by: Option<&str>,
    may: impl Fn(&Principal) -> bool,
) -> Result<bool, StoreError> {
    // What is no address is the command line, which may do everything.
    let Some(maker) = made_by.and_then(|made_by| made_by.parse::<Email>().ok()) else { return Ok(false) };
    let Some(kept) = account::by_email(tx, &maker).await? else { return Ok(true) };
    Ok(kept.account.disabled_at.is_some() || !may(&kept.account.principal))
}

async fn offer(tx: &mut Tx, new: &New) -> Result<(), StoreError> {
    let made = (&new.purpose, &*new.by.actor);
    invitation::insert(tx, &new.hash, made, new.now, new.now + LINK_LASTS).await?;
    let entry = match &new.purpose {
        Purpose::First => return Ok(()),
        Purpose::Join { email, role, scope } => Note {
            desk: scope.desk(),
            after: Some(format!("{role} at {scope}, once the link is used")),
            ..Note::of("account.invite", email.as_str())
        },
        Purpose::Reset { email } => Note::of("account.offer_reset", email.as_str()),
    };
    note(tx, &new.by, new.now, entry).await
}

async fn join(tx: &mut Tx, input: &Join) -> Result<bool, StoreError> {
    // Before anything is looked at: of two who make the first administrator at once, the second finds him there.
    audit::lock_head(tx).await?;
    let Some(purpose) = usable(tx, &(input.link.clone(), input.now)).await? else { return Ok(false) };
    if !invitation::use_up(tx, &input.link, input.now).await? {
        return Ok(false);
    }
    let (email, scope, role) = match purpose {
        Purpose::Reset { email } => return reset(tx, input, &email).await,
        Purpose::Join { email, role, scope } => (email, scope, role),
        Purpose::First => {
            let Some(email) = input.email.clone() else { return Ok(false) };
            (email, Scope::EveryDesk, Role::Administrator)
        }
    };
    let new = Account {
        id: input.id.clone(),
        name: input.name.clone().unwrap_or_else(|| email.as_str().to_owned()),
        email,
        principal: Principal::default(),
        by_groups: Principal::default(),
        password: true,
        second_factor: false,
        disabled_at: None,
        created_at: input.now,
    };
    account::insert(tx, &new, Some(&input.password)).await?;
    account::put_role(tx, &new.id, &scope, Some(role)).await?;
    invitation::retire(tx, &new.email, input.now).await?;
    let by = By { actor: new.email.to_string(), address: input.begun.session.address.clone() };
    let entry = Note {
        desk: scope.desk(),
        after: Some(format!("{role} at {scope}")),
        ..Note::of("account.join", new.email.as_str())
    };
    note(tx, &by, input.now, entry).await?;
    input.begun.insert(tx, &new.id).await?;
    Ok(true)
}

/// Whoever was signed in is signed out, and no code is asked for any more: the way in was lost with its means.
async fn reset(tx: &mut Tx, input: &Join, email: &Email) -> Result<bool, StoreError> {
    let Some(kept) = account::by_email(tx, email).await? else { return Ok(false) };
    if kept.account.disabled_at.is_some() {
        return Ok(false);
    }
    let id = &kept.account.id;
    account::set_password(tx, id, &input.password).await?;
    account::set_totp(tx, id, None).await?;
    invitation::retire(tx, email, input.now).await?;
    session::end_others(tx, id, None).await?;
    let by = By { actor: email.to_string(), address: input.begun.session.address.clone() };
    let second =
        |on: bool| Some(if on { "with a second factor" } else { "without a second factor" }.to_owned());
    let entry = Note {
        before: second(kept.account.second_factor),
        after: second(false),
        ..Note::of("account.reset", email.as_str())
    };
    note(tx, &by, input.now, entry).await?;
    input.begun.insert(tx, id).await?;
    Ok(true)
}
