//! [`Picture`]: planar pixels as the encoder wants them.

use crate::CodecError;
use yuv::{BufferStoreMut, YuvConversionMode, YuvPlanarImageMut, YuvRange, YuvStandardMatrix, rgba_to_yuv420};

/// The least width and height in pixels: one macroblock.
pub const MIN_SIDE: u32 = 16;
/// The longer side's limit in pixels: what openh264 encodes (level 5.2).
pub const MAX_LONG_SIDE: u32 = 3840;
/// The shorter side's limit in pixels.
pub const MAX_SHORT_SIDE: u32 = 2160;

/// An I420 picture: BT.709 (ITU-R BT.709-6), limited range, chroma halved on both axes, rows without padding.
///
/// 4:2:0 has no odd sizes: of an odd frame the last column or row is left out.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl Picture {
    /// A black picture for frames of a size; an odd size is rounded down to even.
    ///
    /// # Errors
    /// [`CodecError::Size`] beyond the limits, before anything is allocated.
    pub fn new(width: u32, height: u32) -> Result<Picture, CodecError> {
        let (long, short) = (width.max(height), width.min(height));
        if !(MIN_SIDE..=MAX_SHORT_SIDE).contains(&short) || long > MAX_LONG_SIDE {
            return Err(CodecError::Size { width, height });
        }
        let (width, height) = (width & !1, height & !1);
        let luma = width as usize * height as usize;
        Ok(Picture { width, height, y: vec![16; luma], u: vec![128; luma / 4], v: vec![128; luma / 4] })
    }

    /// Even, in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Even, in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The planes Y, U and V, top row first; `width`, `width / 2` and `width / 2` bytes a row.
    pub fn planes(&self) -> [&[u8]; 3] {
        [&self.y, &self.u, &self.v]
    }

    /// Converts sRGB pixels, top row first, `stride_bytes` from each row to the next (the last one has its padding too).
    /// The frame may be one pixel wider and higher than the picture; alpha is ignored.
    ///
    /// # Errors
    /// [`CodecError::Pixels`] when `rgba` does not cover the picture; the picture then stays as it was.
    pub fn fill_from_rgba(&mut self, rgba: &[u8], stride_bytes: usize) -> Result<(), CodecError> {
        let refused = CodecError::Pixels { len: rgba.len(), stride_bytes, width: self.width, height: self.height };
        let stride = u32::try_from(stride_bytes).ok().filter(|stride| *stride >= self.width * 4);
        let rows_bytes = stride_bytes.checked_mul(self.height as usize);
        let (Some(stride), Some(rgba)) = (stride, rows_bytes.and_then(|bytes| rgba.get(..bytes))) else {
            return Err(refused);
        };
        let mut planes = YuvPlanarImageMut {
            y_plane: BufferStoreMut::Borrowed(&mut self.y),
            y_stride: self.width,
            u_plane: BufferStoreMut::Borrowed(&mut self.u),
            u_stride: self.width / 2,
            v_plane: BufferStoreMut::Borrowed(&mut self.v),
            v_stride: self.width / 2,
            width: self.width,
            height: self.height,
        };
        rgba_to_yuv420(
            &mut planes,
            rgba,
            stride,
            YuvRange::Limited,
            YuvStandardMatrix::Bt709,
            YuvConversionMode::Balanced,
        )
        .map_err(|_| refused)
    }

    /// Fills a picture of half the width and height (each rounded down to even) with the mean of each 2×2 block.
    ///
    /// # Errors
    /// [`CodecError::Mismatch`] when `half` is of another size.
    pub fn halve_into(&self, half: &mut Picture) -> Result<(), CodecError> {
        let (expected_width, expected_height) = ((self.width / 2) & !1, (self.height / 2) & !1);
        if (half.width, half.height) != (expected_width, expected_height) {
            return Err(CodecError::Mismatch {
                width: half.width,
                height: half.height,
                expected_width,
                expected_height,
            });
        }
        let (from, to) = (self.width as usize, half.width as usize);
        halve_plane(&self.y, from, &mut half.y, to);
        halve_plane(&self.u, from / 2, &mut half.u, to / 2);
        halve_plane(&self.v, from / 2, &mut half.v, to / 2);
        Ok(())
    }
}

/// Pixels have no place in a log.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

/// Strides are in bytes; `to` decides how much of `from` is read.
fn halve_plane(from: &[u8], from_stride: usize, to: &mut [u8], to_stride: usize) {
    for (rows, out) in from.chunks_exact(2 * from_stride).zip(to.chunks_exact_mut(to_stride)) {
        let (upper, lower) = rows.split_at(from_stride);
        for ((a, b), mean) in upper.chunks_exact(2).zip(lower.chunks_exact(2)).zip(out) {
            let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
            *mean = ((sum + 2) / 4) as u8;
        }
    }
}
