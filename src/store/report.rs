//! What reports count: every ticket of a stretch of time, in short.

use super::ticket::{decode, read, timeline};
use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::report::{Facts, Record};
use crate::rules::severity::Severity;
use crate::rules::ticket::TicketId;

type RecordRow = (TicketId, String, i64, i64, String, Timestamp, Option<String>);

/// A desk's tickets that were opened from `from` (and, at that very instant, after the id `after`) to before `until`,
/// oldest first.
pub async fn records(
    tx: &mut Tx,
    desk: &str,
    (from, after): (Timestamp, &str),
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    let rows: Vec<RecordRow> = tx
        .all(
            "select id, line, number, severity, state, opened_at, facts from ticket \
             where desk = $1 and opened_at >= $2 and opened_at < $3 and (opened_at > $2 or id > $4) \
             order by opened_at, id limit $5",
            args![desk, from, until, after, limit],
        )
        .await?;
    let mut records = Vec::with_capacity(rows.len());
    for (id, line, number, severity, state, opened_at, facts) in rows {
        let facts = match facts.as_deref().map(|facts| decode::<Facts>(facts, "ticket")) {
            Some(Ok(facts)) => facts,
            // From before facts were written.
            _ => Facts::of(&read(tx, &id).await?.ticket, &timeline(tx, &id).await?),
        };
        let severity = u8::try_from(severity).ok().and_then(|level| Severity::try_from(level).ok());
        let severity = severity.ok_or_else(|| StoreError::Fault(format!("ticket {id} has no severity")))?;
        records.push(Record { id, line, number, severity, state, opened_at, facts });
    }
    Ok(records)
}
