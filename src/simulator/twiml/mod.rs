//! Reads TwiML: the portable subset of verbs plus Pause and Conference, and nothing else. What a careless client would get away with
//! at one carrier and not at the next (an unknown attribute, text before the header, a Say that is too long) is an
//! error here, so that it is found before a caller finds it.

mod tree;

use tree::{Element, bad_xml, schema, tree};

/// The largest document, in bytes.
pub const LONGEST_DOCUMENT: usize = 64 * 1024;
/// The longest text of one Say, in characters.
const LONGEST_SAY: usize = 4096;
/// The most numbers that one Dial rings.
const MOST_NUMBERS: usize = 10;
/// The longest name of a conference, in characters.
const LONGEST_NAME: usize = 128;
/// How often `loop="0"`, without end, is played.
const ENDLESS: u32 = 1000;

/// How an address is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// The form travels in the query.
    Get,
    /// The form travels in the body; the default.
    #[default]
    Post,
}

/// Something that is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Spoken text in a language (a BCP 47 tag).
    Say {
        /// The text.
        text: String,
        /// The language, `en-US` if none was given.
        language: String,
    },
    /// A sound file.
    Play {
        /// Its address, possibly relative to the document's.
        url: String,
    },
    /// Silence.
    Pause {
        /// Its length in seconds.
        seconds: u32,
    },
}

/// Keys are listened for while the prompts play and for `timeout` seconds after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gather {
    /// What is heard meanwhile.
    pub prompts: Vec<Prompt>,
    /// Where the keys go; the document's own address if none.
    pub action: Option<String>,
    /// How they go there.
    pub method: Method,
    /// Seconds of silence, after the prompts and between keys.
    pub timeout: u32,
    /// Ends at so many keys.
    pub num_digits: Option<usize>,
    /// Ends at this key; none if empty.
    pub finish_on_key: Option<char>,
    /// Whether silence calls the action too.
    pub action_on_empty: bool,
}

/// What a caller says is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where the recording is announced; the document's own address if none.
    pub action: Option<String>,
    /// How.
    pub method: Method,
    /// Seconds of silence that end it.
    pub timeout: u32,
    /// Any of these keys ends it.
    pub finish_on_key: String,
    /// Seconds that it lasts at most.
    pub max_length: u32,
    /// Whether a tone is heard first.
    pub beep: bool,
    /// Told of the file.
    pub status_callback: Option<String>,
    /// Told what was said.
    pub transcribe_callback: Option<String>,
}

/// A number that Dial rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// In E.164.
    pub number: String,
    /// TwiML that the callee hears before he is connected.
    pub screen: Option<String>,
    /// How it is requested.
    pub method: Method,
    /// Told how this leg fares.
    pub status_callback: Option<String>,
    /// Which of initiated, ringing, answered, completed are told.
    pub status_events: Vec<String>,
}

/// A conference that Dial enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conference {
    /// What it is called.
    pub name: String,
    /// Whether it may begin once this one is in.
    pub start_on_enter: bool,
    /// Whether it is over once this one leaves.
    pub end_on_exit: bool,
    /// What is heard until it begins; none is the carrier's music.
    pub wait_url: Option<String>,
    /// How that is requested.
    pub wait_method: Method,
    /// How many may be in it.
    pub most: usize,
    /// Told how it fares, as the first one in asks for.
    pub status_callback: Option<String>,
    /// Which of start, end, join, leave are told.
    pub status_events: Vec<String>,
}

/// Rings one number or several at once, of which the first to pick up is connected; or enters a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Whom; nobody if there is a conference.
    pub numbers: Vec<Number>,
    /// The conference that is entered.
    pub conference: Option<Conference>,
    /// Where the outcome goes; without it the next verb runs.
    pub action: Option<String>,
    /// How.
    pub method: Method,
    /// Seconds to ring.
    pub timeout: u32,
    /// Seconds that the connection lasts at most.
    pub time_limit: Option<u32>,
    /// The number shown to the callee.
    pub caller_id: Option<String>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Say, Play or Pause.
    Prompt(Prompt),
    /// Gather.
    Gather(Gather),
    /// Record.
    Record(Record),
    /// Dial.
    Dial(Dial),
    /// Goes on with another document.
    Redirect {
        /// Its address.
        url: String,
        /// How it is requested.
        method: Method,
    },
    /// Ends the call.
    Hangup,
    /// Turns the call away unanswered.
    Reject {
        /// Whether the caller hears a busy tone instead of an announcement.
        busy: bool,
    },
}

