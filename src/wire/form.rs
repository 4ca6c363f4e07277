//! Forms as carriers post them (`application/x-www-form-urlencoded`), kept as bytes: the signature covers the decoded
//! bytes, whatever they are, while reading shows U+FFFD for what is not UTF-8. The size is the web's to bound.

use std::borrow::Cow;
use std::fmt;

/// The pairs of a form in the order they were sent, decoded, repeated keys included.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Form(Vec<(Vec<u8>, Vec<u8>)>);

impl Form {
    /// Decodes a body, or a URL's query. Never fails: a `%` that begins no escape stands for itself, and a key
    /// without `=` has an empty value.
    pub fn parse(body: &[u8]) -> Form {
        let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        Form(
            pairs
                .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
                    Some(at) => (decode(&pair[..at]), decode(&pair[at + 1..])),
                    None => (decode(pair), Vec::new()),
                })
                .collect(),
        )
    }

    /// From pairs that are decoded already, e.g. to sign a request in a test.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Form {
        Form(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// The first value of `key`, to be read: U+FFFD stands for what is not UTF-8, and for NUL, which PostgreSQL
    /// cannot store.
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        self.0.iter().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| readable(value))
    }

    /// Like [`Form::get`], with an empty value counted as absent: carriers send empty values for what they don't know.
    pub fn get_filled(&self, key: &str) -> Option<Cow<'_, str>> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// The decoded pairs as bytes, in the order they were sent.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))
    }
}

/// Names the keys alone: the values are numbers and what people wrote.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(key, _)| String::from_utf8_lossy(key))).finish()
    }
}

fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(bytes) {
        text if text.contains('\0') => Cow::Owned(text.replace('\0', "\u{FFFD}")),
        text => text,
    }
}

fn decode(encoded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(*first),
        }
    }
    bytes
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decodes_what_carriers_send_and_what_they_should_not() {
        for (body, key, value) in [
            ("Body=caf%C3%A9+au+lait", "Body", Some("café au lait")),
            ("From=%2B18025550147&To=x", "From", Some("+18025550147")),
            ("Digits=", "Digits", Some("")),
            ("Digits", "Digits", Some("")),
            ("&&Digits=1&", "Digits", Some("1")),
            ("Digits=1&Digits=2", "Digits", Some("1")),
            ("Body=a=b", "Body", Some("a=b")),
            ("Body=100%", "Body", Some("100%")),
            ("Body=%zz%2", "Body", Some("%zz%2")),
            ("Body=%ff%fe", "Body", Some("\u{FFFD}\u{FFFD}")),
            ("Body=a%00b", "Body", Some("a\u{FFFD}b")),
            ("Body=%0d%0a%1b", "Body", Some("\r\n\u{1b}")),
            ("", "Body", None),
            ("body=x", "Body", None),
        ] {
            assert_eq!(Form::parse(body.as_bytes()).get(key).as_deref(), value, "{body}");
        }
        assert_eq!(Form::parse(b"From=").get_filled("From"), None);
    }

    #[test]
    fn the_bytes_stay_as_they_were_sent() {
        let form = Form::parse(b"Body=%ff%00");
        assert_eq!(form.pairs().collect::<Vec<_>>(), [(b"Body".as_slice(), [0xff, 0].as_slice())]);
    }

    #[test]
    fn a_log_sees_keys_only() {
        assert_eq!(format!("{:?}", Form::parse(b"From=%2B18025550147")), r#"{"From"}"#);
    }

    proptest! {
        #[test]
        fn agrees_with_an_independent_encoder(
            pairs in prop::collection::vec((".{1,8}", ".{0,12}"), 0..6)
        ) {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let form = Form::parse(body.as_bytes());
            let read: Vec<_> = form.pairs().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
            let sent: Vec<_> = pairs.into_iter().map(|(key, value)| (key.into_bytes(), value.into_bytes())).collect();
            prop_assert_eq!(read, sent);
        }

        #[test]
        fn any_bytes_are_a_form(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let form = Form::parse(&body);
            for (key, _) in form.pairs() {
                let key = String::from_utf8_lossy(key);
                let _ = form.get(&key);
            }
        }
    }
}
