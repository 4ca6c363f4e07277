//! Reads bodies within a bound: what answers us is not ours.

use reqwest::Response;

use super::outcome::why;

/// Why a body could not be read.
pub enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// The connection did not hold.
    Broken(&'static str),
}

/// A whole body, which must not be longer than `most` bytes.
pub async fn read(mut answer: Response, most: usize) -> Result<Vec<u8>, Unread> {
    if answer.content_length().is_some_and(|announced| announced > most as u64) {
        return Err(Unread::TooLong);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Unread::Broken(why(&error)))? {
        if body.len() + chunk.len() > most {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
