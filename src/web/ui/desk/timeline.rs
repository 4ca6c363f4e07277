//! `/desks/{desk}/rotas/{rota}/timeline`: what the script of the rota's page draws, as JSON. Rows from the top: what was
//! laid over the layers, the schedule that comes of it all, the same as it is in force while a draft would change it,
//! and the layers. Every row is asked of the function that finds whom to page. Times are of the wall clock that was
//! asked for, without an offset, for the calendar has no zones of its own.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::AtDesk;
use super::rota::Span;
use super::when::Wall;
use crate::clock::Timestamp;
use crate::rules::leave::Conflict;
use crate::rules::people::AgentKey;
use crate::rules::rota::{Place, Rota, WrittenOverride, nights};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;

/// How many colours there are for agents; nightbell.css has them.
const COLOURS: usize = 8;

/// What is asked for, as on the page.
#[derive(Deserialize)]
pub(super) struct Asked {
    from: Option<NaiveDate>,
    #[serde(default)]
    view: String,
    #[serde(default)]
    zone: String,
}

#[derive(Serialize)]
struct Timeline {
    from: NaiveDate,
    days: u32,
    /// The present, on the same clock.
    now: String,
    manages: bool,
    /// Whether he may ask for cover of shifts of his own.
    asks: bool,
    rows: Vec<Row>,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
}

/// A stretch on a row.
#[derive(Serialize)]
struct Bar {
    id: String,
    row: String,
    from: String,
    to: String,
    title: String,
    /// The same for who cannot see it.
    told: String,
    class: String,
    /// Whether it lies behind: a night, a gap.
    behind: bool,
    /// Whether it is a shift of whoever looks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    own: bool,
    /// The override that it stands for, as the form sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<WrittenOverride>,
    /// Its index, for the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

struct Drawing<'a> {
    app: &'a App,
    at: &'a AtDesk,
    shown: Wall<'a>,
    span: (Timestamp, Timestamp),
    bars: Vec<Bar>,
}

impl Drawing<'_> {
    fn bar(
        &mut self,
        row: &str,
        (from, to): (Timestamp, Timestamp),
        title: String,
        class: String,
    ) -> &mut Bar {
        let told = format!("{title}, {}", self.shown.span(from, to));
        let bar = Bar {
            id: format!("{row}-{}", self.bars.len()),
            row: row.to_owned(),
            from: self.shown.field(from),
            to: self.shown.field(to),
            title,
            told,
            class,
            behind: false,
            own: false,
            was: None,
            index: None,
        };
        self.bars.push(bar);
        let last = self.bars.len() - 1;
        &mut self.bars[last]
    }

    fn colour(&self, agent: &AgentKey) -> String {
        let index = self.at.desk().agents.iter().position(|known| known.key == *agent).unwrap_or(0);
        format!("agent-{}", index % COLOURS)
    }

    /// The schedule of a rota on a row, with each agent's own clock and nights.
    fn schedule(&mut self, row: &str, rota: &Rota, finely: bool) {
        let book = self.app.acts().book();
        let (from, to) = self.span;
        for shift in rota.shifts(book, from, to) {
            let name = self.at.name_of(&shift.agent);
            let own = self.at.own_clock(self.app, &shift.agent, self.shown);
            let class = match shift.place {
                Place::Override(_) => format!("{} laid-over", self.colour(&shift.agent)),
                Place::Layer(_) => self.colour(&shift.agent),
            };
            let is_own = self.at.me() == Some(&shift.agent);
            let bar = self.bar(row, (shift.from, shift.to), name, class);
            bar.own = is_own;
            if let Some(own) = own {
                bar.told = format!("{} (for him {}, {})", bar.told, own.span(shift.from, shift.to), own.zone);
            }
            if finely {
                let zone = own.map_or(self.shown.zone, |own| own.zone);
                for (from, to) in nights(book, zone, (shift.from, shift.to)) {
                    self.bar(row, (from, to), String::new(), "night".into()).behind = true;
                }
            }
        }
        if finely {
            for gap in rota.gaps(book, from, to) {
                self.bar(row, (gap.from, gap.to), "Nobody".into(), "gap".into());
            }
        }
    }

    /// That whoever is on call is away.
    fn leave(&mut self, rota: &Rota, conflict: &Conflict) {
        let (from, to) = (conflict.from.max(self.span.0), conflict.to.min(self.span.1));
        if conflict.rota == rota.name && from < to {
            let title = format!("{} is on leave", self.at.name_of(&conflict.agent));
            self.bar("final", (from, to), title, "leave".into()).behind = true;
        }
    }

    fn overrides(&mut self, rota: &Rota) {
        let own = self.shown.of(rota.zone);
        for (index, change) in rota.overrides.iter().enumerate() {
            let (from, to) = (own.instant(change.from), own.instant(change.to));
            if to <= self.span.0 || from >= self.span.1 {
                continue;
            }
            let name = self.at.name_of(&change.agent);
            let title = match &change.replaces {
                Some(replaced) => format!("{name} for {}", self.at.name_of(replaced)),
                None => name,
            };
            let class = self.colour(&change.agent);
            let bar = self.bar("overrides", (from, to), title, class);
            bar.was = Some(WrittenOverride::from(change.clone()));
            bar.index = Some(index);
        }
    }
}

/// The rows and bars of a rota's timeline.
pub(super) async fn events(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let shown = Wall::new(app.acts().book(), asked.zone.parse().unwrap_or(rota.zone));
    let now = app.acts().clock().now();
    let span = Span::of(&asked.view, asked.from, shown.date(now));
    let mut drawing = Drawing { app: &app, at: &at, shown, span: span.instants(shown), bars: Vec::new() };
    let row = |id: &str, title: &str| Row { id: id.to_owned(), title: title.to_owned() };
    let mut rows = vec![row("overrides", "Overrides"), row("final", "On call")];
    drawing.overrides(rota);
    drawing.schedule("final", rota, true);
    for conflict in super::leave::at_odds(&app, &at, at.desk()).await? {
        drawing.leave(rota, &conflict);
    }
    let in_force = at.live.rota(&rota.name);
    if let Some(in_force) = in_force.filter(|in_force| *in_force != rota) {
        rows.push(row("in-force", "On call, as published"));
        drawing.schedule("in-force", in_force, false);
    }
    for (index, layer) in rota.layers.iter().enumerate().rev() {
        let id = format!("layer-{index}");
        rows.push(row(&id, &format!("Layer {}", index + 1)));
        let alone = Rota { layers: vec![layer.clone()], overrides: Vec::new(), ..rota.clone() };
        drawing.schedule(&id, &alone, false);
    }
    let bars = drawing.bars;
    let manages = at.drafting.is_some();
    let asks = at.me().is_some();
    let timeline =
        Timeline { from: span.from, days: span.days(), now: shown.field(now), manages, asks, rows, bars };
    Ok(Json(timeline).into_response())
}
