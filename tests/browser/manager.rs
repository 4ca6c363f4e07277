//! A manager's work in a browser: a rota for six with a weekly hand-off and one for the weekends, a gap found and filled,
//! a night swapped, an override made, moved and drawn out, all of it published and undone; by mouse, by finger, by
//! keyboard alone, and abroad. Days are counted from this week's Monday, so that the test is the same on any day.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::json;

use crate::person::{Person, Way};
use crate::stage::{Stage, Window};
use crate::timeline::{self, drag, drawn, monday, time};

const DESK: &str = "/desks/reservations";

/// Whom the desk has not yet, as a table.
const MORE_PEOPLE: &str = "key,name,phone,zone
dora,Dora Finch,+18025550115,Europe/Berlin
emil,Emil Stone,+18025550116,Europe/Berlin
fay,Fay Brook,+18025550117,Europe/Berlin
";

/// The most script that a page may bring, in bytes.
const MOST_SCRIPT: f64 = 150_000.0;

/// A manager, and on whose wall clock he looks at rotas; empty for the desk's own.
struct Manager<'a> {
    ada: Person<'a>,
    zone: &'a str,
}

impl Manager<'_> {
    async fn rota(&self, name: &str, view: &str, from: NaiveDate) {
        self.ada.opens(&format!("{DESK}/rotas/{name}?view={view}&from={from}&zone={}", self.zone)).await;
        drawn(&self.ada).await;
    }
}

/// Three more people, out of a table.
async fn six_people(ada: &Person<'_>) {
    ada.opens(&format!("{DESK}/agents/import")).await;
    ada.sees("Import agents").await;
    ada.writes("Or paste the table", MORE_PEOPLE).await;
    ada.clicks("Look at what it changes").await;
    ada.reads("Fay Brook").await;
    ada.stage.look("agents out of a table").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("Agents").await;
}

async fn turns(ada: &Person<'_>, names: &[&str]) {
    for (index, name) in names.iter().enumerate() {
        ada.sets(&format!("Turn {}", index + 1), name).await;
    }
}

/// No page brings more script than it should.
async fn is_light(ada: &Person<'_>) {
    let script = "return performance.getEntriesByType('resource')
         .filter((entry) => entry.initiatorType === 'script').reduce((sum, entry) => sum + entry.decodedBodySize, 0)";
    let bytes = ada.stage.browser.run(script, json!([])).await.as_f64().unwrap();
    assert!(bytes > 0.0 && bytes < MOST_SCRIPT, "{bytes} bytes of script");
}

async fn makes_the_rotas(ada: &Person<'_>) {
    ada.clicks("Rotas").await;
    ada.sees("Rotas").await;
    ada.clicks("Make a rota").await;
    ada.sees("A new rota").await;
    ada.stage.look("a new rota").await;
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
    ada.stage.look("a rota").await;
}

/// Ends `primary` on a Monday, so that there is a gap.
async fn makes_a_gap(ada: &Person<'_>) {
    ada.opens(&format!("{DESK}/rotas/primary/layer?layer=0")).await;
    ada.sees("A layer of primary").await;
    ada.sets("The change counts from", "").await;
    ada.sets("Last hand-off, if it ends", &monday(3).to_string()).await;
    ada.clicks("Put it into the draft").await;
    ada.sees("primary").await;
}

async fn fills_it(ada: &Person<'_>) {
    ada.clicks("Rotas").await;
    ada.reads("the rota primary has nobody").await;
    ada.stage.look("a gap").await;
    ada.clicks("Fill it").await;
    ada.sees("Put somebody in").await;
    let from = ada.finds("From").await;
    assert!(from.starts_with(&monday(3).to_string()), "{from}");
    ada.sets("On call is", "Dora Finch").await;
    ada.sets("To", &time(monday(60), "09:00")).await;
    ada.stage.look("an override").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("primary").await;
    ada.clicks("Rotas").await;
    ada.reads("None: at every minute").await;
}

/// Ben's and Cleo's nights of the next two weeks but one, or whoever they are: the first night of each week's turn.
async fn swaps_a_night(Manager { ada, zone }: &Manager<'_>) {
    ada.opens(&format!("{DESK}/rotas/nights/swap?zone={zone}")).await;
    ada.sees("Swap two shifts").await;
    for (one, week) in [("first", 1), ("second", 2)] {
        let evening = monday(week) + Days::new(1);
        ada.sets(&format!("{one}_from"), &time(evening, "20:00")).await;
        ada.sets(&format!("{one}_to"), &time(evening + Days::new(1), "08:00")).await;
    }
    ada.stage.look("a swap").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("nights").await;
    ada.reads("Cleo Hart instead of Ben Frost").await;
}

async fn publishes(ada: &Person<'_>, version: u32) {
    ada.opens(&format!("{DESK}/draft")).await;
    ada.sees("Draft").await;
    ada.stage.look("a draft").await;
    ada.clicks("Publish").await;
    ada.sees(&format!("Version {version}")).await;
    ada.reads("It is in force").await;
}

