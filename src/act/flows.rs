//! Voice flows: how a text comes into force, from a file or from somebody who wrote it on a page, and what was in force
//! before. Calls that are under way go on by the version that they began with.
//!
//! Texts are read, checked and played outside of the transactions; the transaction then makes sure that nothing has
//! moved. Which of a file and a saved text counts is for [`crate::rules::flow::kept`] to say.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::audit::{Note, note};
use super::{ActError, Acts, By, Desks};
use crate::clock::Timestamp;
use crate::rules::access::{Principal, Right};
use crate::rules::flow::Flow;
use crate::rules::flow::kept::{FlowFile, InForce, Origin, brings};
use crate::rules::name::check_in_address;
use crate::rules::source::Problem;
use crate::rules::written::Misread;
use crate::store::flow::{self as flows, New, Revision};
use crate::store::{StoreError, Tx};

/// The most versions that are listed at once.
pub const MOST_REVISIONS: usize = 30;

/// Why a text did not come into force.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// It has mistakes, or the calls that it brings with it go otherwise than they say.
    #[error("It has mistakes.")]
    Wrong(Vec<Problem>),
    /// It is a new one, by a name that can be none.
    #[error("{0}.")]
    Name(Misread),
    /// Lines that it answers offer what it does not have.
    #[error("{}", .0.join(" "))]
    Lines(Vec<String>),
    /// Somebody else was faster.
    #[error(
        "Another version came into force meanwhile. Look at what it changed, and put yours in force above it."
    )]
    Moved,
    /// There is a flow of that name already.
    #[error(
        "There is a voice flow of that name already. Give this one another name, or change that one on its own page."
    )]
    There,
    /// He may not.
    #[error(
        "It answers lines of desks that you do not manage. A manager of all of them can put it in force, or an \
         administrator."
    )]
    NotHis,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> FlowError {
        FlowError::Act(error.into())
    }
}

/// Who may put a flow of that name in force: an administrator, or who manages every desk that uses it.
pub fn may_put(desks: &Desks, principal: &Principal, name: &str) -> bool {
    let mut users = desks.all().filter(|desk| desk.lines.iter().any(|line| line.flow == name));
    principal.may_everywhere(Right::Administer)
        || (principal.may_somewhere(Right::Manage)
            && users.all(|desk| principal.may(Right::Manage, desk.key.as_str())))
}

/// Words that have pages and forms beside those of flows.
const TAKEN: &[&str] = &["check", "download", "keep", "put", "try"];

/// A text that somebody puts in force.
#[derive(Clone, Debug)]
pub struct Putting {
    /// Of which flow: by its name, and the revision that he began from. None is a new one, or one of another name.
    pub from: Option<(String, i64)>,
    /// The text.
    pub text: String,
    /// Why, in his words.
    pub why: Option<String>,
}

/// Files of flows, read.
pub(super) struct Files {
    pub(super) by: By,
    pub(super) node: String,
    pub(super) now: Timestamp,
    /// Only under names that nothing is in force under.
    pub(super) only_new: bool,
    /// In the order of their names, which is the order of the locks.
    pub(super) files: Vec<ReadFile>,
}

pub(super) struct ReadFile {
    name: String,
    version: String,
    text: String,
    origin: Origin,
}

/// A file whose text is not in force, because somebody put another one there.
pub(super) struct PassedOver {
    name: String,
    in_force: String,
    file: String,
}

type ByName = BTreeMap<String, Arc<Flow>>;

impl Acts {
    /// Brings those files into force that have changed since this machine looked at them last.
    pub async fn replace_flows(&self, by: By, files: Vec<FlowFile>) -> Result<(), ActError> {
        let (files, _) = self.read_files(by, files)?;
        let passed_over = self.store().write(take_files, files).await?;
        self.reload().await?;
        tell_passed_over(&passed_over);
        Ok(())
    }

    /// Brings those files into force under whose names nothing is yet, so that desks may name them.
    pub async fn add_flows(&self, by: By, files: Vec<FlowFile>) -> Result<(), ActError> {
        let (files, _) = self.read_files(by, files)?;
        self.store().write(take_files, Files { only_new: true, ..files }).await?;
        self.reload().await
    }

