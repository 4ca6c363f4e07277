//! `/desks/{desk}/leave`: when agents are away, where that is at odds with the rotas, and who could be on call instead,
//! each one click from being asked. An agent keeps his own leave, a manager everybody's; why somebody is away is for the
//! two of them alone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Days, NaiveDate};

use super::leave_calendar::{Kept, kept};
use super::versions::not_counted;
use super::when::Wall;
use super::{AtDesk, Place, encoded};
use crate::act::{Absences, LeaveError};
use crate::rules::access::Right;
use crate::rules::cover::Span;
use crate::rules::desk::Desk;
use crate::rules::leave::{Conflict, Leave, LeaveId, Origin};
use crate::rules::people::AgentKey;
use crate::web::App;
use crate::web::hold::{in_time, tried};
use crate::web::odds::{self, Proposals};
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The most conflicts that are listed; the rest is counted.
const MOST_LISTED: usize = 40;

/// The most who are proposed.
const MOST_PROPOSED: usize = 5;

struct Away {
    id: String,
    name: String,
    when: String,
    note: Option<String>,
    from_calendar: bool,
    /// Whether whoever looks may take it away.
    own: bool,
}

/// A time at which somebody is away and on call.
struct AtOdds {
    told: String,
    when: String,
    /// Who could be on call instead: the name, and the form that asks him or puts him in.
    could: Vec<(String, String)>,
    /// Whether whoever looks may do something about it.
    offered: bool,
}

#[derive(Template)]
#[template(path = "leave.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    /// Of whom he may write: everybody, himself, nobody.
    agents: Vec<(String, String)>,
    agent: String,
    from: String,
    to: String,
    note: String,
    away: Vec<Away>,
    /// Whether there are more of them.
    more_away: bool,
    /// The calendars from which some of it comes, as far as they are his.
    calendars: Vec<Kept>,
    at_odds: Vec<AtOdds>,
    more: usize,
    /// What of the past does not count for who carries the least.
    unread: Vec<String>,
}

/// What the forms hold.
#[derive(Default)]
struct Given {
    agent: String,
    from: String,
    to: String,
    note: String,
}

/// The days of an absence, on the agent's own wall clock; its end is the last of them. Of a part of a day, as calendars
/// have it, the times.
pub(super) fn days(wall: Wall<'_>, span: Span) -> String {
    let is_whole = |at| wall.day(wall.date(at)) == at;
    if !is_whole(span.from) || !is_whole(span.to) {
        return wall.span(span.from, span.to);
    }
    let last = wall.date(crate::clock::Timestamp(span.to.0 - 1));
    let day = |date: NaiveDate| date.format("%a %-d %b %Y").to_string();
    match wall.date(span.from) {
        first if first == last => day(first),
        first => format!("{} – {}", day(first), day(last)),
    }
}

/// Where agents are away and on call by a desk as it is or would be, in the coming half year.
pub(super) async fn at_odds(app: &App, at: &AtDesk, desk: &Desk) -> Result<Vec<Conflict>, Trouble> {
    let leaves = in_time(app.acts().leaves(&at.key)).await?.coming;
    Ok(odds::at_odds(app, desk, &leaves))
}

/// One of them in a line.
pub(super) fn told(app: &App, desk: &Desk, conflict: &Conflict) -> String {
    let zone = desk.rota(&conflict.rota).map_or(desk.zone(), |rota| rota.zone);
    let when = Wall::new(app.acts().book(), zone).span(conflict.from, conflict.to);
    format!("{} is on leave and on call by {}, {when}", desk.name_of(&conflict.agent), conflict.rota)
}

