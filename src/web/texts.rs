//! Texts that come in. The carrier is answered with nothing to say: what we answer is a text of its own, from the
//! outbox, so that it is sent once and known to be sent.

use axum::extract::State;
use axum::response::Response;

use crate::act::TextIn;
use crate::wire::event::InboundText;

use super::App;
use super::hold::{in_time, later, verbs};
use super::signed::Signed;
use super::voice::unreadable;

/// A text came in.
pub(super) async fn incoming(State(app): State<App>, signed: Signed) -> Response {
    let text = match InboundText::parse(&signed.form) {
        Ok(text) => text,
        Err(error) => return unreadable(&signed, &error),
    };
    let text = TextIn {
        carrier: signed.carrier.clone(),
        sid: text.sid.as_str().to_owned(),
        from: text.from.as_str().to_owned(),
        to: text.to.as_str().to_owned(),
        body: text.body.as_str().to_owned(),
        written_at: None,
    };
    match in_time(app.acts().text_in(text)).await {
        Ok(()) => verbs(&signed, Vec::new()),
        Err(failure) => later(&signed, &failure),
    }
}
