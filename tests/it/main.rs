//! The integration tests: one binary, run by tests/run, which starts the PostgreSQL that they need.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails, and a helper of one too"
)]

mod architecture;
mod command_line;
mod pages;
mod process;
mod schema;
mod store;
mod stories;
mod support;
mod webhooks;