async fn page_of(app: &App, at: &AtDesk, given: Given, errors: Errors) -> Result<Response, Trouble> {
    let desk = at.desk();
    let manages = at.drafting.is_some();
    let me = at.me();
    let Absences { coming: leaves, more: more_away } = in_time(app.acts().leaves(&at.key)).await?;
    let book = app.acts().book();
    let found = odds::at_odds(app, desk, &leaves);
    let Proposals { could: proposed, unread } = odds::proposals(app, desk, &leaves, &found).await?;
    let told = |(conflict, could): (&Conflict, Vec<&crate::rules::desk::Agent>)| {
        let zone = desk.rota(&conflict.rota).map_or(desk.zone(), |rota| rota.zone);
        let wall = Wall::new(book, zone);
        let own = me == Some(&conflict.agent);
        let form = if manages { "override" } else { "cover" };
        let link = |agent: &crate::rules::desk::Agent| {
            let (from, to) = (wall.field(conflict.from), wall.field(conflict.to));
            let who = if manages { "agent" } else { "ask" };
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs([("from", &*from), ("to", &*to), ("zone", zone.name())]);
            let query = query.append_pair(who, agent.key.as_str()).finish();
            let link = format!("/rotas/{}/{form}?{query}", encoded(&conflict.rota));
            (agent.name.clone(), link)
        };
        AtOdds {
            told: format!("{} is on leave, and on call by {}", desk.name_of(&conflict.agent), conflict.rota),
            when: wall.span(conflict.from, conflict.to),
            could: could.into_iter().take(MOST_PROPOSED).map(link).collect(),
            offered: manages || own,
        }
    };
    let calendars = in_time(app.acts().leave_calendars(&at.key)).await?;
    let calendars = calendars.iter().filter(|calendar| manages || me == Some(&calendar.agent));
    let away = |leave: &Leave| {
        let own = manages || me == Some(&leave.agent);
        let from_calendar = leave.origin == Origin::Calendar;
        Away {
            id: leave.id.as_str().to_owned(),
            name: desk.name_of(&leave.agent),
            when: days(Wall::new(book, desk.zone_of(&leave.agent)), leave.span),
            note: Some(leave.note.clone()).filter(|note| own && !note.is_empty()),
            own: own && !from_calendar,
            from_calendar,
        }
    };
    let writes = desk.agents.iter().filter(|agent| manages || me == Some(&agent.key));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        agents: writes.map(|agent| (agent.key.to_string(), agent.name.clone())).collect(),
        agent: given.agent,
        from: given.from,
        to: given.to,
        note: given.note,
        away: leaves.iter().map(away).collect(),
        more_away,
        calendars: calendars.map(|calendar| kept(app, at, calendar)).collect(),
        unread: unread.iter().map(|one| not_counted(Wall::new(book, desk.zone()), one)).collect(),
        more: found.len().saturating_sub(MOST_LISTED),
        at_odds: found.iter().zip(proposed).take(MOST_LISTED).map(told).collect(),
    };
    Ok(page(status, &shown))
}

/// Everybody's leave.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let agent = at.me().map(ToString::to_string).unwrap_or_default();
    page_of(&app, &at, Given { agent, ..Given::default() }, Errors::default()).await
}

/// Whether somebody may write an agent's leave, or take it away.
pub(super) fn keeps(at: &AtDesk, agent: &AgentKey) -> Result<(), Trouble> {
    match at.drafting.is_some() || at.me() == Some(agent) {
        true => Ok(()),
        false => Err(Trouble::lacks(Right::Manage)),
    }
}

/// Writes some down.
pub(super) async fn add(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let text = |name: &str| fields.get(name).trim().to_owned();
    let given = Given { agent: text("agent"), from: text("from"), to: text("to"), note: text("note") };
    let mut errors = Errors::default();
    let agent = given.agent.parse::<AgentKey>().ok().filter(|key| at.live.agent(key).is_some());
    match &agent {
        Some(agent) => keeps(&at, agent)?,
        None => errors.note("agent", "Choose somebody."),
    }
    let mut date = |field: &'static str, text: &str| {
        let known = |date: &NaiveDate| (1970..2200).contains(&chrono::Datelike::year(date));
        let date = text.parse::<NaiveDate>().ok().filter(known);
        if date.is_none() {
            errors.note(field, "Write a day.");
        }
        date
    };
    let first = date("from", &given.from);
    let last = date("to", &given.to);
    if let (Some(agent), Some(first), Some(last)) = (agent, first, last) {
        let wall = Wall::new(app.acts().book(), at.live.zone_of(&agent));
        let span = Span { from: wall.day(first), to: wall.day(last + Days::new(1)) };
        let added = app.acts().add_leave(at.visiting.by(), &at.key, (agent, span, given.note.clone()));
        match tried(added).await? {
            Ok(()) => return Ok(app.site.to(&at.path("/leave"))),
            Err(LeaveError::Act(error)) => return Err(error.into()),
            Err(error @ LeaveError::LongNote) => errors.note("note", error),
            Err(error) => errors.note("to", error),
        }
    }
    page_of(&app, &at, given, errors).await
}

/// Takes one away.
pub(super) async fn remove(
    State(app): State<App>,
    Path((desk, id)): Path<(String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let id = LeaveId::from_text(id);
    let leaves = in_time(app.acts().leaves(&at.key)).await?.coming;
    // Two taps take it away once.
    if let Some(leave) = leaves.iter().find(|leave| leave.id == id) {
        keeps(&at, &leave.agent)?;
        in_time(app.acts().remove_leave(at.visiting.by(), &at.key, &id)).await?;
    }
    Ok(app.site.to(&at.path("/leave")))
}
