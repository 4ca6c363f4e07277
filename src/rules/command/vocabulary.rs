//! The words of the grammar: commands, courtesies that may stand beside them, and words that take a command back.

use super::own_words::Token;
use super::{Command, Reserved};

/// The commands by name, as the answer to an unclear text offers them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// `ACK`
    Ack,
    /// `DECLINE`
    Decline,
    /// `ESC`
    Esc,
    /// `CALL`
    Call,
    /// `DONE`
    Done,
    /// `DOWN`
    Down,
    /// `RESOLVE`
    Resolve,
    /// `NOTE`
    Note,
    /// `WHO`
    Who,
    /// `STATUS`
    Status,
    /// `?`
    Help,
}

/// Every spelling of every command, the one that is told to people first.
pub(super) const VERBS: [(Verb, &[&str]); 11] = [
    (Verb::Ack, &["ack", "acked", "acknowledge", "acknowledged"]),
    (Verb::Decline, &["decline", "declined", "nack"]),
    (Verb::Esc, &["esc", "escalate"]),
    (Verb::Call, &["call", "callback"]),
    (Verb::Done, &["done"]),
    (Verb::Down, &["down", "downgrade"]),
    (Verb::Resolve, &["resolve", "resolved"]),
    (Verb::Note, &["note"]),
    (Verb::Who, &["who", "whos"]),
    (Verb::Status, &["status"]),
    (Verb::Help, &["commands", "menu"]),
];

impl Verb {
    /// The command that a lower-case word spells.
    pub(super) fn of(word: &str) -> Option<Verb> {
        VERBS.iter().find(|(_, spellings)| spellings.contains(&word)).map(|(verb, _)| *verb)
    }

    /// As people are told to write it.
    pub fn spelling(self) -> &'static str {
        match self {
            Verb::Ack => "ACK",
            Verb::Decline => "DECLINE",
            Verb::Esc => "ESC",
            Verb::Call => "CALL",
            Verb::Done => "DONE",
            Verb::Down => "DOWN",
            Verb::Resolve => "RESOLVE",
            Verb::Note => "NOTE",
            Verb::Who => "WHO",
            Verb::Status => "STATUS",
            Verb::Help => "?",
        }
    }

    /// Whether the rest of the text belongs to it.
    pub(super) fn takes_text(self) -> bool {
        matches!(self, Verb::Down | Verb::Resolve | Verb::Note)
    }

    /// Whether it changes nothing, so that a sentence around it does no harm.
    pub fn only_asks(self) -> bool {
        matches!(self, Verb::Who | Verb::Status | Verb::Help)
    }

    /// Its command, if it needs no text.
    pub(super) fn bare(self) -> Option<Command> {
        match self {
            Verb::Ack => Some(Command::Acknowledge),
            Verb::Decline => Some(Command::Decline),
            Verb::Esc => Some(Command::Escalate),
            Verb::Call => Some(Command::CallCustomer),
            Verb::Done => Some(Command::CallbackDone),
            Verb::Who => Some(Command::Who),
            Verb::Status => Some(Command::Status),
            Verb::Help => Some(Command::Help),
            Verb::Down | Verb::Resolve | Verb::Note => None,
        }
    }
}

/// Words that may name the number that follows.
pub(super) const LABELS: [&str; 5] = ["ticket", "tkt", "case", "number", "nr"];

/// May stand before a command.
const OPENINGS: [&str; 12] =
    ["ok", "okay", "hi", "hello", "yes", "yep", "please", "pls", "nightbell", "i", "ill", "will"];

/// May stand before a command that takes words of its own: "I will resolve it" promises, and resolves nothing.
const GREETINGS: [&str; 8] = ["ok", "okay", "hi", "hello", "yes", "please", "pls", "nightbell"];

/// Words that put a resolution off.
const POSTPONING: [&str; 8] = ["in", "when", "after", "once", "soon", "will", "tonight", "by"];

/// May stand after a command. Nothing here can take it back or put it off.
const COURTESIES: [&str; 46] = [
    "ok", "okay", "thanks", "thank", "you", "thx", "ty", "please", "pls", "i", "im", "ill", "ive", "am",
    "have", "will", "got", "it", "this", "that", "the", "on", "to", "take", "taking", "took", "mine", "is",
    "my", "looking", "look", "into", "at", "now", "asap", "checking", "check", "calling", "and", "them",
    "him", "her", "me", "customer", "back", "for",
];

