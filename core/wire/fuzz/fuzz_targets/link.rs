//! Lines of the link, from either side: decoding never panics, and what is decoded means the same after another encoding.
#![no_main]

mod survives;

use heliograph_wire::{FromSidecar, Origin, ToSidecar};
use libfuzzer_sys::fuzz_target;
use survives::survives;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = serde_json::from_slice::<ToSidecar>(bytes) {
        survives(&message);
        match message {
            ToSidecar::Start { allow_embed: origins, .. } | ToSidecar::Reachable { origins } => {
                for origin in origins {
                    assert_eq!(origin.as_str().parse::<Origin>().as_ref(), Ok(&origin));
                    assert!(!origin.host().is_empty() && origin.as_str().ends_with(origin.host()));
                }
            }
            _ => {}
        }
    }
    if let Ok(message) = serde_json::from_slice::<FromSidecar>(bytes) {
        survives(&message);
    }
});
