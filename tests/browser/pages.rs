//! The pages of who signs in, as he goes through them: from the one-time link to signing out.

use serde_json::json;

use crate::person::{PASSWORD, Person};
use crate::phone::Phone;
use crate::stage::{Stage, Window};

async fn goes_through_the_pages(window: Window) {
    let stage = Stage::open(window).await;
    // There is something to report.
    let customer = Phone::customer(&stage.browser);
    customer.click("Dial").await;
    customer.hears("Severity 1 means").await;
    customer.keys("1").await;
    customer.click("Hang up").await;
    customer.status("Call ended").await;
    let ada = Person::before(&stage);
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
    ada.clicks("Reports").await;
    ada.sees("Reports").await;
    let unfold = "document.querySelectorAll('details').forEach((all) => { all.open = true; })";
    stage.browser.run(unfold, json!([])).await;
    stage.look("a report").await;
    ada.clicks("Last month").await;
    let empty = "return document.body.innerText.includes('Nobody called from')";
    stage.browser.until("a month without a call", empty, json!([])).await;
    stage.look("a report of nothing").await;
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
