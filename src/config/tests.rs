use super::*;

fn none() -> Vec<(String, String)> {
    Vec::new()
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The examples of the default file without their signs.
fn with_examples() -> String {
    let bare = |line: &str| match line.strip_prefix('#') {
        Some(example) if !example.starts_with([' ', '#']) && !example.is_empty() => example.to_owned(),
        _ => line.to_owned(),
    };
    DEFAULT.lines().map(bare).collect::<Vec<_>>().join("\n")
}

fn complaints(text: &str, environment: Vec<(String, String)>) -> Vec<String> {
    let found = Config::parse("nightbell.toml", text, environment).map(|config| config.listen).unwrap_err();
    found.iter().map(ConfigProblem::to_string).collect()
}

#[test]
fn the_default_file_says_what_the_defaults_are() {
    let written = Config::parse("default", DEFAULT, none()).unwrap();
    assert_eq!(format!("{written:?}"), format!("{:?}", Config::default()));
    let empty = Config::load(None, none()).unwrap();
    assert_eq!(format!("{empty:?}"), format!("{:?}", Config::default()));
    assert_eq!(empty.database_url(), "sqlite://nightbell-data/nightbell.db");
}

#[test]
fn the_examples_of_the_default_file_work() {
    let config = Config::parse("default", &with_examples(), none()).unwrap();
    assert_eq!(config.carriers.len(), 1);
    assert!(config.database_url().starts_with("postgres:"));
}

#[test]
fn the_environment_wins() {
    let set = variables(&[
        ("NIGHTBELL_LISTEN", "0.0.0.0:80"),
        ("NIGHTBELL_PUBLIC_URL", "https://pager.example.com/"),
        ("NIGHTBELL_PROXIES", "192.0.2.10, 2001:db8::7"),
        ("NIGHTBELL_DATA_DIR", "/var/lib/nightbell"),
        ("NIGHTBELL_DATABASE_URL", "postgres://pager:hunter2@db.example.com/pager"),
        ("NIGHTBELL_LOG_FORMAT", "json"),
        ("NIGHTBELL_LOG_LEVEL", "info,nightbell=debug"),
        ("NIGHTBELL_CARRIER_MAIN_TOKEN", "hunter3"),
        ("NIGHTBELL_CONFIG", "elsewhere.toml"),
        ("HOME", "/root"),
    ]);
    // The file may leave out a token that the environment has.
    let text: String =
        with_examples().lines().filter(|line| !line.starts_with("token")).collect::<Vec<_>>().join("\n");
    let config = Config::parse("nightbell.toml", &text, set).unwrap();
    assert_eq!(config.listen.port(), 80);
    assert_eq!(config.public_url, "https://pager.example.com");
    assert_eq!(config.proxies, ["192.0.2.10", "2001:db8::7"].map(|proxy| proxy.parse::<IpAddr>().unwrap()));
    assert_eq!(config.data_dir, Path::new("/var/lib/nightbell"));
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Json, "info,nightbell=debug"));
    assert_eq!(config.carriers[0].token.expose_secret(), "hunter3");
    assert!(config.database_url().contains("hunter2"));
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter"), "{shown}");
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let text = "listen = \"here\"\npublic_url = \"http://pager.example.com\"\ndatabase_url = \"mysql://x:y@z\"\n\
                lsten = 1\n[log]\nformat = \"xml\"\nlevel = \"a=b=c\"\n[[carrier]]\nname = \"main\"\n";
    let set = variables(&[("NIGHTBELL_LISEN", "x"), ("NIGHTBELL_LOG_FORMAT", "xml")]);
    let found = complaints(text, set);
    let places: Vec<&str> = found.iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(
        places,
        [
            "nightbell.toml:1",
            "nightbell.toml:4",
            "nightbell.toml:6",
            "nightbell.toml:8",
            "nightbell.toml:2",
            "nightbell.toml:7",
            "nightbell.toml:3",
            "NIGHTBELL_LISEN",
            "NIGHTBELL_LOG_FORMAT",
        ],
        "{found:#?}"
    );
    assert!(!found.iter().any(|line| line.contains("x:y")), "a password is shown: {found:#?}");
}

