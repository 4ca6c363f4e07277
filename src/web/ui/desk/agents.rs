//! `/desks/{desk}/agents`: who can be on call, and whether each of their telephones can be reached; `…/import`: agents
//! from a table; `agents.csv`: the table of those who are there. Numbers are for who keeps the desk.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::change::{agent_at, as_was, drafted};
use super::person::{Muted, verified_at};
use super::when::Wall;
use super::{AtDesk, Place};
use crate::act::{Again, OutOfUse};
use crate::rules::desk::edit::edited;
use crate::rules::desk::export::agents;
use crate::rules::desk::import::{COLUMNS, Import};
use crate::rules::desk::{Agent, Desk, Phone};
use crate::rules::mute::Mute;
use crate::rules::number_check::Verified;
use crate::rules::policy::MethodKind;
use crate::rules::source::Problem;
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The largest table that is read: many times what the most agents need.
const LARGEST: usize = 256_000;

/// A table as a form sends it: each sign may become three.
pub(super) const LARGEST_FORM: usize = 3 * LARGEST + 4096;

/// How an agent is reached by a method of a telephone.
struct Method {
    /// For forms: `sms`, `voice`.
    name: &'static str,
    told: &'static str,
    /// Why it is passed over, and since when.
    out: Option<String>,
    /// Whether it can be said from here that it is used again: what is in force, and not a draft.
    again: bool,
}

struct PhoneLine {
    number: String,
    methods: Vec<Method>,
    /// Whether its agent has shown that it is his.
    verified: bool,
}

struct Card {
    key: String,
    name: String,
    email: String,
    /// His own clock, if it is another than the desk's.
    clock: Option<String>,
    language: String,
    /// Rotas by which he is on call now.
    on_call: Vec<String>,
    /// Rotas by which he would be by the draft, if they are others.
    would_be: Option<Vec<String>>,
    phones: Vec<PhoneLine>,
    /// Whether a page of an emergency can reach him.
    reachable: bool,
    /// Until when he is passed over, if he is.
    muted: Option<Muted>,
    /// Whether he has a page that whoever looks may see.
    page: bool,
    rules: Vec<String>,
    /// As JSON, for the form that takes him away.
    was: String,
}

#[derive(Template)]
#[template(path = "agents.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    errors: Errors,
    cards: Vec<Card>,
}

/// The name of a method in forms, and in words.
pub(super) fn names(method: MethodKind) -> (&'static str, &'static str) {
    match method {
        MethodKind::Sms => ("sms", "texts"),
        MethodKind::Voice => ("voice", "calls"),
    }
}

/// What is known of agents beside their desk's file.
struct Known {
    out: Vec<OutOfUse>,
    verified: Vec<Verified>,
    mutes: Vec<Mute>,
}

impl Known {
    async fn of(app: &App, at: &AtDesk) -> Result<Known, Trouble> {
        let phones = at.desk().agents.iter().flat_map(|agent| &agent.phones);
        let numbers: Vec<_> = phones.map(|phone| phone.number.clone()).collect();
        Ok(Known {
            out: in_time(app.acts().out_of_use(&numbers)).await?,
            verified: in_time(app.acts().verified_numbers(&at.key)).await?,
            mutes: in_time(app.acts().mutes(&at.key)).await?,
        })
    }
}

fn phone(at: &AtDesk, agent: &Agent, phone: &Phone, known: &Known, wall: Wall<'_>) -> PhoneLine {
    let manages = at.drafting.is_some();
    let in_force = at.live.agent(&agent.key).is_some_and(|agent| agent.has_number(&phone.number));
    let method = |method: &MethodKind| {
        let dead = known.out.iter().find(|one| one.number == phone.number && one.method == *method);
        let (name, told) = names(*method);
        let out = dead.map(|dead| format!("since {}: {}", wall.told(dead.since), dead.why));
        Method { name, told, again: out.is_some() && in_force && manages, out }
    };
    PhoneLine {
        number: if manages { phone.number.to_string() } else { String::new() },
        methods: phone.methods.iter().map(method).collect(),
        verified: verified_at(&known.verified, &agent.key, &phone.number).is_some(),
    }
}

