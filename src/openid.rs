//! The provider of identities: sends browsers to it, and finds out for whom it vouches when they are back. OpenID Connect
//! Core 1.0, the authorization code flow, with PKCE (RFC 7636) and the issuer in the answer (RFC 9207); what the provider
//! says of itself is discovered, kept for an hour, and asked again when it signs with a key that is not known.
//!
//! Uses the network by `post` alone; knows nothing of accounts. State, nonce and verifier are derived
//! from the one secret in the browser's cookie (`proofs`), so that nothing has to be kept here while it is away.
//!
//! - [`config`]: what an operator says; `words`: the library's types, with what we read beyond the standard.

pub mod config;
mod post;
mod proofs;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    ConfigurationError, CsrfToken, DiscoveryError, IdTokenVerifier, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    SubjectIdentifier, TokenResponse, UserInfoError,
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::clock::{Clock, Timestamp};
use crate::rules::account::{Email, parse_name};
use crate::rules::admission::{Admission, Vouched};

pub use config::{OpenIdConfig, OpenIdProblem};
use post::Post;
use proofs::Proofs;
use words::{Client, IdToken, Metadata, Person, UserInfo};

/// How long it is believed what the provider says of itself.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// How long it still is while the provider cannot be asked again.
const KEPT_AT_NEED: Duration = Duration::from_secs(24 * 60 * 60);

/// How far the provider's clock may be behind ours, in milliseconds.
const SKEW: i64 = 60_000;

/// The most that is told of what the provider says went wrong.
const LONGEST_DESCRIPTION: usize = 200;

/// Why the provider vouches for nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdError {
    /// It did not answer.
    #[error("it gave no answer: {0}")]
    Silent(&'static str),
    /// What it answered cannot be used.
    #[error("its answer cannot be used: {0}")]
    Odd(String),
    /// It said no.
    #[error("it said `{code}`")]
    Refused {
        /// Of RFC 6749, 4.1.2.1, or of its own.
        code: String,
        /// In its own words; empty if it said nothing more.
        description: String,
    },
    /// It did not say an address, or one that is none.
    #[error("it named no e-mail address")]
    NoEmail,
    /// It has not verified that the address is his.
    #[error("it has not verified the e-mail address")]
    Unverified(Email),
    /// The address is not among those that are let in.
    #[error("the e-mail address is of another domain")]
    Foreign(Email),
}

/// With what a browser comes back from the provider.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answer {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    #[serde(default)]
    error_description: String,
}

/// The provider.
pub struct Provider {
    config: OpenIdConfig,
    admission: Admission,
    issuer: IssuerUrl,
    back: RedirectUrl,
    post: Post,
    clock: Arc<dyn Clock>,
    known: Mutex<Option<Known>>,
}

/// What the provider says of itself, its keys included.
#[derive(Clone)]
struct Known {
    metadata: Arc<Metadata>,
    since: Timestamp,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.config.issuer).finish_non_exhaustive()
    }
}

