//! Any tunnel by the user's command.

use crate::address::tunnel_in;
use crate::process::{Event, Process};
use crate::program::find;
use crate::template::expand;
use crate::trouble::{Hope, Trouble};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// For the address to be printed.
const OPEN_SECS: u64 = 20;

/// A running command.
#[derive(Debug)]
pub(crate) struct Command {
    program: String,
    local: SocketAddr,
    process: Process,
}

impl Command {
    pub(crate) async fn start(template: &str, local: SocketAddr) -> Result<Command, Trouble> {
        let (program, arguments) = expand(template, local)?;
        let Some(path) = find(&program, std::env::var_os("PATH").as_deref()) else {
            let sentence = format!(
                "the tunnel command's program `{program}` is not on this machine: install it, or write its full path"
            );
            return Err(Trouble::new(Hope::None, sentence));
        };
        match Process::start(&path, &arguments, None).await {
            Ok(process) => Ok(Command { program, local, process }),
            Err(error) => {
                Err(Trouble::new(Hope::None, format!("the tunnel command `{program}` does not start: {error}")))
            }
        }
    }

    /// Reads until the command prints an address.
    pub(crate) async fn open(&mut self) -> Result<String, Trouble> {
        let reading = timeout(Duration::from_secs(OPEN_SECS), self.read()).await;
        reading.unwrap_or_else(|_| {
            let (program, words) = (&self.program, self.process.last_words());
            let sentence = format!(
                "the tunnel command `{program}` printed no https address within {OPEN_SECS} s; {words}; \
                 run it in a terminal to see what it waits for"
            );
            Err(Trouble::new(Hope::Reopen, sentence))
        })
    }

    async fn read(&mut self) -> Result<String, Trouble> {
        loop {
            match self.process.next().await {
                Event::Line(line) => {
                    if let Some(url) = tunnel_in(&line) {
                        return Ok(url);
                    }
                }
                Event::Exited(status) => {
                    let (program, words, local) = (&self.program, self.process.last_words(), self.local);
                    let sentence = format!(
                        "the tunnel command `{program}` ended without an https address ({status}); {words}; \
                         run it in a terminal for http://{local} and correct it"
                    );
                    return Err(Trouble::new(Hope::Reopen, sentence));
                }
            }
        }
    }

    /// Until the command ends. What it prints is read on, or it would stop at a full pipe.
    pub(crate) async fn lost(&mut self) -> Trouble {
        loop {
            if let Event::Exited(status) = self.process.next().await {
                let words = self.process.last_words();
                return Trouble::new(
                    Hope::Time,
                    format!("the tunnel command `{}` ended ({status}); {words}", self.program),
                );
            }
        }
    }

    pub(crate) async fn close(self) {
        self.process.end().await;
    }
}
