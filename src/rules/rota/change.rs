//! A layer that becomes another from a day on: the old one ends, and the new one begins above it, so that what was before
//! that day stays as it was.

use chrono::{Days, NaiveDate, NaiveDateTime};

use super::{Layer, WrittenLayer};
use crate::rules::written::Moment;

impl WrittenLayer {
    /// This layer with its end, if it goes on until then, and what follows it, the lowest first. Nobody's turn moves for
    /// it: whoever is due on that day goes on until his turn is over, and the others follow in the new order. Where the
    /// new hand-off is later in the day than the old, the old layer goes on for a day beneath the new one, so that no hour
    /// is without either.
    pub fn becomes(&self, now: &WrittenLayer, day: NaiveDate) -> (Option<WrittenLayer>, Vec<WrittenLayer>) {
        let from = |day: NaiveDate| WrittenLayer { starts: Moment(day.to_string()), ..now.clone() };
        let until = |layer: WrittenLayer, day: NaiveDate| WrittenLayer {
            ends: Some(Moment(day.to_string())),
            ..layer
        };
        let (Some(was), Some(new)) = (self.layer(), now.layer()) else { return (None, vec![from(day)]) };
        let mut next = from(day);
        next.agents.rotate_left(was.first_of(&new, day));
        let later = new.hand_off.time > was.hand_off.time;
        let ends = if later { day + Days::new(1) } else { day };
        let ended = was.ends.is_none_or(|known| known > ends).then(|| until(self.clone(), ends));
        let Some(turn_ends) = was.turn_cut(&new, day) else { return (ended, vec![next]) };
        // The rest of his turn is a layer of its own, for a layer counts its turns from its beginning on.
        let rest = WrittenLayer { agents: next.agents[..1].to_vec(), ..next.clone() };
        if new.ends.is_some_and(|ends| ends <= turn_ends) {
            return (ended, vec![rest]);
        }
        next.agents.rotate_left(1);
        (ended, vec![until(rest, turn_ends), WrittenLayer { agents: next.agents, ..from(turn_ends) }])
    }
}

impl Layer {
    /// Once both have handed off on that day.
    fn after_both(&self, next: &Layer, day: NaiveDate) -> NaiveDateTime {
        day.and_time(self.hand_off.time.max(next.hand_off.time))
    }

    /// The place among the agents of the layer that follows on that day of the one with whom it begins.
    fn first_of(&self, next: &Layer, day: NaiveDate) -> usize {
        let count = self.agents.len();
        let turn = usize::try_from(self.turn(self.after_both(next, day))).unwrap_or_default();
        if next.agents == self.agents {
            return turn % count.max(1);
        }
        (0..count)
            .map(|after| (turn + after) % count)
            .find_map(|index| next.agents.iter().position(|agent| *agent == self.agents[index]))
            .unwrap_or_default()
    }

    /// When the turn ends that goes on over that day, if turns are as long as they were and are handed off on the same
    /// weekday, and one that began on that day would end later.
    fn turn_cut(&self, next: &Layer, day: NaiveDate) -> Option<NaiveDate> {
        if self.every != next.every || self.hand_off.weekday != next.hand_off.weekday {
            return None;
        }
        let ends = self.turn_begins(self.turn(self.after_both(next, day)) + 1).date();
        let whole = Layer { starts: day, ..next.clone() }.turn_begins(1).date();
        (ends < whole).then_some(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::rota::Rota;
    use crate::rules::zone::{Zone, ZoneBook};

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
            let [next] = &*next else { panic!("{next:?}") };
            assert_eq!(
                (next.agents.join(" "), &*next.starts.0),
                (expected.to_owned(), from),
                "{from} {agents:?}"
            );
        }
        for hand_off in ["Mon 08:00", "Mon 22:00"] {
            let (_, next) = was.becomes(&layer(&["ada", "ben", "cleo"], hand_off), day("2026-12-07"));
            assert_eq!(next[0].agents, ["ada", "ben", "cleo"], "{hand_off}");
        }
        // One with two turns keeps the one that is his.
        let twice = layer(&["ada", "ben", "ada", "cleo"], "Mon 09:00");
        let (_, next) = twice.becomes(&layer(&["ada", "ben", "ada", "cleo"], "Mon 10:00"), day("2026-11-30"));
        assert_eq!(next[0].agents, ["cleo", "ada", "ben", "ada"]);
    }

    #[test]
    fn a_turn_that_goes_on_over_the_day_is_no_longer_for_it() {
        let zone: Zone = "America/New_York".parse().unwrap();
        let book = ZoneBook::bundled();
        for (every, hand_off, others) in [
            ("2 weeks", "Mon 09:00", ["Mon 08:00", "Mon 10:00"]),
            ("3 weeks", "Wed 17:00", ["Wed 16:00", "Wed 18:00"]),
            ("week", "Fri 09:00", ["Fri 08:30", "Fri 23:00"]),
            ("3 days", "09:00", ["07:00", "11:00"]),
            ("day", "09:00", ["08:00", "10:00"]),
        ] {
            let was = WrittenLayer { every: every.into(), ..layer(&["ada", "ben", "cleo"], hand_off) };
            let rota = |layers: &[WrittenLayer]| Rota {
                name: "primary".into(),
                zone,
                layers: layers.iter().map(|layer| layer.layer().unwrap()).collect(),
                overrides: Vec::new(),
            };
            let before = rota(std::slice::from_ref(&was));
            for from in (0..45).map(|after| day("2026-11-20") + Days::new(after)) {
                for other in others {
                    let now = WrittenLayer { hand_off: other.into(), ..was.clone() };
                    let (ended, next) = was.becomes(&now, from);
                    let after = rota(&[vec![ended.unwrap()], next].concat());
                    // No hand-off is at midnight: there it must be the same agent.
                    for midnight in (0..90).map(|count| day("2026-11-15") + Days::new(count)) {
                        let at = book.to_instant(zone, midnight.and_hms_opt(0, 0, 0).unwrap());
                        let who = |rota: &Rota| rota.on_call(&book, at).unwrap().agent.clone();
                        assert_eq!(who(&after), who(&before), "{every}, {other} from {from}: {midnight}");
                    }
                }
            }
        }
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
