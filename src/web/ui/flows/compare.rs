//! `/flows/{name}/compare`: what differs between two versions of a flow.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{encoded, must_manage};
use crate::rules::diff::unified;
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// A line of what differs.
pub(super) struct Line {
    /// `gone`, `new`, `place`, or nothing for what stands around it.
    pub(super) looks: &'static str,
    pub(super) text: String,
}

/// What differs between two texts, line by line; nothing if they are the same.
pub(super) fn lines(old: (&str, &str), new: (&str, &str)) -> Vec<Line> {
    let line = |text: &str| Line {
        looks: match text.chars().next() {
            Some('-') => "gone",
            Some('+') => "new",
            Some('@') => "place",
            _ => "",
        },
        text: text.to_owned(),
    };
    unified(old, new).lines().map(line).collect()
}

/// Which two.
#[derive(Deserialize)]
pub(super) struct Which {
    from: i64,
    to: i64,
}

#[derive(Template)]
#[template(path = "flow_compare.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    name: String,
    link: String,
    from: i64,
    to: i64,
    lines: Vec<Line>,
}

/// Two versions, compared.
pub(super) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let Which { from, to } = which;
    let found = in_time(async {
        Ok((app.acts().flow_text(&name, from).await?, app.acts().flow_text(&name, to).await?))
    });
    let (Some(old), Some(new)) = found.await? else { return Err(Trouble::NotFound) };
    let lines = lines((&format!("version {from}"), &old), (&format!("version {to}"), &new));
    let shown = Page { frame: visiting.frame.clone(), link: encoded(&name), name, from, to, lines };
    Ok(page(StatusCode::OK, &shown))
}
