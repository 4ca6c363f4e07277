//! `/flows/try`: a call to a flow, move by move: what the caller hears, what happens, and what can be done next. The page
//! holds the moves that were made; the call is played from its beginning each time. `/flows/keep`: a call that was tried
//! becomes one that the flow brings with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::check::page_of;
use super::{Edited, must_manage};
use crate::rules::flow::play::{Event, Move, Tried, Waits, as_scenario, try_out};
use crate::rules::flow::{DeskClock, Flow, Plan};
use crate::rules::number_plan::{Country, NumberPlan};
use crate::rules::source::Problem;
use crate::web::App;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;
use crate::web::ui::{Frame, page};

/// The most moves of one call: more than any flow asks for.
const MOST_MOVES: usize = 60;

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
    edited: Edited,
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

/// A call as the form has it.
struct Call {
    clock: DeskClock,
    /// As the form writes it.
    word: &'static str,
    plan: NumberPlan,
    caller: String,
    /// The moves, each as it is written and as it is meant.
    made: Vec<(String, Move)>,
    /// What stands there and is no move.
    nonsense: bool,
}

impl Call {
    fn of(app: &App, fields: &Fields) -> Call {
        let (clock, word) = match fields.get("clock") {
            "support" => (DeskClock::Support, "support"),
            "closed" => (DeskClock::Closed, "closed"),
            _ => (DeskClock::OnCall, "on_call"),
        };
        // Numbers by the plan of the first desk, fictional ones among them.
        let first = app.acts().desks().all().next().map(|desk| desk.country);
        let plan = NumberPlan { country: first.unwrap_or(Country::UNITED_STATES), fictional: true };
        // What was made before, and the one that is made now: by a button, or with the keys of the field.
        let now = fields.get("made");
        let typed =
            if now == "keys" { format!("keys {}", fields.get("keys").trim()) } else { now.to_owned() };
        let mut moves: Vec<String> = fields.all("move").map(str::to_owned).collect();
        moves.extend(Some(typed).filter(|made| !made.is_empty()));
        moves.truncate(MOST_MOVES);
        let read: Vec<Option<(String, Move)>> =
            moves.into_iter().map(|text| read(&text).map(|one| (text, one))).collect();
        Call {
            clock,
            word,
            plan,
            caller: fields.get("caller").trim().to_owned(),
            nonsense: read.iter().any(Option::is_none),
            made: read.into_iter().flatten().collect(),
        }
    }

    fn moves(&self) -> Vec<Move> {
        self.made.iter().map(|(_, one)| one.clone()).collect()
    }

    fn play(&self, flow: &Flow) -> Tried {
        try_out(flow, self.clock, self.plan.callable(&self.caller), &self.moves(), &self.plan)
    }
}

/// Plays a call with the moves of the form.
pub(super) async fn play(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let mut call = Call::of(&app, &fields);
    let mut shown = Page {
        frame: visiting.frame.clone(),
        edited: Edited::of(&app, &visiting, &fields),
        clock: call.word,
        caller: call.caller.clone(),
        moves: Vec::new(),
        problems: Vec::new(),
        transcript: Vec::new(),
        refused: call.nonsense.then(|| "Keys are 0 to 9, * and #.".into()),
        waits: "",
    };
    let flow = match Flow::parse(&shown.edited.text) {
        Ok(flow) => flow,
        Err(problems) => {
            shown.problems = problems;
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
        }
    };
    let Tried { events, waits, refused } = call.play(&flow);
    if let Some((index, why)) = refused {
        call.made.truncate(index);
        shown.refused = Some(why);
    }
    shown.moves = call.made.into_iter().map(|(text, _)| text).collect();
    shown.transcript = events.iter().map(line).collect();
    shown.waits = match waits {
        Some(Waits::Keys) => "keys",
        Some(Waits::Message) => "message",
        Some(Waits::Answer) => "answer",
        None => "",
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Writes a call that was tried to its end into the text of the flow, which brings it with it from then on.
pub(super) async fn keep(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let call = Call::of(&app, &fields);
    let mut edited = Edited::of(&app, &visiting, &fields);
    if let Ok(flow) = Flow::parse(&edited.text) {
        let tried = call.play(&flow);
        if tried.waits.is_none() && tried.refused.is_none() {
            let caller = call.plan.callable(&call.caller);
            let how = (call.clock, caller.as_ref());
            let written = as_scenario(&flow, call.plan.country, how, &call.moves(), &tried);
            edited.text = format!("{}\n{written}", edited.text.trim_end());
        }
    }
    page_of(&visiting, edited, Errors::default(), Vec::new()).await
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
