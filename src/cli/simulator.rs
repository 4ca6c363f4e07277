//! The simulated carrier alone: a gateway is pointed at it as at any other carrier.

use std::sync::Arc;

use axum::response::Redirect;
use axum::routing::get;
use nightbell::app::simulated::{SimClock, Simulated};
use nightbell::app::{self, AppError, out};
use nightbell::clock::SystemClock;
use nightbell::simulator::{Pace, Simulator};

use super::Simulator as Options;
use super::commands::{read_desk, until_interrupted};

/// The only account there is.
const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// Runs it until the process is asked to end.
pub async fn run(options: Options) -> Result<(), AppError> {
    let desk = read_desk(options.desk.as_deref())?;
    let listener = app::listen(options.listen).await?;
    let address = listener.local_addr().map_err(|error| AppError::io("no address", error))?;
    let rest = format!("http://{address}");
    let simulated = Simulated {
        desk: &desk,
        name: &options.carrier,
        rest: rest.clone(),
        gateway: options.gateway.trim_end_matches('/').to_owned(),
        account: ACCOUNT.to_owned(),
        token: options.token.clone(),
    };
    let clock = SimClock(Arc::new(SystemClock::new()));
    let sim = Simulator::new(simulated.at_the_carrier(Pace::lifelike()), Arc::new(clock));
    let senders: Vec<String> =
        desk.lines.iter().map(|line| format!("{{ number = \"{}\" }}", line.number)).collect();
    out::print(format_args!(
        "A simulated carrier. Phones: {rest}/phones\n\nFor the gateway's configuration:\n\n[[carrier]]\nname = \
         \"{}\"\nbase_url = \"{rest}\"\naccount = \"{ACCOUNT}\"\ntoken = \"{}\"\nsenders = [{}]\n",
        options.carrier,
        options.token,
        senders.join(", ")
    ))?;
    let stop = until_interrupted();
    let router = sim.router().route("/", get(async || Redirect::temporary("/phones")));
    let network = tokio::spawn({
        let (sim, stop) = (sim.clone(), stop.clone());
        async move { sim.run(stop).await }
    });
    let served = app::serve_http(listener, router, stop).await;
    // It was told to stop by the same token.
    let _ = network.await;
    served
}
