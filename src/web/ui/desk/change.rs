//! What the forms of a rota's parts have in common: a layer's fields, and the way into the draft.

use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{AtDesk, told};
use crate::act::{DraftError, Unfit};
use crate::rules::desk::Desk;
use crate::rules::desk::edit::{Edit, edited};
use crate::rules::people::AgentKey;
use crate::rules::rota::{HandOff, WrittenLayer};
use crate::rules::source::{Problem, Source};
use crate::rules::written::{Fault, Moment};
use crate::web::App;
use crate::web::hold::tried;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;

/// The most turns that the form has fields for; who needs more writes them into the file.
const MOST_TURNS: usize = 24;

/// How many empty turns are offered behind those that are taken.
const SPARE_TURNS: usize = 3;

/// A layer as a form has it.
pub(super) struct LayerForm {
    /// Keys and names.
    pub(super) agents: Vec<(String, String)>,
    /// Whose turn the first is, the second, and so on; empty for one that is not taken.
    pub(super) turns: Vec<String>,
    pub(super) count: String,
    pub(super) unit: String,
    pub(super) starts: String,
    pub(super) weekday: String,
    pub(super) time: String,
    pub(super) only: String,
    pub(super) ends: String,
}

impl LayerForm {
    fn of(desk: &Desk) -> LayerForm {
        let agents = desk.agents.iter().map(|agent| (agent.key.to_string(), agent.name.clone())).collect();
        LayerForm {
            agents,
            turns: Vec::new(),
            count: "1".into(),
            unit: "week".into(),
            starts: String::new(),
            weekday: "Mon".into(),
            time: "09:00".into(),
            only: String::new(),
            ends: String::new(),
        }
    }

    /// For a layer that begins today.
    pub(super) fn empty(desk: &Desk, today: NaiveDate) -> LayerForm {
        let form = LayerForm { starts: today.to_string(), ..LayerForm::of(desk) };
        form.with_spare_turns()
    }

    /// A layer that is there.
    pub(super) fn of_layer(desk: &Desk, layer: &WrittenLayer) -> LayerForm {
        let (count, unit) = match layer.every.split_once(' ') {
            Some((count, unit)) => (count.to_owned(), unit.trim_end_matches('s').to_owned()),
            None => ("1".to_owned(), layer.every.clone()),
        };
        let hand_off = layer.hand_off.parse::<HandOff>().ok();
        let starts_on = layer.starts.0.parse::<NaiveDate>().ok().map(|date| date.weekday());
        let weekday = hand_off.and_then(|hand_off| hand_off.weekday).or(starts_on).unwrap_or(Weekday::Mon);
        let form = LayerForm {
            turns: layer.agents.clone(),
            count,
            unit,
            starts: layer.starts.0.clone(),
            weekday: weekday.to_string(),
            time: hand_off.map(|hand_off| hand_off.time.format("%H:%M").to_string()).unwrap_or_default(),
            only: layer.only.as_ref().map(|only| only.join("\n")).unwrap_or_default(),
            ends: layer.ends.as_ref().map(|ends| ends.0.clone()).unwrap_or_default(),
            ..LayerForm::of(desk)
        };
        form.with_spare_turns()
    }

    /// What somebody wrote.
    pub(super) fn of_fields(desk: &Desk, fields: &Fields) -> LayerForm {
        let text = |name: &str| fields.get(name).to_owned();
        let form = LayerForm {
            turns: turns(fields),
            count: text("count"),
            unit: text("unit"),
            starts: text("starts"),
            weekday: text("weekday"),
            time: text("time"),
            only: text("only"),
            ends: text("ends"),
            ..LayerForm::of(desk)
        };
        form.with_spare_turns()
    }

    /// With room for everybody, and for some more turns.
    fn with_spare_turns(mut self) -> LayerForm {
        let taken = self.turns.len();
        let wanted = (taken + SPARE_TURNS).max(self.agents.len()).min(MOST_TURNS).max(taken);
        self.turns.resize(wanted, String::new());
        self
    }

    /// The days of the week, as the file writes them and as people read them.
    pub(super) fn weekdays(&self) -> [(&'static str, &'static str); 7] {
        [
            ("Mon", "Monday"),
            ("Tue", "Tuesday"),
            ("Wed", "Wednesday"),
            ("Thu", "Thursday"),
            ("Fri", "Friday"),
            ("Sat", "Saturday"),
            ("Sun", "Sunday"),
        ]
    }

