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
use crate::act::{By, Origin, Visitor};
use crate::rules::access::{Principal, Right};
use crate::web::App;
use crate::web::hold::in_time;

/// How long a browser keeps a session's cookie: the session ends before, if it is not used.
const SESSION_KEPT: u32 = 30 * 24 * 60 * 60;

/// How long it keeps the cookie of who owes a code.
const HALF_KEPT: u32 = 5 * 60;

/// A cookie of ours.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cookie {
    /// Of a browser that is signed in.
    Session,
    /// Of one that owes a code.
    Half,
}

impl Cookie {
    fn name(self, site: &Site) -> String {
        let name = match self {
            Cookie::Session => "nightbell",
            Cookie::Half => "nightbell-code",
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

    /// What he may.
    pub(super) fn principal(&self) -> &Principal {
        &self.visitor.account.principal
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
            people: principal.may_everywhere(Right::Administer),
            audit: principal.may_somewhere(Right::Manage),
        };
        let frame = Frame { who: Some(who), ..Frame::bare(&app.site) };
        Ok(Visiting { visitor, origin: origin_of(parts), frame })
    }
}

/// From where somebody asks.
pub(super) struct From(pub(super) Origin);

impl FromRequestParts<App> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<From, Self::Rejection> {
        Ok(From(origin_of(parts)))
    }
}

/// A proxy on this machine is believed when it says for whom it asks: what it adds stands last.
fn origin_of(parts: &Parts) -> Origin {
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let forwarded = || {
        let last = parts.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let address = match peer {
        Some(peer) if peer.is_loopback() => forwarded().or(Some(peer)),
        peer => peer,
    };
    Origin {
        address: address.map(|address| address.to_string()),
        browser: text(USER_AGENT.as_str()).map(str::to_owned),
    }
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
