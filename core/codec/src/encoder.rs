//! [`Encoder`]: openh264 behind a safe face. All of this crate's unsafe code is here.

use crate::{CodecError, Picture};
use openh264::OpenH264API;
use openh264_sys2::{
    API, CAMERA_VIDEO_REAL_TIME, CONSTANT_ID, ENCODER_OPTION, ENCODER_OPTION_BITRATE, ENCODER_OPTION_DATAFORMAT,
    ENCODER_OPTION_FRAME_RATE, ENCODER_OPTION_TRACE_LEVEL, ISVCEncoder, ISVCEncoderVtbl, LEVEL_UNKNOWN, LOW_COMPLEXITY,
    PRO_BASELINE, RC_BITRATE_MODE, SBitrateInfo, SEncParamExt, SFrameBSInfo, SLayerBSInfo, SM_SINGLE_SLICE,
    SPATIAL_LAYER_ALL, SSourcePicture, WELS_LOG_QUIET, videoFormatI420, videoFrameTypeIDR,
};
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;

/// The least bitrate in bits a second that [`Encoder`] is asked for; lower wishes are raised to it.
pub const MIN_BITRATE_BPS: u32 = 50_000;
/// The greatest bitrate in bits a second; higher wishes are lowered to it.
pub const MAX_BITRATE_BPS: u32 = 50_000_000;

/// A keyframe is encoded as if the bitrate were this many times lower: openh264 otherwise spends a good second's worth of
/// bits on a detailed one. It is a third smaller so, and the pictures after it sharpen it.
const KEYFRAME_BITRATE_DIVISOR: u32 = 4;
/// Finer than the eye sees on a still scene, and where the refinement of a still scene ends.
const MIN_QP: c_int = 12;
/// Coarser than this, single points and lines are lost: a line that cannot carry it gets fewer pictures instead.
const MAX_QP: c_int = 44;

unsafe extern "C" {
    /// openh264's `codec/common/inc/cpu.h`, linked in by openh264-sys2: the CPU features that its assembly may use, 0
    /// when it was built without.
    fn WelsCPUFeatureDetect(logic_processors: *mut i32) -> u32;
}

/// Whether openh264 runs its assembly: false when `nasm` was missing while this program was built (2.6 times slower).
pub fn has_assembly() -> bool {
    let mut processors = 0;
    // SAFETY: the function reads CPUID and writes one int32_t, which outlives the call.
    unsafe { WelsCPUFeatureDetect(&raw mut processors) != 0 }
}

/// What an [`Encoder`] is made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EncoderConfig {
    /// Of the pictures, in pixels; even, as [`Picture::width`].
    pub width: u32,
    /// Of the pictures, in pixels; even.
    pub height: u32,
    /// Pictures a second that will be given: bits are shared out by it.
    pub frame_rate: f32,
    /// What the access units should add up to, in bits a second.
    pub bitrate_bps: u32,
}

/// One encoded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessUnit<'a> {
    /// NAL units, each after a start code (ITU-T H.264 annex B). A keyframe begins with its parameter sets.
    pub annex_b: &'a [u8],
    /// Whether decoding can begin here (IDR).
    pub keyframe: bool,
}

/// H.264 constrained baseline, one slice a picture, no keyframe but the first and those asked for.
pub struct Encoder {
    /// Where the functions are: in this program, or (one day) in a library of Cisco's.
    api: OpenH264API,
    /// Made by `WelsCreateSVCEncoder`, initialised, destroyed in `drop`, never handed out.
    raw: NonNull<ISVCEncoder>,
    config: EncoderConfig,
    /// No picture was encoded yet: the first one becomes a keyframe unasked.
    fresh: bool,
    /// The last access unit.
    bytes: Vec<u8>,
}

// SAFETY: the object behind `raw` belongs to this value alone, has no thread affinity (openh264 keeps no thread-local
// state) and every call needs `&mut self`.
unsafe impl Send for Encoder {}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Calls a method of the encoder's C vtable and turns a code other than 0 into an error.
macro_rules! call {
    ($encoder:expr, $method:ident $(, $argument:expr)*) => {{
        let refused = |code| CodecError::Refused { call: stringify!($method), code };
        // SAFETY: `raw` points to a live encoder (see the field), which begins with a pointer to its vtable.
        let method = unsafe { vtable($encoder.raw) }.$method.ok_or(refused(-1))?;
        // SAFETY: the method gets its own object; pointer arguments are to locals or fields that outlive the call and
        // are of the type that openh264's codec_api.h names for it.
        match unsafe { method($encoder.raw.as_ptr() $(, $argument)*) } {
            0 => Ok(()),
            code => Err(refused(code)),
        }
    }};
}

/// # Safety
/// `raw` must be an encoder that `WelsCreateSVCEncoder` made and that is not destroyed.
unsafe fn vtable(raw: NonNull<ISVCEncoder>) -> ISVCEncoderVtbl {
    // SAFETY: by the caller's promise; the vtable itself is static.
    unsafe { **raw.as_ptr() }
}

