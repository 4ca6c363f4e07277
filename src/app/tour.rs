//! One night of the demonstration without a browser: what the people do is written down here, and everything else
//! happens through the same code and the same HTTP. The waits run against a faster clock, and each has its end in real
//! time, with a message of what was missing.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, NaiveTime};
use tokio_util::sync::CancellationToken;

use super::demo::{DESK, Stage};
use super::{AppError, listen, out};
use crate::act::{Acts, TicketView};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::id::Ids;
use crate::rules::contact::PhoneNumber;
use crate::rules::desk::{Agent, Desk};
use crate::rules::policy::MethodKind;
use crate::rules::ticket::{Actor, Happening, TicketState, Via};
use crate::rules::ticket_number::TicketNumber;
use crate::rules::zone::{Zone, ZoneBook};
use crate::simulator::{Act, Handset, OnCall, Simulator};
use crate::zones;

/// Seconds of the night in a real second: some ten minutes pass in half a minute, and a caller who thinks for a
/// twentieth of a second is still quick.
const SPEED: u32 = 25;

/// The longest that anything may take, in real time; the longest that should is five minutes of the night.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often somebody looks whether something happened, in the night's time.
const GLANCE: Duration = Duration::from_millis(500);

/// Who calls: a contact in the desk file.
const CALLER: &str = "+18025550121";
/// Where he wants to be called back, as he keys it.
const CALLBACK: &str = "+18025550122";
const CALLBACK_KEYS: &str = "8025550122#";

/// The number of a line's first ticket.
const TICKET: TicketNumber = TicketNumber(1001);

/// Plays the night; an error if it did not end as it should.
pub async fn tour() -> Result<(), AppError> {
    let folder = TemporaryFolder::new();
    let book = zones::load();
    let desk = Desk::parse(DESK).map_err(|problems| {
        AppError::BadInput(
            problems.iter().map(|problem| problem.at("reservations.toml").to_string()).collect(),
        )
    })?;
    let start = next_night(&book, desk.zone(), SystemClock::new().now());
    let clock = Arc::new(SystemClock::starting_at(start, SPEED));
    let gateway = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let stage = Stage::set(&folder.0, gateway, clock).await?;
    out::say(format_args!("One night at {}, against a clock that runs {SPEED} times as fast.\n", desk.name));

    let night = Night { acts: stage.app.acts.clone(), sim: stage.sim.clone(), desk, book };
    let stop = CancellationToken::new();
    let serving = tokio::spawn(stage.run(stop.clone()));
    let played = night.play().await;
    if played.is_err() {
        night.tell_what_happened().await;
    }
    stop.cancel();
    let served = serving.await.unwrap_or_else(|error| Err(AppError::Failed(error.to_string())));
    played.and(served)
}

/// The next 3:12 in the morning: on call at any desk that sleeps.
fn next_night(book: &ZoneBook, zone: Zone, now: Timestamp) -> Timestamp {
    let time = NaiveTime::from_hms_opt(3, 12, 0).unwrap_or_default();
    let today = book.date(zone, now);
    let at = |date: chrono::NaiveDate| book.to_instant(zone, date.and_time(time));
    if at(today) > now { at(today) } else { at(today + Days::new(1)) }
}

/// A data folder that goes when the tour is over.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn new() -> TemporaryFolder {
        let name: String = Ids::from_system().secret().chars().take(16).collect();
        TemporaryFolder(std::env::temp_dir().join(format!("nightbell-tour-{name}")))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which empties its folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The people, and those who watch them.
struct Night {
    acts: Acts,
    sim: Simulator,
    desk: Desk,
    book: ZoneBook,
}

impl Night {
    async fn play(&self) -> Result<(), AppError> {
        let line = self.desk.lines.first().ok_or_else(|| missing("a line of the desk"))?.number.to_string();
        let first = self.on_call("primary")?;
        let second = self.on_call("secondary")?;
        let caller = self.sim.handset(CALLER);
        let customer = self.sim.handset(CALLBACK);
        let (first_phone, second_phone) = (self.phone_of(first)?, self.phone_of(second)?);
        first_phone.on_call(OnCall::NoAnswer);
        // He presses 1, hears that it is his, and hangs up.
        second_phone.on_call(picks_up(vec![
            Act::Press { keys: "1".into() },
            Act::Wait { ms: 3_000 },
            Act::HangUp,
        ]));
        customer
            .on_call(OnCall::Answer { after_ms: 5_000, script: vec![Act::Wait { ms: 40_000 }, Act::HangUp] });

        let number = TICKET;
        self.the_call(&line, &caller).await?;
        let page = self.text_about(&first_phone, number, "the page by SMS to the first agent").await?;
        self.tell(&format!("{}, who is on call, is paged by SMS: {}", first.name, shortened(&page)));
        self.the_message(number, &caller).await?;
        self.no_answer(number, first, &first_phone, second).await?;
        self.the_acknowledgement(number, second, &second_phone, &first_phone, &customer).await?;
        self.the_callback(number, second, &second_phone, &line).await?;
        self.the_end(number, &second_phone, &line).await
    }

