use tokio::sync::Notify;

use super::*;
use crate::channel::carrier::{
    CallOrder, CallUpdate, Listing, LookUpFailed, RecordingFailed, Sent, TextOrder,
};
use crate::clock::ManualClock;
use crate::wire::rest::{CallRecord, RecordingRecord, TextRecord};
use crate::wire::{FreeText, Sid};
use async_trait::async_trait;

const START: Timestamp = Timestamp(1_800_000_000_000);

/// A carrier whose answers to texts are set by the test.
#[derive(Debug)]
struct Fake {
    name: String,
    sent: Mutex<Sent>,
    hangs: Mutex<Option<Arc<Notify>>>,
}

#[async_trait]
impl Carrier for Fake {
    fn name(&self) -> &str {
        &self.name
    }
    async fn send_text(&self, _: &TextOrder) -> Sent {
        let hangs = self.hangs.lock().unwrap().clone();
        if let Some(end) = hangs {
            end.notified().await;
        }
        self.sent.lock().unwrap().clone()
    }
    async fn place_call(&self, _: &CallOrder) -> Sent {
        self.sent.lock().unwrap().clone()
    }
    async fn update_call(&self, _: &Sid, _: &CallUpdate) -> Sent {
        self.sent.lock().unwrap().clone()
    }
    async fn find_text(&self, _: &TextOrder, _: Timestamp) -> Result<Listing<TextRecord>, LookUpFailed> {
        Err(LookUpFailed { why: "not asked for here".into() })
    }
    async fn find_call(&self, _: &CallOrder, _: Timestamp) -> Result<Listing<CallRecord>, LookUpFailed> {
        Err(LookUpFailed { why: "not asked for here".into() })
    }
    async fn text(&self, _: &Sid) -> Result<Option<TextRecord>, LookUpFailed> {
        Ok(None)
    }
    async fn call(&self, _: &Sid) -> Result<Option<CallRecord>, LookUpFailed> {
        Ok(None)
    }
    async fn inbound_calls(&self, _: &Number, _: Timestamp) -> Result<Listing<CallRecord>, LookUpFailed> {
        Ok(Listing { entries: Vec::new(), complete: true })
    }
    async fn inbound_texts(&self, _: &Number, _: Timestamp) -> Result<Listing<TextRecord>, LookUpFailed> {
        Ok(Listing { entries: Vec::new(), complete: true })
    }
    async fn recordings(&self, _: &Sid) -> Result<Vec<RecordingRecord>, LookUpFailed> {
        Ok(Vec::new())
    }
    async fn recording(&self, _: &Sid) -> Result<Vec<u8>, RecordingFailed> {
        Err(RecordingFailed::NotThere)
    }
}

fn config(name: &str, more: &str) -> CarrierConfig {
    let text = format!(
        "name = '{name}'\nbase_url = 'https://{name}.example.com'\naccount = 'AC1'\ntoken = 'x'\n{more}"
    );
    toml::from_str(&text).unwrap()
}

struct Stage {
    carriers: Carriers,
    fakes: Vec<Arc<Fake>>,
    clock: ManualClock,
}

impl Stage {
    fn new(configs: Vec<CarrierConfig>) -> Stage {
        let clock = ManualClock::new(START);
        let accepted = || Sent::Accepted { sid: "SM1".parse().unwrap() };
        let fake = |config: &CarrierConfig| {
            let name = config.name.clone();
            Arc::new(Fake { name, sent: Mutex::new(accepted()), hangs: Mutex::default() })
        };
        let fakes: Vec<_> = configs.iter().map(fake).collect();
        let dynamic = fakes.iter().map(|fake| Arc::clone(fake) as Arc<dyn Carrier>);
        let carriers =
            Carriers::assemble(configs.into_iter().zip(dynamic).collect(), Arc::new(clock.clone()));
        Stage { carriers, fakes, clock }
    }

    /// Two carriers with a sender each, fast enough not to matter.
    fn two() -> Stage {
        let sender = |number: &str| {
            format!("at_once = 2\nsenders = [{{ number = '{number}', texts_per_second = 100 }}]")
        };
        Stage::new(vec![config("one", &sender("+18025550101")), config("two", &sender("+18025550102"))])
    }

