//! The night board in a browser: an emergency appears on it by itself, counts down, and is taken with one tap.

use serde_json::json;

use crate::person::Person;
use crate::phone::Phone;
use crate::stage::{Stage, Window};

async fn lives_through_an_emergency(window: Window) {
    let stage = Stage::open(window).await;
    let (browser, ada) = (&stage.browser, Person::before(&stage));
    let phones = stage.open_window().await;
    // By her address she is the desk's agent.
    ada.moves_in("ada@reservations.example.com").await;
    ada.clicks("Board").await;
    ada.sees("Night board").await;
    ada.reads("All quiet").await;
    let live = "return document.getElementById('pulse').innerText === 'Live'";
    browser.until("the board to be live", live, json!([])).await;
    stage.look("a quiet board").await;
    // A page that is loaded again has forgotten it.
    browser.run("window.sameAsBefore = true", json!([])).await;

    let board = browser.turn_to(&phones).await;
    let customer = Phone::customer(browser);
    customer.click("Dial").await;
    customer.hears("Severity 1 means").await;
    customer.keys("1").await;
    customer.hears("To be called back on").await;
    customer.keyboard("1").await;
    customer.keyboard("#").await;
    customer.hears("being paged now").await;

    browser.turn_to(&board).await;
    ada.reads("phone is ringing").await;
    ada.reads("Nobody has it: step 1 of 2").await;
    let said = "return document.getElementById('said').innerText.startsWith('New emergency: SEV1 #1001')";
    browser.until("the emergency to be said aloud", said, json!([])).await;
    let counts = "const time = document.querySelector('time[data-until]')?.innerText;
        window.first ??= time;
        return time && /^[0-4]:[0-5][0-9]$/.test(time) && time !== window.first";
    browser.until("the countdown to go on", counts, json!([])).await;
    assert_eq!(browser.run("return window.sameAsBefore", json!([])).await, json!(true));
    stage.look("an emergency on the board").await;
    ada.clicks("Take it").await;
    ada.reads("#1001 is yours").await;
    ada.reads("Ada Moss has it and has not called back").await;
    browser.turn_to(&phones).await;
    let silent = "return document.querySelectorAll('.agents .phone.rings').length === 0";
    browser.until("every agent's phone to be silent", silent, json!([])).await;
    customer.click("Hang up").await;

    browser.turn_to(&board).await;
    stage.look("a board after an acknowledgement").await;
    browser.click("//summary[normalize-space() = 'Hand over']").await;
    ada.reads("Ben Frost").await;
    stage.look("whom to hand it over").await;
    ada.opens("/board?wall").await;
    ada.sees("Night board").await;
    ada.reads("Ada Moss has it and has not called back").await;
    stage.look("a board on a wall").await;
    ada.opens("/tickets").await;
    ada.sees("Tickets").await;
    stage.look("tickets").await;
    browser.click("//main//a[contains(., '#1001')]").await;
    ada.reads("What happened").await;
    stage.look("a ticket").await;
    stage.close().await;
}

#[tokio::test]
async fn the_board_at_a_desk() {
    lives_through_an_emergency(Window::Desktop).await;
}

#[tokio::test]
async fn the_board_in_a_hand() {
    lives_through_an_emergency(Window::Hand).await;
}
