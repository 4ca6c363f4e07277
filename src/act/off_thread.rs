//! Work that keeps a processor busy for longer than a call or a page may wait: on threads of its own, a few at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::store::StoreError;

/// Room for a few works at once.
#[derive(Debug)]
pub(super) struct Few(Arc<Semaphore>);

impl Few {
    /// For so many.
    pub(super) fn at_once(count: usize) -> Few {
        Few(Arc::new(Semaphore::new(count)))
    }

    /// Does it as soon as there is room. It is done to its end, even if whoever asked is gone.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let gone = |_| StoreError::Fault("work on a thread of its own was broken off".into());
        let permit = self.0.clone().acquire_owned().await.map_err(|_| StoreError::Busy("closed".into()))?;
        let work = tokio::task::spawn_blocking(move || {
            // Kept until the work is done.
            let _permit = permit;
            work()
        });
        work.await.map_err(gone)?
    }
}
