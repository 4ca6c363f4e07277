//! `/desks/{desk}/cover…`: requests for cover and swaps, and what one may do about each with one tap; `ask` has the form.
//! Whoever may see the desk sees them; taking one is for the agents who were asked, approving for managers.

pub(super) mod ask;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::when::Wall;
use super::{AtDesk, Place, encoded};
use crate::act::CoverError;
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::cover::{Cannot, Cover, CoverId, End, Reader, Span, State as Standing, Told};
use crate::rules::policy::MethodKind;
use crate::web::cover::{Doer, Wish};
use crate::web::hold::{in_time, tried};
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::Errors;
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};
use crate::web::{self, App};

/// A request on a list.
pub(super) struct Row {
    pub(super) id: String,
    /// What is asked for.
    pub(super) told: String,
    pub(super) when: String,
    /// How it stands.
    pub(super) state: String,
    /// Whether somebody has to look after it.
    pub(super) warn: bool,
    /// Whether it waits for whoever looks.
    pub(super) yours: bool,
}

/// Which buttons somebody has.
#[derive(Clone, Copy, Default)]
struct Offers {
    take: bool,
    withdraw: bool,
    approve: bool,
}

impl Offers {
    fn of(at: &AtDesk, cover: &Cover, now: Timestamp) -> Offers {
        if !cover.waits() || cover.begins() <= now {
            return Offers::default();
        }
        let manages = at.visiting.principal().may(Right::Manage, &at.key);
        let me = at.me();
        let asked = me.is_some_and(|me| cover.asked.contains(me) && !cover.declined.contains(me));
        let taken = cover.taker().is_some();
        Offers {
            take: asked && !taken,
            withdraw: manages || me == Some(&cover.asker),
            approve: manages && taken,
        }
    }
}

/// The clock on which somebody is shown a rota's times: his own, if he is an agent with one.
fn clock<'a>(app: &'a App, at: &AtDesk, cover: &Cover) -> Wall<'a> {
    let own = at.me().and_then(|me| at.live.agent(me)).and_then(|agent| agent.zone);
    let rota = at.live.rota(&cover.rota).map(|rota| rota.zone);
    Wall::new(app.acts().book(), own.or(rota).unwrap_or(at.live.zone()))
}

/// How a request stands, in a sentence.
fn standing(at: &AtDesk, cover: &Cover) -> String {
    let asker = at.live.name_of(&cover.asker);
    let taker = cover.taker().map(|by| at.live.name_of(by)).unwrap_or_default();
    match &cover.state {
        Standing::Open => format!("Nobody has taken it yet. {asker} is on call unless somebody does."),
        Standing::Taken { .. } => format!("{taker} would take it. A manager has to approve."),
        Standing::Agreed { approved_by: Some(manager), .. } => {
            format!("{taker} is on call instead of {asker}, approved by {manager}.")
        }
        Standing::Agreed { .. } => format!("{taker} is on call instead of {asker}."),
        Standing::Over { end, .. } => match end {
            End::Withdrawn => "Taken back.".into(),
            End::Declined => format!("Everybody who was asked has declined. {asker} is on call."),
            End::Refused => format!("Refused by a manager. {asker} is on call."),
            End::Lapsed => format!("Not agreed before it began. {asker} is on call."),
            End::Adrift => {
                format!(
                    "The rota has changed: {asker} is not on call then any more, and this could not follow. \
                         Look who is, and put it right."
                )
            }
            End::Undone => "It was changed or taken out in the rota.".into(),
            End::Past => format!("{taker} was on call instead of {asker}."),
        },
    }
}

