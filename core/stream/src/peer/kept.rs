//! [`Kept`]: packets that left, to be sent again.

use rtc::rtp::Packet;
use rtc::shared::marshal::MarshalSize;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// For so long, as long as they are no more than so many bytes.
const AGE_MAX: Duration = Duration::from_secs(2);
const BYTES_MAX: usize = 2 << 20;
/// The newest ones stay however old they are: a probe repeats them.
const PACKETS_MIN: usize = 16;
/// Two seconds of a flood of small ones.
const PACKETS_MAX: usize = 4_096;

#[derive(Debug)]
pub(super) struct KeptPacket {
    pub(super) departure: Instant,
    pub(super) packet: Packet,
}

/// See the module. Oldest first; numbers grow (modulo 2¹⁶).
#[derive(Debug, Default)]
pub(super) struct Kept {
    packets: VecDeque<KeptPacket>,
    bytes: usize,
}

impl Kept {
    pub(super) fn keep(&mut self, departure: Instant, packet: Packet) {
        self.bytes += packet.marshal_size();
        self.packets.push_back(KeptPacket { departure, packet });
        while self.is_too_much(departure)
            && let Some(oldest) = self.packets.pop_front()
        {
            self.bytes -= oldest.packet.marshal_size();
        }
    }

    fn is_too_much(&self, now: Instant) -> bool {
        let old = |kept: &KeptPacket| now.saturating_duration_since(kept.departure) > AGE_MAX;
        self.packets.len() > PACKETS_MIN
            && (self.bytes > BYTES_MAX || self.packets.len() > PACKETS_MAX || self.packets.front().is_some_and(old))
    }

    pub(super) fn find(&self, number: u16) -> Option<&KeptPacket> {
        let newest = self.packets.back()?.packet.header.sequence_number;
        let back = usize::from(newest.wrapping_sub(number));
        // Numbers follow each other, unless a frame was refused between them.
        let near = self.packets.len().checked_sub(back + 1).and_then(|index| self.packets.get(index));
        near.filter(|kept| kept.packet.header.sequence_number == number)
            .or_else(|| self.packets.iter().rev().find(|kept| kept.packet.header.sequence_number == number))
    }

    /// Packets that make about so many bytes, from the newest back, those of the last frame first; again from there when
    /// they are too few.
    pub(super) fn to_repeat(&self, bytes: usize) -> Vec<(u16, usize)> {
        // Small ones would need many headers; a still scene has nothing else in its last seconds.
        let largest = self.packets.iter().map(|kept| kept.packet.payload.len()).max().unwrap_or_default();
        let fitting = self.packets.iter().rev().filter(|kept| 2 * kept.packet.payload.len() >= largest.min(bytes / 4));
        let of_packet = |kept: &KeptPacket| (kept.packet.header.sequence_number, kept.packet.marshal_size() + 2);
        let all: Vec<(u16, usize)> = fitting.map(of_packet).collect();
        let (mut chosen, mut sum) = (Vec::new(), 0);
        for next in all.iter().cycle().take(if all.is_empty() { 0 } else { 256 }) {
            if sum >= bytes {
                break;
            }
            sum += next.1;
            chosen.push(*next);
        }
        chosen
    }

    /// The smallest one: a sign of life.
    pub(super) fn smallest(&self) -> Option<(u16, usize)> {
        let kept = self.packets.iter().rev().min_by_key(|kept| kept.packet.payload.len())?;
        Some((kept.packet.header.sequence_number, kept.packet.marshal_size() + 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::rtp::Header;

    fn packet(sequence_number: u16, bytes: usize) -> Packet {
        let header = Header { version: 2, sequence_number, ..Default::default() };
        Packet { header, payload: vec![0; bytes].into() }
    }

    #[test]
    fn packets_are_found_by_number_across_gaps_and_the_end_of_numbers() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        for number in (65_500..=u16::MAX).chain(0..50).filter(|number| *number != 7) {
            kept.keep(now, packet(number, 100));
        }
        for number in [65_500, u16::MAX, 0, 6, 8, 49] {
            assert_eq!(kept.find(number).unwrap().packet.header.sequence_number, number);
        }
        assert!(kept.find(7).is_none() && kept.find(50).is_none() && kept.find(65_499).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded_in_age_and_in_bytes_but_a_few_stay() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        for number in 0..10_000_u16 {
            kept.keep(now, packet(number, 1_000));
        }
        assert!(kept.bytes <= BYTES_MAX && kept.packets.len() > 1_000);
        for number in 0..100_u16 {
            kept.keep(now + Duration::from_secs(60) * u32::from(number), packet(number, 10));
        }
        assert_eq!(kept.packets.len(), PACKETS_MIN);
        assert_eq!(kept.bytes, kept.packets.iter().map(|kept| kept.packet.marshal_size()).sum::<usize>());
    }

    #[test]
    fn a_probe_is_made_of_what_is_there_in_large_pieces() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        assert!(kept.to_repeat(10_000).is_empty() && kept.smallest().is_none());
        for number in 0..10 {
            kept.keep(now, packet(number, if number < 3 { 1_100 } else { 40 }));
        }
        let chosen = kept.to_repeat(10_000);
        assert!(chosen.iter().all(|(number, bytes)| *number < 3 && *bytes > 1_100), "{chosen:?}");
        let sum: usize = chosen.iter().map(|(_, bytes)| bytes).sum();
        assert!((10_000..11_200).contains(&sum), "{sum}");
        assert!(kept.smallest().unwrap().0 > 2);
    }
}
