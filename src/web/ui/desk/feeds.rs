//! `/desks/{desk}/feeds`: addresses at which calendar programs read who is on call. Whoever sees the desk makes his own;
//! who manages it sees everybody's, and ends them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::when::Wall;
use super::{AtDesk, Place};
use crate::act::{FEEDS_SHOWN, Feed, FeedAbout, FeedError, FeedId};
use crate::clock::Timestamp;
use crate::rules::account::AccountId;
use crate::web::App;
use crate::web::hold::{in_time, tried};
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<i64>,
}

struct Row {
    id: String,
    told: String,
    made: String,
    /// Who made it, if it was somebody else.
    by: Option<String>,
    used: Option<String>,
}

#[derive(Template)]
#[template(path = "feeds.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    errors: Errors,
    rows: Vec<Row>,
    older: Option<i64>,
    /// What a feed can be about: how a form says it, and in words.
    rotas: Vec<(String, String)>,
    agents: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "feed.html", config = "src/web/ui/askama.toml")]
struct Made {
    frame: Frame,
    place: Place,
    told: String,
    address: String,
}

/// Whose feeds somebody sees and ends: his own, or as a manager all.
fn own(at: &AtDesk) -> Option<&AccountId> {
    at.drafting.is_none().then_some(&at.visiting.visitor.account.id)
}

fn told(at: &AtDesk, about: Option<&FeedAbout>) -> String {
    match about {
        Some(FeedAbout::Rota(rota)) => format!("The rota {rota}"),
        Some(FeedAbout::Agent(agent)) => format!("{}, by every rota", at.live.name_of(agent)),
        None => "What is no more".to_owned(),
    }
}

async fn list_of(app: &App, at: &AtDesk, errors: Errors, before: Option<i64>) -> Result<Response, Trouble> {
    let before = before.map_or(Timestamp::NEVER, Timestamp);
    let mut feeds = in_time(app.acts().feeds(&at.key, own(at), before)).await?;
    let more = feeds.len() > FEEDS_SHOWN;
    feeds.truncate(FEEDS_SHOWN);
    let older = feeds.last().filter(|_| more).map(|last| last.created_at.0);
    let me = &at.visiting.visitor.account.id;
    let others = feeds.iter().any(|feed| feed.created_by != *me);
    let accounts = if others { in_time(app.acts().accounts()).await? } else { Vec::new() };
    let wall = Wall::new(app.acts().book(), at.live.zone());
    let row = |feed: Feed| Row {
        told: told(at, feed.about().as_ref()),
        made: wall.told(feed.created_at),
        by: accounts
            .iter()
            .find(|account| account.id == feed.created_by && account.id != *me)
            .map(|account| account.name.clone()),
        used: feed.last_used_at.map(|used| wall.told(used)),
        id: feed.id.as_str().to_owned(),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rotas =
        at.live.rotas.iter().map(|rota| (format!("rota:{}", rota.name), format!("The rota {}", rota.name)));
    let agents = at.live.agents.iter().map(|agent| (format!("agent:{}", agent.key), agent.name.clone()));
    let list = List {
        frame: at.frame(),
        place: at.place(&app.site),
        errors,
        rows: feeds.into_iter().map(row).collect(),
        older,
        rotas: rotas.collect(),
        agents: agents.collect(),
    };
    Ok(page(status, &list))
}

/// The feeds that somebody may see.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    list_of(&app, &at, Errors::default(), asked.before).await
}

/// Makes one, and shows its address this once.
pub(super) async fn make(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let about = match fields.get("about").split_once(':') {
        Some(("rota", rota)) => Some(FeedAbout::Rota(rota.to_owned())),
        Some(("agent", agent)) => agent.parse().ok().map(FeedAbout::Agent),
        _ => None,
    };
    let Some(about) = about else {
        return list_of(&app, &at, Errors::one("about", "Choose whose shifts it shows."), None).await;
    };
    let made =
        app.acts().make_feed(at.visiting.by(), &at.visiting.visitor.account.id, &at.key, about.clone());
    match tried(made).await? {
        Ok(secret) => {
            let made = Made {
                frame: at.frame(),
                place: at.place(&app.site),
                told: told(&at, Some(&about)),
                address: app.site.address(&format!("/calendar/{secret}.ics")),
            };
            Ok(page(StatusCode::OK, &made))
        }
        Err(FeedError::Act(error)) => Err(error.into()),
        Err(error) => list_of(&app, &at, Errors::one("about", error), None).await,
    }
}

/// Ends one: programs that have its address get nothing any more.
pub(super) async fn end(
    State(app): State<App>,
    Path((desk, id)): Path<(String, String)>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let id = FeedId::from_text(id);
    let ended = app.acts().end_feed(at.visiting.by(), &at.key, &id, own(&at));
    match in_time(ended).await? {
        true => Ok(app.site.to(&at.path("/feeds"))),
        false => Err(Trouble::NotFound),
    }
}
