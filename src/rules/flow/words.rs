//! What is put into the words of a flow: the `{fields}`, by name, as they are spoken and as they are written.

use crate::rules::contact::PhoneNumber;
use crate::rules::script::Prompt;

use super::{Facts, Position};

/// The most characters of one `<Say>` once its text is escaped (the carrier's limit).
pub const SAY_LIMIT: usize = 4096;
/// The most characters of a text (the carrier's limit).
pub const TEXT_LIMIT: usize = 1600;

/// Where the value of a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// The desk's words: [`Facts::fields`], in the caller's language.
    Desk,
    /// A ticket number: spoken digit by digit.
    Ticket,
    /// A number of the desk: spoken digit by digit.
    Number,
    /// A number from the caller or the network: spoken digit by digit, and never written into a text.
    Caller,
    /// The key of a choice, in a `language` step.
    Key,
}

/// Every field: its name, where it comes from, and what it says.
pub const FIELDS: &[(&str, FieldKind, &str)] = &[
    ("desk", FieldKind::Desk, "the desk's name as it is spoken"),
    ("severity1", FieldKind::Desk, "what makes a Severity 1, as in `Severity 1 means: …`"),
    ("severity2", FieldKind::Desk, "what makes a Severity 2"),
    ("severity3", FieldKind::Desk, "what makes a Severity 3"),
    ("severity4", FieldKind::Desk, "what makes a Severity 4"),
    ("topics", FieldKind::Desk, "what is never urgent, as in `for …, press 3`"),
    ("support_hours", FieldKind::Desk, "when the daytime desk works, as in `support hours are …`"),
    ("resumes", FieldKind::Desk, "when somebody is there again, as in `cover resumes …`"),
    ("email", FieldKind::Desk, "the desk's e-mail address"),
    ("web", FieldKind::Desk, "the desk's address on the web"),
    ("open_state", FieldKind::Desk, "how the open ticket stands, as a sentence"),
    (
        "agent_pages",
        FieldKind::Desk,
        "the open pages of the agent who calls, as a sentence, first things first",
    ),
    ("rung", FieldKind::Desk, "whom we ring for a caller who waits, as in `we are ringing …`"),
    ("main_number", FieldKind::Number, "the daytime desk's number"),
    ("ticket", FieldKind::Ticket, "this call's ticket number"),
    (
        "open_ticket",
        FieldKind::Ticket,
        "the number of the ticket that may be joined, or of a page that an agent was told of and cannot take any more",
    ),
    ("caller_id", FieldKind::Caller, "the number that the network names"),
    ("callback_number", FieldKind::Caller, "the number that the caller gave"),
    ("key", FieldKind::Key, "the key that chooses a language"),
];

/// The kind of the field `name`, if there is such a field.
pub(super) fn kind(name: &str) -> Option<FieldKind> {
    FIELDS.iter().find(|(field, ..)| *field == name).map(|(_, kind, _)| *kind)
}

/// A text taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Field(&'a str),
}

/// Takes a text apart; `None` if a brace has no partner.
pub(super) fn pieces(mut text: &str) -> Option<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    while let Some(open) = text.find(['{', '}']) {
        let (before, from) = text.split_at(open);
        let (name, rest) = from.strip_prefix('{')?.split_once('}')?;
        if name.contains('{') {
            return None;
        }
        found.push(Piece::Text(before));
        found.push(Piece::Field(name));
        text = rest;
    }
    found.push(Piece::Text(text));
    Some(found)
}

/// Whether a carrier can play what is there: a whole address, or a path below ours.
pub(super) fn is_playable(address: &str) -> bool {
    let place = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix('/').filter(|rest| !rest.starts_with('/')));
    place.is_some_and(|place| {
        !place.is_empty()
            && !address
                .chars()
                .any(|letter| letter.is_whitespace() || letter.is_control() || "<>\"#".contains(letter))
    })
}

/// How a text reaches the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    Spoken,
    Written,
}

