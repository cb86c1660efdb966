//! Real processes out of this test's own executable: how they are started, and how they talk.

use heliograph_ring::RingHandles;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const ROLE: &str = "HELIOGRAPH_RING_TEST_ROLE";
const HANDLES: &str = "HELIOGRAPH_RING_TEST_HANDLES";
/// Marks our lines among those that the test harness prints.
const MARK: &str = "ring: ";
/// Only to turn a hang into a failure: nothing takes nearly as long.
pub(crate) const HANG: Duration = Duration::from_secs(120);

/// A started process; killed when dropped.
pub(crate) struct Peer {
    pub(crate) process: Child,
    lines: Receiver<String>,
}

/// The command that runs `role` of this executable with the ring's handles inherited.
pub(crate) fn command(role: &str, handles: Option<&RingHandles>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_child_process", "--ignored", "--nocapture", "--quiet"]);
    command.env(ROLE, role).stdin(Stdio::piped());
    if let Some(handles) = handles {
        let [pixels, control] = handles.pass_to(&mut command);
        command.env(HANDLES, format!("{pixels} {control}"));
    }
    command
}

/// Starts `role` and listens to what it says.
pub(crate) fn start(role: &str, handles: Option<&RingHandles>) -> Peer {
    let mut process = command(role, handles).stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(process.stdout.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            // The harness may have begun the line before us.
            if let Some((_, said)) = line.split_once(MARK) {
                let _ = sender.send(said.to_owned());
            }
        }
    });
    Peer { process, lines }
}

impl Peer {
    /// The next line that the process says.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(HANG).expect("the other process hangs or has died")
    }

    /// The number that the next line gives for `key`.
    pub(crate) fn number(&self, key: &str) -> u64 {
        let line = self.line();
        line.strip_prefix(key).and_then(|rest| rest.trim().parse().ok()).unwrap_or_else(|| panic!("{key}? {line}"))
    }

    /// Closes its standard input, which asks it to end.
    pub(crate) fn ask_to_end(&mut self) {
        drop(self.process.stdin.take());
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.process), signal).unwrap();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// In a child: its role, or `None` when a person runs the ignored test.
pub(crate) fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// In a child: the numbers of the inherited handles.
pub(crate) fn handles() -> [i32; 2] {
    let text = std::env::var(HANDLES).unwrap();
    let numbers: Vec<i32> = text.split(' ').map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// In a child: says a line to whoever started it.
pub(crate) fn say(line: impl std::fmt::Display) {
    // Nobody may be listening any more when the parent has failed; the child ends by its closed input then.
    let _ = writeln!(std::io::stdout(), "{MARK}{line}");
}

/// In a child: calls `then` when the parent closes the input or dies.
pub(crate) fn on_end(then: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        then();
    });
}
