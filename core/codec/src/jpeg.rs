//! [`jpeg`]: RGBA to a JPEG file, for browsers that decode no H.264 (ITU-T T.81, JFIF, 4:2:0).

use crate::{CodecError, Scaler};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// A JPEG file of sRGB pixels (`stride_bytes` from row to row, alpha ignored), made `to` pixels wide and high;
/// `quality` from 1 to 100 as in libjpeg.
///
/// # Errors
/// [`CodecError::Pixels`] when `rgba` does not cover `size`, [`CodecError::Size`] when `to` is nothing or too much.
pub fn jpeg(
    scaler: &mut Scaler,
    rgba: &[u8],
    stride_bytes: usize,
    size: (u32, u32),
    to: (u32, u32),
    quality: u8,
) -> Result<Vec<u8>, CodecError> {
    let refused = CodecError::Size { width: to.0, height: to.1 };
    let (Ok(width), Ok(height)) = (u16::try_from(to.0), u16::try_from(to.1)) else { return Err(refused) };
    let pixels = scaler.scale_rgba(rgba, stride_bytes, size, to)?;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels, width, height, ColorType::Rgba).map_err(|_| refused)?;
    Ok(file)
}
