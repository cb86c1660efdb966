//! [`Clip`]: what a box or a plane leaves out of the picture, and [`ClipRegion`]: the places that it leaves in.

use crate::{Aabb, Camera, Ray};
use glam::{DVec3, Vec3, Vec4};

/// What is left out of the picture; nothing at first.
///
/// Numbers are coordinates of the first layer's file, so that they are those that people know.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clip {
    /// By what.
    pub mode: ClipMode,
    /// Box: the least and the greatest coordinate that is kept along x, y and z; an end without a number keeps all.
    pub ends: [[Option<f64>; 2]; 3],
    /// Plane: which way it faces.
    pub axis: ClipAxis,
    /// Plane: where it cuts, for each of [`ClipAxis::ALL`]: a coordinate, or how far before the middle of everything; without a
    /// number, through the middle.
    pub at: [Option<f64>; 4],
    /// Plane: whether the side of the greater numbers is kept, and not that of the smaller ones.
    pub flipped: bool,
}

/// By what the scene is clipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClipMode {
    /// Everything is kept.
    #[default]
    Off,
    /// What is inside of a box along the axes is kept.
    Box,
    /// What is on one side of a plane is kept.
    Plane,
}

/// Which way a clip plane faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClipAxis {
    /// Along x.
    X,
    /// Along y.
    #[default]
    Y,
    /// Along z.
    Z,
    /// To the camera, wherever it stands.
    View,
}

impl ClipMode {
    /// Every one.
    pub const ALL: [ClipMode; 3] = [ClipMode::Off, ClipMode::Box, ClipMode::Plane];

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            ClipMode::Off => "off",
            ClipMode::Box => "box",
            ClipMode::Plane => "plane",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            ClipMode::Off => "Off",
            ClipMode::Box => "Box",
            ClipMode::Plane => "Plane",
        }
    }
}

impl ClipAxis {
    /// Every one.
    pub const ALL: [ClipAxis; 4] = [ClipAxis::X, ClipAxis::Y, ClipAxis::Z, ClipAxis::View];

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            ClipAxis::X => "x",
            ClipAxis::Y => "y",
            ClipAxis::Z => "z",
            ClipAxis::View => "view",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            ClipAxis::X => "Across x",
            ClipAxis::Y => "Across y",
            ClipAxis::Z => "Across z",
            ClipAxis::View => "Facing the viewer",
        }
    }
}

/// The box about all that can be seen, and what its coordinates are relative to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Everything {
    pub(crate) bounds: Aabb,
    pub(crate) origin: DVec3,
}

impl Everything {
    /// The least and the greatest coordinate along an axis, widened to numbers with few digits; then the step between such
    /// numbers, some thousandths of the whole.
    pub(crate) fn side(&self, axis: usize) -> ([f64; 2], f64) {
        let origin = self.origin[axis];
        widened([f64::from(self.bounds.min[axis]) + origin, f64::from(self.bounds.max[axis]) + origin])
    }

    /// The same for where a plane may cut.
    pub(crate) fn reach(&self, axis: ClipAxis) -> ([f64; 2], f64) {
        if axis == ClipAxis::View {
            let radius = f64::from(self.bounds.radius());
            return widened([-radius, radius]);
        }
        self.side(axis as usize)
    }
}

fn widened([least, most]: [f64; 2]) -> ([f64; 2], f64) {
    let size = most - least;
    if !(size > 0.0 && size.is_finite()) {
        return ([least, most], 1e-3);
    }
    let digits = 3 - size.log10().floor() as i32;
    let step = 10f64.powi(-digits);
    // A power of ten below 1 is not exact, its inverse is.
    let number = |steps: f64| if digits > 0 { steps / 10f64.powi(digits) } else { steps * step };
    ([number((least / step).floor()), number((most / step).ceil())], step)
}

impl Clip {
    /// Where the plane cuts, for people.
    pub(crate) fn at(&self, everything: &Everything) -> f64 {
        let ([least, most], step) = everything.reach(self.axis);
        let middle = ((least + most) * 0.5 / step).round() * step;
        self.at[self.axis as usize].unwrap_or(middle).clamp(least, most)
    }

    /// What is kept, in scene coordinates.
    pub(crate) fn region(&self, everything: Option<Everything>, camera: &Camera) -> ClipRegion {
        let Some(everything) = everything else { return ClipRegion::EVERYWHERE };
        let mut region = ClipRegion::EVERYWHERE;
        match self.mode {
            ClipMode::Off => {}
            ClipMode::Box => {
                for (axis, [least, most]) in self.ends.into_iter().enumerate() {
                    let origin = everything.origin[axis];
                    let end = |end: f64| ((end - origin) as f32).clamp(-FAR, FAR);
                    region.least[axis] = least.map_or(-FAR, end);
                    region.most[axis] = most.map_or(FAR, end);
                }
            }
            ClipMode::Plane => {
                let at = self.at(&everything);
                let (normal, at) = match self.axis {
                    ClipAxis::View => (camera.back(), f64::from(camera.back().dot(everything.bounds.center())) + at),
                    axis => (Vec3::AXES[axis as usize], at - everything.origin[axis as usize]),
                };
                let kept = (-normal).extend(at as f32);
                region.plane = if self.flipped { -kept } else { kept };
            }
        }
        region
    }
}

/// Farther than any place, and still far from where 32 bits end.
const FAR: f32 = 1e30;

/// The places that are kept: inside of a box and on one side of a plane. It is convex.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClipRegion {
    /// The least coordinates that are kept.
    pub least: Vec3,
    /// The greatest coordinates that are kept.
    pub most: Vec3,
    /// A place is kept where the dot product of this with (place, 1) is not negative.
    pub plane: Vec4,
}

