//! ngrok by an agent that already runs on this machine, over its local API
//! (<https://ngrok.com/docs/agent/api>).

use crate::local_http::{Answer, call};
use crate::ngrok_trouble::{code_in, refused};
use crate::trouble::{Hope, Trouble};
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinHandle;

const TUNNELS: &str = "/api/tunnels";
/// An agent on this machine answers in milliseconds.
const LOOK_LIMIT: Duration = Duration::from_millis(500);
/// To open a tunnel the agent asks ngrok.
const CREATE_LIMIT: Duration = Duration::from_secs(4);
/// How often the agent is asked whether the tunnel is still there; the question does not leave the machine.
const WATCH_INTERVAL: Duration = Duration::from_secs(2);

/// A tunnel at somebody else's agent.
#[derive(Debug)]
pub(crate) struct Agent {
    api: SocketAddr,
    local: SocketAddr,
    url: Option<String>,
    /// We made it, so we delete it.
    ours: bool,
    /// Must not be dropped half way: the agent would make a tunnel that nobody deletes.
    creating: Option<JoinHandle<io::Result<Answer>>>,
}

/// Whether an ngrok agent answers there.
pub(crate) async fn answers(api: SocketAddr) -> bool {
    list(api).await.is_ok()
}

impl Agent {
    pub(crate) fn new(api: SocketAddr, local: SocketAddr) -> Agent {
        Agent { api, local, url: None, ours: false, creating: None }
    }

    fn name(&self) -> String {
        format!("heliograph-{}", self.local.port())
    }

    /// Takes a tunnel that already leads to our port, or makes one.
    pub(crate) async fn open(&mut self) -> Result<String, Trouble> {
        let tunnels = list(self.api).await.map_err(|_| vanished())?;
        let (name, port) = (self.name(), self.local.port());
        let url = match tunnels.iter().find_map(|tunnel| leads_to(tunnel, port)) {
            Some((url, its_name)) => {
                // One of this name is left from a sidecar that was killed.
                self.ours = its_name == name;
                url
            }
            None => self.create().await?,
        };
        Ok(self.url.insert(url).clone())
    }

    async fn create(&mut self) -> Result<String, Trouble> {
        let (api, wish) = (
            self.api,
            json!({ "name": self.name(), "proto": "http", "addr": self.local.to_string(), "schemes": ["https"] }),
        );
        self.ours = true;
        let post = async move { call(api, "POST", TUNNELS, Some(&wish), CREATE_LIMIT).await };
        let made = self.creating.insert(tokio::spawn(post)).await;
        self.creating = None;
        let answer = made.map_err(|_| vanished())?.map_err(|_| vanished())?;
        match secure_url(&answer.body) {
            Some(url) if answer.status == 201 => Ok(url),
            _ => Err(not_created(&answer.body)),
        }
    }

    /// Looks at the agent now and then until the tunnel is no longer there.
    pub(crate) async fn lost(&mut self) -> Trouble {
        loop {
            tokio::time::sleep(WATCH_INTERVAL).await;
            let Ok(tunnels) = list(self.api).await else { return vanished() };
            let port = self.local.port();
            let there =
                tunnels.iter().filter_map(|tunnel| leads_to(tunnel, port)).any(|(url, _)| Some(url) == self.url);
            if !there {
                return Trouble::new(Hope::Time, "the ngrok agent on this machine closed the tunnel");
            }
        }
    }

    /// Deletes the tunnel if it is ours.
    pub(crate) async fn close(self) {
        let path = format!("{TUNNELS}/{}", self.name());
        if let Some(creating) = self.creating {
            let _ = creating.await;
        }
        if self.ours {
            // An agent that is gone has taken its tunnel along.
            let _ = call(self.api, "DELETE", &path, None, LOOK_LIMIT).await;
        }
    }
}

async fn list(api: SocketAddr) -> io::Result<Vec<Value>> {
    let mut answer = call(api, "GET", TUNNELS, None, LOOK_LIMIT).await?;
    match answer.body["tunnels"].take() {
        Value::Array(tunnels) if answer.status == 200 => Ok(tunnels),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "not an ngrok agent")),
    }
}

/// The address and the name of a tunnel if it leads to the port on this machine.
fn leads_to(tunnel: &Value, port: u16) -> Option<(String, String)> {
    let target = tunnel["config"]["addr"].as_str()?;
    let target = target.strip_prefix("http://").unwrap_or(target).trim_end_matches('/');
    let (host, its_port) = target.rsplit_once(':').unwrap_or(("localhost", target));
    let here = matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "") && its_port.parse() == Ok(port);
    let url = secure_url(tunnel).filter(|_| here)?;
    Some((url, tunnel["name"].as_str().unwrap_or_default().to_owned()))
}

fn secure_url(tunnel: &Value) -> Option<String> {
    let url = tunnel["public_url"].as_str()?;
    url.starts_with("https://").then(|| url.trim_end_matches('/').to_owned())
}

fn not_created(body: &Value) -> Trouble {
    let message = body["details"]["err"].as_str().or(body["msg"].as_str()).unwrap_or("the agent gave no reason");
    refused(code_in(message), message)
}

fn vanished() -> Trouble {
    Trouble::new(Hope::Time, "the ngrok agent on this machine no longer answers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_secure_tunnel_to_this_port_of_this_machine_is_taken() {
        let tunnel =
            |addr: &str, url: &str| json!({ "name": "command_line", "public_url": url, "config": { "addr": addr } });
        for addr in ["http://localhost:8080", "http://127.0.0.1:8080/", "localhost:8080", "8080", "http://[::1]:8080"] {
            assert!(leads_to(&tunnel(addr, "https://a.ngrok.app"), 8080).is_some(), "{addr}");
        }
        for addr in
            ["https://localhost:8080", "http://10.0.0.1:8080", "http://localhost:80", "http://localhost:18080", ""]
        {
            assert!(leads_to(&tunnel(addr, "https://a.ngrok.app"), 8080).is_none(), "{addr}");
        }
        for url in ["http://a.ngrok.app", "tcp://0.tcp.ngrok.io:1"] {
            assert!(leads_to(&tunnel("8080", url), 8080).is_none(), "{url}");
        }
    }
}