impl Row {
    pub(super) fn of(app: &App, at: &AtDesk, cover: &Cover) -> Row {
        let now = app.acts().clock().now();
        let wall = clock(app, at, cover);
        let asker = at.live.name_of(&cover.asker);
        let told = match cover.in_return {
            Some(_) => format!("{asker} offers a swap: {}", cover.rota),
            None => format!("{asker} asks for cover: {}", cover.rota),
        };
        let other = cover.in_return.map(|other| format!(", for {}", wall.span(other.from, other.to)));
        let offers = Offers::of(at, cover, now);
        let amiss = matches!(cover.state, Standing::Over { end: End::Adrift | End::Undone, .. });
        Row {
            id: cover.id.as_str().to_owned(),
            told,
            when: format!("{}{}", wall.span(cover.span.from, cover.span.to), other.unwrap_or_default()),
            state: standing(at, cover),
            warn: amiss && cover.ends() > now,
            yours: offers.take || offers.approve,
        }
    }
}

/// Those of a rota that somebody has to look after: they wait, or could not follow.
pub(super) async fn of_rota(app: &App, at: &AtDesk, rota: &str) -> Result<Vec<Row>, Trouble> {
    let coming = in_time(app.acts().covers(&at.key)).await?;
    let of_rota = coming.iter().filter(|cover| cover.rota == rota);
    let rows = of_rota.map(|cover| (cover.waits(), Row::of(app, at, cover)));
    Ok(rows.filter(|(waits, row)| *waits || row.warn).map(|(_, row)| row).collect())
}

#[derive(Template)]
#[template(path = "covers.html", config = "src/web/ui/askama.toml")]
struct ListPage {
    frame: Frame,
    place: Place,
    /// Rotas in which he may ask, by name and link.
    rotas: Vec<(String, String)>,
    asks: bool,
    waiting: Vec<Row>,
    amiss: Vec<Row>,
    agreed: Vec<Row>,
    past: Vec<Row>,
    /// Where the next page of what is past begins.
    older: Option<i64>,
    first: bool,
}

/// Which page of what is past.
#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<i64>,
}

/// All of them.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let now = app.acts().clock().now();
    let coming = in_time(app.acts().covers(&at.key)).await?;
    let by = asked.before.map_or(now, Timestamp).min(now);
    let (past, older) = in_time(app.acts().past_covers(&at.key, by)).await?;
    let first = asked.before.is_none();
    let mut shown = ListPage {
        frame: at.frame(),
        place: at.place(&app.site),
        rotas: at.live.rotas.iter().map(|rota| (rota.name.clone(), encoded(&rota.name))).collect(),
        asks: at.me().is_some(),
        waiting: Vec::new(),
        amiss: Vec::new(),
        agreed: Vec::new(),
        past: past.iter().map(|cover| Row::of(&app, &at, cover)).collect(),
        older: older.map(|older| older.0),
        first,
    };
    for cover in &coming {
        let row = Row::of(&app, &at, cover);
        match &cover.state {
            Standing::Open | Standing::Taken { .. } => shown.waiting.push(row),
            Standing::Agreed { .. } => shown.agreed.push(row),
            Standing::Over { .. } if row.warn => shown.amiss.push(row),
            // Nothing comes of it; it is past for everybody.
            Standing::Over { .. } if first => shown.past.insert(0, row),
            Standing::Over { .. } => {}
        }
    }
    Ok(page(StatusCode::OK, &shown))
}

#[derive(Template)]
#[template(path = "cover.html", config = "src/web/ui/askama.toml")]
struct OnePage {
    frame: Frame,
    place: Place,
    errors: Errors,
    id: String,
    rota: String,
    link: String,
    swap: bool,
    asker: String,
    /// On which clock.
    zone: String,
    when: String,
    in_return: Option<String>,
    note: String,
    state: String,
    asked: Vec<(String, bool)>,
    asked_at: String,
    /// Who was told of it last, and how.
    told: Vec<(String, String)>,
    take: bool,
    withdraw: bool,
    approve: bool,
}