    /// The layer that somebody wrote, or what is wrong with it.
    pub(super) fn read(desk: &Desk, fields: &Fields, errors: &mut Errors) -> Option<WrittenLayer> {
        let text = |name: &str| fields.get(name).trim().to_owned();
        let unit = if text("unit") == "day" { "day" } else { "week" };
        let every = match &*text("count") {
            "1" => unit.to_owned(),
            count => format!("{count} {unit}s"),
        };
        let weekday = if unit == "week" { format!("{} ", text("weekday")) } else { String::new() };
        let only: Vec<String> = text("only")
            .split(['\n', ','])
            .map(|stretch| stretch.trim().to_owned())
            .filter(|stretch| !stretch.is_empty())
            .collect();
        let layer = WrittenLayer {
            agents: turns(fields),
            every,
            starts: Moment(text("starts")),
            hand_off: format!("{weekday}{}", text("time")),
            only: (!only.is_empty()).then_some(only),
            ends: Some(text("ends")).filter(|ends| !ends.is_empty()).map(Moment),
        };
        match layer.check(&|key| desk.agent(key).is_some()) {
            Ok(()) => Some(layer.plain()),
            Err(faults) => {
                note_faults(errors, faults, LAYER);
                None
            }
        }
    }
}

fn turns(fields: &Fields) -> Vec<String> {
    fields.all("turn").filter(|turn| !turn.is_empty()).map(str::to_owned).collect()
}

/// The part that a form changes or takes away, as it was when the form was made; none if the form makes a new one.
pub(super) fn was<T: DeserializeOwned>(fields: &Fields) -> Result<Option<T>, Trouble> {
    match fields.get("was") {
        "" => Ok(None),
        text => serde_json::from_str(text).map(Some).map_err(|_| Trouble::NotFound),
    }
}

/// A part as it is, for the form that changes it or takes it away: what [`was`] reads again. Parts are made of texts,
/// numbers and lists, and those can always be written as JSON.
pub(super) fn as_was(part: &impl Serialize) -> String {
    serde_json::to_string(part).unwrap_or_default()
}

/// A part of the desk's file by its key, with the field of a form in which it is written.
pub(super) type PartField = (&'static str, &'static str);

const LAYER: &[PartField] = &[
    ("agents", "turn"),
    ("every", "count"),
    ("starts", "starts"),
    ("hand_off", "time"),
    ("only", "only"),
    ("ends", "ends"),
];

/// What is wrong with what somebody wrote, beside the fields that it is about.
pub(super) fn note_faults(
    errors: &mut Errors,
    faults: impl IntoIterator<Item = Fault>,
    fields: &[PartField],
) {
    for fault in faults {
        let part = fault.path.first().map(String::as_str);
        let field = fields.iter().find(|(known, _)| Some(*known) == part);
        errors.note(field.map_or("form", |(_, field)| field), format!("{}: {}.", fault.what, fault.remedy));
    }
}

/// What a form writes: the element of an array of the desk's file that has a name, and the fields of its parts.
pub(super) struct Section<'a> {
    /// Keys that lead to the array.
    pub(super) array: &'a [&'a str],
    /// The part by which its elements are told apart.
    pub(super) key: &'a str,
    /// What that part of this one is.
    pub(super) name: &'a str,
    pub(super) fields: &'a [PartField],
}

impl Section<'_> {
    /// What stands against a whole file, beside the fields that it is about as far as its lines tell.
    fn errors(&self, text: &str, problems: &[Problem]) -> Errors {
        let mut errors = Errors::default();
        let mut others = Vec::new();
        for problem in problems {
            let told = format!("{}: {}.", problem.what, problem.remedy);
            match self.field_at(text, problem.line) {
                Some(field) => errors.note(field, told),
                None => others.push(told),
            }
        }
        if !others.is_empty() {
            errors.note("form", others.join(" "));
        }
        errors
    }

    /// The field whose part stands at a line: the last one that begins there or before.
    fn field_at(&self, text: &str, line: usize) -> Option<&'static str> {
        let source = Source::parse(text).ok()?;
        let all = Elements { text, source: &source, array: self.array, key: self.key };
        let index = all.at(line).filter(|(_, name)| *name == self.name)?.0.to_string();
        let element = [self.array, &[&index]].concat();
        let begins = source.line_of(&element);
        let line_of = |part: &str| source.line_of(&[&element[..], &[part]].concat());
        // A part that is not there is told by the line of the whole.
        let parts = self.fields.iter().map(|(part, field)| (line_of(part), *field));
        let before = parts.filter(|(at, _)| begins < *at && *at <= line);
        before.max_by_key(|(at, _)| *at).map(|(_, field)| field)
    }
}

