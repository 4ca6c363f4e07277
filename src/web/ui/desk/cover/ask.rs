//! `/desks/{desk}/rotas/{rota}/cover`: the form by which an agent asks for cover of a part of a shift of his, or offers a
//! swap for a part of a colleague's.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::told;
use crate::act::Asking;
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::cover::Span;
use crate::rules::people::AgentKey;
use crate::rules::rota::{Rota, Shift};
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::desk::stands_in::clock;
use crate::web::ui::desk::when::{self, Wall};
use crate::web::ui::desk::{AtDesk, Place, encoded};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// How far ahead shifts are offered.
const AHEAD: Duration = Duration::from_secs(8 * 7 * 24 * 60 * 60);

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
    let shifts = rota.shifts(app.acts().book(), now, now + AHEAD);
    let shifts = shifts.filter_map(|shift| Some((to_come(&shift, now)?, shift.agent)));
    let (own, others): (Vec<_>, Vec<_>) = shifts.partition(|(_, agent)| agent == me);
    let own = own.iter().take(MOST_SHIFTS).map(|(span, _)| {
        let (from, to) = (shown.field(span.from), shown.field(span.to));
        let pairs = [
            ("from", &*from),
            ("to", &*to),
            ("return_from", &*given.return_from),
            ("return_to", &*given.return_to),
        ];
        Offered { told: shown.span(span.from, span.to), query: query(pairs) }
    });
    let others = others.iter().take(MOST_SHIFTS).map(|(span, agent)| {
        let (from, to) = (shown.field(span.from), shown.field(span.to));
        let pairs =
            [("from", &*given.from), ("to", &*given.to), ("return_from", &*from), ("return_to", &*to)];
        let told = format!("{}: {}", at.live.name_of(agent), shown.span(span.from, span.to));
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

/// A span out of two fields; none if both are empty.
fn span(shown: Wall<'_>, from: &str, to: &str) -> Result<Option<Span>, &'static str> {
    if from.is_empty() && to.is_empty() {
        return Ok(None);
    }
    let wall = |text| when::read(text).map(|wall| shown.instant(wall));
    let (from, to): (Timestamp, Timestamp) =
        wall(from).zip(wall(to)).ok_or("Write a day and a time, in both fields.")?;
    if from < to { Ok(Some(Span { from, to })) } else { Err("It ends before it begins.") }
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
    let own = span(shown, fields.get("from"), fields.get("to"));
    let own = own.and_then(|own| own.ok_or("Write a day and a time, in both fields."));
    let other = span(shown, fields.get("return_from"), fields.get("return_to"));
    let own = own.map_err(|what| errors.note("from", what)).ok();
    let other = other.map_err(|what| errors.note("return_from", what)).ok();
    let asked: Vec<String> = fields.all("asked").map(str::to_owned).collect();
    // Nobody asked means everybody: one who is not known must not come to that.
    let colleagues = asked.iter().map(|key| key.parse()).collect::<Result<_, _>>();
    let colleagues =
        colleagues.map_err(|_| errors.note("asked", "One of them is no agent. Choose anew.")).ok();
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
        let done = app.acts().ask_for_cover(&by, &at.key, asking);
        match in_time(async { Ok(done.await) }).await? {
            Ok(id) => return Ok(app.site.to(&at.path(&format!("/cover/{id}")))),
            Err(error) => errors = told(&at, error)?,
        }
    }
    let given = Given {
        zone: text("zone"),
        from: text("from"),
        to: text("to"),
        return_from: text("return_from"),
        return_to: text("return_to"),
        ask: String::new(),
    };
    form(&app, &at, &rota, given, (&asked, text("note"), errors))
}
