//! The configuration of a server: a TOML file, and the environment over it. It is read once, whole, and before anything
//! starts; whatever is wrong is told at once, each with its place and its remedy. Secrets never show in `Debug`.

mod environment;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::channel::config::is_this_machine;
use crate::channel::{CarrierConfig, CarrierConfigError};
use crate::fetch::FetchConfig;
use crate::openid::OpenIdConfig;
use crate::rules::source::{Problem, Source};

/// The commented default, as `nightbell config default` prints it.
pub const DEFAULT: &str = include_str!("config.default.toml");

/// What an operator decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The address by which carriers and people reach it, without a slash at its end.
    pub public_url: String,
    /// Proxies, beside those on this machine, that are believed when they say for whom they ask.
    pub proxies: Vec<IpAddr>,
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// The database; SQLite in the data folder if `None`. It may hold a password: [`Config::database_url`].
    pub database_url: Option<SecretString>,
    /// A folder of voice flows (`*.toml`) beside the ones that are shipped; one of the same name takes its place.
    pub flows: Option<PathBuf>,
    /// How it logs.
    pub log: LogConfig,
    /// From where files are read at addresses that people enter.
    pub fetch: FetchConfig,
    /// The provider of identities by which people sign in, if there is one.
    pub openid: Option<OpenIdConfig>,
    /// Its carriers, the preferred first.
    #[serde(rename = "carrier")]
    pub carriers: Vec<CarrierConfig>,
}

/// How the server logs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// For people or for machines.
    pub format: LogFormat,
    /// A level or directives, as RUST_LOG takes them.
    pub level: String,
}

/// The form of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Human,
    /// A JSON object a line.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        LogConfig { format: LogFormat::Human, level: "info".into() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: "http://127.0.0.1:8080".into(),
            proxies: Vec::new(),
            data_dir: "nightbell-data".into(),
            database_url: None,
            flows: None,
            log: LogConfig::default(),
            fetch: FetchConfig::default(),
            openid: None,
            carriers: Vec::new(),
        }
    }
}

/// One thing that is wrong with a configuration. Shown as `place: what; remedy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// `file:line`, or the variable of the environment.
    pub place: String,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do about it, as a sentence without a full stop.
    pub remedy: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.remedy)
    }
}

