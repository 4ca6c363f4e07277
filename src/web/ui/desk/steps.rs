//! `/desks/{desk}/policies/{policy}/step` and `…/change`: the forms of a policy and of its steps. Each brings along the
//! policy as it was when the form was opened, so that what somebody else changed meanwhile is not overwritten.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::change::{PartField, Section, as_was, drafted, drafted_or_told, was};
use super::policies::told;
use super::{AtDesk, Place, encoded};
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::policy::{Policy, Seconds, Step, Target};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The fields of a policy's parts.
const FIELDS: &[PartField] = &[("name", "name"), ("cycles", "cycles"), ("last_resort", "last")];

/// The fields of a step's, wherever in the policy it stands.
const STEP_FIELDS: &[PartField] = &[("step", "target")];

fn section<'a>(name: &'a str, fields: &'a [PartField]) -> Section<'a> {
    Section { array: &["policy"], key: "name", name, fields }
}

/// The least that somebody needs to answer a page; the desk's file is held to it as well.
const SHORTEST_DELAY: Seconds = Seconds(30);

/// The most rounds that the form takes.
const MOST_CYCLES: u32 = 99;

/// Somebody whom a step can page.
struct Choice {
    value: String,
    told: String,
    ticked: bool,
}

fn choices(at: &AtDesk, ticked: &[Target]) -> Vec<Choice> {
    let desk = at.desk();
    let rotas = desk.rotas.iter().map(|rota| Target::Rota(rota.name.clone()));
    let agents = desk.agents.iter().map(|agent| Target::Agent(agent.key.clone()));
    let choice = |target: Target| Choice {
        value: target.to_string(),
        told: told(desk, &target),
        ticked: ticked.contains(&target),
    };
    rotas.chain(agents).chain([Target::Everyone]).map(choice).collect()
}

/// What of the ticked boxes is a target.
fn targets(fields: &Fields) -> Vec<Target> {
    fields.all("target").filter_map(|text| text.parse().ok()).collect()
}

/// The policy as the form had it.
fn policy_was(fields: &Fields) -> Result<Policy, Trouble> {
    was(fields)?.ok_or(Trouble::NotFound)
}

/// The edit that makes the one of the other, if they differ.
fn replaced(was: Policy, now: Policy) -> Option<Edit> {
    Change::of(Some(was), now).map(Edit::Policy)
}

fn delay(text: &str, errors: &mut Errors) -> Option<Seconds> {
    match text.trim().parse::<Seconds>() {
        Ok(delay) if delay >= SHORTEST_DELAY => Some(delay),
        Ok(_) => {
            errors.note("delay", "Nobody can answer a page so soon: give it 30 seconds or more.");
            None
        }
        Err(error) => {
            errors.note("delay", error);
            None
        }
    }
}

#[derive(Template)]
#[template(path = "step.html", config = "src/web/ui/askama.toml")]
struct StepPage {
    frame: Frame,
    place: Place,
    errors: Errors,
    policy: String,
    link: String,
    was: String,
    /// Which step is changed, by its index; empty for a new one.
    step: String,
    choices: Vec<Choice>,
    delay: String,
    /// Its place, from 1, and how many there are.
    position: usize,
    places: usize,
}

impl StepPage {
    /// With those targets ticked, at that place of so many, and with those texts in it.
    fn of(
        app: &App,
        at: &AtDesk,
        policy: &str,
        errors: Errors,
        targets: &[Target],
        (position, places): (usize, usize),
        text: impl Fn(&str) -> String,
    ) -> StepPage {
        StepPage {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            policy: policy.to_owned(),
            link: encoded(policy),
            was: text("was"),
            step: text("step"),
            choices: choices(at, targets),
            delay: text("delay"),
            position,
            places,
        }
    }
}

/// Which step is meant.
#[derive(Deserialize)]
pub(super) struct Which {
    /// By its index; none is a new one.
    step: Option<usize>,
}

