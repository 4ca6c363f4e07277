//! A report as CSV (RFC 4180, UTF-8): one ticket a row, with everything that is counted of it. What callers and customers
//! wrote is in it, and spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula: such a cell gets an
//! apostrophe before it, by which they read it as text.

use std::sync::Arc;

use chrono::SecondsFormat;

use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::desk::export::harmless;
use crate::rules::people::AgentKey;
use crate::rules::report::{Deed, Item, Verdict};
use crate::rules::ticket::Via;
use crate::rules::zone::{Zone, ZoneBook};

const HEADER: [&str; 37] = [
    "desk",
    "line",
    "ticket",
    "opened_at",
    "came_by",
    "missed_call",
    "customer",
    "severity",
    "state",
    "abandoned",
    "emergency_at",
    "asked_at",
    "asked",
    "declined",
    "acked_at",
    "acked_by",
    "acked_via",
    "seconds_to_ack",
    "callbacks_unreached",
    "called_back_at",
    "called_back_by",
    "seconds_to_callback",
    "downgraded_at",
    "downgraded_by",
    "downgraded_to",
    "downgraded_why",
    "resolved_at",
    "resolved_by",
    "response_due",
    "response",
    "response_why",
    "callback_due",
    "callback",
    "callback_why",
    "resolution_due",
    "resolution",
    "resolution_why",
];

/// The rows, with instants on the wall of each ticket's desk.
pub(super) fn write(items: &[Item], desks: &[Arc<Desk>], book: &ZoneBook) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    sheet.write_record(HEADER)?;
    for item in items {
        let zone = desks
            .iter()
            .find(|desk| desk.key.as_str() == item.desk)
            .map_or_else(Zone::utc, |desk| desk.zone());
        sheet.write_record(row(item, &|at| wall(book, zone, at)).iter().map(|cell| harmless(cell)))?;
    }
    sheet.into_inner().map_err(|error| error.into_error().into())
}

fn wall(book: &ZoneBook, zone: Zone, at: Timestamp) -> String {
    book.to_local(zone, at).to_rfc3339_opts(SecondsFormat::Secs, false)
}

fn row(item: &Item, told: &dyn Fn(Timestamp) -> String) -> [String; HEADER.len()] {
    let record = &item.record;
    let facts = &record.facts;
    let at = |at: Option<Timestamp>| at.map(told).unwrap_or_default();
    let done = |deed: &Option<Deed>| at(deed.as_ref().map(|deed| deed.at));
    let by = |deed: &Option<Deed>| deed.as_ref().map(|deed| deed.by.as_str().to_owned()).unwrap_or_default();
    let yes = |yes: bool| if yes { "yes" } else { "" }.to_owned();
    let seconds =
        |wait: Option<std::time::Duration>| wait.map(|wait| wait.as_secs().to_string()).unwrap_or_default();
    let why = |verdict: &Verdict| verdict.why().map(|why| why.words(told)).unwrap_or_default();
    let lowered = facts.downgraded.as_ref();
    [
        item.desk.clone(),
        record.line.clone(),
        record.number.to_string(),
        told(record.opened_at),
        facts.way.map(|way| way.name().to_owned()).unwrap_or_default(),
        yes(facts.missed),
        facts.customer.clone().unwrap_or_default(),
        record.severity.to_string(),
        record.state.clone(),
        yes(facts.abandoned),
        at(item.emergency_at()),
        at(facts.asked.values().min().copied()),
        names(facts.asked.keys()),
        names(facts.declined.iter()),
        done(&facts.acked),
        by(&facts.acked),
        facts.acked.as_ref().map(|deed| via(deed.via).to_owned()).unwrap_or_default(),
        seconds(item.to_ack()),
        facts.unreached.len().to_string(),
        done(&facts.called_back),
        by(&facts.called_back),
        seconds(item.to_callback()),
        at(lowered.map(|lowered| lowered.at)),
        lowered.map(|lowered| lowered.by.clone().unwrap_or("caller".into())).unwrap_or_default(),
        lowered.map(|lowered| lowered.severity.to_string()).unwrap_or_default(),
        lowered.map(|lowered| lowered.reason.clone()).unwrap_or_default(),
        at(facts.resolved.as_ref().map(|resolution| resolution.at)),
        facts.resolved.as_ref().map(|resolution| resolution.by.clone()).unwrap_or_default(),
        at(item.response.due()),
        item.response.name().to_owned(),
        why(&item.response),
        at(item.callback.due()),
        item.callback.name().to_owned(),
        why(&item.callback),
        at(item.resolution.due()),
        item.resolution.name().to_owned(),
        why(&item.resolution),
    ]
}

fn names<'a>(agents: impl Iterator<Item = &'a AgentKey>) -> String {
    agents.map(AgentKey::as_str).collect::<Vec<_>>().join(" ")
}

fn via(via: Via) -> &'static str {
    match via {
        Via::Sms => "sms",
        Via::Key => "key",
        Via::Call => "call",
        Via::Talk => "talk",
        Via::Web => "web",
        Via::Api => "api",
    }
}
