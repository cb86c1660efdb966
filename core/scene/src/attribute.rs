//! [`Attribute`]: what a file says of each point, vertex, streamline or node beside its place.

use std::sync::{Arc, OnceLock};

/// One number of each element, with what it is called and what it is of.
#[derive(Debug, Clone, Default)]
pub struct Attribute {
    /// As the file calls it, e.g. `intensity`; no two of a layer have the same.
    pub name: String,
    /// Where the file names one, e.g. `mm`.
    pub unit: Option<String>,
    /// One for each element, in the order of the layer's other lists.
    pub values: Values,
    /// Where the numbers stand for kinds of things: number `i` stands for entry `i`.
    pub categories: Option<Arc<[Category]>>,
    summary: OnceLock<Summary>,
}

/// A kind of things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// For people, e.g. `Ground`.
    pub label: String,
    /// sRGB.
    pub color: [u8; 3],
}

/// Numbers, as narrow as the file has them: a hundred millions of them lie in memory.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are the types")]
pub enum Values {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl Default for Values {
    fn default() -> Values {
        Values::F32(Vec::new())
    }
}

/// Runs the same for a list of whichever type.
macro_rules! each_type {
    ($values:expr, $list:ident => $do:expr) => {
        match $values {
            Values::U8($list) => $do,
            Values::I8($list) => $do,
            Values::U16($list) => $do,
            Values::I16($list) => $do,
            Values::U32($list) => $do,
            Values::I32($list) => $do,
            Values::F32($list) => $do,
            Values::F64($list) => $do,
        }
    };
}

pub(crate) use each_type;

impl Values {
    /// The same numbers in the narrowest type that does: 32 bits for parts unless they would lose digits that count.
    pub(crate) fn narrowest(list: Vec<f64>) -> Values {
        let all = |fits: fn(f64) -> bool| list.iter().all(|value| fits(*value));
        if all(|value| f64::from(value as u8) == value) {
            Values::U8(list.iter().map(|value| *value as u8).collect())
        } else if all(|value| f64::from(value as u16) == value) {
            Values::U16(list.iter().map(|value| *value as u16).collect())
        } else if all(|value| f64::from(value as i32) == value) {
            Values::I32(list.iter().map(|value| *value as i32).collect())
        } else if all(|value| value.abs() < 1e5 || !value.is_finite()) {
            Values::F32(list.iter().map(|value| *value as f32).collect())
        } else {
            Values::F64(list)
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        each_type!(self, list => list.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of them; NaN where there is none.
    #[expect(clippy::unnecessary_cast, reason = "it is one for all types")]
    pub fn get(&self, index: usize) -> f64 {
        each_type!(self, list => list.get(index).map_or(f64::NAN, |value| *value as f64))
    }

    /// Whether they are whole numbers.
    pub fn are_whole(&self) -> bool {
        !matches!(self, Values::F32(_) | Values::F64(_))
    }

    /// Whether every one is zero: files write such lists where they have nothing to say.
    pub fn are_all_zero(&self) -> bool {
        fn of<T: Default + PartialEq>(list: &[T]) -> bool {
            list.iter().all(|value| *value == T::default())
        }
        each_type!(self, list => of(list))
    }

    /// Memory that one takes.
    pub fn bytes_each(&self) -> usize {
        fn of<T>(_: &[T]) -> usize {
            size_of::<T>()
        }
        each_type!(self, list => of(list))
    }

    /// Adds a number; those that the type does not hold become the nearest that it does, and no number 0 where it has no NaN.
    pub(crate) fn push_f64(&mut self, value: f64) {
        each_type!(self, list => list.push(value as _));
    }

    /// The same numbers with 64 bits, which have a NaN for what is not said.
    pub(crate) fn widened(&self) -> Values {
        Values::F64((0..self.len()).map(|at| self.get(at)).collect())
    }

    /// Takes those that come after these; lists of two types become one of 64 bits.
    pub(crate) fn append(&mut self, mut after: Values) {
        macro_rules! same {
            ($($kind:ident),*) => {
                match (&mut *self, &mut after) {
                    $((Values::$kind(list), Values::$kind(after)) => return list.append(after),)*
                    _ => {}
                }
            };
        }
        same!(U8, I8, U16, I16, U32, I32, F32, F64);
        if !matches!(self, Values::F64(_)) {
            *self = self.widened();
        }
        (0..after.len()).for_each(|at| self.push_f64(after.get(at)));
    }

    /// Of many numbers of 8 or 16 bits: which there are, and how often. Of others there would be too many different ones.
    fn counted(&self) -> Option<Vec<(f64, u32)>> {
        fn of<T: Copy>(list: &[T], kinds: usize, place: impl Fn(T) -> usize, least: f64) -> Option<Vec<(f64, u32)>> {
            if list.len() < 4 * kinds {
                return None;
            }
            let mut counts = vec![0u32; kinds];
            list.iter().for_each(|value| counts[place(*value)] += 1);
            let there = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
            Some(there.map(|(at, count)| (at as f64 + least, count)).collect())
        }
        match self {
            Values::U8(list) => of(list, 256, usize::from, 0.0),
            Values::I8(list) => of(list, 256, |value| (i16::from(value) + 128) as usize, -128.0),
            Values::U16(list) => of(list, 65_536, usize::from, 0.0),
            Values::I16(list) => of(list, 65_536, |value| (i32::from(value) + 32_768) as usize, -32_768.0),
            _ => None,
        }
    }

    /// Calls `take` with each finite value and how often it is there: once, or as often as it was counted.
    fn each_finite(&self, counted: Option<&[(f64, u32)]>, mut take: impl FnMut(f64, u32)) {
        if let Some(counted) = counted {
            return counted.iter().for_each(|(value, count)| take(*value, *count));
        }
        self.each(0..self.len(), |value| {
            if value.is_finite() {
                take(value, 1);
            }
        });
    }

    /// Those at these places, each below [`Values::len`]; `None` when one is not.
    pub(crate) fn picked_out(&self, places: &[u32]) -> Option<Values> {
        fn of<T: Copy>(list: &[T], places: &[u32]) -> Option<Vec<T>> {
            places.iter().map(|place| list.get(*place as usize).copied()).collect()
        }
        Some(match self {
            Values::U8(list) => Values::U8(of(list, places)?),
            Values::I8(list) => Values::I8(of(list, places)?),
            Values::U16(list) => Values::U16(of(list, places)?),
            Values::I16(list) => Values::I16(of(list, places)?),
            Values::U32(list) => Values::U32(of(list, places)?),
            Values::I32(list) => Values::I32(of(list, places)?),
            Values::F32(list) => Values::F32(of(list, places)?),
            Values::F64(list) => Values::F64(of(list, places)?),
        })
    }

    /// The same in another order: `order` says for each place which one comes there; `None` when not all are there.
    pub(crate) fn arranged(self, order: &[u32]) -> Option<Values> {
        fn of<T: Copy>(list: Vec<T>, order: &[u32]) -> Option<Vec<T>> {
            (list.len() == order.len()).then(|| order.iter().map(|&index| list[index as usize]).collect())
        }
        Some(match self {
            Values::U8(list) => Values::U8(of(list, order)?),
            Values::I8(list) => Values::I8(of(list, order)?),
            Values::U16(list) => Values::U16(of(list, order)?),
            Values::I16(list) => Values::I16(of(list, order)?),
            Values::U32(list) => Values::U32(of(list, order)?),
            Values::I32(list) => Values::I32(of(list, order)?),
            Values::F32(list) => Values::F32(of(list, order)?),
            Values::F64(list) => Values::F64(of(list, order)?),
        })
    }
}

/// What is said of all values of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The least and the greatest finite value; zeros where there is none.
    pub range: [f64; 2],
    /// From the 2nd to the 98th percentile: a few mirrors on roofs must not make everything else black.
    pub middle: [f64; 2],
    /// How many values lie in each of equal parts of [`Summary::range`]; of kinds of things, how many there are of each.
    pub histogram: Vec<u32>,
}

/// Parts of a histogram that is shown; percentiles are found in finer ones.
const BINS: usize = 64;
const FINE_BINS: usize = 64 * 64;

impl Attribute {
    /// A quantity.
    pub fn new(name: impl Into<String>, values: Values) -> Attribute {
        Attribute { name: name.into(), values, ..Attribute::default() }
    }

    /// The same in a unit.
    pub fn in_unit(self, unit: impl Into<String>) -> Attribute {
        Attribute { unit: Some(unit.into()), ..self }
    }

    /// Numbers that stand for kinds of things.
    pub fn of_categories(name: impl Into<String>, values: Values, categories: Arc<[Category]>) -> Attribute {
        Attribute { categories: Some(categories), ..Attribute::new(name, values) }
    }

    /// What is said of all its values; computed when it is asked for first.
    pub fn summary(&self) -> &Summary {
        self.summary.get_or_init(|| {
            let summary = Summary::of(&self.values);
            let Some(categories) = &self.categories else { return summary };
            let mut histogram = vec![0; categories.len()];
            self.values.each(0..self.values.len(), |value| {
                if let Some(count) = histogram.get_mut(value as usize).filter(|_| value >= 0.0) {
                    *count += 1;
                }
            });
            Summary { histogram, ..summary }
        })
    }

    /// The same in another order; `None` when it does not say something of each.
    pub(crate) fn arranged(self, order: &[u32]) -> Option<Attribute> {
        Some(Attribute { values: self.values.arranged(order)?, ..self })
    }

    /// Of these elements only; `None` when one of them is not there.
    pub(crate) fn picked_out(self, places: &[u32]) -> Option<Attribute> {
        let values = self.values.picked_out(places)?;
        Some(Attribute { values, summary: OnceLock::new(), ..self })
    }

    /// A value for people, with its unit.
    pub fn text(&self, index: usize) -> String {
        let value = self.values.get(index);
        if let Some(category) = self.categories.as_ref().and_then(|all| all.get(value as usize)) {
            return category.label.clone();
        }
        let number = crate::text::number(value, self.values.are_whole());
        let unit = self.unit.as_ref().filter(|_| !value.is_nan());
        unit.map_or_else(|| number.clone(), |unit| format!("{number} {unit}"))
    }
}

impl Summary {
    /// Of these values; what is not finite does not count.
    fn of(values: &Values) -> Summary {
        let counted = values.counted();
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        values.each_finite(counted.as_deref(), |value, _| {
            (least, greatest) = (least.min(value), greatest.max(value));
        });
        if least > greatest {
            return Summary { range: [0.0; 2], middle: [0.0; 2], histogram: vec![0; BINS] };
        }
        let width = greatest - least;
        let per_unit = if width > 0.0 && width.is_finite() { FINE_BINS as f64 / width } else { 0.0 };
        let mut fine = vec![0u32; FINE_BINS];
        values.each_finite(counted.as_deref(), |value, count| {
            fine[(((value - least) * per_unit) as usize).min(FINE_BINS - 1)] += count;
        });
        let all: u64 = fine.iter().map(|&count| u64::from(count)).sum();
        // The lower edge of the part in which so many lie below, or the upper one for the upper end.
        let at = |share: f64| {
            let mut left = (all as f64 * share) as u64;
            let found = fine.iter().position(|&count| {
                let found = left < u64::from(count);
                left = left.saturating_sub(u64::from(count));
                found
            });
            found.unwrap_or(FINE_BINS - 1) as f64
        };
        let edge = |bin: f64| if per_unit > 0.0 { least + bin / per_unit } else { least };
        let [low, high] = [edge(at(0.02)), edge(at(0.98) + 1.0).min(greatest)];
        let middle = if values.are_whole() { [low.floor(), high.ceil()] } else { [low, high] };
        let histogram = fine.chunks_exact(FINE_BINS / BINS).map(|bins| bins.iter().sum()).collect();
        Summary { range: [least, greatest], middle, histogram }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_great_values_do_not_widen_the_middle_and_what_is_not_finite_does_not_count() {
        let mut list: Vec<f32> = (0..1000).map(|value| value as f32).collect();
        list.extend([f32::NAN, f32::INFINITY]);
        let values = Attribute::new("a", Values::F32(list));
        let Summary { range, middle, histogram } = values.summary();
        assert_eq!(*range, [0.0, 999.0]);
        assert!((middle[0] - 20.0).abs() < 1.0 && (middle[1] - 980.0).abs() < 1.5, "{middle:?}");
        assert_eq!(histogram.iter().sum::<u32>(), 1000);
        assert!(histogram.iter().all(|count| (15..=16).contains(count)), "{histogram:?}");
    }

    #[test]
    fn many_narrow_numbers_are_summed_up_as_wide_ones_are() {
        let list: Vec<i32> = (0..300_000i64).map(|at| ((at * at) % 60_000) as i32 - 30_000).collect();
        let wide = Summary::of(&Values::I32(list.clone()));
        assert_eq!(Summary::of(&Values::I16(list.iter().map(|value| *value as i16).collect())), wide);
        let above: Vec<i32> = list.iter().map(|value| value + 30_000).collect();
        let narrow = Values::U16(above.iter().map(|value| *value as u16).collect());
        assert_eq!(Summary::of(&narrow), Summary::of(&Values::I32(above)));
        let bytes: Vec<i32> = list.iter().map(|value| value % 100).collect();
        let narrow = Values::I8(bytes.iter().map(|value| *value as i8).collect());
        assert_eq!(Summary::of(&narrow), Summary::of(&Values::I32(bytes)));
    }

    #[test]
    fn no_value_and_one_value_have_a_range() {
        assert_eq!(Attribute::new("a", Values::U8(vec![])).summary().range, [0.0; 2]);
        let one = Attribute::new("a", Values::I16(vec![-7]));
        assert_eq!((one.summary().range, one.summary().middle), ([-7.0; 2], [-7.0; 2]));
        let odd = Attribute::new("a", Values::F64(vec![f64::MIN, f64::MAX]));
        assert_eq!(odd.summary().range, [f64::MIN, f64::MAX]);
    }

    #[test]
    fn a_value_is_told_by_its_label_or_with_its_unit() {
        let ground = Category { label: "Ground".into(), color: [1, 2, 3] };
        let classes = Attribute::of_categories("class", Values::U8(vec![0, 7]), vec![ground].into());
        assert_eq!((classes.text(0).as_str(), classes.text(1).as_str()), ("Ground", "7"));
        let lengths = Attribute::new("length", Values::F32(vec![1234.5])).in_unit("mm");
        assert_eq!(lengths.text(0), "1,234.5 mm");
    }
}
