//! [`Encoder`] and [`Decoder`]: a picture to tiles and back.

use crate::backdrop::{Backdrop, COLORS};
use crate::model::Model;
use crate::range::{Coder, Reader, Writer};
use crate::tiles::{Tile, in_order};

/// Rows above, and pixels on each side, that are known before anything is.
const MARGIN: usize = 2;
/// A picture may have so many pixels: both sides hold 8 bytes for each.
pub const PIXELS_MAX: usize = 1 << 25;
/// Bytes of a head: the version of this format, and a backdrop or zeros.
pub const HEAD_BYTES: usize = 25;
/// The format's version; its highest bit says that there is a backdrop.
const VERSION: u8 = 1;
const HAS_BACKDROP: u8 = 0x80;

/// The pixels that both sides know so far, with a margin; at first the backdrop.
#[derive(Debug)]
struct Known {
    pixels: Vec<u32>,
    stride: usize,
    model: Model,
}

impl Known {
    fn new(width: usize, height: usize, backdrop: Option<Backdrop>) -> Known {
        let stride = width + 2 * MARGIN;
        let mut pixels = vec![0; stride * (height + MARGIN)];
        if let Some(backdrop) = backdrop {
            for (row, pixels) in pixels.chunks_exact_mut(stride).enumerate() {
                for (column, pixel) in pixels.iter_mut().enumerate() {
                    *pixel = backdrop.at(column as i32 - MARGIN as i32, row as i32 - MARGIN as i32);
                }
            }
        }
        Known { pixels, stride, model: Model::new(backdrop.is_some()) }
    }

    fn place(&self, x: usize, y: usize) -> usize {
        (y + MARGIN) * self.stride + x + MARGIN
    }

    /// Codes a tile; `pixel` says what is at a place.
    fn code(&mut self, coder: &mut impl Coder, tile: Tile, pixel: impl Fn(usize, usize) -> u32) {
        let Tile { x, y, width, height } = tile;
        for y in usize::from(y)..usize::from(y) + usize::from(height) {
            for x in usize::from(x)..usize::from(x) + usize::from(width) {
                let at = self.place(x, y);
                self.model.pixel(coder, &mut self.pixels, self.stride, at, pixel(x, y));
            }
        }
    }
}

/// Encodes one picture, the most important parts of it first. **Each tile needs those before it.**
#[derive(Debug)]
pub struct Encoder {
    width: usize,
    /// Red, green, blue, without a margin.
    pixels: Vec<u32>,
    backdrop: Option<Backdrop>,
    tiles: Vec<Tile>,
    next: usize,
    known: Known,
}

impl Encoder {
    /// Of rows of red, green, blue and alpha, `stride_bytes` apart. Alpha is taken for opaque. `None` when the picture is
    /// empty or has more than [`PIXELS_MAX`], or `rgba` is too short.
    pub fn new(rgba: &[u8], stride_bytes: usize, width: u16, height: u16) -> Option<Encoder> {
        let (columns, rows) = (usize::from(width), usize::from(height));
        let least_bytes = stride_bytes.checked_mul(rows.checked_sub(1)?)?.checked_add(columns * 4)?;
        if columns == 0 || columns * rows > PIXELS_MAX || stride_bytes < columns * 4 || rgba.len() < least_bytes {
            return None;
        }
        let mut pixels = Vec::with_capacity(columns * rows);
        for row in rgba.chunks(stride_bytes).take(rows) {
            let row = row[..columns * 4].as_chunks().0.iter();
            pixels.extend(row.map(|pixel| u32::from_le_bytes(*pixel) & COLORS));
        }
        let backdrop = Backdrop::guess(&pixels, columns);
        let known = Known::new(columns, rows, backdrop);
        let tiles = in_order(width, height, |x, y| {
            // What a pixel will cost, in about a quarter of a bit.
            let at = known.place(x, y);
            let pixel = pixels[y * columns + x];
            if backdrop.is_some() && pixel == known.pixels[at] & COLORS {
                return 0;
            }
            let before = if x > 0 { pixels[y * columns + x - 1] } else { pixel };
            let above = if y > 0 { pixels[(y - 1) * columns + x] } else { pixel };
            if pixel == before || pixel == above { 8 } else { 40 }
        });
        Some(Encoder { width: columns, pixels, backdrop, tiles, next: 0, known })
    }

    /// What a decoder begins with.
    pub fn head(&self) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        head[0] = VERSION;
        if let Some(Backdrop { top, per_row }) = self.backdrop {
            head[0] |= HAS_BACKDROP;
            for (bytes, number) in head[1..].as_chunks_mut().0.iter_mut().zip(top.into_iter().chain(per_row)) {
                *bytes = number.to_le_bytes();
            }
        }
        head
    }

    /// All tiles, in the order in which they are encoded.
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// Encodes the next tile; `None` when the picture is whole.
    pub fn next_tile(&mut self) -> Option<(Tile, Vec<u8>)> {
        let tile = *self.tiles.get(self.next)?;
        self.next += 1;
        let mut writer = Writer::new();
        let (pixels, width) = (&self.pixels, self.width);
        self.known.code(&mut writer, tile, |x, y| pixels[y * width + x]);
        Some((tile, writer.finish()))
    }
}

/// Puts a picture together again.
#[derive(Debug)]
pub struct Decoder {
    width: usize,
    height: usize,
    known: Known,
}

impl Decoder {
    /// Of a picture's size and its [`Encoder::head`]; `None` for a head of another version, or a picture with
    /// more than [`PIXELS_MAX`].
    pub fn new(head: &[u8], width: u16, height: u16) -> Option<Decoder> {
        let head: &[u8; HEAD_BYTES] = head.first_chunk()?;
        if head[0] & !HAS_BACKDROP != VERSION {
            return None;
        }
        let backdrop = (head[0] & HAS_BACKDROP != 0).then(|| {
            let numbers = head[1..].as_chunks().0;
            let number = |index: usize| i32::from_le_bytes(numbers[index]);
            Backdrop { top: [0, 1, 2].map(number), per_row: [3, 4, 5].map(number) }
        });
        let (width, height) = (usize::from(width), usize::from(height));
        if width * height > PIXELS_MAX {
            return None;
        }
        Some(Decoder { width, height, known: Known::new(width, height, backdrop) })
    }

    /// Takes the next tile. Bytes that are none make a wrong picture, but no harm; `false` for a place outside of it.
    pub fn take(&mut self, tile: Tile, bytes: &[u8]) -> bool {
        let within = |from: u16, length: u16, whole: usize| usize::from(from) + usize::from(length) <= whole;
        if !within(tile.x, tile.width, self.width) || !within(tile.y, tile.height, self.height) {
            return false;
        }
        self.known.code(&mut Reader::new(bytes), tile, |_, _| 0);
        true
    }

    /// Red, green, blue and an opaque alpha, row after row; what did not come yet is the backdrop.
    pub fn rgba(&self) -> Vec<u8> {
        let mut rgba = Vec::with_capacity(self.width * self.height * 4);
        for y in 0..self.height {
            let row = &self.known.pixels[self.known.place(0, y)..][..self.width];
            rgba.extend(row.iter().flat_map(|pixel| (pixel | 0xff00_0000).to_le_bytes()));
        }
        rgba
    }
}
