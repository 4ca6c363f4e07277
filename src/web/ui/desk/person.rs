//! `/desks/{desk}/agent/{agent}`: an agent's own page: whether his telephones are verified, quiet for a while, and what he
//! did this quarter. It is for himself and for who keeps the desk, and tells of what is in force, never of a draft.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::when::{self, Wall};
use super::{AtDesk, Place};
use crate::act::{AgentNumber, GiveCodeError, MuteError, SendCodeError};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Phone};
use crate::rules::mute::{Mute, Unfit};
use crate::rules::number_check::{Awaited, Verified};
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;
use crate::rules::report::{Choice, Spread, by_agent, nights_woken};
use crate::web::App;
use crate::web::hold::{in_time, tried};
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::reports::waited;
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// For how long somebody is muted if he says nothing else: a night's sleep.
const USUAL_MUTE: Duration = Duration::from_secs(8 * 60 * 60);

/// A telephone, and whether it was shown to be his.
struct PhoneCard {
    number: String,
    takes: &'static str,
    /// Since when.
    verified: Option<String>,
    takes_texts: bool,
    takes_calls: bool,
    /// Until when a code is awaited, and how often it may be tried.
    awaited: Option<(String, u32)>,
    /// What is wrong with what was asked of it.
    error: Option<String>,
}

/// A mute that is in force.
pub(super) struct Muted {
    /// On the clock of whoever it is.
    pub(super) until: String,
    /// Why, and who said so; for himself and the managers.
    pub(super) why: Option<String>,
}

impl Muted {
    /// As whoever may know why reads it.
    pub(super) fn of(mute: &Mute, wall: Wall<'_>, knows_why: bool) -> Muted {
        let why = knows_why.then(|| format!("{} ({})", mute.reason, mute.by));
        Muted { until: wall.told(mute.until), why }
    }
}

/// What he did.
struct Figures {
    /// Of which days.
    days: String,
    lines: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "agent_page.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    done: Option<&'static str>,
    key: String,
    name: String,
    /// Whether he looks at himself.
    own: bool,
    on_call: Vec<String>,
    phones: Vec<PhoneCard>,
    muted: Option<Muted>,
    /// On whose clock.
    zone: String,
    until: String,
    reason: String,
    figures: Figures,
}

/// What was just done, for the page that one is led back to.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match &*self.done {
            "sent" => Some("A code is on its way. Write it here when it has arrived."),
            "verified" => Some("The number is verified."),
            "muted" => Some("Muted. Pages go to the next one at once, as long as there is one."),
            "ended" => Some("Paged again from now on."),
            _ => None,
        }
    }
}

/// What somebody wrote, and what is wrong with it.
#[derive(Default)]
struct Given {
    errors: Errors,
    /// With which number something is.
    number: Option<(PhoneNumber, String)>,
    until: Option<String>,
    reason: String,
}

/// The desk, and the agent whose page it is, for himself and for who keeps the desk.
async fn whose(
    app: &App,
    visiting: Visiting,
    (desk, key): (String, String),
) -> Result<(AtDesk, Agent), Trouble> {
    let at = AtDesk::see(app, visiting, desk).await?;
    let key: AgentKey = key.parse().map_err(|_| Trouble::NotFound)?;
    let agent = at.live.agent(&key).ok_or(Trouble::NotFound)?.clone();
    if at.drafting.is_some() || at.me() == Some(&key) {
        Ok((at, agent))
    } else {
        Err(Trouble::lacks(Right::Manage))
    }
}

impl AtDesk {
    /// The path of an agent's page.
    pub(super) fn agent_path(&self, agent: &AgentKey, rest: &str) -> String {
        self.path(&format!("/agent/{agent}{rest}"))
    }
}

fn takes(phone: &Phone) -> &'static str {
    match phone.methods[..] {
        [MethodKind::Sms] => "texts only",
        [MethodKind::Voice] => "calls only",
        _ => "texts and calls",
    }
}

/// Since when an agent's number is verified.
pub(super) fn verified_at(
    verified: &[Verified],
    agent: &AgentKey,
    number: &PhoneNumber,
) -> Option<Timestamp> {
    verified.iter().find(|one| one.agent == *agent && one.number == *number).map(|one| one.at)
}

