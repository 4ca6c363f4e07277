//! Signing in and out. A session is good for twelve hours after it last asked for something, and for thirty days at the
//! most; its secret is in the browser's cookie, and only the hash of it here. Whether an address has an account is told
//! to nobody: neither by words, nor by time, nor by who is slowed.

use std::time::Duration;

use totp_rs::{Builder, Secret, Totp};

use super::audit::{Note, note};
use super::invitation::hash;
use super::password::Passwords;
use super::throttle::{OF_ACCOUNT, OF_ADDRESS, Throttle};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::account::{Account, AccountId, Email};
use crate::store::account::Kept;
use crate::store::session::{Means, Session, SessionId};
use crate::store::{StoreError, Tx, account, audit, session};

/// How long a session is good without being used.
pub const IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// How long it is good at the most.
pub const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a code may be owed.
const OWED: Duration = Duration::from_secs(5 * 60);

/// How exact "last seen" is: each request would be a write otherwise.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// The most characters of what a browser calls itself that are kept.
const LONGEST_BROWSER: usize = 300;

/// Where a request comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The network address.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub browser: Option<String>,
}

/// A browser that is signed in from now on.
#[derive(Clone, Debug)]
pub struct SignedInNow {
    /// For its cookie.
    pub secret: String,
    /// How long it is good if it is not used.
    pub expires_at: Timestamp,
}

/// What a right password, or the provider's word, leads to.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// In.
    Whole(SignedInNow),
    /// To the question for a code.
    Half(SignedInNow),
}

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address, password or code are not right; which of them is not told.
    #[error("that is not right")]
    Wrong,
    /// Too many wrong ones.
    #[error("too many tries; the next may be made at {0}")]
    Later(Timestamp),
    /// The code was owed for too long.
    #[error("the password has to be given again")]
    Expired,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> SignInError {
        SignInError::Act(error.into())
    }
}

/// Who asks, by his session.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// He.
    pub account: Account,
    /// His browser.
    pub session: Session,
}

/// What keeps those who guess away.
#[derive(Debug)]
pub(super) struct Gate {
    passwords: Passwords,
    accounts: Throttle<String>,
    addresses: Throttle<String>,
    codes: Throttle<AccountId>,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate {
            passwords: Passwords::default(),
            accounts: Throttle::new(OF_ACCOUNT),
            addresses: Throttle::new(OF_ADDRESS),
            codes: Throttle::new(OF_ACCOUNT),
        }
    }
}

/// A session that is to be written down.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) secret: String,
    pub(super) session: Session,
    half: bool,
}

/// A session that begins now; whose it is, is said when it is written down.
pub(super) fn begin(acts: &Acts, now: Timestamp, origin: &Origin, half: bool, means: Means) -> Begun {
    let browser = origin.browser.as_deref().map(|text| text.chars().take(LONGEST_BROWSER).collect());
    let session = Session {
        id: acts.ids().mint(now),
        account: AccountId::from_text(""),
        created_at: now,
        seen_at: now,
        expires_at: now + if half { OWED } else { IDLE },
        address: origin.address.clone(),
        browser,
        means,
    };
    Begun { secret: acts.ids().secret(), session, half }
}

impl Begun {
    /// What it leads to.
    pub(super) fn told(self) -> SignIn {
        let now = SignedInNow { secret: self.secret, expires_at: self.session.expires_at };
        if self.half { SignIn::Half(now) } else { SignIn::Whole(now) }
    }

    /// From where it is begun.
    pub(super) fn address(&self) -> Option<String> {
        self.session.address.clone()
    }

    pub(super) async fn insert(&self, tx: &mut Tx, account: &AccountId) -> Result<(), StoreError> {
        let session = Session { account: account.clone(), ..self.session.clone() };
        session::insert(tx, &session, &hash(&self.secret), self.half).await
    }
}

/// The codes of a secret (RFC 6238: SHA-1, six digits, 30 seconds, one step early or late).
pub(super) fn codes_of(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).with_skew(1).build().ok()
}

/// The time step of a code, if it is right now. Blanks are how people read six digits.
pub(super) fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    i64::try_from(codes_of(secret)?.check(&code, seconds)?).ok()
}

impl Acts {
    pub(super) async fn hash_password(&self, password: secrecy::SecretString) -> Result<String, ActError> {
        Ok(self.0.gate.passwords.hash(password, self.ids()).await?)
    }

    /// Whether that is what was hashed, compared in constant time.
    pub(super) async fn is_hashed(&self, secret: &str, hash: &str) -> Result<bool, ActError> {
        Ok(self.0.gate.passwords.verify(secret, Some(hash)).await?)
    }

