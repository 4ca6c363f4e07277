//! What is said and sent outside voice flows: pages, answers to commands, notices to callers and managers, per language
//! (`words/*.ftl`, compiled in). Names and callers' words come in as values that no syntax looks at; what is spoken is
//! escaped where TwiML is written.
//!
//! What may be said is the closed list of [`crate::rules::effect`]: [`Words::message`] writes it as a text,
//! [`Words::spoken`] says it on a call of ours, and [`Words::notice_aloud`] what is otherwise a text about a rota. The rest
//! are the parts of sentences that voice flows ask for.

mod brief;
pub mod gsm;
mod parts;
mod rota;
mod spoken;
mod written;

#[cfg(test)]
mod tests;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// The languages there are; the first answers for all others.
const FILES: [(&str, &str); 4] = [
    ("en", include_str!("words/en.ftl")),
    ("fr", include_str!("words/fr.ftl")),
    ("de", include_str!("words/de.ftl")),
    ("es", include_str!("words/es.ftl")),
];

/// Every message in every language.
pub struct Words(Vec<(LanguageIdentifier, FluentBundle<FluentResource>)>);

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(language, _)| language.to_string())).finish()
    }
}

impl Words {
    /// Reads what is compiled in. A mistake in a file leaves out the message that it is in; a test finds it first.
    pub fn load() -> Words {
        let bundle = |(name, text): (&str, &str)| {
            let language: LanguageIdentifier = name.parse().unwrap_or_default();
            let mut bundle = FluentBundle::new_concurrent(vec![language.clone()]);
            // Isolation marks are for screens; they would cost a text its 7-bit alphabet.
            bundle.set_use_isolating(false);
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
            (language, bundle)
        };
        Words(FILES.into_iter().map(bundle).collect())
    }

    /// A message. A language that we do not speak, and a message that it lacks, are said in English; a message that
    /// nobody wrote is said as its id.
    pub fn say(&self, language: &str, id: &str, values: &[(&str, &str)]) -> String {
        let wanted: Option<LanguageIdentifier> = language.parse().ok();
        let spoken = wanted.and_then(|wanted| {
            let same = |loose: bool| {
                self.0.iter().find(|(language, _)| {
                    *language == wanted || (loose && language.language == wanted.language)
                })
            };
            same(false).or_else(|| same(true))
        });
        let candidates = spoken.into_iter().chain(self.0.first());
        let found =
            candidates.filter_map(|(_, bundle)| Some((bundle, bundle.get_message(id)?.value()?))).next();
        let Some((bundle, pattern)) = found else { return id.to_owned() };
        let mut arguments = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            arguments.set(*name, *value);
        }
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }
}

/// A person's words as one line: no control characters, no marks that turn text around, single spaces.
fn one_line(text: &str) -> String {
    let visible = |c: char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let spaced: String =
        text.chars().filter(|c| visible(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ")
}

/// A person's words as one line that ends like a sentence, since ours follow.
fn one_sentence(text: &str) -> String {
    let mut line = one_line(text);
    if line.ends_with(char::is_alphanumeric) {
        line.push('.');
    }
    line
}
