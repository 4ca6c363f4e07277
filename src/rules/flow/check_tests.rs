//! Mistakes that a person makes in a flow, and what he is told.

use super::*;

/// A flow without a mistake; the tests change one line of it.
const GOOD: &str = r#"name = "good"
languages = ["en", "fr"]
start = "ask"
safe = "page"
[steps.ask]
kind = "menu"
say.en = "Is it urgent?"
say.fr = "Est-ce urgent ?"
keys.1 = "page"
keys.2 = "ask"
silence = "page"
wrong = "message"
[steps.page]
kind = "page"
next = "bye"
[steps.message]
kind = "record"
say.en = "Speak, {desk}."
say.fr = "Parlez."
next = "text"
[steps.text]
kind = "text"
text.en = "Ticket {ticket}"
text.fr = "Dossier {ticket}"
next = "hours"
[steps.hours]
kind = "branch"
on = "hours"
when.closed = "bye"
otherwise = "main"
[steps.main]
kind = "transfer"
to = "main"
answered = "bye"
unanswered = "bye"
[steps.bye]
kind = "hang_up"
"#;

#[test]
fn the_pattern_is_good() {
    let flow = Flow::parse(GOOD).unwrap();
    assert_eq!((flow.name.as_str(), flow.version().len()), ("good", 12));
    assert_eq!(flow.version(), Flow::parse(GOOD).unwrap().version());
    assert_ne!(flow.version(), Flow::parse(&format!("{GOOD}# changed")).unwrap().version());
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let long = format!("say.fr = \"{}\"", "l'été ".repeat(800));
    let (pause, reject) =
        ("[steps.bye]\nkind = \"pause\"\nseconds = 1\nnext = \"end\"\n[steps.end]", "kind = \"reject\"");
    // What stands in the pattern, what stands there instead, the line and a part of the message.
    let table: &[(&str, &str, usize, &str)] = &[
        // The file.
        ("name = \"good\"", "", 1, "`name` is missing; add name"),
        ("languages = [\"en\", \"fr\"]", "languages = []", 2, "one to nine languages"),
        ("\"fr\"]", "\"French\"]", 2, "`French` is no language, or stands here twice"),
        ("\"fr\"]", "\"fr\", \"en\"]", 2, "`en` is no language, or stands here twice"),
        ("\"fr\"]", "\"fr\", 3]", 2, "`` is no language"),
        ("start = \"ask\"", "start = \"begin\"", 3, "there is no step `begin`; add [steps.begin]"),
        ("safe = \"page\"", "safe = \"safety\"", 4, "there is no step `safety`"),
        ("safe = \"page\"", "safe = \"page\"\nprofile = \"telex\"", 5, "`telex` is no profile"),
        (
            "safe = \"page\"",
            "safe = \"page\"\nstop = \"bye\"",
            5,
            "`stop` is unknown here; a flow has languages",
        ),
        ("[steps.ask]", "[steps]\nodd = 1\n[steps.ask]", 6, "`odd` is no step"),
        ("kind = \"page\"", "kind = \"page", 14, "; correct the line"),
        // One step.
        ("kind = \"page\"", "kind = \"alarm\"", 14, "`alarm` is no kind of step; use one of say, play"),
        ("kind = \"page\"", "", 13, "`kind` is missing"),
        (
            "kind = \"page\"",
            "kind = \"page\"\nwho = \"all\"",
            15,
            "`who` is unknown here; a `page` step has kind, next",
        ),
        ("next = \"bye\"", "next = 3", 15, "`next` is no text"),
        ("next = \"bye\"", "", 13, "`next` is missing"),
        (
            "[steps.bye]\nkind = \"hang_up\"",
            &format!("{pause}\nkind = \"hang_up\""),
            37,
            "`pause` is not understood by every carrier",
        ),
        // Menus.
        ("keys.1 =", "keys.12 =", 9, "`12` is no key of a telephone"),
        ("keys.1 = \"page\"\nkeys.2 = \"ask\"", "", 5, "`keys` is missing"),
        ("silence = \"page\"", "", 5, "`silence` is missing"),
        ("wrong = \"message\"", "", 5, "`wrong` is missing"),
        (
            "wrong = \"message\"",
            "wrong = \"message\"\ntries = 99",
            13,
            "`tries` is no whole number from 1 to 5; write tries = 3",
        ),
        ("wrong = \"message\"", "wrong = \"message\"\nrepeat = \"two\"", 13, "`repeat` is no whole number"),
        // Words.
        ("say.fr = \"Parlez.\"", "", 18, "`say` has no words in `fr`; add say.fr"),
        (
            "say.fr = \"Parlez.\"",
            "say.fr = \"Parlez.\"\nsay.de = \"Bitte.\"",
            20,
            "`de` is no language of this flow",
        ),
        ("say.fr = \"Parlez.\"", "say.fr = \" \"", 19, "no words"),
        (
            "say.fr = \"Parlez.\"",
            "say.fr = \"{dsek}\"",
            19,
            "there is no field `{dsek}`; the fields are desk",
        ),
        ("say.fr = \"Parlez.\"", "say.fr = \"{desk\"", 19, "a brace has no partner"),
        ("say.fr = \"Parlez.\"", "say.fr = \"{key}\"", 19, "`{key}` is known in a `language` step only"),
        ("say.fr = \"Parlez.\"", &long, 19, "8800 characters are more than the 4096"),
        ("say.en = \"Speak, {desk}.\"\nsay.fr = \"Parlez.\"", "say = \"Speak.\"", 18, "`say` is no table"),
        ("say.en = \"Speak, {desk}.\"\nsay.fr = \"Parlez.\"", "", 16, "`say` is missing"),
        ("Dossier {ticket}", "{callback_number}", 24, "comes from the caller and may be spoken only"),
        // Branches and transfers.
        ("on = \"hours\"", "on = \"weather\"", 28, "a branch cannot ask for `weather`; use one of hours"),
        (
            "when.closed = \"bye\"",
            "when.shut = \"bye\"",
            29,
            "`shut` never is the answer; the answers are support, on_call, closed",
        ),
        ("otherwise = \"main\"", "when.support = \"main\"", 29, "no way for `on_call`; add when.on_call"),
        (
            "otherwise = \"main\"",
            "otherwise = \"main\"\nwhen.support = \"bye\"\nwhen.on_call = \"bye\"",
            30,
            "every answer has its way already",
        ),
        ("on = \"hours\"", "on = \"field\"\nfield = \"size\"", 29, "there is no field `size`"),
        ("to = \"main\"", "to = \"night\"", 33, "a call cannot be transferred to `night`"),
        // The whole.
        ("keys.1 = \"page\"", "keys.1 = \"panic\"", 9, "there is no step `panic`"),
        ("otherwise = \"main\"", "otherwise = \"bye\"", 31, "no way leads to `main`"),
        (
            "unanswered = \"bye\"",
            "unanswered = \"hours\"",
            35,
            "the call can go round for ever: hours → main → hours; lead this way out",
        ),
        ("silence = \"page\"", "silence = \"ask\"", 11, "the call can go round for ever: ask → ask"),
        ("kind = \"hang_up\"", reject, 36, "`bye` refuses a call that may have been answered"),
        ("safe = \"page\"", "safe = \"bye\"", 4, "the safe way ends without a page"),
        (
            "safe = \"page\"",
            "safe = \"message\"",
            16,
            "the safe way comes to `message`, which needs an answer",
        ),
    ];
    for (good, bad, line, part) in table {
        assert_eq!(GOOD.matches(good).count().min(1), 1, "{good} is not in the pattern");
        let problems = match Flow::parse(&GOOD.replacen(good, bad, 1)) {
            Ok(_) => panic!("no problem with `{bad}` for `{good}`"),
            Err(problems) => problems,
        };
        let messages: Vec<String> = problems.iter().map(|problem| problem.at("f").to_string()).collect();
        let expected = messages
            .iter()
            .any(|message| message.starts_with(&format!("f:{line}: ")) && message.contains(part));
        assert!(expected, "`{bad}` for `{good}`: {line} {part} is not in {messages:#?}");
    }
}

