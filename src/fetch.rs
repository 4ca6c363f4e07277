//! Reads files at addresses that people enter, such as calendars: from the public internet, and from nowhere else. Whoever
//! may enter an address must not learn by it what stands beside this machine (server-side request forgery: OWASP, "SSRF
//! Prevention Cheat Sheet").
//!
//! - `guard`: which network addresses are refused. It is asked where a connection is made, with the address that it is
//!   made to, so that no name, however it resolves and whenever, and no redirection leads past it.
//! - [`config`]: what an operator may open.
//!
//! Nothing of ours travels along: no cookies, no names, no passwords, and no proxy's, which would resolve names in our
//! place. Addresses are secrets often enough, so that none is ever told in an error.

pub mod config;
mod guard;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ETAG, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use tokio::sync::Semaphore;
use url::Url;

use crate::channel::body::{Unread, read};
use crate::channel::outcome::why;
pub use config::FetchConfig;
use guard::{Guard, Refused, Resolver};

/// How often a server may send us elsewhere.
const MOST_REDIRECTIONS: usize = 3;

/// How many files are read at once; whoever comes later waits, and his time runs.
const AT_ONCE: usize = 8;

/// The longest mark of a file's state that is kept.
const LONGEST_MARK: usize = 300;

/// The longest address.
const LONGEST_ADDRESS: usize = 2_000;

/// By what a server knows again what it gave us: what it said then, word for word.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    /// Its ETag.
    pub tag: Option<String>,
    /// Its Last-Modified.
    pub modified: Option<String>,
}

/// What came of reading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fetched {
    /// It is as it was when it was marked so.
    Unchanged,
    /// It is this.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// By which it can be asked whether it has changed.
        mark: Mark,
    },
}

/// Why a file was not read: a sentence without a full stop, and without the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FetchError {
    /// It is none.
    #[error("this is no web address: copy it whole, from https:// on")]
    NoAddress,
    /// It is not encrypted.
    #[error("the address, or one that it leads to, does not begin with https://")]
    Plain,
    /// There is a name or a password in it.
    #[error("the address holds a name or a password: use a secret address instead")]
    Credentials,
    /// It leads to where nothing is read.
    #[error("the address leads into a private network, from which nothing is read")]
    Inside,
    /// The server did not answer.
    #[error("the server cannot be read: {0}")]
    Silent(&'static str),
    /// It said no.
    #[error("{}", told(*.0))]
    Answered(u16),
    /// It sent us elsewhere, again and again or nowhere.
    #[error("the server leads elsewhere more than {MOST_REDIRECTIONS} times, or nowhere")]
    Astray,
    /// The file is too large.
    #[error("the file is larger than {} MB", .0 / 1024 / 1024)]
    TooLarge(usize),
}

fn told(status: u16) -> String {
    match status {
        401 | 403 => {
            format!("the server does not let it be read ({status}): make a new secret address there")
        }
        404 | 410 => format!("there is nothing at this address ({status}): it may have been withdrawn"),
        status => format!("the server answered with status {status}"),
    }
}

/// Reads files.
pub struct Fetcher {
    client: Client,
    guard: Arc<Guard>,
    patience: Duration,
    at_once: Semaphore,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Fetcher {
    /// By what an operator opened.
    pub fn new(config: &FetchConfig) -> Result<Fetcher, String> {
        let guard = Arc::new(Guard::new(config));
        let client = Client::builder()
            .dns_resolver(Resolver(guard.clone()))
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            // A connection that is kept was made when its name meant something else.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("nightbell/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Fetcher { client, guard, patience: config.patience(), at_once: Semaphore::new(AT_ONCE) })
    }

    /// An address as somebody wrote it; `webcal:` is what calendar programs make of https.
    pub fn address(&self, text: &str) -> Result<Url, FetchError> {
        let text = text.trim();
        if text.len() > LONGEST_ADDRESS {
            return Err(FetchError::NoAddress);
        }
        let https = ["webcal://", "webcals://"].iter().find_map(|other| {
            let start = text.get(..other.len())?;
            start.eq_ignore_ascii_case(other).then(|| format!("https://{}", &text[other.len()..]))
        });
        let url = Url::parse(https.as_deref().unwrap_or(text)).map_err(|_| FetchError::NoAddress)?;
        self.guard.check(&url)?;
        Ok(url)
    }

    /// Reads the file at an address, of at most so many bytes, unless it is as it was.
    pub async fn fetch(&self, address: &Url, mark: &Mark, most: usize) -> Result<Fetched, FetchError> {
        let late = |_| FetchError::Silent("no answer within the deadline");
        tokio::time::timeout(self.patience, self.follow(address, mark, most)).await.map_err(late)?
    }

    async fn follow(&self, address: &Url, mark: &Mark, most: usize) -> Result<Fetched, FetchError> {
        let _turn = self.at_once.acquire().await.map_err(|_| FetchError::Silent("the server stops"))?;
        let mut at = address.clone();
        for _ in 0..=MOST_REDIRECTIONS {
            let answer = self.ask(&at, mark).await?;
            match answer.status() {
                StatusCode::OK => {
                    let mark = Mark { tag: said(&answer, ETAG), modified: said(&answer, LAST_MODIFIED) };
                    let bytes = read(answer, most).await.map_err(|unread| match unread {
                        Unread::TooLong => FetchError::TooLarge(most),
                        Unread::Broken(why) => FetchError::Silent(why),
                    })?;
                    return Ok(Fetched::File { bytes, mark });
                }
                StatusCode::NOT_MODIFIED if *mark != Mark::default() => return Ok(Fetched::Unchanged),
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
                    let next = to.and_then(|to| at.join(to).ok()).ok_or(FetchError::Astray)?;
                    if at.scheme() == "https" && next.scheme() != "https" {
                        return Err(FetchError::Plain);
                    }
                    at = next;
                }
                status => return Err(FetchError::Answered(status.as_u16())),
            }
        }
        Err(FetchError::Astray)
    }

    async fn ask(&self, at: &Url, mark: &Mark) -> Result<Response, FetchError> {
        self.guard.check(at)?;
        let mut request = self.client.get(at.clone()).header(ACCEPT, "text/calendar, */*;q=0.1");
        for (name, value) in [(IF_NONE_MATCH, &mark.tag), (IF_MODIFIED_SINCE, &mark.modified)] {
            if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok()) {
                request = request.header(name, value);
            }
        }
        request.send().await.map_err(|error| match is_refused(&error) {
            true => FetchError::Inside,
            false => FetchError::Silent(why(&error)),
        })
    }
}

/// Whether it was our own guard that made no connection.
fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn said(answer: &Response, name: HeaderName) -> Option<String> {
    let value = answer.headers().get(name)?.to_str().ok()?;
    (value.len() <= LONGEST_MARK).then(|| value.to_owned())
}
