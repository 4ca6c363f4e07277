//! Calendars that are kept elsewhere, read at the address that somebody enters.

use url::Url;

use super::App;
use crate::calendar::import::LARGEST;
use crate::fetch::{FetchError, Fetched, Mark};

/// A calendar, as it was read.
pub(super) struct Read {
    pub(super) address: Url,
    pub(super) text: String,
    pub(super) mark: Mark,
}

/// What stands at an address now.
pub(super) async fn read_at(app: &App, address: &str) -> Result<Read, FetchError> {
    let fetcher = &app.web.fetcher;
    let address = fetcher.address(address)?;
    match fetcher.fetch(&address, &Mark::default(), LARGEST).await? {
        Fetched::File { bytes, mark } => {
            Ok(Read { address, text: String::from_utf8_lossy(&bytes).into_owned(), mark })
        }
        // Nothing was said that it could be like.
        Fetched::Unchanged => Err(FetchError::Silent("its answer makes no sense")),
    }
}

/// How an error is shown: as a sentence.
pub(super) fn sentence(error: impl ToString) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
