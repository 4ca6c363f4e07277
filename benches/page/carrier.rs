//! A carrier that takes everything: plain threads on plain sockets, so that noting the first byte of a request waits for
//! no runtime that the gateway keeps busy.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::figures::now;

static SIDS: AtomicU64 = AtomicU64::new(1);

/// A request to send or call.
#[derive(Debug)]
pub struct Arrival {
    /// When its first byte was there.
    pub at: Instant,
    /// Its form.
    pub form: String,
}

/// A carrier that listens.
pub struct Carrier {
    /// Where, without a slash at its end.
    pub url: String,
    arrivals: UnboundedReceiver<Arrival>,
}

impl Carrier {
    /// One that takes `delay` to answer.
    pub fn start(delay: Duration) -> Carrier {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let (tell, arrivals) = unbounded_channel();
        // It ends with the process.
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let tell = tell.clone();
                thread::spawn(move || serve(connection, delay, &tell));
            }
        });
        Carrier { url, arrivals }
    }

    /// The next request.
    pub async fn next(&mut self) -> Arrival {
        let next = tokio::time::timeout(Duration::from_secs(30), self.arrivals.recv()).await;
        next.expect("a request within half a minute").expect("a carrier that listens")
    }

    /// Forgets what has come.
    pub fn forget(&mut self) {
        while self.arrivals.try_recv().is_ok() {}
    }
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is real time")]
fn serve(mut connection: TcpStream, delay: Duration, tell: &UnboundedSender<Arrival>) {
    let _ = connection.set_nodelay(true);
    let mut read = Vec::new();
    let mut chunk = [0; 8192];
    let mut first = None;
    loop {
        match connection.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                let at = *first.get_or_insert_with(now);
                read.extend_from_slice(&chunk[..count]);
                let Some((head, body)) = whole(&read) else { continue };
                let sid = SIDS.fetch_add(1, Ordering::Relaxed);
                let answer = if head.starts_with("POST") {
                    let _ = tell.send(Arrival { at, form: body.to_owned() });
                    thread::sleep(delay);
                    let kind = if head.contains("/Messages") { "SM" } else { "CA" };
                    format!("{{\"sid\":\"{kind}{sid:032x}\",\"status\":\"queued\"}}")
                } else if head.contains("/Messages") {
                    "{\"messages\":[]}".to_owned()
                } else {
                    "{\"calls\":[]}".to_owned()
                };
                let answer = format!(
                    "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
                    answer.len()
                );
                if connection.write_all(answer.as_bytes()).is_err() {
                    return;
                }
                read.clear();
                first = None;
            }
        }
    }
}

/// A whole request: its head and its body.
fn whole(read: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    (body.len() >= length(head)).then_some((head, body))
}

/// What a head says of its body's length.
pub fn length(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut named = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    named.next().and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0)
}
