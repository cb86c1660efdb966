//! From records, in the order of the file, to lists of numbers, in the order that is drawn.

use super::extra::{Field, Slice};
use super::header::Header;
use super::records::{Extent, Layout, color_in, place_in, u16_in};
use crate::curve::Curve;
use crate::load::columns::unique;
use crate::load::progress::Progress;
use crate::load::{MAX_COORDINATE, Problem, is_plausible};
use crate::points::order;
use crate::{Aabb, Attribute, Points, Values, colormap, parallel};
use glam::{DVec3, Vec3};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The shuffle is the same each time.
const SEED: u64 = 0x6c61_7a21;
/// So many records are fetched, then a list after the other is written of them: as many as are near meanwhile.
const BLOCK: usize = 1024;
/// The part of the time that it takes to find the order.
const ORDERING: f32 = 0.5;

/// Points of records, which are all there; `extent` is theirs.
pub(super) fn points(
    records: Vec<u8>,
    layout: &Layout,
    extent: &Extent,
    header: &Header,
    progress: &Progress,
) -> Result<Points, Problem> {
    let count = records.len() / layout.kept_bytes;
    let frame = Frame::of(header, layout, extent)?;
    let curve = Curve::through(frame.bounds(extent));
    let along = |run: Range<usize>, along: &mut [u32]| {
        let run = &records[run.start * layout.kept_bytes..run.end * layout.kept_bytes];
        let places: Vec<Vec3> =
            run.chunks_exact(layout.kept_bytes).map(|record| frame.place(place_in(record))).collect();
        curve.each_along(&places, along);
    };
    let go_on = |part| progress.after_reading(ORDERING * part);
    let order = order::of(count, SEED, along, go_on).ok_or(Problem::Cancelled)?;
    let mut lists = Lists::of_zeros(count, layout, extent);
    lists.fill(&order, &records, layout, &frame, progress)?;
    // Before the lists are looked at once more.
    drop(records);
    Ok(lists.into_points(order, frame.origin, frame.bounds(extent), layout))
}

/// From the file's whole numbers to places about the middle of the cloud.
struct Frame {
    origin: DVec3,
    middle: [f64; 3],
    scale: DVec3,
    /// Colours are shifted right by so many bits.
    color_shift: u32,
}

impl Frame {
    fn of(header: &Header, layout: &Layout, extent: &Extent) -> Result<Frame, Problem> {
        let (min, max) = (extent.min, extent.max);
        let middle = std::array::from_fn(|axis| (f64::from(min[axis]) + f64::from(max[axis])) * 0.5);
        let scale = DVec3::from_array(header.scale);
        let at = |raw: [f64; 3]| DVec3::from_array(raw) * scale + DVec3::from_array(header.offset);
        for corner in [min, max] {
            let place = at(corner.map(f64::from));
            if !place.to_array().into_iter().all(is_plausible) {
                let detail = format!("its coordinates reach {place}, and up to {MAX_COORDINATE:e} are taken");
                return Err(Problem::Malformed { kind: "LAS", detail });
            }
        }
        // The specification wants 16 bits, and many files hold 8: then the upper byte of each part is zero.
        let has_upper = |at| [1, 3, 5].into_iter().any(|byte| extent.says_something(at + byte, 1));
        let color_shift = if layout.color_at.is_some_and(has_upper) { 8 } else { 0 };
        Ok(Frame { origin: at(middle), middle, scale, color_shift })
    }

    /// Whole numbers minus whole numbers: nothing is lost before the last step.
    #[inline]
    fn place(&self, raw: [i32; 3]) -> Vec3 {
        let from_middle = std::array::from_fn(|axis| f64::from(raw[axis]) - self.middle[axis]);
        (DVec3::from_array(from_middle) * self.scale).as_vec3()
    }

    fn bounds(&self, extent: &Extent) -> Aabb {
        // A scale may be negative.
        let [one, other] = [extent.min, extent.max].map(|corner| self.place(corner));
        Aabb { min: one.min(other), max: one.max(other) }
    }
}

/// One number of each point each, or none where all of them are zero.
struct Lists {
    positions: Vec<[f32; 3]>,
    colors: Vec<[u8; 4]>,
    intensity: Vec<u16>,
    /// Which echo of its pulse each is, and how many the pulse has.
    returns: [Vec<u8>; 2],
    classification: Vec<u8>,
    angle: Vec<f32>,
    user_data: Vec<u8>,
    source: Vec<u16>,
    time: Vec<f64>,
    infrared: Vec<u16>,
    extra: Vec<Values>,
}

