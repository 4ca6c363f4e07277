use std::collections::BTreeSet;

use proptest::prelude::*;

use super::answers::{Done, Holder, OnCall, Open, Spoken, Taken};
use super::gsm::Length;
use super::notices::{ToAgent, ToCaller, ToManager};
use super::page::{Callback, Page};
use super::*;
use crate::rules::command::{Command, Parsed, Reply, Verb, parse};
use crate::rules::contact::PhoneNumber;
use crate::rules::number_plan::NumberPlan;
use crate::rules::policy::MethodKind;
use crate::rules::severity::Severity;
use crate::rules::ticket_number::TicketNumber;

const TICKET: TicketNumber = TicketNumber(1042);

fn number() -> PhoneNumber {
    "+18025550121".parse().unwrap()
}

fn plan() -> NumberPlan {
    NumberPlan { country: "US".parse().unwrap(), fictional: true }
}

fn page<'a>(customer: Option<&'a str>, callback: Callback<'a>, what: Option<&'a str>) -> Page<'a> {
    Page { ticket: TICKET, severity: Severity::ONE, customer, callback, what }
}

/// Everything that can be said, with `name` wherever a person's words go.
fn everything(words: &Words, name: &str) -> Vec<String> {
    let number = number();
    let mut said = Vec::new();
    for callback in [Callback::Confirmed(&number), Callback::Unconfirmed(&number), Callback::Unknown] {
        for text in [None, Some(name)] {
            let page = page(text, callback, text);
            said.extend([words.page_text("en", &page), words.page_update("en", &page)]);
            said.extend([words.page_abandoned("en", &page), words.voice_page("en", &page, name, &plan())]);
        }
    }
    said.extend([words.voice_menu("en", false), words.voice_menu("en", true)]);
    let foreign: PhoneNumber = "+442079460018".parse().unwrap();
    said.push(words.voice_page("en", &page(None, Callback::Confirmed(&foreign), None), name, &plan()));
    said.extend(
        [None, Some(&number)]
            .map(|callback| words.acknowledged("en", &[Taken { ticket: TICKET, customer: name, callback }])),
    );
    said.push(words.acknowledged("en", &[]));
    said.extend(
        [
            Done::Declined,
            Done::Escalated,
            Done::Calling,
            Done::CallingNobody,
            Done::CallbackDone,
            Done::Downgraded(Severity::THREE),
            Done::Resolved,
            Done::Noted,
            Done::TakenAlready(name),
            Done::NoSuchTicket,
        ]
        .map(|done| words.done("en", TICKET, done)),
    );
    said.push(words.which_ticket("en", Verb::Call, &[TICKET, TicketNumber(1043)]));
    said.extend(
        [None, Some(Verb::Ack), Some(Verb::Down)].map(|verb| words.unclear("en", verb, Some(TICKET))),
    );
    said.push(words.help("en"));
    said.push(words.who("en", &[]));
    said.push(words.who("en", &[OnCall { rota: name, agents: &[name] }, OnCall { rota: name, agents: &[] }]));
    said.push(words.status("en", &[]));
    said.extend([Holder::Nobody, Holder::Taken(name), Holder::CalledBack(name)].map(|holder| {
        words.status("en", &[Open { ticket: TICKET, severity: Severity::ONE, customer: name, holder }])
    }));
    said.extend(
        [
            Spoken::Taken(TICKET),
            Spoken::TakenAlready(TICKET, name),
            Spoken::Declined,
            Spoken::WrongKey,
            Spoken::NoRecording,
            Spoken::NoKey,
            Spoken::CallingCustomer,
            Spoken::CallbackPress(TICKET, name),
            Spoken::CallbackFailed,
        ]
        .map(|spoken| words.spoken("en", spoken)),
    );
    said.extend(
        [
            ToAgent::StandDown(name),
            ToAgent::StandDownClosed,
            ToAgent::CallbackReminder { customer: name, callback: None, minutes: 15 },
            ToAgent::CallbackReminder { customer: name, callback: Some(&number), minutes: 15 },
            ToAgent::ReachedThem,
        ]
        .map(|notice| words.to_agent("en", TICKET, notice)),
    );
    said.extend(
        [
            ToCaller::Receipt,
            ToCaller::ReceiptOfEmergency,
            ToCaller::StillTrying,
            ToCaller::Taken(None),
            ToCaller::Taken(Some(name)),
            ToCaller::UrgentCall(&number),
            ToCaller::CallingFrom(&number),
        ]
        .map(|notice| words.to_caller("en", name, TICKET, notice)),
    );
    said.push(words.closed_resumes("en", name, "tomorrow at 8"));
    said.extend(
        [
            ToManager::Undelivered(name, MethodKind::Sms),
            ToManager::Undelivered(name, MethodKind::Voice),
            ToManager::RotaEmpty(name),
            ToManager::Exhausted { customer: name, cycles: 2 },
            ToManager::Copy { customer: name, what: name },
        ]
        .map(|notice| words.to_manager("en", TICKET, notice)),
    );
    said.push(words.opted_out("en", name));
    said
}

/// The ids in our sources, as they are asked for.
fn ids_asked_for() -> BTreeSet<&'static str> {
    let sources = [include_str!("page.rs"), include_str!("answers.rs"), include_str!("notices.rs")];
    let calls = sources.iter().flat_map(|source| source.split("(lang, \"").skip(1));
    calls.filter_map(|rest| rest.split('"').next()).collect()
}

