//! What of a desk's file can be changed by itself.

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::rules::desk::{Agent, Customer, Line};
use crate::rules::flow::Audio;
use crate::rules::hours::{WrittenHoliday, WrittenWeek};
use crate::rules::policy::{Policy, Target};
use crate::rules::rota::{WrittenLayer, WrittenOverride, WrittenRota};

/// One of the tables of a list in a desk's file.
pub trait Part: Clone + PartialEq + Serialize + DeserializeOwned + ToSchema {
    /// Whether both stand for the same, in whatever words.
    fn is(&self, other: &Self) -> bool {
        self == other
    }

    /// Whether a list cannot have both, since they go by one name.
    fn collides(&self, other: &Self) -> bool;

    /// By what people know it.
    fn told(&self) -> String;
}

impl Part for WrittenRota {
    /// It is named by its name; what is in it are parts of their own.
    fn is(&self, other: &WrittenRota) -> bool {
        self.name == other.name
    }

    fn collides(&self, other: &WrittenRota) -> bool {
        self.name == other.name
    }

    fn told(&self) -> String {
        self.name.clone()
    }
}

impl Part for WrittenLayer {
    fn is(&self, other: &WrittenLayer) -> bool {
        self.plain() == other.plain()
    }

    fn collides(&self, _: &WrittenLayer) -> bool {
        false
    }

    fn told(&self) -> String {
        let only = self.only.as_ref().map(|only| format!(", {} only", only.join(" and ")));
        let ends = self.ends.as_ref().map(|ends| format!(" until {}", ends.0));
        format!(
            "of {} (every {}, hand-off {}{}, from {}{})",
            self.agents.join(", "),
            self.every,
            self.hand_off,
            only.unwrap_or_default(),
            self.starts.0,
            ends.unwrap_or_default()
        )
    }
}

impl Part for WrittenOverride {
    fn is(&self, other: &WrittenOverride) -> bool {
        self.plain() == other.plain()
    }

    fn collides(&self, _: &WrittenOverride) -> bool {
        false
    }

    fn told(&self) -> String {
        let replaces = self.replaces.as_ref().map(|replaced| format!(" instead of {replaced}"));
        let moment = |text: &str| text.replace('T', " ");
        format!(
            "{}{} from {} to {}",
            self.agent,
            replaces.unwrap_or_default(),
            moment(&self.from.0),
            moment(&self.to.0)
        )
    }
}

impl Part for Agent {
    fn collides(&self, other: &Agent) -> bool {
        self.key == other.key
    }

    fn told(&self) -> String {
        let phones: Vec<&str> = self.phones.iter().map(|phone| phone.number.as_str()).collect();
        format!("{} ({}, {})", self.key, self.name, phones.join(" "))
    }
}

impl Part for WrittenHoliday {
    fn is(&self, other: &WrittenHoliday) -> bool {
        self.plain() == other.plain()
    }

    fn collides(&self, other: &WrittenHoliday) -> bool {
        self.name == other.name && self.date == other.date
    }

    fn told(&self) -> String {
        format!("{} ({})", self.name, self.date.0)
    }
}

impl Part for WrittenWeek {
    fn is(&self, other: &WrittenWeek) -> bool {
        self.plain() == other.plain()
    }

    fn collides(&self, _: &WrittenWeek) -> bool {
        false
    }

    fn told(&self) -> String {
        let listed = |hours: &[String], none: &str| match hours {
            [] => none.to_owned(),
            hours => hours.join(", "),
        };
        let on_call = match &self.on_call {
            None => "always else".to_owned(),
            Some(window) => listed(window, "never"),
        };
        format!("{} in {}, on call {on_call}", listed(&self.support, "never"), self.zone)
    }
}

impl Part for Policy {
    fn collides(&self, other: &Policy) -> bool {
        self.name == other.name
    }

    fn told(&self) -> String {
        let of = |targets: &[Target]| targets.iter().map(Target::to_string).collect::<Vec<_>>().join(" and ");
        let steps: Vec<String> =
            self.steps.iter().map(|step| format!("{} for {}", of(&step.targets), step.delay)).collect();
        let times = if self.cycles == 1 { "once".to_owned() } else { format!("{} times", self.cycles) };
        format!("{} ({}; {times}; then {})", self.name, steps.join(", "), of(&self.last_resort))
    }
}

impl Part for Line {
    fn collides(&self, other: &Line) -> bool {
        self.number == other.number
    }

    fn told(&self) -> String {
        let policy = self.policy.as_ref().map(|policy| format!(", policy {policy}")).unwrap_or_default();
        let Line { number, label, flow, carrier, languages, .. } = self;
        format!("{number} ({label}: flow {flow}, carrier {carrier}, {}{policy})", languages.join(" "))
    }
}

impl Part for Audio {
    fn collides(&self, other: &Audio) -> bool {
        self.sentence() == other.sentence()
    }

    fn told(&self) -> String {
        format!("{} ({})", self.sentence(), self.play.join(" "))
    }
}

impl Part for Customer {
    fn collides(&self, other: &Customer) -> bool {
        self.key == other.key
    }

    fn told(&self) -> String {
        let plan = self.plan.as_ref().map(|plan| format!(", plan {plan}")).unwrap_or_default();
        let manager =
            self.account_manager.as_ref().map(|manager| format!(", looked after by {}", manager.name));
        let contacts: Vec<&str> = self.contacts.iter().map(|contact| contact.name.as_str()).collect();
        let contacts = match &*contacts {
            [] => "no contact".to_owned(),
            names => names.join(" and "),
        };
        format!("{} ({}, {contacts}{plan}{})", self.key, self.name, manager.unwrap_or_default())
    }
}
