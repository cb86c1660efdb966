//! What a layer's fields say of its selected elements.

use super::{CHUNK, Selected, elements, ones};
use crate::attribute::{Attribute, Category};
use crate::field::Field;
use crate::{LayerData, Tracts, parallel};
use heliograph_wire::selection::{SelectedField, SelectedKind, SelectedNumbers};
use std::ops::Range;

/// More would fit no panel.
const MOST_FIELDS: usize = 12;
const MOST_KINDS: usize = 3;
/// Numbers that are looked at together: they stay in the processor's nearest memory.
const BLOCK: usize = 1024;

/// A field, and how its numbers come to the elements.
enum Source<'a> {
    Each(Field<'a>),
    /// Of the voxels: the numbers of a moment begin there.
    Voxels(Field<'a>, usize),
    /// Of the streamlines' points.
    Points(&'a Attribute, &'a Tracts),
    /// Of the streamlines.
    Lines(&'a Attribute),
}

/// What was seen of a field so far.
#[derive(Clone)]
struct Seen {
    count: u64,
    least: f64,
    greatest: f64,
    mean: f64,
    /// Of the squares of the distances from the mean.
    squares: f64,
    /// How many of each kind.
    kinds: Vec<u32>,
}

/// How many numbers may have to be looked at.
pub(super) fn work(data: &LayerData) -> usize {
    let elements = match data {
        LayerData::Tracts(tracts) => tracts.positions.len(),
        _ => elements(data),
    };
    elements.saturating_mul(data.fields().len().min(MOST_FIELDS))
}

/// Of the first few fields; 10 M points with all of them selected take about ten milliseconds a field.
/// `frame` is the moment of a volume.
pub(super) fn of(data: &LayerData, frame: u32, selected: &Selected) -> Vec<SelectedField> {
    let sources: Vec<Source<'_>> = match data {
        LayerData::Tracts(tracts) => {
            let points = tracts.attributes.iter().map(|attribute| Source::Points(attribute, tracts));
            points.chain(tracts.line_attributes.iter().map(Source::Lines)).take(MOST_FIELDS).collect()
        }
        LayerData::Volume(volume) => {
            let start = volume.start(frame);
            data.fields().into_iter().map(|field| Source::Voxels(field, start)).collect()
        }
        _ => data.fields().into_iter().map(Source::Each).take(MOST_FIELDS).collect(),
    };
    let nothing: Vec<Seen> = sources.iter().map(|source| Seen::nothing(source.categories())).collect();
    let chunks = selected.words.chunks(CHUNK / 64).enumerate();
    let gathered = parallel::in_parallel(
        chunks,
        || nothing.clone(),
        |(chunk, words), seen| {
            if words.iter().any(|word| *word != 0) {
                let first = chunk * CHUNK;
                let until = (first + CHUNK).min(elements(data));
                sources.iter().zip(seen).for_each(|(source, seen)| source.look(words, first..until, seen));
            }
        },
    );
    let mut all = nothing;
    for part in gathered {
        all.iter_mut().zip(part).for_each(|(all, part)| all.join(&part));
    }
    sources.iter().zip(all).map(|(source, seen)| source.describe(&seen)).collect()
}

impl Source<'_> {
    fn attribute(&self) -> Option<&Attribute> {
        match self {
            Source::Each(_) | Source::Voxels(..) => None,
            Source::Points(attribute, _) | Source::Lines(attribute) => Some(attribute),
        }
    }

    fn categories(&self) -> Option<&[Category]> {
        match self {
            Source::Each(field) | Source::Voxels(field, _) => field.categories(),
            _ => self.attribute().and_then(|attribute| attribute.categories.as_deref()),
        }
    }

    /// Takes the numbers of the selected among these elements in; `words` are their bits.
    fn look(&self, words: &[u64], range: Range<usize>, seen: &mut Seen) {
        let first = range.start;
        let mut part = Sums::default();
        match self {
            Source::Each(field) => part.take_words(field, words, range, seen),
            Source::Voxels(field, start) => part.take_words(field, words, start + range.start..start + range.end, seen),
            Source::Points(..) | Source::Lines(_) => {
                for (at, word) in words.iter().enumerate() {
                    for line in ones(*word).map(|bit| first + at * 64 + bit) {
                        match self {
                            Source::Points(attribute, tracts) => {
                                attribute.values.each(tracts.range(line), |value| part.take(value, seen));
                            }
                            Source::Lines(attribute) => part.take(attribute.values.get(line), seen),
                            Source::Each(_) | Source::Voxels(..) => {}
                        }
                    }
                }
            }
        }
        seen.join(&part.over());
    }

    fn describe(&self, seen: &Seen) -> SelectedField {
        let (name, unit) = match self {
            Source::Each(field) | Source::Voxels(field, _) => (field.name, field.unit),
            Source::Points(attribute, _) | Source::Lines(attribute) => {
                (attribute.name.as_str(), attribute.unit.as_deref())
            }
        };
        let numbers = (seen.count > 0).then(|| match self.categories() {
            Some(categories) => seen.kinds(categories),
            None => {
                // Numbers near the end of 64 bits have squares beyond it, which no message can carry.
                let deviation = (seen.squares / seen.count as f64).sqrt();
                let mean = seen.mean.clamp(seen.least, seen.greatest);
                let mean = if mean.is_nan() { seen.least * 0.5 + seen.greatest * 0.5 } else { mean };
                let deviation = if deviation.is_nan() { f64::MAX } else { deviation.min(f64::MAX) };
                SelectedNumbers::Quantity { least: seen.least, mean, greatest: seen.greatest, deviation }
            }
        });
        SelectedField {
            name: name.into(),
            unit: unit.map(Into::into),
            count: seen.count.min(u64::from(u32::MAX)) as u32,
            numbers,
        }
    }
}

