//! Changes of a desk's file, one part at a time. A manager's click becomes an [`Edit`]; what comes of it is the same file
//! with that part changed, and everything else in it, comments included, as its writer left it. So a desk that is kept
//! on the web and one that is kept in a file are the same desk, and either may be taken up where the other stopped.
//!
//! An edit says what was there before as well: if the file has changed meanwhile, it either still fits or is refused, and
//! never changes what nobody looked at.

mod part;
mod parts;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use toml_edit::DocumentMut;
use utoipa::ToSchema;

use super::{Agent, Customer, Line};
use crate::rules::flow::Audio;
use crate::rules::hours::{WrittenHoliday, WrittenWeek};
use crate::rules::policy::Policy;
use crate::rules::rota::{WrittenLayer, WrittenOverride, WrittenRota};
use part::Part;

/// A part as it was and as it is to be: added if it was not there, removed if it is to be there no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(bound = "")]
#[schema(as = PartEdit)]
pub struct Change<T: Part> {
    /// What is in the file; none if it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable)]
    pub was: Option<T>,
    /// What it becomes; none if it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable)]
    pub now: Option<T>,
}

impl<T: Part> Change<T> {
    /// A new part.
    pub fn add(now: T) -> Change<T> {
        Change { was: None, now: Some(now) }
    }

    /// A part that goes.
    pub fn remove(was: T) -> Change<T> {
        Change { was: Some(was), now: None }
    }

    /// What makes the one of the other, or a new part if there was none; none if both stand for the same.
    pub fn of(was: Option<T>, now: T) -> Option<Change<T>> {
        match was {
            Some(was) if was.is(&now) => None,
            was => Some(Change { was, now: Some(now) }),
        }
    }

    /// A part that becomes another.
    pub fn replace(was: T, now: T) -> Change<T> {
        Change { was: Some(was), now: Some(now) }
    }
}

/// One change of a desk's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "part", rename_all = "snake_case")]
#[schema(as = DeskEdit)]
pub enum Edit {
    /// A rota as a whole.
    Rota(Change<WrittenRota>),
    /// A layer of a rota; a new one lies on top, or above the one that is named.
    Layer {
        /// The rota's name.
        rota: String,
        /// Directly above which layer a new one is put.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        above: Option<WrittenLayer>,
        /// What becomes of the layer.
        #[serde(flatten)]
        change: Change<WrittenLayer>,
    },
    /// An override of a rota; a new one has the last word.
    Override {
        /// The rota's name.
        rota: String,
        /// What becomes of the override.
        #[serde(flatten)]
        change: Change<WrittenOverride>,
    },
    /// An agent.
    Agent(Change<Agent>),
    /// A holiday.
    Holiday(Change<WrittenHoliday>),
    /// The hours of every week.
    Hours {
        /// As they are.
        was: WrittenWeek,
        /// As they are to be.
        now: WrittenWeek,
    },
    /// An escalation policy, with its steps.
    Policy(Change<Policy>),
    /// A telephone number of the desk.
    Line(Change<Line>),
    /// A customer, with its contacts.
    Customer(Change<Customer>),
    /// A recording that is heard in place of a sentence.
    Audio(Change<Audio>),
    /// The file as a whole, as somebody rewrote it by hand.
    File {
        /// The text that he had before him.
        was: String,
        /// What he made of it.
        now: String,
    },
}

/// Why an edit cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotEdit {
    /// What it changes is there no longer, or is another by now.
    #[error("{0} is not in the desk's file as it was; look at it again and make the change anew")]
    Gone(String),
    /// What it adds is there already.
    #[error("{0} is in the desk's file already; give it another name, or change the one that is there")]
    There(String),
    /// The file is written in a way that cannot be changed part by part.
    #[error("{0} cannot be changed in the file as it is written; change the file's text itself")]
    Form(String),
}