impl Config {
    /// Reads the file, if there is one, and the environment over it.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, Vec<ConfigProblem>> {
        let Some(path) = file else { return Config::parse("(no file)", "", environment) };
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Config::parse(&name, &text, environment),
            Err(error) => Err(vec![ConfigProblem {
                place: name,
                what: format!("the configuration cannot be read: {error}"),
                remedy: "name a file that is there, or write one with `nightbell config default`".into(),
            }]),
        }
    }

    /// Reads the text of a file of that name, and the environment over it.
    pub fn parse(
        name: &str,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, Vec<ConfigProblem>> {
        let in_file = |problem: Problem| ConfigProblem {
            place: format!("{name}:{}", problem.line),
            what: without_secret(text, problem.line, problem.what),
            remedy: problem.remedy,
        };
        let in_table = |problem: Problem| in_file(with_variable(text, problem));
        let mut source = Source::parse_all(text)
            .map_err(|problems| problems.into_iter().map(in_file).collect::<Vec<_>>())?;
        let overrides = environment::Overrides::read(environment);
        overrides.set_tokens(&mut source);
        let decoded = source.decode_all::<Config>("");
        let mut problems: Vec<ConfigProblem> = decoded.problems.into_iter().map(in_table).collect();
        let Some(mut config) = decoded.value else { return Err(problems) };
        problems.extend(config.check(&decoded.source).into_iter().map(in_file));
        problems.extend(overrides.apply(&mut config));
        if config.openid.as_ref().is_some_and(|openid| openid.secret.is_none()) {
            let remedy = "copy it from the provider, and set NIGHTBELL_OPENID_SECRET in the environment";
            problems.push(in_file(decoded.source.problem(&["openid"], "`secret` is missing", remedy)));
        }
        config.public_url.truncate(config.public_url.trim_end_matches('/').len());
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// The database's address, password included: not for logs.
    pub fn database_url(&self) -> String {
        match &self.database_url {
            Some(url) => url.expose_secret().to_owned(),
            None => format!("sqlite://{}", self.data_dir.join("nightbell.db").display()),
        }
    }

    fn check(&self, source: &Source<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut note = |path: &[&str], verdict: Result<(), Complaint>| {
            problems.extend(verdict.err().map(|(what, remedy)| source.problem(path, what, remedy)));
        };
        note(&["public_url"], check_public_url(&self.public_url));
        note(&["log", "level"], check_level(&self.log.level));
        if let Some(url) = &self.database_url {
            note(&["database_url"], check_database_url(url.expose_secret()));
        }
        for problem in self.openid.iter().flat_map(OpenIdConfig::check) {
            note(&["openid", problem.key], Err((problem.what, problem.remedy)));
        }
        if let Some((key, what, remedy)) = self.fetch.check() {
            note(&["fetch", key], Err((what.into(), remedy.into())));
        }
        for (index, carrier) in self.carriers.iter().enumerate() {
            let index = index.to_string();
            let first = self.carriers.iter().position(|other| other.name == carrier.name);
            if first.is_some_and(|first| first.to_string() != index) {
                let what = format!("there is another carrier `{}`", carrier.name);
                note(&["carrier", &index, "name"], Err((what, "rename one of them".into())));
            }
            for error in carrier.check() {
                let text = error.to_string();
                let (what, remedy) = text.split_once("; ").unwrap_or((text.as_str(), "correct the value"));
                let remedy = match error {
                    CarrierConfigError::Token(_) => {
                        format!("{remedy}{}", or_in_the_environment(&carrier.name))
                    }
                    _ => remedy.to_owned(),
                };
                let path = ["carrier", &index].into_iter().chain(error.key()).collect::<Vec<_>>();
                note(&path, Err((what.to_owned(), remedy)));
            }
        }
        problems
    }
}

/// A complaint that does not repeat a value from a line that holds a secret.
fn without_secret(text: &str, line: usize, what: String) -> String {
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let secret = ["token", "secret", "database_url"].iter().any(|word| written.contains(word));
    if secret && what.ends_with("does not fit here") { "this value does not fit here".into() } else { what }
}

/// A token is better kept out of the file: who has none is told of the variable.
fn with_variable(text: &str, problem: Problem) -> Problem {
    let carrier = Source::parse(text).ok().and_then(|source| {
        let names = source.texts_with_lines(&["carrier", "*", "name"]);
        // A key that is missing is missing where its table begins.
        names.into_iter().find(|(_, line)| *line >= problem.line).map(|(name, _)| name.to_owned())
    });
    match carrier.filter(|_| problem.what == "`token` is missing") {
        Some(carrier) => {
            Problem { remedy: format!("{}{}", problem.remedy, or_in_the_environment(&carrier)), ..problem }
        }
        None => problem,
    }
}

fn or_in_the_environment(carrier: &str) -> String {
    format!(", or set {} in the environment", environment::token_variable(carrier))
}

/// What is wrong, and the remedy.
type Complaint = (String, String);

fn check_public_url(text: &str) -> Result<(), Complaint> {
    let complain = |what: &str, remedy: &str| Err((what.to_owned(), remedy.to_owned()));
    let url = Url::parse(text).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
    match url {
        None => complain(&format!("`{text}` is no web address"), "write it like https://pager.example.com"),
        Some(url) if url.query().is_some() || url.fragment().is_some() => {
            complain("the public address has more than a path", "take away what follows ? or #")
        }
        Some(url) if url.scheme() == "http" && !is_this_machine(&url) => complain(
            "webhooks would travel unencrypted",
            "begin the public address with https; http is for this machine alone",
        ),
        Some(_) => Ok(()),
    }
}

fn check_level(text: &str) -> Result<(), Complaint> {
    // A bare word is a target to the filter, and would silence everything else.
    let bare = !text.contains(['=', ',', '[']);
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let known = !bare || levels.contains(&text.to_ascii_lowercase().as_str());
    if known && tracing_subscriber::EnvFilter::try_new(text).is_ok() {
        return Ok(());
    }
    Err((format!("`{text}` is no level"), "write error, warn, info, debug or trace, or directives".into()))
}

/// The address is not repeated: it may hold a password.
fn check_database_url(text: &str) -> Result<(), Complaint> {
    let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme));
    let remedy = "begin it with sqlite: or postgres:";
    if known { Ok(()) } else { Err(("the database's address has no known scheme".into(), remedy.into())) }
}
