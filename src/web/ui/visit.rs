//! Who asks: by the cookie that his browser was given when he signed in. Under `https` its name begins with `__Host-`,
//! so that no neighbouring site can set one like it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;

use super::trouble::Trouble;
use super::{Frame, Site, Who};
use crate::act::{By, Commander, Origin, Visitor};
use crate::rules::access::{Principal, Reach, Right};
use crate::web::App;
use crate::web::hold::in_time;

/// How long a browser keeps a session's cookie: the session ends before, if it is not used.
const SESSION_KEPT: u32 = 30 * 24 * 60 * 60;

/// How long it keeps the cookie of who owes a code.
const HALF_KEPT: u32 = 5 * 60;

/// How long it keeps the cookie of who was sent to the provider of identities.
const AWAY_KEPT: u32 = 10 * 60;

/// A cookie of ours.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cookie {
    /// Of a browser that is signed in.
    Session,
    /// Of one that owes a code.
    Half,
    /// Of one that was sent to the provider of identities.
    OpenId,
}

impl Cookie {
    fn name(self, site: &Site) -> String {
        let name = match self {
            Cookie::Session => "nightbell",
            Cookie::Half => "nightbell-code",
            Cookie::OpenId => "nightbell-openid",
        };
        format!("{}{name}", if site.secure { "__Host-" } else { "" })
    }

    /// What the browser has in it.
    pub(super) fn read(self, site: &Site, headers: &HeaderMap) -> Option<String> {
        let name = self.name(site);
        let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.to_owned())
    }

    /// Gives it to the browser; takes it away if there is nothing to put in.
    pub(super) fn put(self, site: &Site, response: &mut Response, secret: Option<&str>) {
        let kept = match (self, secret) {
            (_, None) => 0,
            (Cookie::Session, _) => SESSION_KEPT,
            (Cookie::Half, _) => HALF_KEPT,
            (Cookie::OpenId, _) => AWAY_KEPT,
        };
        let name = self.name(site);
        let value = secret.unwrap_or_default();
        let secure = if site.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; Max-Age={kept}; HttpOnly; SameSite=Lax{secure}");
        // Names and secrets are letters and digits.
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

/// Somebody who is signed in.
pub(super) struct Visiting {
    pub(super) visitor: Visitor,
    pub(super) origin: Origin,
    pub(super) frame: Frame,
}

impl Visiting {
    /// Who does what he does, for the audit log.
    pub(super) fn by(&self) -> By {
        By { actor: self.visitor.account.email.to_string(), address: self.origin.address.clone() }
    }

    /// He, as one who commands.
    pub(super) fn commander(&self) -> Commander {
        Commander::visiting(&self.visitor, &self.origin)
    }

    /// What he may.
    pub(super) fn principal(&self) -> &Principal {
        &self.visitor.account.principal
    }

    /// How far he has that right; goes on only for who has it somewhere.
    pub(super) fn reach(&self, right: Right) -> Result<Reach, Trouble> {
        if !self.principal().may_somewhere(right) {
            return Err(Trouble::lacks(right));
        }
        Ok(self.principal().reach(right))
    }

    /// Goes on only for who has that right at every desk.
    pub(super) fn must(&self, right: Right) -> Result<(), Trouble> {
        if self.principal().may_everywhere(right) { Ok(()) } else { Err(Trouble::lacks(right)) }
    }
}

impl FromRequestParts<App> for Visiting {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visiting, Trouble> {
        let visitor = match Cookie::Session.read(&app.site, &parts.headers) {
            Some(secret) => in_time(app.acts().visitor(&secret)).await?,
            None => None,
        };
        let Some(visitor) = visitor else {
            let shown = parts.method == Method::GET;
            let path = parts.uri.path_and_query().filter(|_| shown).map_or("/", |path| path.as_str());
            return Err(Trouble::SignIn(path.to_owned()));
        };
        let principal = &visitor.account.principal;
        let who = Who {
            name: visitor.account.name.clone(),
            board: principal.may_somewhere(Right::See),
            people: principal.may_somewhere(Right::Administer),
            audit: principal.may_somewhere(Right::Manage),
            flows: principal.may_somewhere(Right::Manage),
            carriers: principal.may_everywhere(Right::Administer),
            reports: principal.may_somewhere(Right::See),
        };
        let frame = Frame { who: Some(who), ..Frame::bare(&app.site) };
        Ok(Visiting { visitor, origin: origin_of(&app.site, parts), frame })
    }
}

/// From where somebody asks.
pub(super) struct Whence(pub(super) Origin);

impl FromRequestParts<App> for Whence {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Whence, Self::Rejection> {
        Ok(Whence(origin_of(&app.site, parts)))
    }
}

/// Whoever is no proxy of ours, as far as our proxies can tell: each adds at the end from whom it heard.
pub(in crate::web) fn origin_of(site: &Site, parts: &Parts) -> Origin {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let browser = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Origin {
        address: peer.map(|peer| address_behind(site, peer, &parts.headers).to_string()),
        browser: browser.map(str::to_owned),
    }
}

fn address_behind(site: &Site, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let forwarded: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut address = peer;
    for heard in forwarded.into_iter().rev() {
        if !address.is_loopback() && !site.proxies.contains(&address) {
            break;
        }
        let Ok(heard) = heard.parse::<IpAddr>() else { break };
        address = heard.to_canonical();
    }
    address
}

/// A path of ours to come back to; the start for anything else, so that nobody is led away.
pub(super) fn local(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control)
        && !path.starts_with("/sign-in");
    if ours { path } else { "/" }
}

