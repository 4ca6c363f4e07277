//! What a short message is made of: the words that are the carrier's own (STOP, START, HELP), and segments.

/// Words that stop a line's texts to a phone.
const STOP: [&str; 8] = ["STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL"];
/// Words that allow them again.
const START: [&str; 3] = ["START", "YES", "UNSTOP"];
/// Words that ask for help.
const HELP: [&str; 2] = ["HELP", "INFO"];

/// Which of the carrier's words a text is, if it is one and nothing else.
pub fn carriers_word(body: &str) -> Option<&'static str> {
    let word = body.trim().to_uppercase();
    [("STOP", STOP.as_slice()), ("START", START.as_slice()), ("HELP", HELP.as_slice())]
        .into_iter()
        .find(|(_, words)| words.contains(&word.as_str()))
        .map(|(kind, _)| kind)
}

/// What the carrier itself answers to one of its words.
pub fn carriers_answer(word: &str) -> &'static str {
    match word {
        "STOP" => {
            "You have successfully been unsubscribed. You will not receive any more messages from this \
             number. Reply START to resubscribe."
        }
        "START" => {
            "You have successfully been re-subscribed to messages from this number. Reply HELP for help. \
             Reply STOP to unsubscribe."
        }
        _ => "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    }
}

/// How many segments a text takes: 160 characters, or 153 each of several, of the GSM alphabet (some count twice);
/// 70, or 67, of any other.
pub fn segments(body: &str) -> usize {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
                         ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const EXTENDED: &str = "^{}\\[~]|€";
    let gsm: Option<usize> = body
        .chars()
        .map(|character| match character {
            _ if BASIC.contains(character) => Some(1),
            _ if EXTENDED.contains(character) => Some(2),
            _ => None,
        })
        .sum();
    let (length, alone, joined) = match gsm {
        Some(length) => (length, 160, 153),
        None => (body.encode_utf16().count(), 70, 67),
    };
    if length <= alone { 1 } else { length.div_ceil(joined) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_segments() {
        for (body, count) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("д".repeat(70), 1),
            ("д".repeat(71), 2),
        ] {
            assert_eq!(segments(&body), count, "{} characters", body.chars().count());
        }
    }

    #[test]
    fn knows_the_carriers_words() {
        for (body, word) in [
            (" stop ", Some("STOP")),
            ("Cancel", Some("STOP")),
            ("unstop", Some("START")),
            ("info", Some("HELP")),
            ("stop it", None),
            ("ACK", None),
        ] {
            assert_eq!(carriers_word(body), word, "{body}");
        }
    }
}
