//! The program as people start it: what it prints, and how it ends.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const DESK: &str = include_str!("../desks/reservations.toml");

const CONFIG: &str = r#"
flows = "flows"
[[carrier]]
name = "main"
base_url = "http://127.0.0.1:9"
account = "AC00000000000000000000000000000001"
token = "a-token"
senders = [{ number = "+18025550100" }]
"#;

/// A folder with a configuration, a desk file and an empty folder of flows.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    write(folder.path(), "nightbell.toml", CONFIG);
    write(folder.path(), "desk.toml", DESK);
    folder
}

fn write(folder: &Path, file: &str, text: &str) {
    std::fs::write(folder.join(file), text).unwrap();
}

/// Runs the program there: exit code, and what it said to the standard output and error.
fn nightbell(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    told(&mut command(folder, arguments))
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
    command.current_dir(folder).args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NIGHTBELL_")) {
        command.env_remove(name);
    }
    command
}

fn told(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A pipe that nobody reads any more.
fn nobody() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Where a part of a file begins.
fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

#[test]
fn an_installation_is_set_up_by_three_commands() {
    let folder = folder();
    let run = |arguments: &[&str]| nightbell(folder.path(), arguments);
    let (code, _, told) = run(&["apply", "desk.toml"]);
    assert_eq!(
        (code, told.trim()),
        (Some(1), "the database's schema is not up to date; run `nightbell migrate`")
    );
    assert_eq!(run(&["migrate"]).0, Some(0));
    let (code, said, told) = run(&["apply", "desk.toml"]);
    assert_eq!((code, &*said, &*told), (Some(0), "reservations: version 1 is in force\n", ""));
    let (code, token, _) = run(&["token", "create", "report", "--expires", "2099-01-31"]);
    assert!(code == Some(0) && token.starts_with("nbt_"), "{token}");
    let (code, twiml, _) = run(&["fallback"]);
    assert!(code == Some(0) && twiml.contains("<Number>+18025550111</Number>"), "{twiml}");
}

#[test]
fn mistakes_are_told_with_their_lines_and_the_exit_code_2() {
    let folder = folder();
    let there = folder.path();
    assert_eq!(nightbell(there, &["migrate"]).0, Some(0));
    write(there, "desk.toml", &DESK.replace("carrier = \"main\"", "carrier = \"other\""));
    write(there, "bad.toml", &DESK.replace("country = \"US\"", "country = \"ZZ\""));
    write(there, "flow.toml", "name = \"x\"\nstart = \n");
    write(there, "config.toml", "listen = \"nowhere\"\n");
    for (arguments, told) in [
        (
            ["apply", "desk.toml"].as_slice(),
            "desk.toml:73: no carrier `other` is configured; write a [[carrier]]",
        ),
        (&["apply", "bad.toml"], "bad.toml:6: `ZZ` is no country; "),
        (&["apply", "none.toml"], "none.toml: cannot be read: "),
        (&["flow", "check", "flow.toml"], "flow.toml:2: "),
        (&["flow", "draw", "flow.toml"], "flow.toml:2: "),
        (&["flow", "play", "emergency", "--scenario", "flow.toml"], "flow.toml:2: "),
        (&["--config", "config.toml", "config", "check"], "config.toml:1: "),
        (&["--config", "none.toml", "serve"], "none.toml: the configuration cannot be read"),
    ] {
        let (code, _, error) = nightbell(there, arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {error}");
        assert!(error.starts_with(told), "{arguments:?}: {error}");
    }
    // What cannot be drawn is no picture, and is told in words beside it.
    write(there, "wide.toml", include_str!("../flows/wide.toml"));
    let (code, said, told) = nightbell(there, &["flow", "draw", "wide.toml"]);
    assert_eq!((code, &*said), (Some(2), ""), "{told}");
    assert!(told.starts_with("wide.toml:1: its ways are too many and too long to be drawn; "), "{told}");
    assert!(told.contains("\n  m0 (a call begins here): menu, “Which one?” → "), "{told}");
    // A server does not begin with a bad flow either.
    write(there, "flows/own.toml", "name = \"x\"\nstart = \n");
    for arguments in [["serve"].as_slice(), &["config", "check"]] {
        let (code, _, error) = nightbell(there, arguments);
        assert!(code == Some(2) && error.starts_with("flows/own.toml:2: "), "{arguments:?}: {error}");
    }
}

#[test]
fn a_taken_address_is_named_with_the_remedy() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, error) = nightbell(folder.path(), &["demo", "--listen", &address]);
    assert_eq!(code, Some(1));
    assert!(error.starts_with(&format!("{address} is taken by another program; ")), "{error}");
    assert!(error.contains("--listen"), "{error}");
}

