//! `/desks/{desk}/customers/form`: the form of a customer, with its contacts.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::change::{PartField, Section, as_was, drafted, drafted_or_told, was};
use super::{AtDesk, Place};
use crate::rules::desk::edit::{Change, Edit};
use crate::rules::desk::{AccountManager, Contact, Customer, CustomerKey};
use crate::web::App;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// Contacts that are offered beside those that are there.
const SPARE: usize = 2;

/// The most contacts that the form takes; who needs more writes them into the file.
const MOST: usize = 40;

/// Which customer is meant.
#[derive(Deserialize)]
pub(super) struct Which {
    /// By its key; none is a new one.
    #[serde(default)]
    customer: String,
}

/// A contact's fields.
#[derive(Clone, Default)]
struct ContactField {
    name: String,
    phones: String,
    email: String,
    language: String,
}

#[derive(Template)]
#[template(path = "customer.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    errors: Errors,
    /// As it is, as JSON; empty for a new one.
    was: String,
    key: String,
    name: String,
    plan: String,
    /// The plans of the desk's other customers.
    plans: Vec<String>,
    manager: String,
    manager_email: String,
    contacts: Vec<ContactField>,
}

impl Page {
    fn of(app: &App, at: &AtDesk, errors: Errors, was: String) -> Page {
        let mut plans: Vec<String> =
            at.desk().customers.iter().filter_map(|customer| customer.plan.clone()).collect();
        plans.sort();
        plans.dedup();
        Page {
            frame: at.frame(),
            place: at.place(&app.site),
            errors,
            was,
            key: String::new(),
            name: String::new(),
            plan: String::new(),
            plans,
            manager: String::new(),
            manager_email: String::new(),
            contacts: Vec::new(),
        }
    }

    fn with_spare(mut self) -> Page {
        let wanted = (self.contacts.len() + SPARE).min(MOST.max(self.contacts.len()));
        self.contacts.resize(wanted, ContactField::default());
        self
    }
}

/// The fields of its parts in the file.
const FIELDS: &[PartField] =
    &[("name", "name"), ("plan", "plan"), ("account_manager", "manager"), ("contact", "contact")];

/// The form of a customer.
pub(super) async fn ask(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(which): Query<Which>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let Some(key) = Some(which.customer).filter(|key| !key.is_empty()) else {
        let form = Page::of(&app, &at, Errors::default(), String::new()).with_spare();
        return Ok(page(StatusCode::OK, &form));
    };
    let key: CustomerKey = key.parse().map_err(|_| Trouble::NotFound)?;
    let was = at.desk().customer(&key).ok_or(Trouble::NotFound)?;
    let field = |contact: &Contact| ContactField {
        name: contact.name.clone(),
        phones: contact.phones.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        email: contact.email.clone().unwrap_or_default(),
        language: contact.language.clone().unwrap_or_default(),
    };
    let manager = was.account_manager.as_ref();
    let form = Page {
        key: was.key.to_string(),
        name: was.name.clone(),
        plan: was.plan.clone().unwrap_or_default(),
        manager: manager.map(|kept| kept.name.clone()).unwrap_or_default(),
        manager_email: manager.map(|kept| kept.email.clone()).unwrap_or_default(),
        contacts: was.contacts.iter().map(field).collect(),
        ..Page::of(&app, &at, Errors::default(), as_was(was))
    };
    Ok(page(StatusCode::OK, &form.with_spare()))
}

/// The contacts as somebody wrote them; a row that is empty is none.
fn written(fields: &Fields) -> Vec<ContactField> {
    // A form that was drawn before there were languages has none.
    let languages = fields.all("language").chain(std::iter::repeat(""));
    let rows = fields.all("contact").zip(fields.all("phones")).zip(fields.all("email").zip(languages));
    let row = |((name, phones), (email, language)): ((&str, &str), (&str, &str))| ContactField {
        name: name.trim().to_owned(),
        phones: phones.trim().to_owned(),
        email: email.trim().to_owned(),
        language: language.trim().to_owned(),
    };
    let is_written =
        |row: &ContactField| !(row.name.is_empty() && row.phones.is_empty() && row.email.is_empty());
    rows.map(row).filter(is_written).take(MOST).collect()
}

