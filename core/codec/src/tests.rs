//! Scenarios: what goes in as RGBA comes out of a decoder, at the size, quality and rate that were asked for.

use crate::testing::scene;
use crate::*;
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

pub(crate) fn picture(width: u32, height: u32, time: f32) -> Picture {
    let mut picture = Picture::new(width, height).unwrap();
    picture.fill_from_rgba(&scene(width, height, time), width as usize * 4).unwrap();
    picture
}

fn encoder(picture: &Picture) -> Encoder {
    Encoder::new(picture.width(), picture.height(), Complexity::default()).unwrap()
}

fn order(kind: Kind, bits: u32) -> Order {
    Order { kind, bits }
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
        let mut encoder = encoder(&drawn);
        let mut decoder = Decoder::new().unwrap();
        let unit = encoder.encode(&drawn, 0, order(Kind::Motion, 2_000_000)).unwrap().unwrap();
        assert!(unit.keyframe, "the first is one unasked");
        let psnr = decoded_psnr(&mut decoder, unit.annex_b, &drawn);
        assert!(psnr > 26.0, "{width}×{height}: {psnr:.1} dB");
    }
}

#[test]
fn the_parameter_sets_say_constrained_baseline_and_bt709_limited_range() {
    let drawn = picture(1280, 720, 0.0);
    let mut encoder = encoder(&drawn);
    let unit = encoder.encode(&drawn, 0, order(Kind::Keyframe, 800_000)).unwrap().unwrap().annex_b.to_vec();
    assert_eq!(unit[..5], [0, 0, 0, 1, 0x67], "a keyframe begins with its sequence parameter set");
    assert_eq!(unit[5], 66, "profile_idc: baseline");
    assert_ne!(unit[6] & 0x40, 0, "constraint_set1: constrained");
    assert_eq!(unit[7], 31, "level_idc: what is negotiated");
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
    let mut encoder = encoder(&picture(320, 240, 0.0));
    let mut keyframes = Vec::new();
    for index in 0..200 {
        let drawn = picture(320, 240, index as f32 * 0.05);
        let kind = if index == 50 { Kind::Keyframe } else { Kind::Motion };
        let unit = encoder.encode(&drawn, i64::from(index) * 33, order(kind, 40_000)).unwrap().unwrap();
        keyframes.extend(unit.keyframe.then_some(index));
    }
    assert_eq!(keyframes, [0, 50]);
}

#[test]
fn pictures_cost_what_they_may_and_a_change_of_that_needs_no_keyframe() {
    let mut encoder = encoder(&picture(640, 360, 0.0));
    let mut index = 0;
    for asked in [130_000, 50_000, 20_000, 130_000] {
        let (mut bits, mut coarsest, mut finest) = (0, 0, 99);
        for count in 0..60 {
            let drawn = picture(640, 360, index as f32 * 0.02);
            let unit = encoder.encode(&drawn, index * 33, order(Kind::Motion, asked)).unwrap().unwrap();
            assert_eq!(unit.keyframe, index == 0);
            index += 1;
            if count >= 15 {
                bits += unit.annex_b.len() as u32 * 8 / 45;
                (coarsest, finest) = (unit.qp.max(coarsest), unit.qp.min(finest));
            }
        }
        assert!((0.6..1.2).contains(&(bits as f32 / asked as f32)), "{bits} for {asked}, QP {finest} to {coarsest}");
        assert!(coarsest - finest <= 6, "{asked}: QP {finest} to {coarsest}");
    }
}

#[test]
fn no_keyframe_fills_the_line_not_even_the_first() {
    for (width, height, asked) in [(1280, 720, 900_000), (1280, 720, 300_000), (640, 360, 90_000), (320, 180, 30_000)] {
        let drawn = picture(width, height, 0.0);
        let mut encoder = encoder(&drawn);
        for time in [0, 33] {
            let unit = encoder.encode(&drawn, time, order(Kind::Keyframe, asked)).unwrap().unwrap();
            let bits = unit.annex_b.len() as f64 * 8.0;
            assert!(unit.keyframe);
            assert!(bits < 1.35 * f64::from(asked) || unit.qp == COARSEST_QP, "{bits} for {asked}, QP {}", unit.qp);
        }
    }
}

#[test]
fn a_still_scene_sharpens_when_it_is_encoded_again_and_then_costs_next_to_nothing() {
    let mut encoder = encoder(&picture(640, 360, 0.0));
    let mut decoder = Decoder::new().unwrap();
    let mut last = picture(640, 360, 0.0);
    let mut psnr = 0.0;
    for index in 0..40_u8 {
        last = picture(640, 360, f32::from(index) * 0.03);
        let unit = encoder.encode(&last, i64::from(index) * 33, order(Kind::Motion, 27_000)).unwrap().unwrap();
        psnr = decoded_psnr(&mut decoder, unit.annex_b, &last);
    }
    let (mut refined, mut qp) = (psnr, COARSEST_QP);
    for index in 0..6 {
        let unit = encoder.encode(&last, 1400 + index * 80, order(Kind::Refine, 100_000)).unwrap().unwrap();
        assert!(unit.qp <= qp && unit.annex_b.len() * 8 < 200_000, "QP {}: {}", unit.qp, unit.annex_b.len());
        qp = unit.qp;
        refined = decoded_psnr(&mut decoder, unit.annex_b, &last);
    }
    assert!(refined > psnr + 4.0, "{psnr:.1} → {refined:.1} dB");
    let unit = encoder.encode(&last, 4_000, order(Kind::Keep, 0)).unwrap().unwrap();
    assert!(unit.annex_b.len() < 300, "{} bytes", unit.annex_b.len());
    assert!(decoded_psnr(&mut decoder, unit.annex_b, &last) > refined - 0.5, "and spoils nothing");
}

