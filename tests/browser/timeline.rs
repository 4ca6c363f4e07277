//! The rota's timeline, as eyes and pointers find it.

use chrono::{Datelike, Days, NaiveDate};
use nightbell::clock::{Clock, SystemClock};
use serde_json::json;

use crate::person::{Person, Way};

/// A Monday that many weeks on.
pub fn monday(weeks: u64) -> NaiveDate {
    let today = SystemClock::new().now().to_chrono().date_naive();
    today - Days::new(u64::from(today.weekday().num_days_from_monday())) + Days::new(7 * weeks)
}

/// As a field has it.
pub fn time(date: NaiveDate, time: &str) -> String {
    format!("{date}T{time}")
}

/// Waits until it is drawn.
pub async fn drawn(person: &Person<'_>) {
    let script = "return document.querySelectorAll('.timeline .ec-event').length > 0";
    person.stage.browser.until("the timeline", script, json!([])).await;
}

/// Drags from a point of the window to another, with what he has his hands on.
pub async fn drag(person: &Person<'_>, points: ([f64; 2], [f64; 2])) {
    let pointer = if person.way == Way::Finger { "touch" } else { "mouse" };
    person.stage.browser.drag(pointer, points).await;
}

/// Where a row of that name begins in the window: right of its name, half way down.
pub async fn row(person: &Person<'_>, name: &str) -> (f64, f64) {
    let script = "const names = [...document.querySelectorAll('.ec-row-head')];
         const name = names.find((n) => n.innerText.trim() === arguments[0]);
         name.scrollIntoView({ block: 'center' });
         const { y, height, right } = name.getBoundingClientRect();
         return [right, y + height / 2]";
    let found = person.stage.browser.run(script, json!([name])).await;
    (found[0].as_f64().unwrap(), found[1].as_f64().unwrap())
}

/// Where a bar is in the window.
pub struct Bar {
    x: f64,
    y: f64,
    width: f64,
}

impl Bar {
    pub fn middle(&self) -> [f64; 2] {
        [self.x + self.width / 2.0, self.y]
    }

    /// A hair inside of it, where it is drawn out.
    pub fn end(&self) -> [f64; 2] {
        [self.x + self.width - 3.0, self.y]
    }
}

/// The first bar that tells of somebody: above all, that of an override.
pub async fn bar(person: &Person<'_>, who: &str) -> Bar {
    let script = "const bar = document.querySelector(`.ec-event[title^='${arguments[0]}']`);
         bar.scrollIntoView({ block: 'center' });
         const { x, y, width, height } = bar.getBoundingClientRect();
         return [x, y + height / 2, width]";
    let found = person.stage.browser.run(script, json!([who])).await;
    let [x, y, width] = [0, 1, 2].map(|index| found[index].as_f64().unwrap());
    Bar { x, y, width }
}

/// Drags somebody's bar, or its end, and waits for the page that comes of it.
pub async fn changed(person: &Person<'_>, who: &str, points: ([f64; 2], [f64; 2])) {
    let told = "return document.querySelector(`.ec-event[title^='${arguments[0]}']`)?.title";
    let before = person.stage.browser.run(told, json!([who])).await;
    drag(person, points).await;
    let changed = "const told = document.querySelector(`.ec-event[title^='${arguments[0]}']`)?.title;
         return told && told !== arguments[1]";
    person.stage.browser.until("the bar to have changed", changed, json!([who, before])).await;
}
