//! The desks and voice flows that are in force, as every transaction sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use super::flows::{Files, PassedOver, take_files, tell_passed_over};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::flow::Flow;
use crate::rules::flow::kept::FlowFile;
use crate::rules::hours::Exceptions;
use crate::rules::mute::Mutes;
use crate::rules::policy::MethodKind;
use crate::store::{StoreError, Tx, call, desk as desks, exception, flow, instance, mute};

/// What is in force.
#[derive(Clone, Debug, Default)]
pub struct Desks {
    by_key: BTreeMap<String, Arc<Desk>>,
    lines: BTreeMap<PhoneNumber, String>,
    flows: BTreeMap<String, Arc<Flow>>,
    versions: BTreeMap<String, Arc<Flow>>,
    /// Ways of reaching people that are passed over.
    pub(super) dead: BTreeSet<(MethodKind, PhoneNumber)>,
    /// Who is muted, by the key of the desk.
    mutes: BTreeMap<String, Mutes>,
    /// What is declared of desks, by their keys.
    exceptions: BTreeMap<String, Exceptions>,
    generation: desks::Generation,
}

impl Desks {
    /// The desk of that key.
    pub fn by_key(&self, key: &str) -> Option<&Arc<Desk>> {
        self.by_key.get(key)
    }

    /// The voice flow in force of that name.
    pub fn flow(&self, name: &str) -> Option<&Arc<Flow>> {
        self.flows.get(name)
    }

    /// The voice flows in force.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.flows.values().map(Arc::as_ref)
    }

    /// The desk that has that line.
    pub fn by_line(&self, line: &PhoneNumber) -> Option<&Arc<Desk>> {
        self.lines.get(line).and_then(|key| self.by_key.get(key))
    }

    /// Every desk, by key.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Desk>> {
        self.by_key.values()
    }

    /// Who of a desk's agents is muted.
    pub fn mutes_of(&self, desk: &str) -> &Mutes {
        const NONE: &Mutes = &Mutes::NONE;
        self.mutes.get(desk).unwrap_or(NONE)
    }

    /// What is declared of a desk.
    pub fn exceptions_of(&self, desk: &str) -> &Exceptions {
        const NONE: &Exceptions = &Exceptions::NONE;
        self.exceptions.get(desk).unwrap_or(NONE)
    }

    /// The desk, if there is but one.
    pub(super) fn only(&self) -> Option<&Arc<Desk>> {
        let mut all = self.by_key.values();
        all.next().filter(|_| all.next().is_none())
    }

    /// Who has that number, at each desk whose agent he is.
    pub(super) fn agents_by_number<'a>(&'a self, number: &PhoneNumber) -> Vec<(&'a Desk, &'a Agent)> {
        let his = |desk: &'a Arc<Desk>| Some((&**desk, desk.agent_by_number(number)?));
        self.by_key.values().filter_map(his).collect()
    }

    /// The same if that desk were in force in the place of the one of its key.
    pub(super) fn with(&self, desk: &Desk) -> Desks {
        let mut desks = self.clone();
        let key = desk.key.as_str().to_owned();
        desks.lines.retain(|_, owner| *owner != key);
        desks.lines.extend(desk.lines.iter().map(|line| (line.number.clone(), key.clone())));
        desks.by_key.insert(key, Arc::new(desk.clone()));
        desks
    }

    pub(super) fn flow_for(&self, name: &str) -> Result<&Arc<Flow>, StoreError> {
        self.flow(name).ok_or_else(|| StoreError::Fault(format!("voice flow {name} is not loaded")))
    }

    /// A flow by the version that a call began with; none if this process has not read it yet.
    pub(super) fn flow_version(&self, version: &str) -> Option<&Arc<Flow>> {
        self.versions.get(version)
    }
}

struct Everything {
    desks: Vec<(Desk, i64)>,
    dead: BTreeSet<(MethodKind, PhoneNumber)>,
    mutes: BTreeMap<String, Mutes>,
    exceptions: BTreeMap<String, Exceptions>,
    generation: desks::Generation,
    /// Every version of every flow, with its text.
    sources: Vec<(String, String)>,
    /// The names and versions of the flows that are in force.
    in_force: Vec<(String, String)>,
}

struct Begin {
    instance: String,
    now: Timestamp,
    files: Files,
    doubt_until: Timestamp,
}

