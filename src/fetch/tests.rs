//! A server on this machine, which the configuration lets us read, and what it can and cannot lead us to.

use std::future::IntoFuture;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use futures_util::{StreamExt, stream};

use super::*;

/// Serves files; what else it is asked for it leads elsewhere.
async fn server() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/file", get(file))
        .route("/endless", get(endless))
        .route("/silent", get(async || std::future::pending::<()>().await))
        .route("/status/{status}", get(async |Path(status): Path<u16>| StatusCode::from_u16(status).unwrap()))
        .route("/hops/{count}", get(hops))
        .route("/to/{place}", get(elsewhere))
        .route("/nowhere", get(async || StatusCode::FOUND))
        .with_state(address);
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

async fn file(headers: HeaderMap) -> axum::response::Response {
    for name in ["cookie", "authorization", "referer", "proxy-authorization"] {
        assert!(!headers.contains_key(name), "{name}");
    }
    if headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag == "\"1\"") {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, "\"1\""), (header::SET_COOKIE, "a=b")], "hello").into_response()
}

/// Never says how long it is.
async fn endless() -> Body {
    Body::from_stream(stream::repeat(vec![b'x'; 64 * 1024]).map(Ok::<_, std::io::Error>))
}

async fn hops(Path(count): Path<u32>) -> Redirect {
    Redirect::temporary(&if count == 0 { "/file".to_owned() } else { format!("/hops/{}", count - 1) })
}

async fn elsewhere(Path(place): Path<String>, State(own): State<SocketAddr>) -> Redirect {
    let to = match &*place {
        "name" => format!("http://localhost:{}/file", own.port()),
        "number" => "http://169.254.169.254/latest/meta-data/".to_owned(),
        "own-network" => format!("http://127.0.0.2:{}/file", own.port()),
        "disguise" => format!("http://[::ffff:127.0.0.1]:{}/file", own.port()),
        "scheme" => "file:///etc/passwd".to_owned(),
        _ => format!("http://ada:secret@127.0.0.1:{}/file", own.port()),
    };
    Redirect::to(&to)
}

fn fetcher(config: &str) -> Fetcher {
    Fetcher::new(&toml::from_str(config).unwrap()).unwrap()
}

const THIS_MACHINE: &str = "http = true\npatience = 30\nallow = [\"127.0.0.1\"]";

async fn fetched(fetcher: &Fetcher, url: &str) -> Result<String, FetchError> {
    match fetcher.fetch(&Url::parse(url).unwrap(), &Mark::default(), 1024 * 1024).await? {
        Fetched::Unchanged => Ok("unchanged".into()),
        Fetched::File { bytes, .. } => Ok(String::from_utf8(bytes).unwrap()),
    }
}

#[tokio::test]
async fn files_are_read_and_what_leads_elsewhere_is_judged_at_each_step() {
    let server = server().await;
    let fetcher = fetcher(THIS_MACHINE);
    let hello = || Ok("hello".to_owned());
    for (path, expected) in [
        ("file", hello()),
        ("hops/0", hello()),
        ("hops/2", hello()),
        ("hops/3", Err(FetchError::Astray)),
        ("nowhere", Err(FetchError::Astray)),
        ("status/404", Err(FetchError::Answered(404))),
        ("status/204", Err(FetchError::Answered(204))),
        // It was not asked whether it has changed.
        ("status/304", Err(FetchError::Answered(304))),
        ("endless", Err(FetchError::TooLarge(1024 * 1024))),
        ("to/number", Err(FetchError::Inside)),
        ("to/own-network", Err(FetchError::Inside)),
        ("to/disguise", Err(FetchError::Inside)),
        ("to/scheme", Err(FetchError::NoAddress)),
        ("to/password", Err(FetchError::Credentials)),
        ("to/name", hello()),
    ] {
        assert_eq!(fetched(&fetcher, &format!("http://{server}/{path}")).await, expected, "{path}");
    }
    let hasty = self::fetcher(&THIS_MACHINE.replace("30", "1"));
    let silent = fetched(&hasty, &format!("http://{server}/silent")).await;
    assert_eq!(silent, Err(FetchError::Silent("no answer within the deadline")));
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to() {
    let server = server().await;
    let by_name = format!("http://localhost:{}/file", server.port());
    assert_eq!(fetched(&fetcher(THIS_MACHINE), &by_name).await, Ok("hello".into()));
    for closed in ["http = true", "http = true\nallow = [\"127.0.0.2\", \"10.0.0.0/8\"]"] {
        assert_eq!(fetched(&fetcher(closed), &by_name).await, Err(FetchError::Inside), "{closed}");
    }
    assert_eq!(fetched(&fetcher("allow = [\"127.0.0.1\"]"), &by_name).await, Err(FetchError::Plain));
}

#[tokio::test]
async fn what_has_not_changed_is_not_read_again() {
    let server = server().await;
    let fetcher = fetcher(THIS_MACHINE);
    let url = Url::parse(&format!("http://{server}/file")).unwrap();
    let Ok(Fetched::File { mark, .. }) = fetcher.fetch(&url, &Mark::default(), 10).await else { panic!() };
    assert_eq!(mark, Mark { tag: Some("\"1\"".into()), modified: None });
    assert_eq!(fetcher.fetch(&url, &mark, 10).await, Ok(Fetched::Unchanged));
    let other = Mark { tag: Some("\"0\"".into()), ..mark };
    assert!(matches!(fetcher.fetch(&url, &other, 10).await, Ok(Fetched::File { .. })));
    assert_eq!(fetcher.fetch(&url, &other, 4).await, Err(FetchError::TooLarge(4)));
}

#[test]
fn addresses_are_taken_as_people_copy_them() {
    let fetcher = fetcher("");
    let long = format!("https://example.com/{}", "a".repeat(2_000));
    for (text, expected) in [
        (" https://calendar.example.com/a.ics ", Ok("https://calendar.example.com/a.ics")),
        ("webcal://calendar.example.com/a.ics", Ok("https://calendar.example.com/a.ics")),
        ("WEBCAL://calendar.example.com", Ok("https://calendar.example.com/")),
        ("webcal://127.0.0.1/", Err(FetchError::Inside)),
        ("calendar.example.com", Err(FetchError::NoAddress)),
        ("", Err(FetchError::NoAddress)),
        (&long, Err(FetchError::NoAddress)),
    ] {
        let address = fetcher.address(text);
        assert_eq!(address.as_ref().map(Url::as_str).map_err(|error| *error), expected, "{text}");
    }
}