#[test]
fn all_mistakes_are_found_at_once_in_the_order_of_their_lines() {
    let text = GOOD.replacen("silence = \"page\"", "", 1).replacen("Speak, {desk}.", "{a} {b}", 1);
    let lines: Vec<usize> = Flow::parse(&text).unwrap_err().iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [5, 18, 18]);
}

#[test]
fn addresses_of_recordings() {
    for (address, good) in [
        ("https://example.com/hello.wav", true),
        ("/audio/hello.wav", true),
        ("http://example.com/hello.wav", false),
        ("//example.com/hello.wav", false),
        ("hello.wav", false),
        ("/two words.wav", false),
        ("/audio/{desk}.wav", false),
        ("https://", false),
    ] {
        let step = format!(
            "kind = \"play\"\nplay.en = \"{address}\"\nplay.fr = \"/fr.wav\"\nnext = \"end\"\n[steps.end]"
        );
        let flow = Flow::parse(&GOOD.replace("[steps.bye]", &format!("[steps.bye]\n{step}")));
        // The safe way may play a recording.
        assert_eq!(flow.is_ok(), good, "{address}: {flow:?}");
    }
}

mod scenarios {
    use super::super::tests::TestPlan;
    use super::*;

    const SCENARIO: &str = r#"about = "urgent"
commands = ["page"]
call = [
  { hear = "urgent?", keys = "2" },
  { hear = "urgent?", not_hear = "{", keys = "1" },
  {},
]
[facts]
clock = "on_call"
"#;

