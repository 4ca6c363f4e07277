//! Bearer tokens of the API: shown once, kept as a hash. One that is somebody's goes where he goes: it may what both of them
//! may, speaks for the agents that he is, and opens nothing any more when he is let in no more.

use super::audit::{Note, note};
use super::invitation::hash;
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::access::{Principal, Role, Scope};
use crate::rules::account::Account;
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

impl Acts {
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
        Ok(self.store().read(find, (hash(secret), self.clock().now())).await?)
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
    let whose = match &made.account {
        Some(id) => {
            let owner = account::by_id(tx, id).await?.ok_or(StoreError::NotFound)?.account;
            format!("{}, ", owner.email)
        }
        None => String::new(),
    };
    let until = made.expires_at.map_or("for ever".to_owned(), |end| format!("until {end}"));
    let entry = Note {
        desk: made.scope.desk(),
        after: Some(format!("{whose}{} at {}, {until}", made.role, made.scope)),
        ..Note::of("token.create", &made.name)
    };
    note(tx, by, *now, entry).await
}

async fn find(tx: &mut Tx, (hash, now): &(String, Timestamp)) -> Result<Option<Bearer>, StoreError> {
    let Some(token) = token::find(tx, hash, *now).await? else { return Ok(None) };
    let Some(id) = &token.account else { return Ok(Some(Bearer { token, account: None })) };
    let owner = account::by_id(tx, id).await?.map(|kept| kept.account);
    let owner = owner.filter(|owner| owner.disabled_at.is_none());
    Ok(owner.map(|owner| Bearer { token, account: Some(owner) }))
}
