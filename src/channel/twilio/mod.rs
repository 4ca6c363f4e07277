//! The client for carriers that speak the Twilio-compatible REST: Messages, Calls, the update of a live call, look-ups
//! and recordings.
//!
//! Credentials go to the configured address and nowhere else: redirects are not followed, the addresses in answers and
//! webhooks are not used (a recording's is rebuilt from its SID, of a next page only the query is taken).

mod fetch;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::body::read;
use super::carrier::{
    Answered, CallOrder, CallUpdate, Carrier, Listing, LookUpFailed, RecordingFailed, Sent, TextOrder,
};
use super::config::{CarrierConfig, is_this_machine};
use super::outcome::{Asked, classify, classify_failure, why};
use crate::clock::Timestamp;
use crate::wire::event::Direction;
use crate::wire::rest::{self, CallRecord, Page, RecordingRecord, TextRecord};
use crate::wire::{Number, Sid};

/// The largest recording that is fetched: an hour of 8 kHz, 16-bit sound is 58 MB, and messages last minutes.
pub const LARGEST_RECORDING: usize = 50 * 1024 * 1024;
/// The largest answer that is read; a page of 100 calls is a tenth of it.
const LARGEST_ANSWER: usize = 1024 * 1024;
/// The most pages of a list that are read.
const MOST_PAGES: usize = 20;
/// How far the carrier's clock and ours may differ, and that its times are cut to the second.
const CLOCKS_DIFFER: Duration = Duration::from_secs(10);

/// How long to wait for a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For a connection.
    pub connect: Duration,
    /// For a whole answer, the connection included.
    pub answer: Duration,
    /// For a whole recording.
    pub download: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(10),
            download: Duration::from_secs(60),
        }
    }
}

/// One carrier, over HTTP.
pub struct Twilio {
    name: String,
    account: String,
    token: SecretString,
    /// `{base}/2010-04-01/Accounts/{account}`.
    root: String,
    http: Client,
    deadlines: Deadlines,
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twilio").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Twilio {
    /// A client for a configuration that was checked.
    pub fn new(config: &CarrierConfig, deadlines: Deadlines) -> Result<Twilio, reqwest::Error> {
        let base = config.base_url.trim_end_matches('/');
        let mut http = Client::builder()
            .connect_timeout(deadlines.connect)
            .timeout(deadlines.answer)
            .redirect(Policy::none())
            // Below what servers keep idle connections for: a request written to one that is just being closed has
            // an unknown outcome.
            .pool_idle_timeout(Duration::from_secs(30))
            // Sending again is for the engine, which knows what an attempt is.
            .retry(reqwest::retry::never())
            .user_agent(concat!("nightbell/", env!("CARGO_PKG_VERSION")));
        if Url::parse(base).is_ok_and(|url| is_this_machine(&url)) {
            http = http.no_proxy();
        }
        Ok(Twilio {
            name: config.name.clone(),
            account: config.account.clone(),
            token: config.token.clone(),
            root: format!("{base}/2010-04-01/Accounts/{}", config.account),
            http: http.build()?,
            deadlines,
        })
    }

    async fn post(&self, asked: Asked, url: String, form: &[(&str, &str)]) -> Sent {
        let request =
            self.http.post(url).basic_auth(&self.account, Some(self.token.expose_secret())).form(form);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return classify_failure(&error),
        };
        let status = answer.status().as_u16();
        let retry_after =
            answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        match read(answer, LARGEST_ANSWER).await {
            Ok(body) => classify(asked, status, retry_after.as_deref(), &body),
            // Without its body a refusal says nothing certain either, but it is one.
            Err(_) if (400..500).contains(&status) => classify(asked, status, retry_after.as_deref(), b""),
            Err(unread) => Sent::Unknown { why: LookUpFailed::from(unread).why },
        }
    }

    /// The body of a GET, `None` for 404.
    async fn get(&self, url: &str) -> Result<Option<Vec<u8>>, LookUpFailed> {
        let request = self.http.get(url).basic_auth(&self.account, Some(self.token.expose_secret()));
        let answer = request.send().await.map_err(|error| LookUpFailed { why: why(&error).to_owned() })?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(read(answer, LARGEST_ANSWER).await?)),
            status => Err(LookUpFailed { why: format!("answered {}", status.as_u16()) }),
        }
    }

    async fn one<T>(&self, kind: &str, sid: &Sid, read: Reader<T>) -> Result<Option<T>, LookUpFailed> {
        match self.get(&format!("{}/{kind}/{sid}.json", self.root)).await? {
            Some(body) => read(&body).map(Some).ok_or_else(not_theirs),
            None => Ok(None),
        }
    }

    /// What `keep` wants of a list, newest first, down to those taken before `since`. Lists are asked for by number
    /// only: the carriers' filters by date miss what is still queued.
    async fn list<T: Dated>(
        &self,
        kind: &str,
        filter: &[(&str, &Number)],
        since: Timestamp,
        read: Reader<Page<T>>,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Listing<T>, LookUpFailed> {
        let since = since - CLOCKS_DIFFER;
        let mut query = list_query(filter);
        let mut entries = Vec::new();
        for _ in 0..MOST_PAGES {
            let url = format!("{}/{kind}.json?{query}", self.root);
            let body = self.get(&url).await?.ok_or_else(not_theirs)?;
            let page = read(&body).ok_or_else(not_theirs)?;
            // A page without anything recent has nothing recent after it.
            let is_last = page.entries.iter().all(|entry| entry.is_older_than(since));
            entries
                .extend(page.entries.into_iter().filter(|entry| !entry.is_older_than(since) && keep(entry)));
            match page.next_query {
                Some(next) if !is_last => query = next,
                _ => return Ok(Listing { entries, complete: true }),
            }
        }
        Ok(Listing { entries, complete: false })
    }
}

