//! The page of a report: its figures in words, its charts, and a table for each of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use chrono::NaiveDate;

use super::super::Frame;
use super::super::visit::Visiting;
use super::chart::{Bars, DAYS, Map, Strip, WIDTH};
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::report::{
    BUCKETS, Choice, Figures, Item, Kept, Span, Spread, Unit, Verdict, buckets, by_agent, by_customer,
    by_desk, by_hour, by_hour_of_week, over_time,
};
use crate::web::App;
use crate::web::asked::{Days, Question};

/// The most missed promises that are named one by one; the CSV has all of them.
const MOST_NAMED: usize = 30;

/// The most customers that have a row.
const MOST_CUSTOMERS: usize = 50;

/// A figure at the top, with the one of the span before.
struct Headline {
    name: &'static str,
    value: String,
    before: String,
    more: String,
}

/// A row of figures.
struct Row {
    name: String,
    calls: usize,
    emergencies: usize,
    downgraded: usize,
    abandoned: usize,
    ack: [String; 2],
    callback: [String; 2],
    kept: String,
}

impl Row {
    fn new(name: String, figures: &Figures) -> Row {
        Row {
            name,
            calls: figures.calls,
            emergencies: figures.emergencies,
            downgraded: figures.downgraded(),
            abandoned: figures.abandoned,
            ack: spread(&figures.to_ack),
            callback: spread(&figures.to_callback),
            kept: percent(figures.response),
        }
    }
}

struct AgentRow {
    name: String,
    asked: usize,
    taken: usize,
    declined: usize,
    called_back: usize,
    ack: [String; 2],
    callback: [String; 2],
}

/// What became of one kind of promise.
struct Promise {
    id: &'static str,
    name: &'static str,
    meaning: &'static str,
    count: Kept,
    percent: String,
    strip: Strip,
}

struct Miss {
    number: i64,
    desk: String,
    at: String,
    promise: &'static str,
    why: String,
}

/// A chart of waits, and its table: how many ended within how long.
struct Waits {
    id: &'static str,
    title: &'static str,
    bars: Bars,
    in_short: String,
}

#[derive(Template)]
#[template(path = "reports.html", config = "src/web/ui/askama.toml")]
pub(super) struct Page {
    frame: Frame,
    error: Option<String>,
    /// What may be chosen, and what is.
    desks: Vec<(String, String)>,
    desk: String,
    choice: Choice,
    from: String,
    to: String,
    days: String,
    days_before: String,
    /// The address of the CSV, for whom it is.
    csv: Option<String>,
    is_empty: bool,
    any_desk: bool,
    headlines: Vec<Headline>,
    map: Map,
    waits: [Waits; 2],
    unit: Unit,
    course: Bars,
    course_rows: Vec<(String, usize, usize)>,
    promises: Vec<Promise>,
    reasons: Vec<(&'static str, usize)>,
    misses: Vec<Miss>,
    misses_left: usize,
    by_desk: Vec<Row>,
    by_hour: Vec<Row>,
    by_customer: Vec<Row>,
    customers_left: usize,
    by_agent: Vec<AgentRow>,
}

impl Page {
    #[expect(clippy::too_many_arguments, reason = "all that was asked, found and refused, once")]
    pub(super) fn new(
        app: &App,
        visiting: Visiting,
        question: Question,
        desks: &[Arc<Desk>],
        days: Days,
        error: Option<String>,
        items: &[Item],
        items_before: &[Item],
    ) -> Page {
        let principal = visiting.principal();
        let kept: Vec<&Desk> = desks
            .iter()
            .map(|desk| &**desk)
            .filter(|desk| principal.may(Right::Manage, desk.key.as_str()))
            .collect();
        let of_kept: Vec<Item> = items
            .iter()
            .filter(|item| kept.iter().any(|desk| desk.key.as_str() == item.desk))
            .cloned()
            .collect();
        let all = app.acts().desks();
        let choosable: Vec<(String, String)> = all
            .all()
            .filter(|desk| principal.may(Right::See, desk.key.as_str()))
            .map(|desk| (desk.key.as_str().to_owned(), desk.name.clone()))
            .collect();
        let names = Names { desks, several: desks.len() > 1 };
        let (figures, before) = (Figures::of(items), Figures::of(items_before));
        let (misses, reasons) = missed(app, desks, items);
        let mut customers: Vec<Row> = by_customer(&of_kept)
            .iter()
            .map(|((desk, customer), figures)| {
                let name = customer.as_deref().unwrap_or("callers whom the desk does not know");
                Row::new(names.within(desk, name), figures)
            })
            .collect();
        let customers_left = customers.len().saturating_sub(MOST_CUSTOMERS);
        customers.truncate(MOST_CUSTOMERS);
        let by_agent = by_agent(&of_kept);
        let agent_row =
            |((desk, agent), figures): (&(String, _), &crate::rules::report::AgentFigures)| AgentRow {
                name: names.within(desk, &names.agent(desk, agent)),
                asked: figures.asked,
                taken: figures.taken,
                declined: figures.declined,
                called_back: figures.called_back,
                ack: spread(&figures.to_ack),
                callback: spread(&figures.to_callback),
            };
        let desk_rows = by_desk(items);
        let desk_row = |desk: &Arc<Desk>| {
            desk_rows.get(desk.key.as_str()).map(|figures| Row::new(desk.name.clone(), figures))
        };
        let hour_row = |(hour, figures): (usize, &Figures)| Row::new(format!("{hour:02}:00"), figures);
        let unit = days.span.unit();
        let course = over_time(items, &days.span);
        let step = |(start, figures): &(NaiveDate, Figures)| {
            (course_label(unit, *start), figures.calls + figures.texts, figures.emergencies)
        };
        Page {
            error,
            csv: (!kept.is_empty()).then(|| address(&question, &days)),
            any_desk: all.all().next().is_some(),
            desks: choosable,
            desk: question.desk,
            choice: days.choice,
            from: days.span.first().to_string(),
            to: days.span.last().to_string(),
            days: told(&days.span),
            days_before: told(&days.before),
            is_empty: items.is_empty(),
            headlines: headlines(&figures, &before),
            map: Map::new(&by_hour_of_week(items)),
            waits: [
                waits(
                    "ack",
                    "Until somebody had it",
                    &figures,
                    &figures.to_ack,
                    items.iter().map(Item::to_ack),
                ),
                waits(
                    "callback",
                    "Until the caller was called back",
                    &figures,
                    &figures.to_callback,
                    items.iter().map(Item::to_callback),
                ),
            ],
            unit,
            course: Bars::new(course.iter().map(step).collect()),
            course_rows: course.iter().map(step).collect(),
            promises: promises(&figures),
            reasons,
            misses_left: misses.len().saturating_sub(MOST_NAMED),
            misses: misses.into_iter().take(MOST_NAMED).collect(),
            by_desk: if names.several { desks.iter().filter_map(desk_row).collect() } else { Vec::new() },
            by_hour: by_hour(items).iter().enumerate().map(hour_row).collect(),
            by_customer: customers,
            customers_left,
            by_agent: by_agent.iter().map(agent_row).collect(),
            frame: visiting.frame,
        }
    }

