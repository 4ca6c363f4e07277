//! `/desks/{desk}/rotas/{rota}/layer`: a layer of a rota, made, changed from a day on, or taken away.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;

use super::change::{LayerForm, as_was, drafted, was};
use super::when::Wall;
use super::{AtDesk, Place, encoded};
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::rota::{Rota, WrittenLayer};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// Which layer is meant.
#[derive(Deserialize)]
pub(super) struct Which {
    /// By its index, from the lowest; none is a new one.
    layer: Option<usize>,
}

#[derive(Template)]
#[template(path = "layer.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    rota: String,
    link: String,
    /// The layer as it is, as JSON; empty for a new one.
    was: String,
    /// From which day on the change counts.
    from: String,
    layer: LayerForm,
}

impl Page {
    /// For a new layer; another says what was there as well, and from which day on it changes.
    fn of(app: &App, at: &AtDesk, rota: &str, errors: Errors, layer: LayerForm) -> Page {
        Page {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            rota: rota.to_owned(),
            link: encoded(rota),
            was: String::new(),
            from: String::new(),
            layer,
        }
    }
}

fn layers(rota: &Rota) -> Vec<WrittenLayer> {
    rota.layers.iter().cloned().map(WrittenLayer::from).collect()
}

/// The form of a layer.
pub(super) async fn ask(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let today = Wall::new(app.acts().book(), rota.zone).date(app.acts().clock().now());
    let was = match which.layer {
        Some(index) => Some(layers(rota).into_iter().nth(index).ok_or(Trouble::NotFound)?),
        None => None,
    };
    let empty = |layer| Page::of(&app, &at, &rota.name, Errors::default(), layer);
    let form = match was {
        Some(was) => {
            Page { was: as_was(&was), from: today.to_string(), ..empty(LayerForm::of_layer(at.desk(), &was)) }
        }
        None => empty(LayerForm::empty(at.desk(), today)),
    };
    Ok(page(StatusCode::OK, &form))
}

/// Puts a layer into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let name = at.rota(&rota)?.name.clone();
    let mut errors = Errors::default();
    let was = was::<WrittenLayer>(&fields)?;
    let from = match fields.get("from") {
        "" => None,
        text => {
            text.parse::<NaiveDate>().map_err(|_| errors.note("from", "Write a day like 2026-11-30.")).ok()
        }
    };
    let layer = LayerForm::read(at.desk(), &fields, &mut errors);
    if let Some(layer) = layer.filter(|_| errors.is_empty()) {
        let edits = edits(&name, was, layer, from);
        return drafted(&app, &at, &edits, &at.rota_path(&name, "")).await;
    }
    let form = Page {
        was: fields.get("was").to_owned(),
        from: fields.get("from").to_owned(),
        ..Page::of(&app, &at, &name, errors, LayerForm::of_fields(at.desk(), &fields))
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// A change that counts from a day on ends the layer as it was and begins another directly above it, so that what was
/// before that day stays as it was.
fn edits(rota: &str, was: Option<WrittenLayer>, now: WrittenLayer, from: Option<NaiveDate>) -> Vec<Edit> {
    let edit = |above: Option<WrittenLayer>, change: Change<WrittenLayer>| Edit::Layer {
        rota: rota.to_owned(),
        above,
        change,
    };
    let Some(was) = was else { return vec![edit(None, Change::add(now))] };
    let started = was.starts.0.parse::<NaiveDate>().ok();
    match from {
        _ if was.plain() == now.plain() => Vec::new(),
        Some(from) if started.is_some_and(|started| started < from) => {
            let (ended, next) = was.becomes(&now, from);
            // What was over before that day is over still.
            let mut below = ended.clone().unwrap_or_else(|| was.clone());
            let mut edits: Vec<Edit> =
                ended.into_iter().map(|ended| edit(None, Change::replace(was.clone(), ended))).collect();
            for layer in next {
                edits.push(edit(Some(below), Change::add(layer.clone())));
                below = layer;
            }
            edits
        }
        _ => vec![edit(None, Change::replace(was, now))],
    }
}

/// Puts into the draft that a layer goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let name = at.rota(&rota)?.name.clone();
    let was = was::<WrittenLayer>(&fields)?.ok_or(Trouble::NotFound)?;
    let edit = Edit::Layer { rota: name.clone(), above: None, change: Change::remove(was) };
    drafted(&app, &at, &[edit], &at.rota_path(&name, "")).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::written::Moment;

    fn layer(starts: &str, agents: &[&str]) -> WrittenLayer {
        WrittenLayer {
            agents: agents.iter().map(|&agent| agent.to_owned()).collect(),
            every: "week".into(),
            starts: Moment(starts.into()),
            hand_off: "Mon 09:00".into(),
            only: None,
            ends: None,
        }
    }

    #[test]
    fn a_change_from_a_day_on_leaves_what_was_before_it() {
        let (was, now) = (layer("2026-01-05", &["ada", "ben"]), layer("2026-01-05", &["ben"]));
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let made = edits("primary", Some(was.clone()), now.clone(), day("2026-11-30"));
        let summaries: Vec<String> = made.iter().map(Edit::summary).collect();
        assert_eq!(summaries.len(), 2);
        assert!(summaries[0].ends_with("from 2026-01-05 until 2026-11-30)"), "{summaries:?}");
        assert!(
            summaries[1].contains("of ben (every week, hand-off Mon 09:00, from 2026-11-30) is new"),
            "{summaries:?}"
        );
        let over = WrittenLayer { ends: Some(Moment("2026-06-01".into())), ..was.clone() };
        let made = edits("primary", Some(over.clone()), now.clone(), day("2026-11-30"));
        let after = Edit::Layer {
            rota: "primary".into(),
            above: Some(over),
            change: Change::add(WrittenLayer { starts: Moment("2026-11-30".into()), ..now.clone() }),
        };
        assert_eq!(made, [after], "a layer that is over is not drawn out");
        assert!(edits("primary", Some(was.clone()), was.clone(), day("2026-11-30")).is_empty());
        for from in ["2026-01-05", "2025-01-01", ""] {
            assert_eq!(edits("primary", Some(was.clone()), now.clone(), day(from)).len(), 1, "{from}");
        }
        assert!(edits("primary", Some(was.clone()), was.clone(), None).is_empty());
        assert_eq!(edits("primary", None, now, day("2026-11-30")).len(), 1);
    }
}
