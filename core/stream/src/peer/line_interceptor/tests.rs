use super::*;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::nack_pairs_from_sequence_numbers;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const MEDIA: u32 = 11;
const REPEATS: u32 = 22;

struct Fixture {
    interceptor: LineInterceptor,
    wishes: Arc<AtomicUsize>,
    number: u16,
    now: Instant,
}

impl Fixture {
    fn new() -> Fixture {
        let wishes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&wishes);
        let wish: KeyframeWish = Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let mut interceptor = LineInterceptor::new(SharedLine::default(), Arc::default(), wish);
        interceptor.bind_local_stream(&StreamInfo {
            ssrc: MEDIA,
            payload_type: 102,
            ssrc_rtx: Some(REPEATS),
            payload_type_rtx: Some(103),
            ..Default::default()
        });
        Fixture { interceptor, wishes, number: 65_530, now: Instant::now() }
    }

    /// Writes a frame of so many packets; what leaves at once.
    fn frame(&mut self, packets: usize, keyframe: bool) -> Vec<TaggedPacket> {
        for index in 0..packets {
            let mut header = rtp::Header {
                version: 2,
                marker: index + 1 == packets,
                payload_type: 102,
                sequence_number: self.number,
                ssrc: MEDIA,
                ..Default::default()
            };
            header.set_extension(5, vec![0; 3].into()).unwrap();
            let kind = if keyframe && index == 0 { SEQUENCE_PARAMETERS } else { 1 };
            let payload = [&[kind][..], &[9; 999]].concat().into();
            self.number = self.number.wrapping_add(1);
            let message = AttributedPacket::new(Packet::Rtp(rtp::Packet { header, payload }));
            let tagged = TaggedPacket { now: self.now, transport: TransportContext::default(), message };
            self.interceptor.handle_write(tagged).unwrap();
        }
        self.left()
    }

    fn left(&mut self) -> Vec<TaggedPacket> {
        std::iter::from_fn(|| self.interceptor.poll_write()).collect()
    }

    fn hear(&mut self, packet: impl rtcp::Packet + 'static) -> Vec<TaggedPacket> {
        let message = AttributedPacket::new(Packet::Rtcp(vec![Box::new(packet)]));
        let tagged = TaggedPacket { now: self.now, transport: TransportContext::default(), message };
        self.interceptor.handle_read(tagged).unwrap();
        assert!(self.interceptor.poll_read().is_some(), "what is heard goes on");
        self.left()
    }

    fn missing(&mut self, numbers: &[u16]) -> Vec<TaggedPacket> {
        let nacks = nack_pairs_from_sequence_numbers(numbers);
        self.hear(TransportLayerNack { sender_ssrc: 1, media_ssrc: MEDIA, nacks })
    }

    /// Time passes as the driver lets it; what leaves, and when.
    fn pass(&mut self, span: Duration) -> Vec<(Duration, TaggedPacket)> {
        let (start, mut left) = (self.now, Vec::new());
        while let Some(at) = self.interceptor.poll_timeout().filter(|at| *at <= start + span) {
            assert!(at > self.now, "the deadline must advance");
            self.now = at;
            self.interceptor.handle_timeout(at).unwrap();
            left.extend(self.left().into_iter().map(|packet| (at - start, packet)));
        }
        self.now = start + span;
        left
    }

    fn wishes(&self) -> usize {
        self.wishes.load(Ordering::Relaxed)
    }
}

fn rtp_of(tagged: &TaggedPacket) -> &rtp::Packet {
    match &tagged.message.packet {
        Packet::Rtp(packet) => packet,
        _ => panic!("no RTP"),
    }
}

