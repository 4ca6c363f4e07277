//! `/accounts` and `/invitations`: who has an account, what he may where, and who is let in; for administrators. Who
//! administers some desks alone sees the people of those, and what they are there; accounts themselves are not his to keep.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::asked::{Caller, InPath, Instant, Sent};
use super::once::ToldOnce;
use super::problem::Problem;
use crate::act::{self, ChangeError, InviteError};
use crate::rules::access::{self, Reach, Right, Scope};
use crate::rules::account::{self, AccountId, Email};
use crate::web::hold::in_time;
use crate::web::people::{LetIn, let_in};

/// What somebody is at a desk.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub(super) enum Word {
    /// Looks on.
    Viewer,
    /// Answers emergencies.
    Agent,
    /// Keeps the desk: its people, hours and rotas.
    Manager,
    /// Decides who else may do what.
    Administrator,
}

impl From<access::Role> for Word {
    fn from(role: access::Role) -> Word {
        match role {
            access::Role::Viewer => Word::Viewer,
            access::Role::Agent => Word::Agent,
            access::Role::Manager => Word::Manager,
            access::Role::Administrator => Word::Administrator,
        }
    }
}

impl From<Word> for access::Role {
    fn from(word: Word) -> access::Role {
        match word {
            Word::Viewer => access::Role::Viewer,
            Word::Agent => access::Role::Agent,
            Word::Manager => access::Role::Manager,
            Word::Administrator => access::Role::Administrator,
        }
    }
}

/// The accounts that the token administers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accounts {
    /// By name.
    accounts: Vec<Account>,
}

/// The account of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(super) struct Account {
    /// By which it is named.
    id: String,
    /// Its owner's address.
    email: String,
    /// Its owner's name.
    name: String,
    /// What he is, where the token may know it.
    roles: Vec<Given>,
    /// The agents that he is by his address.
    agents: Vec<AgentAt>,
    /// Since when nobody may sign in to it, if that is so.
    disabled_at: Option<Instant>,
    /// Whether it asks for a code; told to administrators of every desk.
    second_factor: Option<bool>,
    /// How many browsers are signed in; told to administrators of every desk, of a single account.
    sessions: Option<usize>,
    /// When it was made.
    created_at: Instant,
}

/// A role that somebody has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoleGiven)]
struct Given {
    /// At which desk; at every desk, if it is null.
    desk: Option<String>,
    /// What he is there.
    role: Word,
    /// Whether a group at the provider of identities gives it, and it is taken away there.
    by_group: bool,
}

/// An agent of a desk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentAtDesk)]
struct AgentAt {
    /// The desk's key.
    desk: String,
    /// His key there.
    agent: String,
}

/// How far a token administers.
pub(super) fn reach(caller: &Caller) -> Result<Reach, Problem> {
    if !caller.principal.may_somewhere(Right::Administer) {
        return Err(Problem::Lacks(Right::Administer));
    }
    Ok(caller.principal.reach(Right::Administer))
}

/// Goes on only for who administers every desk.
fn everywhere(caller: &Caller) -> Result<(), Problem> {
    match caller.principal.may_everywhere(Right::Administer) {
        true => Ok(()),
        false => Err(Problem::Lacks(Right::Administer)),
    }
}

impl Account {
    fn of(app: &App, reach: &Reach, account: &account::Account, sessions: Option<usize>) -> Account {
        let told = |scope: &Scope| *scope == Scope::EveryDesk || reach.covers(scope);
        let given = |(scope, role): (&Scope, access::Role)| Given {
            desk: scope.desk().map(str::to_owned),
            role: role.into(),
            by_group: account.by_groups.roles().any(|known| known == (scope, role)),
        };
        let desks = app.acts().desks();
        let agents = desks.all().filter(|desk| reach.covers(&Scope::of(Some(desk.key.as_str()))));
        let agents = agents.filter_map(|desk| {
            let agent = desk.agent_by_email(&account.email)?.key.to_string();
            Some(AgentAt { desk: desk.key.to_string(), agent })
        });
        Account {
            id: account.id.as_str().to_owned(),
            email: account.email.to_string(),
            name: account.name.clone(),
            roles: account.principal.roles().filter(|(scope, _)| told(scope)).map(given).collect(),
            agents: agents.collect(),
            disabled_at: account.disabled_at.map(Instant),
            second_factor: (*reach == Reach::Everything).then_some(account.second_factor),
            sessions,
            created_at: account.created_at.into(),
        }
    }

    /// One that is anything at a desk that is reached.
    async fn read(app: &App, reach: &Reach, id: &AccountId) -> Result<Account, Problem> {
        let account = reached(app, reach, id).await?;
        let sessions = match reach {
            Reach::Everything => Some(in_time(app.acts().sessions(id)).await?.len()),
            Reach::Desks(_) => None,
        };
        Ok(Account::of(app, reach, &account, sessions))
    }
}

async fn reached(app: &App, reach: &Reach, id: &AccountId) -> Result<account::Account, Problem> {
    let account = in_time(app.acts().account(id)).await?;
    account.filter(|account| reach.meets(&account.principal)).ok_or(NONE)
}

const NONE: Problem = Problem::NotFound("account");

/// The accounts of everybody who is anything at a desk that the token administers.
#[utoipa::path(get, path = "/accounts", tag = "accounts", responses((status = 200, body = Accounts)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Accounts>, Problem> {
    let reach = reach(&caller)?;
    let accounts = in_time(app.acts().accounts()).await?;
    let reached = accounts.iter().filter(|account| reach.meets(&account.principal));
    let accounts = reached.map(|account| Account::of(&app, &reach, account, None)).collect();
    Ok(Json(Accounts { accounts }))
}

