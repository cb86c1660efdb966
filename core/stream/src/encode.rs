//! The encoder thread: frame ring → picture → access unit → packets, once for all viewers.
//!
//! **Present policy for size**: a frame larger than 1920×1080 is halved on both axes before it is encoded. Lower rungs
//! for weak lines are not built.

use crate::cadence::{Cadence, Effort, FrameRate, Step};
use crate::inputs::Inputs;
use crate::packets::{MediaFrame, Medium, payloads, rtp_timestamp, rtp_timestamp_again};
use crate::stage::{Stage, TierId};
use crate::stamp::StampClock;
use bytes::Bytes;
use heliograph_codec::{CodecError, Encoder, EncoderConfig, MIN_BITRATE_BPS, Picture};
use heliograph_ring::{Frame, FrameReader, monotonic_us};
use heliograph_wire::ViewerId;
use std::sync::Arc;
use std::time::Instant;

/// The longest wait, in whole seconds; each turn proves that this thread lives.
const WAIT_SECONDS: u32 = 1;
/// Pixels that are encoded as they are.
const WHOLE_PIXELS_MAX: u64 = 1920 * 1080;
/// How much more a refined picture may spend: it comes once in a while instead of 30 times a second.
const REFINE_FACTOR: u32 = 4;

/// The one encode that is made so far.
const ONLY: TierId = TierId(0);

/// Runs until [`Stage::end`].
pub(crate) fn run(mut reader: FrameReader, stage: &Stage, inputs: &Inputs) {
    let mut cadence = Cadence::default();
    let mut studio = Studio::default();
    // What the next frame is expected to have, from the last of its kind.
    let mut last_bytes = 0;
    while !stage.is_ending() {
        stage.turn();
        if reader.take().is_some() {
            stage.counters.frame_taken();
            cadence.frame();
        }
        let now = Instant::now();
        if stage.watching() == 0 {
            cadence.rest();
            stage.wake_at(None);
            reader.wait(WAIT_SECONDS);
            continue;
        }
        let demands = stage.demands(now);
        for demand in &demands {
            stage.place(demand.key, ONLY);
        }
        if demands.iter().any(|demand| demand.wants_keyframe) {
            cadence.want_keyframe();
        }
        let target_bps = demands.iter().map(|demand| demand.target_bps).min().unwrap_or(MIN_BITRATE_BPS);
        stage.counters.target(target_bps);
        match cadence.next(now, stage.is_blocked(ONLY, now, last_bytes)) {
            Step::Wait(until) => {
                stage.wake_at(until);
                reader.wait(WAIT_SECONDS);
            }
            Step::Encode { fresh, keyframe, effort } => {
                let frame = fresh.then(|| reader.latest()).flatten();
                let bitrate_bps = match effort {
                    Effort::Normal => target_bps,
                    Effort::Refine => target_bps * REFINE_FACTOR,
                    Effort::Keep => MIN_BITRATE_BPS,
                };
                let order = Order { keyframe, bitrate_bps };
                let came_out = studio.encode(frame.as_ref(), order, now, inputs);
                // A picture that cannot be encoded is not tried again, keyframe or not.
                let satisfied = !matches!(&came_out, Ok(Some(frame)) if !frame.keyframe);
                cadence.encoded(now, fresh, satisfied);
                if let Ok(Some(frame)) = &came_out
                    && fresh
                    && !frame.keyframe
                {
                    last_bytes = frame.file.len();
                }
                publish(came_out, stage);
            }
        }
    }
}

fn publish(came_out: Result<Option<MediaFrame>, CodecError>, stage: &Stage) {
    match came_out {
        Ok(None) => {}
        Ok(Some(frame)) => {
            stage.counters.frame_encoded(frame.keyframe);
            stage.tell(None);
            stage.deliver(ONLY, &Arc::new(frame), Instant::now());
        }
        Err(error) => {
            tracing::warn!("this frame is not streamed: {error}");
            stage.tell(Some(&format!("The host's picture cannot be streamed: {error}.")));
        }
    }
}

/// How to encode.
#[derive(Debug, Clone, Copy)]
struct Order {
    keyframe: bool,
    bitrate_bps: u32,
}

