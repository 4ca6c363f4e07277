//! Recordings of a desk's own that are heard in place of what a flow says: one for a sentence of a step, in a language.
//!
//! ```toml
//! [[audio]]
//! flow = "emergency"
//! step = "paged_now"
//! phrase = "say"            # may be left out; other sentences of a step are `wrong_say`, `offer`, `ask` …
//! language = "fr"
//! play = ["https://desk.example.com/alertee.mp3", "{ticket}", "."]
//! ```
//!
//! What a recording cannot know is said between its pieces, as in the flow itself: `{fields}`, and words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Flow;
use super::words::{self, FieldKind, Piece};
use crate::rules::written::Misread;

/// The sentence that is meant if none is named.
const SAY: &str = "say";

fn say() -> String {
    SAY.to_owned()
}

fn is_say(phrase: &String) -> bool {
    phrase == SAY
}

/// A recording that is heard in place of a sentence of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskAudio)]
pub struct Audio {
    /// The voice flow.
    pub flow: String,
    /// Its step.
    pub step: String,
    /// Which of the step's sentences, as the flow names it.
    #[serde(default = "say", skip_serializing_if = "is_say")]
    pub phrase: String,
    /// In which language, BCP 47.
    pub language: String,
    /// What is heard, in order: addresses that are played (`https://…`), and texts that are said, with the flow's
    /// `{fields}`.
    pub play: Vec<String>,
}

impl Audio {
    /// Whether it stands for that sentence.
    pub fn is_of(&self, flow: &str, step: &str, phrase: &str, language: &str) -> bool {
        (&*self.flow, &*self.step, &*self.phrase, &*self.language) == (flow, step, phrase, language)
    }

    /// The sentence that it stands for.
    pub fn sentence(&self) -> String {
        format!("{}/{}/{}/{}", self.flow, self.step, self.phrase, self.language)
    }

    /// What keeps the flow that it names from playing it: the part of it, and what is wrong there.
    pub fn misfit(&self, flow: &Flow) -> Option<(&'static str, Misread)> {
        let Audio { step, phrase, language, .. } = self;
        let wrong = |what: String, remedy: String| Misread { what, remedy };
        let Some(found) = flow.steps.get(step) else {
            let what = format!("the voice flow `{}` has no step `{step}`", flow.name);
            return Some((
                "step",
                wrong(what, "name one of its steps, or take the recording out".to_owned()),
            ));
        };
        let spoken: Vec<&str> = found.spoken().into_iter().map(|(name, _)| name).collect();
        if !spoken.contains(&&**phrase) {
            let part = if *phrase == SAY { "step" } else { "phrase" };
            let remedy = match &*spoken {
                [] => "name a step that says something".to_owned(),
                spoken => format!("its sentences are {}", spoken.join(", ")),
            };
            return Some((part, wrong(format!("the step `{step}` says no `{phrase}`"), remedy)));
        }
        if !flow.languages.contains(language) {
            let what = format!("the voice flow `{}` does not speak `{language}`", flow.name);
            let remedy = format!("its languages are {}", flow.languages.join(", "));
            return Some(("language", wrong(what, remedy)));
        }
        None
    }
}

/// One piece of what is heard, before it is known what a field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    Played(&'a str),
    Said(&'a str),
}

/// What a piece is: whatever begins like an address is one.
pub(super) fn heard(piece: &str) -> Heard<'_> {
    match piece.contains("://") || piece.starts_with('/') {
        true => Heard::Played(piece),
        false => Heard::Said(piece),
    }
}

/// Whether a piece can be heard: an address that a carrier can play, or words with fields that a caller may hear.
pub fn check_piece(piece: &str) -> Result<(), Misread> {
    let field = "write a field of the flow like {ticket}, and no other brace";
    match heard(piece) {
        Heard::Played(address) if words::is_playable(address) && !address.contains(['{', '}']) => Ok(()),
        Heard::Played(address) => Err(Misread::new(
            address,
            "no address of a recording",
            "write https://… or a path that begins with / and holds no spaces",
        )),
        Heard::Said(text) if text.trim().is_empty() => {
            Err(Misread::new(text, "nothing to hear", "write an address or words, or take it out"))
        }
        Heard::Said(text) => {
            let Some(pieces) = words::pieces(text) else {
                return Err(Misread::new(text, "not a whole field", field));
            };
            let unknown = pieces.into_iter().find_map(|piece| match piece {
                Piece::Field(name) => {
                    words::kind(name).is_none_or(|kind| kind == FieldKind::Key).then_some(name)
                }
                Piece::Text(_) => None,
            });
            let known = words::FIELDS.iter().map(|(name, ..)| *name).filter(|name| *name != "key");
            match unknown {
                None => Ok(()),
                Some(name) => {
                    let remedy = format!("the fields are {}", known.collect::<Vec<_>>().join(", "));
                    Err(Misread::new(&format!("{{{name}}}"), "no field", remedy))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio(text: &str) -> Audio {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_can_be_heard_is_told_from_what_cannot() {
        for good in
            ["https://desk.example.com/a.mp3", "/a.wav", "{severity1}", "Ticket {ticket}.", "Bonjour."]
        {
            assert_eq!(check_piece(good), Ok(()), "{good}");
        }
        for (bad, what) in [
            ("http://desk.example.com/a.mp3", "no address"),
            ("https://desk.example.com/a b.mp3", "no address"),
            ("https://desk.example.com/{ticket}.mp3", "no address"),
            ("//elsewhere.example.com/a.mp3", "no address"),
            ("{ticket", "not a whole field"),
            ("{key}", "no field"),
            ("{tickets}", "no field"),
            (" ", "nothing to hear"),
        ] {
            let found = check_piece(bad).unwrap_err();
            assert!(found.what.contains(what), "{bad}: {found}");
        }
    }

    #[test]
    fn it_stands_for_a_sentence_that_the_flow_has() {
        let flow = Flow::parse(include_str!("../../../voice-flows/emergency.toml")).unwrap();
        let whole = "flow = \"emergency\"\nstep = \"triage\"\nlanguage = \"fr\"\nplay = [\"/a.wav\"]\n";
        assert_eq!(audio(whole).misfit(&flow), None);
        assert_eq!(audio(&format!("{whole}phrase = \"wrong_say\"\n")).misfit(&flow), None);
        for (from, to, part) in [
            ("\"triage\"", "\"gone\"", "step"),
            ("\"triage\"", "\"who\"", "step"),
            ("\"triage\"", "\"emergency_text\"", "step"),
            ("\"fr\"", "\"it\"", "language"),
            ("step =", "phrase = \"confirm\"\nstep =", "phrase"),
        ] {
            let found = audio(&whole.replacen(from, to, 1)).misfit(&flow);
            assert_eq!(found.map(|(part, _)| part), Some(part), "{from} {to}");
        }
    }
}
