//! [`Viewer`]: the receiving end: what is missing, which frames are whole and can be decoded, and what is reported.

use std::collections::{BTreeMap, BTreeSet};

/// A packet of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Counts packets of media.
    pub(crate) number: u64,
    pub(crate) frame: u64,
    pub(crate) of_frame: u32,
    pub(crate) keyframe: bool,
    pub(crate) first_of_frame: bool,
}

/// A missing packet is asked for at most so often, this far apart beyond the round trip.
const ASKED_MAX: u32 = 10;
/// Without a decoded frame for so long, although some arrive, a keyframe is asked for.
const STUCK_S: f64 = 1.0;

#[derive(Debug, Default)]
struct Missing {
    asked: u32,
    asked_s: f64,
}

#[derive(Debug, Default)]
struct Frame {
    pieces: BTreeSet<u64>,
    of_frame: u32,
    keyframe: bool,
}

/// What a viewer says besides reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plea {
    Missing(Vec<u64>),
    Keyframe,
}

#[derive(Debug, Default)]
pub(crate) struct Viewer {
    highest: Option<u64>,
    missing: BTreeMap<u64, Missing>,
    frames: BTreeMap<u64, Frame>,
    last_decoded: Option<u64>,
    last_decoded_s: f64,
    last_plea_s: f64,
    /// When each frame was decoded.
    pub(crate) decoded_s: Vec<f64>,
    /// What arrived since the last report: number on the way, when.
    pub(crate) unreported: Vec<(u64, f64)>,
}

impl Viewer {
    pub(crate) fn piece(&mut self, now_s: f64, piece: Piece) {
        self.missing.remove(&piece.number);
        if let Some(highest) = self.highest {
            for number in highest + 1..piece.number {
                self.missing.insert(number, Missing::default());
            }
        }
        self.highest = self.highest.max(Some(piece.number));
        if self.last_decoded.is_some_and(|last| piece.frame <= last) {
            return;
        }
        let frame = self.frames.entry(piece.frame).or_default();
        (frame.of_frame, frame.keyframe) = (piece.of_frame, piece.keyframe);
        frame.pieces.insert(piece.number);
        self.decode(now_s);
    }

    fn decode(&mut self, now_s: f64) {
        let is_whole = |frame: &Frame| frame.pieces.len() == frame.of_frame as usize;
        loop {
            let next = self.last_decoded.map(|last| last + 1);
            let in_order = next.filter(|next| self.frames.get(next).is_some_and(is_whole));
            let keyframe =
                || self.frames.iter().find(|(_, frame)| frame.keyframe && is_whole(frame)).map(|(id, _)| *id);
            let Some(id) = in_order.or_else(keyframe) else { return };
            let first = self.frames.get(&id).and_then(|frame| frame.pieces.first().copied()).unwrap_or_default();
            self.frames = self.frames.split_off(&(id + 1));
            self.missing = self.missing.split_off(&first);
            self.last_decoded = Some(id);
            self.last_decoded_s = now_s;
            self.decoded_s.push(now_s);
        }
    }

    /// What to ask for now.
    pub(crate) fn pleas(&mut self, now_s: f64, round_trip_s: f64) -> Vec<Plea> {
        let mut pleas = Vec::new();
        let mut numbers = Vec::new();
        for (number, missing) in &mut self.missing {
            if missing.asked < ASKED_MAX && (missing.asked == 0 || now_s - missing.asked_s > round_trip_s + 0.01) {
                (missing.asked, missing.asked_s) = (missing.asked + 1, now_s);
                numbers.push(*number);
            }
        }
        if !numbers.is_empty() {
            pleas.push(Plea::Missing(numbers));
        }
        let stuck = !self.frames.is_empty() && now_s - self.last_decoded_s > STUCK_S;
        if stuck && now_s - self.last_plea_s > STUCK_S {
            self.last_plea_s = now_s;
            pleas.push(Plea::Keyframe);
        }
        pleas
    }
}
