//! A share session: it starts and supervises the sidecar and the tunnel, keeps the links, and ends it all.

pub mod account;
pub mod network;
pub mod reach;
mod restarts;
mod sidecar;
mod supervisor;
pub mod tunnel;
pub mod usage;

use crate::engine::EngineHandle;
use crate::room::{Decision, RoomView, SharedRoom};
use heliograph_wire::link::{StreamStats, Tokens};
use heliograph_wire::{Origin, SceneStatus};
use network::NetworkSettings;
use reach::Reach;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::time::Duration;
pub use tunnel::TunnelState;

/// The port to begin with when none is given.
pub const DEFAULT_PORT: u16 = 8400;

/// Viewers at a time when nothing else is said.
pub const DEFAULT_MAX_VIEWERS: u32 = 16;

/// A session that somebody forgot ends after so many hours.
pub const DEFAULT_LIFETIME_HOURS: u32 = 24;

/// Where to serve, and whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareSettings {
    /// Who can open the links.
    pub reach: Reach,
    /// The address to listen on, where the reach does not say it.
    pub bind: Option<IpAddr>,
    /// The port to begin with; the next free one is taken when it is in use.
    pub port: u16,
    /// Viewers at a time.
    pub max_viewers: u32,
    /// Pages that may show the view inside them.
    pub allow_embed: Vec<Origin>,
    /// The links are dead after this, counted on the monotonic clock.
    pub lifetime: Duration,
    /// By whose help browsers reach this machine, and how much it may send.
    pub network: NetworkSettings,
}

impl Default for ShareSettings {
    fn default() -> Self {
        ShareSettings {
            reach: Reach::Local,
            bind: None,
            port: DEFAULT_PORT,
            max_viewers: DEFAULT_MAX_VIEWERS,
            allow_embed: Vec::new(),
            lifetime: Duration::from_secs(u64::from(DEFAULT_LIFETIME_HOURS) * 3600),
            network: NetworkSettings::default(),
        }
    }
}

/// The two links of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// For those who look.
    pub view: String,
    /// For those who steer, too.
    pub control: String,
}

impl Links {
    /// At a place like `https://abc.example`. The token stands in the fragment, which a browser never sends.
    fn at(place: &str, tokens: &Tokens) -> Links {
        let link = |token: &str| format!("{place}/#{token}");
        Links { view: link(&tokens.view), control: link(&tokens.control) }
    }
}

/// How this host is called by those who reach it at an address directly.
fn direct(address: SocketAddr) -> String {
    let is_any = address.ip().is_unspecified();
    let host = if is_any { SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()) } else { address };
    format!("http://{host}")
}

/// What a session tells.
#[derive(Debug, Clone, PartialEq)]
pub enum FromShare {
    /// The sidecar with this process id listens.
    Live {
        /// The sidecar's process id.
        pid: u32,
        /// How often the sidecar has been replaced.
        restarts: u32,
    },
    /// The session's links; they stay what they are when the sidecar is replaced.
    Links {
        /// These.
        links: Links,
        /// Why they are other ones than those before, as a sentence; nothing when they are the first.
        why: Option<String>,
    },
    /// Where the tunnel stands.
    Tunnel(TunnelState),
    /// Who is here, who knocks, who steers.
    Room(RoomView),
    /// The sidecar is gone and will be replaced; why, as a sentence.
    Restarting(String),
    /// What the sidecar counted in the last second.
    Stats(StreamStats),
    /// Something went wrong, as a sentence; the session goes on.
    Problem(String),
    /// The session's time is over.
    Expired,
    /// The session cannot go on; why, as a sentence.
    Failed(String),
    /// The session is over and everything of it is gone.
    Ended,
}

/// A session; ends when dropped.
pub struct Share {
    sender: mpsc::SyncSender<supervisor::ToSupervisor>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Share {
    /// Starts a session. `tell` is called from its thread; the first news is [`FromShare::Live`] or [`FromShare::Failed`].
    ///
    /// # Errors
    /// When the system gives no random numbers or no thread.
    pub fn start(
        settings: ShareSettings,
        engine: EngineHandle,
        room: SharedRoom,
        status: Arc<SceneStatus>,
        tell: impl Fn(FromShare) + Send + 'static,
    ) -> anyhow::Result<Share> {
        let tokens = fresh_tokens()?;
        let (sender, receiver) = mpsc::sync_channel(supervisor::MAX_MESSAGES);
        let tell = Box::new(tell);
        let parts = supervisor::Parts { settings, tokens, engine, room, status, tell, sender: sender.clone() };
        let supervisor = supervisor::Supervisor::new(parts);
        let thread = std::thread::Builder::new().name("share".into()).spawn(move || supervisor.run(&receiver))?;
        Ok(Share { sender, thread: Some(thread) })
    }

    /// Tells the viewers what is in the scene.
    pub fn scene_changed(&self, status: Arc<SceneStatus>) {
        // Never waits. The supervisor always reads; were its queue full, the next change would bring the newest scene.
        let _ = self.sender.try_send(supervisor::ToSupervisor::Scene(status));
    }

    /// Passes on what the host has decided about the room.
    pub fn decide(&self, decision: Decision) {
        let _ = self.sender.try_send(supervisor::ToSupervisor::Decide(decision));
    }

    /// Tells the guests of this name something.
    pub fn tell(&self, name: String, sentence: String) {
        let _ = self.sender.try_send(supervisor::ToSupervisor::Tell { name, sentence });
    }

    /// Makes other links, and sends everyone away who came by the old ones.
    pub fn new_links(&self) {
        let _ = self.sender.try_send(supervisor::ToSupervisor::NewLinks);
    }

    /// Ends the session without waiting; [`FromShare::Ended`] follows.
    pub fn end(&self) {
        let _ = self.sender.send(supervisor::ToSupervisor::End);
    }
}

/// The program does not outlive its sidecar's goodbye, which takes well under a second.
impl Drop for Share {
    fn drop(&mut self) {
        self.end();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Secrets for both links.
fn fresh_tokens() -> anyhow::Result<Tokens> {
    Ok(Tokens { view: random_token()?, control: random_token()? })
}

/// A guest's pass. Empty when the system gives no random numbers: then nobody is known by it.
fn fresh_secret() -> String {
    random_token().unwrap_or_default()
}

/// 128 bits from the system's generator, as 32 hexadecimal digits.
fn random_token() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("The system gives no random numbers, so no safe link can be made: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_128_bits_and_never_repeat() {
        let tokens: std::collections::HashSet<String> = (0..1000).map(|_| random_token().unwrap()).collect();
        assert_eq!(tokens.len(), 1000);
        assert!(tokens.iter().all(|token| token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }

    #[test]
    fn a_link_keeps_its_token_in_the_fragment() {
        let tokens = Tokens { view: "v".into(), control: "c".into() };
        let link = |address: &str| Links::at(&direct(address.parse().unwrap()), &tokens).view;
        assert_eq!(link("[::1]:8400"), "http://[::1]:8400/#v");
        assert_eq!(link("0.0.0.0:81"), "http://127.0.0.1:81/#v");
        assert_eq!(Links::at("https://abc.example", &tokens).control, "https://abc.example/#c");
    }
}
