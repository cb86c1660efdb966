//! [`Volume`]: numbers on a regular grid in space, and [`VolumeStyle`]: how they are shown.

mod drawn;

pub(crate) use drawn::Drawn;

use crate::aabb::Aabb;
use crate::attribute::Attribute;
use crate::load::MAX_COORDINATE;
use crate::text;
use glam::{Affine3A, DMat4, DVec3, Vec3};

/// Numbers at the points (voxels) of a regular grid, which may stand askew in space; of several moments, where the file has
/// them.
#[derive(Debug, Clone, Default)]
pub struct Volume {
    /// The middle of its box, in the file's coordinates.
    pub origin: DVec3,
    /// Voxels along its axes i, j and k; none is 0.
    pub size: [u32; 3],
    /// How many moments; at least 1.
    pub frames: u32,
    /// Moment after moment, of each slice after slice (k), of each row after row (j): i runs fastest.
    pub values: Attribute,
    /// From the numbers (i, j, k) of a voxel to its middle, relative to `origin`.
    pub placed: Affine3A,
    /// From a moment to the next, where the file says, with its unit.
    pub time_step: Option<(f64, String)>,
    /// Of its coordinates, where the file names one, e.g. `mm`.
    pub length_unit: Option<String>,
    /// The box about all of it, relative to `origin`.
    pub bounds: Option<Aabb>,
}

impl Volume {
    /// A volume whose voxel (i, j, k) has its middle at `placed` × (i, j, k, 1), in the file's coordinates. `None` when sizes
    /// and values do not agree, or the matrix makes it flat or puts it farther away than [`MAX_COORDINATE`].
    pub fn new(size: [u32; 3], frames: u32, values: Attribute, placed: DMat4) -> Option<Volume> {
        let voxels = size.iter().try_fold(1usize, |product, side| product.checked_mul(*side as usize))?;
        let is_sound = voxels > 0 && frames > 0 && voxels.checked_mul(frames as usize)? == values.values.len();
        if !is_sound || !placed.is_finite() || placed.determinant().abs() < 1e-30 {
            return None;
        }
        let middle = (DVec3::from(size.map(f64::from)) - 1.0) * 0.5;
        let origin = placed.transform_point3(middle);
        let about_origin = DMat4::from_translation(-origin) * placed;
        let placed = Affine3A::from_mat4(about_origin.as_mat4());
        let ends = |index: usize, corner: usize| if corner >> index & 1 == 0 { -0.5 } else { size[index] as f32 - 0.5 };
        let corners: [Vec3; 8] = std::array::from_fn(|corner| {
            placed.transform_point3(Vec3::new(ends(0, corner), ends(1, corner), ends(2, corner)))
        });
        let bounds = Aabb::of_points(&corners);
        // Written so that NaN fails.
        let is_near = |place: DVec3| place.abs().max_element() <= MAX_COORDINATE;
        if !corners.iter().all(|corner| is_near(origin) && is_near(corner.as_dvec3())) {
            return None;
        }
        Some(Volume { origin, size, frames, values, placed, time_step: None, length_unit: None, bounds })
    }

    /// Voxels of one moment.
    pub fn voxels(&self) -> usize {
        self.size.iter().map(|side| *side as usize).product()
    }

    /// Where the numbers of a moment begin in [`Volume::values`]; beyond the last moment it is the last.
    pub(crate) fn start(&self, frame: u32) -> usize {
        frame.min(self.frames.saturating_sub(1)) as usize * self.voxels()
    }

    /// The numbers (i, j, k) of a voxel, of which it is the how manieth.
    pub(crate) fn voxel(&self, element: usize) -> [u32; 3] {
        let [width, height, _] = self.size.map(|side| side.max(1) as usize);
        [element % width, element / width % height, element / width / height].map(|at| at as u32)
    }

    /// The middle of a voxel, relative to [`Volume::origin`].
    pub(crate) fn middle(&self, voxel: [u32; 3]) -> Vec3 {
        self.placed.transform_point3(Vec3::from(voxel.map(|at| at as f32)))
    }

    /// How much room voxels take, with its unit, e.g. `1,234 mm³`; `None` where the file names no unit.
    pub(crate) fn room(&self, voxels: usize) -> Option<String> {
        let unit = self.length_unit.as_deref()?;
        let each = f64::from(self.placed.matrix3.determinant().abs());
        Some(format!("{} {unit}³", text::number(each * voxels as f64, false)))
    }

    /// The place of a voxel's number in [`Volume::values`]; `None` when there is none there.
    pub fn index(&self, voxel: [u32; 3], frame: u32) -> Option<usize> {
        let is_there = voxel.iter().zip(self.size).all(|(at, side)| *at < side) && frame < self.frames;
        let [i, j, k] = voxel.map(|at| at as usize);
        let [width, height, _] = self.size.map(|side| side as usize);
        is_there.then(|| frame as usize * self.voxels() + (k * height + j) * width + i)
    }

    /// The number nearest to a place between voxels; NaN outside.
    pub fn at(&self, place: Vec3, frame: u32) -> f64 {
        let nearest = (place + 0.5).floor();
        if nearest.min_element() < 0.0 {
            return f64::NAN;
        }
        let voxel = nearest.to_array().map(|part| part as u32);
        self.index(voxel, frame).map_or(f64::NAN, |index| self.values.values.get(index))
    }

