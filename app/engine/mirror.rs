//! The mirror's end in the render thread: decides when a picture is published, and stamps it.

use heliograph_render::Renderer;
use heliograph_ring::{FrameStamp, FrameWriter, monotonic_us};
use heliograph_scene::Viewport;
use heliograph_wire::Pose;
use std::time::{Duration, Instant};

/// How long pictures are published for someone who said they were about to watch, but has not arrived.
const EXPECTED_FOR: Duration = Duration::from_secs(10);

/// Publishes pictures while anyone watches.
#[derive(Default)]
pub(super) struct Mirror {
    writer: Option<FrameWriter>,
    expected_until: Option<Instant>,
    wanted: bool,
    sequence: u64,
    applied_ticket: u64,
}

impl Mirror {
    /// Publishes to another ring, or to none. Tickets count from the start of each sidecar, hence of each ring.
    pub(super) fn switch(&mut self, writer: Option<FrameWriter>) {
        *self = Mirror { writer, sequence: self.sequence, ..Mirror::default() };
    }

    /// Someone is about to watch: the picture is published even if it is still.
    pub(super) fn expect(&mut self, now: Instant) {
        self.expected_until = Some(now + EXPECTED_FOR);
        self.wanted = true;
    }

    /// Remembers the last input that the next picture shows.
    pub(super) fn applied(&mut self, ticket: u64) {
        self.applied_ticket = self.applied_ticket.max(ticket);
    }

    /// Whether a picture must be published although nothing changed.
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted && self.writer.is_some()
    }

    /// Starts to read the renderer's picture back, if anyone watches. A picture that finds all staging buffers in
    /// flight stays wanted, so that the newest is never the one that is missing.
    pub(super) fn picture_drawn(
        &mut self,
        renderer: &mut Renderer<FrameStamp>,
        (viewport, pose): (Viewport, Pose),
        viewers: usize,
        now: Instant,
    ) {
        let expected = self.expected_until.is_some_and(|until| now < until);
        if self.writer.is_none() || (viewers == 0 && !expected) {
            self.wanted = false;
            return;
        }
        self.sequence += 1;
        let stamp = FrameStamp {
            width: viewport.width,
            height: viewport.height,
            sequence: self.sequence,
            drawn_us: monotonic_us(),
            applied_ticket: self.applied_ticket,
            pose: pose.to_words(),
        };
        self.wanted = !renderer.start_readback(stamp);
    }

    /// Publishes what the GPU has finished. Never waits.
    pub(super) fn publish_finished(&mut self, renderer: &mut Renderer<FrameStamp>) {
        if renderer.readbacks_in_flight() == 0 {
            return;
        }
        let writer = &mut self.writer;
        renderer.finish_readbacks(|stamp, rgba, stride_bytes| {
            let Some(writer) = writer.as_mut() else { return };
            // Only now is it known that the GPU has drawn it: until here the stamp said when it was asked to.
            let asked_us = stamp.drawn_us;
            let stamp = FrameStamp { drawn_us: monotonic_us(), ..stamp };
            tracing::trace!(took_us = stamp.drawn_us - asked_us, "drawn and read back");
            if let Err(error) = writer.publish(&stamp, rgba, stride_bytes) {
                tracing::warn!(%error, "a picture was not published");
            }
        });
    }
}
