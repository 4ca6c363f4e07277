//! How a plain async function becomes a piece of work that may be run more than once, in another task, for a caller
//! who may be gone.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::error::{Failure, StoreError};
use super::tx::Tx;
use super::wake::Wake;

/// A plain async function of a transaction and its input. Nobody implements this: every
/// `async fn f(tx: &mut Tx, input: &I) -> Result<O, StoreError>` does.
pub trait Work<'a, I: 'a, O>: Send + Sync {
    /// The function's run.
    type Run: Future<Output = Result<O, StoreError>> + Send + 'a;
    /// Begins a run.
    fn begin(&self, tx: &'a mut Tx, input: &'a I) -> Self::Run;
}

impl<'a, I: 'a, O, F, R> Work<'a, I, O> for F
where
    F: Fn(&'a mut Tx, &'a I) -> R + Send + Sync,
    R: Future<Output = Result<O, StoreError>> + Send + 'a,
{
    type Run = R;
    fn begin(&self, tx: &'a mut Tx, input: &'a I) -> R {
        self(tx, input)
    }
}

/// A piece of work, its kinds of input and output forgotten.
pub(super) trait Job: Send {
    /// Runs it, perhaps again; keeps the output.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<(), StoreError>>;
    /// Tells the caller how it ended: the output of the last run, or why there is none.
    fn answer(self: Box<Self>, end: Result<(), StoreError>);
}

struct Asked<F, I, O> {
    function: F,
    input: I,
    output: Option<O>,
    caller: oneshot::Sender<Result<O, StoreError>>,
}

/// Packs a call; the answer comes through the receiver.
pub(super) fn pack<F, I, O>(function: F, input: I) -> (Box<dyn Job>, oneshot::Receiver<Result<O, StoreError>>)
where
    F: for<'a> Work<'a, I, O> + 'static,
    I: Send + Sync + 'static,
    O: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    (Box::new(Asked { function, input, output: None, caller }), answer)
}

impl<F, I, O> Job for Asked<F, I, O>
where
    F: for<'a> Work<'a, I, O>,
    I: Send + Sync + 'static,
    O: Send + 'static,
{
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<(), StoreError>> {
        let Asked { function, input, output, .. } = self;
        *output = None;
        let run = function.begin(tx, input);
        Box::pin(async move {
            *output = Some(run.await?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, end: Result<(), StoreError>) {
        let Asked { output, caller, .. } = *self;
        let answer = end.and_then(|()| {
            output.ok_or_else(|| StoreError::Fault("a transaction was answered before it ran".into()))
        });
        // Whoever asked may have hung up; what was committed stands all the same.
        let _ = caller.send(answer);
    }
}

/// Runs a job once on a transaction that has begun. A panic in it is its own error, and an error that it swallowed is
/// still one: what PostgreSQL has given up must not be kept by SQLite.
pub(super) async fn attempt(job: &mut dyn Job, tx: &mut Tx) -> Result<Vec<Wake>, Failure> {
    let end = match AssertUnwindSafe(async { job.run(tx).await }).catch_unwind().await {
        Ok(end) => end,
        Err(panic) => {
            Err(StoreError::Fault(format!("a transaction panicked: {}", panic_words(panic.as_ref()))))
        }
    };
    let (failed, wakes) = tx.reset();
    match (end, failed) {
        (Ok(()), None) => Ok(wakes),
        (Ok(()), Some(failure)) => Err(failure),
        (Err(error), Some(failure)) => Err(Failure { error, ..failure }),
        (Err(error), None) => Err(Failure::of_function(error)),
    }
}

fn panic_words(panic: &(dyn Any + Send)) -> &str {
    // Only words that stand in our source: a formatted message may hold what was in a row.
    panic.downcast_ref::<&'static str>().copied().unwrap_or("see the log")
}
