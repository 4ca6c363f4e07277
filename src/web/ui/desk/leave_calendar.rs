//! `/desks/{desk}/leave/calendar`: an agent's leave is taken from a calendar that he keeps elsewhere. He, or a manager,
//! enters its address, sees what was found there, and keeps it; from then on the engine reads it. The address is shown to
//! nobody again, and what the events are called only while it is looked at.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::leave::{days, keeps};
use super::when::Wall;
use super::{AtDesk, Place};
use crate::act::LeaveCalendar;
use crate::calendar::away::{self, Away, LeftOut};
use crate::rules::access::Right;
use crate::rules::people::AgentKey;
use crate::web::App;
use crate::web::elsewhere::sentence;
use crate::web::hold::in_time;
use crate::web::leave_calendar::{Entered, look};
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The most absences that are listed.
const MOST_SHOWN: usize = 40;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    agent: String,
}

/// A calendar that is kept.
pub(super) struct Kept {
    pub(super) agent: String,
    pub(super) name: String,
    pub(super) host: String,
    whole_days: bool,
    pub(super) read: String,
    /// Since when it cannot be read, and why.
    pub(super) failed: Option<(String, String)>,
    /// Whether it is about to be read.
    soon: bool,
    /// How often he is away by it, now or later.
    absences: usize,
}

/// What was found in one that is looked at.
struct Preview {
    name: String,
    zone: String,
    absences: Vec<(String, String)>,
    more: usize,
    left_out: Vec<LeftOut>,
}

#[derive(Template)]
#[template(path = "leave_calendar.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    kept: Option<Kept>,
    preview: Option<Preview>,
    /// Whose he may enter.
    agents: Vec<(String, String)>,
    agent: String,
    address: String,
    whole_days: bool,
}

/// What the form holds.
#[derive(Default)]
struct Given {
    agent: String,
    address: String,
    whole_days: bool,
}

/// How a calendar that is kept is told.
pub(super) fn kept(app: &App, at: &AtDesk, calendar: &LeaveCalendar) -> Kept {
    let wall = Wall::new(app.acts().book(), at.live.zone_of(&calendar.agent));
    let now = app.acts().clock().now();
    Kept {
        agent: calendar.agent.to_string(),
        name: at.live.name_of(&calendar.agent),
        host: calendar.host().to_owned(),
        whole_days: calendar.whole_days,
        read: wall.told(calendar.read_at),
        failed: calendar.failed.as_ref().map(|(since, why)| (wall.told(*since), why.clone())),
        soon: calendar.due <= now,
        absences: calendar.spans.iter().filter(|span| span.to > now).count(),
    }
}

async fn page_of(
    app: &App,
    at: &AtDesk,
    given: Given,
    errors: Errors,
    preview: Option<Preview>,
) -> Result<Response, Trouble> {
    let manages = at.drafting.is_some();
    let me = at.me();
    if !manages && me.is_none() {
        return Err(Trouble::lacks(Right::Answer));
    }
    let calendars = in_time(app.acts().leave_calendars(&at.key)).await?;
    let own = calendars.iter().find(|calendar| calendar.agent.as_str() == given.agent);
    let own = own.filter(|calendar| manages || me == Some(&calendar.agent));
    let writes = at.live.agents.iter().filter(|agent| manages || me == Some(&agent.key));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        kept: own.map(|calendar| kept(app, at, calendar)),
        preview,
        agents: writes.map(|agent| (agent.key.to_string(), agent.name.clone())).collect(),
        agent: given.agent,
        address: given.address,
        whole_days: given.whole_days,
    };
    Ok(page(status, &shown))
}

/// The form, and the calendar that is kept of the agent who is asked about.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let me = at.me().map(ToString::to_string).unwrap_or_default();
    let agent = if asked.agent.is_empty() { me } else { asked.agent };
    let given = Given { agent, whole_days: true, ..Given::default() };
    page_of(&app, &at, given, Errors::default(), None).await
}

fn preview(app: &App, at: &AtDesk, agent: &AgentKey, away: Away) -> Preview {
    let wall = Wall::new(app.acts().book(), at.live.zone_of(agent));
    let listed = away.absences.iter().take(MOST_SHOWN);
    let told = |absence: &away::Absence| {
        let summary = absence.summary.clone();
        let summary = if summary.is_empty() { "Without a title".to_owned() } else { summary };
        (summary, days(wall, absence.span))
    };
    Preview {
        name: at.live.name_of(agent),
        zone: wall.zone.to_string(),
        absences: listed.map(told).collect(),
        more: away.absences.len().saturating_sub(MOST_SHOWN),
        left_out: away.left_out,
    }
}

/// Shows what is found, or keeps the calendar.
pub(super) async fn give(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let given = Given {
        agent: fields.get("agent").trim().to_owned(),
        address: fields.get("address").trim().to_owned(),
        whole_days: !fields.get("whole_days").is_empty(),
    };
    let agent = given.agent.parse::<AgentKey>().ok().filter(|key| at.live.agent(key).is_some());
    let Some(agent) = agent else {
        return page_of(&app, &at, given, Errors::one("agent", "Choose somebody."), None).await;
    };
    keeps(&at, &agent)?;
    let (address, whole_days) = (given.address.clone(), given.whole_days);
    let entered = Entered { agent: &agent, address: &address, whole_days };
    let found = match look(&app, &at.live, &entered).await {
        Ok(found) => found,
        Err(error) => return page_of(&app, &at, given, Errors::one("address", sentence(error)), None).await,
    };
    if fields.get("as") != "keep" {
        let preview = preview(&app, &at, &agent, found.away);
        return page_of(&app, &at, given, Errors::default(), Some(preview)).await;
    }
    let kept = found.kept(&entered);
    in_time(app.acts().keep_calendar(at.visiting.by(), &at.key, kept)).await?;
    Ok(app.site.to(&at.path("/leave")))
}

/// Forgets one.
pub(super) async fn forget(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let agent: AgentKey = fields.get("agent").parse().map_err(|_| Trouble::NotFound)?;
    keeps(&at, &agent)?;
    in_time(app.acts().forget_calendar(at.visiting.by(), &at.key, &agent)).await?;
    Ok(app.site.to(&at.path("/leave")))
}

/// Has one read soon.
pub(super) async fn read_soon(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let agent: AgentKey = fields.get("agent").parse().map_err(|_| Trouble::NotFound)?;
    keeps(&at, &agent)?;
    in_time(app.acts().hasten_calendar(&at.key, &agent)).await?;
    Ok(app.site.to(&at.path(&format!("/leave/calendar?agent={agent}"))))
}
