//! `/desks/{desk}/rotas`: who is on call by each rota, and where nobody is; making a rota, and doing away with one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::change::{LayerForm, PartField, Section, drafted_or_told};
use super::on_call::OnCall;
use super::when::Wall;
use super::{AtDesk, Place, encoded};
use crate::rules::desk::PolicyGap;
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::rota::{Rota, WrittenRota};
use crate::web::App;
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The fields of its parts in the file, but for its layer, which is read before.
const FIELDS: &[PartField] = &[("name", "name"), ("zone", "zone")];

/// The most gaps that are listed.
const MOST_GAPS: usize = 60;

/// A stretch in which an emergency would not find whom it should.
struct Gap {
    told: String,
    /// Whether no step finds anybody.
    bare: bool,
    /// The rest of the address of the form that fills it.
    fill: Option<String>,
}

/// A rota on the list.
struct Card {
    name: String,
    link: String,
    zone: String,
    on_call: OnCall,
}

#[derive(Template)]
#[template(path = "rotas.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    cards: Vec<Card>,
    gaps: Vec<Gap>,
    more_gaps: usize,
    /// How often the desk is closed in that time.
    closed: usize,
}

fn card(app: &App, at: &AtDesk, rota: &Rota) -> Card {
    let wall = Wall::new(app.acts().book(), rota.zone);
    Card {
        name: rota.name.clone(),
        link: encoded(&rota.name),
        zone: rota.zone.to_string(),
        on_call: OnCall::of(app, at, &rota.name, wall),
    }
}

/// All rotas of a desk.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let wall = Wall::new(app.acts().book(), at.desk().zone());
    let gaps = app.acts().gaps_ahead(at.desk()).await?;
    let told = |gap: &PolicyGap| Gap {
        told: super::draft::gap_told(wall, gap),
        bare: gap.is_bare(),
        fill: gap.why.iter().find_map(|lack| lack.rota.as_deref()).map(|rota| {
            let pairs =
                [("from", &*wall.field(gap.from)), ("to", &*wall.field(gap.to)), ("zone", wall.zone.name())];
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            format!("/rotas/{}/override?{query}", encoded(rota))
        }),
    };
    let list = List {
        frame: at.frame(),
        place: at.place(&app.site),
        cards: at.desk().rotas.iter().map(|rota| card(&app, &at, rota)).collect(),
        gaps: gaps.policies.iter().take(MOST_GAPS).map(told).collect(),
        more_gaps: gaps.policies.len().saturating_sub(MOST_GAPS),
        closed: gaps.closed.len(),
    };
    Ok(page(StatusCode::OK, &list))
}

#[derive(Template)]
#[template(path = "rota_new.html", config = "src/web/ui/askama.toml")]
struct New {
    frame: Frame,
    place: Place,
    errors: Errors,
    name: String,
    zone: String,
    layer: LayerForm,
}

fn form(app: &App, at: &AtDesk, errors: Errors, fields: Option<&Fields>) -> New {
    let today = Wall::new(app.acts().book(), at.desk().zone()).date(app.acts().clock().now());
    let text = |name: &str, or: &str| fields.map_or(or, |fields| fields.get(name)).to_owned();
    New {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        name: text("name", ""),
        zone: text("zone", at.desk().zone().name()),
        layer: fields.map_or_else(
            || LayerForm::empty(at.desk(), today),
            |fields| LayerForm::of_fields(at.desk(), fields),
        ),
    }
}

/// The form of a new rota.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    Ok(page(StatusCode::OK, &form(&app, &at, Errors::default(), None)))
}

/// Puts a new rota into the draft.
pub(super) async fn make(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let mut errors = Errors::default();
    let name = fields.get("name").trim();
    if name.is_empty() {
        errors.note("name", "Give it a name, like primary.");
    }
    if let Err(misread) = fields.get("zone").parse::<crate::rules::zone::Zone>() {
        errors.note("zone", misread);
    }
    let layer = LayerForm::read(at.desk(), &fields, &mut errors);
    if let Some(layer) = layer.filter(|_| errors.is_empty()) {
        let zone = Some(fields.get("zone").to_owned()).filter(|zone| *zone != at.desk().zone().name());
        let rota = WrittenRota { name: name.to_owned(), zone, layer: vec![layer], r#override: Vec::new() };
        let edit = Edit::Rota(Change::add(rota));
        let section = Section { array: &["rota"], key: "name", name, fields: FIELDS };
        match drafted_or_told(&app, &at, &[edit], &at.rota_path(name, ""), section).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form(&app, &at, errors, Some(&fields))))
}

/// Puts into the draft that a rota goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let written = WrittenRota::from(at.rota(&rota)?.clone());
    let edit = Edit::Rota(Change::remove(written));
    super::change::drafted(&app, &at, &[edit], &at.path("/rotas")).await
}
