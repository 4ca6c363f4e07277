//! What managers are answered who declare something by text, and what callers hear of it beside the usual hours.

use super::{Words, one_line};
use crate::clock::Timestamp;
use crate::rules::effect::ToManager;
use crate::rules::hours::{Calendar, Declared, Exceptions};
use crate::rules::zone::{Zone, ZoneBook};

impl Words {
    pub(super) fn to_manager(
        &self,
        lang: &str,
        desk: &str,
        book: &ZoneBook,
        zone: Zone,
        answer: &ToManager,
    ) -> String {
        let until = match answer {
            ToManager::Declared { until, .. } => self.moment(lang, book, zone, *until),
            _ => String::new(),
        };
        let plain = |id: &str| self.say(lang, id, &[("desk", desk), ("until", &until)]);
        match answer {
            ToManager::Declared { what, .. } => match what {
                Declared::DeskClosed => plain("declared-desk-closed"),
                Declared::Nobody => plain("declared-nobody"),
                Declared::DeskOpen => plain("declared-desk-open"),
                Declared::Everyone => plain("declared-everyone"),
            },
            ToManager::Normal { was: true } => plain("declared-normal"),
            ToManager::Normal { was: false } => plain("declared-normal-already"),
            ToManager::Over => plain("declared-over"),
            ToManager::TooLong => plain("declared-too-long"),
            ToManager::TooLate => plain("declared-too-late"),
            ToManager::Unclear => plain("declared-unclear"),
            ToManager::WhichDesk { desks } => {
                let desks: Vec<String> = desks.iter().map(|desk| one_line(desk)).collect();
                self.say(lang, "declared-which-desk", &[("desks", &desks.join(", "))])
            }
        }
    }

    /// When the desk answers, and how long that is otherwise now: "Monday to Friday 9 am to 8 pm, but closed until …".
    pub fn support_hours_now(
        &self,
        lang: &str,
        book: &ZoneBook,
        hours: &Calendar,
        exceptions: &Exceptions,
        now: Timestamp,
    ) -> String {
        let usual = self.support_hours(lang, hours);
        let Some(declared) = exceptions.of_hours(now) else { return usual };
        let until = self.moment(lang, book, hours.zone, declared.until);
        let plain = |id: &str| self.say(lang, id, &[("hours", &usual), ("until", &until)]);
        match declared.what {
            Declared::DeskClosed | Declared::Nobody => plain("hours-but-closed"),
            Declared::DeskOpen => plain("hours-but-open"),
            Declared::Everyone => usual,
        }
    }
}
