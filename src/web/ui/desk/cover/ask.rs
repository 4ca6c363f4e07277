//! `/desks/{desk}/rotas/{rota}/cover`: the form by which an agent asks for cover of a part of a shift of his, or offers a
//! swap for a part of a colleague's.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::told;
use crate::act::{Asking, CoverError};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::cover::{CoverId, Span};
use crate::rules::people::AgentKey;
use crate::rules::rota::{Rota, Shift};
use crate::web::App;
use crate::web::hold::tried;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::desk::stands_in::clock;
use crate::web::ui::desk::when::{self, Wall};
use crate::web::ui::desk::{AtDesk, Place, encoded};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// How far ahead shifts begin that are offered.
const AHEAD: Duration = Duration::from_secs(8 * 7 * 24 * 60 * 60);

/// How far ahead is looked for the end of one: past a year's turn.
const LOOKED_AT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The most shifts that are offered, his own and the others' each.
const MOST_SHIFTS: usize = 8;

/// What the form holds.
#[derive(Deserialize, Default)]
pub(in crate::web::ui::desk) struct Given {
    #[serde(default)]
    zone: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    return_from: String,
    #[serde(default)]
    return_to: String,
    /// Whom to ask, from a link that proposes somebody.
    #[serde(default)]
    ask: String,
    /// The request by which a part of it is asked for already.
    #[serde(skip)]
    known: Option<CoverId>,
}

/// The part of a shift that may still be given away: of one that runs, from the next full hour on.
pub(in crate::web::ui::desk) fn to_come(shift: &Shift, now: Timestamp) -> Option<Span> {
    const HOUR: i64 = 60 * 60 * 1000;
    let next_hour = Timestamp((now.0 / HOUR + 1) * HOUR);
    let from = if shift.from > now { shift.from } else { next_hour };
    (from < shift.to).then_some(Span { from, to: shift.to })
}

/// A shift that is offered, with the query that puts it into the form.
struct Offered {
    told: String,
    query: String,
}

/// Somebody who may be asked.
struct Colleague {
    key: String,
    name: String,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "cover_ask.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    rota: String,
    link: String,
    zone: String,
    given: Given,
    note: String,
    colleagues: Vec<Colleague>,
    own: Vec<Offered>,
    others: Vec<Offered>,
}

/// The rota in force, with whoever of its agents looks.
fn whose<'a>(at: &'a AtDesk, rota: &str) -> Result<(&'a Rota, &'a AgentKey), Trouble> {
    let rota = at.live.rota(rota).ok_or(Trouble::NotFound)?;
    Ok((rota, at.me().ok_or(Trouble::lacks(Right::Answer))?))
}

fn form(
    app: &App,
    at: &AtDesk,
    rota: &str,
    given: Given,
    (asked, note, errors): (&[String], String, Errors),
) -> Result<Response, Trouble> {
    let (rota, me) = whose(at, rota)?;
    let shown = clock(app, rota, &given.zone);
    let now = app.acts().clock().now();
    let query = |pairs: [(&str, &str); 4]| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs).append_pair("zone", shown.zone.name()).finish()
    };
    let last = now + LOOKED_AT;
    let shifts = rota.shifts(app.acts().book(), now, last).take_while(|shift| shift.from < now + AHEAD);
    let shifts = shifts.filter_map(|shift| Some((to_come(&shift, now)?, shift.agent)));
    // Of one without an end that could be found, where it begins: how much of it is for him to say.
    let end = |span: &Span| if span.to < last { shown.field(span.to) } else { String::new() };
    let when = |span: &Span| match span.to < last {
        true => shown.span(span.from, span.to),
        false => format!("from {} on", shown.told(span.from)),
    };
    let (own, others): (Vec<_>, Vec<_>) = shifts.partition(|(_, agent)| agent == me);
    let own = own.iter().take(MOST_SHIFTS).map(|(span, _)| {
        let (from, to) = (shown.field(span.from), end(span));
        let pairs = [
            ("from", &*from),
            ("to", &*to),
            ("return_from", &*given.return_from),
            ("return_to", &*given.return_to),
        ];
        Offered { told: when(span), query: query(pairs) }
    });
    let others = others.iter().take(MOST_SHIFTS).map(|(span, agent)| {
        let (from, to) = (shown.field(span.from), end(span));
        let pairs =
            [("from", &*given.from), ("to", &*given.to), ("return_from", &*from), ("return_to", &*to)];
        let told = format!("{}: {}", at.live.name_of(agent), when(span));
        Offered { told, query: query(pairs) }
    });
    let (own, others) = (own.collect(), others.collect());
    let named = |key: &str| key == given.ask || asked.iter().any(|asked| asked == key);
    let colleagues = at.live.agents.iter().filter(|agent| agent.key != *me).map(|agent| Colleague {
        key: agent.key.to_string(),
        name: agent.name.clone(),
        ticked: named(agent.key.as_str()),
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        rota: rota.name.clone(),
        link: encoded(&rota.name),
        zone: shown.zone.to_string(),
        colleagues: colleagues.collect(),
        own,
        others,
        given,
        note,
    };
    Ok(page(status, &shown))
}

