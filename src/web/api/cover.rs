//! `GET` and `POST /desks/{desk}/cover`, `GET /desks/{desk}/cover/{id}` and `POST …/commands`: requests for cover and
//! swaps. Who may do what is [`crate::web::cover`]'s; what comes of it, [`crate::act::Acts::deal`]'s.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Caller, InPath, Instant, Sent};
use super::cursor::Below;
use super::on_call::Agent;
use super::problem::Problem;
use crate::act::{Asking, CoverError};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::cover::{self, Cannot, CoverId};
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::web::cover::{Doer, Wish, deed};
use crate::web::hold::{in_time, tried};

/// A stretch of time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Span)]
pub(super) struct Span {
    /// Its first instant.
    pub(super) from: Instant,
    /// The instant before which it ends.
    pub(super) to: Instant,
}

impl Span {
    /// As the rules have it.
    pub(super) fn read(self, field: &str) -> Result<cover::Span, Problem> {
        let (Instant(from), Instant(to)) = (self.from, self.to);
        let span = cover::Span { from, to };
        (from < to).then_some(span).ok_or_else(|| Problem::Query(format!("`{field}` ends before it begins")))
    }
}

impl From<cover::Span> for Span {
    fn from(span: cover::Span) -> Span {
        Span { from: span.from.into(), to: span.to.into() }
    }
}

/// Requests for cover and swaps.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Covers {
    /// The requests.
    cover: Vec<Cover>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A request for cover, or the offer of a swap.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cover)]
pub(super) struct Cover {
    /// By which it is named.
    id: String,
    /// The rota's name.
    rota: String,
    /// Whose shift it is.
    asker: Agent,
    /// For which part of it somebody else is to be on call.
    span: Span,
    /// In a swap, the part of the other's shift that the asker takes for it.
    in_return: Option<Span>,
    /// Who may take it.
    asked: Vec<Agent>,
    /// Of those, who will not.
    declined: Vec<Agent>,
    /// What the asker says of it.
    note: String,
    /// Since when he asks.
    asked_at: Instant,
    /// How it stands.
    state: Standing,
    /// Who has taken it, or had.
    taker: Option<Agent>,
    /// Which manager approved it.
    approved_by: Option<String>,
    /// Why nothing comes of it any more, if that is so.
    end: Option<End>,
}

/// How a request stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CoverState)]
enum Standing {
    /// Nobody has taken it yet.
    Open,
    /// Somebody has, and a manager is to approve.
    Taken,
    /// It is in the rota.
    Agreed,
    /// Nothing comes of it any more.
    Over,
}

/// Why nothing comes of a request any more.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CoverEnd)]
enum End {
    /// It was taken back.
    Withdrawn,
    /// Nobody who was asked will.
    Declined,
    /// The manager will not have it.
    Refused,
    /// It began before it was agreed.
    Lapsed,
    /// The shift beneath is another's now, and it cannot be told where it went.
    Adrift,
    /// It was changed or taken out in the rota.
    Undone,
    /// It has been.
    Past,
}

impl From<cover::End> for End {
    fn from(end: cover::End) -> End {
        match end {
            cover::End::Withdrawn => End::Withdrawn,
            cover::End::Declined => End::Declined,
            cover::End::Refused => End::Refused,
            cover::End::Lapsed => End::Lapsed,
            cover::End::Adrift => End::Adrift,
            cover::End::Undone => End::Undone,
            cover::End::Past => End::Past,
        }
    }
}

