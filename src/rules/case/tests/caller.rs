//! The caller's side: triage, the end of the call, texts, joining, pushing.

use super::*;
use crate::rules::ticket::{CallbackNumber, KnownContact};

const TRIAGE: FlowCommand = FlowCommand::Triage { severity: Severity::ONE };

#[test]
fn the_page_leaves_at_the_first_of_number_grace_and_end_of_the_call() {
    let page = ["sms ada Page", "ring ada"];
    type Then = fn(&mut Night);
    let thens: [(&str, Then); 4] = [
        ("confirmed", |night| {
            night.flow(FlowCommand::Callback { number: number(CALLER), confirmed: true });
        }),
        ("given up", |night| {
            night.flow(FlowCommand::CallbackGivenUp);
        }),
        ("hung up", |night| {
            night.hangs_up(true);
        }),
        ("45 s", |night| {
            night.wait(35);
        }),
    ];
    for (name, then) in thens {
        let mut night = Night::begin();
        night.flow(TRIAGE).wait(10).expect(&[]);
        then(&mut night);
        assert_eq!(night.effects.len(), 2, "{name}");
        night.expect(&page);
        // And only once, whatever follows.
        night.flow(FlowCommand::CallbackGivenUp).hangs_up(true).flow(FlowCommand::Page).expect(&[]);
    }
}

#[test]
fn grace_is_45_s_to_the_second_and_saying_it_twice_does_not_extend_it() {
    let mut night = Night::begin();
    night.flow(TRIAGE).wait(44).expect(&[]);
    night.flow(TRIAGE).wait(1).expect(&["sms ada Page", "ring ada"]);
}

#[test]
fn an_unconfirmed_number_does_not_hurry_the_page_and_is_kept() {
    let mut night = Night::begin();
    night.flow(TRIAGE).flow(FlowCommand::Callback { number: number("+18025550130"), confirmed: false });
    night.expect(&[]).hangs_up(true).expect(&["sms ada Page", "ring ada"]);
    let kept = CallbackNumber { number: number("+18025550130"), confirmed: false };
    assert_eq!(night.case.ticket.callback, Some(kept));
}

#[test]
fn the_caller_id_stands_in_unless_it_is_withheld_or_costs_a_fortune() {
    for (caller, kept) in [
        (Some(CALLER), true),
        (None, false),
        // Premium; and a country that the desk does not call.
        (Some("+19002345678"), false),
        (Some("+442079460018"), false),
    ] {
        let mut night = Night::begin();
        night.case.ticket.caller_id = caller.map(number);
        night.flow(TRIAGE).hangs_up(true).expect(&["sms ada Page", "ring ada"]);
        let callback = night.case.ticket.callback.clone();
        assert_eq!(callback.is_some(), kept, "{caller:?}");
        assert!(callback.is_none_or(|callback| !callback.confirmed));
        assert_eq!(night.has_entry(|what| *what == Happening::NoCallbackNumber), !kept);
        night.wait(700);
        assert_eq!(night.done().contains(&"sms caller StillTrying".to_owned()), kept, "{caller:?}");
    }
}

#[test]
fn what_the_end_of_the_call_means() {
    let nothing: &[&str] = &[];
    let page: &[&str] = &["sms ada Page", "ring ada"];
    let notice: &[&str] = &["sms ada AbandonedNotice"];
    for (name, before, engaged, returning, wanted, state) in [
        ("no key at all", None, false, false, notice, "abandoned"),
        ("a key", None, true, false, page, "open"),
        ("again within 15 minutes", None, false, true, page, "open"),
        ("silence at triage", Some(TRIAGE), false, false, page, "open"),
        ("chose 3", Some(FlowCommand::Triage { severity: Severity::THREE }), true, false, nothing, "open"),
        ("never urgent", Some(FlowCommand::Topic("passwords".into())), true, false, nothing, "open"),
        (
            "downgraded",
            Some(FlowCommand::Downgrade { severity: Severity::TWO, reason: "none".into() }),
            true,
            false,
            nothing,
            "open",
        ),
    ] {
        let mut night = Night::begin();
        if let Some(command) = before {
            night.flow(command);
        }
        night.happen(Event::CallEnded { engaged, returning, seconds: 9 });
        assert_eq!(night.case.ticket.state.name(), state, "{name}");
        night.expect(wanted);
    }
}