impl ClipRegion {
    /// Nothing is left out.
    pub const EVERYWHERE: ClipRegion =
        ClipRegion { least: Vec3::splat(-FAR), most: Vec3::splat(FAR), plane: Vec4::ZERO };

    /// Whether nothing is left out.
    pub fn is_everywhere(&self) -> bool {
        *self == ClipRegion::EVERYWHERE
    }

    /// Whether a place is kept.
    pub fn keeps(&self, place: Vec3) -> bool {
        let in_box = place.cmpge(self.least).all() && place.cmple(self.most).all();
        in_box && self.plane.dot(place.extend(1.0)) >= 0.0
    }

    /// The same for places that are relative to `offset`.
    pub(crate) fn seen_from(&self, offset: Vec3) -> ClipRegion {
        if self.is_everywhere() {
            return *self;
        }
        let plane = self.plane.truncate().extend(self.plane.dot(offset.extend(1.0)));
        ClipRegion { least: self.least - offset, most: self.most - offset, plane }
    }

    /// From which distance along a ray to which its places are kept; `None` when none is.
    pub(crate) fn along(&self, ray: Ray) -> Option<[f32; 2]> {
        self.part(ray.origin, ray.direction, [0.0, f32::MAX])
    }

    /// From which share of the way between two places to which it is kept; `None` where none of it is.
    pub(crate) fn between(&self, start: Vec3, end: Vec3) -> Option<[f32; 2]> {
        if self.is_everywhere() {
            return Some([0.0, 1.0]);
        }
        self.part(start, end - start, [0.0, 1.0])
    }

    /// As Liang and Barsky do it ("A new concept and method for line clipping", 1984), with seven half-spaces.
    fn part(&self, start: Vec3, along: Vec3, [mut first, mut last]: [f32; 2]) -> Option<[f32; 2]> {
        let mut keep = |inside: f32, gain: f32| {
            if gain > 0.0 {
                first = first.max(-inside / gain);
            } else if gain < 0.0 {
                last = last.min(-inside / gain);
            } else if inside < 0.0 {
                last = f32::NEG_INFINITY;
            }
        };
        for axis in 0..3 {
            keep(start[axis] - self.least[axis], along[axis]);
            keep(self.most[axis] - start[axis], -along[axis]);
        }
        keep(self.plane.dot(start.extend(1.0)), self.plane.dot(along.extend(0.0)));
        (first <= last).then_some([first, last])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use glam::vec3;

    fn everything() -> Everything {
        let bounds = Aabb { min: vec3(-50.33, -40.0, -1.0), max: vec3(50.06, 40.0, 1.0) };
        Everything { bounds, origin: DVec3::new(636_000.0, 850_000.0, 400.0) }
    }

    #[test]
    fn ends_are_coordinates_of_the_file_with_few_digits() {
        let there = everything();
        assert_eq!(there.side(0), ([635_949.6, 636_050.1], 0.1));
        assert_eq!(there.side(2), ([399.0, 401.0], 0.001));
        let ends = [[Some(636_010.0), None], [None, None], [None, Some(400.5)]];
        let region = Clip { mode: ClipMode::Box, ends, ..Clip::default() }.region(Some(there), &Camera::default());
        assert!(region.keeps(vec3(10.0, 0.0, 0.5)) && region.keeps(vec3(1e9, -1e9, -1e9)));
        assert!(!region.keeps(vec3(9.9, 0.0, 0.5)) && !region.keeps(vec3(10.0, 0.0, 0.6)));
    }

    #[test]
    fn a_plane_keeps_one_side_and_turned_the_other() {
        let clip = Clip { mode: ClipMode::Plane, at: [Some(636_005.0), None, None, None], ..Clip::default() };
        let (there, camera) = (Some(everything()), Camera::default());
        for flipped in [false, true] {
            let region = Clip { axis: ClipAxis::X, flipped, ..clip }.region(there, &camera);
            assert_eq!(region.keeps(vec3(4.9, 3.0, 0.0)), !flipped);
            assert_eq!(region.keeps(vec3(5.1, 3.0, 0.0)), flipped);
            // What faces the viewer goes through the middle and takes the near half.
            let region = Clip { axis: ClipAxis::View, flipped, ..clip }.region(there, &camera);
            assert_eq!(region.keeps(camera.back() * -1.0), !flipped);
            assert_eq!(region.keeps(camera.back()), flipped);
        }
        assert!(clip.region(None, &camera).is_everywhere() && Clip::default().region(there, &camera).is_everywhere());
    }

    #[test]
    fn the_part_of_a_line_that_is_kept_is_that_whose_places_are() {
        let mut random = Random::new(5);
        let mut place = || vec3(random.unit(), random.unit(), random.unit()) * 4.0 - 2.0;
        let region =
            ClipRegion { least: Vec3::splat(-1.0), most: vec3(1.0, 1.5, 1.0), plane: Vec4::new(0.6, -0.8, 0.0, 0.3) };
        let offset = vec3(0.3, -5.0, 2.0);
        for _ in 0..2000 {
            let (start, end) = (place(), place());
            let part = region.between(start, end);
            let moved = region.seen_from(offset).between(start - offset, end - offset);
            assert_eq!(part.is_some(), moved.is_some());
            for step in 0..=50 {
                let share = step as f32 / 50.0;
                let inside = part.is_some_and(|[first, last]| (first - 1e-4..=last + 1e-4).contains(&share));
                let well_inside = part.is_some_and(|[first, last]| (first + 1e-4..=last - 1e-4).contains(&share));
                let kept = region.keeps(start.lerp(end, share));
                assert!(if kept { inside } else { !well_inside }, "{start} to {end} at {share}: {part:?}");
            }
        }
    }
}
