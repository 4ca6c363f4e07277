//! `/desks/{desk}/rotas/{rota}/override` and `…/swap`: somebody stands in for whoever the layers say; two of them swap.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserialize;

use super::change::{PartField, as_was, drafted, note_faults, was};
use super::rota::query;
use super::when::{self, Wall};
use super::{AtDesk, Place, encoded};
use crate::clock::Timestamp;
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::people::AgentKey;
use crate::rules::rota::{Rota, WrittenOverride};
use crate::rules::written::Moment;
use crate::rules::zone::Zone;
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The fields of an override.
const OVERRIDE: &[PartField] =
    &[("from", "from"), ("to", "to"), ("agent", "agent"), ("replaces", "replaces")];

/// What a link to the forms brings along.
#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    zone: String,
    /// How much of the rota was shown.
    #[serde(default)]
    view: String,
    #[serde(default)]
    agent: String,
    /// The override that is to be changed, by its index.
    was: Option<usize>,
}

#[derive(Template)]
#[template(path = "override.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    rota: String,
    link: String,
    /// In which zone the times are.
    zone: String,
    /// How much of the rota was shown.
    view: String,
    agents: Vec<(String, String)>,
    was: String,
    from: String,
    to: String,
    agent: String,
    replaces: String,
}

impl Page {
    /// With those texts in it.
    fn of(
        app: &App,
        at: &AtDesk,
        (rota, shown): (&Rota, Wall<'_>),
        errors: Errors,
        text: impl Fn(&str) -> String,
    ) -> Page {
        let agents = at.desk().agents.iter();
        Page {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            rota: rota.name.clone(),
            link: encoded(&rota.name),
            zone: shown.zone.to_string(),
            view: text("view"),
            agents: agents.map(|agent| (agent.key.to_string(), agent.name.clone())).collect(),
            was: text("was"),
            from: text("from"),
            to: text("to"),
            agent: text("agent"),
            replaces: text("replaces"),
        }
    }
}

/// The clock that the form's times are on: one that was asked for, or the rota's.
pub(super) fn clock<'a>(app: &'a App, rota: &Rota, zone: &str) -> Wall<'a> {
    Wall::new(app.acts().book(), zone.parse::<Zone>().unwrap_or(rota.zone))
}

/// The form of an override.
pub(super) async fn ask(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    Query(given): Query<Given>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let shown = clock(&app, rota, &given.zone);
    let own = shown.of(rota.zone);
    let was = match given.was {
        Some(index) => Some(rota.overrides.get(index).ok_or(Trouble::NotFound)?),
        None => None,
    };
    let time = |own_time: NaiveDateTime| match shown.zone == rota.zone {
        true => when::field(own_time),
        false => shown.field(own.instant(own_time)),
    };
    let text = |field: &str| match (field, was) {
        ("view", _) => given.view.clone(),
        ("was", Some(was)) => as_was(&WrittenOverride::from(was.clone())),
        ("from", Some(was)) => time(was.from),
        ("to", Some(was)) => time(was.to),
        ("agent", Some(was)) => was.agent.to_string(),
        ("replaces", Some(was)) => was.replaces.as_ref().map(ToString::to_string).unwrap_or_default(),
        ("from", None) => given.from.clone(),
        ("to", None) => given.to.clone(),
        ("agent", None) => given.agent.clone(),
        _ => String::new(),
    };
    Ok(page(StatusCode::OK, &Page::of(&app, &at, (rota, shown), Errors::default(), text)))
}

/// A time of a form's field on the rota's own clock; one that stands as `was` was shown is that.
fn own_time(shown: Wall<'_>, rota: &Rota, text: &str, was: Option<&Moment>) -> Result<NaiveDateTime, String> {
    let wall = when::read(text).ok_or("Write a day and a time.")?;
    if shown.zone == rota.zone {
        return Ok(wall);
    }
    let own = shown.of(rota.zone);
    // Shown on this clock, it may be a time that comes twice: nobody has touched it.
    let was = was.and_then(|was| was.wall().ok());
    match was.filter(|was| shown.field(own.instant(*was)) == when::field(wall)) {
        Some(was) => Ok(was),
        None => Ok(own.time(shown.instant_on(rota.zone, wall)?)),
    }
}

/// The page of the rota, as it was before the form was opened, and with that day on it.
fn back(at: &AtDesk, rota: &Rota, day: NaiveDate, shown: Wall<'_>, fields: &Fields) -> String {
    at.rota_path(&rota.name, &format!("?{}", query(day, fields.get("view"), shown.zone.name())))
}

fn moment(wall: NaiveDateTime) -> Moment {
    Moment(when::field(wall))
}

