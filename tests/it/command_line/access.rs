//! Who is let in: people, programs by their tokens, and the first of all.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::{CONFIG, folder, nightbell, write};

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
