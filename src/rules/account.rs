//! A person who signs in: what he is known by, and what may be taken for an e-mail address, a name and a password.
//! A password is judged by its length alone (NIST SP 800-63B, 3.1.1: no rules of composition).

use std::fmt;

use secrecy::SecretString;

use super::access::Principal;
use crate::clock::Timestamp;
use crate::id::Id;

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 12;

/// The most characters of a password: enough for any sentence, and no work for whoever hashes it.
pub const LONGEST_PASSWORD: usize = 1000;

/// The most characters of a name.
const LONGEST_NAME: usize = 100;

/// The most characters of an address (RFC 5321, 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// By which an account is named in addresses and tables.
pub type AccountId = Id<Account>;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Opaque.
    pub id: AccountId,
    /// Unique in the installation.
    pub email: Email,
    /// As others see it.
    pub name: String,
    /// What he may, whoever gave it to him.
    pub principal: Principal,
    /// What of it the groups give that he is in at the provider of identities.
    pub by_groups: Principal,
    /// Whether a password lets him in; without one, only the provider does.
    pub password: bool,
    /// Whether a code of an authenticator is asked for beside the password.
    pub second_factor: bool,
    /// Since when he may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// Since when he may.
    pub created_at: Timestamp,
}

/// An e-mail address, in lower case: nobody tells his apart from another by capitals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with what somebody wrote of himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no address.
    #[error("Write an e-mail address, like ada@example.com.")]
    Email,
    /// It is empty.
    #[error("Write your name, as the others know it.")]
    NoName,
    /// It is no line of text.
    #[error("Write a name of at most 100 characters, on one line.")]
    Name,
    /// It can be guessed.
    #[error(
        "Choose a password of at least 12 characters; three or four words that have nothing to do with each other are good."
    )]
    ShortPassword,
    /// It is too much work.
    #[error("Choose a password of at most 1,000 characters.")]
    LongPassword,
}

impl std::str::FromStr for Email {
    type Err = Unfit;

    /// Whether an address exists only a letter can tell: what is refused here could not even be one.
    fn from_str(text: &str) -> Result<Email, Unfit> {
        let text = text.trim();
        let fits = text.chars().count() <= LONGEST_EMAIL
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c))
            && text.split_once('@').is_some_and(|(local, domain)| {
                let labels = || domain.split('.');
                !local.is_empty()
                    && !domain.contains('@')
                    && labels().count() > 1
                    && labels().all(|label| !label.is_empty())
            });
        if fits { Ok(Email(text.to_lowercase())) } else { Err(Unfit::Email) }
    }
}

/// A name as it is kept: trimmed, on one line.
pub fn parse_name(text: &str) -> Result<String, Unfit> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Unfit::NoName);
    }
    let fits = text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(Unfit::Name) }
}

/// A password that may be chosen. What stands in it, blanks at its ends included, is its owner's.
pub fn parse_password(text: &str) -> Result<SecretString, Unfit> {
    match text.chars().count() {
        length if length < SHORTEST_PASSWORD => Err(Unfit::ShortPassword),
        length if length > LONGEST_PASSWORD => Err(Unfit::LongPassword),
        _ => Ok(SecretString::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        for (text, kept) in [
            ("ada@example.com", Some("ada@example.com")),
            (" Ada.Moss+night@Desk.Example.COM ", Some("ada.moss+night@desk.example.com")),
            ("ÀDA@example.com", Some("àda@example.com")),
            ("", None),
            ("ada", None),
            ("@example.com", None),
            ("ada@", None),
            ("ada@example", None),
            ("ada@example..com", None),
            ("ada@one.example@two.example", None),
            ("ada moss@example.com", None),
            ("Ada <ada@example.com>", None),
            ("ada@example.com\nBcc: ben@example.com", None),
        ] {
            let email = text.parse::<Email>();
            assert_eq!(email.as_ref().map(Email::as_str).ok(), kept, "{text}");
        }
        assert!(format!("{}@example.com", "a".repeat(243)).parse::<Email>().is_err());
        assert!(format!("{}@example.com", "a".repeat(242)).parse::<Email>().is_ok());
    }

    #[test]
    fn a_name_is_a_line_and_a_password_is_long() {
        assert_eq!(parse_name("  Ada Moss "), Ok("Ada Moss".to_owned()));
        assert_eq!(parse_name(" \t"), Err(Unfit::NoName));
        assert_eq!(parse_name("Ada\u{7}"), Err(Unfit::Name));
        assert_eq!(parse_name(&"é".repeat(101)), Err(Unfit::Name));
        for (length, verdict) in
            [(11, Some(Unfit::ShortPassword)), (12, None), (1000, None), (1001, Some(Unfit::LongPassword))]
        {
            assert_eq!(parse_password(&"é".repeat(length)).err(), verdict, "{length}");
        }
    }
}
