//! [`LineInterceptor`]: looks at a viewer's RTP and RTCP on their way through webrtc-rs' chain.
//!
//! It sits between pacer and NACK responder ([`SLOT`]), so it sees every RTP packet that leaves, retransmissions too, and
//! every RTCP packet before the responder answers it. It
//! - counts what leaves;
//! - lets a NACK for the same packet through once a round trip, and all of them only as far as the line bears it: the
//!   responder would answer each, and a receiver that repeats itself over a full line would be sent everything many
//!   times;
//! - hears PLI (RFC 4585) and FIR (RFC 5104), which the chain otherwise swallows.

use super::estimator::KeyframeWish;
use crate::counters::Counters;
use crate::packets::PAYLOAD_BYTES_MAX;
use crate::stage::{SharedLine, lock};
use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::marshal::MarshalSize;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between `Slot::Pacer` (3,000) and `Slot::NackResponder` (4,000).
pub(super) const SLOT: usize = 3_500;
/// A packet is sent again at most once in the round trip, but no more often than this.
const REPEAT_MIN: Duration = Duration::from_millis(20);
const REPEAT_MAX: Duration = Duration::from_millis(500);
/// Sequence numbers that are remembered; older ones go first.
const REMEMBERED_MAX: usize = 2_048;

pub(super) struct LineInterceptor {
    line: SharedLine,
    counters: Arc<Counters>,
    keyframe_wish: KeyframeWish,
    answered: Answered,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl LineInterceptor {
    pub(super) fn new(line: SharedLine, counters: Arc<Counters>, keyframe_wish: KeyframeWish) -> LineInterceptor {
        LineInterceptor {
            line,
            counters,
            keyframe_wish,
            answered: Answered::default(),
            reads: VecDeque::new(),
            writes: VecDeque::new(),
        }
    }

    fn rtcp(&mut self, now: Instant, packet: &mut Box<dyn rtcp::Packet>) {
        let any = packet.as_any();
        if any.is::<PictureLossIndication>() || any.is::<FullIntraRequest>() {
            (self.keyframe_wish)();
        } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>() {
            let mut line = lock(&self.line);
            let hold = line.round_trip().clamp(REPEAT_MIN, REPEAT_MAX);
            let asked: Vec<u16> = nack.nacks.iter().flat_map(|pair| pair.packet_list()).collect();
            let kept = self.answered.keep(asked, now, hold, || line.may_repeat(now, PAYLOAD_BYTES_MAX));
            *packet = Box::new(TransportLayerNack { nacks: nack_pairs_from_sequence_numbers(&kept), ..nack.clone() });
        }
    }
}

/// Which packets were sent again, and when last.
#[derive(Debug, Default)]
struct Answered {
    at: HashMap<u16, Instant>,
    order: VecDeque<u16>,
}

impl Answered {
    /// Those of the sequence numbers that were not answered within `hold`, as far as they `may`; they count as answered
    /// from now on.
    fn keep(&mut self, asked: Vec<u16>, now: Instant, hold: Duration, mut may: impl FnMut() -> bool) -> Vec<u16> {
        let mut kept = asked;
        kept.retain(|number| {
            let due = self.at.get(number).is_none_or(|at| now.saturating_duration_since(*at) >= hold) && may();
            if due && self.at.insert(*number, now).is_none() {
                self.order.push_back(*number);
            }
            due
        });
        while self.order.len() > REMEMBERED_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.at.remove(&oldest);
            }
        }
        kept
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for LineInterceptor {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut tagged: TaggedPacket) -> Result<(), Error> {
        let now = tagged.now;
        if let Packet::Rtcp(packets) = &mut tagged.message.packet {
            for packet in packets {
                self.rtcp(now, packet);
            }
        }
        self.reads.push_back(tagged);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, tagged: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtp(packet) = &tagged.message.packet {
            let bytes = packet.marshal_size();
            lock(&self.line).sent(tagged.now, bytes);
            self.counters.sent(bytes);
        }
        self.writes.push_back(tagged);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }
}

impl Interceptor for LineInterceptor {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_sent_again_once_a_round_trip_however_often_it_is_asked_for() {
        let (mut answered, now) = (Answered::default(), Instant::now());
        let hold = Duration::from_millis(100);
        assert_eq!(answered.keep(vec![1, 2, 3], now, hold, || true), [1, 2, 3]);
        assert_eq!(answered.keep(vec![2, 3, 4], now + hold / 2, hold, || true), [4]);
        assert_eq!(answered.keep(vec![2, 4], now + hold, hold, || true), [2]);
        assert!(answered.keep(vec![9], now, hold, || false).is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut answered, now) = (Answered::default(), Instant::now());
        for number in 0..=u16::MAX {
            answered.keep(vec![number], now, REPEAT_MIN, || true);
        }
        assert!(answered.at.len() <= REMEMBERED_MAX && answered.order.len() <= REMEMBERED_MAX);
    }
}
