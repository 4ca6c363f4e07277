//! `/board`: the night board, for a desk or for all of one's own; `/board/events`: the same as it changes, as
//! server-sent events of HTML that board.js puts in its place. Without script the page is right at the moment at which it
//! was opened.
//!
//! - `live`: who looks at the database for all; `view`: what one person may see of it.

mod live;
mod view;

use std::convert::Infallible;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, unfold};
use tokio::sync::watch;
use tokio::time::timeout;

use super::tickets::outcome;
use super::trouble::Trouble;
use super::visit::{Cookie, Visiting};
use super::{Frame, page};
use crate::act::{Commander, Origin};
use crate::rules::access::Right;
use crate::web::App;
use crate::web::hold::{Failure, in_time};
use crate::web::ui::asked::Query;
pub(in crate::web) use live::Live;
use live::{Moment, Seat};
use view::{Asked, View};

/// How often a browser hears that it is still connected, and whoever it is that he may still see what he sees.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Template)]
#[template(path = "board.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    outcome: Option<(bool, String)>,
    view: View,
    /// The desks that can be chosen.
    choices: Vec<(String, String)>,
    events: String,
    wall_address: String,
    plain_address: String,
}

#[derive(Template)]
#[template(path = "board_live.html", config = "src/web/ui/askama.toml")]
struct Fragment {
    view: View,
}

/// What was just done, and with which ticket.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
    #[serde(default)]
    ticket: String,
}

/// The board.
pub(super) async fn show(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let who = visiting.commander();
    let desks = app.acts().desks();
    if !asked.is_for(&who, &desks) {
        return Err(Trouble::NotFound);
    }
    let moment = Moment::now(&app).await?;
    let outcome = match done.done.is_empty() {
        true => None,
        false => outcome_of(&app, &who, &done).await?,
    };
    let may_see = |key: &str| who.principal.may(Right::See, key);
    let choices = desks.all().filter(|desk| may_see(desk.key.as_str()));
    let choices = choices.map(|desk| (desk.key.as_str().to_owned(), desk.name.clone())).collect();
    let with = |path: &str, asked: &Asked| match asked.query() {
        query if query.is_empty() => format!("{}{path}", app.site.base()),
        query => format!("{}{path}?{query}", app.site.base()),
    };
    let shown = Page {
        outcome,
        view: View::of(&app, &who, &asked, &moment),
        choices,
        events: with("/board/events", &asked),
        wall_address: with("/board", &Asked { wall: Some(String::new()), ..asked.clone() }),
        plain_address: with("/board", &Asked { wall: None, ..asked.clone() }),
        frame: visiting.frame,
    };
    Ok(page(StatusCode::OK, &shown))
}

/// What came of a command that was given on the board.
async fn outcome_of(app: &App, who: &Commander, done: &Done) -> Result<Option<(bool, String)>, Trouble> {
    let id = crate::rules::ticket::TicketId::from_text(done.ticket.clone());
    let found = in_time(app.acts().ticket_of_id(&id)).await?;
    let found = found.filter(|view| who.principal.may(Right::See, &view.case.ticket.desk));
    let desks = app.acts().desks();
    Ok(found.and_then(|view| outcome(&done.done, &view.case, desks.by_key(&view.case.ticket.desk)?)))
}

/// The board as it changes.
pub(super) async fn events(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    visiting: Result<Visiting, Trouble>,
) -> Result<Response, Trouble> {
    let visiting = match visiting {
        Ok(visiting) => visiting,
        // A browser would ask again and again for a page that is no stream.
        Err(Trouble::SignIn(_)) => return Ok(streamed(stream::once(async { Ok(over()) }))),
        Err(trouble) => return Err(trouble),
    };
    let who = visiting.commander();
    if !asked.is_for(&who, &app.acts().desks()) {
        return Err(Trouble::NotFound);
    }
    // He was let in by it.
    let secret = Cookie::Session.read(&app.site, &headers).ok_or(Trouble::SignIn("/board".into()))?;
    let seat = app.live.seat(&visiting.visitor.account.id).ok_or(Trouble::TooMany)?;
    let news = Live::watch(&app);
    let origin = visiting.origin;
    let watcher =
        Watcher { app, asked, secret, origin, news, last: String::new(), _seat: seat, ended: false };
    let stream = unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok::<Event, Infallible>(event), watcher))
    });
    Ok(streamed(stream))
}

fn streamed(stream: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    // A proxy that keeps what it should pass on would make it a board of yesterday.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))];
    (unbuffered, Sse::new(stream)).into_response()
}

/// The end, for who is signed out or may see it no more.
fn over() -> Event {
    Event::default().event("over").data("signed out")
}

/// Somebody before the board.
struct Watcher {
    app: App,
    asked: Asked,
    /// Of his session: whoever he is and what he may is asked for before each thing that is sent to him.
    secret: String,
    origin: Origin,
    news: watch::Receiver<Option<Arc<Moment>>>,
    /// What he was shown last.
    last: String,
    _seat: Seat,
    ended: bool,
}

impl Watcher {
    /// What he is sent next; none at the end.
    async fn next(&mut self) -> Option<Event> {
        if self.ended {
            return None;
        }
        loop {
            let closing = self.app.web.closing.clone();
            let first = self.last.is_empty();
            let awaited = tokio::select! {
                () = closing.cancelled() => return None,
                moment = timeout(HEARTBEAT, self.moment(first)) => moment,
            };
            let now = self.app.acts().clock().now().0.to_string();
            let who = match self.who().await {
                Ok(Some(who)) => who,
                Ok(None) => {
                    self.ended = true;
                    return Some(over());
                }
                // Whether he may see it cannot be told: he is shown nothing new.
                Err(_) => return Some(Event::default().event("stale").data("the database does not answer")),
            };
            match awaited {
                // Whoever looked is gone; the browser comes back and finds another.
                Ok(None) => return None,
                Err(_) => return Some(Event::default().event("beat").id(&now).data(&now)),
                Ok(Some(moment)) => {
                    let view = View::of(&self.app, &who, &self.asked, &moment);
                    let html = Fragment { view }.render().ok()?;
                    // What changed may be none of his.
                    if html != self.last {
                        self.last.clone_from(&html);
                        return Some(Event::default().event("board").id(now).data(html));
                    }
                }
            }
        }
    }

    /// The next moment; for the first time, the present one.
    async fn moment(&mut self, first: bool) -> Option<Arc<Moment>> {
        loop {
            if first && let Some(moment) = self.news.borrow_and_update().clone() {
                return Some(moment);
            }
            self.news.changed().await.ok()?;
            if let Some(moment) = self.news.borrow_and_update().clone() {
                return Some(moment);
            }
        }
    }

    /// Who he is now; nobody, if he may not see this board any more.
    async fn who(&self) -> Result<Option<Commander>, Failure> {
        let visitor = in_time(self.app.acts().visitor(&self.secret)).await?;
        let who = visitor.map(|visitor| Commander::visiting(&visitor, &self.origin));
        Ok(who.filter(|who| self.asked.is_for(who, &self.app.acts().desks())))
    }
}