/// Sums of a chunk's numbers about its first one: about zero, large numbers would lose the digits in which they differ.
#[derive(Default)]
struct Sums {
    count: u64,
    about: f64,
    sum: f64,
    squares: f64,
    least: f64,
    greatest: f64,
}

/// Selected values that are fewer than 64 so far.
struct Waiting {
    values: [f64; 128],
    count: usize,
}

/// Sums that are kept side by side, so that the processor makes several at once.
const LANES: usize = 8;

impl Sums {
    /// Takes those numbers of a field in this range in whose bits are set.
    fn take_words(&mut self, field: &Field<'_>, words: &[u64], range: Range<usize>, seen: &mut Seen) {
        let mut block = [0.0; BLOCK];
        let mut waiting = Waiting { values: [0.0; 128], count: 0 };
        for (words, start) in words.chunks(BLOCK / 64).zip(range.clone().step_by(BLOCK)) {
            let mut slots = block.iter_mut();
            field.each(start..(start + BLOCK).min(range.end), |value| {
                if let Some(slot) = slots.next() {
                    *slot = value;
                }
            });
            let parts = block.as_chunks::<64>().0;
            words.iter().zip(parts).for_each(|(word, values)| self.take_word(*word, values, &mut waiting, seen));
        }
        waiting.values[..waiting.count].iter().for_each(|value| self.take(*value, seen));
    }

    /// Takes those of 64 values in whose bits are set; some of them wait until there are 64.
    fn take_word(&mut self, word: u64, values: &[f64; 64], waiting: &mut Waiting, seen: &mut Seen) {
        if self.count == 0 || !seen.kinds.is_empty() {
            ones(word).for_each(|bit| self.take(values[bit], seen));
        } else if word == u64::MAX {
            self.take_full(values, seen);
        } else if word != 0 {
            for (bit, value) in values.iter().enumerate() {
                // Written in any case, and kept when its bit is set: there is no branch to be foretold.
                waiting.values[waiting.count] = *value;
                waiting.count += (word >> bit & 1) as usize;
            }
            if let Some((full, rest)) = waiting.values[..waiting.count].split_first_chunk::<64>() {
                self.take_full(full, seen);
                let left = rest.len();
                waiting.values.copy_within(64..64 + left, 0);
                waiting.count = left;
            }
        }
    }

