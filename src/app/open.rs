//! What an installation stands on: its data folder, the name that it goes by, and its database.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::AppError;
use crate::config::Config;
use crate::id::Ids;
use crate::store::{Options, Schema, Store};

/// Makes a folder that only its owner may enter, with those above it; one that is there stays as it is.
pub fn private_folder(path: &Path) -> Result<(), AppError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| AppError::io(format!("the data folder {} cannot be made", path.display()), error))
}

/// The text of a small file that only its owner may read, written with `first` if it is not there yet.
pub fn kept_text(path: &Path, first: impl FnOnce() -> String) -> Result<String, AppError> {
    let fault = |error| AppError::io(format!("{} cannot be read or written", path.display()), error);
    match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault(error)),
        _ => {
            let text = first();
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(path)
                .map_err(fault)?;
            writeln!(file, "{text}").map_err(fault)?;
            Ok(text)
        }
    }
}

/// By what the leases know this installation again after a restart.
pub(super) fn node(config: &Config, ids: &Ids) -> Result<String, AppError> {
    kept_text(&config.data_dir.join("node"), || ids.secret().chars().take(16).collect())
}

/// What is done about a schema that is not up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// The missing steps are taken.
    Take,
    /// It is refused, for a server may be running that does not expect them.
    Refuse,
}

/// Opens the database, and the data folder with it. A schema that is newer than this program is refused.
pub async fn open_store(config: &Config, upgrade: Upgrade) -> Result<Store, AppError> {
    private_folder(&config.data_dir)?;
    let store = Store::open(&config.database_url(), &Options::default()).await?;
    match (store.schema().await?, upgrade) {
        (Schema::Current, _) => Ok(store),
        (Schema::Behind, Upgrade::Take) => {
            store.migrate().await?;
            Ok(store)
        }
        (Schema::Behind, Upgrade::Refuse) => Err(AppError::SchemaBehind),
        (Schema::Ahead, _) => Err(AppError::SchemaAhead),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn folders_and_files_are_their_owners_alone_and_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        private_folder(&folder).unwrap();
        private_folder(&folder).unwrap();
        let file = folder.join("node");
        assert_eq!(kept_text(&file, || "first".into()).unwrap(), "first");
        assert_eq!(kept_text(&file, || "second".into()).unwrap(), "first");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        assert!(private_folder(&file.join("c")).is_err());
    }
}
