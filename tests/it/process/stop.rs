//! Asked to end, the program finishes what is in flight: requests that had begun are answered, and what they made due
//! has left, before it exits with 0.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::gateway::Gateway;
use super::stage::{AGENT, BOTH, Stage};
use super::turn;

/// A webhook whose second half is still on its way.
struct HalfSent {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl HalfSent {
    async fn send(stage: &Stage, path: &str, form: &[(&str, &str)]) -> HalfSent {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let pairs: Vec<_> = form.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let signature = stage.sign(path, &pairs);
        let mut stream = TcpStream::connect(stage.public).await.unwrap();
        let (first, rest) = body.split_at(body.len() / 2);
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\nx-twilio-signature: {signature}\r\nconnection: close\r\n\r\n{first}",
            stage.public,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        HalfSent { stream, rest: rest.into() }
    }

    async fn finish(mut self) -> String {
        self.stream.write_all(&self.rest).await.unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

async fn refuses(stage: &Stage, gateway: &Gateway) {
    let ask = async || TcpStream::connect(gateway.address).await.is_err().then_some(());
    stage.until_asked("the listener to be closed", gateway, ask).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_is_finished_before_the_end() {
    let _turn = turn().await;
    for kind in BOTH {
        let stage = Stage::set(kind).await;
        let gateway = stage.start();
        stage.ready(&gateway).await;

        // Nothing to do: it ends at once.
        assert_eq!(gateway.stop().await, Some(0));

        // A call has been answered, and its end is being told when the process is asked to end.
        let gateway = stage.start();
        stage.ready(&gateway).await;
        let caller = "+18025550120";
        let call = stage.emergency_until_asked(caller, &gateway).await;
        let form = [
            ("CallSid", call.as_str()),
            ("CallStatus", "completed"),
            ("CallDuration", "9"),
            ("From", caller),
            ("To", super::stage::LINE),
            ("SequenceNumber", "0"),
        ];
        let half = HalfSent::send(&stage, "/webhooks/main/status", &form).await;
        gateway.signal("TERM").await;
        refuses(&stage, &gateway).await;
        assert!(stage.texts_about(AGENT, caller).is_empty());
        let answer = half.finish().await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        assert_eq!(gateway.ended().await, Some(0));
        assert_eq!(stage.texts_about(AGENT, caller).len(), 1, "the page left before the process ended");

        // Nobody pages for it a second time.
        let gateway = stage.start();
        stage.ready(&gateway).await;
        let _ = stage.phone(caller).hang_up();
        stage.settled(&gateway).await;
        assert_eq!(stage.texts_about(AGENT, caller).len(), 1);
        assert_eq!(gateway.stop().await, Some(0));
        stage.strike().await;
    }
}
