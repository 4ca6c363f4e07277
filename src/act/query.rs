//! What pages and the API ask: tickets, a ticket with its timeline, who is on call.

use super::case::context_by;
use super::{ActError, Acts, World};
use crate::clock::Timestamp;
use crate::rules::access::Reach;
use crate::rules::case::Case;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::Desk;
use crate::rules::people::AgentKey;
use crate::rules::ticket::{Entry, TicketId};
use crate::rules::ticket_number::TicketNumber;
pub use crate::store::tickets::Wanted;
use crate::store::{StoreError, Tx, ticket, tickets};

/// A page of a list of tickets, newest first.
#[derive(Clone, Debug)]
pub struct TicketPage {
    /// The tickets.
    pub cases: Vec<Case>,
    /// Where the next page begins; none at the end.
    pub next: Option<Timestamp>,
}

impl TicketPage {
    /// Of tickets of which one more than a page holds was asked for.
    fn first_of(mut cases: Vec<Case>) -> TicketPage {
        let opened: Vec<Timestamp> = cases.iter().map(|case| case.ticket.opened_at).collect();
        let (length, next) = first_page(&opened, MOST_ON_A_PAGE);
        cases.truncate(length);
        TicketPage { cases, next }
    }
}

/// A page of the tickets that were asked for, newest first.
#[derive(Clone, Debug)]
pub struct WantedPage {
    /// The tickets.
    pub cases: Vec<Case>,
    /// After which ticket the next page begins: when it was opened, and its id; none at the end.
    pub next: Option<(Timestamp, TicketId)>,
}

/// A ticket with its timeline.
#[derive(Clone, Debug)]
pub struct TicketView {
    /// The ticket and all that is under way for it.
    pub case: Case,
    /// What happened, in order.
    pub timeline: Vec<Entry>,
    /// Grows whenever the timeline does.
    pub revision: i64,
}

/// What a ticket's number stands for.
#[derive(Clone, Debug)]
pub enum Numbered {
    /// Nothing.
    None,
    /// A ticket.
    One(Box<TicketView>),
    /// A ticket on each of these lines.
    Several(Vec<String>),
}

/// The most tickets on a page of the API's.
pub const MOST_LISTED: usize = 100;

/// The most tickets on a page for people.
pub const MOST_ON_A_PAGE: usize = 50;

/// Tickets that are looked at in one go for those that are wanted, and how often: a page that few are fit for is left
/// short, so that no question reads all that there ever was.
const STRIDE: i64 = 1000;
const STRIDES: usize = 5;

impl Wanted {
    /// Every ticket of a desk, or of every one.
    pub fn all(desk: Option<&str>) -> Wanted {
        let before = (Timestamp::NEVER, TicketId::from_text(""));
        let desk = desk.map(str::to_owned);
        Wanted { desk, state: None, severity: None, since: Timestamp(0), before }
    }
}

impl Acts {
    /// The next tickets that are wanted, newest first: at most so many. A page may be short, even empty, and not the
    /// last.
    pub async fn wanted_tickets(&self, wanted: Wanted, most: usize) -> Result<WantedPage, ActError> {
        Ok(self.store().read(wanted_page, (wanted, most.clamp(1, MOST_LISTED))).await?)
    }

    /// A desk's ticket by its number; the newest, if several of its lines have given it.
    pub async fn ticket(&self, desk: &str, number: TicketNumber) -> Result<Option<TicketView>, ActError> {
        Ok(self.store().read(view, (desk.to_owned(), number)).await?)
    }

    /// A ticket by its identity.
    pub async fn ticket_of_id(&self, id: &TicketId) -> Result<Option<TicketView>, ActError> {
        Ok(self.store().read(by_id, id.clone()).await?)
    }

    /// Tickets as far as a right reaches, opened before an instant, newest first; open ones alone, or all.
    pub async fn tickets_within(
        &self,
        reach: Reach,
        open: bool,
        before: Timestamp,
    ) -> Result<TicketPage, ActError> {
        Ok(TicketPage::first_of(self.store().read(within, (reach, open, before)).await?))
    }

    /// Tickets of a customer at a desk, opened before an instant, the newest first.
    pub async fn tickets_of_customer(
        &self,
        desk: &str,
        customer: &str,
        before: Timestamp,
    ) -> Result<TicketPage, ActError> {
        let input = (desk.to_owned(), customer.to_owned(), before);
        Ok(TicketPage::first_of(self.store().read(of_customer, input).await?))
    }

    /// The ticket of a number: of a desk, of a line, or of any. Each line numbers its own tickets.
    pub async fn numbered(
        &self,
        desk: Option<&str>,
        line: Option<&PhoneNumber>,
        number: TicketNumber,
    ) -> Result<Numbered, ActError> {
        Ok(self.store().read(numbered, (desk.map(str::to_owned), line.cloned(), number)).await?)
    }

    /// Who is on call by each rota of a desk at an instant.
    pub fn on_call(&self, desk: &Desk, at: Timestamp) -> Vec<(String, Option<AgentKey>)> {
        let of = |rota: &crate::rules::rota::Rota| {
            let agent = rota.on_call(self.book(), at).map(|found| found.agent.clone());
            (rota.name.clone(), agent)
        };
        desk.rotas.iter().map(of).collect()
    }
}

