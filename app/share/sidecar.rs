//! One run of the sidecar process: its pipes, its shared memory and the threads that serve them.

use super::supervisor::ToSupervisor;
use crate::engine::{EngineHandle, ToEngine};
use heliograph_ring::{FrameWriter, HostRing, InputReader, PulseMonitor};
use heliograph_wire::{FromSidecar, Ticketed, ToSidecar};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};

/// The largest picture that is mirrored.
pub(super) const MAX_WIDTH: u32 = 3840;
/// The largest picture that is mirrored.
pub(super) const MAX_HEIGHT: u32 = 2160;

/// Lines that may wait for the sidecar's stdin. They are rare; a sidecar that leaves so many unread is being replaced.
const MAX_LINES: usize = 64;
/// A line of the sidecar that is longer than this is not one of ours.
const MAX_LINE_BYTES: u64 = 1 << 20;

/// What of the environment the sidecar needs: its log, and where the libraries are that it is linked to.
const KEPT_VARIABLES: [&str; 4] = ["HELIOGRAPH_LOG", "RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "LD_LIBRARY_PATH"];

/// A running sidecar. Dropping it kills the process if it still runs and ends its threads.
pub(super) struct Sidecar {
    child: Child,
    lines: Option<SyncSender<ToSidecar>>,
    pulse: PulseMonitor,
    input_ended: Arc<AtomicBool>,
    input_waker: heliograph_ring::Waker,
    /// The shared memory's descriptors as the child sees them.
    pub(super) ring_fds: [i32; 2],
}

impl Sidecar {
    /// Starts the process. Lines that it says arrive as [`ToSupervisor::Line`] with this `run`, and its end as
    /// [`ToSupervisor::EndOfLines`]; inputs go straight to the engine. Returns the frame ring's writing end, too.
    pub(super) fn start(
        run: u32,
        engine: &EngineHandle,
        supervisor: SyncSender<ToSupervisor>,
    ) -> anyhow::Result<(Sidecar, FrameWriter)> {
        let HostRing { frames, inputs, pulse, handles } = heliograph_ring::create(MAX_WIDTH, MAX_HEIGHT)?;
        // /proc/self/exe is this very build, even when the file on disk has been replaced or removed since.
        let mut command = Command::new("/proc/self/exe");
        command.arg("sidecar").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        // The rest of the environment holds what is none of its business, e.g. the tunnel's account.
        command.env_clear().envs(KEPT_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        // One malloc arena: with one per thread, the memory of viewers who left stays scattered over all of them.
        command.env("MALLOC_ARENA_MAX", "1");
        let ring_fds = handles.pass_to(&mut command);
        let mut child = command.spawn()?;
        drop(handles);
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            anyhow::bail!("the streaming process has no pipes");
        };
        let input_ended = Arc::new(AtomicBool::new(false));
        let input_waker = inputs.waker();
        let (lines, to_write) = mpsc::sync_channel(MAX_LINES);
        let threads = spawn("sidecar-lines", move || read_lines(run, stdout, &supervisor))
            .and_then(|()| spawn("sidecar-stdin", move || write_lines(stdin, &to_write)))
            .and_then(|()| {
                let (engine, ended) = (engine.clone(), input_ended.clone());
                spawn("sidecar-input", move || forward_inputs(inputs, &engine, &ended))
            });
        let sidecar = Sidecar { child, lines: Some(lines), pulse, input_ended, input_waker, ring_fds };
        threads?;
        Ok((sidecar, frames))
    }

    /// Sends a line without waiting; false when the sidecar has left so many unread that it must be replaced.
    pub(super) fn say(&self, line: ToSidecar) -> bool {
        self.lines.as_ref().is_some_and(|lines| lines.try_send(line).is_ok())
    }

    /// Closes its stdin, which tells it to exit.
    pub(super) fn close_stdin(&mut self) {
        self.lines = None;
    }

    /// How often its heart has beaten.
    pub(super) fn beats(&self) -> u64 {
        self.pulse.beats()
    }

    /// Whether it has work and gets nothing to do it with.
    pub(super) fn is_starved(&self) -> bool {
        waits_for_the_machine(self.pid())
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process has ended, and how, e.g. `exit status: 1`.
    pub(super) fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.lines = None;
        self.input_ended.store(true, Ordering::Release);
        self.input_waker.wake();
        let _ = self.child.kill();
        // A killed process is gone within microseconds, whatever it was doing.
        let _ = self.child.wait();
    }
}

/// Whether a thread of a process waits for a processor or for the disk, rather than for something to happen: states R and D of
/// proc_pid_stat(5). False where that cannot be read.
fn waits_for_the_machine(pid: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    threads.flatten().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The name before it stands in brackets, and may hold some itself.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['R', 'D']))
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.into()).spawn(work).map(drop)
}

fn read_lines(run: u32, stdout: ChildStdout, supervisor: &SyncSender<ToSupervisor>) {
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = std::io::Read::take(&mut reader, MAX_LINE_BYTES).read_until(b'\n', &mut line);
        if !matches!(read, Ok(1..)) {
            break;
        }
        match serde_json::from_slice::<FromSidecar>(&line) {
            Ok(message) => {
                if supervisor.send(ToSupervisor::Line { run, message }).is_err() {
                    return;
                }
            }
            Err(error) => tracing::warn!(%error, "the streaming process said something unknown"),
        }
    }
    let _ = supervisor.send(ToSupervisor::EndOfLines { run });
}

fn write_lines(mut stdin: ChildStdin, lines: &Receiver<ToSidecar>) {
    while let Ok(line) = lines.recv() {
        let Ok(mut text) = serde_json::to_vec(&line) else { continue };
        text.push(b'\n');
        if stdin.write_all(&text).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn forward_inputs(mut inputs: InputReader, engine: &EngineHandle, ended: &AtomicBool) {
    while !ended.load(Ordering::Acquire) {
        inputs.wait(1);
        while let Some(bytes) = inputs.next() {
            match serde_json::from_slice::<Ticketed>(bytes) {
                Ok(ticketed) => engine.send(ToEngine::Guest(ticketed)),
                Err(error) => tracing::warn!(%error, "an input in the ring is not one of ours"),
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// Waits until it is so, and says whether it came to that.
    fn becomes(pid: u32, waits: bool) -> bool {
        let until = Instant::now() + Duration::from_secs(30);
        while waits_for_the_machine(pid) != waits {
            if Instant::now() > until {
                return false;
            }
            std::thread::yield_now();
        }
        true
    }

    /// Ended with the test, however that ends.
    struct Started(Child);

    impl Started {
        fn new(command: &[&str]) -> Started {
            let mut started = Command::new(command[0]);
            Started(
                started
                    .args(&command[1..])
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap(),
            )
        }
    }

    impl Drop for Started {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    #[test]
    fn who_has_work_is_told_from_who_waits_or_is_stopped() {
        let works = Started::new(&["sh", "-c", "while :; do :; done"]);
        let waits = Started::new(&["sleep", "600"]);
        assert!(becomes(works.0.id(), true), "it works");
        assert!(becomes(waits.0.id(), false), "it waits");
        assert!(Command::new("kill").args(["-STOP", &works.0.id().to_string()]).status().unwrap().success());
        assert!(becomes(works.0.id(), false), "stopped, it waits for nothing");
    }
}
