//! Which addresses are asked and which are not. What is public is what the registries of special-purpose addresses
//! (IANA, RFC 6890 and its updates) do not say otherwise of; of IPv6 only what is given out as global unicast at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::FetchError;
use super::config::FetchConfig;

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length)
}

const NOT_PUBLIC: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),        // this network
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // carriers' own, and some clouds' metadata
    v4(127, 0, 0, 0, 8),      // this machine
    v4(168, 63, 129, 16, 32), // a cloud's own: public by its number, the machine's host by its answers
    v4(169, 254, 0, 0, 16),   // link-local, and most clouds' metadata
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocols' own, and a cloud's metadata
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 88, 99, 0, 24),   // relays into IPv6
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, and broadcast
];

/// What is given out as global unicast: loopback, unique local, link-local, multicast and IPv4 in disguise lie outside.
const GLOBAL: Ipv6Net = v6(0x2000, 0, 3);

const NOT_GLOBAL: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // protocols' own, and tunnels that hold an IPv4 address (Teredo)
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // tunnels that hold an IPv4 address (6to4)
    v6(0x3fff, 0, 20),     // documentation
];

/// Where networks without IPv4 find the public addresses of it (RFC 6052): it is the inner one that counts.
const TRANSLATED: Ipv6Net = v6(0x64, 0xff9b, 96);

/// What may be asked.
#[derive(Debug)]
pub(super) struct Guard {
    allow: Vec<IpNet>,
    http: bool,
}

impl Guard {
    pub(super) fn new(config: &FetchConfig) -> Guard {
        Guard { allow: config.allow.clone(), http: config.http }
    }

    /// Whether a connection to an address may be made.
    pub(super) fn admits(&self, address: IpAddr) -> bool {
        is_public(address) || self.allow.iter().any(|network| network.contains(&address))
    }

    /// Refuses what can be seen to be wrong before any name is resolved. A number in place of a name is judged here: no
    /// resolver is asked for it.
    pub(super) fn check(&self, url: &Url) -> Result<(), FetchError> {
        match url.scheme() {
            "https" => {}
            "http" if self.http => {}
            "http" => return Err(FetchError::Plain),
            _ => return Err(FetchError::NoAddress),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials);
        }
        let number = match url.host() {
            None => return Err(FetchError::NoAddress),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        };
        match number.is_none_or(|address| self.admits(address)) {
            true => Ok(()),
            false => Err(FetchError::Inside),
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) if TRANSLATED.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            is_public(IpAddr::from([a, b, c, d]))
        }
        IpAddr::V6(address) => {
            GLOBAL.contains(&address) && !NOT_GLOBAL.iter().any(|network| network.contains(&address))
        }
    }
}

/// A name that has no address that may be asked.
#[derive(Debug, thiserror::Error)]
#[error("the name has no public address")]
pub(super) struct Refused;

/// Resolves names for connections, each time that one is made, and gives out only the addresses that may be asked.
pub(super) struct Resolver(pub(super) Arc<Guard>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            // The port is the connection's own.
            let all = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<_> = all.filter(|address| guard.admits(address.ip())).collect();
            if admitted.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(config: &str) -> Guard {
        Guard::new(&toml::from_str(config).unwrap())
    }

    #[test]
    fn only_public_addresses_are_asked() {
        let guard = guard("");
        for (public, addresses) in [
            (
                true,
                "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 \
                 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 \
                 198.20.0.0 223.255.255.255 2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450:4001::1 64:ff9b::8.8.8.8",
            ),
            (
                false,
                "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.1.2.3 \
                 168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 \
                 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 \
                 239.255.255.255 240.0.0.1 255.255.255.255",
            ),
            (
                false,
                ":: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 \
                 64:ff9b::169.254.169.254 64:ff9b:1::1 100::1 2001::1 2001:10::1 2001:db8::1 2002:7f00:1::1 \
                 2002:a00:1::1 3fff::1 fc00::1 fd00:ec2::254 fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1 \
                 ff0e::1 4000::1",
            ),
        ] {
            for address in addresses.split_whitespace() {
                let parsed: IpAddr = address.parse().unwrap();
                assert_eq!(guard.admits(parsed), public, "{address}");
            }
        }
    }

    #[test]
    fn an_operator_opens_a_network_of_his_own_and_no_more() {
        let guard = guard("allow = [\"10.20.0.0/24\", \"fd12:3456::/32\"]");
        for (address, admitted) in [
            ("10.20.0.7", true),
            ("10.20.1.7", false),
            ("fd12:3456::7", true),
            ("fd12:3457::7", false),
            ("::ffff:10.20.0.7", false),
            ("8.8.8.8", true),
        ] {
            assert_eq!(guard.admits(address.parse().unwrap()), admitted, "{address}");
        }
    }

    #[test]
    fn what_is_written_is_judged_however_it_is_written() {
        use FetchError::{Credentials, Inside, NoAddress, Plain};
        for (url, expected) in [
            ("https://calendar.example.com/a.ics", Ok(())),
            ("https://8.8.8.8/a.ics", Ok(())),
            ("https://[2606:4700:4700::1111]:8443/a.ics", Ok(())),
            ("http://calendar.example.com/a.ics", Err(Plain)),
            ("ftp://calendar.example.com/a.ics", Err(NoAddress)),
            ("file:///etc/passwd", Err(NoAddress)),
            ("gopher://127.0.0.1/", Err(NoAddress)),
            ("data:text/calendar,BEGIN", Err(NoAddress)),
            ("https://ada:secret@calendar.example.com/", Err(Credentials)),
            ("https://ada@calendar.example.com/", Err(Credentials)),
            ("https://127.0.0.1/", Err(Inside)),
            ("https://127.1/", Err(Inside)),
            ("https://2130706433/", Err(Inside)),
            ("https://0x7f.0.0.1/", Err(Inside)),
            ("https://0177.0.0.1/", Err(Inside)),
            ("https://\u{ff11}27.0.0.1/", Err(Inside)),
            ("https://0/", Err(Inside)),
            ("https://169.254.169.254/latest/meta-data/", Err(Inside)),
            ("https://[::1]/", Err(Inside)),
            ("https://[::ffff:127.0.0.1]/", Err(Inside)),
            ("https://[::ffff:a9fe:a9fe]/", Err(Inside)),
            ("https://[fd00:ec2::254]/", Err(Inside)),
        ] {
            assert_eq!(guard("").check(&Url::parse(url).unwrap()), expected, "{url}");
        }
        let open = guard("http = true\nallow = [\"127.0.0.1\"]");
        assert_eq!(open.check(&Url::parse("http://127.0.0.1:8080/").unwrap()), Ok(()));
        assert_eq!(open.check(&Url::parse("http://127.0.0.2:8080/").unwrap()), Err(Inside));
    }
}
