//! What the child processes do.

use crate::child::{self, on_end, say};
use crate::pattern::{MAX_SIZE, Random, fill, is_whole, stamp};
use heliograph_ring::{Coalesce, FrameReader, InputWriter, PeerRing, attach, create};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often the corrupting sidecar writes where it should not.
pub(crate) const CORRUPTIONS: u64 = 100_000;
/// What the corrupting sidecar sends again and again when it has come to its senses.
pub(crate) const SANE_AGAIN: &[u8] = b"sane again";

pub(crate) fn play(role: &str) {
    match role {
        "verify" => verify(),
        "echo" => echo(),
        "corrupt" => corrupt(),
        "look" => look(),
        "app" => app(),
        "outlive" => outlive(),
        other => panic!("no role {other}"),
    }
}

/// A flag that becomes true when the parent closes the input, and ends a wait for frames then.
fn ending(frames: &FrameReader) -> Arc<AtomicBool> {
    let (flag, waker) = (Arc::new(AtomicBool::new(false)), frames.waker());
    let set = Arc::clone(&flag);
    on_end(move || {
        set.store(true, Ordering::Release);
        waker.wake();
    });
    flag
}

/// Checks each word of each frame, and sends numbered inputs all the while.
fn verify() {
    let PeerRing { mut frames, inputs, pulse } = attach(child::handles()).unwrap();
    let end = ending(&frames);
    let pusher = {
        let end = Arc::clone(&end);
        std::thread::spawn(move || push_numbers(inputs, &end))
    };
    let (mut taken, mut torn, mut disordered, mut last) = (0_u64, 0_u64, 0_u64, 0);
    while !end.load(Ordering::Acquire) {
        frames.wait(1);
        if let Some(frame) = frames.take() {
            taken += 1;
            torn += u64::from(!is_whole(&frame));
            disordered += u64::from(frame.stamp.sequence <= last);
            last = frame.stamp.sequence;
        }
        pulse.beat();
    }
    let pushed = pusher.join().unwrap();
    assert_eq!(frames.stats().taken, taken);
    for (key, number) in [("taken", taken), ("torn", torn), ("disordered", disordered), ("pushed", pushed)] {
        say(format_args!("{key} {number}"));
    }
}

/// Pushes 1, 2, 3, … in bursts that overflow the ring now and then; returns the last number.
fn push_numbers(mut inputs: InputWriter, end: &AtomicBool) -> u64 {
    let (mut number, mut random) = (0_u64, Random(0x1A9B));
    while !end.load(Ordering::Acquire) {
        for _ in 0..random.next() % 400 {
            number += 1;
            inputs.push(&number.to_le_bytes(), Coalesce::Keep(0)).unwrap();
        }
        while inputs.flush() > 0 {
            std::thread::yield_now();
        }
        // The pace of a hand; nothing depends on it.
        std::thread::park_timeout(Duration::from_millis(random.next() % 8));
    }
    assert_eq!(inputs.stats().corrupt, 0);
    number
}

/// Says which frames it takes.
fn echo() {
    let mut frames = attach(child::handles()).unwrap().frames;
    let end = ending(&frames);
    while !end.load(Ordering::Acquire) {
        frames.wait(1);
        if let Some(frame) = frames.take() {
            assert!(is_whole(&frame));
            say(format_args!("took {}", frame.stamp.sequence));
        }
    }
}

