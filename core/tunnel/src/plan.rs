//! What a caller asks for, and what it is told.

use crate::secret::Secret;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Which tunnel to open.
#[derive(Debug, Clone)]
pub enum Plan {
    /// ngrok, in the way that suits the machine; see [`Ngrok`].
    Ngrok(Ngrok),
    /// Any other tunnel, by the command that opens it.
    Command {
        /// For example `cloudflared tunnel --url {url}` or `ssh -R 80:{addr} nokey@localhost.run`. It is split as a shell
        /// would, quotes included, and run without a shell. `{url}` is `http://127.0.0.1:PORT`, `{addr}` is
        /// `127.0.0.1:PORT`, `{port}` is `PORT`; one of them must be there.
        template: String,
    },
}

/// How to reach ngrok. In this order: an agent that answers at `agent_api`; the program `ngrok` in `search_path`; the
/// agent that is built in.
#[derive(Debug, Clone)]
pub struct Ngrok {
    /// The account's token. An agent and a program may have one of their own; the built-in agent needs this one.
    pub authtoken: Option<Secret>,
    /// Where an agent's local API may answer; `None` looks for no agent.
    pub agent_api: Option<SocketAddr>,
    /// Directories to look for `ngrok` in, written as in `PATH`; `None` looks for no program.
    pub search_path: Option<OsString>,
    /// Another server than ngrok's own, for tests.
    pub edge: Option<Edge>,
}

impl Ngrok {
    /// As on a user's machine: the usual place of an agent's API, and the search path of this process.
    pub fn here(authtoken: Option<Secret>) -> Ngrok {
        let agent_api = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 4040)));
        Ngrok { authtoken, agent_api, search_path: std::env::var_os("PATH"), edge: None }
    }

    /// The built-in agent only.
    pub fn built_in(authtoken: Option<Secret>) -> Ngrok {
        Ngrok { authtoken, agent_api: None, search_path: None, edge: None }
    }

    /// The built-in agent at another server than ngrok's own.
    pub fn at_edge(authtoken: Option<Secret>, edge: Edge) -> Ngrok {
        Ngrok { edge: Some(edge), ..Ngrok::built_in(authtoken) }
    }
}

/// A server that speaks ngrok's protocol in its place. Only then may the public address be `http://`.
#[derive(Debug, Clone)]
pub struct Edge {
    /// `host:port`.
    pub address: String,
    /// The certificate authority in PEM to check the server with; `None` speaks without TLS.
    pub tls: Option<Vec<u8>>,
}

/// By what a tunnel is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The agent that is built in.
    NgrokEmbedded,
    /// An ngrok agent that was there, or the `ngrok` program.
    NgrokAgent,
    /// The user's command.
    Command,
}

/// What happened. Sentences are for the user: who is at fault, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// An attempt begins.
    Opening {
        /// By what.
        how: How,
    },
    /// The tunnel passes traffic.
    Open {
        /// `https://host`, without a path and without a slash at its end. `http://` only with an [`Edge`].
        url: String,
        /// By what.
        how: How,
        /// Another address than the last time: links that were given away are dead.
        changed: bool,
    },
    /// The tunnel is closed, or could not be opened; it is tried again.
    Lost {
        /// Why, and what may help.
        sentence: String,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// Given up; [`crate::run`] returns. Whoever is on this machine's network goes on as before.
    Failed {
        /// Why, and what to do.
        sentence: String,
    },
}
