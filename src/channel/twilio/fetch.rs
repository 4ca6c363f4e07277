//! Follows a recording to where the carrier keeps its files, without credentials.

use reqwest::StatusCode;
use reqwest::header::LOCATION;
use secrecy::ExposeSecret;
use url::Url;

use super::{LARGEST_RECORDING, Twilio};
use crate::channel::body::{Unread, read};
use crate::channel::carrier::{LookUpFailed, RecordingFailed};
use crate::channel::outcome::why;

/// How often a carrier may send us on to another place.
const MOST_HOPS: usize = 3;

impl From<Unread> for LookUpFailed {
    fn from(unread: Unread) -> LookUpFailed {
        let why = match unread {
            Unread::TooLong => "the answer is too long to be a carrier's",
            Unread::Broken(why) => why,
        };
        LookUpFailed { why: why.to_owned() }
    }
}

impl From<Unread> for RecordingFailed {
    fn from(unread: Unread) -> RecordingFailed {
        match unread {
            Unread::TooLong => RecordingFailed::TooLarge,
            Unread::Broken(_) => RecordingFailed::Failed(unread.into()),
        }
    }
}

impl Twilio {
    /// A file of the carrier's. Only the first hop gets the credentials.
    pub(super) async fn download(&self, url: &str) -> Result<Vec<u8>, RecordingFailed> {
        let failed = |why: &str| RecordingFailed::Failed(LookUpFailed { why: why.to_owned() });
        let first = Url::parse(url).map_err(|_| failed("the configured address is none"))?;
        let mut at = first.clone();
        for hop in 0..=MOST_HOPS {
            let mut request = self.http.get(at.clone()).timeout(self.deadlines.download);
            if hop == 0 {
                request = request.basic_auth(&self.account, Some(self.token.expose_secret()));
            }
            let answer = request.send().await.map_err(|error| failed(why(&error)))?;
            match answer.status() {
                StatusCode::NOT_FOUND => return Err(RecordingFailed::NotThere),
                status if status.is_redirection() => {
                    let next = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
                    let next = next.and_then(|next| at.join(next).ok());
                    at = next
                        .filter(|next| next.scheme() == "https" || next.origin() == first.origin())
                        .ok_or_else(|| failed("it is kept at an address that is not safe"))?;
                }
                status if status.is_success() => return Ok(read(answer, LARGEST_RECORDING).await?),
                status => return Err(failed(&format!("answered {}", status.as_u16()))),
            }
        }
        Err(failed("sent on too often"))
    }
}
