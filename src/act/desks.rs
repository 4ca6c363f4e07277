//! The desks and voice flows that are in force, as every transaction sees them; and how new flows come into force.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use super::audit::{Note, note};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::flow::Flow;
use crate::rules::mute::Mutes;
use crate::rules::policy::MethodKind;
use crate::store::{StoreError, Tx, call, desk as desks, instance, mute};

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

    pub(super) fn flow_for(&self, name: &str) -> Result<&Arc<Flow>, StoreError> {
        self.flow(name).ok_or_else(|| StoreError::Fault(format!("voice flow {name} is not loaded")))
    }

    pub(super) fn flow_version(&self, version: &str) -> Result<&Arc<Flow>, StoreError> {
        self.versions
            .get(version)
            .ok_or_else(|| StoreError::Fault(format!("version {version} of a voice flow is not loaded")))
    }
}

struct Everything {
    all: Vec<(Desk, i64)>,
    dead: BTreeSet<(MethodKind, PhoneNumber)>,
    mutes: BTreeMap<String, Mutes>,
    generation: desks::Generation,
    sources: Vec<(String, String)>,
}

struct Begin {
    instance: String,
    node: String,
    now: Timestamp,
    flows: Flows,
    doubt_until: Timestamp,
}

/// Version, name and text.
type FlowVersion = (String, String, String);
type ByName = BTreeMap<String, Arc<Flow>>;

impl Acts {
    /// Says that this process lives, frees what an earlier one of this node held, remembers the flows' versions, and
    /// doubts every call that was under way.
    pub(super) async fn begin(&self, sources: Vec<String>) -> Result<(), ActError> {
        let now = self.clock().now();
        let (flows, current) = read_flows(sources)?;
        let flows = Flows { by: By::start(), flows, changed: Vec::new(), now };
        let begin = Begin {
            instance: self.0.instance.clone(),
            node: self.0.node.clone(),
            now,
            flows,
            doubt_until: now,
        };
        self.store().write(begin_work, begin).await?;
        self.renew(|desks| desks.flows = current);
        self.reload().await
    }

    /// Brings other voice flows into force. Calls that are under way go on by the version that they began with.
    pub async fn replace_flows(&self, by: By, sources: Vec<String>) -> Result<(), ActError> {
        let (flows, current) = read_flows(sources)?;
        let changed = self.changed(&flows);
        self.take_flows(by, flows, current, changed).await
    }

    /// The flows as a command sees them that looks in beside a server: what is new is remembered, and nothing replaced.
    pub(super) async fn see_flows(&self, by: By, sources: Vec<String>) -> Result<(), ActError> {
        let (flows, current) = read_flows(sources)?;
        self.take_flows(by, flows, current, Vec::new()).await
    }

    /// The flows as a command sees them that leaves no trace.
    pub(super) async fn look_at_flows(&self, sources: Vec<String>) -> Result<(), ActError> {
        let (_, current) = read_flows(sources)?;
        self.renew(|desks| desks.flows = current);
        self.reload().await
    }

    async fn take_flows(
        &self,
        by: By,
        flows: Vec<FlowVersion>,
        current: ByName,
        changed: Vec<(String, Option<String>)>,
    ) -> Result<(), ActError> {
        let input = Flows { by, flows, changed, now: self.clock().now() };
        self.store().write(remember_flows, input).await?;
        self.renew(|desks| desks.flows = current);
        self.reload().await
    }

    /// Which flows differ from those in force, with the version that is in force.
    fn changed(&self, flows: &[FlowVersion]) -> Vec<(String, Option<String>)> {
        let desks = self.desks();
        let in_force = |name: &str| desks.flow(name).map(|flow| flow.version().to_owned());
        let all = flows.iter().map(|(version, name, _)| (version, name, in_force(name)));
        let changed = all.filter(|(version, _, before)| before.as_ref() != Some(version));
        changed.map(|(_, name, before)| (name.clone(), before)).collect()
    }

    /// Reads what is in force, if any of it changed.
    pub async fn reload(&self) -> Result<(), ActError> {
        let Everything { all, dead, mutes, generation, sources } = self.store().read(everything, ()).await?;
        let before = self.desks();
        let mut versions = before.versions.clone();
        for (version, text) in sources {
            if let std::collections::btree_map::Entry::Vacant(slot) = versions.entry(version)
                && let Ok(flow) = Flow::parse(&text)
            {
                slot.insert(Arc::new(flow));
            }
        }
        self.renew(|desks| {
            desks.lines = lines_of(&all);
            desks.by_key =
                all.into_iter().map(|(desk, _)| (desk.key.as_str().to_owned(), Arc::new(desk))).collect();
            desks.dead = dead;
            desks.mutes = mutes;
            desks.versions = versions;
            desks.generation = generation;
        });
        Ok(())
    }

    /// Whether desks, dead methods or mutes changed since they were read: by this process or another.
    pub async fn reload_if_changed(&self) -> Result<(), ActError> {
        let generation = self.store().read(current_generation, ()).await?;
        if generation == self.desks().generation { Ok(()) } else { self.reload().await }
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

fn read_flows(sources: Vec<String>) -> Result<(Vec<FlowVersion>, ByName), StoreError> {
    let mut versions = Vec::new();
    let mut current = BTreeMap::new();
    for source in sources {
        let flow = Flow::parse(&source).map_err(|problems| {
            let first = problems.first().map(|problem| problem.at("voice flow").to_string());
            StoreError::Fault(first.unwrap_or_else(|| "a voice flow is empty".into()))
        })?;
        versions.push((flow.version().to_owned(), flow.name.clone(), source));
        current.insert(flow.name.clone(), Arc::new(flow));
    }
    Ok((versions, current))
}

async fn begin_work(tx: &mut Tx, begin: &Begin) -> Result<(), StoreError> {
    instance::start(tx, &begin.instance, &begin.node, begin.now).await?;
    remember_flows(tx, &begin.flows).await?;
    call::doubt_all(tx, begin.doubt_until).await?;
    Ok(())
}

/// Voice flows that come into force.
struct Flows {
    by: By,
    flows: Vec<FlowVersion>,
    /// The names of those that differ from what was in force, with the version that was.
    changed: Vec<(String, Option<String>)>,
    now: Timestamp,
}

async fn remember_flows(tx: &mut Tx, input: &Flows) -> Result<(), StoreError> {
    let Flows { by, flows, changed, now } = input;
    for (version, name, source) in flows {
        let new = desks::remember_flow(tx, version, name, source, *now).await?;
        let changed = changed.iter().find(|(changed, _)| changed == name);
        if new || changed.is_some() {
            let before = changed.and_then(|(_, before)| before.as_deref());
            note_flow(tx, by, *now, name, before, version).await?;
        }
    }
    Ok(())
}

async fn note_flow(
    tx: &mut Tx,
    by: &By,
    now: Timestamp,
    name: &str,
    before: Option<&str>,
    version: &str,
) -> Result<(), StoreError> {
    let told = |version: &str| format!("version {version}");
    let entry = Note { before: before.map(told), after: Some(told(version)), ..Note::of("flow.read", name) };
    note(tx, by, now, entry).await
}

async fn everything(tx: &mut Tx, (): &()) -> Result<Everything, StoreError> {
    Ok(Everything {
        all: desks::all(tx).await?,
        dead: desks::dead_methods(tx).await?,
        mutes: mute::all(tx).await?,
        generation: desks::generation(tx).await?,
        sources: desks::flow_sources(tx).await?,
    })
}

async fn current_generation(tx: &mut Tx, (): &()) -> Result<desks::Generation, StoreError> {
    desks::generation(tx).await
}
