//! `/desks/{desk}/rotas/{rota}`: who is on call when, by day, week, two weeks or month, on any zone's clock.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Days, Months, NaiveDate};
use serde::Deserialize;

use super::change::as_was;
use super::on_call::OnCall;
use super::when::{self, Wall};
use super::{AtDesk, Place, encoded};
use crate::clock::Timestamp;
use crate::rules::people::AgentKey;
use crate::rules::rota::{Rota, WrittenLayer, WrittenOverride};
use crate::rules::zone::Zone;
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The most conflicts with leave that are named; the page about leave has them all.
const MOST_LEAVES: usize = 5;

/// How much of a rota is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Day,
    Week,
    TwoWeeks,
    Month,
}

impl View {
    const ALL: [View; 4] = [View::Day, View::Week, View::TwoWeeks, View::Month];

    fn name(self) -> &'static str {
        match self {
            View::Day => "day",
            View::Week => "week",
            View::TwoWeeks => "two-weeks",
            View::Month => "month",
        }
    }

    fn told(self) -> &'static str {
        match self {
            View::Day => "Day",
            View::Week => "Week",
            View::TwoWeeks => "2 weeks",
            View::Month => "Month",
        }
    }
}

/// Days of a wall clock that are shown.
pub(super) struct Span {
    view: View,
    pub(super) from: NaiveDate,
    to: NaiveDate,
}

impl Span {
    /// By the name of a view and a day in it.
    pub(super) fn of(view: &str, day: Option<NaiveDate>, today: NaiveDate) -> Span {
        let view = View::ALL.into_iter().find(|known| known.name() == view).unwrap_or(View::Week);
        // Whatever the year, there is a day before and after what is shown.
        let known = |date: &NaiveDate| (1970..2200).contains(&chrono::Datelike::year(date));
        let day = day.filter(known).unwrap_or(today);
        let from = match view {
            View::Day => day,
            View::Week | View::TwoWeeks => when::monday(day),
            View::Month => when::first_of_month(day),
        };
        let to = match view {
            View::Day => from + Days::new(1),
            View::Week => from + Days::new(7),
            View::TwoWeeks => from + Days::new(14),
            View::Month => from + Months::new(1),
        };
        Span { view, from, to }
    }

    pub(super) fn days(&self) -> u32 {
        u32::try_from((self.to - self.from).num_days()).unwrap_or(1)
    }

    pub(super) fn instants(&self, wall: Wall<'_>) -> (Timestamp, Timestamp) {
        (wall.day(self.from), wall.day(self.to))
    }

    fn earlier(&self) -> NaiveDate {
        match self.view {
            View::Month => self.from - Months::new(1),
            _ => self.from - (self.to - self.from),
        }
    }

    fn told(&self) -> String {
        match self.view {
            View::Day => when::day(self.from),
            View::Month => self.from.format("%B %Y").to_string(),
            _ => {
                let last = self.to - Days::new(1);
                format!("{} – {}", self.from.format("%-d %b"), last.format("%-d %b %Y"))
            }
        }
    }
}

/// What of the rota is asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    from: Option<NaiveDate>,
    #[serde(default)]
    view: String,
    #[serde(default)]
    zone: String,
}

/// A shift or a gap on the list.
struct Line {
    /// None in a gap.
    who: Option<String>,
    when: String,
    /// On the agent's own clock, if it is another.
    own: Option<String>,
    length: String,
    /// Whether somebody stands in.
    laid_over: bool,
    /// That it is just now, or would be by the draft.
    now: Option<&'static str>,
    /// What is over is looked at, and not changed any more.
    over: bool,
    /// The part to come, if it is a shift of whoever looks: he may ask for cover.
    own_to_come: Option<(String, String)>,
    /// For the link to a form.
    from: String,
    to: String,
}

/// A layer or an override on its list.
struct Part {
    index: usize,
    told: String,
    detail: String,
    /// For the form that takes it away.
    was: String,
    over: bool,
}

#[derive(Template)]
#[template(path = "rota.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    rota: String,
    link: String,
    zone: String,
    own_zone: String,
    zones: Vec<&'static str>,
    view: &'static str,
    views: Vec<(&'static str, &'static str)>,
    told: String,
    from: NaiveDate,
    earlier: NaiveDate,
    later: NaiveDate,
    on_call: OnCall,
    lines: Vec<Line>,
    /// Who is away and on call by it.
    leaves: Vec<String>,
    /// Who of those who take turns is not ready, and why.
    unready: Vec<(String, String)>,
    /// Whether he may ask for cover.
    asks: bool,
    /// Requests for cover that somebody has to look after.
    covers: Vec<super::cover::Row>,
    layers: Vec<Part>,
    overrides: Vec<Part>,
    past: usize,
}

