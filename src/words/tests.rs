use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::gsm::Length;
use super::*;
use crate::rules::command::{Command, Parsed, Reply, parse};
use crate::rules::contact::PhoneNumber;
use crate::rules::cover::{CoverNews, Happened, Span};
use crate::rules::desk::Desk;
use crate::rules::desk::warn::GapNews;
use crate::rules::effect::{Alert, Answer, Brief, Message, News, NextAsked, Over, Spoken};
use crate::rules::policy::MethodKind;
use crate::rules::script::{Prompt, Script, Then};
use crate::rules::severity::Severity;
use crate::rules::ticket::CallbackNumber;
use crate::rules::ticket_number::TicketNumber;
use crate::rules::zone::tests::{BOOK, at, zone};

const NUMBER: TicketNumber = TicketNumber(1042);

fn phone() -> PhoneNumber {
    "+18025550121".parse().unwrap()
}

fn brief(customer: Option<&str>, confirmed: Option<bool>, what: Option<&str>) -> Brief {
    Brief {
        number: NUMBER,
        severity: Severity::ONE,
        customer: customer.map(str::to_owned),
        callback: confirmed.map(|confirmed| CallbackNumber { number: phone(), confirmed }),
        what: what.map(str::to_owned),
        recording: what.is_some(),
    }
}

fn languages() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(language, _)| *language)
}

fn written(message: &Message) -> String {
    written_in("en", message)
}

fn written_in(language: &str, message: &Message) -> String {
    Words::load().message(language, "Lakeside Desk", &BOOK, zone("America/New_York"), message)
}

fn said(spoken: &Spoken) -> Script {
    said_in("en", spoken)
}

fn said_in(language: &str, spoken: &Spoken) -> Script {
    Words::load().spoken(language, "Lakeside Desk", &BOOK, zone("America/New_York"), spoken, Some("/r/1.wav"))
}

/// Everything that is heard, in its order.
fn heard(script: &Script) -> String {
    let inside = match &script.then {
        Then::Gather { prompts, .. } => prompts.as_slice(),
        _ => &[],
    };
    let text = |prompt: &Prompt| match prompt {
        Prompt::Say { text, .. } => text.clone(),
        Prompt::Play { url } => format!("<{url}>"),
        Prompt::Pause { seconds } => format!("<{seconds} s>"),
    };
    script.lead.iter().chain(inside).map(text).collect::<Vec<_>>().join(" ")
}

fn answers(name: &str) -> Vec<Answer> {
    let by = || name.to_owned();
    let number = NUMBER;
    let known = brief(Some(name), Some(true), Some(name));
    vec![
        Answer::Taken(vec![]),
        Answer::Taken(vec![known.clone()]),
        Answer::Taken(vec![brief(None, None, None)]),
        Answer::AlreadyTaken { number, by: by(), at: at("2026-11-27T08:12Z") },
        Answer::YoursAlready(known.clone()),
        Answer::Declined { number, next: NextAsked::Others },
        Answer::Declined { number, next: NextAsked::YouAgain },
        Answer::Declined { number, next: NextAsked::Nobody(at("2026-11-27T08:12Z")) },
        Answer::NotAsked { number },
        Answer::Escalated { number },
        Answer::Ringing { number },
        Answer::NoCallbackNumber { number },
        Answer::CalledBack { number },
        Answer::Downgraded { number, severity: Severity::THREE },
        Answer::NotLower { number, severity: Severity::THREE },
        Answer::Resolved { number },
        Answer::Noted { number },
        Answer::HandedOver { number, to: by() },
        Answer::Paged { number, agent: by() },
        Answer::NoSuchAgent { number },
        Answer::NotAnAgent { number },
        Answer::Who { number: None, holder: None, on_call: vec![by(), by()] },
        Answer::Who { number: Some(number), holder: None, on_call: vec![] },
        Answer::Who { number: Some(number), holder: Some(by()), on_call: vec![by()] },
        Answer::Status(vec![]),
        Answer::Status(vec![(known.clone(), None), (known.clone(), Some(by()))]),
        Answer::Help,
        Answer::Unclear { perhaps: None },
        Answer::Unclear { perhaps: Some("ACK".into()) },
        Answer::WhichOne(vec![(number.into(), known.clone()), ("1042/0105".parse().unwrap(), known)]),
        Answer::NoSuchTicket { number: Some(number) },
        Answer::NoSuchTicket { number: None },
        Answer::NotYours { number },
        Answer::Closed { number },
    ]
}

