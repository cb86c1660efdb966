//! [`read`]: a scan's records as points.

use super::header::{Pose, Scan};
use super::packets::Section;
use super::pages::Pages;
use super::roles::{Role, Roles};
use super::{Work, malformed};
use crate::load::columns::{Column, unique};
use crate::load::{Problem, Progress, is_plausible};
use crate::{Points, paint, text};
use glam::{DQuat, DVec3, Vec3};

/// What a point takes as long as it is shown, without its attributes: its place, its number and its colour.
const BYTES_HELD: u64 = 12 + 4 + 4;
/// And for a moment: its place in 64 bits, and lists that grow or are put into another order.
const BYTES_PASSING: u64 = 24 + 12 + 24;
const SEED: u64 = 0x6535_3721;

/// What a scan takes while it is shown, and beside that while it is read.
pub(super) fn memory(scan: &Scan) -> [u64; 2] {
    let of_attributes = Roles::of(&scan.fields).map_or(0, |roles| roles.attribute_bytes(&scan.fields));
    [BYTES_HELD + of_attributes, BYTES_PASSING + of_attributes].map(|bytes| scan.count.saturating_mul(bytes))
}

/// The points, and what the user should know.
pub(super) fn read(
    pages: &mut Pages,
    scan: &Scan,
    work: &mut Work,
    progress: &Progress,
) -> Result<(Points, Option<String>), Problem> {
    let roles = check(pages, scan)?;
    let mut section = Section::open(pages, scan, progress)?;
    let mut records = Records::new(scan, &roles);
    while !section.is_done() {
        let first = section.done();
        let count = section.next()?;
        records.take(&mut section, first, count);
        work.read(section.done(), progress)?;
    }
    let (points, notice) = records.into_points(scan.count)?;
    let points = points.arranged(SEED, |part| work.arranged(scan.count, part, progress).is_ok());
    work.finish(scan.count);
    Ok((points.ok_or(Problem::Cancelled)?, notice))
}

/// Whether so many records can be there, and what their fields are.
pub(super) fn check(pages: &mut Pages, scan: &Scan) -> Result<Roles, Problem> {
    let count = text::count(scan.count);
    if scan.count == 0 {
        return Err(Problem::Nothing { detail: "it has no points".into() });
    }
    if scan.count > u64::from(u32::MAX) {
        return Err(Problem::Unsupported { detail: format!("it has {count} points, and at most 4,294,967,295 are") });
    }
    let roles = Roles::of(&scan.fields)?;
    let bits: u64 = scan.fields.iter().map(|field| u64::from(field.kind.bits())).sum();
    if bits == 0 {
        let detail = format!("its {count} points have no bits, so nothing tells whether there are so many");
        return Err(malformed(detail));
    }
    pages.go_to(scan.points_at, "the points")?;
    // Below 2^32 records of at most 2^14 bits.
    let (needed, left) = ((scan.count * bits).div_ceil(8), pages.left());
    if needed > left {
        let (needed, left) = (text::count(needed), text::count(left));
        return Err(Problem::Truncated {
            detail: format!("its {count} points take {needed} bytes, and {left} are there"),
        });
    }
    Ok(roles)
}

/// What is decoded so far. Grows with what is there.
struct Records<'a> {
    scan: &'a Scan,
    roles: &'a Roles,
    rotation: DQuat,
    translation: DVec3,
    /// In the coordinates that all scans share.
    places: Vec<DVec3>,
    file_index: Vec<u32>,
    colors: Vec<[u8; 4]>,
    /// One of each field that becomes an attribute.
    columns: Vec<Option<Column>>,
    marked_invalid: u64,
    not_finite: u64,
    /// The numbers of a block, field by field, and which of them are kept.
    block: Vec<Vec<f64>>,
    kept: Vec<usize>,
}