    /// The customer calls: an emergency, and the number on which to call back.
    async fn the_call(&self, line: &str, caller: &Handset) -> Result<(), AppError> {
        caller.dial(line).map_err(|error| AppError::Failed(error.to_string()))?;
        self.tell("A customer dials the emergency line.");
        for (question, keys, deed) in [
            ("Severity 1 means", "1", "presses 1: it is an emergency."),
            ("be called back", CALLBACK_KEYS, "keys another number on which to call back."),
            ("If that is right", "1", "presses 1: that is right."),
        ] {
            let asked = async || {
                let call = caller.call().filter(|call| call.listening);
                Ok(call.and_then(|call| call.said().into_iter().rfind(|said| said.contains(question))))
            };
            let heard = self
                .until(&format!("\u{201c}{question}\u{2026}\u{201d} in the customer's ear"), asked)
                .await?;
            self.tell(&format!("  He hears {}", shortened(&heard)));
            caller.press(keys).map_err(|error| AppError::Failed(error.to_string()))?;
            self.tell(&format!("  and {deed}"));
        }
        Ok(())
    }

    /// The customer says what is wrong, while the page is under way already.
    async fn the_message(&self, number: TicketNumber, caller: &Handset) -> Result<(), AppError> {
        let recording = || caller.call().filter(|call| call.recording);
        self.until("the tone after which the customer speaks", async || Ok(recording())).await?;
        let words = "No booking has gone through since half past two.";
        caller.speak(15, words).map_err(|error| AppError::Failed(error.to_string()))?;
        self.tell(&format!("The customer leaves a message of 15 seconds. His ticket is number {number}."));
        self.pass(Duration::from_secs(16)).await;
        caller.hang_up().map_err(|error| AppError::Failed(error.to_string()))?;
        self.tell("He hangs up.");
        let kept = async || {
            let view = self.ticket(number).await?;
            Ok(view.filter(|view| happened(view, |what| matches!(what, Happening::RecordingKept { .. }))))
        };
        self.until("the recording in the ticket", kept).await?;
        self.tell("The recording is in the ticket.");
        Ok(())
    }

    /// The first agent on call is rung too, and does not answer; the second is next.
    async fn no_answer(
        &self,
        number: TicketNumber,
        first: &Agent,
        phone: &Handset,
        second: &Agent,
    ) -> Result<(), AppError> {
        let rung = async || Ok((phone.history().len() > 1).then_some(()));
        self.until("the voice page to the first agent, twice", rung).await?;
        self.tell(&format!("{} is rung, and rung again, and does not answer.", first.name));
        let paged = async || {
            let view = self.ticket(number).await?;
            Ok(view.filter(|view| view.case.paged.contains(&second.key)))
        };
        self.until("the page to the second agent", paged).await?;
        self.tell(&format!("Nobody has it: {} is next.", second.name));
        Ok(())
    }

    /// The second agent takes it by a key; the first is told, and so is the caller.
    async fn the_acknowledgement(
        &self,
        number: TicketNumber,
        second: &Agent,
        phone: &Handset,
        first_phone: &Handset,
        customer: &Handset,
    ) -> Result<(), AppError> {
        let text = self.text_about(phone, number, "the page by SMS to the second agent").await?;
        self.tell(&format!("{} is paged by SMS: {}", second.name, shortened(&text)));
        let before = (first_phone.texts().len(), customer.texts().len());
        let acked = async || {
            let view = self.ticket(number).await?;
            let by_key = Happening::Acknowledged { via: Via::Key };
            let by = Actor::Agent(second.key.clone());
            Ok(view.filter(|view| view.timeline.iter().any(|entry| entry.by == by && entry.what == by_key)))
        };
        self.until("the second agent's key on the voice page", acked).await?;
        self.tell(&format!("{} answers the voice page and presses 1: acknowledged.", second.name));
        let told = async || {
            Ok((first_phone.texts().len() > before.0 && customer.texts().len() > before.1).then_some(()))
        };
        self.until("the texts that tell the first agent and the customer who has it", told).await?;
        self.tell("The first agent may go back to sleep, and the customer knows who has it.");
        Ok(())
    }

    /// The second agent has Nightbell connect the customer.
    async fn the_callback(
        &self,
        number: TicketNumber,
        second: &Agent,
        phone: &Handset,
        line: &str,
    ) -> Result<(), AppError> {
        self.until("the end of the voice page", async || Ok(phone.call().is_none().then_some(()))).await?;
        phone.on_call(picks_up(vec![Act::Press { keys: "1".into() }]));
        self.write(phone, line, "CALL")?;
        self.tell(&format!("{} writes CALL: Nightbell rings him, and then the customer.", second.name));
        let connected = async || Ok(phone.call().filter(|call| call.connected));
        self.until("the talk between agent and customer", connected).await?;
        self.tell("They talk.");
        let called_back = async || {
            let view = self.ticket(number).await?;
            Ok(view.filter(|view| view.case.ticket.called_back_at.is_some()))
        };
        self.until("the callback in the ticket", called_back).await?;
        self.tell("After 40 seconds they hang up: the callback is done.");
        Ok(())
    }

