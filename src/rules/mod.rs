//! The core: what Nightbell decides. Pure: no async, no database, no HTTP, no clock, no randomness, no files. Time,
//! chance and everything that must be known come in as arguments; what is to be done comes out as values.

pub mod access;
pub mod account;
pub mod admission;
pub mod audit;
pub mod bridge;
pub mod call;
pub mod case;
pub mod command;
pub mod contact;
pub mod cover;
pub mod desk;
pub mod diff;
pub mod effect;
pub mod escalation;
pub mod flow;
pub mod hours;
pub mod leave;
pub mod live;
pub mod mute;
pub mod name;
pub mod number_check;
pub mod number_plan;
pub mod page;
pub mod people;
pub mod policy;
pub mod report;
pub mod rota;
pub mod script;
pub mod severity;
mod shape;
pub mod source;
pub mod ticket;
pub mod ticket_name;
pub mod ticket_number;
pub mod written;
pub mod zone;
