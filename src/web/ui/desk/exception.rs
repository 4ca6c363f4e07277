//! What is declared of a desk for a while: told on all of its pages, declared and ended on `/desks/{desk}/hours` and
//! on the board.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::when::{self, Wall};
use super::{AtDesk, hours};
use crate::act::DeclareError;
use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::hours::{Declared, Exception, ExceptionId};
use crate::web::App;
use crate::web::hold::{in_time, tried};
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;

/// Something that is declared now.
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) told: String,
    pub(super) by: String,
}

/// Something that can be declared, as a button of the form.
pub(super) struct Choice {
    pub(super) name: &'static str,
    /// On the button.
    pub(super) label: &'static str,
    /// What comes of it.
    pub(super) means: &'static str,
}

/// The card of the page.
pub(super) struct Now {
    pub(super) errors: Errors,
    /// What was just done.
    pub(super) done: Option<&'static str>,
    pub(super) shown: Vec<Shown>,
    pub(super) choices: Vec<Choice>,
    /// The field of the form.
    pub(super) until: String,
    pub(super) zone: String,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    pub(super) fn words(&self) -> Option<&'static str> {
        match &*self.done {
            "declared" => Some("Declared. Callers meet it from now on."),
            "ended" => Some("Ended. Everything is as usual again."),
            _ => None,
        }
    }
}

/// What one declares, in the words of its button.
fn label(what: Declared) -> &'static str {
    match what {
        Declared::DeskClosed => "Daytime desk closed",
        Declared::Nobody => "Nobody on call",
        Declared::DeskOpen => "Daytime desk open",
        Declared::Everyone => "Everyone on call",
    }
}

fn means(what: Declared) -> &'static str {
    match what {
        Declared::DeskClosed => "Calls go to whoever is on call, in support hours too.",
        Declared::Nobody => "Callers hear until when; emergencies wait, and are paged then.",
        Declared::DeskOpen => "Calls are put through to the daytime desk.",
        Declared::Everyone => "An emergency pages all agents at once.",
    }
}

/// `The daytime desk is closed until Wed 18 Feb, 18:00.`
pub(in crate::web::ui) fn in_words(exception: &Exception, until: &str) -> String {
    let what = exception.what.to_string();
    let mut letters = what.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{} until {until}.", letters.as_str())
}

/// What is declared of a desk now, in words.
pub(super) fn told(app: &App, desk: &Desk) -> Vec<String> {
    let wall = Wall::new(app.acts().book(), desk.zone());
    let declared = app.acts().declared(desk.key.as_str());
    declared.iter().map(|one| in_words(one, &wall.told(one.until))).collect()
}

impl Now {
    /// What is declared now, with a form for more.
    pub(super) fn of(app: &App, at: &AtDesk, done: Option<&'static str>) -> Now {
        let wall = Wall::new(app.acts().book(), at.live.zone());
        let now = app.acts().clock().now();
        let shown = |one: Exception| Shown {
            id: one.id.as_str().to_owned(),
            told: in_words(&one, &wall.told(one.until)),
            by: one.by,
        };
        Now {
            errors: Errors::default(),
            done,
            shown: app.acts().declared(&at.key).into_iter().map(shown).collect(),
            choices: Declared::ALL
                .map(|what| Choice { name: what.name(), label: label(what), means: means(what) })
                .into(),
            until: wall.field(end_of_day(wall, now)),
            zone: wall.zone.to_string(),
        }
    }
}

/// Until when something is declared if nobody says otherwise: the end of today.
fn end_of_day(wall: Wall<'_>, now: Timestamp) -> Timestamp {
    let tomorrow = wall.date(now).succ_opt();
    tomorrow.map_or(now, |date| wall.day(date))
}

/// Declares something.
pub(super) async fn declare(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let wall = Wall::new(app.acts().book(), at.live.zone());
    let what: Declared = fields.get("what").parse().map_err(|_| Trouble::NotFound)?;
    let known = |time: &chrono::NaiveDateTime| (1970..2200).contains(&chrono::Datelike::year(time));
    let until = when::read(fields.get("until")).filter(known).map(|time| wall.instant(time));
    let wrong = match until {
        None => "Write a day and a time.".to_owned(),
        Some(until) => match tried(app.acts().declare(at.visiting.by(), &at.key, what, until)).await? {
            Ok(_) => return Ok(app.site.to(&at.path("/hours?done=declared"))),
            Err(DeclareError::Act(error)) => return Err(error.into()),
            Err(DeclareError::NoDesk) => return Err(Trouble::NotFound),
            Err(DeclareError::Unfit(unfit)) => unfit.to_string(),
        },
    };
    let mut now = Now::of(&app, &at, None);
    now.errors.note("until", wrong);
    now.until = fields.get("until").to_owned();
    hours::page_of(&app, &at, now)
}

/// Ends it; two taps end it once.
pub(super) async fn end(
    State(app): State<App>,
    Path((desk, id)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    in_time(app.acts().end_declared(at.visiting.by(), &at.key, &ExceptionId::from_text(id))).await?;
    Ok(match fields.get("back") {
        "board" => app.site.to("/board"),
        _ => app.site.to(&at.path("/hours?done=ended")),
    })
}
