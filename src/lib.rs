//! Nightbell: an after-hours emergency paging and phone gateway.
//!
//! A pure core ([`rules`]) decides; a shell around it does. Data flows one way: webhook or timer → core decides → one
//! transaction → the engine performs. The arrows that are allowed (checked by tests/it/architecture.rs):
//!
//! ```text
//! main → cli → app → {web, engine, simulator}
//! {web, engine} → act → {store, words} → rules
//! engine → channel → wire
//! web → {calendar, flows, openid, report, wire}
//! engine → {calendar, report}
//! {app, web, engine} → fetch → channel
//! app → config → {channel, fetch, openid}
//! app → {flows, openid, zones}
//! openid → channel
//! {calendar, config, flows, openid, report, words, zones} → rules
//! report → wire
//! everything → {clock, id}       simulator → nothing of ours
//! ```

pub mod act;
pub mod app;
pub mod calendar;
pub mod channel;
pub mod clock;
pub mod config;
pub mod engine;
pub mod fetch;
pub mod flows;
pub mod id;
pub mod openid;
pub mod report;
pub mod rules;
pub mod simulator;
pub mod store;
pub mod web;
pub mod wire;
pub mod words;
pub mod zones;
