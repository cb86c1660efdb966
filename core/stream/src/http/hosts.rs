//! [`Hosts`]: what this host is called. Names are compared whole: a name that begins or ends like ours is another's.

use axum::http::{HeaderMap, Uri, header};
use heliograph_wire::Origin;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};

/// The names by which browsers reach this host through others, e.g. that of a tunnel.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    public: RwLock<Arc<[Origin]>>,
}

/// By which name a request asked, and so which page may have sent it.
#[derive(Debug, Clone)]
pub(super) enum Reached<'a> {
    /// By an address of this machine, as in `Host`.
    Locally(&'a str),
    /// By one of the public names.
    Publicly(&'a str, Arc<[Origin]>),
}

impl Hosts {
    /// From now on there are these public names, and no others.
    pub(crate) fn replace(&self, origins: Vec<Origin>) {
        // A list that is replaced whole is sound whatever its last writer did.
        *self.public.write().unwrap_or_else(PoisonError::into_inner) = origins.into();
    }

    /// By which name of ours a request asked; `None` when the name is another's, or there is not exactly one.
    pub(super) fn reached<'a>(
        &self,
        headers: &'a HeaderMap,
        uri: &Uri,
        local_names: &[String],
        remote: IpAddr,
    ) -> Option<Reached<'a>> {
        let host = sole(headers, header::HOST)?;
        // `GET http://other/ HTTP/1.1` with our name in `Host`: the two must agree (RFC 9112 section 3.2.2).
        if uri.authority().is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host)) {
            return None;
        }
        if local_names.iter().any(|own| own.eq_ignore_ascii_case(host)) {
            return Some(Reached::Locally(host));
        }
        // Whoever carries a public name's requests here does so on this machine.
        let public = remote.is_loopback().then(|| self.public())?;
        let is_ours = public.iter().any(|own| own.host().eq_ignore_ascii_case(host));
        is_ours.then_some(Reached::Publicly(host, public))
    }

    fn public(&self) -> Arc<[Origin]> {
        Arc::clone(&self.public.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reached<'_> {
    /// Whether a page of this origin is the page that we give to whoever asks by this name.
    pub(super) fn is_own_page(&self, origin: &str) -> bool {
        match self {
            // We speak plain HTTP; whoever wraps it in TLS is a public name.
            Reached::Locally(host) => {
                origin.strip_prefix("http://").is_some_and(|rest| rest.eq_ignore_ascii_case(host))
            }
            Reached::Publicly(host, public) => public
                .iter()
                .any(|own| own.host().eq_ignore_ascii_case(host) && own.as_str().eq_ignore_ascii_case(origin)),
        }
    }

    /// Who asked. Behind a tunnel the connection comes from this machine, and the tunnel adds the true address as the
    /// last one of `X-Forwarded-For`; those before it, and that header from anyone else, are hearsay.
    pub(super) fn asker(&self, headers: &HeaderMap, remote: IpAddr) -> IpAddr {
        let Reached::Publicly(..) = self else { return remote };
        let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        let last = last.and_then(|list| list.rsplit(',').next()).map(str::trim).unwrap_or_default();
        let with_port = || last.parse::<SocketAddr>().ok().map(|address| address.ip());
        last.parse().ok().or_else(with_port).unwrap_or(remote)
    }
}

/// A header that is there exactly once, as text.
pub(super) fn sole(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.to_str().ok())?
}

