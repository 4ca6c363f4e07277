//! What a caller hears when the desk's own words cannot be had: the database does not answer, or nobody knows whose line
//! it is. English alone: the caller's language is in the database.

/// The language of these.
pub(super) const LANGUAGE: &str = "en-US";

/// Nobody's line.
pub(super) const NOT_A_LINE: &str = "We are sorry. This number is not in use for support. Please check the number that you were given. Goodbye.";

/// To whom nothing can be done for: the carrier does not name his call.
pub(super) const NO_CALL: &str =
    "We are sorry, our system has a problem and could not take your call. Please hang up and call again.";

/// While nothing can be written down.
pub(super) const STAY: &str = "Please stay on the line. We are connecting you.";

/// Before somebody is rung as the last resort.
pub(super) const RINGING: &str =
    "We are sorry, our system has a problem. We are calling somebody for you now. Please stay on the line.";

/// Before a message is recorded as the last resort.
pub(super) const LEAVE_A_MESSAGE: &str = "We are sorry, our system has a problem, and your call is not lost. After the \
     tone, please say who you are, at which number we can reach you, and what is wrong. It is recorded.";

/// After that message.
pub(super) const THANKS: &str = "Thank you. Somebody will be told as soon as possible. Goodbye.";

/// To an agent whose answer could not be taken.
pub(super) const SORRY_AGENT: &str = "We are sorry, our system has a problem, and your answer was not taken. You will be called again. Goodbye.";

/// At the carrier's own fallback, before a message is recorded there.
pub(super) const FALLBACK_MESSAGE: &str = "We are sorry, our system has a problem. After the tone, please say who you \
     are, at which number we can reach you, and what is wrong. It is recorded, and somebody will be told as soon as \
     the system is back. You may hang up when you are done.";
