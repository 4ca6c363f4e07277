//! `POST /desks/{desk}/rotas/{rota}/import`: a calendar that was kept elsewhere, given as its text or by its address, is
//! looked at as the shifts that are understood, and put into the draft if that is said; by the rules of the page that does
//! the same.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, Caller, InPath, Instant, Sent, kind_of};
use super::on_call::Agent;
use super::problem::Problem;
use super::{App, LARGEST_CALENDAR};
use crate::calendar::away;
use crate::rules::access::Right;
use crate::rules::rota::WrittenLayer;
use crate::web::elsewhere::read_at;
use crate::web::hold::{in_time, tried};
use crate::web::import::{NotTaken, Shape, found};

/// As what it is put into the draft.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportShape)]
pub(super) enum Word {
    /// As a layer, in which people take turns.
    Layer,
    /// As an override for each shift.
    Overrides,
}

/// Where a calendar stands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarAddress)]
pub(super) struct Address {
    /// From `https://` on; it is read from the public internet alone, once, and not kept.
    #[schema(max_length = 2000)]
    address: String,
}

/// A calendar that is given, which may be larger than other bodies.
pub(super) enum Given {
    Text(String),
    At(Address),
}

impl FromRequest<App> for Given {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Given, Problem> {
        match &*kind_of(request.headers()) {
            "text/calendar" | "text/plain" => {
                let read = to_bytes(request.into_body(), LARGEST_CALENDAR).await;
                let bytes = read.map_err(|_| Problem::TooLarge)?;
                Ok(Given::Text(String::from_utf8_lossy(&bytes).into_owned()))
            }
            "application/json" => Sent::from_request(request, app).await.map(|Sent(at)| Given::At(at)),
            _ => Err(Problem::NoCalendar),
        }
    }
}

/// What is to be done with a calendar.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct How {
    /// Put into the draft as this; only looked at, if it is not said.
    r#as: Option<Word>,
}

/// What was understood of a calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Imported {
    /// Whether it was put into the draft.
    drafted: bool,
    /// The shifts, in order of time, for half a year.
    shifts: Vec<Proposed>,
    /// Events that were not understood.
    left_out: Vec<LeftOut>,
    /// The layer that it is, if people take turns in it.
    layer: Option<WrittenLayer>,
    /// How many overrides it would be.
    overrides: usize,
    /// Of one that was read at its address: what matters of it. Sent back as text with `as`, it is put into the draft as it
    /// was looked at.
    calendar: Option<String>,
}

/// A shift that a calendar proposes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportedShift)]
struct Proposed {
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// Who it seems to be.
    agent: Agent,
    /// What the event is called.
    summary: String,
}

/// An event of a calendar that does not count.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventLeftOut)]
pub(super) struct LeftOut {
    /// What it is called.
    summary: String,
    /// When it begins, as the calendar says it.
    starts: String,
    /// Why, in words.
    why: String,
}

impl From<away::LeftOut> for LeftOut {
    fn from(event: away::LeftOut) -> LeftOut {
        LeftOut { summary: event.summary, starts: event.starts, why: event.why.to_string() }
    }
}

impl From<NotTaken> for Problem {
    fn from(error: NotTaken) -> Problem {
        Problem::Unfit(error.to_string())
    }
}

/// Reads a calendar that was kept elsewhere as shifts of a rota, and puts them into the desk's draft if that is said.
/// Needs the role manager.
#[utoipa::path(
    post, path = "/desks/{desk}/rotas/{rota}/import", tag = "drafts",
    params(
        ("rota" = String, Path, description = "The rota's name.", example = "primary"),
        How,
    ),
    request_body(
        content((String = "text/calendar"), (Address = "application/json")),
        description = "The calendar, at most 10 MiB, or its address."
    ),
    responses(
        (status = 200, description = "What was understood.", body = Imported),
        (status = 409, description = "The draft is full."),
        (status = 412, description = "Others change the draft all the time."),
        (status = 422, description = "It is no calendar or cannot be read, or there is nothing of that shape in it."),
    )
)]
pub(super) async fn take(
    State(app): State<App>,
    caller: Caller,
    InPath((key, name)): InPath<(String, String)>,
    Asked(how): Asked<How>,
    given: Given,
) -> Result<Json<Imported>, Problem> {
    let live = caller.at(&app, Right::Manage, &key)?;
    let drafting = in_time(app.acts().drafting(&key)).await?.ok_or(Problem::NotFound("desk"))?;
    // As its managers see it: with the draft, if that fits.
    let desk = drafting.result.as_ref().map_or(&*live, |drafted| drafted.desk());
    let rota = desk.rota(&name).ok_or(Problem::NotFound("rota"))?;
    let (text, by_address) = match given {
        Given::Text(text) => (text, false),
        Given::At(Address { address }) => {
            let read = read_at(&app, &address).await;
            (read.map_err(|error| Problem::Unfit(error.to_string()))?.text, true)
        }
    };
    let found = found(&app, desk, rota, text).await?;
    if let Some(word) = how.r#as {
        let shape = match word {
            Word::Layer => Shape::Layer,
            Word::Overrides => Shape::Overrides,
        };
        let edits = found.edits(&rota.name, shape)?;
        if edits.is_empty() {
            return Err(Problem::Unfit(
                "there is nothing of that shape in it; look at it without `as`".into(),
            ));
        }
        let drafted = app.acts().draft(&caller.by, &key, &edits);
        tried(drafted).await??;
    }
    let shifts = found.import.shifts.into_iter().map(|shift| Proposed {
        from: shift.from.into(),
        to: shift.to.into(),
        agent: Agent::of(desk, &shift.agent),
        summary: shift.summary,
    });
    let left_out = found.import.left_out.into_iter().map(LeftOut::from);
    Ok(Json(Imported {
        drafted: how.r#as.is_some(),
        shifts: shifts.collect(),
        left_out: left_out.collect(),
        layer: found.layer.map(WrittenLayer::from),
        overrides: found.overrides.len(),
        calendar: by_address.then_some(found.import.text),
    }))
}
