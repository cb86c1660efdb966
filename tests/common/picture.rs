//! Pictures, and how much they differ.

use std::path::Path;

/// Pixels, top row first, four bytes each.
#[derive(Clone, PartialEq)]
pub struct Rgba {
    pub width: usize,
    pub height: usize,
    pub bytes: Vec<u8>,
}

/// Reads a PNG that the program wrote.
pub fn read_png(path: &Path) -> Rgba {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgba, png::BitDepth::Eight));
    Rgba { width: info.width as usize, height: info.height as usize, bytes }
}

impl Rgba {
    /// Scales down by averaging whole blocks.
    pub fn shrink(&self, factor: usize) -> Rgba {
        let (width, height) = (self.width / factor, self.height / factor);
        let mut bytes = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            for x in 0..width {
                for channel in 0..4 {
                    let mut sum = 0_usize;
                    for dy in 0..factor {
                        for dx in 0..factor {
                            let at = ((y * factor + dy) * self.width + x * factor + dx) * 4 + channel;
                            sum += usize::from(self.bytes[at]);
                        }
                    }
                    bytes.push(u8::try_from(sum / (factor * factor)).unwrap());
                }
            }
        }
        Rgba { width, height, bytes }
    }

    /// What is in a rectangle of it.
    pub fn part(&self, left: usize, top: usize, width: usize, height: usize) -> Rgba {
        let row = |y: usize| &self.bytes[((top + y) * self.width + left) * 4..][..width * 4];
        Rgba { width, height, bytes: (0..height).flat_map(row).copied().collect() }
    }

    /// Peak signal-to-noise ratio of the colours in decibels (ITU-T J.340); infinite for equal pictures.
    pub fn psnr_db(&self, other: &Rgba) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let mut squares = 0.0;
        for (mine, theirs) in self.bytes.chunks_exact(4).zip(other.bytes.chunks_exact(4)) {
            for channel in 0..3 {
                squares += (f64::from(mine[channel]) - f64::from(theirs[channel])).powi(2);
            }
        }
        let mean = squares / (self.width * self.height * 3) as f64;
        10.0 * (255.0 * 255.0 / mean).log10()
    }

    /// How much a picture has in it: the standard deviation of its brightness. An empty one is flat.
    pub fn contrast(&self) -> f64 {
        let brightness: Vec<f64> = self
            .bytes
            .chunks_exact(4)
            .map(|pixel| f64::from(pixel[0]) * 0.2126 + f64::from(pixel[1]) * 0.7152 + f64::from(pixel[2]) * 0.0722)
            .collect();
        let mean = brightness.iter().sum::<f64>() / brightness.len() as f64;
        (brightness.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / brightness.len() as f64).sqrt()
    }
}

/// Decodes base64 (RFC 4648) as a browser's `btoa` writes it.
pub fn from_base64(text: &str) -> Vec<u8> {
    let value = |character: u8| match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is not base64"),
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, &character| (bits << 6) | u32::from(value(character)));
        let bits = bits << (6 * (4 - group.len()));
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
