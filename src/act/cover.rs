//! Cover and swaps: agents agree among themselves, and what they agree is published at once as a version of its own.
//! It never goes through the managers' draft, which is made anew above it. [`crate::rules::cover`] decides; here it is
//! written down, told and published in one transaction.
//!
//! `keep`: what time and changes of the rota bring.

mod keep;

use std::collections::BTreeSet;

use super::apply::{Checked, put_desk};
use super::audit::{Note, note};
use super::job::send_notice;
use super::{ActError, Acts, By, World};
use crate::clock::Timestamp;
use crate::rules::contact::PhoneNumber;
use crate::rules::cover::{
    Cannot, Cover, CoverId, CoverNews, Deed, Happened, LONGEST_NOTE, Reader, Span, State, is_on_call,
};
use crate::rules::desk::edit::{Change as Edited, Edit, edited};
use crate::rules::desk::{Desk, DeskKey};
use crate::rules::effect::Message;
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;
use crate::rules::rota::Rota;
use crate::store::cover::{self as covers, Kept};
use crate::store::{StoreError, Tx, desk as desks};

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
    Unfit(String),
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StoreError> for CoverError {
    fn from(error: StoreError) -> CoverError {
        CoverError::Act(error.into())
    }
}

/// Overrides that come into force with an agreement.
struct Publication {
    checked: Checked,
    /// Above this version.
    seen: i64,
    changes: String,
}

/// A request that becomes another, with all that goes with it.
struct Change {
    world: World,
    by: By,
    desk: String,
    /// As it was when it was decided; none if it is new.
    was: Option<Cover>,
    now: Kept,
    told: Vec<(Reader, Happened)>,
    action: &'static str,
    publication: Option<Publication>,
}

