//! What a page sends with `POST /whep`: an offer, up to the answer that webrtc makes of it, and the header
//! `Heliograph-Guest`. Each is answered or refused with a sentence.
#![no_main]

use heliograph_stream::fuzzing::{answer, arrival};
use libfuzzer_sys::fuzz_target;

/// As `http/claim.rs` has it: nothing of a longer header is looked at.
const HEADER_BYTES_MAX: usize = 2_048;

fuzz_target!(|bytes: &[u8]| {
    if let Some(arrival) = arrival(bytes, b"Firefox") {
        let pass = arrival.pass.unwrap_or_default();
        assert!(arrival.name.len() + arrival.browser.len() + pass.len() <= HEADER_BYTES_MAX + "Firefox".len());
    }
    if let Some(arrival) = arrival(b"", bytes) {
        assert!(arrival.name.is_empty() && arrival.browser.chars().count() <= 60);
    }
    match answer(bytes) {
        Ok((sdp, code)) => assert!(sdp.starts_with("v=0") && code.is_none_or(|code| code.len() == 19)),
        Err(sentence) => assert!(!sentence.is_empty()),
    }
});
