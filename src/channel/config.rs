//! What an operator says about a carrier, and what is wrong with it.

use std::collections::HashSet;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use crate::wire::twiml::Profile;
use crate::wire::{Number, Sid};

/// One carrier. Its name stands in our webhooks' addresses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierConfig {
    /// 1 to 32 of `a-z`, `0-9` and `-`.
    pub name: String,
    /// Where its REST begins, before `/2010-04-01`; https, or http on this machine.
    pub base_url: String,
    /// The account's SID: the user name.
    pub account: String,
    /// The account's token: the password, and the key of the webhooks' signatures.
    pub token: SecretString,
    /// The other token that still signs webhooks while the token is being changed.
    #[serde(default)]
    pub other_token: Option<SecretString>,
    /// The numbers that texts and calls come from.
    #[serde(default)]
    pub senders: Vec<SenderConfig>,
    /// Further numbers, in E.164, that it may show as caller id.
    #[serde(default)]
    pub may_show: Vec<Number>,
    /// What it understands beyond the portable TwiML.
    #[serde(default)]
    pub profile: Profile,
    /// How many requests may be under way at once. A hung carrier holds this many, and no more.
    #[serde(default = "default_at_once")]
    pub at_once: usize,
}

/// One number of a carrier's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderConfig {
    /// The number in E.164.
    pub number: Number,
    /// Whether texts come from it.
    #[serde(default = "default_true")]
    pub texts: bool,
    /// Whether calls come from it.
    #[serde(default = "default_true")]
    pub calls: bool,
    /// The texts it may send a second: 1 for a long code, 3 toll-free, up to 100 for a short code.
    #[serde(default = "default_rate")]
    pub texts_per_second: f64,
    /// The calls it may place a second.
    #[serde(default = "default_rate")]
    pub calls_per_second: f64,
}

impl SenderConfig {
    /// The number with what comes from it, for who configures it: `+18025550100: texts and calls`.
    pub fn told(&self) -> String {
        let what = match (self.texts, self.calls) {
            (true, true) => "texts and calls",
            (true, false) => "texts",
            (false, true) => "calls",
            (false, false) => "nothing",
        };
        format!("{}: {what}", self.number.as_str())
    }
}

fn default_true() -> bool {
    true
}

fn default_rate() -> f64 {
    1.0
}

fn default_at_once() -> usize {
    32
}

/// What is wrong with a carrier's configuration, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierConfigError {
    /// The name cannot stand in an address.
    #[error("carrier `{0}`: a name is 1 to 32 of a-z, 0-9 and -; choose another")]
    Name(String),
    /// Two carriers have the same name.
    #[error("carrier `{0}`: there is another carrier of that name; rename one of them")]
    SameName(String),
    /// The base address is no address.
    #[error("carrier `{0}`: base_url is not an address; write e.g. https://api.twilio.com")]
    BaseUrl(String),
    /// The token would travel in the clear.
    #[error(
        "carrier `{0}`: base_url must begin with https (http only on this machine), for the token travels there"
    )]
    NotSecret(String),
    /// The account is no SID.
    #[error("carrier `{0}`: account is not an account's SID; copy it from the carrier's console")]
    Account(String),
    /// A token is empty.
    #[error("carrier `{0}`: the token is empty; copy it from the carrier's console")]
    Token(String),
    /// No slot for a request.
    #[error("carrier `{0}`: at_once must be at least 1")]
    AtOnce(String),
    /// A sender without a number that can be answered.
    #[error(
        "carrier `{carrier}`: sender `{sender}` is not a number in international form, like +18025550100; one-way \
         (alphanumeric) senders are refused, because an agent could not reply to a page"
    )]
    Sender {
        /// The carrier.
        carrier: String,
        /// The sender, as written.
        sender: String,
    },
    /// A sender that is listed twice with one carrier.
    #[error("carrier `{carrier}`: sender `{sender}` is listed twice; remove one")]
    SameSender {
        /// The carrier.
        carrier: String,
        /// The sender, as written.
        sender: String,
    },
    /// A rate that makes no sense.
    #[error("carrier `{carrier}`: the rates of sender `{sender}` must lie between 0.01 and 1000 a second")]
    Rate {
        /// The carrier.
        carrier: String,
        /// The sender, as written.
        sender: String,
    },
    /// A caller id that is no number.
    #[error("carrier `{carrier}`: may_show holds `{number}`, which is not a number like +18025550100")]
    MayShow {
        /// The carrier.
        carrier: String,
        /// The number, as written.
        number: String,
    },
    /// The HTTP client could not be set up, e.g. without the system's certificates.
    #[error("carrier `{0}`: no HTTP client: {1}")]
    Client(String, String),
}

impl CarrierConfigError {
    /// The key in the carrier's part of the configuration that is to blame.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            CarrierConfigError::Name(_) | CarrierConfigError::SameName(_) => Some("name"),
            CarrierConfigError::BaseUrl(_) | CarrierConfigError::NotSecret(_) => Some("base_url"),
            CarrierConfigError::Account(_) => Some("account"),
            CarrierConfigError::Token(_) => Some("token"),
            CarrierConfigError::AtOnce(_) => Some("at_once"),
            CarrierConfigError::Sender { .. }
            | CarrierConfigError::SameSender { .. }
            | CarrierConfigError::Rate { .. } => Some("senders"),
            CarrierConfigError::MayShow { .. } => Some("may_show"),
            CarrierConfigError::Client(..) => None,
        }
    }
}

impl CarrierConfig {
    /// The tokens that sign this carrier's webhooks.
    pub fn tokens(&self) -> Vec<SecretString> {
        std::iter::once(&self.token).chain(&self.other_token).cloned().collect()
    }

