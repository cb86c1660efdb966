//! [`Origin`]: scheme, host and port of a web page (RFC 6454), written as a browser writes it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// `https://abc.example` or `http://192.168.1.7:8400`: lower case, without the port that its scheme implies, and nothing
/// behind it. Two origins are the same exactly when their texts are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    text: String,
}

/// Text that is no origin. It is for whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an origin is http:// or https://, a host and perhaps a port, for example https://lab.example or http://localhost:8888"
)]
pub struct NotAnOrigin;

/// Names of hosts have at most 253 characters (RFC 1035).
const HOST_BYTES_MAX: usize = 253;

impl Origin {
    /// As a browser writes it in `Origin` and as a policy names it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port, as a browser writes them in `Host`.
    pub fn host(&self) -> &str {
        self.text.split_once("://").map_or("", |(_, host)| host)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> String {
        origin.text
    }
}

impl TryFrom<String> for Origin {
    type Error = NotAnOrigin;

    fn try_from(text: String) -> Result<Origin, NotAnOrigin> {
        text.parse()
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Origin, NotAnOrigin> {
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").ok_or(NotAnOrigin)?;
        let implied = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(NotAnOrigin),
        };
        let (host, port) = split_port(rest).ok_or(NotAnOrigin)?;
        if !is_host(host) {
            return Err(NotAnOrigin);
        }
        let text = match port {
            Some(port) if port != implied => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Ok(Origin { text })
    }
}

/// Host and port; an IPv6 address stands in brackets and has colons of its own.
fn split_port(rest: &str) -> Option<(&str, Option<u16>)> {
    let after_host = rest.rfind(']').map_or(0, |end| end + 1);
    match rest[after_host..].find(':') {
        None => Some((rest, None)),
        Some(colon) => {
            let (host, port) = rest.split_at(after_host + colon);
            let digits = &port[1..];
            // Not "+80", which Rust would read, and not "080", which no browser writes.
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
            Some((host, Some(digits.parse().ok().filter(|_| is_number)?)))
        }
    }
}

/// A name (IDNA names in their ASCII form), an IPv4 address, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    host.len() <= HOST_BYTES_MAX && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_a_browser_writes_it() {
        for (given, text, host) in [
            ("https://abc.example", "https://abc.example", "abc.example"),
            ("HTTPS://ABC.Example:443", "https://abc.example", "abc.example"),
            ("http://abc.example:80", "http://abc.example", "abc.example"),
            ("https://abc.example:80", "https://abc.example:80", "abc.example:80"),
            ("http://localhost:8888", "http://localhost:8888", "localhost:8888"),
            ("http://192.168.1.7:8400", "http://192.168.1.7:8400", "192.168.1.7:8400"),
            ("http://[::1]:8400", "http://[::1]:8400", "[::1]:8400"),
            ("http://[::1]", "http://[::1]", "[::1]"),
        ] {
            let origin: Origin = given.parse().unwrap();
            assert_eq!((origin.as_str(), origin.host()), (text, host));
            let json = serde_json::to_string(&origin).unwrap();
            assert_eq!(serde_json::from_str::<Origin>(&json).unwrap(), origin);
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for bad in [
            "",
            "null",
            "*",
            "abc.example",
            "//abc.example",
            "ftp://abc.example",
            "javascript://abc.example",
            "https://",
            "https://abc.example/",
            "https://abc.example/page",
            "https://abc.example?x",
            "https://abc.example#x",
            "https://user@abc.example",
            "https://*.example",
            "https://a b",
            "https://a;script-src *",
            "https://a,b",
            "https://abc.example:",
            "https://abc.example:0",
            "https://abc.example:+80",
            "https://abc.example:70000",
            "https://abc..example",
            "https://.example",
            "https://abc.example.",
            "https://[::1",
            "https://[evil]",
            "https://[::1]x",
            "https://[::1]:x",
            "https://\u{e9}.example",
            "https://a\r\nb",
        ] {
            assert_eq!(bad.parse::<Origin>(), Err(NotAnOrigin), "{bad}");
        }
        assert!(format!("https://{}.example", "a".repeat(300)).parse::<Origin>().is_err());
    }
}
