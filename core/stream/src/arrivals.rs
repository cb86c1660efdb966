//! [`Arrivals`]: those who have come with a valid token, and wait for the app to say whether they may come in.

use crate::link::LinkWriter;
use crate::stage::lock;
use heliograph_wire::room::{Answer, Arrival};
use heliograph_wire::{FromSidecar, ViewerId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// Who waits. Each of them holds a connection, whose number is bounded, so this is bounded too.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    waiting: Mutex<HashMap<ViewerId, oneshot::Sender<Answer>>>,
}

/// Someone who waits. When it is dropped before it was let in, the app hears that it is gone.
#[derive(Debug)]
pub(crate) struct Waiting {
    viewer: ViewerId,
    arrivals: Arc<Arrivals>,
    link: LinkWriter,
    answer: oneshot::Receiver<Answer>,
    is_in: bool,
}

impl Arrivals {
    /// Tells the app of someone.
    pub(crate) fn ask(self: &Arc<Self>, arrival: Arrival, link: &LinkWriter) -> Waiting {
        let viewer = arrival.viewer;
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).insert(viewer, sender);
        link.say(FromSidecar::Arrival { arrival });
        Waiting { viewer, arrivals: Arc::clone(self), link: link.clone(), answer, is_in: false }
    }

    /// The app has decided.
    pub(crate) fn answer(&self, viewer: ViewerId, answer: Answer) {
        if let Some(waiting) = lock(&self.waiting).remove(&viewer) {
            // Whoever has gone meanwhile needs no answer.
            let _ = waiting.send(answer);
        }
    }
}

impl Waiting {
    /// What the app says, however long it takes. May be dropped and called again.
    pub(crate) async fn answer(&mut self) -> Answer {
        let gone = || Answer::Refuse { reason: "The host does not answer.".to_owned() };
        (&mut self.answer).await.unwrap_or_else(|_| gone())
    }

    /// It is in: from here on its own task says when it leaves.
    pub(crate) fn come_in(mut self) {
        self.is_in = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        lock(&self.arrivals.waiting).remove(&self.viewer);
        if !self.is_in {
            self.link.say(FromSidecar::ViewerLeft { viewer: self.viewer, reason: "did not come in".to_owned() });
        }
    }
}
