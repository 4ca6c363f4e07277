//! How a change of a request is written: with its news, its entry in the log, and the version that it brings into force,
//! all in one transaction, and only if nothing has moved since it was decided.

use super::tell::tell;
use crate::act::apply::{Checked, put_desk};
use crate::act::audit::{Note, note};
use crate::act::{By, World};
use crate::rules::cover::{Cover, CoverId, Happened, Reader, Span, State};
use crate::rules::desk::DeskKey;
use crate::rules::people::AgentKey;
use crate::store::cover::{self as covers, Kept};
use crate::store::{StoreError, Tx, cover_told, desk as desks};

/// Overrides that come into force with an agreement.
pub(super) struct Publication {
    pub(super) checked: Checked,
    /// Above this version.
    pub(super) seen: i64,
    pub(super) changes: String,
}

/// A request that becomes another, with all that goes with it.
pub(super) struct Change {
    pub(super) world: World,
    pub(super) by: By,
    pub(super) desk: String,
    /// As it was when it was decided; none if it is new.
    pub(super) was: Option<Cover>,
    pub(super) now: Kept,
    pub(super) told: Vec<(Reader, Happened)>,
    pub(super) action: &'static str,
    pub(super) publication: Option<Publication>,
}

/// What came of asking.
pub(super) enum Asked {
    /// This request: a new one, or the same that is there.
    This(CoverId),
    /// Nothing: a part of it is asked for already by this one, at other times or of others.
    Part(CoverId),
}

/// Two taps of one finger ask once.
pub(super) async fn ask(tx: &mut Tx, change: &Change) -> Result<Asked, StoreError> {
    let Change { world, by, desk, now, .. } = change;
    let key: DeskKey = desk.parse().map_err(|_| StoreError::NotFound)?;
    desks::lock(tx, &key).await?;
    let asked = &now.cover;
    let rivals = |known: &Cover| {
        known.waits()
            && known.rota == asked.rota
            && known.asker == asked.asker
            && known.span.meets(asked.span)
            && known.in_return == asked.in_return
    };
    let known = covers::ending_after(tx, desk, world.now, i64::MAX).await?;
    let mut rivals = known.into_iter().filter(rivals).peekable();
    if let Some(first) = rivals.peek().map(|known| known.id.clone()) {
        let same = rivals.find(|known| known.span == asked.span && known.asked == asked.asked);
        return Ok(same.map_or(Asked::Part(first), |same| Asked::This(same.id)));
    }
    covers::insert(tx, desk, now, asked.next_due(world.now)).await?;
    tell(tx, change).await?;
    write_note(tx, by, change).await?;
    Ok(Asked::This(asked.id.clone()))
}

pub(super) async fn put(tx: &mut Tx, change: &Change) -> Result<bool, StoreError> {
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
    if was.as_ref().is_some_and(|was| was.begins() != now.cover.begins()) {
        cover_told::look_again(tx, &now.cover.id, world.now).await?;
    }
    // One that stands as it did was only looked at.
    if was.as_ref() != Some(&now.cover) {
        write_note(tx, by, change).await?;
    }
    Ok(true)
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