#[test]
fn an_abandoned_call_is_one_text_and_no_escalation() {
    let mut night = Night::begin();
    night.hangs_up(false).expect(&["sms ada AbandonedNotice"]);
    night.accepted(1).receipt(1, Receipt::Delivered).wait(24 * 3600).expect(&[]);
    assert_eq!(night.case.next_due(), None);
    night.says("ada", Command::Acknowledge);
    assert!(matches!(night.answer(), Answer::Seen { .. }));
    night.expect(&[]);
}

#[test]
fn a_desk_may_choose_the_full_page_for_abandoned_calls() {
    let mut night = Night::of(&DESK.replace("[[line]]", "options = { abandoned = \"full_page\" }\n[[line]]"));
    night.hangs_up(false).expect(&["sms ada Page", "ring ada"]);
    assert_eq!(night.case.ticket.state, TicketState::Open);
}

#[test]
fn an_abandoned_call_becomes_an_emergency_when_an_agent_escalates_it() {
    let mut night = Night::begin();
    night.hangs_up(false).accepted(1).done();
    night.says("ada", Command::Escalate).expect(&["sms ada Page", "ring ada"]);
    assert_eq!(night.case.ticket.state, TicketState::Open);
    assert!(!night.case.ticket.provisional);
}

#[test]
fn a_notice_waits_until_somebody_is_on_call() {
    let mut night = Night::begin();
    night.cover_resumes = Some(NIGHT + seconds(4 * 3600));
    night.hangs_up(false).expect(&[]);
    night.wait(4 * 3600).expect(&["sms ada AbandonedNotice"]);
}

#[test]
fn while_the_desk_is_closed_the_page_waits_for_cover() {
    let mut night = Night::begin();
    night.cover_resumes = Some(NIGHT + seconds(4 * 3600));
    night.page();
    night.hangs_up(true).flow(FlowCommand::Push).wait(4 * 3600 - 1).expect(&[]);
    assert!(night.has_entry(|what| matches!(what, Happening::Pushed)));
    night.cover_resumes = None;
    night.wait(1).expect(&["sms ada Page", "ring ada"]);
}

#[test]
fn the_recording_and_a_new_number_are_updates_and_never_pages() {
    let recorded = || FlowCommand::Recorded { recording: "RE1".into(), seconds: 9 };
    let mut night = Night::paging();
    night.done();
    night.flow(recorded()).expect(&["sms ada Update"]);
    night.flow(recorded()).expect(&[]);
    night.says("ada", Command::Acknowledge).done();
    night.flow(FlowCommand::Callback { number: number("+18025550130"), confirmed: true });
    night.expect(&["sms ada Update"]);
    assert_eq!(night.case.brief().callback.unwrap().number, number("+18025550130"));
}

#[test]
fn nobody_is_taken_off_a_ticket_by_the_callers_flow() {
    for command in [
        FlowCommand::Downgrade { severity: Severity::THREE, reason: "no".into() },
        FlowCommand::Triage { severity: Severity::THREE },
        FlowCommand::Transferred { to: "main".into(), answered: true, seconds: 60 },
        FlowCommand::Topic("exports".into()),
    ] {
        let mut night = Night::paging();
        night.done();
        night.flow(command.clone());
        assert!(matches!(night.phase(), Phase::Paging { .. }), "{command:?}");
        assert!(night.case.ticket.severity.is_emergency(), "{command:?}");
        night.expect(&[]);
    }
}

