//! Killed between any commit and any send, the program loses no page: the next process sends it within two seconds of
//! its start, and at most one duplicate of each attempt was under way.

use std::time::Duration;

use nightbell::simulator::{Delivered, Fault, OnCall, Scope, Trouble};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::gateway::Gateway;
use super::stage::{AGENT, BOTH, DESK, LINE, Stage};
use super::turn;

/// From the start of a server to the first overdue page. The operating system's part, from the command to the server's
/// first words, is printed: how long it takes says more of the machine than of the program.
const AFTER_START: Duration = Duration::from_secs(2);

fn caller(index: usize) -> String {
    format!("+1802555{:04}", 120 + index)
}

/// The page about a caller came at the latest two seconds after the start, and at most `most` times by each method.
async fn paged(stage: &Stage, caller: &str, gateway: &Gateway, most: usize) {
    let serves_at = stage.until("the server's first words", gateway, || gateway.serves_at()).await;
    let at = stage.page_about(caller, gateway).await;
    let after = at.since(serves_at);
    eprintln!("{caller}: {:?} after the command, {after:?} after the start", at.since(gateway.at));
    assert!(after <= AFTER_START, "{caller} was paged {after:?} after the start\n{}", gateway.log());
    let texts = stage.texts_about(AGENT, caller).len();
    assert!(texts <= most, "{caller} was paged {texts} times by text\n{}", gateway.log());
}

/// The carrier has the request, or had it, and the process that made it dies before it hears anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_request_was_held_leaves_again_at_the_next_start() {
    let _turn = turn().await;
    for kind in BOTH {
        let stage = Stage::set(kind).await;
        let mut gateway = stage.start();
        stage.ready(&gateway).await;
        for (index, (trouble, made)) in
            [(Trouble::Hang, 0), (Trouble::AcceptThenDrop, 1), (Trouble::Hang, 0)].into_iter().enumerate()
        {
            let (caller, before) = (caller(index), stage.sim.calls().len());
            for scope in [Scope::Messages, Scope::Calls] {
                stage.sim.fault(Fault::new(scope, trouble).times(1));
            }
            stage.emergency(&caller, &gateway).await;
            stage
                .until("both requests to be held", &gateway, || stage.sim.faults().is_empty().then_some(()))
                .await;
            gateway.kill().await;
            stage.sim.clear_faults();
            assert_eq!(stage.texts_about(AGENT, &caller).len(), made, "{trouble:?}");
            gateway = stage.start();
            if made == 0 {
                paged(&stage, &caller, &gateway, 1).await;
            }
            let rung = || stage.sim.calls()[before..].iter().filter(|call| call.phone == AGENT).count();
            stage.until("the call to the agent", &gateway, || (rung() > 0).then_some(())).await;
            stage.ready(&gateway).await;
            assert!(stage.texts_about(AGENT, &caller).len() <= made + 1);
            assert!(rung() <= made + 1, "{trouble:?}: rung {} times", rung());
        }
        gateway.kill().await;
        stage.strike().await;
    }
}

/// The process dies at a random instant of the call, or of the page that follows it.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_at_any_instant_loses_no_page() {
    const ROUNDS: usize = 12;
    let _turn = turn().await;
    let mut chance = StdRng::seed_from_u64(7);
    for kind in BOTH {
        let stage = Stage::set(kind).await;
        let mut gateway = stage.start();
        stage.ready(&gateway).await;
        for index in 0..ROUNDS {
            let caller = caller(index);
            let delay = Duration::from_micros(chance.random_range(0..4_000));
            if index % 2 == 0 {
                // After the end of the call was taken, which made the page due. A server that could not take it, because
                // the machine is too busy, said so, and finds the end of the call when it begins again.
                let call = stage.emergency(&caller, &gateway).await;
                let answered = || {
                    let end = |told: &Delivered| {
                        told.url.ends_with("/status")
                            && told.form.contains(&("CallSid".to_owned(), call.clone()))
                    };
                    let status = stage.sim.delivered().iter().find(|told| end(told))?.status;
                    assert!(matches!(status, Some(204 | 503)), "answered {status:?}");
                    Some(())
                };
                stage.until("the answer to the end of the call", &gateway, answered).await;
                stage.pass(delay).await;
                gateway.kill().await;
            } else {
                // Somewhere in the call: perhaps before its first webhook was accepted, so that the next process must
                // find it at the carrier. It has been dialled, however late this test gets its turn.
                let call = stage.phone(&caller).dial(LINE).unwrap();
                tokio::select! {
                    () = stage.pass(delay * 30) => {}
                    () = stage.report(&caller, &gateway) => {}
                }
                gateway.kill().await;
                let _ = stage.phone(&caller).hang_up();
                let is_over =
                    || stage.sim.calls().iter().any(|known| known.sid == call && known.status.is_final());
                assert!(is_over(), "a call that goes on is no missed call yet");
            }
            gateway = stage.start();
            paged(&stage, &caller, &gateway, 2).await;
            stage.ready(&gateway).await;
        }
        assert_eq!(gateway.stop().await, Some(0));
        stage.strike().await;
    }
}

/// A caller waits to be put through, and the process that rings for him dies: the next one knows until when, leads him on
/// to his message, and pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_waits_on_the_line_is_led_on_by_the_next_process() {
    let _turn = turn().await;
    for kind in BOTH {
        let stage = Stage::set(kind).await;
        let wanted = "[live_connect]\nenabled = true\nlimit = \"20 s\"\n\n[hours]";
        stage.write("desk.toml", &DESK.replacen("[hours]", wanted, 1));
        stage.expect(&["apply", "desk.toml"]).await;
        stage.phone(AGENT).on_call(OnCall::NoAnswer);
        let mut gateway = stage.start();
        stage.ready(&gateway).await;
        let number = caller(0);
        let phone = stage.phone(&number);
        stage.emergency_until_asked(&number, &gateway).await;
        phone.press("1#").unwrap();
        let waits = || phone.call()?.conference.map(|_| ());
        stage.until("the wait", &gateway, waits).await;
        gateway.kill().await;
        gateway = stage.start();
        let records = || phone.call()?.recording.then_some(());
        stage.until("the question for a message", &gateway, records).await;
        stage.page_about(&number, &gateway).await;
        phone.hang_up().unwrap();
        stage.settled(&gateway).await;
        assert_eq!(gateway.stop().await, Some(0));
        stage.strike().await;
    }
}