/// Puts Emil in for some hours of a Monday: drags over the free row of overrides, which opens the form with the times.
async fn puts_emil_in(manager: &Manager<'_>) {
    let Manager { ada, zone } = manager;
    manager.rota("nights", "day", monday(1)).await;
    if ada.way == Way::Keys {
        ada.clicks("Put somebody in").await;
        ada.sees("Put somebody in").await;
        ada.sets("From", &time(monday(1), "10:00")).await;
        ada.sets("To", &time(monday(1), "14:00")).await;
    } else {
        let (x, y) = timeline::row(ada, "Overrides").await;
        drag(ada, ([x + 40.0, y], [x + 110.0, y])).await;
        ada.sees("Put somebody in").await;
        let (from, to) = (ada.finds("From").await, ada.finds("To").await);
        assert!(from.starts_with(&monday(1).to_string()), "{from}");
        assert!(from < to, "{from} {to}");
    }
    if !zone.is_empty() {
        ada.reads(&format!("by the clock of {zone}")).await;
    }
    ada.sets("On call is", "Emil Stone").await;
    ada.clicks("Put it into the draft").await;
    ada.sees("nights").await;
    ada.reads("Emil Stone").await;
}

/// From when to when Emil is put in, on that clock, as the form of it says.
async fn emils_hours(Manager { ada, .. }: &Manager<'_>, zone: &str) -> (NaiveDateTime, NaiveDateTime) {
    ada.opens(&format!("{DESK}/rotas/nights?zone={zone}")).await;
    ada.sees("nights").await;
    ada.takes("//section[@aria-labelledby = 'h-overrides']//li[contains(., 'Emil Stone')]//a").await;
    ada.sees("An override of nights").await;
    let read = |text: String| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M").unwrap();
    (read(ada.finds("From").await), read(ada.finds("To").await))
}

/// Moves Emil's hours, and then lets them end later.
async fn moves_emil_and_draws_him_out(manager: &Manager<'_>) {
    let Manager { ada, zone } = manager;
    let before = emils_hours(manager, zone).await;
    if ada.way == Way::Keys {
        ada.sets("From", &time(monday(1), "12:00")).await;
        ada.sets("To", &time(monday(1), "16:00")).await;
        ada.clicks("Put it into the draft").await;
        ada.sees("nights").await;
    } else {
        manager.rota("nights", "day", monday(1)).await;
        let [x, y] = timeline::bar(ada, "Emil Stone").await.middle();
        timeline::changed(ada, "Emil Stone", ([x, y], [x + 60.0, y])).await;
    }
    let moved = emils_hours(manager, zone).await;
    assert!(moved.0 > before.0 && moved.1 - moved.0 == before.1 - before.0, "{before:?} {moved:?}");
    if ada.way == Way::Keys {
        ada.sets("To", &time(monday(1), "18:00")).await;
        ada.clicks("Put it into the draft").await;
        ada.sees("nights").await;
    } else {
        manager.rota("nights", "day", monday(1)).await;
        let [x, y] = timeline::bar(ada, "Emil Stone").await.end();
        timeline::changed(ada, "Emil Stone", ([x, y], [x + 60.0, y])).await;
    }
    let drawn_out = emils_hours(manager, zone).await;
    assert!(drawn_out.0 == moved.0 && drawn_out.1 > moved.1, "{moved:?} {drawn_out:?}");
}

/// What was done on a clock abroad is the same instant at home.
async fn is_the_same_at_home(manager: &Manager<'_>) {
    let abroad = emils_hours(manager, manager.zone).await;
    let home = emils_hours(manager, "America/New_York").await;
    // Between New York and Berlin it is six hours, but for some weeks in spring and a week in autumn.
    for ahead in [abroad.0 - home.0, abroad.1 - home.1] {
        assert!([5, 6].map(TimeDelta::hours).contains(&ahead), "{home:?} {abroad:?}");
    }
}

async fn undoes(ada: &Person<'_>, version: u32) {
    ada.opens(&format!("{DESK}/versions/{version}")).await;
    ada.stage.look("a version").await;
    ada.clicks(&format!("Undo: bring version {} back", version - 1)).await;
    ada.sees(&format!("Version {}", version + 1)).await;
    ada.reads(&format!("as in version {} again", version - 1)).await;
    ada.opens(&format!("{DESK}/rotas")).await;
    ada.sees("Rotas").await;
    let gone = "return !document.body.innerText.includes('nights')";
    ada.stage.browser.until("the rota to be gone", gone, json!([])).await;
}

async fn keeps_rotas(window: Window, way: Way, zone: &str) {
    let stage = Stage::open(window).await;
    let manager = Manager { ada: Person { stage: &stage, way }, zone };
    let ada = &manager.ada;
    if !zone.is_empty() {
        // The machine's own clock is of a third zone, and counts for nothing.
        stage
            .browser
            .devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": "Pacific/Auckland" }))
            .await;
    }
    ada.moves_in("ada@example.com").await;
    six_people(ada).await;
    makes_the_rotas(ada).await;
    makes_a_gap(ada).await;
    fills_it(ada).await;
    swaps_a_night(&manager).await;
    puts_emil_in(&manager).await;
    moves_emil_and_draws_him_out(&manager).await;
    if !zone.is_empty() {
        is_the_same_at_home(&manager).await;
    }
    publishes(ada, 2).await;
    undoes(ada, 2).await;
    stage.close_after(&[422]).await;
}

#[tokio::test]
async fn a_manager_keeps_rotas_with_a_mouse() {
    keeps_rotas(Window::Desktop, Way::Mouse, "").await;
}

#[tokio::test]
async fn a_manager_keeps_rotas_with_a_finger() {
    keeps_rotas(Window::Hand, Way::Finger, "").await;
}

#[tokio::test]
async fn a_manager_keeps_rotas_with_a_keyboard_alone() {
    keeps_rotas(Window::Desktop, Way::Keys, "").await;
}

#[tokio::test]
async fn a_manager_abroad_keeps_rotas_on_his_own_clock() {
    keeps_rotas(Window::Desktop, Way::Mouse, "Europe/Berlin").await;
}