    fn take_full(&mut self, values: &[f64; 64], seen: &mut Seen) {
        if !self.take_all(values) {
            values.iter().for_each(|value| self.take(*value, seen));
        }
    }

    /// Takes all of them in; false, and does nothing, when one of them is not finite, or too large for a square.
    fn take_all(&mut self, values: &[f64; 64]) -> bool {
        let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
        let (mut least, mut greatest) = ([self.least; LANES], [self.greatest; LANES]);
        for values in values.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                let value = values[lane];
                let away = value - self.about;
                sums[lane] += away;
                squares[lane] += away * away;
                least[lane] = if value < least[lane] { value } else { least[lane] };
                greatest[lane] = if value > greatest[lane] { value } else { greatest[lane] };
            }
        }
        let more: f64 = squares.iter().sum();
        if !more.is_finite() {
            return false;
        }
        self.count += values.len() as u64;
        self.sum += sums.iter().sum::<f64>();
        self.squares += more;
        self.least = least.into_iter().fold(self.least, f64::min);
        self.greatest = greatest.into_iter().fold(self.greatest, f64::max);
        true
    }

    fn take(&mut self, value: f64, seen: &mut Seen) {
        if !value.is_finite() {
            return;
        }
        if self.count == 0 {
            (self.about, self.least, self.greatest) = (value, value, value);
        }
        let away = value - self.about;
        self.count += 1;
        self.sum += away;
        self.squares += away * away;
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
        if !seen.kinds.is_empty()
            && value >= 0.0
            && let Some(count) = seen.kinds.get_mut(value as usize)
        {
            *count += 1;
        }
    }

    fn over(self) -> Seen {
        let count = self.count.max(1) as f64;
        Seen {
            count: self.count,
            least: self.least,
            greatest: self.greatest,
            mean: self.about + self.sum / count,
            squares: (self.squares - self.sum * self.sum / count).max(0.0),
            kinds: Vec::new(),
        }
    }
}

impl Seen {
    fn nothing(categories: Option<&[Category]>) -> Seen {
        let kinds = vec![0; categories.map_or(0, <[Category]>::len)];
        Seen { count: 0, least: 0.0, greatest: 0.0, mean: 0.0, squares: 0.0, kinds }
    }

    /// As Chan, Golub and LeVeque join two samples ("Updating formulae and a pairwise algorithm for computing sample
    /// variances", 1979).
    fn join(&mut self, other: &Seen) {
        self.kinds.iter_mut().zip(&other.kinds).for_each(|(count, more)| *count += more);
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            let kinds = std::mem::take(&mut self.kinds);
            *self = Seen { kinds, ..other.clone() };
            return;
        }
        let (own, others) = (self.count as f64, other.count as f64);
        let apart = other.mean - self.mean;
        self.squares += other.squares + apart * apart * own * others / (own + others);
        self.mean += apart * others / (own + others);
        self.count += other.count;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }

    fn kinds(&self, categories: &[Category]) -> SelectedNumbers {
        let mut counts: Vec<(u32, usize)> =
            self.kinds.iter().copied().zip(0..).filter(|(count, _)| *count > 0).collect();
        counts.sort_by_key(|(count, index)| (std::cmp::Reverse(*count), *index));
        let kind = |&(count, index): &(u32, usize)| {
            let Category { label, color } = categories[index].clone();
            SelectedKind { label, color, count }
        };
        let more = counts.len().saturating_sub(MOST_KINDS) as u32;
        SelectedNumbers::Kinds { most: counts.iter().take(MOST_KINDS).map(kind).collect(), more }
    }
}
