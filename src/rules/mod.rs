//! The core: what Nightbell decides. Pure: no async, no database, no HTTP, no clock, no randomness, no files. Time,
//! chance and everything that must be known come in as arguments; what is to be done comes out as values.

pub mod contact;
pub mod flow;
pub mod script;
pub mod severity;
pub mod source;