impl<'a> Records<'a> {
    fn new(scan: &'a Scan, roles: &'a Roles) -> Records<'a> {
        let pose: &Pose = &scan.pose;
        Records {
            scan,
            roles,
            rotation: pose.rotation(),
            translation: pose.translation(),
            places: Vec::new(),
            file_index: Vec::new(),
            colors: Vec::new(),
            columns: roles.columns(&scan.fields),
            marked_invalid: 0,
            not_finite: 0,
            block: vec![Vec::new(); scan.fields.len()],
            kept: Vec::new(),
        }
    }

    /// The next `count` records, of which the first is the `first` of the scan.
    fn take(&mut self, section: &mut Section<'_>, first: u64, count: usize) {
        for (index, (list, field)) in self.block.iter_mut().zip(&self.scan.fields).enumerate() {
            list.clear();
            if let Some((queue, bits)) = section.field(index) {
                list.extend((0..count).map(|_| field.kind.number(queue.take(*bits))));
            }
        }
        self.kept.clear();
        for row in 0..count {
            if self.roles.invalid.is_some_and(|state| self.block[state][row] != 0.0) {
                self.marked_invalid += 1;
                continue;
            }
            let own = self.roles.place.map(|field| self.block[field][row]);
            let own = if self.roles.is_spherical { cartesian(own) } else { DVec3::from_array(own) };
            let place = self.rotation * own + self.translation;
            if !place.to_array().into_iter().all(is_plausible) {
                self.not_finite += 1;
                continue;
            }
            self.places.push(place);
            // Fewer than 2^32 were promised, and no more are taken.
            self.file_index.push((first + row as u64) as u32);
            self.kept.push(row);
        }
        if let Some(color) = self.roles.color {
            let limits: [[f64; 2]; 3] = std::array::from_fn(|channel| {
                color_range(self.scan.color_limits[channel], self.scan.fields[color[channel]].kind.range())
            });
            let byte = |channel: usize, row: usize| {
                let [least, greatest] = limits[channel];
                let share = (self.block[color[channel]][row] - least) / (greatest - least);
                // Limits are the file's: what is beyond them is as dark or bright as can be.
                (share.clamp(0.0, 1.0) * 255.0).round() as u8
            };
            let colors = self.kept.iter().map(|row| paint::opaque([0, 1, 2].map(|channel| byte(channel, *row))));
            self.colors.extend(colors);
        }
        for (index, role) in self.roles.fields.iter().enumerate() {
            let (Role::Attribute { invalid }, Some(column)) = (role, &mut self.columns[index]) else { continue };
            for row in &self.kept {
                let is_sound = invalid.is_none_or(|flag| self.block[flag][*row] == 0.0);
                column.push(if is_sound { self.block[index][*row] } else { f64::NAN });
            }
        }
    }

    fn into_points(self, count: u64) -> Result<(Points, Option<String>), Problem> {
        let all = text::counted(count as usize, "point", "points");
        let Some(first) = self.places.first().copied() else {
            let detail = format!("of its {all} none has a place that is valid and finite");
            return Err(Problem::Nothing { detail });
        };
        let (min, max) =
            self.places.iter().fold((first, first), |(min, max), place| (min.min(*place), max.max(*place)));
        let origin = (min + max) * 0.5;
        let positions: Vec<Vec3> = self.places.iter().map(|place| (*place - origin).as_vec3()).collect();
        let left_out =
            |count: u64, why: &str| (count > 0).then(|| format!("Left out {} of {all}: {why}.", text::count(count)));
        let marked = left_out(self.marked_invalid, "the file says that their places are not valid");
        let not_finite = left_out(self.not_finite, "their coordinates are no finite numbers");
        let notices: Vec<String> = marked.into_iter().chain(not_finite).collect();
        let attributes = unique(self.columns.into_iter().flatten().map(Column::into_attribute).collect());
        let points = Points {
            origin,
            positions,
            file_index: self.file_index,
            file_colors: self.roles.color.map(|_| self.colors),
            attributes,
            bounds: None,
        };
        Ok((points, (!notices.is_empty()).then(|| notices.join(" "))))
    }
}

/// Of a distance, an azimuth from x to y and an elevation above their plane, in radians.
fn cartesian([range, azimuth, elevation]: [f64; 3]) -> DVec3 {
    let (sin, cos) = elevation.sin_cos();
    range * DVec3::new(cos * azimuth.cos(), cos * azimuth.sin(), sin)
}

/// What is black and what is white: as the scan says, else as the field says, else from 0 to 1.
fn color_range(limits: [Option<f64>; 2], of_field: Option<[f64; 2]>) -> [f64; 2] {
    let said = match limits {
        [Some(least), Some(greatest)] => Some([least, greatest]),
        _ => None,
    };
    let is_range = |range: &[f64; 2]| range[1] > range[0];
    said.filter(is_range).or(of_field.filter(is_range)).unwrap_or([0.0, 1.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_an_azimuth_from_x_to_y_and_an_elevation() {
        let near = |found: DVec3, expected| assert!(found.distance(expected) < 1e-12, "{found}");
        near(cartesian([2.0, 0.0, 0.0]), DVec3::new(2.0, 0.0, 0.0));
        near(cartesian([2.0, std::f64::consts::FRAC_PI_2, 0.0]), DVec3::new(0.0, 2.0, 0.0));
        near(cartesian([2.0, 1.0, std::f64::consts::FRAC_PI_2]), DVec3::new(0.0, 0.0, 2.0));
    }

    #[test]
    fn colours_reach_as_far_as_the_scan_says_or_the_field() {
        assert_eq!(color_range([Some(0.0), Some(4095.0)], Some([0.0, 255.0])), [0.0, 4095.0]);
        assert_eq!(color_range([Some(0.0), Some(0.0)], Some([0.0, 255.0])), [0.0, 255.0]);
        assert_eq!(color_range([Some(0.0), None], None), [0.0, 1.0]);
    }
}
