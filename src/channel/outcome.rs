//! Which HTTP answer, or lack of one, means which outcome. The line that matters runs between what certainly did not
//! happen and what may have: carriers have no idempotency keys, so a wrong guess is a lost page or a doubled one.
//!
//! Source: the carriers' documentation of errors and limits (twilio.com/docs/api/errors, REST API best practices).

use std::time::Duration;

use super::carrier::{Refusal, Sent};
use crate::wire::{About, FreeText, about, fault, rest};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Something new.
    Create,
    /// A change to what is there.
    Change,
}

/// The outcome that an answer stands for. `retry_after` is the header's text.
pub fn classify(asked: Asked, status: u16, retry_after: Option<&str>, body: &[u8]) -> Sent {
    let error = || rest::error(body);
    match status {
        200..=299 => match rest::sid(body) {
            Some(sid) => Sent::Accepted { sid },
            None => Sent::Unknown { why: format!("answered {status} without a SID") },
        },
        // Whatever sits in between may have let the request through before it gave up.
        408 | 500.. => Sent::Unknown { why: format!("answered {status}") },
        _ => {
            let error = error();
            if status == 429 || error.code.is_some_and(fault::is_throttle) {
                let seconds = retry_after.and_then(|text| text.trim().parse().ok());
                return Sent::Throttled { retry_after: seconds.map(Duration::from_secs) };
            }
            let about = match (error.code.map(about), asked) {
                (Some(About::Call), Asked::Create) => About::Sender,
                (Some(about), _) => about,
                (None, Asked::Change) if status == 404 => About::Call,
                (None, _) => About::Sender,
            };
            let message = FreeText::new(error.message.unwrap_or_default());
            Sent::Refused(Refusal { status, code: error.code, about, message })
        }
    }
}

/// The outcome of a request that got no answer at all.
pub fn classify_failure(error: &reqwest::Error) -> Sent {
    if error.is_connect() || error.is_builder() {
        Sent::Unreached { why: why(error).to_owned() }
    } else {
        Sent::Unknown { why: why(error).to_owned() }
    }
}

/// What happened, without the address: it names the account.
pub fn why(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_connect() && error.is_timeout() => "no connection within the deadline",
        error if error.is_connect() => "no connection",
        error if error.is_timeout() => "no answer within the deadline",
        error if error.is_builder() => "the request could not be built",
        _ => "the connection broke",
    }
}

impl Sent {
    /// Whether this speaks against the carrier as a whole: out of reach, out of order, or closed to us. What it
    /// refuses or puts off in good order does not. Answers how it failed, without the carrier's own words.
    pub fn outage(&self) -> Option<String> {
        match self {
            Sent::Accepted { .. } | Sent::Throttled { .. } => None,
            Sent::Unreached { why } | Sent::Unknown { why } => Some(why.clone()),
            Sent::Refused(refusal) => match refusal.code {
                Some(code) => fault::is_credentials(code).then(|| format!("it refuses our account ({code})")),
                None if matches!(refusal.status, 401 | 403) => {
                    Some(format!("it refuses our account (HTTP {})", refusal.status))
                }
                None => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: Option<u32>, about: About) -> impl Fn(&Sent) -> bool {
        move |sent| matches!(sent, Sent::Refused(refusal) if refusal.code == code && refusal.about == about)
    }

    fn unknown(sent: &Sent) -> bool {
        matches!(sent, Sent::Unknown { .. })
    }

    fn throttled(seconds: Option<u64>) -> impl Fn(&Sent) -> bool {
        move |sent| *sent == Sent::Throttled { retry_after: seconds.map(Duration::from_secs) }
    }

    #[test]
    fn every_answer_has_its_outcome() {
        use Asked::{Change, Create};
        let accepted = |sent: &Sent| matches!(sent, Sent::Accepted { sid } if sid.as_str() == "SM1");
        type Case<'a> = (Asked, u16, Option<&'a str>, &'a str, Box<dyn Fn(&Sent) -> bool>, bool);
        let table: Vec<Case<'_>> = vec![
            (Create, 201, None, r#"{"sid": "SM1", "error_code": null}"#, Box::new(accepted), false),
            (Change, 200, None, r#"{"sid": "SM1"}"#, Box::new(accepted), false),
            (Create, 201, None, "<html>", Box::new(unknown), true),
            (Create, 200, None, r#"{"sid": "../x"}"#, Box::new(unknown), true),
            (Create, 500, None, "", Box::new(unknown), true),
            (Create, 502, None, "<html>", Box::new(unknown), true),
            (Create, 503, Some("5"), r#"{"code": 20503}"#, Box::new(unknown), true),
            (Create, 408, None, "", Box::new(unknown), true),
            (Create, 429, Some("3"), r#"{"code": 20429}"#, Box::new(throttled(Some(3))), false),
            (Create, 429, Some("Fri, 13 Nov 2026 03:00:01 GMT"), "", Box::new(throttled(None)), false),
            (Create, 400, None, r#"{"code": 20429}"#, Box::new(throttled(None)), false),
            (Create, 400, None, r#"{"code": 21611}"#, Box::new(throttled(None)), false),
            (Create, 400, None, r#"{"code": 21211}"#, Box::new(refused(Some(21211), About::Number)), false),
            (Create, 400, None, r#"{"code": 21614}"#, Box::new(refused(Some(21614), About::Number)), false),
            (Create, 400, None, r#"{"code": 21610}"#, Box::new(refused(Some(21610), About::Pair)), false),
            (Create, 403, None, r#"{"code": 21408}"#, Box::new(refused(Some(21408), About::Sender)), false),
            (Create, 400, None, r#"{"code": 30034}"#, Box::new(refused(Some(30034), About::Sender)), false),
            (Create, 400, None, r#"{"code": 30003}"#, Box::new(refused(Some(30003), About::Passing)), false),
            (Create, 401, None, r#"{"code": 20003}"#, Box::new(refused(Some(20003), About::Sender)), true),
            (Create, 401, None, "", Box::new(refused(None, About::Sender)), true),
            (Create, 403, None, "<html>", Box::new(refused(None, About::Sender)), true),
            (Create, 400, None, "", Box::new(refused(None, About::Sender)), false),
            (Create, 404, None, r#"{"code": 20404}"#, Box::new(refused(Some(20404), About::Sender)), false),
            (Create, 302, None, "", Box::new(refused(None, About::Sender)), false),
            (Change, 404, None, r#"{"code": 20404}"#, Box::new(refused(Some(20404), About::Call)), false),
            (Change, 404, None, "", Box::new(refused(None, About::Call)), false),
            (Change, 400, None, r#"{"code": 21220}"#, Box::new(refused(Some(21220), About::Call)), false),
        ];
        for (asked, status, retry_after, body, expected, outage) in table {
            let sent = classify(asked, status, retry_after, body.as_bytes());
            assert!(expected(&sent), "{asked:?} {status} {body}: {sent:?}");
            assert_eq!(sent.outage().is_some(), outage, "{asked:?} {status} {body}: {sent:?}");
        }
    }

    #[test]
    fn a_refusal_in_a_log_shows_no_number() {
        let body = br#"{"code": 21211, "message": "The 'To' number +18025550147 is not valid"}"#;
        assert!(!format!("{:?}", classify(Asked::Create, 400, None, body)).contains("5550147"));
    }
}