fn contact(at: &AtDesk, row: &ContactField, errors: &mut Errors) -> Contact {
    if row.name.is_empty() {
        errors.note("contact", "Each contact has a name.");
    }
    let mut phones = Vec::new();
    for text in row.phones.split([',', ';']).map(str::trim).filter(|text| !text.is_empty()) {
        match at.desk().number_plan().parse_dialled(text) {
            Ok(number) => phones.push(number),
            Err(problem) => errors.note("contact", format!("{text} cannot be called: {problem}.")),
        }
    }
    let email = Some(row.email.clone()).filter(|email| !email.is_empty());
    if phones.is_empty() && email.is_none() && errors.of("contact").is_none() {
        errors.note("contact", format!("{} is known by nothing: give a number or an address.", row.name));
    }
    let language = Some(row.language.clone()).filter(|language| !language.is_empty());
    Contact { name: row.name.clone(), phones, email, language }
}

/// The customer that the fields describe, or what is wrong with them.
fn read(at: &AtDesk, was: Option<&Customer>, fields: &Fields, errors: &mut Errors) -> Option<Customer> {
    let text = |name: &str| fields.get(name).trim().to_owned();
    let key = match was {
        Some(was) => Some(was.key.clone()),
        None => match text("key").parse::<CustomerKey>() {
            Ok(key) => Some(key),
            Err(misread) => {
                errors.note("key", format!("{}: {}.", misread.what, misread.remedy));
                None
            }
        },
    };
    if text("name").is_empty() {
        errors.note("name", "Write the name by which people know it.");
    }
    let account_manager = match (text("manager"), text("manager_email")) {
        (name, email) if name.is_empty() && email.is_empty() => None,
        (name, email) if name.is_empty() || email.is_empty() => {
            errors.note("manager", "Write the name and the address, or neither.");
            None
        }
        (name, email) => Some(AccountManager { name, email }),
    };
    let contacts = written(fields).iter().map(|row| contact(at, row, errors)).collect();
    let plan = Some(text("plan")).filter(|plan| !plan.is_empty());
    let customer = Customer { key: key?, name: text("name"), contacts, account_manager, plan };
    Some(customer).filter(|_| errors.is_empty())
}

/// Puts a customer into the draft.
pub(super) async fn put(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Customer>(&fields)?;
    let text = |name: &str| fields.get(name).to_owned();
    let key = was.as_ref().map_or_else(|| text("key"), |was| was.key.to_string());
    let mut errors = Errors::default();
    if let Some(now) = read(&at, was.as_ref(), &fields, &mut errors) {
        let edit = Change::of(was, now).map(Edit::Customer);
        let section = Section { array: &["customer"], key: "key", name: &key, fields: FIELDS };
        match drafted_or_told(&app, &at, edit.as_slice(), &at.path("/customers"), section).await? {
            Ok(done) => return Ok(done),
            Err(found) => errors = found,
        }
    }
    let form = Page {
        key,
        name: text("name"),
        plan: text("plan"),
        manager: text("manager"),
        manager_email: text("manager_email"),
        contacts: written(&fields),
        ..Page::of(&app, &at, errors, text("was"))
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &form.with_spare()))
}

/// Puts into the draft that a customer goes.
pub(super) async fn remove(
    State(app): State<App>,
    Path(desk): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    let at = AtDesk::manage(&app, visiting, desk).await?;
    let was = was::<Customer>(&fields)?.ok_or(Trouble::NotFound)?;
    drafted(&app, &at, &[Edit::Customer(Change::remove(was))], &at.path("/customers")).await
}
