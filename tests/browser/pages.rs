//! The pages of who signs in, as he goes through them: from the one-time link to signing out.

use serde_json::json;

use crate::stage::{Stage, Window};

pub const PASSWORD: &str = "three quiet geese at noon";

/// A person before the pages.
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

    /// What is wrong with the field of that label, as it is told beside it.
    async fn is_told(&self, words: &str) {
        let script =
            "return [...document.querySelectorAll('.error')].some((e) => e.innerText.includes(arguments[0]))";
        self.0.browser.until(&format!("\"{words}\""), script, json!([words])).await;
    }
}

async fn goes_through_the_pages(window: Window) {
    let stage = Stage::open(window).await;
    let ada = Person(&stage);
    stage.browser.go(&stage.pages).await;
    ada.sees("The first administrator").await;
    stage.look("the first link").await;
    ada.writes("E-mail address", "ada@example.com").await;
    ada.writes("Name", "Ada Moss").await;
    ada.writes("Password", "too short").await;
    ada.clicks("Go on").await;
    ada.is_told("at least 12 characters").await;
    stage.look("a short password").await;
    ada.writes("Password", PASSWORD).await;
    ada.clicks("Go on").await;
    ada.sees("Good to see you, Ada Moss").await;
    stage.look("the start").await;

    ada.clicks("Ada Moss").await;
    ada.sees("Your account").await;
    stage.look("the account").await;
    ada.clicks("Ask for a code of an authenticator app as well").await;
    ada.sees("Second factor").await;
    stage.look("a second factor").await;

    ada.clicks("People").await;
    ada.sees("People").await;
    ada.writes("E-mail address", "ben.with.a.rather.long.name@example.com").await;
    stage.look("people").await;
    ada.clicks("Make a link").await;
    ada.sees("A link for ben.with.a.rather.long.name@example.com").await;
    stage.look("an invitation").await;
    ada.clicks("All people").await;
    ada.sees("People").await;
    stage.browser.click("//main//a[normalize-space() = 'Ada Moss']").await;
    ada.sees("Ada Moss").await;
    stage.look("a person").await;
    ada.clicks("Disable the account").await;
    ada.is_told("has to stay").await;
    stage.look("the last administrator").await;
    ada.clicks("Audit log").await;
    ada.sees("Audit log").await;
    stage.look("the audit log").await;
    ada.opens("/nothing").await;
    ada.sees("There is no such page").await;
    stage.look("no page").await;

    ada.opens("/audit").await;
    ada.clicks("Sign out").await;
    ada.sees("Sign in").await;
    stage.look("the door").await;
    ada.writes("E-mail address", "ada@example.com").await;
    ada.writes("Password", "not the password").await;
    ada.clicks("Sign in").await;
    let wrong = "return document.body.innerText.includes('do not belong together')";
    stage.browser.until("the refusal", wrong, json!([])).await;
    stage.look("a wrong password").await;
    ada.writes("Password", PASSWORD).await;
    ada.clicks("Sign in").await;
    ada.sees("Good to see you, Ada Moss").await;
    // What was written wrong, and the page that is not there.
    stage.close_after(&[422, 404]).await;
}

#[tokio::test]
async fn the_pages_at_a_desk() {
    goes_through_the_pages(Window::Desktop).await;
}

#[tokio::test]
async fn the_pages_in_a_hand() {
    goes_through_the_pages(Window::Hand).await;
}