#[test]
fn a_size_that_no_decoder_takes_is_refused_before_memory_is_taken() {
    for (width, height) in [(0, 0), (0, 720), (15, 720), (3841, 100), (2161, 2161), (u32::MAX, u32::MAX), (100_000, 16)]
    {
        assert_eq!(Picture::new(width, height), Err(CodecError::Size { width, height }));
        assert!(matches!(Encoder::new(width, height, Complexity::default()), Err(CodecError::Size { .. })));
    }
    for bits in [0, u32::MAX] {
        let picture = Picture::new(64, 64).unwrap();
        encoder(&picture).encode(&picture, 0, order(Kind::Keyframe, bits)).unwrap();
    }
}

#[test]
fn the_largest_picture_is_encoded() {
    let largest = Picture::new(MAX_LONG_SIDE, MAX_SHORT_SIDE).unwrap();
    assert!(encoder(&largest).encode(&largest, 0, order(Kind::Keyframe, 8_000_000)).unwrap().unwrap().keyframe);
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
    let keyframe = order(Kind::Keyframe, 1_000_000);
    let mut first = encoder(&small);
    first.encode(&small, 0, keyframe).unwrap();
    assert!(matches!(first.encode(&large, 33, keyframe), Err(CodecError::Mismatch { .. })));
    let mut decoder = Decoder::new().unwrap();
    for drawn in [&small, &large, &small] {
        let mut encoder = encoder(drawn);
        let unit = encoder.encode(drawn, 66, keyframe).unwrap().unwrap();
        assert!(unit.keyframe && decoded_psnr(&mut decoder, unit.annex_b, drawn) > 25.0);
    }
}

#[test]
fn a_smaller_picture_has_the_mean_of_what_it_stands_for() {
    let large = picture(1280, 720, 0.0);
    let mut scaler = Scaler::default();
    let mut half = Picture::new(640, 360).unwrap();
    scaler.scale(&large, &mut half);
    let [luma, ..] = large.planes();
    for (row, column) in [(0, 0), (7, 31), (179, 319), (359, 639)] {
        let at = |r: usize, c: usize| u16::from(luma[(2 * row + r) * 1280 + 2 * column + c]);
        let mean = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) / 4;
        assert!(u16::from(half.planes()[0][row * 640 + column]).abs_diff(mean) <= 1);
    }
    // Whatever the ratio, a picture keeps its brightness.
    let mean = |picture: &Picture| {
        picture.planes().map(|plane| plane.iter().map(|sample| f64::from(*sample)).sum::<f64>() / plane.len() as f64)
    };
    for scale in [(3, 4), (1, 2), (3, 8), (1, 4)] {
        let (width, height) = large.scaled_size(scale);
        let mut small = Picture::new(width, height).unwrap();
        scaler.scale(&large, &mut small);
        for (whole, part) in mean(&large).into_iter().zip(mean(&small)) {
            assert!((whole - part).abs() < 0.6, "{scale:?}: {whole} → {part}");
        }
    }
}

#[test]
fn a_jpeg_has_the_size_that_was_asked_for_and_less_quality_costs_less() {
    let (width, height) = (640, 360);
    // Rows with padding, as the ring has them.
    let stride = width as usize * 4 + 64;
    let mut rgba = vec![0; stride * height as usize];
    for (row, line) in scene(width, height, 0.0).chunks(width as usize * 4).enumerate() {
        rgba[row * stride..][..line.len()].copy_from_slice(line);
    }
    let mut scaler = Scaler::default();
    let mut encode = |to, quality| jpeg(&mut scaler, &rgba, stride, (width, height), to, quality);
    let [fine, coarse, small] =
        [((640, 360), 90), ((640, 360), 30), ((320, 180), 90)].map(|(to, q)| encode(to, q).unwrap());
    assert!(fine.len() > 2 * coarse.len() && fine.len() > 2 * small.len());
    // The start of frame (SOF0) says height and width (ITU-T T.81 section B.2.2).
    let start = small.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    assert_eq!(small[start + 5..start + 9], [0, 180, 1, 64]);
    assert!(matches!(encode((0, 180), 90), Err(CodecError::Size { .. })));
    assert!(matches!(encode((70_000, 180), 90), Err(CodecError::Size { .. })));
}
