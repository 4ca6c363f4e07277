//! The rules of the time zones that this process works with, chosen once at its start: the machine's tzdata or the
//! release compiled in, whichever is newer. The one place that reads the machine's tzdata; [`crate::rules::zone`] says
//! what is done with it.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZoneDatabase;

use crate::rules::zone::ZoneBook;

/// Where systems keep tzdata; `TZDIR` comes before them.
const FOLDERS: [&str; 3] = ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];

/// The newest rules at hand. A folder that does not say its release counts as older than what is compiled in: a stale
/// one would ring people at the wrong hour without a word.
pub fn load() -> ZoneBook {
    match newest(folders()) {
        Some((release, folder)) if release.as_str() > ZoneBook::bundled_release() => {
            of_folder(&folder, release)
        }
        _ => ZoneBook::bundled(),
    }
}

/// The folders to look in.
fn folders() -> impl Iterator<Item = PathBuf> {
    std::env::var_os("TZDIR").into_iter().map(PathBuf::from).chain(FOLDERS.map(PathBuf::from))
}

/// The newest of the releases that the folders hold. Names of releases are ordered as texts: `2025b` < `2026a`.
fn newest(folders: impl Iterator<Item = PathBuf>) -> Option<(String, PathBuf)> {
    folders.filter_map(|folder| Some((release_in(&folder)?, folder))).max()
}

/// The release that a folder of compiled tzdata says it is.
fn release_in(folder: &Path) -> Option<String> {
    let of_text = |text: String| {
        let release = text.lines().next()?.trim_start_matches("# version ").trim();
        let end = release.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(release.len());
        let shape = end >= 5 && release[..4].bytes().all(|byte| byte.is_ascii_digit());
        shape.then(|| release[..end].to_owned())
    };
    // `tzdata.zi` is what most systems install; macOS writes `+VERSION`.
    ["tzdata.zi", "+VERSION"]
        .iter()
        .find_map(|file| std::fs::read_to_string(folder.join(file)).ok().and_then(of_text))
}

fn of_folder(folder: &Path, release: String) -> ZoneBook {
    match TimeZoneDatabase::from_dir(folder) {
        Ok(tables) => ZoneBook::of_release(release, |name| tables.get(name).ok()),
        Err(_) => ZoneBook::bundled(),
    }
}

#[cfg(test)]
mod tests;