/// What the host is called by those who reach it at `local`: the address itself and, on loopback, `localhost`.
pub(super) fn local_names(local: SocketAddr) -> Vec<String> {
    // An IPv4 caller of an IPv6 socket.
    let local = SocketAddr::new(local.ip().to_canonical(), local.port());
    let mut names = vec![local.to_string()];
    if local.ip().is_loopback() {
        names.push(format!("localhost:{}", local.port()));
    }
    if local.port() == 80 {
        // Browsers leave the port out.
        let without: Vec<String> = names.iter().filter_map(|name| Some(name.strip_suffix(":80")?.to_owned())).collect();
        names.extend(without);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn with_tunnel() -> Hosts {
        let hosts = Hosts::default();
        hosts.replace(vec!["https://abc.example".parse().unwrap()]);
        hosts
    }

    #[test]
    fn a_host_is_called_by_its_address_and_port_and_nothing_else() {
        let names = |local: &str| local_names(local.parse().unwrap());
        assert_eq!(names("127.0.0.1:8200"), ["127.0.0.1:8200", "localhost:8200"]);
        assert_eq!(names("192.168.1.7:8200"), ["192.168.1.7:8200"]);
        assert_eq!(names("[::ffff:192.168.1.7]:8200"), ["192.168.1.7:8200"]);
        assert_eq!(names("[::1]:8200"), ["[::1]:8200", "localhost:8200"]);
        assert_eq!(names("10.0.0.1:80"), ["10.0.0.1:80", "10.0.0.1"]);
    }

    #[test]
    fn a_tunnels_name_is_ours_as_long_as_there_is_the_tunnel_and_only_from_this_machine() {
        let hosts = with_tunnel();
        let uri = Uri::from_static("/");
        let reached =
            |hosts: &Hosts, name, remote| hosts.reached(&headers(&[("host", name)]), &uri, &[], remote).is_some();
        assert!(reached(&hosts, "abc.example", HERE) && reached(&hosts, "ABC.example", HERE));
        assert!(!reached(&hosts, "abc.example", [192, 168, 1, 9].into()), "from the network");
        for other in ["abc.example.evil.test", "evil.abc.example", "abc.example:443", "abc.exampl", ""] {
            assert!(!reached(&hosts, other, HERE), "{other}");
        }
        hosts.replace(vec!["https://def.example".parse().unwrap()]);
        assert!(!reached(&hosts, "abc.example", HERE) && reached(&hosts, "def.example", HERE));
        hosts.replace(Vec::new());
        assert!(!reached(&hosts, "def.example", HERE));
    }

    #[test]
    fn two_names_or_two_that_disagree_are_none() {
        let own = ["127.0.0.1:81".to_owned()];
        let reached = |pairs: &[(&'static str, &'static str)], uri| {
            Hosts::default().reached(&headers(pairs), &Uri::from_static(uri), &own, HERE).is_some()
        };
        assert!(
            reached(&[("host", "127.0.0.1:81")], "/") && reached(&[("host", "127.0.0.1:81")], "http://127.0.0.1:81/")
        );
        assert!(!reached(&[("host", "127.0.0.1:81"), ("host", "127.0.0.1:81")], "/"));
        assert!(!reached(&[("host", "127.0.0.1:81")], "http://evil.test/"));
        assert!(!reached(&[], "/"));
    }

    #[test]
    fn the_page_of_a_name_is_the_one_with_its_scheme() {
        let local = Reached::Locally("127.0.0.1:81");
        assert!(local.is_own_page("http://127.0.0.1:81"));
        let public = Reached::Publicly("abc.example", with_tunnel().public());
        assert!(public.is_own_page("https://abc.example"));
        for other in [
            "http://abc.example",
            "https://127.0.0.1:81",
            "http://localhost:81",
            "null",
            "",
            "https://abc.example.evil.test",
        ] {
            assert!(!local.is_own_page(other) && !public.is_own_page(other), "{other}");
        }
    }

    #[test]
    fn the_address_that_a_tunnel_tells_is_its_last_and_nobody_elses() {
        let public = Reached::Publicly("abc.example", with_tunnel().public());
        let forwarded = |value| headers(&[("x-forwarded-for", value)]);
        assert_eq!(public.asker(&forwarded("1.1.1.1, 2.2.2.2"), HERE), IpAddr::from([2, 2, 2, 2]));
        assert_eq!(public.asker(&forwarded("2.2.2.2:99"), HERE), IpAddr::from([2, 2, 2, 2]));
        assert_eq!(public.asker(&forwarded("2001:db8::1"), HERE), "2001:db8::1".parse::<IpAddr>().unwrap());
        assert_eq!(public.asker(&forwarded("nobody"), HERE), HERE);
        assert_eq!(public.asker(&HeaderMap::new(), HERE), HERE);
        let twice = headers(&[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")]);
        assert_eq!(public.asker(&twice, HERE), IpAddr::from([2, 2, 2, 2]));
        assert_eq!(Reached::Locally("127.0.0.1:81").asker(&forwarded("2.2.2.2"), HERE), HERE);
    }
}
