//! A desk's file: what it would change, how it comes into force, and how it is written back.

use std::path::PathBuf;

use nightbell::act::{Acts, Applied};
use nightbell::app::{self, AppError, out};
use nightbell::config::Config;
use nightbell::flows;
use nightbell::rules::desk::Desk;
use nightbell::rules::desk::file::DeskFile;

use super::Export;
use super::access::no_desk;
use super::commands::{look, read, visit};

/// Reads and checks desk files; no database is needed for that.
fn check(config: &Config, files: &[PathBuf]) -> Result<Vec<DeskFile>, AppError> {
    let carriers = config.carriers.iter().map(|carrier| carrier.name.clone()).collect();
    let known = app::known(&flows::load_all(config.flows.as_deref())?, carriers);
    let read = files.iter().map(|file| Ok((file.display().to_string(), read(file)?)));
    app::check_desks(read.collect::<Result<Vec<_>, AppError>>()?, &known)
}

/// Brings desk files into force.
pub async fn apply(config: Config, files: &[PathBuf]) -> Result<(), AppError> {
    let files = check(&config, files)?;
    let acts = visit(config).await?;
    for Applied { desk, version, new } in app::apply_desks(&acts, files).await? {
        let unchanged = if new { "" } else { "unchanged, " };
        out::say(format_args!("{}: {unchanged}version {version} is in force", desk.key.as_str()));
        warn_of_gaps(&acts, &desk);
    }
    acts.store().close().await;
    Ok(())
}

/// Shows what desk files would change.
pub async fn plan(config: Config, files: &[PathBuf]) -> Result<(), AppError> {
    let files = check(&config, files)?;
    let acts = look(config).await?;
    for (plan, file) in app::plan_desks(&acts, files.clone()).await?.iter().zip(&files) {
        out::print(plan)?;
        warn_of_gaps(&acts, file.desk());
    }
    acts.store().close().await;
    Ok(())
}

fn warn_of_gaps(acts: &Acts, desk: &Desk) {
    for gap in app::gaps_ahead(acts, desk) {
        out::complain(format_args!("warning: {gap}"));
    }
}

/// Writes the text of a desk's version, byte for byte as it was applied.
pub async fn export(config: Config, what: &Export) -> Result<(), AppError> {
    let acts = look(config).await?;
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
    match &what.output {
        None => out::print(text),
        Some(file) => std::fs::write(file, text)
            .map_err(|error| AppError::io(format!("{} cannot be written", file.display()), error)),
    }
}
