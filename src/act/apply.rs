//! How desk files come into force: checked against what this installation has, and only if nobody was quicker. The
//! command line, the API and the pages all come this way.

use super::audit::{Note, note};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::desk::file::{DeskFile, FileProblem, Known, read_files, taken_lines};
use crate::rules::desk::plan::{self, Plan, summary_of};
use crate::rules::source::Problem;
use crate::store::{StoreError, Tx, desk as desks, number_check};

/// The text of one desk, without a mistake by what is in force now.
#[derive(Clone, Debug)]
pub struct Checked {
    file: DeskFile,
}

impl Checked {
    /// The desk that it describes.
    pub fn desk(&self) -> &Desk {
        self.file.desk()
    }

    /// The text, byte for byte.
    pub fn text(&self) -> &str {
        self.file.text()
    }

    /// The file that it is.
    pub fn file(&self) -> &DeskFile {
        &self.file
    }
}

/// Why a text that was checked did not come into force.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Somebody else changed the desk meanwhile.
    #[error("the desk has changed meanwhile: version {0} is in force; look at it, and change that one")]
    Moved(i64),
    /// Somebody else gave one of its lines to another desk meanwhile.
    #[error("another desk has got one of the lines meanwhile; check the file again")]
    LineTaken,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// A desk after its file was applied.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The desk.
    pub desk: Desk,
    /// The version that is in force.
    pub version: i64,
    /// Whether it is a new one: not, if the file is the one that was in force.
    pub new: bool,
}

impl Acts {
    /// What desk files may name.
    pub fn known(&self) -> Known {
        let desks = self.desks();
        Known::new(desks.flows(), self.0.carriers.clone()).beside(desks.all().cloned().collect())
    }

    /// Reads a text that is to be a desk's file, and checks it against what this installation has.
    pub fn check_desk(&self, key: &str, text: &str) -> Result<Checked, Vec<Problem>> {
        let told = |found: Vec<FileProblem>| found.into_iter().map(|found| found.problem).collect();
        let files = read_files([(key.to_owned(), text.to_owned())], &self.known()).map_err(told)?;
        let mut found: Vec<_> = files.iter().filter_map(|file| file.other_desk(key)).collect();
        if found.is_empty() {
            found = self.taken_lines(&files);
        }
        match files.into_iter().next() {
            Some(file) if found.is_empty() => Ok(Checked { file }),
            _ => Err(told(found)),
        }
    }

    /// Lines of desk files that another desk has, and still has when all of them are in force.
    pub fn taken_lines(&self, files: &[DeskFile]) -> Vec<FileProblem> {
        let desks = self.desks();
        taken_lines(files, |number| desks.by_line(number).map(|desk| &**desk))
    }

    /// What desk files would change, each for itself.
    pub async fn plans(&self, files: Vec<DeskFile>) -> Result<Vec<Plan>, ActError> {
        Ok(self.store().read(plans, files).await?)
    }

    /// Brings a text into force if the desk is still at the version that it was made from (0 for a desk that is not
    /// there yet); answers the version that is in force then: the same, if the text is the same.
    pub async fn apply_checked(&self, by: By, checked: Checked, expected: i64) -> Result<i64, ApplyError> {
        let desks = vec![checked.file.into_parts()];
        let input = Put { by, desks, expected: Some(expected), now: self.clock().now() };
        let outcome = self.store().write(put_desks, input).await.map_err(|error| match error {
            StoreError::Conflict(_) => ApplyError::LineTaken,
            other => ApplyError::Act(other.into()),
        })?;
        self.reload().await?;
        match outcome {
            Outcome::Put(versions) => Ok(versions.first().map_or(expected, |(version, _)| *version)),
            Outcome::Moved(version) => Err(ApplyError::Moved(version)),
        }
    }

    /// Brings desk files into force, whatever is in force, all of them or none. A line may move from one of them
    /// to another; [`StoreError::Conflict`] if a desk has it that is not among them.
    pub async fn apply_files(&self, by: By, files: Vec<DeskFile>) -> Result<Vec<Applied>, ActError> {
        let all: Vec<(Desk, String)> = files.into_iter().map(DeskFile::into_parts).collect();
        let versions = self.put(by, all.clone()).await?;
        let applied = |((desk, _), (version, new))| Applied { desk, version, new };
        Ok(all.into_iter().zip(versions).map(applied).collect())
    }

    async fn put(&self, by: By, desks: Vec<(Desk, String)>) -> Result<Vec<(i64, bool)>, ActError> {
        let input = Put { by, desks, expected: None, now: self.clock().now() };
        let outcome = self.store().write(put_desks, input).await?;
        self.reload().await?;
        match outcome {
            Outcome::Put(versions) => Ok(versions),
            Outcome::Moved(_) => {
                Err(StoreError::Fault("desk: no version was given, and one was looked at".into()).into())
            }
        }
    }

