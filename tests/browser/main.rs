//! The demonstration played in a browser as a person plays it: the real program, real HTTP between the phones and the
//! gateway, real time. tests/run brings Chromium and its driver.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails, and a helper of one too"
)]

mod agent;
mod board;
mod calendars;
mod manager;
mod pages;
mod person;
mod phone;
mod stage;
mod timeline;
mod webdriver;

use phone::Phone;
use stage::{Stage, Window};

/// Where a picture for the README is wanted.
const PICTURE: &str = "NIGHTBELL_PICTURE";

/// The digits after `before` in a text.
fn digits_after(text: &str, before: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no \"{before}\" in \"{text}\""));
    rest.chars().take_while(char::is_ascii_digit).collect()
}

#[tokio::test]
async fn a_night_at_a_desk() {
    let stage = Stage::open(Window::Desktop).await;
    let browser = &stage.browser;
    let customer = Phone::customer(browser);
    stage.look("nothing yet").await;

    customer.click("Dial").await;
    customer.hears("Severity 1 means").await;
    customer.keys("1").await;
    customer.hears("To be called back on").await;
    customer.keyboard("1").await;
    customer.keyboard("#").await;
    customer.hears("being paged now").await;
    let receipt = customer.gets("your emergency is ticket ").await;
    let ticket = digits_after(&receipt, "is ticket ");

    let first = Phone::of_agent_who_is_called(browser).await;
    first.gets(&format!("SEV1 #{ticket} Lakeside Lodge")).await;
    customer.hears("speak now").await;
    customer.speaks("Nobody can book a room since two o'clock.", 60).await;
    if let Some(file) = std::env::var_os(PICTURE) {
        std::fs::write(file, browser.picture().await).unwrap();
    }
    stage.look("a call and a page").await;
    customer.keys("#").await;
    customer.hears("Goodbye").await;
    customer.status("Call ended").await;

    // Nobody comes: the customer calls again and asks for the next one, who takes it, and the first is told.
    customer.click("Dial").await;
    customer.hears("You have an open ticket").await;
    customer.keys("1").await;
    customer.hears("If help has not come").await;
    customer.keys("2").await;
    customer.hears("next person is called").await;
    customer.click("Hang up").await;
    let second = Phone::of_agent_who_is_called_but(browser, first.id()).await;
    second.click("Answer").await;
    second.hears("Severity 1 page").await;
    second.keyboard("1").await;
    second.hears("it is yours").await;
    second.click("Hang up").await;
    first.gets(&format!("Stand down: {} has #{ticket}", second.name().await)).await;

    second.writes("CALL").await;
    second.status("is calling").await;
    second.click("Answer").await;
    second.hears("To be connected, press 1").await;
    second.keys("1").await;
    customer.status("is calling").await;
    customer.click("Answer").await;
    customer.status("Connected to another phone").await;
    customer.speaks("Thank you for calling.", 1).await;
    second.hears("Thank you for calling.").await;
    stage.look("a callback").await;
    customer.click("Hang up").await;

    // It was shorter than a conversation that helps.
    second.gets("Reached them?").await;
    second.writes(&format!("DONE {ticket}")).await;
    second.gets("callback noted").await;
    second.writes(&format!("RESOLVE {ticket}")).await;
    second.gets(&format!("#{ticket} is resolved")).await;
    stage.look("the end").await;
    stage.close().await;
}

#[tokio::test]
async fn a_night_in_a_hand() {
    let stage = Stage::open(Window::Hand).await;
    let browser = &stage.browser;
    let customer = Phone::customer(browser);
    stage.look("nothing yet").await;

    browser.click("//label[contains(., 'Withhold the number')]").await;
    customer.click("Dial").await;
    customer.hears("Severity 1 means").await;
    customer.keys("1").await;
    customer.hears("Please enter the number").await;
    customer.keys("8025550121#").await;
    customer.hears("If that is right, press 1").await;
    customer.keys("1").await;

    // He is awake, and takes it by text while his phone still rings.
    let agent = Phone::of_agent_who_is_called(browser).await;
    let page = agent.gets("SEV1 #").await;
    let ticket = digits_after(&page, "SEV1 #");
    agent.click("ACK").await;
    agent.gets(&format!("Yours: #{ticket}")).await;
    agent.is_silent().await;

    customer.hears("speak now").await;
    customer.speaks("The whole platform is down.", 60).await;
    stage.look("a call").await;
    customer.click("Hang up").await;
    customer.status("Call ended").await;

    agent.writes("CALL").await;
    agent.status("is calling").await;
    agent.click("Answer").await;
    agent.hears("To be connected, press 1").await;
    agent.keys("1").await;
    customer.status("is calling").await;
    customer.click("Answer").await;
    agent.status("Connected to another phone").await;
    agent.click("Hang up").await;
    agent.gets("Reached them?").await;
    agent.writes("DONE").await;
    agent.gets("callback noted").await;
    agent.writes("RESOLVE").await;
    agent.gets("is resolved").await;
    stage.look("the end").await;
    stage.close().await;
}
