//! The page of a report: its figures in words, its charts, and a table for each of them.

mod parts;

use std::sync::Arc;

use askama::Template;
use chrono::NaiveDate;

use super::super::Frame;
use super::super::visit::Visiting;
use super::chart::{Bars, DAYS, Map, WIDTH};
use crate::rules::access::Right;
use crate::rules::desk::Desk;
use crate::rules::report::{
    Choice, Figures, Item, Span, Unit, by_agent, by_customer, by_desk, by_hour, by_hour_of_week, over_time,
};
use crate::web::App;
use crate::web::asked::{Days, Question};
pub(in crate::web::ui) use parts::span;
use parts::{AgentRow, Headline, Miss, Promise, Row, Waits, headlines, missed, promises, spread, waits};

/// The most missed promises that are named one by one; the CSV has all of them.
const MOST_NAMED: usize = 30;

/// The most customers that have a row.
const MOST_CUSTOMERS: usize = 50;

#[derive(Template)]
#[template(path = "reports.html", config = "src/web/ui/askama.toml")]
pub(super) struct Page {
    frame: Frame,
    error: Option<String>,
    /// What may be chosen, and what is.
    desks: Vec<(String, String)>,
    desk: String,
    /// Whose tickets alone these are; everybody's, if it is empty.
    customer: String,
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
                let leads = customer.as_deref().filter(|_| question.customer.is_empty());
                let leads = leads.map(|customer| {
                    let question =
                        Question { desk: desk.clone(), customer: customer.to_owned(), ..Question::default() };
                    format!("{}{}", visiting.frame.base, address("/reports", &question, &days))
                });
                Row { leads, ..Row::new(names.within(desk, name), figures) }
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
            csv: (!kept.is_empty()).then(|| address("/reports.csv", &question, &days)),
            any_desk: all.all().next().is_some(),
            desks: choosable,
            desk: question.desk,
            customer: question.customer,
            choice: days.choice,
            // What was written wrong stands there to be mended.
            from: if error.is_some() { question.from.clone() } else { days.span.first().to_string() },
            to: if error.is_some() { question.to.clone() } else { days.span.last().to_string() },
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
            error,
            frame: visiting.frame,
        }
    }

    fn choices(&self) -> [Choice; 5] {
        Choice::WORDS
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

/// Where the same days are told, of what is asked about.
fn address(path: &str, question: &Question, days: &Days) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("desk", &question.desk).append_pair("span", days.choice.name());
    if days.choice == Choice::Dates {
        query.append_pair("from", &days.span.first().to_string());
        query.append_pair("to", &days.span.last().to_string());
    }
    if !question.customer.is_empty() {
        query.append_pair("customer", &question.customer);
    }
    format!("{path}?{}", query.finish())
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
