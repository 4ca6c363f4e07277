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

/// The night board, as somebody watches it who was invited on the machine.
async fn watched_board(stage: &Stage) -> reqwest::Response {
    let invited = ["account", "invite", "ada@example.com", "--role", "viewer"];
    let told = stage.expect(&invited).await;
    let secret = told.split("/join/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let address = format!("http://{}", stage.public);
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let form = [("name", "Ada"), ("password", "three quiet geese at noon")];
    let join = client.post(format!("{address}/join/{secret}")).header("origin", &address).form(&form);
    let joined = join.send().await.unwrap();
    let cookie = joined.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let watch = client.get(format!("{address}/board/events")).header("cookie", cookie);
    watch.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_is_watched_holds_nothing_up() {
    let _turn = turn().await;
    for kind in BOTH {
        let stage = Stage::set(kind).await;
        let gateway = stage.start();
        stage.ready(&gateway).await;
        let mut board = watched_board(&stage).await;
        let first = board.chunk().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&first).starts_with("event: board"), "{first:?}");
        let log = stage.path("nightbell.toml.log");
        assert_eq!(gateway.stop().await, Some(0));
        // It came to its end, and was not cut.
        while let Some(more) = board.chunk().await.unwrap() {
            assert!(!more.is_empty());
        }
        let log = std::fs::read_to_string(log).unwrap();
        assert!(!log.contains("did not end in time"), "{log}");
        stage.strike().await;
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
