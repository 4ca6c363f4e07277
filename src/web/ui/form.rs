//! What somebody wrote into a form, and what is wrong with it, to be said beside the field.

use std::collections::BTreeMap;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::clock::Timestamp;
use crate::rules::account::Unfit;
use crate::web::App;

/// The fields of a form, however it is sent. A file is a field with its text; bytes that are none are shown as such.
pub(super) struct Fields(Vec<(String, String)>);

impl FromRequest<App> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Fields, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let parts = Multipart::from_request(request, app).await.map_err(IntoResponse::into_response)?;
            return Fields::of_parts(parts).await.map_err(IntoResponse::into_response);
        }
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, app).await;
        form.map(|axum::Form(fields)| Fields(fields)).map_err(IntoResponse::into_response)
    }
}

/// A file's text: UTF-8, or what spreadsheets call Unicode, which begins with a mark. A letter that cannot be read is
/// replaced by one that stands for that.
fn decoded(bytes: &[u8]) -> String {
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|bytes| pair([bytes[0], bytes[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

impl Fields {
    async fn of_parts(mut parts: Multipart) -> Result<Fields, MultipartError> {
        let mut fields = Vec::new();
        while let Some(part) = parts.next_field().await? {
            let Some(name) = part.name().map(str::to_owned) else { continue };
            fields.push((name, decoded(&part.bytes().await?)));
        }
        Ok(Fields(fields))
    }

    #[cfg(test)]
    pub(super) fn of(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// A field's text; empty if it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or("")
    }

    /// The texts of all the fields of that name.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What is wrong, by field; `form` for what belongs to none.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors(BTreeMap<&'static str, String>);

impl Errors {
    /// One error.
    pub(super) fn one(field: &'static str, what: impl ToString) -> Errors {
        let mut errors = Errors::default();
        errors.note(field, what);
        errors
    }

    /// Notes what is wrong with a field.
    pub(super) fn note(&mut self, field: &'static str, what: impl ToString) {
        self.0.insert(field, what.to_string());
    }

    /// What a field holds, or none with a note.
    pub(super) fn take<T>(&mut self, field: &'static str, read: Result<T, Unfit>) -> Option<T> {
        read.map_err(|unfit| self.note(field, unfit)).ok()
    }

    /// What is wrong with a field.
    pub(super) fn of(&self, field: &str) -> Option<&String> {
        self.0.get(field)
    }

    /// Whether nothing is.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// When somebody may try again, in words.
pub(super) fn later(now: Timestamp, next: Timestamp) -> String {
    let seconds = next.since(now).as_millis().div_ceil(1000).max(1);
    let span = match seconds {
        1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    format!("That was wrong too often. Try again in {span}.")
}

/// A day and a minute, in UTC.
pub(super) fn told(at: Timestamp) -> String {
    at.to_chrono().format("%-d %b %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_is_read_as_spreadsheets_write_it() {
        let text = "key\tname\nada\tÅda";
        let mut little = vec![0xff, 0xfe];
        let mut big = vec![0xfe, 0xff];
        for unit in text.encode_utf16() {
            little.extend(unit.to_le_bytes());
            big.extend(unit.to_be_bytes());
        }
        for bytes in [text.as_bytes(), &little, &big] {
            assert_eq!(decoded(bytes), text);
        }
        assert_eq!(decoded(b"\xc5da"), "\u{fffd}da", "another alphabet's");
        assert_eq!(decoded(b""), "");
        assert_eq!(decoded(b"\xff\xfea"), "", "half a letter");
    }

    #[test]
    fn a_wait_is_told_in_words_that_are_never_too_short() {
        let now = Timestamp(1_795_000_000_000);
        for (millis, words) in [
            (1, "a second"),
            (1_000, "a second"),
            (1_001, "2 seconds"),
            (90_000, "90 seconds"),
            (90_001, "2 minutes"),
            (300_000, "5 minutes"),
            (300_001, "6 minutes"),
        ] {
            let told = later(now, now + Duration::from_millis(millis));
            assert_eq!(told, format!("That was wrong too often. Try again in {words}."), "{millis}");
        }
        assert_eq!(told(now), "18 Nov 2026, 11:06 UTC");
    }
}