    /// Which of the coordinates x, y and z (0, 1, 2) each axis of the grid runs along most.
    pub fn axes(&self) -> [usize; 3] {
        let columns = [self.placed.matrix3.x_axis, self.placed.matrix3.y_axis, self.placed.matrix3.z_axis];
        columns.map(|column| Vec3::from(column).normalize_or_zero().abs().max_position())
    }
}

/// How a volume is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeStyle {
    /// By slices or as a whole.
    pub mode: VolumeMode,
    /// Which voxel the slice across each axis goes through; `None` for the middle.
    pub slices: [Option<u32>; 3],
    /// Which slices are shown.
    pub shown: [bool; 3],
    /// Which moment, from 0.
    pub frame: u32,
    /// How opaque the whole is where it is most opaque, from 0 to 1.
    pub density: f32,
    /// From which number on something is seen, and from which on all of [`VolumeStyle::density`]; without it, the range of
    /// the colours.
    pub opacity_range: Option<[f64; 2]>,
    /// The number at which the surface lies; without it, the middle of the colours' range.
    pub level: Option<f64>,
    /// Whether slices are clear where the number is that of the first colour, or beyond.
    pub clear_low: bool,
    /// Whether numbers between voxels are interpolated; without, each voxel is a box of one colour.
    pub smooth: bool,
}

impl Default for VolumeStyle {
    fn default() -> VolumeStyle {
        VolumeStyle {
            mode: VolumeMode::Slices,
            slices: [None; 3],
            shown: [true; 3],
            frame: 0,
            density: 0.5,
            opacity_range: None,
            level: None,
            clear_low: true,
            smooth: true,
        }
    }
}

impl VolumeStyle {
    /// Which voxel the slice across an axis goes through.
    pub fn slice(&self, axis: usize, size: [u32; 3]) -> u32 {
        self.slices[axis].unwrap_or(size[axis] / 2).min(size[axis].saturating_sub(1))
    }
}

/// What is shown of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VolumeMode {
    /// Three slices, one across each axis.
    Slices,
    /// All of it, as if it were coloured fog: emission and absorption
    /// (Max, "Optical models for direct volume rendering", 1995).
    Fog,
    /// The greatest number along each line of sight (maximum intensity projection).
    Maximum,
    /// The surface on which the numbers have one value.
    Surface,
}

impl VolumeMode {
    /// Every one.
    pub const ALL: [VolumeMode; 4] = [VolumeMode::Slices, VolumeMode::Fog, VolumeMode::Maximum, VolumeMode::Surface];

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            VolumeMode::Slices => "slices",
            VolumeMode::Fog => "fog",
            VolumeMode::Maximum => "maximum",
            VolumeMode::Surface => "surface",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            VolumeMode::Slices => "Slices",
            VolumeMode::Fog => "Volume",
            VolumeMode::Maximum => "Maximum projection",
            VolumeMode::Surface => "Iso-surface",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;
    use glam::dvec3;

    fn askew() -> Volume {
        let values = Attribute::new("a", Values::U8((0..24).chain(100..124).collect()));
        let placed = DMat4::from_cols_array_2d(&[
            [0.0, 2.0, 0.0, 0.0],
            [-1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 3.0, 0.0],
            [1000.0, 2000.0, 3000.0, 1.0],
        ]);
        Volume::new([2, 3, 4], 2, values, placed).unwrap()
    }

    #[test]
    fn voxels_stand_where_the_matrix_puts_them() {
        let volume = askew();
        assert_eq!(volume.origin, dvec3(999.0, 2001.0, 3004.5));
        let place = volume.origin + volume.placed.transform_point3(Vec3::new(1.0, 2.0, 3.0)).as_dvec3();
        assert!(place.distance(dvec3(998.0, 2002.0, 3009.0)) < 1e-4, "{place}");
        let bounds = volume.bounds.unwrap();
        assert_eq!((bounds.min, bounds.max), (Vec3::new(-1.5, -2.0, -6.0), Vec3::new(1.5, 2.0, 6.0)));
        assert_eq!(volume.axes(), [1, 0, 2]);
    }

    #[test]
    fn a_number_is_found_by_its_voxel_and_moment() {
        let volume = askew();
        assert_eq!(volume.at(Vec3::new(1.2, 1.8, 2.6), 0), 23.0);
        assert_eq!(volume.at(Vec3::new(0.0, 1.0, 0.0), 1), 102.0);
        assert!(volume.at(Vec3::new(-0.6, 0.0, 0.0), 0).is_nan() && volume.at(Vec3::ZERO, 2).is_nan());
    }

    #[test]
    fn what_does_not_agree_is_no_volume() {
        let values = || Attribute::new("a", Values::U8(vec![0; 8]));
        assert!(Volume::new([2, 2, 2], 1, values(), DMat4::IDENTITY).is_some());
        assert!(Volume::new([2, 2, 3], 1, values(), DMat4::IDENTITY).is_none());
        assert!(Volume::new([u32::MAX; 3], u32::MAX, values(), DMat4::IDENTITY).is_none());
        assert!(Volume::new([2, 2, 2], 1, values(), DMat4::ZERO).is_none());
        let far = DMat4::from_translation(dvec3(0.0, 1e13, 0.0));
        assert!(Volume::new([2, 2, 2], 1, values(), far).is_none());
        assert!(Volume::new([2, 2, 2], 1, values(), DMat4::from_scale(DVec3::splat(1e100))).is_none());
    }
}
