//! `POST /tickets/{number}/commands`: what an agent says by text or key and a manager by a button, said by a program. The
//! rules are those of [`crate::act::Acts::command_by`], whoever comes.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, Key, Number, Sent};
use super::problem::Problem;
use super::tickets::{Ticket, Whose, found};
use crate::act::{CommandError, Looked};
use crate::rules::command::Command;
use crate::rules::people::AgentKey;
use crate::rules::severity::Severity;
use crate::web::commands::{NoWords, code, own_words};
use crate::web::hold::{in_time, tried};

/// What is to be done with a ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = TicketCommand)]
pub(super) enum Order {
    /// The agent whose token it is takes it. For agents.
    Acknowledge {},
    /// He will not: the next one is asked now. For agents.
    Decline {},
    /// The next step is paged now.
    Escalate {},
    /// His phone is rung, and then the customer's. For agents.
    Call {},
    /// He has spoken with the customer. For agents.
    CalledBack {},
    /// It is to be another's, who is paged for it and has to take it.
    HandOver {
        /// His key.
        agent: AgentKey,
    },
    /// Somebody is paged besides those whose turn it is.
    Page {
        /// His key.
        agent: AgentKey,
    },
    /// Something is noted in the timeline.
    Note {
        /// What.
        #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
        text: String,
    },
    /// It is a lesser one.
    Downgrade {
        /// Which: 2, 3 or 4.
        #[schema(value_type = u8, minimum = 2, maximum = 4)]
        severity: Severity,
        /// Why.
        #[schema(min_length = 1, max_length = 2000, pattern = "\\S")]
        reason: String,
    },
    /// It is solved.
    Resolve {
        /// How, if it is said.
        #[schema(max_length = 2000)]
        how: Option<String>,
    },
}

impl Order {
    fn command(self) -> Result<Command, Problem> {
        let words = |field: &str, text: &str| {
            own_words(text).map_err(|none| {
                Problem::Query(match none {
                    NoWords::Empty => format!("`{field}` is empty"),
                    NoWords::TooLong => format!("`{field}` has more than 2000 characters"),
                })
            })
        };
        Ok(match self {
            Order::Acknowledge {} => Command::Acknowledge,
            Order::Decline {} => Command::Decline,
            Order::Escalate {} => Command::Escalate,
            Order::Call {} => Command::CallCustomer,
            Order::CalledBack {} => Command::CallbackDone,
            Order::HandOver { agent } => Command::HandOver { to: agent },
            Order::Page { agent } => Command::Page { agent },
            Order::Note { text } => Command::Note(words("text", &text)?),
            Order::Downgrade { severity, .. } if severity.is_emergency() => {
                return Err(Problem::Query("`severity` is 2, 3 or 4".into()));
            }
            Order::Downgrade { severity, reason } => {
                Command::Downgrade { severity, reason: words("reason", &reason)? }
            }
            Order::Resolve { how } => {
                let how = how.filter(|how| !how.trim().is_empty());
                Command::Resolve { note: how.map(|how| words("how", &how)).transpose()? }
            }
        })
    }
}

/// What came of a command.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommandDone)]
pub(super) struct Done {
    /// In a word: `taken`, `handed_over`, `resolved` …; more may come.
    outcome: String,
    /// In a sentence, as an agent reads it.
    told: String,
    /// The ticket as it is now.
    ticket: Ticket,
}

/// Of which line or desk the number is, and what was looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct About {
    /// The desk's key.
    desk: Option<String>,
    /// The number that was called.
    line: Option<Number>,
    /// The `turn` of the ticket as it was looked at.
    seen: Option<i64>,
}

/// Does something with a ticket. What only an agent of the desk can do asks for a token of his account; disposing of a
/// ticket for which he was not paged asks for the role manager. Of which nothing came is told as 409, with the reason in
/// a word as `outcome`. With `seen`, what would dispose of a ticket that came into other hands since then is not done
/// (`passed`), nor is what went to another step since then sent past that one (`moved_on`).
#[utoipa::path(
    post, path = "/tickets/{number}/commands", tag = "tickets",
    params(
        ("number" = String, Path, description = "The ticket's number.", pattern = "^[0-9]{1,18}$", example = "1001"),
        About,
    ),
    request_body = Order,
    responses(
        (status = 200, description = "It is done.", body = Done),
        (status = 409, description = "Nothing came of it, or several lines have given this number."),
    )
)]
pub(super) async fn give(
    State(app): State<App>,
    caller: Caller,
    InPath(number): InPath<String>,
    Asked(About { desk, line, seen }): Asked<About>,
    Key(key): Key,
    Sent(order): Sent<Order>,
) -> Result<Json<Done>, Problem> {
    let id = found(&app, &caller, &number, Whose { desk, line }).await?.case.ticket.id;
    let command = order.command()?;
    let looked = Looked { once: key.as_deref(), seen };
    let said = app.acts().command_by(caller.commander(), &id, command, looked);
    let said = tried(said).await?.map_err(|error| match error {
        CommandError::NoTicket => Problem::NotFound("ticket"),
        CommandError::Lacks(right) => Problem::Lacks(right),
        passed @ CommandError::Passed { .. } => {
            Problem::Refused { outcome: "passed".into(), words: passed.to_string() }
        }
        moved @ CommandError::MovedOn => {
            Problem::Refused { outcome: "moved_on".into(), words: moved.to_string() }
        }
        CommandError::Act(error) => Problem::Busy(error.into()),
    })?;
    let (outcome, words) = (code(&said).replace('-', "_"), said.words.clone());
    if !said.is_done() {
        return Err(Problem::Refused { outcome, words });
    }
    let view = in_time(app.acts().ticket_of_id(&id)).await?.ok_or(Problem::NotFound("ticket"))?;
    Ok(Json(Done { outcome, told: words, ticket: Ticket::of(&app, &caller, &view.case) }))
}
