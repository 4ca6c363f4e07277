//! The dependency rule of src/lib.rs, held to the `crate::` paths that the code really names. An arrow that is not on
//! this list is refused; the list is changed together with the map in src/lib.rs, or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What each module of the crate may name, besides itself, `clock` and `id`.
const ARROWS: &[(&str, &[&str])] = &[
    ("main", &["app", "cli"]),
    ("cli", &["act", "app", "config", "flows", "rules", "simulator", "store", "web", "words", "zones"]),
    (
        "app",
        &[
            "act",
            "channel",
            "config",
            "engine",
            "fetch",
            "flows",
            "openid",
            "rules",
            "simulator",
            "store",
            "web",
            "wire",
            "words",
            "zones",
        ],
    ),
    ("web", &["act", "calendar", "fetch", "flows", "openid", "report", "rules", "wire", "words"]),
    ("engine", &["act", "calendar", "channel", "fetch", "report", "rules", "store", "wire", "words"]),
    ("act", &["rules", "store", "words"]),
    ("store", &["rules"]),
    ("channel", &["wire"]),
    ("wire", &[]),
    ("calendar", &["rules"]),
    ("words", &["rules"]),
    ("report", &["rules", "wire"]),
    ("rules", &[]),
    ("simulator", &[]),
    ("config", &["channel", "fetch", "openid", "rules"]),
    ("openid", &["channel", "rules"]),
    ("fetch", &["channel"]),
    ("flows", &["rules"]),
    ("zones", &["rules"]),
    ("clock", &[]),
    ("id", &[]),
];

/// What the core and what reads and writes calendars must not name: it neither waits, nor asks, nor draws lots.
const IMPURE: &[&str] =
    &["async fn", "sqlx::", "axum::", "reqwest::", "tokio::", "std::fs", "std::net", "std::env", "rand::"];

#[test]
fn every_arrow_is_on_the_map() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ARROWS.iter().map(|(from, to)| (*from, to.iter().copied().collect())).collect();
    let mut strays = Vec::new();
    each_source(|module, file, text| {
        let Some(allowed) = allowed.get(module) else {
            strays.push(format!("{file}: module {module} is not on the map"));
            return;
        };
        if text.contains("use crate::{") {
            strays.push(format!(
                "{file}: write a `use crate::` for each module, so that its arrow can be read"
            ));
        }
        for named in named_modules(text) {
            let fine = named == module || ["clock", "id", "args"].contains(&named) || allowed.contains(named);
            // The simulator has its own time: it must be possible to lift it out.
            if !fine || (module == "simulator" && named != "simulator") {
                strays.push(format!("{file}: {module} → {named}"));
            }
        }
    });
    assert!(strays.is_empty(), "arrows that are not on the map:\n{}", strays.join("\n"));
}

#[test]
fn the_core_is_pure() {
    let mut strays = Vec::new();
    each_source(|module, file, text| {
        if ["rules", "calendar"].contains(&module) {
            let code = without_tests(text).filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                strays.extend(
                    IMPURE.iter().filter(|word| line.contains(*word)).map(|word| format!("{file}: {word}")),
                );
            }
        }
    });
    assert!(strays.is_empty(), "the core reaches outside:\n{}", strays.join("\n"));
}

/// What axum itself cannot read it tells as bare text.
#[test]
fn pages_read_their_addresses_by_extractors_of_ours() {
    let mut strays = Vec::new();
    each_source(|_, file, text| {
        if file.starts_with("web/ui/") && file != "web/ui/asked.rs" {
            let imports = text.split("use axum::extract::").skip(1);
            let imports = imports.filter_map(|rest| rest.split(';').next());
            let mut words = imports.flat_map(|rest| rest.split(|c: char| !c.is_alphanumeric()));
            let named = ["extract::Path", "extract::Query"].iter().any(|path| text.contains(path));
            if named || words.any(|word| ["Path", "Query", "RawQuery"].contains(&word)) {
                strays.push(file.to_owned());
            }
        }
    });
    assert!(strays.is_empty(), "take them from web::ui::asked:\n{}", strays.join("\n"));
}

/// Hands over every source file but the modules' own tests, with the top-level module that it belongs to.
fn each_source(mut see: impl FnMut(&str, &str, &str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.file_stem().is_some_and(|name| name == "tests");
            if path.is_dir() {
                if !is_test {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                let inside = path.strip_prefix(&root).unwrap();
                let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
                let module = first.trim_end_matches(".rs");
                if module != "lib" {
                    see(module, inside.to_str().unwrap(), &fs::read_to_string(&path).unwrap());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 50, "the sources were not found");
}

/// The lines above the tests that stand in the file itself; `mod tests;` alone names another file.
fn without_tests(text: &str) -> impl Iterator<Item = &str> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines()
}

/// The first part of every `crate::` path outside comments and the file's own tests.
fn named_modules(text: &str) -> BTreeSet<&str> {
    let code = without_tests(text).filter(|line| !line.trim_start().starts_with("//"));
    // The program names the library from outside.
    code.flat_map(|line| line.split("crate::").skip(1).chain(line.split("nightbell::").skip(1)))
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn the_map_reads_paths_as_they_are_written() {
    let text = "use crate::act::Acts;\n// crate::web is a comment\nfn f(x: crate::rules::case::Case) {}\n\
                #[cfg(test)]\nmod tests;\nuse nightbell::app;\n#[cfg(test)]\nmod tests {\nuse crate::simulator;";
    assert_eq!(named_modules(text), BTreeSet::from(["act", "app", "rules"]));
}
