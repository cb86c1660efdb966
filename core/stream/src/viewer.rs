//! [`Viewer`]: one viewer's life, from its offer to its last message. One task each.

use crate::gate::{Gate, Refusal, Verdict};
use crate::packets::MediaFrame;
use crate::share::{End, Share};
use crate::stage::lock;
use crate::transport::{Channel, Event, Label, Sent, Transport};
use heliograph_ring::{RingError, monotonic_us};
use heliograph_wire::control::EndCause;
use heliograph_wire::pointer::Message;
use heliograph_wire::{FromSidecar, FromViewer, Input, PROTOCOL, Role, ToViewer, ViewerId};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};

/// From the answer to the first message; a browser needs a few seconds behind a slow line.
const JOIN_MAX: Duration = Duration::from_secs(15);
/// The page pings each second; whoever is silent for so long is gone, whatever ICE still hopes.
const SILENCE_MAX: Duration = Duration::from_secs(8);
/// When a channel was full, the newest scene is tried again after this.
const RETRY: Duration = Duration::from_millis(100);
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
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) events: mpsc::Receiver<Event>,
    /// The page or the host wants an end.
    pub(crate) ends: mpsc::Receiver<End>,
    /// A plain WHEP player has no channels: it is heard of by ICE alone, and only watches.
    pub(crate) has_channels: bool,
    /// Held as long as the viewer is there.
    pub(crate) place: OwnedSemaphorePermit,
}

/// Why a viewer left, as in "the viewer … ".
type Reason = String;

/// What a viewer's task knows while it runs.
struct State {
    gate: Gate,
    control: Option<Arc<dyn Channel>>,
    pointer: Option<Arc<dyn Channel>>,
    frames: Option<mpsc::Receiver<Arc<MediaFrame>>>,
    /// The app knows of the viewer.
    joined: bool,
    heard: Instant,
    topics: Topics,
}

/// What a viewer is told the newest state of. A state that is replaced before it could be sent is never sent.
struct Topics {
    /// Scene, room, whether the host answers.
    newest: [watch::Receiver<Option<Arc<str>>>; 3],
    /// When each is to be sent (again).
    due: [Option<Instant>; 3],
}

impl Topics {
    fn of(share: &Share) -> Topics {
        Topics { newest: [&share.scene, &share.room, &share.host].map(Clone::clone), due: [None; 3] }
    }

    /// Waits until one is another, and notes that it is due. May be dropped and called again.
    async fn changed(&mut self) {
        let [scene, room, host] = &mut self.newest;
        let index = tokio::select! {
            Ok(()) = scene.changed() => 0,
            Ok(()) = room.changed() => 1,
            Ok(()) = host.changed() => 2,
            else => std::future::pending().await,
        };
        self.due[index] = Some(Instant::now());
    }

    /// Everything is to be told anew.
    fn all_due(&mut self, now: Instant) {
        self.due = [Some(now); 3];
    }

    fn next_due(&self) -> Option<Instant> {
        self.due.iter().flatten().min().copied()
    }

    /// Sends what is due; false when the viewer is gone.
    async fn send_due(&mut self, control: &Arc<dyn Channel>, now: Instant) -> bool {
        for (due, newest) in self.due.iter_mut().zip(&self.newest) {
            if due.is_none_or(|due| due > now) {
                continue;
            }
            let newest = newest.borrow().clone();
            let sent = match newest {
                Some(text) => control.text(&text).await,
                None => Sent::Yes,
            };
            *due = (sent == Sent::Full).then(|| now + RETRY);
            if sent == Sent::Gone {
                return false;
            }
        }
        true
    }
}

impl Viewer {
    /// Runs until the viewer is gone, then cleans up.
    pub(crate) async fn run(mut self) {
        let now = Instant::now();
        let mut state = State {
            gate: Gate::new(self.role, now),
            control: None,
            pointer: None,
            frames: None,
            joined: false,
            heard: now,
            topics: Topics::of(&self.share),
        };
        let reason = self.live(&mut state).await;
        tracing::info!("viewer {} {reason}", self.id.0);
        self.share.stage.leave(self.id);
        self.share.inputs.gone(self.id);
        self.share.link.say(FromSidecar::ViewerLeft { viewer: self.id, reason });
        self.share.sessions.close(&self.session);
        self.events.close();
        self.transport.close().await;
        drop(self.place);
    }

