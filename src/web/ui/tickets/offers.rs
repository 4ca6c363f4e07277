//! What somebody may do with a ticket as it stands: the buttons that he is shown, and what they say when they are
//! pressed. The rights are asked for again by whoever carries a command out.

use crate::act::{CommandError, Commander, right_for};
use crate::clock::Timestamp;
use crate::rules::access::Right;
use crate::rules::case::Case;
use crate::rules::command::Command;
use crate::rules::desk::Desk;
use crate::rules::escalation::Phase;
use crate::rules::mute::Mutes;
use crate::rules::people::AgentKey;
use crate::rules::severity::Severity;
use crate::web::commands::{NoWords, own_words};
use crate::web::ui::form::{Errors, Fields};

/// What may be done.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::web::ui) struct Offers {
    pub(in crate::web::ui) take: bool,
    pub(in crate::web::ui) call: bool,
    pub(in crate::web::ui) called_back: bool,
    pub(in crate::web::ui) decline: bool,
    pub(in crate::web::ui) next_step: bool,
    pub(in crate::web::ui) downgrade: Vec<u8>,
    pub(in crate::web::ui) resolve: bool,
    pub(in crate::web::ui) note: bool,
    pub(in crate::web::ui) naming: Option<Naming>,
}

/// What is known of a desk's people.
#[derive(Clone, Copy)]
pub(in crate::web::ui) struct People<'a> {
    /// Who is on call now.
    pub(in crate::web::ui) on_call: &'a [AgentKey],
    pub(in crate::web::ui) mutes: &'a Mutes,
    pub(in crate::web::ui) now: Timestamp,
}

/// Somebody can be named: to have it, or to be paged as well.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::web::ui) struct Naming {
    /// As the form says it.
    pub(in crate::web::ui) command: &'static str,
    /// As people read it.
    pub(in crate::web::ui) words: &'static str,
    pub(in crate::web::ui) agents: Vec<Named>,
}

/// Somebody who can be named.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::web::ui) struct Named {
    pub(in crate::web::ui) key: String,
    pub(in crate::web::ui) name: String,
    pub(in crate::web::ui) on_call: bool,
    /// Who is named is paged all the same.
    pub(in crate::web::ui) muted: bool,
}

impl Offers {
    /// What he may do with it.
    pub(in crate::web::ui) fn of(who: &Commander, desk: &Desk, case: &Case, people: People<'_>) -> Offers {
        let me = who.agent_at(desk);
        let key = desk.key.as_str();
        let may = |command: &Command| who.principal.may(right_for(command, case, me), key);
        let as_agent = |command: &Command| me.is_some() && may(command);
        let (open, holder) = (case.is_open(), case.holder());
        let run = case.escalation.as_ref().map(|run| &run.phase);
        let waits = matches!(run, Some(Phase::Waiting { .. } | Phase::Paging { .. }));
        let mine = holder.is_some() && holder == me;
        let called_back = matches!(run, Some(Phase::CalledBack { .. }));
        let down = |severity: &Severity| {
            *severity > case.ticket.severity
                && may(&Command::Downgrade { severity: *severity, reason: String::new() })
        };
        let lesser = [Severity::TWO, Severity::THREE, Severity::FOUR];
        Offers {
            take: open && waits && as_agent(&Command::Acknowledge),
            call: open
                && (waits || mine)
                && case.ticket.callback.is_some()
                && as_agent(&Command::CallCustomer),
            called_back: open && mine && !called_back && as_agent(&Command::CallbackDone),
            decline: open
                && me.is_some_and(|me| !mine && waits && case.waits_for(me))
                && may(&Command::Decline),
            next_step: open && may(&Command::Escalate),
            downgrade: match open {
                true => lesser.iter().filter(|severity| down(severity)).map(|it| (*it).into()).collect(),
                false => Vec::new(),
            },
            resolve: open && may(&Command::Resolve { note: None }),
            note: may(&Command::Note(String::new())),
            naming: Naming::of(desk, case, me, people, may).filter(|_| open),
        }
    }
}

