//! [`Picture`]: planar pixels as the encoder wants them.

use crate::CodecError;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
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

    /// The part of a picture's size that is `numerator / denominator` of this one's, even, at least [`MIN_SIDE`].
    pub fn scaled_size(&self, (numerator, denominator): (u32, u32)) -> (u32, u32) {
        let side = |whole: u32| (whole * numerator / denominator).max(MIN_SIDE) & !1;
        (side(self.width), side(self.height))
    }
}

/// Pixels have no place in a log.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

/// Makes pictures smaller. Keeps its tables between the pictures.
#[derive(Debug, Default)]
pub struct Scaler {
    resizer: Resizer,
}

impl Scaler {
    /// Fills `to` with `from`, whatever the sizes of both; samples are weighed by area.
    pub fn scale(&mut self, from: &Picture, to: &mut Picture) {
        let (width, height) = (from.width, from.height);
        let (to_width, to_height) = (to.width, to.height);
        let planes = [(&from.y, &mut to.y, 1), (&from.u, &mut to.u, 2), (&from.v, &mut to.v, 2)];
        for (source, target, divisor) in planes {
            let size = (width / divisor, height / divisor);
            resize::<U8>(&mut self.resizer, source, size, size, target, (to_width / divisor, to_height / divisor));
        }
    }

    /// The same for sRGB pixels, four bytes each, `stride_bytes` from row to row; `to` is without padding.
    ///
    /// # Errors
    /// [`CodecError::Pixels`] when `rgba` does not cover `size`.
    pub fn scale_rgba(
        &mut self,
        rgba: &[u8],
        stride_bytes: usize,
        (width, height): (u32, u32),
        (to_width, to_height): (u32, u32),
    ) -> Result<Vec<u8>, CodecError> {
        let refused = CodecError::Pixels { len: rgba.len(), stride_bytes, width, height };
        let row = u32::try_from(stride_bytes / 4).ok().filter(|row| *row >= width && stride_bytes.is_multiple_of(4));
        let whole = stride_bytes.checked_mul(height as usize).and_then(|bytes| rgba.get(..bytes));
        let (Some(row), Some(rgba)) = (row, whole) else { return Err(refused) };
        let mut to = vec![0; to_width as usize * to_height as usize * 4];
        let (from, part) = ((row, height), (width, height));
        resize::<U8x4>(&mut self.resizer, rgba, from, part, &mut to, (to_width, to_height));
        Ok(to)
    }
}

/// `part` is what is taken of `from`, from its left upper corner on. By its type `P` because the crate's function for any
/// type would be compiled for all of them.
fn resize<P: PixelTrait>(
    resizer: &mut Resizer,
    source: &[u8],
    from: (u32, u32),
    part: (u32, u32),
    target: &mut [u8],
    to: (u32, u32),
) {
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, source);
    let target = TypedImage::<P>::from_buffer(to.0, to.1, target);
    // Fails for slices that do not fit their size only, which those of a picture always do.
    if let (Ok(source), Ok(mut target)) = (source, target) {
        let filter = ResizeAlg::Convolution(FilterType::Box);
        let options = ResizeOptions::new().resize_alg(filter).use_alpha(false);
        let options = options.crop(0.0, 0.0, part.0.into(), part.1.into());
        let done = resizer.resize_typed(&source, &mut target, &options);
        debug_assert!(done.is_ok(), "{done:?}");
    }
}