impl Encoder {
    /// Makes an encoder; its first access unit will be a keyframe.
    ///
    /// # Errors
    /// [`CodecError::Size`], [`CodecError::Rate`], or [`CodecError::Refused`] when memory is short.
    pub fn new(config: &EncoderConfig) -> Result<Encoder, CodecError> {
        let size = Picture::new(config.width, config.height)?;
        if (size.width(), size.height()) != (config.width, config.height) {
            return Err(CodecError::Size { width: config.width, height: config.height });
        }
        let config = EncoderConfig {
            frame_rate: checked_frame_rate(config.frame_rate)?,
            bitrate_bps: config.bitrate_bps.clamp(MIN_BITRATE_BPS, MAX_BITRATE_BPS),
            ..*config
        };
        let api = OpenH264API::from_source();
        let mut raw = std::ptr::null_mut();
        // SAFETY: the out pointer is to a local that outlives the call.
        let code = unsafe { api.WelsCreateSVCEncoder(&raw mut raw) };
        let raw = NonNull::new(raw).ok_or(CodecError::Refused { call: "WelsCreateSVCEncoder", code })?;
        // From here on `drop` destroys the object whatever fails.
        let mut encoder = Encoder { api, raw, config, bytes: Vec::new(), fresh: true };
        let mut level: c_int = WELS_LOG_QUIET;
        encoder.set_option(ENCODER_OPTION_TRACE_LEVEL, &mut level)?;
        let parameters = encoder.parameters()?;
        call!(encoder, InitializeExt, &raw const parameters)?;
        let mut format: c_int = videoFormatI420;
        encoder.set_option(ENCODER_OPTION_DATAFORMAT, &mut format)?;
        Ok(encoder)
    }

