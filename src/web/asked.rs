//! What a report is asked about, the same on pages and in the API: which desks, and which days.

use std::sync::Arc;

use chrono::NaiveDate;

use super::App;
use crate::rules::access::{Principal, Right};
use crate::rules::desk::Desk;
use crate::rules::report::{Choice, Item, NotASpan, Span};
use crate::rules::zone::Zone;

/// A report's question, as it stands in an address.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Question {
    /// The key of a desk; empty for all that the asker may see.
    pub(super) desk: String,
    /// The name of a [`Choice`]; empty for the last seven days, or for the dates if there are any.
    pub(super) span: String,
    /// The first day, for dates: `2026-11-01`.
    pub(super) from: String,
    /// The last day.
    pub(super) to: String,
    /// The name of a customer of the desk, on pages; empty for everybody.
    pub(super) customer: String,
}

/// Why it cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// There is no such desk for the asker.
    #[error("there is no such desk")]
    NoSuchDesk,
    /// The asker sees the desk, and has not that right there.
    #[error("it needs the role {}", .0.needs())]
    Lacks(Right),
    /// The span is none.
    #[error("a span is week, month, last-month, quarter, year or dates")]
    NoSuchSpan,
    /// The days are none.
    #[error(transparent)]
    Days(#[from] NotASpan),
}

/// The days that are asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    /// What was chosen.
    pub(super) choice: Choice,
    /// Its days.
    pub(super) span: Span,
    /// Those to compare them with.
    pub(super) before: Span,
}

impl Question {
    /// The desks that are meant, of those at which the asker has that right.
    pub(super) fn desks(
        &self,
        app: &App,
        principal: &Principal,
        right: Right,
    ) -> Result<Vec<Arc<Desk>>, Refused> {
        // Two desks may have customers of the same name, which are two.
        if !self.customer.is_empty() && self.desk.is_empty() {
            return Err(Refused::NoSuchDesk);
        }
        let all = app.acts().desks();
        let meant = |desk: &&Arc<Desk>| self.desk.is_empty() || desk.key.as_str() == self.desk;
        let may = |desk: &&Arc<Desk>| principal.may(right, desk.key.as_str());
        let desks: Vec<Arc<Desk>> = all.all().filter(meant).filter(may).cloned().collect();
        if !desks.is_empty() || self.desk.is_empty() {
            return Ok(desks);
        }
        let seen = all.by_key(&self.desk).is_some() && principal.may(Right::See, &self.desk);
        Err(if seen { Refused::Lacks(right) } else { Refused::NoSuchDesk })
    }

    /// Those of tickets that are meant: a customer's, if one is named.
    pub(super) fn of_customer(&self, mut items: Vec<Item>) -> Vec<Item> {
        if !self.customer.is_empty() {
            items.retain(|item| item.record.facts.customer.as_ref() == Some(&self.customer));
        }
        items
    }

    /// The days that are meant; today is that of the first desk.
    pub(super) fn days(&self, app: &App, desks: &[Arc<Desk>]) -> Result<Days, Refused> {
        let choice = match &*self.span {
            "" if self.from.is_empty() && self.to.is_empty() => Choice::Week,
            "" => Choice::Dates,
            name => Choice::of(name).ok_or(Refused::NoSuchSpan)?,
        };
        let zone = desks.first().map_or_else(Zone::utc, |desk| desk.zone());
        let today = app.acts().book().date(zone, app.acts().clock().now());
        let (span, before) = choice.spans(today, day(&self.from), day(&self.to))?;
        Ok(Days { choice, span, before })
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()
}
