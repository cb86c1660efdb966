//! Access units to RTP payloads (RFC 6184, packetization-mode 1), cut once for all viewers.

use bytes::Bytes;
use heliograph_wire::{Pose, ViewerId};
use rtc::rtp::codec::h264::H264Payloader;
use rtc::rtp::packetizer::Payloader;

/// The most bytes of a payload. With RTP header and extensions (24), SRTP (16), UDP and IPv6 (48) a packet stays below
/// 1,200 bytes, the least path on which libwebrtc itself connects.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 1_100;

/// As what a picture travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Medium {
    /// Access units (ITU-T H.264 annex B): by WebRTC, or decoded in the page.
    H264,
    /// JPEG files, for browsers that decode nothing else.
    Jpeg,
}

/// An encoded picture on its way to every viewer of its tier.
#[derive(Debug, Clone)]
pub(crate) struct MediaFrame {
    pub(crate) medium: Medium,
    /// The access unit (annex B), or the JPEG file, whole.
    pub(crate) file: Bytes,
    /// RTP payloads of the access unit in order; the last one gets the marker bit. None of a JPEG.
    pub(crate) payloads: Vec<Bytes>,
    /// 90 kHz (RFC 6184 section 8.2.1); odd when the picture is no other than in the frame before, only sharper or whole
    /// (see [`heliograph_wire::media`]).
    pub(crate) rtp_timestamp: u32,
    /// When the picture was drawn, on the host's monotonic clock.
    pub(crate) drawn_us: u64,
    /// Whether decoding can begin here; true of every JPEG.
    pub(crate) keyframe: bool,
    /// The newest input of each viewer that this frame is the first to show.
    pub(crate) shown: Vec<(ViewerId, u32)>,
    /// Whence the picture was drawn.
    pub(crate) pose: Option<Pose>,
}

/// The RTP timestamp of a changed picture's moment: 90 kHz since the host's monotonic clock began, modulo 2³², made even.
pub(crate) fn rtp_timestamp(drawn_us: u64) -> u32 {
    (u128::from(drawn_us) * 9 / 100) as u32 & !1
}

/// The RTP timestamp of a moment at which a picture is sent again: made odd.
pub(crate) fn rtp_timestamp_again(drawn_us: u64) -> u32 {
    rtp_timestamp(drawn_us) | 1
}

/// Cuts an access unit (annex B) into payloads, which share its memory.
pub(crate) fn payloads(annex_b: &Bytes) -> Vec<Bytes> {
    // The payloader keeps parameter sets until their slice comes, within one access unit: nothing outlives the call. It
    // fails for no input.
    H264Payloader::default().payload(PAYLOAD_BYTES_MAX, annex_b).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use heliograph_codec::{Complexity, Encoder, Kind, Order, Picture};
    use rtc::rtp::codec::h264::H264Packet;
    use rtc::rtp::packetizer::Depacketizer;

    fn nal_units(annex_b: &[u8]) -> Vec<Vec<u8>> {
        let mut starts: Vec<usize> = Vec::new();
        for at in 0..annex_b.len().saturating_sub(2) {
            if annex_b[at..at + 3] == [0, 0, 1] {
                starts.push(at + 3);
            }
        }
        let ends = starts.iter().skip(1).map(|start| start - 3).chain([annex_b.len()]);
        let units = starts.iter().zip(ends).map(|(start, end)| &annex_b[*start..end]);
        units.map(|unit| unit.strip_suffix(&[0]).unwrap_or(unit).to_vec()).collect()
    }

    #[test]
    fn what_is_cut_is_put_together_again_by_a_receiver() {
        let mut encoder = Encoder::new(640, 360, Complexity::default()).unwrap();
        let mut picture = Picture::new(640, 360).unwrap();
        for index in 0..5_usize {
            let pixels: Vec<u8> = (0..640 * 360 * 4).map(|at| (at * 31 * (index + 1) % 251) as u8).collect();
            picture.fill_from_rgba(&pixels, 640 * 4).unwrap();
            let kind = if index == 3 { Kind::Keyframe } else { Kind::Motion };
            let unit = encoder.encode(&picture, index as i64 * 33, Order { kind, bits: 200_000 }).unwrap().unwrap();
            let payloads = payloads(&Bytes::copy_from_slice(unit.annex_b));
            assert!(payloads.iter().all(|payload| payload.len() <= PAYLOAD_BYTES_MAX));
            assert!(payloads.len() > 3, "the test wants fragments");
            let mut receiver = H264Packet::default();
            let mut joined = Vec::new();
            for payload in &payloads {
                joined.extend_from_slice(&receiver.depacketize(payload).unwrap());
            }
            assert!(nal_units(&joined) == nal_units(unit.annex_b), "frame {index} differs after the round trip");
        }
    }

    #[test]
    fn the_timestamp_is_ninety_ticks_a_millisecond_for_ever() {
        assert_eq!(rtp_timestamp(0), 0);
        assert_eq!(rtp_timestamp(1_000), 90);
        assert_eq!((rtp_timestamp(1_234_567), rtp_timestamp_again(1_234_567)), (111_110, 111_111));
        let a_year_us = 365 * 86_400 * 1_000_000_u64;
        assert_eq!(rtp_timestamp(a_year_us), ((a_year_us * 9 / 100) % (1 << 32)) as u32 & !1);
        rtp_timestamp(u64::MAX);
    }

    #[test]
    fn the_timestamp_says_whether_the_picture_changed() {
        for drawn_us in (0..100_000).step_by(37) {
            assert_eq!((rtp_timestamp(drawn_us) % 2, rtp_timestamp_again(drawn_us) % 2), (0, 1));
            assert!(rtp_timestamp(drawn_us + crate::stamp::STEP_MIN_US) > rtp_timestamp_again(drawn_us));
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(payloads(&Bytes::new()).is_empty());
    }
}