    /// Whether a password is an account's, or nobody's; a wrong one is held against who it was tried for and from where.
    pub(super) async fn check_password(
        &self,
        email: &str,
        kept: Option<&str>,
        password: &str,
        origin: &Origin,
    ) -> Result<(), SignInError> {
        let gate = &self.0.gate;
        let now = self.clock().now();
        let name = hash(&email.trim().to_lowercase());
        self.count_try(origin, now)?;
        if let Err(next) = gate.accounts.begin(&name, now) {
            self.take_back_try(origin);
            return Err(SignInError::Later(next));
        }
        if !gate.passwords.verify(password, kept).await? {
            return Err(SignInError::Wrong);
        }
        gate.accounts.clear(&name);
        self.take_back_try(origin);
        Ok(())
    }

    /// Counts a try to get in against the address from which it is made, or says from when on there may be one.
    pub(super) fn count_try(&self, origin: &Origin, now: Timestamp) -> Result<(), SignInError> {
        let address = origin.address.clone().unwrap_or_default();
        self.0.gate.addresses.begin(&address, now).map_err(SignInError::Later)
    }

    /// It was right.
    pub(super) fn take_back_try(&self, origin: &Origin) {
        self.0.gate.addresses.give_back(&origin.address.clone().unwrap_or_default());
    }

    /// Signs a browser in by address and password; whoever has a second factor owes a code yet.
    pub async fn sign_in(&self, email: &str, password: &str, origin: &Origin) -> Result<SignIn, SignInError> {
        let kept = match email.parse::<Email>() {
            Ok(email) => self.store().read(of_email, email).await?,
            Err(_) => None,
        };
        let kept = kept.filter(|kept| kept.account.disabled_at.is_none());
        let hash = kept.as_ref().and_then(|kept| kept.password.as_deref());
        self.check_password(email, hash, password, origin).await?;
        let Some(kept) = kept else { return Err(SignInError::Wrong) };
        let now = self.clock().now();
        let begun = begin(self, now, origin, kept.totp_secret.is_some(), Means::Password);
        self.store().write(write_down, (kept.account, begun.clone(), now)).await?;
        Ok(begun.told())
    }

    /// Whether somebody gave his password and owes a code.
    pub async fn owes_code(&self, half: &str) -> Result<bool, ActError> {
        Ok(self.store().read(half_session, (hash(half), self.clock().now())).await?.is_some())
    }

    /// Signs a browser in that gave its password before, by a code.
    pub async fn give_code(
        &self,
        half: &str,
        code: &str,
        origin: &Origin,
    ) -> Result<SignedInNow, SignInError> {
        let now = self.clock().now();
        let Some((owing, kept)) = self.store().read(half_session, (hash(half), now)).await? else {
            return Err(SignInError::Expired);
        };
        let id = &kept.account.id;
        self.0.gate.codes.begin(id, now).map_err(SignInError::Later)?;
        let step = kept.totp_secret.as_deref().and_then(|secret| step_of(secret, code, now));
        let step = step.ok_or(SignInError::Wrong)?;
        let begun = begin(self, now, origin, false, owing.means);
        let input =
            GiveCode { account: kept.account.clone(), owing: owing.id, step, begun: begun.clone(), now };
        if !self.store().write(give_code, input).await? {
            return Err(SignInError::Wrong);
        }
        self.0.gate.codes.clear(id);
        Ok(SignedInNow { secret: begun.secret, expires_at: begun.session.expires_at })
    }

    /// Who asks, by his cookie's secret; nobody if it is good no longer.
    pub async fn visitor(&self, secret: &str) -> Result<Option<Visitor>, ActError> {
        let now = self.clock().now();
        let found = self.store().read(visitor, (hash(secret), now)).await?;
        let Some(Visitor { account, mut session }) = found else { return Ok(None) };
        if now.since(session.seen_at) >= SEEN_EVERY {
            session.seen_at = now;
            session.expires_at = (now + IDLE).min(session.created_at + LONGEST);
            // Pages are shown while nothing can be written.
            if let Err(error) = self.store().write(touch, session.clone()).await {
                tracing::warn!(%error, "that a session is used could not be written down");
            }
        }
        Ok(Some(Visitor { account, session }))
    }

    /// An account's sessions that are good now, the one that was seen last first.
    pub async fn sessions(&self, account: &AccountId) -> Result<Vec<Session>, ActError> {
        Ok(self.store().read(sessions, (account.clone(), self.clock().now())).await?)
    }

    /// Ends a session of an account; false if that account has no such one.
    pub async fn end_session(&self, by: By, account: &Account, id: &SessionId) -> Result<bool, ActError> {
        let input = (by, account.clone(), id.clone(), self.clock().now());
        Ok(self.store().write(end_one, input).await?)
    }

