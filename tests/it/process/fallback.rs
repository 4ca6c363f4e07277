//! While the gateway is away a caller reaches what the carrier hosts in its place; when it is back, the missed call has
//! its ticket and its recording, and is paged within seconds. So is a text that came meanwhile.

use std::time::Duration;

use nightbell::simulator::OnText;
use serde_json::Value;

use super::stage::{AGENT, BOTH, LAST, Stage};
use super::turn;

const CALLER: &str = "+18025550121";
const WRITER: &str = "+18025550123";

/// "Within seconds."
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_came_while_nobody_was_there_is_paged() {
    let _turn = turn().await;
    for kind in BOTH {
        let stage = Stage::set(kind).await;
        let token = stage.expect(&["token", "create", "test", "--role", "agent"]).await;
        let hosted = stage.expect(&["fallback"]).await;
        stage.host_fallback(&hosted);
        let gateway = stage.start();
        stage.ready(&gateway).await;
        assert_eq!(gateway.stop().await, Some(0));

        let phone = stage.phone(CALLER);
        let call = phone.dial(super::stage::LINE).unwrap();
        stage.until_alone("the fallback's tone", || phone.call().filter(|call| call.recording)).await;
        let said = phone.call().unwrap().said();
        assert!(said.iter().any(|said| said.contains("sorry")), "{said:?}");
        assert_eq!(stage.phone(LAST).history().len(), 1, "the last resort was rung");
        phone.speak(1, "The power is out.").unwrap();
        stage.pass(Duration::from_millis(1_200)).await;
        phone.hang_up().unwrap();
        stage.until_alone("the end of the call", || phone.call().is_none().then_some(())).await;
        stage.phone(WRITER).on_text(OnText::Delivered);
        stage.phone(WRITER).text(super::stage::LINE, "Is anybody there?").unwrap();
        stage
            .until_alone("the webhooks to be given up", || {
                let failed = |end: &str| {
                    let tried = stage.sim.delivered();
                    tried.iter().any(|told| told.url.ends_with(end) && told.status.is_none())
                };
                (failed("/status") && failed("/sms") && failed("/recording")).then_some(())
            })
            .await;

        let gateway = stage.start();
        let at = stage.page_about(CALLER, &gateway).await;
        assert!(at.since(gateway.at) <= SOON, "paged {:?} after the start", at.since(gateway.at));
        stage.ready(&gateway).await;
        let token = Some(token.trim());
        let tickets = async || {
            let (status, told) = stage.api("/tickets", token).await;
            assert_eq!(status, 200, "{told}");
            told["tickets"].as_array().unwrap().clone()
        };
        let of = |tickets: &[Value], caller: &str| {
            tickets.iter().find(|ticket| ticket["caller_id"] == caller).cloned()
        };
        let ticket = stage
            .until_asked("the ticket with its recording", &gateway, async || {
                of(&tickets().await, CALLER).filter(|ticket| ticket["recordings"] == 1)
            })
            .await;
        assert_eq!((&ticket["severity"], &ticket["state"]), (&1.into(), &"open".into()));
        let number = &ticket["number"];
        let kept = async || {
            let (_, told) = stage.api(&format!("/tickets/{number}"), token).await;
            let timeline = told["timeline"].as_array().unwrap().clone();
            timeline.iter().any(|entry| entry["kind"] == "recording_kept").then_some(())
        };
        stage.until_asked("the recording to be fetched", &gateway, kept).await;

        let written = stage
            .until_asked("the ticket of the text", &gateway, async || of(&tickets().await, WRITER))
            .await;
        assert_eq!(written["severity"], 3);
        let now = stage.clock.now();
        assert!(now.since(gateway.at) <= SOON * 2, "{:?} after the start", now.since(gateway.at));

        // Once is enough: the carrier lists them again, and nobody is paged again.
        assert_eq!(gateway.stop().await, Some(0));
        let gateway = stage.start();
        stage.ready(&gateway).await;
        stage.settled(&gateway).await;
        assert_eq!(stage.texts_about(AGENT, CALLER).len(), 1, "call {call}");
        assert_eq!(tickets().await.len(), 2);
        gateway.kill().await;
        stage.strike().await;
    }
}
