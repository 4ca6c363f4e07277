//! Requests to the gateway: signed, retried by what the address asks for, and kept for inspection.
//!
//! An address may carry `#rc=2&rt=4000&rp=all`: `rc` retries (0–5, else 1), `rt` milliseconds to wait for the answer
//! (100–15000, else 15000), `rp` what is retried (`ct` no connection, the default; `rt` no answer in time; `4xx`,
//! `5xx`, `all`). The fragment never travels. Every try carries the same `I-Twilio-Idempotency-Token`.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha1::Sha1;
use url::Url;

use super::twiml::Method;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take, unless the address says less.
const ANSWER_MS: u64 = 15_000;
/// The largest answer that is read: a sound file; documents have their own, smaller bound.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
/// How many redirections are followed.
const MOST_HOPS: u32 = 5;

/// A form in the order in which it is sent.
pub type Form = Vec<(String, String)>;

/// The signature of a form posted to `url` (or, with an empty form, of a GET): base64 of HMAC-SHA1 under the token of
/// the URL without its fragment, an apostrophe in its query written `%27` as on the wire, then each key with its value,
/// keys in byte order; a repeated key's values are de-duplicated and sorted.
pub fn sign(token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut sorted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, value) in form {
        sorted.entry(key).or_default().push(value);
    }
    let mut text = match split_fragment(url).0.split_once('?') {
        Some((address, query)) => format!("{address}?{}", query.replace('\'', "%27")),
        None => split_fragment(url).0.to_owned(),
    };
    for (key, mut values) in sorted {
        values.sort_unstable();
        values.dedup();
        for value in values {
            text.push_str(key);
            text.push_str(value);
        }
    }
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("any length");
    mac.update(text.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

fn split_fragment(url: &str) -> (&str, &str) {
    url.split_once('#').unwrap_or((url, ""))
}

/// What an address asks for in its fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wishes {
    retries: u32,
    answer: Duration,
    on_connect: bool,
    on_timeout: bool,
    on_4xx: bool,
    on_5xx: bool,
}

impl Wishes {
    fn of(url: &str) -> Wishes {
        let mut wishes = Wishes {
            retries: 1,
            answer: Duration::from_millis(ANSWER_MS),
            on_connect: true,
            on_timeout: false,
            on_4xx: false,
            on_5xx: false,
        };
        for (key, value) in form_urlencoded::parse(split_fragment(url).1.as_bytes()) {
            match key.as_ref() {
                "rc" => wishes.retries = value.parse().unwrap_or(1).min(5),
                "rt" => {
                    let ms: u64 = value.parse().unwrap_or(ANSWER_MS);
                    wishes.answer = Duration::from_millis(ms.clamp(100, ANSWER_MS));
                }
                "rp" => {
                    let has = |what: &str| value.split(',').any(|part| part == what || part == "all");
                    wishes.on_connect = has("ct");
                    wishes.on_timeout = has("rt");
                    wishes.on_4xx = has("4xx");
                    wishes.on_5xx = has("5xx");
                }
                _ => {}
            }
        }
        wishes
    }
}

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// TwiML for a call, if the call still waits for this request.
    Document {
        /// The call.
        call: String,
        /// The request's number.
        fetch: u64,
    },
    /// A sound file for a call, if the call still waits for this request.
    Media {
        /// The call.
        call: String,
        /// The request's number.
        fetch: u64,
    },
    /// What a call in a conference hears while it waits, if it still waits for this request.
    Wait {
        /// The call.
        call: String,
        /// The request's number.
        fetch: u64,
    },
    /// The answer to a text that arrived.
    Text,
    /// A callback: the answer's body means nothing.
    Callback,
}

/// A request to the gateway on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its number; retries keep it.
    pub id: u64,
    /// Requests of one lane leave one after the other.
    pub lane: String,
    /// What its answer is for.
    pub purpose: Purpose,
    /// The token that signs it.
    pub token: String,
    /// The address, fragment included.
    pub url: String,
    /// GET or POST.
    pub method: Method,
    /// The form.
    pub form: Form,
    /// 0 the first time.
    pub attempt: u32,
    /// The idempotency token.
    pub idempotency: String,
}

/// A request that was made, as it went over the wire, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Delivered {
    /// Its number; retries have the same.
    pub id: u64,
    /// When its answer came, or did not, in epoch milliseconds.
    pub at_ms: i64,
    /// `POST` or `GET`, as it set out: a redirection makes a GET of it.
    pub method: &'static str,
    /// The address without its fragment.
    pub url: String,
    /// The form.
    pub form: Form,
    /// 0 the first time.
    pub attempt: u32,
    /// The idempotency token.
    pub idempotency: String,
    /// The `X-Twilio-Signature` that it carried.
    pub signature: String,
    /// The HTTP status, `None` if there was no answer.
    pub status: Option<u16>,
}

/// How a request ended.
#[derive(Debug)]
pub struct Answer {
    /// What went over the wire.
    pub signature: String,
    /// The HTTP status, `None` if there was no answer.
    pub status: Option<u16>,
    /// The content type without its parameters.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it failed in a way that the address wants retried.
    pub retry: bool,
}

