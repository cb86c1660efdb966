//! [`Carriers`]: the ways to one viewer's browser. There is one, for a moment two: while the page tries which is better.

use crate::packets::MediaFrame;
use crate::stage::{Stage, WatcherKey};
use crate::transport::{Channel, Event, Transport, Way};
use heliograph_wire::ViewerId;
use std::sync::Arc;
use tokio::sync::mpsc;

/// One way.
pub(crate) struct Carrier {
    pub(super) way: Way,
    pub(super) transport: Box<dyn Transport>,
    events: mpsc::Receiver<Event>,
    pub(super) control: Option<Arc<dyn Channel>>,
    pub(super) pointer: Option<Arc<dyn Channel>>,
    pub(super) still: Option<Arc<dyn Channel>>,
    /// Where its media come from, while they flow.
    seat: Option<Seat>,
}

/// Its place before the stage.
type Seat = (WatcherKey, mpsc::Receiver<Arc<MediaFrame>>);

/// What happened on a way.
pub(super) enum Happening {
    Event(Event),
    Frame(Arc<MediaFrame>),
}

impl Carrier {
    pub(crate) fn new(way: Way, transport: Box<dyn Transport>, events: mpsc::Receiver<Event>) -> Carrier {
        Carrier { way, transport, events, control: None, pointer: None, still: None, seat: None }
    }

    /// Media flow from here on, beginning with a keyframe.
    pub(super) fn begin(&mut self, viewer: ViewerId, stage: &Stage) {
        if self.seat.is_none() {
            self.seat = Some(stage.join(viewer, self.transport.line(), self.transport.medium()));
        }
    }

    /// Media flow no more.
    pub(super) fn rest(&mut self, stage: &Stage) {
        if let Some((key, _)) = self.seat.take() {
            stage.leave(key);
        }
    }

    pub(super) fn is_flowing(&self) -> bool {
        self.seat.is_some()
    }

    /// Its place before the stage, while media flow.
    pub(super) fn key(&self) -> Option<WatcherKey> {
        self.seat.as_ref().map(|(key, _)| *key)
    }

    /// The next event or frame. May be dropped and called again.
    async fn next(&mut self) -> Happening {
        tokio::select! {
            biased;
            event = self.events.recv() => Happening::Event(event.unwrap_or(Event::Lost("closed the connection"))),
            Some(frame) = next_frame(&mut self.seat) => Happening::Frame(frame),
        }
    }
}

async fn next_frame(seat: &mut Option<Seat>) -> Option<Arc<MediaFrame>> {
    match seat {
        Some((_, frames)) => frames.recv().await,
        None => std::future::pending().await,
    }
}

/// All of a viewer's.
pub(super) struct Carriers {
    peer: Option<Carrier>,
    socket: Option<Carrier>,
    /// Which of them carries what the viewer is told.
    voice: Way,
}

impl Carriers {
    pub(super) fn of(first: Carrier) -> Carriers {
        let voice = first.way;
        let mut carriers = Carriers { peer: None, socket: None, voice };
        *carriers.slot(voice) = Some(first);
        carriers
    }

    fn slot(&mut self, way: Way) -> &mut Option<Carrier> {
        match way {
            Way::Peer => &mut self.peer,
            Way::Socket => &mut self.socket,
        }
    }

    pub(super) fn get(&mut self, way: Way) -> Option<&mut Carrier> {
        self.slot(way).as_mut()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.peer.is_none() && self.socket.is_none()
    }

    /// The carrier that speaks to the viewer.
    pub(super) fn voice(&mut self) -> Option<&mut Carrier> {
        self.get(self.voice)
    }

    /// From here on this one speaks. Whether that is another than before.
    pub(super) fn let_speak(&mut self, way: Way) -> bool {
        std::mem::replace(&mut self.voice, way) != way
    }

    /// Adds a way, in the place of the one of its kind, which is returned.
    pub(super) fn add(&mut self, carrier: Carrier) -> Option<Carrier> {
        self.slot(carrier.way).replace(carrier)
    }

    /// Takes a way away. The other one speaks then, if there is one.
    pub(super) fn remove(&mut self, way: Way) -> Option<Carrier> {
        let removed = self.slot(way).take();
        self.voice = match (self.peer.is_some(), self.socket.is_some()) {
            (true, false) => Way::Peer,
            (false, true) => Way::Socket,
            _ => self.voice,
        };
        removed
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Carrier> {
        self.peer.iter_mut().chain(&mut self.socket)
    }

    /// What happens next, on whichever way. May be dropped and called again.
    pub(super) async fn next(&mut self) -> (Way, Happening) {
        async fn of(slot: &mut Option<Carrier>) -> Happening {
            match slot {
                Some(carrier) => carrier.next().await,
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            happening = of(&mut self.peer) => (Way::Peer, happening),
            happening = of(&mut self.socket) => (Way::Socket, happening),
        }
    }
}