impl Acts {
    /// Asks for cover, or offers a swap; answers the request: the one that is there, if he has asked for it already.
    pub async fn ask_for_cover(&self, by: &By, desk: &str, asking: Asking) -> Result<CoverId, CoverError> {
        let now = self.clock().now();
        let (version, source) = self.in_force(desk).await?.ok_or(CoverError::NoSuch)?;
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
        Ok(self.store().write(ask, change).await?)
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
            let (version, source) = self.in_force(desk).await?.ok_or(CoverError::NoSuch)?;
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

    /// A desk's requests that ended by an instant, the last first: a page of them.
    pub async fn past_covers(&self, desk: &str, by: Timestamp) -> Result<Vec<Cover>, ActError> {
        Ok(self.store().read(past, (desk.to_owned(), by)).await?)
    }

    /// One of a desk's requests.
    pub async fn cover(&self, desk: &str, id: &CoverId) -> Result<Option<Cover>, ActError> {
        Ok(self.kept(desk, id).await?.map(|kept| kept.cover))
    }

    async fn kept(&self, desk: &str, id: &CoverId) -> Result<Option<Kept>, ActError> {
        Ok(self.store().read(get, (desk.to_owned(), id.clone())).await?)
    }

    async fn in_force(&self, desk: &str) -> Result<Option<(i64, String)>, ActError> {
        self.desk_text(desk, None).await
    }

    fn publication(
        &self,
        desk: &str,
        (seen, source): (i64, &str),
        edits: &[Edit],
    ) -> Result<Publication, CoverError> {
        let text = edited(source, edits).map_err(|(_, error)| CoverError::Unfit(error.to_string()))?;
        let checked = self.check_desk(desk, &text).map_err(|problems| {
            let told = problems.iter().map(|problem| format!("line {}: {}", problem.line, problem.what));
            CoverError::Unfit(told.collect::<Vec<_>>().join("; "))
        })?;
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
    Desk::parse(source)
        .map_err(|_| CoverError::Unfit("the desk's file cannot be read by this program".into()))
}

async fn get(tx: &mut Tx, (desk, id): &(String, CoverId)) -> Result<Option<Kept>, StoreError> {
    covers::get(tx, desk, id).await
}

async fn coming(tx: &mut Tx, (desk, now): &(String, Timestamp)) -> Result<Vec<Cover>, StoreError> {
    covers::ending_after(tx, desk, *now, most()).await
}

async fn past(tx: &mut Tx, (desk, by): &(String, Timestamp)) -> Result<Vec<Cover>, StoreError> {
    covers::ended_by(tx, desk, *by, most()).await
}

fn most() -> i64 {
    i64::try_from(MOST_COVERS).unwrap_or(i64::MAX)
}

/// Two taps of one finger ask once.
async fn ask(tx: &mut Tx, change: &Change) -> Result<CoverId, StoreError> {
    let Change { world, by, desk, now, .. } = change;
    let key: DeskKey = desk.parse().map_err(|_| StoreError::NotFound)?;
    desks::lock(tx, &key).await?;
    let asked = &now.cover;
    let same = |known: &Cover| {
        known.waits()
            && known.rota == asked.rota
            && known.asker == asked.asker
            && known.span.meets(asked.span)
            && known.in_return == asked.in_return
    };
    let known = covers::ending_after(tx, desk, world.now, i64::MAX).await?;
    if let Some(known) = known.into_iter().find(same) {
        return Ok(known.id);
    }
    covers::insert(tx, desk, now, asked.next_due(world.now)).await?;
    tell(tx, change).await?;
    write_note(tx, by, change).await?;
    Ok(asked.id.clone())
}

async fn put(tx: &mut Tx, change: &Change) -> Result<bool, StoreError> {
    let Change { world, by, desk, was, now, publication, .. } = change;
    if let Some(Publication { seen, .. }) = publication {
        let key: DeskKey = desk.parse().map_err(|_| StoreError::NotFound)?;
        if desks::lock(tx, &key).await? != *seen {
            return Ok(false);
        }
    }
    if covers::lock(tx, &now.cover.id).await? != was.as_ref().map(|was| i64::from(was.step)) {
        return Ok(false);
    }
    tell(tx, change).await?;
    let mut version = now.version;
    if let Some(Publication { checked, seen, changes }) = publication {
        let file = (checked.desk(), checked.text());
        (version, _) = put_desk(tx, by, file, Some(changes), *seen, world.now).await?;
        desks::take_lines(tx, checked.desk(), world.now).await?;
    }
    let kept = Kept { cover: now.cover.clone(), version };
    covers::update(tx, &kept, now.cover.next_due(world.now)).await?;
    // One that stands as it did was only looked at.
    if was.as_ref() != Some(&now.cover) {
        write_note(tx, by, change).await?;
    }
    Ok(true)
}

/// Texts whom it concerns, each at the first telephone of his that takes texts; who has none finds it on the pages.
async fn tell(tx: &mut Tx, change: &Change) -> Result<(), StoreError> {
    let Change { world, desk: key, now: Kept { cover, .. }, told, .. } = change;
    let desk = world.desk(key)?;
    let name = |agent: Option<&AgentKey>| agent.map(|agent| desk.name_of(agent)).unwrap_or_default();
    let mut done = BTreeSet::new();
    for (reader, what) in told {
        let news = CoverNews {
            what: *what,
            rota: cover.rota.clone(),
            asker: name(Some(&cover.asker)),
            taker: name(cover.taker()),
            span: cover.span,
            in_return: cover.in_return,
            note: cover.note.clone(),
            link: format!("{}/desks/{key}/cover/{}", world.public_url, cover.id),
        };
        let message = Message::Cover(news);
        let alive = |number: &&PhoneNumber| !world.dead().contains(&(MethodKind::Sms, (*number).clone()));
        let (number, body) = match reader {
            Reader::Manager => (
                desk.manager.as_ref(),
                world.words.message("en", &desk.name, &world.book, desk.zone(), &message),
            ),
            Reader::Agent(agent) => {
                let Some(agent) = desk.agent(agent) else { continue };
                let number = agent.numbers(MethodKind::Sms).find(alive);
                (number, world.words_for_agent(desk, agent, &message))
            }
        };
        // A manager who is on call himself is told once.
        let Some(number) = number.filter(|number| done.insert((*number).clone())) else { continue };
        let id = format!("{}-{}-{}", cover.id, cover.step, done.len());
        send_notice(tx, world, &id, number, body).await?;
    }
    Ok(())
}

async fn write_note(tx: &mut Tx, by: &By, change: &Change) -> Result<(), StoreError> {
    let Change { world, desk, was, now: Kept { cover, .. }, action, .. } = change;
    let entry = Note {
        desk: Some(desk),
        before: was.as_ref().map(standing),
        after: Some(standing(cover)),
        ..Note::of(action, &cover.rota)
    };
    note(tx, by, world.now, entry).await
}

/// A request in a line, with the short names of the file.
fn standing(cover: &Cover) -> String {
    let span = |span: Span| format!("{} to {}", span.from, span.to);
    let other = cover.in_return.map(|other| format!(" for {}", span(other))).unwrap_or_default();
    let state = match &cover.state {
        State::Open => format!("asked of {}", keys(&cover.asked)),
        State::Taken { by } => format!("taken by {by}"),
        State::Agreed { by, .. } => format!("{by} is on call"),
        State::Over { end, .. } => format!("over: {}", format!("{end:?}").to_lowercase()),
    };
    format!("{}, {}{other}: {state}", cover.asker, span(cover.span))
}

fn keys(agents: &[AgentKey]) -> String {
    agents.iter().map(AgentKey::as_str).collect::<Vec<_>>().join(", ")
}