    /// The second agent resolves it; then everything is looked at once more.
    async fn the_end(&self, number: TicketNumber, phone: &Handset, line: &str) -> Result<(), AppError> {
        self.write(phone, line, "RESOLVE")?;
        let resolved = async || {
            let view = self.ticket(number).await?;
            Ok(view.filter(|view| view.case.ticket.state == TicketState::Resolved))
        };
        let view = self.until("the end of the ticket", resolved).await?;
        self.tell("He writes RESOLVE: the ticket is closed.");
        let callback = view.case.ticket.callback.as_ref();
        let wanted: Option<PhoneNumber> = CALLBACK.parse().ok();
        if !callback.is_some_and(|given| given.confirmed && Some(&given.number) == wanted.as_ref()) {
            return Err(missing("the callback number that the customer keyed"));
        }
        if let Some(error) = self.sim.errors().first() {
            return Err(AppError::Failed(format!("the carrier complains: {error:?}")));
        }
        let steps = view.timeline.len();
        out::say(format_args!(
            "\nTicket {number}: acknowledged, called back, resolved; {steps} entries in its timeline."
        ));
        Ok(())
    }

    /// Who is on call by a rota.
    fn on_call(&self, rota: &str) -> Result<&Agent, AppError> {
        let now = self.acts.clock().now();
        let on_call = self.acts.on_call(&self.desk, now).into_iter().find(|(name, _)| name == rota);
        let key = on_call.and_then(|(_, agent)| agent);
        key.and_then(|key| self.desk.agent(&key))
            .ok_or_else(|| missing(&format!("somebody on call by {rota}")))
    }

    fn phone_of(&self, agent: &Agent) -> Result<Handset, AppError> {
        let number = agent.numbers(MethodKind::Voice).next();
        number.map(|number| self.sim.handset(number.as_str())).ok_or_else(|| missing("an agent's phone"))
    }

    fn write(&self, phone: &Handset, line: &str, body: &str) -> Result<(), AppError> {
        phone.text(line, body).map(|_| ()).map_err(|error| AppError::Failed(error.to_string()))
    }

    async fn ticket(&self, number: TicketNumber) -> Result<Option<TicketView>, AppError> {
        Ok(self.acts.ticket(self.desk.key.as_str(), number).await?)
    }

    /// Waits for a text that names the ticket.
    async fn text_about(
        &self,
        phone: &Handset,
        number: TicketNumber,
        what: &str,
    ) -> Result<String, AppError> {
        let number = number.to_string();
        let about = || phone.texts().into_iter().find(|text| text.body.contains(&number));
        Ok(self.until(what, async || Ok(about())).await?.body)
    }

    async fn pass(&self, span: Duration) {
        let clock = self.acts.clock();
        clock.sleep_until(clock.now() + span).await;
    }

    /// Looks until there is something to see.
    async fn until<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> Result<Option<T>, AppError>,
    ) -> Result<T, AppError> {
        let watch = async {
            loop {
                if let Some(seen) = look().await? {
                    return Ok(seen);
                }
                self.pass(GLANCE).await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, watch).await;
        seen.unwrap_or_else(|_| Err(missing(what)))
    }

    /// For whoever has to find out why it did not go as it should.
    async fn tell_what_happened(&self) {
        out::say(format_args!("\nThis is what the ticket's timeline says:"));
        let view = self.ticket(TICKET).await.ok().flatten();
        for entry in view.map(|view| view.timeline).unwrap_or_default() {
            out::say(format_args!("  {} {:?}: {:?}", entry.at, entry.by, entry.what));
        }
        for error in self.sim.errors() {
            out::say(format_args!("  the carrier complains: {error:?}"));
        }
    }

    fn tell(&self, what: &str) {
        let now = self.book.to_wall(self.desk.zone(), self.acts.clock().now());
        out::say(format_args!("{}  {what}", now.format("%H:%M:%S")));
    }
}

fn missing(what: &str) -> AppError {
    AppError::Failed(format!("the night did not go as it should; missing: {what}"))
}

fn happened(view: &TicketView, is: impl Fn(&Happening) -> bool) -> bool {
    view.timeline.iter().any(|entry| is(&entry.what))
}

/// A phone whose owner picks up after a few seconds, and acts once he has heard for two what is asked of him.
fn picks_up(then: Vec<Act>) -> OnCall {
    let script = [Act::Listen, Act::Wait { ms: 2_000 }].into_iter().chain(then).collect();
    OnCall::Answer { after_ms: 4_000, script }
}

/// The beginning of what was said or written, on one line.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 110;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return format!("\u{201c}{line}\u{201d}");
    }
    format!("\u{201c}{}\u{2026}\u{201d}", line.chars().take(LONGEST).collect::<String>().trim_end())
}