fn ids_written(file: &str) -> BTreeSet<&str> {
    let starts = file.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    starts.filter_map(|line| line.split(" =").next()).collect()
}

#[test]
fn every_language_has_exactly_the_messages_that_are_asked_for() {
    assert!(ids_asked_for().len() > 50);
    for (language, file) in FILES {
        assert_eq!(ids_written(file), ids_asked_for(), "{language}");
        assert!(FluentResource::try_new(file.to_owned()).is_ok(), "{language} has a mistake in its syntax");
    }
}

#[test]
fn no_message_lacks_a_value() {
    for said in everything(&Words::load(), "Ada Moss") {
        assert!(!said.contains('{') && !said.is_empty(), "{said}");
    }
}

#[test]
fn messages_are_short_and_seven_bit() {
    for said in everything(&Words::load(), "Lakeside Lodge") {
        let Length::Septets(length) = Length::of(&said) else { panic!("not in the 7-bit alphabet: {said}") };
        assert!(length <= 160, "{length}: {said}");
    }
}

#[test]
fn a_page_says_what_is_needed() {
    let words = Words::load();
    let number = number();
    let text = words.page_text(
        "en",
        &page(
            Some("Lakeside Lodge"),
            Callback::Unconfirmed(&number),
            Some("Nobody can book since 2 am.\nHelp!"),
        ),
    );
    assert_eq!(
        text,
        "SEV1 #1042 Lakeside Lodge: Nobody can book since 2 am. Help! Call +18025550121 (unconfirmed). \
         Reply ACK 1042, DECLINE or CALL."
    );
    let spoken = words.voice_page("en", &page(None, Callback::Confirmed(&number), None), "Ada Moss", &plan());
    assert_eq!(
        spoken,
        "Ada Moss, this is a Severity 1 page. Ticket 1 0 4 2. Unknown caller. No message yet. \
         Callback number: 8 0 2, 5 5 5, 0 1 2 1."
    );
}

#[test]
fn a_long_page_is_cut_where_it_hurts_least() {
    let words = Words::load();
    let number = number();
    let long = "The whole of the booking engine is gone ".repeat(20);
    let customer = "The Very Grand and Long-Named Hotel and Conference Company of the Northern Lakes";
    let text = words.page_text("en", &page(Some(customer), Callback::Confirmed(&number), Some(&long)));
    assert_eq!(Length::of(&text).messages(), 1, "{text}");
    assert!(text.ends_with("Call +18025550121. Reply ACK 1042, DECLINE or CALL."), "{text}");
    assert!(text.contains("The whole of") && text.contains("..."), "{text}");
}

#[test]
fn an_acknowledgement_lists_all_that_it_took() {
    let number = number();
    let taken = [
        Taken { ticket: TICKET, customer: "Lakeside Lodge", callback: Some(&number) },
        Taken { ticket: TicketNumber(1043), customer: "Summit Hotels", callback: None },
    ];
    assert_eq!(
        Words::load().acknowledged("en", &taken),
        "Yours: #1042 Lakeside Lodge +18025550121; #1043 Summit Hotels (no callback number). Call back, then reply \
         DONE. CALL connects you."
    );
}

#[test]
fn a_suggestion_can_be_sent_as_it_stands() {
    let words = Words::load();
    assert!(words.unclear("en", Some(Verb::Ack), Some(TICKET)).contains("Did you mean ACK 1042?"));
    assert!(words.unclear("en", Some(Verb::Down), None).contains("DOWN 3 and the reason"));
    assert!(words.unclear("en", None, None).contains("ACK, DECLINE, CALL, DONE or ?"));
}

#[test]
fn other_languages_fall_back_to_english() {
    let words = Words::load();
    for language in ["en", "en-US", "en-GB", "fr", "", "not a language"] {
        assert_eq!(words.say(language, "noted", &[("ticket", "7")]), "Noted on #7.", "{language}");
    }
    assert_eq!(words.say("en", "nobody-wrote-this", &[]), "nobody-wrote-this");
    assert_eq!(words.languages().collect::<Vec<_>>(), ["en"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_caller_text_breaks_a_page(
        what in prop_oneof!["\\PC{0,200}", "(ACK|STOP|[{}$\"\\\\\n\r\t>#]|[a-z ]){0,60}"],
        customer in prop::option::of("\\PC{0,60}"),
    ) {
        let number = number();
        let page = page(customer.as_deref(), Callback::Confirmed(&number), Some(&what));
        let text = Words::load().page_text("en", &page);
        let length = Length::of(&text);
        prop_assert!(length.messages() <= if matches!(length, Length::Septets(_)) { 1 } else { 2 }, "{}", text);
        prop_assert!(!text.contains(|c: char| c.is_control()));
        prop_assert!(text.starts_with("SEV1 #1042 "));
        prop_assert!(text.ends_with("Call +18025550121. Reply ACK 1042, DECLINE or CALL."));
        // A page that is sent back is no command, and below a command it changes nothing.
        let unclear = matches!(parse(&text), Reply::Unclear { .. });
        prop_assert!(unclear, "{}", text);
        let below = parse(&format!("ack\n{text}"));
        prop_assert_eq!(below, Reply::Command(Parsed { command: Command::Acknowledge, ticket: None }));
    }

    #[test]
    fn folding_is_idempotent_and_never_lengthens_a_text(text in "\\PC{0,80}") {
        let folded = gsm::fold(&text);
        prop_assert_eq!(gsm::fold(&folded), folded.clone());
        prop_assert!(Length::of(&folded).messages() <= Length::of(&text).messages());
    }
}
