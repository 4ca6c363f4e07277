//! Brings desk files into force from the command line, and tells what a manager should know of them. Whether they can
//! be kept is for [`rules::desk::file`](crate::rules::desk::file) to say, and several files are one change: if any of
//! them has a mistake, none takes effect.

use std::collections::BTreeSet;
use std::time::Duration;

use super::AppError;
use crate::act::{Acts, Applied, By};
use crate::rules::desk::file::{DeskFile, FileProblem, Known, read_files};
use crate::rules::desk::plan::Plan;
use crate::rules::desk::{Desk, Found, Lack, PolicyGap, Reason};
use crate::rules::flow::Flow;
use crate::rules::flow::kept::FlowFile;

/// How far ahead a rota's gaps are looked for: while there is time to fill them.
const AHEAD: Duration = Duration::from_secs(14 * 24 * 60 * 60);

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

/// What the manager should know of a desk that is in force: for each policy of its lines the first stretch within two
/// weeks in which none of its steps would find anybody.
pub async fn gaps_ahead(acts: &Acts, desk: &Desk) -> Result<Vec<String>, AppError> {
    let now = acts.clock().now();
    let end = now + AHEAD;
    let gaps = acts.gaps(desk, now, end).await?.policies;
    let bare: Vec<&PolicyGap> = gaps.iter().filter(|gap| gap.is_bare()).collect();
    let wall = |at| acts.book().to_wall(desk.zone(), at).format("%a %Y-%m-%d %H:%M").to_string();
    let mut named = BTreeSet::new();
    let first = bare.iter().enumerate().filter(|(_, gap)| named.insert(&gap.policy));
    let told = first
        .map(|(index, gap)| {
            // What follows on with other reasons is the same stretch without anybody.
            let rest = bare[index..].iter().filter(|other| other.policy == gap.policy);
            let to = rest.fold(gap.from, |to, next| if next.from <= to { next.to } else { to });
            let until = if to < end { wall(to) } else { "at least two weeks on".into() };
            let why: Vec<String> = gap.why.iter().map(Lack::to_string).collect();
            let next = match gap.found {
                Found::Nobody => "not even its last resort would be reached",
                Found::LastResort | Found::Step { .. } => "its last resort would be paged",
            };
            let mut holes: Vec<&str> =
                gap.why.iter().filter(|lack| lack.reason == Reason::Hole).filter_map(|lack| lack.rota.as_deref()).collect();
            let mut once = BTreeSet::new();
            holes.retain(|rota| once.insert(*rota));
            let remedy = match holes.is_empty() {
                true => "see to their telephones, or put somebody else in their place".to_owned(),
                false => format!("add a layer or an override to the rota {}", holes.join(" or ")),
            };
            format!(
                "{}: nobody is on call for the policy `{}` from {} until {until} ({}), and {next} ({}); {remedy}",
                desk.key.as_str(),
                gap.policy,
                wall(gap.from),
                desk.zone(),
                why.join("; "),
            )
        })
        .collect();
    Ok(told)
}
