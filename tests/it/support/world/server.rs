//! What listens on this machine while a story plays.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Something that serves until it is told to stop.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) stop: CancellationToken,
    pub(super) task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(address: SocketAddr, router: Router) -> Server {
        Server::on(TcpListener::bind(address).await.unwrap(), router)
    }

    pub(super) fn on(listener: TcpListener, router: Router) -> Server {
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let stopped = stop.clone().cancelled_owned();
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
        Server { address, stop, task: tokio::spawn(async move { serving.await.unwrap() }) }
    }

    pub(super) async fn end(self) -> SocketAddr {
        self.stop.cancel();
        self.task.await.unwrap();
        self.address
    }
}
