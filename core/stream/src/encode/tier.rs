//! [`Tier`]: one encode, from its target rate to its frames.

use super::jpeg::{Choice, JpegChoice};
use super::source::Source;
use crate::cadence::{Cadence, Effort, Order, Step};
use crate::ladder::{Conditions, Ladder, Rung};
use crate::packets::{MediaFrame, Medium, payloads, rtp_timestamp, rtp_timestamp_again};
use crate::stage::TierId;
use crate::stamp::STEP_MIN_US;
use crate::tiers::Group;
use bytes::Bytes;
use heliograph_codec::{CodecError, Complexity, Encoder, Kind, jpeg};
use heliograph_ring::{Frame, monotonic_us};
use heliograph_wire::ViewerId;
use heliograph_wire::link::TierStats;
use std::time::{Duration, Instant};

/// What a keyframe may cost: so many seconds of the rate, for which nothing else comes.
const KEYFRAME_SECONDS: f64 = 0.25;
/// What a refinement may cost, the same way. The exact picture follows it and wants the line too.
const REFINE_SECONDS: f64 = 0.12;
/// A first picture must come soon over any line, so what nobody knows is taken for a slow one, until it has answered.
const OPENING: Duration = Duration::from_millis(500);
const OPENING_BPS: u32 = 300_000;
/// More detail than by this quantiser is not worth looking for a better line while something moves.
const ENOUGH_QP: u8 = 24;
/// Frames a second of JPEG pictures: of more bits each they become finer rather than more.
const JPEG_FRAME_RATE: f32 = 15.0;

/// See the module.
pub(super) struct Tier {
    id: TierId,
    began: Instant,
    /// Of viewers who have just come: nothing is known of their lines.
    is_opening: bool,
    target_bps: u32,
    viewers: u32,
    cadence: Cadence,
    work: Work,
    /// What the next frame is expected to have, from the last that moved.
    last_bytes: usize,
    /// Of the last frame.
    last_stamp_us: u64,
    /// Inputs that the next frame to come out is the first to show.
    shown: Vec<(ViewerId, u32)>,
}

enum Work {
    H264 { complexity: Complexity, ladder: Option<Ladder>, encoder: Option<Box<Encoder>> },
    Jpeg { choice: JpegChoice, last: Option<Choice> },
}

impl Tier {
    /// `complexity`: what is known of the scene. `has_picture`: there is a frame that was not encoded here yet. `is_opening`: its
    /// viewers have just come.
    pub(super) fn new(
        group: &Group,
        complexity: Complexity,
        has_picture: bool,
        is_opening: bool,
        now: Instant,
    ) -> Tier {
        let work = match group.medium {
            Medium::H264 => Work::H264 { complexity, ladder: None, encoder: None },
            Medium::Jpeg => Work::Jpeg { choice: JpegChoice::default(), last: None },
        };
        let mut cadence = Cadence::default();
        if has_picture {
            cadence.frame();
        }
        Tier {
            id: group.id,
            began: now,
            is_opening,
            target_bps: group.target_bps,
            viewers: 0,
            cadence,
            work,
            last_bytes: 0,
            last_stamp_us: 0,
            shown: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> TierId {
        self.id
    }

    /// Since when there is this tier.
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// What it may spend, and for whom.
    pub(super) fn aim(&mut self, group: &Group, now: Instant) {
        self.is_opening &= now.saturating_duration_since(self.began) < OPENING;
        let most_bps = if self.is_opening { OPENING_BPS } else { u32::MAX };
        (self.target_bps, self.viewers) = (group.target_bps.min(most_bps), group.members.len() as u32);
    }

    /// There is a new frame, the first to show these inputs.
    pub(super) fn frame(&mut self, shown: &[(ViewerId, u32)]) {
        self.cadence.frame();
        self.shown.retain(|(viewer, _)| shown.iter().all(|(other, _)| other != viewer));
        self.shown.extend(shown);
    }

    /// Someone cannot go on without one.
    pub(super) fn want_keyframe(&mut self) {
        self.cadence.want_keyframe();
    }

    /// Someone comes from another tier, whose last frame was of this moment at the latest: time must not go back.
    pub(super) fn go_on_after(&mut self, last_stamp_us: u64) {
        self.last_stamp_us = self.last_stamp_us.max(last_stamp_us);
    }

    /// Another size may be better by now; taking it begins with a keyframe.
    pub(super) fn look(&mut self, source: &Source, now: Instant) {
        let conditions = self.conditions(source);
        let (Some(conditions), Work::H264 { ladder, encoder, .. }) = (conditions, &mut self.work) else { return };
        let ladder = ladder.get_or_insert_with(|| Ladder::new(source.size(), &conditions, now));
        if ladder.frame() != source.size() {
            *ladder = Ladder::new(source.size(), &conditions, now);
        }
        let rung = ladder.step(&conditions, false, now);
        self.cadence.at_most(rung.frame_rate);
        if encoder.as_ref().is_some_and(|encoder| (encoder.width(), encoder.height()) != rung.size) {
            self.cadence.want_keyframe();
        }
    }

    /// When to look again.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        match &self.work {
            Work::H264 { ladder, .. } => {
                let opened = self.is_opening.then(|| self.began + OPENING);
                let climbs = ladder.as_ref().and_then(|ladder| ladder.due(now));
                [opened, climbs].into_iter().flatten().filter(|due| *due > now).min()
            }
            Work::Jpeg { .. } => None,
        }
    }

