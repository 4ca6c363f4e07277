//! Who gains and who loses by a change of a rota: the stretches in which another is on call than before.

use std::iter::Peekable;

use serde::Serialize;

use super::Rota;
use super::shifts::Held;
use crate::clock::Timestamp;
use crate::rules::people::AgentKey;
use crate::rules::zone::ZoneBook;

/// A stretch in which a change of a rota puts another on call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Difference {
    /// Its first instant.
    pub from: Timestamp,
    /// The instant before which it ends.
    pub to: Timestamp,
    /// Who was on call; nobody in a gap.
    pub was: Option<AgentKey>,
    /// Who is; nobody in a gap.
    pub now: Option<AgentKey>,
}

/// How the span from `from` to `to` differs between a rota as it was and as it is, in order of time; a rota that is not
/// there has nobody on call.
pub fn differences(
    was: Option<&Rota>,
    now: Option<&Rota>,
    book: &ZoneBook,
    (from, to): (Timestamp, Timestamp),
) -> Vec<Difference> {
    let nobody = || vec![Held { agent: None, from, to }];
    let was: Vec<Held<'_>> = was.map_or_else(nobody, |rota| rota.held(book, from, to).collect());
    let now: Vec<Held<'_>> = now.map_or_else(nobody, |rota| rota.held(book, from, to).collect());
    let (mut was, mut now) = (was.iter().peekable(), now.iter().peekable());
    let mut found: Vec<Difference> = Vec::new();
    let mut at = from;
    while let (Some(before), Some(after)) = (until(&mut was, at), until(&mut now, at)) {
        let end = before.to.min(after.to);
        if before.agent != after.agent {
            let (was, now) = (before.agent.cloned(), after.agent.cloned());
            match found.last_mut().filter(|last| last.to == at && last.was == was && last.now == now) {
                Some(last) => last.to = end,
                None => found.push(Difference { from: at, to: end, was, now }),
            }
        }
        at = end;
    }
    found
}

/// The stretch that holds at an instant.
fn until<'a, 'b>(
    held: &mut Peekable<impl Iterator<Item = &'b Held<'a>>>,
    at: Timestamp,
) -> Option<&'b Held<'a>>
where
    'a: 'b,
{
    while held.next_if(|held| held.to <= at).is_some() {}
    held.peek().copied()
}
