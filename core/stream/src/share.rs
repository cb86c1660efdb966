//! [`Share`]: what the HTTP routes and the viewers' tasks have in common.

use crate::access::Access;
use crate::arrivals::Arrivals;
use crate::http::{Hosts, Policy, Strangers};
use crate::inputs::Inputs;
use crate::link::LinkWriter;
use crate::sessions::{Sessions, random_name};
use crate::stage::Stage;
use crate::still::StillShop;
use heliograph_wire::link::Network;
use heliograph_wire::{Role, Rung, ViewerId};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::{Semaphore, watch};

/// WebSockets of strangers at a time; each may stand there for a few seconds.
const UNNAMED_SOCKETS_MAX: usize = 32;

/// One share, from the app's `Start` to its `Stop`.
pub(crate) struct Share {
    pub(crate) access: Access,
    /// Changes with every start.
    pub(crate) epoch: String,
    /// Where media sockets are bound.
    pub(crate) bind: IpAddr,
    /// By whose help browsers are reached.
    pub(crate) network: Network,
    pub(crate) stage: Arc<Stage>,
    pub(crate) inputs: Arc<Inputs>,
    pub(crate) link: LinkWriter,
    /// The newest scene as the JSON text that viewers get.
    pub(crate) scene: watch::Receiver<Option<Arc<str>>>,
    /// Who is here, in the same form.
    pub(crate) room: watch::Receiver<Option<Arc<str>>>,
    /// Whether the app answers, in the same form.
    pub(crate) host: watch::Receiver<Option<Arc<str>>>,
    /// Why the share is over.
    pub(crate) ended: watch::Receiver<Option<Arc<str>>>,
    pub(crate) sessions: Sessions,
    pub(crate) arrivals: Arc<Arrivals>,
    /// What each viewer may do at present, as the app said last.
    pub(crate) roles: Mutex<HashMap<ViewerId, Role>>,
    /// How each viewer's page shows the picture.
    pub(crate) shown: Mutex<HashMap<ViewerId, Shown>>,
    pub(crate) stills: Arc<StillShop>,
    /// What this host is called by those who reach it through others.
    pub(crate) hosts: Hosts,
    pub(crate) policy: Policy,
    pub(crate) strangers: Mutex<Strangers>,
    /// WebSockets that have not said their hello yet.
    pub(crate) unnamed_sockets: Arc<Semaphore>,
    next_viewer: AtomicU32,
}

/// How a page shows the picture, as far as it has said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) rung: Option<Rung>,
    /// Every pixel is the host's.
    pub(crate) exact: bool,
}

/// What [`Share::new`] puts together.
pub(crate) struct Parts {
    pub(crate) access: Access,
    pub(crate) bind: IpAddr,
    pub(crate) network: Network,
    pub(crate) stage: Arc<Stage>,
    pub(crate) inputs: Arc<Inputs>,
    pub(crate) stills: Arc<StillShop>,
    pub(crate) link: LinkWriter,
    pub(crate) scene: watch::Receiver<Option<Arc<str>>>,
    pub(crate) room: watch::Receiver<Option<Arc<str>>>,
    pub(crate) host: watch::Receiver<Option<Arc<str>>>,
    pub(crate) ended: watch::Receiver<Option<Arc<str>>>,
    pub(crate) first_viewer: u32,
    pub(crate) max_viewers: u32,
    pub(crate) policy: Policy,
}

impl Share {
    pub(crate) fn new(parts: Parts, now: Instant) -> Share {
        let Parts {
            access,
            bind,
            network,
            stage,
            inputs,
            stills,
            link,
            scene,
            room,
            host,
            ended,
            first_viewer,
            max_viewers,
            policy,
        } = parts;
        Share {
            access,
            epoch: random_name(),
            bind,
            network,
            stage,
            inputs,
            stills,
            link,
            scene,
            room,
            host,
            ended,
            sessions: Sessions::new(max_viewers),
            arrivals: Arc::default(),
            roles: Mutex::default(),
            shown: Mutex::default(),
            hosts: Hosts::default(),
            policy,
            strangers: Mutex::new(Strangers::new(now)),
            unnamed_sockets: Arc::new(Semaphore::new(UNNAMED_SOCKETS_MAX)),
            next_viewer: AtomicU32::new(first_viewer),
        }
    }

    /// A name that no viewer of this share has had.
    pub(crate) fn new_viewer(&self) -> ViewerId {
        ViewerId(self.next_viewer.fetch_add(1, Ordering::Relaxed))
    }
}