/// Why a document cannot be run: the carrier's code and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct TwimlError {
    /// 12100 not XML, 12200 outside the schema, 11750 too large, 12300 wrong content type.
    pub code: u32,
    /// What is wrong, without the caller's words.
    pub message: String,
}

/// Reads an answer as it came: at most 64 kB, the header first.
pub fn parse_document(bytes: &[u8]) -> Result<Vec<Verb>, TwimlError> {
    if bytes.len() > LONGEST_DOCUMENT {
        return Err(TwimlError { code: 11750, message: "the document is larger than 64 kB".into() });
    }
    let text = std::str::from_utf8(bytes).map_err(bad_xml)?;
    let root = tree(text)?;
    if root.name != "Response" {
        return Err(schema(format!("the root is <{}>, not <Response>", root.name)));
    }
    root.only(&[])?;
    root.wordless()?;
    let mut verbs = Vec::new();
    for element in &root.children {
        match element.name.as_str() {
            "Say" | "Play" | "Pause" => verbs.extend(prompts(element)?.into_iter().map(Verb::Prompt)),
            "Gather" => verbs.push(Verb::Gather(gather(element)?)),
            "Record" => verbs.push(Verb::Record(record(element)?)),
            "Dial" => verbs.push(Verb::Dial(dial(element)?)),
            "Redirect" => verbs.push(redirect(element)?),
            "Hangup" => {
                element.only(&[])?;
                element.leaf()?;
                verbs.push(Verb::Hangup);
            }
            "Reject" => verbs.push(reject(element)?),
            other => return Err(schema(format!("<{other}> is outside the portable subset"))),
        }
    }
    Ok(verbs)
}

fn prompts(element: &Element) -> Result<Vec<Prompt>, TwimlError> {
    element.leaf()?;
    let once = match element.name.as_str() {
        "Say" => {
            element.only(&["voice", "language", "loop"])?;
            // Line breaks and indentation of the document are not spoken.
            let text = element.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.chars().count() > LONGEST_SAY {
                return Err(schema(format!("<Say> is longer than {LONGEST_SAY} characters")));
            }
            Prompt::Say { text, language: element.attribute("language").unwrap_or("en-US").to_owned() }
        }
        "Play" => {
            element.only(&["loop"])?;
            let url = element.text.trim().to_owned();
            if url.is_empty() {
                return Err(schema("<Play> names no file"));
            }
            Prompt::Play { url }
        }
        "Pause" => {
            element.only(&["length"])?;
            element.wordless()?;
            return Ok(vec![Prompt::Pause { seconds: element.number("length", 1, 0, 600)? }]);
        }
        other => return Err(schema(format!("<{other}> cannot be heard"))),
    };
    let times = match element.number("loop", 1, 0, ENDLESS)? {
        0 => ENDLESS,
        times => times,
    };
    Ok((0..times).map(|_| once.clone()).collect())
}

fn gather(element: &Element) -> Result<Gather, TwimlError> {
    element.only(&[
        "input",
        "action",
        "method",
        "timeout",
        "numDigits",
        "finishOnKey",
        "actionOnEmptyResult",
    ])?;
    element.wordless()?;
    if element.attribute("input").is_some_and(|input| input != "dtmf") {
        return Err(schema("<Gather> input other than dtmf is outside the portable subset"));
    }
    let mut nested = Vec::new();
    for child in &element.children {
        if !matches!(child.name.as_str(), "Say" | "Play" | "Pause") {
            return Err(schema(format!("<{}> is not allowed inside <Gather>", child.name)));
        }
        nested.extend(prompts(child)?);
    }
    let mut finish = element.attribute("finishOnKey").unwrap_or("#").chars();
    let finish_on_key = finish.next();
    if finish.next().is_some() || finish_on_key.is_some_and(|key| !is_key(key)) {
        return Err(schema("<Gather> finishOnKey must be one key or empty"));
    }
    let num_digits = match element.attribute("numDigits") {
        None => None,
        Some(_) => usize::try_from(element.number("numDigits", 1, 1, 1000)?).ok(),
    };
    Ok(Gather {
        prompts: nested,
        action: element.address("action"),
        method: element.method()?,
        timeout: element.number("timeout", 5, 0, 600)?,
        num_digits,
        finish_on_key,
        action_on_empty: element.flag("actionOnEmptyResult", false)?,
    })
}

