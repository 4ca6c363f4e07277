//! `X-Twilio-Signature`: who may call our webhooks. HMAC-SHA1, keyed with the account's token, over the exact public
//! URL and the decoded form; for JSON the URL carries `bodySHA256` and is signed alone.
//!
//! The scheme is the carriers' (twilio.com/docs/usage/security). It puts nothing between the URL, the keys and the
//! values: a signature vouches for their concatenation, and so for one particular request only because the URL comes
//! from configuration and unknown parameters are never acted upon.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::form::Form;

/// The header that carries the signature, as HTTP libraries spell it.
pub const HEADER: &str = "x-twilio-signature";

/// What was signed besides the URL.
#[derive(Clone, Copy, Debug)]
pub enum SignedBody<'a> {
    /// Nothing: a GET.
    Nothing,
    /// A posted form.
    Form(&'a Form),
    /// Any other posted body, as raw bytes; the URL names its hash.
    Hashed(&'a [u8]),
}

/// The signature of a form posted to `url`. The URL is signed as it stands, but for its `#fragment`.
pub fn sign_form(token: &SecretString, url: &str, form: &Form) -> String {
    BASE64_STANDARD.encode(mac(token, without_fragment(url), SignedBody::Form(form)))
}

/// Whether `signature` was made with one of `tokens` (two while a token is being changed) for this request. `url` is
/// the public URL from configuration with the request's own path and query; with or without the scheme's default
/// port is the same. All candidates are computed and compared in constant time.
pub fn verify(tokens: &[SecretString], url: &str, body: SignedBody<'_>, signature: &str) -> bool {
    let url = without_fragment(url);
    if let SignedBody::Hashed(bytes) = body
        && !hash_is_named(url, bytes)
    {
        return false;
    }
    let Ok(claimed) = BASE64_STANDARD.decode(signature.trim()) else { return false };
    let spellings = spellings(url);
    let candidates = tokens.iter().flat_map(|token| spellings.iter().map(move |url| (token, url)));
    candidates
        .map(|(token, url)| mac(token, url, body).as_slice().ct_eq(&claimed))
        .fold(Choice::from(0), |any, this| any | this)
        .into()
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn mac(token: &SecretString, url: &str, body: SignedBody<'_>) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.expose_secret().as_bytes()).expect("any length");
    mac.update(url.as_bytes());
    if let SignedBody::Form(form) = body {
        let mut pairs: Vec<_> = form.pairs().collect();
        // Sorted by key and then by value, equal pairs once: exactly what is asked of repeated keys.
        pairs.sort_unstable();
        pairs.dedup();
        for (key, value) in pairs {
            mac.update(key);
            mac.update(value);
        }
    }
    mac.finalize().into_bytes().into()
}

fn hash_is_named(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    // The carrier appends it, so the last one is the carrier's.
    let named = query.rsplit('&').find_map(|pair| pair.strip_prefix("bodySHA256="));
    let named = named.and_then(|hex| hex::decode(hex).ok()).unwrap_or_default();
    Sha256::digest(body).as_slice().ct_eq(&named).into()
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

/// The URLs that one signature may stand for: as it is, with the scheme's default port put in or left out, and with
/// the apostrophes of its query encoded, as the carrier's side sometimes does. Nothing else is normalised.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    spellings.extend(toggle_port(url));
    if let Some((before, query)) = url.split_once('?')
        && query.contains('\'')
    {
        let encoded = format!("{before}?{}", query.replace('\'', "%27"));
        spellings.extend(toggle_port(&encoded));
        spellings.push(encoded);
    }
    spellings
}

fn toggle_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // A colon within brackets belongs to an IPv6 address.
    let has_port = host.rfind(':').is_some_and(|colon| !host[colon..].contains(']'));
    if !has_port {
        return Some(format!("{scheme}://{authority}{port}{path}"));
    }
    authority.strip_suffix(port).map(|bare| format!("{scheme}://{bare}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const U: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const P: [(&str, &str); 5] = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("From", "+14158675309"),
        ("Digits", "1234"),
        ("To", "+18005551212"),
    ];

    fn tokens() -> [SecretString; 1] {
        ["12345".into()]
    }

    #[test]
    fn the_published_vectors_hold() {
        let p = Form::from_pairs(P);
        let repeated = Form::from_pairs([
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        let json = br#"{"property": "value", "boolean": true}"#;
        let hash = "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
        let table: [(&str, String, SignedBody<'_>, &str); 13] = [
            ("P at U", U.into(), SignedBody::Form(&p), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            (
                "P at U, our URL has the port",
                U.replace(".com/", ".com:443/"),
                SignedBody::Form(&p),
                "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
            ),
            (
                "P at U with a fragment",
                format!("{U}#rc=2&rt=4000&rp=all"),
                SignedBody::Form(&p),
                "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
            ),
            ("P at U, signed with :443", U.into(), SignedBody::Form(&p), "kvajT1Ptam85bY51eRf/AJRuM3w="),
            (
                "the same, our URL has the port",
                U.replace(".com/", ".com:443/"),
                SignedBody::Form(&p),
                "kvajT1Ptam85bY51eRf/AJRuM3w=",
            ),
            (
                "P at http, :80",
                U.replace("https", "http").replace(".com/", ".com:80/"),
                SignedBody::Form(&p),
                "0ZXoZLH/DfblKGATFgpif+LLRf4=",
            ),
            (
                "the same, our URL is without",
                U.replace("https", "http"),
                SignedBody::Form(&p),
                "0ZXoZLH/DfblKGATFgpif+LLRf4=",
            ),
            (
                "P at http, :1234",
                U.replace("https", "http").replace(".com/", ".com:1234/"),
                SignedBody::Form(&p),
                "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
            ),
            (
                "a query that is not normalised",
                format!("{U}&Body=It's+amazing"),
                SignedBody::Form(&p),
                "TfZzewPq8wqrGlMfyAud8+/IvJ0=",
            ),
            ("repeated keys", U.into(), SignedBody::Form(&repeated), "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
            ("JSON", format!("{U}{hash}"), SignedBody::Hashed(json), "a9nBmqA0ju/hNViExpshrM61xv4="),
            ("GET of that URL", format!("{U}{hash}"), SignedBody::Nothing, "a9nBmqA0ju/hNViExpshrM61xv4="),
            (
                "an empty form there",
                format!("{U}{hash}"),
                SignedBody::Form(&Form::default()),
                "a9nBmqA0ju/hNViExpshrM61xv4=",
            ),
        ];
        for (case, url, body, signature) in table {
            assert!(verify(&tokens(), &url, body, signature), "{case}");
        }
    }

    #[test]
    fn what_is_not_signed_is_refused() {
        let p = Form::from_pairs(P);
        let good = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        let json = br#"{"property": "value", "boolean": true}"#;
        let hashed =
            format!("{U}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620");
        let json_signature = "a9nBmqA0ju/hNViExpshrM61xv4=";
        assert!(!verify(&[], U, SignedBody::Form(&p), good), "no token at all");
        assert!(!verify(&["12346".into()], U, SignedBody::Form(&p), good), "another token");
        assert!(!verify(&tokens(), U, SignedBody::Form(&p), ""), "no signature");
        assert!(!verify(&tokens(), U, SignedBody::Form(&p), "RSOYDt4T1cUTdK1PDd93/VVr8B8"), "cut short");
        assert!(!verify(&tokens(), U, SignedBody::Form(&p), "not base64 €"), "not base64");
        assert!(!verify(&tokens(), U, SignedBody::Nothing, good), "the form left out");
        let other_port = U.replace(".com/", ".com:8443/");
        assert!(
            !verify(&tokens(), &other_port, SignedBody::Form(&p), good),
            "a port that is not the default"
        );
        assert!(!verify(&tokens(), &hashed, SignedBody::Hashed(b"{}"), json_signature), "another body");
        assert!(!verify(&tokens(), U, SignedBody::Hashed(json), good), "no hash in the URL");
        let empty_hash = sign_form(&tokens()[0], &format!("{U}&bodySHA256="), &Form::default());
        assert!(
            !verify(&tokens(), &format!("{U}&bodySHA256="), SignedBody::Hashed(b""), &empty_hash),
            "an empty hash"
        );
    }

    #[test]
    fn either_token_counts_while_one_is_being_changed() {
        let both: [SecretString; 2] = ["new".into(), "old".into()];
        let form = Form::from_pairs(P);
        for token in &both {
            assert!(verify(&both, U, SignedBody::Form(&form), &sign_form(token, U, &form)));
        }
    }

    #[test]
    fn only_the_default_port_and_apostrophes_vary() {
        let table: [(&str, &[&str]); 9] = [
            ("https://a.example/x", &["https://a.example:443/x"]),
            ("https://a.example:443/x", &["https://a.example/x"]),
            ("https://a.example:80/x", &[]),
            ("http://a.example?x=:80", &["http://a.example:80?x=:80"]),
            (
                "https://a.example/x?b=it's",
                &[
                    "https://a.example:443/x?b=it's",
                    "https://a.example:443/x?b=it%27s",
                    "https://a.example/x?b=it%27s",
                ],
            ),
            ("https://u:443@a.example/x", &["https://u:443@a.example:443/x"]),
            ("https://[2001:db8::443]/x", &["https://[2001:db8::443]:443/x"]),
            ("https://[2001:db8::1]:443/x", &["https://[2001:db8::1]/x"]),
            ("ftp://a.example/x", &[]),
        ];
        for (url, others) in table {
            let found = spellings(url);
            assert_eq!(found[0], url);
            assert_eq!(found[1..], *others, "{url}");
        }
    }

    /// One change to a signed request; `at` picks the place.
    fn change(kind: u8, at: usize, url: &mut String, pairs: &mut Vec<(String, String)>, token: &mut String) {
        let pick = at % pairs.len();
        match kind {
            0 => url.push('x'),
            1 => *url = url.replacen("example", "exbmple", 1),
            2 => pairs[pick].1.push('0'),
            3 => pairs[pick].0.push('z'),
            4 => drop(pairs.remove(pick)),
            5 => pairs.push(("Zusatz".into(), String::new())),
            6 => token.push('x'),
            _ => {
                let value = &mut pairs[pick].1;
                let swapped = if value.starts_with('~') { '!' } else { '~' };
                *value = swapped.to_string() + value.get(1..).unwrap_or("");
            }
        }
    }

    proptest! {
        #[test]
        fn any_single_change_breaks_it(
            values in prop::collection::btree_map("[A-Y][a-y]{0,6}", "[ -~]{1,10}", 1..6),
            path in "[a-z/]{0,10}",
            kind in 0u8..8,
            at in any::<usize>(),
        ) {
            let mut url = format!("https://pager.example.com/{path}");
            let mut pairs: Vec<(String, String)> = values.into_iter().collect();
            let mut token = "12345".to_owned();
            let form = |pairs: &[(String, String)]| {
                Form::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
            };
            let signature = sign_form(&token.clone().into(), &url, &form(&pairs));
            prop_assert!(verify(&[token.clone().into()], &url, SignedBody::Form(&form(&pairs)), &signature));
            change(kind, at, &mut url, &mut pairs, &mut token);
            prop_assert!(!verify(&[token.into()], &url, SignedBody::Form(&form(&pairs)), &signature));
        }

        #[test]
        fn the_order_of_a_form_does_not_matter(
            (pairs, shuffled) in prop::collection::vec(("[A-C]", "[ -~]{0,4}"), 0..8)
                .prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle()))
        ) {
            let form = |pairs: &[(String, String)]| {
                Form::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
            };
            let signature = sign_form(&tokens()[0], U, &form(&pairs));
            prop_assert!(verify(&tokens(), U, SignedBody::Form(&form(&shuffled)), &signature));
        }
    }
}
