//! [`Sessions`]: the viewers that are here, by the names under which their pages speak of them.

use crate::peer::OfferError;
use crate::stage::lock;
use crate::viewer::Carrier;
use heliograph_wire::{Role, ViewerId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// The most viewers at a time that anyone may ask for.
const VIEWERS_MAX: usize = 64;
/// What a page asks of its session, on its way to the viewer's task.
const WAITING_CALLS_MAX: usize = 4;
/// Sentences for a viewer, on their way to its task. Of more the first are enough.
const WAITING_WORDS_MAX: usize = 4;

/// 128 random bits, as text for a URL. Without randomness no session could be kept apart from another, so none is made:
/// the text is empty, which [`Sessions::open`] refuses.
pub(crate) fn random_name() -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// See the module. A name has 128 random bits and is known to one page only.
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
    words: mpsc::Sender<String>,
    calls: mpsc::Sender<Call>,
}

/// Where what concerns a session arrives.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// It is to end.
    pub(crate) ends: mpsc::Receiver<End>,
    /// The host has a sentence for the viewer.
    pub(crate) words: mpsc::Receiver<String>,
    /// The page wants something of it.
    pub(crate) calls: mpsc::Receiver<Call>,
}

/// What a page asks of its session.
pub(crate) enum Call {
    /// This way, too, leads to the page.
    Attach(Carrier),
    /// A fragment of an offer, and where the answer goes; see [`crate::transport::Transport::ice`].
    Ice(String, oneshot::Sender<Result<Option<String>, OfferError>>),
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Call::Attach(_) => "Attach",
            Call::Ice(..) => "Ice",
        })
    }
}

/// Why a session is to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The page said DELETE.
    Deleted,
    /// The host has removed the viewer; why, as a sentence for it.
    Removed(String),
}

/// Why a page's wish does not reach a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreached {
    /// It was opened by another link.
    NotYours,
    /// There is none of that name, or no longer.
    Unknown,
    /// The page asks faster than its session answers.
    Busy,
}

impl Sessions {
    pub(crate) fn new(max_viewers: u32) -> Sessions {
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

    /// Opens a session: its name, and where what concerns it arrives. `None` without a source of randomness.
    pub(crate) fn open(&self, owner: Role, viewer: ViewerId) -> Option<(String, Inbox)> {
        let name = random_name();
        if name.is_empty() {
            return None;
        }
        let (end, ends) = mpsc::channel(1);
        let (words_tx, words) = mpsc::channel(WAITING_WORDS_MAX);
        let (calls_tx, calls) = mpsc::channel(WAITING_CALLS_MAX);
        lock(&self.open).insert(name.clone(), Open { owner, viewer, end, words: words_tx, calls: calls_tx });
        Some((name, Inbox { ends, words, calls }))
    }

    /// Ends a session on behalf of whoever holds the token of `role`.
    pub(crate) fn end(&self, name: &str, role: Role) -> Result<(), Unreached> {
        self.with(name, role, |open| {
            // Full means that it was said before.
            let _ = open.end.try_send(End::Deleted);
            Ok(())
        })
    }

    /// Passes on what a page asks of its session, on behalf of whoever holds the token of `role`.
    pub(crate) fn call(&self, name: &str, role: Role, call: Call) -> Result<(), Unreached> {
        self.with(name, role, |open| open.calls.try_send(call).map_err(|_| Unreached::Busy))
    }

    /// Whether there is a session of that name that belongs to whoever holds the token of `role`.
    pub(crate) fn owned(&self, name: &str, role: Role) -> Result<(), Unreached> {
        self.with(name, role, |_| Ok(()))
    }

    fn with(
        &self,
        name: &str,
        role: Role,
        reach: impl FnOnce(&Open) -> Result<(), Unreached>,
    ) -> Result<(), Unreached> {
        match lock(&self.open).get(name) {
            None => Err(Unreached::Unknown),
            Some(open) if open.owner != role => Err(Unreached::NotYours),
            Some(open) => reach(open),
        }
    }

    /// Tells a viewer something on behalf of the host.
    pub(crate) fn tell(&self, viewer: ViewerId, text: &str) {
        for open in lock(&self.open).values().filter(|open| open.viewer == viewer) {
            let _ = open.words.try_send(text.to_owned());
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