impl Cover {
    fn of(desk: &Desk, cover: &cover::Cover) -> Cover {
        let agents = |keys: &[AgentKey]| keys.iter().map(|key| Agent::of(desk, key)).collect();
        let (state, approved_by, end) = match &cover.state {
            cover::State::Open => (Standing::Open, None, None),
            cover::State::Taken { .. } => (Standing::Taken, None, None),
            cover::State::Agreed { approved_by, .. } => (Standing::Agreed, approved_by.clone(), None),
            cover::State::Over { end, .. } => (Standing::Over, None, Some(End::from(*end))),
        };
        Cover {
            id: cover.id.as_str().to_owned(),
            rota: cover.rota.clone(),
            asker: Agent::of(desk, &cover.asker),
            span: cover.span.into(),
            in_return: cover.in_return.map(Span::from),
            asked: agents(&cover.asked),
            declined: agents(&cover.declined),
            note: cover.note.clone(),
            asked_at: cover.asked_at.into(),
            state,
            taker: cover.taker().map(|taker| Agent::of(desk, taker)),
            approved_by,
            end,
        }
    }
}

/// Which requests, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Listed {
    /// Those whose time is over, the last first; those that are to come, the first to begin first, if it is not said.
    #[serde(default)]
    #[param(required = false)]
    past: bool,
    /// The `next` of the page before.
    cursor: Option<Below>,
}

/// A desk's requests for cover and swaps.
#[utoipa::path(
    get, path = "/desks/{desk}/cover", tag = "cover",
    params(Listed),
    responses((status = 200, body = Covers))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Asked(listed): Asked<Listed>,
) -> Result<Json<Covers>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let now = app.acts().clock().now();
    let (found, next) = match (listed.past, listed.cursor) {
        (false, None) => (in_time(app.acts().covers(&key)).await?, None),
        (false, Some(_)) => return Err(Problem::Query("only a list of the past goes on by cursors".into())),
        (true, cursor) => {
            let by = cursor.map_or(now, |Below(millis)| Timestamp(millis)).min(now);
            let (found, next) = in_time(app.acts().past_covers(&key, by)).await?;
            (found, next.map(|next| Below(next.0).to_string()))
        }
    };
    Ok(Json(Covers { cover: found.iter().map(|cover| Cover::of(&desk, cover)).collect(), next }))
}

/// One request.
#[utoipa::path(
    get, path = "/desks/{desk}/cover/{id}", tag = "cover",
    params(
        ("id" = String, Path, description = "By which it is named."),
    ),
    responses((status = 200, body = Cover, headers(("etag" = String))))
)]
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    InPath((key, id)): InPath<(String, String)>,
) -> Result<Json<Cover>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let cover = in_time(app.acts().cover(&key, &CoverId::from_text(id))).await?;
    Ok(Json(Cover::of(&desk, &cover.ok_or(NONE)?)))
}

const NONE: Problem = Problem::NotFound("request");

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CoverWanted)]
pub(super) struct Wanted {
    /// The rota's name.
    rota: String,
    /// Which part of a shift of one's own.
    span: Span,
    /// In a swap, which part of a colleague's is taken for it.
    in_return: Option<Span>,
    /// Who is asked, by keys; everybody of the rota, if nobody is named. A swap asks whose shift it is.
    #[serde(default)]
    #[schema(required = false)]
    ask: Vec<AgentKey>,
    /// What one says of it.
    #[serde(default)]
    #[schema(required = false, max_length = 200)]
    note: String,
}

/// Asks for cover of a part of one's own shift, or offers a swap: with a token of an agent's account. Asked twice for the
/// same, the request is the one that is there.
#[utoipa::path(
    post, path = "/desks/{desk}/cover", tag = "cover",
    request_body = Wanted,
    responses(
        (status = 201, description = "The request.", body = Cover),
        (status = 409, description = "It cannot be asked for."),
    )
)]
pub(super) async fn ask(
    State(app): State<App>,
    caller: Caller,
    InPath(key): InPath<String>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(StatusCode, Json<Cover>), Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let asker = caller.as_agent(&desk)?;
    if desk.rota(&wanted.rota).is_none() {
        return Err(Problem::NotFound("rota"));
    }
    let asking = Asking {
        rota: wanted.rota,
        asker,
        span: wanted.span.read("span")?,
        in_return: wanted.in_return.map(|span| span.read("in_return")).transpose()?,
        asked: wanted.ask,
        note: wanted.note.trim().to_owned(),
    };
    let asked = app.acts().ask_for_cover(&caller.by, &key, asking);
    let id = tried(asked).await?.map_err(|error| told(&desk, error))?;
    let cover = in_time(app.acts().cover(&key, &id)).await?.ok_or(NONE)?;
    Ok((StatusCode::CREATED, Json(Cover::of(&desk, &cover))))
}