    /// What the encoder works at now.
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Encodes a picture taken `timestamp_ms` after any fixed moment, as a keyframe when asked to. `None`: nothing came
    /// out, and the decoder keeps the picture before; this encoder is set up never to do that.
    ///
    /// Where the bitrate does not suffice for the coarsest picture that is worth looking at, the access unit is larger
    /// than its share. The caller, who knows what the line took, must then leave out pictures.
    ///
    /// # Errors
    /// [`CodecError::Mismatch`] when the picture is of another size, [`CodecError::Refused`].
    pub fn encode(
        &mut self,
        picture: &Picture,
        timestamp_ms: i64,
        keyframe: bool,
    ) -> Result<Option<AccessUnit<'_>>, CodecError> {
        let (width, height) = (picture.width(), picture.height());
        if (width, height) != (self.config.width, self.config.height) {
            let (expected_width, expected_height) = (self.config.width, self.config.height);
            return Err(CodecError::Mismatch { width, height, expected_width, expected_height });
        }
        if keyframe {
            call!(self, ForceIntraFrame, true)?;
        }
        let coarse = keyframe || std::mem::take(&mut self.fresh);
        if coarse {
            self.put_bitrate(self.config.bitrate_bps / KEYFRAME_BITRATE_DIVISOR)?;
        }
        let [y, u, v] = picture.planes();
        let source = SSourcePicture {
            iColorFormat: videoFormatI420,
            iStride: [width as c_int, (width / 2) as c_int, (width / 2) as c_int, 0],
            // The API takes mutable pointers but only reads through them (codec_api.h: "kpSrcPic", const).
            pData: [y.as_ptr().cast_mut(), u.as_ptr().cast_mut(), v.as_ptr().cast_mut(), std::ptr::null_mut()],
            iPicWidth: width as c_int,
            iPicHeight: height as c_int,
            uiTimeStamp: timestamp_ms,
            bPsnrY: false,
            bPsnrU: false,
            bPsnrV: false,
        };
        let mut output = SFrameBSInfo::default();
        call!(self, EncodeFrame, &raw const source, &raw mut output)?;
        self.collect(&output);
        if coarse {
            self.put_bitrate(self.config.bitrate_bps)?;
        }
        let unit = AccessUnit { annex_b: &self.bytes, keyframe: output.eFrameType == videoFrameTypeIDR };
        Ok((!unit.annex_b.is_empty()).then_some(unit))
    }

    /// Changes the bitrate from the next picture on, without a keyframe; within [`MIN_BITRATE_BPS`] and [`MAX_BITRATE_BPS`].
    ///
    /// # Errors
    /// [`CodecError::Refused`].
    pub fn set_bitrate(&mut self, bitrate_bps: u32) -> Result<(), CodecError> {
        let bitrate_bps = bitrate_bps.clamp(MIN_BITRATE_BPS, MAX_BITRATE_BPS);
        self.put_bitrate(bitrate_bps)?;
        self.config.bitrate_bps = bitrate_bps;
        Ok(())
    }

    /// Changes how many pictures a second the bits are shared out to, without a keyframe.
    ///
    /// # Errors
    /// [`CodecError::Rate`] unless within 1 to 120, [`CodecError::Refused`].
    pub fn set_frame_rate(&mut self, frame_rate: f32) -> Result<(), CodecError> {
        let mut rate = checked_frame_rate(frame_rate)?;
        self.set_option(ENCODER_OPTION_FRAME_RATE, &mut rate)?;
        self.config.frame_rate = frame_rate;
        Ok(())
    }

    fn put_bitrate(&mut self, bitrate_bps: u32) -> Result<(), CodecError> {
        let mut info = SBitrateInfo { iLayer: SPATIAL_LAYER_ALL, iBitrate: bitrate_bps as c_int };
        self.set_option(ENCODER_OPTION_BITRATE, &mut info)
    }

    fn set_option<T>(&mut self, option: ENCODER_OPTION, value: &mut T) -> Result<(), CodecError> {
        call!(self, SetOption, option, (value as *mut T).cast::<c_void>())
    }

    /// Copies the access unit out of openh264's buffers, which the next call overwrites.
    fn collect(&mut self, output: &SFrameBSInfo) {
        self.bytes.clear();
        let layers = usize::try_from(output.iLayerNum).unwrap_or(0);
        for layer in output.sLayerInfo.iter().take(layers) {
            self.bytes.extend_from_slice(layer_bytes(layer));
        }
    }

    fn parameters(&self) -> Result<SEncParamExt, CodecError> {
        let EncoderConfig { width, height, frame_rate, bitrate_bps } = self.config;
        let mut p = SEncParamExt::default();
        call!(self, GetDefaultParams, &raw mut p)?;
        p.iUsageType = CAMERA_VIDEO_REAL_TIME;
        p.iComplexityMode = LOW_COMPLEXITY;
        p.iPicWidth = width as c_int;
        p.iPicHeight = height as c_int;
        p.fMaxFrameRate = frame_rate;
        p.iRCMode = RC_BITRATE_MODE;
        p.iTargetBitrate = bitrate_bps as c_int;
        // openh264 would skip by a model of the line; its caller knows the line, and must know what was sent last.
        p.bEnableFrameSkip = false;
        p.bFixRCOverShoot = true;
        p.iMinQp = MIN_QP;
        p.iMaxQp = MAX_QP;
        p.iSpatialLayerNum = 1;
        p.iTemporalLayerNum = 1;
        p.iNumRefFrame = 1;
        p.iMultipleThreadIdc = 1;
        p.uiIntraPeriod = 0;
        p.iEntropyCodingModeFlag = 0;
        p.bEnableSceneChangeDetect = false;
        p.bEnableLongTermReference = false;
        // Background detection leaves unchanged blocks as they are, however coarse: a still scene would never sharpen.
        p.bEnableBackgroundDetection = false;
        p.bEnableAdaptiveQuant = false;
        p.eSpsPpsIdStrategy = CONSTANT_ID;
        let layer = &mut p.sSpatialLayers[0];
        layer.iVideoWidth = width as c_int;
        layer.iVideoHeight = height as c_int;
        layer.fFrameRate = frame_rate;
        layer.iSpatialBitrate = bitrate_bps as c_int;
        layer.uiProfileIdc = PRO_BASELINE;
        layer.uiLevelIdc = LEVEL_UNKNOWN;
        layer.sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
        layer.sSliceArgument.uiSliceNum = 1;
        // The VUI says BT.709, limited range (ITU-T H.264 table E-3 to E-5); without it browsers guess by size.
        layer.bVideoSignalTypePresent = true;
        layer.bColorDescriptionPresent = true;
        layer.uiVideoFormat = 5;
        layer.bFullRange = false;
        layer.uiColorPrimaries = 1;
        layer.uiTransferCharacteristics = 1;
        layer.uiColorMatrix = 1;
        Ok(p)
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: `raw` is live until the second call and used by nobody after it.
        unsafe {
            if let Some(uninitialize) = vtable(self.raw).Uninitialize {
                uninitialize(self.raw.as_ptr());
            }
            self.api.WelsDestroySVCEncoder(self.raw.as_ptr());
        }
    }
}

fn checked_frame_rate(frame_rate: f32) -> Result<f32, CodecError> {
    if (1.0..=120.0).contains(&frame_rate) {
        Ok(frame_rate)
    } else {
        Err(CodecError::Rate(format!("{frame_rate} frames a second; 1 to 120 are possible")))
    }
}

fn layer_bytes(layer: &SLayerBSInfo) -> &[u8] {
    let count = usize::try_from(layer.iNalCount).unwrap_or(0);
    if count == 0 || layer.pNalLengthInByte.is_null() || layer.pBsBuf.is_null() {
        return &[];
    }
    // SAFETY: openh264 filled `layer` in the EncodeFrame call just made: `pNalLengthInByte` has `iNalCount` entries.
    let lengths = unsafe { std::slice::from_raw_parts(layer.pNalLengthInByte, count) };
    let total = lengths.iter().map(|length| usize::try_from(*length).unwrap_or(0)).sum();
    // SAFETY: the layer's NAL units lie one behind the other from `pBsBuf` on, `total` bytes, until the next call into
    // the encoder; the slice is copied before that (`collect` borrows the encoder).
    unsafe { std::slice::from_raw_parts(layer.pBsBuf, total) }
}
