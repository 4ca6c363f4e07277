//! `/audit`: what was changed. Administrators see all of it, managers what belongs to their desks.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::Query;
use super::form::told;
use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, page};
use crate::rules::access::{Reach, Right};
use crate::rules::audit::AuditEntry;
use crate::web::App;
use crate::web::hold::in_time;

/// Which part of the log.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Asked {
    /// Of that desk; empty for all.
    #[serde(default)]
    desk: String,
    /// Older than that entry.
    before: Option<i64>,
}

struct Row {
    ordinal: i64,
    at: String,
    machine: String,
    actor: String,
    words: String,
    subject: String,
    desk: Option<String>,
    address: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "audit.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    desk: String,
    desks: Vec<(String, String)>,
    everything: bool,
    next: Option<i64>,
    first: bool,
}

impl From<AuditEntry> for Row {
    fn from(entry: AuditEntry) -> Row {
        Row {
            ordinal: entry.ordinal,
            at: told(entry.at),
            machine: entry.at.to_string(),
            words: words(&entry.action).to_owned(),
            actor: entry.actor,
            subject: entry.subject,
            desk: entry.desk,
            address: entry.address,
            before: entry.before,
            after: entry.after,
        }
    }
}

/// An action as a verb; one that an older or newer version wrote as it stands.
fn words(action: &str) -> &str {
    match action {
        "account.disable" => "disabled the account",
        "account.enable" => "enabled the account",
        "account.invite" => "invited",
        "account.join" => "opened the account",
        "account.offer_reset" => "made a link for a new password of",
        "account.password" => "changed the password of",
        "account.rename" => "changed the name of",
        "account.reset" => "chose a new password by a link for",
        "account.role" => "changed a role of",
        "account.second_factor_off" => "turned the second factor off for",
        "account.second_factor_on" => "turned the second factor on for",
        "account.withdraw" => "withdrew the invitation of",
        "cover.approve" => "approved cover in the rota",
        "cover.ask" => "asked for cover in the rota",
        "cover.decline" => "declined to cover in the rota",
        "cover.end" => "ended a request for cover in the rota",
        "cover.follow" => "looked after a request for cover in the rota",
        "cover.refuse" => "refused cover in the rota",
        "cover.remind" => "reminded of a request for cover in the rota",
        "cover.take" => "took over a shift in the rota",
        "cover.withdraw" => "took back a request for cover in the rota",
        "desk.apply" => "applied the desk",
        "draft.discard" => "threw away the draft of the desk",
        "draft.edit" => "changed the draft of the desk",
        "draft.publish" => "published the draft of the desk",
        "draft.take_back" => "took an edit back out of the draft of the desk",
        "exception.declare" => "declared at the desk",
        "exception.end" => "ended what was declared at the desk",
        "feed.end" => "ended a calendar of",
        "feed.make" => "made a calendar of",
        "flow.put" => "put in force the voice flow",
        "flow.read" => "read the voice flow",
        "leave.add" => "wrote down leave of",
        "leave.calendar" => "gave the calendar of leave of",
        "leave.calendar_change" => "read other leave in the calendar of",
        "leave.calendar_forget" => "took away the calendar of leave of",
        "leave.remove" => "took away leave of",
        "method.use_again" => "put in use again",
        "mute.begin" => "muted",
        "mute.end" => "ended the mute of",
        "number.send_code" => "had a code sent to",
        "number.verify" => "verified a number of",
        "session.begin" => "signed in as",
        "session.end" => "signed a browser out of",
        "session.end_others" => "signed other browsers out of",
        "ticket.command" => "commanded ticket",
        "token.create" => "made the API token",
        "token.end" => "ended the API token",
        other => other,
    }
}

/// A page of the log.
pub(super) async fn list(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let principal = visiting.principal();
    if !principal.may_somewhere(Right::Manage) {
        return Err(Trouble::lacks(Right::Manage));
    }
    let all = principal.reach(Right::Administer) == Reach::Everything;
    // Managers of every desk see every desk's, and not who was let in.
    let own: Vec<(String, String)> = app
        .acts()
        .desks()
        .all()
        .filter(|desk| principal.may(Right::Manage, desk.key.as_str()))
        .map(|desk| (desk.key.as_str().to_owned(), desk.name.clone()))
        .collect();
    let reach = match &*asked.desk {
        "" if all => Reach::Everything,
        "" => Reach::Desks(own.iter().map(|(key, _)| key.clone()).collect()),
        desk if own.iter().any(|(key, _)| key == desk) => Reach::Desks(vec![desk.to_owned()]),
        _ => return Err(Trouble::NotFound),
    };
    let entries = in_time(app.acts().audit_page(reach, asked.before.unwrap_or(i64::MAX))).await?;
    let log = Page {
        frame: visiting.frame,
        rows: entries.entries.into_iter().map(Row::from).collect(),
        desk: asked.desk,
        desks: own,
        everything: all,
        next: entries.next,
        first: asked.before.is_none(),
    };
    Ok(page(StatusCode::OK, &log))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The names of actions in the sources below a folder: two words with a dot, in quotes.
    fn actions(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                actions(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let word =
                    |text: &str| text.chars().all(|c| c == '_' || c.is_ascii_lowercase()) && !text.is_empty();
                let action =
                    |text: &&str| text.split_once('.').is_some_and(|(of, what)| word(of) && word(what));
                found.extend(text.split('"').filter(action).map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_action_is_told_in_words() {
        let mut found = Vec::new();
        actions(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/act"), &mut found);
        assert!(found.len() > 30, "{found:?}");
        found.retain(|action| words(action) == action);
        assert_eq!(found, Vec::<String>::new(), "without words");
    }
}