/// Puts an override into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let shown = clock(&app, rota, fields.get("zone"));
    let mut errors = Errors::default();
    let was = was::<WrittenOverride>(&fields)?;
    let mut time = |field: &'static str, was: Option<&Moment>| {
        let read = own_time(shown, rota, fields.get(field), was);
        read.map_err(|what| errors.note(field, what)).ok()
    };
    let (from, to) =
        (time("from", was.as_ref().map(|was| &was.from)), time("to", was.as_ref().map(|was| &was.to)));
    let span = from.zip(to);
    if let Some((from, to)) = span {
        let replaces = Some(fields.get("replaces")).filter(|text| !text.is_empty()).map(str::to_owned);
        let now = WrittenOverride {
            from: moment(from),
            to: moment(to),
            agent: fields.get("agent").to_owned(),
            replaces,
        };
        match now.check(&|key| at.desk().agent(key).is_some()) {
            Ok(()) => {
                let change = match was {
                    Some(was) => Change::replace(was, now),
                    None => Change::add(now),
                };
                let edit = Edit::Override { rota: rota.name.clone(), change };
                let day = shown.date(shown.of(rota.zone).instant(from));
                return drafted(&app, &at, &[edit], &back(&at, rota, day, shown, &fields)).await;
            }
            Err(faults) => note_faults(&mut errors, faults, OVERRIDE),
        }
    }
    let form = Page::of(&app, &at, (rota, shown), errors, |field| fields.get(field).to_owned());
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts into the draft that an override goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let was = was::<WrittenOverride>(&fields)?.ok_or(Trouble::NotFound)?;
    let shown = clock(&app, rota, fields.get("zone"));
    let day = when::read(&was.from.0).map(|from| shown.date(shown.of(rota.zone).instant(from)));
    let then = back(&at, rota, day.ok_or(Trouble::NotFound)?, shown, &fields);
    let edit = Edit::Override { rota: rota.name.clone(), change: Change::remove(was) };
    drafted(&app, &at, &[edit], &then).await
}

#[derive(Template)]
#[template(path = "swap.html", config = "src/web/ui/askama.toml")]
struct Swap {
    frame: Frame,
    place: Place,
    errors: Errors,
    rota: String,
    link: String,
    zone: String,
    view: String,
    first_from: String,
    first_to: String,
    second_from: String,
    second_to: String,
}

impl Swap {
    /// With those texts in it.
    fn of(
        app: &App,
        at: &AtDesk,
        (rota, shown): (&Rota, Wall<'_>),
        errors: Errors,
        text: impl Fn(&str) -> String,
    ) -> Swap {
        Swap {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            rota: rota.name.clone(),
            link: encoded(&rota.name),
            zone: shown.zone.to_string(),
            view: text("view"),
            first_from: text("first_from"),
            first_to: text("first_to"),
            second_from: text("second_from"),
            second_to: text("second_to"),
        }
    }
}

/// The form of a swap.
pub(super) async fn ask_swap(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    Query(given): Query<Given>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let shown = clock(&app, rota, &given.zone);
    let text = |field: &str| match field {
        "view" => given.view.clone(),
        "first_from" => given.from.clone(),
        "first_to" => given.to.clone(),
        _ => String::new(),
    };
    Ok(page(StatusCode::OK, &Swap::of(&app, &at, (rota, shown), Errors::default(), text)))
}

/// One side of a swap: when, and who is on call all the while.
struct Side {
    from: Timestamp,
    to: Timestamp,
    agent: AgentKey,
}

impl Side {
    fn read(app: &App, (rota, shown): (&Rota, Wall<'_>), (from, to): (&str, &str)) -> Result<Side, String> {
        let both = when::read(from).zip(when::read(to));
        let (from, to) = both.ok_or("Write a day and a time, in both fields.")?;
        let (from, to) = (shown.instant_on(rota.zone, from)?, shown.instant_on(rota.zone, to)?);
        if to <= from {
            return Err("It ends before it begins.".into());
        }
        let book = app.acts().book();
        let mut agents: Vec<AgentKey> = rota.shifts(book, from, to).map(|shift| shift.agent).collect();
        agents.dedup();
        let one = if rota.gaps(book, from, to).next().is_none() { agents.pop() } else { None };
        match one.filter(|_| agents.is_empty()) {
            Some(agent) => Ok(Side { from, to, agent }),
            None => {
                Err("It is not one agent who is on call all that time. Choose a part of one shift.".into())
            }
        }
    }

    /// That somebody else is on call then.
    fn taken_by(&self, agent: &AgentKey, rota: &Rota, own: Wall<'_>) -> Edit {
        let now = WrittenOverride {
            from: moment(own.time(self.from)),
            to: moment(own.time(self.to)),
            agent: agent.to_string(),
            replaces: Some(self.agent.to_string()),
        };
        Edit::Override { rota: rota.name.clone(), change: Change::add(now) }
    }
}

/// Puts a swap into the draft: each is on call in the other's place.
pub(super) async fn swap(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let shown = clock(&app, rota, fields.get("zone"));
    let mut errors = Errors::default();
    let mut side = |field: &'static str, from: &str, to: &str| {
        let read = Side::read(&app, (rota, shown), (fields.get(from), fields.get(to)));
        read.map_err(|what| errors.note(field, what)).ok()
    };
    let sides =
        side("first_from", "first_from", "first_to").zip(side("second_from", "second_from", "second_to"));
    match sides {
        Some((first, second)) if first.agent == second.agent => {
            errors.note("second_from", "Both are the same agent's. Choose a shift of somebody else.");
        }
        Some((first, second)) if first.from < second.to && second.from < first.to => {
            errors.note("second_from", "The two overlap.");
        }
        Some((first, second)) => {
            let own = shown.of(rota.zone);
            let edits = [first.taken_by(&second.agent, rota, own), second.taken_by(&first.agent, rota, own)];
            let then = back(&at, rota, shown.date(first.from), shown, &fields);
            return drafted(&app, &at, &edits, &then).await;
        }
        None => {}
    }
    let form = Swap::of(&app, &at, (rota, shown), errors, |field| fields.get(field).to_owned());
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}
