//! What a viewer's page says: through the gate, and to whom it concerns.

use super::{Life, Reason};
use crate::gate::{Refusal, Verdict};
use crate::stage::lock;
use crate::transport::Way;
use heliograph_ring::{RingError, monotonic_us};
use heliograph_wire::pointer::Message;
use heliograph_wire::{FromSidecar, FromViewer, Input, Rung};
use std::time::Instant;

impl Life {
    /// A text message.
    pub(super) async fn text(&mut self, text: &str) -> Result<(), Reason> {
        let now = Instant::now();
        self.heard = now;
        match serde_json::from_str(text) {
            Ok(FromViewer::Input { seq, input }) => {
                let verdict = self.gate.control_input(seq, &input, now);
                self.pass_on(verdict, seq, input)
            }
            Ok(FromViewer::NeedKeyframe) => {
                let verdict = self.gate.other(now);
                if verdict == Verdict::Pass {
                    self.share.stage.want_keyframe(self.id);
                }
                self.judge(verdict)
            }
            Ok(FromViewer::On { rung }) => {
                let verdict = self.gate.other(now);
                if verdict == Verdict::Pass {
                    self.settle(rung);
                }
                self.judge(verdict)
            }
            Ok(FromViewer::Ask { ask }) => {
                let verdict = self.gate.other(now);
                if verdict == Verdict::Pass && self.joined {
                    self.share.link.say(FromSidecar::Asked { viewer: self.id, ask });
                }
                self.judge(verdict)
            }
            Err(_) => {
                let verdict = self.gate.malformed();
                self.judge(verdict)
            }
        }
    }

    /// The page shows what comes by this rung, so nothing else needs to come.
    fn settle(&mut self, rung: Rung) {
        let way = match rung {
            Rung::Udp | Rung::Tcp | Rung::Turn => Way::Peer,
            Rung::WebCodecs | Rung::Jpeg => Way::Socket,
        };
        if self.carriers.get(way).is_none_or(|carrier| !carrier.is_flowing()) {
            return;
        }
        lock(&self.share.shown).entry(self.id).or_default().rung = Some(rung);
        for carrier in self.carriers.iter_mut().filter(|carrier| carrier.way != way) {
            carrier.rest(&self.share.stage);
        }
        if self.carriers.let_speak(way) {
            self.topics.all_due(Instant::now());
            self.stills.restart();
        }
    }

    /// A binary message.
    pub(super) async fn bytes(&mut self, way: Way, bytes: &[u8]) -> Result<(), Reason> {
        let now = Instant::now();
        self.heard = now;
        match Message::decode(bytes) {
            Some(Message::Move { grab, seq, x, y, pinch }) => {
                let input = Input::Move { x, y, pinch };
                let verdict = self.gate.pointer_move(grab, seq, &input, now);
                self.pass_on(verdict, seq, input)
            }
            Some(Message::Ping { seq, page_ms }) => {
                let verdict = self.gate.other(now);
                let pointer = self.carriers.get(way).and_then(|carrier| carrier.pointer.as_ref());
                if let (Verdict::Pass, Some(pointer)) = (&verdict, pointer) {
                    let (host_ms, taken) = (monotonic_us() as f64 / 1e3, self.gate.taken());
                    pointer.bytes(&Message::Pong { seq, page_ms, host_ms, taken }.encode()).await;
                }
                self.judge(verdict)
            }
            Some(Message::StillTaken { seq, tiles }) => {
                let verdict = self.gate.other(now);
                if verdict == Verdict::Pass {
                    self.stills.taken(now, seq, tiles);
                    self.send_stills().await?;
                }
                self.judge(verdict)
            }
            Some(Message::Pong { .. } | Message::Shown { .. } | Message::Ack { .. } | Message::Camera { .. })
            | None => {
                let verdict = self.gate.malformed();
                self.judge(verdict)
            }
        }
    }

    fn pass_on(&self, verdict: Verdict, seq: u32, input: Input) -> Result<(), Reason> {
        // Before the app knows of the viewer it would not know whose hand it is.
        if verdict != Verdict::Pass || !self.joined {
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

    pub(super) fn judge(&self, verdict: Verdict) -> Result<(), Reason> {
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
}
