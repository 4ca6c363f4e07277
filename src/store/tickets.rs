//! Tickets that are looked for: by their number, by whom they concern, and in lists, newest first.

use super::ticket::decode;
use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::case::Case;
use crate::rules::contact::PhoneNumber;
use crate::rules::people::AgentKey;
use crate::rules::severity::Severity;
use crate::rules::ticket::TicketId;
use crate::rules::ticket_number::TicketNumber;

/// A case to look at, with the rows of its timeline.
type ShownRow = (String, i64);

fn cases(rows: &[(String,)]) -> Result<Vec<Case>, StoreError> {
    rows.iter().map(|(document,)| decode(document, "ticket")).collect()
}

/// A desk's ticket by its number; the newest, if several of its lines have given it.
pub async fn by_number(
    tx: &mut Tx,
    desk: &str,
    number: TicketNumber,
) -> Result<Option<TicketId>, StoreError> {
    let row: Option<(TicketId,)> = tx
        .opt(
            "select id from ticket where number = $1 and desk = $2 order by opened_at desc limit 1",
            args![i64::try_from(number.0).unwrap_or(i64::MAX), desk],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The tickets of a number with the lines that gave it, newest first: those of a desk, of a line, or of every one.
pub async fn all_by_number(
    tx: &mut Tx,
    desk: Option<&str>,
    line: Option<&PhoneNumber>,
    number: TicketNumber,
) -> Result<Vec<(TicketId, String)>, StoreError> {
    tx.all(
        "select id, line from ticket where number = $1 and (desk = $2 or $2 is null) \
         and (line = $3 or $3 is null) order by opened_at desc limit 100",
        args![i64::try_from(number.0).unwrap_or(i64::MAX), desk, line.map(PhoneNumber::as_str)],
    )
    .await
}

/// Open tickets for which an agent was paged, newest first; at most 100, as no text could tell of more. One that is
/// beyond reading does not stand before the others: the sweep tells of it.
pub async fn open_for_agent(tx: &mut Tx, desk: &str, agent: &AgentKey) -> Result<Vec<Case>, StoreError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select ticket.document from paged join ticket on ticket.id = paged.ticket_id \
             where paged.desk = $1 and paged.agent = $2 and ticket.state in ('open', 'abandoned') \
             order by ticket.opened_at desc limit 100",
            args![desk, agent.as_str()],
        )
        .await?;
    Ok(rows.iter().filter_map(|(document,)| decode(document, "ticket").ok()).collect())
}

/// The newest open ticket that a caller may join: one that was opened from this number, or is to be called back there;
/// of those that are older than the call's own, so that no two tickets are carried on by each other.
pub async fn open_for_caller(
    tx: &mut Tx,
    desk: &str,
    caller: &PhoneNumber,
    before: Option<&TicketId>,
) -> Result<Option<Case>, StoreError> {
    let row: Option<(String,)> = tx
        .opt(
            // SQLite takes a partial index only where its condition is repeated letter by letter.
            "select document from (select id, opened_at, document from ticket where caller_id = $2 and desk = $1 \
             and state in ('open', 'abandoned') and state = 'open' \
             union all select id, opened_at, document from ticket where callback_number = $2 and desk = $1 \
             and state in ('open', 'abandoned') and state = 'open') \
             as mine where $3 = '' or id < $3 order by opened_at desc limit 1",
            args![desk, caller.as_str(), before.map_or("", |id| id.as_str())],
        )
        .await?;
    row.map(|(document,)| decode(&document, "ticket")).transpose()
}

/// The desk that has an open ticket which this caller may join: the one that is named, if it has one, else that of the
/// newest.
pub async fn desk_of_caller(
    tx: &mut Tx,
    caller: &PhoneNumber,
    first: &str,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = tx
        .opt(
            "select desk from (select desk, opened_at from ticket where caller_id = $1 \
             and state in ('open', 'abandoned') and state = 'open' \
             union all select desk, opened_at from ticket where callback_number = $1 \
             and state in ('open', 'abandoned') and state = 'open') \
             as mine order by case when desk = $2 then 0 else 1 end, opened_at desc limit 1",
            args![caller.as_str(), first],
        )
        .await?;
    Ok(row.map(|(desk,)| desk))
}

/// Whether a call from this number was abandoned since an instant.
pub async fn abandoned_since(
    tx: &mut Tx,
    desk: &str,
    caller: &PhoneNumber,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let (count,): (i64,) = tx
        .one(
            // The condition of the index, as it stands there; and the plus keeps SQLite from reading every ticket that
            // the desk got in this time instead.
            "select count(*) from ticket where caller_id = $2 and desk = $1 and state in ('open', 'abandoned') \
             and state = 'abandoned' and +opened_at >= $3",
            args![desk, caller.as_str(), since],
        )
        .await?;
    Ok(count > 0)
}

