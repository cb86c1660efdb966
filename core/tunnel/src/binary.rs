//! ngrok by its program: started, read and ended by us.

use crate::ngrok_trouble::{code_in, refused};
use crate::process::{Event, Process};
use crate::secret::Secret;
use crate::trouble::{Hope, Trouble, one_line};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// The program loads, connects and binds; errors are told earlier.
const OPEN_SECS: u64 = 20;

/// What a line of the program's log means for us.
#[derive(Debug, PartialEq, Eq)]
enum Log {
    Started(String),
    Trouble(Trouble),
    Nothing,
}

/// A running `ngrok http`.
#[derive(Debug)]
pub(crate) struct Binary {
    process: Process,
}

impl Binary {
    /// The token goes through the environment: everybody on the machine can read a command line.
    pub(crate) async fn start(program: &Path, local: SocketAddr, token: Option<&Secret>) -> Result<Binary, Trouble> {
        let port = local.port().to_string();
        let arguments = ["http", &port, "--log=stdout", "--log-format=json"].map(str::to_owned);
        match Process::start(program, &arguments, token).await {
            Ok(process) => Ok(Binary { process }),
            Err(error) => {
                let sentence =
                    format!("{} does not start ({error}): install ngrok anew, or remove it", program.display());
                Err(Trouble::new(Hope::None, sentence))
            }
        }
    }

    /// Waits for the public address.
    pub(crate) async fn open(&mut self) -> Result<String, Trouble> {
        let reading = timeout(Duration::from_secs(OPEN_SECS), self.read());
        match reading.await {
            Ok(outcome) => outcome,
            Err(_) => Err(Trouble::new(
                Hope::Reopen,
                format!("ngrok opened no tunnel within {OPEN_SECS} s; {}", self.process.last_words()),
            )),
        }
    }

    /// Until it is lost. An agent that connects again by itself is ended and started anew: its address may differ.
    pub(crate) async fn lost(&mut self) -> Trouble {
        loop {
            if let Err(trouble) = self.read().await {
                return trouble;
            }
        }
    }

    async fn read(&mut self) -> Result<String, Trouble> {
        let mut told = None;
        loop {
            match self.process.next().await {
                Event::Line(line) => match meaning(&line) {
                    Log::Started(url) => return Ok(url),
                    // The program prints the reason once more in plain words and ends; only the first is needed.
                    Log::Trouble(trouble) => return Err(trouble),
                    Log::Nothing => told = plain_error(&line).or(told),
                },
                Event::Exited(status) => {
                    let words = told.unwrap_or_else(|| self.process.last_words());
                    return Err(Trouble::new(Hope::Reopen, format!("ngrok ended ({status}); {words}")));
                }
            }
        }
    }

    pub(crate) async fn close(self) {
        self.process.end().await;
    }
}

fn meaning(line: &str) -> Log {
    let log: Value = serde_json::from_str(line).unwrap_or(Value::Null);
    let text = |key: &str| log[key].as_str().unwrap_or_default();
    if text("msg") == "started tunnel" && text("url").starts_with("https://") {
        return Log::Started(text("url").trim_end_matches('/').to_owned());
    }
    let error = if log.is_object() { text("err") } else { line };
    if let Some(code) = code_in(error) {
        return Log::Trouble(refused(Some(code), error));
    }
    if matches!(text("lvl"), "eror" | "crit") && text("msg").contains("reconnect") {
        let sentence = format!("ngrok has no connection to its service ({}): is this machine online?", one_line(error));
        return Log::Trouble(Trouble::new(Hope::Time, sentence));
    }
    Log::Nothing
}

/// `ERROR:  …`, as the program prints on its standard error.
fn plain_error(line: &str) -> Option<String> {
    let words = line.strip_prefix("ERROR:")?.trim();
    (!words.is_empty()).then(|| format!("it says: «{}»", one_line(words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_the_address_a_refusal_or_that_the_network_is_gone() {
        let started = r#"{"addr":"http://localhost:8080","lvl":"info","msg":"started tunnel","name":"command_line","obj":"tunnels","t":"2026-02-01T12:00:00Z","url":"https://ab12.ngrok-free.app"}"#;
        assert_eq!(meaning(started), Log::Started("https://ab12.ngrok-free.app".into()));
        let refusal = r#"{"err":"authentication failed: The authtoken you specified is properly formed, but it is invalid.\r\nYour authtoken: 2abcdef\r\n\r\nERR_NGROK_107\r\n","lvl":"eror","msg":"session closing","obj":"tunnels.session"}"#;
        assert!(matches!(meaning(refusal), Log::Trouble(Trouble { hope: Hope::None, .. })));
        let offline = r#"{"err":"failed to dial ngrok server with address \"connect.ngrok-agent.com:443\": dial tcp: lookup connect.ngrok-agent.com: no such host","lvl":"eror","msg":"failed to reconnect session","obj":"tunnels.session"}"#;
        assert!(matches!(meaning(offline), Log::Trouble(Trouble { hope: Hope::Time, .. })));
        let visitor = r#"{"err":"dial tcp 127.0.0.1:8080: connect: connection refused","lvl":"warn","msg":"failed to open private leg","obj":"join"}"#;
        assert_eq!(meaning(visitor), Log::Nothing, "a visitor's trouble is not the tunnel's");
        assert_eq!(meaning("no configuration paths supplied"), Log::Nothing);
        assert!(matches!(meaning("ERROR:  ERR_NGROK_4018"), Log::Trouble(Trouble { hope: Hope::None, .. })));
    }
}
