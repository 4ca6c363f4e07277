//! The voice flows' versions, as people look at them.

use super::{ActError, Acts};
use crate::store::desk::{self as desks, FlowVersion};
use crate::store::{StoreError, Tx};

/// The most versions that are listed.
const MOST_VERSIONS: i64 = 30;

impl Acts {
    /// The versions of a flow that were in force, the newest first.
    pub async fn flow_versions(&self, name: &str) -> Result<Vec<FlowVersion>, ActError> {
        Ok(self.store().read(versions, (name.to_owned(),)).await?)
    }

    /// The text of a version of a flow.
    pub async fn flow_text(&self, name: &str, version: &str) -> Result<Option<String>, ActError> {
        Ok(self.store().read(text, (name.to_owned(), version.to_owned())).await?)
    }
}

async fn versions(tx: &mut Tx, (name,): &(String,)) -> Result<Vec<FlowVersion>, StoreError> {
    desks::flow_versions(tx, name, MOST_VERSIONS).await
}

async fn text(tx: &mut Tx, (name, version): &(String, String)) -> Result<Option<String>, StoreError> {
    desks::flow_source(tx, name, version).await
}
