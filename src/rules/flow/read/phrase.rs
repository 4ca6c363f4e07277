//! The words of a flow: complete in every language, with no field that is unknown or out of place, and within what a
//! carrier takes.

use super::reader::Reader;
use crate::rules::flow::syntax::Phrase;
use crate::rules::flow::words::{self, FieldKind, Piece};

/// Which fields a text may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fields {
    /// Spoken: whatever the caller may hear.
    Spoken,
    /// Spoken in a `language` step: `{key}` as well.
    SpokenKey,
    /// Written: nothing that came from the caller.
    Written,
    /// An address: none.
    Address,
}

impl Reader<'_, '_> {
    /// A text for the timeline, in one language.
    pub(super) fn written(&mut self, key: &str) -> String {
        let text = self.text(key, None);
        self.check_text(&[key], &text, Fields::Written);
        text
    }

    pub(super) fn say(&mut self, key: &str, required: bool) -> Phrase {
        self.phrase(key, Fields::Spoken, required)
    }

    pub(super) fn phrase(&mut self, key: &str, fields: Fields, required: bool) -> Phrase {
        if !required && !self.table.contains_key(key) {
            self.taken.insert(key.to_owned());
            return Phrase::new();
        }
        let phrase: Phrase = self.pairs(key).into_iter().collect();
        for language in self.languages.clone() {
            if !phrase.contains_key(&language) && self.is_table(key) {
                let what = format!("`{key}` has no words in `{language}`");
                self.complain(key, what, format!("add {key}.{language} = \"…\""));
            }
        }
        for (language, text) in &phrase {
            if !self.languages.contains(language) {
                let what = format!("`{language}` is no language of this flow");
                self.complain_at(&[key, language], what, "add it to `languages`, or take the words out");
            }
            self.check_text(&[key, language], text, fields);
        }
        phrase
    }

    fn check_text(&mut self, at: &[&str], text: &str, fields: Fields) {
        let Some(pieces) = words::pieces(text) else {
            return self.complain_at(
                at,
                "a brace has no partner",
                "write a field as {name}, and no other brace",
            );
        };
        let mut literal = 0;
        for piece in pieces {
            match piece {
                Piece::Text(text) if fields == Fields::Written => literal += text.chars().count(),
                Piece::Text(text) => literal += words::written_length(text),
                Piece::Field(_) if fields == Fields::Address => {
                    self.complain_at(at, "an address holds no fields", "name one fixed recording");
                }
                Piece::Field(name) => match words::kind(name) {
                    None => {
                        self.complain_at(at, format!("there is no field `{{{name}}}`"), known_fields());
                    }
                    Some(FieldKind::Key) if fields != Fields::SpokenKey => {
                        self.complain_at(at, "`{key}` is known in a `language` step only", "name the key");
                    }
                    Some(FieldKind::Caller) if fields == Fields::Written => self.complain_at(
                        at,
                        format!("`{{{name}}}` comes from the caller and may be spoken only"),
                        "take it out of what is written",
                    ),
                    Some(_) => {}
                },
            }
        }
        let limit = if fields == Fields::Written { words::TEXT_LIMIT / 2 } else { words::SAY_LIMIT };
        if literal > limit {
            let what = format!("{literal} characters are more than the {limit} that a carrier takes");
            self.complain_at(at, what, "shorten it, or make two steps of it");
        }
        if fields == Fields::Address && !words::is_playable(text) {
            let what = format!("`{text}` is no address of a recording");
            self.complain_at(at, what, "use https://… or a path that begins with / and holds no spaces");
        } else if text.trim().is_empty() {
            self.complain_at(at, "no words", "write what is to be said");
        }
    }
}

/// The fields there are, as a remedy names them.
pub(super) fn known_fields() -> String {
    let names: Vec<&str> = words::FIELDS.iter().map(|(name, ..)| *name).collect();
    format!("the fields are {}", names.join(", "))
}
