//! `/desks/{desk}/draft`: what managers have prepared, and what would come of it: who gains and loses which shifts, where
//! nobody would be on call, who would carry how much. From here it is published or thrown away.

use std::collections::BTreeMap;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::when::Wall;
use super::{AtDesk, Place, encoded, told};
use crate::clock::Timestamp;
use crate::rules::desk::edit::Edit;
use crate::rules::desk::{Desk, Gaps, PolicyGap};
use crate::rules::leave::Conflict;
use crate::rules::people::AgentKey;
use crate::rules::rota::fairness::{Load, Overload, loads, overloads};
use crate::rules::rota::{Rota, Shift, differences};
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// How far before and after is compared: a quarter.
const QUARTER: Duration = Duration::from_secs(91 * 24 * 60 * 60);

/// The most lines of a list; the rest is counted.
const MOST_LINES: usize = 40;

/// Days on end that are still no overload: a week, and the day of its hand-off.
const MOST_DAYS: u16 = 8;

struct Made {
    index: usize,
    told: String,
}

/// What changes in a rota.
struct Compared {
    rota: String,
    link: String,
    lines: Vec<String>,
    more: usize,
}

/// What an agent carries.
struct Carries {
    name: String,
    past: String,
    /// Hours, nights, weekends, holidays: as it is and as it would be.
    parts: Vec<(String, Option<String>)>,
}

/// Something to be seen to before it is published.
struct Concern {
    told: String,
    /// Whether it is the draft that brings it.
    new: bool,
}

#[derive(Template)]
#[template(path = "draft.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    revision: String,
    version: i64,
    began: String,
    made: Vec<Made>,
    compared: Vec<Compared>,
    gaps: Vec<Concern>,
    loads: Vec<String>,
    carries: Vec<Carries>,
    /// Who would be away and on call.
    leaves: Vec<Concern>,
}

fn rota_names<'a>(live: &'a Desk, next: &'a Desk) -> Vec<&'a str> {
    let mut names: Vec<&str> = live.rotas.iter().map(|rota| rota.name.as_str()).collect();
    let new = next.rotas.iter().map(|rota| rota.name.as_str()).filter(|name| live.rota(name).is_none());
    names.extend(new);
    names
}

/// Who gains and loses in the coming quarter.
fn compared(app: &App, live: &Desk, next: &Desk, now: Timestamp) -> Vec<Compared> {
    let book = app.acts().book();
    let compare = |name: &str| {
        let (was, is) = (live.rota(name), next.rota(name));
        let wall = Wall::new(book, is.or(was).map_or(next.zone(), |rota| rota.zone));
        let who = |desk: &Desk, agent: &Option<AgentKey>| {
            agent.as_ref().map_or_else(|| "nobody".to_owned(), |agent| desk.name_of(agent))
        };
        let found = differences(was, is, book, (now, now + QUARTER));
        let line = |one: &crate::rules::rota::Difference| {
            let (was, is) = (who(live, &one.was), who(next, &one.now));
            format!("{}: {is} instead of {was}", wall.span(one.from, one.to))
        };
        Compared {
            rota: name.to_owned(),
            link: encoded(name),
            more: found.len().saturating_sub(MOST_LINES),
            lines: found.iter().take(MOST_LINES).map(line).collect(),
        }
    };
    let names = rota_names(live, next).into_iter().filter(|name| live.rota(name) != next.rota(name));
    names.map(compare).collect()
}

/// Where nobody would be on call, told.
fn gaps(wall: Wall<'_>, was: &Gaps, now: &Gaps) -> Vec<Concern> {
    let overlaps = |one: &PolicyGap| {
        was.policies
            .iter()
            .any(|old| old.is_bare() && old.policy == one.policy && old.from <= one.from && one.to <= old.to)
    };
    let bare = now.policies.iter().filter(|gap| gap.is_bare());
    bare.map(|gap| Concern { told: gap_told(wall, gap), new: !overlaps(gap) }).collect()
}

