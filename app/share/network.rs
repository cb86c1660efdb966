//! [`NetworkSettings`]: by whose help browsers reach this machine, and how much it may send.

use heliograph_wire::link::{IceServer, Network};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Where the relay's user name and password are read from when no file is named.
pub const TURN_USERNAME: &str = "HELIOGRAPH_TURN_USERNAME";
/// See [`TURN_USERNAME`].
pub const TURN_CREDENTIAL: &str = "HELIOGRAPH_TURN_CREDENTIAL";

/// The port of STUN and TURN where none is named (RFC 8489 section 8.1).
const STUN_PORT: u16 = 3478;
/// A name server that has not answered by then would hold up the session.
const LOOK_UP_MAX: Duration = Duration::from_secs(2);
/// Rates in bits a second. With less there is no picture.
const UPLOAD_MIN_BPS: f64 = 64e3;
const UPLOAD_MAX_BPS: f64 = 4e9;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkSettings {
    /// STUN servers (RFC 8489) as `host` or `host:port`.
    pub stun: Vec<String>,
    /// TURN servers (RFC 8656) with their secrets.
    pub turn: Vec<IceServer>,
    /// What all viewers together may be sent, in bits a second.
    pub upload_bps: Option<u32>,
}

impl NetworkSettings {
    /// Looks up the names, for at most [`LOOK_UP_MAX`]; what the sidecar needs, and a sentence for each that is not found.
    pub fn look_up(&self) -> (Network, Vec<String>) {
        let (found, mut answers) = (mpsc::channel(), Vec::new());
        let (sender, receiver) = found;
        let stun = self.stun.clone();
        // The system's look-up cannot be cancelled; its thread ends when it does.
        let looks_up = std::thread::Builder::new().name("names".into()).spawn(move || {
            for server in stun {
                let address = with_port(&server).to_socket_addrs().ok().and_then(|mut all| all.next());
                if sender.send((server, address)).is_err() {
                    return;
                }
            }
        });
        let deadline = std::time::Instant::now() + LOOK_UP_MAX;
        while looks_up.is_ok()
            && let Ok(answer) = receiver.recv_timeout(deadline.saturating_duration_since(std::time::Instant::now()))
        {
            answers.push(answer);
        }
        let address_of = |server: &String| answers.iter().find(|(name, _)| name == server).and_then(|(_, at)| *at);
        let stun: Vec<SocketAddr> = self.stun.iter().filter_map(address_of).collect();
        let not_found = self.stun.iter().filter(|server| address_of(server).is_none()).map(|server| {
            format!("The STUN server {server} is not found: guests behind other routers may be slower. Check its name.")
        });
        let url = |server: &String| IceServer { url: format!("stun:{server}"), username: None, credential: None };
        let ice_servers = self.stun.iter().map(url).chain(self.turn.iter().cloned()).collect();
        (Network { stun, ice_servers, upload_bps: self.upload_bps }, not_found.collect())
    }
}

fn with_port(server: &str) -> String {
    let has_port = server
        .rsplit_once(':')
        .is_some_and(|(host, port)| port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']')));
    if has_port { server.to_owned() } else { format!("{server}:{STUN_PORT}") }
}

/// A STUN server from the command line.
///
/// # Errors
/// A sentence.
pub fn parse_stun(text: &str) -> Result<String, String> {
    let server = text.strip_prefix("stun:").unwrap_or(text);
    let is_one = !server.is_empty()
        && !server.starts_with(':')
        && server.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte));
    if is_one {
        Ok(server.to_owned())
    } else {
        Err("write it as HOST or HOST:PORT, for example stun.example:3478".into())
    }
}

/// A TURN server from the command line.
///
/// # Errors
/// A sentence.
pub fn parse_turn(text: &str) -> Result<String, String> {
    let server = text.strip_prefix("turns:").or_else(|| text.strip_prefix("turn:"));
    let is_one = server.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]?=".contains(&byte))
    });
    let example =
        "write it as turn:HOST:PORT or turns:HOST:PORT?transport=tcp, for example turns:turn.example:443?transport=tcp";
    if is_one { Ok(text.to_owned()) } else { Err(example.into()) }
}

/// A rate like `4M`, `800k` or `2.5M`, in bits a second.
///
/// # Errors
/// A sentence.
pub fn parse_rate(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let (number, factor) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1e3),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1e6),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    let bps = number.parse::<f64>().ok().map(|number| number * factor);
    match bps.filter(|bps| (UPLOAD_MIN_BPS..=UPLOAD_MAX_BPS).contains(bps)) {
        Some(bps) => Ok(bps as u32),
        None => Err("write it in bits a second, from 64k to 4G, for example 4M".into()),
    }
}

