//! `/desks/{desk}/agents/form`: the form of an agent.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::agents::names;
use super::change::{PartField, Section, as_was, drafted, drafted_or_told, was};
use super::{AtDesk, Place};
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::desk::{Agent, AgentRule, Phone};
use crate::rules::people::AgentKey;
use crate::rules::policy::{MethodKind, Seconds};
use crate::rules::severity::Severity;
use crate::rules::zone::Zone;
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The fields of an agent's parts.
const FIELDS: &[PartField] = &[
    ("key", "key"),
    ("name", "name"),
    ("email", "email"),
    ("zone", "zone"),
    ("language", "language"),
    ("phone", "number"),
    ("rule", "rules"),
];

/// Telephones that are offered beside those that are there.
const SPARE_PHONES: usize = 2;

/// The most telephones that the form takes.
const MOST_PHONES: usize = 10;

/// Which agent is meant.
#[derive(Deserialize)]
pub(super) struct Which {
    /// By his key; none is a new one.
    #[serde(default)]
    agent: String,
}

/// A telephone's fields.
struct PhoneField {
    number: String,
    /// `both`, `voice` or `sms`.
    takes: String,
}

#[derive(Template)]
#[template(path = "agent.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    /// As he is, as JSON; empty for a new one.
    was: String,
    key: String,
    name: String,
    phones: Vec<PhoneField>,
    email: String,
    zone: String,
    zones: Vec<&'static str>,
    language: String,
    rules: String,
}

impl Page {
    /// With those texts and telephones in it.
    fn of(
        app: &App,
        at: &AtDesk,
        errors: Errors,
        was: String,
        phones: Vec<PhoneField>,
        text: impl Fn(&str) -> String,
    ) -> Page {
        Page {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            was,
            key: text("key"),
            name: text("name"),
            phones: with_spare(phones),
            email: text("email"),
            zone: text("zone"),
            zones: Zone::all().map(Zone::name).collect(),
            language: text("language"),
            rules: text("rules"),
        }
    }
}

fn takes(methods: &[MethodKind]) -> &'static str {
    match methods {
        [MethodKind::Sms] => "sms",
        [MethodKind::Voice] => "voice",
        _ => "both",
    }
}

/// A rule as a line of the field: `1 voice 2 min`.
fn rule_line(rule: &AgentRule) -> String {
    format!("{} {} {}", rule.severity, names(rule.method).0, rule.after)
}

fn read_rule(line: &str) -> Option<AgentRule> {
    let mut words = line.splitn(3, char::is_whitespace);
    let severity = Severity::try_from(words.next()?.parse::<u8>().ok()?).ok()?;
    let method = match words.next()? {
        "sms" | "text" | "texts" => MethodKind::Sms,
        "voice" | "call" | "calls" => MethodKind::Voice,
        _ => return None,
    };
    let after = words.next().unwrap_or("0").trim().parse::<Seconds>().ok()?;
    Some(AgentRule { severity, method, after })
}

fn with_spare(mut phones: Vec<PhoneField>) -> Vec<PhoneField> {
    let wanted = (phones.len() + SPARE_PHONES).min(MOST_PHONES.max(phones.len()));
    phones.resize_with(wanted, || PhoneField { number: String::new(), takes: "both".into() });
    phones
}

/// The form of an agent.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = match &*which.agent {
        "" => None,
        key => {
            let key: AgentKey = key.parse().map_err(|_| Trouble::NotFound)?;
            Some(at.desk().agent(&key).ok_or(Trouble::NotFound)?)
        }
    };
    let language = at.desk().lines.first().map_or("en", |line| line.first_language());
    let field =
        |phone: &Phone| PhoneField { number: phone.number.to_string(), takes: takes(&phone.methods).into() };
    let phones = was.map_or_else(Vec::new, |was| was.phones.iter().map(field).collect());
    let text = |field: &str| match (field, was) {
        ("key", Some(was)) => was.key.to_string(),
        ("name", Some(was)) => was.name.clone(),
        ("email", Some(was)) => was.email.clone().unwrap_or_default(),
        ("zone", Some(was)) => was.zone.map(|zone| zone.to_string()).unwrap_or_default(),
        ("language", Some(was)) => was.language.clone(),
        ("rules", Some(was)) => was.rules.iter().map(rule_line).collect::<Vec<_>>().join("\n"),
        ("language", None) => language.to_owned(),
        _ => String::new(),
    };
    let json = was.map(as_was).unwrap_or_default();
    Ok(page(StatusCode::OK, &Page::of(&app, &at, Errors::default(), json, phones, text)))
}

