//! What an operator says about the provider of identities.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::channel::config::is_this_machine;
use crate::rules::access::{Role, Scope};
use crate::rules::admission::{Admission, Grant};

/// The longest label of a button, in letters.
const LONGEST_LABEL: usize = 40;

/// The provider of identities by which people sign in (OpenID Connect).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdConfig {
    /// Its name: the address under which it describes itself (`/.well-known/openid-configuration`), exactly as it
    /// writes it there.
    pub issuer: String,
    /// By which it knows us.
    pub client_id: String,
    /// By which we show that we are it.
    pub secret: Option<SecretString>,
    /// What stands on the button after "Sign in with".
    #[serde(default = "default_label")]
    pub label: String,
    /// The domains of addresses that are let in; all of them if empty.
    #[serde(default)]
    pub domains: Vec<String>,
    /// What somebody becomes whom nobody invited; without any, he stays outside.
    #[serde(default)]
    pub roles: Vec<RoleConfig>,
    /// The claim that lists somebody's groups.
    #[serde(default = "default_group_claim")]
    pub group_claim: String,
    /// What the members of groups are.
    #[serde(default)]
    pub groups: Vec<GroupConfig>,
    /// What else is asked for, beside `openid email profile`: some providers tell groups only so.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether people may sign in by a password as well.
    #[serde(default = "yes")]
    pub passwords: bool,
    /// How many seconds it may take to answer.
    #[serde(default = "default_patience")]
    pub patience: u64,
}

/// A role, at a desk or at every one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleConfig {
    /// What.
    #[serde(deserialize_with = "role")]
    pub role: Role,
    /// The desk; every one if `None`.
    pub desk: Option<String>,
}

/// What the members of a group are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupConfig {
    /// The group, as the provider writes it.
    pub name: String,
    /// What they are.
    #[serde(deserialize_with = "role")]
    pub role: Role,
    /// The desk; every one if `None`.
    pub desk: Option<String>,
}

fn default_label() -> String {
    "OpenID".into()
}

fn default_group_claim() -> String {
    "groups".into()
}

fn default_patience() -> u64 {
    8
}

fn yes() -> bool {
    true
}

fn role<'de, D: Deserializer<'de>>(from: D) -> Result<Role, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

/// One thing that is wrong with it, without its place. Shown as `what; remedy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIdProblem {
    /// The key of the configuration.
    pub key: &'static str,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do about it, as a sentence without a full stop.
    pub remedy: String,
}

impl fmt::Display for OpenIdProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

/// Whether secrets may travel to that address.
pub(super) fn is_safe(url: &Url) -> bool {
    url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(url)))
}

impl OpenIdConfig {
    /// How long it is waited for an answer.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }

    /// Whom it lets in, and as what.
    pub fn admission(&self) -> Admission {
        let grant = |role: Role, desk: &Option<String>| -> Grant { (Scope::of(desk.as_deref()), role) };
        Admission {
            domains: self.domains.clone(),
            newcomers: self.roles.iter().map(|one| grant(one.role, &one.desk)).collect(),
            groups: self.groups.iter().map(|one| (one.name.clone(), grant(one.role, &one.desk))).collect(),
        }
    }

    /// What is wrong with it.
    pub fn check(&self) -> Vec<OpenIdProblem> {
        let mut problems = Vec::new();
        let mut note = |key, fine: bool, what: &str, remedy: &str| {
            if !fine {
                problems.push(OpenIdProblem { key, what: what.into(), remedy: remedy.into() });
            }
        };
        let issuer = Url::parse(&self.issuer).ok();
        let plain = |url: &Url| url.query().is_none() && url.fragment().is_none();
        note(
            "issuer",
            issuer.is_some_and(|url| is_safe(&url) && plain(&url)),
            "the issuer is no address with https",
            "copy the provider's issuer, like https://id.example.com; http is for this machine alone",
        );
        note("client_id", !self.client_id.is_empty(), "the client id is empty", "copy it from the provider");
        let secret = self.secret.as_ref();
        note(
            "secret",
            secret.is_none_or(|secret| !secret.expose_secret().trim().is_empty()),
            "the secret is empty",
            "copy it from the provider",
        );
        let label = self.label.chars();
        let fits = !self.label.trim().is_empty()
            && label.clone().count() <= LONGEST_LABEL
            && !label.clone().any(char::is_control);
        note(
            "label",
            fits,
            "the label does not fit on a button",
            "write what comes after “Sign in with” in 1 to 40 letters",
        );
        let is_domain =
            |text: &String| format!("somebody@{text}").parse::<crate::rules::account::Email>().is_ok();
        note(
            "domains",
            self.domains.iter().all(is_domain),
            "one of the domains is none",
            "write what stands after the @, like example.com",
        );
        let named = self.groups.iter().all(|group| !group.name.is_empty());
        note("groups", named, "a group has no name", "write its name as the provider does");
        let words = self.scopes.iter().all(|scope| !scope.is_empty() && !scope.contains(char::is_whitespace));
        note("scopes", words, "a scope is no word", "write a string for each, like [\"groups\"]");
        note(
            "patience",
            (1..=30).contains(&self.patience),
            "nobody waits that long, or the provider cannot be that quick",
            "write 1 to 30 seconds",
        );
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "issuer = \"https://id.example.com\"\nclient_id = \"nightbell\"\n";

    #[test]
    fn what_is_left_out_has_a_default() {
        let config: OpenIdConfig = toml::from_str(GOOD).unwrap();
        assert_eq!((&*config.label, &*config.group_claim, config.patience), ("OpenID", "groups", 8));
        assert!(config.passwords && config.check().is_empty());
        assert_eq!(config.admission(), Admission::default());
    }

    #[test]
    fn each_mistake_is_told_at_its_key() {
        for (more, key) in [
            ("secret = \" \"", Some("secret")),
            ("label = \"\"", Some("label")),
            ("label = \"a\\nb\"", Some("label")),
            ("domains = [\"example.com\", \"desk.example.org\"]", None),
            ("domains = [\"@example.com\"]", Some("domains")),
            ("domains = [\"example\"]", Some("domains")),
            ("groups = [{ name = \"\", role = \"agent\" }]", Some("groups")),
            ("groups = [{ name = \"/night\", role = \"agent\", desk = \"night\" }]", None),
            ("scopes = [\"openid groups\"]", Some("scopes")),
            ("patience = 0", Some("patience")),
            ("patience = 31", Some("patience")),
        ] {
            let config: OpenIdConfig = toml::from_str(&format!("{GOOD}{more}")).unwrap();
            let keys: Vec<&str> = config.check().iter().map(|problem| problem.key).collect();
            assert_eq!(keys, key.into_iter().collect::<Vec<_>>(), "{more}");
        }
        for (issuer, good) in [
            ("https://id.example.com/realms/desk", true),
            ("http://127.0.0.1:9000", true),
            ("http://id.example.com", false),
            ("https://id.example.com/?tenant=1", false),
            ("id.example.com", false),
        ] {
            let config: OpenIdConfig =
                toml::from_str(&GOOD.replace("https://id.example.com", issuer)).unwrap();
            assert_eq!(config.check().is_empty(), good, "{issuer}");
        }
        let owner = format!("{GOOD}roles = [{{ role = \"owner\" }}]");
        let error = toml::from_str::<OpenIdConfig>(&owner).unwrap_err().to_string();
        assert!(error.contains("a role is viewer, agent, manager or administrator"), "{error}");
    }
}
