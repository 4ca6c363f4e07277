//! A layer that becomes another from a day on: the old one ends, and the new one begins above it, so that what was before
//! that day stays as it was.

use chrono::{Days, NaiveDate};

use super::{Layer, WrittenLayer};
use crate::rules::written::Moment;

impl WrittenLayer {
    /// This layer with its end, if it goes on until then, and what follows it. Nobody's turn moves for it: whoever is due
    /// on that day goes on, and the others follow in the new order. Where the new hand-off is later in the day than the
    /// old, the old layer goes on for a day beneath the new one, so that no hour is without either.
    pub fn becomes(&self, now: &WrittenLayer, day: NaiveDate) -> (Option<WrittenLayer>, WrittenLayer) {
        let mut next = WrittenLayer { starts: Moment(day.to_string()), ..now.clone() };
        let (Some(was), Some(new)) = (self.layer(), now.layer()) else { return (None, next) };
        next.agents.rotate_left(was.first_of(&new, day));
        let later = new.hand_off.time > was.hand_off.time;
        let ends = if later { day + Days::new(1) } else { day };
        let goes_on = was.ends.is_none_or(|known| known > ends);
        (goes_on.then(|| WrittenLayer { ends: Some(Moment(ends.to_string())), ..self.clone() }), next)
    }
}

impl Layer {
    /// The place among the agents of the layer that follows on that day of the one with whom it begins.
    fn first_of(&self, next: &Layer, day: NaiveDate) -> usize {
        let count = self.agents.len();
        // Once both have handed off on that day.
        let time = self.hand_off.time.max(next.hand_off.time);
        let turn = usize::try_from(self.turn(day.and_time(time))).unwrap_or_default();
        if next.agents == self.agents {
            return turn % count.max(1);
        }
        (0..count)
            .map(|after| (turn + after) % count)
            .find_map(|index| next.agents.iter().position(|agent| *agent == self.agents[index]))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(agents: &[&str], hand_off: &str) -> WrittenLayer {
        WrittenLayer {
            agents: agents.iter().map(|&agent| agent.to_owned()).collect(),
            every: "week".into(),
            starts: Moment("2026-01-05".into()),
            hand_off: hand_off.into(),
            only: None,
            ends: None,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn whoever_is_due_goes_on_and_the_others_follow() {
        let was = layer(&["ada", "ben", "cleo"], "Mon 09:00");
        for (from, agents, expected) in [
            // 30 November begins the 48th week: Cleo's.
            ("2026-11-30", &["ada", "ben", "cleo"][..], "cleo ada ben"),
            ("2026-12-02", &["ada", "ben", "cleo"], "cleo ada ben"),
            ("2026-12-07", &["ada", "ben", "cleo"], "ada ben cleo"),
            ("2026-11-30", &["ada", "ben", "cleo", "dan"], "cleo dan ada ben"),
            ("2026-11-30", &["ada", "ben"], "ada ben"),
            ("2026-11-30", &["dan", "ben"], "ben dan"),
            ("2026-11-30", &["dan"], "dan"),
        ] {
            let (_, next) = was.becomes(&layer(agents, "Mon 09:00"), day(from));
            assert_eq!(
                (next.agents.join(" "), &*next.starts.0),
                (expected.to_owned(), from),
                "{from} {agents:?}"
            );
        }
        for hand_off in ["Mon 08:00", "Mon 22:00"] {
            let (_, next) = was.becomes(&layer(&["ada", "ben", "cleo"], hand_off), day("2026-12-07"));
            assert_eq!(next.agents, ["ada", "ben", "cleo"], "{hand_off}");
        }
        // One with two turns keeps the one that is his.
        let twice = layer(&["ada", "ben", "ada", "cleo"], "Mon 09:00");
        let (_, next) = twice.becomes(&layer(&["ada", "ben", "ada", "cleo"], "Mon 10:00"), day("2026-11-30"));
        assert_eq!(next.agents, ["cleo", "ada", "ben", "ada"]);
    }

    #[test]
    fn no_hour_is_without_either() {
        let was = layer(&["ada"], "Mon 09:00");
        for (hand_off, ends) in
            [("Mon 08:00", "2026-11-30"), ("Mon 09:00", "2026-11-30"), ("Mon 22:00", "2026-12-01")]
        {
            let (ended, _) = was.becomes(&layer(&["ada"], hand_off), day("2026-11-30"));
            assert_eq!(ended.unwrap().ends.unwrap().0, ends, "{hand_off}");
        }
        // What was over by then stays over.
        let over = WrittenLayer { ends: Some(Moment("2026-06-01".into())), ..was };
        assert_eq!(over.becomes(&layer(&["ben"], "Mon 09:00"), day("2026-11-30")).0, None);
    }
}
