//! `/desks/{desk}/policies`: whom an emergency pages, step by step; and, second by second, what would happen now or at an
//! instant that one chooses if nobody answered. The pager itself plays it: [`crate::rules::case::rehearsal`].

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::change::as_was;
use super::on_call::Found;
use super::when::{self, Wall};
use super::{AtDesk, Place, encoded};
use crate::clock::Timestamp;
use crate::rules::case::rehearsal::{Play, Scene, Told, after};
use crate::rules::desk::Desk;
use crate::rules::hours::DeskState;
use crate::rules::live::{LiveConnect, Ring};
use crate::rules::policy::{Policy, Step, Target};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// A step as it is listed.
pub(super) struct StepLine {
    pub(super) index: usize,
    pub(super) who: String,
    pub(super) delay: String,
    /// Whom it finds just now, or then.
    pub(super) found: Found,
}

/// A policy as it is listed.
struct Card {
    name: String,
    link: String,
    steps: Vec<StepLine>,
    cycles: u32,
    last_resort: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "policies.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    cards: Vec<Card>,
    /// How callers are put straight through, if the desk wants it.
    put_through: Option<String>,
}

/// A target in words.
pub(super) fn told(desk: &Desk, target: &Target) -> String {
    match target {
        Target::Rota(name) => format!("on call by {name}"),
        Target::Agent(agent) => desk.name_of(agent),
        Target::Everyone => "everybody".into(),
    }
}

/// How callers with an emergency are put straight through.
fn put_through(desk: &Desk) -> Option<String> {
    let LiveConnect { enabled, ring, limit } = desk.live_connect;
    let how = match ring {
        Ring::One => "one after the other, in the order of the policy",
        Ring::All => "all at once, where the carrier has conferences",
    };
    enabled.then(|| {
        format!("A caller with an emergency waits on the line for at most {limit} while those on call are rung, {how}.")
    })
}

fn all_told(desk: &Desk, targets: &[Target]) -> String {
    targets.iter().map(|target| told(desk, target)).collect::<Vec<_>>().join(" and ")
}

fn card(app: &App, at: &AtDesk, policy: &Policy, now: Timestamp) -> Card {
    let (desk, book) = (at.desk(), app.acts().book());
    let everyone = app.acts().desks().exceptions_of(&at.key).is_everyone(now);
    let found = |index: usize, step: &Step, desk: &Desk| {
        let of = desk.policy(&policy.name)?;
        let same = of.steps.get(index)?.targets == step.targets;
        same.then(|| desk.agents_of(&of.targets(index, everyone), book, now))
    };
    let step = |(index, step): (usize, &Step)| StepLine {
        index,
        who: all_told(desk, &step.targets),
        delay: step.delay.to_string(),
        found: Found::of(at, |desk| found(index, step, desk)),
    };
    let follows =
        desk.lines.iter().filter(|line| desk.policy_of(line).is_some_and(|of| of.name == policy.name));
    Card {
        name: policy.name.clone(),
        link: encoded(&policy.name),
        steps: policy.steps.iter().enumerate().map(step).collect(),
        cycles: policy.cycles,
        last_resort: all_told(desk, &policy.last_resort),
        lines: follows.map(|line| line.label.clone()).collect(),
    }
}

/// All policies of a desk.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let now = app.acts().clock().now();
    let shown = List {
        frame: at.frame(),
        place: at.place(&app.site),
        put_through: put_through(at.desk()),
        cards: at.desk().policies.iter().map(|policy| card(&app, &at, policy, now)).collect(),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Which instant is looked at.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// On the desk's clock; now, if it is left out.
    #[serde(default)]
    at: String,
}

/// A line of the play.
struct Line {
    /// Since the page was due: `5:00`.
    after: String,
    told: String,
    /// A step, and not one of its attempts.
    step: bool,
    warn: bool,
}

#[derive(Template)]
#[template(path = "policy.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    card: Card,
    /// The policy as it is, as JSON, for the forms.
    was: String,
    zone: String,
    /// The instant, as the field has it and in words; whether it is the present one.
    at: String,
    told: String,
    is_now: bool,
    /// Whether it is the draft that is played, and not what is in force.
    is_draft: bool,
    /// Whether the desk itself answers then.
    answers: bool,
    play: Vec<Line>,
    /// When the policy begins again.
    again: Option<String>,
}

impl AtDesk {
    pub(super) fn policy(&self, name: &str) -> Result<&Policy, Trouble> {
        self.desk().policy(name).ok_or(Trouble::NotFound)
    }

    /// The path of a page of a policy.
    pub(super) fn policy_path(&self, policy: &str) -> String {
        self.path(&format!("/policies/{}", encoded(policy)))
    }
}

/// A scene in words; none if it is no part of what is asked here.
fn line(at: &AtDesk, wall: Wall<'_>, start: Timestamp, scene: &Scene) -> Option<Line> {
    // Numbers of people are for who keeps the desk.
    let Told { words, step, warn } = scene.told(at.desk(), |at| wall.told(at), at.drafting.is_some())?;
    Some(Line { after: after(start, scene.at), told: words, step, warn })
}

/// A policy, and what would happen.
pub(super) async fn show(
    State(app): State<App>,
    Path((desk, policy)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let policy = at.policy(&policy)?;
    let (desk, now) = (at.desk(), app.acts().clock().now());
    let wall = Wall::new(app.acts().book(), desk.zone());
    let known = |time: &chrono::NaiveDateTime| (1970..2200).contains(&chrono::Datelike::year(time));
    let chosen = when::read(&asked.at).filter(known).map(|time| wall.instant(time));
    let start = chosen.unwrap_or(now);
    let desks = app.acts().desks();
    let met = desk.hours.met(desks.exceptions_of(&at.key));
    let state = met.state_at(app.acts().book(), start);
    let Play { scenes, again } = app.acts().rehearse(desk, policy, start);
    let shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        card: card(&app, &at, policy, start),
        was: as_was(policy),
        zone: desk.zone().to_string(),
        at: wall.field(start),
        told: wall.told(start),
        is_now: chosen.is_none(),
        is_draft: at.drafted().is_some(),
        answers: matches!(state, DeskState::Support { .. }),
        play: scenes.iter().filter_map(|scene| line(&at, wall, start, scene)).collect(),
        again: again.map(|again| after(start, again)),
    };
    Ok(page(StatusCode::OK, &shown))
}
