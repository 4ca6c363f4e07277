//! Lists: newest first, filtered, in pages.

use chrono::{DateTime, Days, NaiveDate};
use serde_json::{Map, Value, json};

use super::super::webhook::Form;
use super::{Refusal, field};

/// The size of a page that was not asked for.
const PAGE: usize = 50;
/// The largest page.
const LARGEST_PAGE: usize = 1_000;

/// A filter like `DateSent=2026-11-21`, `DateSent>=…`, `DateSent<=…` on an instant, which may be absent: what was not
/// sent yet matches no filter.
pub(super) struct When {
    from: Option<i64>,
    until: Option<i64>,
}

impl When {
    /// Reads the three forms of `key`.
    pub(super) fn of(form: &Form, key: &str) -> Result<When, Refusal> {
        let read = |name: &str| -> Result<Option<(i64, i64)>, Refusal> {
            field(form, name)
                .map(|text| span(text).ok_or_else(|| Refusal::bad(20001, format!("{key} is not a date"))))
                .transpose()
        };
        let day = read(key)?;
        let after = read(&format!("{key}>"))?;
        let before = read(&format!("{key}<"))?;
        Ok(When { from: after.or(day).map(|(from, _)| from), until: before.or(day).map(|(_, until)| until) })
    }

    /// Whether an instant passes.
    pub(super) fn passes(&self, at_ms: Option<i64>) -> bool {
        match at_ms {
            None => self.from.is_none() && self.until.is_none(),
            Some(at) => self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at <= until),
        }
    }
}

/// The first and the last millisecond of a date or an instant.
fn span(text: &str) -> Option<(i64, i64)> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        let at = instant.timestamp_millis();
        return Some((at, at));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let start = |day: NaiveDate| Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis());
    Some((start(day)?, start(day.checked_add_days(Days::new(1))?)? - 1))
}

/// Whether a field that may be asked for has the value.
pub(super) fn same(form: &Form, key: &str, value: &str) -> bool {
    field(form, key).is_none_or(|wanted| wanted == value)
}

/// One page of `items`, which come newest first.
pub(super) fn page(path: &str, name: &str, form: &Form, items: Vec<Value>) -> Result<Value, Refusal> {
    let number = |key: &str, default: usize| -> Result<usize, Refusal> {
        field(form, key).map_or(Ok(default), |text| {
            text.parse().map_err(|_| Refusal::bad(20001, format!("{key} must be a number")))
        })
    };
    let size = number("PageSize", PAGE)?.clamp(1, LARGEST_PAGE);
    let page = number("Page", 0)?;
    let start = page.saturating_mul(size).min(items.len());
    let end = start.saturating_add(size).min(items.len());
    let more = end < items.len();
    let uri = |page: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(form.iter().filter(|(key, _)| key != "Page" && key != "PageSize"));
        query.append_pair("PageSize", &size.to_string()).append_pair("Page", &page.to_string());
        format!("{path}?{}", query.finish())
    };
    let mut answer = Map::new();
    answer.insert(name.to_owned(), items.into_iter().skip(start).take(size).collect());
    answer.insert("page".into(), json!(page));
    answer.insert("page_size".into(), json!(size));
    answer.insert("start".into(), json!(start));
    answer.insert("end".into(), json!(end.saturating_sub(1)));
    answer.insert("uri".into(), json!(uri(page)));
    answer.insert("first_page_uri".into(), json!(uri(0)));
    answer.insert("next_page_uri".into(), if more { json!(uri(page + 1)) } else { Value::Null });
    answer.insert(
        "previous_page_uri".into(),
        page.checked_sub(1).map_or(Value::Null, |before| json!(uri(before))),
    );
    Ok(Value::Object(answer))
}
