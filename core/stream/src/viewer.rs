//! [`Viewer`]: one viewer's life, from its arrival to its last message. One task each.

mod carriers;
mod hearing;
mod stills;
mod topics;

use crate::gate::Gate;
use crate::packets::MediaFrame;
use crate::peer::OfferError;
use crate::poses::Poses;
use crate::sessions::{Call, End, Inbox};
use crate::share::Share;
use crate::stage::lock;
use crate::transport::{Channel, Event, Label, Sent, Way};
pub(crate) use carriers::Carrier;
use carriers::{Carriers, Happening};
use heliograph_wire::control::EndCause;
use heliograph_wire::pointer::Message;
use heliograph_wire::{FromSidecar, PROTOCOL, Role, ToViewer, ViewerId};
use std::sync::Arc;
use std::time::{Duration, Instant};
use stills::Stills;
use tokio::sync::{OwnedSemaphorePermit, watch};
use topics::Topics;

/// From the answer to the first message; a browser needs a few seconds behind a slow line.
const JOIN_MAX: Duration = Duration::from_secs(15);
/// The page pings each second. Whoever is silent for so long is gone; until then it may come back on the same session,
/// after an outage, or by another way.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// For the goodbye to leave before the connection is torn down.
const GOODBYE: Duration = Duration::from_millis(150);

/// What a viewer's task needs.
pub(crate) struct Viewer {
    pub(crate) id: ViewerId,
    pub(crate) role: Role,
    /// By which it is known when it comes back.
    pub(crate) pass: String,
    /// For both ends to read aloud.
    pub(crate) safety_code: Option<String>,
    /// The session's name.
    pub(crate) session: String,
    pub(crate) share: Arc<Share>,
    /// The way by which it came.
    pub(crate) carrier: Carrier,
    pub(crate) inbox: Inbox,
    /// A plain WHEP player has no channels: it is heard of by ICE alone, and only watches.
    pub(crate) has_channels: bool,
    /// Held as long as the viewer is there.
    pub(crate) place: OwnedSemaphorePermit,
}

/// Why a viewer left, as in "the viewer … ".
type Reason = String;

/// A viewer's task while it runs.
struct Life {
    id: ViewerId,
    pass: String,
    role: Role,
    safety_code: Option<String>,
    share: Arc<Share>,
    has_channels: bool,
    carriers: Carriers,
    gate: Gate,
    /// The app knows of the viewer.
    joined: bool,
    heard: Instant,
    topics: Topics,
    poses: Poses,
    stills: Stills,
}

impl Viewer {
    /// Runs until the viewer is gone, then cleans up.
    pub(crate) async fn run(self) {
        let Viewer { id, role, pass, safety_code, session, share, carrier, mut inbox, has_channels, place } = self;
        let now = Instant::now();
        let mut life = Life {
            id,
            pass,
            role,
            safety_code,
            has_channels,
            carriers: Carriers::of(carrier),
            gate: Gate::new(role, now),
            joined: false,
            heard: now,
            topics: Topics::of(&share),
            poses: Poses::default(),
            stills: Stills::default(),
            share: Arc::clone(&share),
        };
        let reason = life.live(&mut inbox).await;
        tracing::info!("viewer {} {reason}", id.0);
        share.stage.leave_all(id);
        lock(&share.shown).remove(&id);
        share.inputs.gone(id);
        share.link.say(FromSidecar::ViewerLeft { viewer: id, reason });
        share.sessions.close(&session);
        drop(inbox);
        for carrier in life.carriers.iter_mut() {
            carrier.transport.close().await;
        }
        drop(place);
    }
}

impl Life {
    async fn live(&mut self, inbox: &mut Inbox) -> Reason {
        let share = Arc::clone(&self.share);
        let mut ended = share.ended.clone();
        let mut notices = share.stage.notices();
        loop {
            let deadline = self.deadline();
            let done = tokio::select! {
                Some(reason) = end_of(&mut ended) => self.say_goodbye(EndCause::Over, reason).await,
                Some(end) = inbox.ends.recv() => self.end(end).await,
                Some(text) = inbox.words.recv() => self.notice(Some(text)).await,
                Some(call) = inbox.calls.recv() => self.call(call).await,
                (way, happening) = self.carriers.next() => match happening {
                    Happening::Event(event) => self.event(way, event).await,
                    Happening::Frame(frame) => self.frame(way, &frame).await,
                },
                () = self.topics.changed() => {
                    self.look_up_role();
                    Ok(())
                }
                () = self.stills.changed() => self.send_stills().await,
                Ok(()) = notices.changed() => {
                    let newest = notices.borrow_and_update().as_deref().map(str::to_owned);
                    self.notice(newest).await
                }
                () = tokio::time::sleep_until(deadline.into()) => self.timeout().await,
            };
            if let Err(reason) = done {
                return reason;
            }
        }
    }

