//! The final schedule as a feed: whom the pager would ring, from four weeks back to half a year ahead. Instants are in
//! UTC, so that every program shows them on its reader's own wall clock.
//!
//! A shift keeps its UID as long as it begins when it does, whoever fetches it when; and the text stays the same to the
//! byte through a day in which nothing about it changes, so that fetching it again costs next to nothing.

use std::time::Duration;

use icalendar::{Calendar, Component, Event, EventLike, Property};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::rules::desk::{AgentKey, Desk};
use crate::rules::rota::{Rota, Shift};
use crate::rules::zone::ZoneBook;

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// So far back.
const BACK: Duration = Duration::from_secs(28 * 24 * 60 * 60);
/// So far ahead.
const AHEAD: Duration = Duration::from_secs(26 * 7 * 24 * 60 * 60);
/// Shifts that reach over either end are told whole, unless they are longer than this.
const MARGIN: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// What a feed is about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// Everybody's shifts by one rota.
    Rota(&'a Rota),
    /// One agent's shifts by all rotas of the desk.
    Agent(&'a AgentKey),
}

/// The feed as text. `now` places its span; `changed` is when the desk last changed.
pub fn write(desk: &Desk, about: About<'_>, book: &ZoneBook, now: Timestamp, changed: Timestamp) -> String {
    let midnight = Timestamp(now.0 - now.0.rem_euclid(A_DAY.as_millis() as i64));
    let (from, to) = (midnight - BACK, midnight + AHEAD);
    let name = match about {
        About::Rota(rota) => format!("On call: {} ({})", rota.name, desk.name),
        About::Agent(agent) => format!("{} on call ({})", desk.name_of(agent), desk.name),
    };
    let rotas = match about {
        About::Rota(rota) => std::slice::from_ref(rota),
        About::Agent(_) => &desk.rotas,
    };
    let mut events = Vec::new();
    for rota in rotas {
        let shifts = rota.shifts(book, from - MARGIN, to + MARGIN);
        let shifts = shifts.filter(|shift| shift.from < to && shift.to > from);
        let shifts = shifts.filter(|shift| match about {
            About::Rota(_) => true,
            About::Agent(agent) => shift.agent == *agent,
        });
        events.extend(shifts.map(|shift| event(desk, rota, about, &shift, changed)));
    }
    let properties = [
        ("VERSION", "2.0"),
        ("PRODID", "-//Nightbell//On call//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ];
    let mut properties = Property::from_array(properties);
    let name = plain(&name);
    // The one is what programs read, the other what the standard says (RFC 7986). The library knows the latter for no
    // text and escapes it only if told.
    let mut standard = Property::new("NAME", &*name);
    standard.add_parameter("VALUE", "TEXT");
    properties.extend([Property::new("X-WR-CALNAME", &*name), standard]);
    let mut refresh = Property::new("REFRESH-INTERVAL", "PT1H");
    refresh.add_parameter("VALUE", "DURATION");
    properties.extend([refresh, Property::new("X-PUBLISHED-TTL", "PT1H")]);
    let components = events.into_iter().map(Into::into).collect();
    Calendar { properties, components }.to_string()
}

fn event(desk: &Desk, rota: &Rota, about: About<'_>, shift: &Shift, changed: Timestamp) -> Event {
    let agent = desk.name_of(&shift.agent);
    let summary = match about {
        About::Rota(_) => agent,
        About::Agent(_) => format!("On call: {} ({})", rota.name, desk.name),
    };
    let description =
        format!("{} is on call by the rota {} of {}.", desk.name_of(&shift.agent), rota.name, desk.name);
    let mut event = Event::new();
    event
        .uid(&uid(desk, rota, shift))
        .timestamp(changed.to_chrono())
        .last_modified(changed.to_chrono())
        .summary(&plain(&summary))
        .description(&plain(&description))
        .starts(shift.from.to_chrono())
        .ends(shift.to.to_chrono())
        // Who is on call is not busy: he can be invited to lunch.
        .add_property("TRANSP", "TRANSPARENT");
    event.done()
}

/// The same for the same agent's shift from the same instant, in whatever feed; names may hold anything.
fn uid(desk: &Desk, rota: &Rota, shift: &Shift) -> String {
    let mut hash = Sha256::new();
    for part in [desk.key.as_str(), &rota.name, shift.agent.as_str()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(shift.from.0.to_be_bytes());
    format!("{}@nightbell", &hex::encode(hash.finalize())[..32])
}

/// A name without control characters: a line of a calendar ends at one.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests;
