//! Change sets: managers collect edits of a desk in a draft, look at what would come of them, and publish them as one
//! version. What is published is what was looked at: a draft or desk that changed meanwhile is looked at again first.
//!
//! Texts are read and checked outside of the transactions, which hold the one writer of SQLite; the transaction then
//! makes sure that nothing has moved.

use super::apply::{Checked, put_desk};
use super::audit::{Note, note};
use super::{ActError, Acts, By};
use crate::clock::Timestamp;
use crate::rules::desk::edit::{CannotEdit, Edit, edited};
use crate::rules::source::Problem;
use crate::store::desk::{self as desks, Version};
use crate::store::draft::{self as drafts, Draft};
use crate::store::{StoreError, Tx};

/// The most edits that a draft holds; beyond them it is a rewriting, and the file is the place for it.
const MOST_EDITS: usize = 500;

/// How often an edit is tried while others change the same draft.
const TRIES: usize = 8;

/// The most versions on a page.
pub const MOST_VERSIONS: usize = 30;

/// Why there is nothing to publish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// An edit, by its index, no longer fits what is in force.
    #[error("{1}")]
    Edit(usize, CannotEdit),
    /// The file that comes of it is wrong.
    #[error("{}", told(.0))]
    File(Vec<Problem>),
}

fn told(problems: &[Problem]) -> String {
    let told = |problem: &Problem| format!("line {}: {}; {}", problem.line, problem.what, problem.remedy);
    problems.iter().map(told).collect::<Vec<_>>().join("\n")
}

/// A desk with its draft.
#[derive(Clone, Debug)]
pub struct Drafting {
    /// The version in force.
    pub version: i64,
    /// Its text.
    pub source: String,
    /// The draft, if there is one.
    pub draft: Option<Draft>,
    /// What comes of it; what is in force if there is none.
    pub result: Result<Checked, Unfit>,
}

impl Drafting {
    /// The edits, in order.
    pub fn edits(&self) -> &[Edit] {
        self.draft.as_ref().map_or(&[], |draft| &draft.edits)
    }

    fn revision(&self) -> Option<&str> {
        self.draft.as_ref().map(|draft| draft.revision.as_str())
    }
}

/// Why a draft was not changed or published.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// There is no such desk.
    #[error("There is no such desk.")]
    NoDesk,
    /// There is nothing to publish.
    #[error("There is no draft: it was published or thrown away.")]
    NoDraft,
    /// Somebody else was faster.
    #[error("It was changed meanwhile. Look at it as it is now, then decide.")]
    Moved,
    /// It has too many edits.
    #[error("The draft is full. Publish it, and go on in another.")]
    Full,
    /// What would come of it is wrong.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// It brings times when nobody would be on call, and nobody said that this is meant.
    #[error("There are times when nobody would be on call. Tick that you know, or fill them first.")]
    Gaps,
    /// A line has another desk.
    #[error("Another desk has one of its lines.")]
    Lines,
    /// The database.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StoreError> for DraftError {
    fn from(error: StoreError) -> DraftError {
        match error {
            StoreError::Conflict(_) => DraftError::Lines,
            other => DraftError::Act(other.into()),
        }
    }
}

/// What was looked at when it was decided.
struct Seen {
    desk: String,
    version: i64,
    revision: Option<String>,
}

struct Put {
    by: By,
    seen: Seen,
    /// None throws it away.
    draft: Option<Draft>,
    news: News,
    now: Timestamp,
}

/// What the audit log says of it.
struct News {
    action: &'static str,
    before: Option<String>,
    after: Option<String>,
}

impl News {
    fn added(edits: &[Edit]) -> News {
        News { action: "draft.edit", before: None, after: Some(summaries(edits)) }
    }

    fn taken(action: &'static str, edits: &[Edit]) -> News {
        News { action, before: Some(summaries(edits)), after: None }
    }
}

/// A line each.
fn summaries(edits: &[Edit]) -> String {
    edits.iter().map(Edit::summary).collect::<Vec<_>>().join("\n")
}

struct Publish {
    by: By,
    seen: Seen,
    drafted: Checked,
    changes: String,
    /// Whether the draft goes with it.
    used: bool,
    now: Timestamp,
}

impl Acts {
    /// A desk with its draft; none if there is no such desk.
    pub async fn drafting(&self, desk: &str) -> Result<Option<Drafting>, ActError> {
        let found = self.store().read(look, (desk.to_owned(),)).await?;
        Ok(found.map(|(version, source, draft)| {
            let edits = draft.as_ref().map_or(&[][..], |draft| &draft.edits);
            let result = self.drafted(desk, &source, edits);
            Drafting { version, source, draft, result }
        }))
    }

