//! Cover and swaps: agents agree among themselves, and what they agree is published at once as a version of its own.
//! It never goes through the managers' draft, which is made anew above it. [`crate::rules::cover`] decides; here it is
//! written down, told and published in one transaction.
//!
//! - `write`: how it is written down.
//! - `keep`: what time and changes of the rota bring.
//! - `tell`: how whom it concerns hears of it.

mod keep;
mod tell;
mod write;

use super::draft::Unfit;
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::cover::{
    Cannot, Cover, CoverId, Deed, LONGEST_NOTE, Reader, Span, State, can_be_written, is_on_call,
};
use crate::rules::desk::Desk;
use crate::rules::desk::edit::{Change as Edited, Edit};
use crate::rules::people::AgentKey;
use crate::rules::rota::Rota;
use crate::store::cover::{self as covers, Kept};
use crate::store::{StoreError, Tx};
use write::{Asked, Change, Publication, ask, put};

/// How often something is tried while others change the same desk or request.
const TRIES: usize = 8;

/// The most requests that a page lists.
pub const MOST_COVERS: usize = 100;

/// What an agent asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The rota's name.
    pub rota: String,
    /// Who asks.
    pub asker: AgentKey,
    /// For which part of a shift of his.
    pub span: Span,
    /// In a swap, which part of a colleague's shift he takes for it.
    pub in_return: Option<Span>,
    /// Whom he asks; everybody of the rota if he names nobody. A swap asks whose shift it is.
    pub asked: Vec<AgentKey>,
    /// What he says of it.
    pub note: String,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum CoverError {
    /// There is no such request, rota or desk.
    #[error("There is no such request.")]
    NoSuch,
    /// Not as it stands.
    #[error(transparent)]
    Cannot(#[from] Cannot),
    /// The span is none of a shift of his.
    #[error("You are not on call by this rota all that time. Choose a part of a shift of yours.")]
    NotYours,
    /// What is asked for in return is none of a shift of one colleague.
    #[error("It is not one colleague who is on call all that time. Choose a part of one shift.")]
    NotTheirs,
    /// Both parts of a swap are at the same time.
    #[error("The two overlap.")]
    Overlap,
    /// The rota cannot say when it begins or ends.
    #[error(
        "The rota's clock goes back then, and shows that time twice. Choose one before it goes back, or after the hour that \
         comes twice."
    )]
    ComesTwice,
    /// He asks for a part of it already, in another way.
    #[error("You have asked for a part of that already.")]
    Asked(CoverId),
    /// It has begun.
    #[error("That has begun already. For now, ring a colleague, or ask the manager for an override.")]
    Begun,
    /// Nobody is asked.
    #[error("Nobody of this rota could be asked. Choose a colleague.")]
    Nobody,
    /// The note is too long.
    #[error("Write {LONGEST_NOTE} characters at most.")]
    LongNote,
    /// Somebody else changed the same again and again.
    #[error("It was changed meanwhile. Look at it as it is now, then decide.")]
    Moved,
    /// What would come of it is no file of a desk that could be in force.
    #[error("It cannot be put into the rota: {0}")]
    Unfit(#[from] Unfit),
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StoreError> for CoverError {
    fn from(error: StoreError) -> CoverError {
        CoverError::Act(error.into())
    }
}

impl Acts {
    /// Asks for cover, or offers a swap; answers the request: the one that is there, if he has asked for it already.
    pub async fn ask_for_cover(&self, by: &By, desk: &str, asking: Asking) -> Result<CoverId, CoverError> {
        let now = self.clock().now();
        let (version, source) = self.desk_text(desk, None).await?.ok_or(CoverError::NoSuch)?;
        let at_desk = parsed(&source)?;
        let rota = at_desk.rota(&asking.rota).ok_or(CoverError::NoSuch)?;
        let asked = self.judge(&at_desk, rota, &asking, now)?;
        let cover = Cover {
            id: self.ids().mint(now),
            rota: asking.rota,
            asker: asking.asker.clone(),
            span: asking.span,
            in_return: asking.in_return,
            asked,
            declined: Vec::new(),
            note: asking.note,
            asked_at: now,
            state: State::Open,
            step: 0,
        };
        let told = cover.news(None);
        let change = Change {
            world: self.world(),
            by: by.clone(),
            desk: desk.to_owned(),
            was: None,
            now: Kept { cover, version },
            told,
            action: "cover.ask",
            publication: None,
        };
        match self.store().write(ask, change).await? {
            Asked::This(id) => Ok(id),
            Asked::Part(id) => Err(CoverError::Asked(id)),
        }
    }

    /// Whom a request asks, if it can be made.
    fn judge(
        &self,
        desk: &Desk,
        rota: &Rota,
        asking: &Asking,
        now: Timestamp,
    ) -> Result<Vec<AgentKey>, CoverError> {
        let Asking { asker, span, in_return, asked, note, .. } = asking;
        if note.chars().count() > LONGEST_NOTE {
            return Err(CoverError::LongNote);
        }
        if span.from <= now || in_return.is_some_and(|other| other.from <= now) {
            return Err(CoverError::Begun);
        }
        if ![Some(*span), *in_return].into_iter().flatten().all(|one| can_be_written(one, rota, self.book()))
        {
            return Err(CoverError::ComesTwice);
        }
        if !is_on_call(rota, asker, *span, self.book()) {
            return Err(CoverError::NotYours);
        }
        if let Some(other) = in_return {
            if other.meets(*span) {
                return Err(CoverError::Overlap);
            }
            let holder = rota.on_call(self.book(), other.from).map(|found| found.agent.clone());
            let holder = holder.filter(|holder| holder != asker);
            return match holder.filter(|holder| is_on_call(rota, holder, *other, self.book())) {
                Some(holder) => Ok(vec![holder]),
                None => Err(CoverError::NotTheirs),
            };
        }
        let others = |agent: &&AgentKey| *agent != asker && desk.agent(agent).is_some();
        let mut people: Vec<AgentKey> = match asked.is_empty() {
            true => rota.layers.iter().flat_map(|layer| &layer.agents).filter(others).cloned().collect(),
            false => asked.iter().filter(others).cloned().collect(),
        };
        people.sort();
        people.dedup();
        if people.is_empty() { Err(CoverError::Nobody) } else { Ok(people) }
    }

    /// Does something about a request, as whom the deed says; `doer` is the agent who does it, if one does.
    pub async fn deal(
        &self,
        by: &By,
        (desk, id): (&str, &CoverId),
        deed: &Deed,
        doer: Option<&AgentKey>,
    ) -> Result<Cover, CoverError> {
        for _ in 0..TRIES {
            let kept = self.kept(desk, id).await?.ok_or(CoverError::NoSuch)?;
            let (version, source) = self.desk_text(desk, None).await?.ok_or(CoverError::NoSuch)?;
            let at_desk = parsed(&source)?;
            let was = kept.cover.clone();
            let approve = at_desk.options.cover_needs_approval;
            let mut cover = kept.cover.after(deed, approve, self.clock().now())?;
            if cover == was {
                return Ok(was);
            }
            let mut publication = None;
            if let State::Agreed { by: taker, written, .. } = &mut cover.state {
                let taker = taker.clone();
                let rota = at_desk.rota(&was.rota).ok_or(CoverError::NoSuch)?;
                if !was.parts(&taker).into_iter().all(|(span, of, _)| is_on_call(rota, of, span, self.book()))
                {
                    // The rota has changed a moment ago; what that makes of the request is decided next.
                    self.follow_cover(desk, id).await?;
                    continue;
                }
                // The rota may be by another clock than when he asked.
                if !was.parts(&taker).into_iter().all(|(span, ..)| can_be_written(span, rota, self.book())) {
                    return Err(CoverError::ComesTwice);
                }
                *written = was.overrides(&taker, rota, self.book());
                let edit = |now| Edit::Override { rota: was.rota.clone(), change: Edited::add(now) };
                let edits: Vec<Edit> = written.iter().cloned().map(edit).collect();
                publication = Some(self.publication(desk, (version, &source), &edits)?);
            }
            let mut told = cover.news(Some(&was));
            told.retain(|(reader, _)| !matches!(reader, Reader::Agent(agent) if Some(agent) == doer));
            let change = Change {
                world: self.world(),
                by: by.clone(),
                desk: desk.to_owned(),
                was: Some(was),
                now: Kept { cover: cover.clone(), version: kept.version },
                told,
                action: action(deed),
                publication,
            };
            if self.bring_change(change).await? {
                return Ok(cover);
            }
        }
        Err(CoverError::Moved)
    }

    /// A desk's requests that are not over yet by their time, the next first.
    pub async fn covers(&self, desk: &str) -> Result<Vec<Cover>, ActError> {
        let input = (desk.to_owned(), self.clock().now());
        Ok(self.store().read(coming, input).await?)
    }

    /// A page of a desk's requests that ended by an instant, the last first; and by when those of the next page did.
    pub async fn past_covers(
        &self,
        desk: &str,
        by: Timestamp,
    ) -> Result<(Vec<Cover>, Option<Timestamp>), ActError> {
        Ok(page(self.store().read(past, (desk.to_owned(), by)).await?))
    }

    /// One of a desk's requests.
    pub async fn cover(&self, desk: &str, id: &CoverId) -> Result<Option<Cover>, ActError> {
        Ok(self.kept(desk, id).await?.map(|kept| kept.cover))
    }

    async fn kept(&self, desk: &str, id: &CoverId) -> Result<Option<Kept>, ActError> {
        Ok(self.store().read(get, (desk.to_owned(), id.clone())).await?)
    }

    fn publication(
        &self,
        desk: &str,
        (seen, source): (i64, &str),
        edits: &[Edit],
    ) -> Result<Publication, CoverError> {
        let checked = self.drafted(desk, source, edits)?;
        let changes: Vec<String> = edits.iter().map(Edit::summary).collect();
        Ok(Publication { checked, seen, changes: changes.join("\n") })
    }

    /// False if something has moved since it was decided.
    async fn bring_change(&self, change: Change) -> Result<bool, CoverError> {
        let publishes = change.publication.is_some();
        let done = self.store().write(put, change).await?;
        if done && publishes {
            self.reload().await?;
        }
        Ok(done)
    }
}

/// As the audit log calls it.
fn action(deed: &Deed) -> &'static str {
    match deed {
        Deed::Take(_) => "cover.take",
        Deed::Decline(_) => "cover.decline",
        Deed::Withdraw => "cover.withdraw",
        Deed::Approve(_) => "cover.approve",
        Deed::Refuse => "cover.refuse",
    }
}

