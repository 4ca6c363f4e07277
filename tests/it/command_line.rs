//! The program as people start it: what it prints, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

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
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightbell"));
    command.current_dir(folder).args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NIGHTBELL_")) {
        command.env_remove(name);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
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
    assert_eq!(run(&["apply", "desk.toml"]).1, "reservations: version 1 is in force\n");
    let (code, token, _) = run(&["token", "create", "report", "--expires", "2027-01-31"]);
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
        (&["flow", "play", "emergency", "--scenario", "flow.toml"], "flow.toml:2: "),
        (&["--config", "config.toml", "config", "check"], "config.toml:1: "),
        (&["--config", "none.toml", "serve"], "none.toml: the configuration cannot be read"),
    ] {
        let (code, _, error) = nightbell(there, arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {error}");
        assert!(error.starts_with(told), "{arguments:?}: {error}");
    }
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