    fn choose(&self, wish: Wish<'_>) -> Result<(String, String), NoRoute> {
        let route = self.carriers.choose(&wish)?;
        Ok((route.carrier.name().to_owned(), route.sender.as_str().to_owned()))
    }

    fn carrier_for_text(&self) -> String {
        self.choose(text()).map(|(carrier, _)| carrier).unwrap_or_else(|none| format!("{none:?}"))
    }

    async fn send(&self) -> (String, Sent) {
        let route = self.carriers.choose(&text()).unwrap();
        (route.carrier.name().to_owned(), route.carrier.send_text(&order()).await)
    }

    fn well(&self) -> Vec<bool> {
        self.carriers.health().into_iter().map(|health| health.is_well).collect()
    }
}

fn text() -> Wish<'static> {
    Wish { kind: Kind::Text, from: None, avoid: &[] }
}

fn order() -> TextOrder {
    TextOrder {
        from: Number::new("+18025550101"),
        to: Number::new("+18025550147"),
        body: FreeText::new("page"),
        status_callback: None,
        validity_seconds: 300,
    }
}

fn after(millis: u64) -> Timestamp {
    START + Duration::from_millis(millis)
}

fn route(carrier: &str, sender: &str) -> Result<(String, String), NoRoute> {
    Ok((carrier.to_owned(), sender.to_owned()))
}

#[test]
fn the_configured_order_counts_but_for_the_wish() {
    let stage = Stage::new(vec![
        config("one", "senders = [{ number = '+18025550101', calls = false, texts_per_second = 100 }]"),
        config(
            "two",
            "senders = [{ number = '+18025550102', texts_per_second = 100 },
                        { number = '+18025550103', texts_per_second = 100 }]",
        ),
    ]);
    let (third, unknown) = (Number::new("+18025550103"), Number::new("+18025550109"));
    let avoid = ["one".to_owned(), "two".to_owned()];
    for (kind, from, avoid, expected) in [
        (Kind::Text, None, &avoid[..0], route("one", "+18025550101")),
        (Kind::Text, Some(&third), &avoid[..0], route("two", "+18025550103")),
        (Kind::Text, Some(&unknown), &avoid[..0], route("one", "+18025550101")),
        (Kind::Text, None, &avoid[..1], route("two", "+18025550102")),
        (Kind::Text, Some(&third), &avoid[1..], route("one", "+18025550101")),
        (Kind::Call, None, &avoid[..0], route("two", "+18025550102")),
        (Kind::Call, None, &avoid[1..], Err(NoRoute::Never)),
        (Kind::Text, None, &avoid[..], Err(NoRoute::Never)),
    ] {
        assert_eq!(stage.choose(Wish { kind, from, avoid }), expected, "{kind:?} {from:?} {avoid:?}");
    }
}

#[test]
fn a_sender_that_is_used_up_gives_way_and_then_there_is_a_wait() {
    let stage = Stage::new(vec![
        config("one", "senders = [{ number = '+18025550101' }, { number = '+18025550102' }]"),
        config("two", "senders = [{ number = '+18025550103', texts_per_second = 0.5 }]"),
    ]);
    assert_eq!(stage.choose(text()), route("one", "+18025550101"));
    assert_eq!(stage.choose(text()), route("one", "+18025550102"));
    assert_eq!(stage.choose(text()), route("two", "+18025550103"));
    assert_eq!(stage.choose(text()), Err(NoRoute::Later(after(1000))));
    let call = Wish { kind: Kind::Call, ..text() };
    assert_eq!(stage.choose(call), route("one", "+18025550101"), "calls have a rate of their own");
    stage.clock.set(after(1000));
    assert_eq!(stage.choose(text()), route("one", "+18025550101"));
}

#[test]
fn instances_share_the_rates() {
    let stage = Stage::new(vec![config("one", "senders = [{ number = '+18025550101' }]")]);
    stage.carriers.share_between(4);
    assert_eq!(stage.choose(text()), route("one", "+18025550101"));
    assert_eq!(stage.choose(text()), Err(NoRoute::Later(after(4000))));
}