/// A desk's tickets (or every desk's), newest first, before an instant.
pub async fn list(
    tx: &mut Tx,
    desk: Option<&str>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    // Two texts: with one for both, SQLite reads every ticket.
    let rows: Vec<(String,)> = match desk {
        Some(desk) => {
            tx.all(
                "select document from ticket where desk = $1 and opened_at < $2 \
                 order by opened_at desc, id desc limit $3",
                args![desk, before, limit],
            )
            .await?
        }
        None => {
            tx.all(
                "select document from ticket where opened_at < $1 order by opened_at desc, id desc limit $2",
                args![before, limit],
            )
            .await?
        }
    };
    cases(&rows)
}

/// A customer's tickets at a desk, by its name when they were opened, newest first, before an instant.
pub async fn list_of_customer(
    tx: &mut Tx,
    desk: &str,
    customer: &str,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select document from ticket where desk = $1 and customer = $2 and opened_at < $3 \
             order by opened_at desc, id desc limit $4",
            args![desk, customer, before, limit],
        )
        .await?;
    cases(&rows)
}

/// Open tickets of a desk (or of every desk), newest first, before an instant.
pub async fn list_open(
    tx: &mut Tx,
    desk: Option<&str>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let rows: Vec<(String,)> = match desk {
        Some(desk) => {
            tx.all(
                "select document from ticket where state in ('open', 'abandoned') and desk = $1 and opened_at < $2 \
                 order by opened_at desc, id desc limit $3",
                args![desk, before, limit],
            )
            .await?
        }
        None => {
            tx.all(
                "select document from ticket where state in ('open', 'abandoned') and opened_at < $1 \
                 order by opened_at desc, id desc limit $2",
                args![before, limit],
            )
            .await?
        }
    };
    cases(&rows)
}

/// Open emergencies, and other open tickets with which something is under way, newest first, with the rows of their
/// timelines. One that is beyond reading does not stand before the others: the sweep tells of it.
pub async fn under_way(tx: &mut Tx, limit: i64) -> Result<Vec<(Case, i64)>, StoreError> {
    let mut rows: Vec<ShownRow> = tx
        .all(
            "select document, entry_rows from ticket where severity = 1 and state = 'open' \
             order by opened_at desc, id desc limit $1",
            args![limit],
        )
        .await?;
    for severity in 2..=4_u8 {
        let more: Vec<ShownRow> = tx
            .all(
                "select document, entry_rows from ticket where severity = $1 and next_due is not null \
                 and state = 'open' order by next_due limit $2",
                args![severity, limit],
            )
            .await?;
        rows.extend(more);
    }
    let read = |(document, rows): ShownRow| Some((decode(&document, "ticket").ok()?, rows));
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Which tickets are asked for, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of this desk; of every one if none is named.
    pub desk: Option<String>,
    /// In this state, by the word for it.
    pub state: Option<&'static str>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// Opened at this instant or later.
    pub since: Timestamp,
    /// Older than the ticket of this id, which was opened at this instant; with an empty id, opened before it.
    pub before: (Timestamp, TicketId),
}

/// Those of the next `stride` tickets that are wanted, at most `most`.
pub async fn list_wanted(
    tx: &mut Tx,
    wanted: &Wanted,
    stride: i64,
    most: i64,
) -> Result<Vec<Case>, StoreError> {
    let Wanted { desk, state, severity, since, before: (at, id) } = wanted;
    let severity = severity.map(u8::from);
    // Two texts: with one for both, SQLite reads every ticket.
    let rows: Vec<(String,)> = match desk {
        Some(desk) => {
            tx.all(
                "select document from (select id, opened_at, state, severity, document from ticket \
                 where desk = $1 and opened_at >= $2 and (opened_at, id) < ($3, $4) \
                 order by opened_at desc, id desc limit $5) as looked_at \
                 where (state = $6 or $6 is null) and (severity = $7 or $7 is null) \
                 order by opened_at desc, id desc limit $8",
                args![desk, *since, *at, id, stride, *state, severity, most],
            )
            .await?
        }
        None => {
            tx.all(
                "select document from (select id, opened_at, state, severity, document from ticket \
                 where opened_at >= $1 and (opened_at, id) < ($2, $3) \
                 order by opened_at desc, id desc limit $4) as looked_at \
                 where (state = $5 or $5 is null) and (severity = $6 or $6 is null) \
                 order by opened_at desc, id desc limit $7",
                args![*since, *at, id, stride, *state, severity, most],
            )
            .await?
        }
    };
    cases(&rows)
}

/// Where the last of the next `stride` tickets stands, wanted or not; none if there are fewer.
pub async fn end_of_stride(
    tx: &mut Tx,
    wanted: &Wanted,
    stride: i64,
) -> Result<Option<(Timestamp, TicketId)>, StoreError> {
    let Wanted { desk, since, before: (at, id), .. } = wanted;
    match desk {
        Some(desk) => {
            tx.opt(
                "select opened_at, id from ticket where desk = $1 and opened_at >= $2 \
                 and (opened_at, id) < ($3, $4) order by opened_at desc, id desc limit 1 offset $5",
                args![desk, *since, *at, id, stride - 1],
            )
            .await
        }
        None => {
            tx.opt(
                "select opened_at, id from ticket where opened_at >= $1 and (opened_at, id) < ($2, $3) \
                 order by opened_at desc, id desc limit 1 offset $4",
                args![*since, *at, id, stride - 1],
            )
            .await
        }
    }
}
