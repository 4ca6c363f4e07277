use proptest::prelude::*;

use super::*;

fn parsed(command: Command, ticket: Option<u64>) -> Reply {
    Reply::Command(Parsed { command, ticket: ticket.map(|number| TicketNumber(number).into()) })
}

fn is_ack(body: &str) -> bool {
    matches!(parse(body), Reply::Command(Parsed { command: Command::Acknowledge, .. }))
}

fn resolve(note: Option<&str>) -> Command {
    Command::Resolve { note: note.map(str::to_owned) }
}

fn down(severity: Severity, reason: &str) -> Command {
    Command::Downgrade { severity, reason: reason.into() }
}

#[test]
fn commands_in_the_forms_that_people_send() {
    use Command::*;
    let cases: Vec<(&str, Command, Option<u64>)> = vec![
        ("ACK", Acknowledge, None),
        ("1", Acknowledge, None),
        (" 1. ", Acknowledge, None),
        ("1️⃣", Acknowledge, None),
        ("ack!!", Acknowledge, None),
        ("Ack 👍", Acknowledge, None),
        ("ACK 1042", Acknowledge, Some(1042)),
        ("ack #1042", Acknowledge, Some(1042)),
        ("ack#1042", Acknowledge, Some(1042)),
        ("Ack1042", Acknowledge, Some(1042)),
        ("1042 ack", Acknowledge, Some(1042)),
        ("#1042: ACK", Acknowledge, Some(1042)),
        ("Ack ticket 1042 thanks", Acknowledge, Some(1042)),
        ("ack NB-1042", Acknowledge, Some(1042)),
        ("1 1042", Acknowledge, Some(1042)),
        ("1042 1", Acknowledge, Some(1042)),
        ("ACK 1", Acknowledge, Some(1)),
        ("ok ack, looking into it now", Acknowledge, None),
        ("I acknowledge", Acknowledge, None),
        ("ACK\n> Severity 1 #1042 Grand Hotel cannot book", Acknowledge, None),
        ("ACK\n\nSEV1 #1042 Grand Hotel: cannot book", Acknowledge, None),
        ("Ack\nOn Sat, 21 Nov 2026, Nightbell wrote:\nnot a word of his", Acknowledge, None),
        ("Ack\n-- \nAda Moss\nNot an employee of the weather", Acknowledge, None),
        ("Ack\n- Ada", Acknowledge, None),
        ("> SEV1 #1042 Grand Hotel\n> Reply ACK\n\nAck", Acknowledge, None),
        ("Ack\nAda Moss", Acknowledge, None),
        ("Ack\nSent from my telephone", Acknowledge, None),
        ("2", CallCustomer, None),
        ("CALL", CallCustomer, None),
        ("call back 1042", CallCustomer, Some(1042)),
        ("4", Decline, None),
        ("Decline", Decline, None),
        ("decline 1042, not mine", Decline, Some(1042)),
        ("ESC", Escalate, None),
        ("escalate please", Escalate, None),
        ("Done.", CallbackDone, None),
        ("DOWN 3 only the printer", down(Severity::THREE, "only the printer"), None),
        ("down 2: workaround found", down(Severity::TWO, "workaround found"), None),
        ("Downgrade 1042 to sev3 - printer", down(Severity::THREE, "printer"), Some(1042)),
        ("DOWN 3 #1042 printer", down(Severity::THREE, "printer"), Some(1042)),
        ("1042 DOWN 4 5 rooms\nnot urgent", down(Severity::FOUR, "5 rooms\nnot urgent"), Some(1042)),
        ("RESOLVE", resolve(None), None),
        ("resolved 1042", resolve(None), Some(1042)),
        ("Resolve 1042 restarted, was not the DNS", resolve(Some("restarted, was not the DNS")), Some(1042)),
        ("NOTE Can't reach them, trying again", Note("Can't reach them, trying again".into()), None),
        ("note 1042 Hôtel rappelé", Note("Hôtel rappelé".into()), Some(1042)),
        ("NOTE done:\n- restarted\n- checked", Note("done:\n- restarted\n- checked".into()), None),
        ("NOTE 500 errors since 9", Note("500 errors since 9".into()), None),
        ("who", Who, None),
        ("Who's on call?", Who, None),
        ("who can ack", Who, None),
        ("STATUS?", Status, None),
        ("status 1042", Status, Some(1042)),
        ("?", Help, None),
        ("??", Help, None),
    ];
    for (body, command, ticket) in cases {
        assert_eq!(parse(body), parsed(command, ticket), "{body:?}");
    }
}