    async fn live(&mut self, state: &mut State) -> Reason {
        let share = Arc::clone(&self.share);
        let mut ended = share.ended.clone();
        let mut notices = share.stage.notices();
        loop {
            let deadline = self.deadline(state);
            let done = tokio::select! {
                Some(reason) = end_of(&mut ended) => self.say_goodbye(state, EndCause::Over, reason).await,
                Some(end) = self.ends.recv() => self.end(state, end).await,
                Some(event) = self.events.recv() => self.event(state, event).await,
                Some(frame) = next_frame(&mut state.frames) => self.frame(state, &frame).await,
                () = state.topics.changed() => {
                    self.look_up_role(state);
                    Ok(())
                }
                Ok(()) = notices.changed() => notice(state, &mut notices).await,
                () = tokio::time::sleep_until(deadline.into()) => self.timeout(state).await,
                else => Err("was dropped".to_owned()),
            };
            if let Err(reason) = done {
                return reason;
            }
        }
    }

    fn deadline(&self, state: &State) -> Instant {
        let silence = state.heard + if state.joined { SILENCE_MAX } else { JOIN_MAX };
        let watched_by_ice_alone = state.joined && !self.has_channels;
        let silence = if watched_by_ice_alone { state.heard + Duration::from_secs(86_400) } else { silence };
        let due = state.topics.next_due().filter(|_| state.control.is_some());
        due.map_or(silence, |due| due.min(silence))
    }

    /// What the host lets the viewer do may have changed.
    fn look_up_role(&self, state: &mut State) {
        if let Some(role) = lock(&self.share.roles).get(&self.id) {
            state.gate.set_role(*role);
        }
    }

    async fn timeout(&mut self, state: &mut State) -> Result<(), Reason> {
        let now = Instant::now();
        if let Some(control) = &state.control
            && state.topics.next_due().is_some_and(|due| due <= now)
        {
            let is_there = state.topics.send_due(control, now).await;
            return if is_there { Ok(()) } else { Err("closed the page".to_owned()) };
        }
        match (state.joined, state.heard.elapsed()) {
            (false, silence) if silence >= JOIN_MAX => Err("did not get through".to_owned()),
            (true, silence) if silence >= SILENCE_MAX && self.has_channels => Err("fell silent".to_owned()),
            _ => Ok(()),
        }
    }

    async fn event(&mut self, state: &mut State, event: Event) -> Result<(), Reason> {
        match event {
            Event::Connected => {
                if state.frames.is_none() {
                    state.frames = Some(self.share.stage.join(self.id, self.transport.line()));
                }
                if !self.has_channels {
                    self.join(state);
                }
                Ok(())
            }
            Event::Opened(Label::Control, channel) => self.welcome(state, channel).await,
            Event::Opened(Label::Pointer, channel) => {
                state.pointer.get_or_insert(channel);
                Ok(())
            }
            Event::Text(text) => self.text(state, &text).await,
            Event::Bytes(bytes) => self.bytes(state, &bytes).await,
            Event::Malformed => {
                state.heard = Instant::now();
                let verdict = state.gate.malformed();
                self.judge(verdict)
            }
            Event::Lost(reason) => Err(reason.to_owned()),
        }
    }

    fn join(&self, state: &mut State) {
        state.heard = Instant::now();
        if !std::mem::replace(&mut state.joined, true) {
            self.share.link.say(FromSidecar::ViewerJoined { viewer: self.id, safety_code: self.safety_code.clone() });
        }
    }

    async fn welcome(&mut self, state: &mut State, channel: Arc<dyn Channel>) -> Result<(), Reason> {
        if state.control.is_some() {
            return Ok(());
        }
        let (viewer, role, epoch, pass) = (self.id, self.role, self.share.epoch.clone(), self.pass.clone());
        channel.text(&to_json(&ToViewer::Welcome { protocol: PROTOCOL, viewer, role, epoch, pass })).await;
        let notice = self.share.stage.notices().borrow().clone();
        if let Some(text) = notice {
            channel.text(&to_json(&ToViewer::Notice { text: text.to_string() })).await;
        }
        state.control = Some(channel);
        state.topics.all_due(Instant::now());
        self.join(state);
        Ok(())
    }

    /// A message of `control`.
    async fn text(&mut self, state: &mut State, text: &str) -> Result<(), Reason> {
        let now = Instant::now();
        state.heard = now;
        match serde_json::from_str(text) {
            Ok(FromViewer::Input { seq, input }) => {
                let verdict = state.gate.control_input(&input, now);
                self.pass_on(state, verdict, seq, input)
            }
            Ok(FromViewer::NeedKeyframe) => {
                let verdict = state.gate.other(now);
                if verdict == Verdict::Pass {
                    self.share.stage.want_keyframe();
                }
                self.judge(verdict)
            }
            Ok(FromViewer::On { .. }) => {
                let verdict = state.gate.other(now);
                self.judge(verdict)
            }
            Ok(FromViewer::Ask { ask }) => {
                let verdict = state.gate.other(now);
                if verdict == Verdict::Pass && state.joined {
                    self.share.link.say(FromSidecar::Asked { viewer: self.id, ask });
                }
                self.judge(verdict)
            }
            Err(_) => {
                let verdict = state.gate.malformed();
                self.judge(verdict)
            }
        }
    }

