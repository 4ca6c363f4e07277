//! What each command does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nightbell::act::Acts;
use nightbell::app::demo::{self, DemoOptions};
use nightbell::app::{self, App, AppError, Parts, Upgrade, out};
use nightbell::clock::{Clock, SystemClock, Timestamp};
use nightbell::config::{self, Config};
use nightbell::flows;
use nightbell::id::Ids;
use nightbell::rules::desk::Desk;
use tokio_util::sync::CancellationToken;

use super::{Cli, Command, Config as ConfigCommand, Demo, Fallback, Flow, access, desks, what_if};

/// The configuration that is read where none is named.
const CONFIG_FILE: &str = "nightbell.toml";

/// Carries out a command.
pub async fn run(cli: Cli) -> Result<(), AppError> {
    let load = || load_config(cli.config.as_deref());
    match cli.command {
        Command::Demo(options) => run_demo(options).await,
        Command::Serve => serve(load()?).await,
        Command::Migrate => migrate(&load()?).await,
        Command::Apply { files, dry_run: false, gaps_meant } => {
            desks::apply(load()?, &files, gaps_meant).await
        }
        Command::Apply { files, dry_run: true, .. } => desks::plan(load()?, &files).await,
        Command::Export(what) => desks::export(load()?, &what).await,
        Command::WhatIf(asked) => what_if::tell(load()?, &asked).await,
        Command::Openapi => print_openapi(),
        Command::Account(command) => access::account(load()?, command).await,
        Command::Token(command) => access::token(load()?, command).await,
        Command::Audit(command) => access::audit(load()?, command).await,
        Command::Flow(Flow::Check { files }) => out::print(format_args!("{}\n", flows::check_files(&files)?)),
        Command::Flow(Flow::Export { flow, version, output }) => {
            desks::export_flow(load()?, &flow, version, output.as_deref()).await
        }
        Command::Flow(Flow::Draw { flow }) => out::print(format_args!("{}\n", flows::draw_file(&flow)?)),
        Command::Flow(Flow::Play { flow, scenarios, desk, at }) => {
            play(&flow, &scenarios, desk.as_deref(), at.as_deref())
        }
        Command::Fallback(which) => fallback(load()?, &which).await,
        Command::Simulator(options) => super::simulator::run(options).await,
        Command::Config(ConfigCommand::Default) => out::print(config::DEFAULT),
        Command::Config(ConfigCommand::Check) => {
            let config = load()?;
            flows::load_all(config.flows.as_deref())?;
            out::print("the configuration is good\n")
        }
    }
}

fn load_config(named: Option<&Path>) -> Result<Config, AppError> {
    let usual = Path::new(CONFIG_FILE);
    let file = named.or_else(|| usual.exists().then_some(usual));
    Config::load(file, std::env::vars())
        .map_err(|problems| AppError::BadInput(problems.iter().map(ToString::to_string).collect()))
}

/// The text of a file, or the message that it cannot be read.
pub(super) fn read(file: &Path) -> Result<String, AppError> {
    std::fs::read_to_string(file).map_err(|error| {
        let message = format!("{}: cannot be read: {error}; name a text file in UTF-8", file.display());
        AppError::BadInput(vec![message])
    })
}

/// A desk file, or the demonstration's.
pub(super) fn read_desk(file: Option<&Path>) -> Result<Desk, AppError> {
    let (name, text) = match file {
        Some(file) => (file.display().to_string(), read(file)?),
        None => ("reservations.toml".to_owned(), demo::DESK.to_owned()),
    };
    Desk::parse(&text).map_err(|problems| {
        AppError::BadInput(problems.iter().map(|problem| problem.at(&name).to_string()).collect())
    })
}

/// Cancelled when the process is asked to end.
pub(super) fn until_interrupted() -> CancellationToken {
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        app::interrupted().await;
        stopping.cancel();
    });
    stop
}

async fn run_demo(options: Demo) -> Result<(), AppError> {
    let quiet = config::LogConfig { level: "warn".into(), ..config::LogConfig::default() };
    app::start_logs(&quiet);
    if options.tour {
        return app::tour::tour().await;
    }
    let Demo { data, listen, speed, .. } = options;
    demo::demo(DemoOptions { data, listen, speed }, until_interrupted()).await
}

fn machine() -> (Arc<dyn Clock>, Ids) {
    (Arc::new(SystemClock::new()), Ids::from_system())
}

