//! An agent's number is verified by a code that is sent to it and comes back. One that is not is paged all the same: a
//! page that perhaps reaches nobody is better than none.

use std::time::Duration;

use super::contact::PhoneNumber;
use super::people::AgentKey;
use crate::clock::Timestamp;

/// How long a code is good.
pub const GOOD_FOR: Duration = Duration::from_secs(10 * 60);

/// How often a code may be tried.
pub const TRIES: u32 = 5;

/// How many codes there are.
pub const CODES: u64 = 1_000_000;

/// How long what was sent to a number is held against the next code.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait after the first code; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// A number that its agent has shown to be his.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whose it is.
    pub agent: AgentKey,
    /// The number.
    pub number: PhoneNumber,
    /// Since when.
    pub at: Timestamp,
}

/// A number to which a code was sent that has not come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The number.
    pub number: PhoneNumber,
    /// How long the code is good.
    pub until: Timestamp,
    /// How often it may be tried yet.
    pub tries: u32,
}

/// Codes that were sent to a number lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// How many.
    pub count: u32,
    /// When the last.
    pub last: Timestamp,
}

impl Sent {
    /// With another one that is sent now, or when that may be at the earliest.
    pub fn again(before: Option<Sent>, now: Timestamp) -> Result<Sent, Timestamp> {
        let Some(before) = before.filter(|before| now < before.last + REMEMBERED) else {
            return Ok(Sent { count: 1, last: now });
        };
        let wait = FIRST_WAIT * (1 << before.count.saturating_sub(1).min(16));
        match before.last + wait.min(LONGEST_WAIT) {
            next if next > now => Err(next),
            _ => Ok(Sent { count: before.count.saturating_add(1), last: now }),
        }
    }
}

/// A code as it is sent.
pub fn digits(code: u64) -> String {
    format!("{:06}", code % CODES)
}

/// What somebody wrote as a code, as it was sent: people leave blanks between digits.
pub fn read(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_795_000_000_000 + seconds * 1000)
    }

    #[test]
    fn each_further_code_takes_longer_until_a_day_has_passed() {
        let mut sent = None;
        for (now, verdict) in [
            (0, Ok(1)),
            (29, Err(30)),
            (30, Ok(2)),
            (89, Err(90)),
            (90, Ok(3)),
            (209, Err(210)),
            (210, Ok(4)),
            (450, Ok(5)),
            (930, Ok(6)),
            (1890, Ok(7)),
            (3809, Err(3810)),
            (3810, Ok(8)),
            // No wait is longer than an hour.
            (7409, Err(7410)),
            (7410, Ok(9)),
            (11010, Ok(10)),
            (11010 + 24 * 3600, Ok(1)),
        ] {
            match (Sent::again(sent, at(now)), verdict) {
                (Ok(now_sent), Ok(count)) => {
                    assert_eq!(now_sent, Sent { count, last: at(now) });
                    sent = Some(now_sent);
                }
                (Err(next), Err(seconds)) => assert_eq!(next, at(seconds), "{now}"),
                (found, wanted) => panic!("at {now}: {found:?} instead of {wanted:?}"),
            }
        }
        let many = Some(Sent { count: u32::MAX, last: at(0) });
        assert_eq!(Sent::again(many, at(1)), Err(at(3600)));
    }

    #[test]
    fn a_code_is_six_digits_however_it_is_written() {
        assert_eq!(digits(7), "000007");
        assert_eq!(digits(1_234_567), "234567");
        for (text, code) in [
            ("123456", Some("123456")),
            (" 123 456 ", Some("123456")),
            ("123-456", Some("123456")),
            ("12345", None),
            ("1234567", None),
            ("12345a", None),
            ("１２３４５６", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), code, "{text}");
        }
    }
}