    /// Whether `number` may be shown as caller id.
    pub fn may_show(&self, number: &Number) -> bool {
        self.may_show.contains(number)
            || self.senders.iter().any(|sender| sender.calls && sender.number == *number)
    }

    /// Everything that is wrong with it.
    pub fn check(&self) -> Vec<CarrierConfigError> {
        let carrier = || self.name.clone();
        let mut errors = Vec::new();
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=32).contains(&self.name.len()) || !self.name.bytes().all(letters) {
            errors.push(CarrierConfigError::Name(carrier()));
        }
        errors.extend(self.check_base_url());
        if self.account.parse::<Sid>().is_err() {
            errors.push(CarrierConfigError::Account(carrier()));
        }
        if self.tokens().iter().any(|token| token.expose_secret().trim().is_empty()) {
            errors.push(CarrierConfigError::Token(carrier()));
        }
        if self.at_once == 0 {
            errors.push(CarrierConfigError::AtOnce(carrier()));
        }
        let mut seen = HashSet::new();
        for sender in &self.senders {
            let name = || sender.number.as_str().to_owned();
            if !sender.number.is_e164() {
                errors.push(CarrierConfigError::Sender { carrier: carrier(), sender: name() });
            }
            if !seen.insert(&sender.number) {
                errors.push(CarrierConfigError::SameSender { carrier: carrier(), sender: name() });
            }
            let rates = [sender.texts_per_second, sender.calls_per_second];
            if !rates.iter().all(|rate| (0.01..=1000.0).contains(rate)) {
                errors.push(CarrierConfigError::Rate { carrier: carrier(), sender: name() });
            }
        }
        let odd = self.may_show.iter().filter(|number| !number.is_e164());
        errors.extend(odd.map(|number| CarrierConfigError::MayShow {
            carrier: carrier(),
            number: number.as_str().to_owned(),
        }));
        errors
    }

    fn check_base_url(&self) -> Option<CarrierConfigError> {
        let url = Url::parse(&self.base_url).ok().filter(|url| url.host().is_some() && url.query().is_none());
        match url {
            None => Some(CarrierConfigError::BaseUrl(self.name.clone())),
            Some(url) if url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(&url)) => None,
            Some(_) => Some(CarrierConfigError::NotSecret(self.name.clone())),
        }
    }
}

/// Whether an address is one of this machine's own.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        name = "twilio"
        base_url = "https://api.twilio.com"
        account = "AC00000000000000000000000000000000"
        token = "4711-secret"
        senders = [{ number = "+18025550100" }, { number = "+18025550101", calls = false, texts_per_second = 3 }]
        may_show = ["+18025550199"]
    "#;

    fn parse(text: &str) -> CarrierConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_good_one_is_taken_with_its_defaults() {
        let config = parse(GOOD);
        assert_eq!(config.check(), []);
        assert_eq!(
            (config.at_once, config.profile, config.tokens().len()),
            (32, Profile { pause: false, conference: false }, 1)
        );
        assert!(config.senders[0].texts && config.senders[0].calls && !config.senders[1].calls);
        for (number, may) in [("+18025550100", true), ("+18025550101", false), ("+18025550199", true)] {
            assert_eq!(config.may_show(&Number::new(number)), may, "{number}");
        }
        let local = parse(&GOOD.replace("https://api.twilio.com", "http://127.0.0.1:8080/carrier"));
        assert_eq!(local.check(), []);
    }

    #[test]
    fn each_mistake_is_named() {
        use CarrierConfigError as E;
        let name = || "twilio".to_owned();
        let table: [(&str, &str, E); 12] = [
            ("\"twilio\"", "\"Twilio/1\"", E::Name("Twilio/1".into())),
            ("https://api.twilio.com", "api", E::BaseUrl(name())),
            ("https://api.twilio.com", "data:text/plain,x", E::BaseUrl(name())),
            ("https://api.twilio.com", "http://api.example.com", E::NotSecret(name())),
            ("https://api.twilio.com", "http://127.0.0.1.example.com", E::NotSecret(name())),
            ("AC00000000000000000000000000000000", "AC/..", E::Account(name())),
            ("4711-secret", " ", E::Token(name())),
            ("may_show", "at_once = 0\nmay_show", E::AtOnce(name())),
            ("\"+18025550101\"", "\"NIGHTBELL\"", E::Sender { carrier: name(), sender: "NIGHTBELL".into() }),
            (
                "\"+18025550101\"",
                "\"+18025550100\"",
                E::SameSender { carrier: name(), sender: "+18025550100".into() },
            ),
            (
                "texts_per_second = 3",
                "texts_per_second = 0",
                E::Rate { carrier: name(), sender: "+18025550101".into() },
            ),
            (
                "\"+18025550199\"",
                "\"8025550199\"",
                E::MayShow { carrier: name(), number: "8025550199".into() },
            ),
        ];
        for (right, wrong, error) in table {
            assert!(GOOD.contains(right), "{right}");
            assert_eq!(parse(&GOOD.replacen(right, wrong, 1)).check(), [error], "{wrong}");
        }
    }

    #[test]
    fn unknown_fields_are_refused_and_secrets_stay_hidden() {
        assert!(toml::from_str::<CarrierConfig>(&format!("{GOOD}\nsurprise = 1")).is_err());
        let shown = format!("{:?}", parse(&format!("{GOOD}\nother_token = \"4712-secret\"")));
        assert!(
            !shown.contains("secret\"") && !shown.contains("4711") && !shown.contains("5550100"),
            "{shown}"
        );
    }
}
