//! A manager's work in a browser: a rota for six with a weekly hand-off and one for the weekends, a gap found and filled,
//! a night swapped, all of it published and undone; by mouse, by keyboard, by finger, and on another zone's clock. Days
//! are counted from the Monday after next, so that the test is the same on any day.

use chrono::{Datelike, Days, NaiveDate};
use nightbell::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::person::Person;
use crate::stage::{Stage, Window};

const DESK: &str = "/desks/reservations";

/// The most script that a page may bring, in bytes.
const MOST_SCRIPT: f64 = 150_000.0;

/// A Monday that many weeks on.
fn monday(weeks: u64) -> NaiveDate {
    let today = SystemClock::new().now().to_chrono().date_naive();
    today - Days::new(u64::from(today.weekday().num_days_from_monday())) + Days::new(7 * weeks)
}

fn time(date: NaiveDate, time: &str) -> String {
    format!("{date}T{time}")
}

/// Three more people, written into the desk's file.
async fn six_people(ada: &Person<'_>) {
    ada.opens(&format!("{DESK}/file")).await;
    ada.sees("The desk's file").await;
    let people: String = [("dora", "Dora Finch", 5), ("emil", "Emil Stone", 6), ("fay", "Fay Brook", 7)]
        .iter()
        .map(|(key, name, digit)| {
            format!("[[agent]]\nkey = \"{key}\"\nname = \"{name}\"\nzone = \"Europe/Berlin\"\n\n[[agent.phone]]\nnumber = \"+1802555011{digit}\"\n\n")
        })
        .collect();
    let script = "const text = document.getElementById('text');
         text.value = text.value.replace('[[rota]]', arguments[0] + '[[rota]]')";
    ada.0.browser.run(script, json!([people])).await;
    ada.clicks("Put it into the draft").await;
    ada.sees("Draft").await;
    ada.reads("rewritten by hand").await;
}

async fn turns(ada: &Person<'_>, names: &[&str]) {
    let script = "const turns = [...document.querySelectorAll('select[name=turn]')];
         turns.forEach((turn, index) => {
           const name = arguments[0][index];
           turn.value = name ? [...turn.options].find((o) => o.text.trim() === name).value : '';
         });
         return turns.filter((turn) => turn.value).length";
    let taken = ada.0.browser.run(script, json!([names])).await;
    assert_eq!(taken, json!(names.len()));
}

/// The middle of the first thing that a selector finds, in the window; `at` is how far across it, from 0 to 1.
async fn point(ada: &Person<'_>, selector: &str, at: f64) -> [f64; 2] {
    let script = "const thing = document.querySelector(arguments[0]);
         thing.scrollIntoView({ block: 'center' });
         const { x, y, width, height } = thing.getBoundingClientRect();
         return [x + width * arguments[1], y + height / 2]";
    let found = ada.0.browser.run(script, json!([selector, at])).await;
    [found[0].as_f64().unwrap(), found[1].as_f64().unwrap()]
}

async fn drawn(ada: &Person<'_>) {
    let script = "return document.querySelectorAll('.timeline .ec-event').length > 0";
    ada.0.browser.until("the timeline", script, json!([])).await;
}

/// No page brings more script than it should.
async fn is_light(ada: &Person<'_>) {
    let script = "return performance.getEntriesByType('resource')
         .filter((entry) => entry.initiatorType === 'script').reduce((sum, entry) => sum + entry.decodedBodySize, 0)";
    let bytes = ada.0.browser.run(script, json!([])).await.as_f64().unwrap();
    assert!(bytes > 0.0 && bytes < MOST_SCRIPT, "{bytes} bytes of script");
}

async fn makes_the_rotas(ada: &Person<'_>) {
    ada.clicks("Rotas").await;
    ada.sees("Rotas").await;
    ada.clicks("Make a rota").await;
    ada.sees("A new rota").await;
    ada.0.look("a new rota").await;
    ada.clicks("Put it into the draft").await;
    ada.is_told("Give it a name").await;
    ada.writes("Name", "nights").await;
    turns(ada, &["Ada Moss", "Ben Frost", "Cleo Hart", "Dora Finch", "Emil Stone", "Fay Brook"]).await;
    ada.sets("First day", &monday(0).to_string()).await;
    ada.clicks("Put it into the draft").await;
    ada.sees("nights").await;
    ada.clicks("Lay one on top").await;
    ada.sees("A new layer of nights").await;
    turns(ada, &["Fay Brook", "Emil Stone"]).await;
    ada.sets("First day", &monday(0).to_string()).await;
    ada.writes("Only at these times", "Sat-Sun 00:00-24:00").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("nights").await;
    ada.reads("only Sat-Sun 00:00-24:00").await;
    drawn(ada).await;
    is_light(ada).await;
    ada.0.look("a rota").await;
}

/// Ends `primary` on a Monday, so that there is a gap.
async fn makes_a_gap(ada: &Person<'_>) {
    ada.opens(&format!("{DESK}/rotas/primary/layer?layer=0")).await;
    ada.sees("A layer of primary").await;
    ada.0.browser.run("document.getElementById('from').value = ''", json!([])).await;
    ada.sets("Last hand-off, if it ends", &monday(3).to_string()).await;
    ada.clicks("Put it into the draft").await;
    ada.sees("primary").await;
}

