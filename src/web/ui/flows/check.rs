//! `/flows/check`: a flow's text while it is edited: every mistake with its line, or how it looks now. `/flows/download`:
//! the same text as a file.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::must_manage;
use crate::flows;
use crate::rules::flow::Flow;
use crate::rules::source::Problem;
use crate::web::App;
use crate::web::ui::form::Fields;
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// A step in words, for who does not see the drawing.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) does: String,
    pub(super) ways: Vec<String>,
}

/// What there is to say about a text.
pub(super) struct Checked {
    pub(super) problems: Vec<Problem>,
    /// Its drawing, if nothing is wrong with it.
    pub(super) drawing: String,
    pub(super) steps: Vec<Step>,
    pub(super) version: String,
    pub(super) name: String,
}

impl Checked {
    /// Checks a text, and draws it if it is good. A big drawing takes a while, which nobody else waits for.
    pub(super) async fn of(text: &str) -> Checked {
        let flow = match Flow::parse(text) {
            Ok(flow) => flow,
            Err(problems) => return Checked::wrong(problems),
        };
        let drawn = tokio::task::spawn_blocking(move || {
            let drawing = flows::draw_in_page(&flow);
            (flow, drawing)
        });
        match drawn.await {
            Ok((flow, drawing)) => Checked {
                problems: Vec::new(),
                drawing,
                steps: steps(&flow),
                version: flow.version().to_owned(),
                name: flow.name,
            },
            Err(error) => {
                tracing::error!(%error, "a voice flow could not be drawn");
                let what = "the flow is good, and could not be drawn".to_owned();
                Checked::wrong(vec![Problem { line: 1, what, remedy: "look at it by its text".into() }])
            }
        }
    }

    fn wrong(problems: Vec<Problem>) -> Checked {
        Checked {
            problems,
            drawing: String::new(),
            steps: Vec::new(),
            version: String::new(),
            name: String::new(),
        }
    }
}

fn steps(flow: &Flow) -> Vec<Step> {
    let way = |way: &crate::rules::flow::OutlinedWay<'_>| match &*way.when {
        [] => way.to.to_owned(),
        when => format!("{} ({})", way.to, when.join(", ")),
    };
    let step = |step: crate::rules::flow::Outlined<'_>| Step {
        name: step.name.to_owned(),
        does: step.does,
        ways: step.ways.iter().map(way).collect(),
    };
    flow.outline().into_iter().map(step).collect()
}

#[derive(Template)]
#[template(path = "flow_check.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    /// By what name the flow is in force, if it is.
    name: String,
    text: String,
    checked: Checked,
}

/// The text of a form, with line ends as files have them.
pub(super) fn text_of(fields: &Fields) -> String {
    fields.get("text").replace("\r\n", "\n")
}

/// Checks a text.
pub(super) async fn check(
    State(_): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let text = text_of(&fields);
    let checked = Checked::of(&text).await;
    let status = if checked.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = Page { frame: visiting.frame.clone(), name: fields.get("name").to_owned(), text, checked };
    Ok(page(status, &shown))
}

/// A text as a file, if it is good; what is wrong with it otherwise.
pub(super) async fn download(
    state: State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let text = text_of(&fields);
    let Ok(flow) = Flow::parse(&text) else { return check(state, visiting, fields).await };
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    let file: String = flow.name.chars().map(letter).collect();
    // Letters, digits and two signs are fit for a header.
    let named = HeaderValue::try_from(format!("attachment; filename=\"{file}.toml\""));
    let named = named.unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/toml; charset=utf-8");
    let policy = HeaderValue::from_static(crate::web::ui::POLICY);
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_DISPOSITION, named),
        (axum::http::header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, text).into_response())
}
