//! The way out: sends texts and places calls through any number of carriers, and says honestly what became of each
//! request. Uses [`crate::wire`], [`crate::clock`] and the network; decides nothing about tickets or people.
//!
//! - [`body`]: how much of an answer is read.
//! - [`carrier`]: what a carrier can be asked, and the outcomes; [`outcome`]: which answer means which.
//! - [`twilio`]: the client for carriers that speak the Twilio-compatible REST.
//! - [`config`]: what an operator says about a carrier; [`carriers`]: all of them, and the choice between them, with
//!   [`rate`] limits per sender and a [`breaker`] and a bounded number of requests per carrier.

pub mod body;
pub mod breaker;
pub mod carrier;
pub mod carriers;
pub mod config;
mod guard;
pub mod outcome;
pub mod rate;
pub mod twilio;

pub use carrier::{
    Answered, CallOrder, CallUpdate, Carrier, Listing, LookUpFailed, RecordingFailed, Refusal, Sent,
    TextOrder,
};
pub use carriers::{Carriers, Health, Kind, NoRoute, Route, Wish};
pub use config::{CarrierConfig, CarrierConfigError, SenderConfig};
pub use twilio::{Deadlines, Twilio};