    /// What to do; `is_blocked` says whether no viewer's line takes a frame of so many bytes at present.
    pub(super) fn next(&self, now: Instant, is_blocked: impl FnOnce(usize) -> bool) -> Step {
        self.cadence.next(now, || is_blocked(self.last_bytes))
    }

    /// What more would make better pictures, in bits a second; `None`: as much as there is.
    pub(super) fn want_bps(&self, source: &Source) -> Option<u32> {
        let Work::H264 { complexity, ladder: Some(ladder), .. } = &self.work else { return None };
        let (width, height) = ladder.top().size;
        let picture = complexity.bits_for(Kind::Motion, width * height, ENOUGH_QP);
        Some((picture * f64::from(source.frame_rate())) as u32)
    }

    /// What was learned of the scene.
    pub(super) fn complexity(&self) -> Option<Complexity> {
        match self.work {
            Work::H264 { complexity, .. } => Some(complexity),
            Work::Jpeg { .. } => None,
        }
    }

    /// For the host's eyes.
    pub(super) fn stats(&self) -> (TierId, TierStats) {
        let (codec, (width, height), frame_rate) = match &self.work {
            Work::H264 { ladder, .. } => {
                let rung = ladder.as_ref().map(Ladder::rung);
                ("h264", rung.map_or((0, 0), |rung| rung.size), rung.map_or(0.0, |rung| rung.frame_rate as f32))
            }
            Work::Jpeg { last, .. } => ("jpeg", last.map_or((0, 0), |last| last.size), JPEG_FRAME_RATE),
        };
        let (target_bps, viewers) = (self.target_bps, self.viewers);
        (self.id, TierStats { codec: codec.to_owned(), width, height, frame_rate, target_bps, viewers })
    }

    /// Does what [`Tier::next`] said.
    ///
    /// # Errors
    /// [`CodecError`]; this frame is not tried again.
    pub(super) fn encode(
        &mut self,
        source: &mut Source,
        frame: &Frame<'_>,
        order: Order,
        now: Instant,
    ) -> Result<Option<MediaFrame>, CodecError> {
        let came_out = self.make(source, frame, order, now);
        // A picture that cannot be encoded is not tried again, keyframe or not.
        let satisfied = !matches!(&came_out, Ok(Some(made)) if !made.keyframe);
        self.cadence.encoded(now, order.fresh, satisfied);
        let Some(made) = came_out? else { return Ok(None) };
        if order.fresh && !made.keyframe || self.last_bytes == 0 {
            self.last_bytes = made.file.len();
        }
        let now_us = monotonic_us();
        let stamp_us = if order.fresh { source.stamp_us() } else { source.stamp_again_us(now_us) };
        let least_us = self.last_stamp_us + STEP_MIN_US;
        // Where another tier was ahead, this frame shows what that one's last did.
        let unchanged = !order.fresh || source.is_unchanged() || stamp_us < least_us;
        let stamp_us = stamp_us.max(least_us);
        self.last_stamp_us = stamp_us;
        tracing::trace!(since_drawn_us = now_us.saturating_sub(stamp_us), tier = self.id.0, "encoded");
        Ok(Some(MediaFrame {
            medium: made.medium,
            payloads: if made.medium == Medium::H264 { payloads(&made.file) } else { Vec::new() },
            file: made.file,
            rtp_timestamp: if unchanged { rtp_timestamp_again(stamp_us) } else { rtp_timestamp(stamp_us) },
            drawn_us: stamp_us,
            keyframe: made.keyframe,
            shown: std::mem::take(&mut self.shown),
            pose: source.pose(),
        }))
    }

