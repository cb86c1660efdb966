//! [`Selected`]: which elements of a layer are selected.

mod code;
mod csv;
mod inside;
mod shape;
mod statistics;
mod voxels;

pub(crate) use code::{MOST_LETTERS, read as of_code};
pub(crate) use csv::write_csv;
pub(crate) use inside::inside;
pub(crate) use shape::Area;

use crate::{Layer, LayerData, Wake, text};
use heliograph_wire::How;
use heliograph_wire::selection::{SelectedField, SelectedLayer};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Which elements of a layer (points, vertices, streamlines, nodes, voxels) are selected: a bit for each.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    /// Element `i` is bit `i % 64` of word `i / 64`; bits beyond the last element are 0.
    words: Vec<u64>,
    count: usize,
    /// Computed when it is asked for first, of much by a thread of its own.
    said: Mutex<Option<Said>>,
    /// As a short text, when it was asked for.
    code: OnceLock<Option<String>>,
    /// Whether that thread is at work.
    is_counting: AtomicBool,
}

/// What the fields say of the selected elements; of those of a volume, in one moment.
#[derive(Debug)]
struct Said {
    frame: u32,
    fields: Vec<SelectedField>,
}

impl Selected {
    pub(crate) fn new(words: Vec<u64>) -> Selected {
        let count = words.iter().map(|word| word.count_ones() as usize).sum();
        Selected { words, count, ..Selected::default() }
    }

    /// Of these elements.
    pub(crate) fn of(elements: &[usize], of: usize) -> Selected {
        let mut words = vec![0u64; of.div_ceil(64)];
        for element in elements {
            if let Some(word) = words.get_mut(element / 64) {
                *word |= 1 << (element % 64);
            }
        }
        Selected::new(words)
    }

    /// From the first of each of these runs to before its second.
    fn of_runs(runs: &[[u64; 2]], of: usize) -> Selected {
        let mut words = vec![0u64; of.div_ceil(64)];
        for [start, end] in runs {
            for element in *start..(*end).min(of as u64) {
                if let Some(word) = words.get_mut((element / 64) as usize) {
                    *word |= 1 << (element % 64);
                }
            }
        }
        Selected::new(words)
    }

    /// What is selected when `inside` comes to it.
    pub(crate) fn with(&self, inside: Selected, how: How) -> Selected {
        let old = |at: usize| self.words.get(at).copied().unwrap_or_default();
        let joined = |(at, new): (usize, &u64)| match how {
            How::Replace => *new,
            How::Add => old(at) | new,
            How::Remove => old(at) & !new,
        };
        Selected::new(inside.words.iter().enumerate().map(joined).collect())
    }

    pub(crate) fn has(&self, element: usize) -> bool {
        self.words.get(element / 64).is_some_and(|word| word >> (element % 64) & 1 == 1)
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// As a short text for codes of views, if it fits one; `data` is the layer's.
    pub(crate) fn code(&self, data: &LayerData) -> Option<&str> {
        self.code.get_or_init(|| code::written(data, self)).as_deref()
    }

    fn said(&self) -> MutexGuard<'_, Option<Said>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_fields(&self, data: &LayerData, frame: u32) -> Vec<SelectedField> {
        let fields = statistics::of(data, frame, self);
        *self.said() = Some(Said { frame, fields: fields.clone() });
        fields
    }

    /// The words of bits; none when nothing is selected.
    pub(crate) fn bits(&self) -> &[u64] {
        if self.count == 0 { &[] } else { &self.words }
    }

    /// Memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.words.as_slice())
    }

    /// The selected elements, in order.
    pub(crate) fn each(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| ones(*word).map(move |bit| at * 64 + bit))
    }
}

impl PartialEq for Selected {
    fn eq(&self, other: &Selected) -> bool {
        self.words == other.words
    }
}

/// The places of the bits that are set.
fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros() as usize;
        (word != 0).then(|| {
            word &= word - 1;
            bit
        })
    })
}

/// How many elements of a layer can be selected.
pub(crate) fn elements(data: &LayerData) -> usize {
    match data {
        LayerData::Points(points) => points.positions.len(),
        LayerData::Mesh(mesh) => mesh.positions.len(),
        LayerData::Tracts(tracts) => tracts.len(),
        LayerData::Network(network) => network.len(),
        // Elements are counted with 32 bits.
        LayerData::Volume(volume) => u32::try_from(volume.voxels()).map_or(0, |count| count as usize),
    }
}

/// What is said of a layer's selected elements; `None` when there are none. Of many, the fields are empty until a thread has
/// counted, which then calls `wake`.
pub(crate) fn status(layer: &Layer, wake: &Wake) -> Option<SelectedLayer> {
    let selected = layer.selected.as_ref().filter(|selected| selected.count > 0)?;
    let (singular, plural) = match &layer.data {
        LayerData::Points(_) => ("point", "points"),
        LayerData::Mesh(_) => ("vertex", "vertices"),
        LayerData::Tracts(_) => ("streamline", "streamlines"),
        LayerData::Network(_) => ("node", "nodes"),
        LayerData::Volume(_) => ("voxel", "voxels"),
    };
    let all = text::counted(elements(&layer.data), singular, plural);
    Some(SelectedLayer {
        id: layer.id,
        name: layer.name.clone(),
        count: selected.count as u32,
        summary: format!("{} of {all}{}", text::count(selected.count as u64), room(&layer.data, selected)),
        fields: fields(layer, selected, wake),
        code: None,
    })
}

/// Of voxels: how much room they take together.
fn room(data: &LayerData, selected: &Selected) -> String {
    let room = match data {
        LayerData::Volume(volume) => volume.room(selected.count),
        _ => None,
    };
    room.map_or(String::new(), |room| format!(", {room}"))
}

/// More numbers than this take longer than a frame has time for.
const AT_ONCE: usize = 4 << 20;

fn fields(layer: &Layer, selected: &Arc<Selected>, wake: &Wake) -> Vec<SelectedField> {
    let (data, frame) = (&layer.data, layer.style.volume.frame);
    if let Some(said) = selected.said().as_ref().filter(|said| said.frame == frame) {
        return said.fields.clone();
    }
    if statistics::work(data) <= AT_ONCE {
        return selected.count_fields(data, frame);
    }
    if !selected.is_counting.swap(true, Ordering::AcqRel) {
        let (own, own_data, wake) = (Arc::clone(selected), data.clone(), Arc::clone(wake));
        let counting = move || {
            own.count_fields(&own_data, frame);
            // Who is woken asks again, by now perhaps for another moment.
            own.is_counting.store(false, Ordering::Release);
            wake();
        };
        let thread = std::thread::Builder::new().name("statistics".into());
        if thread.spawn(counting).is_err() {
            // A system without threads has to wait.
            selected.is_counting.store(false, Ordering::Release);
            return selected.count_fields(data, frame);
        }
    }
    Vec::new()
}

/// Elements of a task: some milliseconds of work.
const CHUNK: usize = 1 << 16;

#[cfg(test)]
mod tests;
