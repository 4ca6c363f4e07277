//! A provider of identities, for tests: OpenID Connect over HTTP on this machine, written by the standards and by none of
//! the product's code. It can be told to misbehave.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, KeyPair, RsaKeyPair};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as URL_SAFE};
use nightbell::clock::{Clock, ManualClock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "nightbell";
pub const SECRET: &str = "a secret of 4 words";

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Good,
    /// What belongs into the ID token is said only when it is asked.
    Thin,
    WrongNonce,
    OtherAudience,
    /// For us as well, and made for another.
    OtherParty,
    OtherIssuer,
    Expired,
    /// It signs with a key that it never publishes.
    UnknownKey,
    /// It signs as anybody can who knows the client's secret.
    SharedSecret,
    Unsigned,
    /// Somebody else's answer comes back.
    AnswersAsAnother,
    /// Nobody is let in there.
    Denies,
    /// The code is not taken.
    RefusesCode,
    /// It takes the code, and says nothing.
    Silent,
    Broken,
}

enum Key {
    Elliptic(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    fn elliptic() -> Key {
        Key::Elliptic(EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn public(&self, id: &str) -> Value {
        match self {
            Key::Elliptic(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
                    "x": URL_SAFE.encode(&point[1..33]), "y": URL_SAFE.encode(&point[33..65])})
            }
            Key::Rsa(pair) => {
                // PKCS #1: a sequence of the modulus, of 256 bytes after a zero, and the exponent, 65537.
                let der = pair.public_key().as_ref();
                assert_eq!(der[der.len() - 5..], [2, 3, 1, 0, 1]);
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
                    "n": URL_SAFE.encode(&der[der.len() - 261..der.len() - 5]), "e": "AQAB"})
            }
        }
    }

    fn sign(&self, id: &str, claims: &Value) -> String {
        let alg = if matches!(self, Key::Elliptic(_)) { "ES256" } else { "RS256" };
        let signed = unsigned(&json!({"alg": alg, "kid": id}), claims);
        let chance = SystemRandom::new();
        let signature = match self {
            Key::Elliptic(pair) => pair.sign(&chance, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &chance, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{signed}.{}", URL_SAFE.encode(signature))
    }
}

fn unsigned(head: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE.encode(head.to_string()), URL_SAFE.encode(claims.to_string()))
}

struct Inner {
    issuer: String,
    clock: ManualClock,
    mood: Mood,
    /// What it knows of who sits before it.
    person: Value,
    key: Key,
    key_id: String,
    /// What it was asked with, by the code that it gave for it.
    codes: BTreeMap<String, BTreeMap<String, String>>,
    given: usize,
    discoveries: usize,
}

type Shared = Arc<Mutex<Inner>>;

/// The provider, while it runs.
pub struct FakeProvider {
    pub issuer: String,
    inner: Shared,
    http: reqwest::Client,
}

