//! `/desks/{desk}/what-if`: what would happen if a number rang a line at an instant that one chooses: every way that the
//! call can go, and whom the pager would ring. It is played on paper ([`crate::act::WhatIf`]); nobody is rung.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{AtDesk, Place};
use crate::act::{Ending, Leads, Passage, WayOn, WhatIfUnfit, WhatIfWanted};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::case::rehearsal::{Told, after};
use crate::rules::desk::Desk;
use crate::rules::zone::ZoneBook;
use crate::web::App;
use crate::web::hold::Failure;
use crate::web::ui::asked::{Path, Query};
use crate::web::ui::form::Errors;
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};
use crate::web::what_if::{Answered, minutes, told_at};

/// What is asked; nothing, when the page is opened first.
#[derive(Deserialize)]
pub(super) struct Asked {
    line: Option<String>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    until: String,
    /// `no` for what is in force, where there is a draft.
    #[serde(default)]
    draft: String,
}

/// A line to choose.
struct Choice {
    number: String,
    label: String,
    chosen: bool,
}

/// A part of the call.
struct Part {
    number: usize,
    after: String,
    steps: String,
    heard: String,
    happens: Vec<String>,
    then: String,
    ways: Vec<On>,
    /// What comes of it, if the call is over.
    ending: Option<usize>,
}

/// One of the things that can be done.
struct On {
    told: String,
    /// Where it leads, as the address within the page and in words.
    link: String,
    to: String,
}

/// What comes of it.
struct End {
    number: usize,
    told: String,
    play: Vec<Line>,
    again: Option<String>,
}

/// A line of the play.
struct Line {
    after: String,
    told: String,
    step: bool,
    warn: bool,
}

/// A stretch in which nobody would be reached.
struct Stretch {
    span: String,
    why: String,
    warn: bool,
}

/// What is answered.
struct Played {
    question: String,
    doubts: Vec<String>,
    told: Vec<String>,
    severities: Vec<(String, String)>,
    parts: Vec<Part>,
    ends: Vec<End>,
    is_whole: bool,
    /// What is said of cover, and its stretches, if it was asked for.
    cover: Option<(String, Vec<Stretch>)>,
}

#[derive(Template)]
#[template(path = "what_if.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    place: Place,
    lines: Vec<Choice>,
    from: String,
    at: String,
    until: String,
    /// How an instant is written.
    when: String,
    /// Whether a caller's number may be named.
    names_callers: bool,
    /// Whether there is a draft to play by, and whether it is what is played by.
    has_draft: bool,
    is_draft: bool,
    errors: Errors,
    played: Option<Played>,
}

