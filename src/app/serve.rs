//! Runs an [`App`] until it is told to stop, and then finishes what is in flight: first the requests that came in, then
//! what they made due, then the database.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::act::{Acts, By};
use crate::flows;
use crate::flows::Refused;

/// How long connections may take to come to their end; requests to carriers have their own, shorter deadlines.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes an address to listen on.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => AppError::Failed(format!(
            "{address} is taken by another program; end that one, or choose another with --listen (127.0.0.1:8090, \
             say)"
        )),
        _ => AppError::io(format!("cannot listen on {address}"), error),
    })
}

/// Resolves when the process is asked to end: Ctrl-C, or SIGTERM.
pub async fn interrupted() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::error!(error = %error, "SIGTERM cannot be heard; only Ctrl-C ends this process well");
            let _ = tokio::signal::ctrl_c().await;
            return;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Serves until `stop`, then finishes what is in flight.
pub async fn serve(app: App, listener: TcpListener, stop: CancellationToken) -> Result<(), AppError> {
    let App { acts, engine, router, streams } = app;
    let engine_stops = CancellationToken::new();
    let performing = tokio::spawn({
        let stops = engine_stops.clone();
        async move { engine.run(stops).await }
    });
    // A board that is being watched would be waited for.
    let ending = tokio::spawn({
        let stop = stop.clone();
        async move {
            stop.cancelled().await;
            streams.cancel();
        }
    });
    let served = serve_http(listener, router, stop).await;
    ending.abort();
    engine_stops.cancel();
    if let Err(error) = performing.await {
        tracing::error!(error = %error, "the engine did not end well");
    }
    acts.store().close().await;
    served
}

/// Answers requests until `stop`, and those that had begun by then.
pub async fn serve_http(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> Result<(), AppError> {
    let until = stop.clone();
    // With the address of whoever asks, for the audit log.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving =
        axum::serve(listener, service).with_graceful_shutdown(async move { until.cancelled().await });
    let fault = |error| AppError::io("requests cannot be answered", error);
    tokio::select! {
        served = serving.into_future() => served.map_err(fault),
        () = patience_ends(&stop) => {
            tracing::warn!("connections that did not end in time were dropped");
            Ok(())
        }
    }
}

async fn patience_ends(stop: &CancellationToken) {
    stop.cancelled().await;
    // An error would say that the wait was shorter than it is.
    let _ = tokio::time::timeout(PATIENCE, std::future::pending::<()>()).await;
}

/// Reads the voice flows again at each SIGHUP. Bad ones are refused whole, and those in force stay.
pub async fn reload_flows(acts: Acts, folder: Option<PathBuf>) {
    let mut hang_up = match signal(SignalKind::hangup()) {
        Ok(hang_up) => hang_up,
        Err(error) => {
            tracing::error!(error = %error, "SIGHUP cannot be heard; flows are read at the start only");
            return;
        }
    };
    while hang_up.recv().await.is_some() {
        let sources = match flows::load_all(folder.as_deref()) {
            Ok(sources) => sources,
            Err(Refused(problems)) => {
                for problem in problems {
                    tracing::error!(problem, "a voice flow was refused; those in force stay");
                }
                continue;
            }
        };
        match acts.replace_flows(By::signal(), sources).await {
            Ok(()) => tracing::info!("the voice flows were read again"),
            Err(error) => tracing::error!(error = %error, "the voice flows could not be replaced"),
        }
    }
}