    pub(super) fn read_files(&self, by: By, files: Vec<FlowFile>) -> Result<(Files, ByName), StoreError> {
        let mut read = Vec::new();
        let mut by_name = BTreeMap::new();
        for file in files {
            let flow = Flow::parse(&file.text).map_err(|problems| {
                let first = problems.first().map(|problem| problem.at("voice flow").to_string());
                StoreError::Fault(first.unwrap_or_else(|| "a voice flow is empty".into()))
            })?;
            read.push(ReadFile {
                name: flow.name.clone(),
                version: flow.version().to_owned(),
                origin: file.origin(),
                text: file.text,
            });
            by_name.insert(flow.name.clone(), Arc::new(flow));
        }
        read.sort_by(|a, b| a.name.cmp(&b.name));
        let (node, now) = (self.0.node.clone(), self.clock().now());
        Ok((Files { by, node, now, only_new: false, files: read }, by_name))
    }

    /// Puts a text in force that somebody wrote, if he may, if nothing is wrong with it, and if nobody was faster;
    /// answers the flow's name.
    pub async fn put_flow(
        &self,
        by: By,
        principal: &Principal,
        putting: Putting,
    ) -> Result<String, FlowError> {
        let Putting { from, text, why } = putting;
        let flow = Flow::prove(&text).map_err(FlowError::Wrong)?;
        self.reload_if_changed().await?;
        let desks = self.desks();
        if desks.flow(&flow.name).is_none() {
            check_in_address(&flow.name, TAKEN).map_err(FlowError::Name)?;
        }
        if !may_put(&desks, principal, &flow.name) {
            return Err(FlowError::NotHis);
        }
        let lines = unspoken(&desks, &flow);
        if !lines.is_empty() {
            return Err(FlowError::Lines(lines));
        }
        // By another name it is another flow.
        let above = from.filter(|(name, _)| *name == flow.name).map_or(0, |(_, revision)| revision);
        let name = flow.name.clone();
        let put = Put { by, flow, text, why, above, now: self.clock().now() };
        match self.store().write(put_flow, put).await? {
            Came::In => {}
            Came::Moved if above == 0 => return Err(FlowError::There),
            Came::Moved => return Err(FlowError::Moved),
        }
        self.reload().await?;
        Ok(name)
    }

    /// Puts a former revision of a flow in force again, above the one that was seen in force.
    pub async fn restore_flow(
        &self,
        by: By,
        principal: &Principal,
        name: &str,
        (former, seen): (i64, i64),
    ) -> Result<(), FlowError> {
        let text = self.flow_text(name, former).await?.ok_or(ActError::NoSuch("version"))?;
        let why = Some(format!("as in version {former} again"));
        let from = Some((name.to_owned(), seen));
        self.put_flow(by, principal, Putting { from, text, why }).await.map(|_| ())
    }

    /// What is in force under a name.
    pub async fn flow_in_force(&self, name: &str) -> Result<Option<InForce>, ActError> {
        Ok(self.store().read(in_force, (name.to_owned(),)).await?)
    }

    /// What was in force under a name before that revision, the newest first: a page of them.
    pub async fn flow_revisions(&self, name: &str, before: i64) -> Result<Vec<Revision>, ActError> {
        Ok(self.store().read(revisions, (name.to_owned(), before)).await?)
    }

    /// The text of a revision of a flow.
    pub async fn flow_text(&self, name: &str, revision: i64) -> Result<Option<String>, ActError> {
        Ok(self.store().read(text, (name.to_owned(), revision)).await?)
    }
}

/// What lines that a flow answers offer and it does not speak, and what desks have recorded for it that it does not say.
fn unspoken(desks: &Desks, flow: &Flow) -> Vec<String> {
    let mut found = Vec::new();
    for desk in desks.all() {
        for line in desk.lines.iter().filter(|line| line.flow == flow.name) {
            let lacks = line.languages.iter().filter(|language| !flow.languages.contains(language));
            found.extend(lacks.map(|language| {
                format!(
                    "The line {} ({}) offers `{language}`, which the flow does not speak: add its words, or take the \
                     language out of the line first.",
                    line.label, desk.name
                )
            }));
        }
        for audio in desk.audio.iter().filter(|audio| audio.flow == flow.name) {
            found.extend(audio.misfit(flow).map(|(_, misfit)| {
                format!(
                    "{} has a recording for this flow, but {}: {}.",
                    desk.name, misfit.what, misfit.remedy
                )
            }));
        }
    }
    found
}

pub(super) fn tell_passed_over(all: &[PassedOver]) {
    for PassedOver { name, in_force, file } in all {
        tracing::info!(
            flow = name,
            in_force,
            file,
            "another version of the voice flow is in force than its file has; change the file, or look at the page Flows"
        );
    }
}

