//! The ring between real processes: stress, death, standstill and corruption.
#![allow(clippy::unwrap_used, clippy::panic)]

mod child;
mod pattern;
mod sidecar;

use child::start;
use heliograph_ring::{FrameWriter, HostRing, InputReader, create};
use pattern::{MAX_SIZE, fill, stamp};
use rustix::process::{Pid, Signal, WaitOptions};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// What the stress lasts: long enough for some ten thousand frames on a slow machine.
const STRESS: Duration = Duration::from_secs(20);

/// How the system names a ring's memory in lists of handles and mappings.
const MEMORY: &str = "memfd:heliograph";

/// One scenario at a time: they count this process's handles, and time their publishing.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Open handles of this process that are a ring's memory.
fn ring_handles_open() -> usize {
    let handles = std::fs::read_dir("/proc/self/fd").unwrap();
    let targets = handles.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
    targets.filter(|target| target.to_string_lossy().contains(MEMORY)).count()
}

fn assert_nothing_is_left() {
    assert_eq!(ring_handles_open(), 0, "handles are left open");
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    assert!(!maps.contains(MEMORY), "memory is left mapped:\n{maps}");
    let names = std::fs::read_dir("/dev/shm").map(|names| names.filter_map(Result::ok).map(|entry| entry.file_name()));
    let left =
        names.map_or(0, |mut names| usize::from(names.any(|name| name.to_string_lossy().contains("heliograph"))));
    assert_eq!(left, 0, "a name is left in /dev/shm");
}

/// Publishes patterned frames and remembers the slowest.
struct Publisher {
    frames: FrameWriter,
    sequence: u64,
    rgba: Vec<u8>,
    slowest: Duration,
}

impl Publisher {
    fn new(frames: FrameWriter) -> Publisher {
        Publisher { frames, sequence: 0, rgba: Vec::new(), slowest: Duration::ZERO }
    }

    fn publish(&mut self) {
        self.sequence += 1;
        let stamp = stamp(self.sequence);
        fill(&stamp, &mut self.rgba);
        let start = Instant::now();
        self.frames.publish(&stamp, &self.rgba, stamp.width as usize * 4).unwrap();
        self.slowest = self.slowest.max(start.elapsed());
    }
}

/// Says a figure that no assertion depends on.
fn report(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Reads numbered inputs until `end`, and then what is left; returns the last number.
fn read_numbers(inputs: &mut InputReader, end: &AtomicBool) -> u64 {
    let mut last = 0;
    loop {
        let ended = end.load(Ordering::Acquire);
        inputs.wait(1);
        while let Some(bytes) = inputs.next() {
            let number = u64::from_le_bytes(bytes.try_into().unwrap());
            assert_eq!(number, last + 1, "an input was lost, doubled or overtaken");
            last = number;
        }
        if ended {
            return last;
        }
    }
}

#[test]
fn for_twenty_seconds_no_frame_is_torn_or_out_of_order_and_no_input_is_lost() {
    let _alone = alone();
    let HostRing { frames, mut inputs, pulse, handles } = create(MAX_SIZE.0, MAX_SIZE.1).unwrap();
    let mut sidecar = start("verify", Some(&handles));
    let (end, waker) = (AtomicBool::new(false), inputs.waker());
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_numbers(&mut inputs, &end));
        let mut publisher = Publisher::new(frames);
        let start = Instant::now();
        while start.elapsed() < STRESS {
            publisher.publish();
        }
        sidecar.ask_to_end();
        let [taken, torn, disordered, pushed] =
            ["taken", "torn", "disordered", "pushed"].map(|key| sidecar.number(key));
        end.store(true, Ordering::Release);
        waker.wake();
        let read = reader.join().unwrap();
        let stats = publisher.frames.stats();
        report(format_args!(
            "stress: {} published, {taken} taken, {torn} torn, {disordered} out of order, {read} of {pushed} inputs, \
             slowest publish {:?}",
            stats.published, publisher.slowest
        ));
        assert_eq!((torn, disordered), (0, 0));
        assert!(taken > 0 && taken <= stats.published);
        // At most one frame is neither taken nor replaced: the last.
        assert!((0..=1).contains(&(stats.published - taken - stats.replaced)), "{stats:?}, {taken} taken");
        assert_eq!(stats.corrupt, 0);
        assert_eq!(read, pushed);
        assert!(pulse.beats() >= taken);
    });
}

