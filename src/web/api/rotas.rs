//! `GET /desks/{desk}/rotas` and `GET /desks/{desk}/rotas/{rota}/shifts`: by the same function by which pages find their
//! agents.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, Instant};
use super::on_call::Agent;
use super::problem::Problem;
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::rota::{Place, Shift};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest span that is looked at in one go, in days.
const MOST_DAYS: u32 = 366;

/// From when to when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Span {
    /// From when on; now, if it is not said.
    from: Option<Instant>,
    /// Until when, at most 366 days later.
    to: Option<Instant>,
}

/// How far is looked, if that is not said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Horizon {
    /// Two weeks.
    Fortnight,
    /// Ninety days.
    Quarter,
}

impl Span {
    /// What is meant, now.
    pub(super) fn read(&self, now: Timestamp, horizon: Horizon) -> Result<(Timestamp, Timestamp), Problem> {
        let days = match horizon {
            Horizon::Fortnight => 14,
            Horizon::Quarter => 90,
        };
        let from = self.from.map_or(now, |Instant(at)| at);
        let to = self.to.map_or(from + DAY * days, |Instant(at)| at);
        if from >= to {
            return Err(Problem::Query("`to` is later than `from`".into()));
        }
        if to > from + DAY * MOST_DAYS {
            return Err(Problem::Query(format!("`to` is at most {MOST_DAYS} days after `from`")));
        }
        Ok((from, to))
    }
}

/// A desk's rotas.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rotas {
    /// In the order of its file.
    rotas: Vec<Rota>,
}

/// A rota.
#[derive(Debug, Serialize, ToSchema)]
struct Rota {
    /// Its name.
    rota: String,
    /// The IANA zone of its wall clock.
    zone: String,
    /// Everybody who has a turn in it or stands in.
    agents: Vec<Agent>,
    /// Who is on call now; nobody, if it has a gap.
    on_call: Option<Agent>,
}

/// Who is on call by a rota, from hand-off to hand-off.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Schedule {
    /// The rota's name.
    rota: String,
    /// The IANA zone of its wall clock.
    zone: String,
    /// From when on it is shown; the first shift is cut there.
    from: Instant,
    /// Until when; the last shift is cut there.
    to: Instant,
    /// In order. Between them nobody is on call.
    shifts: Vec<OneShift>,
}

/// A stretch in which one agent is on call.
#[derive(Debug, Serialize, ToSchema)]
struct OneShift {
    /// Its first instant.
    from: Instant,
    /// The instant before which it ends.
    to: Instant,
    /// Who is on call.
    agent: Agent,
    /// What part of the rota says so.
    by: By,
    /// Which of them, from 1, in the order of the file.
    #[schema(minimum = 1)]
    ordinal: usize,
}

/// A part of a rota.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RotaPart)]
enum By {
    /// A rotation.
    Layer,
    /// A stretch in which somebody else stands in.
    Override,
}

/// A desk's rotas, with who is on call by them now.
#[utoipa::path(
    get, path = "/desks/{desk}/rotas", tag = "rotas",
    responses((status = 200, body = Rotas))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
) -> Result<Json<Rotas>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let now = app.acts().clock().now();
    let rotas = desk.rotas.iter().map(|rota| {
        let turns = rota.layers.iter().flat_map(|layer| &layer.agents);
        let mut keys: Vec<_> = turns.chain(rota.overrides.iter().map(|one| &one.agent)).collect();
        keys.sort();
        keys.dedup();
        Rota {
            rota: rota.name.clone(),
            zone: rota.zone.name().to_owned(),
            agents: keys.into_iter().map(|key| Agent::of(&desk, key)).collect(),
            on_call: rota.on_call(app.acts().book(), now).map(|found| Agent::of(&desk, found.agent)),
        }
    });
    Ok(Json(Rotas { rotas: rotas.collect() }))
}

/// The final schedule of a rota: two weeks from now on, if nothing else is said, and at most 366 days.
#[utoipa::path(
    get, path = "/desks/{desk}/rotas/{rota}/shifts", tag = "rotas",
    params(
        ("rota" = String, Path, description = "The rota's name.", example = "primary"),
        Span,
    ),
    responses((status = 200, body = Schedule))
)]
pub(super) async fn shifts(
    State(app): State<App>,
    caller: Caller,
    InPath((key, name)): InPath<(String, String)>,
    Asked(span): Asked<Span>,
) -> Result<Json<Schedule>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let rota = desk.rota(&name).ok_or(Problem::NotFound("rota"))?;
    let (from, to) = span.read(app.acts().clock().now(), Horizon::Fortnight)?;
    let one = |shift: Shift| {
        let (by, index) = match shift.place {
            Place::Layer(index) => (By::Layer, index),
            Place::Override(index) => (By::Override, index),
        };
        let agent = Agent::of(&desk, &shift.agent);
        OneShift { from: shift.from.into(), to: shift.to.into(), agent, by, ordinal: index + 1 }
    };
    Ok(Json(Schedule {
        rota: rota.name.clone(),
        zone: rota.zone.name().to_owned(),
        from: from.into(),
        to: to.into(),
        shifts: rota.shifts(app.acts().book(), from, to).map(one).collect(),
    }))
}
