//! Brings desk files into force from the command line, and tells what a manager should know of them. Whether they can
//! be kept is for [`rules::desk::file`](crate::rules::desk::file) to say, and several files are one change: if any of
//! them has a mistake, none takes effect.

use std::collections::BTreeSet;
use std::time::Duration;

use super::AppError;
use crate::act::{Acts, Applied, By, GAPS_AHEAD};
use crate::rules::desk::file::{DeskFile, FileProblem, Known, read_files};
use crate::rules::desk::plan::Plan;
use crate::rules::desk::{Desk, Found, Lack, PolicyGap, Reason};
use crate::rules::flow::Flow;
use crate::rules::flow::kept::FlowFile;

/// Time goes on while gaps are looked for and told.
const A_MINUTE: Duration = Duration::from_secs(60);

/// What desk files may name in an installation with these voice flows, which were checked, and these carriers.
pub fn known(flows: &[FlowFile], carriers: Vec<String>) -> Known {
    let flows: Vec<Flow> = flows.iter().filter_map(|file| Flow::parse(&file.text).ok()).collect();
    Known::new(&flows, carriers)
}

/// Checks desk files, each by its name and text, for themselves and beside each other. Every mistake is told with its
/// line.
pub fn check_desks(
    files: impl IntoIterator<Item = (String, String)>,
    known: &Known,
) -> Result<Vec<DeskFile>, AppError> {
    read_files(files, known).map_err(refused)
}

fn refused(problems: Vec<FileProblem>) -> AppError {
    AppError::BadInput(problems.iter().map(ToString::to_string).collect())
}

/// Brings files into force, all of them or none; answers the desks with their versions.
pub async fn apply_desks(acts: &Acts, files: Vec<DeskFile>) -> Result<Vec<Applied>, AppError> {
    no_line_is_taken(acts, &files)?;
    Ok(acts.apply_files(By::command_line(), files).await?)
}

/// What files would change, if all of them came into force.
pub async fn plan_desks(acts: &Acts, files: Vec<DeskFile>) -> Result<Vec<Plan>, AppError> {
    no_line_is_taken(acts, &files)?;
    Ok(acts.plans(files).await?)
}

fn no_line_is_taken(acts: &Acts, files: &[DeskFile]) -> Result<(), AppError> {
    match acts.taken_lines(files) {
        none if none.is_empty() => Ok(()),
        problems => Err(refused(problems)),
    }
}

/// What the manager should know of a desk: for each policy of its lines the first stretch of the next 90 days in which
/// none of its steps would find anybody, and how many more there are.
pub async fn gaps_ahead(acts: &Acts, desk: &Desk) -> Result<Vec<String>, AppError> {
    let gaps = acts.bare_gaps(desk).await?;
    Ok(told(acts, desk, &gaps.iter().map(|(gap, _)| gap).collect::<Vec<_>>()))
}

/// The same of what files would bring and what is in force does not have, with the names of the files: whoever means it
/// says so.
pub async fn gaps_brought(acts: &Acts, file: &DeskFile) -> Result<Vec<String>, AppError> {
    let gaps = acts.bare_gaps(file.desk()).await?;
    let new: Vec<&PolicyGap> = gaps.iter().filter(|(_, new)| *new).map(|(gap, _)| gap).collect();
    let told = told(acts, file.desk(), &new).into_iter();
    let meant = |gap| format!("{}: {gap}; or apply it with --gaps-meant, if that is meant", file.name());
    Ok(told.map(meant).collect())
}

fn told(acts: &Acts, desk: &Desk, bare: &[&PolicyGap]) -> Vec<String> {
    let end = acts.clock().now() + GAPS_AHEAD - A_MINUTE;
    let wall = |at| acts.book().to_wall(desk.zone(), at).format("%a %Y-%m-%d %H:%M").to_string();
    let mut named = BTreeSet::new();
    let first = bare.iter().enumerate().filter(|(_, gap)| named.insert(&gap.policy));
    first
        .map(|(index, gap)| {
            // What follows on with other reasons is the same stretch without anybody.
            let (mut to, mut more, mut last) = (gap.to, 0, gap.to);
            for next in bare[index..].iter().filter(|other| other.policy == gap.policy) {
                more += usize::from(next.from > last);
                if next.from <= to {
                    to = next.to;
                }
                last = next.to;
            }
            let until = if to < end { wall(to) } else { "at least 90 days on".into() };
            let more = match more {
                0 => String::new(),
                1 => ", and once more within 90 days".to_owned(),
                more => format!(", and {more} times more within 90 days"),
            };
            let why: Vec<String> = gap.why.iter().map(Lack::to_string).collect();
            let next = match gap.found {
                Found::Nobody => "not even its last resort would be reached",
                Found::LastResort | Found::Step { .. } => "its last resort would be paged",
            };
            let mut holes: Vec<&str> = gap
                .why
                .iter()
                .filter(|lack| lack.reason == Reason::Hole)
                .filter_map(|lack| lack.rota.as_deref())
                .collect();
            let mut once = BTreeSet::new();
            holes.retain(|rota| once.insert(*rota));
            let remedy = match holes.is_empty() {
                true => "see to their telephones, or put somebody else in their place".to_owned(),
                false => format!("add a layer or an override to the rota {}", holes.join(" or ")),
            };
            format!(
                "{}: nobody is on call for the policy `{}` from {} until {until} ({}){more}, and {next} ({}); {remedy}",
                desk.key.as_str(),
                gap.policy,
                wall(gap.from),
                desk.zone(),
                why.join("; "),
            )
        })
        .collect()
}
