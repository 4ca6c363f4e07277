//! Texts that come in. The carrier is answered with nothing to say: what we answer is a text of its own, from the
//! outbox, so that it is sent once and known to be sent.

use axum::extract::State;
use axum::response::Response;

use crate::act::TextIn;
use crate::rules::command::Reserved;
use crate::wire::event::InboundText;

use super::App;
use super::hold::{in_time, later, verbs};
use super::signed::Signed;
use super::voice::unreadable;

/// A text came in.
pub(super) async fn incoming(State(app): State<App>, signed: Signed) -> Result<Response, Response> {
    let text = InboundText::parse(&signed.form).map_err(|error| unreadable(&signed, &error))?;
    let text = TextIn {
        carrier: signed.carrier.clone(),
        sid: text.sid.as_str().to_owned(),
        from: text.from.as_str().to_owned(),
        to: text.to.as_str().to_owned(),
        body: text.body.as_str().to_owned(),
        pictures: u32::try_from(text.media.len()).unwrap_or(u32::MAX),
        word: text.opt_out.as_deref().and_then(carriers_word),
        written_at: None,
    };
    Ok(match in_time(app.acts().text_in(text)).await {
        Ok(()) => verbs(&signed, Vec::new()),
        Err(failure) => later(&signed, &failure),
    })
}

/// What the carrier did by itself, as its form names it.
fn carriers_word(opt_out_type: &str) -> Option<Reserved> {
    match opt_out_type {
        "STOP" => Some(Reserved::OptOut),
        "START" => Some(Reserved::OptIn),
        "HELP" => Some(Reserved::Info),
        _ => None,
    }
}
