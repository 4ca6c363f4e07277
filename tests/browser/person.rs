//! Somebody who signs in, and does what people do with pages.

use serde_json::json;

use crate::stage::Stage;

/// What everybody chooses.
pub const PASSWORD: &str = "three quiet geese at noon";

/// Somebody before the pages.
pub struct Person<'a>(pub &'a Stage);

impl Person<'_> {
    pub async fn opens(&self, path: &str) {
        let pages = &self.0.pages;
        let home = pages.split("/join/").next().unwrap();
        self.0.browser.go(&format!("{home}{path}")).await;
    }

    /// Writes into the field of that label.
    pub async fn writes(&self, label: &str, text: &str) {
        let field = format!("//*[@id = //label[normalize-space() = '{label}']/@for]");
        self.0.browser.fill(&field, text).await;
    }

    pub async fn clicks(&self, words: &str) {
        let target = format!("//button[normalize-space() = '{words}'] | //a[normalize-space() = '{words}']");
        self.0.browser.click(&target).await;
    }

    /// Waits for a page of that heading.
    pub async fn sees(&self, heading: &str) {
        let script = "return document.querySelector('h1')?.innerText === arguments[0]";
        self.0.browser.until(&format!("the page \"{heading}\""), script, json!([heading])).await;
    }

    /// Sets a field of that label that has a picker of its own: days, times, choices by their text.
    pub async fn sets(&self, label: &str, value: &str) {
        let script = "const label = [...document.querySelectorAll('label')].find((l) => l.innerText.trim() === arguments[0]);
             const field = document.getElementById(label.htmlFor);
             const option = [...(field.options ?? [])].find((o) => o.text.trim() === arguments[1]);
             field.value = option ? option.value : arguments[1];
             return field.value";
        let set = self.0.browser.run(script, json!([label, value])).await;
        assert_ne!(set, json!(""), "{label}: {value}");
    }

    /// Becomes the first administrator.
    pub async fn moves_in(&self) {
        self.0.browser.go(&self.0.pages).await;
        self.writes("E-mail address", "ada@example.com").await;
        self.writes("Name", "Ada Moss").await;
        self.writes("Password", PASSWORD).await;
        self.clicks("Go on").await;
        self.sees("Good to see you, Ada Moss").await;
    }

    /// Waits until the page says that.
    pub async fn reads(&self, words: &str) {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.0.browser.until(&format!("\"{words}\""), script, json!([words])).await;
    }

    /// What is wrong with the field of that label, as it is told beside it.
    pub async fn is_told(&self, words: &str) {
        let script =
            "return [...document.querySelectorAll('.error')].some((e) => e.innerText.includes(arguments[0]))";
        self.0.browser.until(&format!("\"{words}\""), script, json!([words])).await;
    }
}
