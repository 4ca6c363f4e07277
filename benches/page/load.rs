//! Connections that keep a request under way each. The client does next to nothing: requests are bytes made before.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::carrier::length;
use crate::figures::{Times, now};

/// Connections at once.
pub const CONNECTIONS: usize = 64;

/// What came of a load.
#[derive(Clone)]
pub struct Loaded {
    /// Requests answered a second.
    pub a_second: f64,
    /// What each took.
    pub times: Times,
}

/// Posts all of `requests`, each once; every one must succeed.
pub async fn post_all(to: SocketAddr, requests: Vec<Vec<u8>>) -> Loaded {
    let count = requests.len();
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(Client::connect(to).await);
    }
    let began = now();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let (requests, next) = (requests.clone(), next.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let began = now();
                    client.post(request).await;
                    times.push(now() - began);
                }
                times
            })
        })
        .collect();
    let mut times: Vec<Duration> = Vec::with_capacity(count);
    for task in tasks {
        times.extend(task.await.expect("a client that ends"));
    }
    let took = now() - began;
    Loaded { a_second: count as f64 / took.as_secs_f64(), times: times.into_iter().collect() }
}

/// One connection.
pub struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    pub async fn connect(to: SocketAddr) -> Client {
        let stream = TcpStream::connect(to).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Client { stream, read: Vec::with_capacity(8192) }
    }

    /// Posts a request and waits for its answer.
    pub async fn post(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("a server that reads");
        self.read.clear();
        loop {
            let count = self.stream.read_buf(&mut self.read).await.expect("a server that answers");
            assert!(count > 0, "the server hung up");
            let text = String::from_utf8_lossy(&self.read);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            if body.len() >= length(head) {
                assert!(head.starts_with("HTTP/1.1 2"), "refused: {head}\n{body}");
                return;
            }
        }
    }
}
