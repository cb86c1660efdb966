//! [`Way`]: the four ways to a tunnel behind one face, and which to take.

use crate::agent::{Agent, answers};
use crate::binary::Binary;
use crate::command::Command;
use crate::embedded::Embedded;
use crate::ngrok_trouble::no_token;
use crate::plan::{How, Ngrok, Plan};
use crate::program::find;
use crate::trouble::Trouble;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A way that was chosen but not gone yet.
#[derive(Debug)]
pub(crate) enum Choice<'plan> {
    Agent(SocketAddr),
    Binary(PathBuf, &'plan Ngrok),
    Embedded(&'plan Ngrok),
    Command(&'plan str),
}

impl Choice<'_> {
    /// What this machine offers now.
    pub(crate) async fn of(plan: &Plan) -> Choice<'_> {
        let ngrok = match plan {
            Plan::Command { template } => return Choice::Command(template),
            Plan::Ngrok(ngrok) => ngrok,
        };
        if let Some(api) = ngrok.agent_api
            && answers(api).await
        {
            return Choice::Agent(api);
        }
        match find("ngrok", ngrok.search_path.as_deref()) {
            Some(program) => Choice::Binary(program, ngrok),
            None => Choice::Embedded(ngrok),
        }
    }

    pub(crate) fn how(&self) -> How {
        match self {
            Choice::Agent(_) | Choice::Binary(..) => How::NgrokAgent,
            Choice::Embedded(_) => How::NgrokEmbedded,
            Choice::Command(_) => How::Command,
        }
    }

    /// Starts what has to be started. **What it returns must be closed.**
    pub(crate) async fn start(self, local: SocketAddr) -> Result<Way, Trouble> {
        Ok(match self {
            Choice::Agent(api) => Way::Agent(Agent::new(api, local)),
            Choice::Binary(program, ngrok) => {
                Way::Binary(Binary::start(&program, local, ngrok.authtoken.as_ref()).await?)
            }
            Choice::Embedded(ngrok) => {
                let token = ngrok.authtoken.clone().filter(|token| !token.is_empty()).ok_or_else(no_token)?;
                Way::Embedded(Box::new(Embedded::new(token, ngrok.edge.clone(), local)))
            }
            Choice::Command(template) => Way::Command(Command::start(template, local).await?),
        })
    }
}

/// See the module. `open` and `lost` may be dropped half way; `close` ends everything all the same.
pub(crate) enum Way {
    Agent(Agent),
    Binary(Binary),
    Embedded(Box<Embedded>),
    Command(Command),
}

impl Way {
    /// Returns the public address.
    pub(crate) async fn open(&mut self) -> Result<String, Trouble> {
        match self {
            Way::Agent(agent) => agent.open().await,
            Way::Binary(binary) => binary.open().await,
            Way::Embedded(embedded) => embedded.open().await,
            Way::Command(command) => command.open().await,
        }
    }

    /// Keeps the tunnel open until it is lost.
    pub(crate) async fn lost(&mut self) -> Trouble {
        match self {
            Way::Agent(agent) => agent.lost().await,
            Way::Binary(binary) => binary.lost().await,
            Way::Embedded(embedded) => embedded.lost().await,
            Way::Command(command) => command.lost().await,
        }
    }

    /// Returns when nothing of it is left.
    pub(crate) async fn close(self) {
        match self {
            Way::Agent(agent) => agent.close().await,
            Way::Binary(binary) => binary.close().await,
            Way::Embedded(embedded) => embedded.close().await,
            Way::Command(command) => command.close().await,
        }
    }
}