    /// A message of `pointer`.
    async fn bytes(&mut self, state: &mut State, bytes: &[u8]) -> Result<(), Reason> {
        let now = Instant::now();
        state.heard = now;
        match Message::decode(bytes) {
            Some(Message::Move { grab, seq, x, y, pinch }) => {
                let input = Input::Move { x, y, pinch };
                let verdict = state.gate.pointer_move(grab, seq, &input, now);
                self.pass_on(state, verdict, seq, input)
            }
            Some(Message::Ping { seq, page_ms }) => {
                let verdict = state.gate.other(now);
                if let (Verdict::Pass, Some(pointer)) = (&verdict, &state.pointer) {
                    let host_ms = monotonic_us() as f64 / 1e3;
                    pointer.bytes(&Message::Pong { seq, page_ms, host_ms, taken: 0 }.encode()).await;
                }
                self.judge(verdict)
            }
            Some(Message::Pong { .. } | Message::Shown { .. } | Message::Ack { .. } | Message::StillTaken { .. })
            | None => {
                let verdict = state.gate.malformed();
                self.judge(verdict)
            }
        }
    }

    fn pass_on(&self, state: &State, verdict: Verdict, seq: u32, input: Input) -> Result<(), Reason> {
        // Before the app knows of the viewer it would not know whose hand it is.
        if verdict != Verdict::Pass || !state.joined {
            return self.judge(verdict);
        }
        match self.share.inputs.push(self.id, seq, input) {
            Ok(()) => Ok(()),
            Err(RingError::InputTooLong { .. }) => self.judge(Verdict::Refuse(Refusal::Malformed)),
            Err(error) => {
                tracing::error!("viewer {}: {error}", self.id.0);
                Err("sent more than the host could take".to_owned())
            }
        }
    }

    fn judge(&self, verdict: Verdict) -> Result<(), Reason> {
        match verdict {
            Verdict::Pass | Verdict::Drop => Ok(()),
            Verdict::Refuse(refusal) => {
                self.share.stage.counters.message_refused();
                tracing::debug!("viewer {}: {refusal}", self.id.0);
                Ok(())
            }
            Verdict::Close(refusal) => {
                self.share.stage.counters.message_refused();
                Err(format!("was closed: {refusal}"))
            }
        }
    }

    async fn frame(&mut self, state: &State, frame: &MediaFrame) -> Result<(), Reason> {
        let gone = |_| "closed the connection".to_owned();
        self.transport.send(frame).await.map_err(gone)?;
        let mine = frame.shown.iter().rev().find(|(viewer, _)| *viewer == self.id);
        if let (Some((_, seq)), Some(pointer)) = (mine, &state.pointer) {
            let drawn_ms = frame.drawn_us as f64 / 1e3;
            let shown = Message::Shown { seq: *seq, drawn_ms, rtp_timestamp: frame.rtp_timestamp };
            pointer.bytes(&shown.encode()).await;
        }
        Ok(())
    }

    async fn end(&self, state: &State, end: End) -> Result<(), Reason> {
        match end {
            End::Deleted => Err("closed the page".to_owned()),
            End::Removed(reason) => {
                // Not one frame more.
                self.share.stage.leave(self.id);
                self.say_goodbye(state, EndCause::Removed, reason).await
            }
        }
    }

    async fn say_goodbye(&self, state: &State, cause: EndCause, reason: String) -> Result<(), Reason> {
        if let Some(control) = &state.control {
            control.text(&to_json(&ToViewer::Ended { cause, reason: reason.clone() })).await;
            tokio::time::sleep(GOODBYE).await;
        }
        Err(format!("was told goodbye: {reason}"))
    }
}

/// The next frame, once there are frames.
async fn next_frame(frames: &mut Option<mpsc::Receiver<Arc<MediaFrame>>>) -> Option<Arc<MediaFrame>> {
    match frames {
        Some(frames) => frames.recv().await,
        None => std::future::pending().await,
    }
}

/// Why the share is over, once it is.
async fn end_of(ended: &mut watch::Receiver<Option<Arc<str>>>) -> Option<String> {
    ended.wait_for(Option::is_some).await.ok()?.as_deref().map(str::to_owned)
}

async fn notice(state: &State, notices: &mut watch::Receiver<Option<Arc<str>>>) -> Result<(), Reason> {
    let newest = notices.borrow_and_update().clone();
    if let (Some(text), Some(control)) = (newest, &state.control) {
        control.text(&to_json(&ToViewer::Notice { text: text.to_string() })).await;
    }
    Ok(())
}

/// The JSON of a message, which always has one.
pub(crate) fn to_json(message: &ToViewer) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
