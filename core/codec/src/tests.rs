//! Scenarios: what goes in as RGBA comes out of a decoder, at the size, quality and rate that were asked for.

use crate::*;
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

/// A turning cloud of coloured points before a gradient: fine detail in motion, as the host draws it.
pub(crate) fn scene(width: u32, height: u32, time: f32) -> Vec<u8> {
    let (w, h) = (width as usize, height as usize);
    let mut rgba: Vec<u8> =
        (0..h).flat_map(|row| std::iter::repeat_n([12, 14, (24 + row * 16 / h) as u8, 255], w)).flatten().collect();
    let mut seed = 0x9e37_79b9_u32;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as f32 / u32::MAX as f32
    };
    let dot = (height / 240).max(1) as usize;
    for index in 0..6000 {
        let (angle, radius, level) = (random() * std::f32::consts::TAU + time, random().sqrt(), random());
        let x = (0.5 + 0.45 * radius * angle.cos() * height as f32 / width as f32) * width as f32;
        let y = (0.1 + 0.8 * (level + 0.1 * radius * angle.sin())) * height as f32;
        let color = [(80 + index % 176) as u8, (60 + index / 31 % 196) as u8, (90 + index / 7 % 166) as u8, 255];
        for row in y as usize..(y as usize + dot).min(h) {
            for column in x as usize..(x as usize + dot).min(w) {
                rgba[(row * w + column) * 4..][..4].copy_from_slice(&color);
            }
        }
    }
    rgba
}

pub(crate) fn picture(width: u32, height: u32, time: f32) -> Picture {
    let mut picture = Picture::new(width, height).unwrap();
    picture.fill_from_rgba(&scene(width, height, time), width as usize * 4).unwrap();
    picture
}

fn encoder(picture: &Picture, bitrate_bps: u32) -> Encoder {
    let (width, height) = (picture.width(), picture.height());
    Encoder::new(&EncoderConfig { width, height, frame_rate: 30.0, bitrate_bps }).unwrap()
}

/// Luma PSNR in dB of a decoder's newest picture against what was encoded.
fn decoded_psnr(decoder: &mut Decoder, unit: &[u8], picture: &Picture) -> f64 {
    let decoded = decoder.decode(unit).unwrap().expect("an access unit gives a picture");
    let (width, height) = decoded.dimensions();
    assert_eq!((width as u32, height as u32), (picture.width(), picture.height()));
    let rows = decoded.y().chunks(decoded.strides().0).map(|row| &row[..width]);
    let squares: u64 = rows
        .zip(picture.planes()[0].chunks(width))
        .flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)))
        .sum();
    10.0 * (255.0 * 255.0 * (width * height) as f64 / squares.max(1) as f64).log10()
}

#[test]
fn a_decoder_sees_what_was_drawn_at_any_even_or_odd_size() {
    for (width, height) in [(1280, 720), (640, 361), (333, 217), (17, 16), (1080, 1920)] {
        let drawn = picture(width, height, 0.0);
        assert_eq!((drawn.width(), drawn.height()), (width & !1, height & !1));
        let mut encoder = encoder(&drawn, 8_000_000);
        let mut decoder = Decoder::new().unwrap();
        let unit = encoder.encode(&drawn, 0, false).unwrap().unwrap();
        assert!(unit.keyframe, "{width}×{height}");
        let psnr = decoded_psnr(&mut decoder, unit.annex_b, &drawn);
        assert!(psnr > 26.0, "{width}×{height}: {psnr:.1} dB");
    }
}

