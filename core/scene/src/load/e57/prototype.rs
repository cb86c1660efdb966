//! [`Field`]: what a record of a scan has one number of, and how that is packed (ASTM E2807, clause 9.6).

use super::malformed;
use crate::Values;
use crate::load::Problem;
use crate::load::xml::attribute;

/// One of the numbers of each record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// As the file calls it, without the prefix of an extension.
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Single,
    Double,
    /// `raw` is what is stored plus `min`; the number is `raw · scale + offset`. Not scaled at all: `None`.
    Integer {
        min: i64,
        max: i64,
        scaled: Option<[f64; 2]>,
    },
}

/// The greatest whole number up to which 32 bits hold all.
const MOST_IN_SINGLE: f64 = (1u32 << 24) as f64;

impl Field {
    /// An element of a prototype.
    pub(super) fn parse(name: &str, attributes: &[(String, String)]) -> Result<Field, Problem> {
        let kind = match attribute(attributes, "type") {
            Some("Float") if attribute(attributes, "precision") == Some("single") => Kind::Single,
            Some("Float") => Kind::Double,
            Some("Integer") => Kind::integer(name, attributes, None)?,
            Some("ScaledInteger") => {
                let scale = real(name, attributes, "scale", 1.0)?;
                let offset = real(name, attributes, "offset", 0.0)?;
                Kind::integer(name, attributes, Some([scale, offset]))?
            }
            kind => {
                let kind = kind.unwrap_or("").escape_debug();
                let detail = format!("its field “{name}” is of type “{kind}”, and numbers are read");
                return Err(Problem::Unsupported { detail });
            }
        };
        Ok(Field { name: name.to_owned(), kind })
    }
}

impl Kind {
    fn integer(name: &str, attributes: &[(String, String)], scaled: Option<[f64; 2]>) -> Result<Kind, Problem> {
        let bound = |key: &str, default: i64| match attribute(attributes, key) {
            None => Ok(default),
            Some(text) => text.trim().parse().map_err(|_| {
                malformed(format!("the {key} of its field “{name}” is “{text}”, and a whole number was expected"))
            }),
        };
        let (min, max): (i64, i64) = (bound("minimum", i64::MIN)?, bound("maximum", i64::MAX)?);
        if min > max {
            return Err(malformed(format!("its field “{name}” reaches from {min} to {max}")));
        }
        Ok(Kind::Integer { min, max, scaled })
    }

    /// How many bits each takes; none where all are the same.
    pub(super) fn bits(self) -> u32 {
        match self {
            Kind::Single => 32,
            Kind::Double => 64,
            Kind::Integer { min, max, .. } => 64 - max.abs_diff(min).leading_zeros(),
        }
    }

    /// The number that is stored as these bits, of which there are no more than [`Kind::bits`].
    pub(super) fn number(self, bits: u64) -> f64 {
        match self {
            Kind::Single => f32::from_bits(bits as u32).into(),
            Kind::Double => f64::from_bits(bits),
            // Wraps where bits say more than the maximum, which a sound file never does.
            Kind::Integer { min, scaled: None, .. } => min.wrapping_add_unsigned(bits) as f64,
            Kind::Integer { min, scaled: Some([scale, offset]), .. } => {
                min.wrapping_add_unsigned(bits) as f64 * scale + offset
            }
        }
    }

    /// The least and the greatest number, where the kind itself says so.
    pub(super) fn range(self) -> Option<[f64; 2]> {
        match self {
            Kind::Single | Kind::Double => None,
            Kind::Integer { min, max, scaled } => {
                let [scale, offset] = scaled.unwrap_or([1.0, 0.0]);
                Some([min as f64 * scale + offset, max as f64 * scale + offset])
            }
        }
    }

    /// A list of such numbers, as narrow as holds them; `with_nan`: with some that are none.
    pub(super) fn empty_list(self, with_nan: bool) -> Values {
        match self {
            Kind::Single => Values::F32(Vec::new()),
            Kind::Double => Values::F64(Vec::new()),
            Kind::Integer { min, max, scaled } => {
                let fits = |least: i64, greatest: i64| min >= least && max <= greatest;
                if scaled.is_some() || with_nan {
                    let [scale, offset] = scaled.unwrap_or([1.0, 0.0]);
                    let reach = [min, max].map(|raw| (raw as f64 + offset / scale).abs());
                    let is_small = reach.into_iter().all(|number| number <= MOST_IN_SINGLE);
                    if is_small { Values::F32(Vec::new()) } else { Values::F64(Vec::new()) }
                } else if fits(0, u8::MAX.into()) {
                    Values::U8(Vec::new())
                } else if fits(i8::MIN.into(), i8::MAX.into()) {
                    Values::I8(Vec::new())
                } else if fits(0, u16::MAX.into()) {
                    Values::U16(Vec::new())
                } else if fits(i16::MIN.into(), i16::MAX.into()) {
                    Values::I16(Vec::new())
                } else if fits(0, u32::MAX.into()) {
                    Values::U32(Vec::new())
                } else if fits(i32::MIN.into(), i32::MAX.into()) {
                    Values::I32(Vec::new())
                } else {
                    Values::F64(Vec::new())
                }
            }
        }
    }
}

fn real(name: &str, attributes: &[(String, String)], key: &str, default: f64) -> Result<f64, Problem> {
    let Some(text) = attribute(attributes, key) else { return Ok(default) };
    let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| malformed(format!("the {key} of its field “{name}” is “{text}”, and a number was expected")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_takes_as_many_bits_as_its_range_needs() {
        let whole = |min, max| Kind::Integer { min, max, scaled: None };
        let cases = [(0, 0, 0), (3, 3, 0), (0, 1, 1), (-5, 250, 8), (-5, 251, 9), (i64::MIN, i64::MAX, 64)];
        for (min, max, bits) in cases {
            assert_eq!(whole(min, max).bits(), bits, "{min} to {max}");
        }
        assert_eq!(whole(-5, 250).number(255), 250.0);
        assert_eq!(whole(i64::MIN, i64::MAX).number(1 << 63), 0.0);
        assert_eq!(whole(i64::MAX - 4, i64::MAX).number(7), i64::MIN as f64, "it is no sound file");
        let scaled = Kind::Integer { min: -10, max: 10, scaled: Some([0.5, 100.0]) };
        assert_eq!((scaled.number(0), scaled.number(20)), (95.0, 105.0));
    }

    #[test]
    fn lists_are_as_narrow_as_their_numbers_allow() {
        let list = |min, max, scaled, with_nan| Kind::Integer { min, max, scaled }.empty_list(with_nan);
        assert!(matches!(list(0, 255, None, false), Values::U8(_)));
        assert!(matches!(list(-1, 255, None, false), Values::I16(_)));
        assert!(matches!(list(0, 255, None, true), Values::F32(_)));
        assert!(matches!(list(0, i64::MAX, None, false), Values::F64(_)));
        assert!(matches!(list(0, 100, Some([0.001, 1e6]), false), Values::F64(_)));
    }
}