/// A browser in two words, by what it calls itself: enough to know one's own again.
pub(super) fn browser_name(agent: &str) -> String {
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    // Most of them call themselves Safari, and all of those but it Chrome: the order matters.
    let browser = find(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "An unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_of_ours_are_believed_and_nobody_else() {
        let site = Site::of("https://pager.example.com", &["192.0.2.10".parse().unwrap()]);
        for (peer, forwarded, address) in [
            ("203.0.113.9", &[] as &[&str], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::1", &["198.51.100.1"], "198.51.100.1"),
            // What stands before the last was said by whoever asked the proxy.
            ("127.0.0.1", &["198.51.100.66, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.66", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1, 192.0.2.10"], "198.51.100.1"),
            ("192.0.2.10", &["2001:db8::1"], "2001:db8::1"),
            ("::ffff:192.0.2.10", &["198.51.100.1"], "198.51.100.1"),
            ("192.0.2.11", &["198.51.100.1"], "192.0.2.11"),
            ("127.0.0.1", &["unknown"], "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let peer = peer.parse::<IpAddr>().unwrap().to_canonical();
            assert_eq!(address_behind(&site, peer, &headers).to_string(), address, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let site = Site::of("https://pager.example.com", &[]);
        for (sent, found) in [
            (&["__Host-nightbell=abc"] as &[&str], Some("abc")),
            (&["a=1; __Host-nightbell=abc; b=2"], Some("abc")),
            (&["a=1", "__Host-nightbell=abc"], Some("abc")),
            (&["nightbell=abc"], None),
            (&["__Host-nightbell-code=abc"], None),
            (&["__Host-nightbell="], None),
            (&["__Host-nightbell"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(COOKIE, value.parse().unwrap());
            }
            assert_eq!(Cookie::Session.read(&site, &headers).as_deref(), found, "{sent:?}");
        }
    }

    #[test]
    fn one_is_led_back_to_our_pages_alone() {
        for (path, to) in [
            ("/people", "/people"),
            ("/audit?desk=night&before=7", "/audit?desk=night&before=7"),
            ("", "/"),
            ("people", "/"),
            ("https://evil.example.org", "/"),
            ("//evil.example.org", "/"),
            ("/\\evil.example.org", "/"),
            ("/\t/evil.example.org", "/"),
            ("/sign-in?next=/sign-in", "/"),
        ] {
            assert_eq!(local(path), to, "{path}");
        }
    }

    #[test]
    fn a_browser_is_told_in_two_words() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                &format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/140.0 Safari/537.36"),
                "Chrome on Windows",
            ),
            (
                &format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/140.0 Safari/537.36 Edg/140.0"),
                "Edge on Windows",
            ),
            (
                &format!("Mozilla/5.0 (Linux; Android 15) {webkit} Chrome/140.0 Mobile Safari/537.36"),
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1", "Safari on macOS"),
            ("curl/8.5.0", "An unknown browser"),
            ("", "An unknown browser"),
        ] {
            assert_eq!(browser_name(agent), name, "{agent}");
        }
    }
}
