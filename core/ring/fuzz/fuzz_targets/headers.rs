//! Both ends of a ring go about their work while somebody overwrites words of *control*: header, slots' word, stamps,
//! counts, bells, records. The bytes are the course of events. Nothing panics or leaves its memory, and what is handed
//! out keeps its bounds. When the overwriting has ended, the next frame is whole and inputs arrive again.
#![no_main]

use heliograph_ring::fuzzing::{Between, INPUTS_AT};
use heliograph_ring::{Coalesce, Frame, FrameStamp, POSE_WORDS, PeerRing, RECORD_BYTES_MAX};
use libfuzzer_sys::fuzz_target;

const WIDTH: u32 = 40;
const HEIGHT: u32 = 30;
/// What is published and sent: more than the largest frame needs, or the longest input has.
static PIXELS: [u8; 16_384] = [7; 16_384];
/// An input that says that all is well again.
const SANE: &[u8] = b"sane";
/// Exchanges within which it must arrive: the writer doubts a count twice, and the reader passes 256 records a call.
const EXCHANGES_MAX: usize = 64;

/// The course of events, read byte by byte.
struct Course<'a>(&'a [u8]);

impl Course<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn number(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    fn short(&mut self) -> Option<usize> {
        Some(usize::from(self.byte()?) | usize::from(self.byte()?) << 8)
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut ring = Between::new(WIDTH, HEIGHT).expect("this machine gives memory and threads");
    let mut course = Course(bytes);
    while event(&mut ring, &mut course).is_some() {}
    heals(&mut ring);
});

/// One event; `None` at the end of the course.
fn event(ring: &mut Between, course: &mut Course<'_>) -> Option<()> {
    match course.byte()? % 16 {
        // Most of the overwriting is where everyone looks.
        0..=2 => {
            let (place, value) = (usize::from(course.byte()?) % INPUTS_AT, course.number()?);
            ring.overwrite(place, |_| value);
        }
        3 => {
            let (place, bits) = (usize::from(course.byte()?) % INPUTS_AT, course.byte()?);
            ring.overwrite(place, |word| word.wrapping_add_signed(i32::from(bits as i8)));
        }
        4 => {
            let (slot, word, value) = (usize::from(course.byte()?), usize::from(course.byte()?), course.number()?);
            // Number and length are the first four words of each record.
            ring.overwrite(INPUTS_AT + slot * (4 + RECORD_BYTES_MAX / 4) + word % 8, |_| value);
        }
        5 => {
            let (place, value) = (course.short()? << 1 | 1, course.number()?);
            ring.overwrite(place, |_| value);
        }
        6 | 7 => {
            let [width, height, padding] = [course.byte()?, course.byte()?, course.byte()?];
            let stamp = FrameStamp { width: width.into(), height: height.into(), ..Default::default() };
            let stride_bytes = usize::from(width) * 4 + usize::from(padding);
            let outcome = ring.host.frames.publish(&stamp, &PIXELS, stride_bytes);
            let fits = (1..=WIDTH).contains(&stamp.width) && (1..=HEIGHT).contains(&stamp.height);
            assert!(fits || outcome.is_err());
        }
        8 => look(ring.peer.frames.take()),
        9 => look(ring.peer.frames.latest()),
        10 => {
            let (length, kind) = (course.short()? % (RECORD_BYTES_MAX + 2), course.byte()?);
            let key = u32::from(kind >> 1) % 3;
            let coalesce = if kind & 1 == 0 { Coalesce::Keep(key) } else { Coalesce::Replace(key) };
            let outcome = ring.peer.inputs.push(&PIXELS[..length], coalesce);
            assert!(length <= RECORD_BYTES_MAX || outcome.is_err());
        }
        11 => {
            // Many at once, so that the ring fills.
            for _ in 0..course.byte()? {
                let _ = ring.peer.inputs.push(b"press", Coalesce::Keep(0));
            }
        }
        12 => {
            for _ in 0..course.byte()? {
                match ring.host.inputs.next() {
                    Some(record) => assert!(record.len() <= RECORD_BYTES_MAX),
                    None => break,
                }
            }
        }
        13 => {
            let _ = (ring.host.inputs.wait(0), ring.peer.frames.wait(0), ring.peer.inputs.flush());
        }
        14 => {
            ring.peer.pulse.beat();
            let _ = (ring.host.pulse.beats(), ring.host.inputs.stats(), ring.host.frames.stats());
            let _ = (ring.peer.inputs.stats(), ring.peer.frames.stats());
        }
        // A sidecar that comes to this. Errors are sentences.
        _ => match ring.join() {
            Ok(PeerRing { mut frames, mut inputs, pulse }) => {
                look(frames.take());
                let _ = (inputs.push(b"another", Coalesce::Keep(9)), frames.wait(0));
                pulse.beat();
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        },
    }
    Some(())
}

/// Reads all of a frame, which must be within bounds.
fn look(frame: Option<Frame<'_>>) {
    let Some(frame) = frame else { return };
    assert!(frame.stamp.width <= WIDTH && frame.stamp.height <= HEIGHT);
    assert_eq!(frame.rgba.len(), frame.stride_bytes * frame.stamp.height as usize);
    assert!(frame.rgba.iter().all(|byte| [0, 7, 9].contains(byte)));
}

/// Nobody overwrites any more.
fn heals(ring: &mut Between) {
    let pose = [3; POSE_WORDS];
    let stamp = FrameStamp { width: WIDTH, height: HEIGHT, sequence: 99, drawn_us: 1, applied_ticket: 2, pose };
    let picture = [9; (WIDTH * HEIGHT * 4) as usize];
    ring.host.frames.publish(&stamp, &picture, WIDTH as usize * 4).expect("it fits");
    let frame = ring.peer.frames.take().expect("a frame that was just published is there");
    assert!(frame.stamp == stamp && frame.rgba == picture);

    for _ in 0..EXCHANGES_MAX {
        let _ = ring.peer.inputs.push(SANE, Coalesce::Keep(7));
        let _ = ring.host.inputs.wait(0);
        while let Some(record) = ring.host.inputs.next() {
            if record == SANE {
                return;
            }
        }
    }
    panic!("no input arrives any more: {:?} {:?}", ring.host.inputs.stats(), ring.peer.inputs.stats());
}
