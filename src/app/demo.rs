//! The demonstration: the gateway on SQLite, with a simulated carrier beside it, and phones in the browser. Everything
//! between the phones and the gateway goes over real HTTP, signed, by the code that talks to a real carrier.
//!
//! The desk is the shipped `reservations` desk as it is. So that an emergency can be played at any hour of the day, the
//! phone of its daytime desk is always engaged: in support hours a caller hears that nobody there can take the call,
//! and comes to triage, as he does at night.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::simulated::{SimClock, Simulated};
use super::{
    App, AppError, Parts, Upgrade, apply_desks, check_desks, first_link, kept_text, known, listen, out,
    private_folder, serve,
};
use crate::act::{By, Token};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, LogConfig};
use crate::fetch::config::{FetchConfig, this_machine};
use crate::id::Ids;
use crate::rules::desk::Desk;
use crate::simulator::{OnCall, Pace, Simulator};

/// The desk of the demonstration, as a desk file.
pub const DESK: &str = include_str!("../../tests/desks/reservations.toml");

/// The name under which mistakes in [`DESK`] would be told.
const DESK_FILE: &str = "reservations.toml";

/// The carrier that the desk file names.
const CARRIER: &str = "main";

/// The account at the simulated carrier.
const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// What can be chosen of a demonstration.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// Where its data is kept between runs.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How many times as fast as the wall its clock runs.
    pub speed: u32,
}

/// A gateway and a carrier that know each other, not serving yet.
pub(super) struct Stage {
    pub(super) app: App,
    pub(super) desk: Desk,
    pub(super) sim: Simulator,
    /// Where the gateway and the phones are.
    pub(super) gateway: TcpListener,
    /// Where the carrier's REST is.
    pub(super) carrier: TcpListener,
    /// Opens the API.
    pub(super) api_token: String,
    /// Makes the first administrator; none if there is one.
    pub(super) first: Option<String>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").field("sim", &self.sim).finish_non_exhaustive()
    }
}

fn url_of(listener: &TcpListener) -> Result<String, AppError> {
    let address = listener.local_addr().map_err(|error| AppError::io("no address", error))?;
    Ok(format!("http://{address}"))
}

impl Stage {
    pub(super) async fn set(
        data: &Path,
        gateway: TcpListener,
        clock: Arc<dyn Clock>,
    ) -> Result<Stage, AppError> {
        private_folder(data)?;
        let carrier = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let ids = Ids::from_system();
        let desk = Desk::parse(DESK).map_err(|problems| {
            AppError::BadInput(problems.iter().map(|p| p.at(DESK_FILE).to_string()).collect())
        })?;
        let simulated = Simulated {
            desk: &desk,
            name: CARRIER,
            rest: url_of(&carrier)?,
            gateway: url_of(&gateway)?,
            account: ACCOUNT.to_owned(),
            token: ids.secret(),
        };
        let config = Config {
            public_url: simulated.gateway.clone(),
            data_dir: data.to_owned(),
            log: LogConfig::default(),
            // So that calendars can be tried without any server elsewhere.
            fetch: FetchConfig { allow: vec![this_machine()], http: true, ..FetchConfig::default() },
            carriers: vec![simulated.at_the_gateway()],
            ..Config::default()
        };
        let sim =
            Simulator::new(simulated.at_the_carrier(Pace::lifelike()), Arc::new(SimClock(clock.clone())));
        if let Some(daytime) = &desk.main_number {
            sim.handset(daytime.as_str()).on_call(OnCall::Busy);
        }
        let parts = Parts::open(config, Upgrade::Take, clock, ids).await?;
        let known = known(&parts.flows, vec![CARRIER.to_owned()]);
        let app = App::build(parts).await?;
        // A restart changes nothing, least of all what somebody made of the desk on its pages.
        if app.acts.desks().by_key(desk.key.as_str()).is_none() {
            let files = [(DESK_FILE.to_owned(), DESK.to_owned())];
            apply_desks(&app.acts, check_desks(files, &known)?).await?;
        }
        let api_token = api_token(&app, data).await?;
        let first = first_link(&app.acts, &simulated.gateway).await?;
        Ok(Stage { app, desk, sim, gateway, carrier, api_token, first })
    }

