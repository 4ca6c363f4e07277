//! Calendars as other programs have them (iCalendar, RFC 5545): what is on call here as a feed that they read ([`feed`]),
//! what they have as shifts that a rota can take over ([`import`]), and what they know of somebody's absence ([`away`]).
//! Texts in, texts out: whoever fetches or serves them does so elsewhere.
//!
//! - `source`: of a file from anywhere, what matters, bounded; `event`: when an event is, and what it says.
//!
//! Times of calendars are converted by our own [`ZoneBook`](crate::rules::zone::ZoneBook), as wall-clock times of an IANA
//! zone: what a calendar says of a zone's clock changes (VTIMEZONE) is not read, so that it cannot differ from what the
//! pager goes by.

pub mod away;
mod event;
pub mod feed;
pub mod import;
mod source;

/// The most that is listed as left out.
const MOST_LEFT_OUT: usize = 200;
