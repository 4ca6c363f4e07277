//! An agent's own dealings with the rota: he is invited, asks for cover by dragging over a part of his shift, writes his
//! leave down and takes his shifts into his calendar; a colleague takes the night.

use chrono::{Days, NaiveDate};
use serde_json::json;

use crate::person::{Person, Way};
use crate::stage::{Stage, Window};
use crate::timeline::{self, drag, drawn, monday};

const DESK: &str = "/desks/reservations";

/// The next Monday on which Ben's week of the rota `primary` begins; in tests/desks/reservations.toml it is every third.
fn bens_monday() -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    (1..=3).map(monday).find(|day| (*day - first).num_weeks() % 3 == 1).unwrap()
}

async fn is_invited(ada: &Person<'_>, email: &str, name: &str) {
    ada.opens("/people").await;
    ada.sees("People").await;
    ada.writes("E-mail address", email).await;
    ada.sets("Role", "agent").await;
    ada.sets("Desk", "Reservations Support (reservations)").await;
    ada.clicks("Make a link").await;
    ada.sees(&format!("A link for {email}")).await;
    let link =
        ada.stage.browser.run("return document.querySelector('code.secret').innerText", json!([])).await;
    ada.clicks("Sign out").await;
    ada.sees("Sign in").await;
    ada.stage.browser.go(link.as_str().unwrap()).await;
    ada.joins(name).await;
}

async fn deals_with_the_rota(window: Window, way: Way) {
    let stage = Stage::open(window).await;
    let person = Person { stage: &stage, way };
    person.moves_in("ada@reservations.example.com").await;
    is_invited(&person, "ben@reservations.example.com", "Ben Frost").await;

    // A part of his Wednesday, which is in the middle of his week.
    let wednesday = bens_monday() + Days::new(2);
    person.opens(&format!("{DESK}/rotas/primary?view=day&from={wednesday}")).await;
    drawn(&person).await;
    person.reads("Drag over your own shift").await;
    let (x, y) = timeline::row(&person, "On call").await;
    drag(&person, ([x + 60.0, y], [x + 160.0, y])).await;
    person.sees("Ask for cover").await;
    let (from, to) = (person.finds("from").await, person.finds("to").await);
    assert!(from.starts_with(&wednesday.to_string()) && from < to, "{from} {to}");
    person.writes("Why, if you like to say it", "My daughter's recital").await;
    stage.look("asking for cover").await;
    person.clicks("Ask").await;
    person.sees("Cover for Ben Frost").await;
    person.reads("My daughter's recital").await;
    stage.look("cover that is asked for").await;
    person.clicks("All requests").await;
    person.sees("Cover and swaps").await;
    stage.look("all cover").await;

    person.opens(&format!("{DESK}/leave")).await;
    person.sees("Leave").await;
    person.sets("First day", &wednesday.to_string()).await;
    person.sets("Last day", &wednesday.to_string()).await;
    person.clicks("Write it down").await;
    person.reads("On leave, and on call").await;
    stage.look("leave at odds with the rota").await;

    person.opens(&format!("{DESK}/feeds")).await;
    person.sees("Calendars").await;
    stage.look("no calendars").await;
    person.clicks("Make an address").await;
    person.sees("The rota primary, as a calendar").await;
    stage.look("the address of a calendar").await;
    person.clicks("All calendars").await;
    person.reads("not read yet").await;
    stage.look("calendars").await;
    person.clicks("Sign out").await;
    person.sees("Sign in").await;

    person.signs_in("ada@reservations.example.com").await;
    person.opens(&format!("{DESK}/cover")).await;
    person.reads("Ben Frost asks for cover: primary").await;
    person.takes("//a[starts-with(normalize-space(), 'Answer')]").await;
    person.sees("Cover for Ben Frost").await;
    stage.look("cover to be taken").await;
    person.clicks("Take it").await;
    person.reads("Ada Moss is on call instead of Ben Frost").await;
    stage.look("cover that is taken").await;
    person.opens(&format!("{DESK}/rotas/primary?view=day&from={wednesday}")).await;
    person.reads("Ada Moss instead of Ben Frost").await;
    stage.close().await;
}

#[tokio::test]
async fn an_agent_asks_for_cover_with_a_mouse() {
    deals_with_the_rota(Window::Desktop, Way::Mouse).await;
}

#[tokio::test]
async fn an_agent_asks_for_cover_with_a_finger() {
    deals_with_the_rota(Window::Hand, Way::Finger).await;
}