    fn choices(&self) -> [Choice; 6] {
        Choice::ALL
    }

    fn width(&self) -> usize {
        WIDTH
    }

    fn week(&self) -> [&'static str; 7] {
        DAYS
    }

    /// A day of the map as a row.
    fn hours_of(&self, day: &str) -> Vec<usize> {
        self.map.squares.iter().filter(|square| square.day == day).map(|square| square.count).collect()
    }
}

/// What people call what has a key.
struct Names<'a> {
    desks: &'a [Arc<Desk>],
    several: bool,
}

impl Names<'_> {
    fn desk(&self, key: &str) -> Option<&Arc<Desk>> {
        self.desks.iter().find(|desk| desk.key.as_str() == key)
    }

    fn agent(&self, desk: &str, key: &crate::rules::people::AgentKey) -> String {
        let agent = self.desk(desk).and_then(|desk| desk.agent(key));
        agent.map_or_else(|| key.as_str().to_owned(), |agent| agent.name.clone())
    }

    /// Where several desks are shown, each name says whose it is.
    fn within(&self, desk: &str, name: &str) -> String {
        match self.desk(desk).filter(|_| self.several) {
            Some(desk) => format!("{name} ({})", desk.name),
            None => name.to_owned(),
        }
    }
}

fn address(question: &Question, days: &Days) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("desk", &question.desk).append_pair("span", days.choice.name());
    if days.choice == Choice::Dates {
        query.append_pair("from", &days.span.first().to_string());
        query.append_pair("to", &days.span.last().to_string());
    }
    format!("/reports.csv?{}", query.finish())
}

fn headlines(now: &Figures, before: &Figures) -> Vec<Headline> {
    let count = |name, of: fn(&Figures) -> usize, more: String| Headline {
        name,
        value: of(now).to_string(),
        before: of(before).to_string(),
        more,
    };
    let wait = |name, of: fn(&Figures) -> Spread| Headline {
        name,
        value: span(of(now).median),
        before: span(of(before).median),
        more: format!("nine in ten within {}", span(of(now).ninetieth)),
    };
    let kept = |name, of: fn(&Figures) -> Kept| {
        let Kept { kept, missed, .. } = of(now);
        let more = format!("{kept} of {}", kept + missed);
        Headline { name, value: percent(of(now)), before: percent(of(before)), more }
    };
    let by_text = if now.texts > 0 { format!("and {} by text", now.texts) } else { String::new() };
    let whose = format!("{} by callers, {} by agents", now.downgraded_by_caller, now.downgraded_by_agent);
    vec![
        count("Calls", |figures| figures.calls, by_text),
        count("Emergencies", |figures| figures.emergencies, String::new()),
        count("Downgraded", Figures::downgraded, whose),
        count("Abandoned", |figures| figures.abandoned, String::new()),
        wait("Time to acknowledge, median", |figures| figures.to_ack),
        wait("Time to callback, median", |figures| figures.to_callback),
        kept("Response targets kept", |figures| figures.response),
        kept("Callbacks in time", |figures| figures.callback),
    ]
}