    /// A desk as it is in force, with its version.
    pub async fn desk_in_force(&self, desk: &str) -> Result<Option<(i64, Desk)>, ActError> {
        Ok(self.store().read(in_force, (desk.to_owned(),)).await?)
    }

    /// The text of a desk's version, or of the one in force, with its number.
    pub async fn desk_text(
        &self,
        desk: &str,
        version: Option<i64>,
    ) -> Result<Option<(i64, String)>, ActError> {
        Ok(self.store().read(text, (desk.to_owned(), version)).await?)
    }
}

async fn in_force(tx: &mut Tx, (desk,): &(String,)) -> Result<Option<(i64, Desk)>, StoreError> {
    Ok(desks::current(tx, desk).await?.map(|current| (current.version, current.desk)))
}

async fn text(
    tx: &mut Tx,
    (desk, version): &(String, Option<i64>),
) -> Result<Option<(i64, String)>, StoreError> {
    match version {
        Some(version) => Ok(desks::source(tx, desk, *version).await?.map(|text| (*version, text))),
        None => desks::current_source(tx, desk).await,
    }
}

async fn plans(tx: &mut Tx, files: &Vec<DeskFile>) -> Result<Vec<Plan>, StoreError> {
    let mut plans = Vec::with_capacity(files.len());
    for file in files {
        let current = desks::current(tx, file.desk().key.as_str()).await?;
        let before = current.as_ref().map(|current| (current.version, &current.desk, &*current.source));
        plans.push(Plan::of(before, file.desk(), file.text()));
    }
    Ok(plans)
}

/// Desks that are to come into force, with their texts.
struct Put {
    by: By,
    desks: Vec<(Desk, String)>,
    /// The version that each of them is to be at; any, if it is not said.
    expected: Option<i64>,
    now: Timestamp,
}

/// What came of it.
enum Outcome {
    /// The versions that are in force then, and whether each is new.
    Put(Vec<(i64, bool)>),
    /// The version that a desk is at, instead of the one that was expected.
    Moved(i64),
}

async fn put_desks(tx: &mut Tx, input: &Put) -> Result<Outcome, StoreError> {
    let Put { by, desks: all, expected, now } = input;
    let mut before = Vec::with_capacity(all.len());
    for (desk, _) in all {
        before.push(desks::lock(tx, &desk.key).await?);
    }
    if let Some(moved) = before.iter().find(|version| expected.is_some_and(|wanted| wanted != **version)) {
        return Ok(Outcome::Moved(*moved));
    }
    let mut versions = Vec::with_capacity(all.len());
    for ((desk, source), before) in all.iter().zip(before) {
        versions.push(put_desk(tx, by, (desk, source), None, before, *now).await?);
    }
    // What each of them gives up is known by now.
    for (desk, _) in all {
        desks::take_lines(tx, desk, *now).await?;
    }
    Ok(Outcome::Put(versions))
}

/// Writes a desk that is at the version `before` and locked; answers the version that is in force then, and whether it is
/// new. Its lines are still to be taken.
pub(super) async fn put_desk(
    tx: &mut Tx,
    by: &By,
    (desk, source): (&Desk, &str),
    changes: Option<&str>,
    before: i64,
    now: Timestamp,
) -> Result<(i64, bool), StoreError> {
    // A newer program may read more out of the same text.
    let current = desks::current(tx, desk.key.as_str()).await?;
    if current.as_ref().is_some_and(|current| current.source == source && current.desk == *desk) {
        return Ok((before, false));
    }
    let found = || current.map(|current| summary_of(&plan::changes(&current.desk, desk)));
    let changes = changes.map(str::to_owned).or_else(found);
    let origin = desks::Origin { by: by.actor.clone(), changes: changes.clone() };
    let version = desks::put(tx, desk, source, &origin, now).await?;
    if version != before + 1 {
        // Where there was no row yet to lock, somebody else has just made it.
        return Err(StoreError::Busy("desk: it was made at the same moment".into()));
    }
    number_check::keep_only(tx, desk).await?;
    let key = desk.key.as_str();
    let news = changes.map(|changes| format!("\n{changes}")).unwrap_or_default();
    let entry = Note {
        desk: Some(key),
        before: (version > 1).then(|| format!("version {}", version - 1)),
        after: Some(format!("version {version}: {}{news}", summary(desk))),
        ..Note::of("desk.apply", key)
    };
    note(tx, by, now, entry).await?;
    Ok((version, true))
}

/// What a desk has, in a few words.
fn summary(desk: &Desk) -> String {
    let of = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    [
        of(desk.lines.len(), "line", "lines"),
        of(desk.agents.len(), "agent", "agents"),
        of(desk.rotas.len(), "rota", "rotas"),
        of(desk.policies.len(), "policy", "policies"),
        of(desk.customers.len(), "customer", "customers"),
    ]
    .join(", ")
}
