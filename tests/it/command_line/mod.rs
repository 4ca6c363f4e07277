//! The program as people start it: what it prints, and how it ends.

mod access;
mod desks;
mod what_if;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const DESK: &str = include_str!("../../desks/reservations.toml");

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
    write(there, "wide.toml", include_str!("../../flows/wide.toml"));
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
