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
        (&["flow", "draw", "flow.toml"], "flow.toml:2: "),
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
