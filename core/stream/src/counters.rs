//! [`Counters`]: what the sidecar counts for the statistics.

use heliograph_wire::link::StreamStats;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Totals since the start. Relaxed throughout: nothing else hangs on them.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    frames_taken: AtomicU64,
    frames_encoded: AtomicU64,
    keyframes: AtomicU64,
    frames_dropped: AtomicU64,
    messages_refused: AtomicU64,
    target_bps: AtomicU32,
    sent_bytes: AtomicU64,
    tunnel_requests: AtomicU64,
    tunnel_bytes: AtomicU64,
}

impl Counters {
    pub(crate) fn frame_taken(&self) {
        self.frames_taken.fetch_add(1, Relaxed);
    }

    pub(crate) fn frame_encoded(&self, keyframe: bool) {
        self.frames_encoded.fetch_add(1, Relaxed);
        self.keyframes.fetch_add(u64::from(keyframe), Relaxed);
    }

    pub(crate) fn frame_dropped(&self) {
        self.frames_dropped.fetch_add(1, Relaxed);
    }

    pub(crate) fn message_refused(&self) {
        self.messages_refused.fetch_add(1, Relaxed);
    }

    pub(crate) fn target(&self, bps: u32) {
        self.target_bps.store(bps, Relaxed);
    }

    /// RTP packets as they leave, retransmissions too.
    pub(crate) fn sent(&self, bytes: usize) {
        self.sent_bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// Bytes of RTP sent so far.
    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sent_bytes.load(Relaxed)
    }

    /// An HTTP request that came through a tunnel.
    pub(crate) fn tunnel_request(&self) {
        self.tunnel_requests.fetch_add(1, Relaxed);
    }

    /// What went through a tunnel, either way.
    pub(crate) fn tunnelled(&self, bytes: u64) {
        self.tunnel_bytes.fetch_add(bytes, Relaxed);
    }

    /// Requests and bytes that went through a tunnel so far.
    pub(crate) fn tunnel(&self) -> (u64, u64) {
        (self.tunnel_requests.load(Relaxed), self.tunnel_bytes.load(Relaxed))
    }

    /// All of it; who calls adds what it counts itself.
    pub(crate) fn stats(&self, viewers: u32, moves_coalesced: u64, sent_bps: u64) -> StreamStats {
        StreamStats {
            viewers,
            frames_taken: self.frames_taken.load(Relaxed),
            frames_encoded: self.frames_encoded.load(Relaxed),
            keyframes: self.keyframes.load(Relaxed),
            frames_dropped: self.frames_dropped.load(Relaxed),
            moves_coalesced,
            messages_refused: self.messages_refused.load(Relaxed),
            target_bps: self.target_bps.load(Relaxed),
            sent_bps,
            tunnel_requests: self.tunnel_requests.load(Relaxed),
            tunnel_bytes: self.tunnel_bytes.load(Relaxed),
            ..StreamStats::default()
        }
    }
}
