//! `/`: who one is, one's desks, and where to go next.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::visit::Visiting;
use super::{Frame, page};
use crate::rules::access::{Right, Role};
use crate::web::App;

struct DeskCard {
    key: String,
    name: String,
    role: Role,
    rotas: Vec<(String, Option<String>)>,
    audit: bool,
}

#[derive(Template)]
#[template(path = "home.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    name: String,
    email: String,
    desks: Vec<DeskCard>,
    /// Whether there is any desk, his or not.
    any_desk: bool,
    administers: bool,
    second_factor: bool,
}

/// The start.
pub(super) async fn show(State(app): State<App>, visiting: Visiting) -> Response {
    let all = app.acts().desks();
    let now = app.acts().clock().now();
    let principal = visiting.principal();
    let card = |desk: &std::sync::Arc<crate::rules::desk::Desk>| {
        let key = desk.key.as_str();
        let role = principal.role_at(key)?;
        let named = |(rota, agent): (String, Option<_>)| {
            let agent = agent.and_then(|agent| desk.agent(&agent)).map(|agent| agent.name.clone());
            (rota, agent)
        };
        Some(DeskCard {
            key: key.to_owned(),
            name: desk.name.clone(),
            role,
            rotas: app.acts().on_call(desk, now).into_iter().map(named).collect(),
            audit: role.may(Right::Manage),
        })
    };
    let account = &visiting.visitor.account;
    let home = Page {
        name: account.name.clone(),
        email: account.email.to_string(),
        desks: all.all().filter_map(card).collect(),
        any_desk: all.all().next().is_some(),
        administers: principal.may_everywhere(Right::Administer),
        second_factor: account.second_factor,
        frame: visiting.frame,
    };
    page(StatusCode::OK, &home)
}
