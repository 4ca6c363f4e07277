//! What stands in a page's address, read: whatever cannot be is told as a page ([`Trouble`]), never as bare text. They are
//! called as those of axum, which no page of ours uses (tests/it/architecture.rs).

use axum::extract::{FromRequestParts, Path as RawPath, Query as RawQuery};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::trouble::Trouble;
use crate::web::App;

/// The parameters after the `?`.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Query<T>, Trouble> {
        RawQuery::try_from_uri(&parts.uri)
            .map(|RawQuery(asked)| Query(asked))
            .map_err(|_| Trouble::Unreadable)
    }
}

/// What stands in the path. What cannot be a name or a number of anything names nothing that there is.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Path<T>, Trouble> {
        let asked = RawPath::from_request_parts(parts, app).await;
        asked.map(|RawPath(asked)| Path(asked)).map_err(|_| Trouble::NotFound)
    }
}
