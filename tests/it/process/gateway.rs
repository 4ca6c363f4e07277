//! A process of the real program that serves: started, asked, stopped and killed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use nightbell::clock::Timestamp;
use tokio::process::{Child, Command};

/// A process of the real program.
pub struct Gateway {
    child: Child,
    pub address: SocketAddr,
    /// When it was started.
    pub at: Timestamp,
    log: PathBuf,
}

impl Gateway {
    /// Starts the program by a command; its log is added to the file.
    pub fn start(mut command: Command, address: SocketAddr, at: Timestamp, log: PathBuf) -> Gateway {
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        Gateway { child: command.spawn().unwrap(), address, at, log }
    }

    /// SIGKILL, and the end of it.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM; answers the exit code.
    pub async fn stop(self) -> Option<i32> {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Waits for its end; answers the exit code.
    pub async fn ended(mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }

    pub async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.unwrap();
        assert!(sent.success());
    }

    /// When it said that it serves, if it has.
    pub fn serves_at(&self) -> Option<Timestamp> {
        let log = self.log();
        let line = log.lines().rev().find(|line| line.contains("nightbell serves"))?;
        let at = line.split(|letter: char| letter.is_whitespace() || letter == '\u{1b}');
        let at = at
            .map(|word| word.trim_start_matches("[2m"))
            .find_map(|word| chrono::DateTime::parse_from_rfc3339(word).ok());
        at.map(|at| Timestamp::from_chrono(at.to_utc())).filter(|at| *at >= self.at)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}