impl Acts {
    /// Says that this process lives, frees what an earlier one of this node held, brings changed files of flows into
    /// force, and doubts every call that was under way.
    pub(super) async fn begin(&self, files: Vec<FlowFile>) -> Result<(), ActError> {
        let now = self.clock().now();
        let (files, read) = self.read_files(By::start(), files)?;
        let begin = Begin { instance: self.0.instance.clone(), now, files, doubt_until: now };
        // What stands in the files answers where what is in force cannot be read.
        self.renew(|desks| desks.flows = read);
        let passed_over = self.store().write(begin_work, begin).await?;
        self.0.noted.begin(self.store().read(heard, ()).await?);
        self.reload().await?;
        tell_passed_over(&passed_over);
        Ok(())
    }

    /// What is in force, as a command sees it that looks in; and flows of files under whose names nothing is. Nothing is
    /// written down.
    pub(super) async fn look_in(&self, files: Vec<FlowFile>) -> Result<(), ActError> {
        let (_, read) = self.read_files(By::command_line(), files)?;
        self.renew(|desks| desks.flows = read);
        self.reload().await
    }

    /// Reads what is in force.
    pub async fn reload(&self) -> Result<(), ActError> {
        let Everything { desks: all, dead, mutes, exceptions, generation, sources, in_force } =
            self.store().read(everything, self.clock().now()).await?;
        let before = self.desks();
        let mut versions = before.versions.clone();
        for (version, text) in sources {
            if let std::collections::btree_map::Entry::Vacant(slot) = versions.entry(version)
                && let Ok(flow) = Flow::parse(&text)
            {
                slot.insert(Arc::new(flow));
            }
        }
        let mut flows = before.flows.clone();
        for (name, version) in in_force {
            match versions.get(&version) {
                Some(flow) => drop(flows.insert(name, flow.clone())),
                // Written for another version of this program: callers are better served by what this one can read.
                None => tracing::error!(
                    flow = name,
                    version,
                    "the voice flow in force cannot be read by this program; an older one answers, or its file"
                ),
            }
        }
        self.renew(|desks| {
            desks.lines = lines_of(&all);
            desks.by_key =
                all.into_iter().map(|(desk, _)| (desk.key.as_str().to_owned(), Arc::new(desk))).collect();
            desks.dead = dead;
            desks.mutes = mutes;
            desks.exceptions = exceptions;
            desks.flows = flows;
            desks.versions = versions;
            desks.generation = generation;
        });
        Ok(())
    }

    /// Reads what is in force, if any of it changed since it was read: by this process or another.
    pub async fn reload_if_changed(&self) -> Result<(), ActError> {
        let generation = self.store().read(current_generation, ()).await?;
        if generation == self.desks().generation { Ok(()) } else { self.reload().await }
    }

    /// The same for a process that performs things: where hours are others, or something is declared, pages that wait
    /// for somebody to be there are due at another time.
    pub async fn keep_up(&self) -> Result<(), ActError> {
        self.reload_if_changed().await?;
        let generation = self.desks().generation;
        if *self.0.kept_up.lock().unwrap_or_else(PoisonError::into_inner) != generation {
            self.move_waiting().await?;
            *self.0.kept_up.lock().unwrap_or_else(PoisonError::into_inner) = generation;
        }
        Ok(())
    }

    fn renew(&self, change: impl FnOnce(&mut Desks)) {
        let mut desks = self.0.desks.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut desks));
    }
}

fn lines_of(all: &[(Desk, i64)]) -> BTreeMap<PhoneNumber, String> {
    all.iter()
        .flat_map(|(desk, _)| {
            desk.lines.iter().map(|line| (line.number.clone(), desk.key.as_str().to_owned()))
        })
        .collect()
}

async fn heard(tx: &mut Tx, (): &()) -> Result<Vec<(String, Timestamp)>, StoreError> {
    instance::heard(tx).await
}

async fn begin_work(tx: &mut Tx, begin: &Begin) -> Result<Vec<PassedOver>, StoreError> {
    instance::start(tx, &begin.instance, &begin.files.node, begin.now).await?;
    let passed_over = take_files(tx, &begin.files).await?;
    call::doubt_all(tx, begin.doubt_until).await?;
    Ok(passed_over)
}

async fn everything(tx: &mut Tx, now: &Timestamp) -> Result<Everything, StoreError> {
    Ok(Everything {
        desks: desks::all(tx).await?,
        dead: desks::dead_methods(tx).await?,
        mutes: mute::all(tx).await?,
        exceptions: exception::all(tx, *now).await?,
        generation: desks::generation(tx).await?,
        sources: flow::sources(tx).await?,
        in_force: flow::in_force(tx).await?,
    })
}

async fn current_generation(tx: &mut Tx, (): &()) -> Result<desks::Generation, StoreError> {
    desks::generation(tx).await
}
