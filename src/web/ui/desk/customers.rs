//! `/desks/{desk}/customers`: whom the desk supports, who of them may call, and who looks after them. How contacts are
//! reached is for who answers.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::change::as_was;
use super::{AtDesk, Place, encoded};
use crate::rules::access::Right;
use crate::rules::desk::{Contact, Customer};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// Customers on a page.
const ON_A_PAGE: usize = 50;

/// Which of them.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// What its name, key or a contact has in it; all, if it is empty.
    #[serde(default)]
    find: String,
    /// How many are passed over.
    #[serde(default)]
    after: usize,
}

/// A customer on the list.
struct Card {
    key: String,
    name: String,
    /// As it stands in an address.
    link: String,
    plan: Option<String>,
    /// Name and address.
    manager: Option<(String, String)>,
    /// Name, and how he is known, for who answers.
    contacts: Vec<(String, String)>,
    /// As JSON, for the form that takes it away.
    was: String,
}

#[derive(Template)]
#[template(path = "customers.html", config = "src/web/ui/askama.toml")]
struct List {
    frame: Frame,
    place: Place,
    desk_key: String,
    find: String,
    cards: Vec<Card>,
    /// Whether the desk has any.
    any: bool,
    earlier: Option<usize>,
    later: Option<usize>,
}

fn card(customer: &Customer, reached: bool, manages: bool) -> Card {
    let contact = |contact: &Contact| {
        let phones = contact.phones.iter().map(ToString::to_string);
        let ways: Vec<String> = phones.chain(contact.email.clone()).filter(|_| reached).collect();
        (contact.name.clone(), ways.join(", "))
    };
    Card {
        key: customer.key.to_string(),
        name: customer.name.clone(),
        link: encoded(&customer.name),
        plan: customer.plan.clone(),
        manager: customer.account_manager.as_ref().map(|kept| (kept.name.clone(), kept.email.clone())),
        contacts: customer.contacts.iter().map(contact).collect(),
        was: if manages { as_was(customer) } else { String::new() },
    }
}

fn is_found(customer: &Customer, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(&customer.name)
        || has(customer.key.as_str())
        || customer.contacts.iter().any(|contact| has(&contact.name))
}

/// All customers of a desk, or some.
pub(super) async fn list(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let principal = at.visiting.principal();
    let (reached, manages) = (principal.may(Right::Answer, &at.key), at.drafting.is_some());
    let wanted = asked.find.trim().to_lowercase();
    let mut found: Vec<&Customer> =
        at.desk().customers.iter().filter(|customer| is_found(customer, &wanted)).collect();
    found.sort_by_key(|customer| customer.name.to_lowercase());
    let shown = found.iter().skip(asked.after).take(ON_A_PAGE);
    let shown = List {
        frame: at.frame(),
        place: at.place(&app.site),
        desk_key: at.key.clone(),
        cards: shown.map(|customer| card(customer, reached, manages)).collect(),
        any: !at.desk().customers.is_empty(),
        earlier: (asked.after > 0).then(|| asked.after.saturating_sub(ON_A_PAGE)),
        later: Some(asked.after.saturating_add(ON_A_PAGE)).filter(|next| *next < found.len()),
        find: asked.find,
    };
    Ok(page(StatusCode::OK, &shown))
}