#[tokio::test]
async fn a_carrier_out_of_order_is_passed_over_until_one_request_finds_it_back() {
    let stage = Stage::two();
    *stage.fakes[0].sent.lock().unwrap() = Sent::Unknown { why: "answered 503".into() };
    for _ in 0..5 {
        assert_eq!(stage.send().await.0, "one");
    }
    assert_eq!(stage.well(), [false, true]);
    let failed = || stage.carriers.health().into_iter().map(|health| health.failed).collect::<Vec<_>>();
    let how = Some((after(0), "answered 503".to_owned()));
    assert_eq!(failed(), [how.clone(), None]);
    assert_eq!(stage.carrier_for_text(), "two");
    stage.clock.set(after(15_000));
    let finding_out = stage.carriers.choose(&text()).unwrap();
    assert_eq!(finding_out.carrier.name(), "one");
    assert_eq!(stage.carrier_for_text(), "two", "only one finds out");
    *stage.fakes[0].sent.lock().unwrap() = Sent::Throttled { retry_after: None };
    finding_out.carrier.send_text(&order()).await;
    assert_eq!(stage.well(), [true, true]);
    assert_eq!(failed(), [how, None], "how it last failed is known on");
    assert_eq!(stage.carrier_for_text(), "one");
}

#[tokio::test]
async fn with_all_out_of_order_a_page_is_tried_all_the_same() {
    let stage = Stage::two();
    for fake in &stage.fakes {
        *fake.sent.lock().unwrap() = Sent::Unreached { why: "no connection".into() };
    }
    for _ in 0..10 {
        stage.send().await;
    }
    assert_eq!(stage.well(), [false, false]);
    assert_eq!(stage.carrier_for_text(), "one");
}

#[tokio::test]
async fn a_refusal_is_no_outage_but_closed_doors_are() {
    let stage = Stage::two();
    let refuse = |status, code: Option<u32>| {
        let about = code.map_or(crate::wire::About::Sender, crate::wire::about);
        Sent::Refused(crate::channel::Refusal { status, code, about, message: FreeText::default() })
    };
    for (sent, well) in [(refuse(400, Some(21211)), true), (refuse(401, Some(20003)), false)] {
        *stage.fakes[0].sent.lock().unwrap() = sent;
        for _ in 0..5 {
            stage.send().await;
        }
        assert_eq!(stage.well()[0], well);
    }
}

#[tokio::test]
async fn a_carrier_that_hangs_holds_its_own_slots_only() {
    let stage = Stage::two();
    let end = Arc::new(Notify::new());
    *stage.fakes[0].hangs.lock().unwrap() = Some(Arc::clone(&end));
    let order = order();
    let one = stage.carriers.carrier("one").unwrap();
    let mut hanging = [one.send_text(&order), one.send_text(&order)];
    for request in &mut hanging {
        assert!(futures_util::poll!(request).is_pending());
    }
    assert_eq!(stage.carrier_for_text(), "two");
    let full = "too many requests are under way at this carrier";
    assert_eq!(one.send_text(&order).await, Sent::Unreached { why: full.into() });
    assert_eq!(one.text(&"SM1".parse().unwrap()).await, Err(LookUpFailed { why: full.into() }));
    let avoid = ["two".to_owned()];
    assert_eq!(stage.choose(Wish { avoid: &avoid, ..text() }), Err(NoRoute::Later(after(250))));
    assert_eq!(stage.well(), [true, true], "being full is no outage");
    end.notify_waiters();
    for request in hanging {
        assert!(matches!(request.await, Sent::Accepted { .. }));
    }
    assert_eq!(stage.carrier_for_text(), "one");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let configs = vec![config("one", "at_once = 0"), config("Two", ""), config("one", "")];
    let errors = Carriers::new(configs, Deadlines::default(), Arc::new(ManualClock::new(START))).unwrap_err();
    assert_eq!(
        errors,
        [
            CarrierConfigError::AtOnce("one".into()),
            CarrierConfigError::Name("Two".into()),
            CarrierConfigError::SameName("one".into()),
        ]
    );
}

#[tokio::test]
async fn good_configurations_become_clients_by_name() {
    let configs = vec![config("one", "may_show = ['+18025550109']"), config("two", "")];
    let carriers = Carriers::new(configs, Deadlines::default(), Arc::new(ManualClock::new(START))).unwrap();
    assert_eq!(carriers.configs().map(|config| config.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(carriers.carrier("two").unwrap().name(), "two");
    assert!(carriers.carrier("three").is_none());
}
