//! Volumes whose numbers are names: segmentations, parcellations, masks.
//!
//! NIfTI may say so itself. Else the name of the file does: those of BIDS end in `_dseg` or `_mask`, those of FreeSurfer and of
//! 3D Slicer have `aseg`, `aparc` or `seg` among their words.

use crate::attribute::{Attribute, Category};
use crate::colormap::category_color;
use crate::{Values, Volume};
use std::collections::BTreeSet;

/// Words of a file's name that say that it holds labels.
const WORDS: [&str; 15] = [
    "label",
    "labels",
    "labelmap",
    "seg",
    "dseg",
    "segmentation",
    "parc",
    "parcellation",
    "aparc",
    "aseg",
    "atlas",
    "mask",
    "roi",
    "rois",
    "wmparc",
];
/// More labels are taken for a quantity.
const MOST_LABELS: usize = 256;
/// What has no label.
const NOTHING: [u8; 3] = [90, 94, 102];

/// Whether a file of this name holds labels.
pub(super) fn is_named_so(name: &str) -> bool {
    let mut words = name.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Makes the numbers kinds of things, called by their numbers, 0 first; as it is where there are too many or some are not whole.
pub(super) fn told_apart(volume: &mut Volume) {
    if volume.values.categories.is_some() {
        return;
    }
    let count = volume.values.values.len();
    let mut labels: BTreeSet<i64> = BTreeSet::from([0]);
    let mut are_labels = true;
    let mut last = 0.0;
    volume.values.values.each(0..count, |value| {
        // Neighbours mostly have the same.
        if value != last && are_labels {
            last = value;
            are_labels = value.fract() == 0.0 && value.abs() < 1e9;
            labels.insert(value as i64);
            are_labels &= labels.len() <= MOST_LABELS;
        }
    });
    if !are_labels {
        return;
    }
    let labels: Vec<i64> = std::iter::once(0).chain(labels.into_iter().filter(|label| *label != 0)).collect();
    let mut numbers = Vec::with_capacity(count);
    let (mut last, mut number) = (0.0, 0u8);
    volume.values.values.each(0..count, |value| {
        if value != last {
            last = value;
            number = labels.iter().position(|label| *label == value as i64).unwrap_or_default() as u8;
        }
        numbers.push(number);
    });
    let category = |(at, label): (usize, &i64)| Category {
        label: label.to_string(),
        color: at.checked_sub(1).map_or(NOTHING, category_color),
    };
    let categories: Vec<Category> = labels.iter().enumerate().map(category).collect();
    volume.values = Attribute::of_categories("label", Values::U8(numbers), categories.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::DMat4;

    fn told(values: Values) -> Attribute {
        let size = [values.len() as u32, 1, 1];
        let mut volume = Volume::new(size, 1, Attribute::new("value", values), DMat4::IDENTITY).unwrap();
        told_apart(&mut volume);
        volume.values
    }

    #[test]
    fn names_of_files_say_what_they_hold() {
        for name in ["sub-01_dseg", "aparc+aseg", "Segmentation.seg", "brain_mask", "Schaefer-Atlas"] {
            assert!(is_named_so(name), "{name}");
        }
        for name in ["brain", "t1", "segment7", "unmasked"] {
            assert!(!is_named_so(name), "{name}");
        }
    }

    #[test]
    fn few_whole_numbers_are_labels_by_their_numbers_and_others_stay() {
        let labels = told(Values::I16(vec![2035, 17, 0, 17, -3, 2035]));
        assert_eq!([0, 1, 2, 3, 4, 5].map(|at| labels.text(at)), ["2035", "17", "0", "17", "-3", "2035"]);
        assert_eq!(labels.values, Values::U8(vec![3, 2, 0, 2, 1, 3]));
        assert_eq!(told(Values::F32(vec![0.0, 1.5])).values, Values::F32(vec![0.0, 1.5]));
        assert!(told(Values::F32(vec![0.0, f32::NAN])).categories.is_none());
        assert!(told(Values::U16((0..300).collect())).categories.is_none());
        assert_eq!(told(Values::U8(vec![1, 1])).text(1), "1");
    }
}