impl FakeProvider {
    /// Starts one, before which sits Ben.
    pub async fn start(clock: &ManualClock) -> FakeProvider {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realms/desk", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner {
            issuer: issuer.clone(),
            clock: clock.clone(),
            mood: Mood::Good,
            person: Value::Null,
            key: Key::elliptic(),
            key_id: "first".into(),
            codes: BTreeMap::new(),
            given: 0,
            discoveries: 0,
        }));
        let realm = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .route("/keys", get(keys))
            .with_state(inner.clone());
        tokio::spawn(axum::serve(listener, Router::new().nest("/realms/desk", realm)).into_future());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let provider = FakeProvider { issuer, inner, http: http.build().unwrap() };
        provider.somebody("ben@example.com", json!({}));
        provider
    }

    /// Somebody else sits before it; what is said of him beyond an address that is verified, or in its place.
    pub fn somebody(&self, email: &str, more: Value) {
        let mut person = json!({"sub": email, "email": email, "email_verified": true, "name": "Ben Frost"});
        for (claim, value) in more.as_object().unwrap() {
            person[claim] = value.clone();
        }
        self.inner.lock().unwrap().person = person;
    }

    pub fn behaves(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// From now on it signs by another key, of another kind.
    pub fn rotates_its_keys(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.key = Key::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
        inner.key_id = "second".into();
    }

    /// How often it was asked about itself.
    pub fn discoveries(&self) -> usize {
        self.inner.lock().unwrap().discoveries
    }

    /// A browser opens its page; the address to which it is led back.
    pub async fn visit(&self, address: &str) -> String {
        assert!(address.starts_with(&self.issuer), "{address}");
        let answer = self.http.get(address).send().await.unwrap();
        let status = answer.status();
        assert_eq!(status, StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
        answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }
}

async fn describe(State(shared): State<Shared>) -> Response {
    let mut inner = shared.lock().unwrap();
    if inner.mood == Mood::Broken {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    inner.discoveries += 1;
    let issuer = &inner.issuer;
    let endpoint = |name: &str| format!("{issuer}/{name}");
    let about = json!({
        "issuer": issuer,
        "authorization_endpoint": endpoint("authorize"),
        "token_endpoint": endpoint("token"),
        "userinfo_endpoint": endpoint("userinfo"),
        "jwks_uri": endpoint("keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "authorization_response_iss_parameter_supported": true,
    });
    Json(about).into_response()
}

async fn keys(State(shared): State<Shared>) -> Json<Value> {
    let inner = shared.lock().unwrap();
    Json(json!({"keys": [inner.key.public(&inner.key_id)]}))
}

/// RFC 6749, 4.1.1, and RFC 7636, 4.3: what is missing is told to the person, and leads nowhere.
async fn authorize(State(shared): State<Shared>, Query(asked): Query<BTreeMap<String, String>>) -> Response {
    let mut inner = shared.lock().unwrap();
    let has = |name: &str, value: &str| asked.get(name).is_some_and(|given| given == value);
    let long = |name: &str| asked.get(name).is_some_and(|given| given.len() >= 43);
    let scopes: Vec<&str> = asked.get("scope").map(|scope| scope.split(' ').collect()).unwrap_or_default();
    if !has("response_type", "code")
        || !has("client_id", CLIENT)
        || !has("code_challenge_method", "S256")
        || !["code_challenge", "state", "nonce"].into_iter().all(long)
        || !["openid", "email", "profile"].iter().all(|scope| scopes.contains(scope))
    {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    inner.given += 1;
    let code = format!("code-{}", inner.given);
    let issuer =
        if inner.mood == Mood::AnswersAsAnother { "https://other.example.net" } else { &*inner.issuer };
    let mut answer = vec![("state", asked["state"].clone()), ("iss", issuer.to_owned())];
    if inner.mood == Mood::Denies {
        answer.push(("error", "access_denied".into()));
        answer.push(("error_description", "Not on <b>Sundays</b>.".into()));
    } else {
        answer.push(("code", code.clone()));
    }
    let back = reqwest::Url::parse_with_params(&asked["redirect_uri"], &answer).unwrap();
    inner.codes.insert(code, asked);
    Redirect::to(back.as_str()).into_response()
}

fn refusal(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response()
}

/// RFC 6749, 4.1.3: a code is good once, for who asked for it, with the verifier of its challenge.
async fn token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let answer = {
        let mut inner = shared.lock().unwrap();
        let escape = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = BASE64_STANDARD.encode(format!("{}:{}", escape(CLIENT), escape(SECRET)));
        if headers.get(header::AUTHORIZATION).is_none_or(|given| given != &format!("Basic {credentials}")) {
            return refusal("invalid_client");
        }
        let Some(asked) = inner.codes.remove(&form["code"]) else { return refusal("invalid_grant") };
        let challenge = URL_SAFE.encode(Sha256::digest(&form["code_verifier"]));
        if form["grant_type"] != "authorization_code"
            || form["redirect_uri"] != asked["redirect_uri"]
            || challenge != asked["code_challenge"]
            || inner.mood == Mood::RefusesCode
        {
            return refusal("invalid_grant");
        }
        let token = id_token(&inner, &asked["nonce"]);
        Json(json!({"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": token}))
    };
    let silent = shared.lock().unwrap().mood == Mood::Silent;
    if silent {
        std::future::pending::<()>().await;
    }
    answer.into_response()
}

fn id_token(inner: &Inner, nonce: &str) -> String {
    let now = inner.clock.now().0 / 1000;
    let mut claims = inner.person.clone();
    if inner.mood == Mood::Thin {
        claims = json!({"sub": claims["sub"]});
    }
    let mut set = |claim: &str, value: Value| claims[claim] = value;
    set("iss", inner.issuer.as_str().into());
    set("aud", CLIENT.into());
    set("iat", now.into());
    set("exp", (now + 300).into());
    set("nonce", nonce.into());
    match inner.mood {
        Mood::WrongNonce => set("nonce", "another".into()),
        Mood::OtherAudience => set("aud", "another".into()),
        Mood::OtherParty => set("azp", "another".into()),
        Mood::OtherIssuer => set("iss", "https://other.example.net".into()),
        // A minute is what clocks may be apart.
        Mood::Expired => set("exp", (now - 60).into()),
        _ => {}
    }
    match inner.mood {
        Mood::UnknownKey => Key::elliptic().sign("never", &claims),
        Mood::Unsigned => format!("{}.", unsigned(&json!({"alg": "none"}), &claims)),
        Mood::SharedSecret => {
            let signed = unsigned(&json!({"alg": "HS256"}), &claims);
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
            format!("{signed}.{}", URL_SAFE.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes())))
        }
        _ => inner.key.sign(&inner.key_id, &claims),
    }
}

async fn user_info(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != "Bearer access") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(shared.lock().unwrap().person.clone()).into_response()
}
