//! `/accounts`: who has an account, and what he may where; for administrators. Who administers some desks alone sees the
//! people of those, and what they are there; accounts themselves are not his to keep.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::asked::{Asked, Caller, InPath, Instant, Sent};
use super::cursor::{Page, page_of};
use super::problem::Problem;
use crate::act::ChangeError;
use crate::rules::access::{Reach, Right, Role, Scope};
use crate::rules::account::{self, AccountId};
use crate::web::hold::{in_time, tried};

/// The accounts that the token administers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accounts {
    /// By name.
    accounts: Vec<Account>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
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
    role: Role,
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
pub(super) fn everywhere(caller: &Caller) -> Result<(), Problem> {
    match caller.principal.may_everywhere(Right::Administer) {
        true => Ok(()),
        false => Err(Problem::Lacks(Right::Administer)),
    }
}

impl Account {
    fn of(app: &App, reach: &Reach, account: &account::Account, sessions: Option<usize>) -> Account {
        let told = |scope: &Scope| *scope == Scope::EveryDesk || reach.covers(scope);
        let given = |(scope, role): (&Scope, Role)| Given {
            desk: scope.desk().map(str::to_owned),
            role,
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

pub(super) const NONE: Problem = Problem::NotFound("account");

/// The accounts of everybody who is anything at a desk that the token administers.
#[utoipa::path(
    get, path = "/accounts", tag = "accounts", params(Page),
    responses((status = 200, body = Accounts))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(page): Asked<Page>,
) -> Result<Json<Accounts>, Problem> {
    let reach = reach(&caller)?;
    let accounts = in_time(app.acts().accounts()).await?;
    let reached = accounts.iter().filter(|account| reach.meets(&account.principal));
    let place = |account: &&account::Account| format!("{}\0{}", account.name.to_lowercase(), account.email);
    let (accounts, next) = page_of(reached, place, page);
    let accounts = accounts.into_iter().map(|account| Account::of(&app, &reach, account, None)).collect();
    Ok(Json(Accounts { accounts, next }))
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
    role: Option<Role>,
}

/// A desk that is reached, or every one. A desk that is not reached is told apart from none by nobody.
pub(super) fn scope_of(
    app: &App,
    reach: &Reach,
    desk: Option<&str>,
    taken_away: bool,
) -> Result<Scope, Problem> {
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
    let change = app.acts().set_role(caller.by, &id, scope, wanted.role);
    tried(change).await??;
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
        Deed::Disable => tried(acts.disable(by, id)).await??,
        Deed::Enable => tried(acts.enable(by, id)).await??,
        Deed::EndSessions => {
            in_time(acts.end_sessions(by, &account, None)).await?;
        }
    }
    Ok(Json(Account::read(&app, &Reach::Everything, id).await?))
}
