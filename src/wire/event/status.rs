//! The states that carriers report, each with its rank. Where a carrier contradicts itself (busy, then completed), the
//! stronger evidence ranks higher: that a call was answered, that a text arrived.

/// The state of a call. Ordered by [`CallState::rank`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallState {
    /// Waiting at the carrier.
    Queued,
    /// On its way out.
    Initiated,
    /// The phone rings.
    Ringing,
    /// Somebody or something answered.
    InProgress,
    /// Withdrawn by us before it was answered.
    Canceled,
    /// It could not be put through.
    Failed,
    /// Nobody answered in time.
    NoAnswer,
    /// Engaged.
    Busy,
    /// It was answered, and is over.
    Completed,
}

impl CallState {
    /// The carrier's word for it; `None` if it is no word that we know.
    pub fn read(word: &str) -> Option<CallState> {
        Some(match word {
            "queued" => CallState::Queued,
            "initiated" => CallState::Initiated,
            "ringing" => CallState::Ringing,
            "in-progress" | "answered" => CallState::InProgress,
            "canceled" => CallState::Canceled,
            "failed" => CallState::Failed,
            "no-answer" => CallState::NoAnswer,
            "busy" => CallState::Busy,
            "completed" => CallState::Completed,
            _ => return None,
        })
    }

    /// A report counts only if it ranks above what is known. The numbers may be stored.
    pub fn rank(self) -> u8 {
        match self {
            CallState::Queued => 0,
            CallState::Initiated => 1,
            CallState::Ringing => 2,
            CallState::InProgress => 3,
            CallState::Canceled => 10,
            CallState::Failed => 11,
            CallState::NoAnswer => 12,
            CallState::Busy => 13,
            CallState::Completed => 14,
        }
    }

    /// Whether the call is over.
    pub fn is_final(self) -> bool {
        self.rank() >= CallState::Canceled.rank()
    }
}

/// The state of a text that we sent. Ordered by [`TextState::rank`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextState {
    /// Waiting at the carrier.
    Queued,
    /// Being handed over.
    Sending,
    /// Handed to the next network; of several parts, some may have arrived.
    Sent,
    /// Withdrawn.
    Canceled,
    /// The carrier could not send it.
    Failed,
    /// The network could not deliver it.
    Undelivered,
    /// It is on the phone.
    Delivered,
    /// It was opened.
    Read,
}

impl TextState {
    /// The carrier's word for it; `None` if it is no word that we know.
    pub fn read(word: &str) -> Option<TextState> {
        Some(match word {
            "accepted" | "scheduled" | "queued" => TextState::Queued,
            "sending" => TextState::Sending,
            "sent" | "partially_delivered" => TextState::Sent,
            "canceled" => TextState::Canceled,
            "failed" => TextState::Failed,
            "undelivered" => TextState::Undelivered,
            "delivered" => TextState::Delivered,
            "read" => TextState::Read,
            _ => return None,
        })
    }

    /// A report counts only if it ranks above what is known. The numbers may be stored.
    pub fn rank(self) -> u8 {
        match self {
            TextState::Queued => 0,
            TextState::Sending => 1,
            TextState::Sent => 2,
            TextState::Canceled => 10,
            TextState::Failed => 11,
            TextState::Undelivered => 12,
            TextState::Delivered => 13,
            TextState::Read => 14,
        }
    }

    /// Whether the text will not get any further than this, or has arrived.
    pub fn is_final(self) -> bool {
        self.rank() >= TextState::Canceled.rank()
    }
}

/// How the other leg of a `Dial` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialState {
    /// It was answered, and is over.
    Completed,
    /// It was answered, and the caller's leg goes on.
    Answered,
    /// Engaged.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// It could not be put through.
    Failed,
    /// The caller hung up first.
    Canceled,
}

impl DialState {
    /// The carrier's word for it; `None` if it is no word that we know.
    pub fn read(word: &str) -> Option<DialState> {
        Some(match word {
            "completed" => DialState::Completed,
            "answered" => DialState::Answered,
            "busy" => DialState::Busy,
            "no-answer" => DialState::NoAnswer,
            "failed" => DialState::Failed,
            "canceled" => DialState::Canceled,
            _ => return None,
        })
    }

    /// Whether somebody or something answered.
    pub fn was_answered(self) -> bool {
        matches!(self, DialState::Completed | DialState::Answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL_WORDS: [&str; 9] = [
        "queued",
        "initiated",
        "ringing",
        "in-progress",
        "canceled",
        "failed",
        "no-answer",
        "busy",
        "completed",
    ];
    const TEXT_WORDS: [&str; 8] =
        ["queued", "sending", "sent", "canceled", "failed", "undelivered", "delivered", "read"];

    #[test]
    fn every_word_has_its_state_and_ranks_rise_strictly() {
        let calls: Vec<CallState> = CALL_WORDS.iter().filter_map(|word| CallState::read(word)).collect();
        assert_eq!(calls.len(), CALL_WORDS.len());
        assert!(calls.windows(2).all(|pair| pair[0].rank() < pair[1].rank() && pair[0] < pair[1]));
        let texts: Vec<TextState> = TEXT_WORDS.iter().filter_map(|word| TextState::read(word)).collect();
        assert_eq!(texts.len(), TEXT_WORDS.len());
        assert!(texts.windows(2).all(|pair| pair[0].rank() < pair[1].rank() && pair[0] < pair[1]));
        assert_eq!(CallState::read("answered"), Some(CallState::InProgress));
        assert_eq!(TextState::read("partially_delivered"), Some(TextState::Sent));
        assert_eq!(TextState::read("accepted"), Some(TextState::Queued));
        assert_eq!(
            (CallState::read("Completed"), TextState::read(""), DialState::read("?")),
            (None, None, None)
        );
    }

    #[test]
    fn what_is_over_is_told_from_what_goes_on() {
        for word in CALL_WORDS {
            let goes_on = ["queued", "initiated", "ringing", "in-progress"].contains(&word);
            assert_eq!(CallState::read(word).map(CallState::is_final), Some(!goes_on), "{word}");
        }
        for word in TEXT_WORDS {
            let goes_on = ["queued", "sending", "sent"].contains(&word);
            assert_eq!(TextState::read(word).map(TextState::is_final), Some(!goes_on), "{word}");
        }
        for (word, answered) in
            [("completed", true), ("answered", true), ("no-answer", false), ("busy", false)]
        {
            assert_eq!(DialState::read(word).map(DialState::was_answered), Some(answered), "{word}");
        }
    }
}