/// A desk by the text that is in force.
fn parsed(source: &str) -> Result<Desk, CoverError> {
    Desk::parse(source).map_err(|problems| Unfit::File(problems).into())
}

async fn get(tx: &mut Tx, (desk, id): &(String, CoverId)) -> Result<Option<Kept>, StoreError> {
    covers::get(tx, desk, id).await
}

async fn coming(tx: &mut Tx, (desk, now): &(String, Timestamp)) -> Result<Vec<Cover>, StoreError> {
    covers::ending_after(tx, desk, *now, most()).await
}

/// What is on the page, and where it goes on: those that ended at one instant stay together.
fn page(mut found: Vec<Cover>) -> (Vec<Cover>, Option<Timestamp>) {
    let last = found.last().filter(|_| found.len() >= MOST_COVERS).map(Cover::ends);
    let Some(last) = last else { return (found, None) };
    match found.partition_point(|cover| cover.ends() > last) {
        // More than a page ended at once: nobody can be shown them all.
        0 => (found, Some(Timestamp(last.0 - 1))),
        whole => {
            found.truncate(whole);
            (found, Some(last))
        }
    }
}

async fn past(tx: &mut Tx, (desk, by): &(String, Timestamp)) -> Result<Vec<Cover>, StoreError> {
    covers::ended_by(tx, desk, *by, most()).await
}

fn most() -> i64 {
    i64::try_from(MOST_COVERS).unwrap_or(i64::MAX)
}
