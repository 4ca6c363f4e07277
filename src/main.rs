//! The command line; see `nightbell --help`. It reads what was asked for, hands it to [`nightbell::app`], and says how
//! it went: exit code 0, 2 for input with mistakes (a line each: `file:line: what; remedy`), 1 for everything else.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            nightbell::app::out::complain(&error);
            ExitCode::from(cli::exit_code(&error))
        }
    }
}
