//! Parquet files that no program would write.

/// A value in Thrift's compact protocol.
#[derive(Clone)]
pub(crate) enum Thrift {
    I32(i64),
    I64(i64),
    Text(&'static str),
    List(Vec<Thrift>),
    /// Fields with their numbers, which rise.
    Struct(Vec<(i16, Thrift)>),
}

use Thrift::{I32, I64, List, Struct, Text};

impl Thrift {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            I32(number) | I64(number) => varint(((number << 1) ^ (number >> 63)) as u64),
            Text(text) => [varint(text.len() as u64), text.as_bytes().to_vec()].concat(),
            List(list) => {
                let kind = list.first().map_or(12, Thrift::kind);
                let elements = list.iter().flat_map(Thrift::bytes);
                [0xf0 | kind].into_iter().chain(varint(list.len() as u64)).chain(elements).collect()
            }
            Struct(fields) => {
                let mut bytes = Vec::new();
                for (id, value) in fields {
                    bytes.push(value.kind());
                    bytes.extend(I32(i64::from(*id)).bytes());
                    bytes.extend(value.bytes());
                }
                bytes.push(0);
                bytes
            }
        }
    }

    fn kind(&self) -> u8 {
        match self {
            I32(_) => 5,
            I64(_) => 6,
            Text(_) => 8,
            List(_) => 9,
            Struct(_) => 12,
        }
    }
}

pub(crate) fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A file whose columns x and y are the same chunk. As it is made first it is sound: three rows of whole numbers, 5, 6 and 7.
#[derive(Clone)]
pub(crate) struct Made {
    /// Of the file, of its row group, of its chunks.
    pub(crate) rows: [i64; 3],
    pub(crate) codec: i64,
    pub(crate) is_optional: bool,
    /// Instead of whole numbers.
    pub(crate) is_text: bool,
    pub(crate) encoding: i64,
    pub(crate) page_values: i64,
    pub(crate) data: Vec<u8>,
    /// What a page says of its bytes: unpacked, packed.
    pub(crate) page_bytes: [Option<i64>; 2],
    /// How many entries it is said to have, and their bytes.
    pub(crate) dictionary: Option<(i64, Vec<u8>)>,
    /// What is said of the chunk's bytes.
    pub(crate) chunk_bytes: Option<i64>,
    /// More fields of the chunk, of the file.
    pub(crate) of_chunk: Vec<(i16, Thrift)>,
    pub(crate) of_file: Vec<(i16, Thrift)>,
    /// In the place of the schema.
    pub(crate) schema: Option<Vec<Thrift>>,
}

impl Default for Made {
    fn default() -> Made {
        Made {
            rows: [3; 3],
            codec: 0,
            is_optional: false,
            is_text: false,
            encoding: 0,
            page_values: 3,
            data: whole(&[5, 6, 7]),
            page_bytes: [None; 2],
            dictionary: None,
            chunk_bytes: None,
            of_chunk: Vec::new(),
            of_file: Vec::new(),
            schema: None,
        }
    }
}

/// Whole numbers of 64 bits as they are.
pub(crate) fn whole(numbers: &[i64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Their differences, in blocks of eight: of no bits where all are 0, else of 64.
pub(crate) fn deltas(numbers: &[i64]) -> Vec<u8> {
    let head = [varint(8), varint(1), varint(numbers.len() as u64), I64(numbers[0]).bytes()];
    let differences: Vec<i64> = numbers.windows(2).map(|two| two[1].wrapping_sub(two[0])).collect();
    let block = |eight: &[i64]| {
        if eight.iter().all(|difference| *difference == 0) {
            return vec![0, 0];
        }
        let mut eight = eight.to_vec();
        eight.resize(8, 0);
        [vec![0, 64], whole(&eight)].concat()
    };
    head.into_iter().chain(differences.chunks(8).map(block)).flatten().collect()
}

/// A group of the schema.
pub(crate) fn group(name: &'static str, children: i64) -> Thrift {
    Struct(vec![(4, Text(name)), (5, I32(children))])
}

impl Made {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut chunk = Vec::new();
        if let Some((count, data)) = &self.dictionary {
            let head = vec![(1, I32(*count)), (2, I32(0))];
            chunk.extend(page(2, [data.len() as i64; 2], (7, Struct(head))));
            chunk.extend(data);
        }
        let first = 4 + chunk.len() as i64;
        let [unpacked, packed] = self.page_bytes.map(|said| said.unwrap_or(self.data.len() as i64));
        let head = [self.page_values, self.encoding, 3, 3];
        let head = (1..).zip(head).map(|(id, number)| (id, I32(number))).collect();
        chunk.extend(page(0, [unpacked, packed], (5, Struct(head))));
        chunk.extend(&self.data);
        let physical = if self.is_text { 6 } else { 2 };
        let mut meta = vec![(1, I32(physical)), (4, I32(self.codec)), (5, I64(self.rows[2]))];
        meta.push((7, I64(self.chunk_bytes.unwrap_or(chunk.len() as i64))));
        meta.push((9, I64(first)));
        meta.extend(self.dictionary.as_ref().map(|_| (11, I64(4))));
        let column = Struct([vec![(3, Struct(meta))], self.of_chunk.clone()].concat());
        let of_rows = Struct(vec![(1, List(vec![column.clone(), column])), (3, I64(self.rows[1]))]);
        let schema = self.schema.clone().unwrap_or_else(|| {
            let column = |name| {
                let text = self.is_text.then_some((6, I32(0)));
                let fields = vec![(1, I32(physical)), (3, I32(self.is_optional.into())), (4, Text(name))];
                Struct(fields.into_iter().chain(text).collect())
            };
            vec![group("all", 2), column("x"), column("y")]
        });
        let mut fields = vec![(1, I32(2)), (2, List(schema)), (3, I64(self.rows[0])), (4, List(vec![of_rows]))];
        fields.extend(self.of_file.clone());
        ended([b"PAR1".to_vec(), chunk].concat(), &Struct(fields).bytes())
    }
}

/// The file that begins like this, with its footer.
pub(crate) fn ended(start: Vec<u8>, footer: &[u8]) -> Vec<u8> {
    [start, footer.to_vec(), (footer.len() as u32).to_le_bytes().to_vec(), b"PAR1".to_vec()].concat()
}

fn page(kind: i64, [unpacked, packed]: [i64; 2], head: (i16, Thrift)) -> Vec<u8> {
    Struct(vec![(1, I32(kind)), (2, I32(unpacked)), (3, I32(packed)), head]).bytes()
}
