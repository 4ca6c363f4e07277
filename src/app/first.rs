//! How the first administrator gets in.

use super::AppError;
use crate::act::Acts;

/// The address at which a one-time link is used.
pub fn link(public_url: &str, secret: &str) -> String {
    format!("{public_url}/join/{secret}")
}

/// The link that makes the first administrator, new at each start; none once there is an account.
pub async fn first_link(acts: &Acts, public_url: &str) -> Result<Option<String>, AppError> {
    Ok(acts.first_link().await?.map(|secret| link(public_url, &secret)))
}