/// The form.
pub(in crate::web::ui::desk) async fn show(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    Query(given): Query<Given>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    form(&app, &at, &rota, given, (&[], String::new(), Errors::default()))
}

/// A span out of two fields, whose ends the rota can write; none if both are empty.
fn span(shown: Wall<'_>, rota: &Rota, (from, to): (&str, &str)) -> Result<Option<Span>, String> {
    if from.is_empty() && to.is_empty() {
        return Ok(None);
    }
    let both = when::read(from).zip(when::read(to));
    let (from, to) = both.ok_or("Write a day and a time, in both fields.")?;
    let (from, to) = (shown.instant_on(rota.zone, from)?, shown.instant_on(rota.zone, to)?);
    if from < to { Ok(Some(Span { from, to })) } else { Err("It ends before it begins.".into()) }
}

/// Asks.
pub(in crate::web::ui::desk) async fn put(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let (of, me) = whose(&at, &rota)?;
    let text = |name: &str| fields.get(name).trim().to_owned();
    let shown = clock(&app, of, fields.get("zone"));
    let mut errors = Errors::default();
    let own = span(shown, of, (fields.get("from"), fields.get("to")));
    let own = own.and_then(|own| own.ok_or_else(|| "Write a day and a time, in both fields.".to_owned()));
    let other = span(shown, of, (fields.get("return_from"), fields.get("return_to")));
    let own = own.map_err(|what| errors.note("from", what)).ok();
    let other = other.map_err(|what| errors.note("return_from", what)).ok();
    let asked: Vec<String> = fields.all("asked").map(str::to_owned).collect();
    // Nobody asked means everybody: one who is not known must not come to that.
    let colleagues = asked.iter().map(|key| key.parse()).collect::<Result<_, _>>();
    let colleagues =
        colleagues.map_err(|_| errors.note("asked", "One of them is no agent. Choose anew.")).ok();
    let mut known = None;
    if let (Some(span), Some(in_return), Some(colleagues)) = (own, other, colleagues) {
        let asking = Asking {
            rota: of.name.clone(),
            asker: me.clone(),
            span,
            in_return,
            asked: colleagues,
            note: text("note"),
        };
        let by = at.visiting.by();
        match tried(app.acts().ask_for_cover(&by, &at.key, asking)).await? {
            Ok(id) => return Ok(app.site.to(&at.path(&format!("/cover/{id}")))),
            Err(error) => {
                if let CoverError::Asked(id) = &error {
                    known = Some(id.clone());
                }
                errors = told(&at, error)?;
            }
        }
    }
    let given = Given {
        zone: text("zone"),
        from: text("from"),
        to: text("to"),
        return_from: text("return_from"),
        return_to: text("return_to"),
        ask: String::new(),
        known,
    };
    form(&app, &at, &rota, given, (&asked, text("note"), errors))
}
