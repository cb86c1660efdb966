//! [`Share`]: what the HTTP routes and the viewers' tasks have in common.

use crate::access::Access;
use crate::arrivals::Arrivals;
use crate::http::{Hosts, Policy, Strangers};
use crate::inputs::Inputs;
use crate::link::LinkWriter;
use crate::stage::{Stage, lock};
use heliograph_wire::{Role, ViewerId};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

/// The most viewers at a time that anyone may ask for.
const VIEWERS_MAX: usize = 64;

/// One share, from the app's `Start` to its `Stop`.
pub(crate) struct Share {
    pub(crate) access: Access,
    /// Changes with every start.
    pub(crate) epoch: String,
    /// Where media sockets are bound.
    pub(crate) bind: IpAddr,
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
    /// What this host is called by those who reach it through others.
    pub(crate) hosts: Hosts,
    pub(crate) policy: Policy,
    pub(crate) strangers: Mutex<Strangers>,
    next_viewer: AtomicU32,
}

/// What [`Share::new`] puts together.
pub(crate) struct Parts {
    pub(crate) access: Access,
    pub(crate) bind: IpAddr,
    pub(crate) stage: Arc<Stage>,
    pub(crate) inputs: Arc<Inputs>,
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
        let Parts { access, bind, stage, inputs, link, scene, room, host, ended, first_viewer, max_viewers, policy } =
            parts;
        Share {
            access,
            epoch: random_name(),
            bind,
            stage,
            inputs,
            link,
            scene,
            room,
            host,
            ended,
            sessions: Sessions::new(max_viewers),
            arrivals: Arc::default(),
            roles: Mutex::default(),
            hosts: Hosts::default(),
            policy,
            strangers: Mutex::new(Strangers::new(now)),
            next_viewer: AtomicU32::new(first_viewer),
        }
    }

    /// A name that no viewer of this share has had.
    pub(crate) fn new_viewer(&self) -> ViewerId {
        ViewerId(self.next_viewer.fetch_add(1, Ordering::Relaxed))
    }
}

/// 128 random bits, as text for a URL. Without randomness no session could be kept apart from another, so none is made:
/// the text is empty, which [`Sessions::open`] refuses.
pub(crate) fn random_name() -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sessions that DELETE can end.
#[derive(Debug)]
pub(crate) struct Sessions {
    /// Viewers at a time, those who are still connecting included.
    max: usize,
    places: Arc<Semaphore>,
    open: Mutex<HashMap<String, Open>>,
}

#[derive(Debug)]
struct Open {
    owner: Role,
    viewer: ViewerId,
    /// One word is enough; a second one is not needed.
    end: mpsc::Sender<End>,
}

/// Why a session is to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The page said DELETE.
    Deleted,
    /// The host has removed the viewer; why, as a sentence for it.
    Removed(String),
}

/// What DELETE finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Yes,
    NotYours,
    Unknown,
}

impl Sessions {
    fn new(max_viewers: u32) -> Sessions {
        let max = (max_viewers as usize).clamp(1, VIEWERS_MAX);
        Sessions { max, places: Arc::new(Semaphore::new(max)), open: Mutex::default() }
    }

    /// How many places there are.
    pub(crate) fn max(&self) -> usize {
        self.max
    }

    /// A place, as long as it is held; `None` when all are taken.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Opens a session: its name, and where the wish to end it arrives. `None` without a source of randomness.
    pub(crate) fn open(&self, owner: Role, viewer: ViewerId) -> Option<(String, mpsc::Receiver<End>)> {
        let name = random_name();
        if name.is_empty() {
            return None;
        }
        let (end, ended) = mpsc::channel(1);
        lock(&self.open).insert(name.clone(), Open { owner, viewer, end });
        Some((name, ended))
    }

    /// Ends a session on behalf of whoever holds the token of `role`.
    pub(crate) fn end(&self, name: &str, role: Role) -> Ended {
        match lock(&self.open).get(name) {
            None => Ended::Unknown,
            Some(open) if open.owner != role => Ended::NotYours,
            Some(open) => {
                // Full means that it was said before.
                let _ = open.end.try_send(End::Deleted);
                Ended::Yes
            }
        }
    }

    /// Ends a viewer's session on behalf of the host.
    pub(crate) fn remove(&self, viewer: ViewerId, reason: &str) {
        for open in lock(&self.open).values().filter(|open| open.viewer == viewer) {
            let _ = open.end.try_send(End::Removed(reason.to_owned()));
        }
    }

    /// Whether anyone is left.
    pub(crate) fn any(&self) -> bool {
        !lock(&self.open).is_empty()
    }

    /// A session is over.
    pub(crate) fn close(&self, name: &str) {
        lock(&self.open).remove(name);
    }
}
