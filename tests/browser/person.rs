//! Somebody who signs in, and does what people do with pages.

use serde_json::{Value, json};

use crate::stage::Stage;
use crate::webdriver::keys;

/// What everybody chooses.
pub const PASSWORD: &str = "three quiet geese at noon";

/// How many stops of the focus a page may have before what is wanted counts as out of reach.
const MOST_STOPS: usize = 400;

/// What somebody has his hands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A mouse, and a keyboard to write with.
    Mouse,
    /// A finger on the glass.
    Finger,
    /// A keyboard alone.
    Keys,
}

/// Somebody before the pages.
pub struct Person<'a> {
    pub stage: &'a Stage,
    pub way: Way,
}

/// A field, by its label or its name for who cannot see it, or by its place in the page.
fn field(name: &str) -> String {
    format!(
        "//*[@id = //label[normalize-space() = '{name}']/@for] | //*[@aria-label = '{name}'] | //*[@id = '{name}']"
    )
}

impl<'a> Person<'a> {
    /// With a mouse.
    pub fn before(stage: &'a Stage) -> Person<'a> {
        Person { stage, way: Way::Mouse }
    }

    pub async fn opens(&self, path: &str) {
        let pages = &self.stage.pages;
        let home = pages.split("/join/").next().unwrap();
        self.stage.browser.go(&format!("{home}{path}")).await;
    }

    /// Writes into the field of that label, over what stood there.
    pub async fn writes(&self, label: &str, text: &str) {
        if self.way == Way::Keys {
            self.reaches(&field(label)).await;
            self.stage.browser.press_keys(&[keys::CONTROL], "a").await;
            self.stage.browser.press_keys(&[], text).await;
        } else {
            self.stage.browser.fill(&field(label), text).await;
        }
    }

    pub async fn clicks(&self, words: &str) {
        self.takes(&format!("//button[normalize-space() = '{words}'] | //a[normalize-space() = '{words}']"))
            .await;
    }

    /// Clicks what an XPath finds, or reaches it by keys and presses the one that does the same.
    pub async fn takes(&self, target: &str) {
        if self.way == Way::Keys {
            self.reaches(target).await;
            self.stage.browser.press_key(keys::ENTER).await;
        } else {
            self.stage.browser.click(target).await;
        }
    }

    /// Goes from stop to stop of the focus until it is on what an XPath finds first. Wherever it stands on the way must
    /// be seen.
    async fn reaches(&self, target: &str) {
        let script =
            "const wanted = document.evaluate(arguments[0], document, null, 9, null).singleNodeValue;
             if (!wanted) return 'nowhere';
             const now = document.activeElement;
             if (now === wanted) return 'there';
             if (now === document.body) return 'on the way';
             const { width, height } = now.getBoundingClientRect();
             const seen = width && height && getComputedStyle(now).outlineStyle !== 'none';
             return seen ? 'on the way' : `unseen on ${now.outerHTML.slice(0, 200)}`";
        for _ in 0..MOST_STOPS {
            let found = self.stage.browser.run(script, json!([target])).await;
            match found.as_str().unwrap() {
                "there" => return,
                "on the way" => self.stage.browser.press_key(keys::TAB).await,
                fault => panic!("the focus, on its way to {target}, is {fault}"),
            }
        }
        panic!("no key leads to {target}");
    }

    /// Waits for a page of that heading.
    pub async fn sees(&self, heading: &str) {
        let script = "return document.querySelector('h1')?.innerText === arguments[0]";
        self.stage.browser.until(&format!("the page \"{heading}\""), script, json!([heading])).await;
    }

    /// Sets a field that has a picker of its own: a day (`2026-11-30`), a time of a day (`2026-11-30T09:00`), a choice
    /// by its text; or empties it. By keys it is typed; else set as the picker would, which is the browser's own.
    pub async fn sets(&self, label: &str, value: &str) {
        if self.way == Way::Keys {
            self.reaches(&field(label)).await;
            self.types(value).await;
        } else {
            let script =
                "const field = document.evaluate(arguments[0], document, null, 9, null).singleNodeValue;
                 const option = [...(field.options ?? [])].find((o) => o.text.trim() === arguments[1]);
                 field.value = option ? option.value : arguments[1]";
            self.stage.browser.run(script, json!([field(label), value])).await;
        }
        let script = "const field = document.evaluate(arguments[0], document, null, 9, null).singleNodeValue;
             return field.options ? field.selectedOptions[0].text.trim() : field.value";
        let set = self.stage.browser.run(script, json!([field(label)])).await;
        assert_eq!(set, json!(value), "{label}");
    }

    /// Types into the field that has the focus, part by part as Chromium has them in the United States.
    async fn types(&self, value: &str) {
        let browser = &self.stage.browser;
        if value.is_empty() {
            for _ in 0..5 {
                browser.press_key(keys::BACKSPACE).await;
                browser.press_key(keys::RIGHT).await;
            }
            return;
        }
        let Some((year, rest)) = value.split_once('-') else {
            // A choice: its first word leads to it.
            return browser.press_keys(&[], value.split(' ').next().unwrap_or_default()).await;
        };
        let (day, time) = rest.split_once('T').unwrap_or((rest, ""));
        browser.press_keys(&[], &format!("{}{year}", day.replace('-', ""))).await;
        if let Some((hour, minute)) = time.split_once(':') {
            let hour: u32 = hour.parse().unwrap();
            let half = if hour < 12 { "a" } else { "p" };
            browser.press_key(keys::RIGHT).await;
            browser.press_keys(&[], &format!("{:02}{minute}{half}", (hour + 11) % 12 + 1)).await;
        }
    }

    /// What stands in a field.
    pub async fn finds(&self, label: &str) -> String {
        let script = "return document.evaluate(arguments[0], document, null, 9, null).singleNodeValue.value";
        let found: Value = self.stage.browser.run(script, json!([field(label)])).await;
        found.as_str().unwrap().to_owned()
    }

    /// Becomes the first administrator, with that address.
    pub async fn moves_in(&self, email: &str) {
        self.stage.browser.go(&self.stage.pages).await;
        self.sees("The first administrator").await;
        self.writes("E-mail address", email).await;
        self.joins("Ada Moss").await;
    }

    /// Fills in the rest of what a link of invitation leads to.
    pub async fn joins(&self, name: &str) {
        self.writes("Name", name).await;
        self.writes("Password", PASSWORD).await;
        self.clicks("Go on").await;
        self.sees(&format!("Good to see you, {name}")).await;
    }

    /// Signs in at the door.
    pub async fn signs_in(&self, email: &str) {
        self.writes("E-mail address", email).await;
        self.writes("Password", PASSWORD).await;
        self.clicks("Sign in").await;
        // Only who is in goes anywhere: a page that is opened while the answer is on its way is not the one that is shown.
        self.reads("Sign out").await;
    }

    /// Waits until the page says that.
    pub async fn reads(&self, words: &str) {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.stage.browser.until(&format!("\"{words}\""), script, json!([words])).await;
    }

    /// What is wrong with the field of that label, as it is told beside it.
    pub async fn is_told(&self, words: &str) {
        let script =
            "return [...document.querySelectorAll('.error')].some((e) => e.innerText.includes(arguments[0]))";
        self.stage.browser.until(&format!("\"{words}\""), script, json!([words])).await;
    }
}
