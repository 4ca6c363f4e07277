//! A carrier's own name for a call, a text or a recording. Opaque: 34 characters with a two-letter prefix at Twilio,
//! a UUID at SignalWire, `v3:` and base64 at Telnyx. All that is asked is that it can stand in a URL's path.

use std::fmt;
use std::str::FromStr;

/// The longest that is taken; the longest in use is about 70.
const LONGEST: usize = 128;

/// A carrier's name for one of its resources: 1 to 128 letters, digits and `-_:.`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid(String);

/// The text cannot be a carrier's name for anything.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a SID: 1 to {LONGEST} letters, digits and -_:. are expected, the first a letter or digit")]
pub struct NotASid;

impl Sid {
    /// The text, as the carrier wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sid {
    type Err = NotASid;
    fn from_str(text: &str) -> Result<Sid, NotASid> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte);
        // The first character rules out `.` and `..`, which a URL's path would take for a way upwards.
        let leads = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if leads && text.len() <= LONGEST && text.bytes().all(plain) {
            Ok(Sid(text.to_owned()))
        } else {
            Err(NotASid)
        }
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_carriers_use_and_nothing_that_could_leave_its_place_in_a_path() {
        let good = [
            "CA1234567890ABCDE",
            "0e2d8b8a-3b1c-4d0e-9a57-2f6f5f3f9d11",
            "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY_x-A",
        ];
        for text in good {
            assert_eq!(text.parse::<Sid>().map(|sid| sid.to_string()), Ok(text.to_owned()));
        }
        let long = "a".repeat(LONGEST + 1);
        for text in
            ["", ".", "..", "../Messages", "a/b", "a?b", "a#b", "a b", "a%2fb", "ä", "a\0", "-a", &long]
        {
            assert_eq!(text.parse::<Sid>(), Err(NotASid), "{text:?}");
        }
    }
}