/// The form of a step.
pub(super) async fn ask(
    State(app): State<App>,
    Path((desk, policy)): Path<(String, String)>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let policy = at.policy(&policy)?;
    let step = match which.step {
        Some(index) => Some(policy.steps.get(index).ok_or(Trouble::NotFound)?),
        None => None,
    };
    let count = policy.steps.len();
    let text = |field: &str| match field {
        "was" => as_was(policy),
        "step" => which.step.map(|index| index.to_string()).unwrap_or_default(),
        "delay" => step.map_or_else(Step::default_delay, |step| step.delay).to_string(),
        _ => String::new(),
    };
    let targets: &[Target] = step.map_or(&[], |step| &step.targets);
    let place = (which.step.unwrap_or(count) + 1, count + usize::from(step.is_none()));
    let form = StepPage::of(&app, &at, &policy.name, Errors::default(), targets, place, text);
    Ok(page(StatusCode::OK, &form))
}

/// Puts a step into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path((desk, policy)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let name = at.policy(&policy)?.name.clone();
    let was = policy_was(&fields)?;
    let step = match fields.get("step") {
        "" => None,
        text => {
            Some(text.parse::<usize>().ok().filter(|step| *step < was.steps.len()).ok_or(Trouble::NotFound)?)
        }
    };
    let mut errors = Errors::default();
    let targets = targets(&fields);
    if targets.is_empty() {
        errors.note("target", "Tick at least one: a step without anybody pages nobody.");
    }
    let delay = delay(fields.get("delay"), &mut errors);
    let places = was.steps.len() + usize::from(step.is_none());
    let position = fields.get("position").parse::<usize>().unwrap_or(places).clamp(1, places);
    if let Some(delay) = delay.filter(|_| errors.is_empty()) {
        let mut now = was.clone();
        if let Some(step) = step {
            now.steps.remove(step);
        }
        now.steps.insert(position - 1, Step { targets: targets.clone(), delay });
        let (edit, then) = (replaced(was.clone(), now), at.policy_path(&name));
        match drafted_or_told(&app, &at, edit.as_slice(), &then, section(&name, STEP_FIELDS)).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let text = |field: &str| fields.get(field).to_owned();
    let form = StepPage::of(&app, &at, &name, errors, &targets, (position, places), text);
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts into the draft that a step goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path((desk, policy)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let name = at.policy(&policy)?.name.clone();
    let was = policy_was(&fields)?;
    let step: usize = fields.get("step").parse().map_err(|_| Trouble::NotFound)?;
    let mut now = was.clone();
    if step >= now.steps.len() {
        return Err(Trouble::NotFound);
    }
    now.steps.remove(step);
    drafted(&app, &at, replaced(was, now).as_slice(), &at.policy_path(&name)).await
}

#[derive(Template)]
#[template(path = "policy_form.html", config = "src/web/ui/askama.toml")]
struct PolicyPage {
    frame: Frame,
    place: Place,
    errors: Errors,
    /// As it is, as JSON; empty for a new one.
    was: String,
    name: String,
    link: String,
    cycles: String,
    last_resort: Vec<Choice>,
    /// Of a new one's first step.
    first: Vec<Choice>,
    delay: String,
}

impl PolicyPage {
    /// What the form of a new one and of one that is there have in common.
    fn of(
        app: &App,
        at: &AtDesk,
        errors: Errors,
        name: &str,
        cycles: String,
        last_resort: &[Target],
    ) -> PolicyPage {
        PolicyPage {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            was: String::new(),
            name: name.to_owned(),
            link: encoded(name),
            cycles,
            last_resort: choices(at, last_resort),
            first: Vec::new(),
            delay: String::new(),
        }
    }
}

/// The form of a policy.
pub(super) async fn ask_policy(
    State(app): State<App>,
    Path((desk, policy)): Path<(String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let policy = at.policy(&policy)?;
    let (cycles, last_resort) = (policy.cycles.to_string(), &policy.last_resort);
    let form = PolicyPage {
        was: as_was(policy),
        ..PolicyPage::of(&app, &at, Errors::default(), &policy.name, cycles, last_resort)
    };
    Ok(page(StatusCode::OK, &form))
}

/// The form of a new policy.
pub(super) async fn ask_new(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let cycles = Policy::default_cycles().to_string();
    let form = PolicyPage {
        first: choices(&at, &[]),
        delay: Step::default_delay().to_string(),
        ..PolicyPage::of(&app, &at, Errors::default(), "", cycles, &[Target::Everyone])
    };
    Ok(page(StatusCode::OK, &form))
}

/// Rounds and last resort, as both forms have them.
fn common(fields: &Fields, errors: &mut Errors) -> (u32, Vec<Target>) {
    let cycles = fields.get("cycles").trim().parse().ok().filter(|count| (1..=MOST_CYCLES).contains(count));
    if cycles.is_none() {
        errors.note("cycles", "Write how often the steps are gone through: 1 to 99.");
    }
    let last_resort: Vec<Target> = fields.all("last").filter_map(|text| text.parse().ok()).collect();
    if last_resort.iter().all(|target| matches!(target, Target::Rota(_))) {
        errors
            .note("last", "Tick an agent or everybody: a rota can be empty, and then there is nobody left.");
    }
    (cycles.unwrap_or_default(), last_resort)
}

/// Puts a policy's rounds and last resort into the draft.
pub(super) async fn put_policy(
    State(app): State<App>,
    Path((desk, policy)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let name = at.policy(&policy)?.name.clone();
    let was = policy_was(&fields)?;
    let mut errors = Errors::default();
    let (cycles, last_resort) = common(&fields, &mut errors);
    if errors.is_empty() {
        let now = Policy { cycles, last_resort: last_resort.clone(), ..was.clone() };
        let (edit, then) = (replaced(was, now), at.policy_path(&name));
        match drafted_or_told(&app, &at, edit.as_slice(), &then, section(&name, FIELDS)).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let form = PolicyPage {
        was: fields.get("was").to_owned(),
        ..PolicyPage::of(&app, &at, errors, &name, fields.get("cycles").to_owned(), &last_resort)
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts a new policy into the draft.
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
        errors.note("name", "Give it a name, like emergencies.");
    } else if at.desk().policy(name).is_some() {
        errors.note("name", "The desk has a policy of this name. Give it another.");
    }
    let (cycles, last_resort) = common(&fields, &mut errors);
    let targets = targets(&fields);
    if targets.is_empty() {
        errors.note("target", "Tick at least one: a step without anybody pages nobody.");
    }
    let delay = delay(fields.get("delay"), &mut errors);
    if let Some(delay) = delay.filter(|_| errors.is_empty()) {
        let steps = vec![Step { targets: targets.clone(), delay }];
        let policy = Policy { name: name.to_owned(), steps, cycles, last_resort: last_resort.clone() };
        let mut edits = vec![Edit::Policy(Change::add(policy))];
        // With one policy a line need not say which it follows; with two it must.
        if let [only] = &*at.desk().policies {
            for line in at.desk().lines.iter().filter(|line| line.policy.is_none()) {
                let named = crate::rules::desk::Line { policy: Some(only.name.clone()), ..line.clone() };
                edits.push(Edit::Line(Change::replace(line.clone(), named)));
            }
        }
        match drafted_or_told(&app, &at, &edits, &at.policy_path(name), section(name, FIELDS)).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let form = PolicyPage {
        first: choices(&at, &targets),
        delay: fields.get("delay").to_owned(),
        ..PolicyPage::of(&app, &at, errors, name, fields.get("cycles").to_owned(), &last_resort)
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts into the draft that a policy goes.
pub(super) async fn remove_policy(
    State(app): State<App>,
    Path((desk, policy)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    at.policy(&policy)?;
    let edit = Edit::Policy(Change::remove(policy_was(&fields)?));
    drafted(&app, &at, &[edit], &at.path("/policies")).await
}
