//! The environment over the file. A variable with our prefix that we do not know is a mistake too: it was meant to set
//! something.

use secrecy::SecretString;

use super::{Complaint, Config, ConfigProblem, LogFormat, check_database_url, check_level, check_public_url};
use crate::rules::source::Source;

const PREFIX: &str = "NIGHTBELL_";

/// Read elsewhere: by the command line, and by our own tests.
const FOREIGN: [&str; 2] = ["NIGHTBELL_CONFIG", "NIGHTBELL_TEST_"];

/// The variables that are ours.
pub(super) struct Overrides(Vec<(String, String)>);

impl Overrides {
    pub(super) fn read(environment: impl IntoIterator<Item = (String, String)>) -> Overrides {
        let ours =
            |name: &str| name.starts_with(PREFIX) && !FOREIGN.iter().any(|other| name.starts_with(other));
        let mut variables: Vec<_> = environment.into_iter().filter(|(name, _)| ours(name)).collect();
        variables.sort();
        Overrides(variables)
    }

    /// Puts carriers' tokens where the file may leave them out.
    pub(super) fn set_tokens(&self, source: &mut Source<'_>) {
        for carrier in carriers_of(source) {
            for (key, variable) in token_variables(&carrier) {
                if let Some((_, token)) = self.0.iter().find(|(name, _)| *name == variable) {
                    source.set_where("carrier", ("name", &carrier), key, token);
                }
            }
        }
    }

    /// Sets what the variables say, and tells what is wrong with them.
    pub(super) fn apply(&self, config: &mut Config) -> Vec<ConfigProblem> {
        let complain =
            |place: &str, (what, remedy): Complaint| ConfigProblem { place: place.into(), what, remedy };
        let mut problems = Vec::new();
        for (name, value) in &self.0 {
            problems.extend(apply(config, name, value).err().map(|complaint| complain(name, complaint)));
        }
        problems
    }
}

fn apply(config: &mut Config, name: &str, value: &str) -> Result<(), Complaint> {
    match name.strip_prefix(PREFIX).unwrap_or_default() {
        "LISTEN" => {
            config.listen = value.parse().map_err(|_| {
                (format!("`{value}` is no address to listen on"), "write it like 127.0.0.1:8080".into())
            })?;
        }
        "PUBLIC_URL" => {
            check_public_url(value)?;
            config.public_url = value.to_owned();
        }
        "PROXIES" => {
            let proxies = value.split(',').map(str::trim).filter(|proxy| !proxy.is_empty());
            config.proxies = proxies.map(str::parse).collect::<Result<_, _>>().map_err(|_| {
                (format!("`{value}` is no list of addresses"), "write them like 192.0.2.10,192.0.2.11".into())
            })?;
        }
        "DATA_DIR" => config.data_dir = value.into(),
        "FLOWS" => config.flows = Some(value.into()),
        "DATABASE_URL" => {
            check_database_url(value)?;
            config.database_url = Some(SecretString::from(value));
        }
        "OPENID_SECRET" => {
            let Some(openid) = &mut config.openid else {
                return Err((
                    "there is no `[openid]` whose secret it is".into(),
                    "write one, or unset it".into(),
                ));
            };
            openid.secret = Some(SecretString::from(value));
        }
        "LOG_FORMAT" => {
            config.log.format = match value {
                "human" => LogFormat::Human,
                "json" => LogFormat::Json,
                _ => return Err((format!("`{value}` is no form of a log"), "write human or json".into())),
            };
        }
        "LOG_LEVEL" => {
            check_level(value)?;
            config.log.level = value.to_owned();
        }
        _ => {
            let token = config.carriers.iter().flat_map(|carrier| token_variables(&carrier.name));
            if !token.into_iter().any(|(_, variable)| variable == name) {
                return Err((
                    "this variable sets nothing".into(),
                    "correct its name (`nightbell config default` lists them), or unset it".into(),
                ));
            }
        }
    }
    Ok(())
}

fn carriers_of(source: &Source<'_>) -> Vec<String> {
    source.texts(&["carrier", "*", "name"]).into_iter().map(str::to_owned).collect()
}

/// The variable that holds a carrier's token.
pub(super) fn token_variable(carrier: &str) -> String {
    let [(_, variable), _] = token_variables(carrier);
    variable
}

/// The keys of a carrier that the environment can set, with their variables.
fn token_variables(carrier: &str) -> [(&'static str, String); 2] {
    let name = carrier.to_uppercase().replace('-', "_");
    [
        ("token", format!("{PREFIX}CARRIER_{name}_TOKEN")),
        ("other_token", format!("{PREFIX}CARRIER_{name}_OTHER_TOKEN")),
    ]
}
