//! Numbers for people.

use glam::DVec3;

/// A count with a comma every three digits: `110,000`.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// A count with its noun: `1 point`, `110,000 points`.
pub(crate) fn counted(number: usize, singular: &str, plural: &str) -> String {
    format!("{} {}", count(number as u64), if number == 1 { singular } else { plural })
}

/// A place, with as many decimals as tell neighbouring points of something of this size apart: `636,100.20, 850,020.10, 421.00`.
pub(crate) fn place(place: DVec3, size: f32) -> String {
    let decimals = if size > 0.0 { (4.5 - f64::from(size).log10()).ceil().clamp(0.0, 9.0) as usize } else { 2 };
    let [x, y, z] = place.to_array().map(|number| coordinate(number, decimals));
    format!("{x}, {y}, {z}")
}

/// A number with so many decimals, its digits grouped.
pub(crate) fn coordinate(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    // "-0.00" says nothing that "0.00" does not.
    let sign = if number < 0.0 && text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) { "−" } else { "" };
    format!("{sign}{}{rest}", grouped(whole))
}

/// A number with as many decimals as say something, six digits in all: `1,234.5`; very large and small ones as `1.2e-9`.
pub(crate) fn number(value: f64, is_whole: bool) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "no value".into() } else { format!("{}∞", if value < 0.0 { "−" } else { "" }) };
    }
    let size = value.abs();
    if is_whole && size < 1e15 {
        return coordinate(value, 0);
    }
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.5e}").replace('-', "−");
    }
    let decimals = if size == 0.0 { 0 } else { (5.0 - size.log10().floor()).clamp(0.0, 9.0) as usize };
    let text = coordinate(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// For the middle of a sentence; abbreviations stay as they are.
pub(crate) fn lower_case(label: &str) -> String {
    let mut letters = label.chars();
    let (first, rest) = (letters.next(), letters.as_str());
    match first {
        Some(first) if !rest.starts_with(char::is_uppercase) => first.to_lowercase().chain(rest.chars()).collect(),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_have_as_many_decimals_as_the_thing_needs() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "point", "points"), "1 point");
        assert_eq!(place(DVec3::new(636_100.2, -0.001, -1234.5), 700.0), "636,100.20, 0.00, −1,234.50");
        assert_eq!(place(DVec3::new(1.0, 2.0, 3.0), 1e6), "1, 2, 3");
        assert_eq!(place(DVec3::new(0.25, 0.0, 0.0), 1.0), "0.25000, 0.00000, 0.00000");
    }

    #[test]
    fn a_number_has_the_digits_that_it_needs() {
        let plain = |value| number(value, false);
        assert_eq!([0.0, 0.25, -1234.5, 1e6].map(plain), ["0", "0.25", "−1,234.5", "1,000,000"]);
        assert_eq!([0.1 + 0.2, 1e-9, 2.5e18].map(plain), ["0.3", "1.00000e−9", "2.50000e18"]);
        assert_eq!([f64::NAN, f64::INFINITY].map(plain), ["no value", "∞"]);
        assert_eq!(number(12_345_678.0, true), "12,345,678");
    }
}
