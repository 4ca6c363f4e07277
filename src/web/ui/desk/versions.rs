//! `/desks/{desk}/versions`: everything that was in force, who brought it about, and the way back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::when::Wall;
use super::{AtDesk, Place, told};
use crate::act::Unread;
use crate::web::App;
use crate::web::hold::{in_time, tried};
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<i64>,
}

/// That it is not known who was on call by a version, in words.
pub(super) fn not_counted(wall: Wall<'_>, unread: &Unread) -> String {
    let when = wall.span(unread.from, unread.to);
    format!(
        "Version {} of the desk can no longer be read: who was on call by it, {when}, is not counted.",
        unread.version
    )
}

struct Row {
    version: i64,
    at: String,
    by: Option<String>,
    changes: Vec<String>,
    in_force: bool,
}

#[derive(Template)]
#[template(path = "versions.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    rows: Vec<Row>,
    older: Option<i64>,
}

fn row(version: crate::act::Version, wall: Wall<'_>, in_force: i64) -> Row {
    Row {
        version: version.version,
        at: format!("{}, {}", wall.told(version.applied_at), wall.date(version.applied_at).format("%Y")),
        by: version.applied_by,
        changes: version
            .changes
            .map(|changes| changes.lines().map(str::to_owned).collect())
            .unwrap_or_default(),
        in_force: version.version == in_force,
    }
}

/// The versions, the newest first.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let in_force = at.drafting.as_ref().map_or(0, |drafting| drafting.version);
    let wall = Wall::new(app.acts().book(), at.live.zone());
    let versions = in_time(app.acts().versions(&at.key, asked.before)).await?;
    let older = versions.last().map(|last| last.version).filter(|oldest| *oldest > 1);
    let list = List {
        frame: at.frame(),
        place: at.place(&app.site),
        rows: versions.into_iter().map(|version| row(version, wall, in_force)).collect(),
        older,
    };
    Ok(page(StatusCode::OK, &list))
}

#[derive(Template)]
#[template(path = "version.html", config = "src/web/ui/askama.toml")]
struct One {
    frame: Frame,
    place: Place,
    errors: Errors,
    row: Row,
    in_force: i64,
    text: String,
    /// Whether the tick is asked for that gaps are meant.
    gaps: bool,
}

async fn page_of(
    app: &App,
    at: &AtDesk,
    version: i64,
    (errors, gaps): (Errors, bool),
) -> Result<Response, Trouble> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let before = version.checked_add(1).ok_or(Trouble::NotFound)?;
    let found = in_time(app.acts().versions(&at.key, Some(before))).await?.into_iter().next();
    let found = found.filter(|found| found.version == version).ok_or(Trouble::NotFound)?;
    let text = in_time(app.acts().desk_text(&at.key, Some(version))).await?.ok_or(Trouble::NotFound)?.1;
    let in_force = at.drafting.as_ref().map_or(0, |drafting| drafting.version);
    let wall = Wall::new(app.acts().book(), at.live.zone());
    let row = row(found, wall, in_force);
    let shown = One { frame: at.frame(), place: at.place(&app.site), errors, row, in_force, text, gaps };
    Ok(page(status, &shown))
}

/// One version.
pub(super) async fn one(
    State(app): State<App>,
    Path((desk, version)): Path<(String, i64)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    page_of(&app, &at, version, (Errors::default(), false)).await
}

/// Brings a former version back.
pub(super) async fn restore(
    State(app): State<App>,
    Path((desk, version)): Path<(String, i64)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let seen = fields.get("in_force").parse().map_err(|_| Trouble::NotFound)?;
    let meant = fields.get("gaps") == "meant";
    match tried(app.acts().restore(at.visiting.by(), &at.key, (version, seen), meant)).await? {
        Ok(new) => Ok(app.site.to(&at.path(&format!("/versions/{new}")))),
        Err(error) => {
            let gaps = matches!(error, crate::act::DraftError::Gaps);
            page_of(&app, &at, version, (told(error)?, gaps)).await
        }
    }
}
