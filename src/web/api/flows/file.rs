//! `GET` and `PUT /flows/{name}/file`: a flow's text, read and put in force.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::App;
use super::super::asked::{Asked, Caller, InPath, TextFile};
use super::super::condition::Condition;
use super::super::draft::Published;
use super::super::problem::Problem;
use super::super::tag::{Tagged, of_version, tagged};
use super::{in_force, manages, text_of};
use crate::act::{FlowError, Putting};
use crate::rules::flow::Flow;
use crate::web::hold::{in_time, tried};

/// A flow's text, byte for byte as it was put in force. Needs the role manager at some desk. Its ETag is what a change asks
/// for.
#[utoipa::path(
    get, path = "/flows/{name}/file", tag = "flows",
    params(("name" = String, Path, description = "Its name.", example = "emergency")),
    responses((status = 200, body = String, content_type = "text/plain; charset=utf-8", headers(("etag" = String))))
)]
pub(in crate::web::api) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
) -> Result<Response, Problem> {
    manages(&caller)?;
    let version = in_force(&app, &name).await?.revision;
    let text = text_of(&app, &name, version).await?;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let tag = HeaderValue::try_from(of_version(version)).unwrap_or(HeaderValue::from_static("\"0\""));
    Ok((AppendHeaders([(CONTENT_TYPE, kind), (ETAG, tag)]), text).into_response())
}

/// What is said of a text that is put in force.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::web::api) struct How {
    /// Why, for the list of versions.
    #[serde(default)]
    #[param(required = false, max_length = 500)]
    why: String,
}

/// The longest reason that is kept.
const LONGEST_WHY: usize = 500;

/// Puts another text of a flow in force, for the next call and for none that is under way. Needs the role manager at every
/// desk whose lines the flow answers, or the role administrator at all.
#[utoipa::path(
    put, path = "/flows/{name}/file", tag = "flows",
    params(
        ("name" = String, Path, description = "Its name, as it stands in the text.", example = "emergency"),
        How,
        ("If-Match" = Option<String>, Header, description = "The ETag of the flow that was changed."),
        ("If-None-Match" = Option<String>, Header, description = "`*` for a flow that is not there yet."),
    ),
    request_body(content = String, content_type = "text/plain", description = "The flow, as TOML."),
    responses(
        (status = 200, description = "It is in force.", body = Published, headers(("etag" = String))),
        (status = 412, description = "Another version came into force meanwhile."),
        (status = 422, description = "It has mistakes, another name, or lacks a language that a line offers."),
        (status = 428, description = "Neither If-Match nor If-None-Match is there."),
    )
)]
pub(in crate::web::api) async fn write(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Asked(how): Asked<How>,
    seen: Condition,
    TextFile(text): TextFile,
) -> Result<Tagged<Published>, Problem> {
    manages(&caller)?;
    if how.why.chars().count() > LONGEST_WHY {
        return Err(Problem::Query(format!("`why` is at most {LONGEST_WHY} characters")));
    }
    let flow = Flow::parse(&text).map_err(Problem::File)?;
    if flow.name != name {
        return Err(Problem::Unfit(format!("the text is of the flow `{}`, and not of `{name}`", flow.name)));
    }
    let in_force = in_time(app.acts().flow_in_force(&name)).await?.map_or(0, |known| known.revision);
    let above = seen.expected(in_force);
    if above != in_force {
        let error = if seen == Condition::New { FlowError::There } else { FlowError::Moved };
        return Err(error.into());
    }
    let why = Some(how.why.trim().to_owned()).filter(|why| !why.is_empty());
    let putting = Putting { from: Some((name.clone(), above)), text, why };
    let put = app.acts().put_flow(caller.by, &caller.principal, putting);
    tried(put).await??;
    published(&app, &name).await
}

/// What is in force now.
pub(super) async fn published(app: &App, name: &str) -> Result<Tagged<Published>, Problem> {
    let version = in_force(app, name).await?.revision;
    Ok(tagged(of_version(version), Published { version }))
}
