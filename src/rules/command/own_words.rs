//! What of a text is the writer's own: quoted originals, "On … wrote:" and signatures are not.

use crate::rules::ticket_name::TicketName;

use super::vocabulary;

/// The writer's own words.
pub(super) struct Own<'a> {
    /// The first line that says something; it holds the command.
    pub(super) first: &'a str,
    /// The lines after it, up to a quotation or a signature.
    pub(super) tail: &'a str,
}

impl<'a> Own<'a> {
    /// Whether the first line is a question: "ack?" asks and does not acknowledge.
    pub(super) fn asks(&self) -> bool {
        self.first.contains(['?', '？'])
    }

    /// Whether the lines after the first take back what it says.
    pub(super) fn tail_doubts(&self) -> bool {
        self.tail.contains(['?', '？'])
            || tokens(self.tail)
                .iter()
                .any(|token| matches!(token, Token::Word(word) if vocabulary::is_doubt(word)))
    }

    /// What follows `word` in the first line, without leading punctuation. `word` is lower-case ASCII.
    pub(super) fn after(&self, word: &str) -> Option<&'a str> {
        // Lower-casing ASCII alone keeps the offsets.
        let lower = self.first.to_ascii_lowercase();
        let at = lower.find(word)?;
        self.first.get(at + word.len()..).map(trim_lead)
    }
}

/// Finds the writer's own lines.
pub(super) fn own_text(body: &str) -> Own<'_> {
    let mut end = 0;
    let mut first: Option<&str> = None;
    let mut tail_from = body.len();
    for line in body.split_inclusive('\n') {
        let bare = line.trim();
        // Some programs put the quotation first; what follows it is the writer's own.
        let quoted_above = first.is_none() && bare.starts_with('>');
        if !bare.is_empty() && !quoted_above && is_foreign(bare) {
            break;
        }
        end += line.len();
        if first.is_none()
            && !quoted_above
            && bare.contains(|c: char| c.is_alphanumeric() || matches!(c, '?' | '？'))
        {
            first = Some(bare);
            tail_from = end;
        }
    }
    Own { first: first.unwrap_or(""), tail: body.get(tail_from..end).unwrap_or("").trim() }
}

/// Whether a quotation, a signature or one of our own texts begins with this line. A single dash begins none of them: it
/// may as well take back the command above it.
fn is_foreign(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let wrote = lower.starts_with("on ") && lower.trim_end().ends_with("wrote:");
    let dashes = lower.starts_with("--") || lower.starts_with("__");
    let ours = lower.strip_prefix("sev").is_some_and(|rest| rest.contains('#'));
    wrote
        || dashes
        || ours
        || lower.starts_with(['>', '|', '"', '“', '«', '»'])
        || lower.starts_with("sent from ")
        || lower.starts_with("from:")
}

/// One piece of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// Letters, lower-case, with the apostrophes between them left out.
    Word(String),
    /// Digits, with the end of a line's number perhaps.
    Number {
        /// The ticket that they name, if they name one.
        name: TicketName,
        /// Whether a `#`, a prefix (`NB-1042`) or a line's end (`1042/0105`) says that it is a ticket's number.
        marked: bool,
    },
    /// Something that is neither: a time, a sum, `1st`, `-1`, more digits than a number has.
    Odd,
}

/// Cuts a line into words and numbers; punctuation and emoji fall away.
pub(super) fn tokens(line: &str) -> Vec<Token> {
    let chars: Vec<char> = line.chars().filter(|c| !is_invisible(*c)).collect();
    let digit_at = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut found = Vec::new();
    let mut at = 0;
    let mut marked = false;
    while let Some(&c) = chars.get(at) {
        if c.is_ascii_digit() {
            let start = at;
            let negative = start > 0 && chars[start - 1] == '-' && !marked;
            let mut odd = negative;
            while let Some(&c) = chars.get(at) {
                let inside = c.is_ascii_digit();
                let joined = (c.is_alphabetic()
                    || (matches!(c, '.' | ',' | ':' | '/' | '-') && digit_at(at + 1)))
                    && !inside;
                odd |= joined;
                if !inside && !joined {
                    break;
                }
                at += 1;
            }
            let name = chars[start..at].iter().collect::<String>().parse::<TicketName>();
            found.push(match name {
                Ok(name) if name.line.is_some() && !negative => Token::Number { name, marked: true },
                Ok(name) if !odd => Token::Number { name, marked },
                _ => Token::Odd,
            });
            marked = false;
        } else if c.is_alphabetic() {
            let mut word = String::new();
            while let Some(&c) = chars.get(at) {
                if c.is_alphabetic() {
                    word.extend(c.to_lowercase());
                } else if !(is_apostrophe(c) && chars.get(at + 1).is_some_and(|c| c.is_alphabetic())) {
                    break;
                }
                at += 1;
            }
            // `NB-1042`: a prefix is for writing only.
            let prefix = chars.get(at) == Some(&'-') && digit_at(at + 1) && !vocabulary::is_known(&word);
            marked = prefix;
            if prefix {
                at += 1;
            } else {
                found.push(Token::Word(word));
            }
        } else {
            marked = c == '#';
            if c.is_numeric() {
                found.push(Token::Odd);
            }
            at += 1;
        }
    }
    found
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// Joiners and variation selectors, which keyboards leave inside words and around digits.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '\u{ad}'
    )
}

/// Without leading spaces and the punctuation that parts a command from its text.
pub(super) fn trim_lead(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | ',' | '.' | ';' | '-' | '–' | '—' | '!')
    })
}

/// `text` without `word` at its front, if it stands there as a word (digits may follow at once: `sev3`).
pub(super) fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    let after = &text[word.len()..];
    (head.eq_ignore_ascii_case(word) && !after.starts_with(char::is_alphabetic)).then_some(after)
}

/// Without a leading "ticket" and the like.
pub(super) fn skip_label(text: &str) -> &str {
    vocabulary::LABELS.iter().find_map(|label| strip_word(text, label)).map_or(text, trim_lead)
}

/// The rest of the first line and the lines after it, as one text.
pub(super) fn join(first: &str, tail: &str) -> String {
    let mut text = first.trim().to_owned();
    if !tail.is_empty() {
        text.push('\n');
        text.push_str(tail);
    }
    text.trim().to_owned()
}