/// How many of a list belong to its first page of at most `most`, and before which instant the next one begins: tickets
/// of the same millisecond are not torn apart, for the next page could not tell them from those already seen.
fn first_page(opened: &[Timestamp], most: usize) -> (usize, Option<Timestamp>) {
    let Some(beyond) = opened.get(most) else { return (opened.len(), None) };
    let length = match opened.iter().take(most).filter(|at| *at > beyond).count() {
        // More in one millisecond than a page holds.
        0 => most,
        some => some,
    };
    (length, opened[..length].last().copied())
}

async fn wanted_page(tx: &mut Tx, (wanted, most): &(Wanted, usize)) -> Result<WantedPage, StoreError> {
    let mut wanted = wanted.clone();
    let mut cases: Vec<Case> = Vec::new();
    for _ in 0..STRIDES {
        // One more than the page holds tells that there is another.
        let left = i64::try_from(most + 1 - cases.len()).unwrap_or(i64::MAX);
        cases.extend(tickets::list_wanted(tx, &wanted, STRIDE, left).await?);
        if cases.len() > *most {
            cases.truncate(*most);
            let next = cases.last().map(|case| (case.ticket.opened_at, case.ticket.id.clone()));
            return Ok(WantedPage { cases, next });
        }
        match tickets::end_of_stride(tx, &wanted, STRIDE).await? {
            Some(end) => wanted.before = end,
            None => return Ok(WantedPage { cases, next: None }),
        }
    }
    Ok(WantedPage { cases, next: Some(wanted.before) })
}

async fn view(
    tx: &mut Tx,
    (desk, number): &(String, TicketNumber),
) -> Result<Option<TicketView>, StoreError> {
    match tickets::by_number(tx, desk, *number).await? {
        Some(id) => Ok(Some(view_of(tx, &id).await?)),
        None => Ok(None),
    }
}

async fn numbered(
    tx: &mut Tx,
    (desk, line, number): &(Option<String>, Option<PhoneNumber>, TicketNumber),
) -> Result<Numbered, StoreError> {
    let found = tickets::all_by_number(tx, desk.as_deref(), line.as_ref(), *number).await?;
    Ok(match &found[..] {
        [] => Numbered::None,
        [(id, _)] => Numbered::One(Box::new(view_of(tx, id).await?)),
        several => {
            let mut lines: Vec<String> = several.iter().map(|(_, line)| line.clone()).collect();
            lines.sort();
            Numbered::Several(lines)
        }
    })
}

async fn view_of(tx: &mut Tx, id: &TicketId) -> Result<TicketView, StoreError> {
    by_id(tx, id).await?.ok_or(StoreError::NotFound)
}

async fn by_id(tx: &mut Tx, id: &TicketId) -> Result<Option<TicketView>, StoreError> {
    let Some((case, revision)) = ticket::read_with_rows(tx, id).await? else { return Ok(None) };
    Ok(Some(TicketView { case, timeline: ticket::timeline(tx, id).await?, revision }))
}

async fn within(
    tx: &mut Tx,
    (reach, open, before): &(Reach, bool, Timestamp),
) -> Result<Vec<Case>, StoreError> {
    let most = i64::try_from(MOST_ON_A_PAGE + 1).unwrap_or(i64::MAX);
    let desks: Vec<Option<&str>> = match reach {
        Reach::Everything => vec![None],
        Reach::Desks(desks) => desks.iter().map(|desk| Some(desk.as_str())).collect(),
    };
    let mut cases = Vec::new();
    for desk in desks {
        cases.extend(match open {
            true => tickets::list_open(tx, desk, *before, most).await?,
            false => tickets::list(tx, desk, *before, most).await?,
        });
    }
    cases.sort_by(|one, other| {
        (other.ticket.opened_at, &other.ticket.id).cmp(&(one.ticket.opened_at, &one.ticket.id))
    });
    Ok(cases)
}

async fn of_customer(
    tx: &mut Tx,
    (desk, customer, before): &(String, String, Timestamp),
) -> Result<Vec<Case>, StoreError> {
    let most = i64::try_from(MOST_ON_A_PAGE + 1).unwrap_or(i64::MAX);
    tickets::list_of_customer(tx, desk, customer, *before, most).await
}

/// Whom an emergency on a line pages first now, with who is muted passed over; on any line, for none.
pub(super) fn first_paged(world: &World, desk: &Desk, line: Option<&PhoneNumber>) -> Vec<AgentKey> {
    let of_line = line.and_then(|line| desk.policy_of(desk.line(line)?));
    let policy = of_line.or(desk.policies.first());
    policy.map(|policy| context_by(world, desk, policy).first_paged()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_between_two_milliseconds() {
        for (opened, length, next) in [
            (&[] as &[i64], 0, None),
            (&[9, 8, 7], 3, None),
            (&[9, 8, 7, 6], 3, Some(7)),
            (&[9, 8, 7, 7], 2, Some(8)),
            (&[9, 7, 7, 7], 1, Some(9)),
            (&[7, 7, 7, 7], 3, Some(7)),
        ] {
            let opened: Vec<Timestamp> = opened.iter().map(|at| Timestamp(*at)).collect();
            assert_eq!(first_page(&opened, 3), (length, next.map(Timestamp)), "{opened:?}");
        }
    }
}
