//! What somebody asks of a ticket in his own words, and what came of it, as pages and the API have both in common.

use crate::act::Said;
use crate::rules::effect::Answer;

/// The longest of somebody's own words that is kept, in characters.
const LONGEST: usize = 2000;

/// Why somebody's words are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoWords {
    /// There are none.
    Empty,
    /// There are too many.
    TooLong,
}

/// Somebody's own words, as they are kept.
pub(super) fn own_words(text: &str) -> Result<String, NoWords> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(NoWords::Empty),
        1..=LONGEST => Ok(text.to_owned()),
        _ => Err(NoWords::TooLong),
    }
}

/// What came of a command, in a word.
pub(super) fn code(said: &Said) -> &'static str {
    match &said.answer {
        Answer::Taken(_) => "taken",
        Answer::AlreadyTaken { .. } => "already-taken",
        Answer::YoursAlready(_) => "yours-already",
        Answer::Seen { .. } => "seen",
        Answer::Declined { .. } => "declined",
        Answer::NotAsked { .. } => "not-asked",
        Answer::Escalated { .. } => "escalated",
        Answer::Ringing { .. } => "ringing",
        Answer::NoCallbackNumber { .. } => "no-number",
        Answer::CalledBack { .. } => "called-back",
        Answer::Downgraded { .. } => "downgraded",
        Answer::NotLower { .. } => "not-lower",
        Answer::Resolved { .. } => "resolved",
        Answer::Noted { .. } => "noted",
        Answer::HandedOver { .. } => "handed-over",
        Answer::Paged { .. } => "paged",
        Answer::NoSuchAgent { .. } => "no-agent",
        Answer::NotAnAgent { .. } => "not-an-agent",
        Answer::Closed { .. } => "closed",
        Answer::Who { .. }
        | Answer::Status(_)
        | Answer::Help
        | Answer::Unclear { .. }
        | Answer::WhichOne(_)
        | Answer::NoSuchTicket { .. }
        | Answer::NotYours { .. } => "",
    }
}
