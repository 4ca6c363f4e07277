//! `GET` and `POST /desks/{desk}/feeds`, `DELETE /desks/{desk}/feeds/{id}`: addresses at which calendar programs read who
//! is on call. A feed shows what its maker may see, so that it is made with a token of an account; who manages the desk
//! sees everybody's, and ends them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, Instant, Sent};
use super::cursor::Below;
use super::once::ToldOnce;
use super::problem::Problem;
use crate::act::{FEEDS_SHOWN, Feed, FeedAbout, FeedError, FeedId};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::account::AccountId;
use crate::rules::people::AgentKey;
use crate::web::hold::{in_time, tried};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The `next` of the page before.
    cursor: Option<Below>,
}

/// Addresses for calendar programs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Feeds {
    /// The newest first.
    feeds: Vec<OneFeed>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An address for calendar programs; the address itself was told once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Feed)]
struct OneFeed {
    /// By which it is named.
    id: String,
    /// The rota whose shifts it shows, if it is a rota's.
    rota: Option<String>,
    /// The key of the agent whose shifts it shows, if it is an agent's.
    agent: Option<String>,
    /// The account of who made it.
    account: String,
    /// When it was made.
    created_at: Instant,
    /// When a program last read it, to the hour.
    last_used_at: Option<Instant>,
}

impl From<Feed> for OneFeed {
    fn from(feed: Feed) -> OneFeed {
        OneFeed {
            id: feed.id.as_str().to_owned(),
            rota: feed.rota,
            agent: feed.agent,
            account: feed.created_by.as_str().to_owned(),
            created_at: feed.created_at.into(),
            last_used_at: feed.last_used_at.map(Instant),
        }
    }
}

/// Whose feeds somebody sees and ends: his own, or as a manager all.
fn own<'a>(caller: &'a Caller, desk: &str) -> Result<Option<&'a AccountId>, Problem> {
    match &caller.account {
        _ if caller.principal.may(Right::Manage, desk) => Ok(None),
        Some(owner) => Ok(Some(&owner.id)),
        None => Err(Problem::Lacks(Right::Manage)),
    }
}

/// The feeds of a desk: one's own, or for managers all.
#[utoipa::path(
    get, path = "/desks/{desk}/feeds", tag = "feeds",
    params(Page),
    responses((status = 200, body = Feeds))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Asked(page): Asked<Page>,
) -> Result<Json<Feeds>, Problem> {
    caller.at(&app, Right::See, &key)?;
    let before = page.cursor.map_or(Timestamp::NEVER, |Below(millis)| Timestamp(millis));
    let mut feeds = in_time(app.acts().feeds(&key, own(&caller, &key)?, before)).await?;
    let more = feeds.len() > FEEDS_SHOWN;
    feeds.truncate(FEEDS_SHOWN);
    let next = feeds.last().filter(|_| more).map(|last| Below(last.created_at.0).to_string());
    Ok(Json(Feeds { feeds: feeds.into_iter().map(OneFeed::from).collect(), next }))
}

/// A feed that is to be made: of a rota, or of an agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = FeedWanted)]
pub(super) enum Wanted {
    /// Everybody's shifts by a rota.
    Rota {
        /// Its name.
        rota: String,
    },
    /// One agent's shifts by all rotas.
    Agent {
        /// His key.
        agent: AgentKey,
    },
}

/// A feed that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedMade)]
pub(super) struct Made {
    /// Its address, told this once: whoever has it reads the feed.
    address: String,
}

/// Makes a feed, with a token of an account; its address is told this once.
#[utoipa::path(
    post, path = "/desks/{desk}/feeds", tag = "feeds",
    request_body = Wanted,
    responses(
        (status = 201, description = "Its address.", body = Made),
        (status = 409, description = "One account has too many, or this was carried out before."),
    )
)]
pub(super) async fn make(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(StatusCode, Extension<ToldOnce>, Json<Made>), Problem> {
    caller.at(&app, Right::See, &key)?;
    let maker = &caller.account.as_ref().ok_or(Problem::NoAccount)?.id;
    let about = match wanted {
        Wanted::Rota { rota } => FeedAbout::Rota(rota),
        Wanted::Agent { agent } => FeedAbout::Agent(agent),
    };
    let made = app.acts().make_feed(caller.by.clone(), maker, &key, about);
    let secret = tried(made).await?.map_err(|error| match error {
        FeedError::NoSuch => Problem::NotFound("rota or agent"),
        FeedError::TooMany => Problem::Refused { outcome: "too_many".into(), words: error.to_string() },
        FeedError::Act(error) => Problem::Busy(error.into()),
    })?;
    let address = app.site.address(&format!("/calendar/{secret}.ics"));
    Ok((StatusCode::CREATED, Extension(ToldOnce), Json(Made { address })))
}

/// Ends a feed: programs that have its address get nothing any more.
#[utoipa::path(
    delete, path = "/desks/{desk}/feeds/{id}", tag = "feeds",
    params(
        ("id" = String, Path, description = "By which it is named."),
    ),
    responses((status = 204, description = "It is ended."))
)]
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    InPath((key, id)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    caller.at(&app, Right::See, &key)?;
    let id = FeedId::from_text(id);
    let own = own(&caller, &key)?;
    match in_time(app.acts().end_feed(caller.by.clone(), &key, &id, own)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound("feed")),
    }
}