/// The query of a rota's page that shows that day.
pub(super) fn query(day: NaiveDate, view: &str, zone: &str) -> String {
    let pairs = [("from", &*day.to_string()), ("view", view), ("zone", zone)];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Page {
    /// Another span of the same page.
    fn query(&self, from: &NaiveDate, view: &str) -> String {
        query(*from, view, &self.zone)
    }

    fn asked(&self) -> String {
        self.query(&self.from, self.view)
    }

    /// What a form needs to know of this page, to come back to it.
    fn look(&self) -> String {
        let pairs = [("view", self.view), ("zone", &*self.zone)];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

fn lines(app: &App, at: &AtDesk, rota: &Rota, shown: Wall<'_>, span: (Timestamp, Timestamp)) -> Vec<Line> {
    let book = app.acts().book();
    let now = app.acts().clock().now();
    let on_call = |rota: &Rota| rota.on_call(book, now).map(|found| found.agent.clone());
    let is_so = at.live.rota(&rota.name).is_some_and(|live| on_call(live) == on_call(rota));
    let line = |from: Timestamp, to: Timestamp| Line {
        who: None,
        when: shown.span(from, to),
        own: None,
        length: when::length(from, to),
        laid_over: false,
        now: (from <= now && now < to).then_some(if is_so { "now" } else { "would be now" }),
        over: to <= now,
        own_to_come: None,
        from: shown.field(from),
        to: shown.field(to),
    };
    let shifts = rota.shifts(book, span.0, span.1).map(|shift| {
        let own = at.own_clock(app, &shift.agent, shown);
        let laid_over = matches!(shift.place, crate::rules::rota::Place::Override(_));
        let own = own.map(|own| format!("{} in {}", own.span(shift.from, shift.to), own.zone));
        let who = Some(at.name_of(&shift.agent));
        let is_own = at.me() == Some(&shift.agent);
        let to_come = super::cover::ask::to_come(&shift, now).filter(|_| is_own);
        let own_to_come = to_come.map(|span| (shown.field(span.from), shown.field(span.to)));
        (shift.from, Line { who, own, laid_over, own_to_come, ..line(shift.from, shift.to) })
    });
    let gaps = rota.gaps(book, span.0, span.1).map(|gap| (gap.from, line(gap.from, gap.to)));
    let mut all: Vec<(Timestamp, Line)> = shifts.chain(gaps).collect();
    all.sort_by_key(|(from, _)| *from);
    all.into_iter().map(|(_, line)| line).collect()
}

fn layers(at: &AtDesk, rota: &Rota, today: NaiveDate) -> Vec<Part> {
    let part = |(index, layer): (usize, &crate::rules::rota::Layer)| {
        let written = WrittenLayer::from(layer.clone());
        let names: Vec<String> = layer.agents.iter().map(|agent| at.name_of(agent)).collect();
        let mut detail =
            format!("every {}, hand-off {}, from {}", written.every, written.hand_off, written.starts.0);
        if let Some(ends) = &written.ends {
            detail += &format!(" until {}", ends.0);
        }
        if let Some(only) = &written.only {
            detail += &format!("; only {}", only.join(", "));
        }
        Part {
            index,
            told: names.join(", "),
            detail,
            was: as_was(&written),
            over: layer.ends.is_some_and(|ends| ends < today),
        }
    };
    rota.layers.iter().enumerate().rev().map(part).collect()
}

fn overrides(at: &AtDesk, rota: &Rota, shown: Wall<'_>, now: Timestamp) -> Vec<Part> {
    let own = shown.of(rota.zone);
    let part = |(index, change): (usize, &crate::rules::rota::Override)| {
        let (from, to) = (own.instant(change.from), own.instant(change.to));
        let replaced = change.replaces.as_ref().map(|agent| format!(" instead of {}", at.name_of(agent)));
        Part {
            index,
            told: format!("{}{}", at.name_of(&change.agent), replaced.unwrap_or_default()),
            detail: shown.span(from, to),
            was: as_was(&WrittenOverride::from(change.clone())),
            over: to <= now,
        }
    };
    rota.overrides.iter().enumerate().rev().map(part).collect()
}

/// Who of the rota is not ready to be paged, with the reasons, and the page on which that is mended.
async fn unready(app: &App, at: &AtDesk, rota: &Rota) -> Result<Vec<(String, String)>, Trouble> {
    let verified = in_time(app.acts().verified_numbers(&at.key)).await?;
    let (desks, now) = (app.acts().desks(), app.acts().clock().now());
    let mutes = desks.mutes_of(&at.key);
    let all = rota.layers.iter().flat_map(|layer| &layer.agents);
    let all: BTreeSet<_> = all.chain(rota.overrides.iter().map(|change| &change.agent)).collect();
    let reasons = |key: &&AgentKey| {
        let agent = at.desk().agent(key)?;
        let wall = Wall::new(app.acts().book(), at.desk().zone_of(key));
        let is_verified = |phone: &&crate::rules::desk::Phone| {
            super::person::verified_at(&verified, key, &phone.number).is_some()
        };
        let bare = agent.phones.len() - agent.phones.iter().filter(is_verified).count();
        let numbers = match (bare, agent.phones.len()) {
            (0, _) => None,
            (1, 1) => Some("number not verified".to_owned()),
            (bare, all) => Some(format!("{bare} of {all} numbers not verified")),
        };
        let muted = mutes.until(key, now).map(|until| format!("muted until {}", wall.told(until)));
        let cut_off = (!desks.is_reachable(agent)).then(|| "no page can reach".to_owned());
        let why: Vec<String> = [cut_off, muted, numbers].into_iter().flatten().collect();
        (!why.is_empty()).then(|| (agent.name.clone(), why.join(", ")))
    };
    Ok(all.iter().filter_map(reasons).collect())
}

/// A rota.
pub(super) async fn show(
    State(app): State<App>,
    Path((desk, rota)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let rota = at.rota(&rota)?;
    let book = app.acts().book();
    let shown = Wall::new(book, asked.zone.parse().unwrap_or(rota.zone));
    let now = app.acts().clock().now();
    let today = shown.date(now);
    let span = Span::of(&asked.view, asked.from, today);
    let overrides = overrides(&at, rota, shown, now);
    let covers = super::cover::of_rota(&app, &at, &rota.name).await?;
    let leaves = super::leave::at_odds(&app, &at, at.desk()).await?;
    let leaves = leaves.iter().filter(|one| one.rota == rota.name).take(MOST_LEAVES);
    let leaves = leaves.map(|one| super::leave::told(&app, at.desk(), one)).collect();
    let shown_page = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        rota: rota.name.clone(),
        link: encoded(&rota.name),
        zone: shown.zone.to_string(),
        own_zone: rota.zone.to_string(),
        zones: Zone::all().map(Zone::name).collect(),
        view: span.view.name(),
        views: View::ALL.map(|view| (view.name(), view.told())).to_vec(),
        told: span.told(),
        from: span.from,
        earlier: span.earlier(),
        later: span.to,
        on_call: OnCall::of(&app, &at, &rota.name, shown),
        lines: lines(&app, &at, rota, shown, span.instants(shown)),
        leaves,
        unready: unready(&app, &at, rota).await?,
        asks: at.me().is_some(),
        covers,
        layers: layers(&at, rota, today),
        past: overrides.iter().filter(|part| part.over).count(),
        overrides,
    };
    Ok(page(StatusCode::OK, &shown_page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_begins_where_people_expect_it_and_its_neighbours_meet_it() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let today: NaiveDate = "2026-11-22".parse().unwrap();
        for (view, asked, from, days, earlier, told) in [
            ("day", None, "2026-11-22", 1, "2026-11-21", "Sunday, 22 November 2026"),
            ("week", None, "2026-11-16", 7, "2026-11-09", "16 Nov – 22 Nov 2026"),
            ("two-weeks", day("2026-12-30"), "2026-12-28", 14, "2026-12-14", "28 Dec – 10 Jan 2027"),
            ("month", day("2027-03-31"), "2027-03-01", 31, "2027-02-01", "March 2027"),
            ("nonsense", day("9999-01-01"), "2026-11-16", 7, "2026-11-09", "16 Nov – 22 Nov 2026"),
        ] {
            let span = Span::of(view, asked, today);
            assert_eq!((span.from.to_string(), span.days()), (from.to_owned(), days), "{view}");
            assert_eq!(span.earlier().to_string(), earlier, "{view}");
            assert_eq!(span.told(), told);
        }
    }
}
