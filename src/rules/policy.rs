//! Escalation policies and notification rules as data: whom an escalation pages, by what, and how long it waits. The
//! machine that walks them is `escalation`; the defaults are product.md's ("The life of an emergency", 6 and 7).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::people::AgentKey;
use super::severity::Severity;

/// A span of whole seconds. In a file a number of seconds, or text such as `"45 s"`, `"5 min"`, `"1 h"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Seconds(pub u32);

impl Seconds {
    /// As std's type.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl fmt::Display for Seconds {
    /// In the largest unit of which it is a whole number: `90 s`, `5 min`, `1 h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0 s"),
            span if span % 3600 == 0 => write!(f, "{} h", span / 3600),
            span if span % 60 == 0 => write!(f, "{} min", span / 60),
            span => write!(f, "{span} s"),
        }
    }
}

/// The text is no span of time.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no span of time: write seconds, or for example \"45 s\", \"5 min\", \"1 h\"")]
pub struct NotASpan(String);

impl FromStr for Seconds {
    type Err = NotASpan;
    fn from_str(text: &str) -> Result<Seconds, NotASpan> {
        let wrong = || NotASpan(text.to_owned());
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (amount, unit) = text.split_at(unit_at);
        let amount: u32 = amount.parse().map_err(|_| wrong())?;
        let factor = match unit.trim() {
            "" | "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            _ => return Err(wrong()),
        };
        amount.checked_mul(factor).map(Seconds).ok_or_else(wrong)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Seconds, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Seconds;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("seconds, or text such as \"5 min\"")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Seconds, E> {
                u32::try_from(value).map(Seconds).map_err(|_| E::custom(NotASpan(value.to_string())))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Seconds, E> {
                u32::try_from(value).map(Seconds).map_err(|_| E::custom(NotASpan(value.to_string())))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Seconds, E> {
                text.parse().map_err(E::custom)
            }
        }
        from.deserialize_any(Visitor)
    }
}

/// Whom a step pages. In a file `"rota:primary"`, `"agent:ada"` or `"everyone"`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// Whoever is on call by the rota of that name.
    Rota(String),
    /// One agent, on call or not.
    Agent(AgentKey),
    /// Every agent of the desk.
    Everyone,
}

/// The text names nobody that a step could page.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no target: write \"rota:name\", \"agent:key\" or \"everyone\"")]
pub struct NotATarget(String);

impl FromStr for Target {
    type Err = NotATarget;
    fn from_str(text: &str) -> Result<Target, NotATarget> {
        let wrong = || NotATarget(text.to_owned());
        match text.split_once(':') {
            None if text == "everyone" => Ok(Target::Everyone),
            Some(("rota", name)) if !name.is_empty() => Ok(Target::Rota(name.to_owned())),
            Some(("agent", key)) => key.parse().map(Target::Agent).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Rota(name) => write!(f, "rota:{name}"),
            Target::Agent(key) => write!(f, "agent:{key}"),
            Target::Everyone => f.write_str("everyone"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Target, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One step of a policy: its targets are paged at the same time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyStep)]
pub struct Step {
    /// Who is paged; at least one.
    pub targets: Vec<Target>,
    /// How long until the next step, if nobody acknowledges.
    #[serde(default = "Step::default_delay")]
    pub delay: Seconds,
}

impl Step {
    /// What product.md gives a step that does not say: five minutes.
    pub fn default_delay() -> Seconds {
        Seconds(5 * 60)
    }
}

/// An escalation policy. An unacknowledged Severity 1 never runs out of it: after the last cycle the last resort is
/// paged and the first cycle begins again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name, unique within the desk.
    pub name: String,
    /// In order; at least one.
    #[serde(rename = "step", default)]
    pub steps: Vec<Step>,
    /// How often the steps are run before the last resort; at least 1.
    #[serde(default = "Policy::default_cycles")]
    pub cycles: u32,
    /// Who is paged when all cycles are over, or when a rota is empty; at least one.
    #[serde(default)]
    pub last_resort: Vec<Target>,
}

impl Policy {
    /// Twice.
    pub fn default_cycles() -> u32 {
        2
    }
}

/// How an agent's telephone is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// A text.
    Sms,
    /// A call that needs a key press.
    Voice,
}