#[test]
fn the_parameter_sets_say_constrained_baseline_and_bt709_limited_range() {
    let drawn = picture(1280, 720, 0.0);
    let mut encoder = encoder(&drawn, 3_000_000);
    let unit = encoder.encode(&drawn, 0, false).unwrap().unwrap().annex_b.to_vec();
    assert_eq!(unit[..5], [0, 0, 0, 1, 0x67], "a keyframe begins with its sequence parameter set");
    assert_eq!(unit[5], 66, "profile_idc: baseline");
    assert_ne!(unit[6] & 0x40, 0, "constraint_set1: constrained");
    let slices = unit.windows(4).filter(|w| w[..3] == [0, 0, 1] && w[3] & 0x1f == 5).count();
    assert_eq!(slices, 1);
    // Colours survive a decoder that is not told anything: mid grey in sRGB is luma 16 + 219 × 128 / 255.
    let mut grey = Picture::new(64, 64).unwrap();
    grey.fill_from_rgba(&[128; 64 * 64 * 4], 256).unwrap();
    assert!(grey.planes()[0].iter().all(|y| y.abs_diff(126) <= 1));
    assert!(grey.planes()[1].iter().chain(grey.planes()[2]).all(|c| c.abs_diff(128) <= 1));
}

#[test]
fn chroma_follows_bt709_and_not_bt601() {
    let mut red = Picture::new(32, 32).unwrap();
    red.fill_from_rgba(&[255, 0, 0, 255].repeat(32 * 32), 128).unwrap();
    // ITU-R BT.709-6, limited range: Y = 16 + 219 × 0.2126, Cb = 128 − 224 × 0.2126 / 1.8556, Cr = 128 + 112.
    for (plane, expected) in red.planes().into_iter().zip([63, 102, 240_u8]) {
        assert!(plane.iter().all(|sample| sample.abs_diff(expected) <= 2), "{} for {expected}", plane[0]);
    }
}

#[test]
fn keyframes_come_when_asked_and_only_then() {
    let mut encoder = encoder(&picture(320, 240, 0.0), 1_000_000);
    let mut keyframes = Vec::new();
    for index in 0..200 {
        let drawn = picture(320, 240, index as f32 * 0.05);
        let unit = encoder.encode(&drawn, i64::from(index) * 33, index == 50).unwrap().unwrap();
        keyframes.extend(unit.keyframe.then_some(index));
    }
    assert_eq!(keyframes, [0, 50]);
}

#[test]
fn bitrate_and_frame_rate_change_without_a_keyframe() {
    let mut encoder = encoder(&picture(640, 360, 0.0), 4_000_000);
    let mut rates_bps = Vec::new();
    let mut index = 0;
    for (bitrate_bps, frame_rate) in [(4_000_000, 30.0), (1_500_000, 30.0), (4_000_000, 30.0), (4_000_000, 60.0)] {
        encoder.set_bitrate(bitrate_bps).unwrap();
        encoder.set_frame_rate(frame_rate).unwrap();
        let mut bytes = 0;
        for _ in 0..90 {
            let unit = encoder.encode(&picture(640, 360, index as f32 * 0.02), index * 33, false).unwrap().unwrap();
            assert_eq!(unit.keyframe, index == 0);
            bytes += unit.annex_b.len();
            index += 1;
        }
        rates_bps.push(bytes as f32 * 8.0 / 90.0 * frame_rate);
    }
    let within = |rate: f32, asked: f32| (0.6..1.5).contains(&(rate / asked));
    assert!(within(rates_bps[0], 4e6) && within(rates_bps[1], 1.5e6) && within(rates_bps[3], 4e6), "{rates_bps:?}");
}

#[test]
fn a_still_scene_sharpens_when_it_is_encoded_again() {
    let mut moving = encoder(&picture(640, 360, 0.0), 800_000);
    let mut decoder = Decoder::new().unwrap();
    let mut last = picture(640, 360, 0.0);
    let mut psnr = 0.0;
    for index in 0..40_u8 {
        last = picture(640, 360, f32::from(index) * 0.03);
        let unit = moving.encode(&last, i64::from(index) * 33, false).unwrap().unwrap();
        psnr = decoded_psnr(&mut decoder, unit.annex_b, &last);
    }
    moving.set_bitrate(3_200_000).unwrap();
    let mut refined = psnr;
    for index in 0..6 {
        let unit = moving.encode(&last, 1400 + index * 80, false).unwrap().unwrap();
        refined = decoded_psnr(&mut decoder, unit.annex_b, &last);
    }
    assert!(refined > psnr + 2.0, "{psnr:.1} → {refined:.1} dB");
}

