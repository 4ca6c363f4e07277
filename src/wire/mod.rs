//! The carrier's language, without I/O: signatures, forms and the events in them, TwiML, and the JSON of the REST
//! answers. "Carrier" is any provider that speaks the Twilio-compatible protocol.
//!
//! Uses nothing of ours but [`crate::clock`]'s instants; rules, web and the engine translate at their edges. The facts
//! are those of the carriers' published documentation; each module names its own.

pub mod address;
pub mod event;
pub mod fault;
pub mod form;
pub mod private;
pub mod rest;
pub mod sid;
pub mod signature;
pub mod twiml;

pub use address::{Addresses, Asked};
pub use fault::{About, about};
pub use form::Form;
pub use private::{FreeText, Number};
pub use sid::Sid;