    /// What would come of edits of a desk's text.
    pub fn drafted(&self, desk: &str, source: &str, edits: &[Edit]) -> Result<Checked, Unfit> {
        let text = edited(source, edits).map_err(|(index, error)| Unfit::Edit(index, error))?;
        self.check_desk(desk, &text).map_err(Unfit::File)
    }

    /// Adds edits to a desk's draft, which is begun if there is none. A draft is never wrong: what would make it so is
    /// refused.
    pub async fn draft(&self, by: &By, desk: &str, edits: &[Edit]) -> Result<(), DraftError> {
        let change = |known: &mut Vec<Edit>| {
            known.extend_from_slice(edits);
            Ok(News::added(edits))
        };
        self.redraft(by, desk, None, change).await
    }

    /// Takes one edit back, out of a draft that was seen at that revision.
    pub async fn take_back(
        &self,
        by: &By,
        desk: &str,
        revision: &str,
        index: usize,
    ) -> Result<(), DraftError> {
        let change = |known: &mut Vec<Edit>| {
            if index >= known.len() {
                return Err(DraftError::Moved);
            }
            Ok(News::taken("draft.take_back", &[known.remove(index)]))
        };
        self.redraft(by, desk, Some(revision), change).await
    }

    /// A desk with its draft, which is as it was seen.
    async fn as_seen(&self, desk: &str, revision: &str) -> Result<Drafting, DraftError> {
        let drafting = self.drafting(desk).await?.ok_or(DraftError::NoDesk)?;
        match drafting.revision() {
            None => Err(DraftError::NoDraft),
            Some(now) if now != revision => Err(DraftError::Moved),
            Some(_) => Ok(drafting),
        }
    }

    /// Changes the edits of a draft: of the one that was seen at that revision, or of whichever there is.
    async fn redraft(
        &self,
        by: &By,
        desk: &str,
        revision: Option<&str>,
        change: impl Fn(&mut Vec<Edit>) -> Result<News, DraftError>,
    ) -> Result<(), DraftError> {
        for _ in 0..TRIES {
            let drafting = match revision {
                Some(revision) => self.as_seen(desk, revision).await?,
                None => self.drafting(desk).await?.ok_or(DraftError::NoDesk)?,
            };
            let mut edits = drafting.edits().to_vec();
            let was_fit = drafting.result.is_ok();
            let count = edits.len();
            let news = change(&mut edits)?;
            if edits.len() > MOST_EDITS {
                return Err(DraftError::Full);
            }
            match self.drafted(desk, &drafting.source, &edits) {
                Ok(_) => {}
                // What does not fit any more is cleared away one by one.
                Err(unfit) if was_fit || edits.len() >= count => return Err(unfit.into()),
                Err(_) => {}
            }
            let now = self.clock().now();
            let (began_at, began_by) = match &drafting.draft {
                Some(draft) => (draft.began_at, draft.began_by.clone()),
                None => (now, by.actor.clone()),
            };
            let revision = self.ids().mint::<Draft>(now).as_str().to_owned();
            let changed_by = by.actor.clone();
            let draft = Draft { edits, revision, began_at, began_by, changed_at: now, changed_by };
            let draft = Some(draft).filter(|draft| !draft.edits.is_empty());
            let put_it = Put { by: by.clone(), seen: seen(desk, &drafting), draft, news, now };
            if self.store().write(put, put_it).await? {
                return Ok(());
            }
        }
        Err(DraftError::Moved)
    }

    /// Throws a draft away that was seen at that revision.
    pub async fn discard(&self, by: By, desk: &str, revision: &str) -> Result<(), DraftError> {
        let drafting = self.as_seen(desk, revision).await?;
        let seen = seen(desk, &drafting);
        let news = News::taken("draft.discard", drafting.edits());
        let put_it = Put { by, seen, draft: None, news, now: self.clock().now() };
        if self.store().write(put, put_it).await? { Ok(()) } else { Err(DraftError::Moved) }
    }

    /// Brings a draft into force that was seen at that revision, above that version; answers the new one's number.
    pub async fn publish(
        &self,
        by: By,
        desk: &str,
        (revision, version): (&str, i64),
        gaps_are_meant: bool,
    ) -> Result<i64, DraftError> {
        let drafting = self.as_seen(desk, revision).await?;
        if drafting.version != version {
            return Err(DraftError::Moved);
        }
        let changes = summaries(drafting.edits());
        let seen = seen(desk, &drafting);
        let drafted = drafting.result?;
        let publish = Publish { by, seen, drafted, changes, used: true, now: self.clock().now() };
        self.bring(publish, gaps_are_meant).await
    }

