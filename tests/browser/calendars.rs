//! Calendars that are kept elsewhere, in a browser: an agent's leave is taken from one, which then cannot be read any more,
//! and a rota is taken over from another. The server of calendars is one of this machine, which the demonstration may read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::person::Person;
use crate::stage::{Stage, Window};
use crate::timeline::monday;

const DESK: &str = "/desks/reservations";

/// Serves calendars by their addresses' last part, until it is told that they are withdrawn.
struct Server {
    address: String,
    withdrawn: Arc<AtomicBool>,
}

impl Server {
    async fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/private-4f2a", listener.local_addr().unwrap());
        let withdrawn = Arc::new(AtomicBool::new(false));
        let gone = withdrawn.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 4096];
                let read = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let (status, body) = match (gone.load(Ordering::SeqCst), request.contains("/rota.ics ")) {
                    (true, _) => ("404 Not Found", String::new()),
                    (false, true) => ("200 OK", rota()),
                    (false, false) => ("200 OK", absences()),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        Server { address, withdrawn }
    }
}

fn calendar(events: impl IntoIterator<Item = String>) -> String {
    let event = |lines: String| format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n");
    format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", events.into_iter().map(event).collect::<String>())
}

/// A week at the sea, a day that is free, and what only some clocks know.
fn absences() -> String {
    let day = |weeks| monday(weeks).format("%Y%m%d").to_string();
    calendar([
        format!("SUMMARY:Sea\r\nDTSTART;VALUE=DATE:{}\r\nDTEND;VALUE=DATE:{}", day(2), day(6)),
        format!("SUMMARY:Birthday\r\nTRANSP:TRANSPARENT\r\nDTSTART;VALUE=DATE:{}", day(3)),
        format!("SUMMARY:Talk\r\nDTSTART;TZID=Mars/Olympus:{}T090000\r\nDURATION:PT1H", day(4)),
    ])
}

/// Ben and Cleo take turns; of somebody else nobody has heard.
fn rota() -> String {
    let people = ["Ben Frost", "Cleo Hart", "Ben Frost", "Cleo Hart", "Zoe Lane"];
    calendar((1..).zip(people).map(|(week, who)| {
        let day = monday(week).format("%Y%m%d");
        format!("SUMMARY:{who}\r\nDTSTART;TZID=Eastern Standard Time:{day}T090000\r\nDURATION:P1W")
    }))
}

async fn takes_over_what_is_kept_elsewhere(window: Window) {
    let stage = Stage::open(window).await;
    let server = Server::start().await;
    let ada = Person::before(&stage);
    ada.moves_in("ada@example.com").await;
    ada.opens(&format!("{DESK}/leave")).await;
    ada.sees("Leave").await;
    stage.look("leave without a calendar").await;
    ada.clicks("Take leave from a calendar").await;
    ada.sees("Leave from a calendar").await;
    ada.sets("Whose", "Ada Moss").await;
    ada.writes("Its address", "http://169.254.169.254/latest/meta-data/").await;
    ada.clicks("Look at it").await;
    ada.reads("The address leads into a private network").await;
    stage.look("a calendar inside").await;
    ada.writes("Its address", &format!("{}/away.ics", server.address)).await;
    ada.clicks("Look at it").await;
    ada.reads("2 events do not count").await;
    ada.takes("//summary[contains(., 'do not count')]").await;
    ada.reads("it is marked as free").await;
    stage.look("a calendar of leave").await;
    ada.clicks("Keep it").await;
    ada.reads("from a calendar").await;
    ada.reads("Ada Moss is on leave, and on call by").await;
    stage.look("leave from a calendar").await;

    server.withdrawn.store(true, Ordering::SeqCst);
    ada.opens(&format!("{DESK}/leave/calendar?agent=ada")).await;
    ada.clicks("Read it now").await;
    let failed = "if (!window.asking) {
             window.asking = true;
             fetch(location.href).then((page) => page.text()).then((text) => {
               window.failed = text.includes('cannot be read since');
               window.asking = false;
             });
           }
           return window.failed";
    stage.browser.until("the engine to find it withdrawn", failed, json!([])).await;
    ada.opens(&format!("{DESK}/leave/calendar?agent=ada")).await;
    ada.reads("it may have been withdrawn").await;
    stage.look("a calendar that cannot be read").await;
    ada.opens(&format!("{DESK}/leave")).await;
    ada.reads("Ada Moss is on leave, and on call by").await;
    stage.look("leave of a calendar that cannot be read").await;

    server.withdrawn.store(false, Ordering::SeqCst);
    ada.opens(&format!("{DESK}/rotas/primary/import")).await;
    ada.sees("A calendar for primary").await;
    stage.look("a rota from elsewhere").await;
    ada.writes("Or its address", &format!("{}/rota.ics", server.address)).await;
    ada.clicks("Look at it").await;
    ada.reads("Ben Frost, Cleo Hart, every week at 09:00").await;
    ada.reads("Zoe Lane").await;
    ada.reads("it names no agent of this desk").await;
    stage.look("a rota that was understood").await;
    ada.clicks("Lay these turns on top, in the draft").await;
    ada.sees("primary").await;
    stage.close_after(&[422]).await;
}

#[tokio::test]
async fn calendars_at_a_desk() {
    takes_over_what_is_kept_elsewhere(Window::Desktop).await;
}

#[tokio::test]
async fn calendars_in_a_hand() {
    takes_over_what_is_kept_elsewhere(Window::Hand).await;
}