fn card(app: &App, at: &AtDesk, agent: &Agent, known: &Known) -> Card {
    let (desk, book) = (at.desk(), app.acts().book());
    let now = app.acts().clock().now();
    let wall = Wall::new(book, desk.zone());
    let clock = at.own_clock(app, &agent.key, wall);
    let has = |rota: &&crate::rules::rota::Rota| {
        rota.on_call(book, now).is_some_and(|found| *found.agent == agent.key)
    };
    let by = |desk: &Desk| -> Vec<String> {
        desk.rotas.iter().filter(has).map(|rota| rota.name.clone()).collect()
    };
    let on_call = by(&at.live);
    let own = at.drafting.is_some() || at.me() == Some(&agent.key);
    let mute = known.mutes.iter().find(|mute| mute.agent == agent.key);
    let rule = |rule: &crate::rules::desk::AgentRule| {
        let (_, method) = names(rule.method);
        format!("Severity {}: {method} after {}", rule.severity, rule.after)
    };
    Card {
        key: agent.key.to_string(),
        name: agent.name.clone(),
        email: agent.email.clone().filter(|_| at.drafting.is_some()).unwrap_or_default(),
        clock: clock.map(|clock| format!("{} in {}", clock.told(now), clock.zone)),
        language: agent.language.clone(),
        would_be: at.drafted().map(by).filter(|would| *would != on_call),
        on_call,
        phones: agent.phones.iter().map(|one| phone(at, agent, one, known, wall)).collect(),
        reachable: app.acts().desks().is_reachable(agent),
        muted: mute.map(|mute| Muted::of(mute, wall, own)),
        page: own && at.live.agent(&agent.key).is_some(),
        rules: agent.rules.iter().map(rule).collect(),
        was: as_was(agent),
    }
}

async fn list_of(app: &App, at: &AtDesk, errors: Errors) -> Result<Response, Trouble> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let known = Known::of(app, at).await?;
    let shown = List {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        cards: at.desk().agents.iter().map(|agent| card(app, at, agent, &known)).collect(),
    };
    Ok(page(status, &shown))
}

/// All agents of a desk.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    list_of(&app, &at, Errors::default()).await
}

/// Uses a way of reaching an agent again, at once: this is no part of the desk's file.
pub(super) async fn use_again(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let method = [MethodKind::Sms, MethodKind::Voice];
    let method = method.into_iter().find(|method| names(*method).0 == fields.get("method"));
    let asked = Again {
        agent: fields.get("agent").parse().map_err(|_| Trouble::NotFound)?,
        number: fields.get("number").parse().map_err(|_| Trouble::NotFound)?,
        method: method.ok_or(Trouble::NotFound)?,
    };
    if in_time(app.acts().use_again(at.visiting.by(), &at.key, asked)).await? {
        return Ok(app.site.to(&at.path("/agents")));
    }
    let why = "It is in use already, or is no number of this agent any more.";
    list_of(&app, &at, Errors::one("form", why)).await
}