/// Whether a phone has such a key.
pub fn is_key(key: char) -> bool {
    matches!(key, '0'..='9' | '*' | '#')
}

fn record(element: &Element) -> Result<Record, TwimlError> {
    element.only(&[
        "action",
        "method",
        "timeout",
        "finishOnKey",
        "maxLength",
        "playBeep",
        "trim",
        "recordingStatusCallback",
        "recordingStatusCallbackMethod",
        "recordingStatusCallbackEvent",
        "transcribe",
        "transcribeCallback",
    ])?;
    element.leaf()?;
    element.wordless()?;
    let finish_on_key = element.attribute("finishOnKey").unwrap_or("1234567890*#").to_owned();
    if !finish_on_key.chars().all(is_key) {
        return Err(schema("<Record> finishOnKey must be keys"));
    }
    Ok(Record {
        action: element.address("action"),
        method: element.method()?,
        timeout: element.number("timeout", 5, 0, 3600)?,
        finish_on_key,
        max_length: element.number("maxLength", 3600, 1, 14_400)?,
        beep: element.flag("playBeep", true)?,
        status_callback: element.address("recordingStatusCallback"),
        transcribe_callback: element.address("transcribeCallback"),
    })
}

fn dial(element: &Element) -> Result<Dial, TwimlError> {
    element.only(&["action", "method", "timeout", "timeLimit", "callerId"])?;
    let mut numbers = Vec::new();
    let mut entered = None;
    for child in &element.children {
        match child.name.as_str() {
            "Number" => numbers.push(number(child)?),
            "Conference" if element.children.len() == 1 => entered = Some(conference(child)?),
            "Conference" => return Err(schema("<Conference> must be alone in its <Dial>")),
            other => return Err(schema(format!("<{other}> in <Dial> is not known here"))),
        }
    }
    let plain = element.text.trim();
    if !plain.is_empty() {
        numbers.push(Number {
            number: plain.to_owned(),
            screen: None,
            method: Method::Post,
            status_callback: None,
            status_events: Vec::new(),
        });
    }
    let fits = match &entered {
        Some(_) => numbers.is_empty(),
        None => (1..=MOST_NUMBERS).contains(&numbers.len()),
    };
    if !fits {
        return Err(schema(format!("<Dial> takes 1 to {MOST_NUMBERS} numbers, not {}", numbers.len())));
    }
    let time_limit = match element.attribute("timeLimit") {
        None => None,
        Some(_) => Some(element.number("timeLimit", 14_400, 1, 86_400)?),
    };
    Ok(Dial {
        numbers,
        conference: entered,
        action: element.address("action"),
        method: element.method()?,
        timeout: element.number("timeout", 30, 1, 600)?,
        time_limit,
        caller_id: element.address("callerId"),
    })
}

fn conference(element: &Element) -> Result<Conference, TwimlError> {
    element.only(&[
        "startConferenceOnEnter",
        "endConferenceOnExit",
        "waitUrl",
        "waitMethod",
        "beep",
        "maxParticipants",
        "statusCallback",
        "statusCallbackEvent",
        "statusCallbackMethod",
    ])?;
    element.leaf()?;
    let name = element.text.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(schema(format!("<Conference> takes a name of 1 to {LONGEST_NAME} characters")));
    }
    if !matches!(element.attribute("beep"), None | Some("true" | "false" | "onEnter" | "onExit")) {
        return Err(schema("<Conference> beep must be true, false, onEnter or onExit"));
    }
    let events = element.attribute("statusCallbackEvent").unwrap_or("start end");
    Ok(Conference {
        name,
        start_on_enter: element.flag("startConferenceOnEnter", true)?,
        end_on_exit: element.flag("endConferenceOnExit", false)?,
        wait_url: element.address("waitUrl"),
        wait_method: element.method_of("waitMethod")?,
        most: usize::try_from(element.number("maxParticipants", 250, 2, 250)?).unwrap_or(250),
        status_callback: element.address("statusCallback"),
        status_events: events.split_whitespace().map(str::to_owned).collect(),
    })
}

fn number(element: &Element) -> Result<Number, TwimlError> {
    element.only(&["url", "method", "statusCallback", "statusCallbackEvent", "statusCallbackMethod"])?;
    element.leaf()?;
    let events = element.attribute("statusCallbackEvent").unwrap_or("completed");
    Ok(Number {
        number: element.text.trim().to_owned(),
        screen: element.address("url"),
        method: element.method()?,
        status_callback: element.address("statusCallback"),
        status_events: events.split_whitespace().map(str::to_owned).collect(),
    })
}

