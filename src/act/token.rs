//! Bearer tokens of the API: shown once, kept as a hash.

use sha2::{Digest, Sha256};

use super::{ActError, Acts};
use crate::clock::Timestamp;
use crate::store::{StoreError, Tx, token};

/// By what a token of ours is recognised, wherever it turns up.
const PREFIX: &str = "nbt_";

impl Acts {
    /// Makes a token; this is the only time that it is seen.
    pub async fn create_token(&self, name: &str, expires_at: Option<Timestamp>) -> Result<String, ActError> {
        let secret = format!("{PREFIX}{}", self.ids().secret());
        let input = (hash(&secret), name.to_owned(), self.clock().now(), expires_at);
        self.store().write(insert, input).await?;
        Ok(secret)
    }

    /// The name of a token that is let in now.
    pub async fn token_name(&self, secret: &str) -> Result<Option<String>, ActError> {
        Ok(self.store().read(name_of, (hash(secret), self.clock().now())).await?)
    }
}

/// Tokens have 256 bits of chance: a plain hash of one cannot be guessed back.
fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

type New = (String, String, Timestamp, Option<Timestamp>);

async fn insert(tx: &mut Tx, (hash, name, now, expires_at): &New) -> Result<(), StoreError> {
    token::insert(tx, hash, name, *now, *expires_at).await
}

async fn name_of(tx: &mut Tx, (hash, now): &(String, Timestamp)) -> Result<Option<String>, StoreError> {
    token::name_of(tx, hash, *now).await
}
