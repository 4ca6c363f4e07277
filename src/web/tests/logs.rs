//! What the log tells, and what it never does.

use super::*;

/// What a test logs, to be read by it: each test runs on a thread of its own.
struct Log;

thread_local! {
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// One subscriber for the whole process, from before the first line that the web could log: a line that is met while
/// there is none may stay silent for good.
pub(super) static LISTENING: LazyLock<()> = LazyLock::new(|| {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::FULL)
        .without_time()
        .with_ansi(false)
        .with_writer(|| Log)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
});

impl Log {
    fn read() -> String {
        LOGGED.with_borrow(|bytes| String::from_utf8(bytes.clone()).unwrap())
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_private_reaches_the_log() {
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    gateway.get("/api/v1/tickets?desk=reservations", Some(&token)).await;
    gateway.get("/recordings/5ec3e7.wav", None).await;
    let first = gateway.call(VOICE, &[]).await;
    let keyed = first.address_after("<Gather input=\"dtmf\" action=\"");
    gateway.post_signed(&keyed, b"CallSid=CA1&Digits=8025550147".to_vec(), Some("forged")).await;
    let strange = [("CallSid", "CA3"), ("AccountSid", "AC1"), ("From", CALLER), ("To", "+18025550198")];
    gateway.post(VOICE, &strange).await;
    gateway.post(VOICE, &strange).await;
    gateway.acts.store().close().await;
    gateway.call(&keyed, &[("Digits", "8025550147")]).await;
    let text = [("MessageSid", "SM1"), ("From", CALLER), ("To", LINE), ("Body", "the safe word")];
    gateway.post("/webhooks/main/sms", &text).await;

    let log = Log::read();
    for told in ["no desk owns", "was refused", "asked to stay", "put off", "/recordings/{file}"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    assert_eq!(log.matches("no desk owns").count(), 1, "{log}");
    for private in ["8025550", "safe word", "5ec3e7", TOKEN, &token, "nbt_"] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}
