//! Desk files that are applied, told apart and got back.

use super::{DESK, folder, nightbell, write};

/// Where a part of a file begins.
fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
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
    let flow = include_str!("../../../voice-flows/emergency.toml").replacen(
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
