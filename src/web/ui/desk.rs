//! Pages of a desk: its rotas, its draft, its versions. Who may manage it sees it as its draft would have it, and changes
//! the draft; everybody else sees what is in force. What is drawn is what the pager asks: [`crate::rules::rota`].
//!
//! - `rotas`: all of them; `rota`: one, with `timeline` as its script draws it.
//! - `hours`: when it is there, with `week` and `holidays` for their forms; `exception`: what is declared for a while.
//! - `policies`: whom an emergency pages, as it would happen now; `steps`: their forms.
//! - `what_if`: what would happen if somebody rang one of its lines.
//! - `agents`: who can be on call, and tables of them; `agent`: the form of one; `person`: one's own page.
//! - `lines`: the numbers that callers dial.
//! - `on_call`: who is on call now, and who would be by the draft.
//! - `customers`: who may call, and who looks after them; `customer`: the form of one.
//! - `change`: forms of a rota's parts: `turns` for layers, `stands_in` for overrides and swaps.
//! - `cover`: what agents ask of each other; `leave`: when they are away, which `leave_calendar` takes from elsewhere.
//! - `draft`: what would come of it all, and publishing; `versions`: what was in force, and bringing it back.
//! - `feeds`: addresses for calendar programs; `import`: calendars that were kept elsewhere.
//! - `when`: times on a wall clock, as people write and read them.

mod agent;
mod agents;
mod change;
mod cover;
mod customer;
mod customers;
mod draft;
mod exception;
mod feeds;
mod holidays;
mod hours;
mod import;
mod leave;
mod leave_calendar;
mod lines;
mod on_call;
mod person;
mod policies;
mod recordings;
mod rota;
mod rotas;
mod stands_in;
mod steps;
mod timeline;
mod turns;
mod versions;
mod week;
mod what_if;
mod when;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub(in crate::web::ui) use exception::in_words;

use super::form::Errors;
use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, Site};
use crate::act::{DraftError, Drafting};
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::rules::rota::Rota;
use crate::web::App;
use crate::web::hold::in_time;
use when::Wall;

