//! `/account/sessions`: the browsers that are signed in to the account of whoever asks, and how they are signed out. An
//! administrator signs others' out by a command to their accounts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::asked::{Asked, Caller, InPath, Instant};
use super::cursor::{Page, page_of};
use super::problem::Problem;
use crate::act::{self, Means, SessionId};
use crate::rules::account::Account;
use crate::web::hold::in_time;

/// Browsers that are signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sessions {
    /// The one that was signed in first comes first.
    sessions: Vec<Session>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
struct Session {
    /// By which it is named.
    id: String,
    /// What it calls itself.
    browser: Option<String>,
    /// The network address from which it was signed in.
    address: Option<String>,
    /// By what it was let in.
    means: Means,
    /// Since when it is signed in.
    created_at: Instant,
    /// When it last asked for something, to the minute.
    seen_at: Instant,
    /// Until when it is good if it asks for nothing more.
    expires_at: Instant,
}

impl From<act::Session> for Session {
    fn from(session: act::Session) -> Session {
        Session {
            id: session.id.as_str().to_owned(),
            browser: session.browser,
            address: session.address,
            means: session.means,
            created_at: session.created_at.into(),
            seen_at: session.seen_at.into(),
            expires_at: session.expires_at.into(),
        }
    }
}

/// Whose browsers are meant. A token that was narrowed to less than its owner may, for a wall screen perhaps, neither
/// learns where he is signed in nor signs him out.
fn own(caller: &Caller) -> Result<&Account, Problem> {
    let account = caller.account.as_ref().ok_or(Problem::NoAccount)?;
    if caller.principal == account.principal { Ok(account) } else { Err(Problem::Narrow) }
}

/// The browsers that are signed in to the token's account. It needs to be one that
/// may all that the account may.
#[utoipa::path(
    get, path = "/account/sessions", tag = "accounts", params(Page),
    responses((status = 200, body = Sessions))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<Page>,
) -> Result<Json<Sessions>, Problem> {
    let sessions = in_time(app.acts().sessions(&own(&caller)?.id)).await?;
    let (sessions, next) = page_of(sessions, |session| session.id.to_string(), page);
    Ok(Json(Sessions { sessions: sessions.into_iter().map(Session::from).collect(), next }))
}

/// Signs every browser out of the token's account. It needs to be one that
/// may all that the account may.
#[utoipa::path(
    delete, path = "/account/sessions", tag = "accounts",
    responses((status = 204, description = "None is signed in any more."))
)]
pub(super) async fn end_all(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let account = own(&caller)?;
    in_time(app.acts().end_sessions(caller.by.clone(), account, None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs a browser out of the token's account. It needs to be one that
/// may all that the account may.
#[utoipa::path(
    delete, path = "/account/sessions/{id}", tag = "accounts",
    params(("id" = String, Path, description = "By which it is named.")),
    responses((status = 204, description = "It is signed out."))
)]
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Result<StatusCode, Problem> {
    let (account, id) = (own(&caller)?, SessionId::from_text(id));
    let ended = app.acts().end_session(caller.by.clone(), account, &id);
    if in_time(ended).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound("session")) }
}
