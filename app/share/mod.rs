//! A share session: it starts and supervises the sidecar, keeps the links, and ends it all.

mod restarts;
mod sidecar;
mod supervisor;

use crate::engine::EngineHandle;
use heliograph_wire::link::{StreamStats, Tokens};
use heliograph_wire::{Origin, SceneStatus};
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};

/// The port to begin with when none is given.
pub const DEFAULT_PORT: u16 = 8400;

/// Viewers at a time when nothing else is said.
pub const DEFAULT_MAX_VIEWERS: u32 = 16;

/// Where to serve, and whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareSettings {
    /// The address to listen on.
    pub bind: IpAddr,
    /// The port to begin with; the next free one is taken when it is in use.
    pub port: u16,
    /// Viewers at a time.
    pub max_viewers: u32,
    /// Pages that may show the view inside them.
    pub allow_embed: Vec<Origin>,
}

impl Default for ShareSettings {
    fn default() -> Self {
        ShareSettings {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: DEFAULT_PORT,
            max_viewers: DEFAULT_MAX_VIEWERS,
            allow_embed: Vec::new(),
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
    /// The token stands in the fragment, which a browser never sends.
    fn new(address: SocketAddr, tokens: &Tokens) -> Links {
        let host = if address.ip().is_unspecified() {
            SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port())
        } else {
            address
        };
        let link = |token: &str| format!("http://{host}/#{token}");
        Links { view: link(&tokens.view), control: link(&tokens.control) }
    }
}

/// What a session tells.
#[derive(Debug, Clone, PartialEq)]
pub enum FromShare {
    /// The links work: the sidecar with this process id listens.
    Live {
        /// The session's links; the same ones after every restart of the sidecar.
        links: Links,
        /// The sidecar's process id.
        pid: u32,
        /// How often the sidecar has been replaced.
        restarts: u32,
    },
    /// The sidecar is gone and will be replaced; why, as a sentence.
    Restarting(String),
    /// What the sidecar counted in the last second.
    Stats(StreamStats),
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
        status: Arc<SceneStatus>,
        tell: impl Fn(FromShare) + Send + 'static,
    ) -> anyhow::Result<Share> {
        let tokens = Tokens { view: random_token()?, control: random_token()? };
        let (sender, receiver) = mpsc::sync_channel(supervisor::MAX_MESSAGES);
        let supervisor = supervisor::Supervisor::new(settings, tokens, engine, status, Box::new(tell), sender.clone());
        let thread = std::thread::Builder::new().name("share".into()).spawn(move || supervisor.run(&receiver))?;
        Ok(Share { sender, thread: Some(thread) })
    }

    /// Tells the viewers what is in the scene.
    pub fn scene_changed(&self, status: Arc<SceneStatus>) {
        // Never waits. The supervisor always reads; were its queue full, the next change would bring the newest scene.
        let _ = self.sender.try_send(supervisor::ToSupervisor::Scene(status));
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

/// 128 bits from the system's generator, as 32 hexadecimal digits.
fn random_token() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("The system gives no random numbers, so no safe link can be made: {error}"))?;
    Ok(bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
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
        let links = Links::new("[::1]:8400".parse().unwrap(), &tokens);
        assert_eq!(links.view, "http://[::1]:8400/#v");
        let links = Links::new("0.0.0.0:81".parse().unwrap(), &tokens);
        assert_eq!(links.control, "http://127.0.0.1:81/#c");
    }
}
