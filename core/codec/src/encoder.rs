//! [`Encoder`]: openh264 behind a safe face. All of this crate's unsafe code is here.
//!
//! Rate control is ours: a picture is ordered with what it may cost, [`Complexity`] says by which quantiser.

use crate::{CodecError, Complexity, Picture};
use openh264::OpenH264API;
use openh264_sys2::{
    API, CAMERA_VIDEO_REAL_TIME, CONSTANT_ID, ENCODER_OPTION, ENCODER_OPTION_DATAFORMAT,
    ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, ENCODER_OPTION_TRACE_LEVEL, ISVCEncoder, ISVCEncoderVtbl, LEVEL_UNKNOWN,
    LOW_COMPLEXITY, PRO_BASELINE, RC_OFF_MODE, SEncParamExt, SFrameBSInfo, SLayerBSInfo, SM_SINGLE_SLICE,
    SSourcePicture, WELS_LOG_QUIET, videoFormatI420, videoFrameTypeIDR,
};
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;

/// Finer than the eye sees on a still scene, and where its refinement ends.
pub const FINEST_QP: u8 = 12;
/// Coarser than this only edges are left. From about 40 on single points and lines are lost, so a line that cannot carry
/// more should get fewer or smaller pictures instead; but a picture that is there is better than none.
pub const COARSEST_QP: u8 = 48;

/// A keyframe that comes out so much larger than asked for is encoded once more, coarser: the first of a scene cannot be
/// foreseen, and a line that holds one for a second shows nothing else for that time.
const KEYFRAME_OVERSHOOT_MAX: f64 = 1.3;
/// Of one moving picture to the next the quantiser becomes at most so much finer, and coarser: what the eye sees is the
/// change of sharpness, what the line feels is a picture that is too large.
const FINER_STEP_MAX: u8 = 3;
const COARSER_STEP_MAX: u8 = 8;
/// A refinement is at most so much finer than the picture before: it is not known beforehand what it costs.
const REFINE_STEP_MAX: u8 = 10;
/// How many pictures a second the stream may have, for the level in its parameter sets alone.
const LEVEL_FRAME_RATE: f32 = 30.0;

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

/// What a picture is to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Decoding can begin with it (IDR).
    Keyframe,
    /// It shows something else.
    Motion,
    /// It is the same, and is to become sharper.
    Refine,
    /// It is the same: only to say so, in next to no bits.
    Keep,
}

/// How to encode a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// What it is.
    pub kind: Kind,
    /// What it should cost at most, in bits. Aimed at, not kept: see [`Encoder::encode`].
    pub bits: u32,
}

/// One encoded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessUnit<'a> {
    /// NAL units, each after a start code (ITU-T H.264 annex B). A keyframe begins with its parameter sets.
    pub annex_b: &'a [u8],
    /// Whether decoding can begin here (IDR).
    pub keyframe: bool,
    /// The quantiser's parameter, from [`FINEST_QP`] to [`COARSEST_QP`]: the same for all of the picture.
    pub qp: u8,
}

/// H.264 constrained baseline, one slice a picture, no keyframe but the first and those asked for.
pub struct Encoder {
    /// Where the functions are: in this program, or (one day) in a library of Cisco's.
    api: OpenH264API,
    /// Made by `WelsCreateSVCEncoder`, initialised, destroyed in `drop`, never handed out.
    raw: NonNull<ISVCEncoder>,
    /// As the encoder was initialised, but for the quantiser's parameter.
    parameters: SEncParamExt,
    width: u32,
    height: u32,
    /// No picture was encoded yet: the first one becomes a keyframe unasked.
    fresh: bool,
    complexity: Complexity,
    /// Of the last picture, and of the last one that moved.
    last_qp: u8,
    last_motion_qp: Option<u8>,
    /// The last access unit.
    bytes: Vec<u8>,
}