async fn serve(config: Config) -> Result<(), AppError> {
    app::start_logs(&config.log);
    let (clock, ids) = machine();
    let folder = config.flows.clone();
    let address = config.listen;
    let public_url = config.public_url.clone();
    let listener = app::listen(address).await?;
    let app = App::build(Parts::open(config, Upgrade::Take, clock, ids).await?).await?;
    tracing::info!(%address, "nightbell serves");
    if app.acts.desks().all().next().is_none() {
        tracing::warn!("no desk is in force yet; bring one into force with `nightbell apply FILE`");
    }
    let reload = tokio::spawn(app::reload_flows(app.acts.clone(), folder));
    // Beside it: nothing about people stands before a page.
    tokio::spawn(print_first_link(app.acts.clone(), public_url));
    let served = app::serve(app, listener, until_interrupted()).await;
    reload.abort();
    tracing::info!("nightbell has ended");
    served
}

/// Not to the log: whoever has it is the first administrator.
async fn print_first_link(acts: Acts, public_url: String) {
    match app::first_link(&acts, &public_url).await {
        Ok(Some(link)) => {
            println!("Nobody has an account yet. The first administrator opens, within a day: {link}");
        }
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "no link for the first administrator could be made; the next start tries again");
        }
    }
}

fn print_openapi() -> Result<(), AppError> {
    let document = nightbell::web::openapi().to_pretty_json();
    let document = document.map_err(|error| AppError::Failed(error.to_string()))?;
    out::print(format_args!("{document}\n"))
}

async fn migrate(config: &Config) -> Result<(), AppError> {
    let store = app::open_store(config, Upgrade::Take).await?;
    store.close().await;
    out::print("the schema is up to date\n")
}

pub(super) async fn visit(config: Config) -> Result<Acts, AppError> {
    let (clock, ids) = machine();
    Parts::open(config, Upgrade::Refuse, clock, ids).await?.visit().await
}

/// A day, which ends at its midnight in UTC, or an instant.
pub(super) fn parse_instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(day) = text.parse::<chrono::NaiveDate>() {
        let end = day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN);
        return Ok(Timestamp::from_chrono(end.and_utc()));
    }
    let instant = chrono::DateTime::parse_from_rfc3339(text);
    instant
        .map(|instant| Timestamp::from_chrono(instant.to_utc()))
        .map_err(|_| "write a day like 2027-01-31, or an instant like 2027-01-31T12:00:00Z".to_owned())
}

fn play(flow: &Path, scenarios: &[PathBuf], desk: Option<&Path>, at: Option<&Path>) -> Result<(), AppError> {
    let desk = read_desk(desk)?;
    let instants = at.map(flows::instants).transpose();
    let instants =
        instants.map_err(|flows::Refused(problems)| AppError::BadInput(problems))?.unwrap_or_default();
    let (mut failed, mut calls) = (Vec::new(), 0);
    for scenario in scenarios {
        match flows::play_file(flow, scenario, &desk, &instants) {
            Ok((transcript, played)) => {
                calls += played;
                out::print(format_args!("{}\n{transcript}\n", scenario.display()))?;
            }
            Err(flows::Refused(problems)) => failed.extend(problems),
        }
    }
    if failed.is_empty() && scenarios.len() > 1 {
        out::print(format_args!("{} scenarios, {calls} calls, all as they say\n", scenarios.len()))?;
    }
    if failed.is_empty() { Ok(()) } else { Err(AppError::BadInput(failed)) }
}

async fn fallback(config: Config, which: &Fallback) -> Result<(), AppError> {
    let public_url = config.public_url.clone();
    let acts = visit(config).await?;
    let desks = acts.desks();
    let known = || desks.all().map(|desk| desk.key.as_str()).collect::<Vec<_>>().join(", ");
    let mut all = desks.all();
    let desk = match &which.desk {
        Some(key) => desks
            .by_key(key)
            .ok_or_else(|| AppError::Failed(format!("there is no desk `{key}`; there are: {}", known())))?,
        None => match (all.next(), all.next()) {
            (Some(only), None) => only,
            (None, _) => {
                return Err(AppError::Failed("no desk is in force; `nightbell apply FILE` first".into()));
            }
            _ => return Err(AppError::Failed(format!("say which --desk: {}", known()))),
        },
    };
    let line = match &which.line {
        Some(number) => desk.lines.iter().find(|line| line.number.as_str() == number),
        None => desk.lines.first(),
    };
    let line = line.ok_or_else(|| AppError::Failed("the desk has no such line".into()))?;
    let document = nightbell::web::fallback::document(desk, line, &public_url);
    acts.store().close().await;
    let document = document.map_err(|error| AppError::Failed(error.to_string()))?;
    out::print(format_args!("{document}\n"))
}
