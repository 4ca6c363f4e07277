//! What an operator opens to addresses that people enter.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Deserializer};

const THIS_MACHINE: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 32);

/// From where files are read, beside the public internet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FetchConfig {
    /// Networks from which they are read although they are not public.
    #[serde(deserialize_with = "networks")]
    pub allow: Vec<IpNet>,
    /// Whether addresses may begin with http.
    pub http: bool,
    /// How many seconds reading a file may take.
    pub patience: u64,
}

impl Default for FetchConfig {
    fn default() -> Self {
        FetchConfig { allow: Vec::new(), http: false, patience: 10 }
    }
}

impl FetchConfig {
    /// How long reading a file may take.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }

    /// What is wrong with it: at which key, and what to do.
    pub fn check(&self) -> Option<(&'static str, &'static str, &'static str)> {
        (!(1..=30).contains(&self.patience)).then_some((
            "patience",
            "nobody waits that long, or no server is that quick",
            "write 1 to 30 seconds",
        ))
    }
}

/// This machine's own network.
pub fn this_machine() -> IpNet {
    IpNet::V4(THIS_MACHINE)
}

fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: &String| {
        let one = text.parse::<IpAddr>().ok().map(IpNet::from);
        text.parse().ok().or(one).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is no network: write it like 10.20.0.0/24 or fd12:3456::/32"
            ))
        })
    };
    Vec::<String>::deserialize(from)?.iter().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_open_unless_it_is_said() {
        assert_eq!(toml::from_str::<FetchConfig>("").unwrap(), FetchConfig::default());
        let config: FetchConfig =
            toml::from_str("allow = [\"10.20.0.0/24\", \"192.168.1.7\", \"fd12::/32\"]\nhttp = true")
                .unwrap();
        let allow: Vec<String> = config.allow.iter().map(ToString::to_string).collect();
        assert_eq!(allow, ["10.20.0.0/24", "192.168.1.7/32", "fd12::/32"]);
        assert_eq!((config.http, config.check()), (true, None));
        for (text, told) in [
            ("allow = [\"10.20.0.0/40\"]", "is no network"),
            ("allow = [\"example.com\"]", "is no network"),
            ("deny = []", "unknown field"),
        ] {
            let error = toml::from_str::<FetchConfig>(text).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        for patience in [0, 31] {
            let config = FetchConfig { patience, ..FetchConfig::default() };
            assert_eq!(config.check().map(|(key, _, _)| key), Some("patience"));
        }
    }
}
