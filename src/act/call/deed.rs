//! What a command of a flow is for the tickets of its call: who carries it out asks here, on the telephone
//! ([`super::carry_out`]) as on paper ([`crate::act::what_if`]).

use crate::rules::call::Call;
use crate::rules::flow::{FlowCommand, Input, Turn};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::act) enum Deed {
    /// Nothing more: the caller waits already ([`super::wait`]).
    Nothing,
    /// The call gets a ticket, if it has none yet, and is no silent one any more.
    Open,
    /// It joins the ticket that the caller was told of.
    Join,
    /// The agent who calls takes what he was told of first.
    Take,
    /// He takes what he is put through for, unless that is what he took before.
    TakeCustomer,
    /// He has talked to the customer of what he took, or has not reached him.
    Talked {
        /// Somebody took the call.
        answered: bool,
        /// How long they talked, in seconds.
        seconds: u32,
    },
    /// The call's own ticket is told of it; where there is none, nothing is done.
    Tell(FlowCommand),
}

impl Deed {
    /// What a command is for a call that has a ticket of its own (`owns`), or for one that has none.
    pub(in crate::act) fn of(command: FlowCommand, owns: bool) -> Deed {
        match command {
            FlowCommand::Connect { .. } => Deed::Nothing,
            FlowCommand::Report => Deed::Open,
            FlowCommand::Join => Deed::Join,
            FlowCommand::Acknowledge if !owns => Deed::Take,
            FlowCommand::CallCustomer if !owns => Deed::TakeCustomer,
            FlowCommand::Transferred { answered, seconds, .. } if !owns => Deed::Talked { answered, seconds },
            command => Deed::Tell(command),
        }
    }
}

/// Whether the caller did something by which a call is no silent one.
pub(in crate::act) fn is_engaged(input: &Input) -> bool {
    match input {
        Input::Keys(keys) => !keys.is_empty(),
        Input::Recorded { seconds, .. } => *seconds > 0,
        Input::Dialled { answered, .. } => *answered,
        Input::NoRecording | Input::Continue => false,
    }
}

/// The call goes on in the language that its turn was in.
pub(in crate::act) fn goes_on_in(call: &mut Call, turn: &Turn) {
    if let Some(position) = &turn.position {
        call.language.clone_from(&position.language);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_agent_does_without_a_ticket_of_his_own_is_about_another() {
        let transferred = || FlowCommand::Transferred { to: "customer".into(), answered: true, seconds: 40 };
        for (command, owning, owning_none) in [
            (FlowCommand::Report, Deed::Open, Deed::Open),
            (FlowCommand::Join, Deed::Join, Deed::Join),
            (FlowCommand::Acknowledge, Deed::Tell(FlowCommand::Acknowledge), Deed::Take),
            (FlowCommand::CallCustomer, Deed::Tell(FlowCommand::CallCustomer), Deed::TakeCustomer),
            (transferred(), Deed::Tell(transferred()), Deed::Talked { answered: true, seconds: 40 }),
            (FlowCommand::Page, Deed::Tell(FlowCommand::Page), Deed::Tell(FlowCommand::Page)),
        ] {
            assert_eq!(Deed::of(command.clone(), true), owning, "{command}");
            assert_eq!(Deed::of(command.clone(), false), owning_none, "{command}");
        }
    }
}