/// A stretch of [`Lists`].
struct Part<'a> {
    positions: &'a mut [[f32; 3]],
    colors: &'a mut [[u8; 4]],
    intensity: &'a mut [u16],
    returns: [&'a mut [u8]; 2],
    classification: &'a mut [u8],
    angle: &'a mut [f32],
    user_data: &'a mut [u8],
    source: &'a mut [u16],
    time: &'a mut [f64],
    infrared: &'a mut [u16],
    extra: Vec<Slice<'a>>,
}

impl Lists {
    /// Zeros are asked for, not written: the memory is taken by the threads that fill it.
    fn of_zeros(count: usize, layout: &Layout, extent: &Extent) -> Lists {
        let of = |at: Option<usize>, bytes| at.is_some_and(|at| extent.says_something(at, bytes));
        let count_if = |at, bytes| if of(at, bytes) { count } else { 0 };
        let [class_at, angle_at, source_at] = if layout.extended { [16, 18, 20] } else { [15, 16, 18] };
        let returns = count_if(Some(14), 1);
        let count_of = |field: &Field| {
            let place = field.place();
            if field.is_as_stored() { count_if(Some(place.start), place.len()) } else { count }
        };
        Lists {
            positions: vec![[0.0; 3]; count],
            colors: vec![[0; 4]; count_if(layout.color_at, 6)],
            intensity: vec![0; count_if(Some(12), 2)],
            returns: [vec![0; returns], vec![0; returns]],
            classification: vec![0; count_if(Some(class_at), 1)],
            angle: vec![0.0; count_if(Some(angle_at), if layout.extended { 2 } else { 1 })],
            user_data: vec![0; count_if(Some(17), 1)],
            source: vec![0; count_if(Some(source_at), 2)],
            time: vec![0.0; count_if(layout.time_at, 8)],
            infrared: vec![0; count_if(layout.infrared_at, 2)],
            extra: layout.extra.iter().map(|field| field.zeros(count_of(field))).collect(),
        }
    }

    fn fill(
        &mut self,
        order: &[u32],
        records: &[u8],
        layout: &Layout,
        frame: &Frame,
        progress: &Progress,
    ) -> Result<(), Problem> {
        let done = AtomicUsize::new(0);
        let count = order.len();
        let work = |(order, mut part): (&[u32], Part<'_>), state: &mut (Vec<u8>, bool)| {
            let (block, is_cancelled) = state;
            let done = done.fetch_add(order.len(), Ordering::Relaxed);
            *is_cancelled |= !progress.after_reading(ORDERING + (1.0 - ORDERING) * done as f32 / count as f32);
            if *is_cancelled {
                return;
            }
            let block = &mut block[..order.len() * layout.kept_bytes];
            for (index, record) in order.iter().zip(block.chunks_exact_mut(layout.kept_bytes)) {
                let at = *index as usize * layout.kept_bytes;
                record.copy_from_slice(&records[at..at + layout.kept_bytes]);
            }
            part.fill(block, layout, frame);
        };
        let block = || (vec![0; BLOCK * layout.kept_bytes], false);
        let mut parts = self.parts();
        let mut orders = order.chunks(BLOCK);
        let blocks = 0..order.len().div_ceil(BLOCK);
        let tasks = blocks.map(|_| (orders.next().unwrap_or_default(), parts()));
        let ends = parallel::in_parallel(tasks, block, work);
        if ends.iter().any(|(_, is_cancelled)| *is_cancelled) { Err(Problem::Cancelled) } else { Ok(()) }
    }

