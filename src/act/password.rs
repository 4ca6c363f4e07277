//! Passwords as they are kept: argon2id by the parameters of the crate's own choice (OWASP's first: 19 MiB, two passes,
//! one lane), in a PHC string that names them, so that a later choice does not lock anybody out. A hash takes tens of
//! milliseconds of a core and 19 MiB: never more than two at once, and never on a thread that answers others.

use argon2::password_hash::PasswordHasher;
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use super::off_thread::Few;
use crate::id::Ids;
use crate::rules::account::LONGEST_PASSWORD;
use crate::store::StoreError;

/// Hashes that are made at once.
const AT_ONCE: usize = 2;

/// Stands in for the password of who has no account, so that he waits as long as who has one. Nothing hashes to it.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Makes and checks hashes of passwords.
#[derive(Debug)]
pub(super) struct Passwords(Few);

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords(Few::at_once(AT_ONCE))
    }
}

impl Passwords {
    /// What is kept of a password.
    pub(super) async fn hash(&self, password: SecretString, ids: &Ids) -> Result<String, StoreError> {
        let salt: [u8; 16] = salt(ids);
        self.0
            .work(move || {
                let hash: Result<PasswordHash, _> =
                    Argon2::default().hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
                hash.map(|hash| hash.to_string())
                    .map_err(|error| StoreError::Fault(format!("a password could not be hashed: {error}")))
            })
            .await
    }

    /// Whether it is the password of which that was kept; nobody's if nothing was, which takes the same time.
    pub(super) async fn verify(&self, password: &str, kept: Option<&str>) -> Result<bool, StoreError> {
        // What nobody could have chosen is not worth the work; nor does that tell whether anybody is there.
        if password.chars().count() > LONGEST_PASSWORD {
            return Ok(false);
        }
        let known = kept.is_some();
        let password = SecretString::from(password);
        let kept = kept.unwrap_or(NOBODYS).to_owned();
        self.0
            .work(move || {
                let kept = PasswordHash::new(&kept).map_err(|error| {
                    StoreError::Fault(format!("account: a password cannot be read: {error}"))
                })?;
                let verdict = Argon2::default().verify_password(password.expose_secret().as_bytes(), &kept);
                Ok(verdict.is_ok() && known)
            })
            .await
    }
}

fn salt(ids: &Ids) -> [u8; 16] {
    let mut salt = [0; 16];
    // 64 hex digits hold more than is asked for.
    let _ = hex::decode_to_slice(&ids.secret()[..32], &mut salt);
    salt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other_is() {
        let (passwords, ids) = (Passwords::default(), Ids::from_seed(1));
        let kept = passwords.hash("correct horse battery".into(), &ids).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        let again = passwords.hash("correct horse battery".into(), &ids).await.unwrap();
        assert_ne!(kept, again, "the salt is new each time");
        for (password, kept, right) in [
            ("correct horse battery", Some(&*kept), true),
            ("correct horse battery", Some(&*again), true),
            ("correct horse battery ", Some(&*kept), false),
            ("", Some(&*kept), false),
            ("correct horse battery", None, false),
            (&"x".repeat(LONGEST_PASSWORD + 1), Some(&*kept), false),
        ] {
            assert_eq!(passwords.verify(password, kept).await, Ok(right), "{password}");
        }
        assert!(passwords.verify("x", Some("plain")).await.is_err());
    }
}
