//! `Idempotency-Key`: a POST or PUT that was given a name may be sent again when its answer was lost. It is carried out once and
//! gets the same answer for a day; what failed is not kept. An answer that holds a secret is not kept either: whoever
//! asks again is told that it was done.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::asked::{Caller, key_of};
use super::problem::Problem;
use super::{App, LARGEST_CALENDAR};
use crate::act::{Begun, Kept, Named};
use crate::web::hold::{Failure, in_time};

/// Beside an answer that holds a secret, which is told this once.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToldOnce;

/// Beside the answer to a request that was given up, and may be written down yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutOfTime;

/// Carries a POST or PUT out once that was given a name.
pub(super) async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::POST | Method::PUT) {
        return next.run(request).await;
    }
    carried_out(&app, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn carried_out(app: &App, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let Some(key) = key_of(&parts.headers)? else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let Caller { id: asker, .. } = Caller::from_request_parts(&mut parts, app).await?;
    let bytes = to_bytes(body, LARGEST_CALENDAR).await.map_err(|_| Problem::TooLarge)?;
    let mut hash = Sha256::new();
    for part in [parts.method.as_str(), &parts.uri.to_string(), &said(&parts.headers)] {
        hash.update(part);
        hash.update("\n");
    }
    hash.update(&bytes);
    let named = Named { asker, key, request: hex::encode(hash.finalize()) };
    match in_time(app.acts().begin_once(named.clone())).await? {
        Begun::New => {}
        Begun::Answered(kept) => return Ok(again(kept)),
        Begun::UnderWay => return Err(Problem::UnderWay),
        Begun::KeyReused => return Err(Problem::KeyReused),
    }
    // It is carried out to its end even if whoever asked has gone: he will ask what became of it.
    let (app, request) = (app.clone(), Request::from_parts(parts, Body::from(bytes)));
    let carried = tokio::spawn(async move {
        let (answer, kept) = kept(next.run(request).await).await?;
        let ended = match answer.extensions().get::<OutOfTime>() {
            // It may be written down yet: the name stays taken for its minute.
            Some(OutOfTime) => Ok(()),
            None => in_time(app.acts().end_once(named, kept)).await,
        };
        if let Err(error) = ended {
            // Whoever asks again is told to wait, and after a minute it begins anew.
            tracing::warn!(%error, "what a named request was answered could not be kept");
        }
        Ok(answer)
    });
    carried.await.map_err(|_| Failure::Panicked)?
}

/// The condition under which it is to be carried out.
fn said(headers: &HeaderMap) -> String {
    let all = |name| {
        let lines = headers.get_all(name).iter();
        lines.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(",")
    };
    format!("{}\n{}", all(IF_MATCH), all(IF_NONE_MATCH))
}

/// An answer, and what of it is kept: nothing, if the request failed.
async fn kept(answer: Response) -> Result<(Response, Option<Kept>), Problem> {
    if !answer.status().is_success() {
        return Ok((answer, None));
    }
    let (parts, body) = answer.into_parts();
    // Our own answers are whole in memory already.
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Failure::Panicked)?;
    let kept = match parts.extensions.get::<ToldOnce>() {
        Some(ToldOnce) => {
            let done = Problem::ToldOnce;
            Kept { status: done.status().0.as_u16(), body: done.json(), tag: None }
        }
        None => Kept {
            status: parts.status.as_u16(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
            tag: parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned),
        },
    };
    Ok((Response::from_parts(parts, Body::from(bytes)), Some(kept)))
}

/// An answer as it is kept.
fn again(kept: Kept) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    if kept.body.is_empty() {
        return status.into_response();
    }
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = (status, [(CONTENT_TYPE, kind)], kept.body).into_response();
    if let Some(tag) = kept.tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
