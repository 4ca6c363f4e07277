//! Pages as people see them: over HTTP, on both databases, with a clock that is moved by hand.

mod account;
mod agent_page;
mod agent_tables;
mod api;
mod api_acts;
mod api_agents;
mod api_drafts;
mod api_file;
mod api_flows;
mod api_leave;
mod api_people;
mod api_sessions;
mod audit;
mod board;
mod carriers;
mod changes;
mod cover;
mod cover_told;
mod customers;
mod desk_pages;
mod feeds;
mod flows;
mod getting_in;
mod imports;
mod in_force;
mod leave;
mod leave_calendar;
mod names;
mod openid;
mod people;
mod program;
mod refused;
mod reports;
mod rotas;
mod tickets;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use nightbell::act::{Acts, By};
use nightbell::app::{App, Parts};
use nightbell::clock::{Clock, ManualClock, Timestamp};
use nightbell::config::Config;
use nightbell::engine::Engine;
use nightbell::fetch::config::{FetchConfig, this_machine};
use nightbell::flows as voice_flows;
use nightbell::id::Ids;
use nightbell::rules::access::{Role, Scope};
use nightbell::rules::desk::file::DeskFile;
use nightbell::store::Store;
use tower::ServiceExt;

use crate::support::db::{each_database, each_database_twice};
use crate::support::world::{PASSWORD, Stream};
use program::Program;

const PUBLIC: &str = "https://pager.example.com";
const DESK: &str = include_str!("../../desks/reservations.toml");
const CARRIER: &str = r#"
name = "main"
base_url = "http://127.0.0.1:9"
account = "AC00000000000000000000000000000001"
token = "a-token"
senders = [{ number = "+18025550100" }]
"#;
const START: Timestamp = Timestamp(1_795_000_000_000);

/// An installation with the reservations desk, and a second one, `night`, of other lines.
pub struct Site {
    pub acts: Acts,
    pub clock: ManualClock,
    pub store: Store,
    pub engine: Engine,
    router: Router,
}

impl Site {
    /// Tells a story on both databases.
    pub async fn each(story: impl AsyncFn(&Site)) {
        let clock = || ManualClock::new(START);
        each_database(async |store| story(&Site::open(store, clock(), |_| {}).await).await).await;
    }

    async fn open(store: Store, clock: ManualClock, edit: impl FnOnce(&mut Config)) -> Site {
        let site = Site::of_process(store, clock, "pages", edit).await;
        site.apply(DESK).await;
        site.apply(&night_desk()).await;
        site
    }

    /// A process on a machine of that name.
    async fn of_process(
        store: Store,
        clock: ManualClock,
        node: &str,
        edit: impl FnOnce(&mut Config),
    ) -> Site {
        let carrier = toml::from_str(CARRIER).unwrap();
        // Servers of tests are on this machine, at this address alone.
        let fetch = FetchConfig { allow: vec![this_machine()], http: true, patience: 30 };
        let carriers = vec![carrier];
        let mut config = Config { public_url: PUBLIC.into(), carriers, fetch, ..Config::default() };
        edit(&mut config);
        let parts = Parts {
            config,
            store: store.clone(),
            node: node.into(),
            clock: Arc::new(clock.clone()),
            ids: Ids::from_seed(if node == "pages" { 3 } else { 4 }),
            flows: voice_flows::load_all(None).unwrap(),
        };
        let App { acts, engine, router, .. } = App::build(parts).await.unwrap();
        Site { acts, clock, store, engine, router }
    }

    /// Tells a story of two processes on each database, on machines called `pages` and `other`.
    pub async fn each_twice(story: impl AsyncFn(&Site, &Site)) {
        each_database_twice(async |store, other| {
            let clock = ManualClock::new(START);
            let site = Site::open(store, clock.clone(), |_| {}).await;
            let other = Site::of_process(other, clock, "other", |_| {}).await;
            story(&site, &other).await;
        })
        .await;
    }

    /// Brings a desk file into force, from the command line.
    pub async fn apply(&self, text: &str) {
        let file = DeskFile::read("desk.toml".into(), text.to_owned()).unwrap();
        self.acts.apply_files(By::command_line(), vec![file]).await.unwrap();
    }

    /// Lets time pass.
    pub fn pass(&self, span: Duration) {
        self.clock.set(self.clock.now() + span);
    }

    /// Somebody's browser, at an address of its own.
    pub fn browser(&self, address: &str) -> Browser<'_> {
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        Browser { site: self, address: address.into(), agent, cookies: RefCell::default() }
    }

    /// A program with a role at a desk, or at all.
    async fn program(&self, role: Role, desk: Option<&str>) -> Program {
        Program::of(&self.acts, self.router.clone(), role, desk).await
    }

    /// A program of somebody who has an account.
    async fn program_of(&self, email: &str, role: Role) -> Program {
        Program::of_account(&self.acts, self.router.clone(), email, role).await
    }

    /// The browser of the first administrator, signed in.
    pub async fn administrator(&self) -> Browser<'_> {
        let secret = self.acts.first_link().await.unwrap().unwrap();
        let browser = self.browser("192.0.2.1");
        let form = [("email", "ada@example.com"), ("name", "Ada Moss"), ("password", PASSWORD)];
        browser.post(&format!("/join/{secret}"), &form).await.leads_to("/");
        browser
    }

    /// The browser of somebody who was invited, signed in.
    pub async fn somebody(&self, name: &str, role: Role, desk: Option<&str>) -> Browser<'_> {
        self.somebody_at(&format!("{name}@example.com"), role, desk).await
    }

    /// The same, by his address.
    async fn somebody_at(&self, email: &str, role: Role, desk: Option<&str>) -> Browser<'_> {
        let name = email.split('@').next().unwrap();
        let email = email.parse().unwrap();
        let secret = self.acts.invite(By::command_line(), email, role, Scope::of(desk)).await.unwrap();
        let browser = self.browser("192.0.2.2");
        browser
            .post(&format!("/join/{secret}"), &[("name", name), ("password", PASSWORD)])
            .await
            .leads_to("/");
        browser
    }
}

