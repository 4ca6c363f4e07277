//! Bearer tokens of the API: shown once, kept as a hash. One that is somebody's goes where he goes: it may what both of them
//! may, speaks for the agents that he is, and opens nothing any more when he is let in no more.

use chrono::NaiveDate;

use super::audit::{Note, note};
use super::invitation::hash;
use super::noted::day;
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::access::{Principal, Reach, Role, Scope};
use crate::rules::account::{Account, Email};
use crate::store::token::KeptToken;
pub use crate::store::token::Token;
use crate::store::{StoreError, Tx, account, token};

/// By what a token of ours is recognised, wherever it turns up.
const PREFIX: &str = "nbt_";

/// By what a token is known: its hash. It opens nothing.
pub fn token_id(secret: &str) -> String {
    hash(secret)
}

impl Token {
    /// One that may look at every desk, for ever.
    pub fn viewer(name: &str) -> Token {
        Token {
            name: name.to_owned(),
            role: Role::Viewer,
            scope: Scope::EveryDesk,
            account: None,
            expires_at: None,
        }
    }
}

/// Who comes with a token.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The token.
    pub token: Token,
    /// Its owner, if it is somebody's.
    pub account: Option<Account>,
}

impl Bearer {
    /// What he may.
    pub fn principal(&self) -> Principal {
        let Token { scope, role, .. } = &self.token;
        match &self.account {
            Some(owner) => owner.principal.within(scope, *role),
            None => [(scope.clone(), *role)].into_iter().collect(),
        }
    }
}

/// A token, as administrators see it.
#[derive(Clone, Debug)]
pub struct TokenShown {
    /// The token.
    pub token: Token,
    /// Its owner's address, if it is somebody's.
    pub owner: Option<Email>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The day on which it was used last, by UTC; none if it never was.
    pub last_used: Option<NaiveDate>,
}

impl Acts {
    /// Every token that was not ended, as far as somebody's right reaches; by name.
    pub async fn tokens(&self, reach: Reach) -> Result<Vec<TokenShown>, ActError> {
        Ok(self.store().read(shown, (reach,)).await?)
    }

    /// Ends every token of a name, as far as somebody's right reaches; answers how many there were. Nobody comes in with
    /// them from then on.
    pub async fn end_tokens(&self, by: By, name: &str, reach: Reach) -> Result<usize, ActError> {
        Ok(self.store().write(end, (by, name.to_owned(), reach, self.clock().now())).await?)
    }

    /// Makes a token; this is the only time that it is seen.
    pub async fn create_token(&self, by: By, token: Token) -> Result<String, ActError> {
        let secret = format!("{PREFIX}{}", self.ids().secret());
        if token.scope.desk().is_some_and(|desk| self.desks().by_key(desk).is_none()) {
            return Err(ActError::NoSuch("desk"));
        }
        let input = New { by, hash: hash(&secret), token, now: self.clock().now() };
        self.store().write(insert, input).await?;
        Ok(secret)
    }

    /// Who comes with a token, if it is let in now.
    pub async fn bearer(&self, secret: &str) -> Result<Option<Bearer>, ActError> {
        let (hash, now) = (hash(secret), self.clock().now());
        let bearer = self.store().read(find, (hash.clone(), now)).await?;
        if bearer.is_some() {
            self.0.noted.uses(&hash, now);
        }
        Ok(bearer)
    }
}

struct New {
    by: By,
    hash: String,
    token: Token,
    now: Timestamp,
}

async fn insert(tx: &mut Tx, new: &New) -> Result<(), StoreError> {
    let New { by, hash, token: made, now } = new;
    token::insert(tx, hash, made, *now).await?;
    let after = Some(told(tx, made).await?);
    let entry = Note { desk: made.scope.desk(), after, ..Note::of("token.create", &made.name) };
    note(tx, by, *now, entry).await
}

/// What a token is, for the audit log.
async fn told(tx: &mut Tx, token: &Token) -> Result<String, StoreError> {
    let whose = owner(tx, token).await?.map(|email| format!("{email}, ")).unwrap_or_default();
    let until = token.expires_at.map_or("for ever".to_owned(), |end| format!("until {end}"));
    Ok(format!("{whose}{} at {}, {until}", token.role, token.scope))
}

async fn owner(tx: &mut Tx, token: &Token) -> Result<Option<Email>, StoreError> {
    let Some(id) = &token.account else { return Ok(None) };
    Ok(Some(account::by_id(tx, id).await?.ok_or(StoreError::NotFound)?.account.email))
}

async fn shown(tx: &mut Tx, (reach,): &(Reach,)) -> Result<Vec<TokenShown>, StoreError> {
    let mut shown = Vec::new();
    for KeptToken { token, created_at, used_at, .. } in token::all(tx).await? {
        if reach.covers(&token.scope) {
            let owner = owner(tx, &token).await?;
            shown.push(TokenShown { token, owner, created_at, last_used: used_at.map(day) });
        }
    }
    Ok(shown)
}

async fn end(
    tx: &mut Tx,
    (by, name, reach, now): &(By, String, Reach, Timestamp),
) -> Result<usize, StoreError> {
    let mut ended = 0;
    let all = token::all(tx).await?.into_iter();
    for KeptToken { hash, token, .. } in all.filter(|kept| kept.token.name == *name) {
        // Somebody else may have ended it meanwhile.
        if !reach.covers(&token.scope) || !token::end(tx, &hash).await? {
            continue;
        }
        ended += 1;
        let before = Some(told(tx, &token).await?);
        let entry = Note { desk: token.scope.desk(), before, ..Note::of("token.end", name) };
        note(tx, by, *now, entry).await?;
    }
    Ok(ended)
}

async fn find(tx: &mut Tx, (hash, now): &(String, Timestamp)) -> Result<Option<Bearer>, StoreError> {
    let Some(token) = token::find(tx, hash, *now).await? else { return Ok(None) };
    let Some(id) = &token.account else { return Ok(Some(Bearer { token, account: None })) };
    let owner = account::by_id(tx, id).await?.map(|kept| kept.account);
    let owner = owner.filter(|owner| owner.disabled_at.is_none());
    Ok(owner.map(|owner| Bearer { token, account: Some(owner) }))
}