/// Telephones by the form's fields.
fn phones(at: &AtDesk, fields: &Fields, errors: &mut Errors) -> Vec<Phone> {
    let mut phones = Vec::new();
    for (text, takes) in
        fields.all("number").zip(fields.all("takes")).filter(|(text, _)| !text.trim().is_empty())
    {
        let methods = match takes {
            "sms" => vec![MethodKind::Sms],
            "voice" => vec![MethodKind::Voice],
            _ => vec![MethodKind::Sms, MethodKind::Voice],
        };
        match at.desk().number_plan().parse_dialled(text.trim()) {
            Ok(number) => phones.push(Phone { number, methods }),
            Err(problem) => errors.note("number", format!("{} cannot be called: {problem}.", text.trim())),
        }
    }
    if errors.of("number").is_none() && !phones.iter().any(|phone| phone.methods.contains(&MethodKind::Voice))
    {
        errors.note("number", "Give at least one telephone that takes calls: a text alone wakes nobody.");
    }
    phones
}

fn rules(fields: &Fields, errors: &mut Errors) -> Vec<AgentRule> {
    let mut rules = Vec::new();
    for line in fields.get("rules").lines().map(str::trim).filter(|line| !line.is_empty()) {
        match read_rule(line) {
            Some(rule) => rules.push(rule),
            None => errors.note("rules", format!("“{line}” is no rule: write it like 1 call 2 min.")),
        }
    }
    rules
}

/// The agent that the fields describe, or what is wrong with them.
fn read(at: &AtDesk, was: Option<&Agent>, fields: &Fields, errors: &mut Errors) -> Option<Agent> {
    let text = |name: &str| fields.get(name).trim().to_owned();
    let optional = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let key = match was {
        Some(was) => Some(was.key.clone()),
        None => match text("key").parse::<AgentKey>() {
            Ok(key) if at.desk().agent(&key).is_some() => {
                errors.note("key", "The desk has an agent of this short name. Give another.");
                None
            }
            Ok(key) => Some(key),
            Err(misread) => {
                errors.note("key", format!("{}: {}.", misread.what, misread.remedy));
                None
            }
        },
    };
    if text("name").is_empty() {
        errors.note("name", "Write the name that colleagues and callers hear.");
    }
    let zone = match optional("zone").map(|zone| zone.parse::<Zone>()) {
        Some(Err(error)) => {
            errors.note("zone", error);
            None
        }
        Some(Ok(zone)) => Some(zone),
        None => None,
    };
    let (phones, rules) = (phones(at, fields, errors), rules(fields, errors));
    let agent = Agent {
        key: key?,
        name: text("name"),
        phones,
        email: optional("email"),
        zone,
        language: optional("language").unwrap_or_else(|| "en".into()),
        rules,
    };
    Some(agent).filter(|_| errors.is_empty())
}

/// Puts an agent into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Agent>(&fields)?;
    let mut errors = Errors::default();
    if let Some(now) = read(&at, was.as_ref(), &fields, &mut errors) {
        let key = now.key.clone();
        let edit = Change::of(was.clone(), now).map(Edit::Agent);
        let section = Section { array: &["agent"], key: "key", name: key.as_str(), fields: FIELDS };
        match drafted_or_told(&app, &at, edit.as_slice(), &at.path("/agents"), section).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let written = fields.all("number").zip(fields.all("takes")).filter(|(number, _)| !number.is_empty());
    let field = |(number, takes): (&str, &str)| PhoneField { number: number.into(), takes: takes.into() };
    let phones = written.take(MOST_PHONES).map(field).collect();
    let text = |field: &str| match (field, &was) {
        ("key", Some(was)) => was.key.to_string(),
        _ => fields.get(field).to_owned(),
    };
    let form = Page::of(&app, &at, errors, fields.get("was").to_owned(), phones, text);
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form))
}

/// Puts into the draft that an agent goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Agent>(&fields)?.ok_or(Trouble::NotFound)?;
    drafted(&app, &at, &[Edit::Agent(Change::remove(was))], &at.path("/agents")).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        for (line, again) in [
            ("1 voice 2 min", Some("1 voice 2 min")),
            ("1 call", Some("1 voice 0 s")),
            ("3 text 90 s", Some("3 sms 90 s")),
            ("1 sms 0", Some("1 sms 0 s")),
            ("9 call 0", None),
            ("call 1", None),
            ("1 pigeon 0", None),
            ("1 call soon", None),
        ] {
            assert_eq!(read_rule(line).as_ref().map(rule_line).as_deref(), again, "{line}");
        }
    }
}
