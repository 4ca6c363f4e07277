//! `GET /desks/{desk}/file` and `PUT /desks/{desk}/file`: a desk's text, read and written by the same rules as at the
//! command line and on the pages.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, TextFile};
use super::condition::Condition;
use super::desks::GapAhead;
use super::problem::Problem;
use super::tag::{Tagged, of_version, tagged};
use crate::act::ApplyError;
use crate::rules::access::Right;
use crate::rules::desk::PolicyGap;
use crate::rules::desk::plan::{Change, Plan};
use crate::web::hold::{Failure, in_time, tried};

/// What is asked of a change.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// Whether it is only told what would change.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
    /// `meant`: that the file brings times when an emergency would find nobody is known, and meant.
    #[param(inline)]
    gaps: Option<Known>,
}

/// What is known of gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GapsKnown)]
pub(super) enum Known {
    /// They are meant.
    Meant,
}

/// What a desk's file changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Changed {
    /// The desk's key.
    desk: String,
    /// Whether it is in force: not after a dry run.
    applied: bool,
    /// The version that the file has, or would have: the former one, if nothing changes.
    #[schema(minimum = 0)]
    version: i64,
    /// The parts that are others.
    changes: Vec<Change>,
    /// Where no step of a policy would find anybody, for 90 days.
    gaps: Vec<GapAhead>,
    /// The lines of the text that are others, as a unified diff.
    diff: String,
}

impl Changed {
    fn of(plan: Plan, gaps: &[(PolicyGap, bool)], applied: bool) -> Changed {
        let gaps = gaps.iter().map(GapAhead::from).collect();
        Changed { desk: plan.desk, applied, version: plan.next, changes: plan.changes, gaps, diff: plan.diff }
    }
}

/// A desk's file, byte for byte as it was applied. Needs the role manager. Its ETag is what a change asks for.
#[utoipa::path(
    get, path = "/desks/{desk}/file", tag = "desks",
    responses((status = 200, body = String, content_type = "text/plain; charset=utf-8", headers(("etag" = String))))
)]
pub(super) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(desk): InPath<String>,
) -> Result<Response, Problem> {
    caller.at(&app, Right::Manage, &desk)?;
    let found = in_time(app.acts().desk_text(&desk, None)).await?;
    let (version, text) = found.ok_or(Problem::NotFound("desk"))?;
    let headers = AppendHeaders([
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (ETAG, HeaderValue::try_from(of_version(version)).unwrap_or(HeaderValue::from_static("\"0\""))),
    ]);
    Ok((headers, text).into_response())
}

/// Brings another text of a desk's file into force, or tells what it would change. One that brings times when an emergency
/// would find nobody comes into force only if that is said to be meant. Needs the role manager; for a desk that is not
/// there yet, at every desk.
#[utoipa::path(
    put, path = "/desks/{desk}/file", tag = "desks",
    params(
        How,
        ("If-Match" = Option<String>, Header, description = "The ETag of the file that was changed."),
        ("If-None-Match" = Option<String>, Header, description = "`*` for a desk that is not there yet."),
    ),
    request_body(content = String, content_type = "text/plain", description = "The file, as TOML."),
    responses(
        (status = 200, description = "What it changes.", body = Changed, headers(("etag" = String))),
        (status = 409, description = "Another desk has got one of its lines meanwhile."),
        (status = 412, description = "The desk has changed meanwhile."),
        (status = 422, description = "The file has mistakes or brings gaps, or the key was used for another request."),
        (status = 428, description = "Neither If-Match nor If-None-Match is there."),
    )
)]
pub(super) async fn write(
    State(app): State<App>,
    caller: Caller,
    InPath(desk): InPath<String>,
    Asked(how): Asked<How>,
    condition: Condition,
    TextFile(text): TextFile,
) -> Result<Tagged<Changed>, Problem> {
    let acts = app.acts();
    may_write(&app, &caller, &desk)?;
    let checked = acts.check_desk(&desk, &text).map_err(Problem::File)?;
    let plan = in_time(acts.plans(vec![checked.file().clone()])).await?.into_iter().next();
    let plan = plan.ok_or(Problem::NotFound("desk"))?;
    let expected = condition.expected(plan.version);
    if plan.version != expected {
        return Err(ApplyError::Moved(plan.version).into());
    }
    let version = plan.version;
    let gaps = acts.bare_gaps(checked.desk()).await.map_err(Failure::from)?;
    let changed = Changed::of(plan, &gaps, !how.dry_run);
    if how.dry_run {
        return Ok(tagged(of_version(version), changed));
    }
    let brought = gaps.into_iter().filter_map(|(gap, new)| new.then_some(gap));
    let brought: Vec<PolicyGap> = brought.filter(|_| how.gaps.is_none()).collect();
    if !brought.is_empty() {
        return Err(Problem::Gaps(brought));
    }
    let applied = acts.apply_checked(caller.by, checked, expected);
    let version = tried(applied).await??;
    Ok(tagged(of_version(version), changed))
}

/// A desk is changed by who manages it, and made by who manages every desk.
fn may_write(app: &App, caller: &Caller, desk: &str) -> Result<(), Problem> {
    match app.acts().desks().by_key(desk) {
        None if caller.principal.may_everywhere(Right::Manage) => Ok(()),
        _ => caller.at(app, Right::Manage, desk).map(|_| ()),
    }
}
