//! [`Reach`]: who can open a session's links.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// Who can open the links.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// Those who sit at this machine.
    #[default]
    Local,
    /// Those on this machine's network.
    Lan,
    /// Everyone, through ngrok.
    Ngrok,
    /// Everyone, through the tunnel that this command opens.
    Command(String),
}

impl Reach {
    /// In a word, as the command line says it.
    pub fn name(&self) -> &'static str {
        match self {
            Reach::Local => "local",
            Reach::Lan => "lan",
            Reach::Ngrok => "ngrok",
            Reach::Command(_) => "command",
        }
    }

    /// Whether a tunnel is needed.
    pub fn is_tunnel(&self) -> bool {
        matches!(self, Reach::Ngrok | Reach::Command(_))
    }

    /// The address to listen on. A tunnel comes from this machine itself.
    ///
    /// # Errors
    /// A sentence, when this machine is on no network.
    pub fn address(&self) -> Result<IpAddr, String> {
        match self {
            Reach::Local | Reach::Ngrok | Reach::Command(_) => Ok(Ipv4Addr::LOCALHOST.into()),
            Reach::Lan => lan_address().ok_or_else(|| {
                "This machine is on no network, so nobody else can reach it. Connect it, or share on this machine only."
                    .to_owned()
            }),
        }
    }
}

/// The address by which this machine is reached on its network: that from which it would speak to the world. No packet is
/// sent; the destinations are reserved for documentation (RFC 5737, RFC 3849).
fn lan_address() -> Option<IpAddr> {
    let speaks_from = |here: IpAddr, there: &str| {
        let socket = UdpSocket::bind((here, 0)).ok()?;
        socket.connect((there, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let found = speaks_from(Ipv4Addr::UNSPECIFIED.into(), "192.0.2.1")
        .or_else(|| speaks_from(Ipv6Addr::UNSPECIFIED.into(), "2001:db8::1"));
    found.filter(|address| !address.is_loopback() && !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_needs_no_open_door() {
        for reach in [Reach::Local, Reach::Ngrok, Reach::Command("x {url}".into())] {
            assert!(reach.address().unwrap().is_loopback(), "{reach:?}");
        }
        if let Ok(address) = Reach::Lan.address() {
            assert!(!address.is_loopback() && !address.is_unspecified());
        }
    }
}