/// The form, and what would happen.
pub(super) async fn show(
    State(app): State<App>,
    Path(desk): Path<String>,
    Query(asked): Query<Asked>,
    visiting: Visiting,
) -> Result<Response, Trouble> {
    let at = AtDesk::see(&app, visiting, desk).await?;
    let (acts, book) = (app.acts(), app.acts().book());
    let has_draft = at.drafted().is_some();
    let is_draft = has_draft && asked.draft != "no";
    let desk = if is_draft { at.desk() } else { &at.live };
    let chosen = asked.line.clone().unwrap_or_default();
    // Whose number that is, and which ticket he has open, is for who may see callers' numbers.
    let names_callers = at.visiting.principal().may(Right::Answer, &at.key);
    let from = if names_callers { asked.from.trim() } else { "" };
    let wanted = WhatIfWanted { line: &chosen, from, at: &asked.at, until: &asked.until };
    let now = acts.clock().now();
    let mut shown = Page {
        frame: at.frame(),
        place: at.place(&app.site),
        lines: desk
            .lines
            .iter()
            .map(|line| Choice {
                number: line.number.to_string(),
                label: line.label.clone(),
                chosen: line.number.as_str() == chosen,
            })
            .collect(),
        from: from.to_owned(),
        at: match asked.at.is_empty() {
            true => book.to_wall(desk.zone(), now).format("%Y-%m-%dT%H:%M").to_string(),
            false => asked.at.clone(),
        },
        until: asked.until.clone(),
        when: format!(
            "On the clock of {}, like 2026-12-25T03:00, or with an offset, like 2026-12-25T03:00-05:00.",
            desk.zone()
        ),
        names_callers,
        has_draft,
        is_draft,
        errors: Errors::default(),
        played: None,
    };
    if asked.line.is_none() {
        return Ok(page(StatusCode::OK, &shown));
    }
    match wanted.read(desk, book, now) {
        Err(WhatIfUnfit { field, words }) => {
            shown.errors = Errors::one(field, words);
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Ok(read) => {
            let answered = Answered::to(acts, read, is_draft).await.map_err(Failure::from)?;
            // Numbers of people are for who keeps the desk.
            shown.played = Some(Played::of(book, &answered, at.drafting.is_some()));
            Ok(page(StatusCode::OK, &shown))
        }
    }
}

impl Played {
    fn of(book: &ZoneBook, answered: &Answered, numbers: bool) -> Played {
        let what_if = &answered.what_if;
        let (asked, desk) = (&what_if.asked, &what_if.asked.desk);
        let wall = |at| told_at(book, desk, at);
        let from = if asked.from.is_empty() { "a withheld number" } else { &asked.from };
        let words = |words: &Option<String>| words.clone().unwrap_or_default();
        Played {
            question: format!("{from} rings {} on {} ({})", asked.line, wall(asked.at), desk.zone()),
            doubts: answered.doubts.clone(),
            told: what_if.told(wall),
            severities: what_if
                .severities
                .iter()
                .map(|(severity, told)| (severity.to_string(), words(told)))
                .collect(),
            parts: what_if.passages.iter().zip(1..).map(Part::of).collect(),
            ends: what_if
                .endings
                .iter()
                .zip(1..)
                .map(|(ending, number)| End::of(book, answered, ending, number, numbers))
                .collect(),
            is_whole: what_if.is_whole,
            cover: cover(book, desk, answered),
        }
    }
}

impl Part {
    fn of((passage, number): (&Passage, usize)) -> Part {
        let seconds = passage.after.as_secs();
        let on = |way: &WayOn| {
            let (link, to) = match way.to {
                Leads::Passage(index) => (format!("p{}", index + 1), format!("{}", index + 1)),
                Leads::Ending(index) => (format!("e{}", index + 1), format!("end {}", index + 1)),
            };
            On { told: way.told(), link, to }
        };
        Part {
            number,
            after: format!("{}:{:02}", seconds / 60, seconds % 60),
            steps: passage.entered.join(" → "),
            heard: passage.heard_told(),
            happens: passage.happens_told(),
            then: passage.then_told(),
            ways: passage.ways.iter().map(on).collect(),
            ending: passage.ending.map(|ending| ending + 1),
        }
    }
}

impl End {
    fn of(book: &ZoneBook, answered: &Answered, ending: &Ending, number: usize, numbers: bool) -> End {
        let asked = &answered.what_if.asked;
        let played = ending.played(&asked.desk, |at| told_at(book, &asked.desk, at), numbers);
        let line = |(at, scene): (Timestamp, Told)| Line {
            after: after(asked.at, at),
            told: scene.words,
            step: scene.step,
            warn: scene.warn,
        };
        End {
            number,
            told: ending.told(),
            play: played.into_iter().map(line).collect(),
            again: ending.again.map(|again| after(asked.at, again)),
        }
    }
}

fn cover(book: &ZoneBook, desk: &Desk, answered: &Answered) -> Option<(String, Vec<Stretch>)> {
    let ((from, to), found) = answered.cover.as_ref()?;
    let wall = |at| told_at(book, desk, at);
    let span = |from, to| format!("{} – {}", wall(from), wall(to));
    let told = match minutes(&found.gaps) {
        0 => format!("In every minute of {} a step of the policy finds somebody.", span(*from, *to)),
        minutes => format!(
            "In {minutes} minutes of {} no step of the policy finds anybody; the last resort is paged, if it can be \
             reached.",
            span(*from, *to)
        ),
    };
    let gaps = found.gaps.iter().map(|gap| Stretch {
        span: span(gap.from, gap.to),
        why: gap.why.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        warn: true,
    });
    let closed = found.closed.iter().map(|gap| Stretch {
        span: span(gap.from, gap.to),
        why: "nobody is meant to be called: the page waits".into(),
        warn: false,
    });
    Some((told, gaps.chain(closed).collect()))
}
