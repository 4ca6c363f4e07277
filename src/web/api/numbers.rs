//! `GET /desks/{desk}/agents/{agent}/numbers`, with `POST …/code` and `POST …/verify`: whether an agent's numbers were shown
//! to be his, by a code that is sent there and comes back. For himself and for who keeps the desk.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::asked::{Caller, InPath, Instant, Sent};
use super::leave::keeps;
use super::problem::Problem;
use crate::act::{AgentNumber, GiveCodeError, SendCodeError};
use crate::rules::access::Right;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::people::AgentKey;
use crate::rules::policy::MethodKind;
use crate::web::hold::{in_time, tried};

/// An agent's numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentNumbers)]
pub(super) struct Numbers {
    /// The preferred first.
    numbers: Vec<Number>,
}

/// A number of an agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentNumber)]
pub(super) struct Number {
    /// The number.
    number: PhoneNumber,
    /// What it takes.
    methods: Vec<MethodKind>,
    /// Since when it is known to be his, if it is. One that is not is paged all the same.
    verified_at: Option<Instant>,
    /// The code that was sent there and may still be given.
    awaited: Option<Awaited>,
}

/// A code that was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AwaitedCode)]
pub(super) struct Awaited {
    /// The instant from which on it is good no longer.
    until: Instant,
    /// How often it may be tried yet.
    tries: u32,
}

async fn numbers_of(app: &App, desk: &Desk, agent: &Agent) -> Result<Vec<Number>, Problem> {
    let key = desk.key.as_str();
    let verified = in_time(app.acts().verified_numbers(key)).await?;
    let awaited = in_time(app.acts().awaited_codes(key, &agent.key)).await?;
    let number = |phone: &crate::rules::desk::Phone| Number {
        number: phone.number.clone(),
        methods: phone.methods.clone(),
        verified_at: verified
            .iter()
            .find(|one| one.agent == agent.key && one.number == phone.number)
            .map(|one| one.at.into()),
        awaited: awaited
            .iter()
            .find(|one| one.number == phone.number && one.tries > 0)
            .map(|one| Awaited { until: one.until.into(), tries: one.tries }),
    };
    Ok(agent.phones.iter().map(number).collect())
}

/// One of them, as it is after something was done about it.
async fn number_of(app: &App, desk: &Desk, agent: &Agent, number: &PhoneNumber) -> Result<Number, Problem> {
    let all = numbers_of(app, desk, agent).await?;
    all.into_iter().find(|one| one.number == *number).ok_or(Problem::NotFound("number"))
}

/// An agent of a desk, for himself and for who keeps the desk.
fn his(app: &App, caller: &Caller, desk: &str, agent: &AgentKey) -> Result<(Arc<Desk>, Agent), Problem> {
    let desk = caller.at(app, Right::See, desk)?;
    if !keeps(caller, &desk, agent) {
        return Err(Problem::Lacks(Right::Manage));
    }
    let agent = desk.agent(agent).cloned().ok_or(Problem::NotFound("agent"))?;
    Ok((desk, agent))
}

fn refused(outcome: &str, error: impl ToString) -> Problem {
    Problem::Refused { outcome: outcome.into(), words: error.to_string() }
}

/// An agent's numbers, and whether they are verified.
#[utoipa::path(
    get, path = "/desks/{desk}/agents/{agent}/numbers", tag = "agents",
    params(
        ("agent" = String, Path, description = "The agent's key.", example = "ada"),
    ),
    responses((status = 200, body = Numbers))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath((key, agent)): InPath<(String, AgentKey)>,
) -> Result<Json<Numbers>, Problem> {
    let (desk, agent) = his(&app, &caller, &key, &agent)?;
    Ok(Json(Numbers { numbers: numbers_of(&app, &desk, &agent).await? }))
}

/// A code that is to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CodeWanted)]
pub(super) struct Wanted {
    /// To which of his numbers.
    number: PhoneNumber,
    /// By a text or by a call.
    method: MethodKind,
}

/// Sends a code to an agent's number, in the place of the one before. Each further one takes longer: `too_soon` tells when
/// it may be sent.
#[utoipa::path(
    post, path = "/desks/{desk}/agents/{agent}/numbers/code", tag = "agents",
    params(
        ("agent" = String, Path, description = "The agent's key.", example = "ada"),
    ),
    request_body = Wanted,
    responses((status = 202, description = "It is on its way.", body = Number))
)]
pub(super) async fn send_code(
    State(app): State<App>,
    caller: Caller,
    InPath((key, agent)): InPath<(String, AgentKey)>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(StatusCode, Json<Number>), Problem> {
    let (desk, agent) = his(&app, &caller, &key, &agent)?;
    let Wanted { number, method } = wanted;
    let of = AgentNumber { desk: key, agent: agent.key.clone(), number: number.clone() };
    let sent = app.acts().send_code(caller.by, of, method);
    tried(sent).await?.map_err(|error| match error {
        SendCodeError::Act(error) => Problem::Busy(error.into()),
        SendCodeError::NoNumber => Problem::NotFound("number"),
        SendCodeError::NotTaken => refused("not_taken", error),
        SendCodeError::OutOfUse => refused("out_of_use", error),
        SendCodeError::Later(_) => refused("too_soon", error),
    })?;
    Ok((StatusCode::ACCEPTED, Json(number_of(&app, &desk, &agent, &number).await?)))
}

/// A code that arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CodeGiven)]
pub(super) struct Given {
    /// At which of his numbers.
    number: PhoneNumber,
    /// The code: six digits.
    code: String,
}

/// Verifies an agent's number by the code that was sent there.
#[utoipa::path(
    post, path = "/desks/{desk}/agents/{agent}/numbers/verify", tag = "agents",
    params(
        ("agent" = String, Path, description = "The agent's key.", example = "ada"),
    ),
    request_body = Given,
    responses((status = 200, description = "It is verified.", body = Number))
)]
pub(super) async fn give_code(
    State(app): State<App>,
    caller: Caller,
    InPath((key, agent)): InPath<(String, AgentKey)>,
    Sent(given): Sent<Given>,
) -> Result<Json<Number>, Problem> {
    let (desk, agent) = his(&app, &caller, &key, &agent)?;
    let Given { number, code } = given;
    let of = AgentNumber { desk: key, agent: agent.key.clone(), number: number.clone() };
    let given = app.acts().give_number_code(caller.by, of, &code);
    tried(given).await?.map_err(|error| match error {
        GiveCodeError::Act(error) => Problem::Busy(error.into()),
        GiveCodeError::Wrong => refused("wrong_code", error),
        GiveCodeError::Over => refused("code_over", error),
    })?;
    Ok(Json(number_of(&app, &desk, &agent, &number).await?))
}
