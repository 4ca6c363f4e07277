//! `GET /board`: the night board as it stands: open emergencies, whose phones do what, what comes next, who is on call and
//! who follows, how the carriers and the processes are. Looked at once; who wants to be told of changes asks again, with
//! the ETag that he was given.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, Caller, Instant};
use super::exceptions::Exception;
use super::on_call::Agent;
use super::problem::Problem;
use super::tickets::Ticket;
use super::{App, asked_desk};
use crate::act;
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::case::Case;
use crate::rules::desk::Desk;
use crate::web::CarrierHealth;
use crate::web::hold::in_time;
use crate::web::ui::{self, Tone, Wall};

/// Of which desk.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The desk's key; every desk that the token may see, if it is not said.
    desk: Option<String>,
}

/// The night board.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Board {
    /// Open emergencies, and whatever else somebody is being paged for: what nobody has comes first.
    open: Vec<OnBoard>,
    /// What was dealt with just now, the newest first.
    recent: Vec<OnBoard>,
    /// Who is on call.
    desks: Vec<DeskWatch>,
    /// How the carriers are, as the process that was asked finds them.
    carriers: Vec<Carrier>,
    /// The processes that page.
    processes: Vec<Process>,
    /// Why no page would leave the process that was asked, if none would.
    trouble: Option<String>,
}

/// A ticket on the board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TicketOnBoard)]
struct OnBoard {
    /// The ticket.
    ticket: Ticket,
    /// How urgent it is to look at it.
    tone: Word,
    /// How it stands, in a few words.
    standing: String,
    /// What time alone brings next, in words.
    next: Option<String>,
    /// When that is.
    next_at: Option<Instant>,
    /// Whose phone does what at this moment, in words.
    phones: Vec<String>,
    /// Who was paged, and what came of it.
    paged: Vec<Paged>,
}

/// How urgent it is to look at a ticket.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Tone)]
enum Word {
    /// Nobody has it.
    Alarm,
    /// Somebody has it, and the caller waits to be called.
    Held,
    /// The caller was called back.
    Calm,
    /// It is over.
    Over,
}

/// Somebody who was paged.
#[derive(Debug, Serialize, ToSchema)]
struct Paged {
    /// His name.
    name: String,
    /// What came of it, in words.
    words: String,
}

/// Who is on call at a desk.
#[derive(Debug, Serialize, ToSchema)]
struct DeskWatch {
    /// The desk's key.
    desk: String,
    /// The desk's name.
    name: String,
    /// Its rotas, in the order of its file.
    rotas: Vec<RotaWatch>,
    /// What is declared of it now, otherwise than its file has it.
    exceptions: Vec<Exception>,
}

/// Who is on call by a rota, and who follows.
#[derive(Debug, Serialize, ToSchema)]
struct RotaWatch {
    /// The rota's name.
    rota: String,
    /// Who is on call; nobody, in a gap.
    now: Option<Agent>,
    /// When that changes, if it does within 400 days.
    until: Option<Instant>,
    /// Who follows then; nobody, if it is a gap.
    next: Option<Agent>,
}

/// How a carrier is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CarrierHealth)]
pub(super) struct Carrier {
    /// Its name.
    name: String,
    /// Whether its requests are answered as they should be.
    is_well: bool,
    /// When it last failed as a whole, if it did.
    failed_at: Option<Instant>,
    /// How it failed.
    failed: Option<String>,
}

impl From<CarrierHealth> for Carrier {
    fn from(health: CarrierHealth) -> Carrier {
        let (failed_at, failed) = health.failed.map(|(at, how)| (Instant(at), how)).unzip();
        Carrier { name: health.name, is_well: health.is_well, failed_at, failed }
    }
}

/// A process that pages.
#[derive(Debug, Serialize, ToSchema)]
struct Process {
    /// Its machine.
    name: String,
    /// Whether it is the one that was asked.
    this: bool,
    /// Whether its heart beats.
    is_well: bool,
}

impl OnBoard {
    fn of(app: &App, caller: &Caller, desk: &Desk, case: &Case) -> (OnBoard, (Tone, u8, i64)) {
        let now = app.acts().clock().now();
        let wall = Wall { book: app.acts().book(), zone: desk.zone(), now };
        let standing = ui::Standing::of(case, desk, &wall);
        let order = standing.urgency(case);
        let (next, next_at) = match &standing.deadline {
            Some(deadline) => (Some(deadline.what.to_owned()), Some(Timestamp(deadline.at.millis).into())),
            None => (None, None),
        };
        let on_board = OnBoard {
            ticket: Ticket::of(app, caller, case),
            tone: match standing.tone {
                Tone::Alarm => Word::Alarm,
                Tone::Held => Word::Held,
                Tone::Calm => Word::Calm,
                Tone::Over => Word::Over,
            },
            standing: standing.words,
            next,
            next_at,
            phones: standing.phones,
            paged: standing.asked.into_iter().map(|one| Paged { name: one.name, words: one.words }).collect(),
        };
        (on_board, order)
    }
}

impl DeskWatch {
    fn of(app: &App, caller: &Caller, desk: &Desk) -> DeskWatch {
        let agent = |key: &Option<_>| key.as_ref().map(|key| Agent::of(desk, key));
        let rota = |watch: &act::Watch| RotaWatch {
            rota: watch.rota.clone(),
            now: agent(&watch.now),
            until: watch.until.map(Instant),
            next: agent(&watch.next),
        };
        let watches = app.acts().watches(desk, app.acts().clock().now());
        let declared = app.acts().declared(desk.key.as_str()).into_iter();
        let knows_who = caller.principal.may(Right::Manage, desk.key.as_str());
        DeskWatch {
            desk: desk.key.to_string(),
            name: desk.name.clone(),
            rotas: watches.iter().map(rota).collect(),
            exceptions: declared.map(|one| Exception::of(one, knows_who)).collect(),
        }
    }
}

/// The night board as it stands.
#[utoipa::path(get, path = "/board", tag = "tickets", params(Which), responses((status = 200, body = Board)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<Board>, Problem> {
    let asked = asked_desk(&app, &caller, which.desk.as_deref())?;
    let desks = app.acts().desks();
    let meant = |key: &str| {
        asked.as_deref().is_none_or(|asked| asked == key) && caller.principal.may(Right::See, key)
    };
    let board = in_time(app.acts().board()).await?;
    let on_board = |case: &Case| {
        let desk = desks.by_key(&case.ticket.desk).filter(|desk| meant(desk.key.as_str()))?;
        Some(OnBoard::of(&app, &caller, desk, case))
    };
    let mut open: Vec<_> = board.open.iter().filter_map(|open| on_board(&open.case)).collect();
    open.sort_by_key(|(_, order)| *order);
    let recent = board.recent.iter().filter_map(on_board).map(|(on_board, _)| on_board).collect();
    let process = |node: act::Node| Process { name: node.name, this: node.this, is_well: node.is_well };
    Ok(Json(Board {
        open: open.into_iter().map(|(on_board, _)| on_board).collect(),
        recent,
        desks: desks
            .all()
            .filter(|desk| meant(desk.key.as_str()))
            .map(|desk| DeskWatch::of(&app, &caller, desk))
            .collect(),
        carriers: (app.web.health)().into_iter().map(Carrier::from).collect(),
        processes: board.nodes.into_iter().map(process).collect(),
        trouble: (app.web.ready)().err(),
    }))
}