/// The addresses of a desk's pages.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/desks/{desk}", get(rotas::list))
        .route("/desks/{desk}/rotas", get(rotas::list))
        .route("/desks/{desk}/rotas/new", get(rotas::ask).post(rotas::make))
        .route("/desks/{desk}/rotas/{rota}", get(rota::show))
        .route("/desks/{desk}/rotas/{rota}/timeline", get(timeline::events))
        .route(
            "/desks/{desk}/rotas/{rota}/import",
            get(import::ask).post(import::take).layer(DefaultBodyLimit::max(import::LARGEST_FORM)),
        )
        .route("/desks/{desk}/rotas/{rota}/remove", post(rotas::remove))
        .route("/desks/{desk}/rotas/{rota}/layer", get(turns::ask).post(turns::put))
        .route("/desks/{desk}/rotas/{rota}/layer/remove", post(turns::remove))
        .route("/desks/{desk}/rotas/{rota}/override", get(stands_in::ask).post(stands_in::put))
        .route("/desks/{desk}/rotas/{rota}/override/remove", post(stands_in::remove))
        .route("/desks/{desk}/rotas/{rota}/swap", get(stands_in::ask_swap).post(stands_in::swap))
        .route("/desks/{desk}/hours", get(hours::show))
        .route("/desks/{desk}/hours/exception", post(exception::declare))
        .route("/desks/{desk}/hours/exception/{id}/end", post(exception::end))
        .route("/desks/{desk}/hours/week", get(week::ask).post(week::put))
        .route("/desks/{desk}/hours/holiday", get(holidays::ask).post(holidays::put))
        .route("/desks/{desk}/hours/holiday/remove", post(holidays::remove))
        .route("/desks/{desk}/hours/public", get(holidays::ask_public).post(holidays::put_public))
        .route("/desks/{desk}/rotas/{rota}/cover", get(cover::ask::show).post(cover::ask::put))
        .route("/desks/{desk}/cover", get(cover::list))
        .route("/desks/{desk}/cover/{id}", get(cover::one))
        .route("/desks/{desk}/cover/{id}/{deed}", post(cover::deal))
        .route("/desks/{desk}/leave", get(leave::list).post(leave::add))
        .route("/desks/{desk}/leave/{id}/remove", post(leave::remove))
        .route("/desks/{desk}/leave/calendar", get(leave_calendar::ask).post(leave_calendar::give))
        .route("/desks/{desk}/leave/calendar/read", post(leave_calendar::read_soon))
        .route("/desks/{desk}/leave/calendar/forget", post(leave_calendar::forget))
        .route("/desks/{desk}/policies", get(policies::list))
        .route("/desks/{desk}/policies/new", get(steps::ask_new).post(steps::make))
        .route("/desks/{desk}/policies/{policy}", get(policies::show))
        .route("/desks/{desk}/policies/{policy}/change", get(steps::ask_policy).post(steps::put_policy))
        .route("/desks/{desk}/policies/{policy}/remove", post(steps::remove_policy))
        .route("/desks/{desk}/policies/{policy}/step", get(steps::ask).post(steps::put))
        .route("/desks/{desk}/policies/{policy}/step/remove", post(steps::remove))
        .route("/desks/{desk}/what-if", get(what_if::show))
        .route("/desks/{desk}/agents", get(agents::list))
        .route("/desks/{desk}/agents/form", get(agent::ask).post(agent::put))
        .route("/desks/{desk}/agents/remove", post(agent::remove))
        .route("/desks/{desk}/agents/use-again", post(agents::use_again))
        .route("/desks/{desk}/agents.csv", get(agents::export))
        .route(
            "/desks/{desk}/agents/import",
            get(agents::ask_import).post(agents::import).layer(DefaultBodyLimit::max(agents::LARGEST_FORM)),
        )
        .route("/desks/{desk}/agent/{agent}", get(person::show))
        .route("/desks/{desk}/agent/{agent}/code", post(person::send_code))
        .route("/desks/{desk}/agent/{agent}/verify", post(person::give_code))
        .route("/desks/{desk}/agent/{agent}/mute", post(person::mute))
        .route("/desks/{desk}/agent/{agent}/unmute", post(person::unmute))
        .route("/desks/{desk}/lines", get(lines::list))
        .route("/desks/{desk}/lines/form", get(lines::ask).post(lines::put))
        .route("/desks/{desk}/lines/remove", post(lines::remove))
        .route("/desks/{desk}/recordings", get(recordings::list))
        .route("/desks/{desk}/recordings/form", get(recordings::ask).post(recordings::put))
        .route("/desks/{desk}/recordings/remove", post(recordings::remove))
        .route("/desks/{desk}/customers", get(customers::list))
        .route("/desks/{desk}/customers/form", get(customer::ask).post(customer::put))
        .route("/desks/{desk}/customers/remove", post(customer::remove))
        .route("/desks/{desk}/draft", get(draft::show))
        .route("/desks/{desk}/draft/take-back", post(draft::take_back))
        .route("/desks/{desk}/draft/discard", post(draft::discard))
        .route("/desks/{desk}/draft/publish", post(draft::publish))
        .route("/desks/{desk}/file", get(draft::ask_file).post(draft::put_file))
        .route("/desks/{desk}/feeds", get(feeds::list).post(feeds::make))
        .route("/desks/{desk}/feeds/{feed}/end", post(feeds::end))
        .route("/desks/{desk}/versions", get(versions::list))
        .route("/desks/{desk}/versions/{version}", get(versions::one))
        .route("/desks/{desk}/versions/{version}/restore", post(versions::restore))
}

/// Somebody at a desk.
struct AtDesk {
    visiting: Visiting,
    key: String,
    /// As it is in force.
    live: Arc<Desk>,
    /// Its draft, for who may manage it.
    drafting: Option<Drafting>,
    /// What is declared of it now, in words.
    declared: Vec<String>,
}

/// What every page of a desk has around it.
#[derive(Clone, Debug)]
struct Place {
    /// The address of the desk's pages.
    at: String,
    name: String,
    manages: bool,
    /// How many edits its draft has.
    edits: usize,
    /// Who changed the draft last.
    drafted_by: String,
    /// Why it cannot be published as it is.
    unfit: Option<String>,
    /// Who he is at the desk himself, if he is one of its agents.
    own: Option<String>,
    /// What is declared of it now, in words.
    declared: Vec<String>,
}