#[test]
fn a_caller_may_take_back_what_he_called_an_emergency_and_a_voicemail_may_not() {
    let mut night = Night::begin();
    night.flow(TRIAGE);
    night.flow(FlowCommand::Transferred { to: "main".into(), answered: true, seconds: 60 });
    night.wait(45).expect(&["sms ada Page", "ring ada"]);

    let mut night = Night::begin();
    night.flow(TRIAGE).flow(FlowCommand::Downgrade { severity: Severity::THREE, reason: "no".into() });
    night.wait(3600).hangs_up(true).expect(&[]);
}

#[test]
fn the_daytime_desk_takes_the_calls_it_answers() {
    let mut night = Night::begin();
    night.flow(FlowCommand::Transferred { to: "main".into(), answered: true, seconds: 60 });
    night.hangs_up(true).wait(3600).expect(&[]);
    assert_eq!(night.case.ticket.severity, Severity::THREE);
}

#[test]
fn a_receipt_is_texted_to_the_callback_number_or_where_he_calls_from() {
    let text = || FlowCommand::TextCaller { text: "your ticket".into() };
    let mut night = Night::begin();
    night.flow(text()).expect(&["sms caller Composed"]);
    night.dead.insert((MethodKind::Sms, number(CALLER)));
    night.flow(text()).expect(&[]);
    assert!(night.has_entry(|what| matches!(what, Happening::CallerNotTextable { .. })));

    let mut night = Night::of(&DESK.replace("[[line]]", "options = { text_receipts = false }\n[[line]]"));
    night.flow(text()).expect(&[]);
}

#[test]
fn a_push_goes_one_step_up_and_once_in_three_minutes() {
    let mut night = Night::paging();
    night.accepted(1).accepted(2).receipt(2, Receipt::Ended(Ending::NoAnswer)).done();
    night.flow(FlowCommand::Push).expect(&["sms ben Page", "ring ben"]);
    night.wait(100).flow(FlowCommand::Push);
    assert!(night.has_entry(|what| *what == Happening::PushTooSoon));
    night.done();
    // The first cycle is over: Ada is called again.
    night.wait(80).done();
    night.flow(FlowCommand::Push).expect(&["withdraw 5", "sms ada Page", "ring ada"]);
}

#[test]
fn a_push_reopens_what_was_closed_meanwhile() {
    let mut night = Night::paging();
    night.says("ada", Command::Resolve { note: None }).done();
    night.flow(FlowCommand::Push).expect(&["sms ada Page", "ring ada"]);
    assert!(night.has_entry(|what| *what == Happening::Reopened));
    night.says("ada", Command::Acknowledge);
    assert!(matches!(night.answer(), Answer::Taken(_)), "a reopened ticket can be taken");
}

#[test]
fn a_push_starts_a_normal_ticket_at_the_first_step() {
    let mut night = Night::begin();
    night.flow(FlowCommand::Triage { severity: Severity::THREE }).hangs_up(true);
    night.flow(FlowCommand::Push).expect(&["sms ada Page", "ring ada"]);
    assert!(night.case.ticket.severity.is_emergency());
}

#[test]
fn a_redial_is_absorbed_and_its_own_ticket_pages_nobody() {
    let mut night = Night::paging();
    night.done();
    let mut other = ticket(Some(CALLER));
    other.id = crate::id::Id::from_text("U");
    other.number = TicketNumber(1043);
    other.recordings = vec!["RE9".into()];
    other.what = Some("all pumps stand".into());
    night.happen(Event::Absorb(Box::new(other.clone()))).expect(&["sms ada Update"]);
    assert_eq!(night.case.ticket.recordings, ["RE9"]);
    assert_eq!(night.case.ticket.what.as_deref(), Some("all pumps stand"));

    let mut mine = Night::begin();
    mine.flow(TRIAGE).happen(Event::MergedInto(Box::new(night.case.ticket.clone())));
    mine.hangs_up(true).wait(3600).expect(&[]);
    assert!(matches!(mine.case.ticket.state, TicketState::Merged { .. }));
    mine.flow(FlowCommand::Push).expect(&[]);
}

