//! [`Process`]: a child process, what it prints, and its end.

use crate::program;
use crate::secret::Secret;
use crate::trouble::one_line;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// The variable in which ngrok's programs look for the token.
pub(crate) const TOKEN_VARIABLE: &str = "NGROK_AUTHTOKEN";
/// Lines that wait to be read; above that the process waits, as with any pipe.
const LINES_MAX: usize = 64;
/// Longer lines are cut into several, in bytes.
const LINE_MAX: usize = 4_096;
/// How long a process may take to say farewell to its server.
const GRACE: Duration = Duration::from_secs(1);
/// How long to wait for what a process printed last; one that it left behind may hold the pipes open for ever.
const DRAIN: Duration = Duration::from_millis(200);

/// What a process does.
#[derive(Debug)]
pub(crate) enum Event {
    /// It printed a line, on either output.
    Line(String),
    /// It ended.
    Exited(ExitStatus),
}

/// See the module. Dropping it kills the process and its group.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// The process leads a group of its own, so that what it starts ends with it.
    group: Option<Pid>,
    lines: mpsc::Receiver<String>,
    exited: Option<ExitStatus>,
    last_line: String,
}

impl Process {
    /// Starts a program without input. Its environment is ours without the token, unless it is given one.
    pub(crate) async fn start(path: &Path, arguments: &[String], token: Option<&Secret>) -> io::Result<Process> {
        let mut command = program::command(path).await;
        command.args(arguments).env_remove(TOKEN_VARIABLE).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(token) = token {
            command.env(TOKEN_VARIABLE, token.reveal());
        }
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let (sender, lines) = mpsc::channel(LINES_MAX);
        if let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) {
            tokio::spawn(pass_lines(output, sender.clone()));
            tokio::spawn(pass_lines(errors, sender));
        }
        Ok(Process { child, group, lines, exited: None, last_line: String::new() })
    }

    /// The next thing that happens. Once it has ended and everything it printed was read, `Exited` for ever.
    pub(crate) async fn next(&mut self) -> Event {
        if self.exited.is_none() {
            tokio::select! {
                biased;
                Some(line) = self.lines.recv() => return self.read(line),
                status = self.child.wait() => self.exited = Some(status.unwrap_or_default()),
            }
        }
        match timeout(DRAIN, self.lines.recv()).await {
            Ok(Some(line)) => self.read(line),
            _ => Event::Exited(self.exited.unwrap_or_default()),
        }
    }

    fn read(&mut self, line: String) -> Event {
        let short = one_line(&line);
        if !short.is_empty() {
            self.last_line = short;
        }
        Event::Line(line)
    }

    /// What it printed last, for a sentence.
    pub(crate) fn last_words(&self) -> String {
        if self.last_line.is_empty() {
            "it printed nothing".into()
        } else {
            format!("its last line: «{}»", self.last_line)
        }
    }

    /// Asks the process to end, then kills what is left of its group, and returns when it is gone.
    pub(crate) async fn end(mut self) {
        if self.exited.is_none() {
            self.signal(Signal::TERM);
            let _ = timeout(GRACE, self.child.wait()).await;
        }
        self.signal(Signal::KILL);
        self.group = None;
        let _ = self.child.wait().await;
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // Fails only when nobody is left in the group.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Passes on what comes line by line until the end of the pipe.
async fn pass_lines(mut pipe: impl AsyncRead + Unpin, lines: mpsc::Sender<String>) {
    let mut line = Vec::new();
    let mut piece = [0; 1_024];
    while let Ok(count @ 1..) = pipe.read(&mut piece).await {
        for &byte in &piece[..count] {
            let ends = matches!(byte, b'\n' | b'\r');
            if !ends {
                line.push(byte);
            }
            if (ends && !line.is_empty()) || line.len() == LINE_MAX {
                let text = String::from_utf8_lossy(&line).into_owned();
                line.clear();
                if lines.send(text).await.is_err() {
                    return;
                }
            }
        }
    }
    if !line.is_empty() {
        let _ = lines.send(String::from_utf8_lossy(&line).into_owned()).await;
    }
}