/// One account.
#[utoipa::path(
    get, path = "/accounts/{id}", tag = "accounts",
    params(("id" = String, Path, description = "By which it is named.")),
    responses((status = 200, body = Account))
)]
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Result<Json<Account>, Problem> {
    Ok(Json(Account::read(&app, &reach(&caller)?, &AccountId::from_text(id)).await?))
}

/// A role that somebody is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleWanted {
    /// At which desk; at every desk, if it is null or not said.
    desk: Option<String>,
    /// In the place of the one that he has there; null takes it away.
    role: Option<Word>,
}

/// A desk that is reached, or every one. A desk that is not reached is told apart from none by nobody.
fn scope_of(app: &App, reach: &Reach, desk: Option<&str>, taken_away: bool) -> Result<Scope, Problem> {
    let scope = Scope::of(desk);
    // A role at a desk that is no more can be taken away all the same.
    let known = taken_away || desk.is_none_or(|desk| app.acts().desks().by_key(desk).is_some());
    match (reach.covers(&scope) && known, desk) {
        (true, _) => Ok(scope),
        (false, Some(_)) => Err(Problem::NotFound("desk")),
        (false, None) => Err(Problem::Lacks(Right::Administer)),
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Problem {
        match error {
            ChangeError::NoAccount => NONE,
            ChangeError::NoDesk => Problem::NotFound("desk"),
            ChangeError::Act(error) => Problem::Busy(error.into()),
            ChangeError::LastAdministrator => {
                Problem::Refused { outcome: "last_administrator".into(), words: error.to_string() }
            }
        }
    }
}

/// Gives somebody a role at a desk, in the place of the one that he has there, or takes it away.
#[utoipa::path(
    post, path = "/accounts/{id}/roles", tag = "accounts",
    params(("id" = String, Path, description = "By which it is named.")),
    request_body = RoleWanted,
    responses(
        (status = 200, description = "The account as it is now.", body = Account),
        (status = 204, description = "It is done, and the account is none of the token's any more."),
        (status = 409, description = "Nobody would be left who administers every desk."),
    )
)]
pub(super) async fn give_role(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    Sent(wanted): Sent<RoleWanted>,
) -> Result<Result<Json<Account>, StatusCode>, Problem> {
    let reach = reach(&caller)?;
    let id = reached(&app, &reach, &AccountId::from_text(id)).await?.id;
    let scope = scope_of(&app, &reach, wanted.desk.as_deref(), wanted.role.is_none())?;
    let change = app.acts().set_role(caller.by, &id, scope, wanted.role.map(access::Role::from));
    in_time(async { Ok(change.await) }).await??;
    match Account::read(&app, &reach, &id).await {
        Ok(account) => Ok(Ok(Json(account))),
        Err(Problem::NotFound(_)) => Ok(Err(StatusCode::NO_CONTENT)),
        Err(problem) => Err(problem),
    }
}

/// What is to be done with an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountCommand)]
pub(super) struct Order {
    /// What.
    command: Deed,
}

/// What can be done with an account.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountDeed)]
enum Deed {
    /// Nobody may sign in to it any more; its sessions end.
    Disable,
    /// Its owner may sign in to it again.
    Enable,
    /// Every browser of its owner is signed out.
    EndSessions,
}

/// Lets somebody in no more, or again, or signs him out everywhere. For administrators of every desk.
#[utoipa::path(
    post, path = "/accounts/{id}/commands", tag = "accounts",
    params(("id" = String, Path, description = "By which it is named.")),
    request_body = Order,
    responses(
        (status = 200, description = "The account as it is now.", body = Account),
        (status = 409, description = "Nobody would be left who administers every desk."),
    )
)]
pub(super) async fn give(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    Sent(order): Sent<Order>,
) -> Result<Json<Account>, Problem> {
    everywhere(&caller)?;
    let account = in_time(app.acts().account(&AccountId::from_text(id))).await?.ok_or(NONE)?;
    let (acts, by, id) = (app.acts(), caller.by, &account.id);
    match order.command {
        Deed::Disable => in_time(async { Ok(acts.disable(by, id).await) }).await??,
        Deed::Enable => in_time(async { Ok(acts.enable(by, id).await) }).await??,
        Deed::EndSessions => {
            in_time(acts.end_sessions(by, &account, None)).await?;
        }
    }
    Ok(Json(Account::read(&app, &Reach::Everything, id).await?))
}

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
    let secret = in_time(async { Ok(offer.await) }).await??;
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
    /// The invitations.
    invitations: Vec<Invitation>,
}

/// Somebody who was invited.
#[derive(Debug, Serialize, ToSchema)]
struct Invitation {
    /// His address.
    email: String,
    /// At which desk; at every desk, if it is null.
    desk: Option<String>,
    /// What he will be.
    role: Word,
    /// Until when his link is good.
    expires_at: Instant,
}

impl From<act::Invited> for Invitation {
    fn from(invited: act::Invited) -> Invitation {
        Invitation {
            email: invited.email.to_string(),
            desk: invited.scope.desk().map(str::to_owned),
            role: invited.role.into(),
            expires_at: invited.expires_at.into(),
        }
    }
}

/// Who was invited and may come yet, as far as the token administers.
#[utoipa::path(get, path = "/invitations", tag = "accounts", responses((status = 200, body = Invitations)))]
pub(super) async fn invited(State(app): State<App>, caller: Caller) -> Result<Json<Invitations>, Problem> {
    let reach = reach(&caller)?;
    let invited = in_time(app.acts().invited()).await?.into_iter();
    let invited = invited.filter(|invited| reach.covers(&invited.scope));
    Ok(Json(Invitations { invitations: invited.map(Invitation::from).collect() }))
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
    role: Word,
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
    let link = match let_in(&app, caller.by, &reach, (email, wanted.role.into(), scope)).await? {
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
