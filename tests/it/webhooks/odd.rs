//! What no carrier should send, signed all the same: never a fault of ours, never a document that somebody's words have
//! become part of, and nothing that was said is lost.

use axum::body::Bytes;
use axum::http::Method;
use nightbell::wire::Form;
use nightbell::wire::signature::sign_form;

use crate::support::world::{ACCOUNT, Answer, TOKEN, World};

const KINDS: [&str; 9] = [
    "voice",
    "turn/v/start/1?asked=keys",
    "leg/nobody-e1/0",
    "last-resort?asked=dial",
    "sms",
    "status",
    "attempt/nobody-e1",
    "recording",
    "transcript",
];

const HOSTILE: [&str; 9] = [
    "</Say><Dial>+19005550199</Dial><Say>",
    "<script>alert(1)</script>",
    "'; drop table ticket; --",
    "]]>&lt;&#x0;&amp;",
    "{severity1} %s ${HOME} {{7*7}}",
    "\u{0}\u{1}\u{8}\u{b}\u{1b}[2J\u{fffe}\u{ffff}",
    "\u{202e}\u{200d}\u{feff}\u{1f4a9}\r\nX-Injected: yes\r\n\r\n",
    "%00%ff%zz",
    "",
];

impl World {
    /// Posts these bytes, signed by their carrier.
    async fn posts(&self, path: &str, body: &[u8]) -> Answer {
        let path = format!("/webhooks/main/{path}");
        let signature = sign_form(&TOKEN.into(), &self.url(&path), &Form::parse(body));
        self.send(Method::POST, &path, Bytes::copy_from_slice(body), Some(&signature)).await
    }

    async fn posts_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.posts(path, body.as_bytes()).await
    }
}

