//! `/people`: for administrators: who has an account, what he may where, and who is let in.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::form::{Errors, Fields, told};
use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, page};
use crate::act::{ChangeError, Desks, InviteError, Invited};
use crate::rules::access::{Right, Role, Scope};
use crate::rules::account::{Account, AccountId, Email};
use crate::web::App;
use crate::web::hold::in_time;

/// How the choice of every desk stands in a form; no desk's key is empty.
const EVERY_DESK: &str = "";

struct Row {
    id: String,
    name: String,
    email: String,
    roles: Vec<String>,
    disabled: bool,
    second_factor: bool,
    you: bool,
    /// The agents that he is: their names and desks.
    agents: Vec<String>,
}

/// Somebody who has not come yet.
struct Awaited {
    email: String,
    role: String,
    until: String,
}

/// What can be chosen of roles.
struct Choice {
    role: String,
    desk: String,
    desks: Vec<(String, String)>,
}

impl Choice {
    fn new(app: &App, fields: Option<&Fields>) -> Choice {
        let chosen = |field: &str| fields.map(|fields| fields.get(field).to_owned()).unwrap_or_default();
        let desks = app.acts().desks();
        let desks = desks.all().map(|desk| (desk.key.as_str().to_owned(), desk.name.clone())).collect();
        Choice { role: chosen("role"), desk: chosen("desk"), desks }
    }

    fn roles(&self) -> [Role; 4] {
        Role::ALL
    }

    fn is_role(&self, role: &Role) -> bool {
        self.role == role.name()
    }
}

#[derive(Template)]
#[template(path = "people.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    errors: Errors,
    rows: Vec<Row>,
    invited: Vec<Awaited>,
    email: String,
    choice: Choice,
}

struct Given {
    desk: String,
    scope: String,
    role: Role,
}

#[derive(Template)]
#[template(path = "person.html", config = "src/web/ui/askama.toml")]
struct One {
    frame: Frame,
    errors: Errors,
    id: String,
    name: String,
    email: String,
    since: String,
    disabled: Option<String>,
    second_factor: bool,
    sessions: usize,
    roles: Vec<Given>,
    agents: Vec<String>,
    choice: Choice,
}

#[derive(Template)]
#[template(path = "link.html", config = "src/web/ui/askama.toml")]
struct Link {
    frame: Frame,
    email: String,
    address: String,
    purpose: &'static str,
}

/// The agents that somebody is by his address: the name and the desk of each.
pub(super) fn agents_of(desks: &Desks, email: &Email) -> Vec<String> {
    let agent = |desk: &std::sync::Arc<crate::rules::desk::Desk>| {
        Some(format!("{} of {}", desk.agent_by_email(email)?.name, desk.name))
    };
    desks.all().filter_map(agent).collect()
}

fn row(account: Account, you: &AccountId, desks: &Desks) -> Row {
    Row {
        agents: agents_of(desks, &account.email),
        you: account.id == *you,
        id: account.id.as_str().to_owned(),
        name: account.name,
        email: account.email.to_string(),
        roles: account.principal.roles().map(|(scope, role)| format!("{role} of {scope}")).collect(),
        disabled: account.disabled_at.is_some(),
        second_factor: account.second_factor,
    }
}

async fn list_of(
    app: &App,
    visiting: Visiting,
    errors: Errors,
    fields: Option<&Fields>,
) -> Result<List, Trouble> {
    let accounts = in_time(app.acts().accounts()).await?;
    let (you, desks) = (&visiting.visitor.account.id, app.acts().desks());
    let rows = accounts.into_iter().map(|account| row(account, you, &desks)).collect();
    let awaited = |invited: Invited| Awaited {
        email: invited.email.to_string(),
        role: format!("{} of {}", invited.role, invited.scope),
        until: told(invited.expires_at),
    };
    let invited = in_time(app.acts().invited()).await?.into_iter().map(awaited).collect();
    let email = fields.map(|fields| fields.get("email").to_owned()).unwrap_or_default();
    Ok(List { frame: visiting.frame, errors, rows, invited, email, choice: Choice::new(app, fields) })
}

async fn page_of(
    app: &App,
    visiting: Visiting,
    id: &AccountId,
    errors: Errors,
    fields: Option<&Fields>,
) -> Result<One, Trouble> {
    let account = in_time(app.acts().account(id)).await?.ok_or(Trouble::NotFound)?;
    let sessions = in_time(app.acts().sessions(id)).await?.len();
    let given = |(scope, role): (&Scope, Role)| Given {
        desk: scope.desk().unwrap_or(EVERY_DESK).to_owned(),
        scope: scope.to_string(),
        role,
    };
    Ok(One {
        frame: visiting.frame,
        errors,
        agents: agents_of(&app.acts().desks(), &account.email),
        id: id.as_str().to_owned(),
        name: account.name,
        email: account.email.to_string(),
        since: told(account.created_at),
        disabled: account.disabled_at.map(told),
        second_factor: account.second_factor,
        sessions,
        roles: account.principal.roles().map(given).collect(),
        choice: Choice::new(app, fields),
    })
}

/// Everybody.
pub(super) async fn list(State(app): State<App>, visiting: Visiting) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    Ok(page(StatusCode::OK, &list_of(&app, visiting, Errors::default(), None).await?))
}

