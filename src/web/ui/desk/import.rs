//! `/desks/{desk}/rotas/{rota}/import`: a calendar that was kept elsewhere is pasted, looked at as the shifts that were
//! understood, and put into the draft: as a layer where people take turns, else as overrides.

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::change::drafted;
use super::when::Wall;
use super::{AtDesk, Place, encoded};
use crate::calendar::import::{Import, LARGEST, LeftOut, Proposed, read};
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::rota::{Layer, Override, Rota};
use crate::web::App;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// A calendar as a form sends it: each sign may become three.
pub(super) const LARGEST_FORM: usize = 3 * LARGEST + 1024;

/// From now on, so far ahead.
const AHEAD: Duration = Duration::from_secs(26 * 7 * 24 * 60 * 60);

/// The most shifts that are listed.
const MOST_SHOWN: usize = 60;

/// The most overrides that are put into a draft at once.
const MOST_OVERRIDES: usize = 200;

#[derive(Template)]
#[template(path = "import.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    rota: String,
    link: String,
    zone: String,
    text: String,
    preview: Option<Preview>,
}

/// What was understood.
struct Preview {
    shifts: Vec<(String, String)>,
    more: usize,
    left_out: Vec<LeftOut>,
    /// The turns that were recognised, in words.
    turns: Option<String>,
    overrides: usize,
}

/// What could be put into the draft.
struct Found {
    import: Import,
    layer: Option<Layer>,
    overrides: Vec<Override>,
}

fn found(app: &App, at: &AtDesk, rota: &Rota, text: &str) -> Result<Found, String> {
    let book = app.acts().book();
    let now = app.acts().clock().now();
    let import =
        read(text, (now, now + AHEAD), at.desk(), rota.zone, book).map_err(|error| error.to_string())?;
    let (layer, overrides) = (import.layer(rota.zone, book), import.overrides(rota.zone, book));
    Ok(Found { import, layer, overrides })
}

fn preview(app: &App, at: &AtDesk, rota: &Rota, found: &Found) -> Preview {
    let wall = Wall::new(app.acts().book(), rota.zone);
    let shift = |shift: &Proposed| (at.name_of(&shift.agent), wall.span(shift.from, shift.to));
    Preview {
        shifts: found.import.shifts.iter().take(MOST_SHOWN).map(shift).collect(),
        more: found.import.shifts.len().saturating_sub(MOST_SHOWN),
        left_out: found.import.left_out.clone(),
        turns: found.layer.as_ref().map(|layer| {
            let names: Vec<String> = layer.agents.iter().map(|agent| at.name_of(agent)).collect();
            let time = layer.hand_off.time.format("%H:%M");
            format!("{}, every {} at {time}, from {}", names.join(", "), layer.every, layer.starts)
        }),
        overrides: found.overrides.len(),
    }
}

fn form(
    app: &App,
    at: &AtDesk,
    rota: &Rota,
    text: String,
    errors: Errors,
    found: Option<&Found>,
) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        rota: rota.name.clone(),
        link: encoded(&rota.name),
        zone: rota.zone.to_string(),
        preview: found.map(|found| preview(app, at, rota, found)),
        text,
    };
    page(status, &shown)
}

/// The form.
pub(super) async fn ask(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    Ok(form(&app, &at, rota, String::new(), Errors::default(), None))
}

/// Shows what was understood, or puts it into the draft.
pub(super) async fn take(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let text = fields.get("text").to_owned();
    let found = match found(&app, &at, rota, &text) {
        Ok(found) => found,
        Err(error) => return Ok(form(&app, &at, rota, text, Errors::one("text", error), None)),
    };
    let name = || rota.name.clone();
    let edits: Vec<Edit> = match (fields.get("as"), &found.layer) {
        ("layer", Some(layer)) => {
            let change = Change::add(layer.clone().into());
            vec![Edit::Layer { rota: name(), above: None, change }]
        }
        ("overrides", _) if found.overrides.len() > MOST_OVERRIDES => {
            let what = format!("These are more than {MOST_OVERRIDES} overrides: export a shorter time.");
            return Ok(form(&app, &at, rota, text, Errors::one("text", what), Some(&found)));
        }
        ("overrides", _) if !found.overrides.is_empty() => {
            let edit =
                |made: &Override| Edit::Override { rota: name(), change: Change::add(made.clone().into()) };
            found.overrides.iter().map(edit).collect()
        }
        _ => return Ok(form(&app, &at, rota, text, Errors::default(), Some(&found))),
    };
    drafted(&app, &at, &edits, &at.rota_path(&rota.name, "")).await
}