impl Answer {
    /// Whether the gateway answered with success.
    pub fn ok(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// The client of all requests to the gateway: no redirections of its own, no proxy.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .user_agent("TwilioProxy/1.1")
        .build()
}

/// Makes one try of a request. A redirection is followed with GET, and without the form.
pub async fn perform(client: &reqwest::Client, delivery: &Delivery) -> Answer {
    let wishes = Wishes::of(&delivery.url);
    let mut url = split_fragment(&delivery.url).0.to_owned();
    let mut form = delivery.form.as_slice();
    let mut method = delivery.method;
    let mut hops = 0;
    loop {
        if method == Method::Get && !form.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            url = format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' });
            form = &[];
        }
        let signature = sign(&delivery.token, &url, form);
        let request = match method {
            Method::Get => client.get(&url),
            Method::Post => client.post(&url).form(form),
        };
        let sent = request
            .timeout(wishes.answer)
            .header("X-Twilio-Signature", &signature)
            .header("I-Twilio-Idempotency-Token", &delivery.idempotency)
            .send()
            .await;
        let none = |retry| Answer {
            signature: signature.clone(),
            status: None,
            content_type: String::new(),
            body: Vec::new(),
            retry,
        };
        let response = match sent {
            Ok(response) => response,
            Err(error) if error.is_timeout() && !error.is_connect() => return none(wishes.on_timeout),
            Err(_) => return none(wishes.on_connect),
        };
        let status = response.status().as_u16();
        if let Some(next) = redirection(&url, &response)
            && hops < MOST_HOPS
        {
            hops += 1;
            url = next;
            form = &[];
            method = Method::Get;
            continue;
        }
        let content_type = header(&response, "content-type");
        let content_type = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let retry = match status {
            400..=499 => wishes.on_4xx,
            500..=599 => wishes.on_5xx,
            _ => false,
        };
        return match read(response).await {
            Some(body) => Answer { signature, status: Some(status), content_type, body, retry },
            None => none(wishes.on_timeout),
        };
    }
}

/// Whether a request that failed on its `attempt`th try (from 0) has tries left.
pub fn tries_left(delivery: &Delivery) -> bool {
    delivery.attempt < Wishes::of(&delivery.url).retries
}

fn header(response: &reqwest::Response, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
}

fn redirection(url: &str, response: &reqwest::Response) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let location = header(response, "location");
    let next = Url::parse(url).ok()?.join(&location).ok()?;
    (!location.is_empty()).then(|| split_fragment(next.as_str()).0.to_owned())
}

async fn read(mut response: reqwest::Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return None;
        }
    }
    Some(body)
}

/// The address that TwiML at `base` means by `reference`. An absolute one is kept to the letter.
pub fn resolve(base: &str, reference: &str) -> Option<String> {
    match Url::parse(reference) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Some(reference.to_owned()),
        Ok(_) => None,
        Err(_) => Some(Url::parse(base).ok()?.join(reference).ok()?.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn signs_as_published() {
        let call = form(&[
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("From", "+14158675309"),
            ("Digits", "1234"),
        ]);
        let repeated = form(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        let at_443 = AT.replace(".com/", ".com:443/");
        let at_80 = at_443.replace("https", "http").replace("443", "80");
        let at_1234 = at_80.replace(":80", ":1234");
        let amazing = format!("{AT}&Body=It's+amazing");
        let json =
            format!("{AT}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620");
        for (signature, url, form) in [
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", AT, &call),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", &format!("{AT}#rc=2"), &call),
            ("kvajT1Ptam85bY51eRf/AJRuM3w=", &at_443, &call),
            ("0ZXoZLH/DfblKGATFgpif+LLRf4=", &at_80, &call),
            ("Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", &at_1234, &call),
            ("TfZzewPq8wqrGlMfyAud8+/IvJ0=", &amazing, &call),
            ("IK+Dwps556ElfBT0I3Rgjkr1wJU=", AT, &repeated),
            ("a9nBmqA0ju/hNViExpshrM61xv4=", &json, &Form::new()),
        ] {
            assert_eq!(sign("12345", url, form), signature, "{url}");
        }
    }

    #[test]
    fn reads_what_an_address_asks_for() {
        let plain = Wishes::of("http://example.com/");
        assert_eq!((plain.retries, plain.on_connect, plain.on_5xx), (1, true, false));
        let asked = Wishes::of("http://example.com/#rc=2&rt=4000&rp=all");
        assert_eq!((asked.retries, asked.answer.as_millis()), (2, 4000));
        assert!(asked.on_connect && asked.on_timeout && asked.on_4xx && asked.on_5xx);
        let wild = Wishes::of("http://example.com/#rc=99&rt=-1&rp=5xx,rt");
        assert_eq!((wild.retries, wild.answer.as_millis()), (5, 15_000));
        assert!(!wild.on_connect && wild.on_timeout && !wild.on_4xx && wild.on_5xx);
    }

    #[test]
    fn resolves_addresses() {
        for (reference, expected) in [
            ("/b?x=1#rc=2", Some("http://example.com/b?x=1#rc=2")),
            ("c", Some("http://example.com/a/c")),
            ("https://example.org/~x/%7e", Some("https://example.org/~x/%7e")),
            ("file:///etc/passwd", None),
        ] {
            assert_eq!(resolve("http://example.com/a/", reference).as_deref(), expected, "{reference}");
        }
    }
}
