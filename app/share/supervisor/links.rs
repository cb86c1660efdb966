//! The links of a session, and the tunnel that they may lead through.

use super::Supervisor;
use crate::share::sidecar::Sidecar;
use crate::share::tunnel::{Tunnel, TunnelState};
use crate::share::{FromShare, Links, direct, fresh_tokens};
use heliograph_wire::{Origin, ToSidecar};
use std::net::SocketAddr;

impl Supervisor {
    /// Other links: the old ones open nothing from here on.
    pub(super) fn make_new_links(&mut self, sidecar: Option<&Sidecar>) {
        match fresh_tokens() {
            Ok(tokens) => self.tokens = tokens,
            Err(error) => return (self.tell)(FromShare::Problem(format!("{error:#}"))),
        }
        let orders = self.room.lock().new_links();
        if let Some(sidecar) = sidecar {
            sidecar.say(ToSidecar::Links { tokens: self.tokens.clone() });
            self.carry_out(orders, sidecar);
        }
        self.tell_links(Some("The old links are dead.".into()));
    }

    /// Tells the links, if there are any yet.
    pub(super) fn tell_links(&self, why: Option<String>) {
        let direct = self.address.map(direct);
        let public = self.public.as_ref().map(|origin| origin.as_str().to_owned());
        if let Some(place) = public.or(direct) {
            (self.tell)(FromShare::Links { links: Links::at(&place, &self.tokens), why });
        }
    }

    /// The tunnel is somewhere else.
    pub(super) fn follow_tunnel(&mut self, state: TunnelState, sidecar: Option<&Sidecar>) {
        if let TunnelState::Open { url, changed, .. } = &state {
            match url.parse::<Origin>() {
                Ok(origin) => self.public = Some(origin),
                Err(error) => {
                    return (self.tell)(FromShare::Problem(format!("The tunnel's address is of no use: {error}.")));
                }
            }
            if let Some(sidecar) = sidecar {
                sidecar.say(self.reachable_line());
            }
            let why = changed.then(|| "The tunnel has another address now: send the new links.".to_owned());
            self.tell_links(why);
        }
        (self.tell)(FromShare::Tunnel(state));
    }

    pub(super) fn reachable_line(&self) -> ToSidecar {
        ToSidecar::Reachable { origins: self.public.iter().cloned().collect() }
    }

    /// Opens the tunnel, if the reach needs one. Without it the session goes on where it is.
    pub(super) fn open_tunnel(&mut self, local: SocketAddr) {
        match Tunnel::start(&self.settings.reach, local, self.sender.clone()) {
            Ok(tunnel) => self.tunnel = tunnel,
            Err(error) => {
                let sentence = format!("The tunnel's process could not be started: {error:#}.");
                (self.tell)(FromShare::Tunnel(TunnelState::Failed { sentence }));
            }
        }
    }
}