fn redirect(element: &Element) -> Result<Verb, TwimlError> {
    element.only(&["method"])?;
    element.leaf()?;
    let url = element.text.trim().to_owned();
    if url.is_empty() {
        return Err(schema("<Redirect> names no document"));
    }
    Ok(Verb::Redirect { url, method: element.method()? })
}

fn reject(element: &Element) -> Result<Verb, TwimlError> {
    element.only(&["reason"])?;
    element.leaf()?;
    match element.attribute("reason") {
        None | Some("rejected") => Ok(Verb::Reject { busy: false }),
        Some("busy") => Ok(Verb::Reject { busy: true }),
        Some(_) => Err(schema("<Reject> reason must be rejected or busy")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_portable_subset() {
        let verbs = parse_document(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><Response>\n  <Gather action=\"/k?a=1&amp;b=2\" numDigits=\"1\">\
              <Say language=\"de-DE\">Fish &amp; chips &#x21;\n  now</Say><Pause/></Gather>\
              <Dial timeout=\"25\"><Number url=\"/screen\">+15550101</Number></Dial><Hangup/></Response>",
        )
        .unwrap();
        let Verb::Gather(gather) = &verbs[0] else { panic!("{verbs:?}") };
        assert_eq!(gather.action.as_deref(), Some("/k?a=1&b=2"));
        assert_eq!(
            gather.prompts,
            [
                Prompt::Say { text: "Fish & chips ! now".into(), language: "de-DE".into() },
                Prompt::Pause { seconds: 1 }
            ]
        );
        assert_eq!((gather.timeout, gather.finish_on_key, gather.num_digits), (5, Some('#'), Some(1)));
        let Verb::Dial(dial) = &verbs[1] else { panic!("{verbs:?}") };
        assert_eq!((dial.timeout, dial.numbers[0].screen.as_deref()), (25, Some("/screen")));
        assert_eq!(verbs[2], Verb::Hangup);
    }

    #[test]
    fn refuses_what_is_outside() {
        let long = format!("<Response><Say>{}</Say></Response>", "a".repeat(LONGEST_SAY + 1));
        let large = format!("<Response><!--{}--></Response>", "a".repeat(LONGEST_DOCUMENT));
        for (code, document) in [
            (12100, " <?xml version=\"1.0\"?><Response/>"),
            (12100, ""),
            (12100, "Internal error"),
            (12100, "<Response><Say>a</Response>"),
            (12100, "<Response><Say>a & b</Say></Response>"),
            (12100, "<Response><Say>&#0;</Say></Response>"),
            (12100, "<Response><Say>\u{1}</Say></Response>"),
            (12100, "<Response><Say>&nbsp;</Say></Response>"),
            (12100, "<Response/><Response/>"),
            (12100, "<Response><Say voice=\"a\" voice=\"b\">x</Say></Response>"),
            (12100, "<!DOCTYPE x><Response/>"),
            (12200, "<html/>"),
            (12200, "<Response>hello</Response>"),
            (12200, "<Response><Enqueue>q</Enqueue></Response>"),
            (12200, "<Response><Dial><Conference/></Dial></Response>"),
            (12200, "<Response><Dial><Conference beep=\"loud\">c</Conference></Dial></Response>"),
            (12200, "<Response><Dial><Conference>c</Conference><Number>+15550101</Number></Dial></Response>"),
            (12200, "<Response><Dial><Queue>q</Queue></Dial></Response>"),
            (12200, "<Response><Gather input=\"speech\"/></Response>"),
            (12200, "<Response><Gather><Record/></Gather></Response>"),
            (12200, "<Response><Gather timeout=\"soon\"/></Response>"),
            (12200, "<Response><Gather hints=\"x\"/></Response>"),
            (12200, "<Response><Redirect/></Response>"),
            (12200, "<Response><Dial/></Response>"),
            (12200, "<Response><Reject reason=\"tired\"/></Response>"),
            (12200, &long),
            (11750, &large),
        ] {
            let error = parse_document(document.as_bytes()).expect_err(document);
            assert_eq!(error.code, code, "{document:.60}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(document in "(<\\?xml version=\"1.0\"\\?>)?<Response>[<>/a-zA-Z \"=&;#0-9]{0,60}</Response>|\\PC{0,80}") {
            let _ = parse_document(document.as_bytes());
        }
    }
}
