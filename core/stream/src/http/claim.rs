//! [`Claim`]: what a page says of the person before it, in the header `Heliograph-Guest`. None of it is believed: the app
//! cleans names, and a pass counts only if it is one that the app gave out.

use axum::http::{HeaderMap, HeaderName, header};
use heliograph_wire::room::Arrival;
use heliograph_wire::{Role, ViewerId};
use percent_encoding::percent_decode;
use serde::Deserialize;
use std::net::IpAddr;

/// JSON, percent-encoded (RFC 3986 section 2.1), because headers are not for every language's letters.
const HEADER: HeaderName = HeaderName::from_static("heliograph-guest");
/// A name of 40 characters has at most 480 encoded bytes.
const HEADER_BYTES_MAX: usize = 2_048;
/// Of what a client calls itself.
const BROWSER_CHARS_MAX: usize = 60;

/// See the module.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Claim {
    name: String,
    browser: String,
    round_trip_ms: Option<u32>,
    pass: Option<String>,
}

impl Claim {
    /// Reads the header. A client that sends none (a plain WHEP player), or nonsense, is a guest without a name.
    pub(crate) fn of(headers: &HeaderMap) -> Claim {
        let value = headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Claim::read(value, headers)
    }

    /// Reads what the header would have said, where a page could give the request none.
    pub(super) fn read(value: &str, headers: &HeaderMap) -> Claim {
        let value = if value.len() <= HEADER_BYTES_MAX { value } else { "" };
        let json: Vec<u8> = percent_decode(value.as_bytes()).collect();
        let mut claim: Claim = serde_json::from_slice(&json).unwrap_or_default();
        if claim.browser.is_empty() {
            let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
            claim.browser = agent.chars().take(BROWSER_CHARS_MAX).collect();
        }
        claim
    }

    /// As the app is told.
    pub(crate) fn arrival(self, viewer: ViewerId, role: Role, asker: IpAddr, waits: bool) -> Arrival {
        let Claim { name, browser, round_trip_ms, pass } = self;
        Arrival { viewer, role, name, browser, address: asker.to_string(), round_trip_ms, pass, waits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(pairs: &[(&'static str, &str)]) -> Claim {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        Claim::of(&headers)
    }

    #[test]
    fn what_a_page_says_is_read_in_any_language() {
        let header = "%7B%22name%22%3A%22%E5%BC%A0%E4%BC%9F%22%2C%22browser%22%3A%22Firefox%22%2C%22round_trip_ms%22%3A12%2C%22pass%22%3Anull%7D";
        let read = claim(&[("heliograph-guest", header)]);
        assert_eq!((read.name.as_str(), read.browser.as_str()), ("张伟", "Firefox"));
        assert_eq!((read.round_trip_ms, read.pass), (Some(12), None));
    }

    #[test]
    fn nonsense_makes_a_guest_without_a_name() {
        let long = "a".repeat(HEADER_BYTES_MAX + 1);
        for header in ["", "nonsense", "%7B%22name%22%3A5%7D", "%ff%fe", long.as_str()] {
            let read = claim(&[("heliograph-guest", header), ("user-agent", "GStreamer souphttpsrc")]);
            assert_eq!((read.name.as_str(), read.browser.as_str()), ("", "GStreamer souphttpsrc"), "{header}");
        }
    }
}