impl Naming {
    fn of(
        desk: &Desk,
        case: &Case,
        me: Option<&AgentKey>,
        people: People<'_>,
        may: impl Fn(&Command) -> bool,
    ) -> Option<Naming> {
        let holder = case.holder();
        // Whoever may have it takes it himself, and is paged for nothing.
        let others = desk.agents.iter().filter(|agent| Some(&agent.key) != holder && Some(&agent.key) != me);
        let named = |agent: &crate::rules::desk::Agent| Named {
            key: agent.key.as_str().to_owned(),
            name: agent.name.clone(),
            on_call: people.on_call.contains(&agent.key),
            muted: people.mutes.until(&agent.key, people.now).is_some(),
        };
        let mut agents: Vec<Named> = others.map(named).collect();
        agents.sort_by_key(|agent| !agent.on_call);
        let first: AgentKey = agents.first()?.key.parse().ok()?;
        let (command, words, whole) = match holder {
            Some(_) => ("hand_over", "Hand over", Command::HandOver { to: first }),
            None => ("page", "Page somebody", Command::Page { agent: first }),
        };
        may(&whole).then_some(Naming { command, words, agents })
    }
}

/// The command that a form asks for.
pub(super) fn read(fields: &Fields) -> Result<Command, Errors> {
    let text = |field: &'static str, remedy: &str| {
        own_words(fields.get(field)).map_err(|none| match none {
            NoWords::Empty => Errors::one(field, remedy),
            NoWords::TooLong => Errors::one(field, "That is too long: write 2,000 characters at most."),
        })
    };
    let agent = || {
        let key = fields.get("agent").parse::<AgentKey>();
        key.map_err(|_| Errors::one("agent", "Choose somebody of the desk."))
    };
    Ok(match fields.get("command") {
        "acknowledge" => Command::Acknowledge,
        "decline" => Command::Decline,
        "escalate" => Command::Escalate,
        "call" => Command::CallCustomer,
        "called_back" => Command::CallbackDone,
        "hand_over" => Command::HandOver { to: agent()? },
        "page" => Command::Page { agent: agent()? },
        "note" => Command::Note(text("note", "Write what is to be noted.")?),
        "resolve" if fields.get("how").trim().is_empty() => Command::Resolve { note: None },
        "resolve" => Command::Resolve { note: Some(text("how", "")?) },
        "downgrade" => {
            let severity = fields.get("severity").parse::<u8>().ok();
            let severity = severity.and_then(|level| Severity::try_from(level).ok());
            let severity = severity.filter(|severity| !severity.is_emergency());
            let severity = severity.ok_or_else(|| Errors::one("severity", "Choose a lesser severity."))?;
            Command::Downgrade { severity, reason: text("reason", "Write why it is no emergency.")? }
        }
        _ => return Err(Errors::one("form", "That is no command of ours; nothing was changed.")),
    })
}

/// That it came into other hands before the command, in a word.
pub(super) const PASSED: &str = "passed";

/// That it went to another step before it was to go to the next one, in a word.
pub(super) const MOVED_ON: &str = "moved-on";

