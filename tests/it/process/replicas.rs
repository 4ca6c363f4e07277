//! Two processes on one PostgreSQL: what one accepted, the other does not send; when one dies, the other takes over.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nightbell::simulator::{Fault, Scope, Trouble};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::stage::{AGENT, Kind, Stage};
use super::turn;

/// Five seconds of silence until a process counts as dead, and the next heartbeat of who notices it.
const TAKEN_OVER: Duration = Duration::from_millis(6_500);

/// What stands before the processes: leads each connection to the chosen one, or to the other if that is gone.
struct Front {
    chosen: Arc<AtomicUsize>,
    /// Ends the connections that there are.
    led_elsewhere: watch::Sender<()>,
}

impl Front {
    async fn open(public: SocketAddr, behind: [SocketAddr; 2]) -> Front {
        let front = Front { chosen: Arc::default(), led_elsewhere: watch::Sender::new(()) };
        let listener = TcpListener::bind(public).await.unwrap();
        let (chosen, led_elsewhere) = (front.chosen.clone(), front.led_elsewhere.clone());
        tokio::spawn(async move {
            while let Ok((mut outside, _)) = listener.accept().await {
                let first = chosen.load(Ordering::Relaxed);
                let mut led_elsewhere = led_elsewhere.subscribe();
                tokio::spawn(async move {
                    for index in [first, first + 1] {
                        if let Ok(mut inside) = TcpStream::connect(behind[index % 2]).await {
                            tokio::select! {
                                _ = copy_bidirectional(&mut outside, &mut inside) => {}
                                _ = led_elsewhere.changed() => {}
                            }
                            return;
                        }
                    }
                });
            }
        });
        front
    }

    /// From now on everything goes to this process. To be called while no request is on its way.
    fn lead_to(&self, index: usize) {
        self.chosen.store(index, Ordering::Relaxed);
        self.led_elsewhere.send_replace(());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_page_once_and_either_takes_over() {
    let _turn = turn().await;
    let stage = Stage::set(Kind::Postgres).await;
    let one = stage.start_replica("one");
    let two = stage.start_replica("two");
    stage.ready(&one).await;
    stage.ready(&two).await;
    let front = Front::open(stage.public, [one.address, two.address]).await;

    for index in 0..8 {
        front.lead_to(index);
        let caller = format!("+1802555{:04}", 120 + index);
        stage.emergency(&caller, &one).await;
        stage.page_about(&caller, &one).await;
        stage.settled(&two).await;
    }
    // Every text and call of both has left: nothing is due any more, and nothing came twice.
    for index in 0..8 {
        let caller = format!("+1802555{:04}", 120 + index);
        assert_eq!(stage.texts_about(AGENT, &caller).len(), 1, "{caller}");
    }
    let rung = stage.sim.calls().iter().filter(|call| call.phone == AGENT).count();
    assert_eq!(rung, 8);

    // What the first holds when it dies is the second's.
    front.lead_to(0);
    let caller = "+18025550140";
    for scope in [Scope::Messages, Scope::Calls] {
        stage.sim.fault(Fault::new(scope, Trouble::Hang).times(1));
    }
    stage.emergency(caller, &one).await;
    stage.until("both requests to be held", &one, || stage.sim.faults().is_empty().then_some(())).await;
    let died = stage.clock.now();
    one.kill().await;
    stage.sim.clear_faults();
    let at = stage.page_about(caller, &two).await;
    assert!(at.since(died) <= TAKEN_OVER, "taken over after {:?}\n{}", at.since(died), two.log());
    assert_eq!(stage.texts_about(AGENT, caller).len(), 1);

    // And whoever calls now finds the second.
    let caller = "+18025550141";
    stage.emergency(caller, &two).await;
    stage.page_about(caller, &two).await;
    assert_eq!(two.stop().await, Some(0));
    stage.strike().await;
}
