//! How long a text is for a carrier: 160 septets of the GSM 7-bit alphabet (3GPP TS 23.038) in one message, or 70 units
//! of UTF-16 as soon as one letter is not in it. Several messages lose a few units each to the header that joins them.

/// The basic alphabet, without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                     abcdefghijklmnopqrstuvwxyzäöñüà";

/// The extension: an escape and a letter, two septets.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Letters that have a likeness in the basic alphabet, with it.
const LIKENESSES: [(&str, &str); 47] = [
    ("‘’‚‛′`´", "'"),
    ("“”„‟″«»", "\""),
    ("–—−‐‑‒", "-"),
    ("…", "..."),
    ("\u{a0}\u{202f}\u{2009}\t", " "),
    ("•·", "-"),
    ("ÁÂÃĀĂĄÀ", "A"),
    ("áâãāăą", "a"),
    ("ĆĈĊČ", "C"),
    ("ćĉċčç", "c"),
    ("ĎĐÐ", "D"),
    ("ďđð", "d"),
    ("ÊËĒĔĖĘĚÈ", "E"),
    ("êëēĕėęě", "e"),
    ("ĜĞĠĢ", "G"),
    ("ĝğġģ", "g"),
    ("ĤĦ", "H"),
    ("ĥħ", "h"),
    ("ÍÎÏĨĪĬĮİÌ", "I"),
    ("íîïĩīĭįı", "i"),
    ("Ĵ", "J"),
    ("ĵ", "j"),
    ("Ķ", "K"),
    ("ķ", "k"),
    ("ĹĻĽĿŁ", "L"),
    ("ĺļľŀł", "l"),
    ("ŃŅŇ", "N"),
    ("ńņň", "n"),
    ("ÓÔÕŌŎŐÒ", "O"),
    ("óôõōŏő", "o"),
    ("ŔŖŘ", "R"),
    ("ŕŗř", "r"),
    ("ŚŜŞŠȘ", "S"),
    ("śŝşšș", "s"),
    ("ŢŤŦȚ", "T"),
    ("ţťŧț", "t"),
    ("ÚÛŨŪŬŮŰŲÙ", "U"),
    ("úûũūŭůűų", "u"),
    ("Ŵ", "W"),
    ("ŵ", "w"),
    ("ÝŶŸ", "Y"),
    ("ýŷÿ", "y"),
    ("ŹŻŽ", "Z"),
    ("źżž", "z"),
    ("Œ", "OE"),
    ("œ", "oe"),
    ("Þþ", "Th"),
];

/// Septets of one letter; `None` if it is not in the alphabet.
fn septets(letter: char) -> Option<usize> {
    if BASIC.contains(letter) { Some(1) } else { EXTENSION.contains(letter).then_some(2) }
}

/// How a text is carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Length {
    /// In the 7-bit alphabet, so many septets.
    Septets(usize),
    /// In UTF-16, so many units.
    Units(usize),
}

impl Length {
    /// How a text would be carried.
    pub fn of(text: &str) -> Length {
        match text.chars().map(septets).sum::<Option<usize>>() {
            Some(sum) => Length::Septets(sum),
            None => Length::Units(text.encode_utf16().count()),
        }
    }

    /// How many messages it takes; at least one.
    pub fn messages(self) -> usize {
        let (length, alone, joined) = match self {
            Length::Septets(length) => (length, 160, 153),
            Length::Units(length) => (length, 70, 67),
        };
        if length <= alone { 1 } else { length.div_ceil(joined) }
    }

    /// By how much it is longer than one message of its alphabet. UTF-16 has so little room that it gets two.
    pub(super) fn excess(self) -> usize {
        match self {
            Length::Septets(length) => length.saturating_sub(160),
            Length::Units(length) => length.saturating_sub(134),
        }
    }
}

/// The text in the 7-bit alphabet, if every letter is in it or has a likeness there; pictures are left out. Otherwise
/// the text as it is: a name in another script is worth a second message.
pub fn fold(text: &str) -> String {
    if matches!(Length::of(text), Length::Septets(_)) {
        return text.to_owned();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if septets(letter).is_some() {
            folded.push(letter);
        } else if let Some((_, likeness)) = LIKENESSES.iter().find(|(letters, _)| letters.contains(letter)) {
            folded.push_str(likeness);
        } else if letter.is_alphanumeric() {
            return text.to_owned();
        }
    }
    folded
}

/// At most `letters` letters, the cut marked by three full stops.
pub(super) fn shorten(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_as_carriers_count_them() {
        for (text, length, messages) in [
            ("", Length::Septets(0), 1),
            ("ACK", Length::Septets(3), 1),
            ("{€}", Length::Septets(6), 1),
            ("Grüße, señor à la Ø", Length::Septets(19), 1),
            ("Hôtel", Length::Units(5), 1),
            ("👍", Length::Units(2), 1),
        ] {
            assert_eq!((Length::of(text), Length::of(text).messages()), (length, messages), "{text}");
        }
        for (letter, count, messages) in [
            ("a", 160, 1),
            ("a", 161, 2),
            ("a", 306, 2),
            ("a", 307, 3),
            ("ж", 70, 1),
            ("ж", 71, 2),
            ("ж", 135, 3),
        ] {
            assert_eq!(Length::of(&letter.repeat(count)).messages(), messages, "{count} {letter}");
        }
        assert_eq!(BASIC.chars().count(), 127, "128 code points without the escape");
    }

    #[test]
    fn folding_keeps_what_can_be_kept() {
        for (text, folded) in [
            ("Hôtel “Zürich” – 5…", "Hotel \"Zürich\" - 5..."),
            ("done 👍 now", "done  now"),
            ("Отель ô", "Отель ô"),
            ("plain", "plain"),
        ] {
            assert_eq!(fold(text), folded);
        }
        for (letters, likeness) in LIKENESSES {
            assert!(likeness.chars().all(|letter| septets(letter).is_some()), "{letters}");
        }
    }
}