/// Every text, with `name` wherever a person's words go.
fn texts(language: &str, name: &str) -> Vec<String> {
    let (number, by) = (NUMBER, || name.to_owned());
    let dead = |method| Alert::MethodDead { agent: by(), method, why: "unreachable".into() };
    let mut messages = vec![
        Message::StandDown { number, why: Over::Taken { by: by() } },
        Message::StandDown { number, why: Over::Lowered { severity: Severity::THREE, by: Some(by()) } },
        Message::StandDown { number, why: Over::Lowered { severity: Severity::THREE, by: None } },
        Message::StandDown { number, why: Over::Closed },
        Message::ReachedThem { number },
        Message::StillTrying { number },
        Message::TakenBy { number, by: by() },
        Message::WriterReceipt { number, line: phone() },
        Message::Unwritten { line: phone(), caller: Some(phone()) },
        Message::Unwritten { line: phone(), caller: None },
        Message::Alert(dead(MethodKind::Sms)),
        Message::Alert(dead(MethodKind::Voice)),
        Message::Alert(Alert::NobodyOnCall { number }),
        Message::Alert(Alert::NobodyTookIt { number }),
        Message::Alert(Alert::EverybodyMuted { number }),
        Message::Alert(Alert::CarrierRefused { carrier: "main".into(), why: by() }),
    ];
    for confirmed in [None, Some(false), Some(true)] {
        for name in [None, Some(name)] {
            let brief = brief(name, confirmed, name);
            messages.extend([
                Message::Page(brief.clone()),
                Message::PageDespiteMute(brief.clone()),
                Message::NumberCode { code: "012345".into() },
                Message::AbandonedNotice(brief.clone()),
                Message::CallbackReminder(brief.clone()),
            ]);
            let news =
                [News::Recording, News::CallbackNumber, News::CalledAgain, News::Texted, News::Pictures];
            messages.extend(news.map(|news| Message::Update { brief: brief.clone(), news }));
        }
    }
    messages.extend(answers(name).into_iter().map(Message::Answer));
    messages.iter().map(|message| written_in(language, message)).collect()
}

fn aloud_in(language: &str, message: &Message) -> String {
    Words::load().notice_aloud(language, "Lakeside Desk", &BOOK, zone("America/New_York"), message)
}

/// Everything that is told about a rota, with `name` wherever a person's words go.
fn rota_news(name: &str) -> Vec<Message> {
    let all = [
        Happened::Asked,
        Happened::ToApprove,
        Happened::Agreed,
        Happened::Declined,
        Happened::Withdrawn,
        Happened::Refused,
        Happened::Soon,
        Happened::Lapsed,
        Happened::Moved,
        Happened::Adrift,
        Happened::Undone,
    ];
    let span = Span { from: at("2026-11-27T23:00Z"), to: at("2026-11-28T14:00Z") };
    let news = |what, taker: &str, in_return| CoverNews {
        what,
        rota: name.into(),
        asker: name.into(),
        taker: taker.into(),
        span,
        in_return,
        note: name.into(),
        link: "https://pager.example.com/desks/night/cover/1".into(),
    };
    let all = all.into_iter().flat_map(|what| [news(what, "", None), news(what, name, Some(span))]);
    let gaps = |weekly| GapNews {
        weekly,
        first: vec![span; 3],
        more: 12,
        link: "https://pager.example.com/".into(),
    };
    let gaps = [true, false].map(|weekly| Message::Gaps(gaps(weekly)));
    all.map(Message::Cover).chain(gaps).collect()
}