/// The same desk under another key, with other lines.
fn night_desk() -> String {
    DESK.replace("key = \"reservations\"", "key = \"night\"")
        .replace("name = \"Reservations Support\"", "name = \"Night Support\"")
        .replace("+18025550100", "+18025550190")
}

/// A browser: it keeps cookies, and says where its forms come from.
pub struct Browser<'a> {
    site: &'a Site,
    address: String,
    agent: &'static str,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub address: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser<'_> {
    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path), path, Body::empty()).await
    }

    /// Asks for something with what else a program says.
    pub async fn get_with(&self, path: &str, said: &[(&str, &str)]) -> Page {
        let request =
            said.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        self.send(request, path, Body::empty()).await
    }

    /// Sends a form of ours.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(path, fields, &[("origin", PUBLIC)]).await
    }

    /// Sends a form with what a browser says of where it comes from.
    pub async fn post_with(&self, path: &str, fields: &[(&str, &str)], said: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request =
            said.iter().fold(Request::post(path), |request, (name, value)| request.header(*name, *value));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, path, Body::from(body)).await
    }

    /// Watches a board from now on.
    pub async fn watches(&self, query: &str) -> Stream {
        let answer = self.answer(Request::get(format!("/board/events{query}")), Body::empty()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        Stream::of(answer.into_body())
    }

    /// Sends a form with a file in the field of that name.
    pub async fn post_file(&self, path: &str, field: &str, bytes: &[u8]) -> Page {
        self.post_parts(path, &[], (field, bytes)).await
    }

    /// The same with other fields before it.
    pub async fn post_parts(&self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Page {
        const EDGE: &str = "an-edge-that-no-file-has";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let (name, bytes) = file;
        let head = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a-file\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let request = Request::post(path).header(header::ORIGIN, PUBLIC).header(header::CONTENT_TYPE, kind);
        self.send(request, path, Body::from(body)).await
    }

    async fn answer(&self, request: axum::http::request::Builder, body: Body) -> axum::response::Response {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let peer: SocketAddr = format!("{}:50000", self.address).parse().unwrap();
        let request = request
            .header(header::COOKIE, cookies.join("; "))
            .header(header::USER_AGENT, self.agent)
            .extension(ConnectInfo(peer));
        self.site.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    async fn send(&self, request: axum::http::request::Builder, path: &str, body: Body) -> Page {
        let (parts, body) = self.answer(request, body).await.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{cookie}");
            let mut jar = self.cookies.borrow_mut();
            if cookie.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        let page = Page { address: path.to_owned(), status: parts.status, headers: parts.headers, body };
        page.is_well_made();
        page
    }

    /// Signs in, and answers where that led.
    pub async fn signs_in(&self, email: &str, password: &str) -> Page {
        self.post("/sign-in", &[("email", email), ("password", password)]).await
    }

    /// Another, with the same cookies.
    pub fn copy(&self) -> Self {
        let cookies = self.cookies.clone();
        Browser { site: self.site, address: self.address.clone(), agent: self.agent, cookies }
    }

    /// Whether it is signed in.
    pub async fn is_in(&self) -> bool {
        self.get("/account").await.status == StatusCode::OK
    }

    /// What it would lose if it lost its cookies.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.borrow().clone()
    }
}

impl Page {
    /// What every page is held to.
    fn is_well_made(&self) {
        let policy = self.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        if self.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html; charset=utf-8") {
            for inline in ["<script>", " style=", "<style", " onclick", "javascript:"] {
                assert!(!self.body.contains(inline), "{}: {inline}", self.address);
            }
            for script in self.body.split("<script").skip(1) {
                assert!(script.starts_with(" src=\"/assets/"), "{}: {script}", self.address);
            }
            assert_eq!(self.body.matches("<h1>").count(), 1, "{}", self.address);
        }
    }

    /// It leads there.
    pub fn leads_to(&self, path: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}: {}", self.address, self.body);
        assert_eq!(self.headers[header::LOCATION], path, "{}", self.address);
    }

    /// It is that, and says all of this.
    pub fn says(&self, status: StatusCode, parts: &[&str]) {
        assert_eq!(self.status, status, "{}: {}", self.address, self.body);
        for part in parts {
            assert!(self.body.contains(part), "{}: {part} in {}", self.address, self.body);
        }
    }

    /// It does not say that.
    pub fn hides(&self, parts: &[&str]) {
        for part in parts {
            assert!(!self.body.contains(part), "{}: {part} in {}", self.address, self.body);
        }
    }

    /// The value of the first hidden field of that name.
    pub fn hidden(&self, name: &str) -> String {
        let text = self.between(&format!("name=\"{name}\" value=\""), "\"");
        let escaped = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
        escaped.into_iter().fold(text, |text, (escaped, plain)| text.replace(escaped, plain))
    }

    /// What stands between two texts, the first time.
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("{before} in {}", self.body));
        rest.split_once(after).unwrap().0.to_owned()
    }
}

/// So many hours.
pub fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

/// So many seconds.
pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
