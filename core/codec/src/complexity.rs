//! [`Complexity`]: what pictures of a scene cost by which quantiser, learned from those that were encoded.
//!
//! Bits fall with the quantiser's step (that of a parameter `qp` is 2^((qp − 4) / 6), ITU-T H.264 table 8-15) and grow with
//! the size: those of keyframes less than in proportion, because a smaller picture of the same scene has more detail in
//! each pixel; those of movement more, because what moves in it moves by fewer pixels.

use crate::Kind;
use crate::encoder::{COARSEST_QP, FINEST_QP};

/// By which power of the pixels the bits of keyframes grow, and of other pictures; measured between 320×180 and 1280×720
/// (`examples/quality.rs`).
const KEYFRAME_SIZE_POWER: f64 = 0.8;
const SIZE_POWER: f64 = 1.2;
/// How much of what a picture shows is believed at once: more when it cost more than expected, for a queue hurts and a
/// coarse picture does not.
const LEARN_RISE: f64 = 0.5;
const LEARN_FALL: f64 = 0.2;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Complexity {
    intra: f64,
    motion: f64,
    refine: f64,
    /// A movement was seen.
    has_moved: bool,
}

/// What a cloud of points costs, in keyframes and in movement.
const INTRA_FIRST: f64 = 320.0;
const MOTION_FIRST: f64 = 1.6;
/// How much simpler a scene's movement may be taken to be because its keyframe was.
const SIMPLER_MAX: f64 = 16.0;

/// A cloud of points, before anything is known; anything else costs less.
impl Default for Complexity {
    fn default() -> Complexity {
        Complexity { intra: INTRA_FIRST, motion: MOTION_FIRST, refine: MOTION_FIRST, has_moved: false }
    }
}

impl Complexity {
    /// The quantiser's parameter by which a picture costs at most `bits`, within [`FINEST_QP`] and [`COARSEST_QP`].
    pub fn qp_for(&self, kind: Kind, pixels: u32, bits: u32) -> u8 {
        if kind == Kind::Keep {
            return COARSEST_QP;
        }
        let step = self.of(kind) * size(kind, pixels) / f64::from(bits.max(1));
        (4.0 + 6.0 * step.log2()).ceil().clamp(FINEST_QP.into(), COARSEST_QP.into()) as u8
    }

    /// What a picture costs, in bits.
    pub fn bits_for(&self, kind: Kind, pixels: u32, qp: u8) -> f64 {
        self.of(kind) * size(kind, pixels) / step(qp)
    }

    pub(crate) fn learn(&mut self, kind: Kind, pixels: u32, qp: u8, bits: f64) {
        let seen = bits * step(qp) / size(kind, pixels);
        let known = match kind {
            Kind::Keyframe => &mut self.intra,
            Kind::Motion => &mut self.motion,
            Kind::Refine => &mut self.refine,
            Kind::Keep => return,
        };
        let share = match kind {
            // They are rare, and each tells all.
            Kind::Keyframe => 1.0,
            _ if seen > *known => LEARN_RISE,
            _ => LEARN_FALL,
        };
        *known = (*known + share * (seen - *known)).max(1e-3);
        self.has_moved |= kind == Kind::Motion;
        if kind == Kind::Keyframe && !self.has_moved {
            // A keyframe with little in it has little that can move.
            self.motion = MOTION_FIRST * (self.intra / INTRA_FIRST).clamp(1.0 / SIMPLER_MAX, 1.0);
        }
    }

    fn of(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Keyframe => self.intra,
            Kind::Motion => self.motion,
            Kind::Refine | Kind::Keep => self.refine,
        }
    }
}

fn step(qp: u8) -> f64 {
    ((f64::from(qp) - 4.0) / 6.0).exp2()
}

fn size(kind: Kind, pixels: u32) -> f64 {
    f64::from(pixels).powf(if kind == Kind::Keyframe { KEYFRAME_SIZE_POWER } else { SIZE_POWER })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantiser_is_the_finest_that_is_expected_to_cost_no_more_than_asked() {
        let complexity = Complexity::default();
        for bits in [80_000, 150_000, 300_000] {
            let qp = complexity.qp_for(Kind::Motion, 640 * 360, bits);
            assert!(complexity.bits_for(Kind::Motion, 640 * 360, qp) <= f64::from(bits));
            assert!(complexity.bits_for(Kind::Motion, 640 * 360, qp - 1) > f64::from(bits), "{bits}: {qp}");
        }
        assert_eq!(complexity.qp_for(Kind::Motion, 640 * 360, 0), COARSEST_QP);
        assert_eq!(complexity.qp_for(Kind::Motion, 16 * 16, u32::MAX), FINEST_QP);
    }

    #[test]
    fn what_was_learned_at_one_size_holds_for_another() {
        let mut complexity = Complexity::default();
        for _ in 0..50 {
            complexity.learn(Kind::Motion, 1280 * 720, 36, 100_000.0);
        }
        let half = complexity.bits_for(Kind::Motion, 640 * 360, 36);
        assert!((15_000.0..30_000.0).contains(&half), "{half}");
        assert_eq!(complexity.intra, INTRA_FIRST, "a movement says nothing of keyframes");
    }

    #[test]
    fn a_scene_that_never_moved_is_taken_for_as_simple_as_its_keyframe() {
        let mut complexity = Complexity::default();
        let expected = |complexity: &Complexity| complexity.bits_for(Kind::Motion, 640 * 360, 36);
        let before = expected(&complexity);
        complexity.learn(Kind::Keyframe, 640 * 360, 36, complexity.bits_for(Kind::Keyframe, 640 * 360, 36) / 4.0);
        assert!((expected(&complexity) / before - 0.25).abs() < 1e-6);
        complexity.learn(Kind::Motion, 640 * 360, 36, before);
        let moved = expected(&complexity);
        complexity.learn(Kind::Keyframe, 640 * 360, 36, 1.0);
        assert_eq!(expected(&complexity), moved, "what was seen to move counts more");
    }

    #[test]
    fn nothing_that_is_seen_spoils_it() {
        let mut complexity = Complexity::default();
        for kind in [Kind::Keyframe, Kind::Motion, Kind::Refine, Kind::Keep] {
            for (qp, bits) in [(0, 0.0), (255, 1e12), (12, 0.0)] {
                complexity.learn(kind, 16 * 16, qp, bits);
            }
            assert!((FINEST_QP..=COARSEST_QP).contains(&complexity.qp_for(kind, 640 * 360, 10_000)));
        }
    }
}
