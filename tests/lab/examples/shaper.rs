//! Carries IP packets between two TUN devices as a slow, long, lossy or broken line would.
//!
//!     shaper FIRST SECOND SEED
//!
//! It makes the two devices and prints `{"ready":true}`; whoever started it then moves them into their namespaces and gives
//! them addresses. Each line on stdin is a wish, each answered by one JSON line on stdout:
//!
//!     forth rate=3000,queue=200     from FIRST to SECOND
//!     back  loss=5                  from SECOND to FIRST
//!     both  delay=30                either way
//!     report                        what either way did since the last report
//!
//! The end of stdin ends it, and its devices with it. Kernels without `tc netem` need it, and what it did is known packet by
//! packet.

use heliograph_lab::Direction;
use std::error::Error;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use tappers::{Interface, Tun};

/// More than a TUN device's own queue holds; then its reader waits, and the kernel drops.
const WAITING_MAX: usize = 4096;
const PACKET_MAX: usize = 65_536;

enum Happening {
    Packet { is_forth: bool, packet: Vec<u8> },
    Wish(String),
    End,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, second, seed] = arguments.as_slice() else { return Err("usage: shaper FIRST SECOND SEED".into()) };
    let seed: u64 = seed.parse()?;
    let first = Arc::new(Tun::new_named(Interface::new(first)?)?);
    let second = Arc::new(Tun::new_named(Interface::new(second)?)?);
    let (happens, happening) = sync_channel(WAITING_MAX);
    for (device, is_forth) in [(&first, true), (&second, false)] {
        let (device, happens) = (Arc::clone(device), happens.clone());
        std::thread::spawn(move || read_device(&device, is_forth, &happens));
    }
    std::thread::spawn(move || read_wishes(&happens));
    say(r#"{"ready":true}"#);
    carry(&happening, &[&second, &first], seed);
    Ok(())
}

fn read_device(device: &Tun, is_forth: bool, happens: &SyncSender<Happening>) {
    let mut buffer = vec![0; PACKET_MAX];
    loop {
        match device.recv(&mut buffer) {
            Ok(length) => {
                let packet = Happening::Packet { is_forth, packet: buffer[..length].to_vec() };
                if happens.send(packet).is_err() {
                    return;
                }
            }
            // It is down until it has been moved and given its address; nobody tells when it is up.
            #[allow(clippy::disallowed_methods, reason = "nobody tells when the device is up")]
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn read_wishes(happens: &SyncSender<Happening>) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        if happens.send(Happening::Wish(line)).is_err() {
            return;
        }
    }
    let _ = happens.send(Happening::End);
}

/// Until stdin ends. `ways`: where the packets of each direction come out.
fn carry(happening: &Receiver<Happening>, ways: &[&Tun; 2], seed: u64) {
    let began = Instant::now();
    let mut directions = [Direction::new(seed, began), Direction::new(seed.wrapping_add(1), began)];
    loop {
        let now = Instant::now();
        for (direction, device) in directions.iter_mut().zip(ways) {
            while let Some(packet) = direction.pop(now) {
                // A device that is down loses it, as a cable that is pulled would.
                let _ = device.send(&packet);
            }
        }
        let next = directions.iter().filter_map(Direction::next_at).min();
        let wait = next.map_or(Duration::from_secs(1), |at| at.saturating_duration_since(Instant::now()));
        match happening.recv_timeout(wait) {
            Ok(Happening::Packet { is_forth, packet }) => {
                directions[usize::from(!is_forth)].push(packet, Instant::now());
            }
            Ok(Happening::Wish(line)) => say(&answer(&mut directions, &line, began)),
            Ok(Happening::End) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn answer([forth, back]: &mut [Direction; 2], line: &str, began: Instant) -> String {
    let (which, profile) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let changed = match which {
        "report" => {
            let (forth, back) = (forth.report(), back.report());
            let at_ms = began.elapsed().as_millis() as u64;
            return serde_json::json!({ "at_ms": at_ms, "forth": forth, "back": back }).to_string();
        }
        "forth" => forth.profile_mut().change(profile),
        "back" => back.profile_mut().change(profile),
        "both" => forth.profile_mut().change(profile).and_then(|()| back.profile_mut().change(profile)),
        _ => {
            return serde_json::json!({ "error": format!("`{which}` is none of forth, back, both, report") })
                .to_string();
        }
    };
    match changed {
        Ok(()) => serde_json::json!({ "at_ms": began.elapsed().as_millis() as u64 }).to_string(),
        Err(error) => serde_json::json!({ "error": error.to_string() }).to_string(),
    }
}

/// Whoever started it may have gone: then stdin ends as well.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