// SAFETY: the object behind `raw` belongs to this value alone, has no thread affinity (openh264 keeps no thread-local
// state) and every call needs `&mut self`.
unsafe impl Send for Encoder {}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoder({}×{})", self.width, self.height)
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
    /// Makes an encoder for pictures of a size, even as [`Picture::width`]; its first access unit will be a keyframe.
    /// `complexity`: what is known of the scene.
    ///
    /// # Errors
    /// [`CodecError::Size`], or [`CodecError::Refused`] when memory is short.
    pub fn new(width: u32, height: u32, complexity: Complexity) -> Result<Encoder, CodecError> {
        let size = Picture::new(width, height)?;
        if (size.width(), size.height()) != (width, height) {
            return Err(CodecError::Size { width, height });
        }
        let api = OpenH264API::from_source();
        let mut raw = std::ptr::null_mut();
        // SAFETY: the out pointer is to a local that outlives the call.
        let code = unsafe { api.WelsCreateSVCEncoder(&raw mut raw) };
        let raw = NonNull::new(raw).ok_or(CodecError::Refused { call: "WelsCreateSVCEncoder", code })?;
        // From here on `drop` destroys the object whatever fails.
        let mut encoder = Encoder {
            api,
            raw,
            parameters: SEncParamExt::default(),
            width,
            height,
            fresh: true,
            complexity,
            last_qp: COARSEST_QP,
            last_motion_qp: None,
            bytes: Vec::new(),
        };
        let mut level: c_int = WELS_LOG_QUIET;
        encoder.set_option(ENCODER_OPTION_TRACE_LEVEL, &mut level)?;
        encoder.parameters = encoder.first_parameters()?;
        call!(encoder, InitializeExt, &raw const encoder.parameters)?;
        let mut format: c_int = videoFormatI420;
        encoder.set_option(ENCODER_OPTION_DATAFORMAT, &mut format)?;
        Ok(encoder)
    }

    /// Of the pictures, in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Of the pictures, in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What was learned of the scene, for an encoder of another size too.
    pub fn complexity(&self) -> Complexity {
        self.complexity
    }

    /// Encodes a picture taken `timestamp_ms` after any fixed moment. `None`: nothing came out, and the decoder keeps the
    /// picture before; this encoder is set up never to do that.
    ///
    /// A picture costs what was asked for as far as the pictures before it tell; a scene that begins to move may cost a
    /// multiple once, and where even [`COARSEST_QP`] costs more, it costs more. The caller, who knows what the line took,
    /// must then leave out pictures.
    ///
    /// # Errors
    /// [`CodecError::Mismatch`] when the picture is of another size, [`CodecError::Refused`].
    pub fn encode(
        &mut self,
        picture: &Picture,
        timestamp_ms: i64,
        order: Order,
    ) -> Result<Option<AccessUnit<'_>>, CodecError> {
        let (width, height) = (picture.width(), picture.height());
        if (width, height) != (self.width, self.height) {
            let (expected_width, expected_height) = (self.width, self.height);
            return Err(CodecError::Mismatch { width, height, expected_width, expected_height });
        }
        let kind = if std::mem::take(&mut self.fresh) { Kind::Keyframe } else { order.kind };
        let mut qp = self.qp_for(kind, order.bits);
        let mut keyframe = self.encode_at(picture, timestamp_ms, kind, qp)?;
        if keyframe && qp < COARSEST_QP && self.bits() > KEYFRAME_OVERSHOOT_MAX * f64::from(order.bits) {
            qp = self.qp_for(kind, order.bits).max(qp + 1);
            keyframe = self.encode_at(picture, timestamp_ms, kind, qp)?;
        }
        if kind != Kind::Keep {
            self.last_qp = qp;
        }
        if kind == Kind::Motion {
            self.last_motion_qp = Some(qp);
        }
        let unit = AccessUnit { annex_b: &self.bytes, keyframe, qp };
        Ok((!unit.annex_b.is_empty()).then_some(unit))
    }

    /// The quantiser's parameter by which a picture is expected to cost `bits`.
    fn qp_for(&self, kind: Kind, bits: u32) -> u8 {
        let wanted = self.complexity.qp_for(kind, self.pixels(), bits);
        let (finest, coarsest) = match (kind, self.last_motion_qp) {
            (Kind::Keyframe, _) | (Kind::Motion, None) => (FINEST_QP, COARSEST_QP),
            (Kind::Motion, Some(last)) => (last.saturating_sub(FINER_STEP_MAX), last.saturating_add(COARSER_STEP_MAX)),
            (Kind::Refine, _) => (self.last_qp.saturating_sub(REFINE_STEP_MAX), self.last_qp),
            (Kind::Keep, _) => (self.last_qp, COARSEST_QP),
        };
        wanted.clamp(finest, coarsest).clamp(FINEST_QP, COARSEST_QP)
    }

    /// Encodes into `bytes`, and learns from it; whether a keyframe came out.
    fn encode_at(&mut self, picture: &Picture, timestamp_ms: i64, kind: Kind, qp: u8) -> Result<bool, CodecError> {
        if kind == Kind::Keyframe {
            call!(self, ForceIntraFrame, true)?;
        }
        if self.parameters.sSpatialLayers[0].iDLayerQp != c_int::from(qp) {
            self.parameters.sSpatialLayers[0].iDLayerQp = qp.into();
            let mut parameters = self.parameters;
            self.set_option(ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, &mut parameters)?;
        }
        let (width, height) = (picture.width(), picture.height());
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
        self.complexity.learn(kind, self.pixels(), qp, self.bits());
        Ok(output.eFrameType == videoFrameTypeIDR)
    }

    fn pixels(&self) -> u32 {
        self.width * self.height
    }

    /// Of the last access unit.
    fn bits(&self) -> f64 {
        self.bytes.len() as f64 * 8.0
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

    fn first_parameters(&self) -> Result<SEncParamExt, CodecError> {
        let (width, height) = (self.width, self.height);
        let mut p = SEncParamExt::default();
        call!(self, GetDefaultParams, &raw mut p)?;
        p.iUsageType = CAMERA_VIDEO_REAL_TIME;
        p.iComplexityMode = LOW_COMPLEXITY;
        p.iPicWidth = width as c_int;
        p.iPicHeight = height as c_int;
        p.fMaxFrameRate = LEVEL_FRAME_RATE;
        // openh264's own rate control knows neither the line nor which pictures repeat one another, and spends a second's
        // bits on a keyframe. Here every picture is given its quantiser.
        p.iRCMode = RC_OFF_MODE;
        p.bEnableFrameSkip = false;
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
        layer.fFrameRate = LEVEL_FRAME_RATE;
        layer.iDLayerQp = COARSEST_QP.into();
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