#[test]
fn a_joined_ticket_takes_over_the_number_that_was_learnt() {
    let mut night = Night::begin();
    night.flow(FlowCommand::Triage { severity: Severity::THREE });
    let mut other = ticket(None);
    other.callback = Some(CallbackNumber { number: number("+18025550130"), confirmed: true });
    night.happen(Event::Absorb(Box::new(other.clone())));
    assert_eq!(night.case.ticket.callback, other.callback);
}

#[test]
fn texts_of_callers() {
    let mut night = Night::begin();
    night.case.ticket.severity = Severity::THREE;
    night.case.ticket.provisional = false;
    let wrote = |answer| Event::Wrote { body: "  the  site\nis down ".into(), answer };
    night.happen(wrote(true)).expect(&["sms caller WriterReceipt"]);
    night.happen(wrote(false)).expect(&[]);
    assert_eq!(night.case.ticket.what.as_deref(), Some("the site is down"));
    assert_eq!(night.case.next_due(), None);

    let mut night = Night::paging();
    night.done();
    night.happen(Event::Texted { body: "please hurry".into() }).expect(&["sms ada Update"]);

    // No answer where it would be dear.
    let mut night = Night::begin();
    night.case.ticket.caller_id = Some(number("+442079460018"));
    night.happen(wrote(true)).expect(&[]);
}

#[test]
fn pictures_are_kept_and_told_of_unless_the_text_beside_them_was() {
    let pictures = |by| Event::Pictures {
        by,
        pictures: Pictures { count: 2, carrier: "main".into(), text: "MM1".into() },
    };
    let came = |night: &Night| night.count(|what| matches!(what, Happening::PicturesCame { count: 2, .. }));
    let mut night = Night::paging();
    night.done();
    night.happen(pictures(Actor::Caller)).expect(&["sms ada Update"]);
    night.happen(pictures(Actor::Caller)).expect(&[]);
    assert_eq!(came(&night), 2);

    let mut night = Night::paging();
    night.done();
    night.happen(Event::Texted { body: "look".into() }).expect(&["sms ada Update"]);
    night.happen(pictures(Actor::Caller)).expect(&[]);
    night.wait(119).done();
    night.happen(Event::Texted { body: "and here".into() }).expect(&[]);
    night.wait(1).done();
    night.happen(Event::Texted { body: "and there".into() }).expect(&["sms ada Update"]);
    // An agent's own are news to nobody.
    night.wait(120).done();
    night.happen(pictures(Actor::Agent(agent("ada")))).expect(&[]);
    assert_eq!(came(&night), 2);
}

#[test]
fn a_customers_contact_abroad_may_be_called_because_the_desk_file_names_him() {
    let customer = "[[customer]]\nkey = \"lodge\"\nname = \"Lodge\"\n[[customer.contact]]\nname = \"Finn\"\n\
                    phones = [\"+442079460018\"]\n[[policy]]";
    let mut night = Night::of(&DESK.replace("[[policy]]", customer));
    night.case.ticket.caller_id = Some(number("+442079460018"));
    night.case.ticket.contact = Some(KnownContact { customer: "Lodge".into(), name: "Finn".into() });
    night.flow(TRIAGE).hangs_up(true);
    assert!(night.case.ticket.callback.is_some());
}

#[test]
fn the_language_that_was_chosen_stays() {
    let mut night = Night::begin();
    night.happen(Event::Speaks { language: "fr".into() });
    assert_eq!(night.case.ticket.language, "fr");
}

#[test]
fn only_a_forgotten_emergency_is_paged_by_the_auditor() {
    let mut forgotten = Night::begin();
    forgotten.happen(Event::Forgotten).expect(&["sms ada Page", "ring ada"]);
    let mut taken = Night::paging();
    taken.says("ada", Command::Acknowledge).done();
    taken.happen(Event::Forgotten).expect(&[]);
    let mut normal = Night::begin();
    normal.flow(FlowCommand::Triage { severity: Severity::TWO }).happen(Event::Forgotten).expect(&[]);
    let mut waiting = Night::begin();
    waiting.flow(TRIAGE).happen(Event::Forgotten).expect(&[]);
}
