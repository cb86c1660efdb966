//! [`LineInterceptor`]: what leaves for a viewer and when, by what its line takes ([`heliograph_line`]).
//!
//! It stands in the place of webrtc-rs' pacer and NACK responder. That pacer keeps a queue of seconds, and the responder
//! answers every NACK for the same packet, so that a receiver that repeats itself over a full line is sent everything
//! many times. This one
//! - lets RTP packets leave as the pacer says, at the moment that the line then hears of;
//! - keeps what left, and repeats what the viewer misses (RFC 4588) as often as the line's loss asks for and as far as
//!   the line bears it, on a bad line before it is asked; beyond that it asks the encoder for a keyframe;
//! - sends probes: packets that the viewer has, again;
//! - hears PLI (RFC 4585) and FIR (RFC 5104), which the chain otherwise swallows.

use super::kept::Kept;
use crate::counters::Counters;
use crate::stage::{SharedLine, lock};
use heliograph_line::{Answer, Kind, Pacer, Probe, Repeats, TARGET_FIRST_BPS};
use rtc::interceptor::{Attribute, AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::rtp;
use rtc::sansio::Protocol;
use rtc::shared::TransportContext;
use rtc::shared::error::Error;
use rtc::shared::marshal::MarshalSize;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// Called when a viewer's decoder needs a keyframe.
pub(super) type KeyframeWish = Arc<dyn Fn() + Send + Sync>;

/// NAL unit types (ITU-T H.264 table 7-1, RFC 6184 section 5.2): what a keyframe begins with.
const SEQUENCE_PARAMETERS: u8 = 7;
const AGGREGATE: u8 = 24;

/// What waits in the pacer.
enum Waiting {
    /// A packet as it came.
    Fresh(Box<TaggedPacket>),
    /// A packet that was kept, by its number.
    Again(u16),
}

pub(super) struct LineInterceptor {
    line: SharedLine,
    counters: Arc<Counters>,
    keyframe_wish: KeyframeWish,
    pacer: Pacer<Waiting>,
    repeats: Repeats,
    kept: Kept,
    stream: Option<StreamInfo>,
    repeat_number: u16,
    /// The number with which the last keyframe began.
    keyframe_number: Option<u16>,
    next_probe: Option<Instant>,
    /// The latest moment that was told.
    now: Option<Instant>,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl LineInterceptor {
    pub(super) fn new(line: SharedLine, counters: Arc<Counters>, keyframe_wish: KeyframeWish) -> LineInterceptor {
        LineInterceptor {
            line,
            counters,
            keyframe_wish,
            pacer: Pacer::new(TARGET_FIRST_BPS),
            repeats: Repeats::default(),
            kept: Kept::default(),
            stream: None,
            repeat_number: 0,
            keyframe_number: None,
            next_probe: None,
            now: None,
            reads: VecDeque::new(),
            writes: VecDeque::new(),
        }
    }

    fn hear(&mut self, now: Instant, packet: &dyn rtcp::Packet) {
        let any = packet.as_any();
        if any.is::<PictureLossIndication>() || any.is::<FullIntraRequest>() {
            (self.keyframe_wish)();
        } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>()
            && self.stream.as_ref().is_some_and(|stream| stream.ssrc == nack.media_ssrc)
        {
            for number in nack.nacks.iter().flat_map(|pair| pair.packet_list()) {
                self.missing(now, number);
            }
        }
    }

    /// The viewer misses a packet.
    fn missing(&mut self, now: Instant, number: u16) {
        if self.keyframe_number.is_some_and(|keyframe| is_before(number, keyframe)) {
            return;
        }
        let kept = self.kept.find(number);
        let bytes = kept.map_or(0, |kept| kept.packet.marshal_size() + 2);
        let departure = kept.map(|kept| kept.departure);
        let answer = self.repeats.asked(now, number, departure, bytes, &mut lock(&self.line));
        match answer {
            Answer::Copies(copies, apart) => {
                for copy in 0..copies {
                    self.pacer.repeat(bytes, now + apart * copy, Waiting::Again(number));
                }
            }
            Answer::Nothing => {}
            Answer::Keyframe => (self.keyframe_wish)(),
        }
    }

    /// A packet of a frame.
    fn take(&mut self, tagged: TaggedPacket, header: &rtp::Header, bytes: usize, begins_keyframe: bool) {
        if begins_keyframe && self.keyframe_number.is_none_or(|last| is_before(last, header.sequence_number)) {
            self.keyframe_number = Some(header.sequence_number);
            self.repeats.restarted(tagged.now);
        }
        if self.pacer.media(bytes, header.marker, Waiting::Fresh(Box::new(tagged))).is_err() {
            // The frames after it cannot be decoded.
            (self.keyframe_wish)();
        }
    }

    /// Lets everything leave that may.
    fn leave(&mut self, now: Instant) {
        self.now = Some(now);
        let pace_bps = lock(&self.line).pace_bps();
        self.pacer.target(now, pace_bps);
        while let Some((kind, _, waiting)) = self.pacer.pop(now) {
            let packet = match waiting {
                Waiting::Fresh(packet) => Some(*packet),
                Waiting::Again(number) => self.again(now, number),
            };
            if let Some(packet) = packet {
                self.depart(now, kind, packet);
            }
        }
        lock(&self.line).waiting(self.pacer.waiting_bytes());
    }

    fn depart(&mut self, now: Instant, kind: Kind, mut tagged: TaggedPacket) {
        // What notes departures further down notes this moment.
        tagged.now = now;
        if let Packet::Rtp(packet) = &tagged.message.packet {
            let bytes = packet.marshal_size();
            let number = packet.header.sequence_number;
            let guard = {
                let mut line = lock(&self.line);
                line.sent(now, bytes, kind);
                Repeats::guard(&line)
            };
            self.counters.sent(bytes);
            if kind == Kind::Media {
                self.kept.keep(now, packet.clone());
                if let Some(after) = guard {
                    self.pacer.repeat(bytes + 2, now + after, Waiting::Again(number));
                }
            }
        }
        self.writes.push_back(tagged);
    }

    /// A kept packet, to be sent again (RFC 4588 section 4), or as it was where that was not negotiated.
    fn again(&mut self, now: Instant, number: u16) -> Option<TaggedPacket> {
        let kept = &self.kept.find(number)?.packet;
        let stream = self.stream.as_ref()?;
        let packet = match (stream.ssrc_rtx, stream.payload_type_rtx) {
            (Some(ssrc), Some(payload_type)) => {
                let sequence_number = self.repeat_number;
                self.repeat_number = self.repeat_number.wrapping_add(1);
                let header = rtp::Header { ssrc, payload_type, sequence_number, ..kept.header.clone() };
                let payload = [&number.to_be_bytes()[..], &kept.payload[..]].concat().into();
                rtp::Packet { header, payload }
            }
            _ => kept.clone(),
        };
        Some(TaggedPacket {
            now,
            transport: TransportContext::default(),
            message: AttributedPacket::new(Packet::Rtp(packet)).with(Attribute::Retransmission),
        })
    }

    /// Whether probes can be sent: a receiver drops what it has, unless it comes by the stream of repeats.
    fn can_probe(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.ssrc_rtx.is_some() && stream.payload_type_rtx.is_some())
    }

    fn probe(&mut self, now: Instant) {
        if !self.can_probe() {
            return;
        }
        let (probe, next) = {
            let mut line = lock(&self.line);
            (line.probe(now), line.next_probe_at(now))
        };
        self.next_probe = next;
        if let Some(probe) = probe {
            let packets = if probe.over.is_zero() {
                self.kept.smallest().into_iter().collect()
            } else {
                self.kept.to_repeat(probe.bytes)
            };
            let bytes = packets.iter().map(|(_, bytes)| bytes).sum();
            let probe = Probe { over: probe.over.mul_f64(bytes as f64 / probe.bytes.max(1) as f64), bytes };
            let items = packets.into_iter().map(|(number, bytes)| (bytes, Waiting::Again(number)));
            self.pacer.pad(now, &probe, items);
        }
    }
}

/// In the order of sequence numbers (RFC 1982).
fn is_before(number: u16, other: u16) -> bool {
    number != other && other.wrapping_sub(number) < 1 << 15
}

/// Whether a payload (RFC 6184) is the first of a keyframe: the encoder says its parameters there, and nowhere else.
fn begins_keyframe(payload: &[u8]) -> bool {
    match payload.first().map(|byte| byte & 0x1f) {
        Some(AGGREGATE) => payload.get(3).is_some_and(|byte| byte & 0x1f == SEQUENCE_PARAMETERS),
        kind => kind == Some(SEQUENCE_PARAMETERS),
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for LineInterceptor {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, tagged: TaggedPacket) -> Result<(), Error> {
        let now = tagged.now;
        if let Packet::Rtcp(packets) = &tagged.message.packet {
            for packet in packets {
                self.hear(now, packet.as_ref());
            }
            self.probe(now);
            self.leave(now);
        }
        self.reads.push_back(tagged);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, tagged: TaggedPacket) -> Result<(), Error> {
        let now = tagged.now;
        let Packet::Rtp(packet) = &tagged.message.packet else {
            // Of use only while it is fresh.
            self.writes.push_back(tagged);
            return Ok(());
        };
        let (header, bytes) = (packet.header.clone(), packet.marshal_size());
        let begins_keyframe = begins_keyframe(&packet.payload);
        self.take(tagged, &header, bytes, begins_keyframe);
        self.leave(now);
        self.next_probe = self.next_probe.or_else(|| lock(&self.line).next_probe_at(now));
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.next_probe.is_some_and(|at| at <= now) {
            self.probe(now);
        }
        self.leave(now);
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        let pacer = self.now.and_then(|now| self.pacer.next_at(now));
        [pacer, self.next_probe.filter(|_| self.can_probe())].into_iter().flatten().min()
    }
}

impl Interceptor for LineInterceptor {
    fn bind_local_stream(&mut self, info: &StreamInfo) {
        self.stream = Some(info.clone());
    }

    fn unbind_local_stream(&mut self, info: &StreamInfo) {
        if self.stream.as_ref().is_some_and(|stream| stream.ssrc == info.ssrc) {
            self.stream = None;
        }
    }

    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests;
