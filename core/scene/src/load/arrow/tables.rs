//! Tables of a FlatBuffer (<https://flatbuffers.dev/internals/>), as far as Arrow's messages use them.
//!
//! Own code, because nothing is taken on the buffer's word: every step is held against the bytes that are there, and what is not
//! there reads as not said.

/// A table within a buffer.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
}

macro_rules! number {
    ($name:ident) => {
        /// A number; what the format's description gives where nothing is said.
        pub(super) fn $name(&self, slot: usize, default: $name) -> $name {
            let number = self.slot(slot).and_then(|at| chunk(self.bytes, at)).map($name::from_le_bytes);
            number.unwrap_or(default)
        }
    };
}

impl<'a> Table<'a> {
    /// The table that a buffer is of.
    pub(super) fn root(bytes: &'a [u8]) -> Option<Table<'a>> {
        Table { bytes, at: 0 }.follow(0)
    }

    number!(u8);
    number!(i16);
    number!(i32);
    number!(i64);

    pub(super) fn table(&self, slot: usize) -> Option<Table<'a>> {
        self.follow(self.slot(slot)?)
    }

    pub(super) fn text(&self, slot: usize) -> Option<&'a str> {
        std::str::from_utf8(self.list(slot, 1)?).ok()
    }

    /// The bytes of a list of things of this width.
    pub(super) fn list(&self, slot: usize, width: usize) -> Option<&'a [u8]> {
        let at = self.follow(self.slot(slot)?)?.at;
        let count = u32::from_le_bytes(chunk(self.bytes, at)?) as usize;
        self.bytes.get(at + 4..)?.get(..count.checked_mul(width)?)
    }

    /// A list of tables; those that lie beyond the end are left out.
    pub(super) fn tables(&self, slot: usize) -> impl Iterator<Item = Table<'a>> {
        let first = self.slot(slot).and_then(|at| self.follow(at)).map_or(0, |list| list.at + 4);
        let count = self.list(slot, 4).map_or(0, |list| list.len() / 4);
        let whole = *self;
        (0..count).filter_map(move |index| whole.follow(first + index * 4))
    }

    /// Where a field stands.
    fn slot(&self, slot: usize) -> Option<usize> {
        let back = i64::from(i32::from_le_bytes(chunk(self.bytes, self.at)?));
        let fields = usize::try_from(self.at as i64 - back).ok()?;
        let length = usize::from(u16::from_le_bytes(chunk(self.bytes, fields)?));
        let entry = 4 + slot * 2;
        let offset = (entry + 2 <= length).then(|| chunk(self.bytes, fields + entry)).flatten()?;
        let offset = usize::from(u16::from_le_bytes(offset));
        (offset != 0).then_some(self.at + offset)
    }

    fn follow(&self, at: usize) -> Option<Table<'a>> {
        let to = at.checked_add(u32::from_le_bytes(chunk(self.bytes, at)?) as usize)?;
        (to < self.bytes.len()).then_some(Table { bytes: self.bytes, at: to })
    }
}

fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}
