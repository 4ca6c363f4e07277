//! `/desks/{desk}/draft`: what managers have prepared, what would come of it, and publishing it, by the rules of the draft's
//! page; and `POST /desks/{desk}/versions/{version}/restore`. A draft's ETag names the version that is in force and the
//! draft's own state: what is published, taken back or thrown away is what was looked at.

mod view;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::asked::{Caller, InPath, Sent};
use super::condition::{Condition, if_match, tags_of};
use super::problem::Problem;
use super::tag::{Tagged, of_version, tagged};
use crate::act::{DraftError, Drafting, Unfit};
use crate::rules::access::Right;
use crate::rules::desk::edit::Edit;
use crate::web::hold::{in_time, tried};
use crate::web::preview::Preview;
use view::Draft;

/// The states of a draft that somebody has looked at: `If-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen(Vec<Look>);

/// A state of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    version: i64,
    revision: String,
}

/// The tag of a desk with its draft.
fn tag(drafting: &Drafting) -> String {
    match &drafting.draft {
        Some(draft) => format!("\"{}.{}\"", drafting.version, draft.revision),
        None => of_version(drafting.version),
    }
}

impl FromRequestParts<App> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Seen, Problem> {
        let said = if_match(&parts.headers).ok_or(Problem::NoTag)?;
        // One that is none of ours is of a state that there never is.
        let look = |tag: &str| {
            let (version, revision) = tag.split_once('.').unwrap_or((tag, ""));
            Look { version: version.parse().unwrap_or(-1), revision: revision.to_owned() }
        };
        Ok(Seen(tags_of(&said).ok_or(Problem::DraftCondition)?.into_iter().map(look).collect()))
    }
}

impl Seen {
    /// The one of them in which the draft is now; any other, if it is in none.
    async fn now(self, app: &App, desk: &str) -> Result<Look, Problem> {
        let drafting = in_time(app.acts().drafting(desk)).await?.ok_or(Problem::NotFound("desk"))?;
        let now = drafting.draft.map(|draft| Look { version: drafting.version, revision: draft.revision });
        let none = Look { version: -1, revision: String::new() };
        Ok(now.filter(|now| self.0.contains(now)).or(self.0.into_iter().next()).unwrap_or(none))
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Problem {
        let words = error.to_string();
        let outcome = match error {
            DraftError::NoDesk => return Problem::NotFound("desk"),
            DraftError::NoDraft | DraftError::Moved => return Problem::Stale(words),
            DraftError::Unfit(Unfit::File(problems)) => return Problem::File(problems),
            DraftError::Unfit(Unfit::Edit(..)) => return Problem::Unfit(words),
            DraftError::Act(error) => return Problem::Busy(error.into()),
            DraftError::Full => "full",
            DraftError::Gaps => "gaps",
            DraftError::Lines => "lines",
        };
        Problem::Refused { outcome: outcome.into(), words }
    }
}

/// A desk's draft, and what would come of it.
async fn whole(app: &App, desk: &str) -> Result<Tagged<Draft>, Problem> {
    let drafting = in_time(app.acts().drafting(desk)).await?.ok_or(Problem::NotFound("desk"))?;
    let live = app.acts().desks().by_key(desk).cloned().ok_or(Problem::NotFound("desk"))?;
    let preview = match (&drafting.draft, &drafting.result) {
        (Some(_), Ok(next)) => Some(Preview::of(app, &live, next.desk()).await?),
        _ => None,
    };
    Ok(tagged(tag(&drafting), Draft::of(&live, drafting, preview)))
}

/// A desk's draft: its edits and what would come of them: who gains and loses shifts in the coming quarter, where an
/// emergency would find nobody, whom the rotas would ask too much of, and who would carry how much. Needs the role manager.
#[utoipa::path(
    get, path = "/desks/{desk}/draft", tag = "drafts",
    responses((status = 200, body = Draft, headers(("etag" = String))))
)]
pub(super) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
) -> Result<Tagged<Draft>, Problem> {
    caller.at(&app, Right::Manage, &key)?;
    whole(&app, &key).await
}

/// Edits that are to be added to a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DraftEdits)]
pub(super) struct Edits {
    /// In the order in which they are made.
    #[schema(min_items = 1)]
    edits: Vec<Edit>,
}

/// Adds edits to a desk's draft, which is begun if there is none. Each says what was there before, so that none changes
/// what nobody looked at; a draft is never wrong, for what would make it so is refused. Needs the role manager.
#[utoipa::path(
    post, path = "/desks/{desk}/draft/edits", tag = "drafts",
    request_body = Edits,
    responses(
        (status = 200, description = "The draft as it is now.", body = Draft, headers(("etag" = String))),
        (status = 409, description = "The draft is full."),
        (status = 412, description = "Others change it all the time."),
        (status = 422, description = "An edit cannot be made, or what comes of it has mistakes."),
    )
)]
pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Sent(Edits { edits }): Sent<Edits>,
) -> Result<Tagged<Draft>, Problem> {
    caller.at(&app, Right::Manage, &key)?;
    if edits.is_empty() {
        return Err(Problem::Query("`edits` is empty".into()));
    }
    let drafted = app.acts().draft(&caller.by, &key, &edits);
    tried(drafted).await??;
    whole(&app, &key).await
}