fn waits(
    id: &'static str,
    title: &'static str,
    figures: &Figures,
    spread: &Spread,
    all: impl Iterator<Item = Option<Duration>>,
) -> Waits {
    let counts = buckets(all.flatten());
    let bound = |index: usize| match BUCKETS.get(index) {
        Some(minutes) => format!("≤ {minutes}"),
        None => format!("> {}", BUCKETS[BUCKETS.len() - 1]),
    };
    let mut bars: Vec<(String, usize, usize)> =
        counts.iter().enumerate().map(|(index, count)| (bound(index), *count, *count)).collect();
    bars.push(("not yet".into(), figures.emergencies - spread.count, 0));
    let in_short = match spread.median {
        Some(median) => format!(
            "{} of {} emergencies; half of them within {}, nine in ten within {}",
            spread.count,
            figures.emergencies,
            span(Some(median)),
            span(spread.ninetieth)
        ),
        None => format!("none of {} emergencies", figures.emergencies),
    };
    Waits { id, title, bars: Bars::new(bars), in_short }
}

fn promises(figures: &Figures) -> Vec<Promise> {
    let promise = |id, name, meaning, count: Kept| Promise {
        id,
        name,
        meaning,
        count,
        percent: percent(count),
        strip: Strip::new(count.kept, count.missed, count.running),
    };
    let all = [
        promise(
            "response",
            "Response",
            "a person spoke with the caller within the severity’s target",
            figures.response,
        ),
        promise(
            "in-time",
            "Callback",
            "who took an emergency called back within the desk’s limit",
            figures.callback,
        ),
        promise("resolution", "Resolution", "resolved within the severity’s target", figures.resolution),
    ];
    all.into_iter().filter(|promise| promise.count.all() > 0).collect()
}

/// The missed promises, newest first, and how often there was which reason.
fn missed(app: &App, desks: &[Arc<Desk>], items: &[Item]) -> (Vec<Miss>, Vec<(&'static str, usize)>) {
    let book = app.acts().book();
    let mut misses = Vec::new();
    let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
    for item in items {
        let Some(desk) = desks.iter().find(|desk| desk.key.as_str() == item.desk) else { continue };
        let verdicts: [(&'static str, &Verdict); 3] =
            [("response", &item.response), ("callback", &item.callback), ("resolution", &item.resolution)];
        for (promise, verdict) in verdicts {
            let Some(why) = verdict.why() else { continue };
            *reasons.entry(why.kind()).or_default() += 1;
            let wall = |at| book.to_wall(desk.zone(), at).format("%-d %b, %H:%M").to_string();
            misses.push((
                item.record.opened_at,
                Miss {
                    number: item.record.number,
                    desk: desk.name.clone(),
                    at: wall(item.record.opened_at),
                    promise,
                    why: why.words(wall),
                },
            ));
        }
    }
    misses.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    (misses.into_iter().map(|(_, miss)| miss).collect(), reasons)
}

fn told(span: &Span) -> String {
    let day = |day: NaiveDate| day.format("%-d %b %Y").to_string();
    match span.days() {
        1 => day(span.first()),
        _ => format!("{} to {}", day(span.first()), day(span.last())),
    }
}

fn course_label(unit: Unit, start: NaiveDate) -> String {
    match unit {
        Unit::Day | Unit::Week => start.format("%-d %b"),
        Unit::Month => start.format("%b %y"),
    }
    .to_string()
}

fn percent(kept: Kept) -> String {
    kept.percent().map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}

fn spread(spread: &Spread) -> [String; 2] {
    [span(spread.median), span(spread.ninetieth)]
}

/// A wait in its two largest units.
fn span(wait: Option<Duration>) -> String {
    let Some(wait) = wait else { return "–".to_owned() };
    let seconds = wait.as_secs();
    let (large, small) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3_600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        3_600..86_400 => ((seconds / 3_600, "h"), (seconds % 3_600 / 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds % 86_400 / 3_600, "h")),
    };
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_in_their_two_largest_units() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 1 s"),
            (3_599, "59 min 59 s"),
            (3_600, "1 h"),
            (3_659, "1 h"),
            (7_260, "2 h 1 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(span(Some(Duration::from_secs(seconds))), words);
        }
        assert_eq!(span(None), "–");
    }
}
