//! A rota from a calendar that was kept elsewhere, as pages and the API have it in common: what is understood of it, and
//! the edits that put it into a draft, as a layer where people take turns, else as overrides.

use std::time::Duration;

use super::App;
use crate::calendar::import::{Import, NoImport, read};
use crate::rules::desk::Desk;
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::rota::{Layer, Override, Rota};

/// From now on, so far ahead.
const AHEAD: Duration = Duration::from_secs(26 * 7 * 24 * 60 * 60);

/// The most overrides that are put into a draft at once.
const MOST_OVERRIDES: usize = 200;

/// What could be put into the draft.
pub(super) struct Found {
    pub(super) import: Import,
    pub(super) layer: Option<Layer>,
    pub(super) overrides: Vec<Override>,
}

/// Why a calendar is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    /// It cannot be read.
    #[error(transparent)]
    Unread(#[from] NoImport),
    /// Reading it failed in a way that is our mistake.
    #[error("it cannot be read")]
    Broken,
    /// It would be too many overrides.
    #[error("these are more than {MOST_OVERRIDES} overrides: export a shorter time")]
    TooMany,
}

/// As what it is put into the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As a layer, in which people take turns.
    Layer,
    /// As an override for each shift.
    Overrides,
}

/// What is found in a calendar; a large one takes its time.
pub(super) async fn found(app: &App, desk: &Desk, rota: &Rota, text: String) -> Result<Found, NotTaken> {
    let (acts, desk, zone) = (app.acts().clone(), desk.clone(), rota.zone);
    let reading = tokio::task::spawn_blocking(move || {
        let (book, now) = (acts.book(), acts.clock().now());
        let import = read(&text, (now, now + AHEAD), &desk, zone, book)?;
        let (layer, overrides) = (import.layer(zone, book), import.overrides(zone, book));
        Ok(Found { import, layer, overrides })
    });
    reading.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a calendar could not be read");
        Err(NotTaken::Broken)
    })
}

impl Found {
    /// The edits that put it into a draft of that rota; none, if there is nothing of that shape.
    pub(super) fn edits(&self, rota: &str, shape: Shape) -> Result<Vec<Edit>, NotTaken> {
        let name = || rota.to_owned();
        match (shape, &self.layer) {
            (Shape::Layer, Some(layer)) => {
                let change = Change::add(layer.clone().into());
                Ok(vec![Edit::Layer { rota: name(), above: None, change }])
            }
            (Shape::Layer, None) => Ok(Vec::new()),
            (Shape::Overrides, _) if self.overrides.len() > MOST_OVERRIDES => Err(NotTaken::TooMany),
            (Shape::Overrides, _) => {
                let edit = |made: &Override| Edit::Override {
                    rota: name(),
                    change: Change::add(made.clone().into()),
                };
                Ok(self.overrides.iter().map(edit).collect())
            }
        }
    }
}
