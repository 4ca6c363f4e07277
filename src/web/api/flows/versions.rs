//! `/flows/{name}/versions`: what was in force under a name, and what is again.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::App;
use super::super::asked::{Asked, Caller, InPath, Instant};
use super::super::condition::Condition;
use super::super::cursor::Below;
use super::super::draft::Published;
use super::super::problem::Problem;
use super::super::tag::Tagged;
use super::super::versions::Page;
use super::file::published;
use super::{in_force, manages, text_of};
use crate::act::Revision;
use crate::rules::flow::kept::Origin;
use crate::web::hold::{in_time, tried};

/// Versions of a flow, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct FlowVersions {
    /// The versions.
    versions: Vec<FlowVersion>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A version of a flow.
#[derive(Debug, Serialize, ToSchema)]
struct FlowVersion {
    /// Counted from 1.
    #[schema(minimum = 1)]
    version: i64,
    /// The first 12 hex digits of the SHA-256 of its text.
    hash: String,
    /// Since when it was in force.
    applied_at: Instant,
    /// Who brought it into force, if that is known.
    applied_by: Option<String>,
    /// From where it came, if that is known.
    origin: Option<Origin>,
    /// Why, if that was said.
    why: Option<String>,
}

/// A version of a flow, with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct FlowVersionWithFile {
    #[serde(flatten)]
    version: FlowVersion,
    /// The text, as it was put in force.
    file: String,
}

impl From<Revision> for FlowVersion {
    fn from(known: Revision) -> FlowVersion {
        FlowVersion {
            version: known.revision,
            hash: known.version,
            applied_at: known.brought_at.into(),
            applied_by: known.brought_by,
            origin: known.origin.parse().ok(),
            why: known.why,
        }
    }
}

/// The versions of a flow, newest first. Needs the role manager at some desk.
#[utoipa::path(
    get, path = "/flows/{name}/versions", tag = "flows",
    params(("name" = String, Path, description = "Its name.", example = "emergency"), Page),
    responses((status = 200, body = FlowVersions))
)]
pub(in crate::web::api) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Asked(page): Asked<Page>,
) -> Result<Json<FlowVersions>, Problem> {
    manages(&caller)?;
    in_force(&app, &name).await?;
    let before = page.cursor.map_or(i64::MAX, |Below(version)| version);
    let mut versions = in_time(app.acts().flow_revisions(&name, before)).await?;
    versions.truncate(page.limit.unwrap_or_default().0);
    // Every number from 1 on is a version.
    let next = versions.last().map(|last| last.revision).filter(|last| *last > 1);
    let next = next.map(|version| Below(version).to_string());
    Ok(Json(FlowVersions { versions: versions.into_iter().map(FlowVersion::from).collect(), next }))
}

/// A version of a flow, with its text. Needs the role manager at some desk.
#[utoipa::path(
    get, path = "/flows/{name}/versions/{version}", tag = "flows",
    params(
        ("name" = String, Path, description = "Its name.", example = "emergency"),
        ("version" = i64, Path, description = "Counted from 1.", minimum = 1, example = 1),
    ),
    responses((status = 200, body = FlowVersionWithFile))
)]
pub(in crate::web::api) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath((name, number)): InPath<(String, i64)>,
) -> Result<Json<FlowVersionWithFile>, Problem> {
    manages(&caller)?;
    if number < 1 {
        return Err(Problem::Query("versions are counted from 1".into()));
    }
    let file = text_of(&app, &name, number).await?;
    // The newest before the next one.
    let newest = in_time(app.acts().flow_revisions(&name, number.saturating_add(1))).await?;
    let version = newest.into_iter().next().filter(|found| found.revision == number);
    let version = version.ok_or(Problem::NotFound("version"))?.into();
    Ok(Json(FlowVersionWithFile { version, file }))
}

/// Puts a former version in force again, as a new one. Needs the role manager at every desk whose lines the flow answers,
/// or the role administrator at all.
#[utoipa::path(
    post, path = "/flows/{name}/versions/{version}/restore", tag = "flows",
    params(
        ("name" = String, Path, description = "Its name.", example = "emergency"),
        ("version" = i64, Path, description = "Counted from 1.", minimum = 1, example = 1),
        ("If-Match" = Option<String>, Header, description = "The ETag of the flow that was looked at; without it, 428."),
    ),
    responses(
        (status = 200, description = "It is in force.", body = Published, headers(("etag" = String))),
        (status = 412, description = "Another version came into force meanwhile."),
        (status = 422, description = "It does not fit any more."),
        (status = 428, description = "If-Match is missing."),
    )
)]
pub(in crate::web::api) async fn restore(
    State(app): State<App>,
    caller: Caller,
    InPath((name, former)): InPath<(String, i64)>,
    seen: Condition,
) -> Result<Tagged<Published>, Problem> {
    manages(&caller)?;
    if seen == Condition::New {
        return Err(Problem::Condition);
    }
    let above = seen.expected(in_force(&app, &name).await?.revision);
    let put = app.acts().restore_flow(caller.by, &caller.principal, &name, (former, above));
    tried(put).await??;
    published(&app, &name).await
}
