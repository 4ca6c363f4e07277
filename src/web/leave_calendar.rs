//! An agent's leave from a calendar that he keeps elsewhere, as pages and the API have it in common: what is found at the
//! address that somebody enters, and what of it is kept.

use secrecy::SecretString;

use super::App;
use super::elsewhere::{Read, read_at};
use crate::act::{CalendarGiven, CalendarRead, LEAVE_AHEAD};
use crate::calendar::away::{self, Away, Counts, NotAway};
use crate::fetch::FetchError;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;

/// What somebody enters.
#[derive(Clone, Debug)]
pub(super) struct Entered<'a> {
    /// Whose calendar it is.
    pub(super) agent: &'a AgentKey,
    /// Where it is.
    pub(super) address: &'a str,
    /// Whether events shorter than a day count for nothing.
    pub(super) whole_days: bool,
}

/// What is found there.
pub(super) struct Found {
    read: Read,
    /// When he is away by it.
    pub(super) away: Away,
}

/// Why nothing is found.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotFound {
    /// The address cannot be read.
    #[error(transparent)]
    Address(#[from] FetchError),
    /// What stands there cannot be understood.
    #[error(transparent)]
    Calendar(#[from] NotAway),
    /// Reading it failed in a way that is our mistake.
    #[error("it cannot be read")]
    Broken,
}

/// Looks into a calendar; a large one takes its time.
pub(super) async fn look(app: &App, desk: &Desk, entered: &Entered<'_>) -> Result<Found, NotFound> {
    let read = read_at(app, entered.address).await?;
    let (acts, text, zone) = (app.acts().clone(), read.text.clone(), desk.zone_of(entered.agent));
    let counts = if entered.whole_days { Counts::WholeDays } else { Counts::Busy };
    let reading = tokio::task::spawn_blocking(move || {
        let now = acts.clock().now();
        away::read(&text, (now, now + LEAVE_AHEAD), counts, zone, acts.book())
    });
    match reading.await {
        Ok(away) => Ok(Found { read, away: away? }),
        Err(error) => {
            tracing::error!(%error, "a calendar could not be read");
            Err(NotFound::Broken)
        }
    }
}

impl Found {
    /// What is kept of it.
    pub(super) fn kept(self, entered: &Entered<'_>) -> CalendarGiven {
        let Found { read, away } = self;
        CalendarGiven {
            agent: entered.agent.clone(),
            address: SecretString::from(String::from(read.address)),
            whole_days: entered.whole_days,
            read: CalendarRead { spans: away.spans(), tag: read.mark.tag, modified: read.mark.modified },
        }
    }
}