/// Everything that is said on a call of ours.
fn calls(language: &str, name: &str) -> Vec<Script> {
    let mut spoken = Vec::new();
    for confirmed in [None, Some(false), Some(true)] {
        for name in [None, Some(name)] {
            let brief = brief(name, confirmed, name);
            spoken.extend([
                Spoken::Page { brief: brief.clone(), wrong_key: false },
                Spoken::Page { brief: brief.clone(), wrong_key: true },
                Spoken::Recording { brief: brief.clone(), recording: Some("RE1".into()) },
                Spoken::Taken(brief.clone()),
                Spoken::CallerWaits { brief: brief.clone(), wrong_key: false },
                Spoken::CallerWaits { brief: brief.clone(), wrong_key: true },
                Spoken::ReadyToCall(brief),
            ]);
        }
    }
    spoken.extend([
        Spoken::PutThrough { number: phone(), line: "+18025550100".parse().unwrap(), seconds: 25 },
        Spoken::AfterTalk { number: NUMBER, reached: true },
        Spoken::AfterTalk { number: NUMBER, reached: false },
        Spoken::JoinCaller { conference: "CA1".into() },
        Spoken::Through,
        Spoken::Goodbye,
    ]);
    spoken.extend(answers(name).into_iter().map(Spoken::Answer));
    spoken.iter().map(|spoken| said_in(language, spoken)).collect()
}

/// The ids in our sources, as they are asked for.
fn ids_asked_for() -> BTreeSet<&'static str> {
    let sources = [
        include_str!("brief.rs"),
        include_str!("parts.rs"),
        include_str!("rota.rs"),
        include_str!("spoken.rs"),
        include_str!("written.rs"),
    ];
    let calls = sources.iter().flat_map(|source| {
        let plain = source.split("plain(\"").skip(1);
        source.split("(lang, \"").skip(1).chain(plain)
    });
    calls.filter_map(|rest| rest.split('"').next()).collect()
}

fn ids_written(file: &str) -> BTreeSet<&str> {
    let starts = file.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    starts.filter_map(|line| line.split(" =").next()).collect()
}

/// The messages of a file, with the values that each takes.
fn values_taken(file: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut taken: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut id = "";
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            id = line.split(" =").next().unwrap();
        }
        let names = line.split('$').skip(1).filter_map(|rest| rest.split([' ', '}']).next());
        taken.entry(id).or_default().extend(names);
    }
    taken
}

#[test]
fn every_language_has_exactly_the_messages_that_are_asked_for() {
    assert!(ids_asked_for().len() > 70);
    for (language, file) in FILES {
        assert_eq!(ids_written(file), ids_asked_for(), "{language}");
        assert!(FluentResource::try_new(file.to_owned()).is_ok(), "{language} has a mistake in its syntax");
    }
}

#[test]
fn every_language_says_the_same_values() {
    // Of the parts of a time, each language takes what it says.
    let free = |id: &str| ["time", "time-full", "moment"].contains(&id);
    let english = values_taken(FILES[0].1);
    for (language, file) in FILES {
        for (id, taken) in values_taken(file) {
            assert!(
                free(id) || taken == english[id],
                "{language}: {id} takes {taken:?}, not {:?}",
                english[id]
            );
        }
    }
}

#[test]
fn no_message_lacks_a_value_in_any_language() {
    for language in languages() {
        let calls = calls(language, "Ada Moss");
        let news = rota_news("Ada Moss");
        let written = news.iter().map(|news| written_in(language, news));
        let aloud = news.iter().map(|news| aloud_in(language, news));
        let all = texts(language, "Ada Moss").into_iter().chain(written).chain(aloud);
        for said in all.chain(calls.iter().map(heard)) {
            assert!(!said.contains('{') && !said.is_empty(), "{language}: {said}");
        }
    }
}

#[test]
fn texts_are_short_and_seven_bit() {
    for language in languages() {
        for text in texts(language, "Lakeside Lodge") {
            let length = Length::of(&text);
            assert!(matches!(length, Length::Septets(_)), "not in the 7-bit alphabet: {text}");
            assert_eq!(length.messages(), 1, "{language}, {length:?}: {text}");
        }
    }
}

#[test]
fn texts_about_rotas_say_it_all_in_three_messages_at_most() {
    let news = rota_news("Ada Moss");
    for text in languages().flat_map(|language| news.iter().map(move |news| written_in(language, news))) {
        assert!(Length::of(&text).messages() <= 3, "{text}");
        assert!(matches!(Length::of(&text), Length::Septets(_)), "not in the 7-bit alphabet: {text}");
    }
}