#[test]
fn what_is_not_plainly_a_command_is_unclear() {
    let cases = [
        ("", None),
        ("can't ack", Some(Verb::Decline)),
        ("cant ack", Some(Verb::Decline)),
        ("dont ack 1042", Some(Verb::Decline)),
        ("I don’t ack", Some(Verb::Decline)),
        ("not mine", Some(Verb::Decline)),
        ("no ack", Some(Verb::Decline)),
        ("ack not", Some(Verb::Decline)),
        ("ACK\nno wait, not mine", Some(Verb::Ack)),
        ("ACK\n- not mine", Some(Verb::Ack)),
        ("ACK\n1042?", Some(Verb::Ack)),
        ("> SEV1 #1042 Grand Hotel\n\nnot mine", Some(Verb::Decline)),
        ("ack - wrong person", Some(Verb::Decline)),
        ("ack?", Some(Verb::Ack)),
        ("1?", Some(Verb::Ack)),
        ("someone else ack please", Some(Verb::Decline)),
        ("ack or decline", Some(Verb::Ack)),
        ("ack in the morning", Some(Verb::Ack)),
        ("ack 1042 1043", Some(Verb::Ack)),
        ("ack 1,042", Some(Verb::Ack)),
        ("akc", Some(Verb::Ack)),
        ("declin", Some(Verb::Decline)),
        ("statsu", Some(Verb::Status)),
        ("1042", Some(Verb::Ack)),
        ("#1", Some(Verb::Ack)),
        ("-1", None),
        ("1st", None),
        ("12:30", None),
        ("3", Some(Verb::Ack)),
        ("👍", None),
        ("ok", Some(Verb::Ack)),
        ("on my way", None),
        ("done?", Some(Verb::Done)),
        ("not done", Some(Verb::Done)),
        ("DOWN", Some(Verb::Down)),
        ("DOWN 3", Some(Verb::Down)),
        ("DOWN 1 worse", Some(Verb::Down)),
        ("DOWN 5 worse", Some(Verb::Down)),
        ("it went down 3 times", Some(Verb::Down)),
        ("RESOLVE?", Some(Verb::Resolve)),
        ("resolve not yet", Some(Verb::Resolve)),
        ("will resolve in an hour", Some(Verb::Resolve)),
        ("I'll resolve 1042 when DNS is back", Some(Verb::Resolve)),
        ("resolve tomorrow", Some(Verb::Resolve)),
        ("resolve 1042 after the restart", Some(Verb::Resolve)),
        ("resolved soon", Some(Verb::Resolve)),
        ("NOTE", Some(Verb::Note)),
        ("> ACK", None),
        ("SEV1 #1042 Grand Hotel. Reply ACK", None),
        ("On Sat Nightbell wrote:\nACK", None),
        ("Liked “SEV1 #1042 Grand Hotel”", None),
    ];
    for (body, expected) in cases {
        let reply = parse(body);
        let Reply::Unclear { nearest, .. } = reply else { panic!("{body:?} gave {reply:?}") };
        assert_eq!(nearest, expected, "{body:?}");
    }
}

#[test]
fn an_unclear_text_keeps_the_ticket_it_named() {
    assert_eq!(
        parse("dont ack 1042"),
        Reply::Unclear { nearest: Some(Verb::Decline), ticket: Some(TicketNumber(1042).into()) }
    );
}

#[test]
fn the_end_of_a_lines_number_tells_which_of_two_tickets_is_meant() {
    let name: TicketName = "1001/0105".parse().unwrap();
    for (body, command) in [
        ("ACK 1001/0105", Command::Acknowledge),
        ("#1001/0105 ack", Command::Acknowledge),
        ("1 1001/0105", Command::Acknowledge),
        ("Resolve #1001/0105: restarted", resolve(Some("restarted"))),
        ("NOTE 1001/0105 5 rooms", Command::Note("5 rooms".into())),
        ("DOWN 1001/0105 3 printer", down(Severity::THREE, "printer")),
        ("DOWN 3 #1001/0105 printer", down(Severity::THREE, "printer")),
    ] {
        assert_eq!(parse(body), Reply::Command(Parsed { command, ticket: Some(name) }), "{body}");
    }
    for body in ["ack 1001/105", "ack -1001/0105", "ack 1001/0105/7", "1001/0105", "1/2"] {
        assert!(matches!(parse(body), Reply::Unclear { .. }), "{body} gave {:?}", parse(body));
    }
    assert_eq!(parse("NOTE 1001/2 is back"), parsed(Command::Note("/2 is back".into()), Some(1001)));
}

