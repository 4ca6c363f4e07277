//! When an emergency would not find whom it should, for pages, programs and managers. A search through a large desk takes
//! seconds of a processor: one goes on at a time, off the threads that answer calls and send pages, and what it found is
//! kept for whoever asks next. It looks a day further than it was asked to, so that it answers for a day.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::off_thread::Few;
use super::{ActError, Acts};
use crate::clock::Timestamp;
use crate::rules::desk::{Agent, Desk, Gaps, PolicyGap};
use crate::rules::hours::Exceptions;
use crate::rules::mute::Mutes;
use crate::rules::people::AgentKey;

/// How far ahead gaps are looked for: while there is time to fill them.
pub const GAPS_AHEAD: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How much further a search looks than it was asked to.
const BEYOND: Duration = Duration::from_secs(24 * 60 * 60);

/// Searches of which is kept what they found: a desk as it is and as a draft would have it, of several managers.
const MOST_KEPT: usize = 16;

/// All that decides what is found.
#[derive(Debug, PartialEq)]
struct Subject {
    desk: Desk,
    unreachable: BTreeSet<AgentKey>,
    mutes: Mutes,
    exceptions: Exceptions,
}

#[derive(Debug)]
struct Kept {
    subject: Subject,
    from: Timestamp,
    to: Timestamp,
    gaps: Gaps,
}

/// Searches for gaps, and what the last of them found.
#[derive(Debug)]
pub(super) struct GapSearches {
    one: Few,
    /// The newest first.
    kept: Mutex<VecDeque<Kept>>,
}

impl Default for GapSearches {
    fn default() -> GapSearches {
        GapSearches { one: Few::at_once(1), kept: Mutex::default() }
    }
}

impl GapSearches {
    fn find(&self, subject: &Subject, from: Timestamp, to: Timestamp) -> Option<Gaps> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fitting = kept.iter().filter(|one| one.from <= from && to <= one.to);
        fitting.find(|one| one.subject == *subject).map(|one| one.gaps.within(from, to))
    }

    fn keep(&self, found: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front(found);
        kept.truncate(MOST_KEPT);
    }
}

impl Acts {
    /// What the cover of a desk, in force or not, lacks from `from` to `to`, by what is known now of its agents' ways of
    /// being reached.
    pub async fn gaps(&self, desk: &Desk, from: Timestamp, to: Timestamp) -> Result<Gaps, ActError> {
        let desks = self.desks();
        let unreachable = desk.agents.iter().filter(|agent| !desks.is_reachable(agent));
        let subject = Subject {
            desk: desk.clone(),
            unreachable: unreachable.map(|agent| agent.key.clone()).collect(),
            mutes: desks.mutes_of(desk.key.as_str()).clone(),
            exceptions: desks.exceptions_of(desk.key.as_str()).clone(),
        };
        if let Some(gaps) = self.0.gaps.find(&subject, from, to) {
            return Ok(gaps);
        }
        let acts = self.clone();
        let search = move || {
            // Somebody else may have waited for the same.
            if let Some(gaps) = acts.0.gaps.find(&subject, from, to) {
                return Ok(gaps);
            }
            let until = to + BEYOND;
            let Subject { desk, unreachable, mutes, exceptions } = &subject;
            let is_reachable = |agent: &Agent| !unreachable.contains(&agent.key);
            let gaps = desk.gaps(acts.book(), (from, until), is_reachable, mutes, exceptions);
            let found = gaps.within(from, to);
            acts.0.gaps.keep(Kept { subject, from, to: until, gaps });
            Ok(found)
        };
        Ok(self.0.gaps.one.work(search).await?)
    }

    /// Everything in the next 90 days that is amiss with whom an emergency would find.
    pub async fn gaps_ahead(&self, desk: &Desk) -> Result<Gaps, ActError> {
        let now = self.clock().now();
        self.gaps(desk, now, now + GAPS_AHEAD).await
    }

    /// The stretches of the next 90 days in which none of the steps of a policy would find anybody, if a desk became that
    /// one; and of each, whether it is that change which brings it. Whoever changes something else is not asked about
    /// what is so already.
    pub async fn bare_gaps(&self, next: &Desk) -> Result<Vec<(PolicyGap, bool)>, ActError> {
        // Both from the same instant on: what goes on now would else begin later in one of them.
        let now = self.clock().now();
        let ahead = self.gaps(next, now, now + GAPS_AHEAD).await?.policies.into_iter();
        let known = match self.desks().by_key(next.key.as_str()).cloned() {
            Some(live) => self.gaps(&live, now, now + GAPS_AHEAD).await?,
            None => Gaps::default(),
        };
        let told = |gap: PolicyGap| {
            let new = !known.have(&gap);
            (gap, new)
        };
        Ok(ahead.filter(PolicyGap::is_bare).map(told).collect())
    }
}