async fn fills_it(ada: &Person<'_>) {
    ada.clicks("Rotas").await;
    ada.reads("the rota primary has nobody").await;
    ada.0.look("a gap").await;
    ada.clicks("Fill it").await;
    ada.sees("Put somebody in").await;
    let from = ada.0.browser.run("return document.getElementById('from').value", json!([])).await;
    assert!(from.as_str().unwrap().starts_with(&monday(3).to_string()), "{from}");
    ada.sets("On call is", "Dora Finch").await;
    ada.sets("To", &time(monday(60), "09:00")).await;
    ada.0.look("an override").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("primary").await;
    ada.clicks("Rotas").await;
    ada.reads("None: at every minute").await;
}

/// Ben's and Cleo's nights of the next two weeks but one, or whoever they are: the first night of each week's turn.
async fn swaps_a_night(ada: &Person<'_>) {
    ada.opens(&format!("{DESK}/rotas/nights/swap")).await;
    ada.sees("Swap two shifts").await;
    let (first, second) = (monday(1) + Days::new(1), monday(2) + Days::new(1));
    let script = "for (const [name, value] of Object.entries(arguments[0])) document.getElementById(name).value = value";
    let fields = json!({
        "first_from": time(first, "20:00"),
        "first_to": time(first + Days::new(1), "08:00"),
        "second_from": time(second, "20:00"),
        "second_to": time(second + Days::new(1), "08:00"),
    });
    ada.0.browser.run(script, json!([fields])).await;
    ada.0.look("a swap").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("nights").await;
    ada.reads("Cleo Hart instead of Ben Frost").await;
}

async fn publishes(ada: &Person<'_>, version: u32) {
    ada.opens(&format!("{DESK}/draft")).await;
    ada.sees("Draft").await;
    ada.0.look("a draft").await;
    ada.clicks("Publish").await;
    ada.sees(&format!("Version {version}")).await;
    ada.reads("It is in force").await;
}

/// Drags over the free row of overrides: the form opens with the times.
async fn drags_an_override(ada: &Person<'_>, pointer: &str) {
    ada.opens(&format!("{DESK}/rotas/nights?view=day&from={}", monday(1))).await;
    drawn(ada).await;
    let script = "const names = [...document.querySelectorAll('.ec-row-head')];
         const name = names.find((n) => n.innerText.trim() === 'Overrides');
         name.scrollIntoView({ block: 'center' });
         const { y, height } = name.getBoundingClientRect();
         const { right } = name.getBoundingClientRect();
         return [right, y + height / 2]";
    let found = ada.0.browser.run(script, json!([])).await;
    let (x, y) = (found[0].as_f64().unwrap(), found[1].as_f64().unwrap());
    ada.0.browser.drag(pointer, ([x + 60.0, y], [x + 160.0, y])).await;
    ada.sees("Put somebody in").await;
    let value = async |field: &str| -> Value {
        ada.0.browser.run("return document.getElementById(arguments[0]).value", json!([field])).await
    };
    let (from, to) = (value("from").await, value("to").await);
    assert!(from.as_str().unwrap().starts_with(&monday(1).to_string()), "{from}");
    assert!(from.as_str() < to.as_str(), "{from} {to}");
    ada.sets("On call is", "Emil Stone").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("nights").await;
    ada.reads("Emil Stone").await;
}

/// Drags the override a few hours on.
async fn moves_it(ada: &Person<'_>) {
    ada.opens(&format!("{DESK}/rotas/nights?view=day&from={}", monday(1))).await;
    drawn(ada).await;
    let bar = ".ec-event[title^='Emil Stone']";
    let (from, script) = (point(ada, bar, 0.5).await, "return document.querySelector(arguments[0]).title");
    let before = ada.0.browser.run(script, json!([bar])).await;
    ada.0.browser.drag("mouse", (from, [from[0] + 120.0, from[1]])).await;
    let changed = "return document.querySelector(arguments[0]) && document.querySelector(arguments[0]).title !== arguments[1]";
    ada.0.browser.until("the override to have moved", changed, json!([bar, before])).await;
}

async fn undoes(ada: &Person<'_>, version: u32) {
    ada.opens(&format!("{DESK}/versions/{version}")).await;
    ada.0.look("a version").await;
    ada.clicks(&format!("Undo: bring version {} back", version - 1)).await;
    ada.sees(&format!("Version {}", version + 1)).await;
    ada.reads(&format!("as in version {} again", version - 1)).await;
    ada.opens(&format!("{DESK}/rotas")).await;
    ada.sees("Rotas").await;
    let gone = "return !document.body.innerText.includes('nights')";
    ada.0.browser.until("the rota to be gone", gone, json!([])).await;
}

async fn keeps_rotas(window: Window, pointer: &str) {
    let stage = Stage::open(window).await;
    let ada = Person(&stage);
    ada.moves_in().await;
    six_people(&ada).await;
    makes_the_rotas(&ada).await;
    makes_a_gap(&ada).await;
    fills_it(&ada).await;
    swaps_a_night(&ada).await;
    drags_an_override(&ada, pointer).await;
    if pointer == "mouse" {
        moves_it(&ada).await;
    }
    publishes(&ada, 2).await;
    undoes(&ada, 2).await;
    stage.close_after(&[422]).await;
}

#[tokio::test]
async fn a_manager_keeps_rotas_with_a_mouse() {
    keeps_rotas(Window::Desktop, "mouse").await;
}

#[tokio::test]
async fn a_manager_keeps_rotas_with_a_finger() {
    keeps_rotas(Window::Hand, "touch").await;
}
