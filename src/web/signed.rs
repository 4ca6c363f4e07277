//! A carrier's form, read only if the carrier signed it. Who posts to a carrier that is not configured learns 404, who
//! signs wrongly 403, and neither anything else.

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::wire::signature::{HEADER, SignedBody, verify};
use crate::wire::{Addresses, Asked, Form};

use super::{App, CarrierAccess};

/// A form that a carrier signed.
pub(super) struct Signed {
    /// The carrier's name.
    pub carrier: String,
    /// What was posted, and behind it what stands in our address's query.
    pub form: Form,
    /// The path and query, letter by letter.
    pub path_and_query: String,
    app: App,
}

#[derive(Deserialize)]
struct Whose {
    carrier: String,
}

impl Signed {
    /// What is known of the carrier.
    pub fn access(&self) -> Option<&CarrierAccess> {
        self.app.web.carriers.get(&self.carrier)
    }

    /// Our addresses, as this carrier is given them.
    pub fn addresses(&self) -> Addresses {
        self.app.addresses(&self.carrier)
    }

    /// What the carrier was asked for when it got this address.
    pub fn asked(&self) -> Option<Asked> {
        self.form.get("asked").and_then(|word| Asked::read(&word))
    }
}

impl FromRequest<App> for Signed {
    type Rejection = Response;

    async fn from_request(mut request: Request, app: &App) -> Result<Signed, Response> {
        let Path(Whose { carrier }) =
            request.extract_parts::<Path<Whose>>().await.map_err(IntoResponse::into_response)?;
        let Some(access) = app.web.carriers.get(&carrier) else {
            return Err(StatusCode::NOT_FOUND.into_response());
        };
        let (parts, body) = request.into_parts();
        let signature = signature_of(&parts);
        // The router's nested parts see a shortened address; the signature covers the whole.
        let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        let path_and_query =
            uri.path_and_query().map_or_else(|| uri.path().to_owned(), |whole| whole.as_str().to_owned());
        let query = uri.query().unwrap_or_default().to_owned();
        let body = Bytes::from_request(Request::from_parts(parts, body), app)
            .await
            .map_err(IntoResponse::into_response)?;
        let url = format!("{}{path_and_query}", app.web.public_url);
        let form = Form::parse(&body);
        if !verify(&access.tokens, &url, SignedBody::Form(&form), &signature) {
            tracing::warn!(carrier.name = carrier, "a webhook without the carrier's signature was refused");
            return Err(StatusCode::FORBIDDEN.into_response());
        }
        app.web.acts.hears_of(&carrier);
        let form = Form::parse(&[&body, b"&".as_slice(), query.as_bytes()].concat());
        Ok(Signed { carrier, form, path_and_query, app: app.clone() })
    }
}

fn signature_of(parts: &Parts) -> String {
    parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