/// The pictures and the encoder, made anew when the frame's size changes.
#[derive(Debug)]
struct Studio {
    whole: Option<Picture>,
    half: Option<Picture>,
    encoder: Option<Encoder>,
    frame_rate: FrameRate,
    stamps: StampClock,
    /// Inputs that the next frame to come out is the first to show.
    shown: Vec<(ViewerId, u32)>,
}

impl Default for Studio {
    fn default() -> Studio {
        Studio {
            whole: None,
            half: None,
            encoder: None,
            frame_rate: FrameRate::new(),
            stamps: StampClock::default(),
            shown: Vec::new(),
        }
    }
}

impl Studio {
    /// Encodes a fresh frame, or without one the same picture again.
    fn encode(
        &mut self,
        frame: Option<&Frame<'_>>,
        order: Order,
        now: Instant,
        inputs: &Inputs,
    ) -> Result<Option<MediaFrame>, CodecError> {
        let mut drawn_us = None;
        if let Some(frame) = frame {
            self.draw(frame)?;
            drawn_us = Some(frame.stamp.drawn_us);
            self.shown.extend(inputs.shown(frame.stamp.applied_ticket));
            if let (Some(rate), Some(encoder)) = (self.frame_rate.frame(now), &mut self.encoder) {
                encoder.set_frame_rate(rate)?;
            }
        }
        let Some(picture) = self.half.as_ref().or(self.whole.as_ref()) else { return Ok(None) };
        let encoder = fitting(&mut self.encoder, picture, order.bitrate_bps, self.frame_rate.told())?;
        let now_us = monotonic_us();
        let stamp_us = match drawn_us {
            Some(drawn_us) => self.stamps.fresh(drawn_us, now_us),
            None => self.stamps.again(now_us),
        };
        let Some(unit) = encoder.encode(picture, (stamp_us / 1_000) as i64, order.keyframe)? else { return Ok(None) };
        tracing::trace!(since_drawn_us = monotonic_us() - stamp_us, taken_us = now_us - stamp_us, "encoded");
        let (file, unchanged) = (Bytes::copy_from_slice(unit.annex_b), drawn_us.is_none());
        Ok(Some(MediaFrame {
            medium: Medium::H264,
            payloads: payloads(&file),
            file,
            width: picture.width(),
            height: picture.height(),
            rtp_timestamp: if unchanged { rtp_timestamp_again(stamp_us) } else { rtp_timestamp(stamp_us) },
            unchanged,
            drawn_us: stamp_us,
            keyframe: unit.keyframe,
            shown: std::mem::take(&mut self.shown),
        }))
    }

    /// Converts a frame, halved when it is large.
    fn draw(&mut self, frame: &Frame<'_>) -> Result<(), CodecError> {
        let (width, height) = (frame.stamp.width, frame.stamp.height);
        let size = (width & !1, height & !1);
        if self.whole.as_ref().is_none_or(|whole| (whole.width(), whole.height()) != size) {
            (self.whole, self.half) = (None, None);
            let whole = Picture::new(width, height)?;
            if u64::from(width) * u64::from(height) > WHOLE_PIXELS_MAX {
                self.half = Some(Picture::new(whole.width() / 2, whole.height() / 2)?);
            }
            self.whole = Some(whole);
        }
        let Some(whole) = &mut self.whole else { return Ok(()) };
        whole.fill_from_rgba(frame.rgba, frame.stride_bytes)?;
        self.half.as_mut().map_or(Ok(()), |half| whole.halve_into(half))
    }
}

/// The encoder for a picture's size, told the bitrate when that has changed by more than a twentieth.
fn fitting<'a>(
    slot: &'a mut Option<Encoder>,
    picture: &Picture,
    bitrate_bps: u32,
    frame_rate: f32,
) -> Result<&'a mut Encoder, CodecError> {
    let (width, height) = (picture.width(), picture.height());
    let kept = slot.take().filter(|encoder| (encoder.config().width, encoder.config().height) == (width, height));
    let mut encoder = match kept {
        Some(encoder) => encoder,
        None => Encoder::new(&EncoderConfig { width, height, frame_rate, bitrate_bps })?,
    };
    if encoder.config().bitrate_bps.abs_diff(bitrate_bps) > bitrate_bps / 20 {
        encoder.set_bitrate(bitrate_bps)?;
    }
    Ok(slot.insert(encoder))
}