/// One person.
pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let id = AccountId::from_text(id);
    Ok(page(StatusCode::OK, &page_of(&app, visiting, &id, Errors::default(), None).await?))
}

/// The role and where it is to hold.
fn chosen(fields: &Fields, errors: &mut Errors) -> (Option<Role>, Scope) {
    let role = fields.get("role").parse().map_err(|_| errors.note("role", "Choose a role.")).ok();
    (role, Scope::of(Some(fields.get("desk")).filter(|desk| *desk != EVERY_DESK)))
}

/// Makes a link for somebody who has no account yet.
pub(super) async fn invite(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let mut errors = Errors::default();
    let email = errors.take("email", fields.get("email").parse::<Email>());
    let (role, scope) = chosen(&fields, &mut errors);
    if let (Some(email), Some(role)) = (email, role) {
        let invited = app.acts().invite(visiting.by(), email.clone(), role, scope);
        match in_time(async { Ok(invited.await) }).await? {
            Ok(secret) => {
                let address = app.site.address(&format!("/join/{secret}"));
                let purpose = "opens an account";
                let shown = Link { frame: visiting.frame, email: email.to_string(), address, purpose };
                return Ok(page(StatusCode::OK, &shown));
            }
            Err(InviteError::Act(error)) => return Err(error.into()),
            Err(InviteError::NoDesk(_)) => errors.note("desk", "There is no such desk."),
            Err(_) => errors.note("email", "This address has an account already."),
        }
    }
    let list = list_of(&app, visiting, errors, Some(&fields)).await?;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &list))
}

/// Lets somebody not come who was invited.
pub(super) async fn withdraw(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    // What is no address was invited by nobody.
    let email = fields.get("email").parse::<Email>().map_err(|_| Trouble::NotFound)?;
    let withdrawn = in_time(app.acts().withdraw(visiting.by(), email)).await?;
    if withdrawn { Ok(app.site.to("/people")) } else { Err(Trouble::NotFound) }
}

/// Gives a role, or takes it away.
pub(super) async fn give_role(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let id = AccountId::from_text(id);
    let mut errors = Errors::default();
    let (role, scope) = match fields.get("role") {
        "none" => (None, Scope::of(Some(fields.get("desk")).filter(|desk| *desk != EVERY_DESK))),
        _ => chosen(&fields, &mut errors),
    };
    if errors.is_empty() {
        let change = app.acts().set_role(visiting.by(), &id, scope, role);
        match in_time(async { Ok(change.await) }).await? {
            Ok(()) => return Ok(app.site.to(&format!("/people/{id}"))),
            Err(error) => errors = told_of(error)?,
        }
    }
    let shown = page_of(&app, visiting, &id, errors, Some(&fields)).await?;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

fn told_of(error: ChangeError) -> Result<Errors, Trouble> {
    match error {
        ChangeError::NoAccount => Err(Trouble::NotFound),
        ChangeError::Act(error) => Err(error.into()),
        ChangeError::NoDesk => Ok(Errors::one("desk", "There is no such desk.")),
        ChangeError::LastAdministrator => Ok(Errors::one("form", error)),
    }
}

/// Lets somebody in no more.
pub(super) async fn disable(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let id = AccountId::from_text(id);
    let change = app.acts().disable(visiting.by(), &id);
    changed(&app, visiting, &id, in_time(async { Ok(change.await) }).await?).await
}

/// Lets somebody in again.
pub(super) async fn enable(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let id = AccountId::from_text(id);
    let change = app.acts().enable(visiting.by(), &id);
    changed(&app, visiting, &id, in_time(async { Ok(change.await) }).await?).await
}

async fn changed(
    app: &App,
    visiting: Visiting,
    id: &AccountId,
    change: Result<(), ChangeError>,
) -> Result<Response, Trouble> {
    match change {
        Ok(()) => Ok(app.site.to(&format!("/people/{id}"))),
        Err(error) => {
            let shown = page_of(app, visiting, id, told_of(error)?, None).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
    }
}

/// Signs all of somebody's browsers out.
pub(super) async fn end_sessions(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let account = in_time(app.acts().account(&AccountId::from_text(id))).await?.ok_or(Trouble::NotFound)?;
    in_time(app.acts().end_sessions(visiting.by(), &account, None)).await?;
    Ok(app.site.to(&format!("/people/{}", account.id)))
}

/// Makes a link for somebody who is locked out.
pub(super) async fn offer_reset(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let id = AccountId::from_text(id);
    let account = in_time(app.acts().account(&id)).await?.ok_or(Trouble::NotFound)?;
    let offer = app.acts().offer_reset(visiting.by(), account.email.clone());
    match in_time(async { Ok(offer.await) }).await? {
        Ok(secret) => {
            let address = app.site.address(&format!("/join/{secret}"));
            let purpose = "lets its owner choose a new password";
            let shown = Link { frame: visiting.frame, email: account.email.to_string(), address, purpose };
            Ok(page(StatusCode::OK, &shown))
        }
        Err(InviteError::Act(error)) => Err(error.into()),
        Err(error) => {
            let shown = page_of(&app, visiting, &id, Errors::one("form", error), None).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
    }
}