    #[test]
    fn a_scenario_reads_as_a_transcript() {
        let transcript = play::play(&Flow::parse(GOOD).unwrap(), SCENARIO, &TestPlan).unwrap();
        insta::assert_snapshot!(transcript, @r"
        urgent
          line    Is it urgent?
          caller  (presses 2, at `ask`)
          line    Is it urgent?
          caller  (presses 1, at `ask`)
                  → page
          line    (hangs up)
        ");
    }

    #[test]
    fn what_does_not_come_true_is_named_with_its_line() {
        let flow = Flow::parse(GOOD).unwrap();
        for (good, bad, line, part) in [
            (
                "hear = \"urgent?\", not",
                "hear = \"calm\", not",
                5,
                "`calm` is not heard; it is: `Is it urgent?`",
            ),
            ("not_hear = \"{\"", "not_hear = \"urgent\"", 5, "`urgent` is heard"),
            ("keys = \"1\"", "record = 3", 5, "this cannot be done now: keys are waited for"),
            ("keys = \"1\"", "keys = \"1\", silence = true", 5, "two things are done at once"),
            ("keys = \"1\"", "keys = \"2\"", 6, "this cannot be done now"),
            ("{}", "{ hang_up = true }", 6, "the call is over already"),
            ("  {},\n", "  { hear = \"Goodbye\" },\n", 6, "`Goodbye` is not heard"),
            ("keys = \"1\" },\n  {},", "keys = \"2\" },", 3, "the call is not over: keys are waited for"),
            ("[\"page\"]", "[\"page\", \"push\"]", 2, "command 2 is not `push` but `nothing`"),
            ("[\"page\"]", "[]", 2, "command 1 is not `nothing` but `page`"),
            ("[\"page\"]", "[\"pager…\"]", 2, "command 1 is not `pager…` but `page`"),
            ("clock = \"on_call\"", "clock = \"night\"", 9, "unknown variant `night`"),
            ("about", "title", 1, "unknown field `title`"),
        ] {
            let text = SCENARIO.replacen(good, bad, 1);
            assert_ne!(text, SCENARIO, "{good} is not in the scenario");
            let problems = play::play(&flow, &text, &TestPlan).unwrap_err();
            let messages: Vec<String> = problems.iter().map(|problem| problem.at("s").to_string()).collect();
            let expected = messages
                .iter()
                .any(|message| message.starts_with(&format!("s:{line}: ")) && message.contains(part));
            assert!(expected, "`{bad}` for `{good}`: {line} {part} is not in {messages:#?}");
        }
    }
}