impl MethodKind {
    /// What people call one: a text, a call.
    pub fn word(self) -> &'static str {
        match self {
            MethodKind::Sms => "text",
            MethodKind::Voice => "call",
        }
    }
}

/// One notification rule: this method, this long after the page began.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// By what.
    pub method: MethodKind,
    /// Since the page began.
    #[serde(default)]
    pub after: Seconds,
}

impl Rule {
    /// The rules of an agent who has none of his own for that severity: a text and a call at once, and for an emergency
    /// the call again after two minutes, because a repeated call passes Do Not Disturb. Lesser severities only text.
    pub fn defaults(severity: Severity) -> &'static [Rule] {
        const TEXT: Rule = Rule { method: MethodKind::Sms, after: Seconds(0) };
        const CALL: Rule = Rule { method: MethodKind::Voice, after: Seconds(0) };
        const CALL_AGAIN: Rule = Rule { method: MethodKind::Voice, after: Seconds(120) };
        if severity.is_emergency() { &[TEXT, CALL, CALL_AGAIN] } else { &[TEXT] }
    }
}

/// A desk's waits; each has product.md's default.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = DeskLimits)]
pub struct Limits {
    /// From "this is an emergency" to the page, if no callback number is confirmed before.
    pub triage_grace: Seconds,
    /// From the acknowledgement to the reminder, and from the reminder to the next step, if nobody called back.
    pub callback_limit: Seconds,
    /// How long an agent's telephone rings: less than it takes a voicemail to answer.
    pub ring: Seconds,
    /// The shortest talk with the customer that counts as a callback without being asked about.
    pub min_callback_talk: Seconds,
    /// A second call from the same number within this time of an abandoned one is an emergency.
    pub abandoned_window: Seconds,
    /// When the caller is told that nobody has answered yet.
    pub caller_told_after: Seconds,
    /// A caller may push his ticket up the chain once in this time.
    pub push_interval: Seconds,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            triage_grace: Seconds(45),
            callback_limit: Seconds(15 * 60),
            ring: Seconds(25),
            min_callback_talk: Seconds(30),
            abandoned_window: Seconds(15 * 60),
            caller_told_after: Seconds(10 * 60),
            push_interval: Seconds(3 * 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_unit() {
        for (text, seconds) in [("45", Some(45)), ("45 s", Some(45)), ("5 min", Some(300)), ("5m", Some(300))]
        {
            assert_eq!(text.parse().ok(), seconds.map(Seconds), "{text}");
        }
        for text in ["0 s", "45 s", "5 min", "90 s", "2 h"] {
            assert_eq!(text.parse::<Seconds>().unwrap().to_string(), text);
        }
        for text in ["", "min", "-5", "5 fortnights", "1.5 h", "4294967295 h"] {
            assert!(text.parse::<Seconds>().is_err(), "{text}");
        }
    }

    #[test]
    fn targets_are_written_as_they_are_read() {
        for text in ["rota:primary", "agent:ada", "everyone"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        for text in ["", "rota:", "agent:", "agent:Not A Key", "ada", "everyone:", "group:x"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_policy_needs_little() {
        let policy: Policy = toml::from_str(
            "name = \"nights\"\nlast_resort = [\"everyone\"]\n[[step]]\ntargets = [\"rota:primary\"]\n[[step]]\n\
             targets = [\"agent:ada\"]\ndelay = \"10 min\"\n",
        )
        .unwrap();
        assert_eq!(policy.steps[0].delay, Seconds(300));
        assert_eq!(policy.steps[1].delay, Seconds(600));
        assert_eq!(policy.cycles, 2);
    }

    #[test]
    fn a_policy_survives_the_database() {
        let policy = Policy {
            name: "nights".into(),
            steps: vec![Step { targets: vec![Target::Everyone], delay: Seconds(90) }],
            cycles: 3,
            last_resort: vec![Target::Rota("primary".into())],
        };
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    }
}
