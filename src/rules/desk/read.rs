//! From a desk file's text to a [`Desk`], or to everything that is wrong with it.

use super::check::Checks;
use super::{Desk, DeskOf};
use crate::rules::hours::WrittenCalendar;
use crate::rules::people::AgentKey;
use crate::rules::rota::WrittenRota;
use crate::rules::source::{Problem, Source};
use crate::rules::written::Fault;
use crate::rules::zone::Zone;

/// A desk as its file has it.
pub type WrittenDesk = DeskOf<WrittenCalendar, WrittenRota>;

/// What stands in for the keys without which there is no desk, so that the rest of its file is looked at as well.
const STAND_INS: &str = "key = \"desk\"\nname = \"Desk\"\ncountry = \"US\"\n[hours]\nzone = \"UTC\"\n";

impl Desk {
    /// Reads a desk file. All its errors are reported, in the order of their lines. Whether its flows and carriers exist
    /// is not in this file: [`Known`](super::file::Known).
    pub fn parse(text: &str) -> Result<Desk, Vec<Problem>> {
        let whole = Source::parse_all(text)?;
        let decoded = whole.decode_all::<WrittenDesk>(STAND_INS);
        let mut problems = decoded.problems;
        let Some(written) = decoded.value else { return Err(problems) };
        let mut checks = Checks::new(&whole, &decoded.source, &written);
        checks.run();
        problems.extend(checks.problems);

        let source = &decoded.source;
        let mut report = |path: &[&str], faults: Vec<Fault>| {
            problems.extend(faults.into_iter().map(|fault| {
                let inside = fault.path.iter().map(String::as_str);
                let path: Vec<&str> = path.iter().copied().chain(inside).collect();
                source.problem(&path, fault.what, fault.remedy)
            }));
        };
        let hours = written.hours.read().map_err(|faults| report(&["hours"], faults)).ok();
        // A wrong zone is reported above, and once is enough.
        let zone = hours.as_ref().map_or_else(Zone::utc, |hours| hours.zone);
        let agents = whole.texts(&["agent", "*", "key"]);
        let is_agent = |key: &AgentKey| agents.contains(&key.as_str());
        let mut rotas = Vec::with_capacity(written.rotas.len());
        for (index, rota) in written.rotas.iter().enumerate() {
            match rota.read(zone, &is_agent) {
                Ok(rota) => rotas.push(rota),
                Err(faults) => report(&["rota", &index.to_string()], faults),
            }
        }
        problems.sort();
        problems.dedup();
        match hours {
            Some(hours) if problems.is_empty() => Ok(written.with_times(hours, rotas)),
            _ => Err(problems),
        }
    }
}

impl<H, R> DeskOf<H, R> {
    /// The same desk with other hours and rotas.
    fn with_times<Hours, OneRota>(self, hours: Hours, rotas: Vec<OneRota>) -> DeskOf<Hours, OneRota> {
        DeskOf {
            key: self.key,
            name: self.name,
            country: self.country,
            fictional_numbers: self.fictional_numbers,
            email: self.email,
            web: self.web,
            main_number: self.main_number,
            manager: self.manager,
            never_urgent: self.never_urgent,
            blocked: self.blocked,
            callback_countries: self.callback_countries,
            limits: self.limits,
            options: self.options,
            live_connect: self.live_connect,
            hours,
            lines: self.lines,
            severities: self.severities,
            agents: self.agents,
            rotas,
            policies: self.policies,
            customers: self.customers,
            audio: self.audio,
        }
    }
}
