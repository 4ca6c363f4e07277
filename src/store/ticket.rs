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

impl Loaded {
    /// Rows of its timeline once these entries stand in it.
    pub fn rows_after(&self, entries: &[Entry]) -> i64 {
        self.entry_rows + i64::from(!entries.is_empty())
    }
}

type CaseRow = (String, i64, Option<String>);

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

/// The number that a line would give its next ticket; none if it is no line that is known.
pub async fn coming_number(tx: &mut Tx, line: &PhoneNumber) -> Result<Option<TicketNumber>, StoreError> {
    let row: Option<(i64,)> =
        tx.opt("select last_ticket + 1 from line where number = $1", args![line.as_str()]).await?;
    Ok(row.map(|(number,)| TicketNumber(number.unsigned_abs())))
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
    let entry_rows = loaded.rows_after(entries);
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

/// A case as it stands, to look at.
pub async fn read(tx: &mut Tx, id: &TicketId) -> Result<Case, StoreError> {
    let (document,): (String,) = tx.one("select document from ticket where id = $1", args![id]).await?;
    decode(&document, "ticket")
}

/// A case as it stands, to look at, with the rows of its timeline, if there is one.
pub async fn read_with_rows(tx: &mut Tx, id: &TicketId) -> Result<Option<(Case, i64)>, StoreError> {
    let row: Option<(String, i64)> =
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

/// Emergencies for which time alone changes something after `now`, what is due last first: whatever waits is among them.
pub async fn due_later(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Case>, StoreError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select document from ticket where severity = 1 and next_due > $1 order by next_due desc limit $2",
            args![now, limit],
        )
        .await?;
    // One that is beyond reading is dealt with when it is due.
    Ok(rows.iter().filter_map(|(document,)| decode(document, "ticket").ok()).collect())
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
