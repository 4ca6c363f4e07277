//! `/people`: for administrators: who has an account, what he may where, and who is let in. Who administers some desks
//! alone sees the people of those, and what they are there; accounts themselves are not his to keep.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::Path;
use super::form::{Errors, Fields, told};
use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, page};
use crate::act::{ChangeError, Desks, InviteError, Invited, TokenShown};
use crate::clock::Timestamp;
use crate::rules::access::{Reach, Right, Role, Scope};
use crate::rules::account::{Account, AccountId, Email};
use crate::web::App;
use crate::web::hold::{in_time, tried};
use crate::web::people::{LetIn, let_in};

/// How the choice of every desk stands in a form; no desk's key is empty.
const EVERY_DESK: &str = "";

struct Row {
    id: String,
    name: String,
    email: String,
    roles: Vec<String>,
    disabled: bool,
    /// Not told to who administers some desks alone.
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
    everywhere: bool,
}

impl Choice {
    fn new(app: &App, reach: &Reach, fields: Option<&Fields>) -> Choice {
        let chosen = |field: &str| fields.map(|fields| fields.get(field).to_owned()).unwrap_or_default();
        let desks = app.acts().desks();
        let own = desks.all().filter(|desk| reach.covers(&Scope::of(Some(desk.key.as_str()))));
        let desks = own.map(|desk| (desk.key.as_str().to_owned(), desk.name.clone())).collect();
        Choice { role: chosen("role"), desk: chosen("desk"), desks, everywhere: *reach == Reach::Everything }
    }

    fn roles(&self) -> [Role; 4] {
        Role::ALL
    }

    fn is_role(&self, role: &Role) -> bool {
        self.role == role.name()
    }
}

/// A token of the API.
struct Holder {
    name: String,
    /// What it may where, and whose it is.
    may: String,
    used: String,
    until: String,
}

impl Holder {
    fn of(shown: TokenShown, now: Timestamp) -> Holder {
        let TokenShown { token, owner, last_used, .. } = shown;
        let whose = owner.map(|owner| format!(", of {owner}")).unwrap_or_default();
        Holder {
            may: format!("{} at {}{whose}", token.role, token.scope),
            name: token.name,
            used: last_used.map_or_else(
                || "never used".to_owned(),
                |day| format!("last used {}", day.format("%-d %b %Y")),
            ),
            until: match token.expires_at {
                None => "for ever".to_owned(),
                Some(end) if end <= now => format!("over since {}", told(end)),
                Some(end) => format!("until {}", told(end)),
            },
        }
    }
}

#[derive(Template)]
#[template(path = "people.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    errors: Errors,
    rows: Vec<Row>,
    invited: Vec<Awaited>,
    tokens: Vec<Holder>,
    email: String,
    choice: Choice,
}

struct Given {
    desk: String,
    scope: String,
    role: Role,
    /// A group at the provider gives it, and it is taken away there.
    by_group: bool,
    /// It is the visitor's to take away.
    his: bool,
}

