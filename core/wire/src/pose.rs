//! [`Pose`]: whence a frame was drawn, so that window and page can draw over it what is to stay sharp.

/// A camera as it drew one frame. Lengths and places are in scene coordinates, which are relative to the scene's own
/// origin; angles in radians. The camera turns about its target and never rolls, so that two angles say its rotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// What the camera looks at and turns about.
    pub target: [f32; 3],
    /// The turn about z: 0 stands on −y and looks along +y, a quarter turn stands on +x.
    pub yaw: f32,
    /// The height over the horizon, from −π/2 (below, looking up) to π/2 (above, looking down).
    pub pitch: f32,
    /// From the eye to the target; without perspective, the distance at which it would show the target as large.
    pub distance: f32,
    /// The vertical angle of view. Without perspective the picture is `2 · distance · tan(fov_y / 2)` high.
    pub fov_y: f32,
    /// Whether what is far is as large as what is near.
    pub orthographic: bool,
}

impl Pose {
    /// The same as words, for a ring that does not know what they mean.
    pub fn to_words(self) -> [u32; 8] {
        let [x, y, z] = self.target;
        let [x, y, z, yaw, pitch, distance, fov_y] =
            [x, y, z, self.yaw, self.pitch, self.distance, self.fov_y].map(f32::to_bits);
        [x, y, z, yaw, pitch, distance, fov_y, u32::from(self.orthographic)]
    }

    /// Reads the words; `None` when they are no camera's, as those of a ring in which nothing was written yet.
    pub fn from_words(words: [u32; 8]) -> Option<Pose> {
        let [.., projection] = words;
        let [x, y, z, yaw, pitch, distance, fov_y, _] = words.map(f32::from_bits);
        let pose = Pose { target: [x, y, z], yaw, pitch, distance, fov_y, orthographic: projection == 1 };
        (pose.is_sane() && projection <= 1).then_some(pose)
    }

    /// Whether something can be drawn from there: every number is finite, and neither distance nor angle is nothing.
    pub fn is_sane(&self) -> bool {
        let numbers = [self.yaw, self.pitch, self.distance, self.fov_y];
        self.target.iter().chain(&numbers).all(|number| number.is_finite())
            && self.distance > 0.0
            && self.fov_y > 0.0
            && self.fov_y < std::f32::consts::PI
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pose_survives_its_words_and_nonsense_is_none() {
        let pose =
            Pose { target: [1.5, -2.25, 1e9], yaw: 6.25, pitch: -1.5, distance: 1e-3, fov_y: 0.75, orthographic: true };
        for orthographic in [false, true] {
            let pose = Pose { orthographic, ..pose };
            assert_eq!(Pose::from_words(pose.to_words()), Some(pose));
        }
        assert_eq!(Pose::from_words([0; 8]), None);
        for index in 0..8 {
            let mut words = pose.to_words();
            words[index] = f32::NAN.to_bits();
            assert_eq!(Pose::from_words(words), None, "word {index}");
        }
        for (distance, fov_y) in [(0.0, 0.75), (-1.0, 0.75), (1.0, 0.0), (1.0, 3.5)] {
            assert_eq!(Pose::from_words(Pose { distance, fov_y, ..pose }.to_words()), None);
        }
    }
}