/// A gap with its reasons.
pub(super) fn gap_told(wall: Wall<'_>, gap: &PolicyGap) -> String {
    let why: Vec<String> = gap.why.iter().map(ToString::to_string).collect();
    format!("{} ({}: {})", wall.span(gap.from, gap.to), gap.policy, why.join("; "))
}

/// Whom the rotas would ask too much of, where they do not already.
fn overloaded(app: &App, live: &Desk, next: &Desk, now: Timestamp) -> Vec<String> {
    let book = app.acts().book();
    let of = |desk: &Desk| {
        let shifts = |rota: &Rota| rota.shifts(book, now, now + QUARTER).collect::<Vec<Shift>>();
        let rotas: Vec<(&str, Vec<Shift>)> =
            desk.rotas.iter().map(|rota| (rota.name.as_str(), shifts(rota))).collect();
        overloads(&rotas, MOST_DAYS, |agent| zone_of(desk, agent), book)
    };
    let before = of(live);
    of(next)
        .iter()
        // What is so already is no news of this draft.
        .filter(|one| !before.contains(one))
        .take(MOST_LINES)
        .map(|one| {
            let (agent, from, to, what) = match one {
                Overload::TooLong { agent, from, to, days } => {
                    (agent, from, to, format!("{days} days on end"))
                }
                Overload::Twice { agent, rotas, from, to } => {
                    (agent, from, to, format!("by {} and {} at once", rotas[0], rotas[1]))
                }
            };
            let wall = Wall::new(book, next.zone());
            format!("{}: {what}, {}", next.name_of(agent), wall.span(*from, *to))
        })
        .collect()
}

pub(super) fn zone_of(desk: &Desk, agent: &AgentKey) -> crate::rules::zone::Zone {
    desk.agent(agent).and_then(|agent| agent.zone).unwrap_or(desk.zone())
}

fn hours(span: Duration) -> String {
    format!("{} h", (span.as_secs() + 1800) / 3600)
}

/// What each agent carried in the past quarter, and would in the coming one.
fn carries(app: &App, live: &Desk, next: &Desk, now: Timestamp, past: Vec<Shift>) -> Vec<Carries> {
    let book = app.acts().book();
    let of = |desk: &Desk| {
        let shifts = desk.rotas.iter().flat_map(|rota| rota.shifts(book, now, now + QUARTER));
        loads(shifts, |agent| zone_of(desk, agent), &desk.hours, book)
    };
    let (before, after) = (of(live), of(next));
    let past = loads(past, |agent| zone_of(next, agent), &next.hours, book);
    let load =
        |loads: &BTreeMap<AgentKey, Load>, agent: &AgentKey| loads.get(agent).copied().unwrap_or_default();
    let row = |agent: &crate::rules::desk::Agent| {
        let (was, is) = (load(&before, &agent.key), load(&after, &agent.key));
        let part = |part: fn(&Load) -> Duration| {
            let (was, is) = (hours(part(&was)), hours(part(&is)));
            let changed = (was != is).then_some(is);
            (was, changed)
        };
        Carries {
            name: agent.name.clone(),
            past: hours(load(&past, &agent.key).total),
            parts: vec![
                part(|load| load.total),
                part(|load| load.nights),
                part(|load| load.weekends),
                part(|load| load.holidays),
            ],
        }
    };
    next.agents.iter().map(row).collect()
}

