//! What a moving scene costs: for each rate, size and frame rate the quantiser that was used, and the bits that came out.
//! By it the ladder of `heliograph-stream` is tuned. `cargo run -p heliograph-codec --example quality`.

use heliograph_codec::{CodecError, Complexity, Encoder, Kind, Order, Picture, Scaler};
use std::time::Instant;

#[path = "../src/testing.rs"]
mod testing;

/// Of the motion, in seconds.
const SPAN: f32 = 2.0;

fn main() -> Result<(), CodecError> {
    let (width, height) = (1280, 720);
    let frames: Vec<Picture> = (0..(SPAN * 30.0) as usize)
        .map(|index| {
            let mut picture = Picture::new(width, height)?;
            picture.fill_from_rgba(&testing::scene(width, height, index as f32 / 30.0 * 0.5), width as usize * 4)?;
            Ok(picture)
        })
        .collect::<Result<_, CodecError>>()?;
    println!(
        "   kbit/s       size  1/s  QP of the keyframe, its kB  QP in motion  kbit/s in motion  ms encode  ms scale"
    );
    for bitrate_bps in [100_000, 300_000, 1_000_000, 3_000_000, 8_000_000] {
        for scale in [(1, 1), (3, 4), (1, 2), (3, 8), (1, 4)] {
            for step in [1, 2, 5] {
                run(&frames, scale, step, bitrate_bps)?;
            }
        }
    }
    Ok(())
}

fn run(frames: &[Picture], scale: (u32, u32), step: usize, bitrate_bps: u32) -> Result<(), CodecError> {
    let (width, height) = frames[0].scaled_size(scale);
    let (mut scaler, mut picture) = (Scaler::default(), Picture::new(width, height)?);
    let mut encoder = Encoder::new(width, height, Complexity::default())?;
    let rate = 30.0 / step as f32;
    let (mut keyframe, mut qp_sum, mut bits, mut count) = ((0, 0), 0, 0, 0);
    let (mut encode_ms, mut scale_ms) = (0.0, 0.0);
    for (index, frame) in frames.iter().step_by(step).enumerate() {
        let began = Instant::now();
        scaler.scale(frame, &mut picture);
        scale_ms += began.elapsed().as_secs_f64() * 1e3;
        let kind = if index == 0 { Kind::Keyframe } else { Kind::Motion };
        let share = if index == 0 { bitrate_bps as f32 * 0.3 } else { bitrate_bps as f32 / rate };
        let began = Instant::now();
        let unit = encoder.encode(&picture, index as i64 * 33, Order { kind, bits: share as u32 })?;
        encode_ms += began.elapsed().as_secs_f64() * 1e3;
        let Some(unit) = unit else { continue };
        if index == 0 {
            keyframe = (unit.qp, unit.annex_b.len() / 1000);
        } else if index > 4 {
            (qp_sum, bits, count) = (qp_sum + u32::from(unit.qp), bits + unit.annex_b.len() * 8, count + 1);
        }
    }
    let count = count.max(1);
    println!(
        "{:9} {:>10} {rate:4.0} {:>14} {:>12} {:13.1} {:17.0} {:10.1} {:9.2}",
        bitrate_bps / 1000,
        format!("{width}×{height}"),
        keyframe.0,
        keyframe.1,
        f64::from(qp_sum) / f64::from(count),
        bits as f64 / f64::from(count) * f64::from(rate) / 1e3,
        encode_ms / frames.iter().step_by(step).count() as f64,
        scale_ms / frames.iter().step_by(step).count() as f64,
    );
    Ok(())
}