    /// Brings a former version back, as a new one above the version that was seen in force; answers its number.
    pub async fn restore(
        &self,
        by: By,
        desk: &str,
        (former, version): (i64, i64),
        gaps_are_meant: bool,
    ) -> Result<i64, DraftError> {
        let drafting = self.drafting(desk).await?.ok_or(DraftError::NoDesk)?;
        let text = self.store().read(source_of, (desk.to_owned(), former)).await?;
        let text = text.ok_or(DraftError::NoDesk)?;
        if drafting.version != version {
            return Err(DraftError::Moved);
        }
        let drafted = self.drafted(desk, &text, &[])?;
        let seen = seen(desk, &drafting);
        let changes = format!("as in version {former} again");
        let publish = Publish { by, seen, drafted, changes, used: false, now: self.clock().now() };
        self.bring(publish, gaps_are_meant).await
    }

    async fn bring(&self, publish: Publish, gaps_are_meant: bool) -> Result<i64, DraftError> {
        if !gaps_are_meant && self.bare_gaps(publish.drafted.desk()).await?.iter().any(|(_, new)| *new) {
            return Err(DraftError::Gaps);
        }
        let version = self.store().write(bring, publish).await?.ok_or(DraftError::Moved)?;
        self.reload().await?;
        Ok(version)
    }

    /// The versions of a desk before that one, the newest first: a page of them.
    pub async fn versions(&self, desk: &str, before: Option<i64>) -> Result<Vec<Version>, ActError> {
        let before = before.unwrap_or(i64::MAX);
        Ok(self.store().read(versions, (desk.to_owned(), before)).await?)
    }
}

fn seen(desk: &str, drafting: &Drafting) -> Seen {
    let revision = drafting.revision().map(str::to_owned);
    Seen { desk: desk.to_owned(), version: drafting.version, revision }
}

async fn look(tx: &mut Tx, (desk,): &(String,)) -> Result<Option<(i64, String, Option<Draft>)>, StoreError> {
    let Some((version, source)) = desks::current_source(tx, desk).await? else { return Ok(None) };
    Ok(Some((version, source, drafts::of_desk(tx, desk).await?)))
}

/// Whether all is as it was seen; it stays so until the commit.
async fn unmoved(tx: &mut Tx, seen: &Seen) -> Result<bool, StoreError> {
    let Ok(key) = seen.desk.parse() else { return Ok(false) };
    let version = desks::lock(tx, &key).await?;
    let draft = drafts::of_desk(tx, &seen.desk).await?;
    Ok(version == seen.version && draft.map(|draft| draft.revision) == seen.revision)
}

async fn put(tx: &mut Tx, Put { by, seen, draft, news, now }: &Put) -> Result<bool, StoreError> {
    if !unmoved(tx, seen).await? {
        return Ok(false);
    }
    match draft {
        Some(draft) => drafts::put(tx, &seen.desk, draft).await?,
        None => drafts::remove(tx, &seen.desk).await?,
    }
    let entry = Note {
        desk: Some(&seen.desk),
        before: news.before.clone(),
        after: news.after.clone(),
        ..Note::of(news.action, &seen.desk)
    };
    note(tx, by, *now, entry).await?;
    Ok(true)
}

async fn bring(tx: &mut Tx, publish: &Publish) -> Result<Option<i64>, StoreError> {
    let Publish { by, seen, drafted, changes, used, now } = publish;
    if !unmoved(tx, seen).await? {
        return Ok(None);
    }
    if *used {
        drafts::remove(tx, &seen.desk).await?;
    }
    let file = (drafted.desk(), drafted.text());
    let (version, _) = put_desk(tx, by, file, Some(changes), seen.version, *now).await?;
    desks::take_lines(tx, drafted.desk(), *now).await?;
    // Edits that cancel out make no version, and the draft is gone all the same.
    if *used {
        let after = Some(format!("version {version}"));
        let entry = Note {
            desk: Some(&seen.desk),
            before: Some(changes.clone()),
            after,
            ..Note::of("draft.publish", &seen.desk)
        };
        note(tx, by, *now, entry).await?;
    }
    Ok(Some(version))
}

async fn source_of(tx: &mut Tx, (desk, version): &(String, i64)) -> Result<Option<String>, StoreError> {
    desks::source(tx, desk, *version).await
}

async fn versions(tx: &mut Tx, (desk, before): &(String, i64)) -> Result<Vec<Version>, StoreError> {
    desks::versions(tx, desk, *before, i64::try_from(MOST_VERSIONS).unwrap_or(i64::MAX)).await
}
