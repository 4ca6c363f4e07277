//! A manager keeps a desk: its hours and holidays, its policies, agents and lines, each by its page and into the draft.
//! The clock stands at Wednesday, 18 November 2026, 6:06 in New York.

mod agents;
mod hours;
mod lines;
mod policies;
mod recordings;
mod what_if;

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use super::{Browser, Site};

pub async fn manager(site: &Site) -> Browser<'_> {
    site.somebody("mona", Role::Manager, Some("reservations")).await
}

/// The edits of the draft, as its page tells them.
pub async fn draft(browser: &Browser<'_>, told: &[&str]) {
    browser.get("/desks/reservations/draft").await.says(StatusCode::OK, told);
}

/// Who may look on sees the page and none of its buttons; a manager of another desk sees nothing.
pub async fn is_only_to_be_looked_at(site: &Site, page: &str, forms: &[&str]) {
    let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
    let nora = site.somebody("nora", Role::Manager, Some("night")).await;
    let seen = vera.get(page).await;
    seen.says(StatusCode::OK, &[]);
    seen.hides(&["<form method=\"post\" action=\"/desks/", "class=\"button\""]);
    nora.get(page).await.says(StatusCode::NOT_FOUND, &[]);
    for form in forms {
        vera.get(form).await.says(StatusCode::FORBIDDEN, &[]);
        vera.post(form, &[("was", "{}")]).await.says(StatusCode::FORBIDDEN, &[]);
        nora.get(form).await.says(StatusCode::NOT_FOUND, &[]);
        nora.post(form, &[("was", "{}")]).await.says(StatusCode::NOT_FOUND, &[]);
    }
}