    fn make(
        &mut self,
        source: &mut Source,
        frame: &Frame<'_>,
        order: Order,
        now: Instant,
    ) -> Result<Option<Made>, CodecError> {
        match self.conditions(source) {
            Some(conditions) => self.make_h264(source, frame, order, &conditions, now),
            None => self.make_jpeg(source, frame, order),
        }
    }

    fn make_h264(
        &mut self,
        source: &mut Source,
        frame: &Frame<'_>,
        order: Order,
        conditions: &Conditions,
        now: Instant,
    ) -> Result<Option<Made>, CodecError> {
        let Work::H264 { complexity, ladder, encoder } = &mut self.work else { return Ok(None) };
        let ladder = ladder.get_or_insert_with(|| Ladder::new(source.size(), conditions, now));
        let moves = order.fresh && !source.is_unchanged();
        let Rung { size, frame_rate, .. } = if moves { ladder.step(conditions, true, now) } else { ladder.rung() };
        self.cadence.at_most(frame_rate);
        let kind = match (order.keyframe, order.effort) {
            (true, _) => Kind::Keyframe,
            (false, Effort::Normal) if moves => Kind::Motion,
            (false, Effort::Normal | Effort::Refine) => Kind::Refine,
            (false, Effort::Keep) => Kind::Keep,
        };
        let is_fitting = encoder.as_ref().is_some_and(|encoder| (encoder.width(), encoder.height()) == size);
        let kind = if is_fitting { kind } else { Kind::Keyframe };
        let worth = |seconds: f64| (f64::from(conditions.target_bps) * seconds) as u32;
        let bits = match kind {
            Kind::Keyframe => worth(KEYFRAME_SECONDS),
            Kind::Motion => conditions.motion_bits(frame_rate),
            Kind::Refine | Kind::Keep => worth(REFINE_SECONDS),
        };
        if !is_fitting {
            *encoder = Some(Box::new(Encoder::new(size.0, size.1, *complexity)?));
        }
        let Some(encoder) = encoder else { return Ok(None) };
        let timestamp_ms = (monotonic_us() / 1_000) as i64;
        let unit =
            encoder.encode(source.picture(frame, size)?, timestamp_ms, heliograph_codec::Order { kind, bits })?;
        let Some(unit) = unit else { return Ok(None) };
        let (file, keyframe, qp) = (Bytes::copy_from_slice(unit.annex_b), unit.keyframe, unit.qp);
        *complexity = encoder.complexity();
        tracing::trace!(tier = self.id.0, ?kind, ?size, qp, bytes = file.len(), bits, "made");
        Ok(Some(Made { medium: Medium::H264, file, keyframe }))
    }

    fn make_jpeg(&mut self, source: &mut Source, frame: &Frame<'_>, order: Order) -> Result<Option<Made>, CodecError> {
        let Work::Jpeg { choice, last } = &mut self.work else { return Ok(None) };
        let seconds = match order.effort {
            Effort::Normal => 1.0 / f64::from(JPEG_FRAME_RATE.min(source.frame_rate())),
            Effort::Refine => REFINE_SECONDS,
            // A page that shows pictures misses nothing when none come.
            Effort::Keep => return Ok(None),
        };
        let chosen = choice.choose(source.size(), f64::from(self.target_bps) * seconds);
        // The same again would be the same file.
        if !order.fresh && !order.keyframe && *last == Some(chosen) {
            return Ok(None);
        }
        *last = Some(chosen);
        let from = source.size();
        let file = jpeg(&mut source.scaler, frame.rgba, frame.stride_bytes, from, chosen.size, chosen.quality)?;
        choice.learn(chosen, file.len());
        Ok(Some(Made { medium: Medium::Jpeg, file: file.into(), keyframe: true }))
    }

    /// Of the ladder; none for JPEG.
    fn conditions(&self, source: &Source) -> Option<Conditions> {
        let Work::H264 { complexity, .. } = self.work else { return None };
        Some(Conditions { target_bps: self.target_bps, source_rate: source.frame_rate(), complexity })
    }
}

/// What came out of an encoder.
struct Made {
    medium: Medium,
    file: Bytes,
    keyframe: bool,
}
