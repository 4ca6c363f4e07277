//! Mutes: an agent is passed over by pages until a time, by his own word or a manager's. It is no leave, which is planned
//! and changes who is asked; and it never leaves an emergency to nobody ([`super::case`] sees to that).

use std::collections::BTreeMap;
use std::time::Duration;

use super::people::AgentKey;
use crate::clock::Timestamp;

/// The longest for which an agent mutes himself; whoever is away for longer has leave.
pub const LONGEST_OWN: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest for which a manager mutes somebody.
pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 200;

/// A mute as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mute {
    /// Who is passed over.
    pub agent: AgentKey,
    /// Since when.
    pub since: Timestamp,
    /// The instant from which on he is paged again.
    pub until: Timestamp,
    /// Why, for himself and the managers.
    pub reason: String,
    /// Who said so, as the audit log names him.
    pub by: String,
}

/// Who of a desk's agents is muted, and until when each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutes(BTreeMap<AgentKey, Timestamp>);

impl Mutes {
    /// Nobody is.
    pub const NONE: Mutes = Mutes(BTreeMap::new());

    /// Until when an agent is muted, if he is at that instant.
    pub fn until(&self, agent: &AgentKey, at: Timestamp) -> Option<Timestamp> {
        self.0.get(agent).copied().filter(|until| at < *until)
    }

    /// When the first of them ends after an instant.
    pub fn next_end(&self, after: Timestamp) -> Option<Timestamp> {
        self.0.values().copied().filter(|until| *until > after).min()
    }
}

impl FromIterator<(AgentKey, Timestamp)> for Mutes {
    fn from_iter<T: IntoIterator<Item = (AgentKey, Timestamp)>>(all: T) -> Mutes {
        Mutes(all.into_iter().collect())
    }
}

/// Why somebody cannot be muted so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is over.
    #[error("That is over already: write a time to come.")]
    Over,
    /// It is too long for himself.
    #[error("Write 24 hours at most: whoever is away for longer writes leave down, and is covered.")]
    TooLong,
    /// It is too long for anybody.
    #[error("Write 7 days at most: whoever is away for longer has leave, and is covered.")]
    MuchTooLong,
    /// Nobody said why.
    #[error("Write why, in a few words.")]
    NoReason,
    /// It is a novel.
    #[error("Write {LONGEST_REASON} characters at most.")]
    LongReason,
}

/// Whether a mute is one: always with an end and a reason. `own` is one's own.
pub fn check(now: Timestamp, until: Timestamp, reason: &str, own: bool) -> Result<(), Unfit> {
    match until {
        _ if until <= now => Err(Unfit::Over),
        _ if until > now + LONGEST => Err(Unfit::MuchTooLong),
        _ if own && until > now + LONGEST_OWN => Err(Unfit::TooLong),
        _ => match reason.chars().count() {
            0 => Err(Unfit::NoReason),
            1..=LONGEST_REASON => Ok(()),
            _ => Err(Unfit::LongReason),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    #[test]
    fn a_mute_has_an_end_and_a_reason() {
        let (hour, day) = (Duration::from_secs(3600), LONGEST_OWN);
        let long = "x".repeat(LONGEST_REASON);
        for (until, reason, own, verdict) in [
            (NOW + hour, "flight", true, Ok(())),
            (NOW + day, &*long, true, Ok(())),
            (NOW, "flight", true, Err(Unfit::Over)),
            (NOW + day + hour, "flight", true, Err(Unfit::TooLong)),
            (NOW + day + hour, "flight", false, Ok(())),
            (NOW + LONGEST, "flight", false, Ok(())),
            (NOW + LONGEST + hour, "flight", false, Err(Unfit::MuchTooLong)),
            (Timestamp::NEVER, "flight", true, Err(Unfit::MuchTooLong)),
            (NOW + hour, "", true, Err(Unfit::NoReason)),
            (NOW + hour, &*(long.clone() + "x"), true, Err(Unfit::LongReason)),
        ] {
            assert_eq!(check(NOW, until, reason, own), verdict, "{until} {reason} {own}");
        }
    }

    #[test]
    fn a_mute_ends_by_itself() {
        let ada: AgentKey = "ada".parse().unwrap();
        let ben: AgentKey = "ben".parse().unwrap();
        let end = NOW + Duration::from_secs(60);
        let mutes: Mutes = [(ada.clone(), end)].into_iter().collect();
        assert_eq!(mutes.until(&ada, NOW), Some(end));
        assert_eq!(mutes.until(&ben, NOW), None);
        assert_eq!(mutes.until(&ada, Timestamp(end.0 - 1)), Some(end));
        assert_eq!(mutes.until(&ada, end), None);
        assert_eq!((mutes.next_end(NOW), mutes.next_end(end)), (Some(end), None));
    }
}
