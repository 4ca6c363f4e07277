//! What an operator says about a carrier. This is the shape of `channel`'s own `CarrierConfig` and gives way to it once
//! both stand in one tree: `pub use crate::channel::CarrierConfig` in config.rs, and this file goes.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// One carrier.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierConfig {
    /// Stands in its webhooks' addresses.
    pub name: String,
    /// Where its REST begins.
    pub base_url: String,
    /// The account's SID.
    pub account: String,
    /// The account's token.
    pub token: SecretString,
    /// The other token that still signs webhooks while the token is being changed.
    #[serde(default)]
    pub other_token: Option<SecretString>,
    /// The numbers that texts and calls come from.
    #[serde(default)]
    pub senders: Vec<toml::Table>,
    /// Further numbers that it may show as caller id.
    #[serde(default)]
    pub may_show: Vec<String>,
}

impl CarrierConfig {
    /// Everything that is wrong with it.
    pub fn check(&self) -> Vec<String> {
        let empty = self.token.expose_secret().trim().is_empty();
        let complaint =
            format!("carrier `{}`: the token is empty; copy it from the carrier's console", self.name);
        empty.then_some(complaint).into_iter().collect()
    }
}