    fn deadline(&mut self) -> Instant {
        let silence = self.heard + if self.joined { SILENCE_MAX } else { JOIN_MAX };
        let watched_by_ice_alone = self.joined && !self.has_channels;
        let silence = if watched_by_ice_alone { self.heard + Duration::from_secs(86_400) } else { silence };
        let can_speak = self.carriers.voice().is_some_and(|voice| voice.control.is_some());
        let due = self.topics.next_due().filter(|_| can_speak);
        [Some(silence), due, self.stills.deadline()].into_iter().flatten().min().unwrap_or(silence)
    }

    /// What the host lets the viewer do may have changed.
    fn look_up_role(&mut self) {
        if let Some(role) = lock(&self.share.roles).get(&self.id) {
            self.gate.set_role(*role);
        }
    }

    async fn timeout(&mut self) -> Result<(), Reason> {
        let now = Instant::now();
        if self.topics.next_due().is_some_and(|due| due <= now)
            && let Some(control) = self.control()
        {
            if !self.topics.send_due(&control, now).await {
                let way = self.carriers.voice().map(|voice| voice.way);
                return way.map_or(Ok(()), |way| self.lost(way, "closed the page"));
            }
            return Ok(());
        }
        if self.stills.deadline().is_some_and(|due| due <= now) {
            return self.send_stills().await;
        }
        match (self.joined, self.heard.elapsed()) {
            (false, silence) if silence >= JOIN_MAX => Err("did not get through".to_owned()),
            (true, silence) if silence >= SILENCE_MAX && self.has_channels => Err("fell silent".to_owned()),
            _ => Ok(()),
        }
    }

    /// Where the viewer is told something.
    fn control(&mut self) -> Option<Arc<dyn Channel>> {
        self.carriers.voice()?.control.clone()
    }

    async fn event(&mut self, way: Way, event: Event) -> Result<(), Reason> {
        match event {
            Event::Connected => {
                let (id, stage) = (self.id, Arc::clone(&self.share.stage));
                if let Some(carrier) = self.carriers.get(way) {
                    carrier.begin(id, &stage);
                }
                if !self.has_channels {
                    self.join();
                }
                Ok(())
            }
            Event::CutOff if !self.has_channels => Err("was cut off".to_owned()),
            Event::CutOff => {
                // Nothing is encoded for a line that is dead; the page knows how to mend it.
                let stage = Arc::clone(&self.share.stage);
                if let Some(carrier) = self.carriers.get(way) {
                    carrier.rest(&stage);
                }
                Ok(())
            }
            Event::Opened(label, channel) => self.opened(way, label, channel).await,
            Event::Text(text) => self.text(&text).await,
            Event::Bytes(bytes) => self.bytes(way, &bytes).await,
            Event::Malformed => {
                self.heard = Instant::now();
                let verdict = self.gate.malformed();
                self.judge(verdict)
            }
            Event::Lost(reason) => self.lost(way, reason),
        }
    }

    /// A way is gone for good. With another one the viewer stays.
    fn lost(&mut self, way: Way, reason: &str) -> Result<(), Reason> {
        if let Some(mut carrier) = self.carriers.remove(way) {
            carrier.rest(&self.share.stage);
            tokio::spawn(async move { carrier.transport.close().await });
        }
        if self.carriers.is_empty() {
            return Err(reason.to_owned());
        }
        self.topics.all_due(Instant::now());
        self.stills.restart();
        Ok(())
    }

    async fn opened(&mut self, way: Way, label: Label, channel: Arc<dyn Channel>) -> Result<(), Reason> {
        let Some(carrier) = self.carriers.get(way) else { return Ok(()) };
        match label {
            Label::Control if carrier.control.is_none() => {
                carrier.control = Some(channel);
                self.welcome(way).await
            }
            Label::Pointer => {
                carrier.pointer.get_or_insert(channel);
                Ok(())
            }
            Label::Still => {
                carrier.still.get_or_insert(channel);
                self.stills.open(&self.share.stills);
                self.send_stills().await
            }
            Label::Control => Ok(()),
        }
    }

    fn join(&mut self) {
        self.heard = Instant::now();
        if !std::mem::replace(&mut self.joined, true) {
            self.share.link.say(FromSidecar::ViewerJoined { viewer: self.id, safety_code: self.safety_code.clone() });
        }
    }

    /// A way has opened. It is opened because it is needed, so it speaks from here on.
    async fn welcome(&mut self, way: Way) -> Result<(), Reason> {
        self.carriers.let_speak(way);
        let (viewer, role, epoch, pass) = (self.id, self.role, self.share.epoch.clone(), self.pass.clone());
        let welcome = to_json(&ToViewer::Welcome { protocol: PROTOCOL, viewer, role, epoch, pass });
        let notice = self.share.stage.notices().borrow().clone();
        if let Some(channel) = self.control() {
            channel.text(&welcome).await;
            if let Some(text) = notice {
                channel.text(&to_json(&ToViewer::Notice { text: text.to_string() })).await;
            }
        }
        self.topics.all_due(Instant::now());
        self.stills.restart();
        self.join();
        Ok(())
    }