async fn page_of(app: &App, at: &AtDesk, id: &CoverId, errors: Errors) -> Result<Response, Trouble> {
    let cover = in_time(app.acts().cover(&at.key, id)).await?.ok_or(Trouble::NotFound)?;
    let now = app.acts().clock().now();
    let wall = clock(app, at, &cover);
    let span = |span: Span| wall.span(span.from, span.to);
    let offers = Offers::of(at, &cover, now);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    let asked = cover.asked.iter().map(|key| (at.live.name_of(key), cover.declined.contains(key)));
    let mut told = in_time(app.acts().cover_told(id)).await?;
    // What waits and is news no more will not be told.
    told.retain(|told| !told.waits || cover.is_news(&told.reader, told.what, now));
    let shown = OnePage {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        id: cover.id.as_str().to_owned(),
        rota: cover.rota.clone(),
        link: encoded(&cover.rota),
        swap: cover.is_swap(),
        asker: at.live.name_of(&cover.asker),
        zone: wall.zone.to_string(),
        when: span(cover.span),
        in_return: cover.in_return.map(span),
        note: cover.note.clone(),
        state: standing(at, &cover),
        asked: asked.collect(),
        asked_at: wall.told(cover.asked_at),
        told: told.iter().map(|told| (reader(at, &told.reader), how(told, wall))).collect(),
        take: offers.take,
        withdraw: offers.withdraw,
        approve: offers.approve,
    };
    Ok(page(status, &shown))
}

fn reader(at: &AtDesk, reader: &Reader) -> String {
    match reader {
        Reader::Agent(agent) => at.live.name_of(agent),
        Reader::Manager => "The manager".into(),
    }
}

/// How somebody was told, or is to be.
fn how(told: &Told, wall: Wall<'_>) -> String {
    let at = wall.told(told.at);
    match told.method {
        Some(MethodKind::Sms) if told.waits => format!("by a text, from {at} on"),
        Some(MethodKind::Voice) if told.waits => format!("by a call, from {at} on"),
        Some(MethodKind::Sms) => format!("by a text, {at}"),
        Some(MethodKind::Voice) => format!("by a call, {at}"),
        None => "not told: no telephone is in use".into(),
    }
}

/// One of them.
pub(super) async fn one(
    State(app): State<App>,
    Path((desk, id)): Path<(String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    page_of(&app, &at, &CoverId::from_text(id), Errors::default()).await
}

/// What is done about one, by the last part of the address.
pub(super) async fn deal(
    State(app): State<App>,
    Path((desk, id, deed)): Path<(String, String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let id = CoverId::from_text(id);
    let wish = match deed.as_str() {
        "take" => Wish::Take,
        "decline" => Wish::Decline,
        "withdraw" => Wish::Withdraw,
        "approve" => Wish::Approve,
        "refuse" => Wish::Refuse,
        _ => return Err(Trouble::NotFound),
    };
    let cover = in_time(app.acts().cover(&at.key, &id)).await?.ok_or(Trouble::NotFound)?;
    let manages = at.visiting.principal().may(Right::Manage, &at.key);
    let doer = Doer { agent: at.me(), manages, name: &at.visiting.visitor.account.name };
    let deed = web::cover::deed(wish, &cover, &doer).map_err(Trouble::lacks)?;
    let by = at.visiting.by();
    match tried(app.acts().deal(&by, (&at.key, &id), &deed, at.me())).await? {
        Ok(_) => Ok(app.site.to(&at.path(&format!("/cover/{id}")))),
        Err(error) => page_of(&app, &at, &id, told(&at, error)?).await,
    }
}

/// Why nothing came of it, told beside the form; a trouble if it is none of his making.
fn told(at: &AtDesk, error: CoverError) -> Result<Errors, Trouble> {
    let field = match &error {
        CoverError::Act(_) => {
            let CoverError::Act(error) = error else { return Err(Trouble::Busy) };
            return Err(error.into());
        }
        CoverError::NoSuch => return Err(Trouble::NotFound),
        CoverError::Cannot(Cannot::Taken(by)) => {
            return Ok(Errors::one("form", format!("{} was quicker and has it.", at.live.name_of(by))));
        }
        CoverError::NotYours | CoverError::Asked(_) | CoverError::Begun => "from",
        CoverError::NotTheirs | CoverError::Overlap => "return_from",
        CoverError::Nobody => "asked",
        CoverError::LongNote => "note",
        CoverError::Cannot(_) | CoverError::ComesTwice | CoverError::Moved | CoverError::Unfit(_) => "form",
    };
    Ok(Errors::one(field, error))
}
