//! `/tokens`: who comes in by a token, and how one is ended; for administrators. Who administers some desks alone sees the
//! tokens of those. They are made at the command line, and what they are is never told again.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::accounts::reach;
use super::asked::{Asked, Caller, InPath, Instant};
use super::cursor::{Page, page_of};
use super::problem::Problem;
use crate::act::TokenShown;
use crate::rules::access::Role;
use crate::rules::account::Email;
use crate::web::hold::in_time;

/// The tokens that were not ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tokens {
    /// By name; several may have the same.
    tokens: Vec<Token>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
struct Token {
    /// Who uses it.
    name: String,
    /// What it may.
    role: Role,
    /// At which desk; at every desk, if it is null.
    desk: Option<String>,
    /// The address of its owner, if it is somebody's: it may no more than he may.
    owner: Option<String>,
    /// When it was made.
    created_at: Instant,
    /// The day on which it was used last, by UTC; nothing, if it never was.
    #[schema(format = Date)]
    last_used_on: Option<String>,
    /// From when on it is let in no more, if it is not let in for ever.
    expires_at: Option<Instant>,
}

impl From<TokenShown> for Token {
    fn from(TokenShown { token, owner, created_at, last_used }: TokenShown) -> Token {
        Token {
            name: token.name,
            role: token.role,
            desk: token.scope.desk().map(str::to_owned),
            owner: owner.map(|owner| owner.to_string()),
            created_at: created_at.into(),
            last_used_on: last_used.map(|day| day.to_string()),
            expires_at: token.expires_at.map(Instant::from),
        }
    }
}

/// The tokens that the token administers.
#[utoipa::path(
    get, path = "/tokens", tag = "accounts", params(Page),
    responses((status = 200, body = Tokens))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<Page>,
) -> Result<Json<Tokens>, Problem> {
    let tokens = in_time(app.acts().tokens(reach(&caller)?)).await?;
    let (tokens, next) = page_of(tokens, place, page);
    Ok(Json(Tokens { tokens: tokens.into_iter().map(Token::from).collect(), next }))
}

/// By name, then by age, then by whatever else is told of them.
fn place(TokenShown { token, owner, created_at, .. }: &TokenShown) -> String {
    let (role, desk) = (token.role.name(), token.scope.desk().unwrap_or_default());
    let owner = owner.as_ref().map_or("", Email::as_str);
    format!("{}\0{:016x}\0{desk}\0{role}\0{owner}", token.name, created_at.0)
}

/// Ends every token of a name, as far as the token administers: nobody comes in with them from then on.
#[utoipa::path(
    delete, path = "/tokens/{name}", tag = "accounts",
    params(("name" = String, Path, description = "Who uses it.", example = "report")),
    responses((status = 204, description = "They open nothing any more."))
)]
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    let reach = reach(&caller)?;
    match in_time(app.acts().end_tokens(caller.by, &name, reach)).await? {
        0 => Err(Problem::NotFound("token")),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
