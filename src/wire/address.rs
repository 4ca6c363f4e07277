//! Our own addresses as carriers get to know them, in TwiML and in requests. Whatever a later webhook needs travels in
//! its address: a callback may come before the answer to the request that named it.

use std::fmt::Write;

/// What our addresses ask of the carrier (`#rc`: tries, `rt`: the wait for an answer in ms, `rp`: what is tried again).
/// By default only a failed connection would be tried again.
const TRIES: &str = "#rc=2&rt=4000&rp=all";

/// What a carrier was asked for when it was given an address: what comes back is read by it, not by which fields a
/// carrier happens to send along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Keys.
    Keys,
    /// Keys, of which none came.
    Silence,
    /// A recording.
    Recording,
    /// A recording, of which nothing came.
    NoRecording,
    /// A connection with somebody.
    Dial,
    /// To come again at once.
    Next,
}

impl Asked {
    const ALL: [Asked; 6] =
        [Asked::Keys, Asked::Silence, Asked::Recording, Asked::NoRecording, Asked::Dial, Asked::Next];

    /// The word for it in an address.
    pub fn word(self) -> &'static str {
        match self {
            Asked::Keys => "keys",
            Asked::Silence => "silence",
            Asked::Recording => "recording",
            Asked::NoRecording => "no-recording",
            Asked::Dial => "dial",
            Asked::Next => "next",
        }
    }

    /// The meaning of a word of ours.
    pub fn read(word: &str) -> Option<Asked> {
        Asked::ALL.into_iter().find(|asked| asked.word() == word)
    }
}

/// The addresses that one carrier is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    public_url: String,
    carrier: String,
}

impl Addresses {
    /// Below `public_url`, exactly as it is configured (without a slash at its end): carriers sign the address that
    /// they were given, letter by letter.
    pub fn new(public_url: &str, carrier: &str) -> Addresses {
        Addresses { public_url: public_url.to_owned(), carrier: carrier.to_owned() }
    }

    /// A turn of an inbound call, at a step of a version of its flow.
    pub fn turn(&self, version: &str, step: &str, turn: u32, asked: Asked) -> String {
        self.webhook(&["turn", version, step, &turn.to_string()], Some(asked))
    }

    /// A turn of a call of ours that is under way.
    pub fn leg(&self, attempt: &str, turn: u32, asked: Asked) -> String {
        self.webhook(&["leg", attempt, &turn.to_string()], Some(asked))
    }

    /// What a call of ours does once it is answered.
    pub fn answered(&self, attempt: &str) -> String {
        self.webhook(&["leg", attempt, "0"], None)
    }

    /// What becomes of a text or call of ours.
    pub fn attempt(&self, attempt: &str) -> String {
        self.webhook(&["attempt", attempt], None)
    }

    /// What a caller hears who waits in a conference.
    pub fn wait(&self) -> String {
        self.webhook(&["wait"], None)
    }

    /// Who comes into a conference, and who goes.
    pub fn conference(&self) -> String {
        self.webhook(&["conference"], None)
    }

    /// How the file of a recording is coming along.
    pub fn recording(&self) -> String {
        self.webhook(&["recording"], None)
    }

    /// What a machine understood of a recording.
    pub fn transcript(&self) -> String {
        self.webhook(&["transcript"], None)
    }

    /// A call that comes in: one of the addresses that an operator sets at the number.
    pub fn voice(&self) -> String {
        self.webhook(&["voice"], None)
    }

    /// What follows once a call was given to the last resort, because nothing could be written down.
    pub fn last_resort(&self, asked: Asked) -> String {
        self.webhook(&["last-resort"], Some(asked))
    }

    /// The full address of a path of ours (which begins with `/`); any other address as it is.
    pub fn of_path(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.public_url) } else { path.to_owned() }
    }

    /// The address that a carrier is sent back to: a path and query as they were requested.
    pub fn again(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}{TRIES}", self.public_url)
    }

    fn webhook(&self, path: &[&str], asked: Option<Asked>) -> String {
        let mut address = format!("{}/webhooks/{}", self.public_url, self.carrier);
        for segment in path {
            address.push('/');
            push_segment(&mut address, segment);
        }
        if let Some(asked) = asked {
            address.push_str("?asked=");
            address.push_str(asked.word());
        }
        address.push_str(TRIES);
        address
    }
}

/// A segment of a path, with everything encoded that might mean something there.
fn push_segment(address: &mut String, segment: &str) {
    for byte in segment.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                address.push(char::from(byte));
            }
            // A String takes whatever is written.
            _ => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_what_comes_back() {
        let ours = Addresses::new("https://pager.example.com", "main");
        for (address, expected) in [
            (
                ours.turn("9f3c", "triage", 2, Asked::Keys),
                "https://pager.example.com/webhooks/main/turn/9f3c/triage/2?asked=keys#rc=2&rt=4000&rp=all",
            ),
            (
                ours.leg("01J-a1", 1, Asked::Silence),
                "https://pager.example.com/webhooks/main/leg/01J-a1/1?asked=silence#rc=2&rt=4000&rp=all",
            ),
            (
                ours.answered("01J-a1"),
                "https://pager.example.com/webhooks/main/leg/01J-a1/0#rc=2&rt=4000&rp=all",
            ),
            (
                ours.attempt("a/b ?#é"),
                "https://pager.example.com/webhooks/main/attempt/a%2Fb%20%3F%23%C3%A9#rc=2&rt=4000&rp=all",
            ),
            (ours.of_path("/recordings/f00.wav"), "https://pager.example.com/recordings/f00.wav"),
            (ours.of_path("https://cdn.example.org/a.wav"), "https://cdn.example.org/a.wav"),
        ] {
            assert_eq!(address, expected);
        }
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for asked in Asked::ALL {
            assert_eq!(Asked::read(asked.word()), Some(asked));
        }
        assert_eq!(Asked::read("key"), None);
    }
}
