//! `/desks/{desk}/rotas/{rota}/import`: a calendar that was kept elsewhere is given as a file, by its address, or pasted;
//! looked at as the shifts that were understood; and put into the draft: as a layer where people take turns, else as
//! overrides. What was looked at is what is put there: the address is not asked again, nor kept.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::change::drafted;
use super::when::Wall;
use super::{AtDesk, Place, encoded};
use crate::calendar::import::{LARGEST, LeftOut, Proposed};
use crate::rules::rota::Rota;
use crate::web::App;
use crate::web::elsewhere::{read_at, sentence};
use crate::web::import::{Found, Shape, found};
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// A calendar as a form sends it: a file, and of one that was looked at before what mattered.
pub(super) const LARGEST_FORM: usize = LARGEST + LARGEST / 2;

/// The most shifts that are listed.
const MOST_SHOWN: usize = 60;

#[derive(Template)]
#[template(path = "import.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    rota: String,
    link: String,
    zone: String,
    address: String,
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

/// What was given: where a form says it, and the text.
struct Given {
    field: &'static str,
    text: String,
}

/// What a form gives: a file before an address, an address before a text; what was looked at before if it is to be put
/// into the draft.
async fn given(app: &App, fields: &Fields) -> Result<Given, Errors> {
    let (file, address, text) = (fields.get("file"), fields.get("address").trim(), fields.get("text"));
    if !fields.get("as").is_empty() {
        return Ok(Given { field: "text", text: text.to_owned() });
    }
    if !file.is_empty() {
        return Ok(Given { field: "file", text: file.to_owned() });
    }
    if !address.is_empty() {
        let read = read_at(app, address).await;
        let read = read.map_err(|error| Errors::one("address", sentence(error)))?;
        return Ok(Given { field: "address", text: read.text });
    }
    match text.trim().is_empty() {
        true => Err(Errors::one("text", "Choose a file, enter an address, or paste a text.")),
        false => Ok(Given { field: "text", text: text.to_owned() }),
    }
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
    (address, text): (String, String),
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
        address,
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
    Ok(form(&app, &at, rota, Default::default(), Errors::default(), None))
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
    let looked = match given(&app, &fields).await {
        Ok(given) => found(&app, at.desk(), rota, given.text)
            .await
            .map(|found| (given.field, found))
            .map_err(|error| Errors::one(given.field, sentence(error))),
        Err(errors) => Err(errors),
    };
    let (field, found) = match looked {
        Ok(looked) => looked,
        Err(errors) => {
            let given = (fields.get("address").to_owned(), fields.get("text").to_owned());
            return Ok(form(&app, &at, rota, given, errors, None));
        }
    };
    // A text stays as it was pasted.
    let text = if field == "text" { fields.get("text").to_owned() } else { found.import.text.clone() };
    let given = (String::new(), text);
    let shape = match fields.get("as") {
        "layer" => Some(Shape::Layer),
        "overrides" => Some(Shape::Overrides),
        _ => None,
    };
    let edits = match shape.map_or(Ok(Vec::new()), |shape| found.edits(&rota.name, shape)) {
        Ok(edits) if edits.is_empty() => {
            return Ok(form(&app, &at, rota, given, Errors::default(), Some(&found)));
        }
        Ok(edits) => edits,
        Err(error) => {
            let errors = Errors::one("text", sentence(error));
            return Ok(form(&app, &at, rota, given, errors, Some(&found)));
        }
    };
    drafted(&app, &at, &edits, &at.rota_path(&rota.name, "")).await
}
