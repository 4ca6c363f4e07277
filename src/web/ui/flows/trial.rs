//! `/flows/try`: a call to a flow, move by move: what the caller hears, what happens, and what can be done next. The page
//! holds the moves that were made; the call is played from its beginning each time.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::check::text_of;
use super::must_manage;
use crate::rules::contact::PhoneNumber;
use crate::rules::flow::play::{Event, Move, Tried, Waits, try_out};
use crate::rules::flow::{DeskClock, Flow, Plan};
use crate::rules::number_plan::NumberPlan;
use crate::rules::source::Problem;
use crate::web::App;
use crate::web::ui::form::Fields;
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The most moves of one call: more than any flow asks for.
const MOST_MOVES: usize = 60;

/// Whom the caller of a trial rings: numbers by the plan of the first desk, fictional ones among them.
struct Desk(NumberPlan);

impl Plan for Desk {
    fn callable(&self, keyed: &str) -> Option<PhoneNumber> {
        self.0.parse_dialled(keyed).ok()
    }

    fn spoken(&self, number: &PhoneNumber) -> String {
        self.0.read_back(number).digits()
    }
}

/// A line of the transcript.
struct Line {
    /// `line`, `caller`, `done`.
    looks: &'static str,
    who: &'static str,
    told: String,
}

#[derive(Template)]
#[template(path = "flow_try.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    name: String,
    text: String,
    clock: &'static str,
    caller: String,
    moves: Vec<String>,
    problems: Vec<Problem>,
    transcript: Vec<Line>,
    refused: Option<String>,
    /// `keys`, `message`, `answer`; empty when the call is over.
    waits: &'static str,
}

/// A move as the page's hidden fields hold it: `keys 1`, `silence`, `speak 20`, `talk 60`, `no-answer`, `hang-up`.
fn read(text: &str) -> Option<Move> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let keys = || {
        let keys: String = rest.chars().filter(|key| !key.is_whitespace()).collect();
        let known = keys.chars().all(|key| key.is_ascii_digit() || key == '*' || key == '#');
        (known && keys.len() <= 24).then_some(keys)
    };
    match word {
        "keys" => keys().map(|keys| if keys.is_empty() { Move::Silence } else { Move::Keys(keys) }),
        "silence" => Some(Move::Silence),
        "speak" => rest.parse().ok().map(Move::Speak),
        "talk" => rest.parse().ok().map(Move::Talk),
        "no-answer" => Some(Move::NoAnswer),
        "hang-up" => Some(Move::HangUp),
        _ => None,
    }
}

fn line(event: &Event) -> Line {
    let line = |looks, who, told| Line { looks, who, told };
    match event {
        Event::Said(text) => line("heard", "Line", text.clone()),
        Event::Did(what) => line("done", "Line", format!("({what})")),
        Event::Caller { what, .. } => line("caller", "Caller", what.clone()),
        Event::Command(command) => line("done", "Happens", command.to_string()),
    }
}

/// Plays a call with the moves of the form.
pub(super) async fn play(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let text = text_of(&fields);
    let (clock, word) = match fields.get("clock") {
        "support" => (DeskClock::Support, "support"),
        "closed" => (DeskClock::Closed, "closed"),
        _ => (DeskClock::OnCall, "on_call"),
    };
    let first = app.acts().desks().all().next().map(|desk| desk.country);
    let plan =
        Desk(NumberPlan { country: first.or("US".parse().ok()).ok_or(Trouble::NotFound)?, fictional: true });
    let caller = fields.get("caller").trim();
    // What was made before, and the one that is made now: by a button, or with the keys of the field.
    let made = fields.get("made");
    let typed = if made == "keys" { format!("keys {}", fields.get("keys").trim()) } else { made.to_owned() };
    let mut moves: Vec<String> = fields.all("move").map(str::to_owned).collect();
    moves.extend(Some(typed).filter(|made| !made.is_empty()));
    moves.truncate(MOST_MOVES);
    let mut shown = Page {
        frame: visiting.frame.clone(),
        name: fields.get("name").to_owned(),
        clock: word,
        caller: caller.to_owned(),
        moves: Vec::new(),
        problems: Vec::new(),
        transcript: Vec::new(),
        refused: None,
        waits: "",
        text,
    };
    let flow = match Flow::parse(&shown.text) {
        Ok(flow) => flow,
        Err(problems) => {
            shown.problems = problems;
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
        }
    };
    let mut made = Vec::new();
    for text in moves {
        match read(&text) {
            Some(one) => made.push((text, one)),
            None => shown.refused = Some("Keys are 0 to 9, * and #.".into()),
        }
    }
    let all: Vec<Move> = made.iter().map(|(_, one)| one.clone()).collect();
    let Tried { events, waits, refused } = try_out(&flow, clock, plan.callable(caller), &all, &plan);
    if let Some((index, why)) = refused {
        made.truncate(index);
        shown.refused = Some(why);
    }
    shown.moves = made.into_iter().map(|(text, _)| text).collect();
    shown.transcript = events.iter().map(line).collect();
    shown.waits = match waits {
        Some(Waits::Keys) => "keys",
        Some(Waits::Message) => "message",
        Some(Waits::Answer) => "answer",
        None => "",
    };
    Ok(page(StatusCode::OK, &shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_read_and_nonsense_is_not() {
        for (text, one) in [
            ("keys 1", Some(Move::Keys("1".into()))),
            ("keys 802 555 0116#", Some(Move::Keys("8025550116#".into()))),
            ("keys ", Some(Move::Silence)),
            ("silence", Some(Move::Silence)),
            ("speak 20", Some(Move::Speak(20))),
            ("talk 60", Some(Move::Talk(60))),
            ("no-answer", Some(Move::NoAnswer)),
            ("hang-up", Some(Move::HangUp)),
            ("keys <b>", None),
            ("speak long", None),
            ("sing", None),
            ("keys 1111111111111111111111111", None),
        ] {
            assert_eq!(read(text), one, "{text}");
        }
    }
}