fn phone_card(
    phone: &Phone,
    agent: &Agent,
    (verified, awaited): (&[Verified], &[Awaited]),
    wall: Wall<'_>,
    given: &Given,
) -> PhoneCard {
    let awaited = awaited.iter().find(|one| one.number == phone.number && one.tries > 0);
    let error = given.number.as_ref().filter(|(number, _)| *number == phone.number);
    PhoneCard {
        number: phone.number.to_string(),
        takes: takes(phone),
        verified: verified_at(verified, &agent.key, &phone.number).map(|at| wall.told(at)),
        takes_texts: phone.methods.contains(&MethodKind::Sms),
        takes_calls: phone.methods.contains(&MethodKind::Voice),
        awaited: awaited.map(|one| (wall.time(one.until).format("%H:%M").to_string(), one.tries)),
        error: error.map(|(_, error)| error.clone()),
    }
}

/// What he did in this quarter, by the desk's days and his own nights.
async fn figures(app: &App, at: &AtDesk, agent: &AgentKey) -> Result<Figures, Trouble> {
    let (book, now) = (app.acts().book(), app.acts().clock().now());
    let today = book.date(at.live.zone(), now);
    // The quarter of any day that a clock can show is one.
    let (span, _) = Choice::Quarter.spans(today, None, None).map_err(|_| Trouble::NotFound)?;
    let items = in_time(app.acts().reported(std::slice::from_ref(&at.live), &span)).await?;
    let his = by_agent(&items).remove(&(at.key.clone(), agent.clone())).unwrap_or_default();
    let nights = nights_woken(&items, agent, at.live.zone_of(agent), book);
    let middle = |spread: &Spread| waited(spread.median);
    let most = |spread: &Spread| waited(spread.ninetieth);
    Ok(Figures {
        days: format!("{} – {}", span.first().format("%-d %b"), span.last().format("%-d %b %Y")),
        lines: vec![
            ("Emergencies paged for", his.asked.to_string()),
            ("Taken", his.taken.to_string()),
            ("Declined or passed on", his.declined.to_string()),
            ("Called back", his.called_back.to_string()),
            ("Nights woken", nights.to_string()),
            ("Until taken, half within", middle(&his.to_ack)),
            ("Until taken, nine in ten within", most(&his.to_ack)),
            ("Until called back, half within", middle(&his.to_callback)),
            ("Until called back, nine in ten within", most(&his.to_callback)),
        ],
    })
}

async fn page_of(
    app: &App,
    at: &AtDesk,
    agent: &Agent,
    done: &Done,
    given: Given,
) -> Result<Response, Trouble> {
    let (book, now) = (app.acts().book(), app.acts().clock().now());
    let wall = Wall::new(book, at.live.zone_of(&agent.key));
    let verified = in_time(app.acts().verified_numbers(&at.key)).await?;
    let awaited = in_time(app.acts().awaited_codes(&at.key, &agent.key)).await?;
    let mutes = in_time(app.acts().mutes(&at.key)).await?;
    let mute = mutes.iter().find(|mute| mute.agent == agent.key);
    let has = |rota: &&crate::rules::rota::Rota| {
        rota.on_call(book, now).is_some_and(|found| *found.agent == agent.key)
    };
    let phone = |phone| phone_card(phone, agent, (&verified, &awaited), wall, &given);
    let fine = given.errors.is_empty() && given.number.is_none();
    let shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        done: done.words(),
        key: agent.key.to_string(),
        name: agent.name.clone(),
        own: at.me() == Some(&agent.key),
        on_call: at.live.rotas.iter().filter(has).map(|rota| rota.name.clone()).collect(),
        phones: agent.phones.iter().map(phone).collect(),
        muted: mute.map(|mute| Muted::of(mute, wall, true)),
        zone: wall.zone.to_string(),
        figures: figures(app, at, &agent.key).await?,
        until: given.until.unwrap_or_else(|| wall.field(now + USUAL_MUTE)),
        reason: given.reason,
        errors: given.errors,
    };
    Ok(page(if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &shown))
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    Path(which): Path<(String, String)>,
    Query(done): Query<Done>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let (at, agent) = whose(&app, visiting, which).await?;
    page_of(&app, &at, &agent, &done, Given::default()).await
}

