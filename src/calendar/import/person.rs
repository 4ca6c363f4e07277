//! Whom of the desk's agents an event means: by the address of who attends, else by what the event is called. A surer
//! sign counts before a weaker one, and a sign that fits two people is no sign.

use crate::calendar::event::{Event, Why};
use crate::rules::desk::{Agent, AgentKey, Desk};

/// The desk's agents, by what calendars may call them.
pub(super) struct People<'a>(Vec<Known<'a>>);

struct Known<'a> {
    agent: &'a Agent,
    email: Option<String>,
    name: Vec<String>,
    key: Vec<String>,
}

impl People<'_> {
    pub(super) fn of(desk: &Desk) -> People<'_> {
        let known = desk.agents.iter().map(|agent| Known {
            agent,
            email: agent.email.as_ref().map(|email| email.to_lowercase()),
            name: words(&agent.name),
            key: words(agent.key.as_str()),
        });
        People(known.collect())
    }

    /// Whom an event means.
    pub(super) fn meant(&self, event: &Event<'_>) -> Result<AgentKey, Why> {
        let addresses: Vec<String> = event
            .each("ATTENDEE")
            .map(|attendee| attendee.val.as_str().to_lowercase().trim_start_matches("mailto:").to_owned())
            .collect();
        let named: Vec<Vec<String>> = event
            .each("ATTENDEE")
            .flat_map(|attendee| &attendee.params)
            .filter(|parameter| parameter.key.as_str().eq_ignore_ascii_case("CN"))
            .filter_map(|parameter| Some(words(parameter.val.as_ref()?.as_str())))
            .collect();
        let summary = event.text("SUMMARY").unwrap_or_default();
        let (lower, called) = (summary.to_lowercase(), words(summary));
        let signs: [&dyn Fn(&Known<'_>) -> bool; 6] = [
            &|known| known.email.as_ref().is_some_and(|email| addresses.contains(email)),
            &|known| named.contains(&known.name),
            &|known| known.email.as_ref().is_some_and(|email| lower.contains(email)),
            &|known| holds(&called, &known.name),
            &|known| holds(&called, &known.key),
            &|known| known.name.first().is_some_and(|first| called.contains(first)),
        ];
        for sign in signs {
            let meant: Vec<AgentKey> =
                self.0.iter().filter(|known| sign(known)).map(|known| known.agent.key.clone()).collect();
            match <[AgentKey; 1]>::try_from(meant) {
                Ok([agent]) => return Ok(agent),
                Err(several) if !several.is_empty() => return Err(Why::Several { agents: several }),
                Err(_) => {}
            }
        }
        Err(Why::Nobody)
    }
}

/// The words of a text, in lower case.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn holds(words: &[String], name: &[String]) -> bool {
    !name.is_empty() && words.windows(name.len()).any(|part| part == name)
}