#[test]
fn a_size_that_no_decoder_takes_is_refused_before_memory_is_taken() {
    for (width, height) in [(0, 0), (0, 720), (15, 720), (3841, 100), (2161, 2161), (u32::MAX, u32::MAX), (100_000, 16)]
    {
        assert_eq!(Picture::new(width, height), Err(CodecError::Size { width, height }));
        let config = EncoderConfig { width, height, frame_rate: 30.0, bitrate_bps: 1_000_000 };
        assert!(matches!(Encoder::new(&config), Err(CodecError::Size { .. })));
    }
    for frame_rate in [f32::NAN, f32::INFINITY, 0.0, -30.0, 1e9] {
        let config = EncoderConfig { width: 64, height: 64, frame_rate, bitrate_bps: 1_000_000 };
        assert!(matches!(Encoder::new(&config), Err(CodecError::Rate(_))));
    }
    for bitrate_bps in [0, u32::MAX] {
        let config = EncoderConfig { width: 64, height: 64, frame_rate: 30.0, bitrate_bps };
        Encoder::new(&config).unwrap().encode(&Picture::new(64, 64).unwrap(), 0, false).unwrap();
    }
}

#[test]
fn the_largest_picture_is_encoded() {
    let largest = Picture::new(MAX_LONG_SIDE, MAX_SHORT_SIDE).unwrap();
    assert!(encoder(&largest, 8_000_000).encode(&largest, 0, false).unwrap().unwrap().keyframe);
}

#[test]
fn pixels_that_do_not_cover_the_picture_are_refused() {
    let mut picture = Picture::new(64, 32).unwrap();
    let rgba = vec![200; 64 * 32 * 4];
    for (len, stride_bytes) in [(0, 256), (rgba.len() - 1, 256), (rgba.len(), 255), (rgba.len(), usize::MAX)] {
        assert!(matches!(picture.fill_from_rgba(&rgba[..len], stride_bytes), Err(CodecError::Pixels { .. })));
    }
    picture.fill_from_rgba(&vec![200; 32 * 300], 300).unwrap();
    let mut plain = Picture::new(64, 32).unwrap();
    plain.fill_from_rgba(&rgba, 256).unwrap();
    assert!(picture == plain, "padding between the rows shows in the picture");
}

#[test]
fn a_picture_of_another_size_is_refused_and_a_new_encoder_takes_it() {
    let (small, large) = (picture(320, 240, 0.0), picture(640, 480, 0.0));
    let mut first = encoder(&small, 1_000_000);
    first.encode(&small, 0, false).unwrap();
    assert!(matches!(first.encode(&large, 33, false), Err(CodecError::Mismatch { .. })));
    let mut decoder = Decoder::new().unwrap();
    for drawn in [&small, &large, &small] {
        let mut encoder = encoder(drawn, 1_000_000);
        let unit = encoder.encode(drawn, 66, false).unwrap().unwrap();
        assert!(unit.keyframe && decoded_psnr(&mut decoder, unit.annex_b, drawn) > 25.0);
    }
}

#[test]
fn halving_takes_the_mean_of_each_block() {
    let large = picture(642, 362, 0.0);
    let mut half = Picture::new(321, 181).unwrap();
    assert_eq!((half.width(), half.height()), (320, 180));
    large.halve_into(&mut half).unwrap();
    let [luma, ..] = large.planes();
    for (row, column) in [(0, 0), (7, 31), (179, 319)] {
        let at = |r: usize, c: usize| u16::from(luma[(2 * row + r) * 642 + 2 * column + c]);
        let mean = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) / 4;
        assert_eq!(u16::from(half.planes()[0][row * 320 + column]), mean);
    }
    assert!(matches!(large.halve_into(&mut Picture::new(322, 180).unwrap()), Err(CodecError::Mismatch { .. })));
}
