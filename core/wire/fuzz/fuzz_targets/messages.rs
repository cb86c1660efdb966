//! What a browser sends: JSON on `control`, bytes on `pointer`. Neither decoding nor checking panics, and what passes the
//! check means the same after another encoding.
#![no_main]

mod survives;

use heliograph_wire::pointer::Message;
use heliograph_wire::room::{Ask, NAME_CHARS_MAX, clean_name};
use heliograph_wire::{FromViewer, Input, MAX_MESSAGE_BYTES};
use libfuzzer_sys::fuzz_target;
use survives::survives;

fuzz_target!(|bytes: &[u8]| {
    if let Some(message) = Message::decode(bytes) {
        let encoded = message.encode();
        assert_eq!(encoded.len(), bytes.len());
        // By its bytes, for a NaN is not itself.
        assert_eq!(Message::decode(&encoded).expect("what was encoded can be decoded").encode(), encoded);
        if let Message::Move { x, y, pinch, .. } = message {
            let is_checked = Input::Move { x, y, pinch }.check().is_ok();
            assert!(!is_checked || [x, y, pinch].iter().all(|number| number.is_finite()));
        }
    }
    if bytes.len() > MAX_MESSAGE_BYTES {
        return;
    }
    match serde_json::from_slice::<FromViewer>(bytes) {
        Ok(FromViewer::Input { seq, input }) => {
            // What fails the check may be infinite, and JSON has no word for that.
            if input.check().is_ok() {
                survives(&FromViewer::Input { seq, input });
            }
        }
        Ok(message) => {
            survives(&message);
            if let FromViewer::Ask { ask: Ask::Rename { name } } = message {
                let clean = clean_name(&name);
                assert!(clean.chars().count() <= NAME_CHARS_MAX && !clean.chars().any(char::is_control));
                assert_eq!(clean_name(&clean), clean);
            }
        }
        Err(_) => {}
    }
});
