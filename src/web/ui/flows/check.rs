//! `/flows/check`: a flow's text while it is edited: every mistake with its line, or how it looks now; a new one begins
//! here as well. `/flows/download`: the same text as a file.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::compare::Line;
use super::{Edited, must_manage};
use crate::act::may_put;
use crate::flows;
use crate::rules::flow::play::play_own;
use crate::rules::flow::{Flow, renamed};
use crate::rules::source::Problem;
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::asked::Query;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// A step in words, for who does not see the drawing, or where there is none.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) does: String,
    /// What is said in it.
    pub(super) says: Option<String>,
    pub(super) is_start: bool,
    pub(super) is_safe: bool,
    /// The steps that it leads to, each with when it does.
    pub(super) ways: Vec<(String, String)>,
}

/// What there is to say about a text.
pub(super) struct Checked {
    pub(super) problems: Vec<Problem>,
    /// Its drawing, if nothing is wrong with it and it can be drawn.
    pub(super) drawing: Option<String>,
    pub(super) steps: Vec<Step>,
    /// How many calls it brings with it, all of which go as they say.
    pub(super) calls: usize,
    pub(super) version: String,
    pub(super) name: String,
}

impl Checked {
    /// Checks a text, and draws it if it is good. A big drawing takes a while, which nobody else waits for.
    pub(super) async fn of(text: &str) -> Checked {
        let played = Flow::parse(text).and_then(|flow| Ok((play_own(&flow, text)?.len(), flow)));
        let (calls, flow) = match played {
            Ok(played) => played,
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
                calls,
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
            drawing: None,
            steps: Vec::new(),
            calls: 0,
            version: String::new(),
            name: String::new(),
        }
    }
}

fn steps(flow: &Flow) -> Vec<Step> {
    let way = |way: &crate::rules::flow::OutlinedWay<'_>| (way.to.to_owned(), way.when.join(", "));
    let step = |step: crate::rules::flow::Outlined<'_>| Step {
        name: step.name.to_owned(),
        does: step.does,
        says: step.says.map(str::to_owned),
        is_start: step.is_start,
        is_safe: step.is_safe,
        ways: step.ways.iter().map(way).collect(),
    };
    flow.outline().into_iter().map(step).collect()
}

#[derive(Template)]
#[template(path = "flow_check.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    errors: Errors,
    edited: Edited,
    checked: Checked,
    /// What it would change of what is in force, where somebody else was faster.
    differs: Vec<Line>,
}

/// A text with what there is to say about it.
pub(super) async fn page_of(
    visiting: &Visiting,
    edited: Edited,
    errors: Errors,
    differs: Vec<Line>,
) -> Result<Response, Trouble> {
    let checked = Checked::of(&edited.text).await;
    let good = checked.problems.is_empty() && errors.is_empty();
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = Page { frame: visiting.frame.clone(), errors, edited, checked, differs };
    Ok(page(status, &shown))
}

/// From what a new flow begins.
#[derive(serde::Deserialize)]
pub(super) struct Beginning {
    /// A flow that is in force.
    from: String,
}

/// A new flow, with the text of another under another name.
pub(super) async fn begin(
    State(app): State<App>,
    Query(beginning): Query<Beginning>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let found = in_time(async {
        let Some(known) = app.acts().flow_in_force(&beginning.from).await? else { return Ok(None) };
        app.acts().flow_text(&beginning.from, known.revision).await
    });
    let text = found.await?.ok_or(Trouble::NotFound)?;
    let desks = app.acts().desks();
    let free =
        (2..).map(|count| format!("{}-{count}", beginning.from)).find(|name| desks.flow(name).is_none());
    let edited = Edited {
        name: String::new(),
        revision: String::new(),
        text: renamed(&text, &free.unwrap_or_default()),
        why: String::new(),
        may_put: may_put(&desks, visiting.principal(), ""),
    };
    page_of(&visiting, edited, Errors::default(), Vec::new()).await
}

/// Checks a text.
pub(super) async fn check(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let edited = Edited::of(&app, &visiting, &fields);
    page_of(&visiting, edited, Errors::default(), Vec::new()).await
}

/// A text as a file, if it is good; what is wrong with it otherwise.
pub(super) async fn download(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let edited = Edited::of(&app, &visiting, &fields);
    let Ok(flow) = Flow::prove(&edited.text) else {
        return page_of(&visiting, edited, Errors::default(), Vec::new()).await;
    };
    let text = edited.text;
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
