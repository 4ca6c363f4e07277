//! Brings a desk file into force, once it is certain that this installation can keep what it says: its flows are
//! loaded and speak its languages, and its carriers are configured.

use super::AppError;
use crate::act::{Acts, ApplyError, By, Desks};
use crate::rules::desk::Desk;
use crate::rules::source::{Problem, Source};

/// Applies the text of a desk file of that name; answers the desk and its version. Every mistake is told with its line.
pub async fn apply_desk(
    acts: &Acts,
    carriers: &[String],
    file: &str,
    text: &str,
) -> Result<(Desk, i64), AppError> {
    let desk = Desk::parse(text).map_err(|problems| refused(file, &problems))?;
    let missing = missing(&desk, text, &acts.desks(), carriers);
    if !missing.is_empty() {
        return Err(refused(file, &missing));
    }
    acts.apply_desk(By::command_line(), text).await.map_err(|error| match error {
        ApplyError::Problems(problems) => refused(file, &problems),
        ApplyError::Store(error) => error.into(),
    })
}

fn refused(file: &str, problems: &[Problem]) -> AppError {
    AppError::BadInput(problems.iter().map(|problem| problem.at(file).to_string()).collect())
}

/// What the desk's lines name and the installation does not have.
fn missing(desk: &Desk, text: &str, desks: &Desks, carriers: &[String]) -> Vec<Problem> {
    let Ok(source) = Source::parse(text) else { return Vec::new() };
    let mut problems = Vec::new();
    for (index, line) in desk.lines.iter().enumerate() {
        let index = index.to_string();
        let mut note = |part: &str, what: String, remedy: &str| {
            problems.push(source.problem(&["line", &index, part], what, remedy));
        };
        match desks.flow(&line.flow) {
            None => note(
                "flow",
                format!("there is no voice flow `{}`", line.flow),
                "put it into the folder that the configuration names in `flows`, or use `emergency`",
            ),
            Some(flow) => {
                for language in line.languages.iter().filter(|language| !flow.languages.contains(language)) {
                    let what = format!("the voice flow `{}` does not speak `{language}`", line.flow);
                    note("languages", what, "take the language out, or add its words to the flow");
                }
            }
        }
        if !carriers.contains(&line.carrier) {
            note(
                "carrier",
                format!("no carrier `{}` is configured", line.carrier),
                "write a [[carrier]] of that name in the configuration, or correct it",
            );
        }
    }
    problems
}
