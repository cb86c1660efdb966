//! The tunnel's process: the same executable, started once more. It has the account's token and the sidecar has not; and it
//! outlives a sidecar, so that the public address stays what it is when one is replaced.

use super::account;
use super::reach::Reach;
use super::supervisor::ToSupervisor;
use heliograph_tunnel::{Edge, How, News, Ngrok, Plan};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use tokio::io::AsyncBufReadExt;

/// For tests: another server than ngrok's own, as `host:port`, without TLS.
const EDGE_VARIABLE: &str = "HELIOGRAPH_NGROK_EDGE";
/// How long the tunnel has to close; programs that it started get a second of their own.
const GOODBYE: Duration = Duration::from_millis(2_500);
/// News that wait to be read.
const MAX_NEWS: usize = 16;

/// Where the tunnel stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TunnelState {
    /// None is wanted.
    #[default]
    Off,
    /// An attempt is under way.
    Opening {
        /// By what, in words.
        by: String,
    },
    /// It passes traffic.
    Open {
        /// Its address, like `https://abc.example`.
        url: String,
        /// By what, in words.
        by: String,
        /// The address is another one than before.
        changed: bool,
    },
    /// It is closed and will be tried again.
    Lost {
        /// Why, and what may help.
        sentence: String,
        /// When, in milliseconds from now.
        retry_in_ms: u64,
    },
    /// Given up.
    Failed {
        /// Why, and what to do.
        sentence: String,
    },
}

/// What the process is told first, on its stdin, where nobody else can read it.
#[derive(Serialize, Deserialize)]
struct Order {
    /// `None` for ngrok.
    command: Option<String>,
    local: SocketAddr,
}

/// A running tunnel process. Dropping it closes the tunnel, and kills the process if that takes long.
pub(super) struct Tunnel {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Tunnel {
    /// Starts it; news arrive as [`ToSupervisor::Tunnel`]. `None` when the reach needs none.
    pub(super) fn start(
        reach: &Reach,
        local: SocketAddr,
        supervisor: SyncSender<ToSupervisor>,
    ) -> anyhow::Result<Option<Tunnel>> {
        let command = match reach {
            Reach::Local | Reach::Lan => return Ok(None),
            Reach::Ngrok => None,
            Reach::Command(template) => Some(template.clone()),
        };
        let mut process = Command::new("/proc/self/exe");
        let mut child = process.arg("tunnel").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            anyhow::bail!("the tunnel's process has no pipes");
        };
        writeln!(stdin, "{}", serde_json::to_string(&Order { command, local })?)?;
        let tunnel = Tunnel { child, stdin: Some(stdin) };
        let read = move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let Ok(state) = serde_json::from_str(&line) else { continue };
                if supervisor.send(ToSupervisor::Tunnel(state)).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("tunnel-news".into()).spawn(read)?;
        Ok(Some(tunnel))
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        // The end of its stdin tells it to close.
        self.stdin = None;
        let until = std::time::Instant::now() + GOODBYE;
        while matches!(self.child.try_wait(), Ok(None)) && std::time::Instant::now() < until {
            #[allow(
                clippy::disallowed_methods,
                reason = "no event tells without a thread of its own, and this is the end"
            )]
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process: reads its order, keeps the tunnel open, tells each state as a line of JSON, ends with its stdin.
pub fn run() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let is_done = runtime.block_on(serve());
    // A read of standard input may still wait.
    runtime.shutdown_background();
    if is_done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn serve() -> bool {
    let mut lines = tokio::io::BufReader::new(tokio::io::stdin()).lines();
    let Ok(Some(line)) = lines.next_line().await else { return false };
    let Ok(Order { command, local }) = serde_json::from_str(&line) else { return false };
    let (news, mut heard) = tokio::sync::mpsc::channel(MAX_NEWS);
    // Whatever else is said, only the end counts.
    let end = async move { while let Ok(Some(_)) = lines.next_line().await {} };
    let tell = async {
        while let Some(news) = heard.recv().await {
            tell(&state_of(news));
        }
    };
    tokio::join!(heliograph_tunnel::run(plan(command), local, news, end), tell);
    true
}

fn plan(command: Option<String>) -> Plan {
    match (command, std::env::var(EDGE_VARIABLE)) {
        (Some(template), _) => Plan::Command { template },
        (None, Ok(address)) => Plan::Ngrok(Ngrok::at_edge(account::token(), Edge { address, tls: None })),
        (None, Err(_)) => Plan::Ngrok(Ngrok::here(account::token())),
    }
}

fn state_of(news: News) -> TunnelState {
    match news {
        News::Opening { how } => TunnelState::Opening { by: words(how) },
        News::Open { url, how, changed } => TunnelState::Open { url, by: words(how), changed },
        News::Lost { sentence, retry_in } => TunnelState::Lost { sentence, retry_in_ms: retry_in.as_millis() as u64 },
        News::Failed { sentence } => TunnelState::Failed { sentence },
    }
}

fn words(how: How) -> String {
    match how {
        How::NgrokEmbedded => "ngrok",
        How::NgrokAgent => "this machine's ngrok",
        How::Command => "your tunnel command",
    }
    .into()
}

fn tell(state: &TunnelState) {
    let mut out = std::io::stdout().lock();
    let line = serde_json::to_string(state).unwrap_or_default();
    // The app is gone: the end of stdin says so, too.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