#[test]
fn news_about_rotas_are_spoken_without_addresses_and_say_who_and_when() {
    for message in rota_news("Ada Moss") {
        let said = aloud_in("en", &message);
        assert!(said.starts_with("This is Nightbell, for Lakeside Desk. "), "{said}");
        assert!(!said.contains("http") && !said.contains("desks/"), "{said}");
        assert!(said.contains("Friday, November 27, at 6 pm to Saturday, November 28, at 9 am"), "{said}");
        // Three times over in the two minutes that such a call lasts.
        assert!(said.chars().count() < 500, "{said}");
    }
}

#[test]
fn a_page_says_what_is_needed() {
    let known = brief(Some("Lakeside Lodge"), Some(false), Some("Nobody can book since 2 am.\nHelp!"));
    assert_eq!(
        written(&Message::Page(known.clone())),
        "SEV1 #1042 Lakeside Lodge: Nobody can book since 2 am. Help! Call +18025550121 (unconfirmed). \
         Reply ACK 1042, DECLINE or CALL."
    );
    let script = said(&Spoken::Page { brief: known, wrong_key: false });
    let page = "Lakeside Desk. Severity 1 page. ticket 1 0 4 2. Lakeside Lodge. Nobody can book since 2 am. Help! \
                Callback number, not confirmed: plus 1, 8 0 2, 5 5 5, 0 1 2 1.";
    assert_eq!(heard(&script).matches(page).count(), 3, "{}", heard(&script));
}

#[test]
fn a_long_page_is_cut_where_it_hurts_least() {
    let long = "The whole of the booking engine is gone ".repeat(20);
    let customer = "The Very Grand and Long-Named Hotel and Conference Company of the Northern Lakes";
    let text = written(&Message::Page(brief(Some(customer), Some(true), Some(&long))));
    assert_eq!(Length::of(&text).messages(), 1, "{text}");
    assert!(text.ends_with("Call +18025550121. Reply ACK 1042, DECLINE or CALL."), "{text}");
    assert!(text.contains("The whole of") && text.contains("..."), "{text}");
}

#[test]
fn keys_are_waited_for_where_keys_count() {
    let known = brief(Some("Lakeside Lodge"), Some(true), Some("All down"));
    for spoken in [
        Spoken::Page { brief: known.clone(), wrong_key: false },
        Spoken::Recording { brief: known.clone(), recording: Some("RE1".into()) },
        Spoken::Taken(known.clone()),
        Spoken::ReadyToCall(known),
    ] {
        let script = said(&spoken);
        assert!(script.lead.is_empty(), "nothing that a key cannot cut short: {script:?}");
        assert!(matches!(script.then, Then::Gather { digits: Some(1), .. }), "{script:?}");
    }
    assert_eq!(said(&Spoken::Goodbye).then, Then::Hangup);
    let through =
        said(&Spoken::PutThrough { number: phone(), line: "+18025550100".parse().unwrap(), seconds: 25 });
    assert!(matches!(through.then, Then::Dial { ring: 25, caller_id: Some(_), .. }));
}

#[test]
fn an_acknowledgement_lists_all_that_it_took() {
    let second = Brief { number: TicketNumber(1043), ..brief(Some("Summit Hotels"), None, None) };
    let taken = vec![brief(Some("Lakeside Lodge"), Some(true), None), second];
    assert_eq!(
        written(&Message::Answer(Answer::Taken(taken))),
        "Yours: #1042 Lakeside Lodge +18025550121; #1043 Summit Hotels (no callback number). Call back, then reply \
         DONE. CALL connects you."
    );
}

#[test]
fn a_list_is_cut_at_eight_and_says_how_many_more_there_are() {
    let numbers = |count: u64| (1001..1001 + count).map(TicketNumber).collect::<Vec<_>>();
    let many = |number| Brief { number, ..brief(Some("Lakeside Lodge"), Some(true), None) };
    let listed = |count| {
        let named = numbers(count).into_iter().map(|number| (number.into(), many(number)));
        written(&Message::Answer(Answer::WhichOne(named.collect())))
    };
    assert!(listed(8).ends_with("#1007 Lakeside Lodge, #1008 Lakeside Lodge."), "{}", listed(8));
    assert!(listed(9).ends_with("#1008 Lakeside Lodge, and 1 more."), "{}", listed(9));

    let taken: Vec<Brief> = numbers(50).into_iter().map(many).collect();
    let status = taken.iter().map(|brief| (brief.clone(), None)).collect();
    for answer in [Answer::Taken(taken), Answer::Status(status)] {
        let text = written(&Message::Answer(answer));
        assert!(text.contains("and 42 more"), "{text}");
        assert_eq!(text.matches('#').count(), 8, "{text}");
    }
}

