//! `/desks/{desk}/draft`: what managers have prepared, and what would come of it: who gains and loses which shifts, where
//! nobody would be on call, who would carry how much. From here it is published or thrown away.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::versions::not_counted;
use super::when::Wall;
use super::{AtDesk, Place, encoded, told};
use crate::rules::desk::edit::Edit;
use crate::rules::desk::{Desk, PolicyGap};
use crate::rules::leave::Conflict;
use crate::rules::people::AgentKey;
use crate::rules::rota::Difference;
use crate::rules::rota::fairness::{Load, Overload};
use crate::web::App;
use crate::web::hold::tried;
use crate::web::preview::{self, Preview, Share};
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The most lines of a list; the rest is counted.
const MOST_LINES: usize = 40;

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
    /// Whether the draft brings any, and the tick is asked for.
    new_gaps: bool,
    loads: Vec<String>,
    carries: Vec<Carries>,
    /// What of the past is not counted there.
    not_counted: Vec<String>,
    /// Who would be away and on call.
    leaves: Vec<Concern>,
}

/// Who gains and loses in a rota.
fn compared(app: &App, live: &Desk, next: &Desk, found: &preview::Compared) -> Compared {
    let wall = Wall::new(app.acts().book(), found.zone);
    let who = |desk: &Desk, agent: &Option<AgentKey>| {
        agent.as_ref().map_or_else(|| "nobody".to_owned(), |agent| desk.name_of(agent))
    };
    let line = |one: &Difference| {
        let (was, is) = (who(live, &one.was), who(next, &one.now));
        format!("{}: {is} instead of {was}", wall.span(one.from, one.to))
    };
    Compared {
        rota: found.rota.clone(),
        link: encoded(&found.rota),
        more: found.differences.len().saturating_sub(MOST_LINES),
        lines: found.differences.iter().take(MOST_LINES).map(line).collect(),
    }
}

/// A gap with its reasons.
pub(super) fn gap_told(wall: Wall<'_>, gap: &PolicyGap) -> String {
    let why: Vec<String> = gap.why.iter().map(ToString::to_string).collect();
    format!("{} ({}: {})", wall.span(gap.from, gap.to), gap.policy, why.join("; "))
}

/// An overload in a line.
fn overloaded(app: &App, next: &Desk, one: &Overload) -> String {
    let (agent, from, to, what) = match one {
        Overload::TooLong { agent, from, to, days } => (agent, from, to, format!("{days} days on end")),
        Overload::Twice { agent, rotas, from, to } => {
            (agent, from, to, format!("by {} and {} at once", rotas[0], rotas[1]))
        }
    };
    let wall = Wall::new(app.acts().book(), next.zone());
    format!("{}: {what}, {}", next.name_of(agent), wall.span(*from, *to))
}

fn hours(span: Duration) -> String {
    format!("{} h", (span.as_secs() + 1800) / 3600)
}

/// What an agent carried in the past quarter, and would in the coming one.
fn carries(next: &Desk, share: &Share) -> Carries {
    let part = |part: fn(&Load) -> Duration| {
        let (was, is) = (hours(part(&share.was)), hours(part(&share.now)));
        let changed = (was != is).then_some(is);
        (was, changed)
    };
    Carries {
        name: next.name_of(&share.agent),
        past: hours(share.past.total),
        parts: vec![
            part(|load| load.total),
            part(|load| load.nights),
            part(|load| load.weekends),
            part(|load| load.holidays),
        ],
    }
}

/// The page, with what went wrong.
pub(super) async fn page_of(app: &App, at: &AtDesk, errors: Errors) -> Result<Response, Trouble> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let drafting = at.drafting.as_ref().ok_or(Trouble::NotFound)?;
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
        new_gaps: false,
        leaves: Vec::new(),
        loads: Vec::new(),
        carries: Vec::new(),
        not_counted: Vec::new(),
    };
    let made = |(index, edit): (usize, &Edit)| Made { index, told: edit.summary() };
    shown.made = drafting.edits().iter().enumerate().map(made).collect();
    if let Some(next) = at.drafted() {
        let live = &at.live;
        let found = Preview::of(app, live, next).await?;
        shown.compared = found.rotas.iter().map(|one| compared(app, live, next, one)).collect();
        let gap = |(gap, new): &(PolicyGap, bool)| Concern { told: gap_told(wall, gap), new: *new };
        shown.gaps = found.gaps.iter().map(gap).collect();
        shown.new_gaps = found.gaps.iter().any(|(_, new)| *new);
        shown.loads = found.overloads.iter().take(MOST_LINES).map(|one| overloaded(app, next, one)).collect();
        let concern =
            |(one, new): &(Conflict, bool)| Concern { told: super::leave::told(app, next, one), new: *new };
        shown.leaves = found.leave.iter().take(MOST_LINES).map(concern).collect();
        shown.not_counted = found.unread.iter().map(|one| not_counted(wall, one)).collect();
        shown.carries = found.shares.iter().map(|share| carries(next, share)).collect();
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
    match tried(app.acts().take_back(&by, &at.key, fields.get("revision"), index)).await? {
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
    match tried(app.acts().discard(at.visiting.by(), &at.key, fields.get("revision"))).await? {
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
    match tried(app.acts().publish(at.visiting.by(), &at.key, seen, meant)).await? {
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
    match tried(app.acts().draft(&by, &at.key, &edits)).await? {
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
