//! Bearer tokens of the API: shown once, kept as a hash.

use super::audit::{Note, note};
use super::invitation::hash;
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::access::{Role, Scope};
pub use crate::store::token::Token;
use crate::store::{StoreError, Tx, token};

/// By what a token of ours is recognised, wherever it turns up.
const PREFIX: &str = "nbt_";

/// By what a token is known: its hash. It opens nothing.
pub fn token_id(secret: &str) -> String {
    hash(secret)
}

impl Token {
    /// One that may look at every desk, for ever.
    pub fn viewer(name: &str) -> Token {
        Token { name: name.to_owned(), role: Role::Viewer, scope: Scope::EveryDesk, expires_at: None }
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

    /// A token that is let in now.
    pub async fn token(&self, secret: &str) -> Result<Option<Token>, ActError> {
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
    let until = made.expires_at.map_or("for ever".to_owned(), |end| format!("until {end}"));
    let entry = Note {
        desk: made.scope.desk(),
        after: Some(format!("{} at {}, {until}", made.role, made.scope)),
        ..Note::of("token.create", &made.name)
    };
    note(tx, by, *now, entry).await
}

async fn find(tx: &mut Tx, (hash, now): &(String, Timestamp)) -> Result<Option<Token>, StoreError> {
    token::find(tx, hash, *now).await
}