#[test]
fn the_carriers_words_are_never_commands() {
    for word in ["STOP", "stopall", "Unsubscribe", "END", "QUIT", "REVOKE", "OPTOUT", "cancel", " Stop\n"] {
        assert_eq!(parse(word), Reply::Reserved(Reserved::OptOut), "{word}");
    }
    for word in ["START", "yes", "UNSTOP"] {
        assert_eq!(parse(word), Reply::Reserved(Reserved::OptIn), "{word}");
    }
    for word in ["HELP", "info"] {
        assert_eq!(parse(word), Reply::Reserved(Reserved::Info), "{word}");
    }
}

#[test]
fn a_carriers_word_with_anything_beside_it_is_the_writers_own() {
    for body in [
        "Stop!",
        "stop.",
        "Cancel.\nBad connection here",
        "Yes\nI take it",
        "Help!!",
        "Help\nOur booking site is down, call me",
        "STOP\n> SEV1 #1042 Grand Hotel",
    ] {
        assert!(matches!(parse(body), Reply::Unclear { .. }), "{body:?} gave {:?}", parse(body));
    }
}

#[test]
fn no_command_is_spelled_like_a_carriers_word() {
    for (_, spellings) in vocabulary::VERBS {
        assert!(spellings.iter().all(|spelling| vocabulary::reserved(spelling).is_none()), "{spellings:?}");
    }
}

#[test]
fn keys_of_a_voice_page() {
    assert_eq!(VoiceKey::of("1"), VoiceKey::Do(Command::Acknowledge));
    assert_eq!(VoiceKey::of("2"), VoiceKey::Do(Command::CallCustomer));
    assert_eq!(VoiceKey::of("3"), VoiceKey::HearMessage);
    assert_eq!(VoiceKey::of("4"), VoiceKey::Do(Command::Decline));
    assert_eq!(VoiceKey::of("*"), VoiceKey::Again);
    assert_eq!(VoiceKey::of(""), VoiceKey::Silence);
    for keys in ["5", "0", "#", "11", "1*"] {
        assert_eq!(VoiceKey::of(keys), VoiceKey::Wrong, "{keys}");
    }
}

/// Bare commands with a ticket's number, in lower case.
fn plain() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["ack", "decline", "esc", "call", "done", "who", "status"]), 10u64..100_000)
        .prop_map(|(word, number)| format!("{word} {number}"))
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(body in "\\PC*", lines in prop::collection::vec("[ -~\n’👍>#*?0-9]{0,20}", 0..5)) {
        parse(&body);
        parse(&lines.join("\n"));
        parse(&format!("note {body}"));
        parse(&format!("{body} down 3 {}", lines.concat()));
    }

    #[test]
    fn case_and_spaces_do_not_matter(
        body in plain(), upper in any::<bool>(), lead in "[ \t\n.]{0,4}", gap in "[ \t]{1,4}", end in "[ .!\n]{0,4}",
    ) {
        let form = if upper { body.to_uppercase() } else { body.clone() };
        prop_assert_eq!(parse(&format!("{lead}{}{end}", form.replace(' ', &gap))), parse(&body));
    }

    #[test]
    fn a_negated_sentence_never_acknowledges(
        negation in prop::sample::select(vec![
            "not", "no", "never", "can't", "cant", "cannot", "don't", "dont", "won’t", "unable to", "didn't",
        ]),
        before in prop::sample::select(vec!["", "I ", "sorry, ", "ok ", "1042 "]),
        ack in prop::sample::select(vec!["ack", "ACK 1042", "acknowledge", "1", "ack it"]),
        negation_first in any::<bool>(),
    ) {
        let body = if negation_first { format!("{before}{negation} {ack}") } else { format!("{before}{ack} {negation}") };
        prop_assert!(!is_ack(&body), "{}", body);
    }

    #[test]
    fn a_quotation_alone_says_nothing(body in plain(), mark in prop::sample::select(vec![">", "> ", ">> "])) {
        let is_unclear = matches!(parse(&format!("{mark}{body}")), Reply::Unclear { .. });
        prop_assert!(is_unclear);
    }

    #[test]
    fn a_quotation_below_changes_nothing(body in plain(), quoted in "\\PC{0,40}") {
        prop_assert_eq!(parse(&format!("{body}\n> {quoted}")), parse(&body));
    }
}
