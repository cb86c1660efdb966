//! The data channel `pointer`: binary, unordered, never repeated; little-endian. Over a WebSocket, which is ordered and
//! whole, its binary messages are the same.
//!
//! | offset | [`Message::Move`] | [`Message::Ping`] | [`Message::Pong`] | [`Message::Shown`] | [`Message::Ack`] | [`Message::StillTaken`] |
//! |---|---|---|---|---|---|---|
//! | 0 | u8 = 1 | u8 = 2 | u8 = 3 | u8 = 4 | u8 = 5 | u8 = 6 |
//! | 2 | u16 `grab` | | | | | |
//! | 4 | u32 `seq` | u32 `seq` | u32 `seq` | u32 `seq` | u32 `seq` | u32 `seq` |
//! | 8 | f32 `x` | f64 `page_ms` | f64 `page_ms` | f64 `drawn_ms` | f64 `page_ms` | u32 `tiles` |
//! | 12 | f32 `y` | | | | | |
//! | 16 | f32 `pinch` | | f64 `host_ms` | u32 `rtp_timestamp` | | |
//! | 24 | | | u32 `taken` | | | |
//!
//! Bytes not named are zero. `grab` counts the presses and releases that the browser has sent so far (modulo 2¹⁶):
//! a move that overtakes its press, or limps in after its release, is known by it and dropped.

/// One message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Message {
    /// Browser → sidecar: [`crate::Input::Move`]; of two, the one with the higher `seq` wins.
    Move {
        /// Presses and releases sent so far.
        grab: u16,
        /// Counts this viewer's inputs over both channels.
        seq: u32,
        /// Fraction of the picture's width.
        x: f32,
        /// Fraction of the picture's height.
        y: f32,
        /// Distance of two fingers over that at the touch, else 1.
        pinch: f32,
    },
    /// Browser → sidecar: are you there, and what is the time?
    Ping {
        /// Counts the pings.
        seq: u32,
        /// The page's clock in milliseconds.
        page_ms: f64,
    },
    /// Sidecar → browser, at once.
    Pong {
        /// Of the ping.
        seq: u32,
        /// Of the ping.
        page_ms: f64,
        /// The host's monotonic clock in milliseconds.
        host_ms: f64,
        /// The newest input that came over `control`; those after it are to be said again where the way has changed.
        taken: u32,
    },
    /// Sidecar → browser: the frame with this timestamp is the first to show the viewer's input `seq`.
    Shown {
        /// Of the newest input that the frame shows.
        seq: u32,
        /// When the frame was drawn, on the host's monotonic clock in milliseconds.
        drawn_ms: f64,
        /// Of the frame's RTP packets (RFC 6184: 90 kHz); equals `drawn_ms * 90` modulo 2³².
        rtp_timestamp: u32,
    },
    /// Browser → sidecar, WebSocket only: a [`crate::media::Header::Frame`] has arrived.
    Ack {
        /// The frame's number.
        seq: u32,
        /// When, on the page's clock in milliseconds.
        page_ms: f64,
    },
    /// Browser → sidecar: so much of a still picture has arrived.
    StillTaken {
        /// The still picture's number.
        seq: u32,
        /// Tiles that have arrived so far.
        tiles: u32,
    },
}

pub(crate) const MOVE: u8 = 1;
pub(crate) const PING: u8 = 2;
pub(crate) const PONG: u8 = 3;
pub(crate) const SHOWN: u8 = 4;
pub(crate) const ACK: u8 = 5;
pub(crate) const STILL_TAKEN: u8 = 6;

/// Bytes of each kind of message.
pub const MOVE_BYTES: usize = 20;
/// Bytes of a ping.
pub const PING_BYTES: usize = 16;
/// Bytes of a pong.
pub const PONG_BYTES: usize = 28;
/// Bytes of a shown.
pub const SHOWN_BYTES: usize = 20;
/// Bytes of an acknowledgement.
pub const ACK_BYTES: usize = 16;
/// Bytes of a still picture's acknowledgement.
pub const STILL_TAKEN_BYTES: usize = 12;