/// The file with those edits made, in order; or the index of the first that cannot be made, and why.
pub fn edited(text: &str, edits: &[Edit]) -> Result<String, (usize, CannotEdit)> {
    let mut text = text.to_owned();
    for (index, edit) in edits.iter().enumerate() {
        text = edit.of(&text).map_err(|error| (index, error))?;
    }
    Ok(text)
}

impl Edit {
    /// The file with this edit made.
    pub fn of(&self, text: &str) -> Result<String, CannotEdit> {
        if let Edit::File { was, now } = self {
            return if was == text { Ok(now.clone()) } else { Err(CannotEdit::Gone("The text".into())) };
        }
        let mut file: DocumentMut =
            text.parse().map_err(|_| CannotEdit::Form("A file that is no TOML".into()))?;
        let root = file.as_table_mut();
        match self {
            Edit::Rota(change) => parts::change(root, "rota", change, None)?,
            Edit::Layer { rota, above, change } => {
                parts::change(rota_of(root, rota)?, "layer", change, above.as_ref())?;
            }
            Edit::Override { rota, change } => {
                parts::change(rota_of(root, rota)?, "override", change, None)?;
            }
            Edit::Agent(change) => parts::change(root, "agent", change, None)?,
            Edit::Holiday(change) => {
                parts::change(hours_of(root)?, "holiday", change, None)?;
            }
            Edit::Policy(change) => parts::change(root, "policy", change, None)?,
            Edit::Line(change) => parts::change(root, "line", change, None)?,
            Edit::Customer(change) => parts::change(root, "customer", change, None)?,
            Edit::Audio(change) => parts::change(root, "audio", change, None)?,
            Edit::Hours { was, now } => parts::replace(hours_of(root)?, "hours", was, now)?,
            Edit::File { .. } => {}
        }
        Ok(file.to_string())
    }

    /// What it does, in a line, with the short names of the file.
    pub fn summary(&self) -> String {
        match self {
            Edit::Rota(change) => said("the rota", change),
            Edit::Layer { rota, change, .. } => format!("{rota}: {}", said("the layer", change)),
            Edit::Override { rota, change } => format!("{rota}: {}", said("the override", change)),
            Edit::Agent(change) => said("the agent", change),
            Edit::Holiday(change) => said("the holiday", change),
            Edit::Policy(change) => said("the policy", change),
            Edit::Line(change) => said("the line", change),
            Edit::Customer(change) => said("the customer", change),
            Edit::Audio(change) => said("the recording for", change),
            Edit::Hours { now, .. } => format!("the hours become {}", now.told()),
            Edit::File { .. } => "the file was rewritten by hand".into(),
        }
    }
}

fn said<T: Part>(what: &str, change: &Change<T>) -> String {
    match (&change.was, &change.now) {
        (Some(was), Some(now)) => format!("{what} {} becomes {}", was.told(), now.told()),
        (None, Some(now)) => format!("{what} {} is new", now.told()),
        (Some(was), None) => format!("{what} {} goes", was.told()),
        (None, None) => format!("{what} stays as it is"),
    }
}

fn hours_of(root: &mut toml_edit::Table) -> Result<&mut toml_edit::Table, CannotEdit> {
    let hours = root.get_mut("hours").and_then(toml_edit::Item::as_table_mut);
    hours.ok_or_else(|| CannotEdit::Form("The table `hours`".into()))
}

fn rota_of<'a>(root: &'a mut toml_edit::Table, name: &str) -> Result<&'a mut toml_edit::Table, CannotEdit> {
    let gone = || CannotEdit::Gone(format!("The rota {name}"));
    let rotas = root.get_mut("rota").ok_or_else(gone)?;
    let rotas = rotas.as_array_of_tables_mut().ok_or_else(|| CannotEdit::Form("A rota".into()))?;
    rotas
        .iter_mut()
        .find(|rota| rota.get("name").and_then(toml_edit::Item::as_str) == Some(name))
        .ok_or_else(gone)
}