#[derive(Template)]
#[template(path = "person.html", config = "src/web/ui/askama.toml")]
struct One {
    frame: Frame,
    errors: Errors,
    id: String,
    name: String,
    email: String,
    /// Whether the account itself is the visitor's to keep.
    whole: bool,
    since: String,
    disabled: Option<String>,
    second_factor: bool,
    password: bool,
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

/// The agents that somebody is by his address, at desks that are reached: the name and the desk of each.
pub(super) fn agents_of(desks: &Desks, email: &Email, reach: &Reach) -> Vec<String> {
    let agent = |desk: &std::sync::Arc<crate::rules::desk::Desk>| {
        Some(format!("{} of {}", desk.agent_by_email(email)?.name, desk.name))
    };
    let reached = desks.all().filter(|desk| reach.covers(&Scope::of(Some(desk.key.as_str()))));
    reached.filter_map(agent).collect()
}

fn row(account: Account, you: &AccountId, desks: &Desks, reach: &Reach) -> Row {
    let roles = account.principal.roles().filter(|(scope, _)| is_told(reach, scope));
    Row {
        agents: agents_of(desks, &account.email, reach),
        you: account.id == *you,
        id: account.id.as_str().to_owned(),
        name: account.name,
        email: account.email.to_string(),
        roles: roles.map(|(scope, role)| format!("{role} of {scope}")).collect(),
        disabled: account.disabled_at.is_some(),
        second_factor: account.second_factor && *reach == Reach::Everything,
    }
}

/// Whether a role counts at a desk that is reached.
fn is_told(reach: &Reach, scope: &Scope) -> bool {
    *scope == Scope::EveryDesk || reach.covers(scope)
}

/// An account, if it is anything at a desk that is reached.
async fn reached(app: &App, reach: &Reach, id: &AccountId) -> Result<Account, Trouble> {
    let account = in_time(app.acts().account(id)).await?;
    account.filter(|account| reach.meets(&account.principal)).ok_or(Trouble::NotFound)
}

async fn list_of(
    app: &App,
    visiting: Visiting,
    errors: Errors,
    fields: Option<&Fields>,
) -> Result<List, Trouble> {
    let reach = visiting.reach(Right::Administer)?;
    let (you, desks) = (&visiting.visitor.account.id, app.acts().desks());
    let accounts = in_time(app.acts().accounts()).await?.into_iter();
    let accounts = accounts.filter(|account| reach.meets(&account.principal));
    let rows = accounts.map(|account| row(account, you, &desks, &reach)).collect();
    let awaited = |invited: Invited| Awaited {
        email: invited.email.to_string(),
        role: format!("{} of {}", invited.role, invited.scope),
        until: told(invited.expires_at),
    };
    let invited = in_time(app.acts().invited()).await?.into_iter();
    let invited = invited.filter(|invited| reach.covers(&invited.scope)).map(awaited).collect();
    let now = app.acts().clock().now();
    let tokens = in_time(app.acts().tokens(reach.clone())).await?.into_iter();
    let tokens = tokens.map(|token| Holder::of(token, now)).collect();
    let email = fields.map(|fields| fields.get("email").to_owned()).unwrap_or_default();
    let choice = Choice::new(app, &reach, fields);
    Ok(List { frame: visiting.frame, errors, rows, invited, tokens, email, choice })
}

async fn page_of(
    app: &App,
    visiting: Visiting,
    id: &AccountId,
    errors: Errors,
    fields: Option<&Fields>,
) -> Result<One, Trouble> {
    let reach = visiting.reach(Right::Administer)?;
    let account = reached(app, &reach, id).await?;
    let whole = reach == Reach::Everything;
    let sessions = if whole { in_time(app.acts().sessions(id)).await?.len() } else { 0 };
    let given = |(scope, role): (&Scope, Role)| Given {
        desk: scope.desk().unwrap_or(EVERY_DESK).to_owned(),
        scope: scope.to_string(),
        role,
        by_group: account.by_groups.roles().any(|known| known == (scope, role)),
        his: reach.covers(scope),
    };
    let roles = account.principal.roles().filter(|(scope, _)| is_told(&reach, scope)).map(given).collect();
    Ok(One {
        frame: visiting.frame,
        errors,
        password: account.password,
        agents: agents_of(&app.acts().desks(), &account.email, &reach),
        id: id.as_str().to_owned(),
        name: account.name,
        email: account.email.to_string(),
        whole,
        since: told(account.created_at),
        disabled: account.disabled_at.map(told),
        second_factor: account.second_factor,
        sessions,
        roles,
        choice: Choice::new(app, &reach, fields),
    })
}

/// Everybody whom the visitor keeps.
pub(super) async fn list(State(app): State<App>, visiting: Visiting) -> Result<Response, Trouble> {
    Ok(page(StatusCode::OK, &list_of(&app, visiting, Errors::default(), None).await?))
}

/// One person.
pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let id = AccountId::from_text(id);
    Ok(page(StatusCode::OK, &page_of(&app, visiting, &id, Errors::default(), None).await?))
}