impl Message {
    /// The message's bytes.
    pub fn encode(&self) -> Vec<u8> {
        match *self {
            Message::Move { grab, seq, x, y, pinch } => {
                let mut bytes = head(MOVE, grab, seq, MOVE_BYTES);
                bytes.extend(x.to_le_bytes());
                bytes.extend(y.to_le_bytes());
                bytes.extend(pinch.to_le_bytes());
                bytes
            }
            Message::Ping { seq, page_ms } => {
                let mut bytes = head(PING, 0, seq, PING_BYTES);
                bytes.extend(page_ms.to_le_bytes());
                bytes
            }
            Message::Pong { seq, page_ms, host_ms, taken } => {
                let mut bytes = head(PONG, 0, seq, PONG_BYTES);
                bytes.extend(page_ms.to_le_bytes());
                bytes.extend(host_ms.to_le_bytes());
                bytes.extend(taken.to_le_bytes());
                bytes
            }
            Message::Shown { seq, drawn_ms, rtp_timestamp } => {
                let mut bytes = head(SHOWN, 0, seq, SHOWN_BYTES);
                bytes.extend(drawn_ms.to_le_bytes());
                bytes.extend(rtp_timestamp.to_le_bytes());
                bytes
            }
            Message::Ack { seq, page_ms } => {
                let mut bytes = head(ACK, 0, seq, ACK_BYTES);
                bytes.extend(page_ms.to_le_bytes());
                bytes
            }
            Message::StillTaken { seq, tiles } => {
                let mut bytes = head(STILL_TAKEN, 0, seq, STILL_TAKEN_BYTES);
                bytes.extend(tiles.to_le_bytes());
                bytes
            }
        }
    }

    /// Reads a message; `None` when the bytes are of no known kind or of the wrong length.
    /// Numbers are not checked: see [`crate::Input::check`].
    pub fn decode(bytes: &[u8]) -> Option<Message> {
        let seq = u32_at(bytes, 4)?;
        let message = match (*bytes.first()?, bytes.len()) {
            (MOVE, MOVE_BYTES) => Message::Move {
                grab: u16::from_le_bytes(array_at(bytes, 2)?),
                seq,
                x: f32::from_le_bytes(array_at(bytes, 8)?),
                y: f32::from_le_bytes(array_at(bytes, 12)?),
                pinch: f32::from_le_bytes(array_at(bytes, 16)?),
            },
            (PING, PING_BYTES) => Message::Ping { seq, page_ms: f64_at(bytes, 8)? },
            (PONG, PONG_BYTES) => Message::Pong {
                seq,
                page_ms: f64_at(bytes, 8)?,
                host_ms: f64_at(bytes, 16)?,
                taken: u32_at(bytes, 24)?,
            },
            (SHOWN, SHOWN_BYTES) => {
                Message::Shown { seq, drawn_ms: f64_at(bytes, 8)?, rtp_timestamp: u32_at(bytes, 16)? }
            }
            (ACK, ACK_BYTES) => Message::Ack { seq, page_ms: f64_at(bytes, 8)? },
            (STILL_TAKEN, STILL_TAKEN_BYTES) => Message::StillTaken { seq, tiles: u32_at(bytes, 8)? },
            _ => return None,
        };
        Some(message)
    }
}

fn head(kind: u8, grab: u16, seq: u32, bytes: usize) -> Vec<u8> {
    let mut head = Vec::with_capacity(bytes);
    head.extend([kind, 0]);
    head.extend(grab.to_le_bytes());
    head.extend(seq.to_le_bytes());
    head
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    array_at(bytes, at).map(f64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_survives_the_wire_and_no_prefix_is_taken_for_it() {
        let messages = [
            Message::Move { grab: 7, seq: 9, x: 0.25, y: -0.5, pinch: 1.5 },
            Message::Ping { seq: 1, page_ms: 12.5 },
            Message::Pong { seq: 1, page_ms: 12.5, host_ms: 1e9, taken: 4 },
            Message::Shown { seq: 3, drawn_ms: 17.25, rtp_timestamp: u32::MAX },
            Message::Ack { seq: 5, page_ms: 0.5 },
            Message::StillTaken { seq: 2, tiles: 40 },
        ];
        for message in messages {
            let bytes = message.encode();
            assert_eq!(Message::decode(&bytes), Some(message));
            for length in 0..bytes.len() {
                assert_eq!(Message::decode(&bytes[..length]), None, "{length} bytes of {message:?}");
            }
        }
    }
}