impl Provider {
    /// By a configuration that was checked; browsers come back to that address of ours.
    pub fn new(config: OpenIdConfig, back: &str, clock: Arc<dyn Clock>) -> Result<Provider, String> {
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|error| error.to_string())?;
        Ok(Provider {
            admission: config.admission(),
            back: RedirectUrl::new(back.to_owned()).map_err(|error| error.to_string())?,
            post: Post::to(&issuer, config.patience()).map_err(|error| error.to_string())?,
            issuer,
            clock,
            known: Mutex::default(),
            config,
        })
    }

    /// What stands on the button after "Sign in with".
    pub fn label(&self) -> &str {
        &self.config.label
    }

    /// Whether people may sign in by a password as well.
    pub fn passwords(&self) -> bool {
        self.config.passwords
    }

    /// Whom it lets in, and as what.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// Where a browser with that secret in its cookie is sent.
    pub async fn way_there(&self, secret: &str) -> Result<Url, OpenIdError> {
        self.in_time(async {
            let metadata = self.metadata().await?;
            let proofs = Proofs::of(secret);
            let verifier = PkceCodeVerifier::new(proofs.verifier);
            let scopes =
                ["email", "profile"].into_iter().chain(self.config.scopes.iter().map(String::as_str));
            let client = self.client(&metadata);
            let (url, _, _) = client
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    || CsrfToken::new(proofs.state),
                    || Nonce::new(proofs.nonce),
                )
                .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
                .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
                .url();
            Ok(url)
        })
        .await
    }

    /// Whether that is the answer to a browser with that secret in its cookie.
    pub fn is_answer_to(&self, secret: &str, answer: &Answer) -> bool {
        Proofs::of(secret).has_state(&answer.state)
    }

    /// For whom it vouches with an answer to a browser with that secret.
    pub async fn who(&self, secret: &str, answer: &Answer) -> Result<Vouched, OpenIdError> {
        self.in_time(self.find_out(Proofs::of(secret), answer)).await
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, OpenIdError>>) -> Result<T, OpenIdError> {
        let late = |_| OpenIdError::Silent("no answer within the deadline");
        tokio::time::timeout(self.config.patience(), work).await.map_err(late)?
    }

    async fn find_out(&self, proofs: Proofs, answer: &Answer) -> Result<Vouched, OpenIdError> {
        let metadata = self.metadata().await?;
        let announced = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        if answer.iss.as_ref().map_or(announced, |issuer| *issuer != self.config.issuer) {
            return Err(OpenIdError::Odd("it comes from another issuer".into()));
        }
        if let Some(code) = &answer.error {
            return Err(refused(code, &answer.error_description));
        }
        let Some(code) = answer.code.clone() else { return Err(OpenIdError::Odd("there is no code".into())) };
        let client = self.client(&metadata);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(unconfigured)?
            .set_pkce_verifier(PkceCodeVerifier::new(proofs.verifier))
            .request_async(&self.post)
            .await
            .map_err(no_token)?;
        let token = tokens.id_token().ok_or_else(|| OpenIdError::Odd("there is no ID token".into()))?;
        let nonce = Nonce::new(proofs.nonce);
        let (subject, mut person) = match self.verified(&metadata, token, &nonce) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let metadata = self.metadata_after(&metadata).await?;
                self.verified(&metadata, token, &nonce)
            }
            verdict => verdict,
        }
        .map_err(|error| OpenIdError::Odd(whole(&error)))?;
        // A provider may keep what the scopes ask for to its other answer (Core, 5.4).
        if self.lacks_something(&person) && metadata.userinfo_endpoint().is_some() {
            person.fill_in(self.user_info(&client, tokens.access_token(), subject).await?);
        }
        self.vouched(person)
    }

    fn lacks_something(&self, person: &Person) -> bool {
        let groups = !self.config.groups.is_empty() && !person.further.has(&self.config.group_claim);
        person.email.is_none() || person.email_verified.is_none() || groups
    }

    fn vouched(&self, person: Person) -> Result<Vouched, OpenIdError> {
        let email: Email = person.email.and_then(|email| email.parse().ok()).ok_or(OpenIdError::NoEmail)?;
        if person.email_verified != Some(true) {
            return Err(OpenIdError::Unverified(email));
        }
        if !self.admission.lets_in(&email) {
            return Err(OpenIdError::Foreign(email));
        }
        let name = person.name.and_then(|name| parse_name(&name).ok());
        Ok(Vouched { email, name, groups: person.further.texts(&self.config.group_claim) })
    }

    fn verified(
        &self,
        metadata: &Metadata,
        token: &IdToken,
        nonce: &Nonce,
    ) -> Result<(SubjectIdentifier, Person), ClaimsVerificationError> {
        use CoreJwsSigningAlgorithm as Alg;
        let now = Timestamp(self.clock.now().0 - SKEW).to_chrono();
        // As for a public client: then a signature by the shared secret, which others may know, is none.
        let verifier = IdTokenVerifier::new_public_client(
            ClientId::new(self.config.client_id.clone()),
            self.issuer.clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs([
            Alg::RsaSsaPkcs1V15Sha256,
            Alg::RsaSsaPkcs1V15Sha384,
            Alg::RsaSsaPkcs1V15Sha512,
            Alg::RsaSsaPssSha256,
            Alg::RsaSsaPssSha384,
            Alg::RsaSsaPssSha512,
            Alg::EcdsaP256Sha256,
            Alg::EcdsaP384Sha384,
            Alg::EdDsa,
        ])
        .set_time_fn(move || now);
        let claims = token.claims(&verifier, nonce)?;
        let other = claims.authorized_party().filter(|party| ***party != self.config.client_id);
        if other.is_some() {
            return Err(ClaimsVerificationError::InvalidAudience("it was made for another party".into()));
        }
        Ok((claims.subject().clone(), Person::from(claims)))
    }

    async fn user_info(
        &self,
        client: &Client,
        access: &AccessToken,
        subject: SubjectIdentifier,
    ) -> Result<Person, OpenIdError> {
        let asked = client.user_info(access.clone(), Some(subject)).map_err(unconfigured)?;
        let info: Result<UserInfo, _> = asked.request_async(&self.post).await;
        let info = info.map_err(|error| match error {
            UserInfoError::Request(silent) => silent,
            UserInfoError::ClaimsVerification(error) => OpenIdError::Odd(whole(&error)),
            UserInfoError::Response(status, ..) => {
                OpenIdError::Odd(format!("user info: HTTP status {status}"))
            }
            other => OpenIdError::Odd(format!("user info: {other}")),
        })?;
        Ok(Person::from(&info))
    }

    /// What the provider says of itself, as of the last hour.
    async fn metadata(&self) -> Result<Arc<Metadata>, OpenIdError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        let age = |known: &Known| now.since(known.since);
        if let Some(known) = known.as_ref().filter(|known| age(known) < KEPT) {
            return Ok(known.metadata.clone());
        }
        match self.discover().await {
            Ok(metadata) => {
                *known = Some(Known { metadata: metadata.clone(), since: now });
                Ok(metadata)
            }
            Err(error) => match known.as_ref().filter(|known| age(known) < KEPT_AT_NEED) {
                Some(known) => {
                    tracing::warn!(%error, "the provider of identities cannot be asked about itself; what it said before holds");
                    Ok(known.metadata.clone())
                }
                None => Err(error),
            },
        }
    }

    /// What it says now, if what it said before knows nothing of a key. Strangers cannot make us ask: the provider has
    /// answered us with that key.
    async fn metadata_after(&self, before: &Arc<Metadata>) -> Result<Arc<Metadata>, OpenIdError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| !Arc::ptr_eq(&known.metadata, before)) {
            return Ok(known.metadata.clone());
        }
        let metadata = self.discover().await?;
        *known = Some(Known { metadata: metadata.clone(), since: self.clock.now() });
        Ok(metadata)
    }

    async fn discover(&self) -> Result<Arc<Metadata>, OpenIdError> {
        let found = Metadata::discover_async(self.issuer.clone(), &self.post).await;
        let metadata = found.map_err(|error| match error {
            DiscoveryError::Request(silent) => silent,
            DiscoveryError::Response(status, ..) => {
                OpenIdError::Odd(format!("discovery: HTTP status {status}"))
            }
            DiscoveryError::Validation(what) => OpenIdError::Odd(what),
            other => OpenIdError::Odd(format!("discovery: {}", whole(&other))),
        })?;
        let endpoints =
            [Some(metadata.authorization_endpoint().url()), metadata.token_endpoint().map(|url| url.url())];
        if endpoints.into_iter().flatten().any(|url| !config::is_safe(url)) {
            return Err(OpenIdError::Odd("it wants to be asked without encryption".into()));
        }
        Ok(Arc::new(metadata))
    }

    fn client(&self, metadata: &Metadata) -> Client {
        let secret =
            self.config.secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().into()));
        let client = Client::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.config.client_id.clone()),
            secret,
        )
        .set_redirect_uri(self.back.clone());
        // In the header, as the standard has it by default, unless the provider takes it in the form alone.
        let methods = metadata.token_endpoint_auth_methods_supported();
        let in_the_form = methods.is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        if in_the_form { client.set_auth_type(AuthType::RequestBody) } else { client }
    }
}

fn refused(code: &str, description: &str) -> OpenIdError {
    let line = |text: &str| text.chars().filter(|c| !c.is_control()).take(LONGEST_DESCRIPTION).collect();
    OpenIdError::Refused { code: line(code), description: line(description) }
}

fn unconfigured(error: ConfigurationError) -> OpenIdError {
    OpenIdError::Odd(format!("discovery: {error}"))
}

/// The code is not repeated, nor is what stood in the answer.
fn no_token(error: RequestTokenError<OpenIdError, words::TokenError>) -> OpenIdError {
    match error {
        RequestTokenError::Request(silent) => silent,
        RequestTokenError::ServerResponse(said) => {
            let description = said.error_description().map_or("", String::as_str);
            refused(said.error().as_ref(), description)
        }
        RequestTokenError::Parse(error, _) => OpenIdError::Odd(format!("token: {}", error.path())),
        RequestTokenError::Other(what) => OpenIdError::Odd(format!("token: {what}")),
    }
}

/// An error with what is beneath it.
fn whole(error: &dyn std::error::Error) -> String {
    let beneath = std::iter::successors(error.source(), |error| error.source());
    beneath.fold(error.to_string(), |all, error| format!("{all}: {error}"))
}