#[test]
fn carriers_are_checked() {
    let twice =
        format!("{0}\n[[carrier]]{1}", with_examples(), with_examples().split("[[carrier]]").nth(1).unwrap());
    let found = complaints(&twice, none());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("there is another carrier `main`; rename one of them"), "{found:#?}");
    let empty = with_examples().replace("copy it from the carrier's console", "");
    assert!(complaints(&empty, none())[0].contains("carrier `main`: the token is empty; copy it"));
}

#[test]
fn a_missing_token_is_told_with_its_variable() {
    let second =
        "\n[[carrier]]\nbase_url = \"https://api.example.com\"\nname = \"on-call\"\naccount = \"AC2\"\n";
    let text = format!("{}{second}", with_examples());
    let found = complaints(&text, none());
    let line = text.lines().count() - 3;
    assert_eq!(
        found,
        [format!(
            "nightbell.toml:{line}: `token` is missing; write `token = …` here, or set \
             NIGHTBELL_CARRIER_ON_CALL_TOKEN in the environment"
        )]
    );
    let empty = with_examples().replace("copy it from the carrier's console", " ");
    let found = complaints(&empty, none());
    assert!(
        found[0].ends_with("console, or set NIGHTBELL_CARRIER_MAIN_TOKEN in the environment"),
        "{found:?}"
    );
    let given = variables(&[("NIGHTBELL_CARRIER_ON_CALL_TOKEN", "x")]);
    assert!(Config::parse("nightbell.toml", &text, given).is_ok());
}

#[test]
fn the_provider_of_identities_is_checked() {
    let whole = "[openid]\nissuer = \"https://id.example.com\"\nclient_id = \"nightbell\"\n";
    let secret = || variables(&[("NIGHTBELL_OPENID_SECRET", "hunter4")]);
    let config = Config::parse("nightbell.toml", whole, secret()).unwrap();
    assert_eq!(config.openid.as_ref().unwrap().secret.as_ref().unwrap().expose_secret(), "hunter4");
    assert!(!format!("{config:?}").contains("hunter4"));

    let missing = "nightbell.toml:1: `secret` is missing; copy it from the provider, and set \
                   NIGHTBELL_OPENID_SECRET in the environment";
    assert_eq!(complaints(whole, none()), [missing]);
    let alone = "NIGHTBELL_OPENID_SECRET: there is no `[openid]` whose secret it is; write one, or unset it";
    assert_eq!(complaints("", secret()), [alone]);
    let odd = whole.replace("https", "http");
    let found = complaints(&format!("{odd}groups = [{{ name = \"night\", role = \"owner\" }}]\n"), secret());
    assert!(found[0].starts_with("nightbell.toml:4: "), "{found:?}");
    let found = complaints(&odd, secret());
    assert!(found[0].starts_with("nightbell.toml:2: the issuer is no address with https; copy"), "{found:?}");
    let found = complaints(&format!("{whole}secret = 4711\n"), none());
    assert!(!found.iter().any(|line| line.contains("4711")), "{found:?}");
}

#[test]
fn a_level_that_is_none_is_refused() {
    for level in ["nonsense", "loud", "", "info,nightbell=loud", "a=b=c"] {
        for found in [
            complaints("", variables(&[("NIGHTBELL_LOG_LEVEL", level)])),
            complaints(&format!("[log]\nlevel = \"{level}\"\n"), none()),
        ] {
            assert_eq!(found.len(), 1, "{level:?}: {found:?}");
            assert!(found[0].contains(&format!("`{level}` is no level; write error, warn")), "{found:?}");
        }
    }
    for level in ["off", "DEBUG", "info,nightbell=debug", "nightbell[{x=1}]=trace"] {
        let set = variables(&[("NIGHTBELL_LOG_LEVEL", level)]);
        assert_eq!(Config::parse("", "", set).unwrap().log.level, level);
    }
}

#[test]
fn a_complaint_repeats_no_secret() {
    let found =
        complaints(&with_examples().replace("\"copy it from the carrier's console\"", "4711"), none());
    assert!(found.iter().any(|line| line.contains("this value does not fit here; write")), "{found:#?}");
    assert!(!found.iter().any(|line| line.contains("4711")), "{found:#?}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let found = Config::load(Some(Path::new("no/such/file.toml")), none()).unwrap_err();
    assert!(found[0].to_string().starts_with("no/such/file.toml: the configuration cannot be read"));
}