impl AtDesk {
    /// For who may see the desk; to everybody else there is none.
    async fn see(app: &App, visiting: Visiting, key: String) -> Result<AtDesk, Trouble> {
        let live = app.acts().desks().by_key(&key).cloned();
        let live = live.filter(|_| visiting.principal().may(Right::See, &key)).ok_or(Trouble::NotFound)?;
        let drafting = match visiting.principal().may(Right::Manage, &key) {
            true => in_time(app.acts().drafting(&key)).await?,
            false => None,
        };
        let declared = exception::told(app, &live);
        Ok(AtDesk { visiting, key, live, drafting, declared })
    }

    /// For who may manage the desk.
    async fn manage(app: &App, visiting: Visiting, key: String) -> Result<AtDesk, Trouble> {
        let at = AtDesk::see(app, visiting, key).await?;
        if at.drafting.is_some() { Ok(at) } else { Err(Trouble::lacks(Right::Manage)) }
    }

    /// The desk as he sees it: with the draft, if there is one that fits.
    fn desk(&self) -> &Desk {
        self.drafted().unwrap_or(&self.live)
    }

    /// The desk as the draft would have it, if there is one that fits.
    fn drafted(&self) -> Option<&Desk> {
        let drafting = self.drafting.as_ref().filter(|drafting| drafting.draft.is_some())?;
        drafting.result.as_ref().ok().map(|drafted| drafted.desk())
    }

    fn rota(&self, name: &str) -> Result<&Rota, Trouble> {
        self.desk().rota(name).ok_or(Trouble::NotFound)
    }

    fn place(&self, site: &Site) -> Place {
        let draft = self.drafting.as_ref().and_then(|drafting| drafting.draft.as_ref());
        let unfit = self.drafting.as_ref().and_then(|drafting| drafting.result.as_ref().err());
        Place {
            at: format!("{}/desks/{}", site.base, self.key),
            name: self.live.name.clone(),
            manages: self.drafting.is_some(),
            edits: draft.map_or(0, |draft| draft.edits.len()),
            drafted_by: draft.map(|draft| draft.changed_by.clone()).unwrap_or_default(),
            unfit: unfit.map(ToString::to_string),
            own: self.me().map(ToString::to_string),
            declared: self.declared.clone(),
        }
    }

    /// Who he is at the desk, if he is one of its agents: the one who has his e-mail address.
    fn me(&self) -> Option<&AgentKey> {
        let account = &self.visiting.visitor.account;
        let agent = self.live.agent_by_email(&account.email);
        agent.filter(|_| account.principal.may(Right::Answer, &self.key)).map(|agent| &agent.key)
    }

    fn frame(&self) -> Frame {
        self.visiting.frame.clone()
    }

    fn name_of(&self, agent: &AgentKey) -> String {
        self.desk().name_of(agent)
    }

    /// The path of one of the desk's pages, for a redirection.
    fn path(&self, rest: &str) -> String {
        format!("/desks/{}{rest}", self.key)
    }

    /// The path of a page of a rota.
    fn rota_path(&self, rota: &str, rest: &str) -> String {
        self.path(&format!("/rotas/{}{rest}", encoded(rota)))
    }

    /// An agent's wall clock, if it is another than that.
    fn own_clock<'a>(&self, app: &'a App, agent: &AgentKey, other: Wall<'_>) -> Option<Wall<'a>> {
        let zone = self.desk().agent(agent)?.zone.unwrap_or(self.desk().zone());
        (zone != other.zone).then(|| Wall::new(app.acts().book(), zone))
    }
}

/// A name as it stands in an address.
fn encoded(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Why a draft was not changed, told beside a form; a trouble if it is none of his making.
fn told(error: DraftError) -> Result<Errors, Trouble> {
    match error {
        DraftError::Act(error) => Err(error.into()),
        DraftError::NoDesk => Err(Trouble::NotFound),
        other => Ok(Errors::one("form", other)),
    }
}
