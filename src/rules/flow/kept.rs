//! Which text of a flow is in force, where it is kept in several places: with the program, in a folder of files, and on
//! the web. What was done last counts, and a file does something only when it changes: a restart with the files of
//! yesterday undoes nothing that somebody put in force since, and a changed file is a new version like any other.
//!
//! "Changes" is meant by who looks at the file: a machine remembers what it saw when it looked last, so that one of
//! several that is started again in the middle of a roll-out does not bring yesterday's file back. And what one machine
//! brought, the others do not bring once more.
//!
//! What comes with the program yields to everything else: a new program replaces its own flow, and never one that
//! somebody wrote.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

/// From where a text came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlowOrigin)]
pub enum Origin {
    /// With the program.
    Shipped,
    /// From the folder of the configuration.
    Folder,
    /// Somebody put it in force on a page, or by a program.
    Web,
}

impl Origin {
    /// As it stands in the database.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Shipped => "shipped",
            Origin::Folder => "folder",
            Origin::Web => "web",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin is shipped, folder or web")]
pub struct NoOrigin;

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Origin, NoOrigin> {
        [Origin::Shipped, Origin::Folder, Origin::Web]
            .into_iter()
            .find(|origin| origin.name() == text)
            .ok_or(NoOrigin)
    }
}

/// The text of a file, or of one that is shipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowFile {
    /// The text; it says its own name.
    pub text: String,
    /// Whether it comes with the program.
    pub shipped: bool,
}

impl FlowFile {
    /// From where it comes.
    pub fn origin(&self) -> Origin {
        if self.shipped { Origin::Shipped } else { Origin::Folder }
    }
}

/// What is in force under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Counts what came into force under that name.
    pub revision: i64,
    /// Which version.
    pub version: String,
    /// From where it came.
    pub origin: Origin,
    /// The version that a file brought last.
    pub offered: Option<String>,
}

/// Whether a file brings its version into force, where that is in force and this machine saw that when it looked last.
pub fn brings(version: &str, origin: Origin, in_force: Option<&InForce>, seen: Option<&str>) -> bool {
    let Some(in_force) = in_force else { return true };
    let yields = origin == Origin::Shipped && in_force.origin != Origin::Shipped;
    let unchanged = seen == Some(version) || in_force.offered.as_deref() == Some(version);
    !yields && !unchanged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_when_it_changes_and_the_programs_own_flow_yields() {
        use Origin::{Folder, Shipped, Web};
        let in_force = |version: &str, origin, offered: Option<&str>| InForce {
            revision: 1,
            version: version.into(),
            origin,
            offered: offered.map(str::to_owned),
        };
        for (file, origin, known, seen, brought, about) in [
            ("a", Shipped, None, None, true, "the first start"),
            ("a", Folder, None, None, true, "a new file"),
            ("a", Folder, Some(in_force("a", Folder, Some("a"))), Some("a"), false, "a restart"),
            ("b", Folder, Some(in_force("a", Folder, Some("a"))), Some("a"), true, "a changed file"),
            ("a", Folder, Some(in_force("w", Web, Some("a"))), Some("a"), false, "saved on the web since"),
            ("b", Folder, Some(in_force("w", Web, Some("a"))), Some("a"), true, "then the file changed"),
            ("a", Folder, Some(in_force("b", Folder, Some("b"))), Some("b"), true, "taken back in the file"),
            (
                "b",
                Folder,
                Some(in_force("w", Web, Some("b"))),
                Some("a"),
                false,
                "another machine brought it",
            ),
            (
                "a",
                Folder,
                Some(in_force("b", Folder, Some("b"))),
                Some("a"),
                false,
                "not rolled out here yet",
            ),
            (
                "b",
                Folder,
                Some(in_force("b", Web, None)),
                None,
                true,
                "the text of the web, taken into a file",
            ),
            (
                "b",
                Folder,
                Some(in_force("a", Folder, Some("a"))),
                None,
                true,
                "a new machine with a new file",
            ),
            ("a", Folder, Some(in_force("w", Web, Some("a"))), None, false, "a new machine with the old one"),
            ("b", Shipped, Some(in_force("a", Shipped, Some("a"))), Some("a"), true, "a new program"),
            (
                "b",
                Shipped,
                Some(in_force("w", Web, Some("a"))),
                Some("a"),
                false,
                "a new program, saved since",
            ),
            (
                "a",
                Shipped,
                Some(in_force("f", Folder, Some("f"))),
                Some("f"),
                false,
                "the file was taken away",
            ),
            ("f", Folder, Some(in_force("a", Shipped, Some("a"))), Some("a"), true, "a file in its place"),
        ] {
            assert_eq!(brings(file, origin, known.as_ref(), seen), brought, "{about}");
        }
    }

    #[test]
    fn origins_are_read_as_they_are_written() {
        for origin in [Origin::Shipped, Origin::Folder, Origin::Web] {
            assert_eq!(origin.to_string().parse(), Ok(origin));
        }
        assert_eq!("file".parse::<Origin>(), Err(NoOrigin));
    }
}
