//! What reports count: the tickets of some desks in a stretch of time.

use std::sync::Arc;

use super::{ActError, Acts};
use crate::clock::Timestamp;
use crate::rules::desk::Desk;
use crate::rules::report::{Item, Record, Span};
use crate::rules::ticket::TicketId;
use crate::store::{StoreError, Tx, report};

/// Tickets that are read in one go, so that a long report holds neither a thread nor a connection for long.
pub const STRIDE: usize = 1000;

/// Where a reading goes on: at an instant, and behind a ticket that was opened then, if one is named.
pub type After = (Timestamp, Option<TicketId>);

struct Ask {
    desk: String,
    after: After,
    until: Timestamp,
}

impl Acts {
    /// The tickets that desks got in a span of days on the wall of each: one desk after the other, oldest first.
    pub async fn reported(&self, desks: &[Arc<Desk>], span: &Span) -> Result<Vec<Item>, ActError> {
        let mut items = Vec::new();
        for desk in desks {
            let (from, until) = span.instants(self.book(), desk.zone());
            let mut after = Some((from, None));
            while let Some(behind) = after {
                let (some, next) = self.reported_after(desk, behind, until).await?;
                items.extend(some);
                after = next;
            }
        }
        Ok(items)
    }

    /// A desk's tickets from an instant on, or behind a ticket of that instant, to before another: as many as are read in
    /// one go, and behind which the next ones are, if there are any.
    pub async fn reported_after(
        &self,
        desk: &Desk,
        after: After,
        until: Timestamp,
    ) -> Result<(Vec<Item>, Option<After>), ActError> {
        let ask = Ask { desk: desk.key.as_str().to_owned(), after, until };
        let records = self.store().read(stride, ask).await?;
        let last = records.last().filter(|_| records.len() == STRIDE);
        let next = last.map(|last| (last.opened_at, Some(last.id.clone())));
        let now = self.clock().now();
        let items = records.into_iter().map(|record| Item::new(record, desk, self.book(), now)).collect();
        Ok((items, next))
    }
}

async fn stride(tx: &mut Tx, ask: &Ask) -> Result<Vec<Record>, StoreError> {
    let (from, after) = &ask.after;
    let after = after.as_ref().map_or("", TicketId::as_str);
    report::records(tx, &ask.desk, (*from, after), ask.until, i64::try_from(STRIDE).unwrap_or(i64::MAX)).await
}