    /// Gives a part after the other.
    fn parts<'a>(&'a mut self) -> impl FnMut() -> Part<'a> + Send + use<'a> {
        let mut positions = self.positions.chunks_mut(BLOCK);
        let mut colors = self.colors.chunks_mut(BLOCK);
        let mut intensity = self.intensity.chunks_mut(BLOCK);
        let mut returns = self.returns.each_mut().map(|list| list.chunks_mut(BLOCK));
        let mut classification = self.classification.chunks_mut(BLOCK);
        let mut angle = self.angle.chunks_mut(BLOCK);
        let mut user_data = self.user_data.chunks_mut(BLOCK);
        let mut source = self.source.chunks_mut(BLOCK);
        let mut time = self.time.chunks_mut(BLOCK);
        let mut infrared = self.infrared.chunks_mut(BLOCK);
        let mut extra: Vec<_> = self.extra.iter_mut().map(|values| Slice::each_of(values, BLOCK)).collect();
        // A list that is empty has no next part.
        move || Part {
            positions: positions.next().unwrap_or_default(),
            colors: colors.next().unwrap_or_default(),
            intensity: intensity.next().unwrap_or_default(),
            returns: returns.each_mut().map(|list| list.next().unwrap_or_default()),
            classification: classification.next().unwrap_or_default(),
            angle: angle.next().unwrap_or_default(),
            user_data: user_data.next().unwrap_or_default(),
            source: source.next().unwrap_or_default(),
            time: time.next().unwrap_or_default(),
            infrared: infrared.next().unwrap_or_default(),
            extra: extra.iter_mut().map(|slices| slices.next().unwrap_or_default()).collect(),
        }
    }

    fn into_points(self, file_index: Vec<u32>, origin: DVec3, bounds: Aabb, layout: &Layout) -> Points {
        let [number, count] = self.returns;
        let own = vec![
            Attribute::new("intensity", Values::U16(self.intensity)),
            Attribute::of_categories("classification", Values::U8(self.classification), colormap::lidar_classes()),
            Attribute::new("return number", Values::U8(number)),
            Attribute::new("number of returns", Values::U8(count)),
            Attribute::new("scan angle", Values::F32(self.angle)).in_unit("°"),
            Attribute::new("user data", Values::U8(self.user_data)),
            Attribute::new("point source", Values::U16(self.source)),
            Attribute::new("GPS time", Values::F64(self.time)).in_unit("s"),
            Attribute::new("near infrared", Values::U16(self.infrared)),
        ];
        let extra = layout.extra.iter().zip(self.extra).map(|(field, values)| field.attribute(values));
        Points {
            origin,
            positions: self.positions.into_iter().map(Vec3::from_array).collect(),
            file_index,
            // All black is none.
            file_colors: Some(self.colors).filter(|colors| !colors.is_empty()),
            attributes: unique(own.into_iter().chain(extra).collect()),
            bounds: Some(bounds),
        }
    }
}

impl Part<'_> {
    /// From as many records.
    fn fill(&mut self, records: &[u8], layout: &Layout, frame: &Frame) {
        fn each<T>(list: &mut [T], records: &[u8], record_bytes: usize, number: impl Fn(&[u8]) -> T) {
            let records = records.chunks_exact(record_bytes);
            list.iter_mut().zip(records).for_each(|(place, record)| *place = number(record));
        }
        let bytes = layout.kept_bytes;
        each(self.positions, records, bytes, |record| frame.place(place_in(record)).to_array());
        each(self.intensity, records, bytes, |record| u16_in(record, 12));
        let [number, count] = &mut self.returns;
        if layout.extended {
            each(number, records, bytes, |record| record[14] & 0xf);
            each(count, records, bytes, |record| record[14] >> 4);
            each(self.classification, records, bytes, |record| record[16]);
            // In units of 0.006° where there are 16 bits, else of 1°.
            each(self.angle, records, bytes, |record| f32::from(u16_in(record, 18) as i16) * 0.006);
            each(self.source, records, bytes, |record| u16_in(record, 20));
        } else {
            each(number, records, bytes, |record| record[14] & 7);
            each(count, records, bytes, |record| record[14] >> 3 & 7);
            // The upper three bits are flags.
            each(self.classification, records, bytes, |record| record[15] & 0x1f);
            each(self.angle, records, bytes, |record| f32::from(record[16] as i8));
            each(self.source, records, bytes, |record| u16_in(record, 18));
        }
        each(self.user_data, records, bytes, |record| record[17]);
        if let Some(at) = layout.time_at {
            let time = |record: &[u8]| f64::from_le_bytes(std::array::from_fn(|byte| record[at + byte]));
            each(self.time, records, bytes, time);
        }
        if let Some(at) = layout.color_at {
            let color = |record: &[u8]| color_in(record, at).map(|part| (part >> frame.color_shift) as u8);
            each(self.colors, records, bytes, |record| crate::paint::opaque(color(record)));
        }
        if let Some(at) = layout.infrared_at {
            each(self.infrared, records, bytes, |record| u16_in(record, at));
        }
        let field = |(slice, field): (&mut Slice<'_>, &Field)| field.fill(slice, records, bytes);
        self.extra.iter_mut().zip(&layout.extra).for_each(field);
    }
}