/// Takes one edit back, by its place from 0. Needs the role manager.
#[utoipa::path(
    delete, path = "/desks/{desk}/draft/edits/{index}", tag = "drafts",
    params(
        ("index" = usize, Path, description = "Which edit, from 0.", minimum = 0),
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that was looked at; without it, 428."),
    ),
    responses(
        (status = 200, description = "The draft as it is now.", body = Draft, headers(("etag" = String))),
        (status = 412, description = "It has changed meanwhile."),
        (status = 422, description = "Without it the others cannot be made."),
        (status = 428, description = "If-Match is missing."),
    )
)]
pub(super) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    InPath((key, index)): InPath<(String, usize)>,
    seen: Seen,
) -> Result<Tagged<Draft>, Problem> {
    caller.at(&app, Right::Manage, &key)?;
    let Look { revision, .. } = seen.now(&app, &key).await?;
    let taken = app.acts().take_back(&caller.by, &key, &revision, index);
    tried(taken).await??;
    whole(&app, &key).await
}

/// Throws a draft away. Needs the role manager.
#[utoipa::path(
    delete, path = "/desks/{desk}/draft", tag = "drafts",
    params(
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that was looked at; without it, 428."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 412, description = "It has changed meanwhile."),
        (status = 428, description = "If-Match is missing."),
    )
)]
pub(super) async fn discard(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    seen: Seen,
) -> Result<StatusCode, Problem> {
    caller.at(&app, Right::Manage, &key)?;
    let Look { revision, .. } = seen.now(&app, &key).await?;
    let discarded = app.acts().discard(caller.by, &key, &revision);
    tried(discarded).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// How something is brought into force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Publication {
    /// That there are times when an emergency would find nobody is known and meant.
    #[serde(default)]
    #[schema(required = false)]
    gaps_are_meant: bool,
}

/// What is in force now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Published {
    /// The version.
    #[schema(minimum = 1)]
    pub(super) version: i64,
}

fn published(version: i64) -> Tagged<Published> {
    tagged(of_version(version), Published { version })
}

/// Brings a draft into force that was looked at. One that brings times when an emergency would find nobody is published
/// only if that is said to be meant. Needs the role manager.
#[utoipa::path(
    post, path = "/desks/{desk}/draft/publish", tag = "drafts",
    params(
        ("If-Match" = Option<String>, Header, description = "The ETag of the draft that was looked at; without it, 428."),
    ),
    request_body = Publication,
    responses(
        (status = 200, description = "It is in force.", body = Published, headers(("etag" = String))),
        (status = 409, description = "It has gaps, or another desk has one of its lines."),
        (status = 412, description = "It has changed meanwhile."),
        (status = 422, description = "It does not fit any more."),
        (status = 428, description = "If-Match is missing."),
    )
)]
pub(super) async fn publish(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    seen: Seen,
    Sent(how): Sent<Publication>,
) -> Result<Tagged<Published>, Problem> {
    caller.at(&app, Right::Manage, &key)?;
    let Look { version, revision } = seen.now(&app, &key).await?;
    let done = app.acts().publish(caller.by, &key, (&revision, version), how.gaps_are_meant);
    Ok(published(tried(done).await??))
}

/// Brings a former version back, as a new one. Needs the role manager.
#[utoipa::path(
    post, path = "/desks/{desk}/versions/{version}/restore", tag = "desks",
    params(
        ("version" = i64, Path, description = "Counted from 1.", minimum = 1, example = 1),
        ("If-Match" = Option<String>, Header, description = "The ETag of the desk that was looked at; without it, 428."),
    ),
    request_body = Publication,
    responses(
        (status = 200, description = "It is in force.", body = Published, headers(("etag" = String))),
        (status = 409, description = "It has gaps, or another desk has one of its lines."),
        (status = 412, description = "The desk has changed meanwhile."),
        (status = 422, description = "It does not fit any more."),
        (status = 428, description = "If-Match is missing."),
    )
)]
pub(super) async fn restore(
    State(app): State<App>,
    caller: Caller,
    InPath((key, former)): InPath<(String, i64)>,
    seen: Condition,
    Sent(how): Sent<Publication>,
) -> Result<Tagged<Published>, Problem> {
    caller.at(&app, Right::Manage, &key)?;
    let in_force = in_time(app.acts().desk_text(&key, None)).await?.ok_or(Problem::NotFound("desk"))?.0;
    if seen == Condition::New {
        return Err(Problem::Condition);
    }
    let version = seen.expected(in_force);
    if in_time(app.acts().desk_text(&key, Some(former))).await?.is_none() {
        return Err(Problem::NotFound("version"));
    }
    let done = app.acts().restore(caller.by, &key, (former, version), how.gaps_are_meant);
    Ok(published(tried(done).await??))
}