/// The elements of an array of the desk's file, told apart by a part of each.
struct Elements<'a> {
    text: &'a str,
    source: &'a Source<'a>,
    array: &'a [&'a str],
    key: &'a str,
}

impl<'a> Elements<'a> {
    /// The one in which a line stands: its index and name.
    fn at(&self, line: usize) -> Option<(usize, &'a str)> {
        let names = self.source.texts(&[self.array, &["*", self.key]].concat());
        let begins = |index: usize| self.source.line_of(&[self.array, &[&index.to_string()]].concat());
        let index = (0..names.len()).rev().find(|index| begins(*index) <= line)?;
        // It goes on until a table begins that is no part of it.
        let head = self.array.join(".");
        let is_other = |line: &str| {
            let table = line.trim_start().trim_start_matches('[');
            let below = table.strip_prefix(&*head).is_some_and(|rest| rest.starts_with('.'));
            line.trim_start().starts_with('[') && !below
        };
        let begins = begins(index);
        let mut between = self.text.lines().skip(begins).take(line.saturating_sub(begins));
        (!between.any(is_other)).then(|| (index, names[index]))
    }
}

/// The agent of a desk's file in whose part of it a line stands.
pub(super) fn agent_at(text: &str, line: usize) -> Option<AgentKey> {
    let source = Source::parse(text).ok()?;
    let all = Elements { text, source: &source, array: &["agent"], key: "key" };
    all.at(line).and_then(|(_, key)| key.parse().ok())
}

/// Puts edits into the draft, and leads on; what stands against it is for the form, beside its fields.
pub(super) async fn drafted_or_told(
    app: &App,
    at: &AtDesk,
    edits: &[Edit],
    then: &str,
    section: Section<'_>,
) -> Result<Result<Response, Errors>, Trouble> {
    let by = at.visiting.by();
    match tried(app.acts().draft(&by, &at.key, edits)).await? {
        Ok(()) => Ok(Ok(app.site.to(then))),
        Err(DraftError::Unfit(Unfit::File(problems))) => {
            let before = at.drafting.as_ref().and_then(|drafting| drafting.result.as_ref().ok());
            let text = before.and_then(|before| edited(before.text(), edits).ok()).unwrap_or_default();
            Ok(Err(section.errors(&text, &problems)))
        }
        Err(error) => told(error).map(Err),
    }
}

/// Puts edits into the draft, and leads on; what stands against it is told on the page of the draft.
pub(super) async fn drafted(app: &App, at: &AtDesk, edits: &[Edit], then: &str) -> Result<Response, Trouble> {
    let by = at.visiting.by();
    match tried(app.acts().draft(&by, &at.key, edits)).await? {
        Ok(()) => Ok(app.site.to(then)),
        Err(error) => {
            let errors = told(error)?;
            Ok(super::draft::page_of(app, at, errors).await?.into_response())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = include_str!("../../../../tests/desks/reservations.toml");

    #[test]
    fn a_line_of_the_file_is_a_field_of_the_form() {
        let fields = &[("name", "name"), ("email", "email"), ("phone", "number"), ("zone", "zone")];
        let section = |name| Section { array: &["agent"], key: "key", name, fields };
        let line = |part: &str| DESK.lines().position(|line| line.contains(part)).unwrap() + 1;
        for (name, at, field) in [
            ("ben", line("name = \"Ben Frost\""), Some("name")),
            ("ben", line("ben@reservations"), Some("email")),
            ("ben", line("America/Chicago"), Some("zone")),
            ("ben", line("+18025550112"), Some("number")),
            ("cleo", line("+18025550114") + 1, Some("number")),
            // What is said of the whole, and of another.
            ("ben", line("key = \"ben\"") - 1, None),
            ("ada", line("ben@reservations"), None),
            ("ben", line("name = \"Ada Moss\""), None),
            ("cleo", line("name = \"primary\""), None),
            ("zoe", line("+18025550112"), None),
        ] {
            assert_eq!(section(name).field_at(DESK, at), field, "{name} {at}");
        }
        let inline = "agent = [{ key = \"ada\", name = \"A\" }]\n";
        assert_eq!(section("ada").field_at(inline, 1), None, "all on one line");
    }
}
