//! The library's types as they are used here, with what is read beyond the standard, and what of a token counts.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreSubjectIdentifierType,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, EmptyExtraTokenFields, EndUserEmail, EndUserName,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims, IdTokenFields, LocalizedClaim,
    ProviderMetadata, StandardErrorResponse, StandardTokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a provider announces beyond OpenID Connect Discovery.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Announced {
    /// Whether its answers name it (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Announced {}

/// Claims beyond the standard ones.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Further(Map<String, Value>);

impl AdditionalClaims for Further {}

impl Further {
    /// Whether there is that claim.
    pub(super) fn has(&self, claim: &str) -> bool {
        self.0.contains_key(claim)
    }

    /// The texts of a claim that is one, or a list.
    pub(super) fn texts(&self, claim: &str) -> Vec<String> {
        match self.0.get(claim) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }
}

pub(super) type Metadata = ProviderMetadata<
    Announced,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Fields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

pub(super) type TokenError = StandardErrorResponse<CoreErrorResponseType>;

/// A client by what the provider says of itself: it has an address for browsers, and should have one for codes and one
/// for what it knows of people.
pub(super) type Client = openidconnect::Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    TokenError,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

pub(super) type IdToken = openidconnect::IdToken<
    Further,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

pub(super) type UserInfo = UserInfoClaims<Further, CoreGenderClaim>;

/// What the provider says of somebody, in its token or when it is asked.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub(super) email: Option<String>,
    pub(super) email_verified: Option<bool>,
    pub(super) name: Option<String>,
    pub(super) further: Further,
}

impl Person {
    /// What was not said before is taken from what is said now. Whether an address is verified belongs to that address.
    pub(super) fn fill_in(&mut self, other: Person) {
        if self.email.is_none() || self.email_verified.is_none() {
            (self.email, self.email_verified) = (other.email, other.email_verified);
        }
        self.name = self.name.take().or(other.name);
        for (claim, value) in other.further.0 {
            self.further.0.entry(claim).or_insert(value);
        }
    }
}

fn plain(name: &LocalizedClaim<EndUserName>) -> Option<String> {
    name.get(None).map(|name| name.as_str().to_owned())
}

fn address(email: &EndUserEmail) -> String {
    email.as_str().to_owned()
}

impl From<&IdTokenClaims<Further, CoreGenderClaim>> for Person {
    fn from(claims: &IdTokenClaims<Further, CoreGenderClaim>) -> Person {
        Person {
            email: claims.email().map(address),
            email_verified: claims.email_verified(),
            name: claims.name().and_then(plain),
            further: claims.additional_claims().clone(),
        }
    }
}

impl From<&UserInfo> for Person {
    fn from(claims: &UserInfo) -> Person {
        Person {
            email: claims.email().map(address),
            email_verified: claims.email_verified(),
            name: claims.name().and_then(plain),
            further: claims.additional_claims().clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_a_text_or_a_list_of_them() {
        let claims = r#"{"one": "night", "some": ["night", 7, "day"], "odd": {"night": true}}"#;
        let further: Further = serde_json::from_str(claims).unwrap();
        for (claim, texts) in
            [("one", &["night"] as &[&str]), ("some", &["night", "day"]), ("odd", &[]), ("none", &[])]
        {
            assert_eq!(further.texts(claim), texts, "{claim}");
        }
    }

    #[test]
    fn an_address_is_never_verified_by_another_answer() {
        let person = |email: Option<&str>, email_verified| Person {
            email: email.map(str::to_owned),
            email_verified,
            ..Person::default()
        };
        for (token, info, email, verified) in [
            (person(None, None), person(Some("b"), Some(true)), Some("b"), Some(true)),
            (person(Some("a"), None), person(Some("b"), Some(true)), Some("b"), Some(true)),
            (person(Some("a"), None), person(None, Some(true)), None, Some(true)),
            (person(Some("a"), Some(false)), person(Some("b"), Some(true)), Some("a"), Some(false)),
        ] {
            let mut person = token;
            person.fill_in(info);
            assert_eq!((person.email.as_deref(), person.email_verified), (email, verified));
        }
    }
}