/// Uses the ring while another of its threads overwrites random words of the control segment.
fn corrupt() {
    let [pixels, control] = child::handles();
    // SAFETY: the handle was inherited for us and is open until attach takes it over.
    let control_too = unsafe { std::os::fd::BorrowedFd::borrow_raw(control) }.try_clone_to_owned().unwrap();
    let PeerRing { mut frames, mut inputs, pulse } = attach([pixels, control]).unwrap();
    let rounds = AtomicU64::new(0);
    let seen = std::thread::scope(|scope| {
        let corrupter = scope.spawn(|| overwrite_words(&control_too, &rounds));
        let mut sum = 0_u64;
        while !corrupter.is_finished() {
            let round = rounds.fetch_add(1, Ordering::Relaxed);
            if round.is_multiple_of(4) {
                frames.wait(1);
            }
            // Each byte is touched: one outside the mapping would end this process.
            sum += frames.take().map_or(0, |frame| frame.rgba.iter().map(|&byte| u64::from(byte)).sum());
            sum += frames.latest().map_or(0, |frame| frame.rgba.len() as u64);
            let _ = inputs.push(&round.to_le_bytes(), Coalesce::Replace(1));
            pulse.beat();
        }
        sum
    });
    assert!(seen > 0);
    say(format_args!("corrupt {}", frames.stats().corrupt + inputs.stats().corrupt));
    // Nobody overwrites anything any more: the ring must heal by itself.
    let (mut whole, mut last) = (0, 0);
    while whole < 5 {
        frames.wait(1);
        let Some(frame) = frames.take() else { continue };
        let good = is_whole(&frame) && frame.stamp.sequence > last;
        (whole, last) = if good { (whole + 1, frame.stamp.sequence) } else { (0, 0) };
    }
    let end = ending(&frames);
    while !end.load(Ordering::Acquire) {
        inputs.push(SANE_AGAIN, Coalesce::Keep(1)).unwrap();
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// Writes 100,000 random words, most of them among the header, the atomics and the stamps.
fn overwrite_words(control: &std::os::fd::OwnedFd, rounds: &AtomicU64) {
    use rustix::mm::{MapFlags, ProtFlags, mmap};
    let bytes = rustix::fs::fstat(control).unwrap().st_size as usize;
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a fresh range chosen by the kernel.
    let base = unsafe { mmap(std::ptr::null_mut(), bytes, protection, MapFlags::SHARED, control, 0) }.unwrap();
    let mut random = Random(seed());
    for count in 0..CORRUPTIONS {
        let reach = if random.next() % 10 < 7 { 448 } else { bytes as u64 };
        let word = (random.next() % (reach / 4)) as usize;
        // SAFETY: within the mapping, aligned, and only ever accessed atomically by everyone.
        let word = unsafe { &*base.cast::<std::sync::atomic::AtomicU32>().add(word) };
        let value = match random.next() % 4 {
            0 => random.next() as u32,
            1 => (random.next() % 8) as u32,
            2 => u32::MAX - (random.next() % 4) as u32,
            _ => word.load(Ordering::Relaxed) ^ (1 << (random.next() % 32)),
        };
        word.store(value, Ordering::Relaxed);
        // Spread over the run of both sides: ten in each round of the reader.
        while rounds.load(Ordering::Relaxed) * 10 < count {
            std::thread::yield_now();
        }
    }
}

/// The corruptions' seed: another one with `HELIOGRAPH_RING_TEST_SEED`.
pub(crate) fn seed() -> u64 {
    std::env::var("HELIOGRAPH_RING_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0xC0_44_07)
}

/// Says what it has inherited and what it may do with it.
fn look() {
    say(format_args!("rings {}", crate::ring_handles_open()));
    if std::env::var("HELIOGRAPH_RING_TEST_HANDLES").is_err() {
        return;
    }
    use rustix::mm::{MapFlags, ProtFlags, mmap};
    // SAFETY: the handle was inherited for us and stays open.
    let pixels = unsafe { std::os::fd::BorrowedFd::borrow_raw(child::handles()[0]) };
    for protection in [ProtFlags::READ, ProtFlags::READ | ProtFlags::WRITE] {
        // SAFETY: a fresh range chosen by the kernel.
        let mapped = unsafe { mmap(std::ptr::null_mut(), 4096, protection, MapFlags::SHARED, pixels, 0) };
        say(format_args!("mapped {:?}", mapped.err()));
    }
}

/// An app with a sidecar of its own, publishing until it is killed.
fn app() {
    let mut ring = create(MAX_SIZE.0, MAX_SIZE.1).unwrap();
    let sidecar = child::command("outlive", Some(&ring.handles)).spawn().unwrap();
    let mut rgba = Vec::new();
    for sequence in 1.. {
        let stamp = stamp(sequence);
        fill(&stamp, &mut rgba);
        ring.frames.publish(&stamp, &rgba, stamp.width as usize * 4).unwrap();
    }
    drop(sidecar);
}

/// A sidecar whose app is killed: its waits must still end, and its last frame stay whole.
fn outlive() {
    let mut frames = attach(child::handles()).unwrap().frames;
    let end = ending(&frames);
    let mut taken = 0;
    while !end.load(Ordering::Acquire) {
        frames.wait(1);
        if frames.take().is_some() {
            taken += 1;
            if taken == 20 {
                say("twenty frames taken");
            }
        }
    }
    let after = (0..3).filter(|_| frames.wait(1) && frames.take().is_some()).count();
    assert!(after <= 1, "only what was published before may come: {after}");
    assert!(is_whole(&frames.latest().unwrap()));
    say("the waits end and the last frame is whole");
}