#[test]
fn a_killed_sidecar_neither_slows_nor_fails_the_app_and_leaves_nothing_behind() {
    let _alone = alone();
    for _ in 0..3 {
        let ring = create(MAX_SIZE.0, MAX_SIZE.1).unwrap();
        let mut sidecar = start("echo", Some(&ring.handles));
        let mut publisher = Publisher::new(ring.frames);
        while publisher.frames.stats().replaced + 20 > publisher.sequence {
            publisher.publish();
        }
        sidecar.signal(Signal::KILL);
        sidecar.process.wait().unwrap();
        let before = std::mem::take(&mut publisher.slowest);
        (0..500).for_each(|_| publisher.publish());
        report(format_args!("killed: slowest publish {:?}, {before:?} before", publisher.slowest));
        assert!(!ring.inputs.wait(1), "nobody is there to send an input");
        drop((ring.inputs, ring.pulse, ring.handles, publisher));
        assert_nothing_is_left();
    }
}

#[test]
fn a_stopped_sidecar_does_not_slow_the_app_and_gets_the_newest_frame_when_it_goes_on() {
    let _alone = alone();
    let ring = create(MAX_SIZE.0, MAX_SIZE.1).unwrap();
    let sidecar = start("echo", Some(&ring.handles));
    let mut publisher = Publisher::new(ring.frames);
    publisher.publish();
    assert_eq!(sidecar.number("took"), 1);

    sidecar.signal(Signal::STOP);
    let pid = Pid::from_child(&sidecar.process);
    let (_, status) = rustix::process::waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped());
    publisher.slowest = Duration::ZERO;
    (0..1000).for_each(|_| publisher.publish());
    report(format_args!("stopped: slowest of 1000 publishes {:?}", publisher.slowest));
    assert_eq!(publisher.frames.stats().replaced, 999);

    sidecar.signal(Signal::CONT);
    assert_eq!(sidecar.number("took"), 1001, "the newest, and none of those in between");
}

#[test]
fn a_killed_app_does_not_hang_the_sidecar() {
    let _alone = alone();
    let app = start("app", None);
    assert_eq!(app.line(), "twenty frames taken");
    app.signal(Signal::KILL);
    assert_eq!(app.line(), "the waits end and the last frame is whole");
}

#[test]
fn only_the_sidecar_inherits_the_ring_and_it_cannot_write_the_pixels() {
    let _alone = alone();
    let ring = create(64, 64).unwrap();
    let sidecar = start("look", Some(&ring.handles));
    assert_eq!(sidecar.number("rings"), 2);
    assert_eq!(sidecar.line(), "mapped None");
    assert_eq!(sidecar.line(), format!("mapped {:?}", Some(rustix::io::Errno::ACCESS)));
    let other = start("look", None);
    assert_eq!(other.number("rings"), 0);
}

/// Reads whatever comes until the sidecar says that it is sane again.
fn read_until_sane(inputs: &mut InputReader, sane: &AtomicBool) {
    while !sane.load(Ordering::Acquire) {
        inputs.wait(1);
        while let Some(bytes) = inputs.next() {
            if bytes == sidecar::SANE_AGAIN {
                return sane.store(true, Ordering::Release);
            }
        }
    }
}

#[test]
fn a_hundred_thousand_corruptions_by_the_sidecar_harm_nobody_and_the_ring_heals() {
    let _alone = alone();
    let seed = sidecar::seed();
    let HostRing { frames, mut inputs, handles, .. } = create(MAX_SIZE.0, MAX_SIZE.1).unwrap();
    let mut sidecar = start("corrupt", Some(&handles));
    let (sane, start) = (AtomicBool::new(false), Instant::now());
    let mut publisher = Publisher::new(frames);
    std::thread::scope(|scope| {
        scope.spawn(|| read_until_sane(&mut inputs, &sane));
        while !sane.load(Ordering::Acquire) {
            publisher.publish();
            let fault = match sidecar.process.try_wait().unwrap() {
                Some(status) => Some(format!("the sidecar died: {status}")),
                None => (start.elapsed() > child::HANG).then(|| "the ring does not heal".to_owned()),
            };
            if let Some(fault) = fault {
                sane.store(true, Ordering::Release); // ends the other thread
                panic!("seed {seed:#x}: {fault}");
            }
        }
    });
    let (corrupt, stats) = (sidecar.number("corrupt"), publisher.frames.stats());
    report(format_args!(
        "corrupted {} times (seed {seed:#x}): the frames' writer noticed {} in {} publishes, the inputs' reader lost {:?}, \
         the sidecar itself noticed {corrupt}",
        sidecar::CORRUPTIONS,
        stats.corrupt,
        stats.published,
        inputs.stats(),
    ));
    assert!(stats.corrupt + corrupt > 0, "seed {seed:#x}: the corruptions hit nothing");
    sidecar.ask_to_end();
    assert!(sidecar.process.wait().unwrap().success());
}

#[test]
#[ignore = "the other process of the scenarios above"]
fn a_child_process() {
    if let Some(role) = child::role() {
        sidecar::play(&role);
    }
}