    async fn frame(&mut self, way: Way, frame: &MediaFrame) -> Result<(), Reason> {
        let shown = frame.shown.iter().rev().find(|(viewer, _)| *viewer == self.id).map(|(_, seq)| *seq);
        let Some(carrier) = self.carriers.get(way) else { return Ok(()) };
        // Before the frame: the page should know whence it was drawn when it shows it. What cannot be said yet is not taken for said.
        if let Some(pointer) = &carrier.pointer
            && let Some(message) = self.poses.message(frame, self.id)
        {
            pointer.bytes(&message.encode()).await;
        }
        match carrier.transport.send(frame, shown).await {
            Sent::Gone => return self.lost(way, "closed the connection"),
            Sent::Full => {
                // What follows cannot be decoded without this one.
                self.share.stage.want_keyframe(self.id);
                return Ok(());
            }
            Sent::Yes => {}
        }
        // A frame over the WebSocket says it itself.
        if let (Way::Peer, Some(seq), Some(pointer)) = (way, shown, &carrier.pointer) {
            let drawn_ms = frame.drawn_us as f64 / 1e3;
            let shown = Message::Shown { seq, drawn_ms, rtp_timestamp: frame.rtp_timestamp };
            pointer.bytes(&shown.encode()).await;
        }
        Ok(())
    }

    /// Sends what may be sent now of the picture that rests, by the way that speaks.
    async fn send_stills(&mut self) -> Result<(), Reason> {
        let Some(carrier) = self.carriers.voice() else { return Ok(()) };
        let outcome = self.stills.send(carrier, &self.share.stage, Instant::now()).await;
        let (way, exact) = (carrier.way, self.stills.is_exact());
        lock(&self.share.shown).entry(self.id).or_default().exact = exact;
        match outcome {
            Sent::Gone => self.lost(way, "closed the connection"),
            Sent::Yes | Sent::Full => Ok(()),
        }
    }

    async fn call(&mut self, call: Call) -> Result<(), Reason> {
        match call {
            Call::Attach(carrier) => {
                // One of the same kind has been given up by its page.
                if let Some(mut before) = self.carriers.add(carrier) {
                    before.rest(&self.share.stage);
                    tokio::spawn(async move { before.transport.close().await });
                }
            }
            Call::Ice(fragment, reply) => {
                self.heard = Instant::now();
                let (id, stage) = (self.id, Arc::clone(&self.share.stage));
                let answer = match self.carriers.get(Way::Peer) {
                    Some(peer) => {
                        let answer = peer.transport.ice(&fragment).await;
                        // A connection that never noticed that it was cut off says nothing when it is whole again.
                        if matches!(answer, Ok(Some(_))) && peer.control.is_some() {
                            peer.begin(id, &stage);
                        }
                        answer
                    }
                    None => Err(OfferError::Refused("its connection is closed".to_owned())),
                };
                // Whoever asked may have given up waiting.
                let _ = reply.send(answer);
            }
        }
        Ok(())
    }

    async fn end(&mut self, end: End) -> Result<(), Reason> {
        match end {
            End::Deleted => Err("closed the page".to_owned()),
            End::Removed(reason) => {
                // Not one frame more.
                self.share.stage.leave_all(self.id);
                self.say_goodbye(EndCause::Removed, reason).await
            }
        }
    }

    async fn say_goodbye(&mut self, cause: EndCause, reason: String) -> Result<(), Reason> {
        let goodbye = to_json(&ToViewer::Ended { cause, reason: reason.clone() });
        let mut is_said = false;
        for control in self.carriers.iter_mut().filter_map(|carrier| carrier.control.as_ref()) {
            is_said |= control.text(&goodbye).await == Sent::Yes;
        }
        if is_said {
            tokio::time::sleep(GOODBYE).await;
        }
        Err(format!("was told goodbye: {reason}"))
    }

    async fn notice(&mut self, text: Option<String>) -> Result<(), Reason> {
        if let (Some(text), Some(control)) = (text, self.control()) {
            control.text(&to_json(&ToViewer::Notice { text })).await;
        }
        Ok(())
    }
}

/// Why the share is over, once it is.
async fn end_of(ended: &mut watch::Receiver<Option<Arc<str>>>) -> Option<String> {
    ended.wait_for(Option::is_some).await.ok()?.as_deref().map(str::to_owned)
}

/// The JSON of a message, which always has one.
pub(crate) fn to_json(message: &ToViewer) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