    /// Ends every session of an account but one, if one is named; answers how many.
    pub async fn end_sessions(
        &self,
        by: By,
        account: &Account,
        but: Option<&SessionId>,
    ) -> Result<u64, ActError> {
        let input = (by, account.clone(), but.cloned(), self.clock().now());
        Ok(self.store().write(end_many, input).await?)
    }
}

async fn of_email(tx: &mut Tx, email: &Email) -> Result<Option<Kept>, StoreError> {
    account::by_email(tx, email).await
}

/// Writes a session down that begins; one that owes a code is noted when it has been given.
pub(super) async fn write_down(
    tx: &mut Tx,
    (account, begun, now): &(Account, Begun, Timestamp),
) -> Result<(), StoreError> {
    if !begun.half {
        note_begun(tx, account, begun, *now).await?;
    }
    begun.insert(tx, &account.id).await
}

async fn note_begun(tx: &mut Tx, account: &Account, begun: &Begun, now: Timestamp) -> Result<(), StoreError> {
    let by = By { actor: account.email.to_string(), address: begun.session.address.clone() };
    let after = (begun.session.means == Means::OpenId).then(|| "by OpenID Connect".to_owned());
    note(tx, &by, now, Note { after, ..Note::of("session.begin", account.email.as_str()) }).await
}

struct GiveCode {
    account: Account,
    owing: SessionId,
    step: i64,
    begun: Begun,
    now: Timestamp,
}

async fn give_code(tx: &mut Tx, input: &GiveCode) -> Result<bool, StoreError> {
    audit::lock_head(tx).await?;
    let id = &input.account.id;
    // One that was used leaves the question for another open.
    if !account::take_totp_step(tx, id, input.step).await? || !session::end(tx, id, &input.owing).await? {
        return Ok(false);
    }
    input.begun.insert(tx, id).await?;
    note_begun(tx, &input.account, &input.begun, input.now).await?;
    Ok(true)
}

async fn half_session(
    tx: &mut Tx,
    (hash, now): &(String, Timestamp),
) -> Result<Option<(Session, Kept)>, StoreError> {
    let Some(session) = session::find(tx, hash, true, *now).await? else { return Ok(None) };
    let kept = account::by_id(tx, &session.account).await?;
    Ok(kept.filter(|kept| kept.account.disabled_at.is_none()).map(|kept| (session, kept)))
}

async fn visitor(tx: &mut Tx, (hash, now): &(String, Timestamp)) -> Result<Option<Visitor>, StoreError> {
    let Some(session) = session::find(tx, hash, false, *now).await? else { return Ok(None) };
    let kept = account::by_id(tx, &session.account).await?;
    let account = kept.map(|kept| kept.account).filter(|account| account.disabled_at.is_none());
    Ok(account.map(|account| Visitor { account, session }))
}

async fn touch(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    session::touch(tx, &session.id, session.seen_at, session.expires_at).await
}

async fn sessions(tx: &mut Tx, (account, now): &(AccountId, Timestamp)) -> Result<Vec<Session>, StoreError> {
    session::of_account(tx, account, *now).await
}

async fn end_one(
    tx: &mut Tx,
    (by, account, id, now): &(By, Account, SessionId, Timestamp),
) -> Result<bool, StoreError> {
    audit::lock_head(tx).await?;
    let ended = session::end(tx, &account.id, id).await?;
    if ended {
        note(tx, by, *now, Note::of("session.end", account.email.as_str())).await?;
    }
    Ok(ended)
}

async fn end_many(
    tx: &mut Tx,
    (by, account, but, now): &(By, Account, Option<SessionId>, Timestamp),
) -> Result<u64, StoreError> {
    audit::lock_head(tx).await?;
    let ended = session::end_others(tx, &account.id, but.as_ref()).await?;
    if ended > 0 {
        let entry = Note {
            after: Some(format!("{ended} ended")),
            ..Note::of("session.end_others", account.email.as_str())
        };
        note(tx, by, *now, entry).await?;
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's test values, "12345678901234567890".
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_the_standard_one_step_early_or_late() {
        // RFC 6238, appendix B: the last six of eight digits.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = Some(second / 30);
            for late in [-30, 0, 30] {
                assert_eq!(step_of(SECRET, code, Timestamp((second + late) * 1000)), step, "{second} {late}");
            }
            for late in [-60, 60] {
                assert_eq!(step_of(SECRET, code, Timestamp((second + late) * 1000)), None, "{second} {late}");
            }
        }
        let now = Timestamp(59_000);
        assert_eq!(step_of(SECRET, " 287 082 ", now), Some(1));
        for wrong in ["", "28708", "2870820", "28708x", "２８７０８２"] {
            assert_eq!(step_of(SECRET, wrong, now), None, "{wrong}");
        }
        assert_eq!(step_of("not base32!", "287082", now), None);
        assert!(codes_of("GEZDGNBV").is_none(), "a short secret is none");
    }
}