/// The text with its fields filled in. A field without a value is left out.
pub(super) fn fill(text: &str, medium: Medium, position: &Position, facts: &Facts<'_>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text).unwrap_or_else(|| vec![Piece::Text(text)]) {
        match piece {
            // The desk's words may be sentences already: no second full stop.
            Piece::Text(text) if filled.ends_with('.') && text.starts_with('.') => {
                filled.push_str(&text[1..])
            }
            Piece::Text(text) => filled.push_str(text),
            Piece::Field(name) => {
                filled.push_str(value(name, medium, position, facts).unwrap_or_default().trim());
            }
        }
    }
    filled
}

/// Whether the field has a value now.
pub(super) fn is_present(name: &str, position: &Position, facts: &Facts<'_>) -> bool {
    value(name, Medium::Written, position, facts).is_some_and(|value| !value.is_empty())
}

fn value(name: &str, medium: Medium, position: &Position, facts: &Facts<'_>) -> Option<String> {
    let number = |number: Option<&PhoneNumber>| {
        number.map(|number| match medium {
            Medium::Spoken => facts.plan.spoken(number),
            Medium::Written => number.to_string(),
        })
    };
    let ticket = |ticket: Option<&String>| {
        ticket.map(|ticket| match medium {
            Medium::Spoken => digit_by_digit(ticket),
            Medium::Written => ticket.clone(),
        })
    };
    match name {
        "ticket" => ticket(facts.ticket.as_ref()),
        "open_ticket" => ticket(facts.open_ticket.as_ref()),
        "caller_id" => number(facts.caller_id.as_ref()),
        "callback_number" => number(position.callback.as_ref()),
        "main_number" => number(facts.numbers.get("main")),
        // A word that the desk has in one language only is better than none.
        _ => [Some(&position.language), facts.languages.first()]
            .into_iter()
            .flatten()
            .find_map(|language| facts.fields.get(language)?.get(name).cloned()),
    }
}

/// Digits with a space between them, so that a voice does not read a number as thousands.
fn digit_by_digit(digits: &str) -> String {
    let digits: Vec<String> = digits.chars().map(String::from).collect();
    digits.join(" ")
}

/// How long a text is once it is written as XML.
pub(super) fn written_length(text: &str) -> usize {
    text.chars().map(written_width).sum()
}

fn written_width(letter: char) -> usize {
    match letter {
        '&' => 5,
        '<' | '>' => 4,
        '"' | '\'' => 6,
        _ => 1,
    }
}

/// Prompts for a filled text: one, unless it is too long for one.
pub(super) fn say(language: &str, text: &str) -> Vec<Prompt> {
    let mut prompts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(cut(rest));
        prompts.push(Prompt::Say { language: language.to_owned(), text: part.trim().to_owned() });
        rest = after.trim_start();
    }
    prompts
}

/// Where a text is cut so that its beginning fits one prompt: at a space if there is one.
fn cut(text: &str) -> usize {
    let mut width = 0;
    let mut space = None;
    for (at, letter) in text.char_indices() {
        width += written_width(letter);
        if width > SAY_LIMIT {
            return space.unwrap_or(at);
        }
        if letter == ' ' {
            space = Some(at);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_apart_at_their_fields() {
        assert_eq!(
            pieces("Ticket {ticket}."),
            Some(vec![Piece::Text("Ticket "), Piece::Field("ticket"), Piece::Text(".")])
        );
        for broken in ["{", "}", "{a", "a}", "{{a}}", "{a{b}"] {
            assert_eq!(pieces(broken), None, "{broken}");
        }
    }

    #[test]
    fn digits_are_spoken_one_by_one() {
        assert_eq!(digit_by_digit("1042"), "1 0 4 2");
    }

    #[test]
    fn a_long_text_becomes_prompts_that_fit() {
        let text = "Don't stop & wait. ".repeat(600);
        let prompts = say("en", &text);
        assert!(prompts.len() > 2);
        let mut joined = Vec::new();
        for prompt in prompts {
            let Prompt::Say { text, .. } = prompt else { panic!("not said") };
            assert!(written_length(&text) <= SAY_LIMIT);
            joined.push(text);
        }
        assert_eq!(joined.join(" "), text.trim());
        assert!(say("en", " ").is_empty());
        assert_eq!(say("en", &"x".repeat(SAY_LIMIT + 1)).len(), 2);
    }
}
