//! `GET /desks/{desk}/versions` and `GET /desks/{desk}/versions/{version}`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, Instant, Limit};
use super::cursor::Below;
use super::problem::Problem;
use crate::act;
use crate::rules::access::Right;
use crate::web::hold::in_time;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The `next` of the page before.
    pub(super) cursor: Option<Below>,
    /// How many, at most; a page may be shorter and not be the last.
    pub(super) limit: Option<Limit>,
}

/// Versions of a desk's file, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Versions {
    /// The versions.
    versions: Vec<Version>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A version of a desk's file.
#[derive(Debug, Serialize, ToSchema)]
struct Version {
    /// Counted from 1.
    #[schema(minimum = 1)]
    version: i64,
    /// Since when it was in force.
    applied_at: Instant,
    /// Who brought it into force, if that is known.
    applied_by: Option<String>,
    /// What it changed, in lines, if that is known.
    changes: Option<String>,
}

/// A version of a desk's file, with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionWithFile {
    #[serde(flatten)]
    version: Version,
    /// The text, as it was applied.
    file: String,
}

/// A version that can no longer be read: who was on call by it is not known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnreadVersion)]
pub(super) struct Unread {
    /// Which.
    #[schema(minimum = 1)]
    version: i64,
    /// From when on it was in force, as far as that counts.
    from: Instant,
    /// The instant before which that ended.
    to: Instant,
}

impl From<&act::Unread> for Unread {
    fn from(unread: &act::Unread) -> Unread {
        Unread { version: unread.version, from: unread.from.into(), to: unread.to.into() }
    }
}

impl From<act::Version> for Version {
    fn from(version: act::Version) -> Version {
        Version {
            version: version.version,
            applied_at: version.applied_at.into(),
            applied_by: version.applied_by,
            changes: version.changes,
        }
    }
}

/// The versions of a desk's file, newest first. Needs the role manager.
#[utoipa::path(
    get, path = "/desks/{desk}/versions", tag = "desks",
    params(Page),
    responses((status = 200, body = Versions))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(desk): InPath<String>,
    Asked(page): Asked<Page>,
) -> Result<Json<Versions>, Problem> {
    caller.at(&app, Right::Manage, &desk)?;
    let before = page.cursor.map(|Below(version)| version);
    let mut versions = in_time(app.acts().versions(&desk, before)).await?;
    versions.truncate(page.limit.unwrap_or_default().0);
    // Every number from 1 on is a version.
    let next = versions.last().map(|last| last.version).filter(|last| *last > 1);
    let next = next.map(|version| Below(version).to_string());
    Ok(Json(Versions { versions: versions.into_iter().map(Version::from).collect(), next }))
}

/// A version of a desk's file, with its text. Needs the role manager.
#[utoipa::path(
    get, path = "/desks/{desk}/versions/{version}", tag = "desks",
    params(
        ("version" = i64, Path, description = "Counted from 1.", minimum = 1, example = 1),
    ),
    responses((status = 200, body = VersionWithFile))
)]
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath((desk, number)): InPath<(String, i64)>,
) -> Result<Json<VersionWithFile>, Problem> {
    caller.at(&app, Right::Manage, &desk)?;
    if number < 1 {
        return Err(Problem::Query("versions are counted from 1".into()));
    }
    let none = || Problem::NotFound("version");
    // The newest before the next one.
    let newest = in_time(app.acts().versions(&desk, Some(number.saturating_add(1)))).await?;
    let version = newest.into_iter().next().filter(|found| found.version == number).ok_or_else(none)?;
    let (_, file) = in_time(app.acts().desk_text(&desk, Some(number))).await?.ok_or_else(none)?;
    Ok(Json(VersionWithFile { version: version.into(), file }))
}
