//! Carries the library's requests to the provider, by the one client that is built for it: within a deadline, to no other
//! place than was asked, and reading no more than a provider has to say.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::http::Response;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, IssuerUrl};
use reqwest::Client;
use reqwest::redirect::Policy;

use super::OpenIdError;
use crate::channel::body::{Unread, read};
use crate::channel::config::is_this_machine;
use crate::channel::outcome::why;

/// The largest answer that is read: a key set or a token with many groups is some tens of kilobytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// The way to the provider.
pub(super) struct Post(Client);

impl Post {
    /// To that provider, which may take that long to answer.
    pub(super) fn to(issuer: &IssuerUrl, patience: Duration) -> Result<Post, reqwest::Error> {
        let mut client = Client::builder()
            .timeout(patience)
            .redirect(Policy::none())
            .user_agent(concat!("nightbell/", env!("CARGO_PKG_VERSION")));
        if is_this_machine(issuer.url()) {
            client = client.no_proxy();
        }
        Ok(Post(client.build()?))
    }

    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, OpenIdError> {
        let silent = |error: reqwest::Error| OpenIdError::Silent(why(&error));
        let answer = self.0.execute(request.try_into().map_err(silent)?).await.map_err(silent)?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let body = read(answer, LARGEST_ANSWER).await.map_err(|unread| match unread {
            Unread::TooLong => OpenIdError::Odd("it is too long".into()),
            Unread::Broken(why) => OpenIdError::Silent(why),
        })?;
        response.body(body).map_err(|error| OpenIdError::Odd(error.to_string()))
    }
}

impl<'c> AsyncHttpClient<'c> for Post {
    type Error = OpenIdError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OpenIdError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.carry(request))
    }
}
