//! A desk's file: what it would change, how it comes into force, and how it is written back; a flow's, how it is written
//! back.

use std::path::{Path, PathBuf};

use nightbell::act::{Acts, Applied, By};
use nightbell::app::{self, AppError, out};
use nightbell::config::Config;
use nightbell::flows;
use nightbell::rules::desk::Desk;
use nightbell::rules::desk::file::DeskFile;

use super::Export;
use super::access::no_desk;
use super::commands::{read, visit};

/// Reads and checks desk files, by what is in force: the installation beside them. Mistakes that they have by themselves
/// are told where there is no database too.
pub(super) async fn check(config: Config, files: &[PathBuf]) -> Result<(Acts, Vec<DeskFile>), AppError> {
    let read = files.iter().map(|file| Ok((file.display().to_string(), read(file)?)));
    let read = read.collect::<Result<Vec<_>, AppError>>()?;
    let carriers = config.carriers.iter().map(|carrier| carrier.name.clone()).collect();
    let on_paper = app::known(&flows::load_all(config.flows.as_deref())?, carriers);
    match visit(config).await {
        Ok(acts) => match app::check_desks(read, &acts.known()) {
            Ok(files) => Ok((acts, files)),
            Err(wrong) => {
                acts.store().close().await;
                Err(wrong)
            }
        },
        Err(error) => Err(app::check_desks(read, &on_paper).err().unwrap_or(error)),
    }
}

/// Brings desk files into force, with those flows of the folder that nobody has read yet: they may name them. Gaps that
/// they bring are refused, unless they are meant.
pub async fn apply(config: Config, files: &[PathBuf], gaps_meant: bool) -> Result<(), AppError> {
    let folder = config.flows.clone();
    let (acts, files) = check(config, files).await?;
    if !gaps_meant {
        let mut brought = Vec::new();
        for file in &files {
            brought.extend(app::gaps_brought(&acts, file).await?);
        }
        if !brought.is_empty() {
            acts.store().close().await;
            return Err(AppError::BadInput(brought));
        }
    }
    acts.add_flows(By::command_line(), flows::load_all(folder.as_deref())?).await?;
    for Applied { desk, version, new } in app::apply_desks(&acts, files).await? {
        let unchanged = if new { "" } else { "unchanged, " };
        out::say(format_args!("{}: {unchanged}version {version} is in force", desk.key.as_str()));
        warn_of_gaps(&acts, &desk).await?;
    }
    acts.store().close().await;
    Ok(())
}

/// Shows what desk files would change.
pub async fn plan(config: Config, files: &[PathBuf]) -> Result<(), AppError> {
    let (acts, files) = check(config, files).await?;
    for (plan, file) in app::plan_desks(&acts, files.clone()).await?.iter().zip(&files) {
        out::print(plan)?;
        let brought = app::gaps_brought(&acts, file).await?;
        for gap in &brought {
            out::complain(format_args!("warning: {gap}"));
        }
        if brought.is_empty() {
            warn_of_gaps(&acts, file.desk()).await?;
        }
    }
    acts.store().close().await;
    Ok(())
}

async fn warn_of_gaps(acts: &Acts, desk: &Desk) -> Result<(), AppError> {
    for gap in app::gaps_ahead(acts, desk).await? {
        out::complain(format_args!("warning: {gap}"));
    }
    Ok(())
}

/// Writes the text of a desk's version, byte for byte as it was applied.
pub async fn export(config: Config, what: &Export) -> Result<(), AppError> {
    let acts = visit(config).await?;
    let Some(desk) = acts.desks().by_key(&what.desk).cloned() else {
        return Err(no_desk(&acts, &what.desk));
    };
    let found = acts.desk_text(desk.key.as_str(), what.version).await?;
    let newest = acts.desk_text(desk.key.as_str(), None).await?.map_or(0, |(version, _)| version);
    acts.store().close().await;
    let Some((_, text)) = found else {
        let message = format!("the desk `{}` has the versions 1 to {newest}", desk.key.as_str());
        return Err(AppError::Failed(message));
    };
    write(text, what.output.as_deref())
}

/// Writes the text of a voice flow, byte for byte as it is or was in force.
pub async fn export_flow(
    config: Config,
    name: &str,
    version: Option<i64>,
    output: Option<&Path>,
) -> Result<(), AppError> {
    let acts = visit(config).await?;
    let newest = acts.flow_in_force(name).await?.map(|known| known.revision);
    let text = match version.or(newest) {
        Some(version) => acts.flow_text(name, version).await?,
        None => None,
    };
    let desks = acts.desks();
    acts.store().close().await;
    match (text, newest) {
        (Some(text), _) => write(text, output),
        (None, Some(newest)) => {
            Err(AppError::Failed(format!("the voice flow `{name}` has the versions 1 to {newest}")))
        }
        (None, None) => {
            let known: Vec<&str> = desks.flows().map(|flow| flow.name.as_str()).collect();
            let known = known.join(", ");
            Err(AppError::Failed(format!("no voice flow `{name}` is in force; there are: {known}")))
        }
    }
}

fn write(text: String, output: Option<&Path>) -> Result<(), AppError> {
    match output {
        None => out::print(text),
        Some(file) => std::fs::write(file, text)
            .map_err(|error| AppError::io(format!("{} cannot be written", file.display()), error)),
    }
}
