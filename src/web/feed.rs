//! A rota as other programs' calendars read it. They cannot sign in, so the address itself is the secret; and they come
//! again every few minutes, so that what has not changed is not sent again.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::App;
use super::hold::in_time;
use crate::act::{FeedAbout, FeedShown};
use crate::calendar::feed::{self, About};

/// How long a program may show what it has, in seconds: a swap is seen within a quarter of an hour.
const FRESH: &str = "private, max-age=900";

/// The feed at an unguessable address; 404 once it has ended, or never was.
pub(super) async fn show(State(app): State<App>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(secret) = file.strip_suffix(".ics") else { return StatusCode::NOT_FOUND.into_response() };
    let shown = match in_time(app.acts().read_feed(secret)).await {
        Ok(Some(shown)) => shown,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a calendar could not be made");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let Some(text) = written(&app, &shown) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}\"", &hex::encode(Sha256::digest(&text))[..32]);
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    let unchanged = known.any(|known| known == tag);
    let caching = [(ETAG, &*tag), (CACHE_CONTROL, FRESH)];
    if unchanged {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response()
}

fn written(app: &App, shown: &FeedShown) -> Option<String> {
    let about = match &shown.about {
        FeedAbout::Rota(rota) => About::Rota(shown.desk.rota(rota)?),
        FeedAbout::Agent(agent) => About::Agent(agent),
    };
    let now = app.acts().clock().now();
    Some(feed::write(&shown.desk, about, app.acts().book(), now, shown.changed))
}
