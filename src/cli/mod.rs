//! The commands and their options; what each does is in [`commands`].

mod access;
mod commands;
mod desks;
mod simulator;
mod what_if;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use nightbell::app::AppError;

use access::{Account, Audit, Tokens};
pub use commands::run;

/// After-hours emergency paging and phone gateway.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// The configuration; nightbell.toml in this folder if there is one.
    #[arg(long, global = true, value_name = "FILE", env = "NIGHTBELL_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the gateway with a simulated carrier beside it, and phones in the browser.
    Demo(Demo),
    /// Runs the gateway.
    Serve,
    /// Brings the database's schema up to date.
    Migrate,
    /// Brings desk files into force, for a running server too.
    Apply {
        /// Desk files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Shows what would change, and changes nothing.
        #[arg(long)]
        dry_run: bool,
        /// Brings them into force although they bring times when nobody would be on call.
        #[arg(long)]
        gaps_meant: bool,
    },
    /// Writes a desk's file back, as it was applied.
    Export(Export),
    /// Tells what would happen if a number rang a line: every way that the call can go, and whom the pager would ring.
    ///
    /// It is played on paper, by the rules of calls that ring and with what the database knows now of tickets, mutes and
    /// numbers out of use. Nothing is rung, sent or written. Speech and keys take no time; silence, messages and rings do.
    #[command(name = "whatif")]
    WhatIf(WhatIf),
    /// Prints what the API is (OpenAPI).
    Openapi,
    /// The accounts of people: the way in, and back in.
    #[command(subcommand)]
    Account(Account),
    /// Tokens of the API.
    #[command(subcommand)]
    Token(Tokens),
    /// The log of what anybody changed.
    #[command(subcommand)]
    Audit(Audit),
    /// Tries voice flows without a telephone, and writes those in force back into files.
    ///
    /// What is in force is kept in the database, with everything that was. A text is put in force on the page Flows, or
    /// by its file: when the server starts or is sent SIGHUP, a file of the folder `flows` (or a flow that comes with
    /// the program) that has changed since it looked last is a new version. A file that has not changed brings nothing
    /// back that was replaced since, one that is taken away takes nothing away, and what comes with the program never
    /// replaces what somebody wrote.
    #[command(subcommand)]
    Flow(Flow),
    /// Prints what a carrier is to answer with while the gateway cannot be reached (TwiML).
    Fallback(Fallback),
    /// Runs the simulated carrier alone, for a gateway that runs elsewhere on this machine.
    Simulator(Simulator),
    /// The configuration.
    #[command(subcommand)]
    Config(Config),
}

#[derive(Debug, Args)]
struct Demo {
    /// Plays one night by itself, without a browser, and ends.
    #[arg(long, conflicts_with_all = ["data", "listen", "speed"])]
    tour: bool,
    /// Where its data is kept between runs.
    #[arg(long, value_name = "DIR", default_value = "nightbell-data")]
    data: PathBuf,
    /// Where it listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How many times as fast as the wall its clock runs.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    speed: u32,
}

#[derive(Debug, Args)]
struct Export {
    /// The desk's key.
    #[arg(value_name = "DESK")]
    desk: String,
    /// Which version; the one in force if it is not said.
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    /// Where to; to the standard output if no file is named.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct WhatIf {
    /// The line that rings, like +18025550100.
    #[arg(long, value_name = "NUMBER")]
    line: String,
    /// Who calls, like +18025550121; without it, or with `anonymous`, the number is withheld.
    #[arg(long, value_name = "NUMBER", default_value = "", hide_default_value = true)]
    from: String,
    /// When, like 2026-12-25T03:00 on the desk's clock, or with an offset, 2026-12-25T03:00-05:00; now, if it is not said.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    at: String,
    /// Tells as well in which minutes from then until this time an emergency would reach nobody.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    until: String,
    /// A desk file that need not be in force.
    #[arg(long, value_name = "FILE", conflicts_with = "draft")]
    desk: Option<PathBuf>,
    /// As the desk's draft would have it.
    #[arg(long)]
    draft: bool,
    /// Prints what the API answers (JSON).
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Flow {
    /// Checks voice flows: files, or the names of shipped ones; all shipped ones if none is named.
    Check {
        /// Flows.
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Writes a voice flow back as it is in force, whoever put it there.
    Export {
        /// The flow's name.
        #[arg(value_name = "FLOW")]
        flow: String,
        /// Which version; the one in force if it is not said.
        #[arg(long, value_name = "N")]
        version: Option<i64>,
        /// Where to; to the standard output if no file is named.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Draws a voice flow and prints the picture (SVG).
    Draw {
        /// The flow: a file, or the name of a shipped one.
        #[arg(value_name = "FILE")]
        flow: PathBuf,
    },
    /// Plays calls that are written down against a voice flow.
    Play {
        /// The flow: a file, or the name of a shipped one.
        #[arg(value_name = "FILE")]
        flow: PathBuf,
        /// The calls.
        #[arg(long = "scenario", required = true, value_name = "FILE", num_args = 1..)]
        scenarios: Vec<PathBuf>,
        /// The desk by whose country and rules numbers are keyed; the demonstration's if none is named.
        #[arg(long, value_name = "FILE")]
        desk: Option<PathBuf>,
        /// Instants at which each call is played as well, with what desks' calendars must say of them.
        #[arg(long, value_name = "FILE")]
        at: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Fallback {
    /// The desk's key; needed only where there are several.
    #[arg(long, value_name = "KEY")]
    desk: Option<String>,
    /// The line's number; the desk's first if it is not said.
    #[arg(long, value_name = "NUMBER")]
    line: Option<String>,
}

#[derive(Debug, Args)]
struct Simulator {
    /// The desk file whose lines and phones it has; the demonstration's if none is named.
    #[arg(long, value_name = "FILE")]
    desk: Option<PathBuf>,
    /// Where it listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The gateway's public address.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    gateway: String,
    /// What the gateway calls this carrier.
    #[arg(long, value_name = "NAME", default_value = "main")]
    carrier: String,
    /// The account's token.
    #[arg(long, value_name = "TOKEN", default_value = "simulated-token")]
    token: String,
}

#[derive(Debug, Subcommand)]
enum Config {
    /// Prints the default configuration with its explanations.
    Default,
    /// Checks the configuration with the flows that it names.
    Check,
}

/// 2 for input that a person wrote with mistakes, 1 for everything else.
pub fn exit_code(error: &AppError) -> u8 {
    match error {
        AppError::BadInput(_) | AppError::Carriers(_) => 2,
        _ => 1,
    }
}
