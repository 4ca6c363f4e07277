//! Webhooks about texts: one that came in, and the report of how one that we sent goes.

use super::{EventError, TextState, number, sid, state, text};
use crate::wire::form::Form;
use crate::wire::private::{FreeText, Number};
use crate::wire::sid::Sid;

/// More attachments than any carrier takes with one text.
const MOST_MEDIA: usize = 10;

/// A text from somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundText {
    /// The text.
    pub sid: Sid,
    /// Who sent it: a number in E.164, a short code or a name ([`Number::is_e164`] tells which).
    pub from: Number,
    /// Our line.
    pub to: Number,
    /// What it says; may be empty, e.g. when only a picture was sent.
    pub body: FreeText,
    /// What is attached, at most 10.
    pub media: Vec<Media>,
    /// How many parts it came in.
    pub segments: Option<u32>,
    /// The carrier's own keyword if this was one and the carrier has dealt with it: `STOP`, `START` or `HELP`.
    pub opt_out: Option<String>,
}

/// An attachment of a text, at the carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Where the form says it is. To be shown; never fetched as it stands.
    pub url: String,
    /// Its type as the sender named it; empty if not named.
    pub content_type: String,
}

impl InboundText {
    /// Reads an incoming text's webhook. Needs `MessageSid`, `From` and `To`.
    pub fn parse(form: &Form) -> Result<InboundText, EventError> {
        let attached = number::<usize>(form, "NumMedia").unwrap_or(0).min(MOST_MEDIA);
        let media = (0..attached).filter_map(|n| {
            let content_type = text(form, &format!("MediaContentType{n}")).unwrap_or_default();
            text(form, &format!("MediaUrl{n}")).map(|url| Media { url, content_type })
        });
        Ok(InboundText {
            sid: sid(form, "MessageSid")?,
            from: Number::new(super::needed(form, "From")?),
            to: Number::new(super::needed(form, "To")?),
            body: FreeText::new(form.get("Body").unwrap_or_default()),
            media: media.collect(),
            segments: number(form, "NumSegments"),
            opt_out: text(form, "OptOutType"),
        })
    }
}

/// A text of ours reports how it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextStatus {
    /// The text.
    pub sid: Sid,
    /// Where it is.
    pub state: TextState,
    /// Why it failed; [`crate::wire::about`] says whom it concerns.
    pub error_code: Option<u32>,
}

impl TextStatus {
    /// Reads a text's status webhook. Needs `MessageSid` and `MessageStatus`.
    pub fn parse(form: &Form) -> Result<TextStatus, EventError> {
        Ok(TextStatus {
            sid: sid(form, "MessageSid")?,
            state: state(form, "MessageStatus", TextState::read)?,
            error_code: number(form, "ErrorCode"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbound(body: &str) -> Result<InboundText, EventError> {
        InboundText::parse(&Form::parse(body.as_bytes()))
    }

    #[test]
    fn a_text_is_read_whole() {
        let text = inbound(
            "MessageSid=MM1&SmsSid=MM1&From=%2B18025550147&To=%2B18025550100&Body=ACK%0A%3E+page&NumSegments=2&NumMedia=2\
             &MediaUrl0=https%3A%2F%2Fmedia.example.com%2F1&MediaContentType0=image%2Fpng&MediaUrl1=&OptOutType=STOP",
        );
        let media =
            vec![Media { url: "https://media.example.com/1".into(), content_type: "image/png".into() }];
        assert_eq!(
            text,
            Ok(InboundText {
                sid: "MM1".parse().unwrap(),
                from: Number::new("+18025550147"),
                to: Number::new("+18025550100"),
                body: FreeText::new("ACK\n> page"),
                media,
                segments: Some(2),
                opt_out: Some("STOP".into()),
            })
        );
    }

    #[test]
    fn hostile_text_is_kept_to_be_shown() {
        for (sent, read) in [
            ("%1b%5b2J%07", "\u{1b}[2J\u{7}"),
            ("%ffACK", "\u{FFFD}ACK"),
            ("%E2%80%AEkca", "\u{202e}kca"),
            ("%3Cscript%3E", "<script>"),
            ("", ""),
        ] {
            let text = inbound(&format!("MessageSid=SM1&From=12345&To=%2B18025550100&Body={sent}")).unwrap();
            assert_eq!(text.body.as_str(), read);
            assert!(!text.from.is_e164(), "a short code");
        }
        let many = "MessageSid=SM1&From=x&To=y&NumMedia=many&MediaUrl0=a";
        assert_eq!(inbound(many).map(|text| text.media.len()), Ok(0), "a count that is no number");
        assert_eq!(inbound(&many.replace("many", "4000000")).map(|text| text.media.len()), Ok(1));
    }

    #[test]
    fn what_cannot_do_without_a_field_names_it() {
        assert_eq!(inbound("From=x&To=y"), Err(EventError::Missing("MessageSid")));
        assert_eq!(inbound("MessageSid=SM1&To=y"), Err(EventError::Missing("From")));
        assert_eq!(inbound("MessageSid=SM1&From=x"), Err(EventError::Missing("To")));
        let status = |body: &str| TextStatus::parse(&Form::parse(body.as_bytes()));
        assert_eq!(status("MessageSid=SM1"), Err(EventError::Missing("MessageStatus")));
        assert_eq!(status("MessageSid=SM1&MessageStatus=lost"), Err(EventError::Unreadable("MessageStatus")));
        assert_eq!(
            status("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30006"),
            Ok(TextStatus {
                sid: "SM1".parse().unwrap(),
                state: TextState::Undelivered,
                error_code: Some(30006)
            })
        );
    }
}
