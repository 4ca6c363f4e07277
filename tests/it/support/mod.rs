//! What the integration tests stand on.

pub mod db;
pub mod world;
