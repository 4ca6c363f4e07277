//! The shapes of the answers.

use std::time::Duration;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::asked::Instant;
use super::super::tickets::Word;
use crate::rules::people::AgentKey;
use crate::rules::report::{
    AgentFigures, Deed, Figures, Item, Reason, Span, Verdict, by_agent, by_customer, by_desk, by_hour,
    over_time,
};
use crate::rules::ticket::Via;

/// What happened in a span of days.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Summary {
    /// The days.
    span: Days,
    /// All of it.
    figures: Figures,
    /// The days before, to compare with.
    span_before: Days,
    /// All of that.
    figures_before: Figures,
    /// `day`, `week` or `month`: the steps of `over_time`.
    unit: &'static str,
    /// By days, weeks or months, the quiet ones included.
    over_time: Vec<Step>,
    /// By the hour of the call on the desk's wall: 24 of them, from midnight.
    by_hour: Vec<Figures>,
    /// By desk, those without a ticket left out.
    by_desk: Vec<OfDesk>,
    /// By customer, the busiest first; of the desks at which the token is a manager.
    by_customer: Vec<OfCustomer>,
    /// By agent; of the desks at which the token is a manager.
    by_agent: Vec<OfAgent>,
}

impl Summary {
    /// Of what there was in a span, and in the one before; of customers and agents, what is `managed`.
    pub(super) fn new(
        (span, items): (&Span, &[Item]),
        before: (&Span, &[Item]),
        managed: &[Item],
    ) -> Summary {
        let step = |(start, figures): (NaiveDate, Figures)| Step { from: start.to_string(), figures };
        let of_agent = |((desk, agent), figures): ((String, AgentKey), AgentFigures)| OfAgent {
            desk,
            agent: agent.to_string(),
            figures,
        };
        let of_desk = |(desk, figures)| OfDesk { desk, figures };
        let of_customer = |((desk, customer), figures): ((String, Option<String>), Figures)| OfCustomer {
            desk,
            customer,
            figures,
        };
        Summary {
            span: Days::of(span),
            figures: Figures::of(items),
            span_before: Days::of(before.0),
            figures_before: Figures::of(before.1),
            unit: span.unit().name(),
            over_time: over_time(items, span).into_iter().map(step).collect(),
            by_hour: by_hour(items),
            by_desk: by_desk(items).into_iter().map(of_desk).collect(),
            by_customer: by_customer(managed).into_iter().map(of_customer).collect(),
            by_agent: by_agent(managed).into_iter().map(of_agent).collect(),
        }
    }
}

/// Whole days on the wall of each desk.
#[derive(Debug, Serialize, ToSchema)]
struct Days {
    /// The first day.
    #[schema(format = Date)]
    from: String,
    /// The last day.
    #[schema(format = Date)]
    to: String,
}

impl Days {
    fn of(span: &Span) -> Days {
        Days { from: span.first().to_string(), to: span.last().to_string() }
    }
}

/// A day, week or month.
#[derive(Debug, Serialize, ToSchema)]
struct Step {
    /// Its first day.
    #[schema(format = Date)]
    from: String,
    /// What happened in it.
    #[serde(flatten)]
    figures: Figures,
}

/// A desk.
#[derive(Debug, Serialize, ToSchema)]
struct OfDesk {
    /// Its key.
    desk: String,
    /// What happened at it.
    #[serde(flatten)]
    figures: Figures,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
struct OfCustomer {
    /// The desk's key.
    desk: String,
    /// The customer's name; null for callers whom the desk does not know.
    customer: Option<String>,
    /// What happened to it.
    #[serde(flatten)]
    figures: Figures,
}

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
struct OfAgent {
    /// The desk's key.
    desk: String,
    /// The agent's key.
    agent: String,
    /// What he did.
    #[serde(flatten)]
    figures: AgentFigures,
}

/// The tickets of a span of days, one desk after the other, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Counted {
    /// The days.
    span: Days,
    /// At most 1000 of them, all of one desk.
    tickets: Vec<CountedTicket>,
    /// What `cursor` is to be for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Counted {
    pub(super) fn new(span: &Span, items: &[Item], next: Option<String>) -> Counted {
        Counted { span: Days::of(span), tickets: items.iter().map(CountedTicket::of).collect(), next }
    }
}

