//! Logs: to the standard error, for people or for machines. Phone numbers, message bodies and tokens never reach them:
//! the types that hold such things do not show them.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Begins to log; a second call changes nothing.
pub fn start_logs(config: &LogConfig) {
    // The level was checked when the configuration was read.
    let filter = EnvFilter::try_new(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    // An error says that logs are being written already, which is as well.
    let _ = match config.format {
        LogFormat::Human => logs.with_target(false).try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
}