/// The page, with what went wrong.
pub(super) async fn page_of(app: &App, at: &AtDesk, errors: Errors) -> Result<Response, Trouble> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let drafting = at.drafting.as_ref().ok_or(Trouble::NotFound)?;
    let now = app.acts().clock().now();
    let wall = Wall::new(app.acts().book(), at.live.zone());
    let mut shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        revision: drafting.draft.as_ref().map(|draft| draft.revision.clone()).unwrap_or_default(),
        version: drafting.version,
        began: drafting
            .draft
            .as_ref()
            .map(|draft| format!("{}, {}", draft.began_by, wall.told(draft.began_at)))
            .unwrap_or_default(),
        made: Vec::new(),
        compared: Vec::new(),
        gaps: Vec::new(),
        leaves: Vec::new(),
        loads: Vec::new(),
        carries: Vec::new(),
    };
    let made = |(index, edit): (usize, &Edit)| Made { index, told: edit.summary() };
    shown.made = drafting.edits().iter().enumerate().map(made).collect();
    if let Some(next) = at.drafted() {
        let live = &at.live;
        let past = in_time(app.acts().past_shifts(&at.key, (now - QUARTER, now))).await?;
        let past = past.into_iter().flat_map(|(_, shifts)| shifts).collect();
        let (was, is) = (app.acts().gaps_ahead(live), app.acts().gaps_ahead(next));
        shown.compared = compared(app, live, next, now);
        shown.gaps = gaps(wall, &was, &is);
        shown.loads = overloaded(app, live, next, now);
        let before = super::leave::at_odds(app, at, live).await?;
        let after = super::leave::at_odds(app, at, next).await?;
        let concern =
            |one: &Conflict| Concern { told: super::leave::told(app, next, one), new: !before.contains(one) };
        shown.leaves = after.iter().take(MOST_LINES).map(concern).collect();
        shown.carries = carries(app, live, next, now, past);
    }
    Ok(page(status, &shown))
}

/// The draft.
pub(super) async fn show(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    page_of(&app, &at, Errors::default()).await
}

/// Takes one edit back.
pub(super) async fn take_back(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let index = fields.get("index").parse().map_err(|_| Trouble::NotFound)?;
    let by = at.visiting.by();
    let taken = app.acts().take_back(&by, &at.key, fields.get("revision"), index);
    match in_time(async { Ok(taken.await) }).await? {
        Ok(()) => Ok(app.site.to(&at.path("/draft"))),
        Err(error) => page_of(&app, &at, told(error)?).await,
    }
}

/// Throws the draft away.
pub(super) async fn discard(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let discarded = app.acts().discard(at.visiting.by(), &at.key, fields.get("revision"));
    match in_time(async { Ok(discarded.await) }).await? {
        Ok(()) => Ok(app.site.to(&at.path("/rotas"))),
        Err(error) => page_of(&app, &at, told(error)?).await,
    }
}

/// Brings the draft into force.
pub(super) async fn publish(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let version = fields.get("version").parse().map_err(|_| Trouble::NotFound)?;
    let seen = (fields.get("revision"), version);
    let meant = fields.get("gaps") == "meant";
    let published = app.acts().publish(at.visiting.by(), &at.key, seen, meant);
    match in_time(async { Ok(published.await) }).await? {
        Ok(version) => Ok(app.site.to(&at.path(&format!("/versions/{version}")))),
        Err(error) => page_of(&app, &at, told(error)?).await,
    }
}

#[derive(Template)]
#[template(path = "file.html", config = "src/web/ui/askama.toml")]
struct FilePage {
    frame: Frame,
    place: Place,
    errors: Errors,
    was: String,
    text: String,
}

/// The file, as the draft would have it.
pub(super) async fn ask_file(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let drafting = at.drafting.as_ref().ok_or(Trouble::NotFound)?;
    let text = drafting.result.as_ref().map_or(&*drafting.source, |checked| checked.text()).to_owned();
    let shown = FilePage {
        frame: at.frame(),
        place: at.place(&app.site),
        errors: Errors::default(),
        was: text.clone(),
        text,
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Puts into the draft what somebody made of the file.
pub(super) async fn put_file(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    // Browsers send line ends as they like.
    let text = |field: &str| fields.get(field).replace("\r\n", "\n");
    let (was, now) = (text("was"), text("text"));
    if was == now {
        return Ok(app.site.to(&at.path("/rotas")));
    }
    let by = at.visiting.by();
    let edits = [Edit::File { was: was.clone(), now: now.clone() }];
    let put = app.acts().draft(&by, &at.key, &edits);
    match in_time(async { Ok(put.await) }).await? {
        Ok(()) => Ok(app.site.to(&at.path("/draft"))),
        Err(error) => {
            let shown = FilePage {
                frame: at.frame(),
                place: at.place(&app.site),
                errors: told(error)?,
                was,
                text: now,
            };
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
    }
}