/// One of his numbers, which a form names.
fn number_of(at: &AtDesk, agent: &Agent, fields: &Fields) -> Result<AgentNumber, Trouble> {
    let number = fields.get("number").parse().map_err(|_| Trouble::NotFound)?;
    Ok(AgentNumber { desk: at.key.clone(), agent: agent.key.clone(), number })
}

/// Sends a code to one of his numbers.
pub(super) async fn send_code(
    State(app): State<App>,
    Path(which): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (at, agent) = whose(&app, visiting, which).await?;
    let of = number_of(&at, &agent, &fields)?;
    let number = of.number.clone();
    let method = if fields.get("by") == "voice" { MethodKind::Voice } else { MethodKind::Sms };
    let told = match tried(app.acts().send_code(at.visiting.by(), of, method)).await? {
        Ok(()) => return Ok(app.site.to(&at.agent_path(&agent.key, "?done=sent"))),
        Err(SendCodeError::Act(error)) => return Err(error.into()),
        Err(SendCodeError::NoNumber) => return Err(Trouble::NotFound),
        Err(SendCodeError::Later(next)) => {
            let wall = Wall::new(app.acts().book(), at.live.zone_of(&agent.key));
            format!(
                "A code was sent just now. The next may be sent at {}.",
                wall.time(next).format("%H:%M:%S")
            )
        }
        Err(error) => error.to_string(),
    };
    let given = Given { number: Some((number, told)), ..Given::default() };
    page_of(&app, &at, &agent, &Done::default(), given).await
}

/// Verifies one of his numbers by the code that was sent there.
pub(super) async fn give_code(
    State(app): State<App>,
    Path(which): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (at, agent) = whose(&app, visiting, which).await?;
    let of = number_of(&at, &agent, &fields)?;
    let number = of.number.clone();
    let told = match tried(app.acts().give_number_code(at.visiting.by(), of, fields.get("code"))).await? {
        Ok(()) => return Ok(app.site.to(&at.agent_path(&agent.key, "?done=verified"))),
        Err(GiveCodeError::Act(error)) => return Err(error.into()),
        Err(error) => error.to_string(),
    };
    let given = Given { number: Some((number, told)), ..Given::default() };
    page_of(&app, &at, &agent, &Done::default(), given).await
}

/// Mutes him.
pub(super) async fn mute(
    State(app): State<App>,
    Path(which): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (at, agent) = whose(&app, visiting, which).await?;
    let wall = Wall::new(app.acts().book(), at.live.zone_of(&agent.key));
    let (until, reason) = (fields.get("until"), fields.get("reason").trim());
    let known = |time: &chrono::NaiveDateTime| (1970..2200).contains(&chrono::Datelike::year(time));
    let mut errors = Errors::default();
    match when::read(until).filter(known).map(|time| wall.instant(time)) {
        None => errors.note("until", "Write a day and a time."),
        Some(end) => {
            let own = at.me() == Some(&agent.key);
            match tried(app.acts().mute(at.visiting.by(), &at.key, &agent.key, (end, reason), own)).await? {
                Ok(()) => return Ok(app.site.to(&at.agent_path(&agent.key, "?done=muted"))),
                Err(MuteError::Act(error)) => return Err(error.into()),
                Err(MuteError::NoAgent) => return Err(Trouble::NotFound),
                Err(MuteError::Unfit(unfit @ (Unfit::NoReason | Unfit::LongReason))) => {
                    errors.note("reason", unfit);
                }
                Err(MuteError::Unfit(unfit)) => errors.note("until", unfit),
            }
        }
    }
    let given =
        Given { errors, until: Some(until.to_owned()), reason: reason.to_owned(), ..Given::default() };
    page_of(&app, &at, &agent, &Done::default(), given).await
}

/// Ends it; two taps end it once.
pub(super) async fn unmute(
    State(app): State<App>,
    Path(which): Path<(String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let (at, agent) = whose(&app, visiting, which).await?;
    in_time(app.acts().unmute(at.visiting.by(), &at.key, &agent.key)).await?;
    Ok(app.site.to(&at.agent_path(&agent.key, "?done=ended")))
}
