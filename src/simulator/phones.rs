//! The page /phones: a caller's phone beside the agents' phones.

use axum::Router;

use super::Simulator;

/// The page's addresses.
pub fn router(_sim: Simulator) -> Router {
    Router::new()
}
