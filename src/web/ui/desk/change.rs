//! What the forms of a rota's parts have in common: a layer's fields, and the way into the draft.

use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::de::DeserializeOwned;

use super::{AtDesk, told};
use crate::rules::desk::Desk;
use crate::rules::desk::edit::Edit;
use crate::rules::rota::{HandOff, WrittenLayer};
use crate::rules::written::Moment;
use crate::web::App;
use crate::web::hold::in_time;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;

/// The most turns that the form has fields for; who needs more writes them into the file.
const MOST_TURNS: usize = 24;

/// How many empty turns are offered behind those that are taken.
const SPARE_TURNS: usize = 3;

/// A layer as a form has it.
pub(super) struct LayerForm {
    /// Keys and names.
    pub(super) agents: Vec<(String, String)>,
    /// Whose turn the first is, the second, and so on; empty for one that is not taken.
    pub(super) turns: Vec<String>,
    pub(super) count: String,
    pub(super) unit: String,
    pub(super) starts: String,
    pub(super) weekday: String,
    pub(super) time: String,
    pub(super) only: String,
    pub(super) ends: String,
}

impl LayerForm {
    fn of(desk: &Desk) -> LayerForm {
        let agents = desk.agents.iter().map(|agent| (agent.key.to_string(), agent.name.clone())).collect();
        LayerForm {
            agents,
            turns: Vec::new(),
            count: "1".into(),
            unit: "week".into(),
            starts: String::new(),
            weekday: "Mon".into(),
            time: "09:00".into(),
            only: String::new(),
            ends: String::new(),
        }
    }

    /// For a layer that begins today.
    pub(super) fn empty(desk: &Desk, today: NaiveDate) -> LayerForm {
        let form = LayerForm { starts: today.to_string(), ..LayerForm::of(desk) };
        form.with_spare_turns()
    }

    /// A layer that is there.
    pub(super) fn of_layer(desk: &Desk, layer: &WrittenLayer) -> LayerForm {
        let (count, unit) = match layer.every.split_once(' ') {
            Some((count, unit)) => (count.to_owned(), unit.trim_end_matches('s').to_owned()),
            None => ("1".to_owned(), layer.every.clone()),
        };
        let hand_off = layer.hand_off.parse::<HandOff>().ok();
        let starts_on = layer.starts.0.parse::<NaiveDate>().ok().map(|date| date.weekday());
        let weekday = hand_off.and_then(|hand_off| hand_off.weekday).or(starts_on).unwrap_or(Weekday::Mon);
        let form = LayerForm {
            turns: layer.agents.clone(),
            count,
            unit,
            starts: layer.starts.0.clone(),
            weekday: weekday.to_string(),
            time: hand_off.map(|hand_off| hand_off.time.format("%H:%M").to_string()).unwrap_or_default(),
            only: layer.only.as_ref().map(|only| only.join("\n")).unwrap_or_default(),
            ends: layer.ends.as_ref().map(|ends| ends.0.clone()).unwrap_or_default(),
            ..LayerForm::of(desk)
        };
        form.with_spare_turns()
    }

    /// What somebody wrote.
    pub(super) fn of_fields(desk: &Desk, fields: &Fields) -> LayerForm {
        let text = |name: &str| fields.get(name).to_owned();
        let form = LayerForm {
            turns: turns(fields),
            count: text("count"),
            unit: text("unit"),
            starts: text("starts"),
            weekday: text("weekday"),
            time: text("time"),
            only: text("only"),
            ends: text("ends"),
            ..LayerForm::of(desk)
        };
        form.with_spare_turns()
    }

    /// With room for everybody, and for some more turns.
    fn with_spare_turns(mut self) -> LayerForm {
        let taken = self.turns.len();
        let wanted = (taken + SPARE_TURNS).max(self.agents.len()).min(MOST_TURNS).max(taken);
        self.turns.resize(wanted, String::new());
        self
    }

    /// The days of the week, as the file writes them and as people read them.
    pub(super) fn weekdays(&self) -> [(&'static str, &'static str); 7] {
        [
            ("Mon", "Monday"),
            ("Tue", "Tuesday"),
            ("Wed", "Wednesday"),
            ("Thu", "Thursday"),
            ("Fri", "Friday"),
            ("Sat", "Saturday"),
            ("Sun", "Sunday"),
        ]
    }

    /// The layer that somebody wrote, or what is wrong with it.
    pub(super) fn read(desk: &Desk, fields: &Fields, errors: &mut Errors) -> Option<WrittenLayer> {
        let text = |name: &str| fields.get(name).trim().to_owned();
        let unit = if text("unit") == "day" { "day" } else { "week" };
        let every = match &*text("count") {
            "1" => unit.to_owned(),
            count => format!("{count} {unit}s"),
        };
        let weekday = if unit == "week" { format!("{} ", text("weekday")) } else { String::new() };
        let only: Vec<String> = text("only")
            .split(['\n', ','])
            .map(|stretch| stretch.trim().to_owned())
            .filter(|stretch| !stretch.is_empty())
            .collect();
        let layer = WrittenLayer {
            agents: turns(fields),
            every,
            starts: Moment(text("starts")),
            hand_off: format!("{weekday}{}", text("time")),
            only: (!only.is_empty()).then_some(only),
            ends: Some(text("ends")).filter(|ends| !ends.is_empty()).map(Moment),
        };
        match layer.check(&|key| desk.agent(key).is_some()) {
            Ok(()) => Some(layer.plain()),
            Err(faults) => {
                for fault in faults {
                    let field = match fault.path.first().map(String::as_str) {
                        Some("agents") => "turn",
                        Some("every") => "count",
                        Some("starts") => "starts",
                        Some("hand_off") => "time",
                        Some("only") => "only",
                        Some("ends") => "ends",
                        _ => "form",
                    };
                    errors.note(field, format!("{}: {}.", fault.what, fault.remedy));
                }
                None
            }
        }
    }
}

fn turns(fields: &Fields) -> Vec<String> {
    fields.all("turn").filter(|turn| !turn.is_empty()).map(str::to_owned).collect()
}

/// The part that a form changes or takes away, as it was when the form was made; none if the form makes a new one.
pub(super) fn was<T: DeserializeOwned>(fields: &Fields) -> Result<Option<T>, Trouble> {
    match fields.get("was") {
        "" => Ok(None),
        text => serde_json::from_str(text).map(Some).map_err(|_| Trouble::NotFound),
    }
}

/// Puts edits into the draft, and leads on; what stands against it is told on the page of the draft.
pub(super) async fn drafted(app: &App, at: &AtDesk, edits: &[Edit], then: &str) -> Result<Response, Trouble> {
    let by = at.visiting.by();
    let drafted = app.acts().draft(&by, &at.key, edits);
    match in_time(async { Ok(drafted.await) }).await? {
        Ok(()) => Ok(app.site.to(then)),
        Err(error) => {
            let errors = told(error)?;
            Ok(super::draft::page_of(app, at, errors).await?.into_response())
        }
    }
}