/// A ticket as it is counted. What is not known is null.
#[derive(Debug, Serialize, ToSchema)]
struct CountedTicket {
    /// Unique in the installation, and opaque.
    id: String,
    /// The desk's key.
    desk: String,
    /// The number that was called, in E.164.
    line: String,
    /// What people call it; unique on its line.
    #[schema(minimum = 0)]
    number: i64,
    /// When the first webhook came.
    opened_at: Instant,
    /// `call` or `text`.
    came_by: Option<&'static str>,
    /// Whether the carrier told of the call only afterwards.
    missed_call: bool,
    /// The customer's name, if the caller is known.
    customer: Option<String>,
    /// 1, an emergency, to 4, as it is now.
    #[schema(minimum = 1, maximum = 4)]
    severity: u8,
    /// What has become of it.
    #[schema(value_type = Word)]
    state: String,
    /// Whether the call ended before a key or a word.
    abandoned: bool,
    /// Since when it is an emergency, if it is one.
    emergency_at: Option<Instant>,
    /// The agents who were asked to take it, by key.
    asked: Vec<String>,
    /// Those of them who declined or passed it on.
    declined: Vec<String>,
    /// Who took it first.
    acked: Option<Done>,
    /// How long the emergency waited for that.
    seconds_to_ack: Option<u64>,
    /// Callbacks that did not reach the caller.
    callbacks_unreached: usize,
    /// Who called back first.
    called_back: Option<Done>,
    /// How long the emergency waited for that.
    seconds_to_callback: Option<u64>,
    /// Who said last that it is less urgent.
    downgraded: Option<Lowered>,
    /// Who resolved it.
    resolved: Option<Done>,
    /// Whether a person spoke with the caller in time; null if nothing was promised.
    response: Option<Judged>,
    /// Whether who took it called back in time.
    callback: Option<Judged>,
    /// Whether it was resolved in time.
    resolution: Option<Judged>,
}

/// What somebody did.
#[derive(Debug, Serialize, ToSchema)]
struct Done {
    /// When.
    at: Instant,
    /// The agent's key; an account or program may resolve as well.
    by: String,
    /// `sms`, `key`, `call`, `talk`, `web` or `api`.
    #[schema(value_type = String)]
    via: Via,
}

impl Done {
    fn of(deed: &Deed) -> Done {
        Done { at: deed.at.into(), by: deed.by.as_str().to_owned(), via: deed.via }
    }
}

/// It became less urgent.
#[derive(Debug, Serialize, ToSchema)]
struct Lowered {
    /// When.
    at: Instant,
    /// The agent's key, or the account or program; null if the caller said so.
    by: Option<String>,
    /// To what.
    severity: u8,
    /// Why.
    reason: String,
}

/// What became of a promise.
#[derive(Debug, Serialize, ToSchema)]
struct Judged {
    /// By when.
    due: Instant,
    /// `kept`, `missed` or `running`.
    outcome: &'static str,
    /// Why it was missed: `closed`, `nobody_on_call`, `nobody_answered`, `nobody_took_it_up`, `no_number`,
    /// `not_reached`, `called_back_late`, `not_called_back` or `not_resolved`.
    reason: Option<&'static str>,
}

impl Judged {
    fn of(verdict: &Verdict) -> Option<Judged> {
        Some(Judged {
            due: verdict.due()?.into(),
            outcome: verdict.name(),
            reason: verdict.why().map(Reason::name),
        })
    }
}

impl CountedTicket {
    fn of(item: &Item) -> CountedTicket {
        let record = &item.record;
        let facts = &record.facts;
        let seconds = |wait: Option<Duration>| wait.map(|wait| wait.as_secs());
        let key = |agent: &AgentKey| agent.as_str().to_owned();
        CountedTicket {
            id: record.id.as_str().to_owned(),
            desk: item.desk.clone(),
            line: record.line.clone(),
            number: record.number,
            opened_at: record.opened_at.into(),
            came_by: facts.way.map(|way| way.name()),
            missed_call: facts.missed,
            customer: facts.customer.clone(),
            severity: record.severity.into(),
            state: record.state.clone(),
            abandoned: facts.abandoned,
            emergency_at: item.emergency_at().map(Instant),
            asked: facts.asked.keys().map(key).collect(),
            declined: facts.declined.iter().map(key).collect(),
            acked: facts.acked.as_ref().map(Done::of),
            seconds_to_ack: seconds(item.to_ack()),
            callbacks_unreached: facts.unreached.len(),
            called_back: facts.called_back.as_ref().map(Done::of),
            seconds_to_callback: seconds(item.to_callback()),
            downgraded: facts.downgraded.as_ref().map(|lowered| Lowered {
                at: lowered.at.into(),
                by: lowered.by.clone(),
                severity: lowered.severity.into(),
                reason: lowered.reason.clone(),
            }),
            resolved: facts.resolved.as_ref().map(|resolution| Done {
                at: resolution.at.into(),
                by: resolution.by.clone(),
                via: resolution.via,
            }),
            response: Judged::of(&item.response),
            callback: Judged::of(&item.callback),
            resolution: Judged::of(&item.resolution),
        }
    }
}
