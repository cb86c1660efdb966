//! Bytes and times of pictures: `cargo run --release -p heliograph-still --example sizes -- *.png`

use heliograph_still::{Decoder, Encoder, HEAD_BYTES};
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let mut reader = png::Decoder::new(BufReader::new(File::open(&path)?)).read_info()?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or("too large")?];
        let info = reader.next_frame(&mut pixels)?;
        let (width, height) = (info.width as u16, info.height as u16);
        let rgba: Vec<u8> = match info.color_type {
            png::ColorType::Rgb => pixels.as_chunks().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect(),
            _ => pixels,
        };
        let began = Instant::now();
        let mut encoder = Encoder::new(&rgba, usize::from(width) * 4, width, height).ok_or("no picture")?;
        let prepared = began.elapsed();
        let mut tiles = Vec::new();
        while let Some(tile) = encoder.next_tile() {
            tiles.push(tile);
        }
        let encoded = began.elapsed();
        let bytes: usize = tiles.iter().map(|(_, bytes)| bytes.len()).sum();
        let largest = tiles.iter().map(|(_, bytes)| bytes.len()).max().unwrap_or(0);
        let began = Instant::now();
        let mut decoder = Decoder::new(&encoder.head(), width, height).ok_or("no head")?;
        for (tile, bytes) in &tiles {
            decoder.take(*tile, bytes);
        }
        let decoded = began.elapsed();
        let is_same = decoder.rgba() == rgba;
        println!(
            "{path}: {bytes} bytes and {} of headers in {} tiles, largest {largest}; {prepared:.0?} + {:.0?}, back {decoded:.0?}, {}; {:x?}",
            HEAD_BYTES + 16 + 16 * tiles.len(),
            tiles.len(),
            encoded - prepared,
            if is_same { "the same" } else { "NOT THE SAME" },
            &encoder.head()
        );
    }
    Ok(())
}
