//! A phone on the page, as a person uses it: by what stands on it and what it is called, not by how it is made.

use serde_json::{Value, json};

use crate::webdriver::Browser;

/// One of the phones.
pub struct Phone<'a> {
    browser: &'a Browser,
    id: String,
}

impl<'a> Phone<'a> {
    /// The customer's.
    pub fn customer(browser: &'a Browser) -> Phone<'a> {
        Phone { browser, id: "caller".into() }
    }

    /// Whichever of the agents' rings first.
    pub async fn of_agent_who_is_called(browser: &'a Browser) -> Phone<'a> {
        Phone::of_agent_who_is_called_but(browser, "").await
    }

    /// Whichever of the agents' rings first, besides one.
    pub async fn of_agent_who_is_called_but(browser: &'a Browser, other: &str) -> Phone<'a> {
        let ringing = "return [...document.querySelectorAll('.agents .phone.rings')]
                         .map((phone) => phone.id).find((id) => id !== arguments[0])";
        let id = browser.until("an agent's phone that rings", ringing, json!([other])).await;
        Phone { browser, id: id.as_str().unwrap().to_owned() }
    }

    /// Its place on the page.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose it is.
    pub async fn name(&self) -> String {
        let name = "return document.getElementById(arguments[0]).querySelector('h3').textContent";
        self.browser.run(name, json!([self.id])).await.as_str().unwrap().to_owned()
    }

    fn button(&self, name: &str) -> String {
        format!("//*[@id='{}']//button[normalize-space()='{name}']", self.id)
    }

    fn field(&self, name: &str) -> String {
        format!(
            "//*[@id='{0}']//input[starts-with(@aria-label, '{name}') or ancestor::label[contains(., '{name}')]]",
            self.id
        )
    }

    /// Clicks a button.
    pub async fn click(&self, name: &str) {
        self.browser.click(&self.button(name)).await;
    }

    /// Presses keys of the keypad, with the mouse.
    pub async fn keys(&self, keys: &str) {
        for key in keys.chars() {
            let found = format!("//*[@id='{}']//*[@aria-label='Keypad']/button[span='{key}']", self.id);
            let before = self.presses().await;
            self.browser.click(&found).await;
            self.one_more_press(before, &key.to_string()).await;
        }
    }

    /// Presses a key of the keyboard, the focus being on this phone or on nothing.
    pub async fn keyboard(&self, key: &str) {
        let before = self.presses().await;
        self.browser.press_key(key).await;
        self.one_more_press(before, key).await;
    }

    /// How many keys were pressed in this call.
    async fn presses(&self) -> Value {
        let count = "return document.getElementById(arguments[0]).querySelectorAll('.log .key').length";
        self.browser.run(count, json!([self.id])).await
    }

    /// Waits as a person does, who presses no key before the last was taken. It must have counted.
    async fn one_more_press(&self, before: Value, key: &str) {
        let taken = "const keys = document.getElementById(arguments[0]).querySelectorAll('.log .key');
                     return keys[arguments[1]]?.firstElementChild.textContent";
        let shown = self.browser.until(&format!("the key {key}"), taken, json!([self.id, before])).await;
        assert_eq!(shown, format!("Pressed {key}"));
    }

    /// Waits until its status says something.
    pub async fn status(&self, words: &str) {
        let has = "return document.getElementById(arguments[0]).querySelector('[role=status]').textContent
                     .includes(arguments[1])";
        self.browser.until(&format!("the status \"{words}\""), has, json!([self.id, words])).await;
    }

    /// Waits until it rings no more.
    pub async fn is_silent(&self) {
        let silent = "return !document.getElementById(arguments[0]).classList.contains('rings')";
        self.browser.until("the phone to be silent", silent, json!([self.id])).await;
    }

    /// Waits until something is heard on it.
    pub async fn hears(&self, words: &str) {
        self.shows("Call", words).await;
    }

    /// Waits for a text, and returns all of it.
    pub async fn gets(&self, words: &str) -> String {
        self.shows("Texts", words).await
    }

    /// Waits for an entry with these words in one of its logs.
    async fn shows(&self, log: &str, words: &str) -> String {
        let entry = "const log = [...document.getElementById(arguments[0]).querySelectorAll('[role=log]')]
                       .find((log) => log.getAttribute('aria-label').startsWith(arguments[1] + ','));
                     const entry = [...log.querySelectorAll('p')]
                       .find((entry) => entry.textContent.toLowerCase().includes(arguments[2].toLowerCase()));
                     return entry && entry.getClientRects().length && entry.firstElementChild.textContent";
        let awaited = format!("\"{words}\" under {log}");
        let found = self.browser.until(&awaited, entry, json!([self.id, log, words])).await;
        found.as_str().unwrap().to_owned()
    }

    /// Speaks for some seconds.
    pub async fn speaks(&self, words: &str, seconds: u32) {
        self.browser.fill(&self.field("Say"), words).await;
        self.browser.fill(&self.field("for"), &seconds.to_string()).await;
        self.click("Speak").await;
        self.shows("Call", words).await;
    }

    /// Writes a text.
    pub async fn writes(&self, words: &str) {
        self.browser.fill(&self.field("Text from"), words).await;
        self.click("Send").await;
    }
}