/// A document that can be read, with nothing in it but what we say and ask.
fn is_safe(answer: &Answer) {
    let text = answer.text();
    let mut reader = quick_xml::Reader::from_str(&text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                let name: String = tag.name().as_ref().to_owned();
                let ours = ["Response", "Say", "Gather", "Record", "Redirect", "Hangup", "Reject", "Pause"];
                assert!(ours.contains(&name.as_str()), "<{name}> in {text}");
            }
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("{error}: {text}"),
        }
    }
    for part in ["drop table", "alert(", "900555", "X-Injected", "HOME"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn no_body_breaks_anything() {
    World::each(async |world| {
        let mut chance = vec![0_u8; 4_000];
        for (index, byte) in chance.iter_mut().enumerate() {
            *byte = u8::try_from((index * 7 + index / 13 * 31) % 256).unwrap();
        }
        let bodies: [(&str, Vec<u8>); 10] = [
            ("nothing", Vec::new()),
            ("no form", b"{\"json\": true}".to_vec()),
            ("separators", b"&&&===&=&".repeat(100)),
            ("half an escape", b"CallSid=%&To=%4&MessageSid=%zz".to_vec()),
            ("any bytes", chance.clone()),
            (
                "any bytes as values",
                [b"CallSid=CAx&To=".to_vec(), chance.clone(), b"&From=".to_vec(), chance].concat(),
            ),
            ("no UTF-8", b"CallSid=%ff%fe&MessageSid=%c3%28&To=%80&From=%f0%9f".to_vec()),
            ("thirty thousand keys", b"k&".repeat(30_000)),
            ("one key, thousands of times", b"CallSid=CA1&".repeat(5_000)),
            ("one long value", [b"CallSid=CA1&Body=".to_vec(), b"x".repeat(60_000)].concat()),
        ];
        for kind in KINDS {
            for (what, body) in &bodies {
                let answer = world.posts(kind, body).await;
                assert!((200..500).contains(&answer.status), "{kind}, {what}: {}", answer.status);
                if answer.status == 200 {
                    is_safe(&answer);
                }
            }
            for size in [64 * 1024 + 1, 2_000_000] {
                let answer = world.posts(kind, &b"a&".repeat(size / 2 + 1)).await;
                assert_eq!(answer.status, 413, "{kind}, {size} bytes");
            }
        }
        assert_eq!(world.tickets().await, [0_u64; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_call_is_answered_whatever_its_form_says() {
    World::each(async |world| {
        let line = world.line().to_owned();
        for (index, hostile) in HOSTILE.into_iter().enumerate() {
            let call = format!("CA{index}");
            let form = [
                ("CallSid", call.as_str()),
                ("AccountSid", ACCOUNT),
                ("To", &line),
                ("From", hostile),
                ("CallerName", hostile),
                ("StirVerstat", hostile),
                ("Digits", hostile),
                ("RecordingUrl", hostile),
                (hostile, hostile),
            ];
            let answer = world.posts_form("voice", &form).await;
            assert_eq!(answer.status, 200, "{hostile:?}");
            is_safe(&answer);
            // He goes on, as odd as before.
            let text = answer.text();
            let address =
                text.split("/webhooks/main/").nth(1).unwrap().split(['#', '"', '<']).next().unwrap();
            let answer = world.posts_form(&address.replace("&amp;", "&"), &form).await;
            assert_eq!(answer.status, 200, "{hostile:?}: {address}");
            is_safe(&answer);
            assert_eq!(world.tickets().await.len(), index + 1, "{hostile:?} has his ticket");
        }
        world.agent("ada").reads_all();
    })
    .await;
}

#[tokio::test]
async fn a_text_is_kept_whatever_it_says() {
    World::each(async |world| {
        let line = world.line().to_owned();
        for (index, hostile) in HOSTILE.into_iter().enumerate() {
            let (sid, from) = (format!("SM{index}"), format!("+1802555015{index}"));
            let form = [
                ("MessageSid", sid.as_str()),
                ("From", &from),
                ("To", &line),
                ("Body", hostile),
                ("MediaUrl0", hostile),
                ("NumMedia", hostile),
            ];
            let answer = world.posts_form("sms", &form).await;
            assert_eq!(answer.status, 200, "{hostile:?}");
            is_safe(&answer);
            let number = 1001 + u64::try_from(index).unwrap();
            let (_, ticket) = world.get(&format!("/api/v1/tickets/{number}")).await;
            let shown = hostile.replace('\0', "\u{fffd}");
            let told = ticket["timeline"].as_array().unwrap();
            let kept = told.iter().any(|entry| entry["details"]["body"].as_str() == Some(shown.as_str()));
            assert!(kept, "{hostile:?} is not in {told:#?}");
        }
        // Bytes that are no UTF-8, among some that are.
        let body = format!(
            "MessageSid=SMx&From=%2B18025550180&To={}&Body=caf%e9+%F0%9F%92%A3",
            line.replace('+', "%2B")
        );
        assert_eq!(world.posts("sms", body.as_bytes()).await.status, 200);
        let (_, ticket) = world.get("/api/v1/tickets/1010").await;
        assert!(ticket.to_string().contains("caf\u{fffd} \u{1f4a3}"), "{ticket}");
        world.settle().await;
        for index in 0..10 {
            world.caller(&format!("+1802555015{index}")).reads_all();
        }
        world.caller("+18025550180").reads_all();
    })
    .await;
}

#[tokio::test]
async fn a_line_of_nobody_is_answered_with_an_apology() {
    World::each(async |world| {
        for line in ["+18025550199", "nobody", "<b>"] {
            for call in ["CA1", "CA2"] {
                let form =
                    [("CallSid", call), ("AccountSid", ACCOUNT), ("To", line), ("From", "+18025550147")];
                let answer = world.posts_form("voice", &form).await;
                assert_eq!(answer.status, 200);
                is_safe(&answer);
                assert!(
                    answer.text().contains("Say") && answer.text().contains("Hangup"),
                    "{}",
                    answer.text()
                );
            }
        }
        assert_eq!(world.tickets().await, [0_u64; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_caller_hears_us_however_little_his_carrier_says() {
    World::each(async |world| {
        let line = world.line().to_owned();
        // Without the account, by the older name of the line, and without a caller id: a call like any other.
        for (index, form) in [
            [("CallSid", "CA1"), ("To", line.as_str()), ("From", "+18025550121")].as_slice(),
            &[("CallSid", "CA2"), ("Called", &line), ("To", ""), ("From", "+18025550122")],
            &[("CallSid", "CA3"), ("To", &line), ("From", "")],
            &[("CallSid", "CA4"), ("To", &line)],
        ]
        .into_iter()
        .enumerate()
        {
            let answer = world.posts_form("voice", form).await;
            assert_eq!(answer.status, 200, "{form:?}");
            is_safe(&answer);
            assert!(answer.text().contains("<Gather"), "{form:?}: {}", answer.text());
            assert_eq!(world.tickets().await.len(), index + 1, "{form:?}");
        }
        let called = world.tickets().await;
        // Nobody knows which line, or which call: an apology, and never an error that the carrier would speak of.
        let forms = [
            [("CallSid", "CA5"), ("To", ""), ("From", "+18025550121")].as_slice(),
            &[("CallSid", "CA6"), ("From", "+18025550121")],
            &[("CallSid", ""), ("To", line.as_str()), ("From", "+18025550121")],
            &[("CallSid", "a/b"), ("To", &line)],
            &[("Digits", "1")],
        ];
        for kind in &KINDS[..4] {
            for form in forms {
                let answer = world.posts_form(kind, form).await;
                let text = answer.text();
                assert_eq!(answer.status, 200, "{kind}, {form:?}: {text}");
                is_safe(&answer);
                assert!(!text.contains("<Gather"), "{kind}, {form:?}: nobody could take the answer: {text}");
            }
        }
        for form in forms {
            let text = world.posts_form("voice", form).await.text();
            assert!(text.contains("We are sorry"), "{form:?}: {text}");
        }
        assert_eq!(world.tickets().await, called);
    })
    .await;
}
