//! Somebody before a page while a night is lived: he sees the board change, and presses what he is shown.

use std::cell::RefCell;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt;
use nightbell::act::By;
use nightbell::rules::access::{Role, Scope};
use tower::ServiceExt;

use super::World;

/// What everybody signs in with.
pub const PASSWORD: &str = "three quiet geese at noon";

/// How long something may take that is awaited, in real time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser that is signed in.
pub struct Screen {
    world: World,
    origin: String,
    cookie: RefCell<String>,
}

/// What came back.
pub struct Seen {
    pub status: StatusCode,
    pub location: String,
    pub body: String,
}

impl Screen {
    /// Of somebody with that address who has that role at a desk, or at every one.
    pub async fn of(world: &World, email: &str, role: Role, desk: impl Into<Option<&str>>) -> Screen {
        let (email, scope) = (email.parse().unwrap(), Scope::of(desk.into()));
        let secret = world.acts().invite(By::command_line(), email, role, scope).await.unwrap();
        let screen =
            Screen { world: world.clone(), origin: world.address().into(), cookie: RefCell::default() };
        let name = format!("Holder of {role}");
        let joined =
            screen.post(&format!("/join/{secret}"), &[("name", &name), ("password", PASSWORD)]).await;
        assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.body);
        screen
    }

    async fn ask(&self, request: Request<Body>) -> axum::response::Response {
        let answer = self.world.router().oneshot(request).await.unwrap();
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE) {
            *self.cookie.borrow_mut() = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        answer
    }

    async fn seen(&self, request: Request<Body>) -> Seen {
        let answer = self.ask(request).await;
        let status = answer.status();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Seen { status, location, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Seen {
        let request = Request::get(path).header(header::COOKIE, &*self.cookie.borrow()).body(Body::empty());
        self.seen(request.unwrap()).await
    }

    /// Opens a page, which there is.
    pub async fn opens(&self, path: &str) -> String {
        let seen = self.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
        seen.body
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::COOKIE, &*self.cookie.borrow())
            .header(header::ORIGIN, &self.origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.seen(request.unwrap()).await
    }

    /// Presses a button about a ticket, by the state that he has seen; the gateway and the carrier do what follows, and he
    /// is led to the page that tells what came of it.
    pub async fn presses(&self, ticket: &str, fields: &[(&str, &str)]) -> Seen {
        let answer = self.post(&format!("/tickets/{ticket}/commands"), fields).await;
        self.world.settle().await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        self.get(&answer.location).await
    }

    /// Watches the board from now on.
    pub async fn watches(&self, query: &str) -> Stream {
        let path = format!("/board/events{query}");
        let request = Request::get(path).header(header::COOKIE, &*self.cookie.borrow()).body(Body::empty());
        let answer = self.ask(request.unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        Stream::of(answer.into_body())
    }

    /// The only ticket on his board, and the state of it that he sees.
    pub async fn ticket(&self) -> (String, String) {
        let board = self.get("/board").await;
        (board.between("id=\"t-", "\""), board.between("name=\"seen\" value=\"", "\""))
    }
}

impl Seen {
    /// It is that, and says all of this.
    #[track_caller]
    pub fn says(&self, status: StatusCode, parts: &[&str]) {
        assert_eq!(self.status, status, "{}", self.body);
        for part in parts {
            assert!(self.body.contains(part), "{part} in {}", self.body);
        }
    }

    /// It does not say that.
    #[track_caller]
    pub fn hides(&self, parts: &[&str]) {
        for part in parts {
            assert!(!self.body.contains(part), "{part} in {}", self.body);
        }
    }

    /// What stands between two texts, the first time.
    #[track_caller]
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("{before} in {}", self.body));
        rest.split_once(after).unwrap().0.to_owned()
    }
}

/// A board that is being watched.
pub struct Stream {
    body: BodyDataStream,
    heard: String,
}

/// What was sent: what kind of thing it is, and what.
#[derive(Debug)]
struct Sent {
    event: String,
    data: String,
}

impl Stream {
    /// Of an answer.
    pub fn of(body: Body) -> Stream {
        Stream { body: body.into_data_stream(), heard: String::new() }
    }

    /// What is sent next; none at the end.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some((one, rest)) = self.heard.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = one.lines().filter_map(|line| line.strip_prefix(name));
                    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
                };
                let sent = Sent { event: field("event:"), data: field("data:") };
                self.heard = rest.to_owned();
                return Some(sent);
            }
            let more = tokio::time::timeout(PATIENCE, self.body.next()).await;
            let more = more.unwrap_or_else(|_| panic!("nothing was sent; heard: {}", self.heard))?;
            self.heard.push_str(std::str::from_utf8(&more.unwrap()).unwrap());
        }
    }

    /// The next board.
    pub async fn board(&mut self) -> Seen {
        loop {
            let sent = self.next().await.unwrap_or_else(|| panic!("the stream ended"));
            match &*sent.event {
                "board" => {
                    return Seen { status: StatusCode::OK, location: String::new(), body: sent.data };
                }
                // On a busy machine the database may take its time; the next board comes all the same.
                "beat" | "stale" => {}
                other => panic!("instead of a board came {other}: {}", sent.data),
            }
        }
    }

    /// No board comes any more: he is told that he is out, and it ends.
    pub async fn is_over(&mut self) {
        let mut last = self.next().await.unwrap();
        while matches!(&*last.event, "beat" | "stale") {
            last = self.next().await.unwrap();
        }
        assert_eq!((&*last.event, &*last.data), ("over", "signed out"));
        assert!(self.next().await.is_none());
    }

    /// The next board on which all of this stands.
    pub async fn until(&mut self, parts: &[&str]) -> Seen {
        loop {
            let board = self.board().await;
            if parts.iter().all(|part| board.body.contains(part)) {
                return board;
            }
        }
    }
}