/// What is to be done about a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CoverCommand)]
pub(super) struct Order {
    /// What.
    command: Word,
}

/// What can be done about a request.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CoverDeed)]
enum Word {
    /// The agent whose token it is takes it.
    Take,
    /// He will not.
    Decline,
    /// It is taken back: by who asked, or a manager.
    Withdraw,
    /// A manager approves.
    Approve,
    /// A manager will not have it.
    Refuse,
}

/// Does something about a request. What an agent does asks for a token of his account.
#[utoipa::path(
    post, path = "/desks/{desk}/cover/{id}/commands", tag = "cover",
    params(
        ("id" = String, Path, description = "By which it is named."),
    ),
    request_body = Order,
    responses(
        (status = 200, description = "The request as it is now.", body = Cover),
        (status = 409, description = "That cannot be done with it."),
    )
)]
pub(super) async fn give(
    State(app): State<App>,
    caller: Caller,
    InPath((key, id)): InPath<(String, String)>,
    Sent(order): Sent<Order>,
) -> Result<Json<Cover>, Problem> {
    let desk = caller.at(&app, Right::See, &key)?;
    let id = CoverId::from_text(id);
    let cover = in_time(app.acts().cover(&key, &id)).await?.ok_or(NONE)?;
    let wish = match order.command {
        Word::Take => Wish::Take,
        Word::Decline => Wish::Decline,
        Word::Withdraw => Wish::Withdraw,
        Word::Approve => Wish::Approve,
        Word::Refuse => Wish::Refuse,
    };
    let me = caller.agent_at(&desk);
    let manages = caller.principal.may(Right::Manage, &key);
    let deed = deed(wish, &cover, &Doer { agent: me, manages, name: &caller.name });
    let deed = deed.map_err(|lacks| match lacks {
        Right::Answer if caller.principal.may(Right::Answer, &key) => Problem::NotAnAgent,
        lacks => Problem::Lacks(lacks),
    })?;
    let done = app.acts().deal(&caller.by, (&key, &id), &deed, me);
    let cover = tried(done).await?.map_err(|error| told(&desk, error))?;
    Ok(Json(Cover::of(&desk, &cover)))
}

/// Why nothing came of it.
fn told(desk: &Desk, error: CoverError) -> Problem {
    let words = error.to_string();
    let outcome = match error {
        CoverError::Act(error) => return Problem::Busy(error.into()),
        CoverError::NoSuch => return NONE,
        CoverError::LongNote => return Problem::Query("`note` has more than 200 characters".into()),
        CoverError::Cannot(Cannot::Taken(by)) => {
            let words = format!("{} was quicker and has it.", desk.name_of(&by));
            return Problem::Refused { outcome: "taken".into(), words };
        }
        CoverError::Cannot(Cannot::NotAsked) => "not_asked",
        CoverError::Cannot(Cannot::NotTaken) => "not_taken",
        CoverError::Cannot(Cannot::Agreed) => "agreed",
        CoverError::Cannot(Cannot::Over) => "over",
        CoverError::NotYours => "not_yours",
        CoverError::NotTheirs => "not_theirs",
        CoverError::Overlap => "overlap",
        CoverError::ComesTwice => "comes_twice",
        CoverError::Asked(id) => {
            let words = format!("{words} The request is {id}.");
            return Problem::Refused { outcome: "asked".into(), words };
        }
        CoverError::Begun => "begun",
        CoverError::Nobody => "nobody",
        CoverError::Moved => "moved",
        CoverError::Unfit(_) => "unfit",
    };
    Problem::Refused { outcome: outcome.into(), words }
}
