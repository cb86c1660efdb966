//! How pages are compressed (Apache Parquet, "Compression").

use super::malformed;
use crate::load::{Problem, columnar};

/// A compression that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    None,
    Snappy,
    Gzip,
    Zstandard,
    Lz4,
}

/// A byte of Snappy or LZ4 unpacks to no more than this.
const MOST_PER_BYTE: usize = 256;

impl Codec {
    /// The one of this number.
    pub(super) fn of(code: i64) -> Result<Codec, Problem> {
        let other = match code {
            0 => return Ok(Codec::None),
            1 => return Ok(Codec::Snappy),
            2 => return Ok(Codec::Gzip),
            6 => return Ok(Codec::Zstandard),
            7 => return Ok(Codec::Lz4),
            3 => "LZO",
            4 => "Brotli",
            5 => "LZ4 in the frames of Hadoop",
            _ => return Err(Problem::Unsupported { detail: format!("its compression is unknown ({code}): {ADVICE}") }),
        };
        Err(Problem::Unsupported { detail: format!("it is compressed with {other}, which is not read: {ADVICE}") })
    }

    /// A page's bytes, in `into` where they are compressed; they have to be as many as it promises, which the caller has held
    /// against the memory.
    pub(super) fn unpack<'a>(
        self,
        packed: &'a [u8],
        promised: usize,
        into: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Problem> {
        // Some programs write no bytes at all where there is no value.
        if self == Codec::None || (packed.is_empty() && promised == 0) {
            return if packed.len() == promised { Ok(packed) } else { Err(other_length(packed.len(), promised)) };
        }
        let damaged = |detail: String| malformed(format!("it {detail}"));
        match self {
            Codec::None => {}
            Codec::Snappy => snappy(packed, promised, into)?,
            Codec::Lz4 => lz4(packed, promised, into)?,
            Codec::Gzip => {
                columnar::unpacked(flate2::read::MultiGzDecoder::new(packed), promised as u64, into)
                    .map_err(damaged)?;
            }
            Codec::Zstandard => {
                let decoder = ruzstd::decoding::StreamingDecoder::new(packed);
                let decoder = decoder.map_err(|error| damaged(format!("does not unpack: {error}")))?;
                columnar::unpacked(decoder, promised as u64, into).map_err(damaged)?;
            }
        }
        Ok(into)
    }
}

const ADVICE: &str = "save it with snappy or zstd";

fn snappy(packed: &[u8], promised: usize, into: &mut Vec<u8>) -> Result<(), Problem> {
    let failed = |error: snap::Error| malformed(format!("it does not unpack: {error}"));
    let length = snap::raw::decompress_len(packed).map_err(failed)?;
    if length != promised {
        return Err(other_length(length, promised));
    }
    make_room(packed, promised, into)?;
    snap::raw::Decoder::new().decompress(packed, into).map(drop).map_err(failed)
}

fn lz4(packed: &[u8], promised: usize, into: &mut Vec<u8>) -> Result<(), Problem> {
    make_room(packed, promised, into)?;
    let length = lz4_flex::block::decompress_into(packed, into);
    let length = length.map_err(|error| malformed(format!("it does not unpack: {error}")))?;
    if length == promised { Ok(()) } else { Err(other_length(length, promised)) }
}

/// Both unpack into what is there, so that it is made on the page's word, as far as its bytes could keep that.
fn make_room(packed: &[u8], promised: usize, into: &mut Vec<u8>) -> Result<(), Problem> {
    if promised / MOST_PER_BYTE > packed.len() {
        let length = packed.len();
        return Err(malformed(format!("it promises to unpack to {promised} bytes, which {length} bytes cannot")));
    }
    into.resize(promised, 0);
    Ok(())
}

fn other_length(found: usize, promised: usize) -> Problem {
    malformed(format!("it unpacks to {found} bytes, and promises {promised}"))
}
