//! What the integration tests stand on.

pub mod calendars;
pub mod db;
pub mod openid;
pub mod world;