#[test]
fn times_are_those_of_the_readers_wall() {
    let words = Words::load();
    let eastern = zone("America/New_York");
    for (language, instant, expected) in [
        ("en", "2026-11-27T15:00Z", "Friday, November 27, at 10 am"),
        ("en", "2026-07-04T04:05Z", "Saturday, July 4, at 12:05 am"),
        ("en", "2027-01-01T17:30Z", "Friday, January 1, at 12:30 pm"),
        ("fr", "2026-11-27T15:00Z", "vendredi 27 novembre à 10 h"),
        ("fr", "2026-07-01T04:05Z", "mercredi 1er juillet à 0 h 5"),
        ("de", "2026-11-27T08:12Z", "Freitag, 27. November, 3 Uhr 12"),
        ("de", "2026-03-01T23:00Z", "Sonntag, 1. März, 18 Uhr"),
        ("es", "2026-11-27T08:12Z", "el viernes 27 de noviembre a las 3 y 12 de la madrugada"),
        ("es", "2026-11-27T18:00Z", "el viernes 27 de noviembre a la 1 de la tarde"),
        ("es", "2026-11-28T05:00Z", "el sábado 28 de noviembre a las 12 de la noche"),
    ] {
        assert_eq!(words.moment(language, &BOOK, eastern, at(instant)), expected);
    }
    let answer = Answer::AlreadyTaken { number: NUMBER, by: "Ben".into(), at: at("2026-11-27T08:12Z") };
    assert_eq!(written(&Message::Answer(answer)), "#1042 was taken by Ben at 3:12 am. Nothing to do.");
}

#[test]
fn parts_of_sentences_read_well() {
    let words = Words::load();
    let desk = Desk::parse(include_str!("../../tests/desks/reservations.toml")).unwrap();
    for (language, expected) in [
        ("en", "Monday to Friday 9 am to 8 pm and Saturday 10 am to 6 pm"),
        ("fr", "du lundi au vendredi de 9 h à 20 h et le samedi de 10 h à 18 h"),
        ("de", "Montag bis Freitag von 9 Uhr bis 20 Uhr und Samstag von 10 Uhr bis 18 Uhr"),
        (
            "es",
            "de lunes a viernes de las 9 de la mañana a las 8 de la tarde y sábado de las 10 de la mañana a las 6 de la tarde",
        ),
    ] {
        assert_eq!(words.support_hours(language, &desk.hours), expected);
    }
    let list =
        |parts: &[&str]| words.list("en", &parts.iter().map(|&part| part.to_owned()).collect::<Vec<_>>());
    assert_eq!(
        (list(&[]), list(&["a"]), list(&["a", "b", "c"])),
        (String::new(), "a".into(), "a, b and c".into())
    );
    let known = brief(Some("Lakeside Lodge"), None, None);
    assert_eq!(words.agent_pages("en", &[]), "You have no open page");
    assert_eq!(
        words.agent_pages("en", &[known.clone(), known]),
        "You have 2 open pages. The first is ticket 1 0 4 2, Lakeside Lodge"
    );
}

#[test]
fn other_languages_fall_back_to_english() {
    let words = Words::load();
    for language in ["en", "en-US", "en-GB", "it", "", "not a language"] {
        assert_eq!(words.say(language, "noted", &[("ticket", "#7")]), "Noted on #7.", "{language}");
    }
    assert_eq!(words.say("de-AT", "noted", &[("ticket", "#7")]), "Notiert zu #7.");
    assert_eq!(words.say("en", "nobody-wrote-this", &[]), "nobody-wrote-this");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_caller_text_breaks_a_page(
        what in prop_oneof!["\\PC{0,200}", "(ACK|STOP|[{}$\"\\\\\n\r\t>#]|[a-z ]){0,60}"],
        customer in prop::option::of("\\PC{0,60}"),
    ) {
        let text = written(&Message::Page(brief(customer.as_deref(), Some(true), Some(&what))));
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
