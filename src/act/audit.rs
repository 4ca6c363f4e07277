//! The audit log: what anybody changes is written there by the transaction that changes it; and how it is read and
//! checked. [`crate::rules::audit`] says what the chain is.

use super::{ActError, Acts};
use crate::clock::Timestamp;
use crate::rules::access::Reach;
use crate::rules::audit::{AuditEntry, Broken, Head, Link, Walk};
use crate::store::{StoreError, Tx, audit, writable};

/// The most entries on a page.
pub const MOST_ENTRIES: usize = 50;

/// Entries that are read in one go while the chain is walked.
const STRIDE: i64 = 1000;

/// Who does something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// An account's e-mail address, or what else acts.
    pub actor: String,
    /// The network address, if it comes over the network.
    pub address: Option<String>,
}

impl By {
    /// Whoever may run commands on the machine.
    pub fn command_line() -> By {
        By { actor: "command line".into(), address: None }
    }

    /// Whoever may send signals to the process.
    pub fn signal() -> By {
        By { actor: "signal".into(), address: None }
    }

    /// The provider of identities, by whose word somebody comes from there.
    pub fn provider(address: Option<String>) -> By {
        By { actor: "openid".into(), address }
    }

    /// Nobody: its time has come, or what it depends on has changed.
    pub fn time() -> By {
        By { actor: "time".into(), address: None }
    }

    /// The start of the process.
    pub fn start() -> By {
        By { actor: "start".into(), address: None }
    }
}

/// What is to be noted. Secrets have no place in it.
pub(super) struct Note<'a> {
    pub(super) action: &'static str,
    pub(super) subject: &'a str,
    pub(super) desk: Option<&'a str>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl<'a> Note<'a> {
    pub(super) fn of(action: &'static str, subject: &'a str) -> Note<'a> {
        Note { action, subject, desk: None, before: None, after: None }
    }
}

/// Adds an entry to the log. It locks the log's head: after everything of calls and desks, and before people's rows, for
/// which a transaction locks it itself ([`audit::lock_head`]).
pub(super) async fn note(tx: &mut Tx, by: &By, now: Timestamp, note: Note<'_>) -> Result<(), StoreError> {
    let head = audit::lock_head(tx).await?;
    let entry = AuditEntry {
        action: note.action.into(),
        actor: by.actor.clone(),
        address: by.address.clone(),
        // Hashed as they are read again.
        after: note.after.map(writable),
        at: now,
        before: note.before.map(writable),
        desk: note.desk.map(str::to_owned),
        ordinal: head.ordinal + 1,
        subject: writable(note.subject.into()),
    };
    let hash = entry.hash_after(&head.hash);
    audit::append(tx, &Link { entry, previous: head.hash, hash }).await
}

/// A page of the log, newest first.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Before which ordinal the next page begins; none at the end.
    pub next: Option<i64>,
}

impl Acts {
    /// Entries before an ordinal that somebody may see whose right reaches that far.
    pub async fn audit_page(&self, reach: Reach, before: i64) -> Result<AuditPage, ActError> {
        let mut entries = self.store().read(page, (reach, before)).await?;
        let next = (entries.len() > MOST_ENTRIES).then(|| entries[MOST_ENTRIES - 1].ordinal);
        entries.truncate(MOST_ENTRIES);
        Ok(AuditPage { entries, next })
    }

    /// The newest entry's ordinal and hash.
    pub async fn audit_head(&self) -> Result<Head, ActError> {
        Ok(self.store().read(newest, ()).await?)
    }

    /// Entries after an ordinal as they stand in the chain, oldest first: as many as are read in one go.
    pub async fn audit_links(&self, after: i64) -> Result<Vec<Link>, ActError> {
        Ok(self.store().read(links, after).await?)
    }

    /// Walks the chain from its beginning to the newest entry, by way of a head that was written down, if one is given.
    pub async fn verify_audit(&self, expected: Option<Head>) -> Result<Result<Head, Broken>, ActError> {
        let newest = self.audit_head().await?;
        let mut walk = Walk::new(expected);
        loop {
            let links = self.audit_links(walk.at().ordinal).await?;
            // What is added meanwhile is the next walk's.
            let mut known = links.iter().take_while(|link| link.entry.ordinal <= newest.ordinal).peekable();
            if known.peek().is_none() {
                // Something beyond the newest that was there already is told by the end.
                return Ok(walk.end(&newest));
            }
            for link in known {
                if let Err(broken) = walk.step(link) {
                    return Ok(Err(broken));
                }
            }
        }
    }
}

async fn page(tx: &mut Tx, (reach, before): &(Reach, i64)) -> Result<Vec<AuditEntry>, StoreError> {
    let most = i64::try_from(MOST_ENTRIES + 1).unwrap_or(i64::MAX);
    let desks = match reach {
        Reach::Everything => return audit::before(tx, *before, most).await,
        Reach::Desks(desks) => desks,
    };
    let mut entries = Vec::new();
    for desk in desks {
        entries.extend(audit::before_of_desk(tx, desk, *before, most).await?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.ordinal));
    entries.truncate(MOST_ENTRIES + 1);
    Ok(entries)
}

async fn newest(tx: &mut Tx, (): &()) -> Result<Head, StoreError> {
    audit::head(tx).await
}

async fn links(tx: &mut Tx, after: &i64) -> Result<Vec<Link>, StoreError> {
    audit::after(tx, *after, STRIDE).await
}