/// Brings files into force, as far as they have changed; answers those that others stand before.
pub(super) async fn take_files(tx: &mut Tx, input: &Files) -> Result<Vec<PassedOver>, StoreError> {
    let Files { by, node, now, only_new, files } = input;
    let mut passed_over = Vec::new();
    for file in files {
        let ReadFile { name, version, text, origin } = file;
        let mut known = flows::lock(tx, name).await?;
        if known.is_none() {
            flows::remember(tx, version, name, text, *now).await?;
            let new = new_file(file, by);
            if flows::bring(tx, &new, 0, *now).await?.is_some() {
                note_flow(tx, by, *now, ("flow.read", name), (None, version), None).await?;
                flows::see(tx, node, name, version).await?;
                continue;
            }
            // Another process that starts has just done so, and has committed.
            known = flows::lock(tx, name).await?;
        }
        if *only_new {
            continue;
        }
        let seen = flows::seen(tx, node, name).await?;
        match known {
            Some(known) if brings(version, *origin, Some(&known), seen.as_deref()) => {
                if known.version == *version {
                    flows::offered(tx, name, version).await?;
                } else {
                    flows::remember(tx, version, name, text, *now).await?;
                    flows::bring(tx, &new_file(file, by), known.revision, *now).await?;
                    let before = Some(known.version.as_str());
                    note_flow(tx, by, *now, ("flow.read", name), (before, version), None).await?;
                }
            }
            Some(known) if known.version != *version => passed_over.push(PassedOver {
                name: name.clone(),
                in_force: known.version,
                file: version.clone(),
            }),
            _ => {}
        }
        if seen.as_ref() != Some(version) {
            flows::see(tx, node, name, version).await?;
        }
    }
    Ok(passed_over)
}

fn new_file<'a>(file: &'a ReadFile, by: &'a By) -> New<'a> {
    New {
        name: &file.name,
        version: &file.version,
        origin: file.origin,
        offered: Some(&file.version),
        by: &by.actor,
        why: None,
    }
}

async fn note_flow(
    tx: &mut Tx,
    by: &By,
    now: Timestamp,
    (action, name): (&'static str, &str),
    (before, version): (Option<&str>, &str),
    why: Option<&str>,
) -> Result<(), StoreError> {
    let after = match why {
        Some(why) => format!("version {version}: {why}"),
        None => format!("version {version}"),
    };
    let before = before.map(|version| format!("version {version}"));
    note(tx, by, now, Note { before, after: Some(after), ..Note::of(action, name) }).await
}

/// A text that comes into force.
struct Put {
    by: By,
    flow: Flow,
    text: String,
    why: Option<String>,
    /// The revision that it is to stand above; 0 if there is none.
    above: i64,
    now: Timestamp,
}

enum Came {
    In,
    /// Something else is in force than was seen.
    Moved,
}

async fn put_flow(tx: &mut Tx, input: &Put) -> Result<Came, StoreError> {
    let Put { by, flow, text, why, above, now } = input;
    let (name, version) = (flow.name.as_str(), flow.version());
    let known = flows::lock(tx, name).await?;
    if known.as_ref().map_or(0, |known| known.revision) != *above {
        return Ok(Came::Moved);
    }
    if known.as_ref().is_some_and(|known| known.version == version) {
        return Ok(Came::In);
    }
    flows::remember(tx, version, name, text, *now).await?;
    let new = New {
        name,
        version,
        origin: Origin::Web,
        offered: known.as_ref().and_then(|known| known.offered.as_deref()),
        by: &by.actor,
        why: why.as_deref(),
    };
    if flows::bring(tx, &new, *above, *now).await?.is_none() {
        return Ok(Came::Moved);
    }
    let before = known.as_ref().map(|known| known.version.as_str());
    note_flow(tx, by, *now, ("flow.put", name), (before, version), why.as_deref()).await?;
    Ok(Came::In)
}

async fn in_force(tx: &mut Tx, (name,): &(String,)) -> Result<Option<InForce>, StoreError> {
    flows::find(tx, name).await
}

async fn revisions(tx: &mut Tx, (name, before): &(String, i64)) -> Result<Vec<Revision>, StoreError> {
    flows::revisions(tx, name, *before, i64::try_from(MOST_REVISIONS).unwrap_or(i64::MAX)).await
}

async fn text(tx: &mut Tx, (name, revision): &(String, i64)) -> Result<Option<String>, StoreError> {
    flows::source(tx, name, *revision).await
}
