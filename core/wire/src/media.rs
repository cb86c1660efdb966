//! What the sidecar sends to a browser in binary beside [`crate::pointer`]: pictures over the WebSocket, and the tiles of
//! an exact still picture over the WebSocket or the data channel `still` (ordered, reliable). Little-endian; a header,
//! then the payload to the message's end.
//!
//! | offset | [`Header::Frame`] | [`Header::StillBegin`] | [`Header::StillTile`] | [`Header::StillOver`] |
//! |---|---|---|---|---|
//! | 0 | u8 = 16 | u8 = 17 | u8 = 18 | u8 = 19 |
//! | 1 | u8 `flags` | | | |
//! | 2 | | u16 `tiles` | u16 `index` | |
//! | 4 | u32 `number` | u32 `still` | u32 `still` | u32 `still` |
//! | 8 | f64 `drawn_ms` | u32 `rtp_timestamp` | u16 `x` | u32 `rtp_timestamp` |
//! | 10 | | | u16 `y` | |
//! | 12 | | u16 `width` | u16 `width` | |
//! | 14 | | u16 `height` | u16 `height` | |
//! | 16 | u32 `rtp_timestamp` | | | |
//! | 20 | u32 `shown` | | | |
//! | bytes | 24 | 16 | 16 | 12 |
//!
//! Bytes not named are zero. **A picture that is no other than the one before has an odd `rtp_timestamp`, a changed one
//! an even one**, over RTP too: by that a page knows, with the frame itself, when an exact still picture is over.

/// What stands before a payload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Header {
    /// A picture over the WebSocket; the payload is an H.264 access unit (annex B), or a JPEG file.
    Frame {
        /// [`KEYFRAME`], [`JPEG`], [`PADDING`].
        flags: u8,
        /// Counts the frames of this WebSocket; to be acknowledged by [`crate::pointer::Message::Ack`].
        number: u32,
        /// When it was drawn, on the host's monotonic clock in milliseconds.
        drawn_ms: f64,
        /// As an RTP packet would have it.
        rtp_timestamp: u32,
        /// The newest input of this viewer that the frame is the first to show; 0 for none.
        shown: u32,
    },
    /// An exact still picture follows, tile by tile. It takes the place of the still picture before.
    StillBegin {
        /// How many tiles it has.
        tiles: u16,
        /// Counts the still pictures of this viewer.
        still: u32,
        /// Of the newest frame that shows the same picture, in less detail.
        rtp_timestamp: u32,
        /// In pixels: those of the host's frame, whatever the size of the frames that were encoded.
        width: u16,
        /// In pixels.
        height: u16,
    },
    /// A part of it; the payload says the pixels without loss.
    StillTile {
        /// Which of them, from 0.
        index: u16,
        /// Of which still picture.
        still: u32,
        /// Left, in pixels.
        x: u16,
        /// Top, in pixels.
        y: u16,
        /// In pixels.
        width: u16,
        /// In pixels.
        height: u16,
    },
    /// The picture has changed: the still one is not the newest any more.
    StillOver {
        /// Which.
        still: u32,
        /// Of the first frame that shows another picture.
        rtp_timestamp: u32,
    },
}

/// Flag of [`Header::Frame`]: decoding can begin here.
pub const KEYFRAME: u8 = 1;
/// Flag of [`Header::Frame`]: the payload is a JPEG file.
pub const JPEG: u8 = 2;
/// Flag of [`Header::Frame`]: it is none; the payload is there to find out what the line takes. To be acknowledged and dropped.
pub const PADDING: u8 = 4;

pub(crate) const FRAME: u8 = 16;
pub(crate) const STILL_BEGIN: u8 = 17;
pub(crate) const STILL_TILE: u8 = 18;
pub(crate) const STILL_OVER: u8 = 19;

/// Bytes before a frame's payload.
pub const FRAME_BYTES: usize = 24;
/// Bytes of a still picture's beginning.
pub const STILL_BEGIN_BYTES: usize = 16;
/// Bytes before a tile's payload.
pub const STILL_TILE_BYTES: usize = 16;
/// Bytes of a still picture's end.
pub const STILL_OVER_BYTES: usize = 12;

impl Header {
    /// A message: this header, and `payload` after it.
    pub fn encode(&self, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FRAME_BYTES + payload.len());
        match *self {
            Header::Frame { flags, number, drawn_ms, rtp_timestamp, shown } => {
                bytes.extend([FRAME, flags, 0, 0]);
                bytes.extend(number.to_le_bytes());
                bytes.extend(drawn_ms.to_le_bytes());
                bytes.extend(rtp_timestamp.to_le_bytes());
                bytes.extend(shown.to_le_bytes());
            }
            Header::StillBegin { tiles, still, rtp_timestamp, width, height } => {
                bytes.extend([STILL_BEGIN, 0]);
                bytes.extend(tiles.to_le_bytes());
                bytes.extend(still.to_le_bytes());
                bytes.extend(rtp_timestamp.to_le_bytes());
                bytes.extend([width, height].map(u16::to_le_bytes).as_flattened());
            }
            Header::StillTile { index, still, x, y, width, height } => {
                bytes.extend([STILL_TILE, 0]);
                bytes.extend(index.to_le_bytes());
                bytes.extend(still.to_le_bytes());
                bytes.extend([x, y, width, height].map(u16::to_le_bytes).as_flattened());
            }
            Header::StillOver { still, rtp_timestamp } => {
                bytes.extend([STILL_OVER, 0, 0, 0]);
                bytes.extend(still.to_le_bytes());
                bytes.extend(rtp_timestamp.to_le_bytes());
            }
        }
        bytes.extend(payload);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_the_length_that_the_table_says() {
        let headers = [
            (Header::Frame { flags: KEYFRAME, number: 1, drawn_ms: 1.0, rtp_timestamp: 2, shown: 3 }, FRAME_BYTES),
            (Header::StillBegin { tiles: 1, still: 2, rtp_timestamp: 3, width: 4, height: 5 }, STILL_BEGIN_BYTES),
            (Header::StillTile { index: 1, still: 2, x: 3, y: 4, width: 5, height: 6 }, STILL_TILE_BYTES),
            (Header::StillOver { still: 1, rtp_timestamp: 2 }, STILL_OVER_BYTES),
        ];
        for (header, bytes) in headers {
            let message = header.encode(&[7, 8]);
            assert_eq!((message.len(), &message[bytes..]), (bytes + 2, &[7_u8, 8][..]), "{header:?}");
        }
    }
}
