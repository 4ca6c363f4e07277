//! `nightbell whatif`: a transcript, JSON, and what to write instead of what cannot be read.

use super::{DESK, folder, nightbell, write};

const CALL: [&str; 7] =
    ["whatif", "--line", "+18025550100", "--from", "+18025550121", "--at", "2026-12-25T03:00"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    CALL.iter().chain(more).copied().collect()
}

#[test]
fn what_would_happen_is_told_by_what_is_in_force_or_by_a_file() {
    let folder = folder();
    let there = folder.path();
    let run = |arguments: &[&str]| nightbell(there, arguments);
    assert_eq!(run(&["migrate"]).0, Some(0));
    assert_eq!(run(&["apply", "desk.toml"]).0, Some(0));
    let (code, said, wrong) = run(&with(&["--until", "2026-12-26T03:00"]));
    assert_eq!((code, &*wrong), (Some(0), ""), "{said}");
    for told in [
        "What if +18025550121 rang +18025550100 of Reservations Support on Fri 25 Dec 2026, 03:00\n(America/New_York)?",
        "Somebody is on call at that time.",
        "Severity 1: ",
        "  1  0:00  who → greeting",
        "     caller   presses 1  →  ",
        "     caller   says and presses nothing, 5 s  →  ",
        "     happens  triage 1",
        "  A  Ticket 1001, severity 1",
        "      0:00  Round 1, step 1: ",
        "WHEN NOBODY WOULD BE REACHED",
    ] {
        assert!(said.contains(told), "{told} in {said}");
    }
    let (code, json, _) = run(&with(&["--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, &json["at"], &json["draft"]),
        (Some(0), &"2026-12-25T08:00:00.000Z".into(), &false.into())
    );

    // Whom the file would ring is not whom the desk rings that is in force; and nothing was brought into force.
    write(there, "other.toml", &DESK.replace("name = \"Ada Moss\"", "name = \"Zoe Lake\""));
    let (code, said, wrong) = run(&with(&["--desk", "other.toml"]));
    assert_eq!((code, &*wrong), (Some(0), ""));
    assert!(
        said.contains("Zoe Lake") && said.contains("not in force") && !said.contains("Ada Moss"),
        "{said}"
    );
    assert!(!run(&CALL).1.contains("Zoe Lake"));
    // With no draft, its desk is the one that is in force.
    assert_eq!(run(&with(&["--draft"])).0, Some(0));
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_write() {
    let folder = folder();
    let there = folder.path();
    assert_eq!(nightbell(there, &["migrate"]).0, Some(0));
    let (code, _, error) = nightbell(there, &CALL);
    assert_eq!(code, Some(2));
    assert!(error.contains("no desk is in force"), "{error}");
    assert_eq!(nightbell(there, &["apply", "desk.toml"]).0, Some(0));
    write(there, "bad.toml", &DESK.replace("country = \"US\"", "country = \"ZZ\""));
    for (arguments, told) in [
        (
            ["whatif", "--line", "+18025550198"].as_slice(),
            "--line `+18025550198` is no line of a desk; there are +18025550100",
        ),
        (&["whatif", "--line", "emergency"], "--line `emergency` is no line of a desk"),
        (&["whatif", "--line", "+18025550100", "--from", "5550121"], "--from `5550121`: write a number like"),
        (&["whatif", "--line", "+18025550100", "--at", "tonight"], "--at `tonight`: write a day and a time"),
        (
            &["whatif", "--line", "+18025550100", "--at", "2026-12-25T03:00", "--until", "2026-12-24T03:00"],
            "--until write a time that is later than the call",
        ),
        (&["whatif", "--line", "+18025550100", "--desk", "bad.toml"], "bad.toml:6: `ZZ` is no country; "),
    ] {
        let (code, said, error) = nightbell(there, arguments);
        assert_eq!((code, &*said), (Some(2), ""), "{arguments:?}: {error}");
        assert!(error.starts_with(told), "{arguments:?}: {error}");
    }
}