#[test]
fn a_frame_leaves_at_once_in_order_and_a_large_one_over_a_time() {
    let mut fixture = Fixture::new();
    let numbers: Vec<u16> = fixture.frame(3, true).iter().map(|packet| rtp_of(packet).header.sequence_number).collect();
    assert_eq!(numbers, [65_530, 65_531, 65_532]);
    fixture.pass(500 * MS);
    let at_once = fixture.frame(40, false).len();
    assert!((3..=8).contains(&at_once), "40 ms of 1 Mbit/s are five packets: {at_once}");
    let later = fixture.pass(500 * MS);
    assert_eq!(at_once + later.len(), 40);
    let (last, packet) = later.last().unwrap();
    assert!(*last > 200 * MS && *last < 330 * MS, "{last:?}");
    assert!(packet.now > fixture.now - 300 * MS, "it leaves when it leaves, not when it came");
    assert_eq!(lock(&fixture.interceptor.line).sent_bytes() / 43, 1_020, "all was counted, headers too");
    assert_eq!(fixture.interceptor.poll_timeout(), None, "idle means idle");
}

#[test]
fn what_is_missed_is_repeated_by_the_other_stream_once_a_round_trip() {
    let mut fixture = Fixture::new();
    fixture.frame(4, true);
    fixture.pass(50 * MS);
    let repeated = fixture.missing(&[65_531, 65_532]);
    assert_eq!(repeated.len(), 2);
    for (index, tagged) in repeated.iter().enumerate() {
        let packet = rtp_of(tagged);
        assert_eq!((packet.header.ssrc, packet.header.payload_type), (REPEATS, 103));
        assert_eq!(packet.header.sequence_number, index as u16);
        assert_eq!(packet.payload[..2], (65_531 + index as u16).to_be_bytes());
        assert_eq!(packet.payload.len(), 1_002);
        assert!(packet.header.get_extension(5).is_some(), "shown as soon as the others");
        assert!(tagged.message.get(&Attribute::Retransmission).is_some());
    }
    assert!(fixture.missing(&[65_531, 65_532]).is_empty(), "they are on their way");
    fixture.pass(150 * MS);
    assert_eq!(fixture.missing(&[65_532]).len(), 1);
    assert!(fixture.hear(TransportLayerNack { sender_ssrc: 1, media_ssrc: 99, nacks: Vec::new() }).is_empty());
    assert_eq!(fixture.wishes(), 0);
}

#[test]
fn what_cannot_be_repeated_needs_a_keyframe_and_nothing_before_that_is_missed_any_more() {
    let mut fixture = Fixture::new();
    fixture.frame(2, true);
    fixture.pass(100 * MS);
    assert!(fixture.missing(&[100]).is_empty(), "nobody sent that");
    assert_eq!(fixture.wishes(), 1);
    fixture.frame(2, true);
    fixture.pass(50 * MS);
    assert!(fixture.missing(&[65_530, 65_531]).is_empty());
    assert_eq!(fixture.wishes(), 1);
    assert_eq!(fixture.missing(&[65_533]).len(), 1);
}

#[test]
fn a_decoder_that_lost_its_way_is_heard() {
    let mut fixture = Fixture::new();
    fixture.hear(PictureLossIndication { sender_ssrc: 1, media_ssrc: MEDIA });
    fixture.hear(FullIntraRequest { sender_ssrc: 1, media_ssrc: MEDIA, fir: Vec::new() });
    assert_eq!(fixture.wishes(), 2);
}

#[test]
fn a_line_is_probed_by_packets_that_the_viewer_has() {
    let mut fixture = Fixture::new();
    let line = Arc::clone(&fixture.interceptor.line);
    for _ in 0..10 {
        let left = fixture.frame(4, false);
        let departed = fixture.now;
        fixture.pass(60 * MS);
        let fates: Vec<heliograph_line::PacketFate> = left
            .iter()
            .map(|packet| heliograph_line::PacketFate {
                departure: departed,
                bytes: rtp_of(packet).marshal_size(),
                arrival: Some(20 * MS),
            })
            .collect();
        lock(&line).reported(fixture.now, &fates);
    }
    fixture.hear(PictureLossIndication { sender_ssrc: 1, media_ssrc: MEDIA });
    let probe = fixture.pass(150 * MS);
    assert!(probe.len() >= 8, "{} packets", probe.len());
    assert!(probe.iter().all(|(_, packet)| rtp_of(packet).header.ssrc == REPEATS));
    assert!(lock(&line).padding_bytes() > 8_000);
}
