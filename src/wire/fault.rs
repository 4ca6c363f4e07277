//! What a carrier's error code is about, and so what helps: another way to reach the person, or another sender. The
//! same codes come in refusals of a request and, later, in the status of a text that was accepted.
//!
//! Source: the carriers' error dictionary (twilio.com/docs/api/errors).

/// Whom a refusal concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// The number dialled or texted: the next contact method now, and this one is marked.
    Number,
    /// This sender with this number, e.g. opted out: another kind of contact method now, and the manager is told.
    Pair,
    /// The sender or the account: the next sender or carrier now, the manager is told, and nothing is held against the
    /// person's number.
    Sender,
    /// The call that was to be changed: it is over, or not there.
    Call,
    /// Nobody in particular (unreachable for the moment, expired, unknown): may work later.
    Passing,
}

/// What `code` is about. An unlisted code is taken to be about the sender: the page then tries everything else, and
/// nothing is held against a number that may be good.
pub fn about(code: u32) -> About {
    match code {
        // No valid, reachable or suitable number.
        13223 | 13224 | 21211 | 21214 | 21217 | 21614 | 30005 | 30006 => About::Number,
        // Opted out; no route between these two; blocked at the far end.
        21610 | 21612 | 30004 => About::Pair,
        // Not found or not in progress, said of a call that was to be changed.
        20404 | 21220 => About::Call,
        // Queue overflow, unreachable handset, unknown, expired in the queue.
        30001 | 30003 | 30008 | 30036 => About::Passing,
        _ => About::Sender,
    }
}

/// Whether a request refused with `code` was not processed at all and may be sent again as it is: too many requests,
/// too many for this sender, a full queue.
pub fn is_throttle(code: u32) -> bool {
    matches!(code, 14107 | 20429 | 21611)
}

/// Whether `code` says that our credentials are not accepted, or the account is closed.
pub fn is_credentials(code: u32) -> bool {
    matches!(code, 10001 | 20003 | 20005 | 30002)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_by_what_helps() {
        let table: [(About, &[u32]); 5] = [
            (About::Number, &[21211, 21614, 30005, 30006, 13224]),
            (About::Pair, &[21610, 21612, 30004]),
            (
                About::Sender,
                &[20003, 21408, 30007, 30032, 30034, 21606, 21212, 21608, 21215, 63038, 99999, 0],
            ),
            (About::Call, &[21220, 20404]),
            (About::Passing, &[30001, 30003, 30008, 30036]),
        ];
        for (expected, codes) in table {
            for code in codes {
                assert_eq!(about(*code), expected, "{code}");
            }
        }
        assert!(is_throttle(20429) && !is_throttle(20003));
        assert!(is_credentials(20003) && !is_credentials(21211));
    }
}
