//! Pictures there and back, and the golden pictures that the page's decoder reads too.

use crate::backdrop::{Backdrop, dither};
use crate::testing::Random;
use crate::{Decoder, Encoder, Tile};
use std::fmt::Write as _;
use std::path::Path;

/// A picture: its width, its height, and red, green, blue, alpha.
struct Picture(u16, u16, Vec<u8>);

fn picture(width: u16, height: u16, mut color: impl FnMut(i32, i32) -> [u8; 3]) -> Picture {
    let places = (0..i32::from(height)).flat_map(|y| (0..i32::from(width)).map(move |x| (x, y)));
    let rgba = places.flat_map(|(x, y)| {
        let [red, green, blue] = color(x, y);
        [red, green, blue, 255]
    });
    Picture(width, height, rgba.collect())
}

/// The renderer's background: a gradient from top to bottom, dithered.
fn background(y: i32, x: i32, height: u16) -> [u8; 3] {
    let part = (f64::from(y) + 0.5) / f64::from(height);
    [(40.3, 17.0), (47.9, 19.5), (61.2, 24.4)]
        .map(|(top, bottom)| (top + (bottom - top) * part + f64::from(dither(x, y)) / 65_536.0).floor() as u8)
}

/// Shaded balls, lines and single points before the background.
fn scene(width: u16, height: u16, seed: u64) -> Picture {
    let mut random = Random(seed);
    let mut balls = Vec::new();
    for _ in 0..6 {
        let color = [0; 3].map(|_| 60.0 + f64::from(random.below(180)));
        let place = [width, height].map(|side| f64::from(random.below(side.into())));
        balls.push((place, 3.0 + f64::from(random.below(u32::from(width) / 8 + 1)), color));
    }
    picture(width, height, |x, y| {
        if random.below(60) == 0 {
            return [200, random.below(256) as u8, 30];
        }
        if (x * 3 + y * 7) % 97 < 2 {
            return [240, 200, 90];
        }
        for (place, radius, color) in &balls {
            let (dx, dy) = (f64::from(x) - place[0], f64::from(y) - place[1]);
            let depth = radius * radius - dx * dx - dy * dy;
            if depth > 0.0 {
                let light = 0.3 + 0.7 * depth.sqrt() / radius;
                return color.map(|channel| (channel * light) as u8);
            }
        }
        background(y, x, height)
    })
}

fn pictures(seed: u64) -> Vec<(&'static str, Picture)> {
    let mut random = Random(seed);
    let palette: Vec<[u8; 3]> = (0..5).map(|_| [0; 3].map(|_| random.below(256) as u8)).collect();
    vec![
        ("a scene", scene(97, 81, seed)),
        ("a background alone", picture(70, 40, |x, y| background(y, x, 40))),
        ("smooth shades", picture(66, 65, |x, y| [(x * y / 17) as u8, (x + 2 * y) as u8, (3 * x) as u8])),
        ("few colours", picture(45, 38, |_, _| palette[random.below(5) as usize])),
        ("noise", picture(33, 35, |_, _| [0; 3].map(|_| random.below(256) as u8))),
        ("one pixel", picture(1, 1, |_, _| [1, 2, 254])),
        ("a column", picture(1, 70, |_, y| [y as u8, 0, 255])),
        ("a row", picture(300, 1, |x, _| [(x / 7) as u8, 9, 9])),
    ]
}

fn encode(picture: &Picture) -> ([u8; crate::HEAD_BYTES], Vec<(Tile, Vec<u8>)>) {
    let Picture(width, height, rgba) = picture;
    let mut encoder = Encoder::new(rgba, usize::from(*width) * 4, *width, *height).unwrap();
    let head = encoder.head();
    (head, std::iter::from_fn(|| encoder.next_tile()).collect())
}

fn decode(picture: &Picture, head: &[u8], tiles: &[(Tile, Vec<u8>)]) -> Vec<u8> {
    let mut decoder = Decoder::new(head, picture.0, picture.1).unwrap();
    for (tile, bytes) in tiles {
        assert!(decoder.take(*tile, bytes), "{tile:?}");
    }
    decoder.rgba()
}

#[test]
fn every_picture_comes_back_as_it_was() {
    for seed in 1..20 {
        for (name, picture) in pictures(seed) {
            let (head, tiles) = encode(&picture);
            assert!(decode(&picture, &head, &tiles) == picture.2, "{name}, seed {seed}");
        }
    }
}

#[test]
fn pictures_of_any_size_are_cut_without_gap_or_overlap() {
    for (width, height) in [(1, 1), (31, 257), (1_280, 720), (1_921, 1_079), (3_840, 2_160)] {
        let picture = scene(width, height, 5);
        let mut encoder = Encoder::new(&picture.2, usize::from(width) * 4, width, height).unwrap();
        let mut covered = vec![0_u8; usize::from(width) * usize::from(height)];
        for Tile { x, y, width: columns, height: rows } in encoder.tiles() {
            for row in *y..y + rows {
                let from = usize::from(row) * usize::from(width) + usize::from(*x);
                covered[from..from + usize::from(*columns)].iter_mut().for_each(|count| *count += 1);
            }
        }
        assert!(covered.iter().all(|count| *count == 1), "{width}×{height}");
        assert!(encoder.tiles().len() <= usize::from(u16::MAX));
        assert!(encoder.next_tile().is_some());
    }
}

