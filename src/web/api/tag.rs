//! Entity tags (RFC 9110): an answer that the asker has already is not sent again. What has a version is tagged by it,
//! everything else by a hash of what would be sent.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse, Response};
use sha2::{Digest, Sha256};

/// An answer with its entity tag.
pub(super) type Tagged<T> = (AppendHeaders<[(HeaderName, String); 1]>, Json<T>);

/// An answer with that tag.
pub(super) fn tagged<T>(tag: String, answer: T) -> Tagged<T> {
    (AppendHeaders([(ETAG, tag)]), Json(answer))
}

/// The tag of a version.
pub(super) fn of_version(version: i64) -> String {
    format!("\"{version}\"")
}

/// Tags what is read, and leaves it out if the asker has it.
pub(super) async fn spare(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !reads || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Our own answers are whole in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = match parts.headers.get(ETAG) {
        Some(tag) => tag.clone(),
        None => by_hash(&bytes),
    };
    parts.headers.insert(ETAG, tag.clone());
    if known.is_some_and(|known| names(&known, &tag)) {
        let headers: HeaderMap = parts
            .headers
            .into_iter()
            .filter_map(|(name, value)| Some((name?, value)))
            .filter(|(name, _)| *name != CONTENT_TYPE && *name != CONTENT_LENGTH)
            .collect();
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn by_hash(bytes: &[u8]) -> HeaderValue {
    let digest = hex::encode(&Sha256::digest(bytes)[..16]);
    HeaderValue::try_from(format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether `If-None-Match` names a tag. By the weak comparison, as the standard has it for this header.
fn names(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let Ok(known) = known.to_str() else { return false };
    known
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one).as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_among_others() {
        let tag = HeaderValue::from_static("\"3\"");
        for (known, is_known) in [
            ("\"3\"", true),
            ("\"1\", \"3\"", true),
            ("W/\"3\"", true),
            ("*", true),
            ("\"33\"", false),
            ("3", false),
            ("", false),
        ] {
            assert_eq!(names(&HeaderValue::from_static(known), &tag), is_known, "{known}");
        }
    }
}