#[test]
fn a_reader_who_leaves_is_no_failure() {
    let folder = folder();
    let there = folder.path();
    let scenario = format!("{}/voice-flows/scenarios/silence.toml", env!("CARGO_MANIFEST_DIR"));
    for arguments in [
        ["migrate"].as_slice(),
        &["apply", "desk.toml"],
        &["config", "default"],
        &["config", "check"],
        &["flow", "check"],
        &["flow", "play", "emergency", "--scenario", &scenario],
        &["fallback"],
        &["token", "create", "report"],
        &["--help"],
    ] {
        let (code, _, error) = told(command(there, arguments).stdout(nobody()));
        assert_eq!((code, &*error), (Some(0), ""), "{arguments:?}");
    }
    // Nor is one who does not want to hear what is wrong; but wrong it is.
    let (code, _, _) = told(command(there, &["flow", "check", "none.toml"]).stderr(nobody()));
    assert_eq!(code, Some(2));
}

#[test]
fn a_night_without_anybody_is_told_when_there_is_time_to_fill_it() {
    let folder = folder();
    let run = |arguments: &[&str]| nightbell(folder.path(), arguments);
    assert_eq!(run(&["migrate"]).0, Some(0));
    let turns = "hand_off = \"Mon 09:00\"\n";
    let no_weekends = format!("{turns}only = [\"Mon-Thu 00:00-24:00\"]\n");
    write(folder.path(), "desk.toml", &DESK.replace(turns, &no_weekends));
    // A new desk too: nobody learns of a hole by the first call that falls into it.
    let meant = "; or apply it with --gaps-meant, if that is meant\n";
    let (code, said, told) = run(&["apply", "desk.toml"]);
    assert_eq!((code, &*said), (Some(2), ""), "{told}");
    assert!(told.starts_with("desk.toml: reservations: nobody is on call for the policy "), "{told}");
    assert!(told.contains(" times more within 90 days, and its last resort would be paged"), "{told}");
    assert!(told.ends_with(meant), "{told}");
    let (code, _, told) = run(&["apply", "desk.toml", "--dry-run"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("warning: desk.toml: reservations: nobody") && told.ends_with(meant), "{told}");
    let (code, said, told) = run(&["apply", "desk.toml", "--gaps-meant"]);
    assert_eq!((code, &*said), (Some(0), "reservations: version 1 is in force\n"), "{told}");
    assert!(
        told.starts_with("warning: reservations: nobody is on call for the policy `emergencies` from "),
        "{told}"
    );
    assert!(told.contains(" (America/New_York), "), "{told}");
    assert!(told.ends_with("add a layer or an override to the rota primary or secondary\n"), "{told}");
    assert_eq!(told.lines().count(), 1, "the first is enough: {told}");
    // What is so already stands in nobody's way who changes something else; what is worse does.
    let renamed = DESK.replace(turns, &no_weekends).replace("Ada Moss", "Ada Marsh");
    write(folder.path(), "desk.toml", &renamed);
    let (code, said, told) = run(&["apply", "desk.toml"]);
    assert_eq!((code, &*said), (Some(0), "reservations: version 2 is in force\n"), "{told}");
    assert!(told.starts_with("warning: reservations: nobody is on call"), "{told}");
    let worse = DESK.replace(turns, &no_weekends.replace("Mon-Thu", "Mon-Wed"));
    write(folder.path(), "desk.toml", &worse);
    assert_eq!(run(&["apply", "desk.toml"]).0, Some(2));
    // A rota that is asked twice is named once.
    let twice = DESK.replace(turns, &no_weekends).replace("\"rota:secondary\"", "\"rota:primary\"");
    write(folder.path(), "desk.toml", &twice);
    let (_, _, told) = run(&["apply", "desk.toml"]);
    assert!(told.ends_with("add a layer or an override to the rota primary\n"), "{told}");
    // Whom a rota leaves out, another step finds.
    let with_cleo = DESK.replace(turns, &no_weekends).replace("\"rota:secondary\"", "\"agent:cleo\"");
    write(folder.path(), "desk.toml", &with_cleo);
    let (code, _, told) = run(&["apply", "desk.toml"]);
    assert_eq!((code, &*told), (Some(0), ""));
}

#[test]
fn several_desk_files_are_one_change() {
    let folder = folder();
    let there = folder.path();
    let run = |arguments: &[&str]| nightbell(there, arguments);
    let second = DESK.replace("key = \"reservations\"", "key = \"second\"");
    let of_its_own = second.replace("+18025550100", "+18025550103");
    let line = line_of(DESK, "number = \"+18025550100\"");
    write(there, "second.toml", &second);
    write(there, "own.toml", &of_its_own);
    write(there, "bad.toml", &of_its_own.replace("country = \"US\"", "country = \"ZZ\""));

    // Whatever is wrong is told before there is a schema.
    let mistakes = [
        (["apply", "desk.toml", "bad.toml"].as_slice(), "bad.toml:6: `ZZ` is no country; ".to_owned()),
        (
            &["apply", "desk.toml", "second.toml"],
            format!("second.toml:{line}: the line +18025550100 is also in desk.toml; "),
        ),
        (
            &["apply", "desk.toml", "desk.toml"],
            "desk.toml:4: the desk `reservations` is also in desk.toml; ".into(),
        ),
    ];
    for schema in [false, true] {
        for (arguments, expected) in &mistakes {
            let (code, said, told) = run(arguments);
            assert_eq!((code, &*said), (Some(2), ""), "{arguments:?}: {told}");
            assert!(told.starts_with(expected), "{arguments:?}: {told}");
        }
        if !schema {
            assert_eq!(run(&["migrate"]).0, Some(0));
        }
    }
    // None of them took effect.
    assert_eq!(
        run(&["apply", "desk.toml", "own.toml"]).1,
        "reservations: version 1 is in force\nsecond: version 1 is in force\n"
    );

    // A line that another desk has.
    let (code, said, told) = run(&["apply", "own.toml", "second.toml"]);
    assert_eq!((code, &*said), (Some(2), ""), "{told}");
    let (code, _, told) = run(&["apply", "second.toml"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.starts_with(&format!(
            "second.toml:{line}: the desk `reservations` has the line +18025550100; correct the number, or take it out"
        )),
        "{told}"
    );
    // Desks that swap their lines do so together, in any order.
    write(there, "swapped.toml", &DESK.replace("+18025550100", "+18025550103"));
    let (code, said, told) = run(&["apply", "second.toml", "swapped.toml"]);
    assert_eq!((code, &*told), (Some(0), ""));
    assert_eq!(said, "second: version 2 is in force\nreservations: version 2 is in force\n");
}

#[test]
fn a_desk_file_comes_back_as_it_was_applied() {
    let folder = folder();
    let there = folder.path();
    let run = |arguments: &[&str]| nightbell(there, arguments);
    // What an editor of another system makes of it, without an end of its last line.
    let first = format!("# Kept by Dora.\r\n{}", DESK.trim_end());
    assert_eq!(run(&["migrate"]).0, Some(0));
    for text in [&*first, DESK] {
        write(there, "desk.toml", text);
        assert_eq!(run(&["apply", "desk.toml"]).0, Some(0));
    }
    assert_eq!(run(&["export", "reservations"]), (Some(0), DESK.into(), String::new()));
    let old = ["export", "reservations", "--version", "1", "-o", "old.toml"];
    assert_eq!(run(&old), (Some(0), String::new(), String::new()));
    assert_eq!(std::fs::read_to_string(there.join("old.toml")).unwrap(), first);
    for (arguments, told) in [
        (&["export", "day"] as &[_], "there is no desk `day`; there are: reservations\n"),
        (&["export", "reservations", "--version", "3"], "the desk `reservations` has the versions 1 to 2\n"),
        (&["export", "reservations", "-o", "none/desk.toml"], "none/desk.toml cannot be written: "),
    ] {
        let (code, said, error) = run(arguments);
        assert_eq!((code, &*said), (Some(1), ""), "{arguments:?}");
        assert!(error.starts_with(told), "{arguments:?}: {error}");
    }
}

#[test]
fn what_a_desk_file_would_change_is_shown_and_not_done() {
    let folder = folder();
    let there = folder.path();
    let run = |arguments: &[&str]| nightbell(there, arguments);
    let dry_run = ["apply", "desk.toml", "--dry-run"];
    assert_eq!(run(&["migrate"]).0, Some(0));
    let (code, said, told) = run(&dry_run);
    assert_eq!((code, &*told), (Some(0), ""));
    assert!(said.starts_with("reservations: would be a new desk\n"), "{said}");
    assert_eq!(run(&["apply", "desk.toml"]).1, "reservations: version 1 is in force\n");

    let log = run(&["audit", "export"]).1;
    let unchanged = "reservations: nothing would change, version 1 is in force\n";
    assert_eq!(run(&dry_run), (Some(0), unchanged.into(), String::new()));
    write(there, "desk.toml", &DESK.replace("Ada Moss", "Ada Marsh"));
    let line = line_of(DESK, "name = \"Ada Moss\"");
    let (code, said, told) = run(&dry_run);
    assert_eq!((code, &*told), (Some(0), ""));
    let begin = "reservations: version 1 would become version 2\n  agent ada: changed\n\
                 --- version 1\n+++ version 2\n";
    assert!(said.starts_with(begin), "{said}");
    assert!(said.contains(&format!("@@ -{},7 +{},7 @@\n", line - 3, line - 3)), "{said}");
    assert!(said.contains("\n-name = \"Ada Moss\"\n+name = \"Ada Marsh\"\n"), "{said}");
    // A flow that was never read is not noted either.
    let flow = include_str!("../../voice-flows/emergency.toml").replacen(
        "name = \"emergency\"",
        "name = \"own\"",
        1,
    );
    write(there, "flows/own.toml", &flow);
    assert_eq!(run(&dry_run).1, said);
    assert_eq!(run(&["export", "reservations"]).1, DESK);
    write(there, "bad.toml", &DESK.replace("country = \"US\"", "country = \"ZZ\""));
    let (code, _, told) = run(&["apply", "bad.toml", "--dry-run"]);
    assert_eq!(code, Some(2));
    assert!(told.starts_with("bad.toml:6: `ZZ` is no country; "), "{told}");
    write(there, "second.toml", &DESK.replace("key = \"reservations\"", "key = \"second\""));
    let (code, _, told) = run(&["apply", "second.toml", "--dry-run"]);
    assert_eq!(code, Some(2));
    assert!(told.contains(": the desk `reservations` has the line +18025550100; "), "{told}");
    std::fs::remove_file(there.join("flows/own.toml")).unwrap();
    assert_eq!(run(&["audit", "export"]).1, log);

    assert_eq!(run(&["apply", "desk.toml"]).1, "reservations: version 2 is in force\n");
    assert_eq!(run(&["apply", "desk.toml"]).1, "reservations: unchanged, version 2 is in force\n");
}

#[test]
fn a_token_has_a_name_that_can_be_read() {
    let folder = folder();
    let run = |name: &str| nightbell(folder.path(), &["token", "create", name]);
    for name in ["", "   ", "two\nlines", "a\u{7}bell", &"x".repeat(65)] {
        let (code, said, told) = run(name);
        assert_eq!((code, &*said), (Some(2), ""), "{name:?}: {told}");
        assert!(told.contains("write who uses it in 1 to 64 letters on one line"), "{name:?}: {told}");
    }
    assert_eq!(nightbell(folder.path(), &["migrate"]).0, Some(0));
    for name in ["monitoring", " the night's report ", &"\u{e9}".repeat(64)] {
        assert_eq!(run(name).0, Some(0), "{name:?}");
    }
}

#[test]
fn tokens_are_listed_and_ended_from_the_command_line() {
    let folder = folder();
    let run = |arguments: &[&str]| nightbell(folder.path(), arguments);
    assert_eq!(run(&["migrate"]).0, Some(0));
    assert_eq!(run(&["token", "list"]), (Some(0), String::new(), String::new()));
    // One that would never be let in is none.
    for past in ["2026-01-01", "2026-01-01T00:00:00Z"] {
        let (code, said, told) = run(&["token", "create", "report", "--expires", past]);
        assert_eq!((code, &*said), (Some(2), ""), "{told}");
        assert!(told.starts_with("--expires: that is over already; "), "{told}");
    }
    let secret = run(&["token", "create", "report", "--expires", "2099-01-31"]).1;
    for _ in 0..2 {
        assert_eq!(run(&["token", "create", "board", "--role", "agent"]).0, Some(0));
    }
    let (_, listed, _) = run(&["token", "list"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 3, "{listed}");
    assert!(
        lines[0].starts_with("board: agent at ") && lines[0].ends_with(", never used, for ever"),
        "{listed}"
    );
    assert!(lines[2].starts_with("report: viewer at "), "{listed}");
    assert!(lines[2].ends_with(", never used, until 2099-02-01T00:00:00.000Z"), "{listed}");
    assert!(!listed.contains("nbt_") && !listed.contains(secret.trim()), "{listed}");

    assert_eq!(run(&["token", "end", "board"]).1, "board: 2 tokens ended\n");
    assert_eq!(run(&["token", "end", "report"]).1, "report: ended\n");
    assert_eq!(run(&["token", "list"]).1, "");
    let (code, said, told) = run(&["token", "end", "report"]);
    assert_eq!((code, &*said), (Some(2), ""));
    assert!(told.starts_with("there is no token `report`; "), "{told}");
    let log = run(&["audit", "export"]).1;
    assert_eq!(log.matches("token.end").count(), 3, "{log}");
}

#[test]
fn people_are_let_in_and_the_log_is_checked_from_the_command_line() {
    let folder = folder();
    let run = |arguments: &[&str]| nightbell(folder.path(), arguments);
    assert_eq!(run(&["migrate"]).0, Some(0));
    assert_eq!(run(&["apply", "desk.toml"]).0, Some(0));
    let invite = ["account", "invite", "Ada@example.com", "--role", "manager", "--desk", "reservations"];
    let (code, link, _) = run(&invite);
    assert!(code == Some(0) && link.starts_with("http://127.0.0.1:8080/join/"), "{link}");
    let scoped = ["token", "create", "board", "--role", "agent", "--desk", "reservations"];
    assert!(run(&scoped).1.starts_with("nbt_"));

    for (arguments, code, told) in [
        (&["account", "reset", "ben@example.com"] as &[_], 1, "ben@example.com has no account; "),
        (
            &["account", "invite", "ben@example.com", "--role", "agent", "--desk", "day"],
            1,
            "there is no desk `day`; ",
        ),
        (
            &["token", "create", "board", "--desk", "day"],
            1,
            "there is no desk `day`; there are: reservations",
        ),
        (&["account", "invite", "ben", "--role", "agent"], 2, "error: invalid value 'ben'"),
        (&["account", "invite", "ben@example.com", "--role", "owner"], 2, "error: invalid value 'owner'"),
        (&["audit", "verify", "--head", "3"], 2, "error: invalid value '3'"),
    ] {
        let (ended, _, error) = run(arguments);
        assert_eq!(ended, Some(code), "{arguments:?}: {error}");
        assert!(error.starts_with(told), "{arguments:?}: {error}");
    }

    let head = run(&["audit", "head"]).1;
    let (ordinal, _) = head.trim().split_once(':').unwrap();
    assert_eq!(
        run(&["audit", "verify", "--head", head.trim()]),
        (Some(0), format!("{ordinal} entries, head {head}"), String::new())
    );
    let log = run(&["audit", "export"]).1;
    assert_eq!(log.lines().count().to_string(), ordinal);
    for what in ["desk.apply", "account.invite", "token.create", "agent at reservations, for ever"] {
        assert!(log.contains(what), "{what}: {log}");
    }
    for secret in [link.trim().rsplit('/').next().unwrap(), "nbt_"] {
        assert!(!log.contains(secret), "{log}");
    }

    // Written in the words of src/rules/audit.rs, for tools that everybody has.
    write(folder.path(), "log", &log);
    let check = "previous=$(printf '%064d' 0); while read -r hash json; do \
                 previous=$(printf '%s%s' \"$previous\" \"$json\" | sha256sum | cut -d ' ' -f 1); \
                 [ \"$previous\" = \"$hash\" ] || exit 1; done < log";
    let checked = || Command::new("sh").current_dir(folder.path()).args(["-c", check]).status().unwrap();
    assert!(checked().success());
    write(folder.path(), "log", &log.replace("agent at", "manager at"));
    assert!(!checked().success());
    let other = head.trim().replace(|c: char| c.is_ascii_alphabetic(), "0");
    let (code, _, error) = run(&["audit", "verify", "--head", &other]);
    assert_eq!(
        (code, error.trim()),
        (Some(1), &*format!("entry {ordinal} is not the one whose hash was given"))
    );
}

#[test]
fn each_start_prints_a_link_until_there_is_an_account() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let folder = folder();
    write(folder.path(), "nightbell.toml", &format!("listen = \"127.0.0.1:0\"\n{CONFIG}"));
    let first_line = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
        command.current_dir(folder.path()).arg("serve").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
        line
    };
    let links = [first_line(), first_line()];
    for link in &links {
        assert!(link.starts_with("Nobody has an account yet."), "{link}");
        let (_, secret) = link.trim().split_once("http://127.0.0.1:8080/join/").unwrap();
        assert_eq!(secret.len(), 64, "{link}");
    }
    assert_ne!(links[0], links[1]);
}