#[test]
fn a_background_costs_next_to_nothing_and_is_not_cut_small() {
    let (head, tiles) = encode(&picture(1_280, 720, |x, y| background(y, x, 720)));
    assert_ne!(head[1..], [0; crate::HEAD_BYTES - 1], "it was found");
    let bytes: usize = tiles.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes < 1_500 && tiles.len() <= 15, "{bytes} bytes in {} tiles", tiles.len());
}

#[test]
fn a_backdrop_is_found_behind_what_covers_most_of_it() {
    let mut random = Random(3);
    let Picture(width, _, rgba) = picture(320, 200, |x, y| match random.below(10) {
        0..7 => [0; 3].map(|_| random.below(256) as u8),
        _ => background(y, x, 200),
    });
    let pixels: Vec<u32> = rgba.as_chunks().0.iter().map(|pixel| u32::from_le_bytes(*pixel) & 0x00ff_ffff).collect();
    let backdrop = Backdrop::guess(&pixels, width.into()).unwrap();
    let places = || (0..200).flat_map(|y| (0..320).map(move |x| (x, y)));
    let agree = places().filter(|(x, y)| {
        let [red, green, blue] = background(*y, *x, 200).map(u32::from);
        backdrop.at(*x, *y) & 0x00ff_ffff == red | green << 8 | blue << 16
    });
    assert!(agree.count() > 320 * 200 * 98 / 100);
}

#[test]
fn what_shows_most_and_lies_in_the_middle_comes_first() {
    let centre = |x: i32, y: i32| (x - 640).abs() < 100 && (y - 360).abs() < 100;
    let mut random = Random(9);
    let picture =
        picture(
            1_280,
            720,
            |x, y| {
                if centre(x, y) { [0; 3].map(|_| random.below(256) as u8) } else { background(y, x, 720) }
            },
        );
    let encoder = Encoder::new(&picture.2, 1_280 * 4, 1_280, 720).unwrap();
    let Tile { x, y, width, height } = encoder.tiles()[0];
    assert!(centre((x + width / 2).into(), (y + height / 2).into()), "{:?}", encoder.tiles()[0]);
    let last = encoder.tiles()[encoder.tiles().len() - 1];
    assert!(last.x == 0 || last.y == 0 || last.x + last.width == 1_280 || last.y + last.height == 720, "{last:?}");
}

#[test]
fn what_is_no_picture_is_refused() {
    assert!(Encoder::new(&[], 0, 0, 0).is_none());
    assert!(Encoder::new(&[0; 16], 8, 2, 3).is_none());
    assert!(Encoder::new(&[0; 16], 4, 2, 2).is_none());
    assert!(Encoder::new(&[0; 16], usize::MAX, 2, 2).is_none());
    assert!(Decoder::new(&[1; crate::HEAD_BYTES - 1], 4, 4).is_none());
    assert!(Decoder::new(&[2; crate::HEAD_BYTES], 4, 4).is_none());
}

#[test]
fn garbage_makes_a_wrong_picture_and_nothing_worse() {
    let mut random = Random(11);
    for _ in 0..300 {
        let mut head = [0; crate::HEAD_BYTES].map(|_: u8| random.below(256) as u8);
        head[0] = 1 | (random.below(2) as u8) << 7;
        let mut decoder = Decoder::new(&head, 40, 30).unwrap();
        for _ in 0..4 {
            let [x, y, width, height] = [50, 40, 45, 35].map(|bound| random.below(bound) as u16);
            let bytes: Vec<u8> = (0..random.below(60)).map(|_| random.below(256) as u8).collect();
            let fits = x + width <= 40 && y + height <= 30;
            assert_eq!(decoder.take(Tile { x, y, width, height }, &bytes), fits);
        }
        assert_eq!(decoder.rgba().len(), 40 * 30 * 4);
    }
}

/// FNV-1a of 32 bits, which the page's test computes alike.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[test]
fn golden_pictures_are_what_this_crate_writes() {
    let entries = pictures(1).into_iter().map(|(name, picture)| {
        let (head, tiles) = encode(&picture);
        let tiles = tiles.iter().map(|(Tile { x, y, width, height }, bytes)| {
            format!("      {{ \"tile\": [{x}, {y}, {width}, {height}], \"bytes\": \"{}\" }}", hex(bytes))
        });
        format!(
            "  {{\n    \"name\": \"{name}\",\n    \"width\": {},\n    \"height\": {},\n    \"hash\": {},\n    \
             \"head\": \"{}\",\n    \"tiles\": [\n{}\n    ]\n  }}",
            picture.0,
            picture.1,
            hash(&picture.2),
            hex(&head),
            tiles.collect::<Vec<_>>().join(",\n")
        )
    });
    let golden = format!("[\n{}\n]\n", entries.collect::<Vec<_>>().join(",\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &golden).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == committed, "the format has changed: UPDATE=1 cargo test -p heliograph-still renews {path:?}");
}
