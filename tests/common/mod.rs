//! What the scenarios share: a running Heliograph, a running Chromium, and comparing their pictures.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

pub mod browser;
pub mod picture;

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Long enough for the slowest machine; a scenario that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A bundled scene's path.
pub fn sample(name: &str) -> String {
    format!("{}/app/samples/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A path for a file that a scenario writes.
pub fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A running `heliograph --json …`; killed when dropped.
pub struct Heliograph {
    child: Child,
    stdin: ChildStdin,
    events: Receiver<Value>,
    seen: Vec<Value>,
}

impl Heliograph {
    /// Starts the program with `--json` and these arguments.
    pub fn start(arguments: &[&str]) -> Heliograph {
        Heliograph::start_with(arguments, &[])
    }

    /// The same without a window, and waits until its files are loaded.
    pub fn headless(files: &[&str]) -> Heliograph {
        let mut arguments = vec!["--headless", "--size", "1280x720"];
        arguments.extend(files);
        let mut heliograph = Heliograph::start(&arguments);
        heliograph.event("sharing");
        if !files.is_empty() {
            heliograph.event("loaded");
        }
        heliograph
    }

    /// The same with environment variables of its own.
    pub fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Heliograph {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heliograph"));
        Heliograph::spawn(command.arg("--json").args(arguments).envs(environment.iter().copied()))
    }

    /// The same by a command of the scenario's own, which runs the program with `--json`.
    pub fn spawn(command: &mut Command) -> Heliograph {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not an event: {line}"));
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        Heliograph { child, stdin, events, seen: Vec::new() }
    }

    /// Waits for the next event of a kind; those before it are kept for [`Heliograph::seen`].
    pub fn event(&mut self, kind: &str) -> Value {
        self.event_where(kind, |_| true)
    }

    /// Waits for the next event of a kind that fits.
    pub fn event_where(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) => {
                    self.seen.push(event.clone());
                    if event["event"] == kind && fits(&event) {
                        return event;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no event {kind} came; seen: {:?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended before {kind}; seen: {:?}", self.seen),
            }
        }
    }

    /// An event that came before.
    pub fn seen(&self, kind: &str) -> Option<&Value> {
        self.seen.iter().rev().find(|event| event["event"] == kind)
    }

    /// The link for those who look and steer.
    pub fn control_link(&self) -> String {
        self.seen("sharing").unwrap()["control"].as_str().unwrap().to_owned()
    }

    /// The link for those who look.
    pub fn view_link(&self) -> String {
        self.seen("sharing").unwrap()["view"].as_str().unwrap().to_owned()
    }

    /// The address without page or token, e.g. `127.0.0.1:8400`.
    pub fn address(&self) -> String {
        let link = self.control_link();
        link.trim_start_matches("http://").split('/').next().unwrap().to_owned()
    }

    /// The secrets of both links.
    pub fn tokens(&self) -> [String; 2] {
        [self.control_link(), self.view_link()].map(|link| link.rsplit('#').next().unwrap().to_owned())
    }

    /// The sidecar's process id.
    pub fn sidecar_pid(&mut self) -> u32 {
        let is_running = |event: &Value| event["event"] == "sidecar" && event["pid"].is_u64();
        let known = self.seen.iter().rev().find(|event| is_running(event)).cloned();
        let event = known.unwrap_or_else(|| self.event_where("sidecar", |event| event["pid"].is_u64()));
        u32::try_from(event["pid"].as_u64().unwrap()).unwrap()
    }

    /// The program's own process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks for something on stdin.
    pub fn ask(&mut self, request: &Value) {
        writeln!(self.stdin, "{request}").unwrap();
    }

    /// The host's picture of this moment.
    pub fn screenshot(&mut self, name: &str) -> picture::Rgba {
        let path = scratch(name);
        self.ask(&serde_json::json!({"do": "screenshot", "path": path}));
        self.event("screenshot");
        picture::read_png(&path)
    }

    /// Kills the program as the system would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until the program ends by itself.
    pub fn wait_for_end(&mut self) -> std::process::ExitStatus {
        let child = &mut self.child;
        wait_until("the program ends", || child.try_wait().unwrap().is_some());
        self.child.wait().unwrap()
    }
}

impl Drop for Heliograph {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a process is there and not just a zombie.
pub fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

/// Whether this process may look into those of others.
pub fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

/// Sends a signal by name.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().unwrap();
    assert!(sent.success(), "kill -{name} {pid}");
}

/// Waits for something that no event tells.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    #[allow(clippy::disallowed_methods, reason = "nobody tells when this is so")]
    while !is_so() {
        assert!(Instant::now() < until, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