/// Words that take back, put off or question what stands beside them.
const DOUBTS: [&str; 46] = [
    "not", "no", "nope", "never", "none", "nobody", "cannot", "cant", "dont", "wont", "didnt", "havent",
    "hasnt", "isnt", "wasnt", "arent", "aint", "couldnt", "shouldnt", "wouldnt", "doesnt", "neednt",
    "unable", "wrong", "mistake", "oops", "sorry", "wait", "ignore", "undo", "else", "someone", "somebody",
    "another", "later", "tomorrow", "busy", "if", "unless", "until", "but", "instead", "actually", "maybe",
    "yet", "nor",
];

/// Whether the word may open a text.
pub(super) fn is_opening(word: &str) -> bool {
    OPENINGS.contains(&word)
}

/// Whether the word may open a text that is kept as it is.
pub(super) fn is_greeting(word: &str) -> bool {
    GREETINGS.contains(&word)
}

/// Whether the word tells of what is still to come, wherever it stands.
pub(super) fn is_promise(word: &str) -> bool {
    ["will", "tomorrow", "tonight", "soon", "later"].contains(&word)
}

/// Whether the word puts off what it follows.
pub(super) fn postpones(word: &str) -> bool {
    POSTPONING.contains(&word)
}

/// Whether the word may follow a command.
pub(super) fn is_courtesy(word: &str) -> bool {
    COURTESIES.contains(&word)
}

/// Whether the word takes a command back. Other commands do so as well: two commands are no command.
pub(super) fn is_doubt(word: &str) -> bool {
    DOUBTS.contains(&word) || Verb::of(word).is_some()
}

/// Whether the token only names the number after it.
pub(super) fn is_ticket_label(token: &Token) -> bool {
    matches!(token, Token::Word(word) if LABELS.contains(&word.as_str()))
}

/// Whether the word is a part of the grammar, and so no prefix of a ticket's number.
pub(super) fn is_known(word: &str) -> bool {
    Verb::of(word).is_some()
        || is_doubt(word)
        || is_courtesy(word)
        || is_opening(word)
        || LABELS.contains(&word)
}

/// The carriers' own words (telephony.md, section 2).
pub(super) fn reserved(word: &str) -> Option<Reserved> {
    match word {
        "stop" | "stopall" | "unsubscribe" | "end" | "quit" | "revoke" | "optout" | "cancel" => {
            Some(Reserved::OptOut)
        }
        "start" | "yes" | "unstop" => Some(Reserved::OptIn),
        "help" | "info" => Some(Reserved::Info),
        _ => None,
    }
}

/// What an unclear text may have meant.
pub(super) fn nearest(tokens: &[Token]) -> Option<Verb> {
    let words: Vec<&str> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            _ => None,
        })
        .collect();
    let named = words.iter().find_map(|word| Verb::of(word));
    if words.iter().any(|word| DOUBTS.contains(word)) {
        // "can't ack", "not mine", "wrong person".
        return if matches!(named, None | Some(Verb::Ack)) { Some(Verb::Decline) } else { named };
    }
    named.or_else(|| words.iter().find_map(|word| resembling(word))).or_else(|| {
        let claims =
            words.iter().any(|word| matches!(*word, "mine" | "ok" | "okay" | "got" | "roger" | "copy"));
        let numbered = words.is_empty() && tokens.iter().any(|token| matches!(token, Token::Number { .. }));
        (claims || numbered).then_some(Verb::Ack)
    })
}

/// The command that the word misspells by one letter.
fn resembling(word: &str) -> Option<Verb> {
    let spelled = VERBS.iter().find(|(_, spellings)| {
        spellings.iter().any(|spelling| spelling.len() >= 3 && one_slip_apart(word, spelling))
    });
    spelled.map(|(verb, _)| *verb)
}

/// Whether two words differ by one letter more, less or other, or by two neighbours exchanged.
fn one_slip_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[same..], &long[same..]);
    match long.len() - short.len() {
        0 => match (short, long) {
            ([a, b, short @ ..], [c, d, long @ ..]) if a == d && b == c => short == long,
            ([_, short @ ..], [_, long @ ..]) => short == long,
            _ => true,
        },
        1 => short == &long[1..],
        _ => false,
    }
}
