//! `/invitations` and `/accounts/{id}/reset`: links by which people are let in, for the first time or again; for
//! administrators. Who administers some desks alone lets people in to those.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::accounts::{NONE, everywhere, reach, scope_of};
use super::asked::{Asked, Caller, InPath, Instant, Sent};
use super::cursor::{Page, page_of};
use super::once::ToldOnce;
use super::problem::Problem;
use crate::act::{self, InviteError};
use crate::rules::access::Role;
use crate::rules::account::{AccountId, Email};
use crate::web::hold::{in_time, tried};
use crate::web::people::{LetIn, let_in};

/// A link for somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountLink)]
pub(super) struct Link {
    /// Where he chooses a password, once, within a day; told this once.
    link: String,
}

/// Makes a link by which the owner of an account who is locked out chooses a new password; it turns his second factor off.
/// For administrators of every desk.
#[utoipa::path(
    post, path = "/accounts/{id}/reset", tag = "accounts",
    params(("id" = String, Path, description = "By which it is named.")),
    responses(
        (status = 201, description = "The link.", body = Link),
        (status = 409, description = "The account is disabled."),
    )
)]
pub(super) async fn reset(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Result<(StatusCode, Extension<ToldOnce>, Json<Link>), Problem> {
    everywhere(&caller)?;
    let account = in_time(app.acts().account(&AccountId::from_text(id))).await?.ok_or(NONE)?;
    let offer = app.acts().offer_reset(caller.by, account.email);
    let secret = tried(offer).await??;
    Ok((StatusCode::CREATED, Extension(ToldOnce), Json(link_of(&app, &secret))))
}

fn link_of(app: &App, secret: &str) -> Link {
    Link { link: app.site.address(&format!("/join/{secret}")) }
}

impl From<InviteError> for Problem {
    fn from(error: InviteError) -> Problem {
        let words = error.to_string();
        let outcome = match error {
            InviteError::Act(error) => return Problem::Busy(error.into()),
            InviteError::NoDesk(_) => return Problem::NotFound("desk"),
            InviteError::NoAccount(_) => return NONE,
            InviteError::HasAccount(_) => "has_account",
            InviteError::Disabled(_) => "disabled",
        };
        Problem::Refused { outcome: outcome.into(), words }
    }
}

/// People who were invited and have not come yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Invitations {
    /// The first to expire first.
    invitations: Vec<Invitation>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Somebody who was invited.
#[derive(Debug, Serialize, ToSchema)]
struct Invitation {
    /// His address.
    email: String,
    /// At which desk; at every desk, if it is null.
    desk: Option<String>,
    /// What he will be.
    role: Role,
    /// Until when his link is good.
    expires_at: Instant,
}

impl From<act::Invited> for Invitation {
    fn from(invited: act::Invited) -> Invitation {
        Invitation {
            email: invited.email.to_string(),
            desk: invited.scope.desk().map(str::to_owned),
            role: invited.role,
            expires_at: invited.expires_at.into(),
        }
    }
}

/// Who was invited and may come yet, as far as the token administers.
#[utoipa::path(
    get, path = "/invitations", tag = "accounts", params(Page),
    responses((status = 200, body = Invitations))
)]
pub(super) async fn invited(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<Page>,
) -> Result<Json<Invitations>, Problem> {
    let reach = reach(&caller)?;
    let invited = in_time(app.acts().invited()).await?.into_iter();
    let invited = invited.filter(|invited| reach.covers(&invited.scope));
    let (invited, next) = page_of(invited, place, page);
    Ok(Json(Invitations { invitations: invited.into_iter().map(Invitation::from).collect(), next }))
}

/// By when it expires, then by whom it is for, where, and as what.
fn place(act::Invited { email, role, scope, expires_at }: &act::Invited) -> String {
    format!("{:016x}\0{email}\0{}\0{role}", expires_at.0, scope.desk().unwrap_or_default())
}

/// Somebody who is to be let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationWanted {
    /// His address.
    email: String,
    /// At which desk; at every desk, if it is null or not said.
    desk: Option<String>,
    /// What he is to be there.
    role: Role,
}

/// How somebody comes in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetIn)]
pub(super) struct Invited {
    /// Where he opens an account, once, within a day; told this once. Null for who has an account at other desks: he has
    /// the role from now on.
    link: Option<String>,
}

fn email_of(text: &str) -> Result<Email, Problem> {
    text.parse().map_err(|error| Problem::Query(format!("`email`: {error}")))
}

/// Lets somebody in to a desk, or to every one.
#[utoipa::path(
    post, path = "/invitations", tag = "accounts",
    request_body = InvitationWanted,
    responses(
        (status = 201, description = "He may come.", body = Invited),
        (status = 409, description = "He has an account already."),
    )
)]
pub(super) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Sent(wanted): Sent<InvitationWanted>,
) -> Result<(StatusCode, Extension<ToldOnce>, Json<Invited>), Problem> {
    let reach = reach(&caller)?;
    let scope = scope_of(&app, &reach, wanted.desk.as_deref(), false)?;
    let email = email_of(&wanted.email)?;
    let link = match let_in(&app, caller.by, &reach, (email, wanted.role, scope)).await? {
        LetIn::Link(secret) => Some(link_of(&app, &secret).link),
        LetIn::Given(_, given) => {
            given?;
            None
        }
        LetIn::Not(error) => return Err(error.into()),
    };
    Ok((StatusCode::CREATED, Extension(ToldOnce), Json(Invited { link })))
}

/// Lets somebody not come who was invited, as far as the token administers.
#[utoipa::path(
    delete, path = "/invitations/{email}", tag = "accounts",
    params(("email" = String, Path, description = "His address.", example = "ada@example.com")),
    responses((status = 204, description = "His links are good no longer."))
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    InPath(email): InPath<String>,
) -> Result<StatusCode, Problem> {
    let reach = reach(&caller)?;
    // What is no address was invited by nobody.
    let email = email_of(&email).map_err(|_| Problem::NotFound("invitation"))?;
    match in_time(app.acts().withdraw(caller.by, email, reach)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound("invitation")),
    }
}