/// Where a role is to hold, or no longer. A desk that is not reached is told apart from none by nobody.
fn chosen_scope(fields: &Fields, reach: &Reach, errors: &mut Errors) -> Scope {
    let scope = Scope::of(Some(fields.get("desk")).filter(|desk| *desk != EVERY_DESK));
    if !reach.covers(&scope) {
        errors.note("desk", "There is no such desk.");
    }
    scope
}

/// The role and where it is to hold.
fn chosen(fields: &Fields, reach: &Reach, errors: &mut Errors) -> (Option<Role>, Scope) {
    let role = fields.get("role").parse().map_err(|_| errors.note("role", "Choose a role.")).ok();
    (role, chosen_scope(fields, reach, errors))
}

/// Makes a link for somebody who has no account yet. Who has one at other desks is let in to this one as he is.
pub(super) async fn invite(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let reach = visiting.reach(Right::Administer)?;
    let mut errors = Errors::default();
    let email = errors.take("email", fields.get("email").parse::<Email>());
    let (role, scope) = chosen(&fields, &reach, &mut errors);
    if let (Some(email), Some(role), true) = (email, role, errors.is_empty()) {
        match let_in(&app, visiting.by(), &reach, (email.clone(), role, scope)).await? {
            LetIn::Given(account, change) => return changed(&app, visiting, &account, change).await,
            LetIn::Link(secret) => {
                let address = app.site.address(&format!("/join/{secret}"));
                let purpose = "opens an account";
                let shown = Link { frame: visiting.frame, email: email.to_string(), address, purpose };
                return Ok(page(StatusCode::OK, &shown));
            }
            LetIn::Not(InviteError::Act(error)) => return Err(error.into()),
            LetIn::Not(InviteError::NoDesk(_)) => errors.note("desk", "There is no such desk."),
            LetIn::Not(_) => errors.note("email", "This address has an account already."),
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
    let reach = visiting.reach(Right::Administer)?;
    // What is no address was invited by nobody.
    let email = fields.get("email").parse::<Email>().map_err(|_| Trouble::NotFound)?;
    let withdrawn = in_time(app.acts().withdraw(visiting.by(), email, reach)).await?;
    if withdrawn { Ok(app.site.to("/people")) } else { Err(Trouble::NotFound) }
}

/// Gives a role, or takes it away.
pub(super) async fn give_role(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let reach = visiting.reach(Right::Administer)?;
    let id = reached(&app, &reach, &AccountId::from_text(id)).await?.id;
    let mut errors = Errors::default();
    let (role, scope) = match fields.get("role") {
        "none" => (None, chosen_scope(&fields, &reach, &mut errors)),
        _ => chosen(&fields, &reach, &mut errors),
    };
    if errors.is_empty() {
        match tried(app.acts().set_role(visiting.by(), &id, scope, role)).await? {
            Ok(()) => return Ok(app.site.to(&onward(&app, &visiting, &id).await?)),
            Err(error) => errors = told_of(error)?,
        }
    }
    let shown = page_of(&app, visiting, &id, errors, Some(&fields)).await?;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

/// Where one goes on after a change: to that person, unless he is none of the visitor's any more.
async fn onward(app: &App, visiting: &Visiting, id: &AccountId) -> Result<String, Trouble> {
    let reach = visiting.reach(Right::Administer)?;
    match reached(app, &reach, id).await {
        Ok(_) => Ok(format!("/people/{id}")),
        Err(Trouble::NotFound) => Ok("/people".to_owned()),
        Err(trouble) => Err(trouble),
    }
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
    let done = tried(app.acts().disable(visiting.by(), &id)).await?;
    changed(&app, visiting, &id, done).await
}

/// Lets somebody in again.
pub(super) async fn enable(
    State(app): State<App>,
    Path(id): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    visiting.must(Right::Administer)?;
    let id = AccountId::from_text(id);
    let done = tried(app.acts().enable(visiting.by(), &id)).await?;
    changed(&app, visiting, &id, done).await
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
    match tried(app.acts().offer_reset(visiting.by(), account.email.clone())).await? {
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
