//! [`Entry`]: a list of an archive, as its name describes it.

use crate::load::numbers::NumberType;

/// What a list is of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    Positions,
    Offsets,
    OfPoints,
    OfStreamlines,
    /// The numbers of the streamlines that are in a group.
    Group,
    /// Says something of a group as a whole.
    OfGroup,
}

/// A list of numbers.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// In the archive.
    pub(super) index: usize,
    pub(super) place: Place,
    /// For people.
    pub(super) name: String,
    /// As in the archive.
    pub(super) path: String,
    /// Numbers a row.
    pub(super) columns: u64,
    pub(super) kind: NumberType,
    /// How many numbers: as many as its bytes, as the archive promises them, make.
    pub(super) count: u64,
}

impl Entry {
    /// `None` when the name is none of TRX, or the bytes are not those of whole numbers.
    pub(super) fn parse(path: &str, index: usize, bytes: u64) -> Option<Entry> {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let mut parts = file.rsplitn(3, '.');
        let kind = number_type(parts.next()?)?;
        let second = parts.next()?;
        // “name.3.float32”, “name.float32”; and where a name has a dot, what is before the last one.
        let (name, columns) = match (parts.next(), second.parse::<u64>()) {
            (Some(name), Ok(columns)) => (name.to_owned(), columns),
            (Some(name), Err(_)) => (format!("{name}.{second}"), 1),
            (None, _) => (second.to_owned(), 1),
        };
        let place = match (folder, name.as_str()) {
            ("", "positions") if columns == 3 => Place::Positions,
            ("", "offsets") if columns == 1 => Place::Offsets,
            ("dpv", _) => Place::OfPoints,
            ("dps", _) => Place::OfStreamlines,
            ("groups", _) if columns == 1 => Place::Group,
            _ if folder.strip_prefix("dpg/").is_some_and(|group| !group.contains('/')) => Place::OfGroup,
            _ => return None,
        };
        let is_whole = bytes.is_multiple_of(kind.bytes()) && columns > 0;
        let count = bytes / kind.bytes();
        is_whole.then(|| Entry { index, place, name, path: path.to_owned(), columns, kind, count })
    }

    /// The group that it says something of.
    pub(super) fn group(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    /// What it takes once it is read.
    pub(super) fn memory_bytes(&self) -> u64 {
        self.count.saturating_mul(self.kind.empty().bytes_each() as u64)
    }
}

/// As NumPy calls it.
fn number_type(name: &str) -> Option<NumberType> {
    Some(match name {
        "uint8" | "bit" | "bool" => NumberType::U8,
        "int8" => NumberType::I8,
        "uint16" => NumberType::U16,
        "int16" => NumberType::I16,
        "uint32" => NumberType::U32,
        "int32" => NumberType::I32,
        "uint64" => NumberType::U64,
        "int64" => NumberType::I64,
        "float16" => NumberType::F16,
        "float32" => NumberType::F32,
        "float64" => NumberType::F64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_list_is() {
        let parsed = |path: &str| Entry::parse(path, 0, 24).map(|entry| (entry.place, entry.name, entry.columns));
        assert_eq!(parsed("positions.3.float16"), Some((Place::Positions, "positions".into(), 3)));
        assert_eq!(parsed("offsets.uint64"), Some((Place::Offsets, "offsets".into(), 1)));
        assert_eq!(parsed("dpv/color.3.uint8"), Some((Place::OfPoints, "color".into(), 3)));
        assert_eq!(parsed("dps/a.b.float32"), Some((Place::OfStreamlines, "a.b".into(), 1)));
        assert_eq!(parsed("groups/AF_L.uint32"), Some((Place::Group, "AF_L".into(), 1)));
        assert_eq!(parsed("dpg/AF_L/mean_fa.float64"), Some((Place::OfGroup, "mean_fa".into(), 1)));
        assert_eq!(Entry::parse("dpg/AF_L/mean_fa.float64", 0, 8).unwrap().group(), "AF_L");
        for none in
            ["positions.2.float32", "positions", "dpv/a.0.uint8", "dpv/a.text", "elsewhere/a.uint8", "dpg/a.uint8"]
        {
            assert_eq!(parsed(none), None, "{none}");
        }
        assert_eq!(Entry::parse("dpv/a.float64", 0, 23), None);
    }
}