/// What a page says of it: whether it was done, and in words. Who has it is said as it stands now.
pub(in crate::web::ui) fn outcome(code: &str, case: &Case, desk: &Desk) -> Option<(bool, String)> {
    let number = case.ticket.number;
    let holder = case.holder().map(|agent| desk.name_of(agent));
    let done = |words: String| Some((true, words));
    let refused = |words: String| Some((false, words));
    match code {
        "taken" => done(format!("#{number} is yours. Call the customer back, and say here when you have.")),
        "already-taken" => refused(match holder {
            Some(holder) => format!("#{number} is not yours: {holder} has it already."),
            None => format!("Somebody else had #{number} when you pressed, and has it no more."),
        }),
        "yours-already" => refused(format!("#{number} is yours already.")),
        "seen" => done(format!("It is noted that you have seen #{number}. Nobody is paged for it.")),
        "declined" => done(format!("You have declined #{number}. It goes on to the next one.")),
        "not-asked" => refused(format!("You are not being asked to take #{number}; nothing was changed.")),
        "escalated" => done(format!("#{number} has gone to the next step.")),
        "ringing" => done(format!("Your phone rings now: answer it and press 1 to be connected for #{number}.")),
        "no-number" => refused(format!("#{number} has no callback number, so there is nobody to call.")),
        "called-back" => done(format!("It is noted that the customer of #{number} was called back.")),
        "downgraded" => done(format!("#{number} is Severity {} now; nobody is paged for it.", case.ticket.severity)),
        "not-lower" => refused(format!("#{number} is Severity {} already.", case.ticket.severity)),
        "resolved" => done(format!("#{number} is resolved.")),
        "noted" => done(format!("The note stands in the timeline of #{number}.")),
        "handed-over" => done(format!("#{number} is handed over: it is paged for, and nobody has it until it is taken.")),
        "paged" => done(format!("One more agent is paged for #{number}.")),
        "no-agent" => refused("The desk has no such agent any more; nothing was changed.".into()),
        "not-an-agent" => refused(
            "Only an agent of the desk can do that: one whose e-mail address in the desk's file is that of your account."
                .into(),
        ),
        PASSED => refused(CommandError::Passed { holder }.to_string()),
        MOVED_ON => refused(CommandError::MovedOn.to_string()),
        "closed" => refused(format!("#{number} is closed already; nothing was changed.")),
        _ => None,
    }
}

/// Whether somebody may see telephone numbers, and hear recordings, of a desk's tickets.
pub(in crate::web::ui) fn may_see_numbers(who: &Commander, desk: &str) -> bool {
    who.principal.may(Right::Answer, desk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(pairs)
    }

    #[test]
    fn a_form_is_a_command_or_says_what_it_lacks() {
        let ben: AgentKey = "ben".parse().unwrap();
        for (form, command) in [
            (&[("command", "acknowledge")] as &[(&str, &str)], Command::Acknowledge),
            (&[("command", "escalate"), ("agent", "ben")], Command::Escalate),
            (&[("command", "page"), ("agent", "ben")], Command::Page { agent: ben.clone() }),
            (&[("command", "hand_over"), ("agent", "ben")], Command::HandOver { to: ben }),
            (&[("command", "note"), ("note", " x ")], Command::Note("x".into())),
            (&[("command", "resolve"), ("how", " ")], Command::Resolve { note: None }),
            (&[("command", "resolve"), ("how", "DNS")], Command::Resolve { note: Some("DNS".into()) }),
            (
                &[("command", "downgrade"), ("severity", "3"), ("reason", "one user")],
                Command::Downgrade { severity: Severity::THREE, reason: "one user".into() },
            ),
        ] {
            assert_eq!(read(&fields(form)).ok(), Some(command), "{form:?}");
        }
        let long = "x".repeat(2001);
        for (form, field) in [
            (&[] as &[(&str, &str)], "form"),
            (&[("command", "delete")], "form"),
            (&[("command", "page"), ("agent", "")], "agent"),
            (&[("command", "page"), ("agent", "Ben Frost")], "agent"),
            (&[("command", "note"), ("note", "  ")], "note"),
            (&[("command", "note"), ("note", &long)], "note"),
            (&[("command", "resolve"), ("how", &long)], "how"),
            (&[("command", "downgrade"), ("severity", "1"), ("reason", "x")], "severity"),
            (&[("command", "downgrade"), ("severity", "9"), ("reason", "x")], "severity"),
            (&[("command", "downgrade"), ("severity", "3"), ("reason", "")], "reason"),
        ] {
            let errors = read(&fields(form)).unwrap_err();
            assert!(errors.of(field).is_some(), "{form:?}");
        }
    }
}
