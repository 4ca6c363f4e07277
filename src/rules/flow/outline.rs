//! A flow as a drawing shows it: what each step is, the first of its words, and where its ways lead.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::Flow;
use super::syntax::{Act, On, Phrase, Step};

/// A step of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FlowStep)]
pub struct Outlined<'a> {
    /// Its name in the file.
    pub name: &'a str,
    /// What it does, in a few words.
    pub does: String,
    /// What is said in it, in the flow's first language, its fields as they are written.
    pub says: Option<&'a str>,
    /// A call begins here.
    pub is_start: bool,
    /// A call that lost its place goes on here.
    pub is_safe: bool,
    /// The steps that it leads to, each once.
    pub ways: Vec<OutlinedWay<'a>>,
}

/// All that leads from one step to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FlowWay)]
pub struct OutlinedWay<'a> {
    /// The step it leads to.
    pub to: &'a str,
    /// When it is taken: keys, answers, `silence`; none where there is no choice.
    pub when: Vec<String>,
}

/// In a line of words: what it is, what it does and says, and whither it leads.
impl fmt::Display for Outlined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if self.is_start {
            f.write_str(" (a call begins here)")?;
        }
        if self.is_safe {
            f.write_str(" (a call that lost its place goes on here)")?;
        }
        write!(f, ": {}", self.does)?;
        if let Some(says) = self.says {
            write!(f, ", “{says}”")?;
        }
        if self.ways.is_empty() {
            return f.write_str("; the call ends");
        }
        for (index, way) in self.ways.iter().enumerate() {
            write!(f, "{}{way}", if index == 0 { " → " } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for OutlinedWay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to)?;
        if self.when.is_empty() { Ok(()) } else { write!(f, " ({})", self.when.join(", ")) }
    }
}

impl Flow {
    /// Every step, by name.
    pub fn outline(&self) -> Vec<Outlined<'_>> {
        let first = self.languages.first().map_or("", String::as_str);
        let outlined = self.steps.iter().map(|(name, step)| Outlined {
            name,
            does: step.does(),
            says: step.phrase().and_then(|phrase| phrase.get(first)).map(String::as_str),
            is_start: *name == self.start,
            is_safe: *name == self.safe,
            ways: step.outlined_ways(),
        });
        outlined.collect()
    }
}

impl Step {
    fn outlined_ways(&self) -> Vec<OutlinedWay<'_>> {
        let mut outlined: Vec<OutlinedWay<'_>> = Vec::new();
        for way in self.ways() {
            let index = outlined.iter().position(|known| known.to == way.to).unwrap_or_else(|| {
                outlined.push(OutlinedWay { to: way.to, when: Vec::new() });
                outlined.len() - 1
            });
            match way.path.last().map(String::as_str) {
                None | Some("next") => {}
                Some(when) => outlined[index].when.push(when.replace('_', " ")),
            }
        }
        outlined
    }

    fn phrase(&self) -> Option<&Phrase> {
        match self {
            Step::Say { say, .. } | Step::Language { say, .. } | Step::HangUp { say } => Some(say),
            Step::Menu(menu) => Some(&menu.say),
            Step::Digits(digits) => Some(&digits.say),
            Step::CallbackNumber(number) => Some(&number.ask),
            Step::Record(record) => Some(&record.say),
            Step::Live(live) => Some(&live.say),
            Step::Text { text, .. } => Some(text),
            Step::Play { .. }
            | Step::Pause { .. }
            | Step::Branch { .. }
            | Step::Dial(_)
            | Step::Act { .. }
            | Step::Reject { .. } => None,
        }
    }

    fn does(&self) -> String {
        match self {
            Step::Say { .. } => "say".to_owned(),
            Step::Play { .. } => "play".to_owned(),
            Step::Pause { seconds, .. } => format!("pause {seconds} s"),
            Step::Language { .. } => "choose a language".to_owned(),
            Step::Menu(_) => "menu".to_owned(),
            Step::Digits(digits) => format!("digits: {}", digits.name),
            Step::CallbackNumber(_) => "ask for the callback number".to_owned(),
            Step::Record(record) => format!("record, at most {} s", record.max_seconds),
            Step::Branch { on, .. } => format!("branch: {}", on.asks()),
            Step::Dial(dial) if dial.callback => "connect with the customer".to_owned(),
            Step::Dial(dial) => format!("transfer to {}", dial.to),
            Step::Live(live) => format!("put through to who is on call, at most {} s", live.limit),
            Step::Act { act, .. } => act.does(),
            Step::Text { .. } => "text".to_owned(),
            Step::Reject { busy: true } => "reject, busy".to_owned(),
            Step::Reject { busy: false } => "reject".to_owned(),
            Step::HangUp { .. } => "hang up".to_owned(),
        }
    }
}

impl On {
    fn asks(&self) -> &str {
        match self {
            On::Hours => "which hours?",
            On::Caller => "who calls?",
            On::Pages => "any page of his?",
            On::OpenTicket => "an open ticket?",
            On::Withheld => "number withheld?",
            On::Returning => "called just now?",
            On::Language => "which language?",
            On::Field(field) => field,
        }
    }
}

impl Act {
    fn does(&self) -> String {
        match self {
            Act::Triage(severity) => format!("it is severity {severity}"),
            Act::Downgrade { severity, .. } => format!("downgrade to severity {severity}"),
            Act::Topic(topic) => format!("topic: {topic}"),
            Act::Note(note) => format!("note: {note}"),
            Act::Page => "page who is on call".to_owned(),
            Act::Report => "report as a caller".to_owned(),
            Act::Join => "join the open ticket".to_owned(),
            Act::Push => "push it up the chain".to_owned(),
            Act::Acknowledge => "acknowledge".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = r#"
        name = "small"
        languages = ["en", "fr"]
        start = "triage"
        safe = "page"
        [steps.triage]
        kind = "menu"
        say.en = "Press 1 if {desk} burns."
        say.fr = "Tapez 1."
        keys.1 = "page"
        keys.2 = "end"
        silence = "page"
        wrong = "page"
        [steps.page]
        kind = "page"
        next = "end"
        [steps.end]
        kind = "hang_up"
    "#;

    #[test]
    fn each_pair_of_steps_has_one_way_with_all_its_reasons() {
        let flow = Flow::parse(FLOW).unwrap();
        let [end, page, triage] = &flow.outline()[..] else { panic!("three steps") };
        assert_eq!((triage.name, triage.is_start, triage.is_safe), ("triage", true, false));
        assert_eq!(triage.says, Some("Press 1 if {desk} burns."));
        let ways: Vec<_> = triage.ways.iter().map(|way| (way.to, way.when.join(", "))).collect();
        assert_eq!(ways, [("page", "1, silence, wrong".to_owned()), ("end", "2".to_owned())]);
        assert_eq!((page.does.as_str(), page.is_safe), ("page who is on call", true));
        assert_eq!(page.ways, [OutlinedWay { to: "end", when: vec![] }]);
        assert_eq!((end.says, &end.ways), (None, &vec![]));
    }
}
