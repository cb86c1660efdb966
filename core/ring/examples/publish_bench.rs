//! What publishing a frame costs, against a plain memcpy of the same bytes.
//!
//!     cargo run --release -p heliograph-ring --example publish_bench
//!
//! For each size it copies and publishes by turns, so that both see the same machine, and prints one JSON object a
//! line: the ratio of the medians, and the medians and the slowest in microseconds. `ratio` is of elapsed time and
//! `cpu_ratio` of the thread's own processor time, which other work on a loaded machine disturbs less. The memcpy goes
//! to plain memory that was touched before, through as many buffers in turn as the ring has slots in use, so that both
//! find the same caches. With the argument `--reader` another process takes the frames meanwhile.

use heliograph_ring::{FrameStamp, HostRing, attach, create, monotonic_us};
use rustix::time::{ClockId, Timespec, clock_gettime};
use std::error::Error;
use std::io::Write;
use std::process::Command;
use std::time::Instant;

const SIZES: [(&str, u32, u32); 3] = [("720p", 1280, 720), ("1080p", 1920, 1080), ("4K", 3840, 2160)];
/// Bytes to publish for each size; a turn is one copy and one publish of a frame.
const BYTES: usize = 4_000_000_000;
/// Turns before the clock counts, so that every page is there.
const WARM_UP: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    if let [Some("take"), Some(pixels), Some(control)] =
        [1, 2, 3].map(|at| std::env::args().nth(at)).each_ref().map(Option::as_deref)
    {
        return take_frames([pixels.parse()?, control.parse()?]);
    }
    let with_reader = std::env::args().any(|argument| argument == "--reader");
    for (name, width, height) in SIZES {
        let line = measure(name, width, height, with_reader)?;
        writeln!(std::io::stdout(), "{line}")?;
    }
    Ok(())
}

fn measure(name: &str, width: u32, height: u32, with_reader: bool) -> Result<String, Box<dyn Error>> {
    let HostRing { mut frames, handles, .. } = create(width, height)?;
    let mut reader = None;
    if with_reader {
        let mut command = Command::new(std::env::current_exe()?);
        let numbers = handles.pass_to(&mut command);
        reader = Some(command.arg("take").args(numbers.map(|number| number.to_string())).spawn()?);
    }
    let stride_bytes = width as usize * 4;
    let rgba: Vec<u8> = (0..stride_bytes * height as usize).map(|at| (at * 31) as u8).collect();
    let mut targets = vec![vec![1_u8; rgba.len()]; if with_reader { 3 } else { 2 }];
    let (mut copies, mut publishes) = (Vec::new(), Vec::new());
    for turn in 0..WARM_UP + BYTES / rgba.len() {
        let targets_count = targets.len();
        let target = &mut targets[turn % targets_count];
        let start = Clocks::now();
        target.copy_from_slice(&rgba);
        let copied = start.elapsed();
        std::hint::black_box(target);

        let sequence = turn as u64;
        let stamp = FrameStamp { width, height, sequence, drawn_us: monotonic_us(), ..FrameStamp::default() };
        let start = Clocks::now();
        frames.publish(&stamp, &rgba, stride_bytes)?;
        let published = start.elapsed();
        if turn >= WARM_UP {
            copies.push(copied);
            publishes.push(published);
        }
    }
    if let Some(mut reader) = reader {
        reader.kill()?;
        reader.wait()?;
    }
    let (copy, publish) = (Medians::of(&copies), Medians::of(&publishes));
    Ok(format!(
        "{{\"bench\":\"publish\",\"size\":\"{name}\",\"reader\":{with_reader},\"ratio\":{:.3},\"cpu_ratio\":{:.3},\
         \"memcpy_us\":{:.1},\"publish_us\":{:.1},\"slowest_memcpy_us\":{:.1},\"slowest_publish_us\":{:.1},\
         \"replaced\":{}}}",
        publish.elapsed_us / copy.elapsed_us,
        publish.cpu_us / copy.cpu_us,
        copy.elapsed_us,
        publish.elapsed_us,
        copy.slowest_us,
        publish.slowest_us,
        frames.stats().replaced,
    ))
}

/// Elapsed time and this thread's processor time.
struct Clocks(Instant, Timespec);

impl Clocks {
    fn now() -> Clocks {
        Clocks(Instant::now(), clock_gettime(ClockId::ThreadCPUTime))
    }

    /// Both in microseconds.
    fn elapsed(&self) -> [f64; 2] {
        let cpu = clock_gettime(ClockId::ThreadCPUTime);
        let cpu_ns = (cpu.tv_sec - self.1.tv_sec) * 1_000_000_000 + cpu.tv_nsec - self.1.tv_nsec;
        [self.0.elapsed().as_secs_f64() * 1e6, cpu_ns as f64 / 1e3]
    }
}

struct Medians {
    elapsed_us: f64,
    cpu_us: f64,
    slowest_us: f64,
}

impl Medians {
    fn of(times: &[[f64; 2]]) -> Medians {
        let sorted = |clock: usize| {
            let mut times: Vec<f64> = times.iter().map(|time| time[clock]).collect();
            times.sort_by(f64::total_cmp);
            times
        };
        let (elapsed, cpu) = (sorted(0), sorted(1));
        let middle = elapsed.len() / 2;
        Medians { elapsed_us: elapsed[middle], cpu_us: cpu[middle], slowest_us: elapsed[elapsed.len() - 1] }
    }
}

/// The other process: takes frames until it is killed, as an encoder would.
fn take_frames(handles: [i32; 2]) -> Result<(), Box<dyn Error>> {
    let mut frames = attach(handles)?.frames;
    loop {
        frames.wait(1);
        if let Some(frame) = frames.take() {
            std::hint::black_box(frame.rgba.iter().step_by(64).map(|&byte| u64::from(byte)).sum::<u64>());
        }
    }
}