/// The agents that are in force, as a table that can be imported again.
pub(super) async fn export(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}-agents.csv\"", at.key)),
    ];
    match agents(&at.live) {
        Ok(table) => Ok((headers, table).into_response()),
        Err(error) => {
            tracing::error!(%error, "a table of agents could not be written");
            Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

/// An agent that a table changes.
struct Changed {
    name: String,
    told: String,
}

#[derive(Template)]
#[template(path = "agents_import.html", config = "src/web/ui/askama.toml")]
struct ImportPage {
    frame: Frame,
    place: Place,
    columns: String,
    table: String,
    problems: Vec<Problem>,
    /// Whether the table was read and can be put into the draft.
    read: bool,
    new: Vec<Changed>,
    changed: Vec<Changed>,
    same: usize,
}

impl ImportPage {
    fn of(app: &App, at: &AtDesk, table: &str) -> ImportPage {
        ImportPage {
            frame: at.frame(),
            place: at.place(&app.site),
            columns: COLUMNS.join(","),
            table: table.to_owned(),
            problems: Vec::new(),
            read: false,
            new: Vec::new(),
            changed: Vec::new(),
            same: 0,
        }
    }
}

fn phones(agent: &Agent) -> String {
    let numbers: Vec<&str> = agent.phones.iter().map(|phone| phone.number.as_str()).collect();
    numbers.join(" / ")
}

/// What a table makes of an agent, by what differs.
fn changes(was: Option<&Agent>, now: &Agent) -> Changed {
    /// What it is, and how it is told of an agent.
    type Part = (&'static str, fn(&Agent) -> String);
    let parts: [Part; 5] = [
        ("name", |agent| agent.name.clone()),
        ("e-mail", |agent| agent.email.clone().unwrap_or_default()),
        ("zone", |agent| agent.zone.map(|zone| zone.to_string()).unwrap_or_default()),
        ("language", |agent| agent.language.clone()),
        ("telephone", phones),
    ];
    let told = parts.into_iter().filter_map(|(what, of)| match was.map(of) {
        Some(was) if was == of(now) => None,
        Some(was) => Some(format!("{what} {} → {}", or_none(&was), or_none(&of(now)))),
        None if what == "name" || of(now).is_empty() => None,
        None => Some(format!("{what} {}", of(now))),
    });
    Changed { name: format!("{} ({})", now.name, now.key), told: told.collect::<Vec<_>>().join("; ") }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// The form of a table.
pub(super) async fn ask_import(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    Ok(page(StatusCode::OK, &ImportPage::of(&app, &at, "")))
}

/// Shows what a table would change; puts it into the draft when that was seen.
pub(super) async fn import(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    // A file that was chosen is meant, whatever stands in the field beside it.
    let file = Some(fields.get("file")).filter(|file| !file.trim().is_empty());
    let table = file.unwrap_or(fields.get("table")).replace("\r\n", "\n").replace('\r', "\n");
    if table.len() > LARGEST {
        let mut shown = ImportPage::of(&app, &at, "");
        let what = format!("the table is larger than {} kB", LARGEST / 1000);
        let remedy = "leave out other columns, or bring it in several tables".to_owned();
        shown.problems = vec![Problem { line: 1, what, remedy }];
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    let mut shown = ImportPage::of(&app, &at, &table);
    let import = match Import::read(at.desk(), &table) {
        Ok(import) => import,
        Err(problems) => {
            shown.problems = problems;
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
        }
    };
    if fields.get("seen") == "yes" {
        return drafted(&app, &at, &import.edits(), &at.path("/agents")).await;
    }
    // What the whole file would say against it is told now, and not only when it is put there.
    if let Err(unfit) = fits(&app, &at, &import) {
        shown.problems = unfit;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    shown.read = true;
    shown.new = import.new.iter().map(|agent| changes(None, agent)).collect();
    shown.changed = import.changed.iter().map(|(was, now)| changes(Some(was), now)).collect();
    shown.same = import.same;
    Ok(page(StatusCode::OK, &shown))
}

/// Whether the desk's file takes the edits.
fn fits(app: &App, at: &AtDesk, import: &Import) -> Result<(), Vec<Problem>> {
    let Some(checked) = at.drafting.as_ref().and_then(|drafting| drafting.result.as_ref().ok()) else {
        return Ok(());
    };
    let problem = |what: String| Problem { line: 1, what, remedy: "correct the table".into() };
    let text = edited(checked.text(), &import.clone().edits());
    let text = text.map_err(|(_, error)| vec![problem(error.to_string())])?;
    // The lines of these problems are those of the desk's file: whose part of it they are in stands in the table as well.
    let told = |found: Problem| {
        let line = agent_at(&text, found.line).and_then(|agent| import.lines.get(&agent).copied());
        Problem { line: line.unwrap_or(1), ..found }
    };
    app.acts().check_desk(&at.key, &text).map(drop).map_err(|found| found.into_iter().map(told).collect())
}