    /// Serves both until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) -> Result<(), AppError> {
        let Stage { mut app, sim, gateway, carrier, .. } = self;
        // What is not there is told by the gateway's own page.
        app.router = app.router.merge(sim.router().reset_fallback());
        // The carrier outlives the gateway, which may still have something to send.
        let carrier_stops = CancellationToken::new();
        let rest: Router = sim.router();
        let network = tokio::spawn({
            let (sim, stop) = (sim.clone(), carrier_stops.clone());
            async move { sim.run(stop).await }
        });
        let rest = tokio::spawn(super::serve::serve_http(carrier, rest, carrier_stops.clone()));
        let streams = tokio::spawn({
            let (sim, stop) = (sim.clone(), stop.clone());
            async move {
                stop.cancelled().await;
                sim.close();
            }
        });
        let served = serve(app, gateway, stop.clone()).await;
        stop.cancel();
        carrier_stops.cancel();
        for task in [network, streams] {
            let _ = task.await;
        }
        let _ = rest.await;
        served
    }
}

/// The token that opens the API: made at the first run, and kept in the data folder.
async fn api_token(app: &App, data: &Path) -> Result<String, AppError> {
    let file = data.join("api-token");
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let known = app.acts.bearer(kept.trim()).await?.is_some();
    if known {
        return Ok(kept.trim().to_owned());
    }
    if file.exists() {
        std::fs::remove_file(&file)
            .map_err(|error| AppError::io("an old API token cannot be removed", error))?;
    }
    let token = app.acts.create_token(By::command_line(), Token::viewer("demo")).await?;
    kept_text(&file, || token)
}

/// Runs the demonstration until `stop`.
pub async fn demo(options: DemoOptions, stop: CancellationToken) -> Result<(), AppError> {
    let gateway = listen(options.listen).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::faster(options.speed));
    let stage = Stage::set(&options.data, gateway, clock).await?;
    out::print(Welcome { stage: &stage, options: &options, gateway: url_of(&stage.gateway)? })?;
    stage.run(stop).await
}

/// What is printed at the start.
struct Welcome<'a> {
    stage: &'a Stage,
    options: &'a DemoOptions,
    gateway: String,
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Welcome { stage, options, gateway } = self;
        let now = stage.app.acts.clock().now();
        let on_call = stage.app.acts.on_call(&stage.desk, now).into_iter().find_map(|(_, agent)| agent);
        let on_call =
            on_call.and_then(|agent| stage.desk.agent(&agent)).map_or("nobody", |agent| &agent.name);
        let line = stage.desk.lines.first().map_or("", |line| line.number.as_str());
        writeln!(f, "Nightbell's demonstration: a gateway and a simulated carrier, both on this machine.\n")?;
        writeln!(f, "  Phones   {gateway}/phones")?;
        match &stage.first {
            Some(link) => writeln!(f, "  Pages    {link} (makes the first administrator, once)")?,
            None => writeln!(f, "  Pages    {gateway}/")?,
        }
        writeln!(
            f,
            "  API      curl -H 'Authorization: Bearer {}' {gateway}/api/v1/tickets",
            stage.api_token
        )?;
        writeln!(f, "  Data     {} (kept between runs)", options.data.display())?;
        if options.speed > 1 {
            writeln!(f, "  Clock    {} times as fast as the wall's", options.speed)?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "Open the phones, dial the emergency line {line} from a customer's phone, and press 1 for an emergency.\n\
             The agent on call, now {on_call}, gets a text and a call: reply ACK, or answer and press 1.\n\
             Reply CALL to be connected with the customer, and RESOLVE when all is well. Ctrl-C ends this."
        )
    }
}
