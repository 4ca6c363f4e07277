//! Tickets with all that is under way for them, and their timelines.

use std::collections::BTreeSet;

use serde_json::{from_str, to_string};

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::case::Case;
use crate::rules::contact::PhoneNumber;
use crate::rules::people::AgentKey;
use crate::rules::report::Facts;
use crate::rules::severity::Severity;
use crate::rules::ticket::{Entry, TicketId};
use crate::rules::ticket_number::TicketNumber;

/// A case as it was read, with what is needed to write it again.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The case.
    pub case: Case,
    /// Rows of its timeline so far.
    pub entry_rows: i64,
    /// The agents whom the database knows to have been paged for it.
    pub paged: BTreeSet<AgentKey>,
    /// What its timeline says so far; none if that is not written yet, or is beyond reading.
    pub facts: Option<Facts>,
}

type CaseRow = (String, i64, Option<String>);

/// A case to look at, with the rows of its timeline.
type ShownRow = (String, i64);

fn loaded((document, entry_rows, facts): CaseRow) -> Result<Loaded, StoreError> {
    let case: Case = decode(&document, "ticket")?;
    let paged = case.paged.clone();
    let facts = facts.and_then(|facts| decode(&facts, "ticket").ok());
    Ok(Loaded { case, entry_rows, paged, facts })
}

/// Reads a document of ours; one that cannot be read is a fault of the table, not of what is in it.
pub fn decode<T: serde::de::DeserializeOwned>(document: &str, table: &str) -> Result<T, StoreError> {
    from_str(document)
        .map_err(|error| StoreError::Fault(format!("{table}: a document cannot be read: {error}")))
}

/// Writes a document of ours.
pub fn encode<T: serde::Serialize>(value: &T, table: &str) -> Result<String, StoreError> {
    to_string(value)
        .map_err(|error| StoreError::Fault(format!("{table}: a document cannot be written: {error}")))
}

/// The next ticket number of a line; the line's row is locked until the commit.
pub async fn next_number(tx: &mut Tx, line: &PhoneNumber) -> Result<TicketNumber, StoreError> {
    let (number,): (i64,) = tx
        .one(
            "update line set last_ticket = last_ticket + 1 where number = $1 returning last_ticket",
            args![line.as_str()],
        )
        .await?;
    Ok(TicketNumber(number.unsigned_abs()))
}

/// Writes a new ticket with the first row of its timeline.
pub async fn insert(tx: &mut Tx, case: &Case, entries: &[Entry]) -> Result<(), StoreError> {
    let ticket = &case.ticket;
    tx.execute(
        "insert into ticket (id, desk, line, number, severity, state, caller_id, callback_number, holder, opened_at, \
         acked_at, called_back_at, resolved_at, next_due, entry_rows, document, facts, customer) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $16, $17)",
        args![
            &ticket.id,
            ticket.desk.as_str(),
            ticket.line.as_str(),
            i64::try_from(ticket.number.0).unwrap_or(i64::MAX),
            u8::from(ticket.severity),
            ticket.state.name(),
            ticket.caller_id.as_ref().map(PhoneNumber::as_str),
            ticket.callback.as_ref().map(|callback| callback.number.as_str()),
            case.holder().map(AgentKey::as_str),
            ticket.opened_at,
            ticket.acked_at,
            ticket.called_back_at,
            ticket.resolved_at,
            case.next_due(),
            encode(case, "ticket")?,
            encode(&Facts::of(ticket, entries), "ticket")?,
            ticket.contact.as_ref().map(|contact| contact.customer.as_str()),
        ],
    )
    .await?;
    insert_entries(tx, &ticket.id, 1, entries).await?;
    insert_paged(tx, case, &BTreeSet::new()).await
}

/// Writes a ticket as it is now, and what happened.
pub async fn update(tx: &mut Tx, loaded: &Loaded, entries: &[Entry]) -> Result<(), StoreError> {
    let case = &loaded.case;
    let ticket = &case.ticket;
    let entry_rows = loaded.entry_rows + i64::from(!entries.is_empty());
    let mut facts = match &loaded.facts {
        Some(facts) => facts.clone(),
        None => Facts::of(ticket, &timeline(tx, &ticket.id).await?),
    };
    facts.tell(ticket, entries);
    tx.execute(
        "update ticket set severity = $2, state = $3, callback_number = $4, holder = $5, acked_at = $6, \
         called_back_at = $7, resolved_at = $8, next_due = $9, entry_rows = $10, document = $11, facts = $12 \
         where id = $1",
        args![
            &ticket.id,
            u8::from(ticket.severity),
            ticket.state.name(),
            ticket.callback.as_ref().map(|callback| callback.number.as_str()),
            case.holder().map(AgentKey::as_str),
            ticket.acked_at,
            ticket.called_back_at,
            ticket.resolved_at,
            case.next_due(),
            entry_rows,
            encode(case, "ticket")?,
            encode(&facts, "ticket")?,
        ],
    )
    .await?;
    if !entries.is_empty() {
        insert_entries(tx, &ticket.id, entry_rows, entries).await?;
    }
    insert_paged(tx, case, &loaded.paged).await
}

async fn insert_entries(
    tx: &mut Tx,
    id: &TicketId,
    ordinal: i64,
    entries: &[Entry],
) -> Result<(), StoreError> {
    tx.execute(
        "insert into ticket_entry (ticket_id, ordinal, entries) values ($1, $2, $3)",
        args![id, ordinal, encode(&entries, "ticket_entry")?],
    )
    .await?;
    Ok(())
}

