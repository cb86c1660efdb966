//! What is selected of a layer as a short text, for codes of views and for sessions.
//!
//! Base64url (RFC 4648, without padding) of the deflated (RFC 1951) runs of selected elements by their number in the file: of each
//! run how many are left out before it, then how many are selected, as LEB128.

use super::{Selected, elements};
use crate::LayerData;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use std::io::Read;

/// The longest text; a code of a view is to be pasted by hand.
pub(crate) const MOST_LETTERS: usize = 3000;
/// Of more elements none is tried: they would not fit.
const MOST_ELEMENTS: usize = 100_000;
/// No text of the greatest length that is honest unpacks to more.
const MOST_BYTES: u64 = 64 * 1024;

/// `None` when nothing is selected, or too much for such a text.
pub(super) fn written(data: &LayerData, selected: &Selected) -> Option<String> {
    if selected.count() == 0 || selected.count() > MOST_ELEMENTS {
        return None;
    }
    let mut numbers: Vec<u32> = selected.each().map(|element| number(data, element)).collect();
    numbers.sort_unstable();
    let mut bytes = Vec::new();
    let mut end = 0;
    for run in numbers.chunk_by(|a, b| *b == *a + 1) {
        put(run[0] - end, &mut bytes);
        put(run.len() as u32, &mut bytes);
        end = run[run.len() - 1] + 1;
    }
    let mut packed = Vec::new();
    // Reading from memory into memory does not fail.
    let _ = DeflateEncoder::new(bytes.as_slice(), Compression::best()).read_to_end(&mut packed);
    let text = URL_SAFE_NO_PAD.encode(&packed);
    (text.len() <= MOST_LETTERS).then_some(text)
}

/// What such a text selects of a layer; `None` when it is none.
pub(crate) fn read(data: &LayerData, text: &str) -> Option<Selected> {
    let packed = URL_SAFE_NO_PAD.decode(text.get(..MOST_LETTERS.min(text.len()))?).ok()?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed.as_slice()).take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    let mut runs: Vec<[u64; 2]> = Vec::new();
    let (mut rest, mut end) = (bytes.as_slice(), 0);
    while !rest.is_empty() {
        let start = end + u64::from(take(&mut rest)?);
        end = start + u64::from(take(&mut rest)?);
        runs.push([start, end]);
    }
    let count = elements(data);
    let Some(numbers) = numbers(data) else { return Some(Selected::of_runs(&runs, count)) };
    let is_selected = |element: &usize| {
        let number = u64::from(numbers.get(*element).copied().unwrap_or(*element as u32));
        let after = runs.partition_point(|[start, _]| *start <= number);
        after > 0 && number < runs[after - 1][1]
    };
    let chosen: Vec<usize> = (0..count).filter(is_selected).collect();
    Some(Selected::of(&chosen, count))
}

/// An element's number in the file, from 0.
pub(super) fn number(data: &LayerData, element: usize) -> u32 {
    numbers(data).and_then(|list| list.get(element)).copied().unwrap_or(element as u32)
}

/// The elements' numbers in the file, where they have another order there.
fn numbers(data: &LayerData) -> Option<&[u32]> {
    match data {
        LayerData::Points(points) => Some(&points.file_index),
        LayerData::Tracts(tracts) => Some(&tracts.file_index),
        LayerData::Mesh(_) | LayerData::Network(_) | LayerData::Volume(_) => None,
    }
}

fn put(mut number: u32, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

fn take(from: &mut &[u8]) -> Option<u32> {
    let mut number = 0u32;
    for shift in (0..32).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    fn data() -> LayerData {
        synthetic::points(5000, 3).data
    }

    #[test]
    fn what_is_selected_is_the_same_after_its_text() {
        let data = data();
        for chosen in [vec![7], (100..900).collect::<Vec<usize>>(), (0..5000).step_by(7).collect()] {
            let selected = Selected::of(&chosen, 5000);
            let text = written(&data, &selected).unwrap();
            assert!(read(&data, &text).unwrap() == selected, "{} elements", chosen.len());
        }
        assert_eq!(written(&data, &Selected::of(&[], 5000)), None);
    }

    #[test]
    fn what_is_no_such_text_selects_nothing_and_breaks_nothing() {
        let data = data();
        let text = written(&data, &Selected::of(&[1, 2, 3], 5000)).unwrap();
        for bad in ["ü", "A", "////", "AAAA", &text[..text.len() / 2]] {
            assert!(read(&data, bad).is_none_or(|selected| selected.count() < 4), "{bad}");
        }
        // A run beyond all numbers.
        let mut packed = Vec::new();
        let huge = [0xffu8, 0xff, 0xff, 0xff, 0x0f].repeat(40);
        DeflateEncoder::new(huge.as_slice(), Compression::best()).read_to_end(&mut packed).unwrap();
        assert_eq!(read(&data, &URL_SAFE_NO_PAD.encode(&packed)).unwrap().count(), 0);
    }
}
