//! The pages' styles and scripts. Each is served by a name that holds a hash of what is in it: it may be kept for ever,
//! and a new one is fetched at once.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::asked::Path;
use super::trouble::Trouble;

struct Asset {
    /// By which templates call it.
    name: &'static str,
    text: &'static str,
    /// By which browsers do.
    file: String,
}

impl Asset {
    fn new(name: &'static str, text: &'static str) -> Asset {
        let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
        let file = format!("{stem}-{}.{kind}", &hex::encode(Sha256::digest(text))[..12]);
        Asset { name, text, file }
    }
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        Asset::new("nightbell.css", include_str!("nightbell.css")),
        Asset::new("board.css", include_str!("board/board.css")),
        Asset::new("board.js", include_str!("script/board.js")),
        Asset::new("flow.js", include_str!("script/flow.js")),
        // build.rs makes these two; they are empty if it could not.
        Asset::new("timeline.css", include_str!(concat!(env!("OUT_DIR"), "/timeline.css"))),
        Asset::new("timeline.js", include_str!(concat!(env!("OUT_DIR"), "/timeline.js"))),
    ]
});

/// The file of that name; none if it has nothing in it.
pub(super) fn file(name: &str) -> Option<&'static str> {
    ASSETS.iter().find(|asset| asset.name == name && !asset.text.is_empty()).map(|asset| &*asset.file)
}

/// A file.
pub(super) async fn show(Path(file): Path<String>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.file == file) else {
        return Trouble::NotFound.into_response();
    };
    let kind = if asset.name.ends_with(".css") { "text/css" } else { "text/javascript" };
    let headers = [
        (CONTENT_TYPE, format!("{kind}; charset=utf-8")),
        (CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    (headers, asset.text).into_response()
}
