//! Rotas as other programs' calendars have them (iCalendar, RFC 5545): what is on call here as a feed that they read
//! ([`feed`]), and what they have as shifts that a rota can take over ([`import`]). Texts in, texts out: whoever fetches
//! or serves them does so elsewhere.
//!
//! Times of calendars are converted by our own [`ZoneBook`](crate::rules::zone::ZoneBook), as wall-clock times of an IANA
//! zone: what a calendar says of a zone's clock changes (VTIMEZONE) is not read, so that it cannot differ from what the
//! pager goes by.

pub mod feed;
pub mod import;