fn list_query(filter: &[(&str, &Number)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(filter.iter().map(|(key, number)| (key, number.as_str())));
    query.append_pair("PageSize", "100").finish()
}

type Reader<T> = fn(&[u8]) -> Option<T>;

fn not_theirs() -> LookUpFailed {
    LookUpFailed { why: "the answer is not a carrier's".to_owned() }
}

trait Dated {
    fn created(&self) -> Option<Timestamp>;

    /// What has no date yet is as recent as can be.
    fn is_older_than(&self, since: Timestamp) -> bool {
        self.created().is_some_and(|created| created < since)
    }
}

impl Dated for TextRecord {
    fn created(&self) -> Option<Timestamp> {
        self.created
    }
}

impl Dated for CallRecord {
    fn created(&self) -> Option<Timestamp> {
        self.created
    }
}

#[async_trait]
impl Carrier for Twilio {
    fn name(&self) -> &str {
        &self.name
    }

    async fn send_text(&self, order: &TextOrder) -> Sent {
        let validity = order.validity_seconds.to_string();
        let mut form =
            vec![("To", order.to.as_str()), ("From", order.from.as_str()), ("Body", order.body.as_str())];
        form.extend(order.status_callback.as_deref().map(|url| ("StatusCallback", url)));
        form.push(("ValidityPeriod", &validity));
        self.post(Asked::Create, format!("{}/Messages.json", self.root), &form).await
    }

    async fn place_call(&self, order: &CallOrder) -> Sent {
        let (ring, limit) = (order.ring_seconds.to_string(), order.time_limit_seconds.to_string());
        let answered = match &order.answered {
            Answered::Ask(url) => ("Url", url.as_str()),
            Answered::Document(document) => ("Twiml", document.as_str()),
        };
        let mut form = vec![
            ("To", order.to.as_str()),
            ("From", order.from.as_str()),
            answered,
            ("Timeout", &ring),
            ("TimeLimit", &limit),
        ];
        if let Some(url) = &order.status_callback {
            form.push(("StatusCallback", url));
            form.extend(
                ["initiated", "ringing", "answered", "completed"].map(|state| ("StatusCallbackEvent", state)),
            );
        }
        self.post(Asked::Create, format!("{}/Calls.json", self.root), &form).await
    }

    async fn update_call(&self, call: &Sid, update: &CallUpdate) -> Sent {
        let form = match update {
            CallUpdate::HangUp => ("Status", "completed"),
            CallUpdate::Cancel => ("Status", "canceled"),
            CallUpdate::Redirect { url } => ("Url", url.as_str()),
        };
        self.post(Asked::Change, format!("{}/Calls/{call}.json", self.root), &[form]).await
    }

    async fn find_text(
        &self,
        order: &TextOrder,
        sent: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed> {
        // Carriers trim what they take.
        let same =
            |text: &TextRecord| !text.inbound && text.body.as_str().trim() == order.body.as_str().trim();
        self.list("Messages", &[("To", &order.to), ("From", &order.from)], sent, rest::texts, same).await
    }

    async fn find_call(
        &self,
        order: &CallOrder,
        sent: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed> {
        let same = |call: &CallRecord| call.direction == Some(Direction::OutboundApi);
        self.list("Calls", &[("To", &order.to), ("From", &order.from)], sent, rest::calls, same).await
    }

    async fn text(&self, text: &Sid) -> Result<Option<TextRecord>, LookUpFailed> {
        self.one("Messages", text, rest::text).await
    }

    async fn call(&self, call: &Sid) -> Result<Option<CallRecord>, LookUpFailed> {
        self.one("Calls", call, rest::call).await
    }

    async fn inbound_calls(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<CallRecord>, LookUpFailed> {
        let inbound = |call: &CallRecord| call.direction == Some(Direction::Inbound);
        self.list("Calls", &[("To", line)], since, rest::calls, inbound).await
    }

    async fn inbound_texts(
        &self,
        line: &Number,
        since: Timestamp,
    ) -> Result<Listing<TextRecord>, LookUpFailed> {
        self.list("Messages", &[("To", line)], since, rest::texts, |text| text.inbound).await
    }

    async fn recordings(&self, call: &Sid) -> Result<Vec<RecordingRecord>, LookUpFailed> {
        // The first page: a caller does not leave fifty messages in a call.
        let Some(body) = self.get(&format!("{}/Calls/{call}/Recordings.json", self.root)).await? else {
            return Ok(Vec::new());
        };
        Ok(rest::recordings(&body).ok_or_else(not_theirs)?.entries)
    }

    async fn recording(&self, recording: &Sid) -> Result<Vec<u8>, RecordingFailed> {
        self.download(&format!("{}/Recordings/{recording}.wav", self.root)).await
    }
}

#[cfg(test)]
mod tests;
