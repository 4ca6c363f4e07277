//! The composition root: puts the parts together from a configuration, and lets them run until they are told to stop.
//! Nothing else knows all of them. The command line, the demonstration and the tests all build the same [`App`].

pub mod demo;
pub mod simulated;
pub mod tour;

mod apply;
mod first;
mod log;
mod open;
pub mod out;
mod serve;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::act::{ActError, Acts, Setup};
use crate::channel::{CarrierConfigError, Carriers, Deadlines, SenderConfig};
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::Engine;
use crate::fetch::Fetcher;
use crate::flows::{self, Refused};
use crate::id::Ids;
use crate::openid::Provider;
use crate::rules::flow::kept::FlowFile;
use crate::store::{Store, StoreError};
use crate::web::{self, CarrierAccess, Web};
use crate::words::Words;
use crate::zones;

pub use apply::{apply_desks, check_desks, gaps_ahead, gaps_brought, known, plan_desks};
pub use first::{first_link, link};
pub use log::start_logs;
pub use open::{Upgrade, kept_text, open_store, private_folder};
pub use serve::{interrupted, listen, reload_flows, serve, serve_http};

/// Why an app could not be built, or a command not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A file or the configuration has mistakes: a line each, `file:line: what; remedy`.
    #[error("{}", .0.join("\n"))]
    BadInput(Vec<String>),
    /// The database lacks steps of the schema.
    #[error("the database's schema is not up to date; run `nightbell migrate`")]
    SchemaBehind,
    /// The database is ahead of this program.
    #[error(
        "the database's schema is newer than this program; run the version of Nightbell that brought it up to date"
    )]
    SchemaAhead,
    /// The carriers' configuration has mistakes that show only when all of it is seen together.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Carriers(Vec<CarrierConfigError>),
    /// Something of the machine's.
    #[error("{what}: {error}")]
    Io {
        /// What failed.
        what: String,
        /// How.
        error: io::Error,
    },
    /// Something else that a person can mend.
    #[error("{0}")]
    Failed(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An act.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl AppError {
    /// A fault of the machine's.
    pub fn io(what: impl Into<String>, error: io::Error) -> AppError {
        AppError::Io { what: what.into(), error }
    }
}

impl From<Refused> for AppError {
    fn from(Refused(messages): Refused) -> AppError {
        AppError::BadInput(messages)
    }
}

/// What an app is built from.
#[derive(Debug)]
pub struct Parts {
    /// What the operator decided.
    pub config: Config,
    /// The database, with its schema up to date.
    pub store: Store,
    /// By what the leases know this installation again after a restart.
    pub node: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and chance.
    pub ids: Ids,
    /// The voice flows of the program and of its folder.
    pub flows: Vec<FlowFile>,
}

impl Parts {
    /// Opens what a configuration names.
    pub async fn open(
        config: Config,
        upgrade: Upgrade,
        clock: Arc<dyn Clock>,
        ids: Ids,
    ) -> Result<Parts, AppError> {
        let flows = flows::load_all(config.flows.as_deref())?;
        let store = open_store(&config, upgrade).await?;
        let node = open::node(&config, &ids)?;
        Ok(Parts { config, store, node, clock, ids, flows })
    }

    fn setup(self) -> Setup {
        Setup {
            store: self.store,
            clock: self.clock,
            ids: self.ids,
            book: Arc::new(zones::load()),
            words: Arc::new(Words::load()),
            node: self.node,
            conferences: self
                .config
                .carriers
                .iter()
                .filter(|carrier| carrier.profile.conference)
                .map(|carrier| carrier.name.clone())
                .collect(),
            carriers: self.config.carriers.into_iter().map(|carrier| carrier.name).collect(),
            public_url: self.config.public_url,
            flows: self.flows,
        }
    }

    /// For a command that only looks in, perhaps while a server runs.
    pub async fn visit(self) -> Result<Acts, AppError> {
        Ok(Acts::visit(self.setup()).await?)
    }
}

/// A server, ready to run.
#[derive(Debug)]
pub struct App {
    /// What can happen.
    pub acts: Acts,
    /// What performs it.
    pub engine: Engine,
    /// What is served.
    pub router: Router,
    /// Ends what is kept open for browsers: before the requests that are in flight are waited for.
    pub streams: CancellationToken,
}

impl App {
    /// Puts the parts together.
    pub async fn build(parts: Parts) -> Result<App, AppError> {
        let configs = parts.config.carriers.clone();
        let public_url = parts.config.public_url.clone();
        let proxies = parts.config.proxies.clone();
        let openid = parts.config.openid.clone();
        let back = format!("{public_url}{}", web::OPENID_BACK);
        let fetcher = Arc::new(Fetcher::new(&parts.config.fetch).map_err(AppError::Failed)?);
        let clock = parts.clock.clone();
        let access = configs.iter().map(|config| {
            let numbers = config.may_show.iter().chain(config.senders.iter().map(|sender| &sender.number));
            let may_show = numbers.filter(|number| config.may_show(number)).cloned().collect();
            let access = CarrierAccess {
                tokens: config.tokens(),
                profile: config.profile,
                may_show,
                api: config.base_url.clone(),
                account: config.account.clone(),
                senders: config.senders.iter().map(SenderConfig::told).collect(),
            };
            (config.name.clone(), access)
        });
        let access: BTreeMap<String, CarrierAccess> = access.collect();
        let carriers = Carriers::new(configs, Deadlines::default(), parts.clock.clone());
        let carriers = Arc::new(carriers.map_err(AppError::Carriers)?);
        let acts = Acts::start(parts.setup()).await?;
        let engine = Engine::new(acts.clone(), carriers, fetcher.clone(), &public_url);
        let openid = openid.map(|config| Provider::new(config, &back, clock)).transpose();
        let openid = openid.map_err(AppError::Failed)?.map(Arc::new);
        let (watched, asked) = (engine.clone(), engine.clone());
        let streams = CancellationToken::new();
        let web = Web {
            acts: acts.clone(),
            carriers: access,
            public_url,
            proxies,
            openid,
            fetcher,
            ready: Arc::new(move || watched.health()),
            health: Arc::new(move || asked.carriers()),
            closing: streams.clone(),
        };
        Ok(App { acts, engine, router: web::router(web), streams })
    }
}
