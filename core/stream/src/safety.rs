//! The safety code of a connection: both ends make it of both DTLS fingerprints (RFC 8122) and read it aloud. Whoever sits
//! between them has fingerprints of its own, so the codes differ. 80 bits in Crockford's base 32: to find two certificates
//! with one code takes some 2⁴⁰ tries. `web-viewer/core/safety.js` makes the same.

use ring::digest::{SHA256, digest};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Like `20C1-33F8-T015-9QJV`; `None` when an end names no fingerprint.
pub(crate) fn safety_code(host_sdp: &str, viewer_sdp: &str) -> Option<String> {
    let (host, viewer) = (fingerprint(host_sdp)?, fingerprint(viewer_sdp)?);
    let digest = digest(&SHA256, format!("heliograph safety code\n{host}\n{viewer}").as_bytes());
    let bits = digest.as_ref().iter().take(10).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut code = String::with_capacity(19);
    for place in 0..16 {
        if place % 4 == 0 && place > 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[(bits >> (75 - 5 * place)) as usize & 31]));
    }
    Some(code)
}

fn fingerprint(sdp: &str) -> Option<String> {
    let value = sdp.lines().find_map(|line| line.trim().strip_prefix("a=fingerprint:sha-256 "))?;
    Some(value.trim().to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_safety_code_is_the_one_that_the_page_makes() {
        let sdp = |fingerprint: &str| format!("v=0\r\na=fingerprint:sha-256 {fingerprint}\r\nm=video 9\r\n");
        // The same three values stand in web-viewer/tests/safety.test.js.
        let code = safety_code(&sdp("ab:cd:ef:01"), &sdp("12:34:56:78"));
        assert_eq!(code.as_deref(), Some("20C1-33F8-T015-9QJV"));
        assert_ne!(safety_code(&sdp("12:34:56:78"), &sdp("ab:cd:ef:01")), code);
        assert_eq!(safety_code("v=0\r\n", &sdp("12:34")), None);
    }
}
