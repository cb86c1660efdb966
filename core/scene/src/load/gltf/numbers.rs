//! Accessors: lists of numbers in the buffers.

use super::document::{Accessor, BufferView, Document, Sparse};
use super::malformed;
use crate::load::{Problem, Progress};

/// The document with the bytes of its buffers.
pub(super) struct Numbers<'a> {
    pub(super) document: &'a Document,
    pub(super) buffers: &'a [Vec<u8>],
    pub(super) progress: &'a Progress,
}

/// So many numbers for each element, one element after the other.
pub(super) struct List {
    pub(super) parts: usize,
    pub(super) numbers: Vec<f64>,
}

impl Numbers<'_> {
    /// All numbers of an accessor; normalized ones from −1 or 0 to 1.
    pub(super) fn list(&self, index: usize) -> Result<List, Problem> {
        let accessor = self.document.accessors.get(index).ok_or_else(|| missing("accessor", index))?;
        let parts = match accessor.kind.as_str() {
            "SCALAR" => 1,
            "VEC2" => 2,
            "VEC3" => 3,
            "VEC4" => 4,
            kind => return Err(malformed(format!("accessor {index} is of the type “{kind}”"))),
        };
        let number = Number::of(accessor.component_type, accessor.normalized)?;
        let wanted = accessor.count.saturating_mul(parts as u64);
        self.progress.allow(wanted.saturating_mul(8))?;
        let mut numbers = match accessor.buffer_view {
            Some(view) => self.read(view, accessor.byte_offset, (accessor.count, parts), number)?,
            // All zeros; but not more of them than there could be any use for.
            None if wanted <= MOST_ZEROS => vec![0.0; wanted as usize],
            None => return Err(malformed(format!("accessor {index} promises {wanted} numbers and has none"))),
        };
        if let Some(sparse) = &accessor.sparse {
            self.substitute(sparse, accessor, number, parts, &mut numbers)?;
        }
        Ok(List { parts, numbers })
    }

    fn substitute(
        &self,
        sparse: &Sparse,
        accessor: &Accessor,
        number: Number,
        parts: usize,
        into: &mut [f64],
    ) -> Result<(), Problem> {
        let kind = Number::of(sparse.indices.component_type.unwrap_or(5125), false)?;
        let places = self.read(sparse.indices.buffer_view, sparse.indices.byte_offset, (sparse.count, 1), kind)?;
        let values = self.read(sparse.values.buffer_view, sparse.values.byte_offset, (sparse.count, parts), number)?;
        for (place, value) in places.into_iter().zip(values.chunks_exact(parts)) {
            let element = into.chunks_exact_mut(parts).nth(place as usize);
            let count = accessor.count;
            element.ok_or_else(|| malformed(format!("it replaces number {place} of {count}")))?.copy_from_slice(value);
        }
        Ok(())
    }

    fn read(
        &self,
        view: usize,
        offset: u64,
        (count, parts): (u64, usize),
        number: Number,
    ) -> Result<Vec<f64>, Problem> {
        let BufferView { buffer, byte_offset, byte_length, byte_stride } =
            self.document.buffer_views.get(view).ok_or_else(|| missing("buffer view", view))?;
        let bytes = self.buffers.get(*buffer).ok_or_else(|| missing("buffer", *buffer))?;
        let end = byte_offset.checked_add(*byte_length).filter(|end| *end <= bytes.len() as u64);
        let end = end.ok_or_else(|| malformed(format!("buffer view {view} reaches beyond buffer {buffer}")))?;
        let bytes = &bytes[*byte_offset as usize..end as usize];
        let element = (number.size() * parts) as u64;
        let stride = byte_stride.unwrap_or(element);
        let last =
            count.checked_sub(1).and_then(|last| last.checked_mul(stride)?.checked_add(offset)?.checked_add(element));
        if stride < element || last.is_none_or(|last| last > bytes.len() as u64) {
            let there = bytes.len();
            return Err(malformed(format!("buffer view {view} has {there} bytes, and {count} elements do not fit")));
        }
        let mut numbers = Vec::with_capacity(count as usize * parts);
        for at in 0..count as usize {
            let start = offset as usize + at * stride as usize;
            let parts = bytes[start..start + element as usize].chunks_exact(number.size());
            numbers.extend(parts.map(|bytes| number.decoded(bytes)));
        }
        Ok(numbers)
    }
}

/// Lists without bytes are no longer than this.
const MOST_ZEROS: u64 = 1 << 24;

fn missing(what: &str, index: usize) -> Problem {
    malformed(format!("there is no {what} {index}"))
}

/// How a number is stored.
#[derive(Debug, Clone, Copy)]
struct Number {
    kind: Kind,
    normalized: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    I8,
    U8,
    I16,
    U16,
    U32,
    F32,
}

impl Number {
    /// By the number that OpenGL has for it.
    fn of(component_type: u32, normalized: bool) -> Result<Number, Problem> {
        let kind = match component_type {
            5120 => Kind::I8,
            5121 => Kind::U8,
            5122 => Kind::I16,
            5123 => Kind::U16,
            5125 => Kind::U32,
            5126 => Kind::F32,
            other => return Err(malformed(format!("its numbers are of the unknown type {other}"))),
        };
        Ok(Number { kind, normalized })
    }

    fn size(self) -> usize {
        match self.kind {
            Kind::I8 | Kind::U8 => 1,
            Kind::I16 | Kind::U16 => 2,
            Kind::U32 | Kind::F32 => 4,
        }
    }

    fn decoded(self, bytes: &[u8]) -> f64 {
        let [a, b, c, d] = std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default());
        let (value, greatest) = match self.kind {
            Kind::I8 => (f64::from(a as i8), 127.0),
            Kind::U8 => (f64::from(a), 255.0),
            Kind::I16 => (f64::from(i16::from_le_bytes([a, b])), 32_767.0),
            Kind::U16 => (f64::from(u16::from_le_bytes([a, b])), 65_535.0),
            Kind::U32 => (f64::from(u32::from_le_bytes([a, b, c, d])), 1.0),
            Kind::F32 => (f64::from(f32::from_le_bytes([a, b, c, d])), 1.0),
        };
        if self.normalized { (value / greatest).max(-1.0) } else { value }
    }
}
