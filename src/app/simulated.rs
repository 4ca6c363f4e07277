//! A simulated carrier that serves a desk: its lines with their four addresses, and the phones of the people in the
//! desk file. The two sides meet over HTTP alone; here is what each must be told of the other.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::channel::{CarrierConfig, SenderConfig};
use crate::clock::{Clock, Timestamp};
use crate::rules::desk::Desk;
use crate::simulator::{Account, Line, Pace, Phone, Role, SimConfig, SimTime};
use crate::web::fallback;
use crate::wire::Number;
use crate::wire::twiml::Profile;

/// A phone of nobody in the desk file.
pub const UNKNOWN_CALLER: &str = "+18025550190";

/// Rates of a carrier that holds nothing back.
const PLENTY_A_SECOND: f64 = 100.0;

/// Lends the simulator our clock.
#[derive(Clone, Debug)]
pub struct SimClock(pub Arc<dyn Clock>);

impl SimTime for SimClock {
    fn now_ms(&self) -> i64 {
        self.0.now().0
    }

    fn sleep_until(&self, at_ms: i64) -> BoxFuture<'static, ()> {
        self.0.sleep_until(Timestamp(at_ms))
    }
}

/// A desk's contract with a simulated carrier.
#[derive(Clone, Debug)]
pub struct Simulated<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// What our configuration calls the carrier; lines of other carriers are left out.
    pub name: &'a str,
    /// Where the carrier's REST begins, without a slash at its end.
    pub rest: String,
    /// Our public address, without a slash at its end.
    pub gateway: String,
    /// The account's SID.
    pub account: String,
    /// The account's token.
    pub token: String,
}

impl Simulated<'_> {
    /// The address of a kind of webhook, as it is set at a number.
    fn webhook(&self, kind: &str) -> String {
        format!("{}/webhooks/{}/{kind}", self.gateway, self.name)
    }

    fn lines(&self) -> impl Iterator<Item = &crate::rules::desk::Line> {
        self.desk.lines.iter().filter(|line| line.carrier == self.name)
    }

    /// What stands in our configuration.
    pub fn at_the_gateway(&self) -> CarrierConfig {
        let sender = |number: &str| SenderConfig {
            number: Number::new(number),
            texts: true,
            calls: true,
            texts_per_second: PLENTY_A_SECOND,
            calls_per_second: PLENTY_A_SECOND,
        };
        CarrierConfig {
            name: self.name.to_owned(),
            base_url: self.rest.clone(),
            account: self.account.clone(),
            token: SecretString::from(self.token.clone()),
            other_token: None,
            senders: self.lines().map(|line| sender(line.number.as_str())).collect(),
            may_show: Vec::new(),
            profile: Profile { pause: true, conference: true },
            at_once: 32,
        }
    }

    /// What the carrier knows.
    pub fn at_the_carrier(&self, pace: Pace) -> SimConfig {
        let line = |line: &crate::rules::desk::Line| Line {
            number: line.number.to_string(),
            label: line.label.clone(),
            account: self.account.clone(),
            voice_url: Some(self.webhook("voice")),
            sms_url: Some(self.webhook("sms")),
            status_url: Some(self.webhook("status")),
            fallback_twiml: fallback::document(self.desk, line, &self.gateway).ok(),
        };
        SimConfig {
            base_url: self.rest.clone(),
            accounts: vec![Account {
                sid: self.account.clone(),
                tokens: vec![self.token.clone()],
                caller_ids: Vec::new(),
            }],
            lines: self.lines().map(line).collect(),
            phones: phones(self.desk),
            pace,
        }
    }
}

/// The phones on the page: the first contact of each customer, somebody unknown, and each agent's first.
fn phones(desk: &Desk) -> Vec<Phone> {
    let customers = desk.customers.iter().filter_map(|customer| {
        let contact = customer.contacts.iter().find(|contact| !contact.phones.is_empty())?;
        let name = format!("{}, {}", contact.name, customer.name);
        Some(Phone { name, number: contact.phones.first()?.to_string(), role: Role::Caller })
    });
    let unknown =
        Phone { name: "Somebody unknown".into(), number: UNKNOWN_CALLER.into(), role: Role::Caller };
    let agents = desk.agents.iter().filter_map(|agent| {
        let number = agent.phones.first()?.number.to_string();
        Some(Phone { name: agent.name.clone(), number, role: Role::Agent })
    });
    customers.chain([unknown]).chain(agents).collect()
}