/// The relays with their user name and password: the two first lines of a file, or else from the environment.
///
/// # Errors
/// A sentence, when there are none.
pub fn relays(urls: Vec<String>, file: Option<&Path>) -> Result<Vec<IceServer>, String> {
    if urls.is_empty() {
        return match file {
            Some(_) => Err("--turn-credentials goes with --turn.".into()),
            None => Ok(Vec::new()),
        };
    }
    let (username, credential) = match file {
        Some(path) => of_file(path)?,
        None => of_environment()?,
    };
    let relay = |url| IceServer { url, username: Some(username.clone()), credential: Some(credential.clone()) };
    Ok(urls.into_iter().map(relay).collect())
}

fn of_file(path: &Path) -> Result<(String, String), String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("The relay's credentials cannot be read from {}: {error}.", path.display()))?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(username), Some(credential)) => Ok((username.to_owned(), credential.to_owned())),
        _ => Err(format!("{} must hold the relay's user name and, on the next line, its password.", path.display())),
    }
}

fn of_environment() -> Result<(String, String), String> {
    match (std::env::var(TURN_USERNAME), std::env::var(TURN_CREDENTIAL)) {
        (Ok(username), Ok(credential)) if !username.is_empty() => Ok((username, credential)),
        _ => Err(format!(
            "--turn needs the relay's user name and password: name a file by --turn-credentials, or set {TURN_USERNAME} \
             and {TURN_CREDENTIAL}."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_servers_are_read_or_refused_with_a_sentence() {
        assert_eq!(parse_rate("4M"), Ok(4_000_000));
        assert_eq!(parse_rate("800k"), Ok(800_000));
        assert_eq!(parse_rate("2.5m"), Ok(2_500_000));
        assert_eq!(parse_rate("300000"), Ok(300_000));
        for bad in ["", "M", "fast", "1k", "-4M", "9G", "NaN", "4MM"] {
            assert!(parse_rate(bad).unwrap_err().contains("4M"), "{bad}");
        }
        assert_eq!(parse_stun("stun:a.example:19302").as_deref(), Ok("a.example:19302"));
        for bad in ["", ":3478", "a b", "http://a"] {
            assert!(parse_stun(bad).is_err(), "{bad}");
        }
        assert!(parse_turn("turns:a.example:443?transport=tcp").is_ok());
        for bad in ["", "turn:", "a.example", "turn:a b", "turn:a\" ; x"] {
            assert!(parse_turn(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_port_is_added_where_none_is_named() {
        assert_eq!(with_port("a.example"), "a.example:3478");
        assert_eq!(with_port("a.example:19302"), "a.example:19302");
        assert_eq!(with_port("[::1]:19302"), "[::1]:19302");
        assert_eq!(with_port("[::1]"), "[::1]:3478");
    }

    #[test]
    fn a_relays_secrets_come_from_a_file_and_are_in_no_log() {
        let path = std::env::temp_dir().join(format!("heliograph-relay-{}", std::process::id()));
        std::fs::write(&path, "me\n secret \n").unwrap();
        let relays_of = |urls: &[&str]| relays(urls.iter().map(|url| (*url).to_owned()).collect(), Some(&path));
        let all = relays_of(&["turn:a.example"]).unwrap();
        assert_eq!((all[0].username.as_deref(), all[0].credential.as_deref()), (Some("me"), Some("secret")));
        assert!(!format!("{all:?}").contains("secret"));
        assert!(relays_of(&[]).is_err(), "a file for nothing");
        std::fs::write(&path, "me\n").unwrap();
        assert!(relays_of(&["turn:a.example"]).unwrap_err().contains("next line"));
        std::fs::remove_file(&path).unwrap();
        assert!(relays_of(&["turn:a.example"]).is_err());
    }

    #[test]
    fn names_are_looked_up_and_those_that_are_none_are_told() {
        let stun = ["127.0.0.1".to_owned(), "no-such-host.invalid".to_owned()].to_vec();
        let (network, problems) = NetworkSettings { stun, ..NetworkSettings::default() }.look_up();
        assert_eq!(network.stun, [SocketAddr::from(([127, 0, 0, 1], STUN_PORT))]);
        assert_eq!(network.ice_servers.len(), 2, "browsers look up for themselves");
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("no-such-host.invalid"));
    }
}
