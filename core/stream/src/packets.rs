//! Access units to RTP payloads (RFC 6184, packetization-mode 1), cut once for all viewers.

use crate::stage::Medium;
use bytes::Bytes;
use heliograph_wire::{Pose, ViewerId};
use rtc::rtp::codec::h264::H264Payloader;
use rtc::rtp::packetizer::Payloader;

/// The most bytes of a payload. With RTP header and extensions (24), SRTP (16), UDP and IPv6 (48) a packet stays below
/// 1,200 bytes, the least path on which libwebrtc itself connects.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 1_100;

/// An encoded picture on its way to every viewer.
#[derive(Debug, Clone)]
pub(crate) struct MediaFrame {
    pub(crate) medium: Medium,
    /// An access unit (annex B), or a JPEG file.
    pub(crate) bytes: Bytes,
    /// RTP payloads in order; the last one gets the marker bit. None of a JPEG file.
    pub(crate) payloads: Vec<Bytes>,
    /// 90 kHz (RFC 6184 section 8.2.1).
    pub(crate) rtp_timestamp: u32,
    /// When the picture was drawn, on the host's monotonic clock.
    pub(crate) drawn_us: u64,
    /// Whether decoding can begin here.
    pub(crate) keyframe: bool,
    /// The newest input of each viewer that this frame is the first to show.
    pub(crate) shown: Vec<(ViewerId, u32)>,
    /// Whence the picture was drawn.
    pub(crate) pose: Option<Pose>,
}

/// The RTP timestamp of a moment: 90 kHz since the host's monotonic clock began, modulo 2³².
pub(crate) fn rtp_timestamp(drawn_us: u64) -> u32 {
    (u128::from(drawn_us) * 9 / 100) as u32
}

/// Cuts an access unit (annex B) into payloads.
pub(crate) fn payloads(annex_b: &[u8]) -> Vec<Bytes> {
    // The payloader keeps parameter sets until their slice comes, within one access unit: nothing outlives the call. It
    // fails for no input.
    H264Payloader::default().payload(PAYLOAD_BYTES_MAX, &Bytes::copy_from_slice(annex_b)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use heliograph_codec::{Encoder, EncoderConfig, Picture};
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
        let config = EncoderConfig { width: 640, height: 360, frame_rate: 30.0, bitrate_bps: 6_000_000 };
        let mut encoder = Encoder::new(&config).unwrap();
        let mut picture = Picture::new(640, 360).unwrap();
        for index in 0..5_usize {
            let pixels: Vec<u8> = (0..640 * 360 * 4).map(|at| (at * 31 * (index + 1) % 251) as u8).collect();
            picture.fill_from_rgba(&pixels, 640 * 4).unwrap();
            let unit = encoder.encode(&picture, index as i64 * 33, index == 3).unwrap().unwrap();
            let payloads = payloads(unit.annex_b);
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
        assert_eq!(rtp_timestamp(1_234_567), 111_111);
        let a_year_us = 365 * 86_400 * 1_000_000_u64;
        assert_eq!(rtp_timestamp(a_year_us), ((a_year_us * 9 / 100) % (1 << 32)) as u32);
        rtp_timestamp(u64::MAX);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(payloads(&[]).is_empty());
    }
}
