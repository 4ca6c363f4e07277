//! What-ifs as the page, the API and the command line have them in common.

use crate::act::{ActError, Acts, Uncovered, WhatIf, WhatIfRead};
use crate::clock::Timestamp;
use crate::rules::desk::{Desk, PolicyGap};
use crate::rules::zone::ZoneBook;

/// A what-if with all that is shown beside it.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What would happen.
    pub what_if: WhatIf,
    /// The span that cover was looked at for, and where it lacks.
    pub cover: Option<((Timestamp, Timestamp), Uncovered)>,
    /// What is to be told of the times that were written.
    pub doubts: Vec<String>,
    /// Whether the desk is one that is not in force.
    pub is_draft: bool,
}

impl Answered {
    /// Plays what is asked, at a desk that is in force or not.
    pub async fn to(acts: &Acts, read: WhatIfRead, is_draft: bool) -> Result<Answered, ActError> {
        let WhatIfRead { asked, until, doubts } = read;
        let (desk, line, at) = (asked.desk.clone(), asked.line.clone(), asked.at);
        let what_if = acts.what_if(asked).await?;
        let cover = match until {
            // A year of a large desk takes seconds, which whoever asks for it has.
            Some(until) => Some(((at, until), acts.uncovered(&desk, &line, (at, until)).await?)),
            None => None,
        };
        Ok(Answered { what_if, cover, doubts, is_draft })
    }
}

/// How long gaps last together, in minutes: one that has begun counts.
pub fn minutes(gaps: &[PolicyGap]) -> u64 {
    gaps.iter().map(|gap| gap.to.since(gap.from).as_secs()).sum::<u64>().div_ceil(60)
}

/// An instant in words on a desk's clock: `Fri 25 Dec 2026, 03:00`.
pub fn told_at(book: &ZoneBook, desk: &Desk, at: Timestamp) -> String {
    let wall = book.to_wall(desk.zone(), at);
    let seconds = chrono::Timelike::second(&wall);
    let form = if seconds == 0 { "%a %-d %b %Y, %H:%M" } else { "%a %-d %b %Y, %H:%M:%S" };
    wall.format(form).to_string()
}