async fn insert_paged(tx: &mut Tx, case: &Case, known: &BTreeSet<AgentKey>) -> Result<(), StoreError> {
    for agent in case.paged.difference(known) {
        tx.execute(
            "insert into paged (desk, agent, ticket_id) values ($1, $2, $3) on conflict do nothing",
            args![case.ticket.desk.as_str(), agent.as_str(), &case.ticket.id],
        )
        .await?;
    }
    Ok(())
}

/// A case, locked until the commit; [`StoreError::NotFound`] if there is none.
pub async fn lock(tx: &mut Tx, id: &TicketId) -> Result<Loaded, StoreError> {
    let row = tx
        .one("select document, entry_rows, facts from ticket where id = $1 /*pg for update*/", args![id])
        .await?;
    loaded(row)
}

/// A case, locked until the commit, if there is one.
pub async fn lock_if_any(tx: &mut Tx, id: &TicketId) -> Result<Option<Loaded>, StoreError> {
    let row = tx
        .opt("select document, entry_rows, facts from ticket where id = $1 /*pg for update*/", args![id])
        .await?;
    row.map(loaded).transpose()
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

/// A case as it stands, to look at.
pub async fn read(tx: &mut Tx, id: &TicketId) -> Result<Case, StoreError> {
    let (document,): (String,) = tx.one("select document from ticket where id = $1", args![id]).await?;
    decode(&document, "ticket")
}

/// A case as it stands, to look at, with the rows of its timeline, if there is one.
pub async fn read_with_rows(tx: &mut Tx, id: &TicketId) -> Result<Option<(Case, i64)>, StoreError> {
    let row: Option<ShownRow> =
        tx.opt("select document, entry_rows from ticket where id = $1", args![id]).await?;
    row.map(|(document, rows)| Ok((decode(&document, "ticket")?, rows))).transpose()
}

/// A case as it stands, to look at, if there is one.
pub async fn read_if_any(tx: &mut Tx, id: &TicketId) -> Result<Option<Case>, StoreError> {
    let row: Option<(String,)> = tx.opt("select document from ticket where id = $1", args![id]).await?;
    row.map(|(document,)| decode(&document, "ticket")).transpose()
}

/// An emergency that is open and that nobody has, by its columns alone: its desk and number.
pub async fn unread_emergency(
    tx: &mut Tx,
    id: &TicketId,
) -> Result<Option<(String, TicketNumber)>, StoreError> {
    let row: Option<(String, i64)> = tx
        .opt(
            "select desk, number from ticket where id = $1 and severity = 1 and state = 'open' and holder is null",
            args![id],
        )
        .await?;
    Ok(row.map(|(desk, number)| (desk, TicketNumber(number.unsigned_abs()))))
}

/// Looks at a ticket again at another instant, or never, whatever its document says.
pub async fn look_again(tx: &mut Tx, id: &TicketId, due: Option<Timestamp>) -> Result<(), StoreError> {
    tx.execute("update ticket set next_due = $2 where id = $1", args![id, due]).await?;
    due.into_iter().for_each(|due| tx.wake(super::Wake::Due(due)));
    Ok(())
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

/// Tickets for which time alone changes something by `now`, most severe first, newest first within a severity.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<TicketId>, StoreError> {
    let mut due = Vec::new();
    // One query per severity: a sort over all would read every future row.
    for severity in 1..=4_u8 {
        let left = limit - i64::try_from(due.len()).unwrap_or(limit);
        let rows: Vec<(TicketId,)> = tx
            .all(
                "select id from ticket where severity = $1 and next_due <= $2 order by next_due desc limit $3",
                args![severity, now, left],
            )
            .await?;
        due.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(due)
}

/// How many emergencies have been due since before an instant.
pub async fn overdue(tx: &mut Tx, before: Timestamp) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        tx.one("select count(*) from ticket where severity = 1 and next_due <= $1", args![before]).await?;
    Ok(count)
}

/// When time alone changes something next.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let mut next = None;
    for severity in 1..=4_u8 {
        let (due,): (Option<Timestamp>,) = tx
            .one(
                "select min(next_due) from ticket where severity = $1 and next_due is not null",
                args![severity],
            )
            .await?;
        next = [next, due].into_iter().flatten().min();
    }
    Ok(next)
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
    rows.iter().map(|(document,)| decode(document, "ticket")).collect()
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
    rows.iter().map(|(document,)| decode(document, "ticket")).collect()
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
    rows.iter().map(|(document,)| decode(document, "ticket")).collect()
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
    rows.iter().map(|(document,)| decode(document, "ticket")).collect()
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

/// A ticket's timeline, in order.
pub async fn timeline(tx: &mut Tx, id: &TicketId) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<(String,)> =
        tx.all("select entries from ticket_entry where ticket_id = $1 order by ordinal", args![id]).await?;
    let mut timeline = Vec::new();
    for (entries,) in rows {
        timeline.extend(decode::<Vec<Entry>>(&entries, "ticket_entry")?);
    }
    Ok(timeline)
}

/// Emergencies that are open, that nobody has, and that time alone would never change: by the rules there are none. They
/// are made due at once; answers how many there were. A call that is still going on has its own deadline.
pub async fn wake_forgotten(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "update ticket set next_due = $1 where severity = 1 and state = 'open' and holder is null and next_due is null \
         and not exists (select 1 from call where call.ticket_id = ticket.id \
         and call.deadline is not null)",
        args![now],
    )
    .await
}
